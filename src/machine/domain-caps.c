/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <domainCapabilities>: what XML may say, for this emulator and machine type on this host. */
#include <string.h>

#include "conf/machine/machine.h"
#include "machine/accel.h"
#include "machine/describe.h"
#include "machine/firmware.h"
#include "util/error.h"

typedef struct {
    GString *out;
    const QemuCaps *caps;
    const QemuMachine *machine;
    gboolean is_kvm;
    gboolean is_x86, is_q35;
} Page;

static void
put_escaped(GString *out, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    g_string_append(out, escaped);
}

/* <enum name='NAME'> with the words of @values that QEMU has: "WORD" or "WORD=DEVICE". */
static void
put_enum(Page *page, const char *name, const char *const *values)
{
    g_string_append_printf(page->out, "      <enum name='%s'>\n", name);
    for (; *values != NULL; values++) {
        const char *equals = strchr(*values, '=');

        if (equals != NULL && !qemu_caps_has_device(page->caps, equals + 1))
            continue;
        g_string_append(page->out, "        <value>");
        g_string_append_len(page->out, *values,
                            equals != NULL ? equals - *values : (gssize)strlen(*values));
        g_string_append(page->out, "</value>\n");
    }
    g_string_append(page->out, "      </enum>\n");
}

static void
put_loader(Page *page, const GPtrArray *firmwares)
{
    static const char *const types[] = {"rom", "pflash", NULL};
    static const char *const readonly[] = {"yes", NULL};
    static const char *const secure[] = {"yes", "no", NULL}, *const insecure[] = {"no", NULL};
    gboolean has_secure = FALSE;

    g_string_append(page->out, "    <loader supported='yes'>\n");
    for (guint i = 0; i < firmwares->len; i++) {
        const Firmware *firmware = g_ptr_array_index(firmwares, i);
        gboolean is_new = TRUE;

        has_secure |= firmware->has_secure_boot;
        for (guint j = 0; j < i; j++)
            is_new &= strcmp(((const Firmware *)g_ptr_array_index(firmwares, j))->code,
                             firmware->code) != 0;
        if (!is_new)
            continue;
        g_string_append(page->out, "      <value>");
        put_escaped(page->out, firmware->code);
        g_string_append(page->out, "</value>\n");
    }
    put_enum(page, "type", types);
    put_enum(page, "readonly", readonly);
    put_enum(page, "secure", has_secure ? secure : insecure);
    g_string_append(page->out, "    </loader>\n");
}

static void
put_os(Page *page)
{
    g_autoptr(GPtrArray) firmwares =
        firmware_list(NULL, qemu_caps_arch(page->caps), page->machine->name);

    g_string_append(page->out, "  <os supported='yes'>\n    <enum name='firmware'>\n");
    if (firmwares->len > 0)
        g_string_append(page->out, "      <value>efi</value>\n");
    g_string_append(page->out, "    </enum>\n");
    put_loader(page, firmwares);
    g_string_append(page->out, "  </os>\n");
}

static void
put_cpu(Page *page)
{
    static const char *const on_off[] = {"on", "off", NULL};
    g_autoptr(GPtrArray) models = qemu_caps_cpus(page->caps);

    g_string_append(page->out, "  <cpu>\n");
    if (page->is_kvm) {
        g_string_append(page->out, "    <mode name='host-passthrough' supported='yes'>\n");
        put_enum(page, "hostPassthroughMigratable", on_off);
        g_string_append(page->out, "    </mode>\n");
    } else {
        g_string_append(page->out, "    <mode name='host-passthrough' supported='no'/>\n");
    }
    g_string_append(page->out, "    <mode name='maximum' supported='yes'>\n");
    put_enum(page, "maximumMigratable", on_off);
    g_string_append(page->out, "    </mode>\n    <mode name='host-model' supported='no'/>\n"
                               "    <mode name='custom' supported='yes'>\n");
    for (guint i = 0; i < models->len; i++) {
        const char *model = g_ptr_array_index(models, i);

        if (strcmp(model, "host") == 0 || strcmp(model, "max") == 0 || strcmp(model, "base") == 0)
            continue;
        g_string_append(page->out, "      <model usable='unknown' vendor='unknown'>");
        put_escaped(page->out, model);
        g_string_append(page->out, "</model>\n");
    }
    g_string_append(page->out, "    </mode>\n  </cpu>\n");
}

