/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain/domain.h"

#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/machine/parts-priv.h"
#include "conf/metadata.h"
#include "conf/name.h"
#include "conf/xml/report.h"
#include "conf/xml/write.h"

gboolean
domain_name_check(const char *name, GError **error)
{
    return name_check("domain", name, error);
}

char *
domain_metadata_get(const DomainDef *def, const char *uri, GError **error)
{
    return metadata_get(def->metadata, uri, error);
}

gboolean
domain_metadata_set(DomainDef *def, const char *key, const char *uri, const char *xml,
                    GError **error)
{
    return metadata_set(&def->metadata, key, uri, xml, error);
}

static void
fs_free(gpointer data)
{
    domain_fs_free(data);
}

static void
net_free(gpointer data)
{
    domain_net_free(data);
}

static void
console_free(gpointer data)
{
    domain_console_free(data);
}

static void
hostdev_free(gpointer data)
{
    domain_hostdev_free(data);
}

static void
init_lists(DomainDef *def)
{
    def->filesystems = g_ptr_array_new_with_free_func(fs_free);
    def->nets = g_ptr_array_new_with_free_func(net_free);
    def->consoles = g_ptr_array_new_with_free_func(console_free);
    def->hostdevs = g_ptr_array_new_with_free_func(hostdev_free);
    def->idmap_uid = g_array_new(FALSE, FALSE, sizeof(DomainIdRange));
    def->idmap_gid = g_array_new(FALSE, FALSE, sizeof(DomainIdRange));
}

static int
line_of(XmlNode *root, const char *name)
{
    const XmlNode *node = xml_child(root, name);

    return node != NULL ? node->line : 0;
}

static gboolean
parse_container(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    return domain_os_parse(tree, root, &def->os, error) &&
           domain_idmap_parse(tree, root, def, error) &&
           domain_features_parse(tree, root, &def->features, error) &&
           domain_basic_parse_tail(tree, root, def, error) &&
           domain_devices_parse(tree, root, def, error) &&
           domain_confine_parse(tree, root, def, error) && domain_refuse_known(tree, error) &&
           domain_confine_refuse(tree, error);
}

static gboolean
parse_families(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    def->lines.domain = root->line;
    def->lines.os = line_of(root, "os");
    def->lines.memory = line_of(root, "memory");
    def->lines.vcpu = line_of(root, "vcpu");
    def->lines.memtune = line_of(root, "memtune");
    def->lines.cputune = line_of(root, "cputune");
    def->lines.blkiotune = line_of(root, "blkiotune");
    return domain_basic_parse(tree, root, def, error) &&
           metadata_parse(tree, root, &def->metadata, error) &&
           domain_tune_parse(tree, root, &def->tune, error) &&
           (def->type == DOMAIN_TYPE_LXC ? parse_container(tree, root, def, error)
                                         : machine_parse(tree, root, def, error));
}

static DomainDef *
parse_tree(XmlTree *tree, gboolean strict, GPtrArray **ret_warnings, GError **error)
{
    g_autoptr(DomainDef) def = NULL;

    def = g_new0(DomainDef, 1);
    def->id = -1;
    init_lists(def);
    domain_tune_init(&def->tune);
    domain_confine_init(&def->confine);
    if (!parse_families(tree, xml_root(tree), def, error) ||
        !xml_report_unknown(tree, strict, ret_warnings, error))
        return NULL;
    return g_steal_pointer(&def);
}

DomainDef *
domain_def_parse(const char *text, gsize size, const char *source, gboolean strict,
                 GPtrArray **ret_warnings, GError **error)
{
    g_autoptr(XmlTree) tree = xml_parse(text, size, source, "domain", error);

    return tree != NULL ? parse_tree(tree, strict, ret_warnings, error) : NULL;
}

DomainDef *
domain_def_parse_live(const char *text, gsize size, const char *source, GError **error)
{
    g_autoptr(XmlTree) tree = xml_parse(text, size, source, "domain", error);

    if (tree == NULL)
        return NULL;
    xml_set_live(tree);
    return parse_tree(tree, FALSE, NULL, error);
}

