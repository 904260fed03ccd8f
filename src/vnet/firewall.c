/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/firewall.h"

#include <string.h>

#include "util/file.h"
#include "util/spawn.h"

enum {
    LOOK_MS = 5000,
    NAMES_MAX = 4096, /* of /proc/net/ip_tables_names */
};

static void
strv_free(gpointer data)
{
    g_strfreev(data);
}

void
firewall_host_free(FirewallHost *host)
{
    if (host == NULL)
        return;
    firewall_scan_free(host->nft);
    firewall_scan_free(host->legacy_v4);
    firewall_scan_free(host->legacy_v6);
    g_free(host->nft_program);
    g_free(host->iptables);
    g_free(host->ip6tables);
    g_free(host->firewall_cmd);
    g_free(host);
}

void
firewall_actions_free(FirewallActions *actions)
{
    if (actions == NULL)
        return;
    g_ptr_array_unref(actions->host);
    g_ptr_array_unref(actions->at_end);
    g_ptr_array_unref(actions->warnings);
    g_free(actions);
}

/* The old tables, only where the kernel has them loaded: asking iptables would load them. */
static FirewallScan *
look_legacy(const char *names_file, const char *family, const char *bridge, char **program,
            const char *stem)
{
    g_autofree char *names = file_read(-1, names_file, NAMES_MAX, NULL, NULL);
    g_autofree char *legacy = g_strdup_printf("%s-legacy", stem);
    g_autofree char *text = NULL;

    if (names == NULL || strstr(names, "filter") == NULL)
        return NULL;
    *program = spawn_find(legacy);
    if (*program == NULL)
        *program = spawn_find(stem);
    if (*program == NULL)
        return NULL;
    const char *argv[] = {*program, "-w", "-S", NULL};
    if (!spawn_run(argv, NULL, LOOK_MS, &text, NULL))
        return NULL;
    return firewall_scan_legacy(text, family, bridge);
}

static void
look_firewalld(FirewallHost *host)
{
    g_autofree char *program = spawn_find("firewall-cmd");
    g_autofree char *zones = NULL;

    if (program == NULL)
        return;
    const char *state[] = {program, "--state", NULL};
    const char *list[] = {program, "--get-zones", NULL};
    if (!spawn_run(state, NULL, LOOK_MS, NULL, NULL))
        return;
    if (spawn_run(list, NULL, LOOK_MS, &zones, NULL)) {
        g_auto(GStrv) words = g_strsplit_set(zones, " \n", -1);

        host->has_libvirt_zone = g_strv_contains((const char *const *)words, "libvirt");
    }
    host->firewall_cmd = g_steal_pointer(&program);
}

FirewallHost *
firewall_look(const char *nft_program, const char *bridge)
{
    FirewallHost *host = g_new0(FirewallHost, 1);
    g_autofree char *ruleset = NULL;
    /* without counters and without the elements of sets, which can be very many */
    const char *argv[] = {nft_program, "-s", "-t", "list", "ruleset", NULL};

    host->nft_program = g_strdup(nft_program);
    if (spawn_run(argv, NULL, LOOK_MS, &ruleset, NULL))
        host->nft = firewall_scan_nft(ruleset, bridge);
    host->legacy_v4 =
        look_legacy("/proc/net/ip_tables_names", "ip", bridge, &host->iptables, "iptables");
    host->legacy_v6 =
        look_legacy("/proc/net/ip6_tables_names", "ip6", bridge, &host->ip6tables, "ip6tables");
    if (host->nft != NULL && host->nft->has_firewalld)
        look_firewalld(host);
    return host;
}

