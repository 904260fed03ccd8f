/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/xml/report.h"

#include "util/error.h"

gboolean
xml_report_unknown(XmlTree *tree, gboolean strict, GPtrArray **ret_warnings, GError **error)
{
    g_autoptr(GPtrArray) unknown = xml_unknown(tree);

    if (strict && unknown->len > 0)
        return error_set(error, LODGE_ERROR_SCHEMA, "%s",
                         (const char *)g_ptr_array_index(unknown, 0));
    if (ret_warnings != NULL)
        *ret_warnings = g_steal_pointer(&unknown);
    return TRUE;
}
