/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The event loop, journal events, streams. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/object.h"
#include "core/journal.h"
#include "fixture.h"

static int timer_runs, handle_runs, freed;

static void
on_free(void *opaque)
{
    freed++;
}

static void
on_timer(int timer, void *opaque)
{
    if (++timer_runs == 2)
        virEventRemoveTimeout(timer);
}

static void
on_handle(int watch, int fd, int events, void *opaque)
{
    char byte;

    g_assert_cmpint(events & VIR_EVENT_HANDLE_READABLE, !=, 0);
    g_assert_cmpint(read(fd, &byte, 1), ==, 1);
    handle_runs++;
    virEventRemoveHandle(watch);
}

static void
test_loop(void)
{
    int fds[2];
    int timer, watch;

    virSetErrorFunc(NULL, quiet);
    g_assert_cmpint(virEventRegisterDefaultImpl(), ==, 0);
    g_assert_cmpint(pipe(fds), ==, 0);
    timer = virEventAddTimeout(0, on_timer, NULL, on_free);
    watch = virEventAddHandle(fds[0], VIR_EVENT_HANDLE_READABLE, on_handle, NULL, on_free);
    g_assert_cmpint(timer, >, 0);
    g_assert_cmpint(watch, >, 0);
    g_assert_cmpint(write(fds[1], "xy", 2), ==, 2);
    for (int i = 0; i < 3 && timer_runs < 2; i++)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    g_assert_cmpint(timer_runs, ==, 2);
    g_assert_cmpint(handle_runs, ==, 1); /* removed by itself; the second byte is left */
    g_assert_cmpint(freed, ==, 2);
    g_assert_cmpint(virEventRemoveHandle(watch), ==, -1);
    g_assert_cmpint(virEventRemoveTimeout(timer), ==, -1);
    close(fds[0]);
    close(fds[1]);
}

static void *
wake_later(void *data)
{
    virEventUpdateTimeout(*(int *)data, 0);
    return NULL;
}

/* A change of another thread ends the wait of the loop. */
static void
test_loop_wakes(void)
{
    int timer;
    GThread *thread;

    timer_runs = 0;
    g_assert_cmpint(virEventRegisterDefaultImpl(), ==, 0);
    timer = virEventAddTimeout(-1, on_timer, NULL, NULL);
    thread = g_thread_new("wake", wake_later, &timer);
    while (timer_runs < 2)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    g_thread_join(thread);
}

typedef struct {
    int n, event, detail, id;
    char name[32], uri[32];
    int stop_id; /* deregisters itself when >= 0 */
} Seen;

static int
on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    Seen *seen = opaque;

    seen->n++;
    seen->event = event;
    seen->detail = detail;
    seen->id = (int)virDomainGetID(dom);
    g_strlcpy(seen->name, virDomainGetName(dom), sizeof seen->name);
    if (seen->stop_id >= 0)
        g_assert_cmpint(virConnectDomainEventDeregisterAny(conn, seen->stop_id), ==, 0);
    return 0;
}

static void
on_metadata(virConnectPtr conn, virDomainPtr dom, int type, const char *nsuri, void *opaque)
{
    Seen *seen = opaque;

    seen->n++;
    seen->event = type;
    g_strlcpy(seen->uri, nsuri != NULL ? nsuri : "(none)", sizeof seen->uri);
}

static void
on_network(virConnectPtr conn, virNetworkPtr net, int event, int detail, void *opaque)
{
    Seen *seen = opaque;

    seen->n++;
    seen->event = event;
    g_strlcpy(seen->name, virNetworkGetName(net), sizeof seen->name);
}

static void
write_event(virConnectPtr conn, const char *driver, const char *name, guint8 fill, int id,
            JournalKind kind, int event, int detail, const char *word)
{
    guint8 uuid[16];
    g_autoptr(ObjectRef) ref = NULL;
    g_autoptr(GError) error = NULL;

    memset(uuid, fill, sizeof uuid);
    ref = object_ref_new(name, uuid, id);
    journal_append(conn->paths, driver, ref, kind, event, detail, word, &error);
    g_assert_no_error(error);
}

static void
turn_until(const int *n, int wanted)
{
    gint64 deadline = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;

    while (*n < wanted && g_get_monotonic_time() < deadline)
        g_assert_cmpint(virEventRunDefaultImpl(), ==, 0);
    g_assert_cmpint(*n, ==, wanted);
}

