/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/transaction.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "temp-dir.h"
#include "util/error.h"

typedef struct {
    char *top, *root, *state;
    NetifFiles *files;
    GPtrArray *scopes;
} World;

static void
world_clear(World *world)
{
    netif_files_free(world->files);
    g_ptr_array_unref(world->scopes);
    temp_dir_free(world->top);
    g_free(world->root);
    g_free(world->state);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(World, world_clear)

static void
put(const World *world, const char *path, const char *text, mode_t mode)
{
    g_autofree char *file = g_strconcat(world->root, path, NULL);
    g_autofree char *dir = g_path_get_dirname(file);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0755), ==, 0);
    g_assert_true(g_file_set_contents(file, text, -1, NULL));
    g_assert_cmpint(g_chmod(file, (int)mode), ==, 0);
}

static World
world_new(void)
{
    char *top = temp_dir_new();
    World world = {top, g_strconcat(top, "/root", NULL), g_strconcat(top, "/var/state", NULL)};

    g_assert_cmpint(g_mkdir(world.root, 0755), ==, 0);
    put(&world, "/etc/network/interfaces", "auto lo\n", 0604);
    put(&world, "/etc/network/interfaces.d/a", "# a\n", 0640);
    put(&world, "/etc/network/interfaces.d/b", "# b\n", 0600);
    put(&world, "/srv/shared", "# shared\n", 0644);
    put(&world, "/etc/network/other", "# not ours\n", 0644);
    world.files = netif_files_new(world.root, NULL);
    world.scopes = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(world.scopes, g_strdup("/etc/network/interfaces"));
    g_ptr_array_add(world.scopes, g_strdup("/etc/network/interfaces.d/*"));
    g_ptr_array_add(world.scopes, g_strdup("/etc/new/dir/*.x"));
    return world;
}

static void
run(const World *world, const char *script)
{
    const char *const argv[] = {"/bin/sh", "-ec", script, NULL};
    int status = -1;

    g_assert_true(
        g_spawn_sync(world->root, (char **)argv, NULL, 0, NULL, NULL, NULL, NULL, &status, NULL));
    g_assert_cmpint(status, ==, 0);
}

/* Every file below the root with mode, owner, time and contents. */
static char *
picture(const World *world)
{
    const char *const argv[] = {
        "/bin/sh", "-ec",
        "find . -printf '%p %y %m %U:%G %l ' \\( -type f -printf '%T@ ' -exec "
        "sha1sum {} \\; -o -printf '\\n' \\) | sort",
        NULL};
    char *text = NULL;

    g_assert_true(
        g_spawn_sync(world->root, (char **)argv, NULL, 0, NULL, NULL, &text, NULL, NULL, NULL));
    return text;
}

static void
begin(const World *world)
{
    g_autoptr(GError) error = NULL;

    g_assert_true(netif_transaction_begin(world->files, world->state, world->scopes, &error));
    g_assert_no_error(error);
    g_assert_true(netif_transaction_is_open(world->state));
}

static char *
rollback(const World *world)
{
    g_autoptr(GPtrArray) changed = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(netif_transaction_rollback(world->files, world->state, &changed, &error));
    g_assert_no_error(error);
    g_assert_false(netif_transaction_is_open(world->state));
    g_ptr_array_add(changed, NULL);
    return g_strjoinv(" ", (char **)changed->pdata);
}

static void
test_rollback(void)
{
    g_auto(World) world = world_new();
    g_autofree char *before = NULL, *after = NULL, *changed = NULL;

    run(&world, "ln -s /srv/shared etc/network/interfaces.d/s; ln -s /dev/null "
                "etc/network/interfaces.d/mask; ln -s b etc/network/interfaces.d/l");
    before = picture(&world);
    begin(&world);
    run(&world,
        "echo new > etc/network/interfaces; chmod 600 etc/network/interfaces.d/a; rm "
        "etc/network/interfaces.d/b etc/network/interfaces.d/mask; echo x > "
        "etc/network/interfaces.d/more; ln -s nothing etc/network/interfaces.d/dangling; echo y >> "
        "srv/shared; mkdir -p etc/new/dir; echo z > etc/new/dir/z.x");
    changed = rollback(&world);
    after = picture(&world);
    g_assert_cmpstr(after, ==, before);
    g_assert_cmpstr(changed, ==,
                    "/etc/network/interfaces.d/mask /etc/network/interfaces "
                    "/etc/network/interfaces.d/a /etc/network/interfaces.d/b /srv/shared "
                    "/etc/network/interfaces.d/dangling /etc/network/interfaces.d/more "
                    "/etc/new/dir/z.x");
    run(&world, "test \"$(ls -A ../var/state)\" = lock");
}

