/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* libvirt/virterror.h - lets programs written to libvirt's API find lodge's header. */
#include <lodge/virterror.h>
