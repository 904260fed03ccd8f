/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/address.h"

static Address
read_address(const char *text)
{
    Address address;

    g_assert_true(address_parse(text, &address));
    return address;
}

static void
test_text(void)
{
    static const char *const pairs[][2] = {
        {"10.0.0.1", "10.0.0.1"},
        {"2001:DB8:0:0::1", "2001:db8::1"},
        {"::", "::"},
        {"::FFFF:1.2.3.4", "::ffff:1.2.3.4"},
        {"0.0.0.0", "0.0.0.0"},
    };
    static const char *const bad[] = {
        "",         "10.1",     "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "fe80::1%eth0",
        " 1.2.3.4", "1.2.3.4 ", "host",      ":",         "1::2::3"};
    char text[ADDRESS_TEXT_SIZE];
    Address address;

    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        address = read_address(pairs[i][0]);
        g_assert_cmpstr(address_format(&address, text), ==, pairs[i][1]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(address_parse(bad[i], &address));
}

static void
test_subnets(void)
{
    Address v4 = read_address("192.168.122.77"), v6 = read_address("2001:db8:7::77");
    char text[ADDRESS_TEXT_SIZE];
    Address at;

    at = address_network(&v4, 26);
    g_assert_cmpstr(address_format(&at, text), ==, "192.168.122.64");
    at = address_last(&v4, 26);
    g_assert_cmpstr(address_format(&at, text), ==, "192.168.122.127");
    at = address_network(&v4, 0);
    g_assert_cmpstr(address_format(&at, text), ==, "0.0.0.0");
    at = address_last(&v4, 32);
    g_assert_cmpstr(address_format(&at, text), ==, "192.168.122.77");
    at = address_network(&v6, 47);
    g_assert_cmpstr(address_format(&at, text), ==, "2001:db8:6::");
    at = address_last(&v6, 124);
    g_assert_cmpstr(address_format(&at, text), ==, "2001:db8:7::7f");
    at = read_address("192.168.122.1");
    g_assert_true(address_in(&at, &v4, 24));
    g_assert_false(address_in(&at, &v4, 26));
    g_assert_false(address_in(&v6, &v4, 0));
    g_assert_cmpint(address_compare(&at, &v4), <, 0);
    g_assert_cmpint(address_compare(&v4, &v4), ==, 0);
    g_assert_cmpint(address_compare(&v6, &v4), >, 0);
}

static void
test_netmasks(void)
{
    static const struct {
        const char *mask;
        int prefix;
    } cases[] = {{"255.255.255.0", 24}, {"255.255.255.255", 32}, {"0.0.0.0", 0}, {"128.0.0.0", 1},
                 {"255.0.255.0", -1},   {"0.0.0.255", -1},       {"ffff::", -1}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Address mask = read_address(cases[i].mask);

        g_assert_cmpint(address_netmask_prefix(&mask), ==, cases[i].prefix);
    }
}

static void
test_kinds(void)
{
    static const char *const usable[] = {"10.0.0.1", "223.255.255.254", "fe80::1", "2001:db8::1"};
    static const char *const not_usable[] = {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255",
                                             "::",      "::1",       "ff02::1"};
    static const struct {
        const char *text;
        int prefix;
    } defaults[] = {{"10.0.0.1", 8}, {"172.16.0.1", 16}, {"192.168.1.1", 24}, {"fd00::1", 64}};

    for (gsize i = 0; i < G_N_ELEMENTS(usable); i++) {
        Address address = read_address(usable[i]);

        g_assert_true(address_is_usable(&address));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(not_usable); i++) {
        Address address = read_address(not_usable[i]);

        g_assert_false(address_is_usable(&address));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(defaults); i++) {
        Address address = read_address(defaults[i].text);

        g_assert_cmpint(address_default_prefix(&address), ==, defaults[i].prefix);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address/text", test_text);
    g_test_add_func("/address/subnets", test_subnets);
    g_test_add_func("/address/netmasks", test_netmasks);
    g_test_add_func("/address/kinds", test_kinds);
    return g_test_run();
}
