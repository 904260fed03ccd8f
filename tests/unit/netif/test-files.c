/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/files.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "netif/diff.h"
#include "temp-dir.h"
#include "util/error.h"

typedef struct {
    char *top, *root, *state;
} Tree;

static void
tree_clear(Tree *tree)
{
    temp_dir_free(tree->top);
    g_free(tree->root);
    g_free(tree->state);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tree, tree_clear)

static Tree
tree_new(void)
{
    char *top = temp_dir_new();
    Tree tree = {top, g_strconcat(top, "/root", NULL), g_strconcat(top, "/state", NULL)};

    g_assert_cmpint(g_mkdir(tree.root, 0755), ==, 0);
    return tree;
}

static char *
real(const Tree *tree, const char *path)
{
    return g_strconcat(tree->root, path, NULL);
}

static void
put(const Tree *tree, const char *path, const char *text)
{
    g_autofree char *file = real(tree, path), *dir = g_path_get_dirname(file);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0755), ==, 0);
    g_assert_true(g_file_set_contents(file, text, -1, NULL));
}

static char *
look(const Tree *tree, const char *path)
{
    g_autofree char *file = real(tree, path);
    char *text = NULL;

    (void)g_file_get_contents(file, &text, NULL, NULL);
    return text;
}

static void
expect(const Tree *tree, const char *path, const char *text)
{
    g_autofree char *now = look(tree, path);

    g_assert_cmpstr(now, ==, text);
}

static void
set(NetifFiles *files, const char *path, const char *text)
{
    netif_files_set(files, path, text, strlen(text), 0640);
}

/* Files that a killed or failed writer left. */
static void
expect_clean(const Tree *tree, const char *dir)
{
    g_autofree char *path = real(tree, dir);
    g_autoptr(GDir) open_dir = g_dir_open(path, 0, NULL);

    for (const char *name; open_dir != NULL && (name = g_dir_read_name(open_dir)) != NULL;)
        g_assert_false(g_str_has_prefix(name, FILE_TEMP_PREFIX));
}

