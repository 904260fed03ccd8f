/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/connect-open.c - from a URI to a connection: which drivers, which root. */
#include <string.h>
#include <unistd.h>

#include "api/environment.h"
#include "api/error.h"
#include "core/uri.h"

static int
ask_nobody(virConnectCredentialPtr cred, unsigned int ncred, void *cbdata)
{
    return ncred == 0 ? 0 : -1;
}

static virConnectAuth auth_default = {.cb = ask_nobody};
virConnectAuthPtr virConnectAuthPtrDefault = &auth_default;

static void
add_members(virConnectPtr conn, const char *scheme)
{
    gboolean all = strcmp(scheme, "lodge") == 0;
    guint n_drivers = 0;

    while (api_registry.drivers[n_drivers] != NULL)
        n_drivers++;
    conn->members = g_new0(Member, n_drivers + 1);
    for (guint i = 0; i < n_drivers; i++) {
        const Driver *driver = api_registry.drivers[i]();

        if (all || strcmp(driver->scheme, scheme) == 0)
            conn->members[conn->n_members++] = (Member){
                .driver = driver,
                .ctx = {.paths = conn->paths,
                        .uri = conn->uri,
                        .kind = driver->kind,
                        .read_only = conn->read_only},
            };
    }
}

static virConnectPtr
connect_new(const Uri *uri, gboolean read_only, GError **error)
{
    g_autoptr(Paths) paths = paths_new(uri->root, uri->session, error);
    virConnectPtr conn;

    if (paths == NULL)
        return NULL;
    conn = g_new0(virConnect, 1);
    conn->magic = CONNECT_MAGIC;
    conn->refs = 1;
    conn->uri = g_strdup(uri->canonical);
    conn->paths = g_steal_pointer(&paths);
    conn->read_only = read_only;
    if (api_registry.networks != NULL)
        conn->networks = api_registry.networks()->networks;
    core_set_networks(conn->networks);
    conn->network_ctx = (DriverCtx){.paths = conn->paths, .uri = conn->uri, .read_only = read_only};
    g_mutex_init(&conn->lock);
    conn->warnings = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(conn->warnings, NULL);
    conn->autodestroy = g_ptr_array_new();
    add_members(conn, uri->scheme);
    if (conn->n_members == 0 && strcmp(uri->scheme, "network") != 0) {
        g_set_error(error, VIRT_ERROR, VIR_ERR_NO_CONNECT,
                    "no connection driver available for '%s'", uri->canonical);
        connect_unref(conn);
        return NULL;
    }
    return conn;
}

static virConnectPtr
connect_open(const char *name, gboolean read_only, GError **error)
{
    gboolean is_root = geteuid() == 0;
    g_autofree char *text = NULL;
    g_autoptr(Uri) uri = NULL;

    text =
        name != NULL && *name != '\0' ? g_strdup(name) : environment_default_uri(!is_root, error);
    if (text == NULL)
        return NULL;
    uri = uri_parse(text, is_root, error);
    if (uri == NULL) {
        /* A URI that no driver takes is libvirt's NO_CONNECT, not a bad argument. */
        if (error != NULL && (*error)->domain == LODGE_ERROR) {
            (*error)->domain = VIRT_ERROR;
            (*error)->code = VIR_ERR_NO_CONNECT;
        }
        return NULL;
    }
    return connect_new(uri, read_only, error);
}

static virConnectPtr
connect_call_open(const CallSpec *spec, const char *name, gboolean read_only, guint flags)
{
    Call call = {.spec = spec, .flags = flags};
    virConnectPtr conn = NULL;

    virResetLastError();
    if ((flags & ~spec->flags) != 0)
        call_fail(&call, VIR_ERR_INVALID_ARG, "unsupported flags (0x%x) in function %s",
                  flags & ~spec->flags, spec->name);
    else
        conn = connect_open(name, read_only, &call.error);
    call_end(&call);
    return conn;
}

virConnectPtr
virConnectOpen(const char *name)
{
    static const CallSpec spec = {.name = "virConnectOpen"};

    return connect_call_open(&spec, name, FALSE, 0);
}

virConnectPtr
virConnectOpenReadOnly(const char *name)
{
    static const CallSpec spec = {.name = "virConnectOpenReadOnly"};

    return connect_call_open(&spec, name, TRUE, 0);
}

virConnectPtr
virConnectOpenAuth(const char *name, virConnectAuthPtr auth, unsigned int flags)
{
    static const CallSpec spec = {
        .name = "virConnectOpenAuth",
        .flags = VIR_CONNECT_RO | VIR_CONNECT_NO_ALIASES,
    };

    return connect_call_open(&spec, name, (flags & VIR_CONNECT_RO) != 0, flags);
}

int
virInitialize(void)
{
    virResetLastError();
    return 0;
}

int
virGetVersion(unsigned long *libVer, const char *type, unsigned long *typeVer)
{
    virResetLastError();
    if (libVer == NULL) {
        error_raise_plain(VIR_ERR_INVALID_ARG, VIR_FROM_NONE,
                          "libVer in virGetVersion must not be NULL");
        return -1;
    }
    *libVer = LIBVIR_VERSION_NUMBER;
    if (typeVer != NULL)
        *typeVer = LIBVIR_VERSION_NUMBER;
    return 0;
}
