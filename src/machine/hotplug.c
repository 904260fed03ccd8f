/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/hotplug.h"

#include <string.h>

#include "machine/command.h"
#include "machine/hotplug-fd.h"
#include "util/error.h"
#include "util/json.h"

/* A device on its way in. */
typedef struct {
    Qmp *qmp;
    Command *command;
    GArray *fds;     /* HotplugFd */
    GPtrArray *undo; /* "COMMAND ARGUMENTS", oldest first */
} Plug;

static void
plug_undo_add(Plug *plug, const char *command, const char *key, const char *value)
{
    g_ptr_array_add(plug->undo, g_strdup_printf("%s {\"%s\":%s}", command, key, value));
}

/* Takes back what was done, newest first. What it cannot take back goes with QEMU. */
static void
plug_undo(Plug *plug)
{
    for (guint i = plug->undo->len; i-- > 0;) {
        g_auto(GStrv) parts = g_strsplit(g_ptr_array_index(plug->undo, i), " ", 2);

        (void)qmp_run(plug->qmp, parts[0], parts[1], NULL);
    }
}

/* "name" as JSON. (transfer full) */
static char *
quoted(const char *text)
{
    GString *out = g_string_new(NULL);
    Json json = json_start(out);

    json_string(&json, NULL, text);
    return g_string_free(out, FALSE);
}

/* --- descriptors ------------------------------------------------------------------------------------ */

static const char *
option_value(const Option *option, const char *key)
{
    const GPtrArray *pairs = option_pairs(option);

    for (guint i = 0; i + 1 < pairs->len; i += 2)
        if (strcmp(g_ptr_array_index(pairs, i), key) == 0)
            return g_ptr_array_index(pairs, i + 1);
    return NULL;
}

/* -add-fd fd=N,set=K */
static gboolean
plug_add_fd(Plug *plug, const Option *option, GError **error)
{
    const char *number = option_value(option, "fd"), *set = option_value(option, "set");
    int fd = hotplug_fds_get(plug->fds, (int)g_ascii_strtoull(number, NULL, 10));
    g_autofree char *arguments = g_strdup_printf("{\"fdset-id\":%s}", set);
    g_autoptr(JsonTree) answer = NULL;

    if (fd < 0)
        return error_set(error, LODGE_ERROR_INTERNAL, "descriptor %s is not open", number);
    answer = qmp_execute(plug->qmp, "add-fd", arguments, fd, error);
    if (!answer)
        return FALSE;
    plug_undo_add(plug, "remove-fd", "fdset-id", set);
    return TRUE;
}

/* "20:21" to names under which QEMU has got those descriptors: "lodge-20:lodge-21". (transfer full) */
static char *
plug_give_fds(Plug *plug, const char *numbers, GError **error)
{
    g_auto(GStrv) words = g_strsplit(numbers, ":", -1);
    g_autoptr(GString) names = g_string_new(NULL);

    for (gsize i = 0; words[i]; i++) {
        int fd = hotplug_fds_get(plug->fds, (int)g_ascii_strtoull(words[i], NULL, 10));
        g_autofree char *arguments = g_strdup_printf("{\"fdname\":\"lodge-%s\"}", words[i]);
        g_autofree char *name = g_strdup_printf("\"lodge-%s\"", words[i]);
        g_autoptr(JsonTree) answer = NULL;

        if (fd < 0) {
            error_set(error, LODGE_ERROR_INTERNAL, "descriptor %s is not open", words[i]);
            return NULL;
        }
        answer = qmp_execute(plug->qmp, "getfd", arguments, fd, error);
        if (!answer)
            return NULL;
        plug_undo_add(plug, "closefd", "fdname", name);
        g_string_append_printf(names, "%slodge-%s", i > 0 ? ":" : "", words[i]);
    }
    return g_string_free(g_steal_pointer(&names), FALSE);
}

/* --- options to commands ---------------------------------------------------------------------------- */

static gboolean
plug_netdev(Plug *plug, const Option *option, GError **error)
{
    static const char *const fd_keys[] = {"fd", "fds", "vhostfd", "vhostfds", NULL};
    const GPtrArray *pairs = option_pairs(option);
    g_autoptr(GString) arguments = g_string_new(NULL);
    g_autofree char *id = quoted(option_value(option, "id"));
    Json json = json_start(arguments);

    json_object(&json, NULL);
    for (guint i = 0; i + 1 < pairs->len; i += 2) {
        const char *key = g_ptr_array_index(pairs, i), *value = g_ptr_array_index(pairs, i + 1);
        g_autofree char *names = NULL;

        if (strcmp(key, "driver") == 0) {
            json_string(&json, "type", value);
        } else if (g_strv_contains(fd_keys, key)) {
            names = plug_give_fds(plug, value, error);
            if (!names)
                return FALSE;
            json_string(&json, key, names);
        } else if (strcmp(key, "vhost") == 0) {
            json_bool(&json, key, strcmp(value, "on") == 0);
        } else {
            json_string(&json, key, value);
        }
    }
    json_end(&json);
    if (!qmp_run(plug->qmp, "netdev_add", arguments->str, error))
        return FALSE;
    plug_undo_add(plug, "netdev_del", "id", id);
    return TRUE;
}

