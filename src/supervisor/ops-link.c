/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Phase link: the supervisor's part. A veth or macvlan is born in the guest's namespace and goes with it;
 * a device of the host is lent, and taken back before that namespace ends. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"
#include "host/link.h"
#include "host/rtnl.h"
#include "supervisor/guest-priv.h"
#include "supervisor/plan-ops.h"

#define NAME_TRIES 100000
#define HELD_MS    2000 /* until a former guest's device has let go of the parent */
#define HELD_TRY   10

/* Kernel names may not be cut silently. */
static int
check_name(const PlanStep *step, const char *name, Err *err)
{
    if (!*name || strlen(name) >= IF_NAMESIZE)
        return err_set(err, "config", "plan line %d: '%s' is no name of an interface", step->line,
                       name);
    return 0;
}

static int
parse_common(const PlanStep *step, const char *mac_text, const char *mtu_text, uint8_t *mac,
             unsigned *mtu, Err *err)
{
    uint64_t value = 0;

    if ((mac_text[0] && link_parse_mac(mac_text, mac) < 0) ||
        io_parse_u64(mtu_text, UINT32_MAX, &value) < 0)
        return err_set(err, "config", "plan line %d: bad address or MTU", step->line);
    *mtu = (unsigned)value;
    return 0;
}

/* The veth goes with its namespace, which the kernel takes apart a little later: wait for its notice.
 * Deleting it here would take five times as long. */
static void
end_veth(const GuestLink *link)
{
    int sock = rtnl_open(NULL), index = link->host_index;
    LinkInfo info;

    if (sock >= 0 && !index && link_find(sock, link->host, &info) == 0)
        index = info.index; /* made, and then the kernel could not be asked for it */
    if (index && link_wait_gone(index, link->host, GUEST_GONE_MS) < 0 && link->host_index &&
        sock >= 0 && link_find_index(sock, index, &info) == 0 && strcmp(info.name, link->host) == 0)
        (void)link_delete(sock, index);
    io_close(&sock);
}

static void
give_back(Guest *guest, const GuestLink *link)
{
    LinkInfo info;

    if (link_find(guest->guest_rtnl, link->guest, &info) < 0)
        return;
    if (link_move(guest->guest_rtnl, info.index, getpid(), link->host) < 0)
        (void)link_move(guest->guest_rtnl, info.index, getpid(), NULL); /* its name is taken */
}

void
links_end(Guest *guest)
{
    /* first, while our socket keeps the namespace alive */
    for (int i = guest->n_links - 1; i >= 0 && guest->guest_rtnl >= 0; i--)
        if (guest->links[i].is_lent)
            give_back(guest, &guest->links[i]);
    if (guest->guest_rtnl >= 0)
        lent_restore(guest->live_fd); /* nothing to do, but the file goes */
    io_close(&guest->guest_rtnl);
    for (int i = guest->n_links - 1; i >= 0; i--)
        if (guest->links[i].is_ours)
            end_veth(&guest->links[i]);
    guest->n_links = 0;
}

/* NAME may hold one %d. Numbers begin at the supervisor's pid, so that 500 starts at once do not try the
 * same ones, and a cleaner knows where to look. */
int
links_name(const char *pattern, pid_t pid, int attempt, char *name)
{
    const char *mark = strstr(pattern, "%d");

    if (!mark)
        return io_format(name, IF_NAMESIZE, "%s", pattern);
    return io_format(name, IF_NAMESIZE, "%.*s%d%s", (int)(mark - pattern), pattern,
                     ((int)pid + attempt) % NAME_TRIES, mark + 2);
}

static int
make_veth(int sock, LinkVeth *veth, const char *pattern, GuestLink *link)
{
    for (int i = 0; i < NAME_TRIES; i++) {
        if (links_name(pattern, getpid(), i, link->host) < 0)
            return -1;
        veth->host_name = link->host;
        if (link_make_veth(sock, veth) == 0)
            return 0;
        if (errno != EEXIST || !strstr(pattern, "%d"))
            return -1;
    }
    return -1;
}

