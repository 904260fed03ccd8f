/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/facts.h - what the host has, gathered before a plan is made, so that planning is pure.
 *
 * Used by: lifecycle.c (gather), plan-*.c, dev-*.c (read), tests (make their own).
 */
#pragma once

#include <sys/types.h>

#include <glib.h>

#include "conf/domain/domain.h"
#include "core/driver.h"
#include "core/host-facts.h"
#include "machine/accel.h"
#include "machine/caps.h"
#include "machine/firmware.h"

typedef struct {
    HostFacts *host; /* control groups, and what each interface plugs into */
    QemuCaps *caps;
    AccelTruth kvm;
    gid_t kvm_gid; /* group of /dev/kvm, 0 when it is not ours to join */
    uid_t uid;     /* QEMU's user and group: machine_uid() */
    gid_t gid;
    gboolean has_vhost_net; /* /dev/vhost-net can be opened */
    gboolean has_vhost_vsock;
    GPtrArray
        *chains; /* (element-type GPtrArray of ChainLayer): one for each disk; NULL: empty drive */
    Firmware *firmware;         /* of os firmware='efi'; NULL */
    char *nvram;                /* path of the variables of this machine; NULL */
    GArray *ports;              /* int: for each graphics device its TCP port, 0: none */
    guint vsock_cid;            /* for <cid auto='yes'> */
    char *passt, *virtiofsd;    /* programs; NULL when not installed */
    gint64 now_s, utc_offset_s; /* of this start, for clocks that are relative to it */
    GHashTable *copies;         /* set of paths that QEMU's user cannot read by itself */
} MachineFacts;

MachineFacts *machine_facts_new(void);
void machine_facts_free(MachineFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MachineFacts, machine_facts_free)

/**
 * machine_facts_gather:
 * @ctx: the connection
 * @def: what will be planned: completed (complete.h)
 * @source: name of the XML for messages
 * @hold: (inout) (nullable): NetworkRole.plug's; NULL: a dry run: start no network, make no NVRAM, reserve no port
 *
 * A notice ("KVM does not work here ...") goes into ctx->warnings.
 * Returns: (transfer full): or NULL when something that @def names is not there, with its line
 */
MachineFacts *machine_facts_gather(DriverCtx *ctx, const DomainDef *def, const char *source,
                                   int *hold, GError **error);

/* The user that runs QEMU for this guest: for the system a number of its own made from @uuid (no passwd entry
 * needed), for a session the caller's. */
uid_t machine_uid(const Paths *paths, const guint8 *uuid);
