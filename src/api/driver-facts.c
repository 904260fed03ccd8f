/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/registry.h"

#include <string.h>

static const DriverFacts facts[] = {
    {"lxc", {"lxc"}, "exe", VIR_FROM_LXC},
    {"qemu", {"qemu", "kvm"}, "hvm", VIR_FROM_QEMU},
    {NULL, {NULL}, "", VIR_FROM_NONE},
};

const DriverFacts *
driver_facts(const char *scheme)
{
    const DriverFacts *found = facts;

    while (found->scheme != NULL && strcmp(found->scheme, scheme) != 0)
        found++;
    return found;
}