/* veth HOSTNAME GUESTNAME MAC MTU up|down BRIDGE */
static int
do_veth(Guest *guest, int sock, const PlanStep *step, GuestLink *link, Err *err)
{
    uint8_t mac[LINK_MAC_SIZE];
    LinkVeth veth = {
        .guest_name = step->argv[2], .mac = step->argv[3][0] ? mac : NULL, .pid = guest->init_pid};
    const char *bridge = step->argv[6];
    LinkInfo info;

    if (check_name(step, step->argv[2], err) < 0 ||
        parse_common(step, step->argv[3], step->argv[4], mac, &veth.mtu, err) < 0)
        return -1;
    if (*bridge) {
        if (link_find(sock, bridge, &info) < 0) {
            (void)err_set_errno(err, errno, "cannot plug the guest into the bridge '%s'", bridge);
            return err_hint(err, "make the bridge, or start the network that has it");
        }
        veth.bridge_index = info.index;
    }
    if (make_veth(sock, &veth, step->argv[1], link) < 0) {
        int saved_errno = errno;

        (void)err_set_errno(err, saved_errno,
                            "cannot make the guest's interface '%s' (host side '%s')",
                            step->argv[2], step->argv[1]);
        link->is_ours = saved_errno != EEXIST; /* it may be there although the answer got lost */
        return saved_errno == EEXIST ? err_hint(err, "another interface has that name") : -1;
    }
    link->is_ours = true;
    if (link_find(sock, link->host, &info) < 0)
        return err_set_errno(err, errno, "cannot find the interface '%s'", link->host);
    link->host_index = info.index;
    return 0;
}

static LinkMacvlanMode
macvlan_mode(const char *word)
{
    return strcmp(word, "vepa") == 0       ? LINK_MACVLAN_VEPA
           : strcmp(word, "bridge") == 0   ? LINK_MACVLAN_BRIDGE
           : strcmp(word, "private") == 0  ? LINK_MACVLAN_PRIVATE
           : strcmp(word, "passthru") == 0 ? LINK_MACVLAN_PASSTHRU
                                           : LINK_MACVLAN_NONE;
}

/* Perhaps only by a former guest. */
static bool
is_held(int why, LinkMacvlanMode mode)
{
    return why == EADDRINUSE || why == EBUSY || (why == EINVAL && mode == LINK_MACVLAN_PASSTHRU);
}

