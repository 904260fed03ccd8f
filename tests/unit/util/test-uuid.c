/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/uuid.h"

#include <string.h>

#include "util/mac.h"

static void
test_uuid_round_trip(void)
{
    static const char *const same[] = {
        "c7a5fdbd-cdaf-9455-926a-d65c16db1809",
        "C7A5FDBDCDAF9455926AD65C16DB1809",
        "  c7a5fdbd-cdaf-9455-926ad65c16db1809\n",
        "c7-a5-fdbd-cdaf-9455-926a-d65c16db1809",
    };

    for (guint i = 0; i < G_N_ELEMENTS(same); i++) {
        char text[UUID_TEXT_SIZE];
        guint8 uuid[UUID_SIZE];

        g_assert_true(uuid_parse(same[i], uuid));
        g_assert_cmpstr(uuid_format(uuid, text), ==, same[0]);
    }
}

static void
test_uuid_bad(void)
{
    static const char *const bad[] = {
        "",
        "x",
        "c7a5fdbd-cdaf-9455-926a-d65c16db180",
        "c7a5fdbd-cdaf-9455-926a-d65c16db18099",
        "c7a5fdbd-cdaf-9455-926a-d65c16db180g",
        "c7a5fdbd cdaf-9455-926a-d65c16db1809",
        "c-7a5fdbd-cdaf-9455-926a-d65c16db1809",
    };
    guint8 uuid[UUID_SIZE];

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(uuid_parse(bad[i], uuid));
}

static void
test_uuid_random(void)
{
    guint8 one[UUID_SIZE], two[UUID_SIZE];

    uuid_random(one);
    uuid_random(two);
    g_assert_cmpint(memcmp(one, two, UUID_SIZE), !=, 0);
    g_assert_cmpint(one[6] >> 4, ==, 4);
    g_assert_cmpint(one[8] >> 6, ==, 2);
}

static void
test_mac(void)
{
    static const char *const bad[] = {"",
                                      "52:54:00:4d:2b",
                                      "52:54:00:4d:2b:cd:00",
                                      "52-54-00-4d-2b-cd",
                                      "52:54:00:4d:2b:cg",
                                      "52:54:00:4d:2b:cd ",
                                      "52:54:00:4d:2b:123",
                                      "52::00:4d:2b:cd"};
    char text[MAC_TEXT_SIZE];
    guint8 mac[MAC_SIZE];

    g_assert_true(mac_parse("52:54:0:4D:2b:cd", mac));
    g_assert_cmpstr(mac_format(mac, text), ==, "52:54:00:4d:2b:cd");
    g_assert_false(mac_is_multicast(mac));
    g_assert_true(mac_parse("01:00:5e:00:00:01", mac));
    g_assert_true(mac_is_multicast(mac));
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(mac_parse(bad[i], mac));
    mac_random(mac);
    g_assert_true(g_str_has_prefix(mac_format(mac, text), "52:54:00:"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uuid/round-trip", test_uuid_round_trip);
    g_test_add_func("/uuid/bad", test_uuid_bad);
    g_test_add_func("/uuid/random", test_uuid_random);
    g_test_add_func("/uuid/mac", test_mac);
    return g_test_run();
}
