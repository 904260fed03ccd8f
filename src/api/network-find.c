/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/network-find.c - virtual networks of a connection: lists, lookups, definitions. */
#include "api/calls.h"
#include "util/uuid.h"

static void
drop_network(void *network)
{
    network_unref(network);
}

/* (transfer full) (element-type virNetwork) */
static GPtrArray *
find_all(Call *call, virConnectPtr conn, guint flags)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(drop_network);
    g_autoptr(GPtrArray) refs = NULL;

    if (conn->networks == NULL || conn->networks->list == NULL) {
        call_unsupported(call);
        return NULL;
    }
    refs = conn->networks->list(call_ctx(call, &conn->network_ctx), flags, &call->error);
    if (refs == NULL)
        return NULL;
    for (guint i = 0; i < refs->len; i++) {
        const ObjectRef *ref = g_ptr_array_index(refs, i);

        g_ptr_array_add(all, network_new(conn, object_ref_new(ref->name, ref->uuid, ref->id)));
    }
    return g_steal_pointer(&all);
}

int
network_list_call_all(Call *call, virConnectPtr conn, virNetworkPtr **nets, unsigned int flags)
{
    g_autoptr(GPtrArray) list = find_all(call, conn, flags);
    int n;

    if (list == NULL)
        return -1;
    n = (int)list->len;
    if (nets == NULL)
        return n;
    g_ptr_array_add(list, NULL);
    g_ptr_array_set_free_func(list, NULL);
    *nets = (virNetworkPtr *)g_ptr_array_free(g_steal_pointer(&list), FALSE);
    return n;
}

static int
count(Call *call, virConnectPtr conn, guint flags)
{
    g_autoptr(GPtrArray) list = find_all(call, conn, flags);

    return list != NULL ? (int)list->len : -1;
}

static int
give_names(Call *call, virConnectPtr conn, guint flags, char **const names, int maxnames)
{
    g_autoptr(GPtrArray) list = find_all(call, conn, flags);
    int n = 0;

    if (list == NULL)
        return -1;
    for (; n < maxnames && n < (int)list->len; n++)
        names[n] = g_strdup(((virNetworkPtr)g_ptr_array_index(list, n))->ref->name);
    return n;
}

int
network_list_call_count_active(Call *call, virConnectPtr conn)
{
    return count(call, conn, VIR_CONNECT_LIST_NETWORKS_ACTIVE);
}

int
network_list_call_count_inactive(Call *call, virConnectPtr conn)
{
    return count(call, conn, VIR_CONNECT_LIST_NETWORKS_INACTIVE);
}

int
network_list_call_active_names(Call *call, virConnectPtr conn, char **const names, int maxnames)
{
    return give_names(call, conn, VIR_CONNECT_LIST_NETWORKS_ACTIVE, names, maxnames);
}

int
network_list_call_inactive_names(Call *call, virConnectPtr conn, char **const names, int maxnames)
{
    return give_names(call, conn, VIR_CONNECT_LIST_NETWORKS_INACTIVE, names, maxnames);
}

/* @ref: (transfer full) (nullable) */
static virNetworkPtr
give(virConnectPtr conn, ObjectRef *ref)
{
    return ref != NULL ? network_new(conn, ref) : NULL;
}

virNetworkPtr
network_call_by_name(Call *call, virConnectPtr conn, const char *name)
{
    if (conn->networks == NULL || conn->networks->lookup_name == NULL) {
        call_unsupported(call);
        return NULL;
    }
    return give(
        conn, conn->networks->lookup_name(call_ctx(call, &conn->network_ctx), name, &call->error));
}

virNetworkPtr
network_call_by_uuid(Call *call, virConnectPtr conn, const unsigned char *uuid)
{
    if (conn->networks == NULL || conn->networks->lookup_uuid == NULL) {
        call_unsupported(call);
        return NULL;
    }
    return give(
        conn, conn->networks->lookup_uuid(call_ctx(call, &conn->network_ctx), uuid, &call->error));
}

virNetworkPtr
network_call_by_uuid_string(Call *call, virConnectPtr conn, const char *uuidstr)
{
    guint8 uuid[UUID_SIZE];

    if (!uuid_parse(uuidstr, uuid)) {
        call_fail(call, VIR_ERR_INVALID_ARG, "'%s' is no uuid; write 32 hexadecimal digits",
                  uuidstr);
        return NULL;
    }
    return network_call_by_uuid(call, conn, uuid);
}

typedef ObjectRef *(*XmlFunction)(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings,
                                  GError **error);

static virNetworkPtr
from_xml(Call *call, virConnectPtr conn, XmlFunction function, const char *xml, guint flags)
{
    ObjectRef *ref;

    if (function == NULL) {
        call_unsupported(call);
        return NULL;
    }
    call_takes_xml(call);
    ref = function(call_ctx(call, &conn->network_ctx), xml, flags, call->warnings, &call->error);
    return give(conn, ref);
}

virNetworkPtr
network_call_create_xml(Call *call, virConnectPtr conn, const char *xmlDesc, unsigned int flags)
{
    return from_xml(call, conn, conn->networks != NULL ? conn->networks->create_xml : NULL, xmlDesc,
                    flags);
}

virNetworkPtr
network_call_define(Call *call, virConnectPtr conn, const char *xml, unsigned int flags)
{
    return from_xml(call, conn, conn->networks != NULL ? conn->networks->define : NULL, xml, flags);
}
