/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/typed-param.c - virTypedParams*: arrays of parameters in the caller's hands.
 *
 * The array is malloc'ed and ended with virTypedParamsFree(); GLib's allocator is malloc.
 */
#include "api/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static gboolean
present(const void *pointer, const char *function)
{
    virResetLastError();
    if (pointer == NULL)
        error_raise_plain(VIR_ERR_INVALID_ARG, VIR_FROM_NONE, "an argument of %s must not be NULL",
                          function);
    return pointer != NULL;
}

virTypedParameterPtr
virTypedParamsGet(virTypedParameterPtr params, int nparams, const char *name)
{
    virResetLastError();
    if (params == NULL || name == NULL)
        return NULL;
    for (int i = 0; i < nparams; i++)
        if (strncmp(params[i].field, name, sizeof params[i].field) == 0)
            return &params[i];
    return NULL;
}

/* 1: found with that type, 0: absent, -1: of another type. */
static int
find(virTypedParameterPtr params, int nparams, const char *name, int type,
     virTypedParameterPtr *ret_param, const char *function)
{
    virTypedParameterPtr param;

    if (!present(name, function))
        return -1;
    param = virTypedParamsGet(params, nparams, name);
    if (param == NULL)
        return 0;
    if (param->type != type) {
        error_raise_plain(VIR_ERR_INVALID_ARG, VIR_FROM_NONE,
                          "parameter '%s' has type %d, and %s reads type %d", name, param->type,
                          function, type);
        return -1;
    }
    *ret_param = param;
    return 1;
}

