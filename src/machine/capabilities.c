/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What clients learn about this host before they write XML: `lodge capabilities`. */
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/host-facts.h"
#include "machine/accel.h"
#include "machine/describe.h"
#include "util/error.h"
#include "util/file.h"
#include "util/uuid.h"

/* The board's UUID where there is one, else the machine id, which has the same size. */
static void
put_uuid(GString *out)
{
    static const char *const files[] = {"/sys/class/dmi/id/product_uuid", "/etc/machine-id"};

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *text = file_read(AT_FDCWD, files[i], 4096, NULL, NULL);
        guint8 uuid[UUID_SIZE];
        char uuid_text[UUID_TEXT_SIZE];

        if (text == NULL || !uuid_parse(text, uuid))
            continue;
        g_string_append_printf(out, "    <uuid>%s</uuid>\n", uuid_format(uuid, uuid_text));
        return;
    }
}

static void
put_machines(GString *out, const QemuCaps *caps)
{
    g_autoptr(GArray) machines = qemu_caps_machines(caps);

    for (guint i = 0; i < machines->len; i++) {
        const QemuMachine *machine = &g_array_index(machines, QemuMachine, i);

        if (!g_str_has_prefix(machine->name, "pc-") && !g_str_has_prefix(machine->name, "virt"))
            continue; /* boards that lodge has no buses for */
        if (machine->alias != NULL)
            g_string_append_printf(out, "      <machine canonical='%s' maxCpus='%u'>%s</machine>\n",
                                   machine->name, machine->max_cpus, machine->alias);
        g_string_append_printf(out, "      <machine maxCpus='%u'%s>%s</machine>\n",
                               machine->max_cpus, machine->is_deprecated ? " deprecated='yes'" : "",
                               machine->name);
    }
}

static void
put_guest(DriverCtx *ctx, GString *out, const char *arch)
{
    g_autofree char *binary = qemu_caps_find_binary(arch, NULL, NULL);
    g_autoptr(QemuCaps) caps = binary != NULL ? qemu_caps_load(ctx->paths, binary, NULL) : NULL;
    AccelTruth kvm = {0};

    if (caps == NULL)
        return;
    accel_probe(ctx->paths, caps, &kvm);
    g_string_append_printf(out,
                           "  <guest>\n    <os_type>hvm</os_type>\n    <arch name='%s'>\n"
                           "      <wordsize>%d</wordsize>\n      <emulator>%s</emulator>\n",
                           arch, strcmp(arch, "i686") == 0 ? 32 : 64, binary);
    put_machines(out, caps);
    g_string_append(out, "      <domain type='qemu'/>\n");
    if (kvm.works)
        g_string_append(out, "      <domain type='kvm'/>\n");
    g_string_append(out, "    </arch>\n    <features>\n");
    if (strcmp(arch, "aarch64") != 0)
        g_string_append(out, "      <acpi default='on' toggle='yes'/>\n"
                             "      <apic default='on' toggle='no'/>\n");
    if (strcmp(arch, "i686") == 0)
        g_string_append(out, "      <pae/>\n      <nonpae/>\n");
    g_string_append(out, "      <cpuselection/>\n      <deviceboot/>\n    </features>\n"
                         "  </guest>\n\n");
    accel_truth_clear(&kvm);
}

char *
machine_capabilities(DriverCtx *ctx, GError **error)
{
    static const char *const archs[] = {"i686", "x86_64", "aarch64"};
    struct utsname host;
    GString *out;

    if (uname(&host) < 0) {
        (void)error_set_errno(error, errno, "cannot ask the kernel for its name");
        return NULL;
    }
    out = g_string_new("<capabilities>\n\n  <host>\n");
    put_uuid(out);
    g_string_append_printf(out,
                           "    <cpu>\n      <arch>%s</arch>\n    </cpu>\n"
                           "    <power_management/>\n    <iommu support='no'/>\n  </host>\n\n",
                           host.machine);
    for (gsize i = 0; i < G_N_ELEMENTS(archs); i++)
        put_guest(ctx, out, archs[i]);
    g_string_append(out, "</capabilities>\n");
    return g_string_free(out, FALSE);
}
