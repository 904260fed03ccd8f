/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Numbers and texts of errors, and typed parameters in the caller's hands. */
#include <stdlib.h>
#include <string.h>

#include "api/error.h"
#include "fixture.h"

static void
test_every_code(void)
{
    const ErrorAbout plain = {0};
    const ErrorAbout lookup = {.is_lookup = TRUE};
    const ErrorAbout net_gone = {.is_network = TRUE, .is_gone = TRUE};
    static const int wanted[LODGE_ERROR_LAST] = {
        [LODGE_ERROR_INTERNAL] = VIR_ERR_INTERNAL_ERROR,
        [LODGE_ERROR_CONFIG] = VIR_ERR_INVALID_ARG,
        [LODGE_ERROR_SCHEMA] = VIR_ERR_XML_INVALID_SCHEMA,
        [LODGE_ERROR_NO_NAME] = VIR_ERR_NO_NAME,
        [LODGE_ERROR_SYNTAX] = VIR_ERR_XML_DETAIL,
        [LODGE_ERROR_ARGUMENT] = VIR_ERR_INVALID_ARG,
        [LODGE_ERROR_NOT_FOUND] = VIR_ERR_OPERATION_FAILED,
        [LODGE_ERROR_EXISTS] = VIR_ERR_OPERATION_FAILED,
        [LODGE_ERROR_STATE] = VIR_ERR_OPERATION_INVALID,
        [LODGE_ERROR_BUSY] = VIR_ERR_OPERATION_TIMEOUT,
        [LODGE_ERROR_DENIED] = VIR_ERR_OPERATION_DENIED,
        [LODGE_ERROR_UNSUPPORTED] = VIR_ERR_OPERATION_UNSUPPORTED,
        [LODGE_ERROR_UNSUPPORTED_CONFIG] = VIR_ERR_CONFIG_UNSUPPORTED,
        [LODGE_ERROR_LIMIT] = VIR_ERR_INVALID_ARG,
        [LODGE_ERROR_TIMEOUT] = VIR_ERR_OPERATION_TIMEOUT,
        [LODGE_ERROR_CANCELLED] = VIR_ERR_OPERATION_ABORTED,
        [LODGE_ERROR_IO] = VIR_ERR_SYSTEM_ERROR,
        [LODGE_ERROR_PEER] = VIR_ERR_INTERNAL_ERROR,
        [LODGE_ERROR_NO_METADATA] = VIR_ERR_NO_DOMAIN_METADATA,
    };

    for (int code = 0; code < LODGE_ERROR_LAST; code++) {
        g_assert_cmpint(wanted[code], !=, 0);
        g_assert_cmpint(error_number((LodgeErrorCode)code, &plain), ==, wanted[code]);
    }
    g_assert_cmpint(error_number(LODGE_ERROR_NOT_FOUND, &lookup), ==, VIR_ERR_NO_DOMAIN);
    g_assert_cmpint(error_number(LODGE_ERROR_NOT_FOUND, &net_gone), ==, VIR_ERR_NO_NETWORK);
}

static void
test_printed(void)
{
    if (g_test_subprocess()) {
        virConnectPtr conn = open_mock("lxc", FALSE);

        virSetErrorFunc(NULL, NULL);
        virDomainLookupByName(conn, "nobody");
        virConnectClose(conn);
        virConnectOpen("nosuch:///");
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr(
        "libvirt: LXC Driver error : no such guest\nlibvirt: error : *nosuch*\n");
}

static void
on_error(void *data, virErrorPtr error)
{
    *(int *)data = error->code;
}

static void
test_handlers(void)
{
    virConnectPtr conn = open_mock("lxc", FALSE);
    int global = 0, own = 0;
    virErrorPtr saved;
    virError copy;

    virSetErrorFunc(&global, on_error);
    g_assert_null(virDomainLookupByName(conn, "nobody"));
    g_assert_cmpint(global, ==, VIR_ERR_NO_DOMAIN);
    virConnSetErrorFunc(conn, &own, on_error);
    global = 0;
    g_assert_cmpint(virConnectNumOfDomains(NULL), ==, -1);
    g_assert_cmpint(global, ==, VIR_ERR_INVALID_CONN);
    g_assert_null(virDomainLookupByName(conn, "nobody"));
    g_assert_cmpint(own, ==, VIR_ERR_NO_DOMAIN);
    g_assert_cmpint(global, ==, VIR_ERR_INVALID_CONN);
    saved = virSaveLastError();
    g_assert_cmpint(virCopyLastError(&copy), ==, VIR_ERR_NO_DOMAIN);
    g_assert_cmpstr(copy.message, ==, "no such guest");
    virResetError(&copy);
    virResetLastError();
    g_assert_cmpint(virGetLastErrorCode(), ==, 0);
    g_assert_cmpint(virSetError(saved), ==, 0);
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_NO_DOMAIN);
    virFreeError(saved);
    g_assert_cmpint(virConnCopyLastError(conn, &copy), ==, VIR_ERR_NO_DOMAIN);
    virResetError(&copy);
    virConnResetLastError(conn);
    g_assert_null(virConnGetLastError(conn));
    virConnectClose(conn);
}

static void *
other_thread(void *data)
{
    g_assert_null(virGetLastError());
    g_assert_cmpint(virConnectIsAlive(NULL), ==, -1);
    return NULL;
}

static void
test_threads(void)
{
    virSetErrorFunc(NULL, quiet);
    g_assert_cmpint(virNetworkCreate(NULL), ==, -1);
    g_thread_join(g_thread_new("other", other_thread, NULL));
    g_assert_cmpint(virGetLastErrorCode(), ==, VIR_ERR_INVALID_NETWORK);
}

