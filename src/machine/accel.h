/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/accel.h - whether KVM truly runs guests on this host.
 *
 * Theory of operation. That /dev/kvm is there says little: nested and para-virtual hosts offer one
 * under which firmware runs and every stock kernel hangs. So QEMU runs a small program of ours (the
 * firmware image in accel-image.S) under KVM, which does what a kernel does in its first second and
 * says so through a debug port: long mode with its own page tables, privilege level and flags as the
 * manuals have them, exceptions with their frames, MSRs, the local APIC's timer waking a HLT, a system
 * call from ring 3 and back. It ends within 0.1 s where KVM works; no answer in ACCEL_PROBE_MS, a crash
 * or a wrong result means that KVM is not used. The answer is kept in CACHE/qemu/accel under
 * the boot id, the kernel's release and QEMU's version: each of them can change it.
 *
 * Used by: facts.c, domcaps.c, driver.c (capabilities).
 */
#pragma once

#include <glib.h>

#include "core/paths.h"
#include "machine/caps.h"

#define ACCEL_PROBE_MS 1500

typedef struct {
    gboolean works;
    char *
        reason; /* why not: "the host has no /dev/kvm; load kvm_intel or kvm_amd ..."; NULL when it works */
} AccelTruth;

/**
 * accel_probe:
 * @paths: whose cache
 * @ret_truth: (out caller-allocates): the answer; accel_truth_clear()
 *
 * Never fails: whatever goes wrong is a reason. Blocking: a read when cached; else at most about
 * ACCEL_PROBE_MS and the time QEMU needs to start.
 */
void accel_probe(const Paths *paths, const QemuCaps *caps, AccelTruth *ret_truth);
void accel_truth_clear(AccelTruth *truth);

/**
 * accel_run_image:
 * @accel: "kvm" or "tcg"
 *
 * Runs the probe program now, whatever the cache says; for tests and `lodge doctor`.
 * Returns: (transfer full): NULL when it passed, else why not
 */
char *accel_run_image(const char *binary, const char *accel, int timeout_ms);
