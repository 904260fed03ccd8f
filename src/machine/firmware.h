/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/firmware.h - choose UEFI firmware by QEMU's descriptor files.
 *
 * Theory of operation. Distributions put one JSON file for each firmware build into
 * /etc/qemu/firmware and /usr/share/qemu/firmware (format: docs/interop/firmware.json of QEMU). A name in
 * the former hides the same name in the latter, an empty file masks it; the sort order of the names is the
 * preference. The first that fits architecture, machine type and wanted features is taken.
 *
 * Used by: facts.c, domcaps.c.
 */
#pragma once

#include <glib.h>

typedef struct {
    char *code;          /* path of the executable image */
    char *code_format;   /* "raw", "qcow2" */
    char *vars_template; /* NULL: stateless, nothing is kept */
    char *vars_format;
    gboolean has_secure_boot, has_enrolled_keys, needs_smm;
} Firmware;

/* -1: either way; 0: must not; 1: must. */
typedef struct {
    int secure_boot, enrolled_keys;
    int smm; /* 0: the machine has none */
} FirmwareWish;

/**
 * firmware_find:
 * @root: (nullable): where etc/ and usr/ are looked for: tests; NULL: the host
 * @arch: "x86_64"
 * @machine: canonical machine type, "pc-q35-7.2"
 * @error: LODGE_ERROR_NOT_FOUND, which says what to install or to change
 *
 * Returns: (transfer full): or NULL
 */
Firmware *firmware_find(const char *root, const char *arch, const char *machine,
                        const FirmwareWish *wish, GError **error);

/* Every build that fits @arch and @machine, best first: for domcapabilities. (transfer full) (element-type Firmware) */
GPtrArray *firmware_list(const char *root, const char *arch, const char *machine);
void firmware_free(Firmware *firmware);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Firmware, firmware_free)
