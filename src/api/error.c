/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What virDefaultErrorFunc calls the origins that this library reports. */
static const struct {
    int origin;
    const char *word;
} origins[] = {
    {VIR_FROM_XML, "XML Util"},         {VIR_FROM_QEMU, "QEMU Driver"},
    {VIR_FROM_LXC, "LXC Driver"},       {VIR_FROM_NETWORK, "Network Driver"},
    {VIR_FROM_DOMAIN, "Domain Config"}, {VIR_FROM_STREAMS, "I/O Stream Util"},
    {VIR_FROM_EVENT, "Event"},          {VIR_FROM_URI, "URI Util"},
};

int
error_number(LodgeErrorCode code, const ErrorAbout *about)
{
    switch (code) {
    case LODGE_ERROR_CONFIG:
        return about->takes_xml ? VIR_ERR_XML_ERROR : VIR_ERR_INVALID_ARG;
    case LODGE_ERROR_SCHEMA:
        return VIR_ERR_XML_INVALID_SCHEMA;
    case LODGE_ERROR_NO_NAME:
        return VIR_ERR_NO_NAME;
    case LODGE_ERROR_SYNTAX:
        return VIR_ERR_XML_DETAIL;
    case LODGE_ERROR_ARGUMENT:
        return VIR_ERR_INVALID_ARG;
    case LODGE_ERROR_NOT_FOUND:
        if (about->is_lookup || about->is_gone)
            return about->is_network ? VIR_ERR_NO_NETWORK : VIR_ERR_NO_DOMAIN;
        return VIR_ERR_OPERATION_FAILED;
    case LODGE_ERROR_EXISTS:
        return VIR_ERR_OPERATION_FAILED;
    case LODGE_ERROR_STATE:
        return VIR_ERR_OPERATION_INVALID;
    case LODGE_ERROR_BUSY:
    case LODGE_ERROR_TIMEOUT:
        return VIR_ERR_OPERATION_TIMEOUT;
    case LODGE_ERROR_DENIED:
        return VIR_ERR_OPERATION_DENIED;
    case LODGE_ERROR_UNSUPPORTED:
        return VIR_ERR_OPERATION_UNSUPPORTED;
    case LODGE_ERROR_UNSUPPORTED_CONFIG:
        return VIR_ERR_CONFIG_UNSUPPORTED;
    case LODGE_ERROR_LIMIT:
        return about->takes_xml ? VIR_ERR_XML_ERROR : VIR_ERR_INVALID_ARG;
    case LODGE_ERROR_CANCELLED:
        return VIR_ERR_OPERATION_ABORTED;
    case LODGE_ERROR_IO:
        return VIR_ERR_SYSTEM_ERROR;
    case LODGE_ERROR_NO_METADATA:
        return VIR_ERR_NO_DOMAIN_METADATA;
    case LODGE_ERROR_INTERNAL:
    case LODGE_ERROR_PEER:
    case LODGE_ERROR_LAST:
        return VIR_ERR_INTERNAL_ERROR;
    }
    return VIR_ERR_INTERNAL_ERROR;
}

/* --- where it comes from ------------------------------------------------------------------- */

static int
api_origin(const char *function)
{
    if (strstr(function, "Network") != NULL)
        return VIR_FROM_NETWORK;
    if (strstr(function, "Domain") != NULL || g_str_has_prefix(function, "lodge_domain"))
        return VIR_FROM_DOMAIN;
    if (strstr(function, "Stream") != NULL)
        return VIR_FROM_STREAMS;
    return VIR_FROM_NONE;
}

static int
driver_origin(const Call *call)
{
    int origin = api_origin(call->spec->name);

    if (origin == VIR_FROM_NETWORK || call->conn == NULL || call->conn->n_members == 0)
        return origin;
    if (call->domain != NULL)
        return driver_facts(call->domain->home->driver->scheme)->error_origin;
    return driver_facts(call->conn->members[0].driver->scheme)->error_origin;
}

