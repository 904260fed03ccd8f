/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* network.c - define, start and stop a virtual network.
 *
 * cc network.c $(pkg-config --cflags --libs lodge) -o network && ./network [URI]
 */
#include <stdio.h>
#include <stdlib.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static const char xml[] = "<network>"
                          "  <name>example-net</name>"
                          "  <ip address='192.0.2.1' netmask='255.255.255.0'/>"
                          "</network>";

static int
use(virNetworkPtr net)
{
    char *bridge;

    if (virNetworkCreate(net) < 0)
        return -1;
    bridge = virNetworkGetBridgeName(net);
    printf("active %d, bridge %s, %d leases\n", virNetworkIsActive(net),
           bridge != NULL ? bridge : "none", virNetworkGetDHCPLeases(net, NULL, NULL, 0));
    free(bridge);
    return virNetworkDestroy(net);
}

int
main(int argc, char **argv)
{
    virConnectPtr conn = virConnectOpen(argc > 1 ? argv[1] : NULL);
    virNetworkPtr net;
    int result;

    if (conn == NULL)
        return 1;
    net = virNetworkDefineXML(conn, xml);
    if (net == NULL) {
        virConnectClose(conn);
        return 1;
    }
    printf("defined %s\n", virNetworkGetName(net));
    result = use(net);
    if (virNetworkUndefine(net) < 0)
        result = -1;
    virNetworkFree(net);
    virConnectClose(conn);
    return result < 0;
}
