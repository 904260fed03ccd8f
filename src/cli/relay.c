/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/relay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/terminal.h"
#include "util/fd.h"

typedef struct {
    char *data;
    gsize size; /* of data */
    gsize start, end;
} Buffer;

enum {
    AT_SOCKET,
    AT_IN,
    AT_OUT,
    AT_SIGNAL,
    N_POLLS
};

typedef struct {
    const Relay *relay;
    Terminal terminal;
    Buffer to_guest, to_user;
    gsize out_chunk;
    gboolean in_open, socket_open, half_closed;
    RelayEnd end;
    gboolean ended;
    int signal;
} Loop;

static void
finish(Loop *loop, RelayEnd end)
{
    loop->end = end;
    loop->ended = TRUE;
}

static gboolean
would_wait(void)
{
    return errno == EAGAIN || errno == EINTR;
}

static void
read_input(Loop *loop)
{
    Buffer *buffer = &loop->to_guest;
    gssize n = read(loop->relay->in, buffer->data, buffer->size);

    if (n < 0 && would_wait())
        return;
    if (n <= 0) {
        loop->in_open = FALSE;
        return;
    }
    buffer->start = 0;
    buffer->end = (gsize)n;
    if (loop->terminal.fd >= 0 && loop->relay->escape >= 0) {
        const char *escape = memchr(buffer->data, loop->relay->escape, (gsize)n);

        if (escape) {
            buffer->end = (gsize)(escape - buffer->data);
            finish(loop, RELAY_ESCAPED);
        }
    }
}

static void
read_socket(Loop *loop)
{
    Buffer *buffer = &loop->to_user;
    gssize n = recv(loop->relay->socket, buffer->data, buffer->size, MSG_DONTWAIT);

    if (n < 0 && would_wait())
        return;
    if (n <= 0) {
        loop->socket_open = FALSE;
        return;
    }
    buffer->start = 0;
    buffer->end = loop->relay->out < 0 ? 0 : (gsize)n;
}

static void
write_socket(Loop *loop)
{
    Buffer *buffer = &loop->to_guest;
    gssize n = send(loop->relay->socket, buffer->data + buffer->start, buffer->end - buffer->start,
                    MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n >= 0)
        buffer->start += (gsize)n;
    else if (!would_wait())
        buffer->start = buffer->end; /* nobody reads there; its output may still come */
}

static void
write_output(Loop *loop)
{
    Buffer *buffer = &loop->to_user;
    gssize n = write(loop->relay->out, buffer->data + buffer->start,
                     MIN(buffer->end - buffer->start, loop->out_chunk));

    if (n >= 0)
        buffer->start += (gsize)n;
    else if (!would_wait())
        finish(loop, RELAY_BROKEN);
}

static void
tell_size(const Loop *loop)
{
    int cols, rows;

    if (loop->relay->resized && terminal_size(loop->terminal.fd, &cols, &rows))
        loop->relay->resized(cols, rows, loop->relay->opaque);
}

static void
take_signal(Loop *loop, int signal_fd)
{
    struct signalfd_siginfo info;

    if (read(signal_fd, &info, sizeof info) != (gssize)sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGWINCH:
        tell_size(loop);
        break;
    case SIGTSTP: /* sent by somebody; in raw mode no key does it */
        terminal_restore(&loop->terminal);
        (void)raise(SIGSTOP);
        (void)terminal_raw(&loop->terminal);
        tell_size(loop);
        break;
    default:
        loop->signal = (int)info.ssi_signo;
        finish(loop, RELAY_SIGNAL);
    }
}

static gboolean
is_empty(const Buffer *buffer)
{
    return buffer->start == buffer->end;
}

