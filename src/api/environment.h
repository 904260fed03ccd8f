/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/environment.h - the one place where the library reads the environment. */
#pragma once

#include <glib.h>

/* (transfer full): what a NULL name means to virConnectOpen(). */
char *environment_default_uri(gboolean session, GError **error);
