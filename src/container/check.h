/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/check.h - what a definition must be so that a container can be made of it, on any host.
 *
 * Used by: objects.c (define), lifecycle.c (create, dry run).
 */
#pragma once

#include "conf/domain/domain.h"
#include "core/driver.h"

/**
 * container_def_read:
 * @xml: text from outside
 * @strict: refuse unknown elements; else they go to @warnings
 * @warnings: (nullable) (element-type utf8): gets lines
 *
 * Parses, checks, gives a uuid when there is none. Returns: (transfer full): or NULL
 */
DomainDef *container_def_read(DriverCtx *ctx, const char *xml, gboolean strict, GPtrArray *warnings,
                              GError **error);

/* FALSE with "SOURCE:LINE: <element> ..." when a container cannot be made of @def. */
gboolean container_def_check(const DomainDef *def, const char *source, GError **error);

/* What messages call the XML of a call. */
const char *container_source(const DriverCtx *ctx);
