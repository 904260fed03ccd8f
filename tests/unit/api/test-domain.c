/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Guests: lists, lookups over several drivers, definitions, life, statistics. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lodge/lodge.h>

#include "fixture.h"
#include "util/error.h"

static void
add_vm(const char *name, guint8 fill, int id)
{
    mock.qemu[0] = (MockGuest){.name = name, .id = id};
    memset(mock.qemu[0].uuid, fill, 16);
}

static void
free_all(virDomainPtr *list)
{
    for (virDomainPtr *next = list; *next != NULL; next++)
        virDomainFree(*next);
    free(list);
}

static void
test_lists(void)
{
    virConnectPtr conn = open_mock("lodge", FALSE);
    virDomainPtr *list = NULL;
    int ids[4];
    char *names[4];

    add_vm("vm", 3, 5);
    g_assert_cmpint(virConnectListAllDomains(conn, &list, 0), ==, 3);
    g_assert_cmpstr(virDomainGetName(list[2]), ==, "vm");
    g_assert_cmpstr(lodge_domain_driver(list[2]), ==, "qemu");
    g_assert_null(list[3]);
    free_all(list);
    g_assert_cmpint(virConnectListAllDomains(conn, NULL, VIR_CONNECT_LIST_DOMAINS_INACTIVE), ==, 1);
    g_assert_cmpint(virConnectNumOfDomains(conn), ==, 2);
    g_assert_cmpint(virConnectListDomains(conn, ids, 4), ==, 2);
    g_assert_cmpint(ids[0], ==, 4711);
    g_assert_cmpint(ids[1], ==, 5);
    g_assert_cmpint(virConnectListDomains(conn, ids, 1), ==, 1);
    g_assert_cmpint(virConnectNumOfDefinedDomains(conn), ==, 1);
    g_assert_cmpint(virConnectListDefinedDomains(conn, names, 4), ==, 1);
    g_assert_cmpstr(names[0], ==, "db");
    free(names[0]);
    virConnectClose(conn);
}

static void
test_filters_of_what_lodge_has_not(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);

    g_assert_cmpint(virConnectListAllDomains(conn, NULL, VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT), ==,
                    0);
    g_assert_cmpint(virConnectListAllDomains(conn, NULL, VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT),
                    ==, 2);
    g_assert_cmpstr(mock.last, ==, "list 0x0 -");
    g_assert_cmpint(virConnectListAllDomains(conn, NULL,
                                             VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT |
                                                 VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT |
                                                 VIR_CONNECT_LIST_DOMAINS_ACTIVE),
                    ==, 1);
    virConnectClose(conn);
}

static void
test_lookups(void)
{
    virConnectPtr conn = open_mock("lodge", FALSE);
    unsigned char uuid[VIR_UUID_BUFLEN];
    char text[VIR_UUID_STRING_BUFLEN];
    virDomainPtr dom;

    add_vm("vm", 3, -1);
    dom = virDomainLookupByUUIDString(conn, "03030303-0303-0303-0303-030303030303");
    g_assert_nonnull(dom);
    g_assert_cmpstr(virDomainGetName(dom), ==, "vm");
    g_assert_cmpuint(virDomainGetID(dom), ==, (unsigned int)-1);
    g_assert_cmpint(virDomainGetUUID(dom, uuid), ==, 0);
    g_assert_cmpint(uuid[15], ==, 3);
    g_assert_cmpint(virDomainGetUUIDString(dom, text), ==, 0);
    g_assert_cmpstr(text, ==, "03030303-0303-0303-0303-030303030303");
    virDomainFree(dom);
    g_assert_null(virDomainLookupByName(conn, "nobody"));
    ASSERT_ERROR(VIR_ERR_NO_DOMAIN, "no such guest");
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_LXC);
    g_assert_null(virDomainLookupByUUIDString(conn, "zz"));
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "'zz' is no uuid");
    g_assert_null(virDomainLookupByID(conn, -1));
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "negative");
    virConnectClose(conn);
}

static void
test_name_of_two_drivers(void)
{
    virConnectPtr conn = open_mock("lodge", FALSE);

    add_vm("web", 3, -1);
    g_assert_null(virDomainLookupByName(conn, "web"));
    ASSERT_ERROR(VIR_ERR_MULTIPLE_DOMAINS,
                 "guest 'web' exists in the LXC driver and in the QEMU driver");
    virConnectClose(conn);
    conn = open_mock("lxc", FALSE);
    add_vm("web", 3, -1);
    virDomainFree(virDomainLookupByName(conn, "web"));
    g_assert_null(virGetLastError());
    virConnectClose(conn);
}

