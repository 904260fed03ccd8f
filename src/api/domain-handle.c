/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/domain-handle.c - what a virDomainPtr says without asking the driver. */
#include <string.h>

#include "api/calls.h"
#include "util/uuid.h"

virConnectPtr
domain_call_connect(Call *call, virDomainPtr domain)
{
    return domain->conn;
}

int
domain_call_ref(Call *call, virDomainPtr domain)
{
    g_atomic_int_inc(&domain->refs);
    return 0;
}

int
domain_call_free(Call *call, virDomainPtr domain)
{
    domain_unref(domain);
    return 0;
}

const char *
domain_call_name(Call *call, virDomainPtr domain)
{
    return domain->ref->name;
}

unsigned int
domain_call_id(Call *call, virDomainPtr domain)
{
    return (unsigned int)domain->ref->id;
}

int
domain_call_uuid(Call *call, virDomainPtr domain, unsigned char *uuid)
{
    memcpy(uuid, domain->ref->uuid, UUID_SIZE);
    return 0;
}

int
domain_call_uuid_text(Call *call, virDomainPtr domain, char *buf)
{
    uuid_format(domain->ref->uuid, buf);
    return 0;
}

char *
domain_call_os_type(Call *call, virDomainPtr domain)
{
    return g_strdup(driver_facts(domain->home->driver->scheme)->os_type);
}

int
domain_call_is_updated(Call *call, virDomainPtr dom)
{
    return 0;
}

int
domain_call_security_label(Call *call, virDomainPtr domain, virSecurityLabelPtr seclabel)
{
    memset(seclabel, 0, sizeof *seclabel);
    return 0;
}

int
domain_call_security_labels(Call *call, virDomainPtr domain, virSecurityLabelPtr *seclabels)
{
    *seclabels = NULL;
    return 0;
}
