/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/check.h - what a definition must be so that a container can be made of it, on any host.
 *
 * Used by: driver.c (define, create, dry run, through core).
 */
#pragma once

#include "conf/domain/domain.h"
#include "core/driver.h"

/* FALSE with "SOURCE:LINE: <element> ..." when a container cannot be made of @def. */
gboolean container_def_check(const DomainDef *def, const char *source, GError **error);
