/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/device.h"

#include <string.h>

#include "util/error.h"

NetifDevice *
netif_device_new(InterfaceType type, const char *name)
{
    NetifDevice *device = g_new0(NetifDevice, 1);

    device->def = interface_def_new(type, name);
    device->def->start = INTERFACE_START_ONBOOT;
    return device;
}

void
netif_device_free(NetifDevice *device)
{
    if (device == NULL)
        return;
    interface_def_free(device->def);
    g_free(device->master);
    g_free(device->file);
    g_free(device);
}

static void
device_free(gpointer data)
{
    netif_device_free(data);
}

/* The device is in a master that is configured too. */
static gboolean
has_master(const NetifDevices *devices, NetifModel model, const NetifDevice *device)
{
    g_autoptr(NetifDevice) master = NULL;

    if (device->master == NULL)
        return FALSE;
    master = devices->look(model, device->master, NULL);
    return master != NULL &&
           (master->def->type == INTERFACE_BRIDGE || master->def->type == INTERFACE_BOND);
}

GPtrArray *
netif_devices_list(const NetifDevices *devices, NetifModel model)
{
    g_autoptr(GPtrArray) names = devices->names(model);
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)netif_entry_free);

    for (guint i = 0; i < names->len; i++) {
        g_autoptr(NetifDevice) device = devices->look(model, g_ptr_array_index(names, i), NULL);
        NetifEntry *entry;

        if (device == NULL || has_master(devices, model, device))
            continue;
        entry = g_new0(NetifEntry, 1);
        entry->name = g_strdup(device->def->name);
        entry->type = device->def->type;
        entry->start = device->def->start;
        entry->is_read_only = device->is_read_only;
        entry->file = g_strdup(device->file);
        entry->line = device->line;
        g_ptr_array_add(list, entry);
    }
    return list;
}

/* What nested XML has no words for. */
static void
strip_port(const NetifDevice *device, const InterfaceDef *master, guint top_mtu, NetifNotes *notes)
{
    InterfaceDef *def = device->def;
    Address unused;

    if (def->ipv4.is_there || def->ipv6.is_there)
        netif_notes_add(notes, NETIF_NOTE_UNMODELLED, def->name, device->file, device->line,
                        "addresses of '%s', which is in '%s'", def->name, master->name);
    if (def->mtu != 0 && def->mtu != top_mtu)
        netif_notes_add(notes, NETIF_NOTE_UNMODELLED, def->name, device->file, device->line,
                        "MTU %u of '%s', which is in '%s'", def->mtu, def->name, master->name);
    memset(&unused, 0, sizeof unused);
    def->start = INTERFACE_START_ABSENT;
    def->mtu = 0;
    for (int i = 0; i < 2; i++) {
        InterfaceProtocol *protocol = i == 0 ? &def->ipv4 : &def->ipv6;

        g_array_set_size(protocol->ips, 0);
        protocol->is_there = protocol->autoconf = protocol->dhcp = protocol->has_gateway = FALSE;
        protocol->peerdns = INTERFACE_SWITCH_ABSENT;
        protocol->gateway = unused;
    }
}

/* Whether the grammar lets the one stand in the other. */
static gboolean
may_nest(InterfaceType outer, InterfaceType inner)
{
    return outer == INTERFACE_BOND ? inner == INTERFACE_ETHERNET : inner != INTERFACE_BRIDGE;
}

/* Puts what stands in the files in the place of @def's bare ports. */
static void
fill_ports(const NetifDevices *devices, NetifModel model, const NetifDevice *outer, guint top_mtu,
           NetifNotes *notes)
{
    InterfaceDef *def = outer->def;

    for (guint i = 0; i < def->ports->len; i++) {
        InterfaceDef *bare = g_ptr_array_index(def->ports, i);
        g_autoptr(NetifDevice) device = devices->look(model, bare->name, notes);

        if (device == NULL) {
            bare->start = INTERFACE_START_ABSENT;
            if (may_nest(def->type, bare->type))
                continue;
        }
        if (device == NULL || !may_nest(def->type, device->def->type) ||
            strcmp(device->def->name, def->name) == 0) {
            netif_notes_add(
                notes, NETIF_NOTE_UNMODELLED, def->name, outer->file, outer->line,
                "'%s' in '%s': a %s cannot stand in a %s", bare->name, def->name,
                interface_type_to_string(device != NULL ? device->def->type : bare->type),
                interface_type_to_string(def->type));
            g_ptr_array_remove_index(def->ports, i--);
            continue;
        }
        strip_port(device, def, top_mtu, notes);
        fill_ports(devices, model, device, top_mtu, notes);
        g_ptr_array_insert(def->ports, (int)i, g_steal_pointer(&device->def));
        g_ptr_array_remove_index(def->ports, i + 1);
    }
    if (def->type == INTERFACE_BOND && def->ports->len == 0)
        netif_notes_add(notes, NETIF_NOTE_UNMODELLED, def->name, outer->file, outer->line,
                        "the bond '%s' has no slave", def->name);
}

