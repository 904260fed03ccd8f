/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "vnet/lease-file.h"

static const char leases_text[] =
    "1700000100 52:54:00:4d:2b:cd 192.168.122.77 web 01:52:54:00:4d:2b:cd\n"
    "1600000000 52:54:00:00:00:01 192.168.122.78 old *\n"
    "0 52:54:00:00:00:02 192.168.122.79 * *\n"
    "duid 00:01:00:01:2d:aa:bb:cc:52:54:00:11:22:33\n"
    "1700000200 5063629 fd00::77 web6 00:01:00:01:2d:00:00:01:52:54:00:4d:2b:cd\n"
    "1700000200 T99 fd00::78 * 00:02:00:00:ab:11\n"
    "a line of something else\n"
    "x y z\n";

static NetworkDef *
network(void)
{
    static const char xml[] = "<network><name>n</name><forward mode='nat'/><bridge name='virbr9'/>"
                              "<ip address='192.168.122.1' prefix='24'/>"
                              "<ip family='ipv6' address='fd00::1' prefix='64'/></network>";
    g_autoptr(GError) error = NULL;
    NetworkDef *def = network_def_parse(xml, strlen(xml), "n.xml", TRUE, NULL, &error);

    g_assert_no_error(error);
    return def;
}

static void
test_all(void)
{
    g_autoptr(NetworkDef) def = network();
    g_autoptr(GPtrArray) leases = lease_file_parse(leases_text, def, NULL, 1650000000);
    const NetworkLease *lease;

    g_assert_cmpuint(leases->len, ==, 4);
    lease = g_ptr_array_index(leases, 0);
    g_assert_cmpstr(lease->iface, ==, "virbr9");
    g_assert_cmpint(lease->expiry, ==, 1700000100);
    g_assert_cmpint(lease->type, ==, 0);
    g_assert_cmpstr(lease->mac, ==, "52:54:00:4d:2b:cd");
    g_assert_cmpstr(lease->ip, ==, "192.168.122.77");
    g_assert_cmpuint(lease->prefix, ==, 24);
    g_assert_cmpstr(lease->hostname, ==, "web");
    g_assert_cmpstr(lease->clientid, ==, "01:52:54:00:4d:2b:cd");
    g_assert_null(lease->iaid);

    lease = g_ptr_array_index(leases, 1); /* never runs out; no name, no client id */
    g_assert_cmpint(lease->expiry, ==, 0);
    g_assert_null(lease->hostname);
    g_assert_null(lease->clientid);

    lease = g_ptr_array_index(leases, 2);
    g_assert_cmpint(lease->type, ==, 1);
    g_assert_cmpstr(lease->mac, ==, "52:54:00:4d:2b:cd"); /* out of the DUID */
    g_assert_cmpstr(lease->iaid, ==, "5063629");
    g_assert_cmpuint(lease->prefix, ==, 64);

    lease = g_ptr_array_index(leases, 3);
    g_assert_null(lease->mac);
    g_assert_cmpstr(lease->clientid, ==, "00:02:00:00:ab:11");
}

static void
test_by_mac(void)
{
    g_autoptr(NetworkDef) def = network();
    g_autoptr(GPtrArray) leases =
        lease_file_parse(leases_text, def, "52:54:00:4D:2B:CD", 1650000000);

    g_assert_cmpuint(leases->len, ==, 2);
}

static void
test_an_empty_file(void)
{
    g_autoptr(NetworkDef) def = network();
    g_autoptr(GPtrArray) leases = lease_file_parse("", def, NULL, 0);

    g_assert_cmpuint(leases->len, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lease-file/all", test_all);
    g_test_add_func("/lease-file/by-mac", test_by_mac);
    g_test_add_func("/lease-file/empty", test_an_empty_file);
    return g_test_run();
}
