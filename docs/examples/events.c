/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* events.c - see what happens to guests, whoever does it; here: to one that ends by itself.
 *
 * cc events.c $(pkg-config --cflags --libs lodge) -o events && ./events [URI]
 */
#include <stdio.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static const char xml[] = "<domain type='lxc'>"
                          "  <name>example-events</name>"
                          "  <memory unit='KiB'>65536</memory>"
                          "  <os>"
                          "    <type>exe</type>"
                          "    <init>/bin/sleep</init>"
                          "    <initarg>0.2</initarg>"
                          "  </os>"
                          "  <devices><console type='pty'/></devices>"
                          "</domain>";

static int
on_event(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    int *stopped = opaque;

    (void)conn;
    printf("%s: event %d, detail %d\n", virDomainGetName(dom), event, detail);
    if (event == VIR_DOMAIN_EVENT_STOPPED)
        *stopped = 1;
    return 0;
}

int
main(int argc, char **argv)
{
    virConnectPtr conn;
    virDomainPtr dom;
    int stopped = 0, id;

    /* The event loop must be known before the connection is opened. */
    if (virEventRegisterDefaultImpl() < 0)
        return 1;
    conn = virConnectOpen(argc > 1 ? argv[1] : NULL);
    if (conn == NULL)
        return 1;
    id = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_event), &stopped, NULL);
    dom = id >= 0 ? virDomainCreateXML(conn, xml, 0) : NULL;
    while (dom != NULL && !stopped && virEventRunDefaultImpl() == 0)
        continue;
    if (dom != NULL)
        virDomainFree(dom);
    if (id >= 0)
        virConnectDomainEventDeregisterAny(conn, id);
    virConnectClose(conn);
    return !stopped;
}
