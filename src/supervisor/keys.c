/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/machine-priv.h"

#define EVENT_TEXT_MAX 128 /* of one event as JSON */

typedef enum {
    LINE_DOWN,
    LINE_UP,
    LINE_WAIT,
    LINE_KEEP,
    LINE_END
} LineKind;

typedef struct {
    LineKind kind;
    const char *key; /* in the reader's text */
    int wait_ms;
} Line;

static int
wrong(const KeysReader *reader, Err *err, const char *why)
{
    return err_set(err, "argument", "line %d of the keys %s", reader->line, why);
}

/* The next line without its end; NULL with *ret_over at the end of the file. */
static char *
next_text(KeysReader *reader, bool *ret_over, Err *err)
{
    *ret_over = false;
    reader->line++;
    for (;;) {
        char *start = reader->text + reader->taken;
        char *end = memchr(start, '\n', reader->used - reader->taken);
        ssize_t n;

        if (end) {
            *end = '\0';
            reader->taken = (size_t)(end - reader->text) + 1;
            return start;
        }
        memmove(reader->text, start, reader->used - reader->taken);
        reader->used -= reader->taken;
        reader->taken = 0;
        if (reader->used == sizeof reader->text) {
            (void)wrong(reader, err, "is too long");
            return NULL;
        }
        do
            n = pread(reader->fd, reader->text + reader->used, sizeof reader->text - reader->used,
                      reader->at);
        while (n < 0 && errno == EINTR);
        if (n < 0) {
            (void)err_set_errno(err, errno, "cannot read the keys");
            return NULL;
        }
        if (n == 0) {
            *ret_over = reader->used == 0;
            if (!*ret_over)
                (void)wrong(reader, err, "does not end");
            return NULL;
        }
        reader->at += n;
        reader->used += (size_t)n;
    }
}

static bool
is_key(const char *key)
{
    size_t size = strlen(key);
    uint64_t number;

    if (size == 0 || size >= KEYS_NAME_MAX)
        return false;
    if (*key == '#')
        return io_parse_u64(key + 1, 0xffff, &number) == 0;
    return strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == size;
}

static int
next_line(KeysReader *reader, Line *line, Err *err)
{
    uint64_t ms = 0;
    bool is_over;
    char *text = next_text(reader, &is_over, err);

    *line = (Line){.kind = LINE_END};
    if (!text)
        return is_over ? 0 : -1;
    if (strncmp(text, "wait ", 5) == 0) {
        if (io_parse_u64(text + 5, KEYS_WAIT_MAX, &ms) < 0)
            return wrong(reader, err, "waits for something else than 0 to 60000 ms");
        *line = (Line){.kind = LINE_WAIT, .wait_ms = (int)ms};
        return 0;
    }
    if (strcmp(text, "keep") == 0) {
        *line = (Line){.kind = LINE_KEEP};
        return 0;
    }
    if (strncmp(text, "down ", 5) == 0)
        *line = (Line){.kind = LINE_DOWN, .key = text + 5};
    else if (strncmp(text, "up ", 3) == 0)
        *line = (Line){.kind = LINE_UP, .key = text + 3};
    else
        return wrong(reader, err, "is neither 'down', 'up', 'wait' nor 'keep'");
    return is_key(line->key) ? 0 : wrong(reader, err, "names no key");
}

static int
find_down(const KeysDown *down, const char *key)
{
    for (int i = 0; i < down->n; i++)
        if (strcmp(down->names[i], key) == 0)
            return i;
    return -1;
}

static int
note(KeysDown *down, const Line *line, const KeysReader *reader, Err *err)
{
    int at = find_down(down, line->key);

    if (line->kind == LINE_UP && at >= 0)
        memmove(down->names[at], down->names[at + 1],
                (size_t)(--down->n - at) * sizeof down->names[0]);
    if (line->kind != LINE_DOWN || at >= 0)
        return 0;
    if (down->n == KEYS_DOWN_MAX)
        return wrong(reader, err, "has more than 64 keys down at a time");
    (void)snprintf(down->names[down->n++], KEYS_NAME_MAX, "%s", line->key);
    return 0;
}

static int
check(int fd, Err *err)
{
    KeysReader reader = {.fd = fd};
    KeysDown down = {.n = 0};
    Line line;

    do {
        if (next_line(&reader, &line, err) < 0 ||
            (line.key && note(&down, &line, &reader, err) < 0))
            return -1;
        if (reader.line > KEYS_LINES_MAX + 1)
            return err_set(err, "limit", "the keys have more than %d lines", KEYS_LINES_MAX);
    } while (line.kind != LINE_END);
    return 0;
}

