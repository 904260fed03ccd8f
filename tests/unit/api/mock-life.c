/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the mock LXC driver does with guests: lifecycle, consoles, resources. */
#include <string.h>
#include <sys/socket.h>

#include "mock.h"

/* --- lifecycle, consoles, resources of LXC ------------------------------------------------------- */

static gboolean
start(DriverCtx *ctx, ObjectRef *ref, guint flags, GError **error)
{
    if (!mock_note(error, "start", flags, ref->name))
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
    if (!mock_note(error, "create", flags, xml))
        return NULL;
    mock.n_params = io != NULL ? (guint)(io->stdout_fd + 1) : 1000;
    return object_ref_new("web", mock.lxc[0].uuid, 4711);
}

static char *
dry_run(DriverCtx *ctx, const char *xml, const ObjectRef *ref, GError **error)
{
    return mock_note(error, "plan", 0, xml != NULL ? xml : ref->name) ? g_strdup("mount proc")
                                                                      : NULL;
}

static gboolean
destroy(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return mock_note(error, "destroy", flags, ref->name);
}

static gboolean
shut_down(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return mock_note(error, "shutdown", flags, ref->name);
}

static gboolean
suspend(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    return mock_note(error, "suspend", 0, ref->name);
}

static gboolean
wait_for(DriverCtx *ctx, const ObjectRef *ref, int until_fd, int *ret_wait_status, GError **error)
{
    *ret_wait_status = until_fd < 0 ? 7 << 8 : -1;
    return mock_note(error, "wait", 0, ref->name);
}

static gboolean
send_signal(DriverCtx *ctx, const ObjectRef *ref, gint64 pid, guint signum, guint flags,
            GError **error)
{
    return mock_note(error, "signal", signum, ref->name);
}

const DomainLifecycle mock_lifecycle = {
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

    if (!mock_note(error, "console", flags, ref->name))
        return -1;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    mock.console_peer = fds[1];
    return fds[0];
}

static char **
enter_command(DriverCtx *ctx, const ObjectRef *ref, const char *const *argv,
              const char *const *options, GError **error)
{
    return mock_note(error, "enter", g_strv_length((char **)options), ref->name)
               ? g_strdupv((char **)argv)
               : NULL;
}

const DomainConsoles mock_consoles = {.open_console = open_console, .enter_command = enter_command};

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

    if (!mock_note(error, "params", flags, ref->name))
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
    return mock_note(error, "set-params", flags, g_array_index(params, Param, 0).field);
}

static gboolean
set_memory(DriverCtx *ctx, const ObjectRef *ref, guint64 kib, guint flags, GError **error)
{
    mock.n_params = (guint)kib;
    return mock_note(error, "memory", flags, ref->name);
}

static gboolean
get_vcpus(DriverCtx *ctx, const ObjectRef *ref, guint flags, guint *ret_vcpus, GError **error)
{
    *ret_vcpus = 2;
    return mock_note(error, "vcpus", flags, ref->name);
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
    return mock_note(error, "ifstat", 0, dev);
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

    mock_note(NULL, "stats", groups, ref->name);
    add_param(list, "state.state", 1, 1, NULL);
    return list;
}

const DomainResources mock_resources = {
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
