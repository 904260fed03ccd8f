/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* wait.c - run one command in a guest and learn how it ended: what lodge has beyond libvirt.
 *
 * cc wait.c $(pkg-config --cflags --libs lodge) -o wait && ./wait [URI]
 */
#include <stdio.h>
#include <sys/wait.h>

#include <libvirt/virterror.h>
#include <lodge/lodge.h>

static const char xml[] = "<domain type='lxc'>"
                          "  <name>example-wait</name>"
                          "  <memory unit='KiB'>65536</memory>"
                          "  <os>"
                          "    <type>exe</type>"
                          "    <init>/bin/sh</init>"
                          "    <initarg>-c</initarg>"
                          "    <initarg>echo from the guest; exit 7</initarg>"
                          "  </os>"
                          "  <devices><console type='pty'/></devices>"
                          "</domain>";

int
main(int argc, char **argv)
{
    const int fds[3] = {0, 1, 2}; /* the guest's init gets ours instead of the console */
    virConnectPtr conn = virConnectOpen(argc > 1 ? argv[1] : NULL);
    virDomainPtr dom;
    int status = 0, result = -1;

    if (conn == NULL)
        return 1;
    dom = lodge_domain_create(conn, xml, fds, 0);
    if (dom != NULL) {
        result = lodge_domain_wait(dom, &status);
        virDomainFree(dom);
    }
    if (result == 0)
        printf("lodge %s: ended with status %d\n", lodge_version(), WEXITSTATUS(status));
    virConnectClose(conn);
    return result < 0 || WEXITSTATUS(status) != 7;
}