static void
test_edit(void)
{
    g_auto(Tree) tree = tree_new();
    g_autoptr(NetifFiles) files = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *diff = NULL, *none = NULL;
    gsize size;

    put(&tree, "/etc/a", "one\ntwo\n");
    files = netif_files_new(tree.root, NULL);
    g_assert_cmpstr(netif_files_get(files, "/etc/a", &size, NULL), ==, "one\ntwo\n");
    g_assert_cmpuint(size, ==, 8);
    g_assert_null(netif_files_get(files, "/etc/none", NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(netif_files_get(files, "/etc", NULL, &error));
    g_assert_cmpstr(error->message, ==, "cannot read '/etc': Is a directory");
    set(files, "/etc/a", "one\ntwo\n");
    g_assert_false(netif_files_is_edited(files));
    set(files, "/etc/a", "one\n2\n");
    set(files, "/etc/new", "x");
    g_assert_true(netif_files_has(files, "/etc/new"));
    diff = netif_files_diff(files);
    g_assert_cmpstr(
        diff, ==,
        "--- a/etc/a\n+++ b/etc/a\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
        "--- /dev/null\n+++ b/etc/new\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n");
    expect(&tree, "/etc/a", "one\ntwo\n");
    netif_files_remove(files, "/etc/new");
    netif_files_remove(files, "/etc/never");
    set(files, "/etc/a", "one\ntwo\n");
    none = netif_files_diff(files);
    g_assert_cmpstr(none, ==, "");
    g_assert_true(netif_files_write(files, tree.state, NULL));
}

static void
test_write(void)
{
    g_auto(Tree) tree = tree_new();
    g_autoptr(NetifFiles) files = netif_files_new(tree.root, NULL);
    g_autofree char *a = real(&tree, "/etc/net/a"), *b = real(&tree, "/etc/deep/er/b");
    g_autoptr(GError) error = NULL;
    struct stat st;

    put(&tree, "/etc/net/a", "old");
    put(&tree, "/etc/net/gone", "x");
    g_assert_cmpint(g_chmod(a, 0604), ==, 0);
    set(files, "/etc/net/a", "new");
    set(files, "/etc/deep/er/b", "made");
    netif_files_remove(files, "/etc/net/gone");
    g_assert_true(netif_files_write(files, tree.state, &error));
    g_assert_no_error(error);
    expect(&tree, "/etc/net/a", "new");
    expect(&tree, "/etc/deep/er/b", "made");
    expect(&tree, "/etc/net/gone", NULL);
    g_assert_cmpint(stat(a, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 07777, ==, 0604);
    g_assert_cmpint(stat(b, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 07777, ==, 0640);
    g_assert_false(netif_files_is_edited(files));
    expect_clean(&tree, "/etc/net");
    expect_clean(&tree, "/etc/deep/er");
}

/* Somebody else was faster: nothing is written, not even the other file. */
static void
test_changed(void)
{
    g_auto(Tree) tree = tree_new();
    g_autoptr(NetifFiles) files = netif_files_new(tree.root, NULL);
    g_autoptr(GError) error = NULL;

    put(&tree, "/a", "a");
    put(&tree, "/b", "b");
    set(files, "/a", "a2");
    set(files, "/b", "b2");
    set(files, "/c", "c2");
    put(&tree, "/c", "mine");
    g_assert_false(netif_files_write(files, tree.state, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
    g_assert_cmpstr(error->message, ==,
                    "cannot write '/c': somebody changed it since it was read; try again");
    expect(&tree, "/a", "a");
    expect(&tree, "/b", "b");
    expect(&tree, "/c", "mine");
    expect_clean(&tree, "/");
}

/* Links stay links, and lead where they lead in their own tree. */
static void
test_links(void)
{
    g_auto(Tree) tree = tree_new();
    g_autoptr(NetifFiles) files = netif_files_new(tree.root, NULL);
    g_autofree char *link = real(&tree, "/etc/link"), *up = real(&tree, "/etc/up");
    g_autofree char *outside = g_strconcat(tree.top, "/secret", NULL), *target = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(outside, "secret", -1, NULL));
    put(&tree, "/srv/real", "old");
    put(&tree, "/etc/plain", "p");
    g_assert_cmpint(symlink("/srv/real", link), ==, 0);
    g_assert_cmpint(symlink("../../secret", up), ==, 0);
    g_assert_cmpstr(netif_files_get(files, "/etc/link", NULL, NULL), ==, "old");
    g_assert_null(netif_files_get(files, "/etc/up", NULL, NULL));
    g_assert_null(netif_files_get(files, "/etc/../../secret", NULL, NULL));
    target = netif_files_link(files, "/etc/link");
    g_assert_cmpstr(target, ==, "/srv/real");
    g_assert_null(netif_files_link(files, "/etc/plain"));
    set(files, "/etc/link", "new");
    g_assert_true(netif_files_write(files, tree.state, &error));
    g_assert_no_error(error);
    expect(&tree, "/srv/real", "new");
    g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
}

static void
expect_glob(NetifFiles *files, const char *pattern, const char *paths)
{
    g_autoptr(GPtrArray) found = netif_files_glob(files, pattern);
    g_autofree char *text = NULL;

    g_ptr_array_add(found, NULL);
    text = g_strjoinv(" ", (char **)found->pdata);
    g_assert_cmpstr(text, ==, paths);
}

static void
test_glob(void)
{
    g_auto(Tree) tree = tree_new();
    g_autoptr(NetifFiles) files = netif_files_new(tree.root, NULL);

    put(&tree, "/d/b.x", "");
    put(&tree, "/d/a.x", "");
    put(&tree, "/d/.hidden.x", "");
    put(&tree, "/d/sub.x/c.x", "");
    put(&tree, "/d/e/c.x", "");
    expect_glob(files, "/d/*.x", "/d/a.x /d/b.x");
    expect_glob(files, "/d/*/c.x", "/d/e/c.x /d/sub.x/c.x");
    expect_glob(files, "/d/[b-z].?", "/d/b.x");
    expect_glob(files, "/d//a.x", "/d/a.x");
    expect_glob(files, "/nowhere/*", "");
    expect_glob(files, "/d", "");
    set(files, "/d/0.x", "new");
    netif_files_remove(files, "/d/b.x");
    expect_glob(files, "/d/*.x", "/d/0.x /d/a.x");
}

/* Killed between the renames: what the journal says is done by whoever comes next. */
static void
test_recover(void)
{
    g_auto(Tree) tree = tree_new();
    g_autofree char *a = real(&tree, "/a"), *temp = real(&tree, "/.tmp-1"), *journal = NULL;
    g_autofree char *done = real(&tree, "/.tmp-2"), *b = real(&tree, "/b"),
                    *gone = real(&tree, "/gone");
    g_autofree char *path = g_strconcat(tree.state, "/write", NULL);
    g_autoptr(GError) error = NULL;
    struct stat st;

    g_assert_true(netif_files_recover(tree.state, &error));
    g_assert_cmpint(g_mkdir(tree.state, 0700), ==, 0);
    put(&tree, "/a", "old");
    put(&tree, "/.tmp-1", "new");
    put(&tree, "/b", "new");
    put(&tree, "/gone", "x");
    g_assert_cmpint(stat(gone, &st), ==, 0);
    journal =
        g_strdup_printf("lodge-write 1\n%s\t%s\n%s\t%s\n\t%s\t%lu:%lu:%ld.%09ld\n\t%s\t1:2:3.4\n",
                        temp, a, done, b, gone, (unsigned long)st.st_dev, (unsigned long)st.st_ino,
                        (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, b);
    g_assert_true(g_file_set_contents(path, journal, -1, NULL));
    g_assert_true(netif_files_recover(tree.state, &error));
    g_assert_no_error(error);
    expect(&tree, "/a", "new");
    expect(&tree, "/b", "new");
    expect(&tree, "/gone", NULL);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
test_root(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(netif_files_new("/nowhere/at/all", &error));
    g_assert_cmpstr(error->message, ==,
                    "cannot open the root directory '/nowhere/at/all': No such file or directory");
}

static void
expect_diff(const char *before, const char *after, const char *hunks)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const char *body;

    diff_unified("/f", before, strlen(before), after, strlen(after), out);
    body = strstr(out->str, "@@");
    g_assert_cmpstr(body != NULL ? body : "", ==, hunks);
}

static void
test_diff(void)
{
    expect_diff("a\n", "a\n", "");
    expect_diff("", "a\n", "@@ -0,0 +1 @@\n+a\n");
    expect_diff("a\n", "", "@@ -1 +0,0 @@\n-a\n");
    expect_diff("a\nb\n", "a\nb", "@@ -1,2 +1,2 @@\n a\n-b\n+b\n\\ No newline at end of file\n");
    expect_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
                "@@ -7,3 +7,4 @@\n 7\n 8\n 9\n+10\n");
    expect_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n1\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\n0\ny\n",
                "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -8,4 +8,4 @@\n 8\n 9\n 0\n-1\n+y\n");
    expect_diff("1\n2\n3\n4\n5\n6\n7\n", "x\n2\n3\n4\n5\n6\ny\n",
                "@@ -1,7 +1,7 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n-7\n+y\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/files/edit", test_edit);
    g_test_add_func("/files/write", test_write);
    g_test_add_func("/files/changed", test_changed);
    g_test_add_func("/files/links", test_links);
    g_test_add_func("/files/glob", test_glob);
    g_test_add_func("/files/recover", test_recover);
    g_test_add_func("/files/root", test_root);
    g_test_add_func("/files/diff", test_diff);
    return g_test_run();
}
