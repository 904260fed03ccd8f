/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/params.h"

#include <string.h>

#include "util/error.h"

#define PARAMS_STRING_OKAY 4u

GArray *
params_new(void)
{
    GArray *params = g_array_new(FALSE, TRUE, sizeof(Param));

    g_array_set_clear_func(params, (GDestroyNotify)param_clear);
    return params;
}

static Param *
params_append(GArray *params, const char *field, int type)
{
    Param param = {.field = g_strdup(field), .type = type};

    g_array_append_val(params, param);
    return &g_array_index(params, Param, params->len - 1);
}

void
params_add_int(GArray *params, const char *field, int value)
{
    params_append(params, field, PARAM_INT)->value.i = value;
}

void
params_add_uint(GArray *params, const char *field, guint value)
{
    params_append(params, field, PARAM_UINT)->value.ui = value;
}

void
params_add_llong(GArray *params, const char *field, gint64 value)
{
    params_append(params, field, PARAM_LLONG)->value.l = value;
}

void
params_add_ullong(GArray *params, const char *field, guint64 value)
{
    params_append(params, field, PARAM_ULLONG)->value.ul = value;
}

void
params_add_string(GArray *params, const char *field, const char *value)
{
    params_append(params, field, PARAM_STRING)->value.s = g_strdup(value);
}

const Param *
params_find(const GArray *params, const char *field)
{
    for (guint i = 0; i < params->len; i++) {
        const Param *param = &g_array_index(params, Param, i);

        if (strcmp(param->field, field) == 0)
            return param;
    }
    return NULL;
}

gboolean
params_check(const GArray *params, const ParamField *fields, gsize n_fields, GError **error)
{
    for (guint i = 0; i < params->len; i++) {
        const Param *param = &g_array_index(params, Param, i);
        gsize k = 0;

        while (k < n_fields && strcmp(fields[k].field, param->field) != 0)
            k++;
        if (k == n_fields) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                        "parameter '%s' is not one that guests have", param->field);
            return FALSE;
        }
        if (param->type != fields[k].type) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                        "parameter '%s' has type %d; it must be %d", param->field, param->type,
                        fields[k].type);
            return FALSE;
        }
        if (params_find(params, param->field) != param) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "parameter '%s' is given twice",
                        param->field);
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean
params_set_live(Guest *self, const ParamSetter *setter, const GArray *params, DomainDef **ret_after,
                GError **error)
{
    g_autoptr(DomainDef) before = guest_live(self, error);
    g_autoptr(DomainDef) after = before ? domain_def_copy(before) : NULL;
    g_autoptr(Status) status = NULL;

    if (!after || !setter->apply(after, params, error))
        return FALSE;
    status = guest_status(self, error);
    if (!status || !setter->write(status, before, after, error))
        return FALSE;
    *ret_after = g_steal_pointer(&after);
    return TRUE;
}

gboolean
params_set(DriverCtx *ctx, const ObjectRef *ref, const ParamSetter *setter, const GArray *params,
           guint flags, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(DomainDef) live_def = NULL;
    g_autoptr(DomainDef) config_def = NULL;
    gboolean live, config;

    if (!guest_check_flags(flags, AFFECT_LIVE | AFFECT_CONFIG, setter->call, error) ||
        !params_check(params, setter->fields, setter->n_fields, error))
        return FALSE;
    self = guest_open(ctx, ref, error);
    lock = self ? guest_lock(self, error) : NULL;
    if (!lock || !guest_affect(self, flags, &live, &config, error))
        return FALSE;
    if (config &&
        (!(config_def = guest_config(self, error)) || !setter->apply(config_def, params, error)))
        return FALSE;
    if (live && (!params_set_live(self, setter, params, &live_def, error) ||
                 !guest_save_live(self, live_def, error)))
        return FALSE;
    return !config || guest_save_config(self, config_def, error);
}

gboolean
params_target(DriverCtx *ctx, const ObjectRef *ref, const char *call, guint flags,
              DomainDef **ret_def, Status **ret_status, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(Status) status = NULL;
    gboolean live, config;

    if (!guest_check_flags(flags, AFFECT_LIVE | AFFECT_CONFIG | PARAMS_STRING_OKAY, call, error))
        return FALSE;
    if ((flags & AFFECT_LIVE) && (flags & AFFECT_CONFIG)) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "%s: ask for the live values or for the configuration, not for both", call);
        return FALSE;
    }
    self = guest_open(ctx, ref, error);
    if (!self || !guest_affect(self, flags, &live, &config, error))
        return FALSE;
    def = live ? guest_live(self, error) : guest_config(self, error);
    if (!def || (live && !(status = guest_status(self, error))))
        return FALSE;
    *ret_def = g_steal_pointer(&def);
    *ret_status = g_steal_pointer(&status);
    return TRUE;
}

const char *
params_group(const Status *status, const char *controller, int *ret_version, GError **error)
{
    const char *dir = status_cgroup_dir(status, controller, ret_version);

    if (!dir)
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED_CONFIG,
                    "this guest has no control group of controller '%s', so there is nothing "
                    "to read or set",
                    controller);
    return dir;
}
