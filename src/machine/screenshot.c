/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The picture of a screen.
 *
 * QEMU writes it into a file of memory that it is given by descriptor (its sandbox lets it open none):
 * PNG where it can, else the portable pixmap that every QEMU writes. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/machine/machine.h"
#include "machine/monitor.h"
#include "machine/roles.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/json.h"

#define SCREENSHOT_SET                                                                             \
    1000 /* above what the command line uses; the monitor is ours alone meanwhile */

/* The id of graphics device number @screen, or NULL for the first one. (transfer full) */
static gboolean
screenshot_device(Guest *self, guint screen, char **ret_alias, GError **error)
{
    g_autoptr(DomainDef) def = guest_live(self, error);
    const GPtrArray *videos;
    const DomainDeviceInfo *info;

    if (!def)
        return FALSE;
    videos = machine_devices(def, MACHINE_DEVICE_VIDEO);
    if (videos->len == 0)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "domain '%s' has no screen; give it a <video> device", self->object->name);
    if (screen >= videos->len)
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "domain '%s' has no screen %u; the last one is %u", self->object->name,
                         screen, videos->len - 1);
    info = g_ptr_array_index(videos, screen);
    *ret_alias = screen > 0 ? g_strdup(info->alias) : NULL;
    return TRUE;
}

static gboolean
screenshot_dump(Qmp *qmp, const char *device, const char *format, GError **error)
{
    g_autoptr(GString) arguments = g_string_new(NULL);
    g_autofree char *file = g_strdup_printf("/dev/fdset/%d", SCREENSHOT_SET);
    Json json = json_start(arguments);

    json_object(&json, NULL);
    json_string(&json, "filename", file);
    if (format)
        json_string(&json, "format", format);
    if (device) {
        json_string(&json, "device", device);
        json_int(&json, "head", 0);
    }
    json_end(&json);
    return qmp_run(qmp, "screendump", arguments->str, error);
}

/* Has QEMU write into @file. */
static gboolean
screenshot_take(Qmp *qmp, const char *device, int file, const char **ret_mime, GError **error)
{
    g_autofree char *self_path = g_strdup_printf("/proc/self/fd/%d", file);
    g_auto(Fd) writer = open(self_path, O_WRONLY | O_CLOEXEC);
    g_autofree char *set = g_strdup_printf("{\"fdset-id\":%d}", SCREENSHOT_SET);
    g_autoptr(JsonTree) added = NULL;
    g_autoptr(GError) problem = NULL;
    gboolean ok;

    /* QEMU matches the way a descriptor was opened: it wants one for writing only. */
    if (writer < 0)
        return error_set_errno(error, errno, "cannot open a picture's memory");
    added = qmp_execute(qmp, "add-fd", set, writer, error);
    if (!added)
        return FALSE;
    *ret_mime = "image/png";
    ok = screenshot_dump(qmp, device, "png", &problem);
    if (!ok && !g_error_matches(problem, LODGE_ERROR, LODGE_ERROR_STATE) &&
        ftruncate(file, 0) == 0) {
        *ret_mime = "image/x-portable-pixmap"; /* before 7.1, or built without libpng */
        ok = screenshot_dump(qmp, device, NULL, error);
    } else if (!ok) {
        g_propagate_error(error, g_steal_pointer(&problem));
    }
    (void)qmp_run(qmp, "remove-fd", set, NULL); /* QEMU drops it with the monitor's client anyway */
    return ok;
}

int
machine_screenshot(DriverCtx *ctx, const ObjectRef *ref, guint screen, char **ret_mime,
                   GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Qmp) qmp = monitor_open(ctx, ref, &self, error);
    g_autofree char *device = NULL;
    g_auto(Fd) file = -1;
    const char *mime = NULL;
    struct stat st;

    if (!qmp || !screenshot_device(self, screen, &device, error))
        return -1;
    file = memfd_create("screenshot", MFD_CLOEXEC);
    if (file < 0) {
        error_set_errno(error, errno, "cannot make memory for a picture");
        return -1;
    }
    if (!screenshot_take(qmp, device, file, &mime, error)) {
        g_prefix_error(error, "cannot take a picture of domain '%s': ", self->object->name);
        return -1;
    }
    if (fstat(file, &st) < 0 || st.st_size == 0 || lseek(file, 0, SEEK_SET) < 0) {
        error_set(error, LODGE_ERROR_PEER, "QEMU of domain '%s' gave an empty picture",
                  self->object->name);
        return -1;
    }
    *ret_mime = g_strdup(mime);
    return fd_steal(&file);
}
