/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/netif/interface.h"

#include <string.h>

#include "util/error.h"

static const char *const interface_type_names[INTERFACE_TYPE_LAST] = {
    [INTERFACE_ETHERNET] = "ethernet",
    [INTERFACE_BRIDGE] = "bridge",
    [INTERFACE_BOND] = "bond",
    [INTERFACE_VLAN] = "vlan",
};
ENUM_IMPL(interface_type, InterfaceType);

static const char *const interface_start_names[INTERFACE_START_LAST] = {
    [INTERFACE_START_ABSENT] = "",
    [INTERFACE_START_NONE] = "none",
    [INTERFACE_START_ONBOOT] = "onboot",
    [INTERFACE_START_HOTPLUG] = "hotplug",
};
ENUM_IMPL(interface_start, InterfaceStart);

static const char *const interface_link_state_names[INTERFACE_LINK_LAST] = {
    [INTERFACE_LINK_ABSENT] = "",
    [INTERFACE_LINK_UNKNOWN] = "unknown",
    [INTERFACE_LINK_NOTPRESENT] = "notpresent",
    [INTERFACE_LINK_DOWN] = "down",
    [INTERFACE_LINK_LOWERLAYERDOWN] = "lowerlayerdown",
    [INTERFACE_LINK_TESTING] = "testing",
    [INTERFACE_LINK_DORMANT] = "dormant",
    [INTERFACE_LINK_UP] = "up",
};
ENUM_IMPL(interface_link_state, InterfaceLinkState);

static const char *const interface_bond_mode_names[INTERFACE_BOND_MODE_LAST] = {
    [INTERFACE_BOND_MODE_ABSENT] = "",
    [INTERFACE_BOND_BALANCE_RR] = "balance-rr",
    [INTERFACE_BOND_ACTIVE_BACKUP] = "active-backup",
    [INTERFACE_BOND_BALANCE_XOR] = "balance-xor",
    [INTERFACE_BOND_BROADCAST] = "broadcast",
    [INTERFACE_BOND_8023AD] = "802.3ad",
    [INTERFACE_BOND_BALANCE_TLB] = "balance-tlb",
    [INTERFACE_BOND_BALANCE_ALB] = "balance-alb",
};
ENUM_IMPL(interface_bond_mode, InterfaceBondMode);

static const char *const interface_carrier_names[INTERFACE_CARRIER_LAST] = {
    [INTERFACE_CARRIER_ABSENT] = "",
    [INTERFACE_CARRIER_IOCTL] = "ioctl",
    [INTERFACE_CARRIER_NETIF] = "netif",
};
ENUM_IMPL(interface_carrier, InterfaceCarrier);

static const char *const interface_validate_names[INTERFACE_VALIDATE_LAST] = {
    [INTERFACE_VALIDATE_ABSENT] = "",       [INTERFACE_VALIDATE_NONE] = "none",
    [INTERFACE_VALIDATE_ACTIVE] = "active", [INTERFACE_VALIDATE_BACKUP] = "backup",
    [INTERFACE_VALIDATE_ALL] = "all",
};
ENUM_IMPL(interface_validate, InterfaceValidate);

static void
port_free(gpointer data)
{
    interface_def_free(data);
}

InterfaceDef *
interface_def_new(InterfaceType type, const char *name)
{
    InterfaceDef *def = g_new0(InterfaceDef, 1);

    def->type = type;
    def->name = g_strdup(name);
    def->ipv4.ips = g_array_new(FALSE, FALSE, sizeof(InterfaceIp));
    def->ipv6.ips = g_array_new(FALSE, FALSE, sizeof(InterfaceIp));
    def->bond.downdelay = def->bond.updelay = -1;
    def->ports = g_ptr_array_new_with_free_func(port_free);
    return def;
}

void
interface_def_free(InterfaceDef *def)
{
    if (def == NULL)
        return;
    g_free(def->name);
    g_free(def->delay);
    g_free(def->vlan_parent);
    g_array_unref(def->ipv4.ips);
    g_array_unref(def->ipv6.ips);
    g_ptr_array_unref(def->ports);
    g_free(def);
}

InterfaceDef *
interface_def_copy(const InterfaceDef *def)
{
    InterfaceDef *copy = g_memdup2(def, sizeof *def);

    copy->name = g_strdup(def->name);
    copy->delay = g_strdup(def->delay);
    copy->vlan_parent = g_strdup(def->vlan_parent);
    copy->ipv4.ips = g_array_copy(def->ipv4.ips);
    copy->ipv6.ips = g_array_copy(def->ipv6.ips);
    copy->ports = g_ptr_array_new_with_free_func(port_free);
    for (guint i = 0; i < def->ports->len; i++)
        g_ptr_array_add(copy->ports, interface_def_copy(g_ptr_array_index(def->ports, i)));
    return copy;
}

void
interface_protocol_add(InterfaceProtocol *protocol, const Address *address, int prefix)
{
    InterfaceIp ip = {*address, prefix};

    protocol->is_there = TRUE;
    g_array_append_val(protocol->ips, ip);
}

const InterfaceDef *
interface_def_find(const InterfaceDef *def, const char *name)
{
    for (guint i = 0; i < def->ports->len; i++) {
        const InterfaceDef *port = g_ptr_array_index(def->ports, i);
        const InterfaceDef *below =
            strcmp(port->name, name) == 0 ? port : interface_def_find(port, name);

        if (below != NULL)
            return below;
    }
    return NULL;
}

gboolean
interface_name_check(const char *name, GError **error)
{
    gsize length = strlen(name);
    g_autofree char *shown = NULL;

    if (length >= 1 && length <= INTERFACE_NAME_MAX && strcmp(name, ".") != 0 &&
        strcmp(name, "..") != 0 &&
        name[strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-.:")] == '\0')
        return TRUE;
    if (length == 0)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "an interface name is empty; give it at least one character");
    shown = g_utf8_make_valid(name, (gssize)MIN(length, 40));
    for (char *at = shown; *at != '\0'; at++)
        if ((guchar)*at < 0x20 || *at == 0x7f)
            *at = '?';
    if (length > INTERFACE_NAME_MAX)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "the interface name '%s' is longer than %d bytes, which is all the kernel "
                         "takes; choose a shorter one",
                         shown, INTERFACE_NAME_MAX);
    return error_set(error, LODGE_ERROR_CONFIG,
                     "'%s' is no interface name; use letters, digits, '-', '_', '.' and ':'",
                     shown);
}
