/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/environ.h"

#include <stdlib.h>

static const char *
first_of(const char *one, const char *other)
{
    const char *value = getenv(one);

    if (!value || !*value)
        value = getenv(other);
    return value && *value ? value : NULL;
}

CliEnviron
environ_read(void)
{
    CliEnviron values = {
        .uri = first_of("LODGE_DEFAULT_URI", "LIBVIRT_DEFAULT_URI"),
        .editor = first_of("VISUAL", "EDITOR"),
        .home = getenv("HOME"),
        .state_home = getenv("XDG_STATE_HOME"),
        .tmpdir = getenv("TMPDIR"),
    };

    return values;
}