/* The type of a property as QEMU calls it, in the list of device-list-properties. */
static const char *
property_type(const JsonTree *properties, const char *name)
{
    const JsonNode *list = json_node_get(json_tree_root(properties), "return");

    for (const JsonNode *node = list ? list->child : NULL; node; node = node->next)
        if (g_strcmp0(json_node_string(node, "name"), name) == 0)
            return json_node_string(node, "type");
    return NULL;
}

/* device_add wants numbers and truth values as such (from QEMU 9.2 on, no longer as text). */
static void
add_property(Json *json, const char *key, const char *value, const char *type)
{
    char *end = NULL;
    guint64 number = g_ascii_strtoull(value, &end, 0);

    if (g_strcmp0(type, "bool") == 0)
        json_bool(json, key, strcmp(value, "on") == 0);
    else if (type && *end == '\0' &&
             (g_str_has_prefix(type, "int") || g_str_has_prefix(type, "uint") ||
              strcmp(type, "size") == 0))
        json_uint(json, key, number);
    else
        json_string(json, key, value);
}

static gboolean
plug_device(Plug *plug, const Option *option, GError **error)
{
    const GPtrArray *pairs = option_pairs(option);
    g_autofree char *driver = quoted(option_value(option, "driver"));
    g_autofree char *question = g_strdup_printf("{\"typename\":%s}", driver);
    g_autoptr(JsonTree) properties =
        qmp_execute(plug->qmp, "device-list-properties", question, -1, error);
    g_autoptr(GString) arguments = g_string_new(NULL);
    Json json = json_start(arguments);

    if (!properties)
        return FALSE;
    json_object(&json, NULL);
    for (guint i = 0; i + 1 < pairs->len; i += 2) {
        const char *key = g_ptr_array_index(pairs, i), *value = g_ptr_array_index(pairs, i + 1);

        add_property(&json, key, value, property_type(properties, key));
    }
    json_end(&json);
    return qmp_run(plug->qmp, "device_add", arguments->str, error);
}

static gboolean
plug_blockdev(Plug *plug, const char *text, GError **error)
{
    g_autoptr(JsonTree) node = json_tree_parse(text, strlen(text), error);
    g_autofree char *name =
        node ? quoted(json_node_string(json_tree_root(node), "node-name")) : NULL;

    if (!node || !qmp_run(plug->qmp, "blockdev-add", text, error))
        return FALSE;
    plug_undo_add(plug, "blockdev-del", "node-name", name);
    return TRUE;
}

static gboolean
plug_object(Plug *plug, const Option *option, GError **error)
{
    const GPtrArray *pairs = option_pairs(option);
    g_autofree char *id = quoted(option_value(option, "id"));
    g_autoptr(GString) arguments = g_string_new(NULL);
    Json json = json_start(arguments);

    json_object(&json, NULL);
    for (guint i = 0; i + 1 < pairs->len; i += 2) {
        const char *key = g_ptr_array_index(pairs, i);

        json_string(&json, strcmp(key, "driver") == 0 ? "qom-type" : key,
                    g_ptr_array_index(pairs, i + 1));
    }
    json_end(&json);
    if (!qmp_run(plug->qmp, "object-add", arguments->str, error))
        return FALSE;
    plug_undo_add(plug, "object-del", "id", id);
    return TRUE;
}

/* @skip_device: the device is there already, and only its backend is wanted. */
static gboolean
plug_items(Plug *plug, gboolean skip_device, GError **error)
{
    for (guint i = 0; i < plug->command->items->len; i++) {
        const CommandItem *item = g_ptr_array_index(plug->command->items, i);
        gboolean ok;

        if (strcmp(item->flag, "-add-fd") == 0)
            ok = plug_add_fd(plug, item->option, error);
        else if (strcmp(item->flag, "-blockdev") == 0)
            ok = plug_blockdev(plug, item->text, error);
        else if (strcmp(item->flag, "-netdev") == 0)
            ok = plug_netdev(plug, item->option, error);
        else if (strcmp(item->flag, "-object") == 0 && item->option)
            ok = plug_object(plug, item->option, error);
        else if (strcmp(item->flag, "-device") == 0)
            ok = skip_device || plug_device(plug, item->option, error);
        else
            ok = error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                           "this device needs '%s', which only a start can give; use --config",
                           item->flag);
        if (!ok)
            return FALSE;
    }
    return TRUE;
}

