/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/machine/attach-priv.h"
#include "conf/machine/parts-priv.h"
#include "util/error.h"
#include "util/mac.h"

static gboolean
is_companion(const MachineController *controller)
{
    return controller->type == MACHINE_CONTROLLER_USB &&
           controller->model >= CONTROLLER_MODEL_ICH9_EHCI1 &&
           controller->model <= CONTROLLER_MODEL_ICH9_UHCI3;
}

static gboolean
same_address(const DomainAddress *a, const DomainAddress *b)
{
    if (a->type != b->type)
        return FALSE;
    switch (a->type) {
    case DOMAIN_ADDRESS_PCI:
        return !a->pci.pending && !b->pci.pending && a->pci.bus == b->pci.bus &&
               a->pci.slot == b->pci.slot && a->pci.function == b->pci.function;
    case DOMAIN_ADDRESS_DRIVE:
        return a->drive.controller == b->drive.controller && a->drive.bus == b->drive.bus &&
               a->drive.target == b->drive.target && a->drive.unit == b->drive.unit;
    case DOMAIN_ADDRESS_VIRTIO_SERIAL:
        return a->serial.controller == b->serial.controller && a->serial.port == b->serial.port &&
               a->serial.port != 0;
    case DOMAIN_ADDRESS_USB:
        return a->usb.port[0] != 0 && a->usb.bus == b->usb.bus &&
               memcmp(a->usb.port, b->usb.port, sizeof a->usb.port) == 0;
    case DOMAIN_ADDRESS_ISA:
        return a->isa.iobase != 0 && a->isa.iobase == b->isa.iobase;
    case DOMAIN_ADDRESS_NONE:
    case DOMAIN_ADDRESS_VIRTIO_MMIO:
    case DOMAIN_ADDRESS_LAST:
        break;
    }
    return FALSE;
}

/* What two devices of one kind cannot share; NULL: nothing. */
static char *
clash_of_kind(MachineDeviceKind kind, gconstpointer a, gconstpointer b)
{
    const MachineDisk *disk_a = a, *disk_b = b;
    const MachineController *controller_a = a, *controller_b = b;
    const DomainNet *net_a = a, *net_b = b;
    const MachineAudio *audio_a = a, *audio_b = b;

    if (kind == MACHINE_DEVICE_DISK && strcmp(disk_a->target, disk_b->target) == 0)
        return g_strdup_printf("target '%s'", disk_b->target);
    if (kind == MACHINE_DEVICE_CONTROLLER && controller_a->type == controller_b->type &&
        controller_a->index >= 0 && controller_a->index == controller_b->index &&
        !(is_companion(controller_a) && is_companion(controller_b) &&
          controller_a->model != controller_b->model))
        return g_strdup_printf("index '%d'", controller_b->index);
    if (kind == MACHINE_DEVICE_INTERFACE && net_a->host_dev != NULL &&
        g_strcmp0(net_a->host_dev, net_b->host_dev) == 0)
        return g_strdup_printf("target dev '%s'", net_b->host_dev);
    if (kind == MACHINE_DEVICE_AUDIO && audio_a->id == audio_b->id)
        return g_strdup_printf("id '%u'", audio_b->id);
    return NULL;
}

static char *
clash(MachineDeviceKind kind_a, gconstpointer a, MachineDeviceKind kind_b, gconstpointer b)
{
    const DomainDeviceInfo *info_a = a, *info_b = b;

    /* The console that shows the first serial line has its alias, while it runs. */
    if (info_a->alias != NULL && g_strcmp0(info_a->alias, info_b->alias) == 0 &&
        !(kind_a == MACHINE_DEVICE_SERIAL && kind_b == MACHINE_DEVICE_CONSOLE))
        return g_strdup_printf("alias '%s'", info_b->alias);
    if (info_a->boot_order != 0 && info_a->boot_order == info_b->boot_order)
        return g_strdup_printf("boot order '%u'", info_b->boot_order);
    if (same_address(&info_a->address, &info_b->address) &&
        (info_a->address.type != DOMAIN_ADDRESS_DRIVE ||
         (kind_a == MACHINE_DEVICE_DISK && kind_b == MACHINE_DEVICE_DISK &&
          ((const MachineDisk *)a)->bus == ((const MachineDisk *)b)->bus)))
        return g_strdup("address");
    return kind_a == kind_b ? clash_of_kind(kind_a, a, b) : NULL;
}

