/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What clients learn about this host before they write XML: `lodge capabilities`. */
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#include "container/roles.h"
#include "util/error.h"
#include "util/file.h"
#include "util/uuid.h"

/* The board's UUID where there is one, else the machine id, which has the same size. */
static gboolean
host_uuid(guint8 *ret_uuid)
{
    static const char *const files[] = {"/sys/class/dmi/id/product_uuid", "/etc/machine-id"};

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *text = file_read(AT_FDCWD, files[i], 4096, NULL, NULL);

        if (text && uuid_parse(text, ret_uuid))
            return TRUE;
    }
    return FALSE;
}

static void
capabilities_guest(GString *out, const char *arch, int bits, const char *emulator)
{
    g_autofree char *escaped = g_markup_escape_text(emulator, -1);

    g_string_append_printf(out,
                           "  <guest>\n"
                           "    <os_type>exe</os_type>\n"
                           "    <arch name='%s'>\n"
                           "      <wordsize>%d</wordsize>\n"
                           "      <emulator>%s</emulator>\n"
                           "      <domain type='lxc'/>\n"
                           "    </arch>\n"
                           "  </guest>\n\n",
                           arch, bits, escaped);
}

char *
container_capabilities(DriverCtx *ctx, GError **error)
{
    GString *out;
    struct utsname host;
    guint8 uuid[UUID_SIZE];
    char uuid_text[UUID_TEXT_SIZE];
    g_autofree char *emulator = NULL;

    if (uname(&host) < 0) {
        (void)error_set_errno(error, errno, "cannot ask the kernel for its name");
        return NULL;
    }
    emulator = paths_helper("lodge-supervisor");
    out = g_string_new("<capabilities>\n\n  <host>\n");
    if (host_uuid(uuid))
        g_string_append_printf(out, "    <uuid>%s</uuid>\n", uuid_format(uuid, uuid_text));
    g_string_append_printf(out,
                           "    <cpu>\n"
                           "      <arch>%s</arch>\n"
                           "    </cpu>\n"
                           "    <power_management/>\n"
                           "    <iommu support='no'/>\n"
                           "  </host>\n\n",
                           host.machine);
    capabilities_guest(out, host.machine, (int)sizeof(void *) * 8, emulator);
    if (strcmp(host.machine, "x86_64") == 0)
        capabilities_guest(out, "i686", 32, emulator);
    g_string_append(out, "</capabilities>\n");
    return g_string_free(out, FALSE);
}
