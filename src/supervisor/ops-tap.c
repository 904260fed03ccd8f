/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/ops-tap.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/io.h"
#include "host/link.h"
#include "host/rtnl.h"
#include "host/tap.h"
#include "supervisor/machine-priv.h"

#define NAME_TRIES 1000

typedef struct {
    const char *alias, *host_name, *mac_text;
    uint8_t mac[LINK_MAC_SIZE];
    unsigned mtu;
} Wanted;

static int
parse(const PlanStep *step, const char *mtu, Wanted *wanted, Err *err)
{
    uint64_t value = 0;

    if ((*wanted->mac_text && link_parse_mac(wanted->mac_text, wanted->mac) < 0) ||
        io_parse_u64(mtu, UINT32_MAX, &value) < 0)
        return err_set(err, "config", "plan line %d: bad address or MTU", step->line);
    if (!*wanted->host_name || strlen(wanted->host_name) >= IF_NAMESIZE)
        return err_set(err, "config", "plan line %d: '%s' is no name of an interface", step->line,
                       wanted->host_name);
    wanted->mtu = (unsigned)value;
    return 0;
}

static GuestLink *
add_link(Guest *guest, const Wanted *wanted, Err *err)
{
    GuestLink *link = &guest->links[guest->n_links];

    if (guest->n_links == GUEST_LINKS_MAX) {
        (void)err_set(err, "limit", "a machine has at most %d interfaces", GUEST_LINKS_MAX);
        return NULL;
    }
    *link = (GuestLink){0};
    if (io_format(link->guest, sizeof link->guest, "%s", wanted->alias) < 0 ||
        io_format(link->mac, sizeof link->mac, "%s", wanted->mac_text) < 0) {
        (void)err_set(err, "config", "'%s' is no name of a device", wanted->alias);
        return NULL;
    }
    guest->n_links++;
    return link;
}

static int
configure(const GuestLink *link, const Wanted *wanted, const char *bridge, Err *err)
{
    LinkSettings settings = {
        .mac = *wanted->mac_text ? wanted->mac : NULL, .mtu = wanted->mtu, .is_up = true};
    int sock = rtnl_open(err), result = -1;
    LinkInfo own, info;

    if (sock < 0)
        return -1;
    if (*bridge && link_find(sock, bridge, &info) < 0) {
        (void)err_set_errno(err, errno, "cannot plug the machine into the bridge '%s'", bridge);
        (void)err_hint(err, "make the bridge, or start the network that has it");
    } else if (link_find(sock, link->host, &own) < 0) {
        (void)err_set_errno(err, errno, "cannot find the interface '%s'", link->host);
    } else {
        settings.bridge_index = *bridge ? info.index : 0;
        result = link_configure(sock, own.index, &settings);
        if (result < 0)
            (void)err_set_errno(err, errno, "cannot set the interface '%s' up", link->host);
    }
    io_close(&sock);
    return result;
}

/* tap FD ALIAS HOSTNAME MAC MTU BRIDGE QUEUES */
int
tap_make(Guest *guest, const PlanStep *step, Err *err)
{
    Wanted wanted = {.alias = step->argv[2], .host_name = step->argv[3], .mac_text = step->argv[4]};
    int fds[TAP_QUEUES_MAX], result = 0;
    uint64_t n = 0, first = 0;
    GuestLink *link;
    char as[16];

    if (io_parse_u64(step->argv[7], TAP_QUEUES_MAX, &n) < 0 || n == 0 ||
        io_parse_u64(step->argv[1], MACHINE_FD_LAST, &first) < 0)
        return err_set(err, "config", "plan line %d: bad number", step->line);
    if (parse(step, step->argv[5], &wanted, err) < 0 || !(link = add_link(guest, &wanted, err)))
        return -1;
    (void)io_format(link->host, IF_NAMESIZE, "%s", wanted.host_name);
    if (tap_open(link->host, (int)n, fds, err) < 0) {
        guest->n_links--;
        return -1;
    }
    for (int i = 0; i < (int)n; i++) {
        (void)io_format(as, sizeof as, "%d", (int)first + i);
        if (result == 0)
            result = machine_inherit(guest->machine, fds[i], as, step, err);
        else
            io_close(&fds[i]);
    }
    return result < 0 ? -1 : configure(link, &wanted, step->argv[6], err);
}