/* Numbers of descriptor sets go on behind those that QEMU has. */
static gboolean
plug_number(Qmp *qmp, Command *command, GError **error)
{
    g_autoptr(JsonTree) answer = qmp_execute(qmp, "query-fdsets", NULL, -1, error);
    const JsonNode *list = answer ? json_node_get(json_tree_root(answer), "return") : NULL;

    if (!answer)
        return FALSE;
    for (const JsonNode *node = list ? list->child : NULL; node; node = node->next) {
        gint64 set;

        if (json_node_int(node, "fdset-id", &set) && set >= command->next_set)
            command->next_set = (int)set + 1;
    }
    return TRUE;
}

static gboolean
plug_run(Qmp *qmp, const MachinePlanInput *in, MachineDeviceKind kind, gconstpointer device,
         gboolean skip_device, char **ret_host_name, GError **error)
{
    g_autoptr(Command) command = command_new(in);
    g_autoptr(GArray) fds = hotplug_fds_new();
    g_autoptr(GPtrArray) undo = g_ptr_array_new_with_free_func(g_free);
    Plug plug = {qmp, command, fds, undo};

    if (!plug_number(qmp, command, error) || !command_device(command, kind, device, error) ||
        !hotplug_fds_open(fds, command->host->str, ret_host_name, error))
        return FALSE;
    if (plug_items(&plug, skip_device, error))
        return TRUE;
    plug_undo(&plug);
    return FALSE;
}

gboolean
hotplug_add(Qmp *qmp, const MachinePlanInput *in, MachineDeviceKind kind, gpointer device,
            GError **error)
{
    g_autofree char *host_name = NULL;

    if (!plug_run(qmp, in, kind, device, FALSE, &host_name, error))
        return FALSE;
    if (kind == MACHINE_DEVICE_INTERFACE && host_name) {
        DomainNet *net = device;

        g_free(net->host_dev);
        net->host_dev = g_steal_pointer(&host_name);
    }
    return TRUE;
}

/* --- out --------------------------------------------------------------------------------------------- */

/* The set in "/dev/fdset/5", as text; NULL when @file is none. */
static const char *
fdset_of(const char *file)
{
    return file && g_str_has_prefix(file, "/dev/fdset/") ? file + strlen("/dev/fdset/") : NULL;
}

/* Whether the node @name belongs to the disk @target: "vda-0", "vda-1-file", "vda-cor". */
static gboolean
is_node_of(const char *name, const char *target)
{
    gsize length = strlen(target);

    return name && strncmp(name, target, length) == 0 && name[length] == '-' &&
           (g_ascii_isdigit(name[length + 1]) || strcmp(name + length + 1, "cor") == 0);
}

/* Nodes of a disk that nothing uses any more; a node goes before what is below it, so several rounds. */
static void
remove_nodes(Qmp *qmp, const char *target)
{
    g_autoptr(JsonTree) answer =
        qmp_execute(qmp, "query-named-block-nodes", "{\"flat\":true}", -1, NULL);
    const JsonNode *list = answer ? json_node_get(json_tree_root(answer), "return") : NULL;
    gboolean has_removed = TRUE;
    g_autoptr(GHashTable) gone = g_hash_table_new(g_str_hash, g_str_equal);

    while (list && has_removed) {
        has_removed = FALSE;
        for (const JsonNode *node = list->child; node; node = node->next) {
            const char *name = json_node_string(node, "node-name");
            const char *set = fdset_of(json_node_string(node, "file"));
            g_autofree char *id = NULL;
            g_autofree char *arguments = NULL;

            if (!is_node_of(name, target) || g_hash_table_contains(gone, name))
                continue;
            id = quoted(name);
            arguments = g_strdup_printf("{\"node-name\":%s}", id);
            if (!qmp_run(qmp, "blockdev-del", arguments, NULL))
                continue; /* in use by the one above it: next round */
            has_removed = TRUE;
            g_hash_table_add(gone, (gpointer)name);
            if (set && g_str_has_suffix(name, "-file")) {
                g_autofree char *fdset = g_strdup_printf("{\"fdset-id\":%s}", set);

                (void)qmp_run(qmp, "remove-fd", fdset, NULL); /* goes with QEMU otherwise */
            }
        }
    }
}

