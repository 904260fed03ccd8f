/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/facts.h - what the host has of the things that a container's definition names.
 *
 * Used by: kind.c.
 */
#pragma once

#include "core/host-facts.h"

/* As host_facts_gather(), with devices and directories that go into the container. */
HostFacts *container_facts_gather(DriverCtx *ctx, const DomainDef *def, const char *source,
                                  int *hold, GError **error);