static void
test_define_by_type(void)
{
    virConnectPtr conn = open_mock("lodge", FALSE);
    virDomainPtr dom =
        virDomainDefineXML(conn, "<?xml version='1.0'?><domain type='kvm'><a/></domain>");

    g_assert_nonnull(dom);
    g_assert_cmpstr(lodge_domain_driver(dom), ==, "qemu");
    virDomainFree(dom);
    dom = virDomainDefineXMLFlags(conn, "<domain type='lxc'/>", VIR_DOMAIN_DEFINE_VALIDATE);
    g_assert_cmpstr(lodge_domain_driver(dom), ==, "lxc");
    g_assert_true(g_str_has_prefix(mock.last, "define 0x1"));
    virDomainFree(dom);
    g_assert_null(virDomainDefineXML(conn, "<domain type='xen'/>"));
    ASSERT_ERROR(VIR_ERR_CONFIG_UNSUPPORTED,
                 "no driver for domain type 'xen'; there is 'lxc', 'qemu', 'kvm'");
    virConnectClose(conn);
}

static void
test_source_and_warnings(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr dom;

    g_assert_null(lodge_connect_warnings(conn)[0]);
    g_assert_cmpint(lodge_connect_set_xml_source(conn, "web.xml"), ==, 0);
    dom = virDomainDefineXML(conn, "<domain/>");
    g_assert_cmpstr(lodge_connect_warnings(conn)[0], ==, "web.xml:3: <odd> is not known");
    g_assert_null(lodge_connect_warnings(conn)[1]);
    virDomainFree(dom);
    dom = virDomainDefineXML(conn, "<domain/>");
    g_assert_cmpstr(mock.source, ==, "(none)"); /* used once */
    g_assert_cmpint(virDomainCreate(dom), ==, 0);
    g_assert_cmpstr(lodge_connect_warnings(conn)[0], ==, "memory is not limited");
    g_assert_cmpuint(virDomainGetID(dom), ==, 99);
    g_assert_cmpint(virDomainDestroy(dom), ==, 0);
    g_assert_cmpuint(virDomainGetID(dom), ==, (unsigned int)-1);
    virDomainFree(dom);
    virConnectClose(conn);
}

static void
test_xml_error_numbers(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);

    mock.fail = LODGE_ERROR_CONFIG;
    g_assert_null(virDomainDefineXML(conn, "<domain/>"));
    ASSERT_ERROR(VIR_ERR_XML_ERROR, "cannot define");
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_DOMAIN);
    mock.fail = LODGE_ERROR_SCHEMA;
    g_assert_null(virDomainDefineXMLFlags(conn, "<domain/>", VIR_DOMAIN_DEFINE_VALIDATE));
    ASSERT_ERROR(VIR_ERR_XML_INVALID_SCHEMA, "cannot define");
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_DOMAIN);
    g_assert_null(virDomainCreateXML(conn, "<domain/>", VIR_DOMAIN_START_VALIDATE));
    ASSERT_ERROR(VIR_ERR_XML_INVALID_SCHEMA, "cannot create");
    mock.fail = LODGE_ERROR_NO_NAME;
    g_assert_null(virDomainDefineXML(conn, "<domain/>"));
    ASSERT_ERROR(VIR_ERR_NO_NAME, "cannot define");
    mock.fail = LODGE_ERROR_SYNTAX;
    g_assert_null(virDomainDefineXML(conn, "<domain/>"));
    ASSERT_ERROR(VIR_ERR_XML_DETAIL, "cannot define");
    mock.fail = LODGE_ERROR_EXISTS;
    g_assert_null(virDomainDefineXML(conn, "<domain/>"));
    ASSERT_ERROR(VIR_ERR_OPERATION_FAILED, "cannot define");
    mock.fail = LODGE_ERROR_UNSUPPORTED_CONFIG;
    g_assert_null(virDomainDefineXML(conn, "<domain/>"));
    ASSERT_ERROR(VIR_ERR_CONFIG_UNSUPPORTED, "cannot define");
    virConnectClose(conn);
}

/* Every call forgets the last error first, as libvirt's do; what it had to say beside it does not. */
static void
test_a_call_forgets_the_last_error(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr db = virDomainLookupByName(conn, "db");

    mock.fail = LODGE_ERROR_STATE;
    g_assert_cmpint(virDomainSuspend(db), ==, -1);
    g_assert_nonnull(lodge_connect_warnings(conn));
    ASSERT_ERROR(VIR_ERR_OPERATION_INVALID, "cannot suspend");
    g_assert_cmpstr(virDomainGetName(db), ==, "db");
    g_assert_null(virGetLastError());
    g_assert_cmpint(virDomainSuspend(db), ==, -1);
    virDomainFree(db);
    g_assert_null(virGetLastError());
    virConnectClose(conn);
}

