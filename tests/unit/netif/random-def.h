/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* random-def.h - interfaces as anybody might describe them, from a seed. */
#pragma once

#include "conf/netif/interface.h"

/* Complete, and accepted by interface_def_parse(). @tag: goes into every name, which makes them distinct.
 * (transfer full) */
InterfaceDef *random_def(GRand *rand, guint tag);
