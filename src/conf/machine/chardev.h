/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/chardev.h - <serial>, <parallel>, <console>, <channel>: character devices and where they lead. */
#pragma once

#include "conf/domain/device.h"

typedef enum {
    CHARDEV_PTY,
    CHARDEV_FILE,
    CHARDEV_UNIX,
    CHARDEV_TCP,
    CHARDEV_UDP,
    CHARDEV_NULL,
    CHARDEV_DEV,
    CHARDEV_PIPE,
    CHARDEV_STDIO, /* of QEMU: its log */
    CHARDEV_SPICEVMC,
    CHARDEV_SPICEPORT,
    CHARDEV_LAST
} ChardevType;
ENUM_DECL(chardev_type, ChardevType);

typedef enum {
    CHARDEV_RAW,
    CHARDEV_TELNET,
    CHARDEV_PROTOCOL_LAST
} ChardevProtocol;
ENUM_DECL(chardev_protocol, ChardevProtocol);

/* Where a character device of the guest leads on the host; redirdev has one too. */
typedef struct {
    ChardevType type;
    char *path; /* pty: live only; file, dev, pipe; unix: NULL until it is chosen (at start) */
    DomainSwitch append;            /* file */
    gboolean listens;               /* unix, tcp: mode='bind'; else 'connect' */
    DomainSwitch reconnect;         /* unix, tcp that connect */
    guint reconnect_s;              /* with reconnect on */
    char *host, *service;           /* tcp, udp (connect side) */
    char *bind_host, *bind_service; /* udp */
    ChardevProtocol protocol;       /* tcp */
    char *channel;                  /* spiceport */
    char *log_file;                 /* <log file=>; NULL */
    DomainSwitch log_append;
} ChardevSource;

typedef enum {
    CHARDEV_TARGET_ABSENT,
    /* serial */
    CHARDEV_TARGET_ISA_SERIAL,
    CHARDEV_TARGET_USB_SERIAL,
    CHARDEV_TARGET_PCI_SERIAL,
    CHARDEV_TARGET_SYSTEM_SERIAL, /* arm, riscv: the board's */
    /* console */
    CHARDEV_TARGET_SERIAL,
    CHARDEV_TARGET_VIRTIO, /* channel too */
    /* channel */
    CHARDEV_TARGET_GUESTFWD,
    CHARDEV_TARGET_LAST
} ChardevTarget;
ENUM_DECL(chardev_target, ChardevTarget);

typedef enum {
    CHARDEV_MODEL_ABSENT,
    CHARDEV_MODEL_ISA_SERIAL,
    CHARDEV_MODEL_USB_SERIAL,
    CHARDEV_MODEL_PCI_SERIAL,
    CHARDEV_MODEL_PL011,
    CHARDEV_MODEL_16550A,
    CHARDEV_MODEL_LAST
} ChardevModel; /* of a serial's target */
ENUM_DECL(chardev_model, ChardevModel);

typedef struct {
    DomainDeviceInfo info;
    ChardevSource source;
    ChardevTarget target;
    ChardevModel model;
    int port;    /* -1: not given; serial, parallel, console: counted from 0 */
    char *name;  /* channel, virtio: "org.qemu.guest_agent.0" or NULL */
    char *state; /* channel, live only: "connected", "disconnected" */
    char *forward_address, *forward_port; /* guestfwd */
    /* console of target type serial, port 0: the face of the first <serial>, no device of its own.
     * It is printed with that serial's source. */
    gboolean is_face;
} MachineChardev;
