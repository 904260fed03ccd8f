/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "screenkeys/player.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "keycode/strokes.h"
#include "keycode/table.h"
#include "util/error.h"
#include "util/file.h"

#define INPUT_MAX  (32 << 20) /* bytes: a million lines */
#define SETTLE_MS  200 /* after the last key, so that the server reads it before we hang up */
#define FLUSHED_MS 50  /* after that answer: a server may hold keys back for a moment */
#define FLUSH_MS                                                                                   \
    3000 /* for the server's answer that it has read everything: it may have nothing to show */

struct Player {
    GMainLoop *loop;
    const PlayerInput *input;
    const PlayerChannel *channel;
    gpointer data;
    guint owed_ms;    /* of the gap after the last key */
    guint next;       /* stroke */
    GHashTable *down; /* Linux codes that are down and not kept */
    gboolean has_begun, is_over, is_flushing;
    char *failure;
};

static gboolean
parse_head(PlayerInput *input, const char *line, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 3);
    guint n = g_strv_length(words);

    if (n == 2 && strcmp(words[0], "unix") == 0) {
        input->unix_path = g_strdup(words[1]);
    } else if (n == 3 && strcmp(words[0], "tcp") == 0) {
        input->host = g_strdup(words[1]);
        input->port = g_strdup(words[2]);
    } else if (g_str_has_prefix(line, "password ")) {
        input->password = g_strdup(line + strlen("password "));
    } else {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "'%.40s' is none of 'unix PATH', 'tcp HOST PORT', 'password TEXT' and 'keys'",
                    line);
        return FALSE;
    }
    return TRUE;
}

PlayerInput *
player_input_read(GError **error)
{
    g_autoptr(PlayerInput) input = g_new0(PlayerInput, 1);
    g_autofree char *text = file_read(AT_FDCWD, "/dev/stdin", INPUT_MAX, NULL, error);
    char *at = text;

    while (at) {
        char *end = strchr(at, '\n');

        if (!end) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "the line 'keys' is missing");
            return NULL;
        }
        *end = '\0';
        if (strcmp(at, "keys") == 0) {
            at = end + 1;
            break;
        }
        if (!parse_head(input, at, error))
            return NULL;
        at = end + 1;
    }
    input->strokes = at ? strokes_parse(at, error) : NULL;
    if (!input->strokes)
        return NULL;
    if (input->unix_path || input->host)
        return g_steal_pointer(&input);
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "there is no address");
    return NULL;
}

void
player_input_free(PlayerInput *input)
{
    if (!input)
        return;
    g_free(input->unix_path);
    g_free(input->host);
    g_free(input->port);
    g_free(input->password);
    g_clear_pointer(&input->strokes, g_array_unref);
    g_free(input);
}

static void
send_key(Player *self, guint linux_code, gboolean is_down)
{
    guint code;

    if (!keycode_translate(linux_code, KEYCODE_SET_LINUX, self->channel->set, &code, NULL))
        return; /* player_new() has looked at every one */
    self->channel->key(self->data, code, is_down);
    self->owed_ms = self->channel->gap_ms;
    if (is_down)
        g_hash_table_add(self->down, GUINT_TO_POINTER(linux_code));
    else
        g_hash_table_remove(self->down, GUINT_TO_POINTER(linux_code));
}

static gboolean
hang_up(gpointer data)
{
    Player *self = data;

    g_main_loop_quit(self->loop);
    return G_SOURCE_REMOVE;
}

void
player_flushed(Player *self)
{
    if (self->is_flushing)
        g_timeout_add(FLUSHED_MS, hang_up, self);
    self->is_flushing = FALSE;
}

static void
finish(Player *self)
{
    g_autoptr(GList) held = g_hash_table_get_keys(self->down);

    if (self->is_over)
        return;
    self->is_over = TRUE;
    for (GList *key = held; key && self->has_begun; key = key->next)
        send_key(self, GPOINTER_TO_UINT(key->data), FALSE);
    if (self->has_begun && self->channel->flush) {
        self->is_flushing = TRUE;
        self->channel->flush(self->data);
        g_timeout_add(FLUSH_MS, hang_up, self);
    } else {
        g_timeout_add(self->has_begun ? SETTLE_MS : 0, hang_up, self);
    }
}

static gboolean play_on(gpointer data);

/* Goes on in @ms, or later when the channel wants a longer gap. */
static gboolean
wait_for(Player *self, guint ms)
{
    g_timeout_add(MAX(ms, self->owed_ms), play_on, self);
    self->owed_ms = 0;
    return G_SOURCE_REMOVE;
}

static gboolean
play_on(gpointer data)
{
    Player *self = data;

    while (!self->is_over && self->next < self->input->strokes->len) {
        const Stroke *stroke = &g_array_index(self->input->strokes, Stroke, self->next++);

        switch (stroke->kind) {
        case STROKE_DOWN:
        case STROKE_UP:
            if (self->owed_ms > 0) {
                self->next--;
                return wait_for(self, 0);
            }
            send_key(self, stroke->value, stroke->kind == STROKE_DOWN);
            break;
        case STROKE_KEEP:
            g_hash_table_remove_all(self->down);
            break;
        case STROKE_WAIT:
            return wait_for(self, stroke->value);
        case STROKE_LAST:
            break;
        }
    }
    finish(self);
    return G_SOURCE_REMOVE;
}

void
player_start(Player *self)
{
    if (self->has_begun || self->is_over)
        return;
    self->has_begun = TRUE;
    (void)play_on(self);
}

void
player_fail(Player *self, const char *format, ...)
{
    va_list list;

    if (self->is_over && !self->is_flushing)
        return;
    va_start(list, format);
    if (!self->failure)
        self->failure = g_strdup_vprintf(format, list);
    va_end(list);
    self->is_over = TRUE; /* nothing can be released any more: the server does it */
    g_timeout_add(0, hang_up, self);
}

static gboolean
interrupted(gpointer data)
{
    Player *self = data;

    if (!self->failure)
        self->failure = g_strdup("interrupted; every key is released");
    finish(self);
    return G_SOURCE_CONTINUE;
}

Player *
player_new(GMainLoop *loop, const PlayerInput *input, const PlayerChannel *channel, gpointer data,
           GError **error)
{
    Player *self;

    for (guint i = 0; i < input->strokes->len; i++) {
        const Stroke *stroke = &g_array_index(input->strokes, Stroke, i);
        guint code;

        if ((stroke->kind == STROKE_DOWN || stroke->kind == STROKE_UP) &&
            !keycode_translate(stroke->value, KEYCODE_SET_LINUX, channel->set, &code, error))
            return NULL;
    }
    self = g_new0(Player, 1);
    *self = (Player){.loop = loop, .input = input, .channel = channel, .data = data};
    self->down = g_hash_table_new(NULL, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    g_unix_signal_add(SIGINT, interrupted, self);
    g_unix_signal_add(SIGTERM, interrupted, self);
    g_unix_signal_add(SIGHUP, interrupted, self);
    return self;
}

void
player_free(Player *self)
{
    if (!self)
        return;
    g_hash_table_unref(self->down);
    g_free(self->failure);
    g_free(self);
}

int
player_status(const Player *self)
{
    if (!self->failure)
        return 0;
    fprintf(stderr, "error: %s\n", self->failure);
    return 1;
}
