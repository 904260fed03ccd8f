/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/environ.h - what the two programs read of the environment: here, and nowhere else. */
#pragma once

#include "cli/cli.h"

CliEnviron environ_read(void);
