/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What host/ reads: numbers, addresses, device rules, namespaces; and how it words errors. */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <linux/sched.h>
#include <string.h>
#include <unistd.h>

#include "host/addr.h"
#include "host/cgroup-devices.h"
#include "host/cgroup.h"
#include "host/err.h"
#include "host/io.h"
#include "host/link.h"
#include "host/ns.h"
#include "host/rtnl.h"

static void
test_numbers(void)
{
    guint64 value = 7;

    g_assert_cmpint(io_parse_u64("0", 0, &value), ==, 0);
    g_assert_cmpuint(value, ==, 0);
    g_assert_cmpint(io_parse_u64("18446744073709551615", G_MAXUINT64, &value), ==, 0);
    g_assert_cmpuint(value, ==, G_MAXUINT64);
    for (const char *const *bad =
             (const char *const[]){"", "-1", "+1", " 1", "1 ", "0x1", "1a", NULL};
         *bad; bad++)
        g_assert_cmpint(io_parse_u64(*bad, 100, &value), ==, -1);
    g_assert_cmpint(io_parse_u64("18446744073709551616", G_MAXUINT64, &value), ==, -1);
    g_assert_cmpint(errno, ==, ERANGE);
    g_assert_cmpint(io_parse_u64("101", 100, &value), ==, -1);
    g_assert_cmpint(io_parse_u64("100", 100, &value), ==, 0);
}

static void
test_err_words(void)
{
    static const struct {
        int number;
        const char *word;
    } words[] = {{EACCES, "denied"},     {EPERM, "denied"},       {EROFS, "denied"},
                 {ENOENT, "not-found"},  {EEXIST, "exists"},      {EBUSY, "busy"},
                 {ETIMEDOUT, "timeout"}, {ENOSYS, "unsupported"}, {ENOSPC, "io"}};
    Err err = {0};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_assert_cmpint(err_set_errno(&err, words[i].number, "x"), ==, -1);
        g_assert_cmpstr(err.word, ==, words[i].word);
        g_assert_cmpint(err.saved_errno, ==, words[i].number);
    }
    g_assert_cmpint(err_set_errno(&err, ENOENT, "cannot open '%s'", "a"), ==, -1);
    err_hint(&err, "make %d", 1);
    err_prefix(&err, "web");
    g_assert_cmpstr(err.text, ==, "web: cannot open 'a': No such file or directory; make 1");
    g_assert_cmpint(err_set(NULL, "io", "x"), ==, -1);
}

static void
test_err_is_cut_not_overrun(void)
{
    g_autofree char *text = g_strnfill(3 * ERR_TEXT_MAX, 'x');
    Err err = {0};

    err_set(&err, "io", "%s", text);
    err_hint(&err, "%s", text);
    err_prefix(&err, "%s", text);
    g_assert_cmpuint(strlen(err.text), ==, ERR_TEXT_MAX - 1);
}

static void
test_mac(void)
{
    guint8 mac[LINK_MAC_SIZE];
    char text[18];

    g_assert_cmpint(link_parse_mac("52:54:00:4D:2b:cd", mac), ==, 0);
    link_format_mac(mac, text);
    g_assert_cmpstr(text, ==, "52:54:00:4d:2b:cd");
    for (const char *const *bad =
             (const char *const[]){"", "52", "52:54:00:4d:2b", "52:54:00:4d:2b:cg",
                                   "52:54:00:4d:2b:cd:", "5:54:00:4d:2b:cdd", NULL};
         *bad; bad++)
        g_assert_cmpint(link_parse_mac(*bad, mac), ==, -1);
}

static void
test_address(void)
{
    Addr addr;

    g_assert_cmpint(addr_parse("10.0.0.5/24", &addr), ==, 0);
    g_assert_cmpint(addr.family, ==, AF_INET);
    g_assert_cmpuint(addr.prefix, ==, 24);
    g_assert_cmpuint(addr.bytes[3], ==, 5);
    g_assert_cmpint(addr_parse("10.0.0.5", &addr), ==, 0);
    g_assert_cmpuint(addr.prefix, ==, 32);
    g_assert_cmpint(addr_parse("fd00::1", &addr), ==, 0);
    g_assert_cmpuint(addr.prefix, ==, 128);
    g_assert_cmpint(addr_parse("::/0", &addr), ==, 0);
    g_assert_cmpuint(addr.prefix, ==, 0);
    for (const char *const *bad =
             (const char *const[]){"", "/24", "10.0.0/24", "10.0.0.5/33", "10.0.0.5/",
                                   "fd00::1/129", "10.0.0.5/-1", "host", NULL};
         *bad; bad++)
        g_assert_cmpint(addr_parse(*bad, &addr), ==, -1);
}

