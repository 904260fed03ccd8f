/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/registry.h - the drivers of this build.
 *
 * Tests link their own api_registry instead of registry.c.
 */
#pragma once

#include "api/public.h"
#include "core/driver.h"

typedef const Driver *(*DriverFunction)(void);

typedef struct {
    const DriverFunction *drivers; /* NULL-terminated */
    DriverFunction networks;       /* the driver whose network role is used by all; or NULL */
} Registry;

extern const Registry api_registry;

/* What the API must know of a driver and the driver need not say. */
typedef struct {
    const char *scheme;
    const char *domain_types[3]; /* <domain type=>: which driver a definition is for */
    const char *os_type;         /* virDomainGetOSType() */
    int error_origin;            /* VIR_FROM_* */
} DriverFacts;

/* Never NULL: an unknown scheme gets neutral facts. */
const DriverFacts *driver_facts(const char *scheme);
