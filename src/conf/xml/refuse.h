/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/refuse.h - elements and attributes that are known and cannot be honoured.
 *
 * Readers look at what they honour; what is left is held against a table of what others know.
 * A hit is an error that names element, line and what to do; the rest is unknown (xml_unknown()).
 */
#pragma once

#include "conf/xml/tree.h"

typedef struct {
    const char *parent;  /* local name of the element around it; NULL: any */
    const char *element; /* local name; NULL: any */
    const char *attr;    /* NULL: the element itself */
    const char *ns;      /* of the element (or of the attribute's element) */
    const char *why;     /* "...; what to do" */
} XmlRefusal;

/**
 * xml_refuse:
 * Returns: FALSE with LODGE_ERROR_UNSUPPORTED_CONFIG for the first unseen thing that @table lists,
 *   or LODGE_ERROR_CONFIG for an element whose first one was read and which counts once only
 */
gboolean xml_refuse(XmlTree *tree, const XmlRefusal *table, gsize n_table, GError **error);
