/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/stream.c - virStream over the local socket of a console.
 *
 * Theory of operation: a stream is made unconnected and gets its socket from virDomainOpenConsole().
 * All reads and writes are non-blocking on the socket; a blocking stream waits with poll(2). Finish
 * and Abort close the socket; a closed stream answers every call with an error, never with a crash.
 * A callback of the event loop holds a reference on the stream until it is removed.
 */
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/calls.h"
#include "util/fd.h"

#define CHUNK_BYTES 65536

virStreamPtr
stream_call_new(Call *call, virConnectPtr conn, unsigned int flags)
{
    virStreamPtr stream = g_new0(virStream, 1);

    stream->magic = STREAM_MAGIC;
    stream->refs = 1;
    stream->conn = connect_ref(conn);
    stream->nonblocking = (flags & VIR_STREAM_NONBLOCK) != 0;
    stream->fd = -1;
    stream->watch = -1;
    return stream;
}

int
stream_call_ref(Call *call, virStreamPtr st)
{
    stream_ref(st);
    return 0;
}

int
stream_call_free(Call *call, virStreamPtr st)
{
    stream_unref(st);
    return 0;
}

int
stream_call_open_console(Call *call, virDomainPtr dom, const char *dev_name, virStreamPtr st,
                         unsigned int flags)
{
    const DomainConsoles *role = dom->home->driver->consoles;

    if (role == NULL || role->open_console == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (st->conn != dom->conn || st->fd >= 0) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  "the stream is of another connection or in use; make a new one");
        return -1;
    }
    st->fd = role->open_console(call_ctx(call, &dom->home->ctx), dom->ref, dev_name, flags,
                                &call->error);
    return st->fd >= 0 ? 0 : -1;
}

static gboolean
is_connected(Call *call, virStreamPtr st)
{
    if (st->fd < 0)
        return call_fail(call, VIR_ERR_OPERATION_INVALID, "the stream is not open");
    return TRUE;
}

/* TRUE: try again. FALSE: would block (then *ret_result is -2) or failed (-1). */
static gboolean
wait_ready(Call *call, virStreamPtr st, short events, int *ret_result)
{
    struct pollfd waiting = {.fd = st->fd, .events = events};

    *ret_result = -1;
    if (errno == EINTR)
        return TRUE;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        return error_set_errno(&call->error, errno, "cannot %s the stream",
                               events == POLLIN ? "read from" : "write to");
    if (st->nonblocking) {
        *ret_result = -2;
        return FALSE;
    }
    if (poll(&waiting, 1, -1) < 0 && errno != EINTR)
        return error_set_errno(&call->error, errno, "cannot wait for the stream");
    return TRUE;
}

int
stream_call_send(Call *call, virStreamPtr st, const char *data, size_t nbytes)
{
    int result = -1;
    ssize_t n;

    if (!is_connected(call, st))
        return -1;
    do {
        n = send(st->fd, data, MIN(nbytes, G_MAXINT), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0)
            return (int)n;
    } while (wait_ready(call, st, POLLOUT, &result));
    return result;
}

int
stream_call_recv(Call *call, virStreamPtr st, char *data, size_t nbytes, unsigned int flags)
{
    int result = -1;
    ssize_t n;

    if (!is_connected(call, st))
        return -1;
    do {
        n = recv(st->fd, data, MIN(nbytes, G_MAXINT), MSG_DONTWAIT);
        if (n < 0 && errno == ENOTSOCK) /* a picture in a file */
            n = read(st->fd, data, MIN(nbytes, G_MAXINT));
        if (n >= 0)
            return (int)n;
        if (errno == ECONNRESET)
            return 0; /* the supervisor ended with bytes of ours unread */
    } while (wait_ready(call, st, POLLIN, &result));
    return result;
}

static gboolean
is_blocking(Call *call, virStreamPtr st)
{
    if (st->nonblocking)
        return call_fail(call, VIR_ERR_OPERATION_INVALID,
                         "%s needs a stream without VIR_STREAM_NONBLOCK", call->spec->name);
    return is_connected(call, st);
}

