/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* golden-netif.c - interfaces to native files and back, held against files. Argument: the backend.
 *
 * tests/golden/netif/BACKEND/
 *   write/NAME.xml + NAME.netcf.txt, NAME.native.txt   the files that define makes in an empty tree, "== PATH" before
 *     each, and "== notes"; a .txt that says "== error" holds the message. What was written reads back as the XML (or
 *     the notes say what does not), is not changed by the same define again, and is gone after undefine.
 *     Backends but debian have no styles: NAME.txt, and the XML of debian's cases is theirs too.
 *   read/NAME/... + read/NAME.txt   a tree by hand, and what is in it: the list, each interface's XML and notes.
 *     Defining what was read changes no byte; a new interface defined and undefined gives the bytes before.
 *   edit/TREE--CASE.xml (TREE--CASE.undefine: a name) + .txt   what defining it changes in read/TREE, as a diff, or
 *     why not; CASE ends with -native or -netcf to ask for a style.
 *
 * LODGE_TEST_REGENERATE=1 writes the .txt files; their diff is reviewed as code.
 */
#include <string.h>

#include "netif/config.h"
#include "netif/registry.h"
#include "temp-dir.h"

typedef struct {
    const NetifBackend *backend;
    char *dir, *out_dir, *name;
} Case;

static char *
read_text(const char *path)
{
    char *text = NULL;

    (void)g_file_get_contents(path, &text, NULL, NULL); /* NULL: the caller says what is missing */
    return text;
}

static void
expect_file(const char *path, const char *text)
{
    g_autofree char *wanted = NULL;

    if (g_strcmp0(g_getenv("LODGE_TEST_REGENERATE"), "1") == 0)
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    wanted = read_text(path);
    if (wanted == NULL)
        g_error("%s is missing; run with LODGE_TEST_REGENERATE=1 and review it", path);
    g_assert_cmpstr(text, ==, wanted);
}

static void
add_notes(const NetifNotes *notes, GString *out)
{
    for (guint i = 0; i < notes->len; i++) {
        const NetifNote *note = g_ptr_array_index(notes, i);
        g_autofree char *text = netif_note_to_string(note);

        g_string_append_printf(out, "%s: %s\n", netif_note_kind_to_string(note->kind), text);
    }
}

static gboolean
has_loss(const NetifNotes *notes)
{
    for (guint i = 0; i < notes->len; i++)
        if (((const NetifNote *)g_ptr_array_index(notes, i))->kind == NETIF_NOTE_LOST)
            return TRUE;
    return FALSE;
}

static InterfaceDef *
parse(const char *dir, const char *name)
{
    g_autofree char *path = g_strconcat(dir, "/", name, ".xml", NULL), *text = read_text(path);
    g_autoptr(GError) error = NULL;
    InterfaceDef *def = interface_def_parse(text, strlen(text), name, TRUE, NULL, &error);

    g_assert_no_error(error);
    return def;
}

/* Another define of the same edits nothing, and undefine leaves nothing. */
static void
check_again(NetifConfig *config, NetifFiles *files, const InterfaceDef *def, NetifStyle style)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *before = netif_files_diff(files), *after = NULL, *rest = NULL;
    g_autofree char *again = NULL;

    g_assert_true(netif_config_define(config, def, style, NULL, &error));
    g_assert_no_error(error);
    after = netif_files_diff(files);
    g_assert_cmpstr(after, ==, before);
    g_assert_true(netif_config_define(config, def, NETIF_STYLE_AUTO, NULL, &error));
    again = netif_files_diff(files);
    g_assert_cmpstr(again, ==, before);
    g_assert_true(netif_config_undefine(config, def->name, NULL, &error));
    g_assert_no_error(error);
    rest = netif_files_diff(files);
    for (const char *at = rest; at != NULL && *at != '\0'; at = strchr(at, '\n') + 1)
        g_assert_true(at[0] != '+' || g_str_has_prefix(at, "+++"));
}

