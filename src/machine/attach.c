/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Devices that come, go and change: in the running machine, in its configuration, or in both.
 *
 * The configuration is worked out first, so that nothing is plugged that could not be stored; it is written
 * last. A device that is plugged stays in live.xml with its alias and place. */
#include <string.h>

#include "conf/machine/machine.h"
#include "core/guest.h"
#include "machine/complete.h"
#include "machine/hotplug.h"
#include "machine/monitor.h"
#include "machine/plan.h"
#include "machine/roles.h"
#include "util/error.h"

#define DEVICE_FORCE 4u /* VIR_DOMAIN_DEVICE_MODIFY_FORCE */

/* What one call works on. */
typedef struct {
    DriverCtx *ctx;
    Guest *self;
    ObjectLock *lock;
    gboolean live, config;
    const char *source;
} Change;

static void
change_clear(Change *change)
{
    object_lock_free(change->lock);
    guest_free(change->self);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Change, change_clear)

static gboolean
change_begin(Change *change, DriverCtx *ctx, const ObjectRef *ref, guint flags, guint allowed,
             const char *call, GError **error)
{
    change->ctx = ctx;
    change->source = ctx->xml_source ? ctx->xml_source : "(device_definition)";
    if (!guest_check_flags(flags, allowed, call, error))
        return FALSE;
    change->self = guest_open(ctx, ref, error);
    change->lock = change->self ? guest_lock(change->self, error) : NULL;
    return change->lock && guest_affect(change->self, flags, &change->live, &change->config, error);
}

static MachineDevice *
change_parse(const Change *change, const char *xml, GError **error)
{
    return machine_device_parse(xml, strlen(xml), change->source, error);
}

/* Puts @device into @def and gives it what a definition has: an address, its controller. Its struct is
 * the definition's afterwards; NULL when it cannot be. */
static gpointer
change_insert(const Change *change, DomainDef *def, MachineDevice *device, GError **error)
{
    gpointer added = device->device;

    if (!machine_device_insert(def, device, error))
        return NULL;
    if (!machine_complete_host(change->ctx, def, change->source, error))
        return NULL;
    return added;
}

/* --- live --------------------------------------------------------------------------------------------- */

/* Kinds whose devices can come and go while the machine runs, and how they must be connected. */
static gboolean
check_pluggable(MachineDeviceKind kind, gconstpointer device, GError **error)
{
    gboolean ok = kind == MACHINE_DEVICE_INTERFACE || kind == MACHINE_DEVICE_RNG ||
                  kind == MACHINE_DEVICE_VSOCK;

    if (kind == MACHINE_DEVICE_DISK) {
        const MachineDisk *disk = device;

        ok = disk->device == MACHINE_DISK_DISK || disk->bus == MACHINE_BUS_SCSI ||
             disk->bus == MACHINE_BUS_USB;
        ok = ok && (disk->bus == MACHINE_BUS_VIRTIO || disk->bus == MACHINE_BUS_SCSI ||
                    disk->bus == MACHINE_BUS_USB);
        if (!ok)
            return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                             "a disk on bus '%s' cannot come or go while the machine runs; use bus "
                             "virtio, scsi or usb, or --config",
                             machine_disk_bus_to_string(disk->bus));
    } else if (kind == MACHINE_DEVICE_CONTROLLER) {
        ok = ((const MachineController *)device)->type == MACHINE_CONTROLLER_SCSI;
    } else if (kind == MACHINE_DEVICE_INPUT) {
        ok = ((const MachineInput *)device)->info.address.type == DOMAIN_ADDRESS_USB;
    }
    return ok || error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                           "a <%s> cannot come or go while the machine runs; use --config, which "
                           "holds from the next start on",
                           machine_device_kind_to_string(kind));
}

/* Facts for the devices of @def, as at a start; what there is to warn of was said then. */
static MachineFacts *
change_facts(const Change *change, const DomainDef *def, int *hold, GError **error)
{
    DriverCtx silent = *change->ctx;

    silent.warnings = NULL;
    return machine_facts_gather(&silent, def, change->source, hold, error);
}

static void
change_settle(const Change *change, int hold, gboolean keep)
{
    if (hold >= 0)
        core_networks()->settle(change->ctx, hold, keep);
}

