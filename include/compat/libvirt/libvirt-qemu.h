/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libvirt/libvirt-qemu.h - lets programs written to libvirt's API find lodge's header. */
#include <lodge/libvirt-qemu.h>
