/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/netif/interface.h - a network interface of the host as its XML describes it: structs, parse and format.
 *
 * Used by: netif (which turns it into the host's own files, and back).
 * Knows nothing of: the host and its formats.
 *
 * What is absent was not said; it never means "take it away from the kernel". Interfaces nest: a bridge
 * holds its ports, a bond its slaves; those carry a type, a name, perhaps a MAC, and their own kind's part.
 * The schema for others is data/schemas/interface.rng; tests hold the two together.
 */
#pragma once

#include <glib.h>

#include "conf/address.h"
#include "util/enum.h"
#include "util/mac.h"

typedef enum {
    INTERFACE_ETHERNET,
    INTERFACE_BRIDGE,
    INTERFACE_BOND,
    INTERFACE_VLAN,
    INTERFACE_TYPE_LAST
} InterfaceType;
ENUM_DECL(interface_type, InterfaceType);

typedef enum {
    INTERFACE_START_ABSENT, /* nested, or live XML; a format treats it as NONE */
    INTERFACE_START_NONE,   /* by hand only */
    INTERFACE_START_ONBOOT,
    INTERFACE_START_HOTPLUG, /* when the device appears */
    INTERFACE_START_LAST
} InterfaceStart;
ENUM_DECL(interface_start, InterfaceStart);

/* The words of the kernel's operstate. Live only: define reads and drops it. */
typedef enum {
    INTERFACE_LINK_ABSENT,
    INTERFACE_LINK_UNKNOWN,
    INTERFACE_LINK_NOTPRESENT,
    INTERFACE_LINK_DOWN,
    INTERFACE_LINK_LOWERLAYERDOWN,
    INTERFACE_LINK_TESTING,
    INTERFACE_LINK_DORMANT,
    INTERFACE_LINK_UP,
    INTERFACE_LINK_LAST
} InterfaceLinkState;
ENUM_DECL(interface_link_state, InterfaceLinkState);

typedef enum {
    INTERFACE_SWITCH_ABSENT,
    INTERFACE_SWITCH_OFF,
    INTERFACE_SWITCH_ON,
    INTERFACE_SWITCH_LAST
} InterfaceSwitch;

typedef enum {
    INTERFACE_BOND_MODE_ABSENT,
    INTERFACE_BOND_BALANCE_RR, /* the kernel's mode 0; the others follow in its order */
    INTERFACE_BOND_ACTIVE_BACKUP,
    INTERFACE_BOND_BALANCE_XOR,
    INTERFACE_BOND_BROADCAST,
    INTERFACE_BOND_8023AD,
    INTERFACE_BOND_BALANCE_TLB,
    INTERFACE_BOND_BALANCE_ALB,
    INTERFACE_BOND_MODE_LAST
} InterfaceBondMode;
ENUM_DECL(interface_bond_mode, InterfaceBondMode);

typedef enum {
    INTERFACE_MONITOR_NONE,
    INTERFACE_MONITOR_MII,
    INTERFACE_MONITOR_ARP,
    INTERFACE_MONITOR_LAST
} InterfaceMonitor;

typedef enum {
    INTERFACE_CARRIER_ABSENT,
    INTERFACE_CARRIER_IOCTL, /* use_carrier 0 */
    INTERFACE_CARRIER_NETIF, /* use_carrier 1 */
    INTERFACE_CARRIER_LAST
} InterfaceCarrier;
ENUM_DECL(interface_carrier, InterfaceCarrier);

typedef enum {
    INTERFACE_VALIDATE_ABSENT,
    INTERFACE_VALIDATE_NONE, /* the kernel's 0; the others follow in its order */
    INTERFACE_VALIDATE_ACTIVE,
    INTERFACE_VALIDATE_BACKUP,
    INTERFACE_VALIDATE_ALL,
    INTERFACE_VALIDATE_LAST
} InterfaceValidate;
ENUM_DECL(interface_validate, InterfaceValidate);

typedef struct {
    Address address;
    int prefix; /* -1: not said */
} InterfaceIp;

typedef struct {
    gboolean is_there; /* FALSE: nothing is said about the family */
    gboolean autoconf; /* IPv6 only: SLAAC */
    gboolean dhcp;
    InterfaceSwitch peerdns; /* of dhcp */
    GArray *ips;             /* InterfaceIp */
    gboolean has_gateway;
    Address gateway; /* the default route's */
} InterfaceProtocol;

typedef struct {
    InterfaceBondMode mode;
    InterfaceMonitor monitor;
    guint miimon_freq;         /* ms */
    gint64 downdelay, updelay; /* ms; -1: not said */
    InterfaceCarrier carrier;
    guint arp_interval; /* ms */
    Address arp_target; /* IPv4 */
    InterfaceValidate arp_validate;
} InterfaceBond;

#define INTERFACE_NAME_MAX 15 /* bytes: the kernel's IFNAMSIZ without the NUL */
/* Counts that one interface may have: bounds for what comes from outside, far above real ones. */
#define INTERFACE_IPS_MAX   256
#define INTERFACE_PORTS_MAX 1024
#define INTERFACE_DELAY_MAX 16 /* bytes of the number */

typedef struct {
    InterfaceType type;
    char *name; /* never NULL: of a vlan without one PARENT.TAG */
    InterfaceStart start;
    InterfaceLinkState link_state;
    guint link_speed; /* Mbit/s; 0: not said */
    gboolean has_mac; /* ethernet only */
    guint8 mac[MAC_SIZE];
    guint mtu; /* 0: not said */
    InterfaceProtocol ipv4, ipv6;
    gboolean ipv6_first; /* the order in which the two stand; no meaning beyond that */

    InterfaceSwitch stp; /* bridge */
    char *delay;        /* bridge: forward delay in seconds, a decimal number as written; or NULL */
    InterfaceBond bond; /* bond */
    guint vlan_tag;     /* vlan: 1-4094 */
    char *vlan_parent;  /* vlan */
    GPtrArray *ports;   /* InterfaceDef*: of a bridge and of a bond (the first is the primary) */
    int line;           /* in the XML; 0 when made otherwise */
} InterfaceDef;

/* An interface without anything but these; ports and addresses are empty lists. */
InterfaceDef *interface_def_new(InterfaceType type, const char *name);
void interface_def_free(InterfaceDef *def);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InterfaceDef, interface_def_free)
InterfaceDef *interface_def_copy(const InterfaceDef *def);

