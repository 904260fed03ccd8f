/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/network-handle.c - what a virNetworkPtr says by itself, and the leases of its DHCP server. */
#include <stdlib.h>
#include <string.h>

#include "api/calls.h"
#include "util/uuid.h"

virConnectPtr
network_call_connect(Call *call, virNetworkPtr network)
{
    return network->conn;
}

int
network_call_ref(Call *call, virNetworkPtr network)
{
    g_atomic_int_inc(&network->refs);
    return 0;
}

int
network_call_free(Call *call, virNetworkPtr network)
{
    network_unref(network);
    return 0;
}

const char *
network_call_name(Call *call, virNetworkPtr network)
{
    return network->ref->name;
}

int
network_call_uuid(Call *call, virNetworkPtr network, unsigned char *uuid)
{
    memcpy(uuid, network->ref->uuid, UUID_SIZE);
    return 0;
}

int
network_call_uuid_text(Call *call, virNetworkPtr network, char *buf)
{
    uuid_format(network->ref->uuid, buf);
    return 0;
}

static virNetworkDHCPLeasePtr
lease_new(const NetworkLease *from)
{
    virNetworkDHCPLeasePtr lease = g_new0(virNetworkDHCPLease, 1);

    *lease = (virNetworkDHCPLease){
        .iface = g_strdup(from->iface),
        .expirytime = from->expiry,
        .type = from->type == 0 ? VIR_IP_ADDR_TYPE_IPV4 : VIR_IP_ADDR_TYPE_IPV6,
        .mac = g_strdup(from->mac),
        .iaid = g_strdup(from->iaid),
        .ipaddr = g_strdup(from->ip),
        .prefix = from->prefix,
        .hostname = g_strdup(from->hostname),
        .clientid = g_strdup(from->clientid),
    };
    return lease;
}

int
network_call_leases(Call *call, virNetworkPtr network, const char *mac,
                    virNetworkDHCPLeasePtr **leases, unsigned int flags)
{
    virConnectPtr conn = network->conn;
    g_autoptr(GPtrArray) list = NULL;

    if (conn->networks == NULL || conn->networks->leases == NULL) {
        call_unsupported(call);
        return -1;
    }
    list =
        conn->networks->leases(call_ctx(call, &conn->network_ctx), network->ref, mac, &call->error);
    if (list == NULL)
        return -1;
    if (leases != NULL) {
        *leases = g_new0(virNetworkDHCPLeasePtr, list->len + 1);
        for (guint i = 0; i < list->len; i++)
            (*leases)[i] = lease_new(g_ptr_array_index(list, i));
    }
    return (int)list->len;
}

void
virNetworkDHCPLeaseFree(virNetworkDHCPLeasePtr lease)
{
    if (lease == NULL)
        return;
    free(lease->iface);
    free(lease->mac);
    free(lease->iaid);
    free(lease->ipaddr);
    free(lease->hostname);
    free(lease->clientid);
    free(lease);
}
