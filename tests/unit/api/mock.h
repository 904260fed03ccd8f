/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* mock.h - two drivers and a network role that live in memory, and an api_registry of them.
 *
 * The first is "LXC" (every role), the second "QEMU" (objects only). A test fills the guests and reads
 * what was called last.
 */
#pragma once

#include <glib.h>

#include "core/driver.h"

#define MOCK_GUESTS 4

typedef struct {
    const char *name;
    guint8 uuid[16];
    int id;
} MockGuest;

typedef struct {
    MockGuest lxc[MOCK_GUESTS], qemu[MOCK_GUESTS], nets[MOCK_GUESTS]; /* name NULL: none */
    char last[128];                                                   /* "start 0x0 web" */
    char source[64];  /* xml_source of the last define */
    int fail;         /* LodgeErrorCode of the next call, -1: none */
    int console_peer; /* the other end of the last console */
    guint n_params;   /* or a number that the last call got */
} Mock;

extern Mock mock;

/* Empty, with guest "web" (uuid 01..01, id 4711) and guest "db" (02..02, off) in LXC, network "lan". */
void mock_reset(void);

/* A connection to lxc:///embed below a private root that ends with the test. */
char *mock_uri(const char *scheme);
void mock_cleanup(void);

/* Between the mock's files: writes Mock.last, fails as Mock.fail says. */
gboolean mock_note(GError **error, const char *what, guint flags, const char *name);
extern const DomainLifecycle mock_lifecycle;
extern const DomainConsoles mock_consoles;
extern const DomainResources mock_resources;
