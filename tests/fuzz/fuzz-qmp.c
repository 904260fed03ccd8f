/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-qmp.c - any bytes from QEMU: the connection takes them as QMP or breaks with one clean line, each command ends
 * once, and what is JSON can be walked, decoded and written again. The first byte says in which pieces they come. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervisor/qmp.h"

#define CHECK(what)                                                                                \
    do {                                                                                           \
        if (!(what))                                                                               \
            abort();                                                                               \
    } while (0)

#define COMMANDS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    Qmp qmp;
    int n_sent, n_done;
    int n_broken;
} Peer;

static void
check_text(const char *text)
{
    for (; *text; text++)
        CHECK((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void
walk(const JsonValue *value, int depth)
{
    char text[256], quoted[1600], again[256];
    JsonValue item;
    int64_t number;
    size_t at = 0;
    int n;

    if (json_string(value, text, sizeof text) == 0) {
        n = json_quote(text, strlen(text), quoted, sizeof quoted);
        CHECK(n > 0 && json_parse(quoted, (size_t)n, &item) == 0 && item.size == (size_t)n);
        CHECK(json_string(&item, again, sizeof again) == 0 && strcmp(text, again) == 0);
    }
    (void)json_get_int(value, "timestamp.seconds", &number);
    (void)json_get_string(value, "data.device", text, sizeof text);
    (void)json_get_true(value, "data.open");
    CHECK(depth <= JSON_DEPTH_MAX);
    while (json_next(value, &at, &item)) {
        CHECK(item.at > value->at && item.at + item.size < value->at + value->size);
        walk(&item, depth + 1);
    }
    if (json_get(value, "data", &item))
        walk(&item, depth + 1);
}

static void
done(void *owner, const JsonValue *ret, const Err *err)
{
    Peer *peer = owner;

    peer->n_done++;
    CHECK(!ret == !!err);
    if (ret)
        walk(ret, 0);
    else
        check_text(err->word);
}

static void
event(void *owner, const char *name, const JsonValue *value)
{
    (void)owner;
    CHECK(strlen(name) < 64);
    walk(value, 0);
}

static void
state(void *owner, const Err *err)
{
    Peer *peer = owner;

    if (err) {
        check_text(err->text);
        peer->n_broken++;
        return;
    }
    for (int i = 0; i < COMMANDS; i++)
        peer->n_sent += qmp_send(&peer->qmp, "query-status", NULL, -1, done, peer, NULL) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = size > 0 && data[0] ? data[0] : size;
    Peer peer = {0};
    WatchSet set;
    JsonValue value;
    int pair[2];

    if (json_parse((const char *)data, size, &value) == 0)
        walk(&value, 0);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
    CHECK(watch_set_open(&set, NULL) == 0);
    CHECK(qmp_open(&peer.qmp, &set, pair[0], 60000, event, state, &peer, NULL) == 0);
    for (size_t at = size > 0; at < size; at += piece) {
        size_t part = size - at < piece ? size - at : piece;

        if (write(pair[1], data + at, part) != (ssize_t)part)
            break; /* it was closed, or is full */
        watch_wait(&set);
        if (peer.qmp.watch.fd < 0)
            break;
    }
    (void)close(pair[1]);
    for (int i = 0; i < 1000 && peer.qmp.watch.fd >= 0; i++)
        watch_wait(&set);
    CHECK(peer.n_broken == 1);
    CHECK(peer.n_done == peer.n_sent);
    CHECK(qmp_send(&peer.qmp, "stop", NULL, -1, done, &peer, NULL) < 0);
    qmp_close(&peer.qmp);
    CHECK(!set.timers && peer.n_broken == 1);
    watch_set_close(&set);
    return 0;
}
