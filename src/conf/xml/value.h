/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/value.h - read words, numbers, sizes, paths and names out of an element, with file:line errors.
 *
 * All return FALSE (or NULL) with @error set to "FILE:LINE: <element> ..." (LODGE_ERROR_CONFIG).
 * An attribute that is absent leaves the out parameter as it was and is no error, unless said.
 *
 * Used by: conf/domain, conf/vnet.
 */
#pragma once

#include "conf/xml/tree.h"

/* The attribute, which must be there and not be empty. */
const char *xml_attr_need(XmlTree *tree, XmlNode *node, const char *name, GError **error);

/* The element's text, which must not be empty. */
const char *xml_text_need(XmlTree *tree, XmlNode *node, GError **error);

gboolean xml_attr_uint(XmlTree *tree, XmlNode *node, const char *name, guint64 min, guint64 max,
                       guint64 *ret_value, GError **error);
gboolean xml_text_uint(XmlTree *tree, XmlNode *node, guint64 min, guint64 max, guint64 *ret_value,
                       GError **error);

/**
 * xml_text_kib:
 * A size with its unit= (KiB when absent), rounded up to KiB; LODGE_ERROR_ARGUMENT as libvirt
 * has it for a bad unit or a value out of range.
 */
gboolean xml_text_kib(XmlTree *tree, XmlNode *node, guint64 max_kib, guint64 *ret_kib,
                      GError **error);

/* The same of an attribute. */
gboolean xml_attr_kib(XmlTree *tree, XmlNode *node, const char *name, guint64 *ret_kib,
                      GError **error);

/**
 * xml_attr_word:
 * @words: (array length=n_words): what the attribute may say; NULL entries match nothing
 * @ret_value: index of the word
 */
gboolean xml_attr_word(XmlTree *tree, XmlNode *node, const char *name, const char *const *words,
                       int n_words, int *ret_value, GError **error);
gboolean xml_text_word(XmlTree *tree, XmlNode *node, const char *const *words, int n_words,
                       int *ret_value, GError **error);

/* @no is FALSE, @yes is TRUE, anything else an error. */
gboolean xml_attr_bool(XmlTree *tree, XmlNode *node, const char *name, const char *no,
                       const char *yes, gboolean *ret_value, GError **error);

/**
 * xml_attr_only:
 * The attribute may be absent or say @only; anything else is LODGE_ERROR_UNSUPPORTED_CONFIG.
 */
gboolean xml_attr_only(XmlTree *tree, XmlNode *node, const char *name, const char *only,
                       GError **error);

/* The child elements @name and their subtrees are read and dropped, as libvirt does on define. */
void xml_drop(XmlNode *node, const char *name);

/**
 * xml_path:
 * @text: what the document says; NULL or "" is an error
 * @what: what to call it: "source dir"
 *
 * Absolute, without "..", below PATH_MAX; doubled and trailing slashes and "." are taken out.
 *
 * Returns: (transfer full): the path, NULL with @error
 */
char *xml_path(XmlTree *tree, XmlNode *node, const char *what, const char *text, GError **error);

/* A network interface name as the kernel takes it: 1-15 bytes, no blank, '/', ':', '%', not "." "..". */
gboolean xml_check_ifname(XmlTree *tree, XmlNode *node, const char *what, const char *name,
                          GError **error);
