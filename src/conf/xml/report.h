/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/report.h - what nobody read becomes an error or warnings.
 *
 * Used by: conf/domain, conf/vnet.
 */
#pragma once

#include "conf/xml/tree.h"

/**
 * xml_report_unknown:
 * @strict: the first thing that nobody looked at is an error (LODGE_ERROR_SCHEMA)
 * @ret_warnings: (out) (optional) (transfer full): otherwise all of them, xml_unknown()'s lines
 */
gboolean xml_report_unknown(XmlTree *tree, gboolean strict, GPtrArray **ret_warnings,
                            GError **error);
