/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/qmp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"

#define READ_MIN   2048
#define LINES_TURN 64 /* before others have their turn */

static void
finish(QmpPending *pending, const JsonValue *ret, const Err *err)
{
    QmpPending done = *pending;

    pending->id = 0;
    if (done.done)
        done.done(done.owner, ret, err);
}

static void
fail_all(Qmp *qmp, const Err *err)
{
    for (int i = 0; i < QMP_PENDING_MAX; i++)
        if (qmp->pending[i].id)
            finish(&qmp->pending[i], NULL, err);
}

static void
shut(Qmp *qmp)
{
    int fd = qmp->watch.fd;

    timer_clear(qmp->set, &qmp->timer);
    watch_remove(qmp->set, &qmp->watch);
    io_close(&fd);
    free(qmp->in);
    free(qmp->out);
    qmp->in = qmp->out = NULL;
    qmp->in_size = qmp->in_used = qmp->in_seen = qmp->out_size = qmp->out_used = 0;
    qmp->is_ready = false;
}

static void
break_off(Qmp *qmp, const Err *err)
{
    if (qmp->watch.fd < 0)
        return;
    shut(qmp);
    if (!qmp->was_told) {
        qmp->was_told = true;
        qmp->state_func(qmp->owner, err);
    }
    fail_all(qmp, err);
}

/* When the first of all that is awaited is late. */
static void
set_timer(Qmp *qmp)
{
    int64_t first = qmp->is_ready ? INT64_MAX : qmp->greet_until_ms, now = clock_ms();

    for (int i = 0; i < QMP_PENDING_MAX; i++)
        if (qmp->pending[i].id && qmp->pending[i].until_ms < first)
            first = qmp->pending[i].until_ms;
    if (first == INT64_MAX)
        timer_clear(qmp->set, &qmp->timer);
    else
        timer_set(qmp->set, &qmp->timer, first > now ? first - now : 0);
}

static void
time_is_over(Timer *timer)
{
    Qmp *qmp = timer->owner;
    int64_t now = clock_ms();
    Err err = {0};

    if (!qmp->is_ready && now >= qmp->greet_until_ms) {
        (void)err_set(&err, "timeout", "QEMU has not greeted on its monitor within %d s",
                      qmp->timeout_ms / 1000);
        break_off(qmp, &err);
        return;
    }
    for (int i = 0; i < QMP_PENDING_MAX; i++) {
        QmpPending *pending = &qmp->pending[i];

        if (!pending->id || now < pending->until_ms)
            continue;
        (void)err_set(&err, "timeout", "QEMU has not answered '%s' within %d s", pending->command,
                      qmp->timeout_ms / 1000);
        finish(pending, NULL, &err);
    }
    if (qmp->watch.fd >= 0)
        set_timer(qmp);
}

static void
capabilities_done(void *owner, const JsonValue *ret, const Err *err)
{
    Qmp *qmp = owner;
    Err copy = {0};

    if (ret) {
        qmp->is_ready = true;
        qmp->state_func(qmp->owner, NULL);
        return;
    }
    copy = *err;
    break_off(qmp, &copy);
}

