/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mock.h"

#include <string.h>
#include <sys/socket.h>

#include <glib/gstdio.h>

#include "api/registry.h"
#include "util/error.h"
#include "util/file.h"

Mock mock;
static char *root;

void
mock_reset(void)
{
    memset(&mock, 0, sizeof mock);
    mock.fail = -1;
    mock.console_peer = -1;
    mock.lxc[0] = (MockGuest){.name = "web", .id = 4711};
    memset(mock.lxc[0].uuid, 1, 16);
    mock.lxc[1] = (MockGuest){.name = "db", .id = -1};
    memset(mock.lxc[1].uuid, 2, 16);
    mock.nets[0] = (MockGuest){.name = "lan", .id = -1};
    memset(mock.nets[0].uuid, 9, 16);
}

char *
mock_uri(const char *scheme)
{
    if (root == NULL)
        root = g_dir_make_tmp("lodge-api-XXXXXX", NULL);
    g_assert_nonnull(root);
    return g_strdup_printf("%s:///embed?root=%s", scheme, root);
}

void
mock_cleanup(void)
{
    if (root != NULL)
        file_remove_tree(-1, root, NULL);
    g_clear_pointer(&root, g_free);
}

gboolean
mock_note(GError **error, const char *what, guint flags, const char *name)
{
    g_snprintf(mock.last, sizeof mock.last, "%s 0x%x %s", what, flags, name != NULL ? name : "-");
    if (mock.fail < 0)
        return TRUE;
    return error_set(error, (LodgeErrorCode)mock.fail, "cannot %s '%s': the test says so", what,
                     name);
}

static GPtrArray *
list_of(const MockGuest *guests, guint flags, guint active_bit, guint inactive_bit, GError **error)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)object_ref_free);

    mock_note(NULL, "list", flags, NULL);
    for (int i = 0; i < MOCK_GUESTS && guests[i].name != NULL; i++)
        if ((flags & (active_bit | inactive_bit)) == 0 ||
            (flags & (guests[i].id != -1 ? active_bit : inactive_bit)) != 0)
            g_ptr_array_add(list, object_ref_new(guests[i].name, guests[i].uuid, guests[i].id));
    return list;
}

static ObjectRef *
find(const MockGuest *guests, const char *name, const guint8 *uuid, int id, GError **error)
{
    for (int i = 0; i < MOCK_GUESTS && guests[i].name != NULL; i++)
        if ((name != NULL && strcmp(guests[i].name, name) == 0) ||
            (uuid != NULL && memcmp(guests[i].uuid, uuid, 16) == 0) ||
            (name == NULL && uuid == NULL && guests[i].id == id && id != -1))
            return object_ref_new(guests[i].name, guests[i].uuid, guests[i].id);
    error_set(error, LODGE_ERROR_NOT_FOUND, "no such guest");
    return NULL;
}

static ObjectRef *
define_in(MockGuest *guests, DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings,
          GError **error)
{
    if (!mock_note(error, "define", flags, xml))
        return NULL;
    g_strlcpy(mock.source, ctx->xml_source != NULL ? ctx->xml_source : "(none)",
              sizeof mock.source);
    g_ptr_array_add(warnings, g_strdup_printf("%s:3: <odd> is not known", mock.source));
    for (int i = 0; i < MOCK_GUESTS; i++)
        if (guests[i].name == NULL) {
            guests[i] = (MockGuest){.name = "new", .id = -1};
            memset(guests[i].uuid, 0x40 + i, 16);
            return object_ref_new("new", guests[i].uuid, -1);
        }
    error_set(error, LODGE_ERROR_LIMIT, "full");
    return NULL;
}

#define OBJECTS(which)                                                                             \
    static GPtrArray *which##_list(DriverCtx *ctx, guint flags, GError **error)                    \
    {                                                                                              \
        return list_of(mock.which, flags, 1, 2, error);                                            \
    }                                                                                              \
    static ObjectRef *which##_by_name(DriverCtx *ctx, const char *name, GError **error)            \
    {                                                                                              \
        return find(mock.which, name, NULL, -1, error);                                            \
    }                                                                                              \
    static ObjectRef *which##_by_uuid(DriverCtx *ctx, const guint8 *uuid, GError **error)          \
    {                                                                                              \
        return find(mock.which, NULL, uuid, -1, error);                                            \
    }                                                                                              \
    static ObjectRef *which##_by_id(DriverCtx *ctx, int id, GError **error)                        \
    {                                                                                              \
        return find(mock.which, NULL, NULL, id, error);                                            \
    }                                                                                              \
    static ObjectRef *which##_define(DriverCtx *ctx, const char *xml, guint flags,                 \
                                     GPtrArray *warnings, GError **error)                          \
    {                                                                                              \
        return define_in(mock.which, ctx, xml, flags, warnings, error);                            \
    }
OBJECTS(lxc)
OBJECTS(qemu)

static gboolean
undefine(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return mock_note(error, "undefine", flags, ref->name);
}

static char *
get_xml(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return mock_note(error, "xml", flags, ref->name) ? g_strdup("<domain/>") : NULL;
}

static gboolean
get_state(DriverCtx *ctx, const ObjectRef *ref, DomainState *ret_state, int *ret_reason,
          GError **error)
{
    *ret_state = ref->id != -1 ? DOMAIN_STATE_RUNNING : DOMAIN_STATE_SHUTOFF;
    *ret_reason = 1;
    return mock_note(error, "state", 0, ref->name);
}

