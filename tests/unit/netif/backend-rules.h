/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* backend-rules.h - what every backend promises (netif/backend.h), as tests that any of them can run. */
#pragma once

#include "netif/backend.h"

/**
 * backend_rules_add:
 * Adds the tests to the running program: random interfaces into an empty tree and into each tree of
 * tests/golden/netif/NAME/read, in every style:
 *  - what was written reads back, or a LOST note tells of it;
 *  - a second define changes nothing, nor does defining what is read;
 *  - undefine of a name that was not there gives the bytes before, also with other defines in between;
 *  - an interface changed into another one reads back as that, and leaves the others alone;
 *  - a refusal leaves all files alone.
 */
void backend_rules_add(const NetifBackend *backend);
