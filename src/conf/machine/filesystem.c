/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/filesystem.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_fs_driver_names[] = {
    [MACHINE_FS_PATH] = "path",
    [MACHINE_FS_VIRTIOFS] = "virtiofs",
};
ENUM_IMPL(machine_fs_driver, MachineFsDriver)

static const char *const machine_fs_access_names[] = {
    [MACHINE_FS_ACCESS_PASSTHROUGH] = "passthrough",
    [MACHINE_FS_ACCESS_MAPPED] = "mapped",
    [MACHINE_FS_ACCESS_SQUASH] = "squash",
};
ENUM_IMPL(machine_fs_access, MachineFsAccess)

static const char *const machine_fs_multidevs_names[] = {
    [MACHINE_FS_MULTIDEVS_REMAP] = "remap",
    [MACHINE_FS_MULTIDEVS_FORBID] = "forbid",
    [MACHINE_FS_MULTIDEVS_WARN] = "warn",
};
ENUM_IMPL(machine_fs_multidevs, MachineFsMultidevs)

static const char *const machine_fs_cache_names[] = {
    [MACHINE_FS_CACHE_NONE] = "none",
    [MACHINE_FS_CACHE_ALWAYS] = "always",
};
ENUM_IMPL(machine_fs_cache, MachineFsCache)

static const XmlField element_fields[] = {
    XML_WORD(NULL, "accessmode", MachineFilesystem, access, machine_fs_access_names),
    XML_WORD(NULL, "model", MachineFilesystem, model, virtio_model_names),
    XML_WORD(NULL, "multidevs", MachineFilesystem, multidevs, machine_fs_multidevs_names),
};

static const XmlField driver_fields[] = {
    XML_UINT("driver", "queue", MachineFilesystem, queue_size, 1, 32768),
    VIRTIO_DRIVER_FIELDS("driver", MachineFilesystem),
};

static const XmlField binary_fields[] = {
    XML_FIELD(PATH, NULL, "path", MachineFilesystem, binary),
    XML_FIELD(ONOFF, NULL, "xattr", MachineFilesystem, xattr),
    XML_WORD("cache", "mode", MachineFilesystem, cache, machine_fs_cache_names),
};

static const XmlField lock_fields[] = {
    XML_FIELD(ONOFF, "lock", "posix", MachineFilesystem, posix_lock),
    XML_FIELD(ONOFF, "lock", "flock", MachineFilesystem, flock),
    XML_INT("thread_pool", "size", MachineFilesystem, thread_pool_size, 0, 1024),
};

static gboolean
parse_type(XmlTree *tree, XmlNode *node, GError **error)
{
    static const char *const others[] = {"template", "file", "block", "ram", "bind", "volume"};
    const char *type = xml_attr(node, "type");

    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_strcmp0(type, others[i]) == 0)
            return xml_unsupported(tree, node, error,
                                   "type '%s' is not supported for machines; use type='mount' "
                                   "with a directory, or a <disk>",
                                   type);
    return xml_attr_only(tree, node, "type", "mount", error);
}

static gboolean
parse_mode(XmlTree *tree, XmlNode *node, const char *name, int *ret_mode, GError **error)
{
    const char *text = xml_attr(node, name);
    guint64 value;
    char *end;

    if (text == NULL)
        return TRUE;
    value = g_ascii_strtoull(text, &end, 8);
    if (!g_ascii_isdigit(*text) || *end != '\0' || value > 0777)
        return xml_error(tree, node, error,
                         "attribute '%s' is '%.*s'; give permission bits like 0640", name,
                         XML_QUOTE_MAX, text);
    *ret_mode = (int)value;
    return TRUE;
}

