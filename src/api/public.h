/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/public.h - the public headers as this room includes them: their functions are visible outside.
 *
 * Everything else is compiled with hidden visibility; lodge.map then exports what calls.toml lists.
 */
#pragma once

#pragma GCC visibility push(default)
#include <lodge/libvirt-lxc.h>
#include <lodge/libvirt-qemu.h>
#include <lodge/lodge.h>
#pragma GCC visibility pop
