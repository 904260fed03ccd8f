/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* screenkeys/player.h - play a script of keys in time, on a GLib main loop.
 *
 * Used by: vnc.c, spice.c.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *unix_path, *host, *port, *password; /* each NULL when not given */
    GArray *strokes;                          /* Stroke, of keycode/strokes.h */
} PlayerInput;

/* Reads standard input; see README.md. NULL with @error. (transfer full) */
PlayerInput *player_input_read(GError **error);
void player_input_free(PlayerInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlayerInput, player_input_free)

typedef struct Player Player;

/* Sends one key; @linux_code is one that @set has, @code is it in @set. */
typedef void (*PlayerKey)(gpointer data, guint code, gboolean is_down);
/* Asks the server for an answer that comes after every key; player_flushed() when it is there. */
typedef void (*PlayerFlush)(gpointer data);

typedef struct {
    int set; /* key code set of the channel */
    PlayerKey key;
    PlayerFlush flush; /* NULL: the channel has no such question, so a moment is waited */
    guint gap_ms;      /* between two keys, at least */
} PlayerChannel;

/**
 * player_new:
 * @loop: ended by the player; borrowed
 * @channel: borrowed; @data is what its functions get
 * @error: a key that the channel's set has no code for: nothing is played then
 *
 * SIGINT, SIGTERM and the death of the caller end the script with all keys released.
 */
Player *player_new(GMainLoop *loop, const PlayerInput *input, const PlayerChannel *channel,
                   gpointer data, GError **error);
void player_free(Player *player);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Player, player_free)

/* The channel is open: begins. */
void player_start(Player *player);
void player_flushed(Player *player);
/* The channel failed: @message is the error of the run; the loop ends. */
void player_fail(Player *player, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* After the loop: 0 when the script was played whole; else the error is on standard error. */
int player_status(const Player *player);
