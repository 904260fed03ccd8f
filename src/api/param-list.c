/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/param-list.h"

#include <string.h>

/* Both are unions of the same members, so one is copied into the other whole. */
G_STATIC_ASSERT(sizeof((Param *)NULL)->value == sizeof((virTypedParameterPtr)NULL)->value);

gboolean
param_copy_out(const Param *from, virTypedParameterPtr to)
{
    if (strlen(from->field) >= sizeof to->field || from->type < VIR_TYPED_PARAM_INT ||
        from->type >= VIR_TYPED_PARAM_LAST)
        return FALSE;
    memset(to, 0, sizeof *to);
    g_strlcpy(to->field, from->field, sizeof to->field);
    to->type = from->type;
    memcpy(&to->value, &from->value, sizeof to->value);
    if (from->type == VIR_TYPED_PARAM_STRING)
        to->value.s = g_strdup(from->value.s != NULL ? from->value.s : "");
    return TRUE;
}

int
param_list_give(Call *call, GArray *list, virTypedParameterPtr params, int *nparams)
{
    g_autoptr(GArray) owned = list;
    int filled = 0;

    if (owned == NULL)
        return -1;
    if (*nparams == 0) {
        *nparams = (int)owned->len;
        return 0;
    }
    if (*nparams < 0 || params == NULL) {
        call_fail(call, VIR_ERR_INVALID_ARG, "params in %s must have room for %d values",
                  call->spec->name, *nparams);
        return -1;
    }
    for (guint i = 0; i < owned->len && filled < *nparams; i++)
        if (param_copy_out(&g_array_index(owned, Param, i), &params[filled]))
            filled++;
    *nparams = filled;
    return 0;
}

static gboolean
param_take(Call *call, const virTypedParameter *from, Param *to)
{
    if (memchr(from->field, '\0', sizeof from->field) == NULL || from->field[0] == '\0')
        return call_fail(call, VIR_ERR_INVALID_ARG, "a parameter in %s has no proper name",
                         call->spec->name);
    if (from->type < VIR_TYPED_PARAM_INT || from->type >= VIR_TYPED_PARAM_LAST)
        return call_fail(call, VIR_ERR_INVALID_ARG, "parameter '%s' in %s has unknown type %d",
                         from->field, call->spec->name, from->type);
    if (from->type == VIR_TYPED_PARAM_STRING && from->value.s == NULL)
        return call_fail(call, VIR_ERR_INVALID_ARG, "parameter '%s' in %s has no value",
                         from->field, call->spec->name);
    to->type = from->type;
    memcpy(&to->value, &from->value, sizeof to->value);
    if (from->type == VIR_TYPED_PARAM_STRING)
        to->value.s = g_strdup(from->value.s);
    to->field = g_strdup(from->field);
    return TRUE;
}

GArray *
param_list_take(Call *call, virTypedParameterPtr params, int nparams)
{
    g_autoptr(GArray) list = g_array_new(FALSE, TRUE, sizeof(Param));

    g_array_set_clear_func(list, (GDestroyNotify)param_clear);
    if (nparams <= 0) {
        call_fail(call, VIR_ERR_INVALID_ARG, "nparams in %s must be greater than zero",
                  call->spec->name);
        return NULL;
    }
    for (int i = 0; i < nparams; i++) {
        Param param = {0};

        if (params[i].type == 0)
            continue;
        if (!param_take(call, &params[i], &param))
            return NULL;
        g_array_append_val(list, param);
    }
    return g_steal_pointer(&list);
}
