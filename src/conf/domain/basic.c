/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/error.h"
#include "util/uuid.h"

static const char *const domain_type_names[] = {
    [DOMAIN_TYPE_LXC] = "lxc",
    [DOMAIN_TYPE_QEMU] = "qemu",
    [DOMAIN_TYPE_KVM] = "kvm",
};
ENUM_IMPL(domain_type, DomainType)

static const char *const domain_action_names[] = {
    [DOMAIN_ACTION_DESTROY] = "destroy",
    [DOMAIN_ACTION_RESTART] = "restart",
    [DOMAIN_ACTION_PRESERVE] = "preserve",
    [DOMAIN_ACTION_RENAME_RESTART] = "rename-restart",
};
ENUM_IMPL(domain_action, DomainAction)

static gboolean
parse_id(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    guint64 id = G_MAXUINT64;

    if (!xml_attr_uint(tree, root, "id", 0, G_MAXINT32, &id, error))
        return FALSE;
    def->id = id == G_MAXUINT64 ? -1 : (int)id;
    return TRUE;
}

static gboolean
parse_type(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    const char *type = xml_attr_need(tree, root, "type", error);

    (void)xml_attr(root, "id"); /* of live XML; a new guest gets its own */
    if (type == NULL)
        return FALSE;
    if (!domain_type_from_string(type, &def->type))
        return xml_unsupported(tree, root, error,
                               "type '%.*s' is not supported; use type='lxc' for a container, "
                               "type='kvm' or type='qemu' for a machine",
                               XML_QUOTE_MAX, type);
    return !xml_is_live(tree) || parse_id(tree, root, def, error);
}

static gboolean
parse_names(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    XmlNode *name = xml_child(root, "name"), *uuid = xml_child(root, "uuid");
    XmlNode *title = xml_child(root, "title"), *description = xml_child(root, "description");

    if (name == NULL)
        return xml_no_name(tree, root, error, "guest");
    if (!domain_name_check(xml_text(name), error))
        return xml_error_prefix(tree, name, error);
    def->name = g_strdup(xml_text(name));
    if (uuid != NULL && !uuid_parse(xml_text(uuid), def->uuid))
        return xml_error(tree, uuid, error,
                         "'%.*s' is not a UUID; it has 32 hex digits, or leave it out",
                         XML_QUOTE_MAX, xml_text(uuid));
    def->has_uuid = uuid != NULL;
    if (title != NULL) {
        if (strchr(xml_text(title), '\n') != NULL)
            return xml_error(tree, title, error,
                             "holds a line feed; a title is one line, use <description>");
        if (strlen(xml_text(title)) > DOMAIN_TITLE_MAX)
            return xml_error(tree, title, error,
                             "is longer than %d bytes; use <description> for long text",
                             DOMAIN_TITLE_MAX);
        def->title = *xml_text(title) != '\0' ? g_strdup(xml_text(title)) : NULL;
    }
    if (description != NULL && *xml_text(description) != '\0')
        def->description = g_strdup(xml_text(description));
    return TRUE;
}

static gboolean
parse_memory(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    XmlNode *memory = xml_child(root, "memory"), *current = xml_child(root, "currentMemory");

    if (memory == NULL)
        return xml_error(tree, root, error, "lacks <memory>; add <memory unit='MiB'>128</memory>");
    if (!xml_text_kib(tree, memory, G_MAXUINT64, &def->memory_kib, error))
        return FALSE;
    if (def->memory_kib == 0)
        return xml_error(tree, memory, error, "is 0; a guest needs some memory");
    def->current_memory_kib = def->memory_kib;
    if (current == NULL)
        return TRUE;
    if (!xml_text_kib(tree, current, G_MAXUINT64, &def->current_memory_kib, error))
        return FALSE;
    if (def->current_memory_kib == 0)
        def->current_memory_kib = def->memory_kib;
    /* Differences below 4 MiB come from units and are rounded away, as libvirt does. */
    if (def->current_memory_kib > def->memory_kib &&
        def->current_memory_kib - def->memory_kib >= 4096) {
        xml_error(tree, current, error,
                  "is larger than <memory> (%" G_GUINT64_FORMAT " KiB); make <memory> as large",
                  def->memory_kib);
        if (error != NULL)
            (*error)->code = LODGE_ERROR_ARGUMENT;
        return FALSE;
    }
    def->current_memory_kib = MIN(def->current_memory_kib, def->memory_kib);
    return TRUE;
}

