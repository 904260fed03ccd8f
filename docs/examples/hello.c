/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* hello.c - open a connection and list the guests.
 *
 * cc hello.c $(pkg-config --cflags --libs lodge) -o hello && ./hello [URI]
 */
#include <stdio.h>
#include <stdlib.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static const char *
state_word(int state)
{
    switch (state) {
    case VIR_DOMAIN_RUNNING:
        return "running";
    case VIR_DOMAIN_PAUSED:
        return "paused";
    case VIR_DOMAIN_SHUTOFF:
        return "shut off";
    case VIR_DOMAIN_CRASHED:
        return "crashed";
    default:
        return "other";
    }
}

int
main(int argc, char **argv)
{
    virConnectPtr conn = virConnectOpenReadOnly(argc > 1 ? argv[1] : NULL);
    virDomainPtr *domains = NULL;
    unsigned long version = 0;
    char *host, *uri;
    int n;

    if (conn == NULL)
        return 1; /* the library has printed why */
    host = virConnectGetHostname(conn);
    uri = virConnectGetURI(conn);
    virConnectGetVersion(conn, &version);
    printf("%s on %s: %s, hypervisor %lu.%lu.%lu\n", uri, host, virConnectGetType(conn),
           version / 1000000, version / 1000 % 1000, version % 1000);
    n = virConnectListAllDomains(conn, &domains, 0);
    printf("%d guests\n", n);
    for (int i = 0; i < n; i++) {
        char uuid[VIR_UUID_STRING_BUFLEN] = "";
        int state = 0;

        virDomainGetUUIDString(domains[i], uuid);
        virDomainGetState(domains[i], &state, NULL, 0);
        printf("%s %s %s\n", uuid, virDomainGetName(domains[i]), state_word(state));
        virDomainFree(domains[i]);
    }
    free(domains);
    free(host);
    free(uri);
    virConnectClose(conn);
    return n < 0;
}
