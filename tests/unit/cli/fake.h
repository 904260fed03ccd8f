/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The library's API with a small house of its own, so that the command's words can be tested without a host.
 *
 * Guests: web (lxc, id 4711, persistent, autostart, titled, one interface), build (paused, id 4800,
 * transient), db (shut off). Networks: default (active, autostart), lab (inactive). Every process
 * starts from that; what a command changes lasts until the process ends. Names that contain "bad"
 * make the call that gets them fail.
 */
#pragma once

#include <lodge/lodge.h>

struct _virConnect {
    const char *uri;
    int is_read_only;
};

struct _virDomain {
    const char *name, *uuid, *type, *title, *description;
    int id, state, reason, is_persistent, autostart, is_used;
};

struct _virNetwork {
    const char *name, *uuid, *bridge;
    int is_active, is_persistent, autostart, is_used;
};

#define FAKE_UUID(n) "00000000-0000-4000-8000-00000000000" #n

virConnectPtr fake_connection(void);

/* Sets the last error; returns -1. */
int fake_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Copies of @from for the caller to free(). */
char *fake_copy(const char *from);
/* Fails on a read-only connection. */
int fake_writes(const char *call);
