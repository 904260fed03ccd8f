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

static gboolean
note(GError **error, const char *what, guint flags, const char *name)
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

    note(NULL, "list", flags, NULL);
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
    if (!note(error, "define", flags, xml))
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
    return note(error, "undefine", flags, ref->name);
}

static char *
get_xml(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return note(error, "xml", flags, ref->name) ? g_strdup("<domain/>") : NULL;
}

static gboolean
get_state(DriverCtx *ctx, const ObjectRef *ref, DomainState *ret_state, int *ret_reason,
          GError **error)
{
    *ret_state = ref->id != -1 ? DOMAIN_STATE_RUNNING : DOMAIN_STATE_SHUTOFF;
    *ret_reason = 1;
    return note(error, "state", 0, ref->name);
}

static gboolean
get_info(DriverCtx *ctx, const ObjectRef *ref, DomainInfo *ret_info, GError **error)
{
    *ret_info = (DomainInfo){DOMAIN_STATE_RUNNING, 1, 102400, 2048, 2, 7000000};
    return note(error, "info", 0, ref->name);
}

static gboolean
get_flag(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value, GError **error)
{
    *ret_value = 2; /* any non-zero gboolean: the API must say 1 */
    return note(error, "flag", 0, ref->name);
}

static gboolean
set_autostart(DriverCtx *ctx, const ObjectRef *ref, gboolean value, GError **error)
{
    return note(error, "autostart", (guint)value, ref->name);
}

static char *
get_metadata(DriverCtx *ctx, const ObjectRef *ref, int type, const char *ns_uri, guint flags,
             GError **error)
{
    return note(error, "metadata", flags, ref->name) ? g_strdup("text") : NULL;
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

/* --- lifecycle, consoles, resources of LXC ------------------------------------------------------- */

static gboolean
start(DriverCtx *ctx, ObjectRef *ref, guint flags, GError **error)
{
    if (!note(error, "start", flags, ref->name))
        return FALSE;
    if (ctx->warnings != NULL)
        g_ptr_array_add(ctx->warnings, g_strdup("memory is not limited"));
    ref->id = 99;
    return TRUE;
}

static ObjectRef *
create_xml(DriverCtx *ctx, const char *xml, const StartIo *io, guint flags, GPtrArray *warnings,
           GError **error)
{
    if (!note(error, "create", flags, xml))
        return NULL;
    mock.n_params = io != NULL ? (guint)(io->stdout_fd + 1) : 1000;
    return object_ref_new("web", mock.lxc[0].uuid, 4711);
}

static char *
dry_run(DriverCtx *ctx, const char *xml, const ObjectRef *ref, GError **error)
{
    return note(error, "plan", 0, xml != NULL ? xml : ref->name) ? g_strdup("mount proc") : NULL;
}

static gboolean
destroy(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return note(error, "destroy", flags, ref->name);
}

static gboolean
shut_down(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return note(error, "shutdown", flags, ref->name);
}

static gboolean
suspend(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    return note(error, "suspend", 0, ref->name);
}

static gboolean
wait_for(DriverCtx *ctx, const ObjectRef *ref, int *ret_wait_status, GError **error)
{
    *ret_wait_status = 7 << 8;
    return note(error, "wait", 0, ref->name);
}

static gboolean
send_signal(DriverCtx *ctx, const ObjectRef *ref, gint64 pid, guint signum, guint flags,
            GError **error)
{
    return note(error, "signal", signum, ref->name);
}

static const DomainLifecycle lxc_lifecycle = {
    .start = start,
    .create_xml = create_xml,
    .dry_run = dry_run,
    .destroy = destroy,
    .shutdown = shut_down,
    .suspend = suspend, /* resume and reboot are missing on purpose */
    .wait = wait_for,
    .send_signal = send_signal,
};

static int
open_console(DriverCtx *ctx, const ObjectRef *ref, const char *name, guint flags, GError **error)
{
    int fds[2];

    if (!note(error, "console", flags, ref->name))
        return -1;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    mock.console_peer = fds[1];
    return fds[0];
}

static char **
enter_command(DriverCtx *ctx, const ObjectRef *ref, const char *const *argv,
              const char *const *options, GError **error)
{
    return note(error, "enter", g_strv_length((char **)options), ref->name)
               ? g_strdupv((char **)argv)
               : NULL;
}

static const DomainConsoles lxc_consoles = {.open_console = open_console,
                                            .enter_command = enter_command};

static void
add_param(GArray *list, const char *field, int type, guint64 value, const char *text)
{
    Param param = {.field = g_strdup(field), .type = type};

    if (type == 7)
        param.value.s = g_strdup(text);
    else
        param.value.ul = value;
    g_array_append_val(list, param);
}

static GArray *
param_list(void)
{
    GArray *list = g_array_new(FALSE, TRUE, sizeof(Param));

    g_array_set_clear_func(list, (GDestroyNotify)param_clear);
    return list;
}

static GArray *
get_params(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    GArray *list;

    if (!note(error, "params", flags, ref->name))
        return NULL;
    list = param_list();
    add_param(list, "hard_limit", 4, 102400, NULL);
    add_param(list, "device_weight", 7, 0, "/dev/sda,500");
    return list;
}

static gboolean
set_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params, guint flags, GError **error)
{
    mock.n_params = params->len;
    return note(error, "set-params", flags, g_array_index(params, Param, 0).field);
}