static gboolean
may_be_one_only(MachineDeviceKind kind)
{
    return kind == MACHINE_DEVICE_MEMBALLOON || kind == MACHINE_DEVICE_VSOCK;
}

typedef struct {
    MachineDeviceKind kind;
    gconstpointer device;
} Entry;

static gboolean
collect(MachineDeviceKind kind, gpointer device, DomainDeviceInfo *info G_GNUC_UNUSED,
        gpointer data)
{
    Entry entry = {kind, device};

    /* a console that is no virtio one is the first serial again */
    if (kind != MACHINE_DEVICE_CONSOLE ||
        ((const MachineChardev *)device)->target == CHARDEV_TARGET_VIRTIO)
        g_array_append_val((GArray *)data, entry);
    return TRUE;
}

/* Why @b cannot be beside @a; NULL: it can. */
static char *
why_not(const Entry *a, const Entry *b)
{
    g_autofree char *what = NULL;
    int line = ((const DomainDeviceInfo *)a->device)->line;

    if (a->kind == b->kind && may_be_one_only(a->kind))
        return g_strdup_printf("is a second one; the first is of line %d, remove one", line);
    what = clash(a->kind, a->device, b->kind, b->device);
    if (what == NULL)
        return NULL;
    return g_strdup_printf("has the %s of the <%s> in line %d; change one", what,
                           machine_device_kind_to_string(a->kind), line);
}

gboolean
machine_devices_clash(const DomainDef *def, const char **ret_name, int *ret_line, char **ret_why)
{
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(Entry));

    machine_devices_foreach(def, collect, entries);
    for (guint i = 0; i < entries->len; i++)
        for (guint j = i + 1; j < entries->len; j++) {
            const Entry *a = &g_array_index(entries, Entry, i);
            const Entry *b = &g_array_index(entries, Entry, j);

            *ret_why = why_not(a, b);
            if (*ret_why != NULL) {
                *ret_name = machine_device_kind_to_string(b->kind);
                *ret_line = ((const DomainDeviceInfo *)b->device)->line;
                return TRUE;
            }
        }
    return FALSE;
}

gboolean
machine_device_insert(DomainDef *def, MachineDevice *device, GError **error)
{
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    const char *name = machine_device_kind_to_string(device->kind);
    Entry added = {device->kind, device->device};

    machine_devices_foreach(def, collect, entries);
    if (entries->len >= DOMAIN_DEVICES_MAX)
        return error_set(error, LODGE_ERROR_LIMIT,
                         "the guest has %u devices already; the limit is %d", entries->len,
                         DOMAIN_DEVICES_MAX);
    for (guint i = 0; i < entries->len; i++) {
        const Entry *entry = &g_array_index(entries, Entry, i);
        g_autofree char *what = NULL;

        if (entry->kind == device->kind && may_be_one_only(entry->kind))
            return error_set(error, LODGE_ERROR_EXISTS,
                             "the guest has a <%s> already; detach it first", name);
        if (entry->kind == device->kind && entry->kind == MACHINE_DEVICE_INTERFACE &&
            memcmp(((const DomainNet *)entry->device)->mac,
                   ((const DomainNet *)device->device)->mac, MAC_SIZE) == 0) {
            char mac[MAC_TEXT_SIZE];

            return error_set(error, LODGE_ERROR_EXISTS,
                             "the guest has an interface with the address %s already; give another",
                             mac_format(((const DomainNet *)device->device)->mac, mac));
        }
        what = clash(entry->kind, entry->device, added.kind, added.device);
        if (what != NULL)
            return error_set(error, LODGE_ERROR_EXISTS,
                             "the guest has a <%s> with this %s already; choose another for the "
                             "<%s>",
                             machine_device_kind_to_string(entry->kind), what, name);
    }
    g_ptr_array_add(machine_devices(def, device->kind), g_steal_pointer(&device->device));
    return TRUE;
}

