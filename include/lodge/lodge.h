/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge/lodge.h - what lodge offers beyond libvirt's API. Errors are reported as libvirt's are:
 * virGetLastError(). Everything here works on connections and domains of <lodge/libvirt.h>.
 */
#pragma once

#include <lodge/libvirt.h>
#include <lodge/lodge-keys.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lodge_version:
 * Returns: "0.1.0"; static
 */
const char *lodge_version(void);

/**
 * lodge_connect_warnings:
 * @conn: a connection; borrowed
 *
 * What the last call that changes something (define, create, start ...) had to say although it
 * succeeded: "FILE:LINE: ..." for each element that it does not know, limits that are not in force.
 *
 * Returns: NULL-terminated array owned by the connection until its next such call; never NULL
 */
const char *const *lodge_connect_warnings(virConnectPtr conn);

/* The name that messages give to the XML of the next define or create ("web.xml"); borrowed copy. */
int lodge_connect_set_xml_source(virConnectPtr conn, const char *source);

/**
 * lodge_domain_plan:
 * @conn: a connection
 * @xml: domain XML, or NULL
 * @dom: a defined domain, or NULL (exactly one of the two is given)
 *
 * Returns: (transfer full): the plan as text, end it with free(); NULL on error. Nothing is changed.
 */
char *lodge_domain_plan(virConnectPtr conn, const char *xml, virDomainPtr dom);

/**
 * lodge_domain_create:
 * As virDomainCreateXML, and gives init the descriptors @fds[0..2] (-1: the console; @fds NULL: all).
 * VIR_DOMAIN_START_* flags.
 */
virDomainPtr lodge_domain_create(virConnectPtr conn, const char *xml, const int *fds,
                                 unsigned int flags);

/**
 * lodge_domain_wait:
 * @wait_status: (out): how init ended, as wait(2) says it
 *
 * Blocks until the guest has ended for good (reboots do not end it). Returns: 0, or -1
 */
int lodge_domain_wait(virDomainPtr dom, int *wait_status);

/**
 * lodge_domain_wait_until:
 * @fd: borrowed; for example a signalfd
 *
 * As lodge_domain_wait(), until @fd can be read. Returns: 0, 1 when @fd was first, or -1
 */
int lodge_domain_wait_until(virDomainPtr dom, int fd, int *wait_status);

#define LODGE_CONSOLE_READONLY                                                                     \
    (1u << 16) /* watch only; besides VIR_DOMAIN_CONSOLE_FORCE and _SAFE */
/* Returns a stream socket to console @devname (NULL: the first); the caller closes it. -1 on error. */
int lodge_domain_console(virDomainPtr dom, const char *devname, unsigned int flags);
int lodge_domain_console_resize(virDomainPtr dom, const char *devname, int cols, int rows);

/**
 * lodge_domain_enter_argv:
 * @argv: (array zero-terminated): program and arguments, found in the guest
 * @options: (array zero-terminated) (nullable): "--tty" "--user" "U" "--dir" "D" "--env" "N=V" "--noseclabel"
 *
 * Returns: (transfer full): the command line that runs @argv inside the guest when executed; one
 *   allocation per string and one for the array, all ended with free(). NULL on error.
 */
char **lodge_domain_enter_argv(virDomainPtr dom, const char *const *argv,
                               const char *const *options);

/* The driver a domain belongs to: "lxc", "qemu"; static. */
const char *lodge_domain_driver(virDomainPtr dom);

/* The pid of the process that stays with a network, 0 when the network is off; -1 on error. A domain's is its id. */
int lodge_network_supervisor(virNetworkPtr network);

/**
 * lodge_connect_autostart:
 * Starts every network and guest marked autostart; what fails is said through @report.
 * Returns: the number of failures, -1 when nothing could be tried
 */
int lodge_connect_autostart(virConnectPtr conn, void (*report)(const char *line, void *opaque),
                            void *opaque);

/**
 * lodge_connect_reap:
 * Records guests and networks whose supervisor died as crashed and cleans up after them.
 * Returns: how many, or -1
 */
int lodge_connect_reap(virConnectPtr conn);

#ifdef __cplusplus
}
#endif
