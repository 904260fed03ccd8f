/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/domain-life.h - starting a guest, with or without descriptors for its init. */
#pragma once

#include "api/call.h"

/* @io: (nullable): descriptors for init, borrowed; given, somebody is going to ask how init ended.
 * VIR_DOMAIN_START_AUTODESTROY is honoured here. */
virDomainPtr domain_life_create(Call *call, virConnectPtr conn, const char *xml, const StartIo *io,
                                guint flags);
