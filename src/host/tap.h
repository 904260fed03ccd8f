/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/tap.h - descriptors of tap and macvtap devices, for a program that is handed them.
 *
 * A tap made here goes with its last descriptor. Both carry a vnet header before each packet.
 *
 * Used by: supervisor.
 * libc only. Source: the kernel's Documentation/networking/tuntap.rst.
 */
#pragma once

#include <net/if.h>

#include "host/err.h"

#define TAP_QUEUES_MAX 64

/**
 * tap_open:
 * @name: what it is to be called, with at most one "%d" for the kernel to number; then its name
 * @n_queues: 1 to TAP_QUEUES_MAX; more than 1 makes it multi-queue
 * @ret_fds: (out) (array length=n_queues)
 * @err: "exists" when another program holds the device of that name
 */
int tap_open(char name[IF_NAMESIZE], int n_queues, int *ret_fds, Err *err);

/**
 * macvtap_open:
 * @name, @index: of a macvtap in the caller's network namespace
 * @dir_fd: a directory for a device node, where /dev has none for it; it is gone again when this returns
 *
 * Returns: a descriptor of its first queue, or -1
 */
int macvtap_open(const char *name, int index, int dir_fd, Err *err);