static void
check_write(const Case *test, NetifStyle style)
{
    g_auto(TempDir) root = temp_dir_new();
    g_autoptr(InterfaceDef) def = parse(test->dir, test->name), now = NULL;
    g_autoptr(NetifNotes) notes = netif_notes_new();
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(NetifConfig) config = netif_config_open(files, test->backend, NULL);
    g_autofree char *path = g_strdup_printf(
        "%s/%s%s%s.txt", test->out_dir, test->name, style == NETIF_STYLE_AUTO ? "" : ".",
        style == NETIF_STYLE_AUTO ? "" : netif_style_to_string(style));

    if (!netif_config_define(config, def, style, notes, &error)) {
        g_string_append_printf(out, "== error\n%s\n", error->message);
    } else {
        g_autoptr(GPtrArray) paths = netif_files_edited(files);
        g_autoptr(GPtrArray) differences = NULL;

        for (guint i = 0; i < paths->len; i++)
            g_string_append_printf(out, "== %s\n%s", (char *)g_ptr_array_index(paths, i),
                                   netif_files_get(files, g_ptr_array_index(paths, i), NULL, NULL));
        if (notes->len > 0)
            g_string_append(out, "== notes\n");
        add_notes(notes, out);
        now = netif_config_read(config, def->name, NULL, &error);
        g_assert_no_error(error);
        differences = interface_def_differences(def, now);
        g_assert_true(differences->len == 0 || has_loss(notes));
        check_again(config, files, def, style);
    }
    expect_file(path, out->str);
}

static void
check_write_case(gconstpointer data)
{
    const Case *test = data;

    if (test->backend != netif_backends()[0]) {
        check_write(data, NETIF_STYLE_AUTO);
        return;
    }
    check_write(data, NETIF_STYLE_NETCF);
    check_write(data, NETIF_STYLE_NATIVE);
}

