/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/object.h - what is behind virConnectPtr, virDomainPtr, virNetworkPtr and virStreamPtr.
 *
 * Handles are counted; a domain, network or stream holds a reference on its connection. A handle names
 * an object by uuid and keeps nothing else of it: every call asks the driver.
 */
#pragma once

#include <glib.h>

#include "api/process.h"
#include "api/registry.h"

#define CONNECT_MAGIC 0x4c4f4331u
#define DOMAIN_MAGIC  0x4c4f4432u
#define NETWORK_MAGIC 0x4c4f4e33u
#define STREAM_MAGIC  0x4c4f5334u

/* One driver of a connection; lodge:/// has all, the others one. */
typedef struct {
    const Driver *driver;
    DriverCtx ctx;
} Member;

typedef struct EventHub EventHub;

struct _virConnect {
    guint magic;
    int refs;
    char *uri;
    Paths *paths;
    gboolean read_only;
    Member *members;
    guint n_members;
    const NetworkRole *networks; /* or NULL */
    DriverCtx network_ctx;

    GMutex lock; /* the rest */
    virError error;
    ErrorHandler error_handler;
    GPtrArray *warnings; /* char*, NULL-terminated */
    char *xml_source;
    GPtrArray *autodestroy; /* virDomainPtr without a reference on us */
    EventHub *events;
    virConnectCloseFunc close_func;
    void *close_opaque;
    virFreeCallback close_free;
};

struct _virDomain {
    guint magic;
    int refs;
    virConnectPtr conn;
    Member *home;
    ObjectRef *ref;
};

struct _virNetwork {
    guint magic;
    int refs;
    virConnectPtr conn;
    ObjectRef *ref;
};

struct _virStream {
    guint magic;
    int refs;
    virConnectPtr conn;
    gboolean nonblocking;
    int fd;    /* -1: not connected */
    int watch; /* of the event loop; -1: none */
    virStreamEventCallback callback;
    void *opaque;
    virFreeCallback free_opaque;
};

virConnectPtr connect_ref(virConnectPtr conn);
gboolean connect_ref_alive(virConnectPtr conn); /* FALSE: the last reference has gone */
int connect_unref(virConnectPtr conn);          /* the references left */

/* @ref: (transfer full) */
virDomainPtr domain_new(virConnectPtr conn, Member *home, ObjectRef *ref);
int domain_unref(virDomainPtr domain);

/* @ref: (transfer full) */
virNetworkPtr network_new(virConnectPtr conn, ObjectRef *ref);
int network_unref(virNetworkPtr network);

virStreamPtr stream_ref(virStreamPtr stream);
int stream_unref(virStreamPtr stream);
