/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Connections, the host, networks. */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "util/error.h"

static void
test_open(void)
{
    virConnectPtr conn = open_mock("lodge", FALSE);
    g_autofree char *uri = virConnectGetURI(conn);
    g_autofree char *host = virConnectGetHostname(conn);
    g_autofree char *caps = virConnectGetCapabilities(conn);
    unsigned long version = 0;

    g_assert_true(g_str_has_prefix(uri, "lodge:///embed?root="));
    g_assert_nonnull(host);
    g_assert_cmpstr(caps, ==,
                    "<capabilities><host/><guest>exe</guest><guest>hvm</guest></capabilities>");
    g_assert_cmpstr(virConnectGetType(conn), ==, "lodge");
    g_assert_cmpint(virConnectGetVersion(conn, &version), ==, 0);
    g_assert_cmpuint(version, ==, 6018044);
    g_assert_cmpint(virConnectGetLibVersion(conn, &version), ==, 0);
    g_assert_cmpuint(version, ==, 9000000);
    g_assert_cmpint(virConnectIsAlive(conn), ==, 1);
    g_assert_cmpint(virConnectIsEncrypted(conn), ==, 0);
    g_assert_cmpint(virConnectIsSecure(conn), ==, 1);
    g_assert_cmpint(virConnectGetMaxVcpus(conn, "kvm"), >=, 1);
    g_assert_cmpint(virConnectGetMaxVcpus(conn, "xen"), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "'xen'");
    virConnectClose(conn);
    conn = open_mock("lxc", FALSE);
    g_assert_cmpstr(virConnectGetType(conn), ==, "LXC");
    virConnectClose(conn);
}

static void
test_open_errors(void)
{
    virSetErrorFunc(NULL, quiet);
    g_assert_null(virConnectOpen("nosuch:///"));
    ASSERT_ERROR(VIR_ERR_NO_CONNECT, "nosuch");
    g_assert_null(virConnectOpen("lxc:///embed?root=/no/such/directory"));
    g_assert_nonnull(virGetLastError());
    g_assert_null(virConnectOpenAuth("lxc:///", virConnectAuthPtrDefault, 1 << 9));
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "unsupported flags (0x200) in function virConnectOpenAuth");
}

static void
test_default_uri(void)
{
    g_autofree char *uri = mock_uri("lxc");
    g_autofree char *got = NULL;
    virConnectPtr conn;

    virSetErrorFunc(NULL, quiet);
    g_unsetenv("LODGE_DEFAULT_URI");
    g_setenv("LIBVIRT_DEFAULT_URI", uri, TRUE);
    conn = virConnectOpen(NULL);
    g_assert_nonnull(conn);
    got = virConnectGetURI(conn);
    g_assert_true(g_str_has_prefix(got, "lxc:///embed"));
    virConnectClose(conn);
    g_setenv("LODGE_DEFAULT_URI", "nosuch:///", TRUE);
    g_assert_null(virConnectOpen(NULL));
    ASSERT_ERROR(VIR_ERR_NO_CONNECT, "nosuch");
    g_unsetenv("LODGE_DEFAULT_URI");
    g_unsetenv("LIBVIRT_DEFAULT_URI");
}

static void
on_close(virConnectPtr conn, int reason, void *opaque)
{
    *(int *)opaque = reason;
}

static void
on_free(void *opaque)
{
    *(int *)opaque += 100;
}

static void
test_close_callback(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    int seen = -1;

    g_assert_cmpint(virConnectRegisterCloseCallback(conn, on_close, &seen, on_free), ==, 0);
    g_assert_cmpint(virConnectRegisterCloseCallback(conn, on_close, &seen, on_free), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_INVALID, "already registered");
    virConnectClose(conn);
    g_assert_cmpint(seen, ==, 100 + VIR_CONNECT_CLOSE_REASON_CLIENT);
}

