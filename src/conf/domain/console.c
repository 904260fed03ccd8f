/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

/* <console> and <serial>: of a container both are ptys, numbered in document order. */
DomainConsole *
domain_console_parse(XmlTree *tree, XmlNode *node, GError **error)
{
    const char *type = xml_attr_need(tree, node, "type", error);
    XmlNode *source = xml_child(node, "source"), *target = xml_child(node, "target");
    guint64 port = 0;

    if (type == NULL)
        return NULL;
    if (strcmp(type, "pty") != 0) {
        xml_unsupported(tree, node, error, "type '%.*s' is not supported; use type='pty'",
                        XML_QUOTE_MAX, type);
        return NULL;
    }
    (void)xml_attr(node, "tty"); /* of live XML, as <source path=> is */
    if (source != NULL)
        (void)xml_attr(source, "path");
    if (target != NULL) {
        static const char *const kinds[] = {"lxc", "serial", "isa-serial"};
        int kind;

        if (!xml_attr_uint(tree, target, "port", 0, G_MAXINT32, &port, error))
            return NULL; /* a number, but the place in the document decides */
        if (!xml_attr_word(tree, target, "type", kinds, G_N_ELEMENTS(kinds), &kind, error))
            return NULL;
        for (XmlNode *model = xml_child(target, "model"); model != NULL;
             model = xml_next(model, "model"))
            xml_node_keep(
                model); /* libvirt prints <model name='isa-serial'/> into serial targets */
    }
    if (!domain_device_drop_common(tree, node, error))
        return NULL;
    return g_new0(DomainConsole, 1);
}

void
domain_console_format(const DomainConsole *console, DomainFormatFlags flags, GString *out)
{
    gboolean live = (flags & DOMAIN_FORMAT_INACTIVE) == 0 && console->tty != NULL;

    xml_write_indent(out, 4);
    g_string_append(out, "<console type='pty'");
    if (live)
        xml_write_attr(out, "tty", console->tty);
    g_string_append(out, ">\n");
    if (live)
        xml_write_element(out, 6, "source", "path", console->tty, NULL);
    xml_write_line(out, 6, "<target type='lxc' port='%d'/>", console->port);
    if (live)
        xml_write_line(out, 6, "<alias name='console%d'/>", console->port);
    xml_write_line(out, 4, "</console>");
}

DomainConsole *
domain_console_copy(const DomainConsole *from)
{
    DomainConsole *to = g_memdup2(from, sizeof *from);

    to->tty = g_strdup(from->tty);
    return to;
}

void
domain_console_free(DomainConsole *console)
{
    if (console == NULL)
        return;
    g_free(console->tty);
    g_free(console);
}