static void
test_journal(void)
{
    virConnectPtr conn;
    virDomainPtr db;
    Seen all = {.stop_id = -1}, only_db = {.stop_id = -1}, metadata = {0}, net = {0};
    int ids[4];

    g_assert_cmpint(virEventRegisterDefaultImpl(), ==, 0);
    conn = open_mock("lxc", FALSE);
    db = virDomainLookupByName(conn, "db");
    freed = 0;
    g_assert_cmpint(virConnectDomainEventRegister(conn, on_lifecycle, &all, on_free), ==, 0);
    g_assert_cmpint(virConnectDomainEventRegister(conn, on_lifecycle, &all, on_free), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_INVALID, "registered already");
    ids[0] = virConnectDomainEventRegisterAny(conn, db, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                              VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), &only_db,
                                              on_free);
    ids[1] = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
                                              VIR_DOMAIN_EVENT_CALLBACK(on_metadata), &metadata,
                                              on_free);
    ids[2] =
        virConnectNetworkEventRegisterAny(conn, NULL, VIR_NETWORK_EVENT_ID_LIFECYCLE,
                                          VIR_NETWORK_EVENT_CALLBACK(on_network), &net, on_free);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(ids[i], >=, 0);
    only_db.stop_id = ids[0];

    write_event(conn, "lxc", "web", 1, 4711, JOURNAL_LIFECYCLE, JOURNAL_STARTED, 0, NULL);
    turn_until(&all.n, 1);
    g_assert_cmpstr(all.name, ==, "web");
    g_assert_cmpint(all.event, ==, VIR_DOMAIN_EVENT_STARTED);
    g_assert_cmpint(all.id, ==, 4711);
    g_assert_cmpint(only_db.n, ==, 0);
    write_event(conn, "lxc", "db", 2, -1, JOURNAL_LIFECYCLE, JOURNAL_STOPPED,
                JOURNAL_STOPPED_CRASHED, NULL);
    turn_until(&all.n, 2);
    g_assert_cmpint(all.detail, ==, VIR_DOMAIN_EVENT_STOPPED_CRASHED);
    g_assert_cmpint(only_db.n, ==, 1);
    g_assert_cmpint(freed, ==, 1); /* it deregistered itself */
    write_event(conn, "lxc", "db", 2, -1, JOURNAL_METADATA_CHANGE, 2, 0, "urn:x");
    write_event(conn, "vnet", "lan", 9, -1, JOURNAL_LIFECYCLE, JOURNAL_NET_STARTED, 0, NULL);
    write_event(conn, "other", "vm", 7, -1, JOURNAL_LIFECYCLE, JOURNAL_STARTED, 0, NULL);
    write_event(conn, "lxc", "web", 1, -1, JOURNAL_LIFECYCLE, JOURNAL_STOPPED, 0, NULL);
    turn_until(&all.n, 3);
    g_assert_cmpint(metadata.n, ==, 1);
    g_assert_cmpstr(metadata.uri, ==, "urn:x");
    g_assert_cmpstr(net.name, ==, "lan");
    g_assert_cmpint(net.event, ==, VIR_NETWORK_EVENT_STARTED);
    g_assert_cmpint(only_db.n, ==, 1);

    g_assert_cmpint(virConnectDomainEventDeregisterAny(conn, ids[2]), ==, -1); /* a network's */
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "not registered");
    g_assert_cmpint(virConnectNetworkEventDeregisterAny(conn, ids[2]), ==, 0);
    g_assert_cmpint(virConnectDomainEventDeregister(conn, on_lifecycle), ==, 0);
    g_assert_cmpint(freed, ==, 3);
    virDomainFree(db);
    g_assert_cmpint(virConnectClose(conn), ==, 0);
    g_assert_cmpint(freed, ==, 4); /* metadata was still registered */
}

static void
on_stream(virStreamPtr stream, int events, void *opaque)
{
    char text[8] = "";

    g_assert_cmpint(events & VIR_STREAM_EVENT_READABLE, !=, 0);
    g_assert_cmpint(virStreamRecv(stream, text, 4), ==, 4);
    g_assert_cmpstr(text, ==, "more");
    (*(int *)opaque)++;
    g_assert_cmpint(virStreamEventRemoveCallback(stream), ==, 0);
}