static void
test_node(void)
{
    virConnectPtr conn = open_mock("lxc", TRUE);
    virNodeInfo info;
    virNodeCPUStats cpu[4];
    virNodeMemoryStats memory[4];
    virSecurityModel model;
    int n = 0;

    g_assert_cmpint(virNodeGetInfo(conn, &info), ==, 0);
    g_assert_cmpuint(info.cpus, >=, 1);
    g_assert_cmpuint(VIR_NODEINFO_MAXCPUS(info), >=, info.cpus);
    g_assert_cmpuint(info.memory, >, 1024);
    g_assert_cmpint(virNodeGetCPUStats(conn, VIR_NODE_CPU_STATS_ALL_CPUS, NULL, &n, 0), ==, 0);
    g_assert_cmpint(n, ==, 4);
    g_assert_cmpint(virNodeGetCPUStats(conn, VIR_NODE_CPU_STATS_ALL_CPUS, cpu, &n, 0), ==, 0);
    g_assert_cmpstr(cpu[2].field, ==, "idle");
    g_assert_cmpuint(cpu[0].value + cpu[1].value, >, 0);
    g_assert_cmpint(virNodeGetCPUStats(conn, 99999, cpu, &n, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "no online cpu 99999");
    n = 4;
    g_assert_cmpint(virNodeGetMemoryStats(conn, VIR_NODE_MEMORY_STATS_ALL_CELLS, memory, &n, 0), ==,
                    0);
    g_assert_cmpuint(memory[0].value, ==, info.memory);
    n = 2;
    g_assert_cmpint(virNodeGetMemoryStats(conn, 4444, memory, &n, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "no NUMA cell 4444");
    g_assert_cmpuint(virNodeGetFreeMemory(conn), >, 0);
    g_assert_cmpint(virNodeGetSecurityModel(conn, &model), ==, 0);
    g_assert_cmpstr(model.model, ==, "none");
    virConnectClose(conn);
}

static void
test_networks(void)
{
    virConnectPtr conn = open_mock("network", FALSE);
    virNetworkPtr *list = NULL;
    virNetworkPtr lan;
    virNetworkDHCPLeasePtr *leases = NULL;
    char *names[2];
    g_autofree char *bridge = NULL;

    g_assert_cmpint(virConnectListAllNetworks(conn, &list, 0), ==, 1);
    g_assert_cmpstr(virNetworkGetName(list[0]), ==, "lan");
    virNetworkFree(list[0]);
    free(list);
    g_assert_cmpint(virConnectNumOfNetworks(conn), ==, 0);
    g_assert_cmpint(virConnectListDefinedNetworks(conn, names, 2), ==, 1);
    g_assert_cmpstr(names[0], ==, "lan");
    free(names[0]);
    g_assert_null(virNetworkLookupByName(conn, "nobody"));
    ASSERT_ERROR(VIR_ERR_NO_NETWORK, "no such guest");
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_NETWORK);
    lan = virNetworkLookupByName(conn, "lan");
    g_assert_cmpint(virNetworkCreate(lan), ==, 0);
    g_assert_cmpstr(mock.last, ==, "net-start 0x0 lan");
    g_assert_cmpint(virNetworkIsActive(lan), ==, 1);
    bridge = virNetworkGetBridgeName(lan);
    g_assert_cmpstr(bridge, ==, "virbr0");
    g_assert_cmpint(virNetworkGetDHCPLeases(lan, NULL, NULL, 0), ==, 1);
    g_assert_cmpint(virNetworkGetDHCPLeases(lan, NULL, &leases, 0), ==, 1);
    g_assert_cmpstr(leases[0]->ipaddr, ==, "192.0.2.7");
    g_assert_null(leases[0]->hostname);
    g_assert_cmpint(leases[0]->expirytime, ==, 1700000000);
    virNetworkDHCPLeaseFree(leases[0]);
    free(leases);
    mock.fail = LODGE_ERROR_STATE;
    g_assert_cmpint(virNetworkCreate(lan), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_INVALID, "net-start");
    mock.nets[0].name = NULL;
    mock.fail = LODGE_ERROR_NOT_FOUND;
    g_assert_cmpint(virNetworkCreate(lan), ==, -1);
    ASSERT_ERROR(VIR_ERR_NO_NETWORK, "net-start");
    virNetworkFree(lan);
    g_assert_cmpint(virConnectNumOfDomains(conn), ==, 0);
    g_assert_null(virDomainDefineXML(conn, "<domain/>"));
    ASSERT_ERROR(VIR_ERR_NO_SUPPORT, "virDomainDefineXMLFlags");
    virConnectClose(conn);
}

int
main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/connect/open", test_open);
    g_test_add_func("/connect/errors-open", test_open_errors);
    g_test_add_func("/connect/default-uri", test_default_uri);
    g_test_add_func("/connect/close-callback", test_close_callback);
    g_test_add_func("/connect/node", test_node);
    g_test_add_func("/connect/networks", test_networks);
    status = g_test_run();
    mock_cleanup();
    return status;
}