#define GETTER(Suffix, TYPE, Type, member)                                                         \
    int virTypedParamsGet##Suffix(virTypedParameterPtr params, int nparams, const char *name,      \
                                  Type *value)                                                     \
    {                                                                                              \
        virTypedParameterPtr param = NULL;                                                         \
        int found = find(params, nparams, name, VIR_TYPED_PARAM_##TYPE, &param,                    \
                         "virTypedParamsGet" #Suffix);                                             \
                                                                                                   \
        if (found == 1 && value != NULL)                                                           \
            *value = param->value.member;                                                          \
        return found;                                                                              \
    }

GETTER(Int, INT, int, i)
GETTER(UInt, UINT, unsigned int, ui)
GETTER(LLong, LLONG, long long, l)
GETTER(ULLong, ULLONG, unsigned long long, ul)
GETTER(Double, DOUBLE, double, d)
GETTER(Boolean, BOOLEAN, int, b)
GETTER(String, STRING, const char *, s)

/* Makes room for one more; NULL with the error raised. */
static virTypedParameterPtr
grow(virTypedParameterPtr *params, int *nparams, int *maxparams, const char *name, int type,
     const char *function)
{
    virTypedParameterPtr param;

    if (!present(params, function) || !present(nparams, function) ||
        !present(maxparams, function) || !present(name, function))
        return NULL;
    if (strlen(name) >= VIR_TYPED_PARAM_FIELD_LENGTH) {
        error_raise_plain(VIR_ERR_INVALID_ARG, VIR_FROM_NONE,
                          "parameter name '%.20s...' is longer than %d bytes", name,
                          VIR_TYPED_PARAM_FIELD_LENGTH - 1);
        return NULL;
    }
    if (*nparams >= *maxparams || *params == NULL) {
        *maxparams = MAX(*nparams + 4, *maxparams);
        *params = g_renew(virTypedParameter, *params, *maxparams);
    }
    param = &(*params)[*nparams];
    memset(param, 0, sizeof *param);
    g_strlcpy(param->field, name, sizeof param->field);
    param->type = type;
    (*nparams)++;
    return param;
}

#define ADDER(Suffix, TYPE, Type, member, stored)                                                  \
    int virTypedParamsAdd##Suffix(virTypedParameterPtr *params, int *nparams, int *maxparams,      \
                                  const char *name, Type value)                                    \
    {                                                                                              \
        virTypedParameterPtr param = grow(params, nparams, maxparams, name,                        \
                                          VIR_TYPED_PARAM_##TYPE, "virTypedParamsAdd" #Suffix);    \
                                                                                                   \
        if (param == NULL)                                                                         \
            return -1;                                                                             \
        param->value.member = stored;                                                              \
        return 0;                                                                                  \
    }

ADDER(Int, INT, int, i, value)
ADDER(UInt, UINT, unsigned int, ui, value)
ADDER(LLong, LLONG, long long, l, value)
ADDER(ULLong, ULLONG, unsigned long long, ul, value)
ADDER(Double, DOUBLE, double, d, value)
ADDER(Boolean, BOOLEAN, int, b, value != 0)
ADDER(String, STRING, const char *, s, g_strdup(value != NULL ? value : ""))

int
virTypedParamsAddStringList(virTypedParameterPtr *params, int *nparams, int *maxparams,
                            const char *name, const char **values)
{
    for (; values != NULL && *values != NULL; values++)
        if (virTypedParamsAddString(params, nparams, maxparams, name, *values) < 0)
            return -1;
    return 0;
}

/* The whole of @text is one number of that kind. */
static gboolean
read_number(const char *text, int type, virTypedParameterPtr ret_param)
{
    char *end = NULL;
    gint64 number = 0;

    errno = 0;
    switch ((virTypedParameterType)type) {
    case VIR_TYPED_PARAM_INT:
        number = g_ascii_strtoll(text, &end, 10);
        ret_param->value.i = (int)number;
        return end != text && *end == '\0' && errno == 0 && number >= G_MININT &&
               number <= G_MAXINT;
    case VIR_TYPED_PARAM_UINT:
        number = g_ascii_strtoll(text, &end, 10);
        ret_param->value.ui = (unsigned int)number;
        return end != text && *end == '\0' && errno == 0 && number >= 0 && number <= G_MAXUINT;
    case VIR_TYPED_PARAM_LLONG:
        ret_param->value.l = g_ascii_strtoll(text, &end, 10);
        return end != text && *end == '\0' && errno == 0;
    case VIR_TYPED_PARAM_ULLONG:
        ret_param->value.ul = g_ascii_strtoull(text, &end, 10);
        return end != text && *end == '\0' && errno == 0 && strchr(text, '-') == NULL;
    case VIR_TYPED_PARAM_DOUBLE:
        ret_param->value.d = g_ascii_strtod(text, &end);
        return end != text && *end == '\0' && errno == 0;
    case VIR_TYPED_PARAM_BOOLEAN:
        ret_param->value.b = text[0] == '1';
        return (text[0] == '0' || text[0] == '1') && text[1] == '\0';
    case VIR_TYPED_PARAM_STRING:
    case VIR_TYPED_PARAM_LAST:
        break;
    }
    return FALSE;
}

int
virTypedParamsAddFromString(virTypedParameterPtr *params, int *nparams, int *maxparams,
                            const char *name, int type, const char *value)
{
    virTypedParameter number = {.type = type};
    virTypedParameterPtr param;

    if (!present(value, "virTypedParamsAddFromString"))
        return -1;
    if (type == VIR_TYPED_PARAM_STRING)
        return virTypedParamsAddString(params, nparams, maxparams, name, value);
    if (!read_number(value, type, &number)) {
        error_raise_plain(VIR_ERR_INVALID_ARG, VIR_FROM_NONE,
                          "'%s' is no value of type %d for parameter '%s'", value, type,
                          name != NULL ? name : "");
        return -1;
    }
    param = grow(params, nparams, maxparams, name, type, "virTypedParamsAddFromString");
    if (param == NULL)
        return -1;
    param->value = number.value;
    return 0;
}

void
virTypedParamsClear(virTypedParameterPtr params, int nparams)
{
    for (int i = 0; params != NULL && i < nparams; i++)
        if (params[i].type == VIR_TYPED_PARAM_STRING) {
            free(params[i].value.s);
            params[i].value.s = NULL;
        }
}

void
virTypedParamsFree(virTypedParameterPtr params, int nparams)
{
    virTypedParamsClear(params, nparams);
    free(params);
}
