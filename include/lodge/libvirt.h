/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge/libvirt.h - the API of libvirt as far as lodge has it: same names, types, values, meaning.
 *
 * Programs include <libvirt/libvirt.h>, which the pkg-config file's compat path turns into this.
 * What a call does, which flags it takes and what it needs stands in src/api/calls.toml. A function
 * that is not declared here does not exist in lodge; a call that is declared and that the driver of
 * a connection lacks fails with VIR_ERR_NO_SUPPORT.
 */
#ifndef LODGE_LIBVIRT_H
#define LODGE_LIBVIRT_H

#include <lodge/libvirt-common.h>
#include <lodge/libvirt-domain-event.h>
#include <lodge/libvirt-domain-machine.h>
#include <lodge/libvirt-domain-tune.h>
#include <lodge/libvirt-domain.h>
#include <lodge/libvirt-event.h>
#include <lodge/libvirt-host.h>
#include <lodge/libvirt-network.h>
#include <lodge/libvirt-stream.h>
#include <lodge/virterror.h>

#endif