static gboolean
set_memory(DriverCtx *ctx, const ObjectRef *ref, guint64 kib, guint flags, GError **error)
{
    mock.n_params = (guint)kib;
    return note(error, "memory", flags, ref->name);
}

static gboolean
get_vcpus(DriverCtx *ctx, const ObjectRef *ref, guint flags, guint *ret_vcpus, GError **error)
{
    *ret_vcpus = 2;
    return note(error, "vcpus", flags, ref->name);
}

static GPtrArray *
get_cpu_stats(DriverCtx *ctx, const ObjectRef *ref, gboolean totals, GError **error)
{
    GPtrArray *cpus = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);

    for (int i = 0; i < (totals ? 1 : 3); i++) {
        GArray *one = param_list();

        add_param(one, "cpu_time", 4, (guint64)(100 + i), NULL);
        if (totals)
            add_param(one, "user_time", 4, 40, NULL);
        g_ptr_array_add(cpus, one);
    }
    return cpus;
}

static GArray *
get_memory_stats(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    GArray *list = param_list();

    add_param(list, "actual", 4, 102400, NULL);
    add_param(list, "rss", 4, 512, NULL);
    add_param(list, "not_a_tag", 4, 1, NULL);
    return list;
}

static gboolean
get_interface_stats(DriverCtx *ctx, const ObjectRef *ref, const char *dev, gint64 ret_stats[8],
                    GError **error)
{
    for (int i = 0; i < 8; i++)
        ret_stats[i] = i + 1;
    return note(error, "ifstat", 0, dev);
}

static GPtrArray *
get_addresses(DriverCtx *ctx, const ObjectRef *ref, guint source, GError **error)
{
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)domain_iface_addrs_free);
    DomainIfaceAddrs *addrs = g_new0(DomainIfaceAddrs, 1);

    addrs->name = g_strdup("veth0");
    addrs->mac = g_strdup("52:54:00:00:00:01");
    addrs->addrs = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(addrs->addrs, g_strdup("4 192.0.2.7 24"));
    g_ptr_array_add(addrs->addrs, g_strdup("6 2001:db8::7 64"));
    g_ptr_array_add(list, addrs);
    return list;
}

static GArray *
get_stats(DriverCtx *ctx, const ObjectRef *ref, guint groups, GError **error)
{
    GArray *list = param_list();

    note(NULL, "stats", groups, ref->name);
    add_param(list, "state.state", 1, 1, NULL);
    return list;
}

static const DomainResources lxc_resources = {
    .get_memory_params = get_params,
    .set_memory_params = set_params,
    .get_blkio_params = get_params,
    .get_sched_params = get_params,
    .set_memory = set_memory,
    .get_vcpus = get_vcpus,
    .get_cpu_stats = get_cpu_stats,
    .get_memory_stats = get_memory_stats,
    .get_interface_stats = get_interface_stats,
    .get_interface_addresses = get_addresses,
    .get_stats = get_stats,
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
    return note(error, "net-start", 0, ref->name);
}

static char *
net_bridge(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    return note(error, "bridge", 0, ref->name) ? g_strdup("virbr0") : NULL;
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
    return note(error, "reap", 0, "all") ? 2 : -1;
}

static const Driver *
lxc_driver(void)
{
    static const Driver driver = {
        .name = "LXC",
        .scheme = "lxc",
        .objects = &lxc_objects,
        .lifecycle = &lxc_lifecycle,
        .consoles = &lxc_consoles,
        .resources = &lxc_resources,
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