static gboolean
parse_driver(XmlTree *tree, XmlNode *node, MachineFilesystem *fs, GError **error)
{
    static const char *const others[] = {"loop", "nbd", "ploop", "handle", "mtp"};
    static const char *const policies[] = {NULL, "immediate"};
    XmlNode *driver = xml_child(node, "driver");
    const char *type = driver != NULL ? xml_attr(driver, "type") : NULL;
    int index = 0;

    if (driver == NULL)
        return TRUE;
    fs->has_driver = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_strcmp0(type, others[i]) == 0)
            return xml_unsupported(tree, driver, error,
                                   "type '%s' is not supported for machines; use path (9p) or "
                                   "virtiofs",
                                   type);
    if (!xml_attr_word(tree, driver, "type", machine_fs_driver_names, MACHINE_FS_LAST, &index,
                       error))
        return FALSE;
    fs->driver = (MachineFsDriver)index;
    index = 0;
    if (!xml_attr_word(tree, driver, "wrpolicy", policies, 2, &index, error))
        return FALSE;
    fs->wrpolicy_immediate = index == 1;
    if (fs->wrpolicy_immediate && fs->driver != MACHINE_FS_PATH)
        return xml_error(tree, driver, error, "attribute 'wrpolicy' is for type='path'; remove it");
    if (!xml_fields_parse(tree, node, XML_FIELDS(driver_fields), fs, error))
        return FALSE;
    if (fs->queue_size != 0 && fs->driver != MACHINE_FS_VIRTIOFS)
        return xml_error(tree, driver, error,
                         "attribute 'queue' is for type='virtiofs'; remove it");
    return TRUE;
}

static gboolean
parse_binary(XmlTree *tree, XmlNode *node, MachineFilesystem *fs, GError **error)
{
    static const char *const modes[] = {NULL, "namespace", "chroot"};
    XmlNode *binary = xml_child(node, "binary"), *sandbox;
    int mode = 0;

    if (binary == NULL)
        return TRUE;
    if (fs->driver != MACHINE_FS_VIRTIOFS)
        return xml_error(tree, binary, error, "is for <driver type='virtiofs'/>; remove it");
    if (!xml_fields_parse(tree, binary, XML_FIELDS(binary_fields), fs, error) ||
        !xml_fields_parse(tree, binary, XML_FIELDS(lock_fields), fs, error))
        return FALSE;
    sandbox = xml_child(binary, "sandbox");
    if (sandbox != NULL && !xml_attr_word(tree, sandbox, "mode", modes, 3, &mode, error))
        return FALSE;
    fs->sandbox_namespace = mode == 1;
    fs->sandbox_chroot = mode == 2;
    return TRUE;
}

static gboolean
parse_source(XmlTree *tree, XmlNode *node, MachineFilesystem *fs, GError **error)
{
    XmlNode *source = xml_child(node, "source"), *target = xml_child(node, "target");
    const char *dir, *socket, *tag;

    if (source == NULL)
        return xml_error(tree, node, error, "lacks <source dir='...'/>");
    dir = xml_attr(source, "dir");
    socket = fs->driver == MACHINE_FS_VIRTIOFS ? xml_attr(source, "socket") : NULL;
    if (dir != NULL && socket != NULL)
        return xml_error(tree, source, error,
                         "has both 'dir' and 'socket'; a socket's daemon knows its directory "
                         "itself, remove one");
    if (socket != NULL)
        fs->socket = xml_path(tree, source, "socket", socket, error);
    else
        fs->source = xml_path(tree, source, "dir", dir, error);
    if (fs->socket == NULL && fs->source == NULL)
        return FALSE;
    if (target == NULL)
        return xml_error(tree, node, error, "lacks <target dir='...'/>: the tag to mount it by");
    tag = xml_attr_need(tree, target, "dir", error);
    if (tag == NULL)
        return FALSE;
    /* the sizes of the tag in the two devices */
    if (strlen(tag) > (fs->driver == MACHINE_FS_VIRTIOFS ? 36 : 31))
        return xml_error(tree, target, error,
                         "dir '%.*s' is longer than the %d bytes that a tag may have; it is no "
                         "path in the guest, choose a short word",
                         XML_QUOTE_MAX, tag, fs->driver == MACHINE_FS_VIRTIOFS ? 36 : 31);
    for (const char *at = tag; *at != '\0'; at++)
        if ((guchar)*at < 0x20 || *at == 0x7f)
            return xml_error(tree, target, error, "dir holds a control character; remove it");
    fs->target = g_strdup(tag);
    return TRUE;
}