static void
fill_polls(const Loop *loop, struct pollfd *polls)
{
    gboolean guest_empty = is_empty(&loop->to_guest), user_empty = is_empty(&loop->to_user);

    polls[AT_SOCKET].events =
        (short)((loop->socket_open && user_empty ? POLLIN : 0) | (guest_empty ? 0 : POLLOUT));
    polls[AT_SOCKET].fd = polls[AT_SOCKET].events ? loop->relay->socket : -1;
    polls[AT_IN].fd = loop->in_open && guest_empty ? loop->relay->in : -1;
    polls[AT_IN].events = POLLIN;
    polls[AT_OUT].fd = user_empty ? -1 : loop->relay->out;
    polls[AT_OUT].events = POLLOUT;
}

static void
one_turn(Loop *loop, struct pollfd *polls)
{
    enum {
        READY = POLLIN | POLLHUP | POLLERR | POLLNVAL
    };

    fill_polls(loop, polls);
    if (poll(polls, N_POLLS, -1) < 0)
        return;
    if (polls[AT_SIGNAL].revents)
        take_signal(loop, polls[AT_SIGNAL].fd);
    if (polls[AT_OUT].fd >= 0 && polls[AT_OUT].revents)
        write_output(loop);
    if (polls[AT_SOCKET].fd >= 0 && (polls[AT_SOCKET].events & POLLIN) &&
        (polls[AT_SOCKET].revents & READY))
        read_socket(loop);
    if (polls[AT_IN].fd >= 0 && (polls[AT_IN].revents & READY) && !loop->ended)
        read_input(loop);
    if (!is_empty(&loop->to_guest))
        write_socket(loop);
    if (!loop->in_open && !loop->half_closed && is_empty(&loop->to_guest)) {
        loop->half_closed = TRUE;
        if (loop->relay->in >= 0)
            (void)shutdown(loop->relay->socket,
                           SHUT_WR); /* a socket that is gone is read as such */
    }
    if (!loop->socket_open && is_empty(&loop->to_user) && !loop->ended)
        finish(loop, RELAY_CLOSED);
}

void
relay_signals(sigset_t *ret_set)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction now;

    sigemptyset(ret_set);
    for (guint i = 0; i < G_N_ELEMENTS(ending); i++)
        if (sigaction(ending[i], NULL, &now) < 0 || now.sa_handler != SIG_IGN)
            sigaddset(ret_set, ending[i]);
}

RelayEnd
relay_run(const Relay *relay, int *ret_signal)
{
    Loop loop = {.relay = relay, .in_open = relay->in >= 0, .socket_open = TRUE};
    struct pollfd polls[N_POLLS] = {{.fd = -1}};
    sigset_t set, before;
    g_auto(Fd) signal_fd = -1;
    int saved_errno;

    relay_signals(&set);
    sigaddset(&set, SIGWINCH);
    sigaddset(&set, SIGTSTP);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, &before); /* SIGPIPE: writing says EPIPE instead */
    sigdelset(&set, SIGPIPE);
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    polls[AT_SIGNAL] = (struct pollfd){.fd = signal_fd, .events = POLLIN};
    loop.terminal = terminal_open(relay->in);
    loop.to_guest.size = loop.to_user.size = RELAY_BUFFER;
    loop.to_guest.data = g_malloc(RELAY_BUFFER);
    loop.to_user.data = g_malloc(RELAY_BUFFER);
    loop.out_chunk = relay->out >= 0 && isatty(relay->out) ? RELAY_CHUNK_TTY : RELAY_BUFFER;
    if (!terminal_raw(&loop.terminal))
        finish(&loop, RELAY_BROKEN);
    tell_size(&loop);
    while (!loop.ended)
        one_turn(&loop, polls);
    saved_errno = errno;
    terminal_restore(&loop.terminal);
    g_free(loop.to_guest.data);
    g_free(loop.to_user.data);
    { /* a SIGPIPE of ours that is pending would end us when it is let through */
        struct timespec now = {0};
        sigset_t only_pipe;

        sigemptyset(&only_pipe);
        sigaddset(&only_pipe, SIGPIPE);
        while (sigtimedwait(&only_pipe, NULL, &now) >= 0)
            ;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    *ret_signal = loop.signal;
    errno = saved_errno;
    return loop.end;
}