/**
 * interface_def_parse:
 * @text: (array length=size): the XML; elements in any order
 * @source: name for messages
 * @strict: TRUE (--validate): unknown elements and attributes are an error (LODGE_ERROR_SCHEMA);
 *   FALSE: they go to @ret_warnings. Known elements in a place where they mean nothing are an error always.
 * @ret_warnings: (out) (optional) (transfer full) (element-type utf8): may be NULL
 *
 * Returns: (transfer full): or NULL with @error "FILE:LINE: ..."
 */
InterfaceDef *interface_def_parse(const char *text, gsize size, const char *source, gboolean strict,
                                  GPtrArray **ret_warnings, GError **error);

/* Canonical order: start, link, mac, mtu, protocols, then the kind's own part. (transfer full) */
char *interface_def_format(const InterfaceDef *def);

void interface_protocol_add(InterfaceProtocol *protocol, const Address *address, int prefix);

/* @def's port or slave of this name, at any depth; NULL when there is none. */
const InterfaceDef *interface_def_find(const InterfaceDef *def, const char *name);

/**
 * interface_def_differences:
 * What the XML says and what a format kept of it.
 *
 * Returns: (transfer full) (element-type utf8): one line for each difference, "mtu: 9000, now not said";
 *   empty when both say the same. Link state, lines and the order of the two protocols do not count, an
 *   absent start is none, an absent prefix of IPv6 is 128, and "2" and "2.00" are one delay. The order of
 *   ports does not count, but for the first slave of an active-backup bond.
 */
GPtrArray *interface_def_differences(const InterfaceDef *before, const InterfaceDef *after);

/* The same for a part: addresses of one family (without peerdns), a delay (nullable). */
gboolean interface_protocol_equal(const InterfaceProtocol *a, const InterfaceProtocol *b);
gboolean interface_delay_equal(const char *a, const char *b);

/* The rule for names of devices: 1-15 of letters, digits, '_', '-', '.' and ':'; not "." or "..". */
gboolean interface_name_check(const char *name, GError **error);
