/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "conf/domain/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

#define IDS_MAX G_MAXUINT32 /* 2^32-1 itself is the kernel's word for no id */

static gboolean
need_number(XmlTree *tree, XmlNode *node, const char *name, guint64 min, guint64 max,
            guint64 *ret_value, GError **error)
{
    return xml_attr_need(tree, node, name, error) != NULL &&
           xml_attr_uint(tree, node, name, min, max, ret_value, error);
}

static gboolean
overlaps(guint64 a, guint64 n_a, guint64 b, guint64 n_b)
{
    return a < b + n_b && b < a + n_a;
}

static gboolean
parse_range(XmlTree *tree, XmlNode *node, GArray *ranges, GError **error)
{
    DomainIdRange range;

    if (!need_number(tree, node, "start", 0, IDS_MAX - 1, &range.start, error) ||
        !need_number(tree, node, "target", 0, IDS_MAX - 1, &range.target, error) ||
        !need_number(tree, node, "count", 1, IDS_MAX, &range.count, error))
        return FALSE;
    if (range.start + range.count > IDS_MAX || range.target + range.count > IDS_MAX)
        return xml_error(tree, node, error, "goes beyond the last id, %u; make 'count' smaller",
                         IDS_MAX - 1);
    if (ranges->len >= DOMAIN_IDMAP_MAX)
        return xml_error(tree, node, error, "is number %d; the kernel takes %d", ranges->len + 1,
                         DOMAIN_IDMAP_MAX);
    for (guint i = 0; i < ranges->len; i++) {
        const DomainIdRange *other = &g_array_index(ranges, DomainIdRange, i);

        if (overlaps(range.start, range.count, other->start, other->count))
            return xml_error(tree, node, error,
                             "overlaps another one inside the guest (ids from %" G_GUINT64_FORMAT
                             ", %" G_GUINT64_FORMAT " of them)",
                             other->start, other->count);
        if (overlaps(range.target, range.count, other->target, other->count))
            return xml_error(tree, node, error,
                             "overlaps another one on the host (ids from %" G_GUINT64_FORMAT
                             ", %" G_GUINT64_FORMAT " of them)",
                             other->target, other->count);
    }
    g_array_append_val(ranges, range);
    return TRUE;
}

static int
compare_starts(const void *a, const void *b)
{
    const DomainIdRange *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

static gboolean
parse_list(XmlTree *tree, XmlNode *idmap, const char *name, GArray *ranges, GError **error)
{
    XmlNode *first = xml_child(idmap, name);

    for (XmlNode *node = first; node != NULL; node = xml_next(node, name))
        if (!parse_range(tree, node, ranges, error))
            return FALSE;
    if (first == NULL)
        return xml_error(tree, idmap, error, "lacks <%s start='0' target='...' count='...'/>",
                         name);
    g_array_sort(ranges, compare_starts);
    if (g_array_index(ranges, DomainIdRange, 0).start != 0)
        return xml_error(tree, first, error,
                         "maps no id 0: the guest would have no root; begin with start='0'");
    return TRUE;
}

gboolean
domain_idmap_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    XmlNode *idmap = xml_child(root, "idmap");

    if (idmap == NULL)
        return TRUE;
    return parse_list(tree, idmap, "uid", def->idmap_uid, error) &&
           parse_list(tree, idmap, "gid", def->idmap_gid, error);
}

static void
format_list(const GArray *ranges, const char *name, GString *out)
{
    for (guint i = 0; i < ranges->len; i++) {
        const DomainIdRange *range = &g_array_index(ranges, DomainIdRange, i);

        xml_write_line(out, 4,
                       "<%s start='%" G_GUINT64_FORMAT "' target='%" G_GUINT64_FORMAT
                       "' count='%" G_GUINT64_FORMAT "'/>",
                       name, range->start, range->target, range->count);
    }
}

void
domain_idmap_format(const DomainDef *def, GString *out)
{
    if (def->idmap_uid->len == 0 && def->idmap_gid->len == 0)
        return;
    xml_write_line(out, 2, "<idmap>");
    format_list(def->idmap_uid, "uid", out);
    format_list(def->idmap_gid, "gid", out);
    xml_write_line(out, 2, "</idmap>");
}
