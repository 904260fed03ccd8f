/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/value.h - the words that several formats write alike: switches, times, addresses with a prefix. */
#pragma once

#include "conf/netif/interface.h"

/* yes, true, on, 1, y, t and their opposites, in any case. */
gboolean value_bool(const char *text, gboolean *ret_value);

/* Decimal digits only. */
gboolean value_uint(const char *text, guint max, guint *ret_value);

/* "192.0.2.5/24"; without a prefix *@ret_prefix is -1. */
gboolean value_ip(const char *text, Address *ret_address, int *ret_prefix);

/* "100ms", "0.01", "2s", "1min"; a number alone is of @unit_us microseconds. */
gboolean value_time(const char *text, guint64 unit_us, guint64 *ret_us);

/* Seconds as the XML has them: "2", "0.01". (transfer full) */
char *value_seconds(guint64 us);

/* Of a bridge's delay. */
guint64 value_delay_us(const char *delay);

/* What is written where the XML says none: by class for IPv4, as ifupdown does, and 128 for IPv6. */
int value_prefix(const InterfaceIp *ip);

/* The gateway is in none of the networks of the addresses (and there are some). */
gboolean value_is_off_link(const InterfaceProtocol *protocol);

/* A second default gateway of a family is not for the XML: FALSE. */
gboolean value_set_gateway(InterfaceDef *def, const Address *gateway);

/* mac_parse(), where '-' may stand for ':'. */
gboolean value_mac(const char *text, guint8 *ret_mac);

/* Of a bond, by name or by the kernel's number. */
gboolean value_bond_mode(const char *text, InterfaceBondMode *ret_mode);
gboolean value_arp_validate(const char *text, InterfaceValidate *ret_validate);