static char **
words_of(const char *first, ...)
{
    GPtrArray *words = g_ptr_array_new();
    va_list ap;

    va_start(ap, first);
    for (const char *word = first; word != NULL; word = va_arg(ap, const char *))
        g_ptr_array_add(words, g_strdup(word));
    va_end(ap);
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

/* Both directions: our own table, which is asked as well, is the one that tells them apart. */
static void
use_docker_user(FirewallActions *actions, const FirewallHost *host, const FirewallNeeds *needs,
                const FirewallDrop *drop)
{
    static const char *const nft_match[] = {"iifname", "oifname"};
    static const char *const ipt_match[] = {"-i", "-o"};
    const char *iptables = g_str_equal(drop->family, "ip") ? host->iptables : host->ip6tables;

    for (int i = 0; i < 2; i++) {
        if (!drop->is_legacy) {
            g_ptr_array_add(actions->host,
                            words_of("nft-rule", host->nft_program, drop->family, "filter",
                                     "DOCKER-USER", needs->ident, nft_match[i], needs->bridge,
                                     "counter", "accept", NULL));
            continue;
        }
        g_ptr_array_add(actions->host, words_of("run", iptables, "-w", "-I", "DOCKER-USER",
                                                ipt_match[i], needs->bridge, "-j", "ACCEPT", NULL));
        g_ptr_array_add(actions->at_end,
                        words_of("at-end", iptables, "-w", "-D", "DOCKER-USER", ipt_match[i],
                                 needs->bridge, "-j", "ACCEPT", NULL));
    }
}

static void
use_firewalld(FirewallActions *actions, const FirewallHost *host, const FirewallNeeds *needs)
{
    g_autofree char *zone =
        g_strdup_printf("--zone=%s", host->has_libvirt_zone ? "libvirt" : "trusted");
    g_autofree char *change = g_strdup_printf("--change-interface=%s", needs->bridge);
    g_autofree char *remove = g_strdup_printf("--remove-interface=%s", needs->bridge);

    g_ptr_array_add(actions->host, words_of("run", host->firewall_cmd, "-q", zone, change, NULL));
    g_ptr_array_add(actions->at_end,
                    words_of("at-end", host->firewall_cmd, "-q", zone, remove, NULL));
    actions->close_host = !host->has_libvirt_zone;
}

/* The commands that let the bridge through @drop. */
static char *
remedy(const FirewallScan *scan, const FirewallDrop *drop, const char *bridge)
{
    gboolean is_ipt = g_str_equal(drop->table, "filter") &&
                      (g_str_equal(drop->chain, "FORWARD") || g_str_equal(drop->chain, "INPUT"));
    const char *ipt = g_str_equal(drop->family, "ip6") ? "ip6tables" : "iptables";

    if (g_str_equal(drop->table, "firewalld"))
        return g_strdup_printf("start firewalld, or: firewall-cmd --permanent --zone=trusted "
                               "--add-interface=%s && firewall-cmd --reload",
                               bridge);
    if (scan->has_ufw && is_ipt)
        return drop->is_forward
                   ? g_strdup_printf("ufw route allow in on %s && ufw route allow out on %s",
                                     bridge, bridge)
                   : g_strdup_printf("ufw allow in on %s", bridge);
    if (is_ipt)
        return drop->is_forward
                   ? g_strdup_printf("%s -I FORWARD -i %s -j ACCEPT && %s -I FORWARD -o %s -j "
                                     "ACCEPT",
                                     ipt, bridge, ipt, bridge)
                   : g_strdup_printf("%s -I INPUT -i %s -j ACCEPT", ipt, bridge);
    if (drop->is_forward)
        return g_strdup_printf("nft insert rule %s %s %s iifname %s accept && nft insert rule %s "
                               "%s %s oifname %s accept",
                               drop->family, drop->table, drop->chain, bridge, drop->family,
                               drop->table, drop->chain, bridge);
    return g_strdup_printf("nft insert rule %s %s %s iifname %s accept", drop->family, drop->table,
                           drop->chain, bridge);
}

static void
warn(FirewallActions *actions, const FirewallScan *scan, const FirewallNeeds *needs,
     const FirewallDrop *drop)
{
    g_autofree char *command = remedy(scan, drop, needs->bridge);
    const char *what = !drop->is_forward ? "what its guests ask of DHCP and DNS"
                       : needs->forwards_v4 || needs->forwards_v6
                           ? "what its guests send to other networks"
                           : "what its guests send to each other";

    g_ptr_array_add(
        actions->warnings,
        g_strdup_printf("network '%s': chain '%s' of the host's table '%s %s' drops %s; let it "
                        "through: %s",
                        needs->name, drop->chain, drop->family, drop->table, what, command));
}

static gboolean
is_hit(const FirewallDrop *drop, const FirewallNeeds *needs)
{
    gboolean v4 = !g_str_equal(drop->family, "ip6"), v6 = !g_str_equal(drop->family, "ip");

    if (!drop->is_forward)
        return needs->serves;
    return (v4 && (needs->forwards_v4 || needs->bridges_v4)) ||
           (v6 && (needs->forwards_v6 || needs->bridges_v6));
}

static void
decide_scan(FirewallActions *actions, const FirewallHost *host, const FirewallScan *scan,
            const FirewallNeeds *needs, gboolean *is_zoned)
{
    for (guint i = 0; scan != NULL && i < scan->drops->len; i++) {
        const FirewallDrop *drop = g_ptr_array_index(scan->drops, i);
        gboolean is_filter = g_str_equal(drop->table, "filter");
        gboolean docker =
            g_str_equal(drop->family, "ip") ? scan->has_docker_user : scan->has_docker_user_v6;

        if (!is_hit(drop, needs))
            continue;
        if (g_str_equal(drop->table, "firewalld") && host->firewall_cmd != NULL) {
            if (!*is_zoned)
                use_firewalld(actions, host, needs);
            *is_zoned = TRUE;
        } else if (drop->is_forward && is_filter && docker && !g_str_equal(drop->family, "inet")) {
            use_docker_user(actions, host, needs, drop);
        } else {
            warn(actions, scan, needs, drop);
        }
    }
}

FirewallActions *
firewall_decide(const FirewallHost *host, const FirewallNeeds *needs)
{
    FirewallActions *actions = g_new0(FirewallActions, 1);
    gboolean is_zoned = FALSE;

    actions->host = g_ptr_array_new_with_free_func(strv_free);
    actions->at_end = g_ptr_array_new_with_free_func(strv_free);
    actions->warnings = g_ptr_array_new_with_free_func(g_free);
    decide_scan(actions, host, host->nft, needs, &is_zoned);
    decide_scan(actions, host, host->legacy_v4, needs, &is_zoned);
    decide_scan(actions, host, host->legacy_v6, needs, &is_zoned);
    return actions;
}