static void
test_stream(void)
{
    virConnectPtr conn;
    virDomainPtr web;
    virStreamPtr stream;
    char text[16] = "";
    int runs = 0;

    g_assert_cmpint(virEventRegisterDefaultImpl(), ==, 0);
    conn = open_mock("lxc", FALSE);
    web = virDomainLookupByName(conn, "web");
    stream = virStreamNew(conn, VIR_STREAM_NONBLOCK);
    freed = 0;
    g_assert_cmpint(virStreamSend(stream, "x", 1), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_INVALID, "not open");
    g_assert_cmpint(virDomainOpenConsole(web, NULL, stream, VIR_DOMAIN_CONSOLE_FORCE), ==, 0);
    g_assert_cmpstr(mock.last, ==, "console 0x1 web");
    g_assert_cmpint(virDomainOpenConsole(web, NULL, stream, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "in use");
    g_assert_cmpint(virStreamRecv(stream, text, sizeof text), ==, -2);
    g_assert_null(virGetLastError());
    g_assert_cmpint(virStreamSend(stream, "a\0b", 3), ==, 3);
    g_assert_cmpint(read(mock.console_peer, text, sizeof text), ==, 3);
    g_assert_cmpint(memcmp(text, "a\0b", 3), ==, 0);
    g_assert_cmpint(
        virStreamEventAddCallback(stream, VIR_STREAM_EVENT_READABLE, on_stream, &runs, on_free), ==,
        0);
    g_assert_cmpint(
        virStreamEventAddCallback(stream, VIR_STREAM_EVENT_READABLE, on_stream, &runs, on_free), ==,
        -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_INVALID, "callback already");
    g_assert_cmpint(write(mock.console_peer, "more", 4), ==, 4);
    turn_until(&runs, 1);
    g_assert_cmpint(freed, ==, 1);
    close(mock.console_peer);
    g_assert_cmpint(virStreamRecv(stream, text, sizeof text), ==, 0);
    g_assert_cmpint(virStreamFinish(stream), ==, 0);
    g_assert_cmpint(virStreamFinish(stream), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_INVALID, "not open");
    g_assert_cmpint(virStreamFree(stream), ==, 0);
    virDomainFree(web);
    g_assert_cmpint(virConnectClose(conn), ==, 0);
}

static int
give(virStreamPtr stream, char *data, size_t size, void *opaque)
{
    int *left = opaque;
    int n = MIN(*left, (int)size);

    memset(data, 'z', (size_t)n);
    *left -= n;
    return n;
}

static int
refuse(virStreamPtr stream, const char *data, size_t size, void *opaque)
{
    return -1;
}

static void *
drain(void *data)
{
    static char buffer[65536];
    gssize total = 0, n;

    while ((n = read(*(int *)data, buffer, sizeof buffer)) > 0)
        total += n;
    return GSIZE_TO_POINTER((gsize)total);
}

/* More than a socket buffer holds, to a blocking stream. */
static void
test_stream_all(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    virStreamPtr stream = virStreamNew(conn, 0);
    int left = 3000000;
    GThread *thread;

    g_assert_cmpint(virDomainOpenConsole(web, NULL, stream, 0), ==, 0);
    thread = g_thread_new("drain", drain, &mock.console_peer);
    g_assert_cmpint(virStreamSendAll(stream, give, &left), ==, 0);
    g_assert_cmpint(virStreamFinish(stream), ==, 0);
    g_assert_cmpuint(GPOINTER_TO_SIZE(g_thread_join(thread)), ==, 3000000);
    close(mock.console_peer);
    g_assert_cmpint(virDomainOpenConsole(web, NULL, stream, 0), ==, 0);
    g_assert_cmpint(write(mock.console_peer, "x", 1), ==, 1);
    g_assert_cmpint(virStreamRecvAll(stream, refuse, NULL), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_ABORTED, "gave up");
    close(mock.console_peer);
    virStreamFree(stream);
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_no_loop(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    Seen seen = {0};

    virEventRegisterImpl(NULL, NULL, NULL, NULL, NULL, NULL);
    g_assert_cmpint(virConnectDomainEventRegister(conn, on_lifecycle, &seen, NULL), ==, -1);
    ASSERT_ERROR(VIR_ERR_INTERNAL_ERROR, "no event loop is registered");
    g_assert_cmpint(virEventRunDefaultImpl(), ==, -1);
    ASSERT_ERROR(VIR_ERR_INTERNAL_ERROR, "not registered");
    virConnectClose(conn);
}

int
main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/events/loop", test_loop);
    g_test_add_func("/events/loop-wakes", test_loop_wakes);
    g_test_add_func("/events/journal", test_journal);
    g_test_add_func("/events/stream", test_stream);
    g_test_add_func("/events/stream-all", test_stream_all);
    g_test_add_func("/events/errors-no-loop", test_no_loop);
    status = g_test_run();
    mock_cleanup();
    return status;
}
