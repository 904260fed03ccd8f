/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/guest-kind.h - what tells containers and machines apart, for the calls that both share.
 *
 * A driver fills one const table and offers the roles of core/guest-roles.h; DriverCtx.kind leads there.
 * Used by: core/guest-*.c (calls it), container/driver.c, machine/driver.c (fill it).
 */
#pragma once

#include <glib.h>

#include "conf/domain/domain.h"
#include "core/driver.h"
#include "core/status.h"
#include "core/store.h"

typedef struct Guest Guest; /* core/guest.h */

enum { /* VIR_DOMAIN_START_* */
    GUEST_START_PAUSED = 1,
    GUEST_START_AUTODESTROY = 2,
    GUEST_START_FORCE_BOOT = 8,
    GUEST_START_VALIDATE = 16
};

enum { /* VIR_DOMAIN_DESTROY_* */
    GUEST_DESTROY_GRACEFUL = 1,
    GUEST_DESTROY_REMOVE_LOGS = 2
};

/* What a start needs to know. */
typedef struct {
    DriverCtx *ctx;
    Store *store;
    DomainDef *def; /* the start's own copy: what exists while it runs only may be put in */
    const char *source, *xml, *live_dir;
    const StartIo *io; /* NULL: nobody waits */
    guint flags;       /* VIR_DOMAIN_START_* */
    gboolean is_transient;
    gboolean is_dry_run;
    const char *incoming;    /* (nullable): the saved image that it continues; machines */
    guint64 incoming_offset; /* where its stream begins */
    int *hold;               /* of the networks it plugs into (NetworkRole.plug); NULL: a dry run */
} GuestStart;

/* A flag of shutdown and reboot, and the supervisor's word for it. */
typedef struct {
    guint flag;
    const char *method;
} GuestEnding;

typedef struct GuestKind {
    const char *folder;            /* of its files, and its word in the journal: "lxc" */
    guint start_flags;             /* that start knows, */
    guint create_flags;            /* and create, */
    guint undefine_flags;          /* undefine, */
    guint destroy_flags;           /* destroy */
    const GuestEnding *endings;    /* up to an entry without flag */
    DomainFormatFlags live_format; /* of live.xml: what it leaves out */

    /* "SOURCE:LINE: ..." when such a guest cannot be made of @def, on any host. */
    gboolean (*check)(const DomainDef *def, const char *source, GError **error);
    /* (nullable): what a stored definition does not say and every reader of it wants to know. */
    gboolean (*stored)(DomainDef *def, const char *source, GError **error);
    /* (nullable): what a definition gets when it comes in and then keeps: addresses. */
    gboolean (*complete)(DriverCtx *ctx, DomainDef *def, const char *source, GError **error);
    /* The plan, (transfer full). @ret_live_xml: (out) (transfer full): what runs, when that is more than
     * GuestStart.xml; may be left NULL. Called with the guest's lock held unless it is a dry run. */
    char *(*plan)(GuestStart *start, char **ret_live_xml, GError **error);
    /* (nullable): after a start has succeeded or failed. */
    void (*settle)(const GuestStart *start, gboolean is_running);
    /* (nullable): before the definition goes; FALSE keeps it. */
    gboolean (*undefine)(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error);
    /* Puts into @def what exists only while the guest runs. */
    void (*fill_live)(const char *live_dir, const Status *status, DomainDef *def);
    /* What it uses: memory_kib and cpu_time_ns. */
    void (*usage)(const char *live_dir, const Status *status, DomainInfo *info);
    /* setmem of a running guest; @def is the live definition, with the new size in it. */
    gboolean (*set_memory)(const Guest *self, const DomainDef *def, GError **error);
    /* (nullable): which console @name means, NULL the first; by default "consoleN", "serialN", "N". -1 */
    int (*console_index)(Guest *self, const Status *status, const char *name, GError **error);
    /* (nullable): (transfer full) (element-type DomainVcpu): of a running guest. */
    GArray *(*vcpus)(const Guest *self, const Status *status, GError **error);
    /* (nullable): bits of virConnectListAllDomains that only the kind knows: managed saves. */
    guint (*list_bits)(DriverCtx *ctx, const StoreObject *object);
    /* (nullable): (transfer full) (element-type DomainIfaceAddrs): as the guest itself sees them. */
    GPtrArray *(*addresses_inside)(DriverCtx *ctx, const Guest *self, const Status *status,
                                   GError **error);
    /* (nullable): adds numbers of domstats that only this kind has. @status: NULL when it is off. */
    void (*add_stats)(DriverCtx *ctx, Guest *self, const DomainDef *def, const Status *status,
                      guint groups, GArray *params);
} GuestKind;