/* Bytes that QEMU did not take yet. */
static int
flush(Qmp *qmp)
{
    while (qmp->out_used > 0) {
        ssize_t n = send(qmp->watch.fd, qmp->out, qmp->out_used, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -1; /* EPIPE: the reading side says it */
        qmp->out_used -= (size_t)n;
        memmove(qmp->out, qmp->out + n, qmp->out_used);
    }
    return 0;
}

static int
keep_rest(Qmp *qmp, const char *text, size_t size)
{
    if (qmp->out_used + size > QMP_OUT_MAX)
        return -1;
    if (qmp->out_used + size > qmp->out_size) {
        char *bigger = realloc(qmp->out, qmp->out_used + size);

        if (!bigger)
            return -1;
        qmp->out = bigger;
        qmp->out_size = qmp->out_used + size;
    }
    memcpy(qmp->out + qmp->out_used, text, size);
    qmp->out_used += size;
    return 0;
}

static int
put(Qmp *qmp, const char *text, size_t size, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {(char *)(uintptr_t)text, size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t n = 0;

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    }
    if (qmp->out_used == 0) {
        do
            n = sendmsg(qmp->watch.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        while (n < 0 && errno == EINTR);
        if (n < 0 && errno != EAGAIN)
            return -1;
        if (n < 0)
            n = 0;
    }
    if ((size_t)n == size)
        return 0;
    /* a descriptor goes with the first byte, so it cannot wait behind others */
    return fd >= 0 && n == 0 ? -1 : keep_rest(qmp, text + n, size - (size_t)n);
}

static QmpPending *
free_place(Qmp *qmp)
{
    for (int i = 0; i < QMP_PENDING_MAX; i++)
        if (!qmp->pending[i].id)
            return &qmp->pending[i];
    return NULL;
}

int
qmp_send(Qmp *qmp, const char *command, const char *arguments, int fd, QmpDone done, void *owner,
         Err *err)
{
    QmpPending *place = free_place(qmp);
    char small[512], *text = small;
    int size, result;

    if (qmp->watch.fd < 0)
        return err_set(err, "state", "QEMU cannot be told '%s': its monitor is closed", command);
    if (!place)
        return err_set(err, "busy", "QEMU cannot be told '%s': it has not answered %d others yet",
                       command, QMP_PENDING_MAX);
    for (size_t room = sizeof small;; room = (size_t)size + 1) {
        size = snprintf(text, room, "{\"execute\":\"%s\",\"id\":%llu%s%s}\n", command,
                        (unsigned long long)qmp->last_id + 1, arguments ? ",\"arguments\":" : "",
                        arguments ? arguments : "");
        if ((size_t)size < room)
            break;
        text = malloc((size_t)size + 1);
        if (!text)
            return err_set_errno(err, ENOMEM, "QEMU cannot be told '%s'", command);
    }
    result = put(qmp, text, (size_t)size, fd);
    if (text != small)
        free(text);
    if (result < 0)
        return err_set(err, "io", "QEMU cannot be told '%s': it does not listen on its monitor",
                       command);
    *place = (QmpPending){.id = ++qmp->last_id,
                          .done = done,
                          .owner = owner,
                          .until_ms = clock_ms() + qmp->timeout_ms};
    (void)snprintf(place->command, sizeof place->command, "%s", command);
    set_timer(qmp);
    return 0;
}

void
qmp_forget(Qmp *qmp, const void *owner)
{
    for (int i = 0; i < QMP_PENDING_MAX; i++)
        if (qmp->pending[i].owner == owner)
            qmp->pending[i].done = NULL;
}

static void
take_answer(Qmp *qmp, int64_t id, const JsonValue *line, bool is_error)
{
    char text[512];
    JsonValue ret;
    Err err = {0};

    for (int i = 0; i < QMP_PENDING_MAX; i++) {
        QmpPending *pending = &qmp->pending[i];

        if (!pending->id || pending->id != (uint64_t)id)
            continue;
        if (!is_error && json_get(line, "return", &ret)) {
            finish(pending, &ret, NULL);
        } else {
            if (json_get_string(line, "error.desc", text, sizeof text) < 0)
                (void)snprintf(text, sizeof text, "it does not say why");
            (void)err_set(&err, "peer", "QEMU refused '%s': %s", pending->command, text);
            finish(pending, NULL, &err);
        }
        break; /* else: it comes too late, whoever asked has gone on */
    }
    if (qmp->watch.fd >= 0)
        set_timer(qmp);
}

/* Returns: 0; -1 when it is no QMP */
static int
take_line(Qmp *qmp, const char *text, size_t size)
{
    JsonValue line, member;
    char name[64];
    int64_t id;

    if (json_parse(text, size, &line) < 0 || line.type != JSON_OBJECT)
        return -1;
    if (json_get_string(&line, "event", name, sizeof name) == 0) {
        qmp->event_func(qmp->owner, name, &line);
        return 0;
    }
    if (json_get(&line, "QMP", &member)) {
        Err err = {0};

        if (qmp->last_id > 0) /* it greets once */
            return -1;
        if (qmp_send(qmp, "qmp_capabilities", NULL, -1, capabilities_done, qmp, &err) < 0)
            break_off(qmp, &err);
        return 0;
    }
    if (json_get_int(&line, "id", &id) < 0)
        return -1;
    if (!json_get(&line, "error", &member) && !json_get(&line, "return", &member))
        return -1;
    take_answer(qmp, id, &line, json_get(&line, "error", &member));
    return 0;
}

/* What cannot be shown becomes '?'. */
static void
break_for_garbage(Qmp *qmp, const char *text, size_t size)
{
    char shown[64];
    size_t n = size < sizeof shown - 1 ? size : sizeof shown - 1;
    Err err = {0};

    for (size_t i = 0; i < n; i++)
        shown[i] = (char)(text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?');
    shown[n] = '\0';
    (void)err_set(&err, "peer", "QEMU's monitor does not speak QMP: '%s'", shown);
    break_off(qmp, &err);
}

/* All whole lines in the buffer. Returns: whether some were left for later */
static bool
take_lines(Qmp *qmp)
{
    size_t at = 0;
    bool is_left = false;

    for (int n = 0; qmp->watch.fd >= 0; n++) {
        size_t from = qmp->in_seen > at ? qmp->in_seen : at;
        char *end = memchr(qmp->in + from, '\n', qmp->in_used - from);
        size_t size;

        if (!end) {
            qmp->in_seen = qmp->in_used;
            break;
        }
        if (n == LINES_TURN) {
            is_left = true;
            break;
        }
        size = (size_t)(end - (qmp->in + at));
        if (size > 0 && qmp->in[at + size - 1] == '\r')
            size--;
        if (size > 0 && take_line(qmp, qmp->in + at, size) < 0)
            break_for_garbage(qmp, qmp->in + at, size);
        at = qmp->watch.fd >= 0 ? (size_t)(end - qmp->in) + 1 : 0;
    }
    if (qmp->watch.fd < 0)
        return false;
    memmove(qmp->in, qmp->in + at, qmp->in_used - at);
    qmp->in_used -= at;
    qmp->in_seen = qmp->in_seen > at ? qmp->in_seen - at : 0;
    return is_left;
}

/* Room for some more; the buffer is small again when nothing is left in it. */
static int
make_room(Qmp *qmp)
{
    size_t wanted = qmp->in_size;
    char *other;

    if (qmp->in_used == 0 && qmp->in_size > READ_MIN)
        wanted = READ_MIN;
    else if (qmp->in_size - qmp->in_used < READ_MIN / 2)
        wanted = qmp->in_size ? 2 * qmp->in_size : READ_MIN;
    if (wanted > QMP_LINE_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    if (wanted == qmp->in_size)
        return 0;
    other = realloc(qmp->in, wanted);
    if (!other)
        return -1;
    qmp->in = other;
    qmp->in_size = wanted;
    return 0;
}

static void
break_for_end(Qmp *qmp, ssize_t n)
{
    Err err = {0};

    if (n < 0 && errno == EMSGSIZE)
        (void)err_set(&err, "limit", "QEMU's monitor sent a line of more than %d bytes",
                      QMP_LINE_MAX);
    else if (n < 0)
        (void)err_set_errno(&err, errno, "cannot hear QEMU's monitor");
    else
        (void)err_set(&err, "peer", "QEMU has closed its monitor%s",
                      qmp->in_used > 0 ? " in the middle of a message" : "");
    break_off(qmp, &err);
}

static void
monitor_ready(Watch *watch, uint32_t events)
{
    Qmp *qmp = watch->owner;

    if (events & EPOLLOUT)
        (void)flush(qmp); /* what is wrong with it, reading says */
    while (qmp->watch.fd >= 0) {
        ssize_t n;

        if (make_room(qmp) < 0) {
            break_for_end(qmp, -1);
            return;
        }
        n = recv(watch->fd, qmp->in + qmp->in_used, qmp->in_size - qmp->in_used, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            if (take_lines(qmp))
                watch_rearm(qmp->set, watch);
            return;
        }
        if (n <= 0) {
            break_for_end(qmp, n);
            return;
        }
        qmp->in_used += (size_t)n;
        if (take_lines(qmp)) {
            watch_rearm(qmp->set, watch);
            return;
        }
    }
}

int
qmp_open(Qmp *qmp, WatchSet *set, int fd, int timeout_ms, QmpEvent event_func, QmpState state_func,
         void *owner, Err *err)
{
    *qmp = (Qmp){.set = set,
                 .timeout_ms = timeout_ms,
                 .event_func = event_func,
                 .state_func = state_func,
                 .owner = owner,
                 .greet_until_ms = clock_ms() + timeout_ms};
    qmp->watch = (Watch){.func = monitor_ready, .owner = qmp, .fd = -1};
    qmp->timer = (Timer){.func = time_is_over, .owner = qmp};
    if (watch_add(set, &qmp->watch, fd, EPOLLIN | EPOLLOUT, err) < 0) {
        (void)close(fd);
        return -1;
    }
    set_timer(qmp);
    return 0;
}

void
qmp_close(Qmp *qmp)
{
    Err err = {0};

    if (!qmp->set)
        return;
    (void)err_set(&err, "state", "the machine has ended");
    qmp->was_told = true;
    if (qmp->watch.fd >= 0)
        shut(qmp);
    fail_all(qmp, &err);
}
