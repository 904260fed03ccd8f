/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodged: watches over the supervisors of running guests.
 *
 * Theory of operation. A supervisor stays with each guest and each network; a pidfd on it becomes readable
 * when it is gone: then the house is reaped, which records those that were killed as crashed, cleans up,
 * and does what on_crash says. What starts later is heard of by the lifecycle events. A slow timer
 * looks after whatever was missed.
 *
 * Bounded: one descriptor a guest or network. Deliberately not done: no socket is opened, nothing is kept that is
 * not in the house's own files, and ending lodged ends no guest.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include <lodge/lodge.h>
#include <lodge/virterror.h>

#include "util/fd.h"

#define LOOK_MS 30000 /* how late what was missed is found at worst; costs one wakeup */

typedef struct {
    virConnectPtr conn;
    gboolean foreground, leave;
    GHashTable *watches; /* pid of a supervisor -> handle of the loop */
} Daemon;

static void G_GNUC_PRINTF(3, 4) say(const Daemon *daemon, int priority, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    if (daemon->foreground) {
        vfprintf(stderr, format, list);
        fputc('\n', stderr);
    } else {
        vsyslog(priority, format, list);
    }
    va_end(list);
}

static void
on_library_error(void *opaque, virErrorPtr error)
{
    /* The default prints; errors are said once, where they end. */
}

static void
reap(Daemon *daemon)
{
    int n = lodge_connect_reap(daemon->conn);

    if (n < 0)
        say(daemon, LOG_ERR, "cannot clean up after guests: %s", virGetLastErrorMessage());
    else if (n > 0)
        say(daemon, LOG_WARNING, "cleaned up after %d whose supervisor was killed", n);
}

typedef struct {
    Daemon *daemon;
    int pid, fd;
} Watched;

static void
watched_free(void *opaque)
{
    Watched *watched = opaque;

    fd_close(watched->fd);
    g_free(watched);
}

static void
on_supervisor_gone(int handle, int fd, int events, void *opaque)
{
    const Watched *watched = opaque;
    Daemon *daemon = watched->daemon;

    g_hash_table_remove(daemon->watches, GINT_TO_POINTER(watched->pid));
    virEventRemoveHandle(handle); /* ends watched */
    reap(daemon);
}

static gboolean
is_guest_active(const void *dom)
{
    return virDomainIsActive((virDomainPtr)dom) == 1;
}

static gboolean
is_network_active(const void *network)
{
    return virNetworkIsActive((virNetworkPtr)network) == 1;
}

/* @pid: the supervisor of @object, which is called @name */
static void
watch(Daemon *daemon, int pid, gboolean (*is_active)(const void *object), const void *object,
      const char *name)
{
    Watched *watched;
    int handle;

    if (pid <= 0 || g_hash_table_contains(daemon->watches, GINT_TO_POINTER(pid)))
        return;
    watched = g_new0(Watched, 1);
    watched->daemon = daemon;
    watched->pid = pid;
    watched->fd = (int)syscall(SYS_pidfd_open, pid, 0); /* CLOEXEC always */
    /* Active still: then the descriptor is the supervisor's and not that of a later process. */
    if (watched->fd < 0 || !is_active(object)) {
        watched_free(watched);
        reap(daemon);
        return;
    }
    handle = virEventAddHandle(watched->fd, VIR_EVENT_HANDLE_READABLE, on_supervisor_gone, watched,
                               watched_free);
    if (handle < 0) {
        say(daemon, LOG_ERR, "cannot watch '%s': %s", name, virGetLastErrorMessage());
        watched_free(watched);
        return;
    }
    g_hash_table_insert(daemon->watches, GINT_TO_POINTER(pid), GINT_TO_POINTER(handle));
}

static void
watch_guests(Daemon *daemon)
{
    virDomainPtr *doms = NULL;
    int n = virConnectListAllDomains(daemon->conn, &doms, VIR_CONNECT_LIST_DOMAINS_ACTIVE);

    for (int i = 0; i < n; i++) {
        watch(daemon, (int)virDomainGetID(doms[i]), is_guest_active, doms[i],
              virDomainGetName(doms[i]));
        virDomainFree(doms[i]);
    }
    free(doms);
}

static void
watch_networks(Daemon *daemon)
{
    virNetworkPtr *networks = NULL;
    int n = virConnectListAllNetworks(daemon->conn, &networks, VIR_CONNECT_LIST_NETWORKS_ACTIVE);

    for (int i = 0; i < n; i++) {
        watch(daemon, lodge_network_supervisor(networks[i]), is_network_active, networks[i],
              virNetworkGetName(networks[i]));
        virNetworkFree(networks[i]);
    }
    free(networks);
}

