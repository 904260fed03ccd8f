/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* errors.c - take errors by number instead of having them printed.
 *
 * cc errors.c $(pkg-config --cflags --libs lodge) -o errors && ./errors [URI]
 */
#include <stdio.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static void
on_error(void *data, virErrorPtr error)
{
    int *count = data;

    (*count)++;
    printf("error %d of part %d: %s\n", error->code, error->domain, error->message);
}

int
main(int argc, char **argv)
{
    virConnectPtr conn;
    virDomainPtr dom;
    int count = 0;

    virSetErrorFunc(&count, on_error);
    conn = virConnectOpen(argc > 1 ? argv[1] : NULL);
    if (conn == NULL)
        return 1;
    dom = virDomainLookupByName(conn, "nobody-has-this-name");
    if (dom != NULL || virGetLastErrorCode() != VIR_ERR_NO_DOMAIN)
        return 1;
    if (virDomainDefineXML(conn, "<domain type='lxc'><name>a/b</name></domain>") != NULL)
        return 1;
    if (virConnectListAllDomains(conn, NULL, 1u << 30) != -1)
        return 1;
    virConnectClose(conn);
    return count != 3;
}
