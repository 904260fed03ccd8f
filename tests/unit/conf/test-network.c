/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/vnet/network.h"
#include "enum-check.h"
#include "util/error.h"

static NetworkDef *
parse(const char *inner, GError **error)
{
    g_autofree char *text = g_strconcat("<network><name>a</name>", inner, "</network>", NULL);

    return network_def_parse(text, strlen(text), "a.xml", TRUE, NULL, error);
}

static void
test_enums(void)
{
    TEST_ENUM(network_forward, NetworkForward, NETWORK_FORWARD_LAST);
}

static void
test_defaults(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(NetworkDef) def = parse("", &error);

    g_assert_no_error(error);
    g_assert_cmpint(def->forward, ==, NETWORK_FORWARD_NONE);
    g_assert_null(def->bridge); /* vnet chooses both */
    g_assert_null(def->mac);
    g_assert_true(def->stp);
    g_assert_true(def->dns_enable);
    g_assert_false(def->has_uuid);
    g_assert_false(def->auto_subnet);
}

static void
test_copy(void)
{
    static const char everything[] =
        "<metadata><m:m xmlns:m='urn:m'/></metadata>"
        "<forward mode='nat' dev='eth0'><nat><address start='10.9.9.9'/></nat></forward>"
        "<bridge name='br'/><mac address='52:54:00:00:00:01'/><domain name='d'/>"
        "<dns><forwarder addr='1.1.1.1'/><host ip='10.0.0.9'><hostname>h</hostname></host></dns>"
        "<ip address='10.0.0.1' prefix='24'><dhcp><range start='10.0.0.2' end='10.0.0.3'/>"
        "<host mac='52:54:00:00:00:02' id='01' name='n' ip='10.0.0.4'/></dhcp></ip>";
    g_autoptr(GError) error = NULL;
    NetworkDef *def = parse(everything, &error);
    g_autoptr(NetworkDef) copy = NULL;
    g_autofree char *before = NULL, *after = NULL;

    g_assert_no_error(error);
    before = network_def_format(def, TRUE);
    copy = network_def_copy(def);
    network_def_free(def);
    after = network_def_format(copy, TRUE);
    g_assert_cmpstr(after, ==, before);
}

/* 10,000 hosts are checked against each other in no time. */
static void
test_many_hosts(void)
{
    g_autoptr(GString) text = g_string_new("<ip address='10.0.0.1' prefix='8'><dhcp>");
    gint64 start = g_get_monotonic_time();
    g_autoptr(NetworkDef) def = NULL;
    g_autoptr(GError) error = NULL;

    for (int i = 2; i < 10002; i++)
        g_string_append_printf(text, "<host mac='52:54:00:00:%x:%x' name='h%d' ip='10.0.%d.%d'/>",
                               i / 256, i % 256, i, i / 256, i % 256);
    g_string_append(text, "</dhcp></ip>");
    def = parse(text->str, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_get_monotonic_time() - start, <, 2 * G_USEC_PER_SEC);
}

static void
test_counts(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(NetworkDef) def = NULL;
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < 33; i++)
        g_string_append_printf(text, "<ip address='10.0.%d.1' prefix='24'/>", i);
    def = parse(text->str, &error);
    g_assert_null(def);
    g_assert_cmpstr(error->message, ==, "a.xml:1: <ip> is number 33; the limit is 32");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/network/enums", test_enums);
    g_test_add_func("/network/defaults", test_defaults);
    g_test_add_func("/network/copy", test_copy);
    g_test_add_func("/network/many-hosts", test_many_hosts);
    g_test_add_func("/network/counts", test_counts);
    return g_test_run();
}
