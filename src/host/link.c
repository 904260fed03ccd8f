/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/link.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"
#include "host/rtnl.h"

#define TICKS_PER_S 100 /* of bridge timers: USER_HZ */

static void
begin_link(RtnlMessage *message, uint16_t type, uint16_t flags, struct ifinfomsg info)
{
    info.ifi_family = AF_UNSPEC;
    rtnl_begin(message, type, flags, &info, sizeof info);
}

static int
find(int sock, RtnlMessage *question, LinkInfo *ret_info)
{
    RtnlMessage reply;
    const struct ifinfomsg *body = NLMSG_DATA(&reply.header);
    const struct rtattr *attr;

    if (rtnl_talk(sock, question, &reply) < 0)
        return -1;
    *ret_info = (LinkInfo){.index = body->ifi_index, .is_up = body->ifi_flags & IFF_UP};
    if ((attr = rtnl_find(&reply, sizeof *body, IFLA_IFNAME)))
        (void)snprintf(ret_info->name, sizeof ret_info->name, "%s", (const char *)RTA_DATA(attr));
    if ((attr = rtnl_find(&reply, sizeof *body, IFLA_ADDRESS)) &&
        RTA_PAYLOAD(attr) == LINK_MAC_SIZE)
        memcpy(ret_info->mac, RTA_DATA(attr), LINK_MAC_SIZE);
    if ((attr = rtnl_find(&reply, sizeof *body, IFLA_MTU)))
        memcpy(&ret_info->mtu, RTA_DATA(attr), sizeof ret_info->mtu);
    if ((attr = rtnl_find(&reply, sizeof *body, IFLA_IFALIAS)))
        (void)snprintf(ret_info->alias, sizeof ret_info->alias, "%s", (const char *)RTA_DATA(attr));
    return 0;
}

int
link_find(int sock, const char *name, LinkInfo *ret_info)
{
    RtnlMessage message;

    if (!*name || strlen(name) >= IF_NAMESIZE) {
        errno = ENODEV;
        return -1;
    }
    begin_link(&message, RTM_GETLINK, 0, (struct ifinfomsg){0});
    rtnl_put_text(&message, IFLA_IFNAME, name);
    return find(sock, &message, ret_info);
}

int
link_find_index(int sock, int index, LinkInfo *ret_info)
{
    RtnlMessage message;

    begin_link(&message, RTM_GETLINK, 0, (struct ifinfomsg){.ifi_index = index});
    return find(sock, &message, ret_info);
}

static unsigned
up_flag(bool is_up)
{
    return is_up ? IFF_UP : 0;
}

int
link_make_veth(int sock, const LinkVeth *veth)
{
    RtnlMessage message;
    struct rtattr *info, *data, *peer;
    /* not up: the kernel would open it before it knows its other end (ENOTCONN) */
    struct ifinfomsg guest = {0};

    begin_link(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
               (struct ifinfomsg){.ifi_flags = IFF_UP, .ifi_change = IFF_UP});
    rtnl_put_text(&message, IFLA_IFNAME, veth->host_name);
    if (veth->mtu)
        rtnl_put_u32(&message, IFLA_MTU, veth->mtu);
    if (veth->bridge_index)
        rtnl_put_u32(&message, IFLA_MASTER, (uint32_t)veth->bridge_index);
    info = rtnl_nest(&message, IFLA_LINKINFO);
    rtnl_put_text(&message, IFLA_INFO_KIND, "veth");
    data = rtnl_nest(&message, IFLA_INFO_DATA);
    peer = rtnl_nest(&message, VETH_INFO_PEER);
    /* the body of a link message stands before the peer's attributes */
    memcpy(message.bytes + message.header.nlmsg_len, &guest, sizeof guest);
    message.header.nlmsg_len += (uint32_t)NLMSG_ALIGN(sizeof guest);
    rtnl_put_text(&message, IFLA_IFNAME, veth->guest_name);
    rtnl_put_u32(&message, IFLA_NET_NS_PID, (uint32_t)veth->pid);
    if (veth->mac)
        rtnl_put(&message, IFLA_ADDRESS, veth->mac, LINK_MAC_SIZE);
    if (veth->mtu)
        rtnl_put_u32(&message, IFLA_MTU, veth->mtu);
    rtnl_unnest(&message, peer);
    rtnl_unnest(&message, data);
    rtnl_unnest(&message, info);
    return rtnl_talk(sock, &message, NULL);
}