InterfaceDef *
netif_devices_read(const NetifDevices *devices, NetifModel model, const char *name,
                   NetifNotes *notes, GError **error)
{
    g_autoptr(NetifDevice) device = devices->look(model, name, notes);

    if (device == NULL) {
        error_set(error, LODGE_ERROR_NOT_FOUND, "no interface '%s' is configured", name);
        return NULL;
    }
    if (device->master != NULL && !has_master(devices, model, device))
        netif_notes_add(notes, NETIF_NOTE_UNMODELLED, name, device->file, device->line,
                        "is in '%s', which is not configured here", device->master);
    fill_ports(devices, model, device, device->def->mtu, notes);
    return g_steal_pointer(&device->def);
}

/* One device of a definition, ready for put(). */
static NetifDevice *
device_of(const NetifDevices *devices, const InterfaceDef *def, const InterfaceDef *master,
          const InterfaceDef *top)
{
    NetifDevice *device = g_new0(NetifDevice, 1);

    device->def = interface_def_copy(def);
    if (master == NULL)
        return device;
    device->def->start = top->start;
    if (devices->repeats_mtu)
        device->def->mtu = top->mtu;
    device->master = g_strdup(master->name);
    device->master_type = master->type;
    device->is_made = TRUE;
    device->is_primary = master->type == INTERFACE_BOND && master->ports->len > 0 &&
                         master->bond.mode == INTERFACE_BOND_ACTIVE_BACKUP &&
                         g_ptr_array_index(master->ports, 0) == def;
    return device;
}

static void
collect_after(const NetifDevices *devices, const InterfaceDef *def, const InterfaceDef *master,
              const InterfaceDef *top, GPtrArray *list)
{
    g_ptr_array_add(list, device_of(devices, def, master, top));
    for (guint i = 0; i < def->ports->len; i++)
        collect_after(devices, g_ptr_array_index(def->ports, i), def, top, list);
}

static NetifDevice *
find(const GPtrArray *list, const char *name)
{
    for (guint i = 0; i < list->len; i++) {
        NetifDevice *device = g_ptr_array_index(list, i);

        if (strcmp(device->def->name, name) == 0)
            return device;
    }
    return NULL;
}

/* @name and the devices in it that are configured, at any depth. */
static void
collect_before(const NetifDevices *devices, NetifModel model, const char *name, GPtrArray *list)
{
    NetifDevice *device = find(list, name) == NULL ? devices->look(model, name, NULL) : NULL;

    if (device == NULL)
        return;
    g_ptr_array_add(list, device);
    for (guint i = 0; i < device->def->ports->len; i++)
        collect_before(devices, model,
                       ((const InterfaceDef *)g_ptr_array_index(device->def->ports, i))->name,
                       list);
}

static gboolean
check_read_only(const NetifDevice *device, GError **error)
{
    return !device->is_read_only ||
           error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                     "the interface '%s' comes from '%s', which lodge does not write; change it "
                     "with what made that file",
                     device->def->name, device->file);
}

