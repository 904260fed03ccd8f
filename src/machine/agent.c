/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a guest says of itself through its agent: file systems, addresses, names. */
#include <string.h>

#include "conf/machine/machine.h"
#include "core/guest-resources.h"
#include "core/params.h"
#include "machine/monitor.h"
#include "machine/roles.h"
#include "util/error.h"

enum { /* VIR_DOMAIN_GUEST_INFO_* */
    INFO_USERS = 1,
    INFO_OS = 2,
    INFO_TIMEZONE = 4,
    INFO_HOSTNAME = 8,
    INFO_FILESYSTEM = 16
};
enum { /* VIR_DOMAIN_GET_HOSTNAME_* */
    HOSTNAME_LEASE = 1,
    HOSTNAME_AGENT = 2
};

static const JsonNode *
agent_value(const JsonTree *answer)
{
    return answer ? json_node_get(json_tree_root(answer), "return") : NULL;
}

/* --- file systems ------------------------------------------------------------------------------------- */

/* The target of the disk that a PCI address or a drive of the guest's list means; NULL: none of ours. */
static const char *
agent_disk_target(const DomainDef *def, const JsonNode *disk)
{
    const GPtrArray *disks = machine_devices(def, MACHINE_DEVICE_DISK);
    gint64 bus = -1, slot = -1, function = -1, unit = -1;

    (void)json_node_int(disk, "pci-controller.bus", &bus);
    (void)json_node_int(disk, "pci-controller.slot", &slot);
    (void)json_node_int(disk, "pci-controller.function", &function);
    (void)json_node_int(disk, "unit", &unit);
    for (guint i = 0; i < disks->len; i++) {
        const MachineDisk *one = g_ptr_array_index(disks, i);
        const DomainAddress *address = &one->info.address;

        if (address->type == DOMAIN_ADDRESS_PCI && address->pci.bus == bus &&
            address->pci.slot == slot && address->pci.function == function)
            return one->target;
        if (address->type == DOMAIN_ADDRESS_DRIVE && address->drive.unit == unit &&
            g_strcmp0(json_node_string(disk, "bus-type"), machine_disk_bus_to_string(one->bus)) ==
                0)
            return one->target;
    }
    return NULL;
}

static DomainFsInfo *
agent_fs_new(const DomainDef *def, const JsonNode *node)
{
    DomainFsInfo *info = g_new0(DomainFsInfo, 1);
    const JsonNode *disks = json_node_get(node, "disk");
    GPtrArray *targets = g_ptr_array_new();

    info->name = g_strdup(json_node_string(node, "name"));
    info->mountpoint = g_strdup(json_node_string(node, "mountpoint"));
    info->fstype = g_strdup(json_node_string(node, "type"));
    for (const JsonNode *disk = disks ? disks->child : NULL; disk; disk = disk->next) {
        const char *target = agent_disk_target(def, disk);

        if (target)
            g_ptr_array_add(targets, g_strdup(target));
    }
    g_ptr_array_add(targets, NULL);
    info->targets = (char **)g_ptr_array_free(targets, FALSE);
    return info;
}

static GPtrArray *
agent_fs_list(Guest *self, GError **error)
{
    g_autoptr(DomainDef) def = guest_require_active(self, error) ? guest_live(self, error) : NULL;
    g_autoptr(JsonTree) answer =
        def ? agent_ask(self, "guest-get-fsinfo", NULL, AGENT_TIMEOUT_S, error) : NULL;
    const JsonNode *list = agent_value(answer);
    GPtrArray *found;

    if (!list)
        return NULL;
    found = g_ptr_array_new_with_free_func((GDestroyNotify)domain_fs_info_free);
    for (const JsonNode *node = list->child; node; node = node->next)
        g_ptr_array_add(found, agent_fs_new(def, node));
    return found;
}

GPtrArray *
machine_fs_info(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);

    return self ? agent_fs_list(self, error) : NULL;
}

/* --- names and users ---------------------------------------------------------------------------------- */

static void
info_add(GArray *params, const char *field, const char *value)
{
    if (value)
        params_add_string(params, field, value);
}

static void
info_add_users(GArray *params, const JsonNode *list)
{
    guint n = 0;
    char field[64];

    for (const JsonNode *node = list->child; node; node = node->next, n++) {
        const JsonNode *when = json_node_get(node, "login-time");

        g_snprintf(field, sizeof(field), "user.%u.name", n);
        info_add(params, field, json_node_string(node, "user"));
        g_snprintf(field, sizeof(field), "user.%u.domain", n);
        info_add(params, field, json_node_string(node, "domain"));
        if (when && when->text) {
            g_snprintf(field, sizeof(field), "user.%u.login-time", n);
            params_add_ullong(params, field,
                              (guint64)(g_ascii_strtod(when->text, NULL) * 1000)); /* ms */
        }
    }
    params_add_uint(params, "user.count", n);
}

static void
info_add_os(GArray *params, const JsonNode *os)
{
    static const char *const members[] = {"id",         "name",           "pretty-name", "version",
                                          "version-id", "kernel-release", "machine",     "variant",
                                          "variant-id", "kernel-version"};

    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        g_autofree char *field = g_strconcat("os.", members[i], NULL);

        info_add(params, field, json_node_string(os, members[i]));
    }
}

