/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/connect-info.c - what a connection says about itself and its drivers. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "api/calls.h"

int
connect_call_ref(Call *call, virConnectPtr conn)
{
    connect_ref(conn);
    return 0;
}

int
connect_call_close(Call *call, virConnectPtr conn)
{
    virConnectCloseFunc func = NULL;
    void *opaque = NULL;

    if (g_atomic_int_get(&conn->refs) == 1) {
        g_mutex_lock(&conn->lock);
        func = conn->close_func;
        opaque = conn->close_opaque;
        g_mutex_unlock(&conn->lock);
    }
    if (func != NULL)
        func(conn, VIR_CONNECT_CLOSE_REASON_CLIENT, opaque);
    return connect_unref(conn);
}

/* The driver that answers for the connection as a whole; NULL for network:///. */
static Member *
first_member(virConnectPtr conn)
{
    return conn->n_members > 0 ? &conn->members[0] : NULL;
}

const char *
connect_call_type(Call *call, virConnectPtr conn)
{
    if (conn->n_members > 1)
        return "lodge";
    return conn->n_members == 1 ? conn->members[0].driver->name : "network";
}

int
connect_call_version(Call *call, virConnectPtr conn, unsigned long *hvVer)
{
    Member *member = first_member(conn);
    gulong version = 0;

    if (member == NULL || member->driver->version == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (!member->driver->version(call_ctx(call, &member->ctx), &version, &call->error))
        return -1;
    *hvVer = version;
    return 0;
}

int
connect_call_lib_version(Call *call, virConnectPtr conn, unsigned long *libVer)
{
    *libVer = LIBVIR_VERSION_NUMBER;
    return 0;
}

char *
connect_call_hostname(Call *call, virConnectPtr conn)
{
    char name[HOST_NAME_MAX + 1] = "";

    if (gethostname(name, sizeof name) < 0) {
        error_set_errno(&call->error, errno, "cannot read the host's name");
        return NULL;
    }
    name[sizeof name - 1] = '\0';
    return g_strdup(name);
}

char *
connect_call_uri(Call *call, virConnectPtr conn)
{
    return g_strdup(conn->uri);
}

/* All drivers' documents have the same <host>; the <guest> elements of the others join the first. */
static void
append_guests(GString *into, const char *document)
{
    const char *first = strstr(document, "<guest>");
    const char *end = g_strrstr(document, "</guest>");
    char *place = g_strrstr(into->str, "</capabilities>");

    if (first != NULL && end != NULL && place != NULL)
        g_string_insert_len(into, place - into->str, first, end + strlen("</guest>") - first);
}

char *
connect_call_capabilities(Call *call, virConnectPtr conn)
{
    g_autoptr(GString) all = NULL;

    for (guint i = 0; i < conn->n_members; i++) {
        Member *member = &conn->members[i];
        g_autofree char *document = NULL;

        if (member->driver->capabilities == NULL)
            continue;
        document = member->driver->capabilities(call_ctx(call, &member->ctx), &call->error);
        if (document == NULL)
            return NULL;
        if (all == NULL)
            all = g_string_new(document);
        else
            append_guests(all, document);
    }
    if (all == NULL) {
        call_unsupported(call);
        return NULL;
    }
    return g_string_free(g_steal_pointer(&all), FALSE);
}

int
connect_call_max_vcpus(Call *call, virConnectPtr conn, const char *type)
{
    gboolean known = type == NULL;
    long cpus = sysconf(_SC_NPROCESSORS_CONF);

    for (guint i = 0; i < conn->n_members && !known; i++) {
        const DriverFacts *facts = driver_facts(conn->members[i].driver->scheme);

        for (guint t = 0; t < G_N_ELEMENTS(facts->domain_types); t++)
            known = known || g_strcmp0(facts->domain_types[t], type) == 0;
    }
    if (conn->n_members == 0) {
        call_unsupported(call);
        return -1;
    }
    if (!known) {
        call_fail(call, VIR_ERR_INVALID_ARG, "no driver of '%s' has domains of type '%s'",
                  conn->uri, type);
        return -1;
    }
    return cpus > 0 ? (int)cpus : 1;
}

int
connect_call_is_alive(Call *call, virConnectPtr conn)
{
    return 1;
}

int
connect_call_is_encrypted(Call *call, virConnectPtr conn)
{
    return 0;
}

int
connect_call_is_secure(Call *call, virConnectPtr conn)
{
    return 1;
}

int
connect_call_keepalive(Call *call, virConnectPtr conn, int interval, unsigned int count)
{
    return 1;
}

int
connect_call_register_close(Call *call, virConnectPtr conn, virConnectCloseFunc cb, void *opaque,
                            virFreeCallback freecb)
{
    gboolean taken;

    g_mutex_lock(&conn->lock);
    taken = conn->close_func != NULL;
    if (!taken) {
        conn->close_func = cb;
        conn->close_opaque = opaque;
        conn->close_free = freecb;
    }
    g_mutex_unlock(&conn->lock);
    if (taken)
        call_fail(call, VIR_ERR_OPERATION_INVALID,
                  "a close callback is already registered; unregister it first");
    return taken ? -1 : 0;
}

int
connect_call_unregister_close(Call *call, virConnectPtr conn, virConnectCloseFunc cb)
{
    virFreeCallback freecb = NULL;
    void *opaque = NULL;
    gboolean found;

    g_mutex_lock(&conn->lock);
    found = conn->close_func == cb;
    if (found) {
        freecb = conn->close_free;
        opaque = conn->close_opaque;
        conn->close_func = NULL;
        conn->close_free = NULL;
        conn->close_opaque = NULL;
    }
    g_mutex_unlock(&conn->lock);
    if (freecb != NULL)
        freecb(opaque);
    if (!found)
        call_fail(call, VIR_ERR_OPERATION_INVALID, "that close callback is not registered");
    return found ? 0 : -1;
}
