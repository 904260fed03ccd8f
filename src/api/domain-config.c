/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/domain-config.c - definitions of guests and their metadata. */
#include <string.h>

#include "api/calls.h"
#include "api/domain-find.h"

virDomainPtr
domain_call_define(Call *call, virConnectPtr conn, const char *xml, unsigned int flags)
{
    Member *member = domain_find_driver(call, conn, xml);
    const DomainObjects *role = member != NULL ? member->driver->objects : NULL;
    ObjectRef *ref;

    if (member == NULL)
        return NULL;
    if (role == NULL || role->define == NULL) {
        call_unsupported(call);
        return NULL;
    }
    call_takes_xml(call);
    ref = role->define(call_ctx(call, &member->ctx), xml, flags, call->warnings, &call->error);
    return ref != NULL ? domain_new(conn, member, ref) : NULL;
}

static gboolean
check_metadata_type(Call *call, int type, gboolean has_uri)
{
    if (type < VIR_DOMAIN_METADATA_DESCRIPTION || type >= VIR_DOMAIN_METADATA_LAST)
        return call_fail(call, VIR_ERR_INVALID_ARG, "%s knows no metadata type %d",
                         call->spec->name, type);
    if (type == VIR_DOMAIN_METADATA_ELEMENT && !has_uri)
        return call_fail(call, VIR_ERR_INVALID_ARG, "uri in %s must not be NULL for an element",
                         call->spec->name);
    if (type != VIR_DOMAIN_METADATA_ELEMENT && has_uri)
        return call_fail(call, VIR_ERR_INVALID_ARG,
                         "uri in %s must be NULL for a title or description", call->spec->name);
    return TRUE;
}

char *
domain_call_get_metadata(Call *call, virDomainPtr domain, int type, const char *uri,
                         unsigned int flags)
{
    const DomainObjects *role = domain->home->driver->objects;

    if (!check_metadata_type(call, type, uri != NULL))
        return NULL;
    if (role == NULL || role->get_metadata == NULL) {
        call_unsupported(call);
        return NULL;
    }
    return role->get_metadata(call_ctx(call, &domain->home->ctx), domain->ref, type, uri, flags,
                              &call->error);
}

int
domain_call_set_metadata(Call *call, virDomainPtr domain, int type, const char *metadata,
                         const char *key, const char *uri, unsigned int flags)
{
    const DomainObjects *role = domain->home->driver->objects;
    gboolean is_element = type == VIR_DOMAIN_METADATA_ELEMENT;

    if (!check_metadata_type(call, type, uri != NULL))
        return -1;
    if (type == VIR_DOMAIN_METADATA_TITLE && metadata != NULL && strchr(metadata, '\n') != NULL) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  "a title has one line; put the rest into the description");
        return -1;
    }
    if (is_element ? metadata != NULL && key == NULL : key != NULL) {
        call_fail(call, VIR_ERR_INVALID_ARG, "key in %s must %sbe NULL here", call->spec->name,
                  is_element ? "not " : "");
        return -1;
    }
    if (role == NULL || role->set_metadata == NULL) {
        call_unsupported(call);
        return -1;
    }
    return role->set_metadata(call_ctx(call, &domain->home->ctx), domain->ref, type, metadata, key,
                              uri, flags, &call->error)
               ? 0
               : -1;
}
