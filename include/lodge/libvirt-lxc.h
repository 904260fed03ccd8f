/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge/libvirt-lxc.h - calls that only containers have. */
#ifndef LODGE_LIBVIRT_LXC_H
#define LODGE_LIBVIRT_LXC_H

#include <lodge/libvirt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* *fdlist: malloc'ed array of descriptors, CLOEXEC, the caller closes each. Returns their number. */
int virDomainLxcOpenNamespace(virDomainPtr domain, int **fdlist, unsigned int flags);

/* Moves the calling process into the namespaces. When noldfdlist is not NULL, *oldfdlist gets
 * descriptors of the namespaces that were left, so that the caller can go back. */
int virDomainLxcEnterNamespace(virDomainPtr domain, unsigned int nfdlist, int *fdlist,
                               unsigned int *noldfdlist, int **oldfdlist, unsigned int flags);
int virDomainLxcEnterSecurityLabel(virSecurityModelPtr model, virSecurityLabelPtr label,
                                   virSecurityLabelPtr oldlabel, unsigned int flags);
int virDomainLxcEnterCGroup(virDomainPtr domain, unsigned int flags);

#ifdef __cplusplus
}
#endif

#endif
