/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* console.c - talk to a guest through a stream on its console.
 *
 * cc console.c $(pkg-config --cflags --libs lodge) -o console && ./console [URI]
 */
#include <stdio.h>
#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static const char xml[] = "<domain type='lxc'>"
                          "  <name>example-console</name>"
                          "  <memory unit='KiB'>65536</memory>"
                          "  <os>"
                          "    <type>exe</type>"
                          "    <init>/bin/sh</init>"
                          "  </os>"
                          "  <devices><console type='pty'/></devices>"
                          "</domain>";

/* Sends a command whose output differs from its text, and reads until that output comes. */
static int
converse(virStreamPtr stream)
{
    static const char command[] = "echo sum $((40 + 2))\n";
    char seen[4096] = "";
    size_t n_seen = 0;

    if (virStreamSend(stream, command, sizeof command - 1) < 0)
        return -1;
    while (strstr(seen, "sum 42") == NULL && n_seen < sizeof seen - 1) {
        int got = virStreamRecv(stream, seen + n_seen, sizeof seen - 1 - n_seen);

        if (got <= 0)
            return -1;
        n_seen += (size_t)got;
        seen[n_seen] = '\0';
    }
    if (strstr(seen, "sum 42") == NULL)
        return -1;
    printf("the guest said: sum 42\n");
    return virStreamFinish(stream);
}

int
main(int argc, char **argv)
{
    virConnectPtr conn = virConnectOpen(argc > 1 ? argv[1] : NULL);
    virDomainPtr dom;
    virStreamPtr stream;
    int result = -1;

    if (conn == NULL)
        return 1;
    dom = virDomainCreateXML(conn, xml, VIR_DOMAIN_START_AUTODESTROY);
    stream = virStreamNew(conn, 0);
    if (dom != NULL && stream != NULL && virDomainOpenConsole(dom, NULL, stream, 0) == 0)
        result = converse(stream);
    if (stream != NULL)
        virStreamFree(stream);
    if (dom != NULL)
        virDomainFree(dom);
    virConnectClose(conn); /* ends the guest: it was started with AUTODESTROY */
    return result < 0;
}
