/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "vnet/firewall.h"

/* As docker 24 with iptables-nft leaves it (nft -s -t list ruleset), shortened. */
static const char docker[] =
    "table ip nat {\n"
    "\tchain POSTROUTING {\n"
    "\t\ttype nat hook postrouting priority srcnat; policy accept;\n"
    "\t\toifname != \"docker0\" ip saddr 172.17.0.0/16 counter masquerade\n"
    "\t}\n"
    "}\n"
    "table ip filter {\n"
    "\tchain DOCKER {\n"
    "\t}\n"
    "\n"
    "\tchain FORWARD {\n"
    "\t\ttype filter hook forward priority filter; policy drop;\n"
    "\t\tcounter jump DOCKER-USER\n"
    "\t\toifname \"docker0\" counter jump DOCKER\n"
    "\t}\n"
    "\n"
    "\tchain DOCKER-USER {\n"
    "\t\tcounter return\n"
    "\t}\n"
    "}\n";

static const char firewalld[] =
    "table inet firewalld {\n"
    "\tchain filter_INPUT {\n"
    "\t\ttype filter hook input priority filter + 10; policy accept;\n"
    "\t\tct state { established, related } accept\n"
    "\t\tjump filter_INPUT_ZONES\n"
    "\t\treject with icmpx admin-prohibited\n"
    "\t}\n"
    "\n"
    "\tchain filter_FORWARD {\n"
    "\t\ttype filter hook forward priority filter + 10; policy accept;\n"
    "\t\tct state { established, related } accept\n"
    "\t\tjump filter_FORWARD_ZONES\n"
    "\t\treject with icmpx admin-prohibited\n"
    "\t}\n"
    "}\n";

static const FirewallNeeds nat_needs = {
    .name = "default",
    .bridge = "virbr0",
    .ident = "lodge_default",
    .forwards_v4 = TRUE,
    .serves = TRUE,
};

static FirewallActions *
decide(const char *ruleset, FirewallHost *host, const FirewallNeeds *needs)
{
    host->nft = firewall_scan_nft(ruleset, needs->bridge);
    host->nft_program = g_strdup("/usr/sbin/nft");
    return firewall_decide(host, needs);
}

static char *
joined(const GPtrArray *lines, guint i)
{
    return g_strjoinv(" ", g_ptr_array_index(lines, i));
}

static void
test_nothing_in_the_way(void)
{
    g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
    g_autoptr(FirewallActions) actions =
        decide("table inet filter {\n\tchain forward {\n\t\ttype filter hook forward priority "
               "filter; policy accept;\n\t\tiifname \"eth1\" drop\n\t}\n}\n",
               host, &nat_needs);

    g_assert_cmpuint(actions->host->len, ==, 0);
    g_assert_cmpuint(actions->warnings->len, ==, 0);
}

static void
test_docker(void)
{
    g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
    g_autoptr(FirewallActions) actions = decide(docker, host, &nat_needs);
    g_autofree char *first = NULL, *second = NULL;

    g_assert_cmpuint(actions->warnings->len, ==, 0);
    g_assert_cmpuint(actions->host->len, ==, 2);
    first = joined(actions->host, 0);
    second = joined(actions->host, 1);
    g_assert_cmpstr(first, ==,
                    "nft-rule /usr/sbin/nft ip filter DOCKER-USER lodge_default iifname virbr0 "
                    "counter accept");
    g_assert_cmpstr(second, ==,
                    "nft-rule /usr/sbin/nft ip filter DOCKER-USER lodge_default oifname virbr0 "
                    "counter accept");
}

static void
test_docker_is_no_matter_of_isolated_networks(void)
{
    g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
    FirewallNeeds needs = nat_needs;
    g_autoptr(FirewallActions) actions = NULL;

    needs.forwards_v4 = FALSE;
    actions = decide(docker, host, &needs);
    g_assert_cmpuint(actions->host->len, ==, 0);
    g_assert_cmpuint(actions->warnings->len, ==, 0);
}

static void
test_docker_drops_bridged_frames_of_isolated_networks(void)
{
    g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
    FirewallNeeds needs = nat_needs;
    g_autoptr(FirewallActions) actions = NULL;

    needs.forwards_v4 = FALSE;
    needs.bridges_v4 = TRUE;
    actions = decide(docker, host, &needs);
    g_assert_cmpuint(actions->host->len, ==, 2);
}

static void
test_docker_of_the_old_tables(void)
{
    g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
    g_autoptr(FirewallActions) actions = NULL;
    g_autofree char *on = NULL, *off = NULL;

    host->iptables = g_strdup("/usr/sbin/iptables-legacy");
    host->legacy_v4 =
        firewall_scan_legacy("-P INPUT ACCEPT\n-P FORWARD DROP\n-P OUTPUT ACCEPT\n-N DOCKER-USER\n"
                             "-A FORWARD -j DOCKER-USER\n-A DOCKER-USER -j RETURN\n",
                             "ip", "virbr0");
    actions = decide("", host, &nat_needs);
    g_assert_cmpuint(actions->warnings->len, ==, 0);
    g_assert_cmpuint(actions->host->len, ==, 2);
    g_assert_cmpuint(actions->at_end->len, ==, 2);
    on = joined(actions->host, 0);
    off = joined(actions->at_end, 0);
    g_assert_cmpstr(on, ==, "run /usr/sbin/iptables-legacy -w -I DOCKER-USER -i virbr0 -j ACCEPT");
    g_assert_cmpstr(off, ==,
                    "at-end /usr/sbin/iptables-legacy -w -D DOCKER-USER -i virbr0 -j ACCEPT");
}

