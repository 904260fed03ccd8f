/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* LIVE/lent: "NAME INDEX MAC" for each device of the host that is in the guest. When the supervisor was
 * killed, the kernel brings a real device back with the end of the namespace, but under the name that it
 * had inside; index and address tell which one it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "host/link.h"
#include "host/rtnl.h"
#include "supervisor/guest-priv.h"

#define LENT_FILE "lent"
#define LENT_MAX  65536

int
lent_record(int live_fd, const char *name, int index, const char *mac, Err *err)
{
    char escaped[IF_NAMESIZE * 4 + 1], line[160];
    int fd = openat(live_fd, LENT_FILE, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int size, result;

    (void)plan_escape(name, escaped, sizeof escaped);
    size = io_format(line, sizeof line, "%s %d %s\n", escaped, index, mac);
    result = fd < 0 || size < 0 ? -1 : io_write_all(fd, line, (size_t)size);
    if (result < 0)
        (void)err_set_errno(err, errno, "cannot note that the interface '%s' is lent", name);
    io_close(&fd);
    return result;
}

static void
restore_one(int sock, const PlanOp *op)
{
    uint8_t mac[LINK_MAC_SIZE];
    uint64_t index = 0;
    LinkInfo info;

    if (op->argc != 3 || io_parse_u64(op->argv[1], INT32_MAX, &index) < 0 ||
        link_parse_mac(op->argv[2], mac) < 0 || link_find_index(sock, (int)index, &info) < 0)
        return;
    if (strcmp(info.name, op->argv[0]) != 0 && memcmp(info.mac, mac, sizeof mac) == 0)
        (void)link_rename(sock, (int)index, op->argv[0]); /* the name is taken: it keeps this one */
}

void
lent_restore(int live_fd)
{
    char *text = NULL, why[128];
    ssize_t size = io_slurp(live_fd, LENT_FILE, LENT_MAX, &text);
    int sock = size < 0 ? -1 : rtnl_open(NULL);
    PlanReader reader;
    PlanOp op;

    if (size < 0)
        return;
    plan_reader_init(&reader, text, (size_t)size);
    while (sock >= 0 && plan_next(&reader, &op, why, sizeof why) == 1)
        restore_one(sock, &op);
    io_close(&sock);
    free(text);
    (void)unlinkat(live_fd, LENT_FILE, 0);
}
