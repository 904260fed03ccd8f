/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/rtnl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/io.h"

#define ANSWER_MAX 32768 /* a link with statistics and virtual functions */

int
rtnl_open(Err *err)
{
    int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (sock < 0)
        return err_set_errno(err, errno, "cannot talk to the kernel about network devices");
    return sock;
}

void
rtnl_begin(RtnlMessage *message, uint16_t type, uint16_t flags, const void *body, size_t size)
{
    memset(message, 0, sizeof *message);
    message->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(size);
    message->header.nlmsg_type = type;
    message->header.nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST);
    memcpy(NLMSG_DATA(&message->header), body, size);
}

void
rtnl_put(RtnlMessage *message, uint16_t type, const void *data, size_t size)
{
    size_t at = NLMSG_ALIGN((size_t)message->header.nlmsg_len);
    struct rtattr *attr;

    if (at > sizeof message->bytes || RTA_SPACE(size) > sizeof message->bytes - at) {
        message->header.nlmsg_len = UINT32_MAX; /* stays so; rtnl_talk() refuses it */
        return;
    }
    attr = (struct rtattr *)(message->bytes + at);
    attr->rta_type = type;
    attr->rta_len = (uint16_t)RTA_LENGTH(size);
    if (size > 0)
        memcpy(RTA_DATA(attr), data, size);
    message->header.nlmsg_len = (uint32_t)(at + RTA_LENGTH(size));
}

void
rtnl_put_u32(RtnlMessage *message, uint16_t type, uint32_t value)
{
    rtnl_put(message, type, &value, sizeof value);
}

void
rtnl_put_text(RtnlMessage *message, uint16_t type, const char *text)
{
    rtnl_put(message, type, text, strlen(text) + 1);
}

struct rtattr *
rtnl_nest(RtnlMessage *message, uint16_t type)
{
    size_t at = NLMSG_ALIGN((size_t)message->header.nlmsg_len);

    rtnl_put(message, type, NULL, 0);
    return (struct rtattr *)(message->bytes + (at < sizeof message->bytes ? at : 0));
}

void
rtnl_unnest(RtnlMessage *message, struct rtattr *nest)
{
    if (message->header.nlmsg_len <= sizeof message->bytes)
        nest->rta_len = (uint16_t)(message->bytes + message->header.nlmsg_len - (char *)nest);
}

/* Receives one datagram; its first message goes to @reply, as far as it fits. */
static int
take_answer(int sock, uint32_t sequence, RtnlMessage *reply)
{
    union {
        struct nlmsghdr header;
        char bytes[ANSWER_MAX];
    } answer;
    ssize_t n;

    do {
        n = recv(sock, &answer, sizeof answer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < (ssize_t)sizeof answer.header) {
            if (n >= 0)
                errno = EPROTO;
            return -1;
        }
    } while (n < 0 || answer.header.nlmsg_seq != sequence);
    if (answer.header.nlmsg_type == NLMSG_ERROR) {
        const struct nlmsgerr *error = NLMSG_DATA(&answer.header);

        if (error->error == 0)
            return 0;
        errno = -error->error;
        return -1;
    }
    if (reply) {
        /* what we look for stands at the beginning; a cut attribute is never found */
        size_t size = answer.header.nlmsg_len < sizeof reply->bytes ? answer.header.nlmsg_len
                                                                    : sizeof reply->bytes;

        memcpy(reply->bytes, answer.bytes, size);
        reply->header.nlmsg_len = (uint32_t)size;
        return 1;
    }
    return 0;
}

int
rtnl_talk(int sock, RtnlMessage *message, RtnlMessage *reply)
{
    static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    const uint32_t sequence = 1; /* one question at a time on this socket */
    int got;

    if (message->header.nlmsg_len > sizeof message->bytes) {
        errno = EMSGSIZE;
        return -1;
    }
    message->header.nlmsg_flags |= reply ? 0 : NLM_F_ACK;
    message->header.nlmsg_seq = sequence;
    if (sendto(sock, message, message->header.nlmsg_len, 0, (const struct sockaddr *)&kernel,
               sizeof kernel) < 0)
        return -1;
    got = take_answer(sock, sequence, reply);
    return got < 0 ? -1 : 0;
}

const struct rtattr *
rtnl_find(const RtnlMessage *message, size_t body_size, uint16_t type)
{
    size_t at = NLMSG_SPACE(body_size), end = message->header.nlmsg_len;

    while (at + sizeof(struct rtattr) <= end) {
        const struct rtattr *attr = (const struct rtattr *)(message->bytes + at);

        if (attr->rta_len < sizeof *attr || at + attr->rta_len > end)
            return NULL;
        if ((attr->rta_type & NLA_TYPE_MASK) == type)
            return attr;
        at += RTA_ALIGN(attr->rta_len);
    }
    return NULL;
}
