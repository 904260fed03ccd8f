/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/error.h"
#include "util/units.h"

#define TIMEOUT_MAX_MS 65535 /* QEMU's -boot takes no more */

static const char *const machine_boot_names[] = {
    [MACHINE_BOOT_FD] = "fd",
    [MACHINE_BOOT_HD] = "hd",
    [MACHINE_BOOT_CDROM] = "cdrom",
    [MACHINE_BOOT_NETWORK] = "network",
};
ENUM_IMPL(machine_boot, MachineBoot)

static const char *const machine_firmware_names[] = {
    [MACHINE_FIRMWARE_BIOS] = "bios",
    [MACHINE_FIRMWARE_EFI] = "efi",
};
ENUM_IMPL(machine_firmware, MachineFirmware)

static const char *const machine_loader_type_names[] = {
    [MACHINE_LOADER_ROM] = "rom",
    [MACHINE_LOADER_PFLASH] = "pflash",
};
ENUM_IMPL(machine_loader_type, MachineLoaderType)

static const XmlField os_fields[] = {
    XML_WORD(NULL, "firmware", MachineOs, firmware, machine_firmware_names),
};

static const XmlField loader_fields[] = {
    XML_FIELD(YESNO, NULL, "readonly", MachineOs, loader_readonly),
    XML_FIELD(YESNO, NULL, "secure", MachineOs, loader_secure),
    XML_WORD(NULL, "type", MachineOs, loader_type, machine_loader_type_names),
    XML_FIELD(YESNO, NULL, "stateless", MachineOs, loader_stateless),
};

static const XmlField kernel_fields[] = {
    XML_FIELD(PATH, "kernel", NULL, MachineOs, kernel),
    XML_FIELD(PATH, "initrd", NULL, MachineOs, initrd),
    XML_FIELD(STRING, "cmdline", NULL, MachineOs, cmdline),
    XML_FIELD(PATH, "dtb", NULL, MachineOs, dtb),
};

static const XmlField bootmenu_fields[] = {
    XML_FIELD(YESNO, "bootmenu", "enable", MachineOs, bootmenu),
};

