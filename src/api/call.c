/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/call.h"

#include "api/error.h"

G_DEFINE_QUARK(lodge - virt - error - quark, virt_error)

gboolean
call_fail(Call *call, int number, const char *format, ...)
{
    va_list args;
    g_autofree char *text = NULL;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    if (call->error == NULL)
        g_set_error_literal(&call->error, VIRT_ERROR, number, text);
    return FALSE;
}

void
call_unsupported(Call *call)
{
    call_fail(call, VIR_ERR_NO_SUPPORT,
              "this function is not supported by the connection driver: %s", call->spec->name);
}

static gboolean
permitted(Call *call)
{
    const CallSpec *spec = call->spec;
    guint flags = call->flags;

    if ((flags & ~spec->flags) != 0)
        return call_fail(call, VIR_ERR_INVALID_ARG, "unsupported flags (0x%x) in function %s",
                         flags & ~spec->flags, spec->name);
    if (spec->exclusive != 0 && (flags & spec->exclusive) == spec->exclusive)
        return call_fail(call, VIR_ERR_INVALID_ARG,
                         "flags (0x%x) in function %s exclude each other; give one of them",
                         spec->exclusive, spec->name);
    if (spec->writes && !call->conn->read_only)
        call->warnings = g_ptr_array_new_with_free_func(g_free);
    if (!call->conn->read_only)
        return TRUE;
    if (spec->writes)
        return call_fail(call, VIR_ERR_OPERATION_DENIED, "read only access prevents %s",
                         spec->name);
    if ((flags & spec->write_flags) != 0)
        return call_fail(call, VIR_ERR_OPERATION_DENIED,
                         "read only access prevents %s with flags (0x%x)", spec->name,
                         flags & spec->write_flags);
    return TRUE;
}

static void
start(Call *call, const CallSpec *spec, guint flags)
{
    virResetLastError();
    *call = (Call){.spec = spec, .flags = flags};
}

gboolean
call_needs_connect(Call *call, virConnectPtr conn)
{
    if (conn == NULL || conn->magic != CONNECT_MAGIC)
        return call_fail(call, VIR_ERR_INVALID_CONN, "invalid connection pointer in %s",
                         call->spec->name);
    return TRUE;
}

gboolean
call_needs_domain(Call *call, virDomainPtr domain)
{
    if (domain == NULL || domain->magic != DOMAIN_MAGIC)
        return call_fail(call, VIR_ERR_INVALID_DOMAIN, "invalid domain pointer in %s",
                         call->spec->name);
    return TRUE;
}

gboolean
call_needs_network(Call *call, virNetworkPtr network)
{
    if (network == NULL || network->magic != NETWORK_MAGIC)
        return call_fail(call, VIR_ERR_INVALID_NETWORK, "invalid network pointer in %s",
                         call->spec->name);
    return TRUE;
}

gboolean
call_needs_stream(Call *call, virStreamPtr stream)
{
    if (stream == NULL || stream->magic != STREAM_MAGIC)
        return call_fail(call, VIR_ERR_INVALID_STREAM, "invalid stream pointer in %s",
                         call->spec->name);
    return TRUE;
}

gboolean
call_needs(Call *call, gboolean is_there, const char *argument)
{
    if (!is_there)
        return call_fail(call, VIR_ERR_INVALID_ARG, "%s in %s must not be NULL", argument,
                         call->spec->name);
    return TRUE;
}

gboolean
call_begin_connect(Call *call, const CallSpec *spec, virConnectPtr conn, guint flags)
{
    start(call, spec, flags);
    if (!call_needs_connect(call, conn))
        return FALSE;
    call->conn = conn;
    return permitted(call);
}

gboolean
call_begin_domain(Call *call, const CallSpec *spec, virDomainPtr domain, guint flags)
{
    start(call, spec, flags);
    if (!call_needs_domain(call, domain))
        return FALSE;
    call->conn = domain->conn;
    call->domain = domain;
    return permitted(call);
}

gboolean
call_begin_network(Call *call, const CallSpec *spec, virNetworkPtr network, guint flags)
{
    start(call, spec, flags);
    if (!call_needs_network(call, network))
        return FALSE;
    call->conn = network->conn;
    call->network = network;
    return permitted(call);
}

gboolean
call_begin_stream(Call *call, const CallSpec *spec, virStreamPtr stream, guint flags)
{
    start(call, spec, flags);
    if (!call_needs_stream(call, stream))
        return FALSE;
    call->conn = stream->conn;
    return permitted(call);
}

DriverCtx *
call_ctx(Call *call, const DriverCtx *base)
{
    call->ctx = *base;
    call->ctx.warnings = call->warnings;
    call->ctx.xml_source = call->xml_source;
    return &call->ctx;
}

void
call_takes_xml(Call *call)
{
    g_mutex_lock(&call->conn->lock);
    call->xml_source = g_steal_pointer(&call->conn->xml_source);
    g_mutex_unlock(&call->conn->lock);
}

static void
keep_warnings(Call *call)
{
    GPtrArray *old;

    g_ptr_array_add(call->warnings, NULL);
    g_mutex_lock(&call->conn->lock);
    old = call->conn->warnings;
    call->conn->warnings = g_steal_pointer(&call->warnings);
    g_mutex_unlock(&call->conn->lock);
    g_ptr_array_unref(old);
}

void
call_end(Call *call)
{
    if (call->warnings != NULL)
        keep_warnings(call);
    g_clear_pointer(&call->xml_source, g_free);
    if (call->error != NULL)
        error_raise(call);
    g_clear_error(&call->error);
}
