/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/call.h - the life of one public call: checks before, the error after.
 *
 * The entry points that generate.py makes run call_begin_*(), call_needs*(), the call itself and
 * call_end(). What the call leaves in Call.error becomes the thread's last error.
 *
 * Used by: every file of this room.
 */
#pragma once

#include "api/object.h"
#include "util/error.h"

typedef struct {
    const char *name;  /* the public function */
    gboolean writes;   /* refused on a read-only connection */
    guint flags;       /* the flags it knows */
    guint write_flags; /* those that a read-only connection refuses */
    guint exclusive;   /* at most one of these */
} CallSpec;

typedef struct Call {
    const CallSpec *spec;
    virConnectPtr conn;    /* NULL while there is none; borrowed */
    virDomainPtr domain;   /* what the call is about, or NULL; borrowed */
    virNetworkPtr network; /* likewise */
    guint flags;
    GPtrArray *warnings; /* of a call that writes; they become the connection's */
    char *xml_source;    /* of a call that reads XML */
    DriverCtx ctx;       /* of call_ctx() */
    GError *error;
} Call;

/* Errors of the API itself carry libvirt's number. */
#define VIRT_ERROR (virt_error_quark())
GQuark virt_error_quark(void);

/* All: FALSE with Call.error set. @conn and the like come from outside and may be anything. */
gboolean call_begin_connect(Call *call, const CallSpec *spec, virConnectPtr conn, guint flags);
gboolean call_begin_domain(Call *call, const CallSpec *spec, virDomainPtr domain, guint flags);
gboolean call_begin_network(Call *call, const CallSpec *spec, virNetworkPtr network, guint flags);
gboolean call_begin_stream(Call *call, const CallSpec *spec, virStreamPtr stream, guint flags);
gboolean call_needs(Call *call, gboolean is_there, const char *argument);
gboolean call_needs_connect(Call *call, virConnectPtr conn);
gboolean call_needs_domain(Call *call, virDomainPtr domain);
gboolean call_needs_network(Call *call, virNetworkPtr network);
gboolean call_needs_stream(Call *call, virStreamPtr stream);

/* Sets Call.error to number @number (virErrorNumber). Returns: FALSE, always. */
gboolean call_fail(Call *call, int number, const char *format, ...) G_GNUC_PRINTF(3, 4);
void call_unsupported(Call *call);

/* What to give to a driver: @base with this call's warnings and XML source. Valid until call_end(). */
DriverCtx *call_ctx(Call *call, const DriverCtx *base);

/* Uses up the name that lodge_connect_set_xml_source() gave. */
void call_takes_xml(Call *call);
void call_end(Call *call);