/* "Not found" is the guest when it is gone, and something else when it is there. */
static void
test_gone(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr db = virDomainLookupByName(conn, "db");

    mock.fail = LODGE_ERROR_NOT_FOUND;
    g_assert_cmpint(virDomainSuspend(db), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_FAILED, "cannot suspend");
    mock.lxc[1].name = NULL;
    g_assert_cmpint(virDomainSuspend(db), ==, -1);
    ASSERT_ERROR(VIR_ERR_NO_DOMAIN, "cannot suspend");
    virDomainFree(db);
    virConnectClose(conn);
}

static void
test_state(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    virDomainInfo info;
    int state, reason, autostart = -1;
    g_autofree char *os_type = virDomainGetOSType(web);

    g_assert_cmpstr(os_type, ==, "exe");
    g_assert_cmpint(virDomainGetInfo(web, &info), ==, 0);
    g_assert_cmpuint(info.maxMem, ==, 102400);
    g_assert_cmpuint(info.memory, ==, 2048);
    g_assert_cmpuint(info.nrVirtCpu, ==, 2);
    g_assert_cmpuint(info.cpuTime, ==, 7000000);
    g_assert_cmpuint(virDomainGetMaxMemory(web), ==, 102400);
    g_assert_cmpint(virDomainGetState(web, &state, &reason, 0), ==, 0);
    g_assert_cmpint(state, ==, VIR_DOMAIN_RUNNING);
    g_assert_cmpint(reason, ==, VIR_DOMAIN_RUNNING_BOOTED);
    g_assert_cmpint(virDomainGetState(web, &state, NULL, 0), ==, 0);
    g_assert_cmpint(virDomainIsActive(web), ==, 1);
    mock.lxc[0].id = -1;
    g_assert_cmpint(virDomainIsActive(web), ==, 0);
    g_assert_cmpint(virDomainIsPersistent(web), ==, 1);
    g_assert_cmpint(virDomainGetAutostart(web, &autostart), ==, 0);
    g_assert_cmpint(autostart, ==, 1);
    g_assert_cmpint(virDomainSetAutostart(web, 5), ==, 0);
    g_assert_cmpstr(mock.last, ==, "autostart 0x1 web");
    g_assert_cmpint(virDomainHasManagedSaveImage(web, 0), ==, 0);
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_metadata_arguments(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    g_autofree char *title = virDomainGetMetadata(web, VIR_DOMAIN_METADATA_TITLE, NULL, 0);

    g_assert_cmpstr(title, ==, "text");
    g_assert_null(virDomainGetMetadata(web, 7, NULL, 0));
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "no metadata type 7");
    g_assert_null(virDomainGetMetadata(web, VIR_DOMAIN_METADATA_ELEMENT, NULL, 0));
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "uri in virDomainGetMetadata must not be NULL");
    g_assert_cmpint(virDomainSetMetadata(web, VIR_DOMAIN_METADATA_TITLE, "a\nb", NULL, NULL, 0), ==,
                    -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "a title has one line");
    g_assert_cmpint(
        virDomainSetMetadata(web, VIR_DOMAIN_METADATA_ELEMENT, "<a/>", NULL, "urn:a", 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "key in virDomainSetMetadata must not be NULL");
    mock.fail = LODGE_ERROR_NO_METADATA;
    g_assert_null(virDomainGetMetadata(web, VIR_DOMAIN_METADATA_TITLE, NULL, 0));
    ASSERT_ERROR(VIR_ERR_NO_DOMAIN_METADATA, "metadata");
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_autodestroy(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainCreateXML(conn, "<domain/>", VIR_DOMAIN_START_AUTODESTROY);

    g_assert_nonnull(web);
    g_assert_cmpstr(mock.last, ==, "create 0x0 <domain/>");
    virDomainFree(web);
    g_assert_cmpstr(mock.last, ==, "create 0x0 <domain/>");
    g_assert_cmpint(virConnectClose(conn), ==, 0);
    g_assert_cmpstr(mock.last, ==, "destroy 0x0 web");
}

static void
test_parameters(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    virTypedParameter params[4] = {0};
    virTypedParameterPtr made = NULL;
    int n = 0, max = 0;
    g_autofree char *scheduler = NULL;

    g_assert_cmpint(virDomainGetMemoryParameters(web, NULL, &n, 0), ==, 0);
    g_assert_cmpint(n, ==, 2);
    n = 4;
    g_assert_cmpint(virDomainGetMemoryParameters(
                        web, params, &n, VIR_TYPED_PARAM_STRING_OKAY | VIR_DOMAIN_AFFECT_CONFIG),
                    ==, 0);
    g_assert_cmpstr(mock.last, ==, "params 0x2 web");
    g_assert_cmpint(n, ==, 2);
    g_assert_cmpuint(params[0].value.ul, ==, 102400);
    g_assert_cmpstr(params[1].value.s, ==, "/dev/sda,500");
    virTypedParamsClear(params, n);
    n = 1;
    g_assert_cmpint(virDomainGetSchedulerParameters(web, params, &n), ==, 0);
    g_assert_cmpint(n, ==, 1);
    scheduler = virDomainGetSchedulerType(web, &n);
    g_assert_cmpstr(scheduler, ==, "posix");
    g_assert_cmpint(n, ==, 2);

    n = 0;
    virTypedParamsAddULLong(&made, &n, &max, VIR_DOMAIN_MEMORY_HARD_LIMIT, 4096);
    g_assert_cmpint(virDomainSetMemoryParameters(web, made, n, VIR_DOMAIN_AFFECT_LIVE), ==, 0);
    g_assert_cmpstr(mock.last, ==, "set-params 0x1 hard_limit");
    made[0].type = 12;
    g_assert_cmpint(virDomainSetMemoryParameters(web, made, n, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "unknown type 12");
    g_assert_cmpint(virDomainSetMemoryParameters(web, made, 0, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "greater than zero");
    memset(made[0].field, 'x', sizeof made[0].field); /* no NUL */
    g_assert_cmpint(virDomainSetMemoryParameters(web, made, n, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "no proper name");
    virTypedParamsFree(made, n);
    g_assert_cmpint(virDomainSetMemory(web, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "must not be zero");
    g_assert_cmpint(virDomainSetMemory(web, 4096), ==, 0);
    g_assert_cmpstr(mock.last, ==, "memory 0x1 web");
    g_assert_cmpint(virDomainSetMaxMemory(web, 4096), ==, 0);
    g_assert_cmpstr(mock.last, ==, "memory 0x4 web");
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_cpu_stats(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    virTypedParameter params[4];

    g_assert_cmpint(virDomainGetCPUStats(web, NULL, 0, 0, 0, 0), ==, 3);
    g_assert_cmpint(virDomainGetCPUStats(web, NULL, 0, 0, 1, 0), ==, 1);
    g_assert_cmpint(virDomainGetCPUStats(web, NULL, 0, -1, 1, 0), ==, 2);
    g_assert_cmpint(virDomainGetCPUStats(web, params, 2, -1, 1, 0), ==, 2);
    g_assert_cmpstr(params[1].field, ==, "user_time");
    g_assert_cmpint(virDomainGetCPUStats(web, params, 1, 1, 3, 0), ==, 1);
    g_assert_cmpuint(params[0].value.ul, ==, 101);
    g_assert_cmpuint(params[1].value.ul, ==, 102);
    g_assert_cmpint(params[2].type, ==, 0); /* beyond the last cpu */
    g_assert_cmpint(virDomainGetCPUStats(web, params, 1, 3, 1, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "no cpu 3");
    g_assert_cmpint(virDomainGetCPUStats(web, params, 1, -1, 2, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "do not go together");
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_stats(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    virDomainPtr two[] = {web, NULL};
    virDomainMemoryStatStruct memory[8];
    virDomainInterfaceStatsStruct traffic;
    virDomainStatsRecordPtr *records = NULL;
    virDomainInterfacePtr *ifaces = NULL;
    int value = 0;

    g_assert_cmpint(virDomainMemoryStats(web, memory, 8, 0), ==, 2);
    g_assert_cmpint(memory[0].tag, ==, VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON);
    g_assert_cmpint(memory[1].tag, ==, VIR_DOMAIN_MEMORY_STAT_RSS);
    g_assert_cmpuint(memory[1].val, ==, 512);
    g_assert_cmpint(virDomainInterfaceStats(web, "veth0", &traffic, sizeof traffic), ==, 0);
    g_assert_cmpint(traffic.tx_drop, ==, 8);
    g_assert_cmpint(virDomainInterfaceStats(web, "veth0", &traffic, 1000), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "size 1000");

    g_assert_cmpint(
        virConnectGetAllDomainStats(conn, 0, &records, VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE),
        ==, 1);
    g_assert_cmpstr(virDomainGetName(records[0]->dom), ==, "web");
    g_assert_cmpint(
        virTypedParamsGetInt(records[0]->params, records[0]->nparams, "state.state", &value), ==,
        1);
    g_assert_cmpint(value, ==, 1);
    virDomainStatsRecordListFree(records);
    g_assert_cmpint(virDomainListGetStats(two, VIR_DOMAIN_STATS_STATE, &records, 0), ==, 1);
    g_assert_cmpstr(mock.last, ==, "stats 0x1 web");
    virDomainStatsRecordListFree(records);
    g_assert_cmpint(virDomainListGetStats(two, VIR_DOMAIN_STATS_PERF, &records,
                                          VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS),
                    ==, -1);
    ASSERT_ERROR(VIR_ERR_ARGUMENT_UNSUPPORTED, "0x40");
    g_assert_cmpint(virDomainListGetStats(NULL, 0, &records, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_DOMAIN, "virDomainListGetStats");

    g_assert_cmpint(
        virDomainInterfaceAddresses(web, &ifaces, VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE, 0), ==,
        1);
    g_assert_cmpint(ifaces[0]->naddrs, ==, 2);
    g_assert_cmpstr(ifaces[0]->addrs[1].addr, ==, "2001:db8::7");
    g_assert_cmpint(ifaces[0]->addrs[1].type, ==, VIR_IP_ADDR_TYPE_IPV6);
    g_assert_cmpuint(ifaces[0]->addrs[1].prefix, ==, 64);
    virDomainInterfaceFree(ifaces[0]);
    free(ifaces);
    g_assert_cmpint(virDomainInterfaceAddresses(web, &ifaces, 9, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "source 9");
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_extras(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    const int fds[3] = {-1, 6, -1};
    const char *const argv[] = {"ps", "ax", NULL};
    const char *const nothing[] = {NULL};
    int status = 0;
    g_autofree char *plan = lodge_domain_plan(conn, NULL, web);
    g_auto(GStrv) enter = lodge_domain_enter_argv(web, argv, NULL);

    g_assert_cmpstr(lodge_version(), ==, LODGE_VERSION);
    g_assert_cmpstr(plan, ==, "mount proc");
    g_assert_cmpstr(enter[1], ==, "ax");
    g_assert_null(lodge_domain_enter_argv(web, nothing, NULL));
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "needs a program");
    g_assert_null(lodge_domain_plan(conn, "<domain/>", web));
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "one of the two");
    virDomainFree(lodge_domain_create(conn, "<domain/>", fds, 0));
    g_assert_cmpuint(mock.n_params, ==, 7);
    g_assert_cmpint(lodge_domain_wait(web, &status), ==, 0);
    g_assert_cmpint(status, ==, 7 << 8);
    g_assert_cmpint(lodge_domain_wait_until(web, 0, &status), ==, 1);
    g_assert_cmpint(status, ==, 7 << 8);
    g_assert_cmpint(lodge_domain_console_resize(web, NULL, 0, 25), ==, -1);
    ASSERT_ERROR(VIR_ERR_NO_SUPPORT, "lodge_domain_console_resize");
    g_assert_cmpint(lodge_connect_reap(conn), ==, 2);
    g_assert_cmpint(lodge_connect_autostart(conn, NULL, NULL), ==, 1);
    virDomainFree(web);
    virConnectClose(conn);
}

int
main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/domain/lists", test_lists);
    g_test_add_func("/domain/filters-of-what-lodge-has-not", test_filters_of_what_lodge_has_not);
    g_test_add_func("/domain/lookups", test_lookups);
    g_test_add_func("/domain/errors-name-of-two-drivers", test_name_of_two_drivers);
    g_test_add_func("/domain/define-by-type", test_define_by_type);
    g_test_add_func("/domain/source-and-warnings", test_source_and_warnings);
    g_test_add_func("/domain/errors-xml-numbers", test_xml_error_numbers);
    g_test_add_func("/api/domain/forgets-the-last-error", test_a_call_forgets_the_last_error);
    g_test_add_func("/domain/errors-gone", test_gone);
    g_test_add_func("/domain/state", test_state);
    g_test_add_func("/domain/errors-metadata-arguments", test_metadata_arguments);
    g_test_add_func("/domain/autodestroy", test_autodestroy);
    g_test_add_func("/domain/parameters", test_parameters);
    g_test_add_func("/domain/cpu-stats", test_cpu_stats);
    g_test_add_func("/domain/stats", test_stats);
    g_test_add_func("/domain/extras", test_extras);
    status = g_test_run();
    mock_cleanup();
    return status;
}
