/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ways into a running container: consoles, commands, namespaces, signals. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container/roles.h"
#include "core/control.h"
#include "core/guest-roles.h"
#include "core/guest.h"
#include "core/limits.h"
#include "core/process.h"
#include "util/error.h"
#include "util/fd.h"

static char **
consoles_enter_command(DriverCtx *ctx, const ObjectRef *ref, const char *const *argv,
                       const char *const *options, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    GPtrArray *command;

    if (!self || !guest_require_active(self, error))
        return NULL;
    if (!argv || !argv[0]) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "no command to run in domain '%s'",
                    self->object->name);
        return NULL;
    }
    command = g_ptr_array_new();
    g_ptr_array_add(command, paths_helper("lodge-supervisor"));
    g_ptr_array_add(command, g_strdup("enter"));
    g_ptr_array_add(command, g_strdup(self->live_dir));
    for (gsize i = 0; options && options[i]; i++)
        if (strcmp(options[i], "--noseclabel") !=
            0) /* there is no label yet that could be left out */
            g_ptr_array_add(command, g_strdup(options[i]));
    g_ptr_array_add(command, g_strdup("--"));
    for (gsize i = 0; argv[i]; i++)
        g_ptr_array_add(command, g_strdup(argv[i]));
    g_ptr_array_add(command, NULL);
    return (char **)g_ptr_array_free(command, FALSE);
}

static gboolean
is_same_namespace(const char *one, const char *other)
{
    struct stat a, b;

    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static int
consoles_open_namespaces(DriverCtx *ctx, const ObjectRef *ref, int **ret_fds, GError **error)
{
    static const char *const names[] = {"user", "ipc", "uts", "net", "pid", "mnt"};
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);
    g_auto(Fd) process = -1;
    int *fds;
    int n = 0;

    if (!status)
        return -1;
    process = process_open(status->init, status->init_start);
    if (process < 0) {
        (void)store_set_not_running(self->store, error);
        return -1;
    }
    fds = g_new(int, G_N_ELEMENTS(names));
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/%s", status->init, names[i]);
        int fd;

        /* setns(2) refuses the user namespace that the caller is in already. */
        if (i == 0 && is_same_namespace(path, "/proc/self/ns/user"))
            continue;
        fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd >= 0) {
            fds[n++] = fd;
            continue;
        }
        (void)error_set_errno(error, errno, "cannot open the %s namespace of domain '%s'", names[i],
                              self->object->name);
        while (n > 0)
            fd_close(fds[--n]);
        g_free(fds);
        return -1;
    }
    *ret_fds = fds;
    return n;
}

gboolean
container_send_signal(DriverCtx *ctx, const ObjectRef *ref, gint64 pid, guint signum, guint flags,
                      GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autofree char *pid_text = g_strdup_printf("%" G_GINT64_FORMAT, pid);
    g_autofree char *signal_text = g_strdup_printf("%u", signum);
    const char *words[] = {"signal", pid_text, signal_text, NULL};

    if (!guest_check_flags(flags, 0, "send-process-signal", error))
        return FALSE;
    if (pid == 0 || pid > G_MAXINT32 || pid < -G_MAXINT32) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "'%s' is no process id; use the number that the guest sees, 1 is init, or a "
                    "process group's with '-' before it",
                    pid_text);
        return FALSE;
    }
    if (signum > 64) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "there is no signal %u", signum);
        return FALSE;
    }
    self = guest_open(ctx, ref, error);
    if (!self || !guest_require_active(self, error))
        return FALSE;
    if (control_request(self->live_dir, words, CORE_REQUEST_MS, NULL, NULL, error))
        return TRUE;
    g_prefix_error(error, "cannot signal domain '%s': ", self->object->name);
    return FALSE;
}

const DomainConsoles container_consoles = {
    .open_console = guest_open_console,
    .resize_console = guest_resize_console,
    .enter_command = consoles_enter_command,
    .open_namespaces = consoles_open_namespaces,
};