/* Each name once, and none that is another's port already. */
static gboolean
check_names(const NetifDevices *devices, NetifModel model, const GPtrArray *after,
            const GPtrArray *before, GError **error)
{
    for (guint i = 0; i < after->len; i++) {
        const NetifDevice *device = g_ptr_array_index(after, i);
        const char *name = device->def->name;
        const NetifDevice *old = find(before, name);

        if (find(after, name) != device)
            return error_set(
                error, LODGE_ERROR_CONFIG,
                "the interface '%s' stands twice in the definition of '%s'; remove one", name,
                ((const NetifDevice *)g_ptr_array_index(after, 0))->def->name);
        if (old == NULL)
            continue;
        if (!check_read_only(old, error))
            return FALSE;
        if (has_master(devices, model, old) && find(before, old->master) == NULL &&
            g_strcmp0(old->master, device->master) != 0)
            return error_set(error, LODGE_ERROR_STATE,
                             "the interface '%s' is in '%s'; take it out of there first", name,
                             old->master);
        if (i == 0 && has_master(devices, model, old))
            return error_set(error, LODGE_ERROR_STATE,
                             "the interface '%s' is in '%s'; take it out of there first", name,
                             old->master);
    }
    return TRUE;
}

/* What becomes of a device whose master goes: NULL: it goes too. */
static NetifDevice *
released(const NetifDevices *devices, const NetifDevice *before)
{
    NetifDevice *after;

    if (before->is_made || (devices->drops_lone_ports && before->def->type == INTERFACE_ETHERNET))
        return NULL;
    after = g_new0(NetifDevice, 1);
    after->def = interface_def_copy(before->def);
    if (devices->repeats_mtu && after->def->type == INTERFACE_ETHERNET)
        after->def->mtu = 0;
    return after;
}

/* Whether the device @index of @before goes, or is let go of: it, or what it is in, was asked to. */
static gboolean
is_over(const GPtrArray *before, const GPtrArray *after, guint index)
{
    const NetifDevice *old = g_ptr_array_index(before, index);

    return find(after, old->def->name) == NULL &&
           (index == 0 || (old->master != NULL && find(before, old->master) != NULL));
}

/* Carries out what is to become of all of @before (what is not in @after goes) and @after. */
static gboolean
change(const NetifDevices *devices, NetifModel model, const GPtrArray *before,
       const GPtrArray *after, NetifNotes *notes, GError **error)
{
    g_autoptr(GPtrArray) rest = g_ptr_array_new_with_free_func(device_free);

    for (guint i = 0; i < before->len; i++) {
        const NetifDevice *old = g_ptr_array_index(before, i);
        NetifDevice *let_go = NULL;

        g_ptr_array_add(rest, NULL);
        if (!is_over(before, after, i))
            continue;
        if (i > 0)
            let_go = released(devices, old);
        rest->pdata[i] = let_go;
        if (!check_read_only(old, error) || !devices->check(model, old, let_go, notes, error))
            return FALSE;
    }
    for (guint i = 0; i < after->len; i++) {
        const NetifDevice *new = g_ptr_array_index(after, i);

        if (!devices->check(model, find(before, new->def->name), new, notes, error))
            return FALSE;
    }
    for (guint i = 0; i < before->len; i++) {
        const NetifDevice *old = g_ptr_array_index(before, i);

        if (!is_over(before, after, i))
            continue;
        if (rest->pdata[i] != NULL)
            devices->put(model, old, rest->pdata[i], notes);
        else
            devices->drop(model, old, notes);
    }
    for (guint i = 0; i < after->len; i++) {
        const NetifDevice *new = g_ptr_array_index(after, i);

        devices->put(model, find(before, new->def->name), new, notes);
    }
    if (devices->finish != NULL)
        devices->finish(model, notes);
    return TRUE;
}

/* Whether a change of the bond asks nothing of who is its primary. */
static gboolean
is_same_primary(const NetifDevice *before, const NetifDevice *after, const NetifDevice *port)
{
    const InterfaceDef *first;

    if (before == NULL || after == NULL || strcmp(before->def->name, after->def->name) != 0 ||
        before->def->bond.mode != after->def->bond.mode || before->def->ports->len == 0)
        return FALSE;
    first = g_ptr_array_index(before->def->ports, 0);
    return !port->is_primary || strcmp(first->name, port->def->name) == 0;
}

/* A port that starts otherwise than its master, or has another MTU, keeps that until the master's changes. */
static void
keep_own(const NetifDevices *devices, const GPtrArray *before, GPtrArray *after)
{
    const NetifDevice *top = g_ptr_array_index(after, 0), *old_top = find(before, top->def->name);

    for (guint i = 1; old_top != NULL && i < after->len; i++) {
        NetifDevice *port = g_ptr_array_index(after, i);
        const NetifDevice *old = find(before, port->def->name);

        if (old == NULL || old->master == NULL)
            continue;
        if (is_same_primary(find(before, old->master), find(after, port->master), port))
            port->is_primary = old->is_primary; /* a bond may have none, or one in another mode */
        if (old_top->def->start == top->def->start)
            port->def->start = old->def->start;
        if (!devices->repeats_mtu || old_top->def->mtu == top->def->mtu)
            port->def->mtu = old->def->mtu;
    }
}