/* Files of other names, and directories that hold them, are left alone. */
static void
test_foreign(void)
{
    g_auto(World) world = world_new();
    g_autofree char *changed = NULL;

    begin(&world);
    run(&world, "echo mine > etc/network/other; mkdir -p etc/new/dir/sub.x; echo k > "
                "etc/new/dir/keep; mv etc/network/interfaces.d/a etc/network/a");
    changed = rollback(&world);
    g_assert_cmpstr(changed, ==, "/etc/network/interfaces.d/a");
    run(&world, "grep -q mine etc/network/other; test -d etc/new/dir/sub.x; test -f etc/network/a");
}

static void
test_owner(void)
{
    g_auto(World) world = world_new();
    g_autofree char *before = NULL, *after = NULL, *changed = NULL;

    if (geteuid() != 0) {
        g_test_skip("needs root");
        return;
    }
    run(&world, "chown 12:34 etc/network/interfaces");
    before = picture(&world);
    begin(&world);
    run(&world, "chown 0:0 etc/network/interfaces; echo >> etc/network/interfaces");
    changed = rollback(&world);
    after = picture(&world);
    g_assert_cmpstr(after, ==, before);
}

static void
test_attributes(void)
{
    g_auto(World) world = world_new();
    g_autofree char *file = g_strconcat(world.root, "/etc/network/interfaces", NULL);
    g_autofree char *changed = NULL;
    char value[8] = "";

    if (setxattr(file, "user.lodge", "kept", 4, 0) < 0) {
        g_test_skip("needs a file system with user attributes");
        return;
    }
    begin(&world);
    run(&world, "rm etc/network/interfaces");
    changed = rollback(&world);
    g_assert_cmpint(getxattr(file, "user.lodge", value, sizeof value), ==, 4);
    g_assert_cmpstr(value, ==, "kept");
}

static void
test_commit(void)
{
    g_auto(World) world = world_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *before = NULL, *after = NULL;

    begin(&world);
    run(&world, "echo new > etc/network/interfaces");
    before = picture(&world);
    g_assert_true(netif_transaction_commit(world.state, &error));
    g_assert_no_error(error);
    g_assert_false(netif_transaction_is_open(world.state));
    after = picture(&world);
    g_assert_cmpstr(after, ==, before);
    begin(&world); /* and again */
    g_assert_true(netif_transaction_commit(world.state, &error));
}

static void
test_states(void)
{
    g_auto(World) world = world_new();
    g_autoptr(NetifFiles) other = netif_files_new(world.top, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *message = NULL;

    g_assert_false(netif_transaction_commit(world.state, &error));
    g_assert_cmpstr(error->message, ==,
                    "no transaction of the interfaces is open; begin one first");
    g_clear_error(&error);
    g_assert_false(netif_transaction_rollback(world.files, world.state, NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
    g_clear_error(&error);
    begin(&world);
    g_assert_false(netif_transaction_begin(world.files, world.state, world.scopes, &error));
    g_assert_cmpstr(error->message, ==,
                    "a transaction of the interfaces is open already; commit it or roll it back "
                    "first");
    g_clear_error(&error);
    g_assert_false(netif_transaction_rollback(other, world.state, NULL, &error));
    message = g_strdup_printf("the open transaction is of the root '%s', not of '%s'", world.root,
                              world.top);
    g_assert_cmpstr(error->message, ==, message);
    g_assert_true(netif_transaction_is_open(world.state));
}

/* Odd names survive the manifest. */
static void
test_names(void)
{
    g_auto(World) world = world_new();
    g_autofree char *changed = NULL;

    run(&world, "echo 1 > 'etc/network/interfaces.d/a b'; printf 2 > "
                "'etc/network/interfaces.d/tab\tline\nend\\'; ln -s 'to\tnowhere' "
                "etc/network/interfaces.d/link");
    begin(&world);
    run(&world, "rm -r etc/network");
    changed = rollback(&world);
    run(&world, "test \"$(cat 'etc/network/interfaces.d/a b')\" = 1; test \"$(readlink "
                "etc/network/interfaces.d/link)\" = 'to\tnowhere'; test \"$(cat "
                "'etc/network/interfaces.d/tab\tline\nend\\')\" = 2");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/transaction/rollback", test_rollback);
    g_test_add_func("/transaction/foreign", test_foreign);
    g_test_add_func("/transaction/owner", test_owner);
    g_test_add_func("/transaction/attributes", test_attributes);
    g_test_add_func("/transaction/commit", test_commit);
    g_test_add_func("/transaction/states", test_states);
    g_test_add_func("/transaction/names", test_names);
    return g_test_run();
}
