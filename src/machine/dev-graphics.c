/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <graphics>: VNC and SPICE.
 *
 * A password never stands on the command line, which every process of the host can read: QEMU is told that there
 * is one, lets nobody in until it is set, and the driver sets it over the monitor. */
#include <string.h>

#include "machine/command.h"

static const MachineListen *
graphics_listen(const MachineGraphics *graphics)
{
    return graphics->listens->len > 0 ? g_ptr_array_index(graphics->listens, 0) : NULL;
}

/* An address with a colon stands in brackets before ":DISPLAY". (transfer full) */
static char *
vnc_address(const char *address, int display)
{
    return strchr(address, ':') != NULL ? g_strdup_printf("[%s]:%d", address, display)
                                        : g_strdup_printf("%s:%d", address, display);
}

/* Below QEMU's working directory it is named relatively: no other directory is QEMU's to write in. */
static gboolean
socket_name(const Command *command, const MachineGraphics *graphics, const char *path,
            const char **ret_name, GError **error)
{
    g_autofree char *work = g_strconcat(command->in->live_dir, "/work/", NULL);

    if (g_str_has_prefix(path, work)) {
        *ret_name = path + strlen(work);
        return TRUE;
    }
    if (!command->in->paths->session)
        return command_refuse(command->in, graphics->info.line, error,
                              "<graphics>: QEMU's user cannot make the socket '%s'; leave the "
                              "path out, then lodge chooses one and 'lodge domdisplay' shows it",
                              path);
    *ret_name = path;
    return TRUE;
}

static const char *
vnc_share(MachineSharePolicy policy)
{
    switch (policy) {
    case MACHINE_SHARE_ALLOW_EXCLUSIVE:
        return "allow-exclusive";
    case MACHINE_SHARE_FORCE_SHARED:
        return "force-shared";
    case MACHINE_SHARE_IGNORE:
        return "ignore";
    case MACHINE_SHARE_ABSENT:
    case MACHINE_SHARE_LAST:
        break;
    }
    return NULL;
}

static gboolean
vnc_where(const Command *command, const MachineGraphics *graphics, Option *option, GError **error)
{
    const MachineListen *listen = graphics_listen(graphics);
    g_autofree char *where = NULL;
    const char *name;

    if (listen != NULL && listen->type == MACHINE_LISTEN_NONE) {
        option_string(option, "vnc", "none");
        return TRUE;
    }
    if (listen != NULL && listen->type == MACHINE_LISTEN_SOCKET) {
        if (!socket_name(command, graphics, listen->socket, &name, error))
            return FALSE;
        where = g_strconcat("unix:", name, NULL);
        option_string(option, "vnc", where);
        return TRUE;
    }
    if (graphics->port < 5900)
        return command_wrong(command->in, graphics->info.line, error,
                             "<graphics type='vnc' port='%d'>: QEMU's VNC ports begin at 5900",
                             graphics->port);
    where = vnc_address(listen != NULL && listen->address != NULL ? listen->address : "127.0.0.1",
                        graphics->port - 5900);
    option_string(option, "vnc", where);
    if (graphics->websocket > 0)
        option_uint(option, "websocket", (guint64)graphics->websocket);
    return TRUE;
}

static gboolean
add_vnc(Command *command, const MachineGraphics *graphics, GError **error)
{
    g_autoptr(Option) option = option_new(NULL);

    if (!vnc_where(command, graphics, option, error))
        return FALSE;
    if (graphics->password != NULL)
        option_bool(option, "password", TRUE);
    option_string(option, "share", vnc_share(graphics->share_policy));
    option_switch(option, "power-control", graphics->power_control);
    if (graphics->audio_id != 0) {
        g_autofree char *audio = g_strdup_printf("audio%u", graphics->audio_id);

        option_string(option, "audiodev", audio);
    }
    command_take(command, "-vnc", g_steal_pointer(&option));
    if (graphics->keymap != NULL)
        command_text(command, "-k", graphics->keymap);
    return TRUE;
}

static const char *
spice_image(SpiceImage image)
{
    static const char *const words[SPICE_IMAGE_LAST] = {
        [SPICE_IMAGE_AUTO_GLZ] = "auto_glz",
        [SPICE_IMAGE_AUTO_LZ] = "auto_lz",
        [SPICE_IMAGE_QUIC] = "quic",
        [SPICE_IMAGE_GLZ] = "glz",
        [SPICE_IMAGE_LZ] = "lz",
        [SPICE_IMAGE_OFF] = "off",
    };

    return words[image];
}

