/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backend-rules.h"

#include <string.h>

#include "netif/config.h"
#include "random-def.h"
#include "temp-dir.h"

#define ROUNDS 300
#define SEED   20 /* failures name their round; it is the same each time */

static gboolean
has_loss(const NetifNotes *notes)
{
    for (guint i = 0; i < notes->len; i++)
        if (((const NetifNote *)g_ptr_array_index(notes, i))->kind == NETIF_NOTE_LOST)
            return TRUE;
    return FALSE;
}

static void
explain(guint round, const InterfaceDef *def, NetifFiles *files)
{
    g_autofree char *xml = interface_def_format(def), *diff = netif_files_diff(files);

    g_test_message("round %u\n%s\n%s", round, xml, diff);
}

/* Reads back as @def, or @notes tells; a second define changes nothing. */
static void
check_there(NetifConfig *config, NetifFiles *files, const InterfaceDef *def, NetifStyle style,
            const NetifNotes *notes, guint round)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(InterfaceDef) now = netif_config_read(config, def->name, NULL, &error);
    g_autoptr(GPtrArray) differences = NULL;
    g_autofree char *once = netif_files_diff(files), *twice = NULL, *same = NULL;

    g_assert_no_error(error);
    differences = interface_def_differences(def, now);
    if (differences->len > 0 && !has_loss(notes)) {
        explain(round, def, files);
        g_error("round %u: %s", round, (char *)g_ptr_array_index(differences, 0));
    }
    g_assert_true(netif_config_define(config, def, style, NULL, &error));
    twice = netif_files_diff(files);
    g_assert_cmpstr(twice, ==, once);
    g_assert_true(netif_config_define(config, now, NETIF_STYLE_AUTO, NULL, &error));
    same = netif_files_diff(files);
    g_assert_cmpstr(same, ==, once);
}

static void
check_new(NetifConfig *config, NetifFiles *files, GRand *rand, guint round, guint *n_refused)
{
    g_autoptr(InterfaceDef) def = random_def(rand, 700 + round % 100);
    g_autoptr(InterfaceDef) other = random_def(rand, 800 + round % 100);
    g_autoptr(InterfaceDef) changed = random_def(rand, 700 + round % 100);
    g_autoptr(NetifNotes) notes = netif_notes_new(), more = netif_notes_new();
    g_autoptr(GError) error = NULL;
    NetifStyle style = (NetifStyle)(round % NETIF_STYLE_LAST);
    g_autofree char *before = netif_files_diff(files), *after = NULL, *with_other = NULL;

    if (!netif_config_define(config, def, style, notes, &error)) {
        after = netif_files_diff(files);
        g_assert_cmpstr(after, ==, before);
        (*n_refused)++;
        return;
    }
    check_there(config, files, def, style, notes, round);
    if (netif_config_define(config, other, NETIF_STYLE_AUTO, NULL, NULL)) {
        g_assert_true(netif_config_undefine(config, other->name, NULL, &error));
        g_assert_no_error(error);
    }
    /* into something else, in place */
    with_other = netif_files_diff(files);
    g_free(changed->name);
    changed->name = g_strdup(def->name);
    if (changed->type == def->type && def->type != INTERFACE_VLAN &&
        netif_config_define(config, changed, NETIF_STYLE_AUTO, more, NULL)) {
        check_there(config, files, changed, NETIF_STYLE_AUTO, more, round);
        if (changed->ports->len > 0 ||
            def->ports->len > 0) { /* the new ports' stanzas stay elsewhere */
            g_assert_true(netif_config_undefine(config, def->name, NULL, &error));
            g_assert_no_error(error);
            return;
        }
    }
    g_assert_true(netif_config_undefine(config, def->name, NULL, &error));
    g_assert_no_error(error);
    after = netif_files_diff(files);
    if (strcmp(after, before) != 0)
        explain(round, def, files);
    g_assert_cmpstr(after, ==, before);
}

static void
check_tree(const NetifBackend *backend, const char *root, guint rounds)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    guint n_refused = 0;

    for (guint round = 0; round < rounds; round++) {
        g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
        g_autoptr(NetifConfig) config = netif_config_open(files, backend, NULL);

        check_new(config, files, rand, round, &n_refused);
    }
    g_test_message("%s: %u of %u refused", root, n_refused, rounds);
}

static void
check_empty(gconstpointer data)
{
    g_auto(TempDir) root = temp_dir_new();

    check_tree(data, root, ROUNDS);
}

static void
check_trees(gconstpointer data)
{
    const NetifBackend *backend = data;
    g_autofree char *dir = g_build_filename(g_getenv("SOURCE"), "tests", "golden", "netif",
                                            backend->name, "read", NULL);
    g_autoptr(GDir) open_dir = g_dir_open(dir, 0, NULL);

    for (const char *name; open_dir != NULL && (name = g_dir_read_name(open_dir)) != NULL;) {
        g_autofree char *root = g_build_filename(dir, name, NULL);

        if (strchr(name, '.') == NULL)
            check_tree(backend, root, ROUNDS / 10);
    }
}

void
backend_rules_add(const NetifBackend *backend)
{
    g_autofree char *empty = g_strdup_printf("/%s/random/empty", backend->name);
    g_autofree char *trees = g_strdup_printf("/%s/random/trees", backend->name);

    g_test_add_data_func(empty, backend, check_empty);
    g_test_add_data_func(trees, backend, check_trees);
}