int
link_make_macvlan(int sock, const LinkMacvlan *macvlan)
{
    RtnlMessage message;
    struct rtattr *info, *data;

    begin_link(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
               (struct ifinfomsg){.ifi_flags = up_flag(macvlan->is_up), .ifi_change = IFF_UP});
    rtnl_put_text(&message, IFLA_IFNAME, macvlan->guest_name);
    rtnl_put_u32(&message, IFLA_LINK, (uint32_t)macvlan->parent_index);
    if (macvlan->pid)
        rtnl_put_u32(&message, IFLA_NET_NS_PID, (uint32_t)macvlan->pid);
    if (macvlan->mac)
        rtnl_put(&message, IFLA_ADDRESS, macvlan->mac, LINK_MAC_SIZE);
    if (macvlan->mtu)
        rtnl_put_u32(&message, IFLA_MTU, macvlan->mtu);
    info = rtnl_nest(&message, IFLA_LINKINFO);
    rtnl_put_text(&message, IFLA_INFO_KIND, macvlan->is_macvtap ? "macvtap" : "macvlan");
    data = rtnl_nest(&message, IFLA_INFO_DATA);
    rtnl_put_u32(&message, IFLA_MACVLAN_MODE, macvlan->mode);
    rtnl_unnest(&message, data);
    rtnl_unnest(&message, info);
    return rtnl_talk(sock, &message, NULL);
}

int
link_make_bridge(int sock, const LinkBridge *bridge)
{
    RtnlMessage message;
    struct rtattr *info, *data;

    begin_link(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, (struct ifinfomsg){0});
    rtnl_put_text(&message, IFLA_IFNAME, bridge->name);
    if (bridge->mac)
        rtnl_put(&message, IFLA_ADDRESS, bridge->mac, LINK_MAC_SIZE);
    if (bridge->mtu)
        rtnl_put_u32(&message, IFLA_MTU, bridge->mtu);
    info = rtnl_nest(&message, IFLA_LINKINFO);
    rtnl_put_text(&message, IFLA_INFO_KIND, "bridge");
    data = rtnl_nest(&message, IFLA_INFO_DATA);
    rtnl_put_u32(&message, IFLA_BR_FORWARD_DELAY, bridge->delay_s * TICKS_PER_S);
    rtnl_put_u32(&message, IFLA_BR_STP_STATE, bridge->stp);
    rtnl_unnest(&message, data);
    rtnl_unnest(&message, info);
    if (rtnl_talk(sock, &message, NULL) < 0)
        return -1;
    /* the alias is not taken at birth */
    begin_link(&message, RTM_NEWLINK, 0,
               (struct ifinfomsg){.ifi_flags = IFF_UP, .ifi_change = IFF_UP});
    rtnl_put_text(&message, IFLA_IFNAME, bridge->name);
    if (bridge->alias && *bridge->alias)
        rtnl_put(&message, IFLA_IFALIAS, bridge->alias, strlen(bridge->alias));
    return rtnl_talk(sock, &message, NULL);
}

int
link_move(int sock, int index, pid_t pid, const char *new_name)
{
    RtnlMessage message;

    begin_link(&message, RTM_NEWLINK, 0, (struct ifinfomsg){.ifi_index = index});
    rtnl_put_u32(&message, IFLA_NET_NS_PID, (uint32_t)pid);
    if (new_name)
        rtnl_put_text(&message, IFLA_IFNAME, new_name);
    return rtnl_talk(sock, &message, NULL);
}

