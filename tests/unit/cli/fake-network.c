/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

static struct _virNetwork networks[8] = {
    {"default", FAKE_UUID(5), "virbr0", 1, 1, 1, 1},
    {"lab", FAKE_UUID(6), "virbr1", 0, 1, 0, 1},
};

static virNetworkPtr
find(const char *what, int by)
{
    for (virNetworkPtr net = networks; net < networks + 8; net++)
        if (net->is_used && strcmp(by == 0 ? net->name : net->uuid, what) == 0)
            return net;
    fake_fail(VIR_ERR_NO_NETWORK, "Network not found: no network with matching %s '%s'",
              by == 0 ? "name" : "uuid", what);
    return NULL;
}

virNetworkPtr
virNetworkLookupByName(virConnectPtr conn, const char *name)
{
    return find(name, 0);
}

virNetworkPtr
virNetworkLookupByUUIDString(virConnectPtr conn, const char *uuid)
{
    return find(uuid, 1);
}

int
virConnectListAllNetworks(virConnectPtr conn, virNetworkPtr **list, unsigned int flags)
{
    int n = 0;

    *list = calloc(9, sizeof **list);
    for (virNetworkPtr net = networks; net < networks + 8; net++) {
        unsigned int is = (net->is_active ? 2u : 1u) | (net->is_persistent ? 4u : 8u) |
                          (net->autostart ? 16u : 32u);
        int wanted = net->is_used;
        const unsigned int sets[] = {3, 12, 48};

        for (int i = 0; i < 3; i++)
            if ((flags & sets[i]) && !(flags & sets[i] & is))
                wanted = 0;
        if (wanted)
            (*list)[n++] = net;
    }
    return n;
}

int
virNetworkFree(virNetworkPtr net)
{
    virResetLastError(); /* as the real one does */
    return 0;
}

const char *
virNetworkGetName(virNetworkPtr net)
{
    return net->name;
}

int
virNetworkGetUUIDString(virNetworkPtr net, char *buf)
{
    memcpy(buf, net->uuid, VIR_UUID_STRING_BUFLEN);
    return 0;
}

int
virNetworkIsActive(virNetworkPtr net)
{
    return net->is_active;
}

int
virNetworkIsPersistent(virNetworkPtr net)
{
    return net->is_persistent;
}

int
virNetworkGetAutostart(virNetworkPtr net, int *autostart)
{
    *autostart = net->autostart;
    return 0;
}

int
virNetworkSetAutostart(virNetworkPtr net, int autostart)
{
    net->autostart = autostart;
    return fake_writes("virNetworkSetAutostart");
}

char *
virNetworkGetBridgeName(virNetworkPtr net)
{
    return fake_copy(net->bridge);
}

char *
virNetworkGetXMLDesc(virNetworkPtr net, unsigned int flags)
{
    char xml[256];

    snprintf(xml, sizeof xml, "<network>\n  <name>%s</name>\n  <uuid>%s</uuid>\n</network>\n",
             net->name, net->uuid);
    return fake_copy(xml);
}

static virNetworkPtr
add(const char *xml, int is_persistent, int is_active)
{
    const char *start = strstr(xml, "<name>"), *end = strstr(xml, "</name>");
    virNetworkPtr net = networks;
    const char *name;

    if (!start || !end) {
        fake_fail(VIR_ERR_NO_NAME, "(network_definition):1: <network> has no <name>");
        return NULL;
    }
    name = strndup(start + 6, (size_t)(end - start - 6));
    while (net->is_used && strcmp(net->name, name) != 0)
        net++;
    *net = (struct _virNetwork){name, FAKE_UUID(7), "virbr7", is_active, is_persistent, 0, 1};
    return fake_writes("virNetworkDefineXML") < 0 ? NULL : net;
}

virNetworkPtr
virNetworkDefineXMLFlags(virConnectPtr conn, const char *xml, unsigned int flags)
{
    return add(xml, 1, 0);
}

virNetworkPtr
virNetworkCreateXMLFlags(virConnectPtr conn, const char *xml, unsigned int flags)
{
    return add(xml, 0, 1);
}

int
virNetworkCreate(virNetworkPtr net)
{
    if (net->is_active)
        return fake_fail(VIR_ERR_OPERATION_INVALID,
                         "Requested operation is not valid: network is already active");
    net->is_active = 1;
    return fake_writes("virNetworkCreate");
}

int
virNetworkDestroy(virNetworkPtr net)
{
    if (!net->is_active)
        return fake_fail(VIR_ERR_OPERATION_INVALID,
                         "Requested operation is not valid: network is not active");
    net->is_active = 0;
    return 0;
}

