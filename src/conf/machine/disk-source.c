/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_disk_format_names[] = {
    [MACHINE_FORMAT_RAW] = "raw",
    [MACHINE_FORMAT_QCOW2] = "qcow2",
};
ENUM_IMPL(machine_disk_format, MachineDiskFormat)

static const char *const machine_startup_names[] = {
    [MACHINE_STARTUP_MANDATORY] = "mandatory",
    [MACHINE_STARTUP_REQUISITE] = "requisite",
    [MACHINE_STARTUP_OPTIONAL] = "optional",
};
ENUM_IMPL(machine_startup, MachineStartup)

static const char *const storage_types[] = {"file", "block"};

/* type= of <disk> and <backingStore>: FALSE is a file. */
static gboolean
parse_storage_type(XmlTree *tree, XmlNode *node, gboolean *ret_is_block, GError **error)
{
    static const char *const others[] = {"dir",  "network",   "volume",
                                         "nvme", "vhostuser", "vhostvdpa"};
    const char *type = xml_attr(node, "type");
    int index = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_strcmp0(type, others[i]) == 0)
            return xml_unsupported(tree, node, error,
                                   "type '%s' is not supported: %s; use type='file' with the "
                                   "image, or type='block'",
                                   type,
                                   i == 0   ? "QEMU's virtual FAT is not safe to write to"
                                   : i == 2 ? "storage pools come in a later lodge"
                                            : "disks over the network come in a later lodge");
    if (!xml_attr_word(tree, node, "type", storage_types, 2, &index, error))
        return FALSE;
    *ret_is_block = index;
    return TRUE;
}

static gboolean
parse_format(XmlTree *tree, XmlNode *node, const char *attr, MachineDiskFormat *ret_format,
             GError **error)
{
    static const char *const others[] = {"aio", "bochs", "cloop",     "cow",   "dmg",  "ext",
                                         "iso", "luks",  "parallels", "ploop", "qcow", "qed",
                                         "vdi", "vhd",   "vhdx",      "vmdk",  "vpc",  "fat"};
    const char *format = xml_attr(node, attr);

    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_strcmp0(format, others[i]) == 0)
            return xml_unsupported(tree, node, error,
                                   "%s '%s' is not supported; make a qcow2 of it with 'qemu-img "
                                   "convert -O qcow2'",
                                   attr, format);
    return xml_attr_word(tree, node, attr, machine_disk_format_names, MACHINE_FORMAT_LAST,
                         (int *)ret_format, error);
}

/* The path in <source file=> or <source dev=>; NULL without an error when there is none. */
static gboolean
parse_path(XmlTree *tree, XmlNode *source, gboolean is_block, char **ret_path, GError **error)
{
    const char *attr = is_block ? "dev" : "file";
    const char *path = xml_attr(source, attr);

    if (path == NULL || *path == '\0') {
        if (xml_attr(source, is_block ? "file" : "dev") != NULL)
            return xml_error(tree, source, error, "has '%s=', but the type wants '%s='",
                             is_block ? "file" : "dev", attr);
        return TRUE;
    }
    *ret_path = xml_path(tree, source, attr, path, error);
    return *ret_path != NULL;
}

/* index= of live XML. */
static gboolean
parse_index(XmlTree *tree, XmlNode *node, guint *ret_index, GError **error)
{
    guint64 index = 0;

    if (!xml_is_live(tree)) {
        (void)xml_attr(node, "index");
        return TRUE;
    }
    if (!xml_attr_uint(tree, node, "index", 1, G_MAXINT32, &index, error))
        return FALSE;
    *ret_index = (guint)index;
    return TRUE;
}

static void
layer_free(gpointer data)
{
    MachineDiskLayer *layer = data;

    g_free(layer->path);
    g_free(layer);
}

GPtrArray *
machine_disk_backing_new(void)
{
    return g_ptr_array_new_with_free_func(layer_free);
}

GPtrArray *
machine_disk_backing_copy(const GPtrArray *from)
{
    GPtrArray *to = machine_disk_backing_new();

    for (guint i = 0; i < from->len; i++) {
        MachineDiskLayer *layer = g_memdup2(g_ptr_array_index(from, i), sizeof *layer);

        layer->path = g_strdup(layer->path);
        g_ptr_array_add(to, layer);
    }
    return to;
}

