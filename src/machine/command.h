/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/command.h - QEMU's command line under construction, with the descriptors that it inherits.
 *
 * Theory of operation. An Option is "driver,key=value,...": a list of pairs until it is rendered, so that the
 * same device can become an argument (commas in values doubled) or members of a QMP command (attach).
 * A Command collects items (a flag with an Option, a JSON text, or a word) and the lines of the plan's
 * host phase that open what the items name. Numbers of descriptors count up from COMMAND_FD_FIRST in
 * the order in which they are asked for, so the same definition gives the same plan.
 *
 * Used by: command-*.c, dev-*.c (write), plan.c and attach.c (read).
 */
#pragma once

#include "conf/machine/machine.h"
#include "machine/plan.h"

#define COMMAND_FD_FIRST 20
#define COMMAND_FD_MAX   499

typedef struct Option Option;

/* Begins with @driver: "virtio-blk-pci"; of options without one: NULL. */
Option *option_new(const char *driver);
void option_free(Option *option);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Option, option_free)

/* Adders. Values that mean "absent" (NULL, DOMAIN_SWITCH_ABSENT, 0 of option_given) add nothing. */
void option_string(Option *option, const char *key, const char *value);
void option_uint(Option *option, const char *key, guint64 value);
void option_hex(Option *option, const char *key, guint64 value); /* 0x1f */
void option_given(Option *option, const char *key, guint64 value);
void option_bool(Option *option, const char *key, gboolean value); /* on, off */
void option_switch(Option *option, const char *key, DomainSwitch value);

/* "driver,key=value,...". (transfer full) */
char *option_text(const Option *option);
/* Pairs as text, in order: KEY, VALUE, KEY, VALUE ...; borrowed. The driver comes as key "driver". */
const GPtrArray *option_pairs(const Option *option);

typedef struct {
    const char *flag; /* "-device"; static */
    Option *option;   /* or NULL, */
    char *text;       /* then this; NULL: the flag stands alone */
} CommandItem;

typedef struct {
    const MachinePlanInput *in;
    const DomainMachine *machine; /* of in->def */
    GString *host;                /* lines of the phase */
    GPtrArray *items;             /* CommandItem */
    GPtrArray *env;               /* NAME, VALUE, NAME, VALUE ... */
    int next_fd, next_set;
    guint n_consoles;
} Command;

Command *command_new(const MachinePlanInput *in);
void command_end(Command *command);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Command, command_end)

/* One more descriptor that QEMU inherits. */
int command_fd(Command *command);

/**
 * command_open:
 * @path: a file of the host
 * @mode: "ro", "rw", "append"
 *
 * Has the supervisor open @path and QEMU know it under a name.
 * Returns: (transfer full): "/dev/fdset/N"
 */
char *command_open(Command *command, const char *path, const char *mode);

void command_take(Command *command, const char *flag, Option *option); /* (transfer full) */
void command_text(Command *command, const char *flag, const char *text);
void command_word(Command *command, const char *word);
void command_env(Command *command, const char *name, const char *value);

/* LODGE_ERROR_UNSUPPORTED_CONFIG (CONFIG) "FILE:LINE: <ELEMENT> ..."; both return FALSE. @line 0: not known. */
gboolean command_refuse(const MachinePlanInput *in, int line, GError **error, const char *format,
                        ...) G_GNUC_PRINTF(4, 5);
gboolean command_wrong(const MachinePlanInput *in, int line, GError **error, const char *format,
                       ...) G_GNUC_PRINTF(4, 5);

/* Whether QEMU has @device; TRUE when nothing is known of it. */
gboolean command_has_device(const Command *command, const char *device);
/* KVM is what runs this machine. */
gboolean command_uses_kvm(const MachinePlanInput *in);
guint command_qemu_version(const Command *command);

/* Name of the controller @type with @index (not of its companions); NULL when there is none. */
const char *command_controller(const Command *command, MachineControllerType type, int index);

/* What every -device has: id, bus and place, boot index, option ROM. */
gboolean option_device(const Command *command, Option *option, const DomainDeviceInfo *info,
                       GError **error);
/* Driver options of virtio devices. */
void option_virtio(Option *option, const MachineVirtio *virtio);
/* "virtio-blk-pci", "virtio-blk-pci-non-transitional"; with @stem "virtio-blk". (transfer full) */
char *virtio_device_name(const char *stem, VirtioModel model);

/* The parts: each adds its items, or fails. */
gboolean command_machine(Command *command, GError **error); /* -machine, -accel, -m, -smp ... */
gboolean command_firmware(Command *command, Option *machine, GError **error);
gboolean command_boot(Command *command, GError **error); /* -boot, -kernel */
gboolean command_cpu(Command *command, GError **error);
gboolean command_clock(Command *command, GError **error);
gboolean command_chardev(Command *command, const ChardevSource *source, const char *id,
                         const char *element, int line, GError **error);
gboolean dev_controller(Command *command, gconstpointer device, GError **error);
gboolean dev_disk(Command *command, gconstpointer device, GError **error);
gboolean dev_filesystem(Command *command, gconstpointer device, GError **error);
gboolean dev_net(Command *command, gconstpointer device, GError **error);
gboolean dev_serial(Command *command, gconstpointer device, GError **error);
gboolean dev_parallel(Command *command, gconstpointer device, GError **error);
gboolean dev_console(Command *command, gconstpointer device, GError **error);
gboolean dev_channel(Command *command, gconstpointer device, GError **error);
gboolean dev_input(Command *command, gconstpointer device, GError **error);
gboolean dev_graphics(Command *command, gconstpointer device, GError **error);
gboolean dev_sound(Command *command, gconstpointer device, GError **error);
gboolean dev_audio(Command *command, gconstpointer device, GError **error);
gboolean dev_video(Command *command, gconstpointer device, GError **error);
gboolean dev_redirdev(Command *command, gconstpointer device, GError **error);
gboolean dev_watchdog(Command *command, gconstpointer device, GError **error);
gboolean dev_balloon(Command *command, gconstpointer device, GError **error);
gboolean dev_rng(Command *command, gconstpointer device, GError **error);
gboolean dev_panic(Command *command, gconstpointer device, GError **error);
gboolean dev_vsock(Command *command, gconstpointer device, GError **error);

/* All devices, in an order in which buses stand before what sits on them. */
gboolean command_devices(Command *command, GError **error);
/* One device; the table of kinds. */
gboolean command_device(Command *command, MachineDeviceKind kind, gconstpointer device,
                        GError **error);

/* The boot index of a device: its own order, or from <boot dev=>; 0: none. */
guint boot_index(const DomainDef *def, MachineDeviceKind kind, gconstpointer device);
