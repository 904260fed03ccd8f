/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "host/addr.h"
#include "host/io.h"
#include "host/link.h"
#include "host/rtnl.h"
#include "supervisor/child.h"
#include "supervisor/plan-ops.h"

#define LO_INDEX 1 /* in every network namespace, by the kernel's LOOPBACK_IFINDEX */

static int
find_own(int sock, const char *name, LinkInfo *info, Err *err)
{
    if (link_find(sock, name, info) < 0)
        return err_set_errno(err, errno, "cannot find the interface '%s' in the guest", name);
    return 0;
}

static int
put_up(int sock, const char *name, Err *err)
{
    LinkInfo info;

    if (find_own(sock, name, &info, err) < 0)
        return -1;
    if (link_set_up(sock, info.index, true) < 0)
        return err_set_errno(err, errno, "cannot set the interface '%s' up in the guest", name);
    return 0;
}

/* address GUESTNAME ADDR/PREFIX PEER */
static int
put_address(int sock, const PlanStep *step, Err *err)
{
    Addr addr, peer;
    bool has_peer = step->argv[3][0];
    LinkInfo info;

    if (addr_parse(step->argv[2], &addr) < 0 || (has_peer && addr_parse(step->argv[3], &peer) < 0))
        return err_set(err, "config", "plan line %d: bad address", step->line);
    if (find_own(sock, step->argv[1], &info, err) < 0)
        return -1;
    if (addr_add(sock, info.index, &addr, has_peer ? &peer : NULL) < 0)
        return err_set_errno(err, errno, "cannot give '%s' the address %s in the guest",
                             step->argv[1], step->argv[2]);
    return 0;
}

/* route DEST/PREFIX GATEWAY METRIC GUESTNAME */
static int
put_route(Child *child, int sock, const PlanStep *step, Err *err)
{
    AddrRoute route = {.metric = -1};
    uint64_t metric = 0;
    Addr gateway;
    LinkInfo info;

    if (addr_parse(step->argv[1], &route.to) < 0 ||
        (step->argv[2][0] && addr_parse(step->argv[2], &gateway) < 0) ||
        (step->argv[3][0] && step->argv[3][0] != '-' &&
         io_parse_u64(step->argv[3], UINT32_MAX, &metric) < 0))
        return err_set(err, "config", "plan line %d: bad route", step->line);
    if (find_own(sock, step->argv[4], &info, err) < 0)
        return -1;
    if (!info.is_up) {
        child_say_lack(child, step->argv[1], "no route through an interface whose link is down");
        return 0;
    }
    route.gateway = step->argv[2][0] ? &gateway : NULL;
    if (step->argv[3][0] && step->argv[3][0] != '-')
        route.metric = (int64_t)metric;
    route.index = info.index;
    if (addr_add_route(sock, &route) < 0) {
        int saved_errno = errno;

        (void)err_set_errno(err, saved_errno, "cannot make the route to %s by '%s' in the guest",
                            step->argv[1], step->argv[4]);
        return saved_errno == ENETUNREACH
                   ? err_hint(err, "its gateway %s must be within an <ip> of the interface",
                              step->argv[2])
                   : -1;
    }
    return 0;
}

static int
configure(Child *child, int sock, Err *err)
{
    const PlanPhase *phase = &child->guest->plan.phase[PLAN_LINK];

    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];
        bool is_up =
            step->op == OP_NETDEV || (step->op == OP_VETH && strcmp(step->argv[5], "up") == 0);

        *child->guest->progress = step->line;
        if ((is_up && put_up(sock, step->argv[2], err) < 0) ||
            (step->op == OP_ADDRESS && put_address(sock, step, err) < 0))
            return -1;
    }
    for (int i = 0; i < phase->n; i++) {
        *child->guest->progress = phase->steps[i].line;
        if (phase->steps[i].op == OP_ROUTE && put_route(child, sock, &phase->steps[i], err) < 0)
            return -1;
    }
    return 0;
}

static bool
has_own_network(const Child *child)
{
    const PlanStep *netns = plan_find(&child->guest->plan, PLAN_LINK, "netns");

    return netns && strcmp(netns->argv[1], "new") == 0;
}

int
child_loopback(Child *child, Err *err)
{
    int sock, result;

    if (!has_own_network(child))
        return 0;
    sock = rtnl_open(err);
    if (sock < 0)
        return -1;
    result = link_set_up(sock, LO_INDEX, true);
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot set the interface 'lo' up in the guest");
    io_close(&sock);
    return result;
}

int
child_network(Child *child, Err *err)
{
    int sock, result;

    if (!has_own_network(child) || child->guest->plan.phase[PLAN_LINK].n == 1)
        return 0;
    sock = rtnl_open(err);
    if (sock < 0)
        return -1;
    result = configure(child, sock, err);
    io_close(&sock);
    return result;
}
