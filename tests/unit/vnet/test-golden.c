/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Network XML -> rules, dnsmasq configuration, plan. One case per golden/NAME.xml beside golden/NAME.out;
 * LODGE_TEST_REGENERATE=1 writes the latter anew. */
#include <string.h>

#include "util/error.h"
#include "vnet/default-network.h"
#include "vnet/dnsmasq.h"
#include "vnet/plan.h"
#include "vnet/ruleset.h"

static NetworkDef *
parse(const char *xml)
{
    g_autoptr(GError) error = NULL;
    NetworkDef *def = network_def_parse(xml, strlen(xml), "golden.xml", TRUE, NULL, &error);

    g_assert_no_error(error);
    if (def->bridge == NULL)
        def->bridge = g_strdup("virbr0");
    if (def->mac == NULL)
        def->mac = g_strdup("52:54:00:00:00:01");
    return def;
}

static char *
render(const NetworkDef *def)
{
    Paths paths = {.config = (char *)"/etc/lodge",
                   .data = (char *)"/var/lib/lodge",
                   .live = (char *)"/run/lodge",
                   .tag = (char *)""};
    DnsmasqOptions dnsmasq = {.lease_file = "/var/lib/lodge/vnet/n.leases",
                              .pid_file = "/run/lodge/vnet/n/dnsmasq.pid",
                              .user = "dnsmasq"};
    g_autoptr(GPtrArray) groups = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *rules = NULL, *config = NULL, *plan = NULL;
    NetworkPlanInput in = {.def = def,
                           .paths = &paths,
                           .live_dir = "/run/lodge/vnet/n",
                           .ident = "lodge_n",
                           .forward_dir = "/run/lodge/vnet/.forwarding",
                           .groups = groups};

    g_ptr_array_add(groups, (char *)"v2 /sys/fs/cgroup/lodge/supervisors");
    if (ruleset_is_needed(def)) {
        rules = ruleset_format(def, &(RulesetOptions){.table = "lodge_n"});
        in.nft = "/usr/sbin/nft";
    }
    if (dnsmasq_is_needed(def)) {
        config = dnsmasq_config(def, &dnsmasq, &error);
        g_assert_no_error(error);
        in.dnsmasq = "/usr/sbin/dnsmasq";
    }
    plan = network_plan_build(&in);
    return g_strdup_printf("--- rules\n%s--- dnsmasq\n%s--- plan\n%s", rules ? rules : "none\n",
                           config ? config : "none\n", plan);
}

static void
test_case(gconstpointer data)
{
    const char *xml_path = data;
    g_autofree char *stem = g_strndup(xml_path, strlen(xml_path) - strlen(".xml"));
    g_autofree char *out_path = g_strconcat(stem, ".out", NULL);
    g_autofree char *xml = NULL, *wanted = NULL, *got = NULL;
    g_autoptr(NetworkDef) def = NULL;

    g_assert_true(g_file_get_contents(xml_path, &xml, NULL, NULL));
    def = parse(xml);
    got = render(def);
    if (g_getenv("LODGE_TEST_REGENERATE") != NULL)
        g_assert_true(g_file_set_contents(out_path, got, -1, NULL));
    g_assert_true(g_file_get_contents(out_path, &wanted, NULL, NULL));
    g_assert_cmpstr(got, ==, wanted);
}

static void
test_default_network(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(NetworkDef) def = default_network_def(&error);
    guint8 uuid[16];

    g_assert_no_error(error);
    default_network_uuid(uuid);
    g_assert_cmpstr(def->name, ==, DEFAULT_NETWORK_NAME);
    g_assert_cmpmem(uuid, 16, def->uuid, 16);
    g_assert_true(def->auto_subnet);
    g_assert_cmpint(def->forward, ==, NETWORK_FORWARD_NAT);
    g_assert_false(
        def->stp); /* a port of an STP bridge forwards nothing for its first four seconds */
}

static void
test_words_that_dnsmasq_would_misread(void)
{
    static const char *const names[] = {"a,b", "a\nserver=192.0.2.1", "a b", "a#b"};
    DnsmasqOptions options = {.lease_file = "/l", .pid_file = "/p"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(NetworkDef) def =
            parse("<network><name>n</name><ip address='10.1.1.1' prefix='24'/></network>");
        g_autoptr(GError) error = NULL;

        def->domain = g_strdup(names[i]);
        g_assert_null(dnsmasq_config(def, &options, &error));
        g_assert_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG);
    }
}

int
main(int argc, char **argv)
{
    g_autofree char *dir_path = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    GDir *dir;
    const char *entry;
    int status;

    g_test_init(&argc, &argv, NULL);
    dir_path = g_build_filename(g_getenv("SOURCE"), "tests/unit/vnet/golden", NULL);
    dir = g_dir_open(dir_path, 0, NULL);
    g_assert_nonnull(dir);
    while ((entry = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(entry, ".xml")) {
            g_autofree char *name = g_strdup_printf("/golden/%s", entry);

            g_ptr_array_add(paths, g_build_filename(dir_path, entry, NULL));
            g_test_add_data_func(name, g_ptr_array_index(paths, paths->len - 1), test_case);
        }
    }
    g_dir_close(dir);
    g_test_add_func("/vnet/default-network", test_default_network);
    g_test_add_func("/vnet/dnsmasq-words", test_words_that_dnsmasq_would_misread);
    status = g_test_run();
    return status;
}
