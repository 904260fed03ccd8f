/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Phase host of a network: bridge, addresses, switches below /proc/sys, packet filter. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/addr.h"
#include "host/forwarding.h"
#include "host/io.h"
#include "host/link.h"
#include "host/nft.h"
#include "host/program.h"
#include "host/rtnl.h"
#include "supervisor/guest-priv.h"
#include "supervisor/plan-ops.h"

/* Deleted only while it carries our alias, or was made and did not get it yet. */
static void
undo_bridge(Guest *guest, int number)
{
    const PlanStep *step = guest_step(guest, number);
    const char *alias = step->argv[6];
    uint8_t mac[LINK_MAC_SIZE];
    LinkInfo info;
    int sock = rtnl_open(NULL);

    if (sock >= 0 && link_find(sock, step->argv[1], &info) == 0 &&
        (strcmp(info.alias, alias) == 0 ||
         (!info.alias[0] && link_parse_mac(step->argv[2], mac) == 0 &&
          memcmp(info.mac, mac, sizeof mac) == 0)))
        (void)link_delete(sock, info.index);
    io_close(&sock);
}

/* bridge NAME MAC on|off DELAY_S MTU ALIAS */
static int
do_bridge(Guest *guest, const PlanStep *step, Err *err)
{
    uint8_t mac[LINK_MAC_SIZE];
    uint64_t delay = 0, mtu = 0;
    LinkBridge bridge = {.name = step->argv[1],
                         .mac = step->argv[2][0] ? mac : NULL,
                         .stp = strcmp(step->argv[3], "on") == 0,
                         .alias = step->argv[6]};
    int sock, result;

    if (strlen(step->argv[1]) >= IF_NAMESIZE ||
        (bridge.mac && link_parse_mac(step->argv[2], mac) < 0) ||
        io_parse_u64(step->argv[4], 30, &delay) < 0 ||
        io_parse_u64(step->argv[5], UINT32_MAX, &mtu) < 0 || strlen(bridge.alias) >= LINK_ALIAS_MAX)
        return err_set(err, "config", "plan line %d: bad bridge", step->line);
    bridge.delay_s = (unsigned)delay;
    bridge.mtu = (unsigned)mtu;
    sock = rtnl_open(err);
    if (sock < 0)
        return -1;
    result = link_make_bridge(sock, &bridge);
    if (result < 0) {
        int saved_errno = errno;

        (void)err_set_errno(err, saved_errno, "cannot make the bridge '%s'", bridge.name);
        if (saved_errno == EEXIST)
            (void)err_hint(err, "delete that device, or name another bridge in the network's XML");
        else {
            (void)(saved_errno == EOPNOTSUPP
                       ? err_hint(err, "load the kernel's bridge module (modprobe bridge)")
                       : 0);
            undo_bridge(guest, guest_step_number(guest, step)); /* made, and the alias refused */
        }
    } else {
        undo_add(&guest->host_undo, undo_bridge, guest_step_number(guest, step));
    }
    io_close(&sock);
    return result;
}

/* sysctl PATH VALUE try|must */
static int
do_sysctl(Guest *guest, const PlanStep *step, Err *err)
{
    const char *path = step->argv[1];
    int fd, result = -1;

    if (path[0] == '/' || strstr(path, ".."))
        return err_set(err, "config", "plan line %d: bad path", step->line);
    fd = open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        result = io_write_file(fd, path, step->argv[2]);
    if (result < 0 && strcmp(step->argv[3], "try") != 0)
        (void)err_set_errno(err, errno, "cannot set %s to %s", path, step->argv[2]);
    else
        result = 0;
    io_close(&fd);
    return result;
}

static int
with_link(const char *name, int (*func)(int sock, int index, const PlanStep *step),
          const PlanStep *step, const char *what, Err *err)
{
    int sock = rtnl_open(err), result = -1;
    LinkInfo info;

    if (sock < 0)
        return -1;
    if (link_find(sock, name, &info) == 0)
        result = func(sock, info.index, step);
    if (result < 0)
        (void)err_set_errno(err, errno, "%s '%s'", what, name);
    io_close(&sock);
    return result;
}

static int
set_up(int sock, int index, const PlanStep *step)
{
    return link_set_up(sock, index, true);
}