static void
test_firewalld_runs(void)
{
    g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
    g_autoptr(FirewallActions) actions = NULL;
    g_autofree char *on = NULL, *off = NULL;

    host->firewall_cmd = g_strdup("/usr/bin/firewall-cmd");
    actions = decide(firewalld, host, &nat_needs);
    g_assert_cmpuint(actions->warnings->len, ==, 0);
    g_assert_cmpuint(actions->host->len, ==, 1);
    on = joined(actions->host, 0);
    off = joined(actions->at_end, 0);
    g_assert_cmpstr(on, ==,
                    "run /usr/bin/firewall-cmd -q --zone=trusted --change-interface=virbr0");
    g_assert_cmpstr(off, ==,
                    "at-end /usr/bin/firewall-cmd -q --zone=trusted --remove-interface=virbr0");
    g_assert_true(actions->close_host);
}

static void
test_firewalld_with_a_libvirt_zone(void)
{
    g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
    g_autoptr(FirewallActions) actions = NULL;
    g_autofree char *on = NULL;

    host->firewall_cmd = g_strdup("/usr/bin/firewall-cmd");
    host->has_libvirt_zone = TRUE;
    actions = decide(firewalld, host, &nat_needs);
    on = joined(actions->host, 0);
    g_assert_cmpstr(on, ==,
                    "run /usr/bin/firewall-cmd -q --zone=libvirt --change-interface=virbr0");
    g_assert_false(actions->close_host);
}

static void
test_firewalld_does_not_answer(void)
{
    g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
    g_autoptr(FirewallActions) actions = decide(firewalld, host, &nat_needs);

    g_assert_cmpuint(actions->host->len, ==, 0);
    g_assert_cmpuint(actions->warnings->len, ==, 2); /* input and forward */
    for (guint i = 0; i < 2; i++)
        g_assert_nonnull(
            strstr(g_ptr_array_index(actions->warnings, i), "firewall-cmd --permanent"));
}

static void
test_others_are_named_with_a_remedy(void)
{
    static const struct {
        const char *ruleset, *remedy;
    } cases[] = {
        {"table inet filter {\n\tchain forward {\n\t\ttype filter hook forward priority filter; "
         "policy drop;\n\t}\n}\n",
         "nft insert rule inet filter forward iifname virbr0 accept && nft insert rule inet filter "
         "forward oifname virbr0 accept"},
        {"table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; "
         "policy "
         "drop;\n\t}\n}\n",
         "iptables -I FORWARD -i virbr0 -j ACCEPT && iptables -I FORWARD -o virbr0 -j ACCEPT"},
        {"table ip filter {\n\tchain ufw-before-forward {\n\t}\n\tchain FORWARD {\n\t\ttype filter "
         "hook forward priority filter; policy drop;\n\t\tcounter jump "
         "ufw-before-forward\n\t}\n}\n",
         "ufw route allow in on virbr0 && ufw route allow out on virbr0"},
        {"table inet fw {\n\tchain in {\n\t\ttype filter hook input priority filter; policy "
         "accept;\n\t\tct state established accept\n\t\tcounter jump refuse\n\t}\n\tchain refuse "
         "{\n\t\tlog prefix \"no: \" level info\n\t\tcounter packets 3 bytes 9 drop\n\t}\n}\n",
         "nft insert rule inet fw in iifname virbr0 accept"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
        g_autoptr(FirewallActions) actions = decide(cases[i].ruleset, host, &nat_needs);

        g_assert_cmpuint(actions->host->len, ==, 0);
        g_assert_cmpuint(actions->warnings->len, ==, 1);
        g_assert_nonnull(strstr(g_ptr_array_index(actions->warnings, 0), cases[i].remedy));
    }
}

static void
test_a_table_that_names_the_bridge_is_left_alone(void)
{
    static const char *const rules[] = {"iifname \"virbr0\" accept", "iifname \"virbr*\" accept"};

    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autoptr(FirewallHost) host = g_new0(FirewallHost, 1);
        g_autofree char *ruleset =
            g_strdup_printf("table inet filter {\n\tchain forward {\n\t\ttype filter hook forward "
                            "priority filter; policy drop;\n\t\t%s\n\t}\n}\n",
                            rules[i]);
        g_autoptr(FirewallActions) actions = decide(ruleset, host, &nat_needs);

        g_assert_cmpuint(actions->warnings->len, ==, 0);
    }
}

static void
test_jumps_in_a_circle_end(void)
{
    g_autoptr(FirewallScan) scan =
        firewall_scan_nft("table inet t {\n\tchain a {\n\t\ttype filter hook forward priority "
                          "filter; policy accept;\n\t\tjump b\n\t}\n\tchain b {\n\t\tjump "
                          "b\n\t}\n}\n",
                          "virbr0");

    g_assert_cmpuint(scan->drops->len, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/firewall/nothing-in-the-way", test_nothing_in_the_way);
    g_test_add_func("/firewall/docker", test_docker);
    g_test_add_func("/firewall/docker-isolated", test_docker_is_no_matter_of_isolated_networks);
    g_test_add_func("/firewall/docker-bridged",
                    test_docker_drops_bridged_frames_of_isolated_networks);
    g_test_add_func("/firewall/docker-old-tables", test_docker_of_the_old_tables);
    g_test_add_func("/firewall/firewalld-runs", test_firewalld_runs);
    g_test_add_func("/firewall/firewalld-libvirt-zone", test_firewalld_with_a_libvirt_zone);
    g_test_add_func("/firewall/firewalld-silent", test_firewalld_does_not_answer);
    g_test_add_func("/firewall/remedies", test_others_are_named_with_a_remedy);
    g_test_add_func("/firewall/named-bridge", test_a_table_that_names_the_bridge_is_left_alone);
    g_test_add_func("/firewall/circle", test_jumps_in_a_circle_end);
    return g_test_run();
}
