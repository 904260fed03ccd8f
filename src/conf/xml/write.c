/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/xml/write.h"

#include <stdarg.h>
#include <string.h>

void
xml_write_escaped(GString *out, const char *text, gboolean is_attr)
{
    for (const char *at = text; *at != '\0'; at++) {
        switch (*at) {
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '\'':
            g_string_append(out, "&apos;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        case '\r':
            g_string_append(out, "&#13;");
            break;
        case '\n':
        case '\t':
            if (is_attr)
                g_string_append_printf(out, "&#%d;", *at);
            else
                g_string_append_c(out, *at);
            break;
        default:
            g_string_append_c(out, *at);
        }
    }
}

void
xml_write_indent(GString *out, guint indent)
{
    static const char blanks[] = "                                ";

    for (; indent > 0; indent -= MIN(indent, sizeof blanks - 1))
        g_string_append_len(out, blanks, (gssize)MIN(indent, sizeof blanks - 1));
}

void
xml_write_attr(GString *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_string_append_c(out, ' ');
    g_string_append(out, name);
    g_string_append(out, "='");
    xml_write_escaped(out, value, TRUE);
    g_string_append_c(out, '\'');
}

void
xml_write_attr_uint(GString *out, const char *name, guint64 value)
{
    g_string_append_printf(out, " %s='%" G_GUINT64_FORMAT "'", name, value);
}

void
xml_write_text(GString *out, guint indent, const char *name, const char *text)
{
    if (text == NULL)
        return;
    xml_write_indent(out, indent);
    g_string_append_printf(out, "<%s>", name);
    xml_write_escaped(out, text, FALSE);
    g_string_append_printf(out, "</%s>\n", name);
}

void
xml_write_uint(GString *out, guint indent, const char *name, guint64 value)
{
    xml_write_indent(out, indent);
    g_string_append_printf(out, "<%s>%" G_GUINT64_FORMAT "</%s>\n", name, value, name);
}

void
xml_write_kib(GString *out, guint indent, const char *name, guint64 kib)
{
    xml_write_indent(out, indent);
    g_string_append_printf(out, "<%s unit='KiB'>%" G_GUINT64_FORMAT "</%s>\n", name, kib, name);
}

void
xml_write_line(GString *out, guint indent, const char *format, ...)
{
    va_list args;

    xml_write_indent(out, indent);
    va_start(args, format);
    g_string_append_vprintf(out, format, args);
    va_end(args);
    g_string_append_c(out, '\n');
}

void
xml_write_element(GString *out, guint indent, const char *name, const char *attr, ...)
{
    va_list args;

    xml_write_indent(out, indent);
    g_string_append_printf(out, "<%s", name);
    va_start(args, attr);
    for (; attr != NULL; attr = va_arg(args, const char *))
        xml_write_attr(out, attr, va_arg(args, const char *));
    va_end(args);
    g_string_append(out, "/>\n");
}
