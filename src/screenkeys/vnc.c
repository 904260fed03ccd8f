/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge-keys-vnc: keys through a VNC server, as extended key events. */
#include <gio/gunixsocketaddress.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vncbaseframebuffer.h>
#include <vncconnection.h>

#include "keycode/set.h"
#include "screenkeys/player.h"

#define OPEN_MS 5000 /* until the server says that it knows extended key events */
#define LOOK_MS 10
#define GAP_MS  10 /* QEMU's server holds each key back so long, and its queue has an end */

typedef struct {
    VncConnection *connection;
    const PlayerInput *input;
    Player *player;
    guint8 *pixels; /* the library wants somewhere to draw what it is sent; nobody looks */
    guint waited_ms;
    gboolean is_open, has_num_lock;
} Vnc;

#define QNUM_NUM_LOCK 0x45
#define QNUM_KP_FIRST 0x47
#define QNUM_KP_LAST  0x53
#define KEYSYM_KP_0   0xffb0
#define LED_NUM_LOCK  2 /* bit of the LED state message */

static void
send_key(gpointer channel, guint code, gboolean is_down)
{
    Vnc *self = channel;
    guint32 sym = 0;

    /* QEMU's server presses Num Lock by itself when the symbol of a keypad key does not fit its state */
    if (code == QNUM_NUM_LOCK && is_down)
        self->has_num_lock = !self->has_num_lock;
    if (self->has_num_lock && code >= QNUM_KP_FIRST && code <= QNUM_KP_LAST)
        sym = KEYSYM_KP_0;
    (void)vnc_connection_key_event(self->connection, is_down, sym, (guint16)code);
}

/* A server reads in order: the update that this asks for comes after every key. */
static void
flush(gpointer channel)
{
    Vnc *self = channel;

    (void)vnc_connection_framebuffer_update_request(self->connection, FALSE, 0, 0, 1, 1);
}

static void
on_update(VncConnection *connection, int x, int y, int width, int height, gpointer data)
{
    player_flushed(((Vnc *)data)->player);
}

/* The server's word that it knows them comes with its first message. */
static gboolean
look(gpointer data)
{
    Vnc *self = data;

    if (vnc_connection_get_ext_key_event(self->connection)) {
        self->is_open = TRUE;
        self->has_num_lock = (vnc_connection_get_ledstate(self->connection) & LED_NUM_LOCK) != 0;
        player_start(self->player);
        return G_SOURCE_REMOVE;
    }
    self->waited_ms += LOOK_MS;
    if (self->waited_ms < OPEN_MS)
        return G_SOURCE_CONTINUE;
    player_fail(self->player, "the VNC server knows no extended key events; use --via monitor");
    return G_SOURCE_REMOVE;
}

static void
give_screen(Vnc *self)
{
    guint16 width = (guint16)vnc_connection_get_width(self->connection);
    guint16 height = (guint16)vnc_connection_get_height(self->connection);
    const VncPixelFormat *format = vnc_connection_get_pixel_format(self->connection);
    VncBaseFramebuffer *screen;

    self->pixels = g_malloc0((gsize)width * height * 4 + 1);
    screen = vnc_base_framebuffer_new(self->pixels, width, height, width * 4, format, format);
    (void)vnc_connection_set_framebuffer(self->connection, VNC_FRAMEBUFFER(screen));
    g_object_unref(screen);
}

