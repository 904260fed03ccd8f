/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

gboolean
domain_device_drop_common(XmlTree *tree, XmlNode *node, GError **error)
{
    XmlNode *alias = xml_child(node, "alias");
    const char *name = alias != NULL ? xml_attr(alias, "name") : NULL;

    if (name != NULL && g_str_has_prefix(name, "ua-"))
        return xml_unsupported(tree, alias, error,
                               "'%.*s' is not supported: devices have no names of their own; "
                               "remove it",
                               XML_QUOTE_MAX, name);
    xml_drop(node, "alias");   /* live XML */
    xml_drop(node, "address"); /* of buses that a container has not */
    return TRUE;
}

/* A place in the list, when there is one left. */
static gboolean
has_room(XmlTree *tree, const XmlNode *node, const GPtrArray *list, guint max, GError **error)
{
    return list->len < max ||
           xml_error(tree, node, error, "is number %u; the limit is %u", list->len + 1, max);
}

static gboolean
add_device(XmlTree *tree, const XmlNode *node, GPtrArray *list, gpointer device)
{
    if (device != NULL)
        g_ptr_array_add(list, device);
    return device != NULL;
}

/* Marks what it reads; other elements stay unseen and are refused or reported later. */
static gboolean
parse_device(XmlTree *tree, XmlNode *node, DomainDef *def, GError **error)
{
    if (strcmp(node->name, "filesystem") == 0) {
        node->seen = TRUE;
        return has_room(tree, node, def->filesystems, DOMAIN_DEVICES_MAX, error) &&
               add_device(tree, node, def->filesystems, domain_fs_parse(tree, node, error));
    }
    if (strcmp(node->name, "interface") == 0) {
        node->seen = TRUE;
        return has_room(tree, node, def->nets, DOMAIN_DEVICES_MAX, error) &&
               add_device(tree, node, def->nets, domain_net_parse(tree, node, FALSE, error));
    }
    if (strcmp(node->name, "console") == 0 || strcmp(node->name, "serial") == 0) {
        DomainConsole *console;

        node->seen = TRUE;
        if (!has_room(tree, node, def->consoles, DOMAIN_CONSOLES_MAX, error))
            return FALSE;
        console = domain_console_parse(tree, node, error);
        if (console != NULL)
            console->port = (int)def->consoles->len;
        return add_device(tree, node, def->consoles, console);
    }
    if (strcmp(node->name, "hostdev") == 0) {
        node->seen = TRUE;
        return has_room(tree, node, def->hostdevs, DOMAIN_DEVICES_MAX, error) &&
               add_device(tree, node, def->hostdevs, domain_hostdev_parse(tree, node, error));
    }
    return TRUE;
}

/* Two interfaces cannot have one name in the guest, nor one on the host. */
gboolean
domain_devices_check_names(XmlTree *tree, const DomainDef *def, GError **error)
{
    for (guint i = 0; i < def->nets->len; i++)
        for (guint j = i + 1; j < def->nets->len; j++) {
            const DomainNet *a = g_ptr_array_index(def->nets, i);
            const DomainNet *b = g_ptr_array_index(def->nets, j);
            XmlNode at = {.name = "interface", .prefix = "", .line = b->line};

            if (a->guest_dev != NULL && g_strcmp0(a->guest_dev, b->guest_dev) == 0)
                return xml_error(tree, &at, error,
                                 "has the guest dev '%s' of the one in line %d; rename one",
                                 b->guest_dev, a->line);
            if (a->host_dev != NULL && g_strcmp0(a->host_dev, b->host_dev) == 0)
                return xml_error(tree, &at, error,
                                 "has the target dev '%s' of the one in line %d; rename one",
                                 b->host_dev, a->line);
        }
    return TRUE;
}

gboolean
domain_emulator_parse(XmlTree *tree, XmlNode *devices, DomainDef *def, GError **error)
{
    XmlNode *emulator = xml_child(devices, "emulator");

    if (emulator == NULL || *xml_text(emulator) == '\0')
        return TRUE;
    def->emulator = xml_path(tree, emulator, "path", xml_text(emulator), error);
    return def->emulator != NULL;
}

gboolean
domain_devices_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    XmlNode *devices = xml_child(root, "devices");

    if (devices == NULL)
        return TRUE;
    def->lines.devices = devices->line;
    if (!domain_emulator_parse(tree, devices, def, error))
        return FALSE;
    for (XmlNode *node = devices->child; node != NULL; node = node->next)
        if (node->ns == NULL && !parse_device(tree, node, def, error))
            return FALSE;
    return domain_fs_check(tree, devices, def, error) &&
           domain_devices_check_names(tree, def, error);
}

void
domain_devices_format(const DomainDef *def, DomainFormatFlags flags, GString *out)
{
    xml_write_line(out, 2, "<devices>");
    xml_write_text(out, 4, "emulator", def->emulator);
    for (guint i = 0; i < def->filesystems->len; i++)
        domain_fs_format(g_ptr_array_index(def->filesystems, i), out);
    for (guint i = 0; i < def->nets->len; i++)
        domain_net_format(g_ptr_array_index(def->nets, i), flags, out);
    for (guint i = 0; i < def->consoles->len; i++)
        domain_console_format(g_ptr_array_index(def->consoles, i), flags, out);
    for (guint i = 0; i < def->hostdevs->len; i++)
        domain_hostdev_format(g_ptr_array_index(def->hostdevs, i), out);
    xml_write_line(out, 2, "</devices>");
}