void
domain_def_free(DomainDef *def)
{
    if (def == NULL)
        return;
    g_free(def->name);
    g_free(def->title);
    g_free(def->description);
    g_free(def->metadata);
    g_free(def->emulator);
    domain_os_clear(&def->os);
    domain_tune_clear(&def->tune);
    domain_confine_clear(&def->confine);
    machine_free(def->machine);
    g_ptr_array_unref(def->filesystems);
    g_ptr_array_unref(def->nets);
    g_ptr_array_unref(def->consoles);
    g_ptr_array_unref(def->hostdevs);
    g_array_unref(def->idmap_uid);
    g_array_unref(def->idmap_gid);
    g_free(def);
}

DomainDef *
domain_def_copy(const DomainDef *from)
{
    DomainDef *to = g_memdup2(from, sizeof *from);

    to->name = g_strdup(from->name);
    to->title = g_strdup(from->title);
    to->description = g_strdup(from->description);
    to->metadata = g_strdup(from->metadata);
    to->emulator = g_strdup(from->emulator);
    domain_os_copy(&from->os, &to->os);
    domain_tune_copy(&from->tune, &to->tune);
    domain_confine_copy(&from->confine, &to->confine);
    to->machine = from->machine != NULL ? machine_copy(from->machine) : NULL;
    init_lists(to);
    for (guint i = 0; i < from->filesystems->len; i++)
        g_ptr_array_add(to->filesystems, domain_fs_copy(g_ptr_array_index(from->filesystems, i)));
    for (guint i = 0; i < from->nets->len; i++)
        g_ptr_array_add(to->nets, domain_net_copy(g_ptr_array_index(from->nets, i)));
    for (guint i = 0; i < from->consoles->len; i++)
        g_ptr_array_add(to->consoles, domain_console_copy(g_ptr_array_index(from->consoles, i)));
    for (guint i = 0; i < from->hostdevs->len; i++)
        g_ptr_array_add(to->hostdevs, domain_hostdev_copy(g_ptr_array_index(from->hostdevs, i)));
    if (from->idmap_uid->len > 0)
        g_array_append_vals(to->idmap_uid, from->idmap_uid->data, from->idmap_uid->len);
    if (from->idmap_gid->len > 0)
        g_array_append_vals(to->idmap_gid, from->idmap_gid->data, from->idmap_gid->len);
    return to;
}

static void
format_container(const DomainDef *def, DomainFormatFlags flags, GString *out)
{
    domain_os_format(&def->os, out);
    domain_idmap_format(def, out);
    domain_features_format(&def->features, out);
    domain_basic_format_events(def, out);
    domain_devices_format(def, flags, out);
}

char *
domain_def_format(const DomainDef *def, DomainFormatFlags flags)
{
    GString *out = g_string_sized_new(2048);

    g_string_append_printf(out, "<domain type='%s'", domain_type_to_string(def->type));
    if ((flags & DOMAIN_FORMAT_INACTIVE) == 0 && def->id >= 0)
        g_string_append_printf(out, " id='%d'", def->id);
    if (def->machine != NULL && !machine_qemu_is_empty(def->machine))
        g_string_append(out, " xmlns:qemu='" MACHINE_QEMU_NS "'");
    if (!domain_confine_is_default(def))
        g_string_append(out, " xmlns:lodge='" LODGE_DOMAIN_NS "'");
    g_string_append(out, ">\n");
    domain_basic_format_names(def, out);
    metadata_format(def->metadata, out);
    domain_basic_format_memory(def, out);
    domain_tune_format(def, out);
    if (def->machine != NULL)
        machine_format_body(def, flags, out);
    else
        format_container(def, flags, out);
    if (def->has_seclabel)
        xml_write_line(out, 2, "<seclabel type='none'/>");
    domain_confine_format(def, out);
    if (def->machine != NULL)
        machine_qemu_format(def->machine, out);
    g_string_append(out, "</domain>\n");
    return g_string_free(out, FALSE);
}
