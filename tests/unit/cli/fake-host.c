/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

static struct _virConnect connection;
static int last_code;
static char last_message[1024];
static virErrorFunc error_handler;
static void *error_opaque;

virConnectPtr
fake_connection(void)
{
    return &connection;
}

int
fake_fail(int code, const char *format, ...)
{
    va_list list;

    last_code = code;
    va_start(list, format);
    vsnprintf(last_message, sizeof last_message, format, list);
    va_end(list);
    if (error_handler)
        error_handler(error_opaque, &(virError){.code = code, .message = last_message});
    return -1;
}

char *
fake_copy(const char *from)
{
    return from ? strdup(from) : NULL;
}

int
fake_writes(const char *call)
{
    if (!connection.is_read_only)
        return 0;
    return fake_fail(VIR_ERR_OPERATION_DENIED, "operation %s forbidden for read only access", call);
}

void
virSetErrorFunc(void *opaque, virErrorFunc handler)
{
    error_opaque = opaque;
    error_handler = handler;
}

int
virGetLastErrorCode(void)
{
    return last_code;
}

const char *
virGetLastErrorMessage(void)
{
    return last_code ? last_message : "no error";
}

void
virResetLastError(void)
{
    last_code = 0;
}

virErrorPtr
virSaveLastError(void)
{
    virErrorPtr saved = calloc(1, sizeof(*saved));

    saved->code = last_code;
    saved->message = strdup(last_message);
    return saved;
}

int
virSetError(virErrorPtr saved)
{
    last_code = saved->code;
    snprintf(last_message, sizeof last_message, "%s", saved->message);
    return 0;
}

void
virFreeError(virErrorPtr saved)
{
    free(saved->message);
    free(saved);
}

virConnectPtr
virConnectOpen(const char *name)
{
    const char *uri = name ? name : "lodge:///";

    if (strncmp(uri, "lxc:", 4) != 0 && strncmp(uri, "lodge:", 6) != 0) {
        fake_fail(VIR_ERR_NO_CONNECT, "no driver for '%s'; use lodge:/// or lxc:///", uri);
        return NULL;
    }
    connection.uri = uri;
    connection.is_read_only = 0;
    return &connection;
}

virConnectPtr
virConnectOpenReadOnly(const char *name)
{
    if (!virConnectOpen(name))
        return NULL;
    connection.is_read_only = 1;
    return &connection;
}

int
virConnectClose(virConnectPtr conn)
{
    return 0;
}

char *
virConnectGetURI(virConnectPtr conn)
{
    return fake_copy(conn->uri);
}

char *
virConnectGetHostname(virConnectPtr conn)
{
    return fake_copy("lodgehost");
}

char *
virConnectGetCapabilities(virConnectPtr conn)
{
    return fake_copy("<capabilities>\n  <host/>\n</capabilities>\n");
}

const char *
virConnectGetType(virConnectPtr conn)
{
    return "LXC";
}

int
virConnectGetVersion(virConnectPtr conn, unsigned long *version)
{
    *version = 6001055;
    return 0;
}

int
virGetVersion(unsigned long *library, const char *type, unsigned long *api)
{
    *library = 9000000;
    if (api)
        *api = 9000000;
    return 0;
}

const char *
lodge_version(void)
{
    return "0.1.0";
}

int
virNodeGetInfo(virConnectPtr conn, virNodeInfoPtr info)
{
    *info = (virNodeInfo){"x86_64", 8156048, 2, 2500, 1, 1, 2, 1};
    return 0;
}

int
virNodeGetCPUStats(virConnectPtr conn, int cpu, virNodeCPUStatsPtr params, int *nparams,
                   unsigned int flags)
{
    static const char *const names[] = {"kernel", "user", "idle", "iowait"};

    if (cpu > 1)
        return fake_fail(VIR_ERR_INVALID_ARG, "no CPU %d", cpu);
    if (*nparams == 0) {
        *nparams = 4;
        return 0;
    }
    for (int i = 0; i < 4; i++) {
        snprintf(params[i].field, sizeof params[i].field, "%s", names[i]);
        params[i].value = 1000000000ull * (unsigned int)(i + 1);
    }
    return 0;
}