static const GuestLink *
find_link(const Guest *guest, const char *alias)
{
    for (int i = 0; i < guest->n_links; i++)
        if (strcmp(guest->links[i].guest, alias) == 0)
            return &guest->links[i];
    return NULL;
}

/* Only what carries the address of the plan: the name may be somebody else's by now. */
static void
delete_link(const char *name, const uint8_t *mac)
{
    int sock = rtnl_open(NULL);
    LinkInfo info;

    if (sock >= 0 && link_find(sock, name, &info) == 0 && memcmp(info.mac, mac, LINK_MAC_SIZE) == 0)
        (void)link_delete(sock, info.index);
    io_close(&sock);
}

void
macvtap_undo(Guest *guest, int number)
{
    const PlanStep *step = guest_step(guest, number);
    const GuestLink *link = find_link(guest, step->argv[2]);
    uint8_t mac[LINK_MAC_SIZE];

    if (link && link->host[0] && link_parse_mac(step->argv[6], mac) == 0)
        delete_link(link->host, mac);
}

static int
parse_mode(const char *text, LinkMacvlanMode *ret)
{
    static const struct {
        const char *word;
        LinkMacvlanMode mode;
    } modes[] = {{"vepa", LINK_MACVLAN_VEPA},
                 {"bridge", LINK_MACVLAN_BRIDGE},
                 {"private", LINK_MACVLAN_PRIVATE},
                 {"passthru", LINK_MACVLAN_PASSTHRU}};

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(modes[i].word, text) == 0) {
            *ret = modes[i].mode;
            return 0;
        }
    return -1;
}

/* The name is written into the status before the device is there: `clean` finds it. */
static int
make_macvtap(Guest *guest, int sock, LinkMacvlan *macvtap, const char *pattern, GuestLink *link,
             Err *err)
{
    for (int i = 0; i < NAME_TRIES; i++) {
        if (links_name(pattern, getpid(), i, link->host) < 0)
            break;
        macvtap->guest_name = link->host;
        if (guest_status_write(guest, err) < 0)
            return -1;
        if (link_make_macvlan(sock, macvtap) == 0)
            return 0;
        if (errno != EEXIST || !strstr(pattern, "%d"))
            break;
    }
    return err_set_errno(err, errno, "cannot make the interface '%s'", link->host);
}

/* macvtap FD ALIAS PARENT MODE HOSTNAME MAC MTU */
int
macvtap_make(Guest *guest, const PlanStep *step, Err *err)
{
    Wanted wanted = {.alias = step->argv[2], .host_name = step->argv[5], .mac_text = step->argv[6]};
    LinkMacvlan macvtap = {.is_macvtap = true, .mac = wanted.mac, .is_up = true};
    LinkInfo info;
    GuestLink *link;
    int sock, fd = -1;

    if (!*wanted.mac_text || parse_mode(step->argv[4], &macvtap.mode) < 0)
        return err_set(err, "config", "plan line %d: a mode and an address are wanted", step->line);
    if (parse(step, step->argv[7], &wanted, err) < 0 || (sock = rtnl_open(err)) < 0)
        return -1;
    if (link_find(sock, step->argv[3], &info) < 0) {
        (void)err_set_errno(err, errno, "cannot find the interface '%s' of the host",
                            step->argv[3]);
    } else if ((link = add_link(guest, &wanted, err))) {
        macvtap.parent_index = info.index;
        macvtap.mtu = wanted.mtu;
        undo_add(&guest->host_undo, macvtap_undo, guest_step_number(guest, step));
        if (make_macvtap(guest, sock, &macvtap, wanted.host_name, link, err) == 0) {
            if (link_find(sock, link->host, &info) < 0)
                (void)err_set_errno(err, errno, "cannot find the interface '%s'", link->host);
            else
                fd = macvtap_open(link->host, info.index, guest->machine->work_fd, err);
        }
    }
    io_close(&sock);
    return fd < 0 ? -1 : machine_inherit(guest->machine, fd, step->argv[1], step, err);
}