static void
check_new_one(NetifConfig *config, NetifFiles *files)
{
    static const char xml[] = "<interface type='bridge' name='lodge-br0'><start mode='onboot'/>"
                              "<mtu size='1400'/><protocol family='ipv4'><ip address='192.0.2.9' "
                              "prefix='24'/></protocol><bridge stp='off'><interface type='bond' "
                              "name='lodge-bond0'><bond><interface type='ethernet' "
                              "name='lodge-e0'/></bond></interface></bridge></interface>";
    g_autoptr(InterfaceDef) def = interface_def_parse(xml, strlen(xml), "new", TRUE, NULL, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *rest = NULL;

    if (!netif_config_define(config, def, NETIF_STYLE_AUTO, NULL, &error))
        return; /* a file that is refused; the notes tell why */
    g_assert_true(netif_files_is_edited(files));
    g_assert_true(netif_config_undefine(config, "lodge-br0", NULL, &error));
    g_assert_no_error(error);
    rest = netif_files_diff(files);
    g_assert_cmpstr(rest, ==, "");
}

static void
check_read_case(gconstpointer data)
{
    const Case *test = data;
    g_autofree char *root = g_strconcat(test->dir, "/", test->name, NULL);
    g_autofree char *path = g_strconcat(root, ".txt", NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(NetifConfig) config = netif_config_open(files, test->backend, NULL);
    g_autoptr(GPtrArray) list = netif_config_list(config);
    g_autoptr(NetifNotes) common = netif_notes_new();

    for (guint i = 0; i < list->len; i++) {
        const NetifEntry *entry = g_ptr_array_index(list, i);
        g_autoptr(NetifNotes) notes = netif_notes_new();
        g_autoptr(GError) error = NULL;
        g_autoptr(InterfaceDef) def = netif_config_read(config, entry->name, notes, &error);
        g_autofree char *xml = NULL;

        g_assert_no_error(error);
        xml = interface_def_format(def);
        g_string_append_printf(
            out, "== %s %s %s%s %s:%u\n%s", entry->name, interface_type_to_string(entry->type),
            interface_start_to_string(entry->start), entry->is_read_only ? " read-only" : "",
            entry->file, entry->line, xml);
        add_notes(notes, out);
        if (!entry->is_read_only &&
            netif_config_define(config, def, NETIF_STYLE_AUTO, NULL, &error)) {
            g_autofree char *rest = netif_files_diff(files);

            g_assert_cmpstr(rest, ==, "");
        } else if (error != NULL) {
            g_string_append_printf(out, "refused: %s\n", error->message);
        }
    }
    netif_config_notes(config, common);
    if (common->len > 0)
        g_string_append(out, "== notes\n");
    add_notes(common, out);
    expect_file(path, out->str);
    check_new_one(config, files);
}

static NetifStyle
style_of(const char *name)
{
    return g_str_has_suffix(name, "-native")  ? NETIF_STYLE_NATIVE
           : g_str_has_suffix(name, "-netcf") ? NETIF_STYLE_NETCF
                                              : NETIF_STYLE_AUTO;
}

static void
check_edit(const Case *test, gboolean is_define)
{
    g_auto(GStrv) parts = g_strsplit(test->name, "--", 2);
    g_autofree char *root = g_strconcat(test->dir, "/../read/", parts[0], NULL);
    g_autofree char *path = g_strconcat(test->dir, "/", test->name, ".txt", NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(NetifConfig) config = netif_config_open(files, test->backend, NULL);
    g_autoptr(NetifNotes) notes = netif_notes_new();
    g_autoptr(GError) error = NULL;
    gboolean ok;

    if (is_define) {
        g_autoptr(InterfaceDef) def = parse(test->dir, test->name);

        ok = netif_config_define(config, def, style_of(test->name), notes, &error);
        if (ok) {
            g_autofree char *once = netif_files_diff(files), *twice = NULL;

            g_assert_true(netif_config_define(config, def, style_of(test->name), NULL, &error));
            twice = netif_files_diff(files);
            g_assert_cmpstr(twice, ==, once);
        }
    } else {
        g_autofree char *file = g_strconcat(test->dir, "/", test->name, ".undefine", NULL);
        g_autofree char *name = read_text(file);

        ok = netif_config_undefine(config, g_strchomp(name), notes, &error);
    }
    if (ok) {
        g_autofree char *diff = netif_files_diff(files);

        g_string_append(out, diff);
        if (notes->len > 0)
            g_string_append(out, "== notes\n");
        add_notes(notes, out);
    } else {
        g_assert_false(netif_files_is_edited(files));
        g_string_append_printf(out, "== error\n%s\n", error->message);
    }
    expect_file(path, out->str);
}

static void
check_define_case(gconstpointer data)
{
    check_edit(data, TRUE);
}

static void
check_undefine_case(gconstpointer data)
{
    check_edit(data, FALSE);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
add_cases(const NetifBackend *backend, const char *from, const char *kind, const char *ending,
          GTestDataFunc check)
{
    g_autofree char *dir =
        g_build_filename(g_getenv("SOURCE"), "tests", "golden", "netif", from, kind, NULL);
    g_autofree char *out_dir =
        g_build_filename(g_getenv("SOURCE"), "tests", "golden", "netif", backend->name, kind, NULL);
    g_autoptr(GDir) open_dir = g_dir_open(dir, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    if (open_dir == NULL && strcmp(kind, "edit") == 0)
        return;
    g_assert_nonnull(open_dir);
    for (const char *file; (file = g_dir_read_name(open_dir)) != NULL;)
        if (*ending == '\0' ? strchr(file, '.') == NULL : g_str_has_suffix(file, ending))
            g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(ending)));
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *path = g_strdup_printf("/%s/%s/%s", backend->name, kind, name);
        Case *test = g_new0(Case, 1);

        *test = (Case){backend, g_strdup(dir), g_strdup(out_dir), g_strdup(name)};
        g_test_add_data_func(path, test, check);
    }
}

int
main(int argc, char **argv)
{
    const NetifBackend *backend;

    g_test_init(&argc, &argv, NULL);
    backend = netif_backend_find(argc > 1 ? argv[1] : "debian", NULL);
    g_assert_nonnull(backend);
    add_cases(backend, "debian", "write", ".xml", check_write_case);
    if (backend != netif_backends()[0])
        add_cases(backend, backend->name, "write", ".xml", check_write_case);
    add_cases(backend, backend->name, "read", "", check_read_case);
    add_cases(backend, backend->name, "edit", ".xml", check_define_case);
    add_cases(backend, backend->name, "edit", ".undefine", check_undefine_case);
    return g_test_run();
}