gboolean
domain_basic_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    return parse_type(tree, root, def, error) && parse_names(tree, root, def, error) &&
           parse_memory(tree, root, def, error);
}

static gboolean
parse_clock(XmlTree *tree, XmlNode *root, GError **error)
{
    XmlNode *clock = xml_child(root, "clock");
    const char *offset = clock != NULL ? xml_attr(clock, "offset") : NULL;

    if (offset == NULL || strcmp(offset, "utc") == 0)
        return TRUE;
    return xml_unsupported(tree, clock, error,
                           "offset '%.*s' is not supported: a container has the host's clock; use "
                           "offset='utc'",
                           XML_QUOTE_MAX, offset);
}

static gboolean
parse_action(XmlTree *tree, XmlNode *root, const char *name, gboolean of_machine,
             DomainAction *ret_action, int *ret_line, GError **error)
{
    XmlNode *node = xml_child(root, name);
    int index = (int)*ret_action;

    if (node == NULL)
        return TRUE;
    if (g_str_has_prefix(xml_text(node), "coredump-"))
        return xml_unsupported(tree, node, error,
                               "'%.*s' is not supported: %s; use destroy or restart", XML_QUOTE_MAX,
                               xml_text(node),
                               of_machine ? "dumps of a machine come in a later lodge"
                                          : "a container has no memory image of its own");
    if (!xml_text_word(tree, node, domain_action_names, DOMAIN_ACTION_LAST, &index, error))
        return FALSE;
    *ret_action = (DomainAction)index;
    *ret_line = node->line;
    return TRUE;
}

static gboolean
parse_seclabel(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    for (XmlNode *node = xml_child(root, "seclabel"); node != NULL;
         node = xml_next(node, "seclabel")) {
        const char *type = xml_attr(node, "type");

        (void)xml_attr(node, "model"); /* of no label at all */
        if (type == NULL || strcmp(type, "none") != 0)
            return xml_unsupported(tree, node, error,
                                   "type '%.*s' is not supported: labels (sVirt) come in a later "
                                   "lodge; use <seclabel type='none'/> or leave it out",
                                   XML_QUOTE_MAX, type != NULL ? type : "dynamic");
        if (!xml_attr_only(tree, node, "relabel", "no", error))
            return FALSE;
        def->has_seclabel = TRUE;
    }
    return TRUE;
}

gboolean
domain_basic_parse_events(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    gboolean of_machine = def->type != DOMAIN_TYPE_LXC;

    def->on_poweroff = DOMAIN_ACTION_DESTROY;
    def->on_reboot = DOMAIN_ACTION_RESTART;
    def->on_crash = DOMAIN_ACTION_DESTROY;
    return parse_action(tree, root, "on_poweroff", of_machine, &def->on_poweroff,
                        &def->lines.on_poweroff, error) &&
           parse_action(tree, root, "on_reboot", of_machine, &def->on_reboot, &def->lines.on_reboot,
                        error) &&
           parse_action(tree, root, "on_crash", of_machine, &def->on_crash, &def->lines.on_crash,
                        error) &&
           parse_seclabel(tree, root, def, error);
}

gboolean
domain_basic_parse_tail(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    return parse_clock(tree, root, error) && domain_basic_parse_events(tree, root, def, error);
}

void
domain_basic_format_names(const DomainDef *def, GString *out)
{
    char uuid[UUID_TEXT_SIZE];

    xml_write_text(out, 2, "name", def->name);
    if (def->has_uuid)
        xml_write_text(out, 2, "uuid", uuid_format(def->uuid, uuid));
    xml_write_text(out, 2, "title", def->title);
    xml_write_text(out, 2, "description", def->description);
}

void
domain_basic_format_memory(const DomainDef *def, GString *out)
{
    xml_write_kib(out, 2, "memory", def->memory_kib);
    xml_write_kib(out, 2, "currentMemory", def->current_memory_kib);
}

void
domain_basic_format_events(const DomainDef *def, GString *out)
{
    xml_write_line(out, 2, "<clock offset='utc'/>");
    domain_basic_format_actions(def, out);
}

void
domain_basic_format_actions(const DomainDef *def, GString *out)
{
    xml_write_text(out, 2, "on_poweroff", domain_action_to_string(def->on_poweroff));
    xml_write_text(out, 2, "on_reboot", domain_action_to_string(def->on_reboot));
    xml_write_text(out, 2, "on_crash", domain_action_to_string(def->on_crash));
}
