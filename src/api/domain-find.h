/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/domain-find.h - guests of all drivers of a connection: lists and lookups. */
#pragma once

#include "api/call.h"

/**
 * domain_find_all:
 * @flags: VIR_CONNECT_LIST_DOMAINS_*
 *
 * Returns: (transfer full) (element-type virDomain): handles, ended by the array; NULL with Call.error
 */
GPtrArray *domain_find_all(Call *call, virConnectPtr conn, guint flags);

/* The driver for a description by its <domain type=>; NULL with Call.error. */
Member *domain_find_driver(Call *call, virConnectPtr conn, const char *xml);

/* Moves a list of handles into a malloc'ed, NULL-terminated array. Returns their number. */
int domain_list_give(GPtrArray *list, virDomainPtr **domains);
