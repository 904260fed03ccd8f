/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-conf.h - what must hold for every error and warning, whatever the input was. */
#pragma once

#include <glib.h>
#include <string.h>

#include "util/error.h"

#define FUZZ_SOURCE "fuzz.xml"

static inline void
fuzz_check_line(const char *line)
{
    g_assert_true(g_str_has_prefix(line, FUZZ_SOURCE ":"));
    g_assert_true(g_utf8_validate(line, -1, NULL));
    for (; *line != '\0'; line++)
        g_assert_true((guchar)*line >= 0x20 && *line != 0x7f);
}

static inline void
fuzz_check_error(const GError *error)
{
    g_assert_nonnull(error);
    g_assert_true(error->domain == LODGE_ERROR);
    fuzz_check_line(error->message);
}

static inline void
fuzz_check_warnings(const GPtrArray *warnings)
{
    g_assert_nonnull(warnings);
    for (guint i = 0; i < warnings->len; i++)
        fuzz_check_line(g_ptr_array_index(warnings, i));
}