static void
put_disk(Page *page)
{
    static const char *const devices[] = {"disk", "cdrom", "floppy=floppy", NULL};
    static const char *const pc[] = {
        "ide=ide-hd",     "fdc=floppy", "scsi=scsi-hd", "virtio=virtio-blk-pci", "usb=usb-storage",
        "sata=ich9-ahci", NULL};
    static const char *const q35[] = {"fdc=floppy",      "scsi=scsi-hd", "virtio=virtio-blk-pci",
                                      "usb=usb-storage", "sata=ide-hd",  NULL};
    static const char *const virt[] = {"scsi=scsi-hd", "virtio=virtio-blk-pci", "usb=usb-storage",
                                       "sata=ich9-ahci", NULL};
    static const char *const models[] = {
        "virtio=virtio-blk-pci", "virtio-transitional=virtio-blk-pci-transitional",
        "virtio-non-transitional=virtio-blk-pci-non-transitional", NULL};

    g_string_append(page->out, "    <disk supported='yes'>\n");
    put_enum(page, "diskDevice", devices);
    put_enum(page, "bus", page->is_q35 ? q35 : page->is_x86 ? pc : virt);
    put_enum(page, "model", models);
    g_string_append(page->out, "    </disk>\n");
}

static void
put_devices(Page *page)
{
    static const char *const graphics[] = {"vnc", "spice=qxl", NULL};
    static const char *const video[] = {"vga=VGA",
                                        "cirrus=cirrus-vga",
                                        "vmvga=vmware-svga",
                                        "qxl=qxl-vga",
                                        "virtio=virtio-gpu-pci",
                                        "none",
                                        "bochs=bochs-display",
                                        "ramfb=ramfb",
                                        NULL};
    static const char *const rng[] = {
        "virtio=virtio-rng-pci", "virtio-transitional=virtio-rng-pci-transitional",
        "virtio-non-transitional=virtio-rng-pci-non-transitional", NULL};
    static const char *const backends[] = {"random", "builtin", NULL};
    static const char *const drivers[] = {"path=virtio-9p-pci", "virtiofs=vhost-user-fs-pci", NULL};
    static const char *const usb[] = {"usb", NULL};
    const struct {
        const char *element, *name_1;
        const char *const *values_1;
        const char *name_2;
        const char *const *values_2;
    } elements[] = {
        {"graphics", "type", graphics, NULL, NULL},
        {"video", "modelType", video, NULL, NULL},
        {"hostdev", NULL, NULL, NULL, NULL},
        {"rng", "model", rng, "backendModel", backends},
        {"filesystem", "driverType", drivers, NULL, NULL},
        {"tpm", NULL, NULL, NULL, NULL},
        {"redirdev", qemu_caps_has_device(page->caps, "usb-redir") ? "bus" : NULL, usb, NULL, NULL},
    };

    g_string_append(page->out, "  <devices>\n");
    put_disk(page);
    for (gsize i = 0; i < G_N_ELEMENTS(elements); i++) {
        if (elements[i].name_1 == NULL) {
            g_string_append_printf(page->out, "    <%s supported='no'/>\n", elements[i].element);
            continue;
        }
        g_string_append_printf(page->out, "    <%s supported='yes'>\n", elements[i].element);
        put_enum(page, elements[i].name_1, elements[i].values_1);
        if (elements[i].name_2 != NULL)
            put_enum(page, elements[i].name_2, elements[i].values_2);
        g_string_append_printf(page->out, "    </%s>\n", elements[i].element);
    }
    g_string_append(page->out, "  </devices>\n");
}

