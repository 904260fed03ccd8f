/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lifecycle.c - define, start, look at, stop and forget a guest.
 *
 * cc lifecycle.c $(pkg-config --cflags --libs lodge) -o lifecycle && ./lifecycle [URI]
 */
#include <stdio.h>
#include <stdlib.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static const char xml[] = "<domain type='lxc'>"
                          "  <name>example-life</name>"
                          "  <memory unit='KiB'>65536</memory>"
                          "  <os>"
                          "    <type>exe</type>"
                          "    <init>/bin/sleep</init>"
                          "    <initarg>60</initarg>"
                          "  </os>"
                          "  <devices><console type='pty'/></devices>"
                          "</domain>";

static int
live(virDomainPtr dom)
{
    virDomainInfo info;
    char *text;
    int state, reason;

    if (virDomainCreate(dom) < 0 || virDomainGetInfo(dom, &info) < 0)
        return -1;
    printf("runs with id %u, %lu KiB at most, %u cpus\n", virDomainGetID(dom), info.maxMem,
           info.nrVirtCpu);
    if (virDomainSuspend(dom) < 0 || virDomainGetState(dom, &state, &reason, 0) < 0)
        return -1;
    printf("paused: state %d, reason %d\n", state, reason);
    if (virDomainResume(dom) < 0)
        return -1;
    text = virDomainGetXMLDesc(dom, 0);
    if (text == NULL)
        return -1;
    printf("active %d, persistent %d, description begins %.20s\n", virDomainIsActive(dom),
           virDomainIsPersistent(dom), text);
    free(text);
    return virDomainDestroy(dom);
}

int
main(int argc, char **argv)
{
    virConnectPtr conn = virConnectOpen(argc > 1 ? argv[1] : NULL);
    virDomainPtr dom;
    int result;

    if (conn == NULL)
        return 1;
    dom = virDomainDefineXML(conn, xml);
    if (dom == NULL) {
        virConnectClose(conn);
        return 1;
    }
    printf("defined %s\n", virDomainGetName(dom));
    result = live(dom);
    if (virDomainUndefine(dom) < 0)
        result = -1;
    virDomainFree(dom);
    if (result == 0)
        printf("gone\n");
    virConnectClose(conn);
    return result < 0;
}
