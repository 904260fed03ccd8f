/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/loop-priv.h"

#define REQUESTS_A_TURN 16 /* of one client, before others are served */

static void
drop(ControlClient *client)
{
    int fd = client->watch.fd;

    if (fd < 0)
        return;
    watch_remove(&client->loop->set, &client->watch);
    (void)close(fd);
    if (client->state == CLIENT_BUSY)
        machine_forget_client(client->loop->guest, client);
    client->state = CLIENT_TALKS;
}

static void
answer(ControlClient *client, const char *text, size_t size, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {(char *)text, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    if (client->watch.fd >= 0 &&
        sendmsg(client->watch.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)size)
        drop(client); /* it asks and does not read: nobody waits for it */
}

/* Appends a blank and @word, escaped. What is too long is cut, and still valid: text only grows long in
 * errors, whose last word it is. */
static size_t
add_word(char *text, size_t at, const char *word)
{
    char escaped[CONTROL_MAX - 64];
    size_t size = plan_escape(word, escaped, sizeof escaped);

    if (size >= sizeof escaped) {
        size = sizeof escaped - 1;
        for (int i = 1; i <= 3 && (size_t)i <= size; i++) /* no half of an escape */
            if (escaped[size - (size_t)i] == '\\') {
                size -= (size_t)i;
                break;
            }
    }
    return at + (size_t)snprintf(text + at, CONTROL_MAX - at, " %.*s", (int)size, escaped);
}

void
control_ok(ControlClient *client, const char *first, const char *second, int fd)
{
    char text[CONTROL_MAX] = "ok";
    size_t size = 2;

    if (first)
        size = add_word(text, size, first);
    if (second)
        size = add_word(text, size, second);
    answer(client, text, size, fd);
}

void
control_text(ControlClient *client, const char *text)
{
    answer(client, text, strlen(text), -1);
}

void
control_error(ControlClient *client, const Err *err)
{
    char text[CONTROL_MAX] = "error";
    size_t size = add_word(text, 5, err->word);

    answer(client, text, add_word(text, size, err->text), -1);
}

void
control_say_end(ControlClient *client)
{
    const Guest *guest = client->loop->guest;
    bool is_signal = guest->has_exit && WIFSIGNALED(guest->exit_status);
    int number = 0;
    char text[128];
    int n;

    if (guest->has_exit)
        number = is_signal ? WTERMSIG(guest->exit_status) : WEXITSTATUS(guest->exit_status);
    n = snprintf(text, sizeof text, "ok %s %s %d", guest_reason_word(guest->reason),
                 is_signal ? "signaled" : "exited", number);
    client->state = CLIENT_TALKS;
    client->loop->was_waited = true;
    answer(client, text, (size_t)n, -1);
}

static void
take_packet(ControlClient *client, char *text, size_t size)
{
    PlanReader reader;
    PlanOp request;
    Err err = {0};

    /* the words of a request are those of a plan's line */
    text[size] = '\n';
    text[size + 1] = '\0';
    plan_reader_init(&reader, text, size + 1);
    if (client->is_denied) {
        (void)err_set(&err, "denied", "only root of the host may talk to a guest's supervisor");
        control_error(client, &err);
        drop(client);
        return;
    }
    if (plan_next(&reader, &request, err.text, sizeof err.text) > 0 && reader.at == reader.size) {
        control_request(client, request.argc, request.argv);
        return;
    }
    (void)err_set(&err, "argument",
                  "the request is not understood; is this lodge older or newer than "
                  "the guest's supervisor (%s)?",
                  LODGE_VERSION);
    control_error(client, &err);
}

/* As recv(2), with the one descriptor that may come along. */
static ssize_t
receive(ControlClient *client, char *text)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * CONTROL_FDS_MAX)];
    } control;
    struct iovec part = {text, CONTROL_MAX};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(client->watch.fd, &message, MSG_DONTWAIT | MSG_TRUNC | MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = n < 0 ? NULL : CMSG_FIRSTHDR(&message);

    client->fd = -1;
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof client->fd))
        memcpy(&client->fd, CMSG_DATA(header), sizeof client->fd);
    return n;
}

static void
client_ready(Watch *watch, uint32_t events)
{
    ControlClient *client = watch->owner;
    char text[CONTROL_MAX + 2];

    for (int i = 0; watch->fd >= 0; i++) {
        ssize_t n;

        if (i == REQUESTS_A_TURN) {
            watch_rearm(&client->loop->set, watch);
            break;
        }
        n = receive(client, text);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n <= 0) {
            drop(client);
        } else if (n > CONTROL_MAX) {
            Err err = {0};

            (void)err_set(&err, "limit", "the request has %zd bytes, %d are the most", n,
                          CONTROL_MAX);
            control_error(client, &err);
        } else {
            take_packet(client, text, (size_t)n);
        }
        io_close(&client->fd); /* nobody wanted it */
    }
    if (events & (EPOLLHUP | EPOLLERR))
        drop(client);
}