static void
test_typed_params(void)
{
    virTypedParameterPtr params = NULL;
    int n = 0, max = 0, i = 0;
    unsigned int ui = 0;
    long long l = 0;
    unsigned long long ul = 0;
    double d = 0;
    const char *s = NULL;
    const char *list[] = {"a", "b", NULL};

    virSetErrorFunc(NULL, quiet);
    g_assert_cmpint(virTypedParamsAddInt(&params, &n, &max, "int", -5), ==, 0);
    g_assert_cmpint(virTypedParamsAddUInt(&params, &n, &max, "uint", 5), ==, 0);
    g_assert_cmpint(virTypedParamsAddLLong(&params, &n, &max, "llong", G_MININT64), ==, 0);
    g_assert_cmpint(virTypedParamsAddULLong(&params, &n, &max, "ullong", G_MAXUINT64), ==, 0);
    g_assert_cmpint(virTypedParamsAddDouble(&params, &n, &max, "double", 0.5), ==, 0);
    g_assert_cmpint(virTypedParamsAddBoolean(&params, &n, &max, "bool", 7), ==, 0);
    g_assert_cmpint(virTypedParamsAddString(&params, &n, &max, "string", "text"), ==, 0);
    g_assert_cmpint(virTypedParamsAddStringList(&params, &n, &max, "list", list), ==, 0);
    g_assert_cmpint(n, ==, 9);
    g_assert_cmpint(virTypedParamsGetInt(params, n, "int", &i), ==, 1);
    g_assert_cmpint(i, ==, -5);
    g_assert_cmpint(virTypedParamsGetUInt(params, n, "uint", &ui), ==, 1);
    g_assert_cmpint(virTypedParamsGetLLong(params, n, "llong", &l), ==, 1);
    g_assert_cmpint(l, ==, G_MININT64);
    g_assert_cmpint(virTypedParamsGetULLong(params, n, "ullong", &ul), ==, 1);
    g_assert_cmpuint(ul, ==, G_MAXUINT64);
    g_assert_cmpint(virTypedParamsGetDouble(params, n, "double", &d), ==, 1);
    g_assert_cmpint(virTypedParamsGetBoolean(params, n, "bool", &i), ==, 1);
    g_assert_cmpint(i, ==, 1);
    g_assert_cmpint(virTypedParamsGetString(params, n, "string", &s), ==, 1);
    g_assert_cmpstr(s, ==, "text");
    g_assert_cmpint(virTypedParamsGetInt(params, n, "absent", &i), ==, 0);
    g_assert_cmpint(virTypedParamsGetInt(params, n, "string", &i), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "'string' has type 7");
    virTypedParamsFree(params, n);
}

static void
test_typed_params_from_text(void)
{
    static const struct {
        int type;
        const char *text;
        int result;
    } cases[] = {
        {VIR_TYPED_PARAM_INT, "-12", 0},
        {VIR_TYPED_PARAM_INT, "3000000000", -1},
        {VIR_TYPED_PARAM_UINT, "3000000000", 0},
        {VIR_TYPED_PARAM_UINT, "-1", -1},
        {VIR_TYPED_PARAM_LLONG, "-1", 0},
        {VIR_TYPED_PARAM_LLONG, "", -1},
        {VIR_TYPED_PARAM_ULLONG, "18446744073709551615", 0},
        {VIR_TYPED_PARAM_ULLONG, "18446744073709551616", -1},
        {VIR_TYPED_PARAM_ULLONG, "-1", -1},
        {VIR_TYPED_PARAM_DOUBLE, "1.5", 0},
        {VIR_TYPED_PARAM_DOUBLE, "1.5x", -1},
        {VIR_TYPED_PARAM_BOOLEAN, "1", 0},
        {VIR_TYPED_PARAM_BOOLEAN, "yes", -1},
        {VIR_TYPED_PARAM_STRING, "any", 0},
        {99, "1", -1},
    };
    virTypedParameterPtr params = NULL;
    int n = 0, max = 0;

    virSetErrorFunc(NULL, quiet);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        int before = n;

        g_assert_cmpint(
            virTypedParamsAddFromString(&params, &n, &max, "p", cases[i].type, cases[i].text), ==,
            cases[i].result);
        g_assert_cmpint(n, ==, before + (cases[i].result == 0 ? 1 : 0));
    }
    virTypedParamsFree(params, n);
}

static void
test_typed_params_long_name(void)
{
    virTypedParameterPtr params = NULL;
    int n = 0, max = 0;
    char name[VIR_TYPED_PARAM_FIELD_LENGTH + 1];

    virSetErrorFunc(NULL, quiet);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    g_assert_cmpint(virTypedParamsAddInt(&params, &n, &max, name, 1), ==, -1);
    ASSERT_ERROR(VIR_ERR_INVALID_ARG, "longer than 79 bytes");
    g_assert_cmpint(n, ==, 0);
    name[sizeof name - 2] = '\0';
    g_assert_cmpint(virTypedParamsAddInt(&params, &n, &max, name, 1), ==, 0);
    virTypedParamsFree(params, n);
}

int
main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/errors/every-code", test_every_code);
    g_test_add_func("/errors/printed", test_printed);
    g_test_add_func("/errors/handlers", test_handlers);
    g_test_add_func("/errors/threads", test_threads);
    g_test_add_func("/typed-params/all-types", test_typed_params);
    g_test_add_func("/typed-params/errors-from-text", test_typed_params_from_text);
    g_test_add_func("/typed-params/errors-long-name", test_typed_params_long_name);
    status = g_test_run();
    mock_cleanup();
    return status;
}