/* A netlink socket of the guest's network; the namespace lives as long as it is open. */
static int
open_inside(Guest *guest, Err *err)
{
    char path[40];
    int own_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd = -1;

    (void)io_format(path, sizeof path, "/proc/%d/ns/net", (int)guest->init_pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (own_fd < 0 || fd < 0 || setns(fd, CLONE_NEWNET) < 0) {
        (void)err_set_errno(err, errno, "cannot reach the guest's network");
    } else {
        guest->guest_rtnl = rtnl_open(err);
        if (setns(own_fd, CLONE_NEWNET) < 0 && setns(own_fd, CLONE_NEWNET) < 0)
            _exit(1); /* in the wrong network nothing can go on; `clean` does the rest */
    }
    io_close(&own_fd);
    io_close(&fd);
    return guest->guest_rtnl < 0 ? -1 : 0;
}

/* In mode passthru the kernel gives the guest the parent's address, whatever was asked for. Setting it later sets the
 * parent's too, which the kernel puts back when the interface goes. */
static int
give_address(Guest *guest, const LinkMacvlan *macvlan, const char *parent, Err *err)
{
    bool was_open = guest->guest_rtnl >= 0;
    LinkInfo info;
    int result = 0;

    if (!was_open && open_inside(guest, err) < 0)
        return -1;
    if (link_find(guest->guest_rtnl, macvlan->guest_name, &info) < 0 ||
        (memcmp(info.mac, macvlan->mac, LINK_MAC_SIZE) != 0 &&
         link_set_mac(guest->guest_rtnl, info.index, macvlan->mac) < 0)) {
        char text[18];

        link_format_mac(macvlan->mac, text);
        result = err_set_errno(err, errno, "cannot give '%s' the address %s", parent, text);
        (void)err_hint(err, "write the device's own address into <mac>, or use the mode private");
    }
    if (!was_open) /* it would keep the guest's network alive */
        io_close(&guest->guest_rtnl);
    return result;
}

/* macvlan PARENT MODE GUESTNAME MAC MTU up|down */
static int
do_macvlan(Guest *guest, int sock, const PlanStep *step, GuestLink *link, Err *err)
{
    int64_t deadline = clock_ms() + HELD_MS;
    uint8_t mac[LINK_MAC_SIZE];
    LinkMacvlan macvlan = {.mode = macvlan_mode(step->argv[2]),
                           .guest_name = step->argv[3],
                           .mac = step->argv[4][0] ? mac : NULL,
                           .is_up = strcmp(step->argv[6], "up") == 0,
                           .pid = guest->init_pid};
    LinkInfo parent;
    int result;

    if (macvlan.mode == LINK_MACVLAN_NONE)
        return err_set(err, "config", "plan line %d: unknown mode '%s'", step->line, step->argv[2]);
    if (check_name(step, step->argv[3], err) < 0 ||
        parse_common(step, step->argv[4], step->argv[5], mac, &macvlan.mtu, err) < 0)
        return -1;
    if (link_find(sock, step->argv[1], &parent) < 0)
        return err_set_errno(err, errno, "cannot use the interface '%s'", step->argv[1]);
    macvlan.parent_index = parent.index;
    result = link_make_macvlan(sock, &macvlan);
    /* a namespace that has ended is taken apart later, and holds the parent and the address until then */
    while (result < 0 && is_held(errno, macvlan.mode) && clock_ms() < deadline) {
        (void)poll(NULL, 0, HELD_TRY);
        result = link_make_macvlan(sock, &macvlan);
    }
    if (result < 0) {
        int saved_errno = errno;

        (void)err_set_errno(err, saved_errno, "cannot make a direct interface (%s) on '%s'",
                            step->argv[2], step->argv[1]);
        if (saved_errno == EADDRINUSE)
            (void)err_hint(err, "another interface on '%s' has the address %s", step->argv[1],
                           step->argv[4]);
        else if (saved_errno == EBUSY || saved_errno == EINVAL)
            (void)err_hint(err,
                           "something else uses '%s': a bridge, or another guest in mode "
                           "passthrough",
                           step->argv[1]);
        else if (saved_errno == EOPNOTSUPP)
            (void)err_hint(err, "load the kernel's macvlan module");
    }
    (void)link;
    if (result == 0 && macvlan.mode == LINK_MACVLAN_PASSTHRU && macvlan.mac)
        result = give_address(guest, &macvlan, step->argv[1], err);
    return result;
}

/* netdev HOSTNAME GUESTNAME */
static int
do_netdev(Guest *guest, int sock, const PlanStep *step, GuestLink *link, Err *err)
{
    LinkInfo info;

    if (check_name(step, step->argv[2], err) < 0)
        return -1;
    if (link_find(sock, step->argv[1], &info) < 0)
        return err_set_errno(err, errno, "cannot give the interface '%s' to the guest",
                             step->argv[1]);
    link_format_mac(info.mac, link->mac);
    if (io_format(link->host, sizeof link->host, "%s", step->argv[1]) < 0 ||
        (guest->guest_rtnl < 0 && open_inside(guest, err) < 0) ||
        lent_record(guest->live_fd, step->argv[1], info.index, link->mac, err) < 0)
        return -1;
    link->is_lent = true; /* before: it may be gone although the answer gets lost */
    if (link_move(sock, info.index, guest->init_pid, step->argv[2]) < 0)
        return err_set_errno(err, errno, "cannot give the interface '%s' to the guest",
                             step->argv[1]);
    return 0;
}

static int
make_one(Guest *guest, int sock, const PlanStep *step, Err *err)
{
    GuestLink *link = &guest->links[guest->n_links];
    const char *name = step->op == OP_MACVLAN ? step->argv[3] : step->argv[2];
    const char *mac = step->op == OP_VETH      ? step->argv[3]
                      : step->op == OP_MACVLAN ? step->argv[4]
                                               : "";

    if (guest->n_links == GUEST_LINKS_MAX)
        return err_set(err, "limit", "a guest has at most %d interfaces", GUEST_LINKS_MAX);
    *link = (GuestLink){0};
    guest->n_links++;
    if (io_format(link->guest, sizeof link->guest, "%s", name) < 0 ||
        io_format(link->mac, sizeof link->mac, "%s", mac) < 0)
        return err_set(err, "config", "plan line %d: too long", step->line);
    if (step->op == OP_VETH)
        return do_veth(guest, sock, step, link, err);
    if (step->op == OP_MACVLAN)
        return do_macvlan(guest, sock, step, link, err);
    return do_netdev(guest, sock, step, link, err);
}

int
links_make(Guest *guest, pid_t pid, Err *err)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_LINK];
    int sock = -1, result = 0;

    for (int i = 0; i < phase->n && result == 0; i++) {
        int op = phase->steps[i].op;

        if (op != OP_VETH && op != OP_MACVLAN && op != OP_NETDEV)
            continue;
        if (sock < 0 && (sock = rtnl_open(err)) < 0)
            return -1;
        if (undo_reserve(&guest->boot_undo) < 0)
            result = err_set_errno(err, ENOMEM, "cannot make the guest's interfaces");
        else
            result = make_one(guest, sock, &phase->steps[i], err);
    }
    io_close(&sock);
    return result;
}