static int
set_address(int sock, int index, const PlanStep *step)
{
    Addr addr;

    if (addr_parse(step->argv[2], &addr) < 0 || addr_add(sock, index, &addr, NULL) < 0)
        return -1;
    return link_set_up(sock, index, true);
}

static int
do_bridge_address(Guest *guest, const PlanStep *step, Err *err)
{
    return with_link(step->argv[1], set_address, step, "cannot give an address to the bridge",
                     err) < 0
               ? err_prefix(err, "%s", step->argv[2])
               : 0;
}

static int
do_bridge_up(Guest *guest, const PlanStep *step, Err *err)
{
    return with_link(step->argv[1], set_up, step, "cannot set up the bridge", err);
}

static void
undo_forwarding(Guest *guest, int number)
{
    const PlanStep *step = guest_step(guest, number);
    ForwardingUse use = {step->argv[1], strcmp(step->argv[2], "v6") == 0, step->argv[3],
                         guest->live};

    (void)forwarding_release(&use, NULL);
}

/* forwarding DIR v4|v6 USER */
static int
do_forwarding(Guest *guest, const PlanStep *step, Err *err)
{
    ForwardingUse use = {step->argv[1], strcmp(step->argv[2], "v6") == 0, step->argv[3],
                         guest->live};

    undo_add(&guest->host_undo, undo_forwarding, guest_step_number(guest, step));
    return forwarding_acquire(&use, err);
}

static void
undo_nft(Guest *guest, int number)
{
    char *const *argv = guest_step(guest, number)->argv;
    NftPlace place = {argv[1], argv[3], argv[4], NULL};

    (void)nft_delete_table(&place, NULL);
}

/* nft PROGRAM FILE FAMILY TABLE */
static int
do_nft(Guest *guest, const PlanStep *step, Err *err)
{
    int fd = openat(guest->live_fd, step->argv[2], O_RDONLY | O_CLOEXEC), result;

    if (fd < 0)
        return err_set_errno(err, errno, "cannot read '%s/%s'", guest->live, step->argv[2]);
    undo_add(&guest->host_undo, undo_nft, guest_step_number(guest, step));
    result = nft_load(step->argv[1], fd, err);
    io_close(&fd);
    return result;
}

static void
undo_nft_rule(Guest *guest, int number)
{
    char *const *argv = guest_step(guest, number)->argv;
    NftPlace place = {argv[1], argv[2], argv[3], argv[4]};

    (void)nft_rules_remove(&place, argv[5], NULL);
}

/* nft-rule PROGRAM FAMILY TABLE CHAIN COMMENT WORD... */
static int
do_nft_rule(Guest *guest, const PlanStep *step, Err *err)
{
    NftPlace place = {step->argv[1], step->argv[2], step->argv[3], step->argv[4]};

    undo_add(&guest->host_undo, undo_nft_rule, guest_step_number(guest, step));
    return nft_rule_insert(&place, step->argv[5], (const char *const *)step->argv + 6, err);
}

static int
do_run(Guest *guest, const PlanStep *step, Err *err)
{
    ProgramSpec spec = {.argv = (const char *const *)step->argv + 1, .stdin_fd = -1};

    return program_run(&spec, NULL, err);
}

GuestOpFunc
ops_net_find(int op)
{
    switch (op) {
    case OP_BRIDGE:
        return do_bridge;
    case OP_SYSCTL:
        return do_sysctl;
    case OP_BRIDGE_ADDRESS:
        return do_bridge_address;
    case OP_BRIDGE_UP:
        return do_bridge_up;
    case OP_FORWARDING:
        return do_forwarding;
    case OP_NFT:
        return do_nft;
    case OP_NFT_RULE:
        return do_nft_rule;
    case OP_RUN:
        return do_run;
    default:
        return NULL;
    }
}

UndoFunc
ops_net_undo(int op)
{
    switch (op) {
    case OP_BRIDGE:
        return undo_bridge;
    case OP_FORWARDING:
        return undo_forwarding;
    case OP_NFT:
        return undo_nft;
    case OP_NFT_RULE:
        return undo_nft_rule;
    default:
        return NULL;
    }
}