static gboolean
object_is_gone(const Call *call)
{
    g_autoptr(ObjectRef) found = NULL;
    g_autoptr(GError) error = NULL;

    if (call->domain != NULL) {
        Member *home = call->domain->home;
        const DomainObjects *role = home->driver->objects;

        if (role != NULL && role->lookup_uuid != NULL)
            found = role->lookup_uuid(&home->ctx, call->domain->ref->uuid, &error);
    } else if (call->network != NULL) {
        virConnectPtr conn = call->conn;

        if (conn->networks != NULL && conn->networks->lookup_uuid != NULL)
            found =
                conn->networks->lookup_uuid(&conn->network_ctx, call->network->ref->uuid, &error);
    }
    return g_error_matches(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
}

static ErrorAbout
about_call(const Call *call)
{
    const char *name = call->spec->name;
    gboolean creates =
        strstr(name, "CreateXML") != NULL || strcmp(name, "lodge_domain_create") == 0;
    gboolean defines = strstr(name, "DefineXML") != NULL;
    gboolean is_network = api_origin(name) == VIR_FROM_NETWORK;
    ErrorAbout about = {
        .is_lookup = strstr(name, "Lookup") != NULL,
        .is_network = is_network,
        .takes_xml = creates || defines || strcmp(name, "lodge_domain_plan") == 0,
    };
    if (g_error_matches(call->error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND) && !about.is_lookup)
        about.is_gone = object_is_gone(call);
    return about;
}

/* --- raising --------------------------------------------------------------------------------- */

static void
error_fill(virError *error, int number, int origin, const char *message)
{
    virResetError(error);
    error->code = number;
    error->domain = origin;
    error->level = VIR_ERR_ERROR;
    error->message = g_strdup(message);
    error->str1 = g_strdup(message);
    error->int1 = -1;
    error->int2 = -1;
}

static void
error_copy(virError *to, const virError *from)
{
    virResetError(to);
    *to = *from;
    to->message = g_strdup(from->message);
    to->str1 = g_strdup(from->str1);
    to->str2 = g_strdup(from->str2);
    to->str3 = g_strdup(from->str3);
}

static void
tell(ErrorHandler handler, virError *error)
{
    if (handler.function != NULL)
        handler.function(handler.data, error);
    else
        virDefaultErrorFunc(error);
}

void
error_raise(Call *call)
{
    virError *last = process_last_error();
    ErrorHandler handler = process_error_handler();
    int number = call->error->code;
    int origin = api_origin(call->spec->name);

    if (call->error->domain == LODGE_ERROR) {
        ErrorAbout about = about_call(call);

        number = error_number((LodgeErrorCode)call->error->code, &about);
        if (number != VIR_ERR_XML_DETAIL && number != VIR_ERR_XML_ERROR &&
            number != VIR_ERR_NO_NAME && number != VIR_ERR_XML_INVALID_SCHEMA)
            origin = driver_origin(call);
    } else if (call->error->domain != VIRT_ERROR) {
        number = VIR_ERR_INTERNAL_ERROR;
    } else if (number == VIR_ERR_INVALID_ARG) {
        origin = driver_origin(call);
    }
    error_fill(last, number, origin, call->error->message);
    if (call->conn != NULL) {
        g_mutex_lock(&call->conn->lock);
        error_copy(&call->conn->error, last);
        if (call->conn->error_handler.function != NULL)
            handler = call->conn->error_handler;
        g_mutex_unlock(&call->conn->lock);
    }
    tell(handler, last);
}

void
error_raise_plain(int number, int origin, const char *format, ...)
{
    virError *last = process_last_error();
    va_list args;
    g_autofree char *text = NULL;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    error_fill(last, number, origin, text);
    tell(process_error_handler(), last);
}

/* --- public ------------------------------------------------------------------------------------ */

virErrorPtr
virGetLastError(void)
{
    virError *error = process_last_error();

    return error->code != VIR_ERR_OK ? error : NULL;
}

int
virGetLastErrorCode(void)
{
    return process_last_error()->code;
}

int
virGetLastErrorDomain(void)
{
    return process_last_error()->domain;
}

const char *
virGetLastErrorMessage(void)
{
    const virError *error = process_last_error();

    if (error->code == VIR_ERR_OK)
        return "no error";
    return error->message != NULL ? error->message : "unknown error";
}

virErrorPtr
virSaveLastError(void)
{
    virError *copy = g_new0(virError, 1);

    error_copy(copy, process_last_error());
    return copy;
}

int
virSetError(virErrorPtr newerr)
{
    if (newerr == NULL)
        virResetLastError();
    else if (newerr != process_last_error())
        error_copy(process_last_error(), newerr);
    return 0;
}

void
virResetLastError(void)
{
    virResetError(process_last_error());
}

void
virResetError(virErrorPtr err)
{
    if (err == NULL)
        return;
    free(err->message);
    free(err->str1);
    free(err->str2);
    free(err->str3);
    *err = (virError){0};
}

void
virFreeError(virErrorPtr err)
{
    virResetError(err);
    free(err);
}

/* The target is an uninitialized struct of the caller, so nothing in it is freed. */
static int
copy_out(const virError *from, virErrorPtr to)
{
    *to = (virError){0};
    if (from->code != VIR_ERR_OK)
        error_copy(to, from);
    return from->code;
}

int
virCopyLastError(virErrorPtr to)
{
    return to != NULL ? copy_out(process_last_error(), to) : -1;
}

void
virDefaultErrorFunc(virErrorPtr err)
{
    const char *word = "";

    if (err == NULL || err->code == VIR_ERR_OK)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(origins); i++)
        if (origins[i].origin == err->domain)
            word = origins[i].word;
    fprintf(stderr, "libvirt: %s%s%s : %s\n", word, *word != '\0' ? " " : "",
            err->level == VIR_ERR_WARNING ? "warning" : "error",
            err->message != NULL ? err->message : "unknown error");
}

void
virSetErrorFunc(void *userData, virErrorFunc handler)
{
    process_set_error_handler((ErrorHandler){.function = handler, .data = userData});
}

static gboolean
is_connection(virConnectPtr conn)
{
    return conn != NULL && conn->magic == CONNECT_MAGIC;
}

virErrorPtr
virConnGetLastError(virConnectPtr conn)
{
    return is_connection(conn) && conn->error.code != VIR_ERR_OK ? &conn->error : NULL;
}

void
virConnResetLastError(virConnectPtr conn)
{
    if (!is_connection(conn))
        return;
    g_mutex_lock(&conn->lock);
    virResetError(&conn->error);
    g_mutex_unlock(&conn->lock);
}

int
virConnCopyLastError(virConnectPtr conn, virErrorPtr to)
{
    int code = -1;

    if (!is_connection(conn) || to == NULL)
        return code;
    g_mutex_lock(&conn->lock);
    code = copy_out(&conn->error, to);
    g_mutex_unlock(&conn->lock);
    return code;
}

void
virConnSetErrorFunc(virConnectPtr conn, void *userData, virErrorFunc handler)
{
    if (!is_connection(conn))
        return;
    g_mutex_lock(&conn->lock);
    conn->error_handler = (ErrorHandler){.function = handler, .data = userData};
    g_mutex_unlock(&conn->lock);
}