/* In a master that is not configured here: that is kept as it is. (Otherwise check_names() refused.) */
static void
keep_master(const GPtrArray *before, GPtrArray *after)
{
    NetifDevice *top = g_ptr_array_index(after, 0);
    const NetifDevice *old = find(before, top->def->name);

    if (old == NULL)
        return;
    top->master = g_strdup(old->master);
    top->master_type = old->master_type;
    top->is_primary = old->is_primary;
    top->is_made = old->is_made;
}

/* A port that the XML cannot say stays where it is, and in its master's list. */
static void
keep_unsaid(GPtrArray *before, GPtrArray *after)
{
    for (guint i = 0; i < after->len; i++) {
        InterfaceDef *def = ((NetifDevice *)g_ptr_array_index(after, i))->def;
        const NetifDevice *old = find(before, def->name);

        for (guint j = 0; old != NULL && old->def->type == def->type && j < old->def->ports->len;
             j++) {
            const InterfaceDef *bare = g_ptr_array_index(old->def->ports, j);
            NetifDevice *port = find(before, bare->name);
            InterfaceType type = port != NULL ? port->def->type : bare->type;

            if (find(after, bare->name) != NULL || may_nest(def->type, type))
                continue;
            g_ptr_array_insert(def->ports, (int)MIN(j, def->ports->len),
                               interface_def_new(type, bare->name));
            if (port != NULL && port != old)
                (void)g_ptr_array_remove(before, port); /* it is there */
        }
    }
}

static gboolean
is_listed(const GPtrArray *before, const char *name)
{
    for (guint i = 0; i < before->len; i++)
        if (interface_def_find(((const NetifDevice *)g_ptr_array_index(before, i))->def, name) !=
            NULL)
            return TRUE;
    return FALSE;
}

/* A port that its master lists, and that has no place of its own, needs none now either. */
static void
leave_out(const GPtrArray *before, GPtrArray *after)
{
    for (guint i = after->len - 1; i > 0; i--) {
        const InterfaceDef *def = ((const NetifDevice *)g_ptr_array_index(after, i))->def;

        if (def->type == INTERFACE_ETHERNET && !def->has_mac && find(before, def->name) == NULL &&
            is_listed(before, def->name))
            g_ptr_array_remove_index(after, i);
    }
}

gboolean
netif_devices_write(const NetifDevices *devices, NetifModel model, const InterfaceDef *def,
                    NetifNotes *notes, GError **error)
{
    g_autoptr(GPtrArray) after = g_ptr_array_new_with_free_func(device_free);
    g_autoptr(GPtrArray) before = g_ptr_array_new_with_free_func(device_free);

    collect_after(devices, def, NULL, def, after);
    collect_before(devices, model, def->name, before);
    for (guint i = 1; i < after->len; i++)
        collect_before(devices, model,
                       ((const NetifDevice *)g_ptr_array_index(after, i))->def->name, before);
    if (!check_names(devices, model, after, before, error))
        return FALSE;
    keep_unsaid(before, after);
    keep_own(devices, before, after);
    leave_out(before, after);
    keep_master(before, after);
    return change(devices, model, before, after, notes, error);
}

gboolean
netif_devices_remove(const NetifDevices *devices, NetifModel model, const char *name,
                     NetifNotes *notes, GError **error)
{
    g_autoptr(GPtrArray) before = g_ptr_array_new_with_free_func(device_free);
    g_autoptr(GPtrArray) after = g_ptr_array_new_with_free_func(device_free);
    const NetifDevice *device;

    collect_before(devices, model, name, before);
    if (before->len == 0)
        return error_set(error, LODGE_ERROR_NOT_FOUND, "no interface '%s' is configured", name);
    device = g_ptr_array_index(before, 0);
    if (has_master(devices, model, device))
        return error_set(error, LODGE_ERROR_STATE,
                         "the interface '%s' is in '%s'; take it out of there first", name,
                         device->master);
    return change(devices, model, before, after, notes, error);
}
