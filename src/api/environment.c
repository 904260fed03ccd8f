/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/environment.h"

#include <stdlib.h>

#include "core/paths.h"
#include "core/uri.h"

char *
environment_default_uri(gboolean session, GError **error)
{
    g_autoptr(Paths) paths = paths_new(NULL, session, error);

    if (paths == NULL)
        return NULL;
    /* secure_getenv: a set-uid program must not be sent to a root of its caller's making. */
    return uri_default(secure_getenv("LODGE_DEFAULT_URI"), secure_getenv("LIBVIRT_DEFAULT_URI"),
                       paths->config);
}
