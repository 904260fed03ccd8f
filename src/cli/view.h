/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/view.h - look things up in the XML that the library gave us.
 *
 * Only for reading what lodge itself wrote: elements, attributes, text; no namespaces, no checks.
 */
#pragma once

#include <glib.h>

#include "cli/cli.h"

typedef struct View View;
typedef struct ViewNode ViewNode;

View *view_new(const char *xml); /* NULL when it is not well formed */
void view_free(View *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(View, view_free)

/* The XML of @dom (VIR_DOMAIN_XML_* flags); NULL when the library or the XML fails. */
View *view_domain(virDomainPtr dom, guint flags);

/* All take NULL for "not found" and then return NULL. Strings live as long as the view. */
const ViewNode *view_root(const View *view);
const ViewNode *view_find(const View *view, const char *name); /* a child of the root */
const ViewNode *view_child(const ViewNode *node, const char *name);
const ViewNode *view_next(const ViewNode *node); /* the next sibling of the same name */
const char *view_attr(const ViewNode *node, const char *name);
const char *view_text(const ViewNode *node);