int
virNodeGetMemoryStats(virConnectPtr conn, int cell, virNodeMemoryStatsPtr params, int *nparams,
                      unsigned int flags)
{
    static const char *const names[] = {"total", "free", "buffers", "cached"};

    if (*nparams == 0) {
        *nparams = 4;
        return 0;
    }
    for (int i = 0; i < 4; i++) {
        snprintf(params[i].field, sizeof params[i].field, "%s", names[i]);
        params[i].value = 8156048u >> i;
    }
    return 0;
}

int
virNodeGetSecurityModel(virConnectPtr conn, virSecurityModelPtr model)
{
    snprintf(model->model, sizeof model->model, "none");
    snprintf(model->doi, sizeof model->doi, "0");
    return 0;
}

const char *const *
lodge_connect_warnings(virConnectPtr conn)
{
    static const char *const none[] = {NULL};
    static const char *const some[] = {"odd.xml:3: <colour>: unknown element, ignored", NULL};

    return strcmp(conn->uri, "lxc:///odd") == 0 ? some : none;
}

int
lodge_connect_set_xml_source(virConnectPtr conn, const char *source)
{
    return 0;
}

int
lodge_connect_autostart(virConnectPtr conn, void (*report)(const char *line, void *opaque),
                        void *opaque)
{
    if (strcmp(conn->uri, "lxc:///odd") != 0)
        return 0;
    report("cannot start container 'web': no memory controller", opaque);
    return 1;
}

/* --- typed parameters, as much as the command uses ------------------------------------------------ */

virTypedParameterPtr
virTypedParamsGet(virTypedParameterPtr params, int nparams, const char *name)
{
    for (int i = 0; i < nparams; i++)
        if (strcmp(params[i].field, name) == 0)
            return &params[i];
    return NULL;
}

static virTypedParameterPtr
add(virTypedParameterPtr *params, int *nparams, const char *name, int type)
{
    virTypedParameterPtr param;

    *params = realloc(*params, sizeof **params * (size_t)(*nparams + 1));
    param = &(*params)[(*nparams)++];
    memset(param, 0, sizeof *param);
    snprintf(param->field, sizeof param->field, "%s", name);
    param->type = type;
    return param;
}

int
virTypedParamsAddUInt(virTypedParameterPtr *params, int *nparams, int *room, const char *name,
                      unsigned int value)
{
    add(params, nparams, name, VIR_TYPED_PARAM_UINT)->value.ui = value;
    return 0;
}

int
virTypedParamsAddULLong(virTypedParameterPtr *params, int *nparams, int *room, const char *name,
                        unsigned long long value)
{
    add(params, nparams, name, VIR_TYPED_PARAM_ULLONG)->value.ul = value;
    return 0;
}

int
virTypedParamsAddString(virTypedParameterPtr *params, int *nparams, int *room, const char *name,
                        const char *value)
{
    add(params, nparams, name, VIR_TYPED_PARAM_STRING)->value.s = fake_copy(value);
    return 0;
}

int
virTypedParamsAddFromString(virTypedParameterPtr *params, int *nparams, int *room, const char *name,
                            int type, const char *value)
{
    char *end;
    long long number = strtoll(value, &end, 10);

    if (*end)
        return fake_fail(VIR_ERR_INVALID_ARG, "'%s' is not a number", value);
    if (type == VIR_TYPED_PARAM_LLONG)
        add(params, nparams, name, type)->value.l = number;
    else
        add(params, nparams, name, type)->value.ul = (unsigned long long)number;
    return 0;
}

void
virTypedParamsFree(virTypedParameterPtr params, int nparams)
{
    for (int i = 0; i < nparams; i++)
        if (params[i].type == VIR_TYPED_PARAM_STRING)
            free(params[i].value.s);
    free(params);
}

int
virTypedParamsGetInt(virTypedParameterPtr params, int nparams, const char *name, int *value)
{
    const virTypedParameter *param = virTypedParamsGet(params, nparams, name);

    if (param)
        *value = param->value.i;
    return param != NULL;
}

int
virTypedParamsGetLLong(virTypedParameterPtr params, int nparams, const char *name, long long *value)
{
    const virTypedParameter *param = virTypedParamsGet(params, nparams, name);

    if (param)
        *value = param->value.l;
    return param != NULL;
}

int
virTypedParamsGetULLong(virTypedParameterPtr params, int nparams, const char *name,
                        unsigned long long *value)
{
    const virTypedParameter *param = virTypedParamsGet(params, nparams, name);

    if (param)
        *value = param->value.ul;
    return param != NULL;
}
