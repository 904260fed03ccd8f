/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "util/error.h"
#include "util/file.h"
#include "vnet/net-prefix.h"
#include "vnet/subnet.h"

static const char fib[] = "Main:\n"
                          "  +-- 0.0.0.0/0 3 0 5\n"
                          "     |-- 0.0.0.0\n"
                          "        /0 universe UNICAST\n"
                          "     +-- 192.168.122.0/23 2 0 2\n"
                          "        |-- 192.168.122.0\n"
                          "           /24 link UNICAST\n"
                          "        |-- 192.168.123.77\n"
                          "           /32 host LOCAL\n"
                          "     |-- 10.0.0.0\n"
                          "        /8 universe UNICAST\n"
                          "        /1 universe UNICAST\n";

static void
test_pick_skips_routes_and_addresses(void)
{
    g_autoptr(GArray) used = subnet_used_parse(fib, NULL);

    g_assert_cmpuint(used->len, ==, 3);
    g_assert_cmpint(subnet_pick(used), ==, 124);
}

static void
test_pick_prefers_122(void)
{
    g_autoptr(GArray) used = subnet_used_parse(NULL, NULL);

    g_assert_cmpint(subnet_pick(used), ==, 122);
}

static void
test_pick_goes_down_when_the_upper_ones_are_taken(void)
{
    g_autoptr(GArray) used = subnet_used_parse("|-- 192.168.128.0\n/17 universe UNICAST\n"
                                               "|-- 192.168.120.0\n/21 universe UNICAST\n",
                                               NULL);

    g_assert_cmpint(subnet_pick(used), ==, 119);
}

static void
test_pick_says_when_nothing_is_left(void)
{
    g_autoptr(GArray) used = subnet_used_parse("|-- 192.168.0.0\n/16 universe UNICAST\n", NULL);

    g_assert_cmpint(subnet_pick(used), ==, -1);
}

static NetworkDef *
network(const char *address, const char *more)
{
    g_autofree char *xml = g_strdup_printf(
        "<network><name>n</name><forward mode='nat'/><ip address='%s' prefix='24'>"
        "<dhcp><range start='192.168.50.2' end='192.168.50.99'/></dhcp></ip>%s</network>",
        address, more);
    g_autoptr(GError) error = NULL;
    NetworkDef *def = network_def_parse(xml, strlen(xml), "n.xml", TRUE, NULL, &error);

    g_assert_no_error(error);
    return def;
}

static void
test_move(void)
{
    g_autoptr(NetworkDef) def = network("192.168.50.1", "");
    const NetworkIp *ip = g_ptr_array_index(def->ips, 0);

    subnet_move(def, 7);
    g_assert_cmpstr(ip->address, ==, "192.168.7.1");
    g_assert_cmpstr(g_array_index(ip->ranges, NetworkRange, 0).start, ==, "192.168.7.2");
    g_assert_cmpstr(g_array_index(ip->ranges, NetworkRange, 0).end, ==, "192.168.7.99");
}