static int
on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    if (event == VIR_DOMAIN_EVENT_STARTED)
        watch_guests(opaque); /* the event's own id may be older than a restart */
    return 0;
}

static void
on_network(virConnectPtr conn, virNetworkPtr network, int event, int detail, void *opaque)
{
    if (event == VIR_NETWORK_EVENT_STARTED)
        watch_networks(opaque);
}

static void
on_timer(int timer, void *opaque)
{
    reap(opaque);
    watch_guests(opaque);
    watch_networks(opaque);
}

static void
on_signal(int handle, int fd, int events, void *opaque)
{
    ((Daemon *)opaque)->leave = TRUE;
}

static void
report(const char *line, void *opaque)
{
    say(opaque, LOG_ERR, "%s", line);
}

/* Opens the house and sets everything up; FALSE, said. */
static gboolean
start(Daemon *daemon, const char *uri, gboolean autostart, int signal_fd)
{
    if (virEventRegisterDefaultImpl() < 0 || !(daemon->conn = virConnectOpen(uri)) ||
        virEventAddHandle(signal_fd, VIR_EVENT_HANDLE_READABLE, on_signal, daemon, NULL) < 0 ||
        virEventAddTimeout(LOOK_MS, on_timer, daemon, NULL) < 0 ||
        virConnectDomainEventRegisterAny(daemon->conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                         (virConnectDomainEventGenericCallback)(void *)on_lifecycle,
                                         daemon, NULL) < 0 ||
        virConnectNetworkEventRegisterAny(daemon->conn, NULL, VIR_NETWORK_EVENT_ID_LIFECYCLE,
                                          (virConnectNetworkEventGenericCallback)(void *)on_network,
                                          daemon, NULL) < 0) {
        say(daemon, LOG_ERR, "lodged: cannot watch '%s': %s", uri ? uri : "lodge:///",
            virGetLastErrorMessage());
        return FALSE;
    }
    reap(daemon);
    if (autostart)
        (void)lodge_connect_autostart(daemon->conn, report, daemon); /* each failure is reported */
    watch_guests(daemon);
    watch_networks(daemon);
    return TRUE;
}

/* Returns the exit status; -1: go on. */
static int
take_options(int argc, char **argv, Daemon *daemon, const char **uri, gboolean *autostart)
{
    static const struct option options[] = {{"foreground", no_argument, NULL, 'f'},
                                            {"autostart", no_argument, NULL, 'a'},
                                            {"connect", required_argument, NULL, 'c'},
                                            {"uri", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    int letter;

    while ((letter = getopt_long(argc, argv, "fc:hv", options, NULL)) != -1) {
        switch (letter) {
        case 'f':
            daemon->foreground = TRUE;
            break;
        case 'a':
            *autostart = TRUE;
            break;
        case 'c':
            *uri = optarg;
            break;
        case 'v':
            printf("%s\n", lodge_version());
            return 0;
        default:
            printf("lodged [--foreground] [--autostart] [-c URI]\n"
                   "Watches over running guests and cleans up when a supervisor is killed.\n");
            return letter == 'h' ? 0 : 1;
        }
    }
    if (optind < argc)
        fprintf(stderr, "lodged: unexpected data '%s'\n", argv[optind]);
    return optind < argc ? 1 : -1;
}

int
main(int argc, char **argv)
{
    Daemon state = {.watches = g_hash_table_new(NULL, NULL)};
    gboolean autostart = FALSE, ok;
    const char *uri = NULL;
    sigset_t set;
    int status = take_options(argc, argv, &state, &uri, &autostart);
    g_auto(Fd) signal_fd = -1;

    if (status >= 0)
        return status;
    virSetErrorFunc(NULL, on_library_error);
    if (!state.foreground && daemon(0, 0) < 0) {
        fprintf(stderr, "lodged: cannot go to the background: %s\n", g_strerror(errno));
        return 1;
    }
    openlog("lodged", LOG_PID, LOG_DAEMON);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    ok = start(&state, uri, autostart, signal_fd);
    while (ok && !state.leave)
        ok = virEventRunDefaultImpl() >= 0;
    if (state.conn)
        virConnectClose(state.conn);
    g_hash_table_unref(state.watches);
    return ok ? 0 : 1;
}