static size_t
put_event(char *out, size_t size, const char *key, bool is_down, bool is_first)
{
    bool is_number = key[0] == '#';

    return (size_t)snprintf(out, size,
                            "%s{\"type\":\"key\",\"data\":{\"down\":%s,\"key\":{\"type\":\"%s\","
                            "\"data\":%s%s%s}}}",
                            is_first ? "" : ",", is_down ? "true" : "false",
                            is_number ? "number" : "qcode", is_number ? "" : "\"",
                            is_number ? key + 1 : key, is_number ? "" : "\"");
}

static void play(Keys *keys);
static void start_next(Keys *keys);

/* The first script of the queue is over, and nothing of it is down any more (or cannot be released now). */
static void
finish(Keys *keys)
{
    KeysScript script = keys->queue[0];
    Err err = keys->err;

    keys->is_playing = false;
    timer_clear(keys->machine->set, &keys->timer);
    keys->n_queue--;
    memmove(keys->queue, keys->queue + 1, (size_t)keys->n_queue * sizeof keys->queue[0]);
    io_close(&script.fd);
    if (script.done)
        script.done(script.owner, keys->n_events, err.word[0] ? &err : NULL);
    start_next(keys);
}

static void
released(void *owner, const JsonValue *ret, const Err *err)
{
    Keys *keys = owner;

    (void)ret; /* refused: there is nothing else that could be done */
    (void)err;
    keys->is_releasing = false;
    if (keys->is_playing)
        finish(keys);
    else
        start_next(keys);
}

/* Whatever is down goes up. Returns: whether an answer has to be awaited */
static bool
release(Keys *keys)
{
    char text[KEYS_DOWN_MAX * EVENT_TEXT_MAX + 32];
    size_t used = (size_t)snprintf(text, sizeof text, "{\"events\":[");

    if (keys->down.n == 0 || keys->machine->guest->paused)
        return false;
    for (int i = keys->down.n - 1; i >= 0; i--)
        used += put_event(text + used, sizeof text - used, keys->down.names[i], false,
                          i == keys->down.n - 1);
    (void)snprintf(text + used, sizeof text - used, "]}");
    keys->down.n = 0;
    keys->is_releasing =
        qmp_send(&keys->machine->qmp, "input-send-event", text, -1, released, keys, NULL) == 0;
    return keys->is_releasing;
}

/* All that was sent has been answered. */
static void
conclude(Keys *keys)
{
    if (!release(keys))
        finish(keys);
}

/* @err: (nullable) */
static void
end_script(Keys *keys, const Err *err)
{
    if (keys->is_over)
        return;
    keys->is_over = true;
    timer_clear(keys->machine->set, &keys->timer);
    if (err)
        keys->err = *err;
    if (!keys->is_sent)
        conclude(keys);
}

static void
sent(void *owner, const JsonValue *ret, const Err *err)
{
    Keys *keys = owner;

    keys->is_sent = false;
    if (!keys->is_playing)
        return;
    if (!ret && strcmp(err->word, "peer") == 0)
        keys->down = keys->before; /* refused as a whole */
    if (keys->is_over)
        conclude(keys);
    else if (!ret)
        end_script(keys, err);
    else if (keys->wait_ms > 0)
        timer_set(keys->machine->set, &keys->timer, keys->wait_ms);
    else
        play(keys);
}

/* Reads on until there is something to wait for. Returns: the number of events in @text, -1 on failure */
static int
collect(Keys *keys, char *text, size_t size, Err *err)
{
    size_t used = (size_t)snprintf(text, size, "{\"events\":[");
    int n = 0;

    keys->wait_ms = 0;
    while (n < KEYS_CHORD_MAX) {
        Line line;

        if (next_line(&keys->reader, &line, err) < 0)
            return -1;
        if (line.kind == LINE_KEEP) {
            keys->down.n = 0; /* what is down is nobody's to release any more */
            continue;
        }
        if (line.kind == LINE_WAIT)
            keys->wait_ms = line.wait_ms;
        if (line.kind == LINE_END && n == 0)
            return 0;
        if (line.kind == LINE_END) {
            keys->reader.line--; /* it is read again */
            break;
        }
        if (line.kind == LINE_WAIT && (n > 0 || line.wait_ms > 0))
            break;
        if (line.kind == LINE_WAIT)
            continue;
        if (note(&keys->down, &line, &keys->reader, err) < 0)
            return -1;
        used += put_event(text + used, size - used, line.key, line.kind == LINE_DOWN, n++ == 0);
    }
    (void)snprintf(text + used, size - used, "]}");
    return n;
}

