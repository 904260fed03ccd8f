/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const domain_hostdev_type_names[] = {
    [DOMAIN_HOSTDEV_MISC] = "misc",
    [DOMAIN_HOSTDEV_STORAGE] = "storage",
    [DOMAIN_HOSTDEV_NET] = "net",
};
ENUM_IMPL(domain_hostdev_type, DomainHostdevType)

/* The element below <source> that each type has. */
static const char *const source_elements[] = {
    [DOMAIN_HOSTDEV_MISC] = "char",
    [DOMAIN_HOSTDEV_STORAGE] = "block",
    [DOMAIN_HOSTDEV_NET] = "interface",
};

static gboolean
parse_type(XmlTree *tree, XmlNode *node, DomainHostdev *hostdev, GError **error)
{
    const char *mode = xml_attr(node, "mode");
    int index = 0;

    if (mode == NULL || strcmp(mode, "capabilities") != 0)
        return xml_unsupported(tree, node, error,
                               "mode '%.*s' is not supported for containers; use "
                               "mode='capabilities' with type misc, storage or net",
                               XML_QUOTE_MAX, mode != NULL ? mode : "subsystem");
    if (xml_attr_need(tree, node, "type", error) == NULL ||
        !xml_attr_word(tree, node, "type", domain_hostdev_type_names, DOMAIN_HOSTDEV_LAST, &index,
                       error))
        return FALSE;
    (void)xml_attr(node, "managed"); /* libvirt reads it for PCI and USB only */
    hostdev->type = (DomainHostdevType)index;
    return TRUE;
}

static gboolean
parse_source(XmlTree *tree, XmlNode *node, DomainHostdev *hostdev, GError **error)
{
    XmlNode *source = xml_child(node, "source"), *child;
    const char *element = source_elements[hostdev->type], *text;

    if (source == NULL)
        return xml_error(tree, node, error, "lacks <source><%s>...</%s></source>", element,
                         element);
    child = xml_child(source, element);
    if (child == NULL)
        return xml_error(tree, source, error, "lacks <%s>, which type '%s' needs", element,
                         domain_hostdev_type_to_string(hostdev->type));
    text = xml_text_need(tree, child, error);
    if (text == NULL)
        return FALSE;
    if (hostdev->type != DOMAIN_HOSTDEV_NET)
        hostdev->source = xml_path(tree, child, "path", text, error);
    else if (xml_check_ifname(tree, child, "the name", text, error))
        hostdev->source = g_strdup(text);
    return hostdev->source != NULL;
}

DomainHostdev *
domain_hostdev_parse(XmlTree *tree, XmlNode *node, GError **error)
{
    DomainHostdev *hostdev = g_new0(DomainHostdev, 1);

    hostdev->line = node->line;
    if (parse_type(tree, node, hostdev, error) && parse_source(tree, node, hostdev, error) &&
        domain_device_drop_common(tree, node, error))
        return hostdev;
    domain_hostdev_free(hostdev);
    return NULL;
}

void
domain_hostdev_format(const DomainHostdev *hostdev, GString *out)
{
    xml_write_line(out, 4, "<hostdev mode='capabilities' type='%s'>",
                   domain_hostdev_type_to_string(hostdev->type));
    xml_write_line(out, 6, "<source>");
    xml_write_text(out, 8, source_elements[hostdev->type], hostdev->source);
    xml_write_line(out, 6, "</source>");
    xml_write_line(out, 4, "</hostdev>");
}

DomainHostdev *
domain_hostdev_copy(const DomainHostdev *from)
{
    DomainHostdev *to = g_memdup2(from, sizeof *from);

    to->source = g_strdup(from->source);
    return to;
}

void
domain_hostdev_free(DomainHostdev *hostdev)
{
    if (hostdev == NULL)
        return;
    g_free(hostdev->source);
    g_free(hostdev);
}