static void
on_initialized(VncConnection *connection, gpointer data)
{
    gint32 encodings[] = {VNC_CONNECTION_ENCODING_EXT_KEY_EVENT, VNC_CONNECTION_ENCODING_LED_STATE,
                          VNC_CONNECTION_ENCODING_RAW};
    Vnc *self = data;

    give_screen(self);
    if (!vnc_connection_set_encodings(connection, G_N_ELEMENTS(encodings), encodings))
        player_fail(self->player, "the VNC server hung up");
    else
        g_timeout_add(LOOK_MS, look, self);
}

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* GValueArray is what these signals carry */
    static void
    on_choose_type(VncConnection *connection, GValueArray *types, gpointer data)
{
    Vnc *self = data;
    guint wanted = self->input->password ? VNC_CONNECTION_AUTH_VNC : VNC_CONNECTION_AUTH_NONE;

    for (guint i = 0; i < types->n_values; i++)
        if ((guint)g_value_get_enum(g_value_array_get_nth(types, i)) == wanted) {
            (void)vnc_connection_set_auth_type(connection, wanted);
            return;
        }
    player_fail(self->player, self->input->password ? "the VNC server takes no password"
                                                    : "the VNC server wants more than we have: a "
                                                      "password, TLS or SASL");
}

static void
on_credential(VncConnection *connection, GValueArray *wanted, gpointer data)
{
    Vnc *self = data;

    for (guint i = 0; i < wanted->n_values; i++) {
        int type = g_value_get_enum(g_value_array_get_nth(wanted, i));
        const char *value =
            type == VNC_CONNECTION_CREDENTIAL_PASSWORD ? self->input->password : "lodge";

        if (!value || !vnc_connection_set_credential(connection, type, value)) {
            player_fail(self->player, "the VNC server wants a password that the XML does not have");
            return;
        }
    }
}
G_GNUC_END_IGNORE_DEPRECATIONS

static void
on_auth_failure(VncConnection *connection, const char *message, gpointer data)
{
    player_fail(((Vnc *)data)->player, "the VNC server refuses us: %s", message);
}

static void
on_error(VncConnection *connection, const char *message, gpointer data)
{
    player_fail(((Vnc *)data)->player, "VNC: %s", message);
}

static void
on_disconnected(VncConnection *connection, gpointer data)
{
    Vnc *self = data;

    player_fail(self->player,
                self->is_open ? "the VNC server hung up" : "the VNC server does not answer as one");
}

static gboolean
open_connection(Vnc *self, GError **error)
{
    g_autoptr(GSocketClient) client = NULL;
    g_autoptr(GSocketAddress) address = NULL;
    g_autoptr(GSocketConnection) stream = NULL;

    if (!self->input->unix_path)
        return vnc_connection_open_host(self->connection, self->input->host, self->input->port);
    client = g_socket_client_new();
    address = g_unix_socket_address_new(self->input->unix_path);
    stream = g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, error);
    return stream &&
           vnc_connection_open_fd(self->connection,
                                  dup(g_socket_get_fd(g_socket_connection_get_socket(stream))));
}

int
main(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(PlayerInput) input = player_input_read(&error);
    g_autoptr(Player) player = NULL;
    static const PlayerChannel channel = {KEYCODE_SET_RFB, send_key, flush, GAP_MS};
    Vnc self = {.input = input};

    if (input)
        player = player_new(loop, input, &channel, &self, &error);
    if (!player) {
        fprintf(stderr, "error: %s\n", error->message);
        return 1;
    }
    self.player = player;
    self.connection = vnc_connection_new();
    g_signal_connect(self.connection, "vnc-initialized", G_CALLBACK(on_initialized), &self);
    g_signal_connect(self.connection, "vnc-auth-choose-type", G_CALLBACK(on_choose_type), &self);
    g_signal_connect(self.connection, "vnc-auth-credential", G_CALLBACK(on_credential), &self);
    g_signal_connect(self.connection, "vnc-framebuffer-update", G_CALLBACK(on_update), &self);
    g_signal_connect(self.connection, "vnc-auth-failure", G_CALLBACK(on_auth_failure), &self);
    g_signal_connect(self.connection, "vnc-error", G_CALLBACK(on_error), &self);
    g_signal_connect(self.connection, "vnc-disconnected", G_CALLBACK(on_disconnected), &self);
    if (open_connection(&self, &error))
        g_main_loop_run(loop);
    else
        player_fail(player, "cannot connect to the VNC server: %s",
                    error ? error->message : "it does not answer");
    vnc_connection_shutdown(self.connection);
    g_free(self.pixels);
    return player_status(player);
}
