/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/error.h"
#include "util/units.h"

static const char *const domain_fs_type_names[] = {
    [DOMAIN_FS_MOUNT] = "mount", [DOMAIN_FS_BIND] = "bind",   [DOMAIN_FS_RAM] = "ram",
    [DOMAIN_FS_FILE] = "file",   [DOMAIN_FS_BLOCK] = "block",
};
ENUM_IMPL(domain_fs_type, DomainFsType)

/* The attribute of <source> that each type has; what <ram> has is a size. */
static const char *const source_attrs[] = {
    [DOMAIN_FS_MOUNT] = "dir", [DOMAIN_FS_BIND] = "dir",  [DOMAIN_FS_RAM] = "usage",
    [DOMAIN_FS_FILE] = "file", [DOMAIN_FS_BLOCK] = "dev",
};

static gboolean
parse_type(XmlTree *tree, XmlNode *node, DomainFs *fs, GError **error)
{
    const char *type = xml_attr(node, "type");
    int index = DOMAIN_FS_MOUNT;

    if (type != NULL && (strcmp(type, "template") == 0 || strcmp(type, "volume") == 0))
        return xml_unsupported(tree, node, error,
                               "type '%s' is not supported yet; use type='mount' with the "
                               "directory, or type='file' with a raw image",
                               type);
    if (!xml_attr_word(tree, node, "type", domain_fs_type_names, DOMAIN_FS_LAST, &index, error))
        return FALSE;
    fs->type = (DomainFsType)index;
    return TRUE;
}

static gboolean
parse_driver(XmlTree *tree, XmlNode *node, DomainFs *fs, GError **error)
{
    XmlNode *driver = xml_child(node, "driver");

    if (driver == NULL)
        return TRUE;
    if (fs->type != DOMAIN_FS_FILE)
        return xml_unsupported(tree, driver, error,
                               "is not supported for <filesystem type='%s'>; remove it",
                               domain_fs_type_to_string(fs->type));
    return xml_attr_only(tree, driver, "type", "loop", error) &&
           xml_attr_only(tree, driver, "format", "raw", error);
}

static gboolean
parse_usage(XmlTree *tree, XmlNode *source, DomainFs *fs, GError **error)
{
    const char *usage = xml_attr_need(tree, source, "usage", error);

    if (usage == NULL)
        return FALSE;
    if (!units_parse_size(usage, xml_attr(source, "units"), 1024, G_MAXINT64 - 1023,
                          &fs->usage_bytes, error))
        return xml_error_prefix(tree, source, error);
    if (fs->usage_bytes == 0)
        return xml_error(tree, source, error, "attribute 'usage' is 0; give the size in KiB");
    fs->usage_bytes = (fs->usage_bytes + 1023) & ~(guint64)1023;
    return TRUE;
}

static gboolean
parse_source(XmlTree *tree, XmlNode *node, DomainFs *fs, GError **error)
{
    XmlNode *source = xml_child(node, "source");
    const char *attr = source_attrs[fs->type];

    if (source == NULL)
        return xml_error(tree, node, error, "type '%s' lacks <source %s='...'/>",
                         domain_fs_type_to_string(fs->type), attr);
    if (fs->type == DOMAIN_FS_RAM)
        return parse_usage(tree, source, fs, error);
    if (xml_attr_need(tree, source, attr, error) == NULL)
        return FALSE;
    fs->source = xml_path(tree, source, attr, xml_attr(source, attr), error);
    return fs->source != NULL;
}

static gboolean
parse_target(XmlTree *tree, XmlNode *node, DomainFs *fs, GError **error)
{
    XmlNode *target = xml_child(node, "target");

    if (target == NULL)
        return xml_error(tree, node, error, "lacks <target dir='...'/>");
    if (xml_attr_need(tree, target, "dir", error) == NULL)
        return FALSE;
    fs->target = xml_path(tree, target, "dir", xml_attr(target, "dir"), error);
    if (fs->target != NULL && fs->type == DOMAIN_FS_BIND && strcmp(fs->target, "/") == 0)
        return xml_error(tree, node, error,
                         "type 'bind' takes its source from inside the guest, so it cannot be the "
                         "root; use type='mount'");
    return fs->target != NULL;
}

DomainFs *
domain_fs_parse(XmlTree *tree, XmlNode *node, GError **error)
{
    DomainFs *fs = g_new0(DomainFs, 1);

    fs->line = node->line;
    fs->readonly = xml_child(node, "readonly") != NULL;
    if (parse_type(tree, node, fs, error) &&
        xml_attr_only(tree, node, "accessmode", "passthrough", error) &&
        parse_driver(tree, node, fs, error) && parse_source(tree, node, fs, error) &&
        parse_target(tree, node, fs, error) && domain_device_drop_common(tree, node, error))
        return fs;
    domain_fs_free(fs);
    return NULL;
}

gboolean
domain_fs_check(XmlTree *tree, XmlNode *devices, const DomainDef *def, GError **error)
{
    const DomainFs *root = NULL;

    for (guint i = 0; i < def->filesystems->len; i++) {
        const DomainFs *fs = g_ptr_array_index(def->filesystems, i);

        if (strcmp(fs->target, "/") != 0)
            continue;
        if (root != NULL)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%s:%d: <filesystem> is a second one for the root '/'; the first is "
                             "of line %d, remove one",
                             xml_source(tree), fs->line, root->line);
        root = fs;
    }
    return TRUE;
}

void
domain_fs_format(const DomainFs *fs, GString *out)
{
    xml_write_line(out, 4, "<filesystem type='%s' accessmode='passthrough'>",
                   domain_fs_type_to_string(fs->type));
    if (fs->type == DOMAIN_FS_FILE)
        xml_write_line(out, 6, "<driver type='loop' format='raw'/>");
    if (fs->type == DOMAIN_FS_RAM)
        xml_write_line(out, 6, "<source usage='%" G_GUINT64_FORMAT "' units='KiB'/>",
                       fs->usage_bytes / 1024);
    else
        xml_write_element(out, 6, "source", source_attrs[fs->type], fs->source, NULL);
    xml_write_element(out, 6, "target", "dir", fs->target, NULL);
    if (fs->readonly)
        xml_write_line(out, 6, "<readonly/>");
    xml_write_line(out, 4, "</filesystem>");
}

DomainFs *
domain_fs_copy(const DomainFs *from)
{
    DomainFs *to = g_memdup2(from, sizeof *from);

    to->source = g_strdup(from->source);
    to->target = g_strdup(from->target);
    return to;
}

void
domain_fs_free(DomainFs *fs)
{
    if (fs == NULL)
        return;
    g_free(fs->source);
    g_free(fs->target);
    g_free(fs);
}
