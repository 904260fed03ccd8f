/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/rtnl.h - talk rtnetlink: build one message, send it, take the answer.
 *
 * Used by: host/link, host/addr.
 * libc only.
 */
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#include "host/err.h"

#define RTNL_MESSAGE_MAX 2048

typedef struct {
    union {
        struct nlmsghdr header;
        char bytes[RTNL_MESSAGE_MAX];
    };
} RtnlMessage;

/* A netlink socket of the network namespace that the caller is in now; it stays there. */
int rtnl_open(Err *err);

void rtnl_begin(RtnlMessage *message, uint16_t type, uint16_t flags, const void *body, size_t size);
void rtnl_put(RtnlMessage *message, uint16_t type, const void *data, size_t size);
void rtnl_put_u32(RtnlMessage *message, uint16_t type, uint32_t value);
void rtnl_put_text(RtnlMessage *message, uint16_t type, const char *text);
/* Attributes until rtnl_unnest() lie inside this one. */
struct rtattr *rtnl_nest(RtnlMessage *message, uint16_t type);
void rtnl_unnest(RtnlMessage *message, struct rtattr *nest);

/**
 * rtnl_talk:
 * @reply: (out) (nullable): filled with the first message of the answer
 *
 * Returns: 0; or -1 with errno set to what the kernel said
 */
int rtnl_talk(int sock, RtnlMessage *message, RtnlMessage *reply);

/* The attribute @type among those after a body of @body_size bytes, or NULL. */
const struct rtattr *rtnl_find(const RtnlMessage *message, size_t body_size, uint16_t type);