static gboolean
get_info(DriverCtx *ctx, const ObjectRef *ref, DomainInfo *ret_info, GError **error)
{
    *ret_info = (DomainInfo){DOMAIN_STATE_RUNNING, 1, 102400, 2048, 2, 7000000};
    return mock_note(error, "info", 0, ref->name);
}

static gboolean
get_flag(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value, GError **error)
{
    *ret_value = 2; /* any non-zero gboolean: the API must say 1 */
    return mock_note(error, "flag", 0, ref->name);
}

static gboolean
set_autostart(DriverCtx *ctx, const ObjectRef *ref, gboolean value, GError **error)
{
    return mock_note(error, "autostart", (guint)value, ref->name);
}

static char *
get_metadata(DriverCtx *ctx, const ObjectRef *ref, int type, const char *ns_uri, guint flags,
             GError **error)
{
    return mock_note(error, "metadata", flags, ref->name) ? g_strdup("text") : NULL;
}

static const DomainObjects lxc_objects = {
    .list = lxc_list,
    .lookup_name = lxc_by_name,
    .lookup_uuid = lxc_by_uuid,
    .lookup_id = lxc_by_id,
    .define = lxc_define,
    .undefine = undefine,
    .get_xml = get_xml,
    .get_state = get_state,
    .get_info = get_info,
    .is_persistent = get_flag,
    .get_autostart = get_flag,
    .set_autostart = set_autostart,
    .get_metadata = get_metadata, /* set_metadata is missing on purpose */
};

static const DomainObjects qemu_objects = {
    .list = qemu_list,
    .lookup_name = qemu_by_name,
    .lookup_uuid = qemu_by_uuid,
    .lookup_id = qemu_by_id,
    .define = qemu_define,
};

/* --- networks, drivers, registry ------------------------------------------------------------------- */

static GPtrArray *
net_list(DriverCtx *ctx, guint flags, GError **error)
{
    return list_of(mock.nets, flags, 2, 1, error);
}

static ObjectRef *
net_by_name(DriverCtx *ctx, const char *name, GError **error)
{
    return find(mock.nets, name, NULL, -1, error);
}

static ObjectRef *
net_by_uuid(DriverCtx *ctx, const guint8 *uuid, GError **error)
{
    return find(mock.nets, NULL, uuid, -1, error);
}

static ObjectRef *
net_define(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings, GError **error)
{
    return define_in(mock.nets, ctx, xml, flags, warnings, error);
}

static gboolean
net_start(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    return mock_note(error, "net-start", 0, ref->name);
}

static char *
net_bridge(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    return mock_note(error, "bridge", 0, ref->name) ? g_strdup("virbr0") : NULL;
}

static GPtrArray *
net_leases(DriverCtx *ctx, const ObjectRef *ref, const char *mac, GError **error)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)network_lease_free);
    NetworkLease *lease = g_new0(NetworkLease, 1);

    lease->iface = g_strdup("virbr0");
    lease->ip = g_strdup("192.0.2.7");
    lease->expiry = 1700000000;
    lease->prefix = 24;
    g_ptr_array_add(list, lease);
    return list;
}

static int
net_autostart(DriverCtx *ctx, GPtrArray *messages)
{
    g_ptr_array_add(messages, g_strdup("network 'lan' did not start"));
    return 1;
}

static const NetworkRole networks = {
    .list = net_list,
    .lookup_name = net_by_name,
    .lookup_uuid = net_by_uuid,
    .define = net_define,
    .start = net_start,
    .get_bridge = net_bridge,
    .is_active = get_flag,
    .leases = net_leases,
    .autostart_all = net_autostart,
};

static char *
lxc_capabilities(DriverCtx *ctx, GError **error)
{
    return g_strdup("<capabilities><host/><guest>exe</guest></capabilities>");
}

static char *
qemu_capabilities(DriverCtx *ctx, GError **error)
{
    return g_strdup("<capabilities><host/><guest>hvm</guest></capabilities>");
}

static gboolean
version(DriverCtx *ctx, gulong *ret_version, GError **error)
{
    *ret_version = 6018044;
    return TRUE;
}

static int
reap(DriverCtx *ctx, GError **error)
{
    return mock_note(error, "reap", 0, "all") ? 2 : -1;
}

static const Driver *
lxc_driver(void)
{
    static const Driver driver = {
        .name = "LXC",
        .scheme = "lxc",
        .objects = &lxc_objects,
        .lifecycle = &mock_lifecycle,
        .consoles = &mock_consoles,
        .resources = &mock_resources,
        .capabilities = lxc_capabilities,
        .version = version,
        .reap = reap,
    };

    return &driver;
}

static const Driver *
qemu_driver(void)
{
    static const Driver driver = {
        .name = "QEMU",
        .scheme = "qemu",
        .objects = &qemu_objects,
        .capabilities = qemu_capabilities,
    };

    return &driver;
}

static const Driver *
net_driver(void)
{
    static const Driver driver = {.name = "network", .scheme = "network", .networks = &networks};

    return &driver;
}

static const DriverFunction drivers[] = {lxc_driver, qemu_driver, NULL};
const Registry api_registry = {.drivers = drivers, .networks = net_driver};
