/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/args.h - the options that one command was given.
 *
 * Made by parse.c against the table of the verb; handlers ask by option name. Asking for a name
 * that is not in the table is a programmer's mistake and aborts.
 */
#pragma once

#include <glib.h>

typedef struct Args Args;

typedef enum {
    ARG_BAD = -1, /* given and wrong; the error is said */
    ARG_ABSENT = 0,
    ARG_OK = 1,
} ArgResult;

/* @opts: (nullable): the verb's table (const Opt *, of cli/verb.h); borrowed for good */
Args *args_new(const void *opts);
void args_free(Args *args);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Args, args_free)

/* @index: of the option in its table; @value NULL for a flag; copied */
void args_put(Args *args, guint index, const char *value);
gboolean args_has(const Args *args, guint index);

gboolean args_flag(const Args *args, const char *name);

/* Returns: the value, owned by @args, or NULL when it was not given */
const char *args_text(const Args *args, const char *name);

/* All values of a repeatable option; NULL-terminated, never NULL, owned by @args. */
const char *const *args_all(const Args *args, const char *name);

/**
 * args_number:
 * @min, @max: what is in range
 * @ret_value: written on ARG_OK only
 *
 * Says "Numeric value 'x' for <name> option is malformed or out of range" when it is.
 */
ArgResult args_number(const Args *args, const char *name, gint64 min, gint64 max,
                      gint64 *ret_value);

/**
 * args_kib:
 * A size with an optional unit (KiB when there is none), rounded up to KiB.
 * @ret_kib: -1 when the word is "-1" and @allow_unlimited
 */
ArgResult args_kib(const Args *args, const char *name, gboolean allow_unlimited, gint64 *ret_kib);

/* Says so and returns FALSE when both flags were given. */
gboolean args_exclusive(const Args *args, const char *one, const char *other);

/**
 * args_affect:
 * @ret_flags: VIR_DOMAIN_AFFECT_* of --config, --live and --current
 *
 * Returns: FALSE, said, when --current was given with one of the others
 */
gboolean args_affect(const Args *args, guint *ret_flags);