static void
put_page(Page *page)
{
    static const char *const sources[] = {"anonymous", "memfd", NULL};
    GString *out = page->out;

    g_string_append(out, "<domainCapabilities>\n  <path>");
    put_escaped(out, qemu_caps_binary(page->caps));
    g_string_append_printf(out,
                           "</path>\n  <domain>%s</domain>\n  <machine>%s</machine>\n"
                           "  <arch>%s</arch>\n  <vcpu max='%u'/>\n"
                           "  <iothreads supported='no'/>\n",
                           page->is_kvm ? "kvm" : "qemu", page->machine->name,
                           qemu_caps_arch(page->caps), page->machine->max_cpus);
    put_os(page);
    put_cpu(page);
    g_string_append(out, "  <memoryBacking supported='yes'>\n");
    put_enum(page, "sourceType", sources);
    g_string_append(out, "  </memoryBacking>\n");
    put_devices(page);
    g_string_append_printf(out,
                           "  <features>\n    <gic supported='no'/>\n"
                           "    <vmcoreinfo supported='%s'/>\n    <genid supported='no'/>\n"
                           "    <backingStoreInput supported='yes'/>\n"
                           "    <backup supported='no'/>\n    <sev supported='no'/>\n"
                           "  </features>\n</domainCapabilities>\n",
                           qemu_caps_has_device(page->caps, "vmcoreinfo") ? "yes" : "no");
}

static gboolean
choose_type(DriverCtx *ctx, Page *page, const char *type, GError **error)
{
    AccelTruth kvm = {0};
    gboolean ok = TRUE;

    if (type != NULL && strcmp(type, "qemu") != 0 && strcmp(type, "kvm") != 0)
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "domain type '%s' is not one of this driver; use qemu or kvm", type);
    if (g_strcmp0(type, "qemu") == 0)
        return TRUE;
    accel_probe(ctx->paths, page->caps, &kvm);
    page->is_kvm = kvm.works;
    if (type != NULL && !kvm.works)
        ok = error_set(error, LODGE_ERROR_ARGUMENT,
                       "KVM does not work on this host: %s; ask for type qemu", kvm.reason);
    accel_truth_clear(&kvm);
    return ok;
}

char *
machine_domain_capabilities(DriverCtx *ctx, const char *emulator, const char *arch,
                            const char *machine, const char *type, GError **error)
{
    g_autofree char *binary = qemu_caps_find_binary(arch, emulator, error);
    g_autoptr(QemuCaps) caps = binary != NULL ? qemu_caps_load(ctx->paths, binary, error) : NULL;
    QemuMachine found = {0};
    Page page = {.caps = caps, .machine = &found};

    if (caps == NULL || !choose_type(ctx, &page, type, error))
        return NULL;
    if (arch != NULL && strcmp(arch, qemu_caps_arch(caps)) != 0) {
        (void)error_set(error, LODGE_ERROR_ARGUMENT,
                        "'%s' runs machines of architecture %s, not %s", binary,
                        qemu_caps_arch(caps), arch);
        return NULL;
    }
    if (machine == NULL && strcmp(qemu_caps_arch(caps), "aarch64") == 0)
        machine = "virt";
    if (!qemu_caps_machine(caps, machine, &found)) {
        (void)error_set(error, LODGE_ERROR_ARGUMENT, "'%s' has no machine type '%s'", binary,
                        machine != NULL ? machine : "of its own choice");
        return NULL;
    }
    page.is_q35 = g_str_has_prefix(found.name, "pc-q35-");
    page.is_x86 = g_str_has_prefix(found.name, "pc-");
    page.out = g_string_new(NULL);
    put_page(&page);
    qemu_machine_clear(&found);
    return g_string_free(page.out, FALSE);
}
