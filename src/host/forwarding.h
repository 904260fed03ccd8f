/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/forwarding.h - let the host forward packets while somebody needs it.
 *
 * Theory of operation. The kernel has one switch per address family and network namespace. The
 * first user saves its value and turns it on, the last one puts the saved value back. The users
 * stand in a file, DIR/v4.NETNS or DIR/v6.NETNS (the kernel's cookie of the network namespace), that is
 * changed under the lock DIR/lock and written before the switch is touched, so that a user killed at any
 * instant can be released by whoever cleans up.
 *   boot BOOT-ID                a file of another boot counts as absent
 *   saved 0|1
 *   user NAME [HOME]            one line each; one whose HOME is gone no longer counts
 *
 * Private roots on one host share its switch, so they share DIR.
 *
 * Used by: supervisor (plan operation forwarding).
 * libc only. Blocking: waits for the lock, which is held for a few file operations.
 */
#pragma once

#include <stdbool.h>

#include "host/err.h"

typedef struct {
    const char *dir;  /* made when missing (its parent exists) */
    bool v6;          /* net/ipv6/conf/all/forwarding; else net/ipv4/ip_forward */
    const char *user; /* one word, unique among the users of dir */
    const char
        *home; /* (nullable): a directory that is there as long as somebody sees to the user */
} ForwardingUse;

/* Forwarding is on, and @use->user is among those who need it. Calling it twice is harmless. */
int forwarding_acquire(const ForwardingUse *use, Err *err);

/* Takes the user off the list; the last one puts the saved value back. Fine when not a user. */
int forwarding_release(const ForwardingUse *use, Err *err);
