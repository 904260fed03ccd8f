/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* stats.c - limits and statistics of running guests.
 *
 * cc stats.c $(pkg-config --cflags --libs lodge) -o stats && ./stats [URI]
 */
#include <stdio.h>
#include <stdlib.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static const char xml[] = "<domain type='lxc'>"
                          "  <name>example-stats</name>"
                          "  <memory unit='KiB'>65536</memory>"
                          "  <os>"
                          "    <type>exe</type>"
                          "    <init>/bin/sleep</init>"
                          "    <initarg>60</initarg>"
                          "  </os>"
                          "  <devices><console type='pty'/></devices>"
                          "</domain>";

static void
print(const virTypedParameter *param)
{
    switch (param->type) {
    case VIR_TYPED_PARAM_INT:
        printf("  %s %d\n", param->field, param->value.i);
        break;
    case VIR_TYPED_PARAM_UINT:
        printf("  %s %u\n", param->field, param->value.ui);
        break;
    case VIR_TYPED_PARAM_LLONG:
        printf("  %s %lld\n", param->field, param->value.l);
        break;
    case VIR_TYPED_PARAM_ULLONG:
        printf("  %s %llu\n", param->field, param->value.ul);
        break;
    case VIR_TYPED_PARAM_STRING:
        printf("  %s %s\n", param->field, param->value.s);
        break;
    default:
        break;
    }
}

static int
print_memory_limits(virDomainPtr dom)
{
    virTypedParameterPtr params;
    int n = 0;

    if (virDomainGetMemoryParameters(dom, NULL, &n, 0) < 0)
        return -1;
    params = calloc((size_t)n, sizeof *params);
    if (params == NULL || virDomainGetMemoryParameters(dom, params, &n, 0) < 0) {
        free(params);
        return -1;
    }
    printf("memory limits, KiB\n");
    for (int i = 0; i < n; i++)
        print(&params[i]);
    virTypedParamsFree(params, n);
    return 0;
}

static int
print_all(virConnectPtr conn)
{
    virDomainStatsRecordPtr *records = NULL;
    int n = virConnectGetAllDomainStats(conn, VIR_DOMAIN_STATS_STATE | VIR_DOMAIN_STATS_CPU_TOTAL,
                                        &records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE);

    if (n < 0)
        return -1;
    for (int i = 0; i < n; i++) {
        printf("%s\n", virDomainGetName(records[i]->dom));
        for (int p = 0; p < records[i]->nparams; p++)
            print(&records[i]->params[p]);
    }
    virDomainStatsRecordListFree(records);
    return 0;
}

int
main(int argc, char **argv)
{
    virConnectPtr conn = virConnectOpen(argc > 1 ? argv[1] : NULL);
    virDomainPtr dom;
    virNodeInfo node;
    int result = -1;

    if (conn == NULL)
        return 1;
    if (virNodeGetInfo(conn, &node) == 0)
        printf("host: %s, %u cpus, %lu KiB\n", node.model, node.cpus, node.memory);
    dom = virDomainCreateXML(conn, xml, VIR_DOMAIN_START_AUTODESTROY);
    if (dom != NULL) {
        result = print_memory_limits(dom) < 0 || print_all(conn) < 0 ? -1 : 0;
        virDomainFree(dom);
    }
    virConnectClose(conn);
    return result < 0;
}
