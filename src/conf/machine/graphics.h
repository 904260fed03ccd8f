/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/graphics.h - <graphics>: VNC and SPICE. */
#pragma once

#include "conf/domain/device.h"

typedef enum {
    MACHINE_GRAPHICS_VNC,
    MACHINE_GRAPHICS_SPICE,
    MACHINE_GRAPHICS_LAST
} MachineGraphicsType;
ENUM_DECL(machine_graphics_type, MachineGraphicsType);

typedef enum {
    MACHINE_LISTEN_NONE,
    MACHINE_LISTEN_ADDRESS,
    MACHINE_LISTEN_NETWORK,
    MACHINE_LISTEN_SOCKET,
    MACHINE_LISTEN_LAST
} MachineListenType;
ENUM_DECL(machine_listen_type, MachineListenType);

typedef struct {
    MachineListenType type;
    char *address; /* address; network: live only */
    char *network;
    char *socket;            /* NULL: chosen at start, live only then */
    gboolean socket_is_auto; /* the path in .socket was chosen, not written: live only */
} MachineListen;

typedef enum {
    MACHINE_SHARE_ABSENT,
    MACHINE_SHARE_ALLOW_EXCLUSIVE,
    MACHINE_SHARE_FORCE_SHARED,
    MACHINE_SHARE_IGNORE,
    MACHINE_SHARE_LAST
} MachineSharePolicy;
ENUM_DECL(machine_share_policy, MachineSharePolicy);

typedef enum {
    MACHINE_CONNECTED_ABSENT,
    MACHINE_CONNECTED_FAIL,
    MACHINE_CONNECTED_DISCONNECT,
    MACHINE_CONNECTED_KEEP,
    MACHINE_CONNECTED_LAST
} MachineConnected; /* what happens to those who are connected when the password changes */
ENUM_DECL(machine_connected, MachineConnected);

typedef enum {
    SPICE_CHANNEL_MAIN,
    SPICE_CHANNEL_DISPLAY,
    SPICE_CHANNEL_INPUTS,
    SPICE_CHANNEL_CURSOR,
    SPICE_CHANNEL_PLAYBACK,
    SPICE_CHANNEL_RECORD,
    SPICE_CHANNEL_SMARTCARD,
    SPICE_CHANNEL_USBREDIR,
    SPICE_CHANNEL_LAST
} SpiceChannel;
ENUM_DECL(spice_channel, SpiceChannel);

typedef enum {
    SPICE_MODE_ABSENT,
    SPICE_MODE_ANY,
    SPICE_MODE_SECURE,
    SPICE_MODE_INSECURE,
    SPICE_MODE_LAST
} SpiceMode;
ENUM_DECL(spice_mode, SpiceMode);

typedef enum {
    SPICE_IMAGE_ABSENT,
    SPICE_IMAGE_AUTO_GLZ,
    SPICE_IMAGE_AUTO_LZ,
    SPICE_IMAGE_QUIC,
    SPICE_IMAGE_GLZ,
    SPICE_IMAGE_LZ,
    SPICE_IMAGE_OFF,
    SPICE_IMAGE_LAST
} SpiceImage;
ENUM_DECL(spice_image, SpiceImage);

typedef enum {
    SPICE_WAN_ABSENT,
    SPICE_WAN_AUTO,
    SPICE_WAN_NEVER,
    SPICE_WAN_ALWAYS,
    SPICE_WAN_LAST
} SpiceWan; /* jpeg and zlib */
ENUM_DECL(spice_wan, SpiceWan);

typedef enum {
    SPICE_STREAMING_ABSENT,
    SPICE_STREAMING_FILTER,
    SPICE_STREAMING_ALL,
    SPICE_STREAMING_OFF,
    SPICE_STREAMING_LAST
} SpiceStreaming;
ENUM_DECL(spice_streaming, SpiceStreaming);

typedef enum {
    SPICE_MOUSE_ABSENT,
    SPICE_MOUSE_SERVER,
    SPICE_MOUSE_CLIENT,
    SPICE_MOUSE_LAST
} SpiceMouse;
ENUM_DECL(spice_mouse, SpiceMouse);

typedef struct {
    DomainDeviceInfo info; /* no address, no alias */
    MachineGraphicsType type;
    gboolean autoport; /* ports are chosen at start */
    int port,
        tls_port;  /* 0: none; -1: chosen at start; with autoport the live document has numbers */
    int websocket; /* vnc: 0 none, -1 chosen at start */
    gboolean websocket_auto; /* it was -1 in the document */
    char *keymap;
    char *password;             /* printed with DOMAIN_FORMAT_SECURE only */
    gint64 password_valid_to_s; /* seconds since 1970, UTC; -1: for ever */
    MachineConnected connected;
    MachineSharePolicy share_policy; /* vnc */
    DomainSwitch power_control;      /* vnc */
    guint audio_id;                  /* vnc <audio id=>; 0: none */
    GPtrArray *listens; /* MachineListen*; after a parse at least one: the default address is
                           {ADDRESS, NULL}, which the driver makes 127.0.0.1 at start */
    /* spice */
    SpiceMode default_mode;
    SpiceMode channels[SPICE_CHANNEL_LAST];
    SpiceImage image;
    SpiceWan jpeg, zlib;
    DomainSwitch playback;
    SpiceStreaming streaming;
    SpiceMouse mouse;
    DomainSwitch clipboard, filetransfer;
    DomainSwitch gl;
    char *rendernode;
} MachineGraphics;