static gboolean
parse_type(XmlTree *tree, XmlNode *node, DomainDef *def, GError **error)
{
    XmlNode *type = xml_child(node, "type");
    const char *machine;

    if (type == NULL)
        return xml_error(tree, node, error, "lacks <type>; add <type>hvm</type>");
    if (strcmp(xml_text(type), "hvm") != 0) {
        xml_error(tree, type, error, "is '%.*s'; a machine has <type>hvm</type>", XML_QUOTE_MAX,
                  xml_text(type));
        if (error != NULL)
            (*error)->code = LODGE_ERROR_ARGUMENT;
        return FALSE;
    }
    def->os.type = g_strdup("hvm");
    def->machine->lines.type = type->line;
    machine = xml_attr(type, "machine");
    if (machine != NULL &&
        (*machine == '\0' || strlen(machine) > 63 ||
         machine[strspn(machine, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.")] != '\0'))
        return xml_error(tree, type, error,
                         "attribute 'machine' is '%.*s', which is no machine type; use q35 or pc, "
                         "or leave it out",
                         XML_QUOTE_MAX, machine);
    def->machine->os.machine = g_strdup(machine);
    return domain_os_parse_arch(tree, type, &def->os, error);
}

static gboolean
parse_firmware(XmlTree *tree, XmlNode *node, MachineOs *os, GError **error)
{
    static const char *const names[] = {"enrolled-keys", "secure-boot"};
    XmlNode *firmware = xml_child(node, "firmware");

    if (firmware == NULL)
        return TRUE;
    if (os->firmware != MACHINE_FIRMWARE_EFI)
        return xml_error(tree, firmware, error,
                         "is for <os firmware='efi'>; add that or remove it");
    for (XmlNode *feature = xml_child(firmware, "feature"); feature != NULL;
         feature = xml_next(feature, "feature")) {
        gboolean enabled = FALSE;
        DomainSwitch *member;
        int index = 0;

        if (xml_attr_need(tree, feature, "name", error) == NULL ||
            xml_attr_need(tree, feature, "enabled", error) == NULL ||
            !xml_attr_word(tree, feature, "name", names, 2, &index, error) ||
            !xml_attr_bool(tree, feature, "enabled", "no", "yes", &enabled, error))
            return FALSE;
        member = index == 0 ? &os->enrolled_keys : &os->secure_boot;
        if (*member != DOMAIN_SWITCH_ABSENT)
            return xml_error(tree, feature, error, "names '%s' a second time; remove one",
                             names[index]);
        *member = enabled ? DOMAIN_SWITCH_ON : DOMAIN_SWITCH_OFF;
    }
    if (os->enrolled_keys == DOMAIN_SWITCH_ON && os->secure_boot == DOMAIN_SWITCH_OFF)
        return xml_error(tree, firmware, error,
                         "wants enrolled-keys without secure-boot, which they are for; enable "
                         "both");
    return TRUE;
}

static gboolean
parse_loader(XmlTree *tree, XmlNode *node, DomainDef *def, GError **error)
{
    XmlNode *loader = xml_child(node, "loader"), *nvram = xml_child(node, "nvram");
    MachineOs *os = &def->machine->os;

    if (loader != NULL) {
        def->machine->lines.loader = loader->line;
        if (!xml_fields_parse(tree, loader, XML_FIELDS(loader_fields), os, error) ||
            !xml_attr_only(tree, loader, "format", "raw", error))
            return FALSE;
        if (*xml_text(loader) != '\0') {
            os->loader = xml_path(tree, loader, "path", xml_text(loader), error);
            if (os->loader == NULL)
                return FALSE;
        }
    }
    if (nvram == NULL)
        return TRUE;
    def->machine->lines.nvram = nvram->line;
    if (xml_attr(nvram, "type") != NULL || xml_child(nvram, "source") != NULL)
        return xml_unsupported(tree, nvram, error,
                               "attribute 'type' is not supported: NVRAM is a file; write its "
                               "path as <nvram>/path</nvram>");
    if (os->loader_stateless == DOMAIN_SWITCH_ON)
        return xml_error(tree, nvram, error,
                         "is not possible with <loader stateless='yes'>; remove one");
    if (os->loader == NULL && os->firmware != MACHINE_FIRMWARE_EFI)
        return xml_error(tree, nvram, error,
                         "needs a <loader type='pflash'> or <os firmware='efi'>; add one");
    if (!xml_attr_only(tree, nvram, "format", "raw", error) ||
        !xml_attr_only(tree, nvram, "templateFormat", "raw", error))
        return FALSE;
    if (xml_attr(nvram, "template") != NULL) {
        os->nvram_template = xml_path(tree, nvram, "template", xml_attr(nvram, "template"), error);
        if (os->nvram_template == NULL)
            return FALSE;
    }
    if (*xml_text(nvram) != '\0')
        os->nvram = xml_path(tree, nvram, "path", xml_text(nvram), error);
    return *xml_text(nvram) == '\0' || os->nvram != NULL;
}

static gboolean
parse_boot(XmlTree *tree, XmlNode *node, MachineOs *os, GError **error)
{
    for (XmlNode *boot = xml_child(node, "boot"); boot != NULL; boot = xml_next(boot, "boot")) {
        int dev = 0;

        if (xml_attr_need(tree, boot, "dev", error) == NULL ||
            !xml_attr_word(tree, boot, "dev", machine_boot_names, MACHINE_BOOT_LAST, &dev, error))
            return FALSE;
        for (guint i = 0; i < os->n_boot; i++)
            if (os->boot[i] == (MachineBoot)dev)
                return xml_error(tree, boot, error, "names dev '%s' a second time; remove one",
                                 machine_boot_names[dev]);
        os->boot[os->n_boot++] = (MachineBoot)dev;
    }
    return TRUE;
}

static gboolean
parse_menu(XmlTree *tree, XmlNode *node, MachineOs *os, GError **error)
{
    XmlNode *menu = xml_child(node, "bootmenu"), *bios = xml_child(node, "bios");
    guint64 timeout = 0;

    os->bootmenu_timeout_ms = -1;
    os->reboot_timeout_ms = MACHINE_NO_TIMEOUT;
    if (!xml_fields_parse(tree, node, XML_FIELDS(bootmenu_fields), os, error))
        return FALSE;
    if (menu != NULL && xml_attr(menu, "timeout") != NULL) {
        if (!xml_attr_uint(tree, menu, "timeout", 0, TIMEOUT_MAX_MS, &timeout, error))
            return FALSE;
        os->bootmenu_timeout_ms = (gint64)timeout;
    }
    if (bios == NULL)
        return TRUE;
    if (g_strcmp0(xml_attr(bios, "useserial"), "yes") == 0)
        return xml_unsupported(tree, bios, error,
                               "useserial='yes' is not supported: add a <serial type='pty'/>, on "
                               "which the guest's system speaks, and remove it");
    if (xml_attr(bios, "rebootTimeout") != NULL &&
        !units_parse_int(xml_attr(bios, "rebootTimeout"), -1, TIMEOUT_MAX_MS,
                         &os->reboot_timeout_ms, error)) {
        g_prefix_error(error, "attribute 'rebootTimeout': ");
        return xml_error_prefix(tree, bios, error);
    }
    return TRUE;
}

static gboolean
parse_smbios(XmlTree *tree, XmlNode *node, GError **error)
{
    XmlNode *smbios = xml_child(node, "smbios");

    return smbios == NULL || xml_attr_only(tree, smbios, "mode", "emulate", error);
}

gboolean
machine_os_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    XmlNode *node = xml_child(root, "os");
    MachineOs *os = &def->machine->os;

    domain_os_init(&def->os);
    if (node == NULL)
        return xml_error(tree, root, error, "lacks <os>; add <os><type>hvm</type></os>");
    if (!parse_type(tree, node, def, error) ||
        !xml_fields_parse(tree, node, XML_FIELDS(os_fields), os, error) ||
        !parse_firmware(tree, node, os, error) || !parse_loader(tree, node, def, error) ||
        !xml_fields_parse(tree, node, XML_FIELDS(kernel_fields), os, error) ||
        !parse_boot(tree, node, os, error) || !parse_menu(tree, node, os, error) ||
        !parse_smbios(tree, node, error))
        return FALSE;
    def->machine->lines.kernel = os->kernel != NULL ? xml_child(node, "kernel")->line : 0;
    def->machine->lines.initrd = os->initrd != NULL ? xml_child(node, "initrd")->line : 0;
    def->machine->lines.dtb = os->dtb != NULL ? xml_child(node, "dtb")->line : 0;
    if (os->kernel == NULL && (os->initrd != NULL || os->cmdline != NULL))
        return xml_error(tree, node, error,
                         "has <initrd> or <cmdline> without <kernel>, which takes them; add it or "
                         "remove them");
    return TRUE;
}

static void
format_firmware(const MachineOs *os, GString *out)
{
    static const char *const yesno[] = {NULL, "yes", "no"};

    if (os->enrolled_keys == DOMAIN_SWITCH_ABSENT && os->secure_boot == DOMAIN_SWITCH_ABSENT)
        return;
    xml_write_line(out, 4, "<firmware>");
    if (os->enrolled_keys != DOMAIN_SWITCH_ABSENT)
        xml_write_line(out, 6, "<feature enabled='%s' name='enrolled-keys'/>",
                       yesno[os->enrolled_keys]);
    if (os->secure_boot != DOMAIN_SWITCH_ABSENT)
        xml_write_line(out, 6, "<feature enabled='%s' name='secure-boot'/>",
                       yesno[os->secure_boot]);
    xml_write_line(out, 4, "</firmware>");
}

/* `<name attributes>text</name>`, or without the text. */
static void
format_texted(const char *name, gsize begin, gsize bare, const char *text, GString *out)
{
    if (text == NULL && out->len == bare) {
        g_string_truncate(out, begin);
        return;
    }
    if (text == NULL) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append_c(out, '>');
    xml_write_escaped(out, text, FALSE);
    g_string_append_printf(out, "</%s>\n", name);
}

static void
format_loader(const MachineOs *os, GString *out)
{
    gsize begin = out->len, bare;

    xml_write_indent(out, 4);
    g_string_append(out, "<loader");
    bare = out->len;
    xml_fields_format_attrs(out, XML_FIELDS(loader_fields), os);
    format_texted("loader", begin, bare, os->loader, out);
    begin = out->len;
    xml_write_indent(out, 4);
    g_string_append(out, "<nvram");
    bare = out->len;
    xml_write_attr(out, "template", os->nvram_template);
    format_texted("nvram", begin, bare, os->nvram, out);
}

static void
format_menu(const MachineOs *os, GString *out)
{
    static const char *const yesno[] = {NULL, "yes", "no"};

    if (os->bootmenu != DOMAIN_SWITCH_ABSENT || os->bootmenu_timeout_ms >= 0) {
        xml_write_indent(out, 4);
        g_string_append(out, "<bootmenu");
        xml_write_attr(out, "enable", yesno[os->bootmenu]);
        if (os->bootmenu_timeout_ms >= 0)
            xml_write_attr_uint(out, "timeout", (guint64)os->bootmenu_timeout_ms);
        g_string_append(out, "/>\n");
    }
    if (os->reboot_timeout_ms != MACHINE_NO_TIMEOUT)
        xml_write_line(out, 4, "<bios rebootTimeout='%" G_GINT64_FORMAT "'/>",
                       os->reboot_timeout_ms);
}

void
machine_os_format(const DomainDef *def, GString *out)
{
    const MachineOs *os = &def->machine->os;

    xml_write_indent(out, 2);
    g_string_append(out, "<os");
    xml_fields_format_attrs(out, XML_FIELDS(os_fields), os);
    g_string_append(out, ">\n");
    xml_write_indent(out, 4);
    g_string_append(out, "<type");
    xml_write_attr(out, "arch", def->os.arch);
    xml_write_attr(out, "machine", os->machine);
    g_string_append_printf(out, ">%s</type>\n", def->os.type);
    format_firmware(os, out);
    format_loader(os, out);
    xml_fields_format_children(out, 4, XML_FIELDS(kernel_fields), os);
    for (guint i = 0; i < os->n_boot; i++)
        xml_write_line(out, 4, "<boot dev='%s'/>", machine_boot_to_string(os->boot[i]));
    format_menu(os, out);
    xml_write_line(out, 2, "</os>");
}

void
machine_os_copy(MachineOs *to)
{
    to->machine = g_strdup(to->machine);
    to->loader = g_strdup(to->loader);
    to->nvram = g_strdup(to->nvram);
    to->nvram_template = g_strdup(to->nvram_template);
    xml_fields_copy(XML_FIELDS(kernel_fields), to);
}

void
machine_os_clear(MachineOs *os)
{
    g_free(os->machine);
    g_free(os->loader);
    g_free(os->nvram);
    g_free(os->nvram_template);
    xml_fields_clear(XML_FIELDS(kernel_fields), os);
}
