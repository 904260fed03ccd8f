/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/firewall-scan.h"

#include <string.h>

enum {
    JUMPS_MAX = 8,
};

typedef struct {
    char *name;
    char *hook;      /* "input", "forward"; NULL: no base chain of those */
    gboolean drops;  /* by policy */
    char *last_rule; /* or NULL */
} Chain;

typedef struct {
    char *family, *name;
    GHashTable *chains; /* name -> Chain */
    gboolean names_bridge;
} Table;

static void
chain_free(gpointer data)
{
    Chain *chain = data;

    g_free(chain->name);
    g_free(chain->hook);
    g_free(chain->last_rule);
    g_free(chain);
}

static Table *
table_new(const char *family, const char *name)
{
    Table *table = g_new0(Table, 1);

    table->family = g_strdup(family);
    table->name = g_strdup(name);
    table->chains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, chain_free);
    return table;
}

static void
table_free(Table *table)
{
    if (table == NULL)
        return;
    g_hash_table_unref(table->chains);
    g_free(table->family);
    g_free(table->name);
    g_free(table);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

static Chain *
table_chain(Table *table, const char *name)
{
    Chain *chain = g_hash_table_lookup(table->chains, name);

    if (chain == NULL) {
        chain = g_new0(Chain, 1);
        chain->name = g_strdup(name);
        g_hash_table_insert(table->chains, chain->name, chain);
    }
    return chain;
}

static void
drop_free(gpointer data)
{
    FirewallDrop *drop = data;

    g_free(drop->family);
    g_free(drop->table);
    g_free(drop->chain);
    g_free(drop);
}

static FirewallScan *
scan_new(void)
{
    FirewallScan *scan = g_new0(FirewallScan, 1);

    scan->drops = g_ptr_array_new_with_free_func(drop_free);
    return scan;
}

void
firewall_scan_free(FirewallScan *scan)
{
    if (scan == NULL)
        return;
    g_ptr_array_unref(scan->drops);
    g_free(scan);
}

/* Skips "counter [packets N bytes N]" and "log [prefix "..."] [level W]" at the head of a rule. */
static const char *
skip_statements(const char *rule)
{
    static const char *const fillers[] = {"counter", "packets", "bytes", "log", "level"};
    gboolean again = TRUE;

    while (again) {
        again = FALSE;
        rule += strspn(rule, " ");
        if (g_str_has_prefix(rule, "prefix \"")) {
            const char *end = strchr(rule + strlen("prefix \""), '"');

            rule = end != NULL ? end + 1 : rule + strlen(rule);
            again = TRUE;
            continue;
        }
        for (gsize i = 0; i < G_N_ELEMENTS(fillers); i++) {
            gsize n = strlen(fillers[i]);

            if (strncmp(rule, fillers[i], n) != 0 || (rule[n] != ' ' && rule[n] != '\0'))
                continue;
            rule += n;
            if (g_str_equal(fillers[i], "counter") || g_str_equal(fillers[i], "log")) {
                again = TRUE;
                break;
            }
            rule += strspn(rule, " ");
            rule += strcspn(rule, " "); /* its number or word */
            again = TRUE;
            break;
        }
    }
    return rule;
}

static gboolean
chain_drops(Table *table, const Chain *chain, int depth)
{
    const char *rule;
    g_auto(GStrv) words = NULL;
    const Chain *target;

    if (chain->drops)
        return TRUE;
    if (chain->last_rule == NULL || depth > JUMPS_MAX)
        return FALSE;
    rule = skip_statements(chain->last_rule);
    words = g_strsplit(rule, " ", 3);
    if (words[0] == NULL)
        return FALSE;
    if (g_str_equal(words[0], "drop") || g_str_equal(words[0], "reject"))
        return TRUE;
    if (words[1] == NULL || (!g_str_equal(words[0], "jump") && !g_str_equal(words[0], "goto")))
        return FALSE;
    target = g_hash_table_lookup(table->chains, words[1]);
    return target != NULL && chain_drops(table, target, depth + 1);
}

/* The table has been read: what follows from it. */
static void
scan_table(FirewallScan *scan, Table *table, gboolean is_legacy)
{
    GHashTableIter iter;
    gpointer value;

    if (table == NULL)
        return;
    if (g_str_equal(table->name, "firewalld"))
        scan->has_firewalld = TRUE;
    if (g_hash_table_contains(table->chains, "DOCKER-USER") && g_str_equal(table->name, "filter")) {
        scan->has_docker_user = scan->has_docker_user || g_str_equal(table->family, "ip");
        scan->has_docker_user_v6 = scan->has_docker_user_v6 || g_str_equal(table->family, "ip6");
    }
    g_hash_table_iter_init(&iter, table->chains);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Chain *chain = value;
        FirewallDrop *drop;

        if (g_str_has_prefix(chain->name, "ufw-"))
            scan->has_ufw = TRUE;
        if (chain->hook == NULL || table->names_bridge || !chain_drops(table, chain, 0))
            continue;
        drop = g_new0(FirewallDrop, 1);
        drop->family = g_strdup(table->family);
        drop->table = g_strdup(table->name);
        drop->chain = g_strdup(chain->name);
        drop->is_forward = g_str_equal(chain->hook, "forward");
        drop->is_legacy = is_legacy;
        g_ptr_array_add(scan->drops, drop);
    }
}

