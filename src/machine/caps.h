/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/caps.h - what one QEMU program can do, asked once and kept in the cache.
 *
 * Theory of operation. The program is started with no machine and asked over QMP for its version,
 * machine types, devices and processors (about 60 ms). The answer is kept as text, one fact a line,
 * in CACHE/qemu/caps-HASH, where HASH stands for path, size and time of the program; so a start
 * reads one file and searches it, and an upgraded QEMU is asked anew. A cache that cannot be written
 * is no error.
 *
 * Used by: facts.c, complete.c, plan-*.c, domcaps.c.
 */
#pragma once

#include <glib.h>

#include "core/paths.h"

typedef struct QemuCaps QemuCaps;

/**
 * qemu_caps_find_binary:
 * @arch: (nullable): "x86_64", "i686", "aarch64"; NULL: the host's
 * @emulator: (nullable): what the XML says
 *
 * Returns: (transfer full): path of the program; NULL with LODGE_ERROR_NOT_FOUND that says which
 *   package brings it, or LODGE_ERROR_UNSUPPORTED_CONFIG for an architecture that lodge has no machine for
 */
char *qemu_caps_find_binary(const char *arch, const char *emulator, GError **error);

/**
 * qemu_caps_load:
 * @paths: whose cache; borrowed for the call
 * @binary: absolute path
 *
 * Blocking: a stat and a read when cached, else the time QEMU needs to answer, at most 10 s.
 * Returns: (transfer full): or NULL when it is no QEMU that can be asked
 */
QemuCaps *qemu_caps_load(const Paths *paths, const char *binary, GError **error);

/* From the text of a cache file: for tests. (transfer full); NULL when it is not complete. */
QemuCaps *qemu_caps_from_text(const char *binary, const char *text);
void qemu_caps_free(QemuCaps *caps);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QemuCaps, qemu_caps_free)

const char *qemu_caps_binary(const QemuCaps *caps);
guint qemu_caps_version(const QemuCaps *caps);    /* 7002022 is 7.2.22 */
const char *qemu_caps_arch(const QemuCaps *caps); /* "x86_64" */
/* Whether it has a device (or any other type) of that name, e.g. "virtio-blk-pci". */
gboolean qemu_caps_has_device(const QemuCaps *caps, const char *device);
gboolean qemu_caps_has_cpu(const QemuCaps *caps, const char *model);

typedef struct {
    char *name;  /* "pc-q35-7.2" */
    char *alias; /* "q35", or NULL */
    guint max_cpus;
    gboolean is_deprecated, is_default;
} QemuMachine;

/**
 * qemu_caps_machine:
 * @name: a name or an alias; NULL: the default one
 * @ret_machine: (out caller-allocates): strings are released by qemu_machine_clear()
 *
 * Returns: FALSE when there is none
 */
gboolean qemu_caps_machine(const QemuCaps *caps, const char *name, QemuMachine *ret_machine);
void qemu_machine_clear(QemuMachine *machine);

/* (transfer full) (element-type QemuMachine), (element-type utf8): in QEMU's order. */
GArray *qemu_caps_machines(const QemuCaps *caps);
GPtrArray *qemu_caps_cpus(const QemuCaps *caps);