static gboolean
remove_wait(Qmp *qmp, const char *alias, GError **error)
{
    static const char *const names[] = {"DEVICE_DELETED", "DEVICE_UNPLUG_GUEST_ERROR", NULL};
    g_autoptr(GError) problem = NULL;
    g_autoptr(JsonTree) event =
        qmp_wait_events(qmp, names, "device", alias, HOTPLUG_WAIT_MS, &problem);

    if (event && g_strcmp0(json_node_string(json_tree_root(event), "event"), names[0]) == 0)
        return TRUE;
    if (event)
        return error_set(error, LODGE_ERROR_PEER, "the guest refuses to let go of device '%s'",
                         alias);
    if (g_error_matches(problem, LODGE_ERROR, LODGE_ERROR_TIMEOUT))
        return error_set(error, LODGE_ERROR_TIMEOUT,
                         "the guest has not let go of device '%s' within %d s; its system must "
                         "run and know hot-plug; it may still let go later",
                         alias, HOTPLUG_WAIT_MS / 1000);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

gboolean
hotplug_remove(Qmp *qmp, MachineDeviceKind kind, gconstpointer device, GError **error)
{
    const DomainDeviceInfo *info = device;
    g_autofree char *id = info->alias ? quoted(info->alias) : NULL;
    g_autofree char *arguments = g_strdup_printf("{\"id\":%s}", id);

    if (!id)
        return error_set(error, LODGE_ERROR_INTERNAL, "the device has no alias");
    if (!qmp_run(qmp, "device_del", arguments, error) || !remove_wait(qmp, info->alias, error))
        return FALSE;
    if (kind == MACHINE_DEVICE_DISK) {
        remove_nodes(qmp, ((const MachineDisk *)device)->target);
    } else if (kind == MACHINE_DEVICE_INTERFACE) {
        g_autofree char *netdev = g_strdup_printf("{\"id\":\"host%s\"}", info->alias);

        (void)qmp_run(qmp, "netdev_del", netdev, NULL); /* the tap goes with it */
    } else if (kind == MACHINE_DEVICE_RNG) {
        g_autofree char *object = g_strdup_printf("{\"id\":\"obj%s\"}", info->alias);

        (void)qmp_run(qmp, "object-del", object, NULL);
    }
    return TRUE;
}

/* --- media and cables --------------------------------------------------------------------------------- */

/* Opens the tray; waits while the guest that has locked it is asked to. */
static gboolean
open_tray(Qmp *qmp, const char *id, const char *alias, gboolean force, GError **error)
{
    g_autofree char *arguments =
        g_strdup_printf("{\"id\":%s,\"force\":%s}", id, force ? "true" : "false");
    g_autoptr(GError) problem = NULL;
    g_autoptr(JsonTree) event = NULL;

    if (qmp_run(qmp, "blockdev-open-tray", arguments, &problem))
        return TRUE;
    if (!force && g_strrstr(problem->message, "locked")) {
        event = qmp_wait_event(qmp, "DEVICE_TRAY_MOVED", "id", alias, HOTPLUG_TRAY_MS, NULL);
        if (event)
            return TRUE;
        return error_set(error, LODGE_ERROR_BUSY,
                         "the guest has locked the drive and did not open it within %d s; unmount "
                         "the medium there, or use --force",
                         HOTPLUG_TRAY_MS / 1000);
    }
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

gboolean
hotplug_change_medium(Qmp *qmp, const MachinePlanInput *in, const MachineDisk *disk, gboolean force,
                      GError **error)
{
    g_autofree char *id = quoted(disk->info.alias);
    g_autofree char *only_id = g_strdup_printf("{\"id\":%s}", id);
    g_autofree char *node = g_strdup_printf("{\"id\":%s,\"node-name\":\"%s-%s\"}", id, disk->target,
                                            disk->copy_on_read == DOMAIN_SWITCH_ON ? "cor" : "0");

    if (!open_tray(qmp, id, disk->info.alias, force, error) ||
        !qmp_run(qmp, "blockdev-remove-medium", only_id, error))
        return FALSE;
    remove_nodes(qmp, disk->target);
    if (!disk->source)
        return TRUE; /* empty, and its tray open, as after an eject by hand */
    return plug_run(qmp, in, MACHINE_DEVICE_DISK, disk, TRUE, NULL, error) &&
           qmp_run(qmp, "blockdev-insert-medium", node, error) &&
           qmp_run(qmp, "blockdev-close-tray", only_id, error);
}

gboolean
hotplug_set_link(Qmp *qmp, const DomainNet *net, gboolean is_up, GError **error)
{
    g_autofree char *name = quoted(net->info.alias);
    g_autofree char *arguments =
        g_strdup_printf("{\"name\":%s,\"up\":%s}", name, is_up ? "true" : "false");

    return qmp_run(qmp, "set_link", arguments, error);
}