static gboolean
matches_disk(const MachineDisk *wanted, const MachineDisk *disk)
{
    return strcmp(wanted->target, disk->target) == 0;
}

/* An address that leaves the place open. */
static gboolean
is_open(const DomainAddress *address)
{
    return address->type == DOMAIN_ADDRESS_NONE || address->type == DOMAIN_ADDRESS_VIRTIO_MMIO ||
           (address->type == DOMAIN_ADDRESS_PCI && address->pci.pending) ||
           (address->type == DOMAIN_ADDRESS_USB && address->usb.port[0] == 0);
}

static gboolean
matches_net(const DomainNet *wanted, const DomainNet *net)
{
    return memcmp(wanted->mac, net->mac, MAC_SIZE) == 0 &&
           (is_open(&wanted->info.address) ||
            same_address(&wanted->info.address, &net->info.address));
}

/* Whether every line that @wanted prints is one that @device prints. */
static gboolean
matches_text(MachineDeviceKind kind, gconstpointer wanted, gconstpointer device,
             const DomainDef *def)
{
    g_autofree char *a = NULL, *b = NULL;
    DomainFormatFlags flags = DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE;
    g_auto(GStrv) lines_a = NULL, lines_b = NULL;

    a = machine_device_format(kind, wanted, def, flags);
    b = machine_device_format(kind, device, def, flags);
    lines_a = g_strsplit(a, "\n", -1);
    lines_b = g_strsplit(b, "\n", -1);
    for (char **line = lines_a; *line != NULL; line++) {
        gsize length = strlen(*line);

        if (g_strv_contains((const char *const *)lines_b, *line))
            continue;
        /* `<rng model='virtio'/>` and `<rng model='virtio'>` with children */
        if (!g_str_has_suffix(*line, "/>") || line != lines_a ||
            strncmp(*line, *lines_b, length - 2) != 0)
            return FALSE;
    }
    return TRUE;
}

static gboolean
is_meant(const DomainDef *def, const MachineDevice *wanted, gconstpointer device)
{
    const DomainDeviceInfo *info = device, *wanted_info = wanted->device;
    const MachineController *controller = device, *wanted_controller = wanted->device;

    if (wanted_info->alias != NULL)
        return g_strcmp0(wanted_info->alias, info->alias) == 0;
    if (wanted->kind == MACHINE_DEVICE_DISK)
        return matches_disk(wanted->device, device);
    if (wanted->kind == MACHINE_DEVICE_INTERFACE)
        return matches_net(wanted->device, device);
    if (wanted->kind == MACHINE_DEVICE_CONTROLLER && wanted_controller->index >= 0)
        return controller->type == wanted_controller->type &&
               controller->index == wanted_controller->index;
    if (may_be_one_only(wanted->kind))
        return TRUE;
    return matches_text(wanted->kind, wanted->device, device, def);
}

int
machine_device_find(const DomainDef *def, const MachineDevice *wanted, GError **error)
{
    const GPtrArray *list = machine_devices(def, wanted->kind);
    const char *name = machine_device_kind_to_string(wanted->kind);
    int found = -1;

    for (guint i = 0; i < list->len; i++) {
        if (!is_meant(def, wanted, g_ptr_array_index(list, i)))
            continue;
        if (found >= 0) {
            error_set(
                error, LODGE_ERROR_CONFIG,
                "several <%s> are like this; add its <address> or <alias> as dumpxml shows it",
                name);
            return -1;
        }
        found = (int)i;
    }
    if (found < 0)
        error_set(error, LODGE_ERROR_NOT_FOUND,
                  "the guest has no such <%s>; dumpxml shows what it has", name);
    return found;
}
