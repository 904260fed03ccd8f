/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/metadata.h - <metadata>: foreign elements that are kept, one for each namespace.
 *
 * They are stored as the finished lines between <metadata> and </metadata> ("inner"), NULL when
 * there are none. Blanks between elements are laid out anew; comments are not kept.
 *
 * Used by: conf/domain, conf/vnet.
 */
#pragma once

#include "conf/xml/tree.h"

/* Reads <metadata> of @root; absent or empty: @ret_inner stays as it was. */
gboolean metadata_parse(XmlTree *tree, XmlNode *root, char **ret_inner, GError **error);

/* Prints <metadata> at two blanks; nothing for NULL. */
void metadata_format(const char *inner, GString *out);

/* The child of namespace @uri as XML from column 0 on; NULL with LODGE_ERROR_NO_METADATA. */
char *metadata_get(const char *inner, const char *uri, GError **error);

/**
 * metadata_set:
 * @inner: (inout): replaced on success, unchanged otherwise
 * @key: prefix that the element gets; not looked at when @xml is NULL
 * @xml: (nullable): one element; NULL removes what is there under @uri
 */
gboolean metadata_set(char **inner, const char *key, const char *uri, const char *xml,
                      GError **error);
