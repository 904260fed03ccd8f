/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* container/plan.h - from a definition and the facts of the host to the plan of a container.
 *
 * Theory of operation: planning is pure. What the host has stands in HostFacts, so the same input
 * always gives the same text, `--dry-run` shows it, and golden tests compare it. Each plan-*.c
 * writes the lines of one concern into the phases that supervisor/plan.h describes:
 *
 *   plan.c         phases in order, object, namespaces
 *   plan-cgroup.c  host: groups, limits, device rules
 *   plan-net.c     link: interfaces, addresses, routes
 *   plan-fs.c      guest: root, standard mounts, file systems, devices, consoles
 *   plan-confine.c payload: capabilities, seccomp; and guest: masked and read-only paths
 *   plan-init.c    init: environment, user, command
 *
 * Used by: kind.c. Format: supervisor/plan.h.
 */
#pragma once

#include <glib.h>

#include "conf/domain/domain.h"
#include "core/host-facts.h"
#include "core/paths.h"
#include "core/plan-text.h"

/* Processes and threads of a container that asks for no number. Enough for a full distribution
 * with a database and a web server; a fork bomb stops at 4096 tasks, about 70 MiB of kernel stacks,
 * an eighth of the smallest default of kernel.pid_max (32768). */
#define PLAN_PIDS_DEFAULT 4096

#define PLAN_LOG_BYTES "1048576" /* of one console log, before it is rotated */
#define PLAN_LOG_KEEP  "2"       /* old logs kept */
#define PLAN_LINGER_MS "10000"   /* how long an ended guest waits for who asked to wait */

typedef struct {
    const DomainDef *def;
    const HostFacts *facts;
    const Paths *paths;
    const char *live_dir;   /* of this guest: store_live_dir() */
    const char *source;     /* name of the XML for messages */
    gboolean is_transient;  /* the live directory goes away with the guest */
    gboolean inherit_stdio; /* init gets the launcher's descriptors (create --wait) */
    gboolean is_held;       /* frozen before init's program runs */
    guint n_files;          /* descriptors of the launcher that init gets besides */
    gboolean has_waiter;    /* somebody will ask how init ended, maybe after it did */
} PlanInput;

/**
 * container_plan_build:
 * Returns: (transfer full): the plan; NULL with @error when @in cannot be honoured on this host
 */
char *container_plan_build(const PlanInput *in, GError **error);

/* Does @def get a network namespace of its own? Otherwise it shares the host's. */
gboolean plan_has_own_net(const DomainDef *def);
/* Does @def have a root file system of its own? Returns it, or NULL: the host's root. */
const DomainFs *plan_root_fs(const DomainDef *def);

/* The concerns; see above. */
gboolean plan_cgroups(const PlanInput *in, GString *plan, GError **error);
gboolean plan_network(const PlanInput *in, GString *plan, GError **error);
gboolean plan_file_systems(const PlanInput *in, GString *plan, GError **error);
void plan_loops(const PlanInput *in,
                GString *plan); /* host, before the device rules that name them */
void plan_proc_view(const PlanInput *in, GString *plan); /* host */
void plan_masks(const PlanInput *in, GString *plan);     /* guest */
void plan_payload(const PlanInput *in, GString *plan);
void plan_init(const PlanInput *in, GString *plan);

/* Bit n: capability n is kept. */
guint64 plan_capabilities(const DomainDef *def);
