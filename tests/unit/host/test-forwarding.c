/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "host/forwarding.h"
#include "host/nft.h"

#define SWITCH "/proc/sys/net/ipv4/ip_forward"

static char
now(void)
{
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(SWITCH, &text, NULL, NULL));
    return text[0];
}

static void
set(const char *value)
{
    int fd = open(SWITCH, O_WRONLY | O_CLOEXEC);

    g_assert_cmpint(write(fd, value, 1), ==, 1);
    close(fd);
}

/* In a network namespace of its own, where this test may do as it likes; else skipped. */
static gboolean
enter(void)
{
    if (geteuid() == 0 && unshare(CLONE_NEWNET) == 0)
        return TRUE;
    g_test_skip("needs root");
    return FALSE;
}

static char *
make_dir(void)
{
    char *dir = g_dir_make_tmp("lodge-XXXXXX", NULL);

    g_assert_nonnull(dir);
    return dir;
}

/* Only the lock is left. */
static void
remove_dir(const char *dir)
{
    g_autofree char *lock = g_build_filename(dir, "lock", NULL);

    g_assert_cmpint(g_unlink(lock), ==, 0);
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static void
test_last_one_puts_it_back(void)
{
    g_autofree char *dir = NULL;
    Err err = {0};

    if (!enter())
        return;
    dir = make_dir();
    set("0");
    g_assert_cmpint(forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "a"}, &err), ==, 0);
    g_assert_cmpint(forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "b"}, &err), ==, 0);
    g_assert_cmpint(forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "b"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '1');
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "a"}, &err), ==, 0);
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "a"}, &err), ==, 0);
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "x"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '1');
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "b"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '0');
    remove_dir(dir);
}

static void
test_what_was_on_stays_on(void)
{
    g_autofree char *dir = NULL;
    Err err = {0};

    if (!enter())
        return;
    dir = make_dir();
    set("1");
    g_assert_cmpint(forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "a"}, &err), ==, 0);
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "a"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '1');
    remove_dir(dir);
}

static void
test_namespaces_do_not_meet(void)
{
    g_autofree char *dir = NULL;
    Err err = {0};
    int first;

    if (!enter())
        return;
    dir = make_dir();
    first = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    set("1");
    g_assert_cmpint(forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "a"}, &err), ==, 0);
    g_assert_true(enter());
    set("0");
    g_assert_cmpint(forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "a"}, &err), ==, 0);
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "a"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '0');
    g_assert_cmpint(setns(first, CLONE_NEWNET), ==, 0);
    g_assert_cmpint(now(), ==, '1');
    set("0");
    g_assert_cmpint(forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "b"}, &err), ==, 0);
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "b"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '1'); /* "a" is there still */
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "a"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '1'); /* as it was */
    close(first);
    remove_dir(dir);
}

static void
test_a_user_whose_house_is_gone(void)
{
    g_autofree char *dir = NULL, *home = NULL;
    Err err = {0};

    if (!enter())
        return;
    dir = make_dir();
    home = make_dir();
    set("0");
    g_assert_cmpint(
        forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "a", .home = home}, &err), ==, 0);
    g_assert_cmpint(
        forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "ab", .home = "/"}, &err), ==, 0);
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "x"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '1');
    g_assert_cmpint(g_rmdir(home), ==, 0);
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "ab"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '0');
    g_assert_cmpint(
        forwarding_acquire(&(ForwardingUse){.dir = dir, .user = "a", .home = "/none"}, &err), ==,
        0);
    g_assert_cmpint(now(), ==, '1');
    g_assert_cmpint(forwarding_release(&(ForwardingUse){.dir = dir, .user = "x"}, &err), ==, 0);
    g_assert_cmpint(now(), ==, '0');
    remove_dir(dir);
}

static void
test_a_folder_that_cannot_be_made(void)
{
    Err err = {0};

    g_assert_cmpint(
        forwarding_acquire(&(ForwardingUse){.dir = "/nonexistent/x/y", .user = "a"}, &err), ==, -1);
    g_assert_nonnull(strstr(err.text, "cannot make '/nonexistent/x/y'"));
}

static void
test_rules_in_a_chain_of_others(void)
{
    static const char *const rule[] = {"iifname", "virbr0", "counter", "accept", NULL};
    g_autofree char *nft = g_find_program_in_path("nft");
    NftPlace place = {.program = nft, .family = "ip", .table = "filter", .chain = "DOCKER-USER"};
    char name[] = "/tmp/lodge-nft-XXXXXX";
    int fd = -1;
    Err err = {0};

    if (nft == NULL) {
        g_test_skip("needs nft");
        return;
    }
    if (!enter())
        return;
    /* nothing is there: nothing to take away */
    g_assert_cmpint(nft_rules_remove(&place, "lodge_n", &err), ==, 0);
    g_assert_cmpint(nft_delete_table(&place, &err), ==, 0);
    g_assert_cmpint(nft_rule_insert(&place, "lodge_n", rule, &err), ==, -1);
    g_assert_true(g_str_has_prefix(err.text, "nft: Error: "));

    fd = g_mkstemp(name);
    (void)g_unlink(name);
    g_assert_cmpint(dprintf(fd, "table ip filter {\n chain DOCKER-USER {\n  return\n }\n}\n"), >,
                    0);
    g_assert_cmpint(nft_load(nft, fd, &err), ==, 0);
    g_assert_cmpint(nft_rule_insert(&place, "lodge_n", rule, &err), ==, 0);
    g_assert_cmpint(nft_rule_insert(&place, "lodge_n", rule, &err), ==, 0);
    g_assert_cmpint(nft_rule_insert(&place, "lodge_n2", rule, &err), ==, 0);
    g_assert_cmpint(nft_rules_remove(&place, "lodge_n", &err), ==, 0);
    {
        g_autofree char *listing = NULL;
        const char *argv[] = {nft, "list", "chain", "ip", "filter", "DOCKER-USER", NULL};

        g_assert_true(
            g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, &listing, NULL, NULL, NULL));
        g_assert_nonnull(strstr(listing, "\"lodge_n2\""));
        g_assert_null(strstr(listing, "\"lodge_n\""));
        g_assert_nonnull(strstr(listing, "return"));
    }
    close(fd);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forwarding/last-one", test_last_one_puts_it_back);
    g_test_add_func("/forwarding/was-on", test_what_was_on_stays_on);
    g_test_add_func("/forwarding/namespaces", test_namespaces_do_not_meet);
    g_test_add_func("/forwarding/house-gone", test_a_user_whose_house_is_gone);
    g_test_add_func("/forwarding/no-folder", test_a_folder_that_cannot_be_made);
    g_test_add_func("/nft/rules-of-others", test_rules_in_a_chain_of_others);
    return g_test_run();
}
