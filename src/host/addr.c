/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host/io.h"
#include "host/rtnl.h"

static unsigned
bits(int family)
{
    return family == AF_INET ? 32 : 128;
}

int
addr_parse(const char *text, Addr *ret_addr)
{
    char address[INET6_ADDRSTRLEN];
    size_t length = strcspn(text, "/");
    uint64_t prefix = 0;
    Addr addr = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};

    if (io_format(address, sizeof address, "%.*s", (int)length, text) < 0 ||
        inet_pton(addr.family, address, addr.bytes) != 1) {
        errno = EINVAL;
        return -1;
    }
    addr.prefix = bits(addr.family);
    if (text[length]) {
        if (io_parse_u64(text + length + 1, bits(addr.family), &prefix) < 0)
            return -1;
        addr.prefix = (unsigned)prefix;
    }
    *ret_addr = addr;
    return 0;
}

int
addr_add(int sock, int index, const Addr *addr, const Addr *peer)
{
    struct ifaddrmsg body = {.ifa_family = (uint8_t)addr->family,
                             .ifa_prefixlen = (uint8_t)(peer ? peer->prefix : addr->prefix),
                             .ifa_flags = addr->family == AF_INET6 ? IFA_F_NODAD : 0,
                             .ifa_index = (uint32_t)index};
    size_t size = bits(addr->family) / 8;
    RtnlMessage message;

    rtnl_begin(&message, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
    rtnl_put(&message, IFA_LOCAL, addr->bytes, size);
    rtnl_put(&message, IFA_ADDRESS, peer ? peer->bytes : addr->bytes, size);
    if (addr->family == AF_INET && !peer && addr->prefix < 31) {
        uint32_t broadcast;

        memcpy(&broadcast, addr->bytes, sizeof broadcast);
        broadcast |= htonl(UINT32_MAX >> addr->prefix);
        rtnl_put(&message, IFA_BROADCAST, &broadcast, sizeof broadcast);
    }
    return rtnl_talk(sock, &message, NULL);
}

int
addr_add_route(int sock, const AddrRoute *route)
{
    struct rtmsg body = {.rtm_family = (uint8_t)route->to.family,
                         .rtm_dst_len = (uint8_t)route->to.prefix,
                         .rtm_table = RT_TABLE_MAIN,
                         .rtm_protocol = RTPROT_STATIC,
                         .rtm_scope = route->gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
                         .rtm_type = RTN_UNICAST};
    size_t size = bits(route->to.family) / 8;
    RtnlMessage message;

    rtnl_begin(&message, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof body);
    if (route->to.prefix > 0)
        rtnl_put(&message, RTA_DST, route->to.bytes, size);
    if (route->gateway)
        rtnl_put(&message, RTA_GATEWAY, route->gateway->bytes, size);
    if (route->metric >= 0)
        rtnl_put_u32(&message, RTA_PRIORITY, (uint32_t)route->metric);
    rtnl_put_u32(&message, RTA_OIF, (uint32_t)route->index);
    return rtnl_talk(sock, &message, NULL);
}