static gboolean
parse_layer(XmlTree *tree, XmlNode *node, MachineDiskLayer *layer, GError **error)
{
    XmlNode *source = xml_child(node, "source"), *format = xml_child(node, "format");

    if (!parse_storage_type(tree, node, &layer->is_block, error) ||
        !parse_index(tree, node, &layer->index, error))
        return FALSE;
    if (source == NULL)
        return xml_error(tree, node, error, "lacks <source>; name the image below");
    if (format == NULL)
        return xml_error(tree, node, error, "lacks <format type='raw|qcow2'/>");
    if (xml_attr_need(tree, format, "type", error) == NULL ||
        !parse_format(tree, format, "type", &layer->format, error) ||
        !parse_path(tree, source, layer->is_block, &layer->path, error))
        return FALSE;
    (void)xml_attr(source, "index");
    return layer->path != NULL || xml_error(tree, source, error, "lacks the attribute '%s'",
                                            layer->is_block ? "dev" : "file");
}

static gboolean
parse_backing(XmlTree *tree, XmlNode *node, MachineDisk *disk, GError **error)
{
    XmlNode *store = xml_child(node, "backingStore");

    for (; store != NULL; store = xml_child(store, "backingStore")) {
        MachineDiskLayer *layer;

        if (disk->backing_ends || disk->backing->len >= MACHINE_BACKING_MAX)
            return xml_error(tree, store, error, "is layer %u; the limit is %d",
                             disk->backing->len + 1, MACHINE_BACKING_MAX);
        if (xml_attr(store, "type") == NULL && store->child == NULL) {
            disk->backing_ends = TRUE;
            break;
        }
        layer = g_new0(MachineDiskLayer, 1);
        g_ptr_array_add(disk->backing, layer);
        if (!parse_layer(tree, store, layer, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
machine_disk_source_parse(XmlTree *tree, XmlNode *node, MachineDisk *disk, GError **error)
{
    XmlNode *source = xml_child(node, "source"), *driver = xml_child(node, "driver");

    if (!parse_storage_type(tree, node, &disk->is_block, error))
        return FALSE;
    if (driver != NULL && !parse_format(tree, driver, "type", &disk->format, error))
        return FALSE;
    if (source != NULL && (!parse_path(tree, source, disk->is_block, &disk->source, error) ||
                           !parse_index(tree, source, &disk->source_index, error) ||
                           !xml_attr_word(tree, source, "startupPolicy", machine_startup_names,
                                          MACHINE_STARTUP_LAST, (int *)&disk->startup, error)))
        return FALSE;
    return parse_backing(tree, node, disk, error);
}

static void
format_backing(const MachineDisk *disk, DomainFormatFlags flags, GString *out)
{
    guint n = disk->backing->len, indent = 6;

    for (guint i = 0; i < n; i++, indent += 2) {
        const MachineDiskLayer *layer = g_ptr_array_index(disk->backing, i);

        xml_write_indent(out, indent);
        g_string_append_printf(out, "<backingStore type='%s'", storage_types[layer->is_block]);
        if ((flags & DOMAIN_FORMAT_INACTIVE) == 0 && layer->index != 0)
            xml_write_attr_uint(out, "index", layer->index);
        g_string_append(out, ">\n");
        xml_write_line(out, indent + 2, "<format type='%s'/>",
                       machine_disk_format_to_string(layer->format));
        xml_write_element(out, indent + 2, "source", layer->is_block ? "dev" : "file", layer->path,
                          NULL);
    }
    if (disk->backing_ends)
        xml_write_line(out, indent, "<backingStore/>");
    for (; n > 0; n--) {
        indent -= 2;
        xml_write_line(out, indent, "</backingStore>");
    }
}

void
machine_disk_source_format(const MachineDisk *disk, DomainFormatFlags flags, GString *out)
{
    gboolean shows_index = (flags & DOMAIN_FORMAT_INACTIVE) == 0 && disk->source_index != 0;

    if (disk->source != NULL || disk->startup != MACHINE_STARTUP_ABSENT) {
        xml_write_indent(out, 6);
        g_string_append(out, "<source");
        xml_write_attr(out, disk->is_block ? "dev" : "file", disk->source);
        xml_write_attr(out, "startupPolicy", machine_startup_to_string(disk->startup));
        if (shows_index)
            xml_write_attr_uint(out, "index", disk->source_index);
        g_string_append(out, "/>\n");
    }
    format_backing(disk, flags, out);
}