static void
info_add_filesystems(GArray *params, const GPtrArray *list)
{
    char field[80];

    params_add_uint(params, "fs.count", list->len);
    for (guint i = 0; i < list->len; i++) {
        const DomainFsInfo *fs = g_ptr_array_index(list, i);

        g_snprintf(field, sizeof(field), "fs.%u.name", i);
        info_add(params, field, fs->name);
        g_snprintf(field, sizeof(field), "fs.%u.mountpoint", i);
        info_add(params, field, fs->mountpoint);
        g_snprintf(field, sizeof(field), "fs.%u.fstype", i);
        info_add(params, field, fs->fstype);
        g_snprintf(field, sizeof(field), "fs.%u.disk.count", i);
        params_add_uint(params, field, g_strv_length(fs->targets));
        for (guint k = 0; fs->targets[k]; k++) {
            g_snprintf(field, sizeof(field), "fs.%u.disk.%u.alias", i, k);
            params_add_string(params, field, fs->targets[k]);
        }
    }
}

static void
info_add_zone(GArray *params, const JsonNode *zone)
{
    gint64 offset;

    info_add(params, "timezone.name", json_node_string(zone, "zone"));
    if (json_node_int(zone, "offset", &offset))
        params_add_int(params, "timezone.offset", (int)offset);
}

static void
info_add_host(GArray *params, const JsonNode *host)
{
    info_add(params, "hostname", json_node_string(host, "host-name"));
}

GArray *
machine_guest_info(DriverCtx *ctx, const ObjectRef *ref, guint types, GError **error)
{
    static const struct {
        guint type;
        const char *command;
        void (*add)(GArray *params, const JsonNode *value);
    } questions[] = {
        {INFO_USERS, "guest-get-users", info_add_users},
        {INFO_OS, "guest-get-osinfo", info_add_os},
        {INFO_TIMEZONE, "guest-get-timezone", info_add_zone},
        {INFO_HOSTNAME, "guest-get-host-name", info_add_host},
    };
    const guint known = INFO_USERS | INFO_OS | INFO_TIMEZONE | INFO_HOSTNAME | INFO_FILESYSTEM;
    g_autoptr(Guest) self = NULL;
    g_autoptr(GArray) params = params_new();

    if (types & ~known) {
        error_set(error, LODGE_ERROR_ARGUMENT,
                  "kinds of information 0x%x are not known to lodge; there are 0x%x",
                  types & ~known, known);
        return NULL;
    }
    self = guest_open(ctx, ref, error);
    if (!self || !guest_require_active(self, error))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        g_autoptr(JsonTree) answer = NULL;

        if (types && !(types & questions[i].type))
            continue;
        /* What was not asked for by name may be missing; but an agent must be there. */
        answer = agent_ask(self, questions[i].command, NULL, AGENT_TIMEOUT_S, error);
        if (answer)
            questions[i].add(params, agent_value(answer));
        else if (types || (error && !g_error_matches(*error, LODGE_ERROR, LODGE_ERROR_PEER)))
            return NULL;
        else
            g_clear_error(error);
    }
    if (!types || (types & INFO_FILESYSTEM)) {
        g_autoptr(GPtrArray) list = agent_fs_list(self, types ? error : NULL);

        if (list)
            info_add_filesystems(params, list);
        else if (types)
            return NULL;
    }
    return g_steal_pointer(&params);
}

/* --- addresses ---------------------------------------------------------------------------------------- */

static DomainIfaceAddrs *
agent_iface_new(const JsonNode *node)
{
    const JsonNode *list = json_node_get(node, "ip-addresses");
    DomainIfaceAddrs *iface = domain_iface_addrs_new(json_node_string(node, "name"),
                                                     json_node_string(node, "hardware-address"));

    for (const JsonNode *one = list ? list->child : NULL; one; one = one->next) {
        const char *ip = json_node_string(one, "ip-address");
        const char *type = json_node_string(one, "ip-address-type");
        gint64 prefix = 0;

        (void)json_node_int(one, "prefix", &prefix);
        if (ip && type)
            g_ptr_array_add(iface->addrs,
                            g_strdup_printf("%c %s %d", strcmp(type, "ipv6") == 0 ? '6' : '4', ip,
                                            (int)prefix));
    }
    return iface;
}

GPtrArray *
machine_addresses_inside(DriverCtx *ctx, const Guest *self, const Status *status, GError **error)
{
    g_autoptr(JsonTree) answer =
        agent_ask(self, "guest-network-get-interfaces", NULL, AGENT_TIMEOUT_S, error);
    const JsonNode *list = agent_value(answer);
    GPtrArray *found;

    if (!list)
        return NULL;
    found = g_ptr_array_new_with_free_func((GDestroyNotify)domain_iface_addrs_free);
    for (const JsonNode *node = list->child; node; node = node->next)
        if (json_node_string(node, "name"))
            g_ptr_array_add(found, agent_iface_new(node));
    return found;
}

char *
machine_hostname(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(JsonTree) answer = NULL;
    const char *name;

    if (flags & HOSTNAME_LEASE) {
        error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                  "the host name is asked of the guest's agent; use --source agent");
        return NULL;
    }
    self = guest_open(ctx, ref, error);
    answer = self ? agent_ask(self, "guest-get-host-name", NULL, AGENT_TIMEOUT_S, error) : NULL;
    name = answer ? json_node_string(agent_value(answer), "host-name") : NULL;
    if (answer && !name)
        error_set(error, LODGE_ERROR_PEER, "the guest agent of domain '%s' gave no host name",
                  self->object->name);
    return g_strdup(name);
}
