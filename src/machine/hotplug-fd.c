/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/hotplug-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "host/link.h"
#include "host/rtnl.h"
#include "host/tap.h"
#include "supervisor/plan.h"
#include "util/error.h"
#include "util/fd.h"

static void
hotplug_fd_clear(gpointer data)
{
    fd_close(((HotplugFd *)data)->fd);
}

GArray *
hotplug_fds_new(void)
{
    GArray *fds = g_array_new(FALSE, FALSE, sizeof(HotplugFd));

    g_array_set_clear_func(fds, hotplug_fd_clear);
    return fds;
}

int
hotplug_fds_get(const GArray *fds, int number)
{
    for (guint i = 0; i < fds->len; i++)
        if (g_array_index(fds, HotplugFd, i).number == number)
            return g_array_index(fds, HotplugFd, i).fd;
    return -1;
}

static void
fds_add(GArray *fds, int number, int fd)
{
    HotplugFd one = {number, fd};

    g_array_append_val(fds, one);
}

/* open FD PATH ro|rw|append */
static gboolean
fds_open_file(GArray *fds, const PlanOp *op, GError **error)
{
    gboolean is_ro = strcmp(op->argv[3], "ro") == 0;
    int fd;

    if (strcmp(op->argv[3], "append") == 0)
        fd = open(op->argv[2], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    else
        fd = open(op->argv[2], (is_ro ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open '%s' %s", op->argv[2],
                               is_ro ? "for reading" : "for reading and writing");
    fds_add(fds, (int)g_ascii_strtoull(op->argv[1], NULL, 10), fd);
    return TRUE;
}

/* tap FD ALIAS HOSTNAME MAC MTU BRIDGE QUEUES */
static gboolean
fds_make_tap(GArray *fds, const PlanOp *op, char **ret_host_name, GError **error)
{
    guint8 mac[LINK_MAC_SIZE];
    int number = (int)g_ascii_strtoull(op->argv[1], NULL, 10);
    int n = (int)g_ascii_strtoull(op->argv[7], NULL, 10), queues[TAP_QUEUES_MAX];
    g_auto(Fd) sock = rtnl_open(NULL);
    char name[IF_NAMESIZE];
    LinkInfo own, bridge = {0};
    LinkSettings settings = {.mtu = (guint)g_ascii_strtoull(op->argv[5], NULL, 10), .is_up = TRUE};
    Err err = {0};

    if (n < 1 || n > TAP_QUEUES_MAX || strlen(op->argv[3]) >= sizeof(name))
        return error_set(error, LODGE_ERROR_INTERNAL, "a tap with %d queues", n);
    g_strlcpy(name, op->argv[3], sizeof(name));
    if (tap_open(name, n, queues, &err) < 0)
        return error_set(error, LODGE_ERROR_IO, "%s", err.text);
    for (int i = 0; i < n; i++)
        fds_add(fds, number + i, queues[i]);
    if (*op->argv[4] && link_parse_mac(op->argv[4], mac) == 0)
        settings.mac = mac;
    if (sock < 0 || (*op->argv[6] && link_find(sock, op->argv[6], &bridge) < 0))
        return error_set_errno(error, errno, "cannot find the bridge '%s'", op->argv[6]);
    settings.bridge_index = bridge.index;
    if (link_find(sock, name, &own) < 0 || link_configure(sock, own.index, &settings) < 0)
        return error_set_errno(error, errno, "cannot set up '%s'", name);
    if (ret_host_name)
        *ret_host_name = g_strdup(name);
    return TRUE;
}

gboolean
hotplug_fds_open(GArray *fds, const char *host, char **ret_host_name, GError **error)
{
    g_autofree char *buf = g_strdup(host);
    g_autofree PlanOp *op = g_new(PlanOp, 1);
    PlanReader reader;
    char problem[200];
    int got;

    plan_reader_init(&reader, buf, strlen(buf));
    while ((got = plan_next(&reader, op, problem, sizeof(problem))) > 0) {
        gboolean ok;

        if (strcmp(op->argv[0], "open") == 0 && op->argc == 4)
            ok = fds_open_file(fds, op, error);
        else if (strcmp(op->argv[0], "tap") == 0 && op->argc == 8)
            ok = fds_make_tap(fds, op, ret_host_name, error);
        else
            ok = error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                           "this device needs '%s', which only a start can give; use --config",
                           op->argv[0]);
        if (!ok)
            return FALSE;
    }
    return got == 0 || error_set(error, LODGE_ERROR_INTERNAL, "%s", problem);
}