static void
play(Keys *keys)
{
    char text[KEYS_CHORD_MAX * EVENT_TEXT_MAX + 32];
    Err err = {0};
    int n;

    keys->before = keys->down;
    n = collect(keys, text, sizeof text, &err);
    if (n < 0) {
        keys->down = keys->before;
        end_script(keys, &err);
    } else if (n == 0 && keys->wait_ms > 0) {
        timer_set(keys->machine->set, &keys->timer, keys->wait_ms);
    } else if (n == 0) {
        end_script(keys, NULL);
    } else if (qmp_send(&keys->machine->qmp, "input-send-event", text, -1, sent, keys, &err) < 0) {
        keys->down = keys->before;
        end_script(keys, &err);
    } else {
        keys->n_events += (uint64_t)n;
        keys->is_sent = true;
    }
}

static void
wait_is_over(Timer *timer)
{
    Keys *keys = timer->owner;

    if (keys->is_playing)
        play(keys);
    else
        start_next(keys);
}

static void
start_next(Keys *keys)
{
    if (keys->is_playing || keys->is_releasing || keys->n_queue == 0)
        return;
    keys->is_playing = true;
    keys->is_over = false;
    keys->n_events = 0;
    err_clear(&keys->err);
    keys->reader = (KeysReader){.fd = keys->queue[0].fd};
    play(keys);
}

void
keys_init(Keys *keys, struct Machine *machine)
{
    keys->machine = machine;
    keys->timer = (Timer){.func = wait_is_over, .owner = keys};
}

int
keys_add(Keys *keys, int fd, KeysDone done, void *owner, Err *err)
{
    struct stat st;
    int result = -1;

    if (keys->machine->guest->paused)
        (void)err_set(err, "state", "the domain is paused; resume it first");
    else if (keys->n_queue == KEYS_QUEUE_MAX)
        (void)err_set(err, "limit", "%d programs press keys in this machine; wait for one of them",
                      KEYS_QUEUE_MAX);
    else if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        (void)err_set(err, "argument", "the keys must come in a file");
    else if (st.st_size > KEYS_BYTES_MAX)
        (void)err_set(err, "limit", "the keys have more than %d bytes", KEYS_BYTES_MAX);
    else
        result = check(fd, err);
    if (result < 0) {
        io_close(&fd);
        return -1;
    }
    keys->queue[keys->n_queue++] = (KeysScript){.fd = fd, .done = done, .owner = owner};
    /* from the loop: the caller is still busy with the request */
    if (!keys->is_playing && !keys->is_releasing)
        timer_set(keys->machine->set, &keys->timer, 0);
    return 0;
}

void
keys_cancel(Keys *keys, const void *owner)
{
    Err err = {0};

    for (int i = keys->n_queue - 1; i >= keys->is_playing; i--)
        if (keys->queue[i].owner == owner) {
            io_close(&keys->queue[i].fd);
            keys->n_queue--;
            memmove(keys->queue + i, keys->queue + i + 1,
                    (size_t)(keys->n_queue - i) * sizeof keys->queue[0]);
        }
    if (!keys->is_playing || keys->queue[0].owner != owner)
        return;
    keys->queue[0].done = NULL;
    (void)err_set(&err, "state", "whoever pressed the keys has gone");
    end_script(keys, &err);
}

void
keys_stopped(Keys *keys)
{
    Err err = {0};

    (void)err_set(&err, "state", "the domain was paused meanwhile");
    while (keys->n_queue > keys->is_playing) {
        KeysScript script = keys->queue[--keys->n_queue];

        io_close(&script.fd);
        if (script.done)
            script.done(script.owner, 0, &err);
    }
    if (keys->is_playing)
        end_script(keys, &err);
}

void
keys_resumed(Keys *keys)
{
    if (!keys->is_playing && !keys->is_releasing)
        (void)release(keys);
}

void
keys_close(Keys *keys)
{
    Err err = {0};

    if (!keys->machine)
        return;
    (void)err_set(&err, "state", "the machine has ended");
    keys->down.n = 0; /* with all else of the machine */
    while (keys->n_queue > 0) {
        KeysScript script = keys->queue[--keys->n_queue];

        io_close(&script.fd);
        if (script.done)
            script.done(script.owner, 0, &err);
    }
    keys->is_playing = false;
    timer_clear(keys->machine->set, &keys->timer);
}
