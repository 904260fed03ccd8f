/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/write.h - print XML as libvirt lays it out: two blanks a level, single quotes.
 *
 * Used by: conf/domain, conf/vnet.
 */
#pragma once

#include <glib.h>

/* Appends @text with the five characters of XML as entities; in attributes line feeds and tabs too. */
void xml_write_escaped(GString *out, const char *text, gboolean is_attr);

void xml_write_indent(GString *out, guint indent);

/* ` name='value'`; nothing when @value is NULL. */
void xml_write_attr(GString *out, const char *name, const char *value);
void xml_write_attr_uint(GString *out, const char *name, guint64 value);

/* `<name>text</name>` as a line; nothing when @text is NULL. */
void xml_write_text(GString *out, guint indent, const char *name, const char *text);
void xml_write_uint(GString *out, guint indent, const char *name, guint64 value);

/* `<name unit='KiB'>kib</name>` as a line. */
void xml_write_kib(GString *out, guint indent, const char *name, guint64 kib);

/* A line that is XML already: the caller puts nothing from outside into it. */
void xml_write_line(GString *out, guint indent, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* `<name attr='value' .../>` as a line; pairs of attribute and value (NULL: left out), then NULL. */
void xml_write_element(GString *out, guint indent, const char *name, const char *attr,
                       ...) G_GNUC_NULL_TERMINATED;