static const char *
spice_wan(SpiceWan wan)
{
    static const char *const words[SPICE_WAN_LAST] = {
        [SPICE_WAN_AUTO] = "auto",
        [SPICE_WAN_NEVER] = "never",
        [SPICE_WAN_ALWAYS] = "always",
    };

    return words[wan];
}

static const char *
spice_streaming(SpiceStreaming streaming)
{
    static const char *const words[SPICE_STREAMING_LAST] = {
        [SPICE_STREAMING_FILTER] = "filter",
        [SPICE_STREAMING_ALL] = "all",
        [SPICE_STREAMING_OFF] = "off",
    };

    return words[streaming];
}

static void
spice_look(const MachineGraphics *graphics, Option *option)
{
    option_string(option, "image-compression", spice_image(graphics->image));
    option_string(option, "jpeg-wan-compression", spice_wan(graphics->jpeg));
    option_string(option, "zlib-glz-wan-compression", spice_wan(graphics->zlib));
    option_switch(option, "playback-compression", graphics->playback);
    option_string(option, "streaming-video", spice_streaming(graphics->streaming));
    if (graphics->mouse != SPICE_MOUSE_ABSENT)
        option_bool(option, "agent-mouse", graphics->mouse == SPICE_MOUSE_CLIENT);
    if (graphics->clipboard == DOMAIN_SWITCH_OFF)
        option_bool(option, "disable-copy-paste", TRUE);
    if (graphics->filetransfer == DOMAIN_SWITCH_OFF)
        option_bool(option, "disable-agent-file-xfer", TRUE);
}

static gboolean
spice_check(const Command *command, const MachineGraphics *graphics, GError **error)
{
    int line = graphics->info.line;

    if (!command_has_device(command, "qxl"))
        return command_refuse(command->in, line, error,
                              "<graphics type='spice'>: this QEMU has no SPICE; install the "
                              "package qemu-system-modules-spice or use type='vnc'");
    if (graphics->tls_port > 0 || graphics->default_mode == SPICE_MODE_SECURE)
        return command_refuse(command->in, line, error,
                              "<graphics type='spice'>: TLS is not supported; remove tlsPort and "
                              "let clients come through an SSH tunnel");
    for (int i = 0; i < SPICE_CHANNEL_LAST; i++)
        if (graphics->channels[i] == SPICE_MODE_SECURE)
            return command_refuse(command->in, line, error,
                                  "<channel mode='secure'>: SPICE over TLS is not supported");
    if (graphics->gl == DOMAIN_SWITCH_ON)
        return command_refuse(command->in, line, error,
                              "<gl enable='yes'>: QEMU's user may not open the host's graphics "
                              "card; remove the element");
    return TRUE;
}

static gboolean
add_spice(Command *command, const MachineGraphics *graphics, GError **error)
{
    const MachineListen *listen = graphics_listen(graphics);
    g_autoptr(Option) option = option_new(NULL);
    const char *name;

    if (!spice_check(command, graphics, error))
        return FALSE;
    if (listen != NULL && listen->type == MACHINE_LISTEN_SOCKET) {
        if (!socket_name(command, graphics, listen->socket, &name, error))
            return FALSE;
        option_bool(option, "unix", TRUE);
        option_string(option, "addr", name);
    } else if (listen == NULL || listen->type != MACHINE_LISTEN_NONE) {
        option_uint(option, "port", (guint64)MAX(graphics->port, 0));
        option_string(option, "addr",
                      listen != NULL && listen->address != NULL ? listen->address : "127.0.0.1");
    }
    if (graphics->password == NULL)
        option_bool(option, "disable-ticketing", TRUE);
    spice_look(graphics, option);
    option_bool(option, "seamless-migration", TRUE);
    command_take(command, "-spice", g_steal_pointer(&option));
    if (graphics->keymap != NULL)
        command_text(command, "-k", graphics->keymap);
    return TRUE;
}

gboolean
dev_graphics(Command *command, gconstpointer device, GError **error)
{
    const MachineGraphics *graphics = device;

    switch (graphics->type) {
    case MACHINE_GRAPHICS_VNC:
        return add_vnc(command, graphics, error);
    case MACHINE_GRAPHICS_SPICE:
        return add_spice(command, graphics, error);
    case MACHINE_GRAPHICS_LAST:
        break;
    }
    g_return_val_if_reached(FALSE);
}
