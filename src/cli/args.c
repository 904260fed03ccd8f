/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/args.h"

#include <errno.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/verb.h"
#include "util/units.h"

struct Args {
    const Opt *opts;
    guint n_opts;
    GPtrArray **values; /* one an option; NULL: not given; a flag's array is empty */
};

Args *
args_new(const void *opts)
{
    Args *args = g_new0(Args, 1);

    args->opts = opts;
    while (args->opts && args->opts[args->n_opts].name)
        args->n_opts++;
    args->values = g_new0(GPtrArray *, args->n_opts + 1);
    return args;
}

void
args_free(Args *args)
{
    if (!args)
        return;
    for (guint i = 0; i < args->n_opts; i++)
        if (args->values[i])
            g_ptr_array_unref(args->values[i]);
    g_free(args->values);
    g_free(args);
}

void
args_put(Args *args, guint index, const char *value)
{
    GPtrArray *values = args->values[index];

    if (!values)
        values = args->values[index] = g_ptr_array_new_with_free_func(g_free);
    else if (values->len)
        g_ptr_array_set_size(values, (int)values->len - 1); /* the NULL that ended it */
    if (value) {
        g_ptr_array_add(values, g_strdup(value));
        g_ptr_array_add(values, NULL);
    }
}

gboolean
args_has(const Args *args, guint index)
{
    return args->values[index] != NULL;
}

static guint
find(const Args *args, const char *name)
{
    for (guint i = 0; i < args->n_opts; i++)
        if (strcmp(args->opts[i].name, name) == 0)
            return i;
    g_error("no option '%s' in the table of this verb", name);
}

gboolean
args_flag(const Args *args, const char *name)
{
    return args_has(args, find(args, name));
}

const char *
args_text(const Args *args, const char *name)
{
    const GPtrArray *values = args->values[find(args, name)];

    return values ? g_ptr_array_index(values, 0) : NULL;
}

const char *const *
args_all(const Args *args, const char *name)
{
    static const char *const none[] = {NULL};
    const GPtrArray *values = args->values[find(args, name)];

    return values ? (const char *const *)values->pdata : none;
}

static ArgResult
malformed(const char *what, const char *name, const char *word)
{
    cli_error("%s value '%s' for <%s> option is malformed or out of range", what, word, name);
    return ARG_BAD;
}

ArgResult
args_number(const Args *args, const char *name, gint64 min, gint64 max, gint64 *ret_value)
{
    const char *word = args_text(args, name);

    if (!word)
        return ARG_ABSENT;
    if (!units_parse_int(word, min, max, ret_value, NULL))
        return malformed("Numeric", name, word);
    return ARG_OK;
}

ArgResult
args_kib(const Args *args, const char *name, gboolean allow_unlimited, gint64 *ret_kib)
{
    const char *word = args_text(args, name);
    guint64 bytes;

    if (!word)
        return ARG_ABSENT;
    if (allow_unlimited && strcmp(word, "-1") == 0) {
        *ret_kib = -1;
        return ARG_OK;
    }
    if (!units_parse_size_word(word, 1024, G_MAXINT64, &bytes, NULL))
        return malformed("Scaled numeric", name, word);
    *ret_kib = (gint64)(bytes / 1024 + (bytes % 1024 != 0));
    return ARG_OK;
}

gboolean
args_exclusive(const Args *args, const char *one, const char *other)
{
    if (!args_flag(args, one) || !args_flag(args, other))
        return TRUE;
    cli_error("Options --%s and --%s are mutually exclusive", one, other);
    return FALSE;
}

gboolean
args_affect(const Args *args, guint *ret_flags)
{
    if (!args_exclusive(args, "current", "live") || !args_exclusive(args, "current", "config"))
        return FALSE;
    *ret_flags = (args_flag(args, "live") ? VIR_DOMAIN_AFFECT_LIVE : 0u) |
                 (args_flag(args, "config") ? VIR_DOMAIN_AFFECT_CONFIG : 0u);
    return TRUE;
}