static void
test_device_rule(void)
{
    DeviceRule rule;
    Err err = {0};

    g_assert_cmpint(cgroup_device_parse("c 136:* rw", &rule, &err), ==, 0);
    g_assert_cmpint(rule.type, ==, 'c');
    g_assert_cmpint(rule.major, ==, 136);
    g_assert_cmpint(rule.minor, ==, -1);
    g_assert_cmpuint(rule.access, ==, DEVICE_READ | DEVICE_WRITE);
    g_assert_cmpint(cgroup_device_parse("a *:* rwm", &rule, &err), ==, 0);
    for (const char *const *bad =
             (const char *const[]){"", "c", "c 1:3", "c 1:3 ", "c 1:3 x", "d 1:3 r", "c 1 r",
                                   "c a:3 r", "c 1:-3 r", "c  1:3 r", NULL};
         *bad; bad++) {
        err_clear(&err);
        g_assert_cmpint(cgroup_device_parse(*bad, &rule, &err), ==, -1);
        g_assert_cmpstr(err.word, ==, "config");
    }
}

static void
test_namespaces(void)
{
    Err err = {0};
    guint64 flags = 0;

    g_assert_cmpint(ns_flags("mnt,pid,ipc,uts,user,cgroup", &flags, &err), ==, 0);
    g_assert_cmphex(flags, ==,
                    CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWUSER |
                        CLONE_NEWCGROUP);
    g_assert_cmpint(ns_flags("mnt,time", &flags, &err), ==, -1);
    g_assert_cmpint(ns_flags("mn", &flags, &err), ==, -1);
    g_assert_cmpuint(ns_start_time(getpid()), >, 0);
    g_assert_cmpuint(ns_start_time(G_MAXINT), ==, 0);
}

static void
test_cgroup_base(void)
{
    g_assert_cmpint(cgroup_base_length("/sys/fs/cgroup/pids/lodge/lxc/web.guest"), ==,
                    (int)strlen("/sys/fs/cgroup/pids"));
    g_assert_cmpint(cgroup_base_length("/sys/fs/cgroup/lodge-1a2b3c/lxc/lodge.guest"), ==,
                    (int)strlen("/sys/fs/cgroup"));
    g_assert_cmpint(cgroup_base_length("/c/system.slice/lodge.service/lodge/supervisors"), ==,
                    (int)strlen("/c/system.slice/lodge.service"));
    g_assert_cmpint(cgroup_base_length("/c/lodge-test/lodge-1a2b3c"), ==,
                    (int)strlen("/c/lodge-test"));
    g_assert_cmpint(cgroup_base_length("/c/lodge/lxc/web.guest/lodge/lxc/lodge.guest"), ==,
                    (int)strlen("/c/lodge/lxc/web.guest"));
    g_assert_cmpint(cgroup_base_length("/sys/fs/cgroup/other"), ==, -1);
    g_assert_cmpint(cgroup_base_length("/sys/fs/cgroup/lodged"), ==, -1);
}

static void
test_netlink_message(void)
{
    struct ifinfomsg body = {.ifi_index = 3};
    RtnlMessage message;
    struct rtattr *nest;
    const struct rtattr *found;
    char large[RTNL_MESSAGE_MAX];

    rtnl_begin(&message, RTM_NEWLINK, NLM_F_CREATE, &body, sizeof body);
    rtnl_put_text(&message, IFLA_IFNAME, "eth0");
    nest = rtnl_nest(&message, IFLA_LINKINFO);
    rtnl_put_u32(&message, IFLA_INFO_KIND, 5);
    rtnl_unnest(&message, nest);
    rtnl_put_u32(&message, IFLA_MTU, 1400);
    found = rtnl_find(&message, sizeof body, IFLA_IFNAME);
    g_assert_cmpstr(RTA_DATA(found), ==, "eth0");
    found = rtnl_find(&message, sizeof body, IFLA_LINKINFO);
    g_assert_cmpuint(RTA_PAYLOAD(found), ==, 8);
    found = rtnl_find(&message, sizeof body, IFLA_MTU);
    g_assert_cmpuint(*(guint32 *)RTA_DATA(found), ==, 1400);
    g_assert_null(rtnl_find(&message, sizeof body, IFLA_MASTER));
    /* too much is refused before it is sent */
    memset(large, 'x', sizeof large);
    rtnl_put(&message, IFLA_IFALIAS, large, sizeof large);
    g_assert_cmpint(rtnl_talk(-1, &message, NULL), ==, -1);
    g_assert_cmpint(errno, ==, EMSGSIZE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parse/numbers", test_numbers);
    g_test_add_func("/parse/err-words", test_err_words);
    g_test_add_func("/parse/err-is-cut-not-overrun", test_err_is_cut_not_overrun);
    g_test_add_func("/parse/mac", test_mac);
    g_test_add_func("/parse/address", test_address);
    g_test_add_func("/parse/device-rule", test_device_rule);
    g_test_add_func("/parse/namespaces", test_namespaces);
    g_test_add_func("/parse/cgroup-base", test_cgroup_base);
    g_test_add_func("/parse/netlink-message", test_netlink_message);
    return g_test_run();
}
