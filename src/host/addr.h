/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/addr.h - addresses and routes of a network device.
 *
 * Used by: supervisor. As host/link: a socket of rtnl_open(), -1 with errno.
 */
#pragma once

#include <stdint.h>

typedef struct {
    int family; /* AF_INET or AF_INET6 */
    uint8_t bytes[16];
    unsigned prefix; /* full length when the text had none */
} Addr;

/* "10.0.0.5/24", "fd00::1"; -1 with EINVAL */
int addr_parse(const char *text, Addr *ret_addr);

/* @peer: NULL for none. IPv6 without duplicate detection: the address is usable at once. */
int addr_add(int sock, int index, const Addr *addr, const Addr *peer);

typedef struct {
    Addr to;             /* prefix 0: default */
    const Addr *gateway; /* NULL: directly on the device */
    int64_t metric;      /* -1: the kernel's */
    int index;
} AddrRoute;

int addr_add_route(int sock, const AddrRoute *route);
