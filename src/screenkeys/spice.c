/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge-keys-spice: keys through a SPICE server's inputs channel. */
#include <spice-client.h>
#include <stdio.h>

#include "keycode/set.h"
#include "screenkeys/player.h"

typedef struct {
    SpiceSession *session;
    SpiceInputsChannel *inputs;
    Player *player;
} Spice;

/* XT_KBD codes: 0x1xx after an e0 prefix, as this call wants them. */
static void
send_key(gpointer channel, guint code, gboolean is_down)
{
    Spice *self = channel;

    if (is_down)
        spice_inputs_channel_key_press(self->inputs, code);
    else
        spice_inputs_channel_key_release(self->inputs, code);
}

static void
on_event(SpiceChannel *channel, SpiceChannelEvent event, gpointer data)
{
    Spice *self = data;
    const GError *error;

    switch (event) {
    case SPICE_CHANNEL_OPENED:
        if (SPICE_IS_INPUTS_CHANNEL(channel)) {
            self->inputs = SPICE_INPUTS_CHANNEL(channel);
            player_start(self->player);
        }
        break;
    case SPICE_CHANNEL_ERROR_AUTH:
        player_fail(self->player, "the SPICE server refuses the password");
        break;
    case SPICE_CHANNEL_CLOSED:
        player_fail(self->player, "the SPICE server hung up");
        break;
    case SPICE_CHANNEL_NONE:
    case SPICE_CHANNEL_SWITCHING:
        break;
    case SPICE_CHANNEL_ERROR_CONNECT:
    case SPICE_CHANNEL_ERROR_TLS:
    case SPICE_CHANNEL_ERROR_LINK:
    case SPICE_CHANNEL_ERROR_IO:
    default:
        error = spice_channel_get_error(channel);
        player_fail(self->player, "cannot reach the SPICE server: %s",
                    error ? error->message : "it does not answer as one");
        break;
    }
}

static void
on_channel(SpiceSession *session, SpiceChannel *channel, gpointer data)
{
    /* the session opens its main channel itself */
    if (!SPICE_IS_MAIN_CHANNEL(channel) && !SPICE_IS_INPUTS_CHANNEL(channel))
        return;
    g_signal_connect(channel, "channel-event", G_CALLBACK(on_event), data);
    if (SPICE_IS_INPUTS_CHANNEL(channel))
        (void)spice_channel_connect(channel);
}

static void
drop(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

int
main(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(PlayerInput) input = player_input_read(&error);
    g_autoptr(Player) player = NULL;
    static const PlayerChannel channel = {.set = KEYCODE_SET_XT_KBD, .key = send_key};
    Spice self = {0};

    g_log_set_handler("GSpice", G_LOG_LEVEL_MASK, drop,
                      NULL); /* what fails comes as an event too */
    if (input)
        player = player_new(loop, input, &channel, &self, &error);
    if (!player) {
        fprintf(stderr, "error: %s\n", error->message);
        return 1;
    }
    self.player = player;
    self.session = spice_session_new();
    g_object_set(self.session, "enable-audio", FALSE, "enable-usbredir", FALSE, "enable-smartcard",
                 FALSE, NULL);
    if (input->unix_path)
        g_object_set(self.session, "unix-path", input->unix_path, NULL);
    else
        g_object_set(self.session, "host", input->host, "port", input->port, NULL);
    if (input->password)
        g_object_set(self.session, "password", input->password, NULL);
    g_signal_connect(self.session, "channel-new", G_CALLBACK(on_channel), &self);
    if (spice_session_connect(self.session))
        g_main_loop_run(loop);
    else
        player_fail(player, "cannot connect to the SPICE server");
    spice_session_disconnect(self.session);
    return player_status(player);
}