int
link_set_up(int sock, int index, bool up)
{
    RtnlMessage message;

    begin_link(
        &message, RTM_NEWLINK, 0,
        (struct ifinfomsg){.ifi_index = index, .ifi_flags = up_flag(up), .ifi_change = IFF_UP});
    return rtnl_talk(sock, &message, NULL);
}

int
link_configure(int sock, int index, const LinkSettings *settings)
{
    RtnlMessage message;

    begin_link(&message, RTM_NEWLINK, 0,
               (struct ifinfomsg){.ifi_index = index,
                                  .ifi_flags = up_flag(settings->is_up),
                                  .ifi_change = settings->is_up ? IFF_UP : 0});
    if (settings->mac)
        rtnl_put(&message, IFLA_ADDRESS, settings->mac, LINK_MAC_SIZE);
    if (settings->mtu)
        rtnl_put_u32(&message, IFLA_MTU, settings->mtu);
    if (settings->bridge_index)
        rtnl_put_u32(&message, IFLA_MASTER, (uint32_t)settings->bridge_index);
    return rtnl_talk(sock, &message, NULL);
}

int
link_set_mac(int sock, int index, const uint8_t mac[LINK_MAC_SIZE])
{
    RtnlMessage message;

    begin_link(&message, RTM_NEWLINK, 0, (struct ifinfomsg){.ifi_index = index});
    rtnl_put(&message, IFLA_ADDRESS, mac, LINK_MAC_SIZE);
    return rtnl_talk(sock, &message, NULL);
}

int
link_rename(int sock, int index, const char *name)
{
    RtnlMessage message;

    if (link_set_up(sock, index, false) < 0)
        return -1;
    begin_link(&message, RTM_NEWLINK, 0, (struct ifinfomsg){.ifi_index = index});
    rtnl_put_text(&message, IFLA_IFNAME, name);
    return rtnl_talk(sock, &message, NULL);
}

int
link_delete(int sock, int index)
{
    RtnlMessage message;

    begin_link(&message, RTM_DELLINK, 0, (struct ifinfomsg){.ifi_index = index});
    return rtnl_talk(sock, &message, NULL);
}

/* An index is not given out again soon, but it may be: the name has to agree. */
static bool
is_there(int sock, int index, const char *name)
{
    LinkInfo info;

    return link_find_index(sock, index, &info) == 0 && strcmp(info.name, name) == 0;
}

int
link_wait_gone(int index, const char *name, int timeout_ms)
{
    struct sockaddr_nl group = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
    struct pollfd news = {.fd = rtnl_open(NULL), .events = POLLIN};
    int64_t deadline = clock_ms() + timeout_ms;
    int sock = rtnl_open(NULL), result = -1;
    char scratch[4096];

    /* notices are asked for before the first look: none is missed */
    if (news.fd >= 0 && sock >= 0 && bind(news.fd, (struct sockaddr *)&group, sizeof group) == 0) {
        while (is_there(sock, index, name) && clock_ms() < deadline) {
            (void)poll(&news, 1, (int)(deadline - clock_ms()));
            while (recv(news.fd, scratch, sizeof scratch, MSG_DONTWAIT) > 0)
                ;
        }
        result = is_there(sock, index, name) ? -1 : 0;
        if (result < 0)
            errno = ETIMEDOUT;
    }
    io_close(&news.fd);
    io_close(&sock);
    return result;
}

static int
hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

int
link_parse_mac(const char *text, uint8_t ret_mac[LINK_MAC_SIZE])
{
    for (int i = 0; i < LINK_MAC_SIZE; i++, text += 3) {
        int high = hex_value(text[0]), low = high < 0 ? -1 : hex_value(text[1]);

        if (low < 0 || text[2] != (i == LINK_MAC_SIZE - 1 ? '\0' : ':')) {
            errno = EINVAL;
            return -1;
        }
        ret_mac[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}

void
link_format_mac(const uint8_t mac[LINK_MAC_SIZE], char ret_text[18])
{
    (void)snprintf(ret_text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                   mac[4], mac[5]);
}