/* Guests that share the host's root can see the socket, and their root may be the host's: who lives in
 * another PID namespace is not answered. */
static bool
is_outside(pid_t pid)
{
    char path[64], own[64] = "", other[64] = "";

    if (pid <= 0) /* not even visible from here */
        return true;
    (void)snprintf(path, sizeof path, "/proc/%d/ns/pid", (int)pid);
    if (readlink("/proc/self/ns/pid", own, sizeof own - 1) < 0)
        return false; /* no /proc here: then no namespaces either */
    if (readlink(path, other, sizeof other - 1) < 0)
        return errno == ENOENT || errno == ESRCH; /* it is gone and wants no answer */
    return strcmp(own, other) != 0;
}

static bool
is_allowed(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        return false;
    return (peer.uid == 0 || peer.uid == geteuid()) && !is_outside(peer.pid);
}

/* Nothing was asked that is not answered. */
static bool
is_silent(const ControlClient *client)
{
    char byte;

    return recv(client->watch.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
}

/* A free place; when there is none, the one of the client that has been silent for longest. NULL with
 * @ret_is_busy: somebody is about to be answered, and silent then. */
static ControlClient *
find_place(Loop *loop, bool *ret_is_busy)
{
    ControlClient *oldest = NULL;

    *ret_is_busy = false;
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        if (loop->clients[i].watch.fd < 0)
            return &loop->clients[i];
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        ControlClient *client = &loop->clients[i];

        if (client->state != CLIENT_TALKS)
            continue;
        if (!is_silent(client))
            *ret_is_busy = true;
        else if (!oldest || client->number < oldest->number)
            oldest = client;
    }
    return oldest;
}

static void
refuse(int fd, const char *text)
{
    (void)send(fd, text, strlen(text),
               MSG_NOSIGNAL | MSG_DONTWAIT); /* or it learns it from the end */
    (void)close(fd);
}

static void
take_connection(Loop *loop, ControlClient *client, int fd)
{
    bool is_denied = !is_allowed(fd);

    if (!client) {
        refuse(fd,
               "error limit too\\x20many\\x20programs\\x20wait\\x20for\\x20this\\x20guest;\\x20end"
               "\\x20one\\x20of\\x20them");
        return;
    }
    drop(client); /* who was silent there */
    *client = (ControlClient){.watch = {.func = client_ready, .owner = client, .fd = -1},
                              .loop = loop,
                              .fd = -1,
                              .is_denied = is_denied,
                              .number = ++loop->n_connections};
    if (watch_add(&loop->set, &client->watch, fd, EPOLLIN | EPOLLRDHUP, NULL) < 0)
        (void)close(fd);
}

static void
listener_ready(Watch *watch, uint32_t events)
{
    Loop *loop = watch->owner;

    (void)events;
    for (;;) {
        bool is_busy;
        ControlClient *client = find_place(loop, &is_busy);
        int fd;

        if (!client && is_busy) { /* the others first */
            watch_rearm(&loop->set, watch);
            return;
        }
        fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            take_connection(loop, client, fd);
        else if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
}

int
control_listen(Loop *loop, Err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    loop->listener = (Watch){.func = listener_ready, .owner = loop, .fd = -1};
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        loop->clients[i].watch.fd = -1;
    /* a path of the socket has room for 107 bytes, ours may be longer */
    (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/control",
                   loop->guest->live_fd);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_set_errno(err, errno, "cannot make the control socket");
    (void)unlinkat(loop->guest->live_fd, "control", 0); /* of a supervisor that was killed */
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        fchmodat(loop->guest->live_fd, "control", 0600, 0) < 0 || listen(fd, 128) < 0 ||
        watch_add(&loop->set, &loop->listener, fd, EPOLLIN, NULL) < 0) {
        (void)err_set_errno(err, errno, "cannot listen on %s/control", loop->guest->live);
        (void)close(fd);
        return -1;
    }
    return 0;
}

static void
control_say_over(ControlClient *client)
{
    Err err = {0};

    (void)err_set(&err, "state", "the machine has ended");
    control_error(client, &err);
}

void
control_finish(Loop *loop)
{
    loop->is_finished = true;
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
        ControlClient *client = &loop->clients[i];

        if (client->watch.fd < 0 || client->state == CLIENT_TALKS)
            continue;
        if (client->state == CLIENT_WAITS)
            control_say_end(client);
        else if (client->state == CLIENT_DESTROYS)
            control_ok(client, NULL, NULL, -1);
        else
            control_say_over(client);
        client->state = CLIENT_TALKS;
    }
}

void
control_close(Loop *loop)
{
    int fd = loop->listener.fd;

    /* The clients stay connected: the exit closes them, and `alive` goes before it (main.c). Who asked to destroy waits for that,
     * so that the guest can be started again at once. */
    watch_remove(&loop->set, &loop->listener);
    if (fd < 0)
        return;
    (void)unlinkat(loop->guest->live_fd, "control", 0); /* nobody listens any more */
    (void)close(fd);
}
