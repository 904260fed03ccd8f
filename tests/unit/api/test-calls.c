/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every entry point of the table does around its call. */
#include <string.h>

#include <lodge/lodge.h>

#include "fixture.h"
#include "util/error.h"

static void
test_null_and_foreign_pointers(void)
{
    char junk[64] = "not a handle at all";

    virSetErrorFunc(NULL, quiet);
    g_assert_cmpint(virConnectIsAlive(NULL), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_CONN, "virConnectIsAlive");
    g_assert_null(virDomainGetName(NULL));
    ASSERT_ERROR(VIR_ERR_INVALID_DOMAIN, "virDomainGetName");
    g_assert_cmpint(virDomainSuspend((virDomainPtr)(void *)junk), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_DOMAIN, "virDomainSuspend");
    g_assert_cmpint(virNetworkCreate(NULL), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_NETWORK, "virNetworkCreate");
    g_assert_cmpint(virStreamFinish(NULL), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_STREAM, "virStreamFinish");
    g_assert_cmpuint(virDomainGetID(NULL), ==, (unsigned int)-1);
    g_assert_cmpuint(virDomainGetMaxMemory(NULL), ==, 0);
    g_assert_cmpuint(virNodeGetFreeMemory(NULL), ==, 0);
}

static void
test_null_arguments(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    int n = 0;

    g_assert_null(virDomainLookupByName(conn, NULL));
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "name in virDomainLookupByName must not be NULL");
    g_assert_null(virDomainDefineXML(conn, NULL));
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "xml in virDomainDefineXMLFlags");
    g_assert_cmpint(virDomainGetInfo(web, NULL), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "info in virDomainGetInfo");
    g_assert_cmpint(virDomainGetMemoryParameters(web, NULL, NULL, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "nparams in");
    n = 1;
    g_assert_cmpint(virDomainGetMemoryParameters(web, NULL, &n, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "room");
    g_assert_cmpint(virConnectDomainEventRegisterAny(conn, NULL, 0, NULL, NULL, NULL), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "cb in");
    g_assert_cmpint(virDomainOpenConsole(web, NULL, NULL, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_STREAM, "virDomainOpenConsole");
    virDomainFree(web);
    g_assert_cmpint(virConnectClose(conn), ==, 0);
}

static void
test_flags(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");

    g_assert_cmpint(virDomainDestroyFlags(web, 1u << 8), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG,
                 "unsupported flags (0x100) in function virDomainDestroyFlags");
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_LXC);
    g_assert_cmpint(virDomainShutdownFlags(web, VIR_DOMAIN_SHUTDOWN_SIGNAL | 1 << 30), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "unsupported flags (0x40000000)");
    g_assert_cmpint(virDomainShutdownFlags(web, VIR_DOMAIN_SHUTDOWN_SIGNAL), ==, 0);
    g_assert_cmpstr(mock.last, ==, "shutdown 0x8 web");
    g_assert_cmpint(virDomainGetVcpusFlags(web, VIR_DOMAIN_VCPU_LIVE | VIR_DOMAIN_VCPU_CONFIG), ==,
                    -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "exclude each other");
    g_assert_cmpint(virDomainGetMaxVcpus(web), ==, 2);
    g_assert_cmpstr(mock.last, ==, "vcpus 0x4 web");
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_read_only(void)
{
    virConnectPtr conn = open_mock("lxc", TRUE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    g_autofree char *xml = NULL;

    g_assert_cmpint(virDomainDestroy(web), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_DENIED, "read only access prevents virDomainDestroyFlags");
    g_assert_null(virDomainDefineXML(conn, "<domain type='lxc'/>"));
    ASSERT_ERROR(VIR_ERR_OPERATION_DENIED, "read only");
    g_assert_null(virDomainGetXMLDesc(web, VIR_DOMAIN_XML_SECURE));
    ASSERT_ERROR(VIR_ERR_OPERATION_DENIED, "flags (0x1)");
    xml = virDomainGetXMLDesc(web, VIR_DOMAIN_XML_INACTIVE);
    g_assert_cmpstr(xml, ==, "<domain/>");
    g_assert_cmpstr(mock.last, ==, "xml 0x2 web");
    g_assert_cmpint(lodge_connect_autostart(conn, NULL, NULL), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_DENIED, "lodge_connect_autostart");
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_missing_call_and_role(void)
{
    virConnectPtr conn = open_mock("lodge", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");
    virDomainPtr vm;

    g_assert_cmpint(virDomainResume(web), ==, -1);
    ASSERT_ERROR(VIR_ERR_NO_SUPPORT,
                 "this function is not supported by the connection driver: virDomainResume");
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_DOMAIN);
    g_assert_cmpint(virDomainSetMetadata(web, 1, "t", NULL, NULL, 0), ==, -1);
    ASSERT_ERROR(VIR_ERR_NO_SUPPORT, "virDomainSetMetadata");
    g_assert_null(virDomainGetHostname(web, 0));
    ASSERT_ERROR(VIR_ERR_NO_SUPPORT, "virDomainGetHostname");
    mock.qemu[0] = (MockGuest){.name = "vm", .id = 1};
    memset(mock.qemu[0].uuid, 3, 16);
    vm = virDomainLookupByName(conn, "vm");
    g_assert_nonnull(vm);
    g_assert_cmpint(virDomainCreate(vm), ==, -1);
    ASSERT_ERROR(VIR_ERR_NO_SUPPORT, "virDomainCreateWithFlags");
    g_assert_cmpint(virDomainSuspend(vm), ==, -1);
    ASSERT_ERROR(VIR_ERR_NO_SUPPORT, "virDomainSuspend");
    g_assert_null(virNetworkCreateXML(conn, "<network/>"));
    ASSERT_ERROR(VIR_ERR_NO_SUPPORT, "virNetworkCreateXMLFlags");
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_NETWORK);
    virDomainFree(vm);
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_last_error_is_reset(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByName(conn, "web");

    mock.fail = LODGE_ERROR_STATE;
    g_assert_cmpint(virDomainSuspend(web), ==, -1);
    ASSERT_ERROR(VIR_ERR_OPERATION_INVALID, "cannot suspend 'web'");
    g_assert_cmpint(virGetLastErrorDomain(), ==, VIR_FROM_LXC);
    g_assert_cmpint(virConnGetLastError(conn)->code, ==, VIR_ERR_OPERATION_INVALID);
    mock.fail = -1;
    g_assert_cmpint(virDomainSuspend(web), ==, 0);
    g_assert_null(virGetLastError());
    g_assert_cmpstr(virGetLastErrorMessage(), ==, "no error");
    virDomainFree(web);
    virConnectClose(conn);
}

static void
test_references(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    virDomainPtr web = virDomainLookupByID(conn, 4711);

    g_assert_cmpint(virConnectRef(conn), ==, 0);
    g_assert_cmpint(virConnectClose(conn), ==, 2);
    g_assert_cmpint(virConnectClose(conn), ==, 1);
    g_assert_true(virDomainGetConnect(web) == conn);
    g_assert_cmpint(virDomainRef(web), ==, 0);
    g_assert_cmpint(virDomainFree(web), ==, 0);
    g_assert_cmpstr(virDomainGetName(web), ==, "web");
    g_assert_cmpint(virDomainFree(web), ==, 0); /* ends the connection as well */
}

int
main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/calls/errors-null-and-foreign-pointers", test_null_and_foreign_pointers);
    g_test_add_func("/calls/errors-null-arguments", test_null_arguments);
    g_test_add_func("/calls/errors-flags", test_flags);
    g_test_add_func("/calls/errors-read-only", test_read_only);
    g_test_add_func("/calls/errors-missing-call-and-role", test_missing_call_and_role);
    g_test_add_func("/calls/last-error-is-reset", test_last_error_is_reset);
    g_test_add_func("/calls/references", test_references);
    status = g_test_run();
    mock_cleanup();
    return status;
}
