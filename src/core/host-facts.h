/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/host-facts.h - what the host has, gathered before a plan is made, so that planning is pure.
 *
 * Used by: the drivers of guests (gather), their plans (read), tests (make their own).
 */
#pragma once

#include <glib.h>

#include "conf/domain/domain.h"
#include "core/driver.h"

typedef struct {
    gboolean is_v2;
    char *controllers; /* "memory", "cpu,cpuacct", "name=systemd"; v2: what may be enabled, or "" */
    char *base;        /* directory below which lodge makes its groups */
} HostHierarchy;

typedef struct {
    char type; /* 'c' or 'b' */
    guint major, minor, mode;
} HostDevice;

typedef struct {
    char *bridge; /* what a network or bridge interface plugs into; NULL: nothing */
    guint mtu;    /* the network's; 0: unknown */
} HostLink;

typedef struct {
    GPtrArray *hierarchies; /* HostHierarchy, in the order of mountinfo */
    GHashTable *devices;    /* path -> HostDevice: what the definition names */
    GPtrArray *links;       /* HostLink, one for each interface of the definition */
    char *cpus;             /* "0-3": online */
} HostFacts;

HostFacts *host_facts_new(void);
void host_facts_free(HostFacts *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HostFacts, host_facts_free)

/* Adders, for gathering and for tests. */
void host_facts_add_hierarchy(HostFacts *facts, gboolean is_v2, const char *controllers,
                              const char *base);
void host_facts_add_device(HostFacts *facts, const char *path, char type, guint major, guint minor,
                           guint mode);
void host_facts_add_link(HostFacts *facts, const char *bridge, guint mtu);

/* The hierarchy that has @controller, or NULL; the v2 one for @controller NULL. */
const HostHierarchy *host_facts_find(const HostFacts *facts, const char *controller);

/* Looks @path up, which must be a device of @type 'c' or 'b'. @element and @line (0: unknown) say which part of
 * the XML named it. */
gboolean host_facts_stat_device(HostFacts *facts, const char *source, int line, const char *element,
                                const char *path, char type, GError **error);

/**
 * host_facts_gather:
 * @ctx: the connection
 * @def: what will be planned; its devices and networks are looked up
 * @source: name of the XML for messages
 * @hold: (inout) (nullable): NetworkRole.plug's; NULL: a dry run, which starts no network
 *
 * Returns: (transfer full): or NULL when something that @def names is not there
 */
HostFacts *host_facts_gather(DriverCtx *ctx, const DomainDef *def, const char *source, int *hold,
                             GError **error);

/* Only what resources need: hierarchies and processors. */
HostFacts *host_facts_cgroups(GError **error);