int
virNetworkUndefine(virNetworkPtr net)
{
    net->is_persistent = 0;
    net->is_used = net->is_active;
    return 0;
}

int
virNetworkGetDHCPLeases(virNetworkPtr net, const char *mac, virNetworkDHCPLeasePtr **leases,
                        unsigned int flags)
{
    virNetworkDHCPLeasePtr lease = calloc(1, sizeof *lease);

    *leases = calloc(2, sizeof **leases);
    if (!net->is_active || (mac && strcmp(mac, "52:54:00:4d:2b:cd") != 0)) {
        free(lease);
        return 0;
    }
    *lease = (virNetworkDHCPLease){fake_copy("virbr0"),
                                   1700000000,
                                   VIR_IP_ADDR_TYPE_IPV4,
                                   fake_copy("52:54:00:4d:2b:cd"),
                                   NULL,
                                   fake_copy("192.168.122.7"),
                                   24,
                                   fake_copy("web"),
                                   NULL};
    (*leases)[0] = lease;
    return 1;
}

void
virNetworkDHCPLeaseFree(virNetworkDHCPLeasePtr lease)
{
    free(lease->iface);
    free(lease->mac);
    free(lease->ipaddr);
    free(lease->hostname);
    free(lease);
}

/* --- events: each turn of the loop delivers the next one that was asked for ------------------------ */

static virConnectDomainEventGenericCallback callbacks[32];
static virConnectNetworkEventGenericCallback network_callback;
static void *callback_opaque;
static int turn;
static virEventTimeoutCallback timeout;
static void *timeout_opaque;

int
virEventRegisterDefaultImpl(void)
{
    return 0;
}

int
virConnectDomainEventRegisterAny(virConnectPtr conn, virDomainPtr dom, int id,
                                 virConnectDomainEventGenericCallback callback, void *opaque,
                                 virFreeCallback freecb)
{
    callbacks[id] = callback;
    callback_opaque = opaque;
    return id;
}

int
virConnectDomainEventDeregisterAny(virConnectPtr conn, int id)
{
    callbacks[id] = NULL;
    return 0;
}

int
virConnectNetworkEventRegisterAny(virConnectPtr conn, virNetworkPtr net, int id,
                                  virConnectNetworkEventGenericCallback callback, void *opaque,
                                  virFreeCallback freecb)
{
    network_callback = callback;
    callback_opaque = opaque;
    return id;
}

int
virConnectNetworkEventDeregisterAny(virConnectPtr conn, int id)
{
    network_callback = NULL;
    return 0;
}

int
virEventAddHandle(int fd, int events, virEventHandleCallback callback, void *opaque,
                  virFreeCallback ff)
{
    return 1;
}

int
virEventRemoveHandle(int watch)
{
    return 0;
}

int
virEventAddTimeout(int ms, virEventTimeoutCallback callback, void *opaque, virFreeCallback ff)
{
    timeout = callback;
    timeout_opaque = opaque;
    return 2;
}

int
virEventRemoveTimeout(int timer)
{
    return 0;
}

int
virEventRunDefaultImpl(void)
{
    virDomainPtr dom = virDomainLookupByName(fake_connection(), "web");
    virNetworkPtr net = virNetworkLookupByName(fake_connection(), "lab");
    void *one = (void *)callbacks[VIR_DOMAIN_EVENT_ID_LIFECYCLE],
         *net_one = (void *)network_callback;
    void *meta = (void *)callbacks[VIR_DOMAIN_EVENT_ID_METADATA_CHANGE];

    switch (turn++) {
    case 0:
        if (one)
            ((virConnectDomainEventCallback)one)(fake_connection(), dom, VIR_DOMAIN_EVENT_STARTED,
                                                 0, callback_opaque);
        if (net_one)
            ((virConnectNetworkEventLifecycleCallback)net_one)(
                fake_connection(), net, VIR_NETWORK_EVENT_STARTED, 0, callback_opaque);
        break;
    case 1:
        if (callbacks[VIR_DOMAIN_EVENT_ID_REBOOT])
            callbacks[VIR_DOMAIN_EVENT_ID_REBOOT](fake_connection(), dom, callback_opaque);
        break;
    case 2:
        if (meta)
            ((virConnectDomainEventMetadataChangeCallback)meta)(
                fake_connection(), dom, VIR_DOMAIN_METADATA_ELEMENT, "urn:test", callback_opaque);
        break;
    default:
        if (!timeout)
            return fake_fail(VIR_ERR_INTERNAL_ERROR, "the test waits for ever");
        timeout(2, timeout_opaque);
    }
    return 0;
}
