/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/object.h"

#include "api/event.h"
#include "util/fd.h"

virConnectPtr
connect_ref(virConnectPtr conn)
{
    g_atomic_int_inc(&conn->refs);
    return conn;
}

gboolean
connect_ref_alive(virConnectPtr conn)
{
    int refs = g_atomic_int_get(&conn->refs);

    while (refs > 0 && !g_atomic_int_compare_and_exchange(&conn->refs, refs, refs + 1))
        refs = g_atomic_int_get(&conn->refs);
    return refs > 0;
}

static void
destroy_left_behind(virConnectPtr conn)
{
    for (guint i = 0; i < conn->autodestroy->len; i++) {
        virDomainPtr domain = g_ptr_array_index(conn->autodestroy, i);
        const DomainLifecycle *life = domain->home->driver->lifecycle;

        /* It may have ended by itself; then there is nothing left to do. */
        (void)life->destroy(&domain->home->ctx, domain->ref, 0, NULL);
        object_ref_free(domain->ref);
        g_free(domain);
    }
    g_ptr_array_unref(conn->autodestroy);
}

static void
connect_free(virConnectPtr conn)
{
    event_hub_free(conn->events);
    destroy_left_behind(conn);
    if (conn->close_free != NULL)
        conn->close_free(conn->close_opaque);
    conn->magic = 0;
    virResetError(&conn->error);
    g_ptr_array_unref(conn->warnings);
    g_free(conn->xml_source);
    g_free(conn->members);
    g_free(conn->uri);
    paths_free(conn->paths);
    g_mutex_clear(&conn->lock);
    g_free(conn);
}

int
connect_unref(virConnectPtr conn)
{
    int left = g_atomic_int_add(&conn->refs, -1) - 1;

    if (left == 0)
        connect_free(conn);
    return left;
}

virDomainPtr
domain_new(virConnectPtr conn, Member *home, ObjectRef *ref)
{
    virDomainPtr domain = g_new0(virDomain, 1);

    domain->magic = DOMAIN_MAGIC;
    domain->refs = 1;
    domain->conn = connect_ref(conn);
    domain->home = home;
    domain->ref = ref;
    return domain;
}

int
domain_unref(virDomainPtr domain)
{
    int left = g_atomic_int_add(&domain->refs, -1) - 1;

    if (left == 0) {
        domain->magic = 0;
        object_ref_free(domain->ref);
        connect_unref(domain->conn);
        g_free(domain);
    }
    return left;
}

virNetworkPtr
network_new(virConnectPtr conn, ObjectRef *ref)
{
    virNetworkPtr network = g_new0(virNetwork, 1);

    network->magic = NETWORK_MAGIC;
    network->refs = 1;
    network->conn = connect_ref(conn);
    network->ref = ref;
    return network;
}

int
network_unref(virNetworkPtr network)
{
    int left = g_atomic_int_add(&network->refs, -1) - 1;

    if (left == 0) {
        network->magic = 0;
        object_ref_free(network->ref);
        connect_unref(network->conn);
        g_free(network);
    }
    return left;
}

virStreamPtr
stream_ref(virStreamPtr stream)
{
    g_atomic_int_inc(&stream->refs);
    return stream;
}

int
stream_unref(virStreamPtr stream)
{
    int left = g_atomic_int_add(&stream->refs, -1) - 1;

    if (left == 0) {
        stream->magic = 0;
        fd_close(stream->fd);
        connect_unref(stream->conn);
        g_free(stream);
    }
    return left;
}