static gboolean
check(XmlTree *tree, XmlNode *node, const MachineFilesystem *fs, GError **error)
{
    if ((fs->fmode >= 0 || fs->dmode >= 0) &&
        (fs->access != MACHINE_FS_ACCESS_MAPPED || fs->driver != MACHINE_FS_PATH))
        return xml_error(tree, node, error,
                         "attributes 'fmode' and 'dmode' are for accessmode='mapped' of 9p; "
                         "remove them");
    if (fs->driver != MACHINE_FS_VIRTIOFS)
        return TRUE;
    if (fs->access != MACHINE_FS_ACCESS_PASSTHROUGH)
        return xml_error(tree, node, error,
                         "accessmode '%s' is not possible with virtiofs; use passthrough",
                         machine_fs_access_to_string(fs->access));
    if (fs->readonly)
        return xml_unsupported(tree, xml_child(node, "readonly"), error,
                               "is not possible with virtiofs; use 9p (<driver type='path'/>)");
    if (fs->multidevs != MACHINE_FS_MULTIDEVS_ABSENT)
        return xml_error(tree, node, error, "attribute 'multidevs' is for 9p; remove it");
    return TRUE;
}

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineFilesystem *fs = device;

    fs->fmode = fs->dmode = -1;
    xml_fields_init(XML_FIELDS(lock_fields), fs);
    fs->readonly = xml_child(node, "readonly") != NULL;
    return parse_type(tree, node, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(element_fields), fs, error) &&
           parse_mode(tree, node, "fmode", &fs->fmode, error) &&
           parse_mode(tree, node, "dmode", &fs->dmode, error) &&
           parse_driver(tree, node, fs, error) && parse_binary(tree, node, fs, error) &&
           parse_source(tree, node, fs, error) && check(tree, node, fs, error) &&
           device_info_parse(tree, node, DEVICE_MAY_BOOT | DEVICE_MAY_ACPI, AT_VIRTIO, &fs->info,
                             error);
}

static void
format_driver(const MachineFilesystem *fs, GString *out)
{
    if (!fs->has_driver)
        return;
    xml_write_indent(out, 6);
    g_string_append_printf(out, "<driver type='%s'", machine_fs_driver_to_string(fs->driver));
    if (fs->wrpolicy_immediate)
        g_string_append(out, " wrpolicy='immediate'");
    xml_fields_format_open(out, XML_FIELDS(driver_fields), fs);
    g_string_append(out, "/>\n");
}

static void
format_binary(const MachineFilesystem *fs, GString *out)
{
    gsize begin = out->len, body, empty;

    xml_write_indent(out, 6);
    g_string_append(out, "<binary");
    empty = out->len;
    xml_fields_format_attrs(out, XML_FIELDS(binary_fields), fs);
    body = out->len;
    xml_fields_format_children(out, 8, XML_FIELDS(binary_fields), fs);
    if (fs->sandbox_chroot || fs->sandbox_namespace)
        xml_write_line(out, 8, "<sandbox mode='%s'/>", fs->sandbox_chroot ? "chroot" : "namespace");
    xml_fields_format_children(out, 8, XML_FIELDS(lock_fields), fs);
    if (out->len == empty)
        g_string_truncate(out, begin); /* nothing to say */
    else
        xml_write_close(out, 6, "binary", body);
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineFilesystem *fs = device;

    xml_write_indent(out, 4);
    g_string_append(out, "<filesystem type='mount'");
    xml_fields_format_attrs(out, element_fields, 2, fs);
    if (fs->fmode >= 0)
        g_string_append_printf(out, " fmode='%04o'", (guint)fs->fmode);
    if (fs->dmode >= 0)
        g_string_append_printf(out, " dmode='%04o'", (guint)fs->dmode);
    xml_fields_format_attrs(out, element_fields + 2, 1, fs);
    g_string_append(out, ">\n");
    format_driver(fs, out);
    format_binary(fs, out);
    xml_write_element(out, 6, "source", fs->socket != NULL ? "socket" : "dir",
                      fs->socket != NULL ? fs->socket : fs->source, NULL);
    xml_write_element(out, 6, "target", "dir", fs->target, NULL);
    if (fs->readonly)
        xml_write_line(out, 6, "<readonly/>");
    device_info_format(&fs->info, flags, 6, out);
    xml_write_line(out, 4, "</filesystem>");
}

static void
copy(gpointer to)
{
    MachineFilesystem *fs = to;

    device_info_copy(&fs->info);
    fs->source = g_strdup(fs->source);
    fs->socket = g_strdup(fs->socket);
    fs->target = g_strdup(fs->target);
    fs->binary = g_strdup(fs->binary);
}

static void
clear(gpointer device)
{
    MachineFilesystem *fs = device;

    device_info_clear(&fs->info);
    g_free(fs->source);
    g_free(fs->socket);
    g_free(fs->target);
    g_free(fs->binary);
}

const MachineDeviceOps machine_filesystem_ops = {
    "filesystem", sizeof(MachineFilesystem), parse, format, copy, clear};
