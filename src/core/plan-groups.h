/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/plan-groups.h - control groups and limits of a guest, as lines of its plan (phase host).
 *
 * Used by: container/plan-cgroup.c, machine/plan*.c.
 */
#pragma once

#include <glib.h>

#include "conf/domain/domain.h"
#include "core/host-facts.h"
#include "core/paths.h"
#include "core/plan-text.h"

typedef struct {
    const DomainDef *def; /* its tune says what is limited */
    const HostFacts *facts;
    const Paths *paths;
    const char *folder; /* "lxc", "qemu" */
    const char *source; /* name of the XML for messages */
    /* What our own defaults are, put in force where the host can: */
    guint64 memory_kib;            /* limit without <hard_limit>; DOMAIN_UNLIMITED: none */
    guint64 pids;                  /* without <lodge:pids>; DOMAIN_UNSET: none */
    const GPtrArray *device_rules; /* "c 1:3 rwm"; NULL: all devices */
} GroupsInput;

/* supervisor-group, cgroup, cgroup-set and devices. FALSE when this host cannot do what @in->def asks for. */
gboolean plan_groups(const GroupsInput *in, GString *plan, GError **error);