/* Controllers that completing has added to a live definition: an SCSI one is plugged first, for other buses
 * the running machine has no place. @n_before: how many there were. */
static gboolean
plug_controllers(const Change *change, Qmp *qmp, const MachinePlanInput *in, DomainDef *def,
                 guint n_before, gconstpointer but, GError **error)
{
    const GPtrArray *all = machine_devices(def, MACHINE_DEVICE_CONTROLLER);

    for (guint i = n_before; i < all->len; i++) {
        MachineController *controller = g_ptr_array_index(all, i);

        if (controller == but)
            continue;
        if (controller->type != MACHINE_CONTROLLER_SCSI)
            return error_set(error, LODGE_ERROR_STATE,
                             "domain '%s' has no free place for the device: it would need another "
                             "%s controller, and these come at a start only; use --config",
                             change->self->object->name,
                             machine_controller_type_to_string(controller->type));
        if (!hotplug_add(qmp, in, MACHINE_DEVICE_CONTROLLER, controller, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
attach_live(const Change *change, const char *xml, GError **error)
{
    g_autoptr(DomainDef) def = guest_live(change->self, error);
    g_autoptr(MachineDevice) device = def ? change_parse(change, xml, error) : NULL;
    guint n_controllers = def ? machine_devices(def, MACHINE_DEVICE_CONTROLLER)->len : 0;
    g_autoptr(MachineFacts) facts = NULL;
    g_autoptr(Qmp) qmp = NULL;
    MachinePlanInput in = {
        .def = def,
        .paths = change->ctx->paths,
        .live_dir = change->self->live_dir,
        .source = change->source,
    };
    const GPtrArray *controllers;
    int hold = -1;
    gpointer added;
    gboolean ok;

    if (!device || !(added = change_insert(change, def, device, error)) ||
        !check_pluggable(device->kind, added, error))
        return FALSE;
    controllers = machine_devices(def, MACHINE_DEVICE_CONTROLLER);
    for (guint i = n_controllers; i < controllers->len; i++)
        machine_set_alias(def, MACHINE_DEVICE_CONTROLLER, g_ptr_array_index(controllers, i));
    machine_set_alias(def, device->kind, added);
    facts = change_facts(change, def, &hold, error);
    qmp = facts ? monitor_open_guest(change->self, error) : NULL;
    in.facts = facts;
    ok = qmp && plug_controllers(change, qmp, &in, def, n_controllers, added, error) &&
         hotplug_add(qmp, &in, device->kind, added, error);
    change_settle(change, hold, ok);
    return ok && guest_save_live(change->self, def, error);
}

static gboolean
detach_live(const Change *change, const MachineDevice *wanted, GError **error)
{
    g_autoptr(DomainDef) def = guest_live(change->self, error);
    g_autoptr(Qmp) qmp = NULL;
    GPtrArray *list;
    int index;

    if (!def)
        return FALSE;
    index = machine_device_find(def, wanted, error);
    if (index < 0)
        return FALSE;
    list = machine_devices(def, wanted->kind);
    if (!check_pluggable(wanted->kind, g_ptr_array_index(list, (guint)index), error))
        return FALSE;
    qmp = monitor_open_guest(change->self, error);
    if (!qmp || !hotplug_remove(qmp, wanted->kind, g_ptr_array_index(list, (guint)index), error))
        return FALSE;
    g_ptr_array_remove_index(list, (guint)index);
    return guest_save_live(change->self, def, error);
}

/* --- attach and detach ---------------------------------------------------------------------------------- */

static gboolean
devices_attach(DriverCtx *ctx, const ObjectRef *ref, const char *xml, guint flags, GError **error)
{
    g_auto(Change) change = {0};
    g_autoptr(DomainDef) config_def = NULL;
    g_autoptr(MachineDevice) device = NULL;

    if (!change_begin(&change, ctx, ref, flags, AFFECT_LIVE | AFFECT_CONFIG, "attach-device",
                      error))
        return FALSE;
    if (change.config && (!(config_def = guest_config(change.self, error)) ||
                          !(device = change_parse(&change, xml, error)) ||
                          !change_insert(&change, config_def, device, error)))
        return FALSE;
    if (change.live && !attach_live(&change, xml, error)) {
        g_prefix_error(error, "cannot attach a device to domain '%s': ", change.self->object->name);
        return FALSE;
    }
    return !change.config || guest_save_config(change.self, config_def, error);
}

static gboolean
detach_config(const Change *change, const MachineDevice *wanted, DomainDef **ret_def,
              GError **error)
{
    g_autoptr(DomainDef) def = guest_config(change->self, error);
    int index = def ? machine_device_find(def, wanted, error) : -1;

    if (index < 0)
        return FALSE;
    g_ptr_array_remove_index(machine_devices(def, wanted->kind), (guint)index);
    *ret_def = g_steal_pointer(&def);
    return TRUE;
}

static gboolean
detach_wanted(const Change *change, const MachineDevice *wanted, GError **error)
{
    g_autoptr(DomainDef) config_def = NULL;

    if (change->config && !detach_config(change, wanted, &config_def, error))
        return FALSE;
    if (change->live && !detach_live(change, wanted, error)) {
        g_prefix_error(error,
                       "cannot detach a device from domain '%s': ", change->self->object->name);
        return FALSE;
    }
    return !change->config || guest_save_config(change->self, config_def, error);
}

static gboolean
devices_detach(DriverCtx *ctx, const ObjectRef *ref, const char *xml, guint flags, GError **error)
{
    g_auto(Change) change = {0};
    g_autoptr(MachineDevice) wanted = NULL;

    return change_begin(&change, ctx, ref, flags, AFFECT_LIVE | AFFECT_CONFIG, "detach-device",
                        error) &&
           (wanted = change_parse(&change, xml, error)) && detach_wanted(&change, wanted, error);
}

typedef struct {
    const char *alias;
    MachineDeviceKind kind;
    gpointer device; /* NULL: not found so far */
} AliasSearch;

static gboolean
search_alias(MachineDeviceKind kind, gpointer device, DomainDeviceInfo *info, gpointer data)
{
    AliasSearch *search = data;

    if (g_strcmp0(info->alias, search->alias) != 0)
        return TRUE;
    search->kind = kind;
    search->device = device;
    return FALSE;
}

static gboolean
devices_detach_alias(DriverCtx *ctx, const ObjectRef *ref, const char *alias, guint flags,
                     GError **error)
{
    g_auto(Change) change = {0};
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(MachineDevice) wanted = NULL;
    AliasSearch search = {.alias = alias};

    if (!change_begin(&change, ctx, ref, flags, AFFECT_LIVE | AFFECT_CONFIG, "detach-device-alias",
                      error))
        return FALSE;
    def = change.live ? guest_live(change.self, error) : guest_config(change.self, error);
    if (!def)
        return FALSE;
    (void)machine_devices_foreach(def, search_alias, &search);
    if (!search.device)
        return error_set(error, LODGE_ERROR_NOT_FOUND,
                         "domain '%s' has no device with the alias '%s'; dumpxml shows them",
                         change.self->object->name, alias);
    wanted = g_new0(MachineDevice, 1);
    wanted->kind = search.kind;
    wanted->device = machine_device_copy(search.kind, search.device);
    return detach_wanted(&change, wanted, error);
}

/* --- update ----------------------------------------------------------------------------------------------- */

/* Moves the medium that @from says into @to. */
static void
take_medium(MachineDisk *to, MachineDisk *from)
{
    g_free(to->source);
    to->source = g_steal_pointer(&from->source);
    to->is_block = from->is_block;
    if (from->has_driver)
        to->format = from->format;
    g_ptr_array_set_size(to->backing, 0);
    to->backing_ends = FALSE;
    to->tray_open = FALSE;
}

static gboolean
update_disk_live(const Change *change, DomainDef *def, MachineDisk *now, MachineDisk *wanted,
                 gboolean force, GError **error)
{
    g_autoptr(MachineFacts) facts = NULL;
    g_autoptr(Qmp) qmp = NULL;
    MachinePlanInput in = {
        .def = def,
        .paths = change->ctx->paths,
        .live_dir = change->self->live_dir,
        .source = change->source,
    };
    int hold = -1;
    gboolean ok;

    if (now->device == MACHINE_DISK_DISK)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "the image of hard disk '%s' cannot change while the machine runs; only "
                         "drives of CD-ROMs and floppies take another medium",
                         now->target);
    take_medium(now, wanted);
    facts =
        change_facts(change, def, &hold, error); /* the image is read before anything is ejected */
    qmp = facts ? monitor_open_guest(change->self, error) : NULL;
    in.facts = facts;
    ok = qmp && hotplug_change_medium(qmp, &in, now, force, error);
    change_settle(change, hold, ok);
    return ok;
}

static gboolean
update_net_live(const Change *change, DomainNet *now, const DomainNet *wanted, GError **error)
{
    g_autoptr(Qmp) qmp = NULL;

    if (wanted->type != now->type || g_strcmp0(wanted->source, now->source) != 0)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "of a running machine's interface only <link state=> can change; detach "
                         "it and attach another");
    if (wanted->link_down == now->link_down)
        return TRUE;
    qmp = monitor_open_guest(change->self, error);
    if (!qmp || !hotplug_set_link(qmp, now, !wanted->link_down, error))
        return FALSE;
    now->link_down = wanted->link_down;
    return TRUE;
}

static gboolean
update_live(const Change *change, const char *xml, gboolean force, GError **error)
{
    g_autoptr(MachineDevice) wanted = change_parse(change, xml, error);
    g_autoptr(DomainDef) def = wanted ? guest_live(change->self, error) : NULL;
    int index = def ? machine_device_find(def, wanted, error) : -1;
    gpointer now;
    gboolean ok;

    if (index < 0)
        return FALSE;
    now = g_ptr_array_index(machine_devices(def, wanted->kind), (guint)index);
    if (wanted->kind == MACHINE_DEVICE_DISK)
        ok = update_disk_live(change, def, now, wanted->device, force, error);
    else if (wanted->kind == MACHINE_DEVICE_INTERFACE)
        ok = update_net_live(change, now, wanted->device, error);
    else
        ok = error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                       "a <%s> cannot change while the machine runs; use --config",
                       machine_device_kind_to_string(wanted->kind));
    return ok && guest_save_live(change->self, def, error);
}

/* In the configuration any device may change; it keeps its place unless the new one says where. */
static gboolean
update_config(const Change *change, const char *xml, DomainDef **ret_def, GError **error)
{
    g_autoptr(MachineDevice) wanted = change_parse(change, xml, error);
    g_autoptr(DomainDef) def = wanted ? guest_config(change->self, error) : NULL;
    int index = def ? machine_device_find(def, wanted, error) : -1;
    GPtrArray *list;
    DomainDeviceInfo *old, *new;

    if (index < 0)
        return FALSE;
    list = machine_devices(def, wanted->kind);
    old = g_ptr_array_index(list, (guint)index);
    new = wanted->device;
    if (new->address.type == DOMAIN_ADDRESS_NONE)
        new->address = old->address;
    g_ptr_array_insert(list, index, g_steal_pointer(&wanted->device));
    g_ptr_array_remove_index(list, (guint)index + 1);
    if (!machine_complete_host(change->ctx, def, change->source, error))
        return FALSE;
    *ret_def = g_steal_pointer(&def);
    return TRUE;
}

static gboolean
devices_update(DriverCtx *ctx, const ObjectRef *ref, const char *xml, guint flags, GError **error)
{
    g_auto(Change) change = {0};
    g_autoptr(DomainDef) config_def = NULL;

    if (!change_begin(&change, ctx, ref, flags, AFFECT_LIVE | AFFECT_CONFIG | DEVICE_FORCE,
                      "update-device", error) ||
        (change.config && !update_config(&change, xml, &config_def, error)))
        return FALSE;
    if (change.live && !update_live(&change, xml, (flags & DEVICE_FORCE) != 0, error)) {
        g_prefix_error(error, "cannot update a device of domain '%s': ", change.self->object->name);
        return FALSE;
    }
    return !change.config || guest_save_config(change.self, config_def, error);
}

const DomainDevices machine_devices_role = {
    .attach = devices_attach,
    .detach = devices_detach,
    .detach_alias = devices_detach_alias,
    .update = devices_update,
    .block_info = machine_block_info,
    .block_stats = machine_block_stats,
    .disk_errors = machine_disk_errors,
};
