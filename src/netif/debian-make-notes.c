/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/debian-header.h"
#include "netif/debian-make.h"

#define NATIVE "; --style native writes it so that it is done"

/* The stanza that carries the device's options. */
static void
first_stanza(const InterfaceDef *def, const char **ret_family, const char **ret_method)
{
    gboolean is_v6 = def->ipv6.is_there && (!def->ipv4.is_there || def->ipv6_first);
    const InterfaceProtocol *protocol = is_v6 ? &def->ipv6 : &def->ipv4;

    *ret_family = is_v6 ? "inet6" : "inet";
    *ret_method = protocol->dhcp ? "dhcp" : protocol->ips->len > 0 ? "static" : "manual";
}

static void
device_notes(const InterfaceDef *def, NetifNotes *notes)
{
    const char *family, *method;
    char mac[MAC_TEXT_SIZE];

    first_stanza(def, &family, &method);
    if (def->mtu != 0 && !debian_method_takes_mtu(family, method))
        netif_notes_add(notes, NETIF_NOTE_IGNORED, def->name, NULL, 0,
                        "mtu %u: ifupdown does not set the MTU with the method %s %s" NATIVE,
                        def->mtu, family, method);
    else if (def->mtu != 0 && strcmp(family, "inet6") == 0)
        netif_notes_add(notes, NETIF_NOTE_IGNORED, def->name, NULL, 0,
                        "mtu %u: with inet6 ifupdown makes a smaller MTU that of IPv6 only" NATIVE,
                        def->mtu);
    if (def->has_mac && !debian_method_takes_mac(family, method))
        netif_notes_add(notes, NETIF_NOTE_IGNORED, def->name, NULL, 0,
                        "hwaddress ether %s: ifupdown does not set it with the method %s %s" NATIVE,
                        mac_format(def->mac, mac), family, method);
}

static void
delay_note(const InterfaceDef *def, const char *what, gint64 delay, NetifNotes *notes)
{
    gint64 freq = def->bond.miimon_freq;

    if (delay > 0 && freq > 0 && delay % freq != 0)
        netif_notes_add(notes, NETIF_NOTE_IGNORED, def->name, NULL, 0,
                        "%s %" G_GINT64_FORMAT ": the kernel rounds it down to %" G_GINT64_FORMAT
                        ", a multiple of miimon's %" G_GINT64_FORMAT,
                        what, delay, delay / freq * freq, freq);
    else if (delay > 0 && freq == 0)
        netif_notes_add(notes, NETIF_NOTE_IGNORED, def->name, NULL, 0,
                        "%s %" G_GINT64_FORMAT ": without miimon the kernel refuses it", what,
                        delay);
}

static void
bond_notes(const InterfaceDef *def, gboolean is_native, NetifNotes *notes)
{
    InterfaceBondMode mode = def->bond.mode;

    if (def->bond.monitor == INTERFACE_MONITOR_MII) {
        delay_note(def, "downdelay", def->bond.downdelay, notes);
        delay_note(def, "updelay", def->bond.updelay, notes);
    }
    if (!is_native && mode != INTERFACE_BOND_ACTIVE_BACKUP && mode != INTERFACE_BOND_BALANCE_TLB &&
        mode != INTERFACE_BOND_BALANCE_ALB)
        netif_notes_add(notes, NETIF_NOTE_IGNORED, def->name, NULL, 0,
                        "bond_primary: the mode has none, and the kernel says so at each start; "
                        "--style native leaves it out");
}

static void
protocol_notes(const InterfaceDef *def, const InterfaceProtocol *protocol, NetifNotes *notes)
{
    if (protocol->peerdns != INTERFACE_SWITCH_ABSENT)
        netif_notes_add(notes, NETIF_NOTE_LOST, def->name, NULL, 0,
                        "peerdns: ifupdown has no option for it; set it in dhclient.conf");
    for (guint i = 0; i < protocol->ips->len; i++) {
        const InterfaceIp *ip = &g_array_index(protocol->ips, InterfaceIp, i);
        char text[ADDRESS_TEXT_SIZE];

        if (ip->prefix < 0 && !ip->address.is_v6)
            netif_notes_add(notes, NETIF_NOTE_IGNORED, def->name, NULL, 0,
                            "%s has no prefix: ifupdown takes /%d from the address's class",
                            address_format(&ip->address, text),
                            address_default_prefix(&ip->address));
    }
}

void
debian_make_notes(const InterfaceDef *def, gboolean is_native, NetifNotes *notes)
{
    if (!is_native)
        device_notes(def, notes);
    if (def->type == INTERFACE_BOND)
        bond_notes(def, is_native, notes);
    protocol_notes(def, &def->ipv4, notes);
    protocol_notes(def, &def->ipv6, notes);
    for (guint i = 0; i < def->ports->len; i++)
        debian_make_notes(g_ptr_array_index(def->ports, i), is_native, notes);
}