static void
test_check(void)
{
    static const struct {
        const char *route;
        gboolean is_fine;
    } cases[] = {
        {"|-- 192.168.50.0\n/24 link UNICAST\n", FALSE},
        {"|-- 192.168.50.128\n/25 link UNICAST\n", FALSE},
        {"|-- 192.168.50.9\n/32 host LOCAL\n", FALSE},
        {"|-- 192.168.0.0\n/16 universe UNICAST\n", TRUE},
        {"|-- 192.168.51.0\n/24 link UNICAST\n", TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(NetworkDef) def = network("192.168.50.1", "");
        g_autoptr(GArray) used = subnet_used_parse(cases[i].route, NULL);
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(subnet_check(def, used, &error), ==, cases[i].is_fine);
        if (cases[i].is_fine)
            continue;
        g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
        g_assert_nonnull(strstr(error->message, "192.168.50.0/24 is in use"));
        g_assert_nonnull(strstr(error->message, "net-edit"));
    }
}

static void
test_v6_routes(void)
{
    g_autoptr(GArray) used = subnet_used_parse(
        NULL, "fd000050000000000000000000000000 40 00000000000000000000000000000000 00 "
              "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n"
              "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 "
              "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0\n");
    g_autofree char *text = NULL;

    g_assert_cmpuint(used->len, ==, 1);
    text = net_prefix_network(&g_array_index(used, NetPrefix, 0));
    g_assert_cmpstr(text, ==, "fd00:50::/64");
}

static void
test_route_learnt_from_advertisements(void)
{
    static const char route[] =
        "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
        "fe800000000000000000000000000001 00000400 00000001 00000000 00450003     up0\n";
    g_autoptr(NetworkDef) def =
        network("192.168.50.1", "<ip family='ipv6' address='fd00::1' prefix='64'/>");
    g_autofree char *dir = g_dir_make_tmp("lodge-XXXXXX", NULL);
    g_autofree char *device = g_build_filename(dir, "up0", NULL);
    g_autofree char *accept = g_build_filename(device, "accept_ra", NULL);
    g_autofree char *forwarding = g_build_filename(device, "forwarding", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(file_make_dirs(device, 0700, NULL));
    g_assert_true(g_file_set_contents(accept, "1\n", -1, NULL));
    g_assert_true(g_file_set_contents(forwarding, "0\n", -1, NULL));
    g_assert_false(subnet_check_ra(def, route, dir, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
    g_assert_nonnull(strstr(error->message, "sysctl -w net.ipv6.conf.up0.accept_ra=2"));
    g_assert_true(g_file_set_contents(accept, "2\n", -1, NULL));
    g_assert_true(subnet_check_ra(def, route, dir, NULL));
    g_assert_true(file_remove_tree(-1, dir, NULL));
}

static void
test_prefixes(void)
{
    NetPrefix a, b;
    g_autofree char *network_text = NULL, *mask = NULL, *v6 = NULL;

    g_assert_true(net_prefix_parse("192.168.122.77", 20, &a));
    network_text = net_prefix_network(&a);
    mask = net_prefix_netmask(&a);
    g_assert_cmpstr(network_text, ==, "192.168.112.0/20");
    g_assert_cmpstr(mask, ==, "255.255.240.0");
    g_assert_true(net_prefix_parse("fd00::abcd:1", 64, &b));
    v6 = net_prefix_network(&b);
    g_assert_cmpstr(v6, ==, "fd00::/64");
    g_assert_false(net_prefix_overlaps(&a, &b));
    g_assert_false(net_prefix_parse("192.168.122.1", 33, &a));
    g_assert_false(net_prefix_parse("nonsense", 8, &a));
}

static void
test_range_sizes(void)
{
    static const struct {
        const char *start, *end;
        guint32 size;
    } cases[] = {
        {"192.168.122.2", "192.168.122.254", 253},
        {"10.0.0.255", "10.0.1.0", 2},
        {"10.0.0.9", "10.0.0.9", 1},
        {"10.0.0.9", "10.0.0.8", 0},
        {"fd00::100", "fd00::1ff", 256},
        {"fd00::", "fd01::", G_MAXUINT32},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        NetPrefix start, end;

        g_assert_true(net_prefix_parse(cases[i].start, 0, &start));
        g_assert_true(net_prefix_parse(cases[i].end, 0, &end));
        g_assert_cmpuint(net_range_size(&start, &end), ==, cases[i].size);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/subnet/pick-skips", test_pick_skips_routes_and_addresses);
    g_test_add_func("/subnet/pick-prefers-122", test_pick_prefers_122);
    g_test_add_func("/subnet/pick-down", test_pick_goes_down_when_the_upper_ones_are_taken);
    g_test_add_func("/subnet/pick-none", test_pick_says_when_nothing_is_left);
    g_test_add_func("/subnet/move", test_move);
    g_test_add_func("/subnet/check", test_check);
    g_test_add_func("/subnet/v6-routes", test_v6_routes);
    g_test_add_func("/subnet/advertised-route", test_route_learnt_from_advertisements);
    g_test_add_func("/subnet/prefixes", test_prefixes);
    g_test_add_func("/subnet/range-sizes", test_range_sizes);
    return g_test_run();
}