/* "type filter hook forward priority filter + 10; policy drop;" */
static void
read_base(Chain *chain, const char *line)
{
    if (strstr(line, " hook forward ") != NULL)
        chain->hook = g_strdup("forward");
    else if (strstr(line, " hook input ") != NULL)
        chain->hook = g_strdup("input");
    chain->drops = strstr(line, "policy drop;") != NULL;
}

/* Whether a rule names the bridge: "virbr0" or a pattern such as "virbr*" that it matches. */
static gboolean
line_names_bridge(const char *line, const char *bridge)
{
    g_auto(GStrv) parts = g_strsplit(line, "\"", -1);

    for (int i = 1; parts[0] != NULL && parts[i] != NULL; i += 2) {
        if (g_str_equal(parts[i], bridge))
            return TRUE;
        if (g_str_has_suffix(parts[i], "*") && strlen(parts[i]) > 1 &&
            strncmp(parts[i], bridge, strlen(parts[i]) - 1) == 0)
            return TRUE;
        if (parts[i + 1] == NULL)
            break;
    }
    return FALSE;
}

/* "table inet firewalld {" or "\tchain filter_FORWARD {": the words before the brace. */
static char **
head_words(const char *line)
{
    g_autofree char *text = g_strdup(line);
    char *brace = strrchr(text, '{');

    if (brace != NULL)
        *brace = '\0';
    return g_strsplit(g_strstrip(text), " ", -1);
}

FirewallScan *
firewall_scan_nft(const char *ruleset, const char *bridge)
{
    g_autoptr(FirewallScan) scan = scan_new();
    g_autoptr(Table) table = NULL;
    g_auto(GStrv) lines = g_strsplit(ruleset, "\n", -1);
    Chain *chain = NULL;

    for (char **line = lines; *line != NULL; line++) {
        if (g_str_has_prefix(*line, "table ")) {
            g_auto(GStrv) words = head_words(*line);

            scan_table(scan, table, FALSE);
            g_clear_pointer(&table, table_free);
            chain = NULL;
            if (g_strv_length(words) >= 3)
                table = table_new(words[1], words[2]);
        } else if (table != NULL && g_str_has_prefix(*line, "\tchain ")) {
            g_auto(GStrv) words = head_words(*line);

            chain = g_strv_length(words) >= 2 ? table_chain(table, words[1]) : NULL;
        } else if (g_str_equal(*line, "\t}")) {
            chain = NULL;
        } else if (chain != NULL && g_str_has_prefix(*line, "\t\ttype ")) {
            read_base(chain, *line);
        } else if (chain != NULL && g_str_has_prefix(*line, "\t\t")) {
            g_free(chain->last_rule);
            chain->last_rule = g_strdup(*line + 2);
            table->names_bridge = table->names_bridge || line_names_bridge(*line, bridge);
        }
    }
    scan_table(scan, table, FALSE);
    return g_steal_pointer(&scan);
}

/* "-A FORWARD -j DROP": an unconditional target becomes "drop", "reject" or "jump X"; else "". */
static char *
legacy_rule(char **words)
{
    if (g_strv_length(words) < 4 || !g_str_equal(words[2], "-j"))
        return g_strdup("");
    if (g_str_equal(words[3], "DROP"))
        return g_strdup("drop");
    if (g_str_equal(words[3], "REJECT"))
        return g_strdup("reject");
    return g_strdup_printf("jump %s", words[3]);
}

FirewallScan *
firewall_scan_legacy(const char *rules, const char *family, const char *bridge)
{
    g_autoptr(FirewallScan) scan = scan_new();
    g_autoptr(Table) table = table_new(family, "filter");
    g_auto(GStrv) lines = g_strsplit(rules, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) words = g_strsplit(*line, " ", -1);
        guint n_words = g_strv_length(words);
        Chain *chain;

        if (n_words < 2 || words[0][0] != '-')
            continue;
        chain = table_chain(table, words[1]);
        if (g_str_equal(words[0], "-P") && n_words >= 3) {
            chain->drops = g_str_equal(words[2], "DROP");
            if (g_str_equal(words[1], "FORWARD"))
                chain->hook = g_strdup("forward");
            else if (g_str_equal(words[1], "INPUT"))
                chain->hook = g_strdup("input");
        } else if (g_str_equal(words[0], "-A")) {
            g_free(chain->last_rule);
            chain->last_rule = legacy_rule(words);
            if (g_strv_contains((const char *const *)words, bridge))
                table->names_bridge = TRUE;
        }
    }
    scan_table(scan, table, TRUE);
    return g_steal_pointer(&scan);
}