static void
disconnect(virStreamPtr st)
{
    if (st->watch >= 0)
        virEventRemoveHandle(st->watch);
    st->watch = -1;
    fd_close(st->fd);
    st->fd = -1;
}

int
stream_call_send_all(Call *call, virStreamPtr st, virStreamSourceFunc handler, void *opaque)
{
    g_autofree char *buffer = g_malloc(CHUNK_BYTES);

    if (!is_blocking(call, st))
        return -1;
    for (;;) {
        int got = handler(st, buffer, CHUNK_BYTES, opaque);

        if (got == 0)
            return 0;
        if (got < 0 || got > CHUNK_BYTES) {
            disconnect(st);
            call_fail(call, VIR_ERR_OPERATION_ABORTED, "the source of the stream gave up");
            return -1;
        }
        for (int done = 0; done < got;) {
            int sent = stream_call_send(call, st, buffer + done, (size_t)(got - done));

            if (sent < 0)
                return -1;
            done += sent;
        }
    }
}

int
stream_call_recv_all(Call *call, virStreamPtr st, virStreamSinkFunc handler, void *opaque)
{
    g_autofree char *buffer = g_malloc(CHUNK_BYTES);

    if (!is_blocking(call, st))
        return -1;
    for (;;) {
        int got = stream_call_recv(call, st, buffer, CHUNK_BYTES, 0);

        if (got <= 0)
            return got;
        for (int done = 0; done < got;) {
            int taken = handler(st, buffer + done, (size_t)(got - done), opaque);

            if (taken < 0 || taken > got - done) {
                disconnect(st);
                call_fail(call, VIR_ERR_OPERATION_ABORTED, "the receiver of the stream gave up");
                return -1;
            }
            done += taken;
        }
    }
}

/* --- event loop: the bits of handles and of streams have the same values -------------------------- */

static void
on_handle(int watch, int fd, int events, void *opaque)
{
    virStreamPtr st = opaque;

    if (st->callback != NULL)
        st->callback(st, events, st->opaque);
}

static void
on_removed(void *opaque)
{
    virStreamPtr st = opaque;

    if (st->free_opaque != NULL)
        st->free_opaque(st->opaque);
    st->callback = NULL;
    st->free_opaque = NULL;
    st->opaque = NULL;
    stream_unref(st);
}

int
stream_call_add_callback(Call *call, virStreamPtr stream, int events, virStreamEventCallback cb,
                         void *opaque, virFreeCallback ff)
{
    if (!is_connected(call, stream))
        return -1;
    if (stream->callback != NULL) {
        call_fail(call, VIR_ERR_OPERATION_INVALID,
                  "the stream has a callback already; remove it first");
        return -1;
    }
    stream->callback = cb;
    stream->opaque = opaque;
    stream->free_opaque = ff;
    stream->watch =
        virEventAddHandle(stream->fd, events, on_handle, stream_ref(stream), on_removed);
    if (stream->watch >= 0)
        return 0;
    stream->callback = NULL;
    stream_unref(stream);
    call_fail(call, VIR_ERR_INTERNAL_ERROR,
              "no event loop is registered; call virEventRegisterDefaultImpl() first");
    return -1;
}

int
stream_call_update_callback(Call *call, virStreamPtr stream, int events)
{
    if (stream->watch < 0) {
        call_fail(call, VIR_ERR_OPERATION_INVALID, "the stream has no callback");
        return -1;
    }
    virEventUpdateHandle(stream->watch, events);
    return 0;
}

int
stream_call_remove_callback(Call *call, virStreamPtr stream)
{
    if (stream->watch < 0) {
        call_fail(call, VIR_ERR_OPERATION_INVALID, "the stream has no callback");
        return -1;
    }
    virEventRemoveHandle(stream->watch);
    stream->watch = -1;
    return 0;
}

int
stream_call_finish(Call *call, virStreamPtr st)
{
    if (!is_connected(call, st))
        return -1;
    disconnect(st);
    return 0;
}

int
stream_call_abort(Call *call, virStreamPtr st)
{
    return stream_call_finish(call, st);
}
