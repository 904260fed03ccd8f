/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/address.h - IPv4 and IPv6 addresses as text and as bytes, with the little arithmetic XML needs.
 *
 * Used by: conf/domain, conf/vnet.
 */
#pragma once

#include <glib.h>

#define ADDRESS_TEXT_SIZE 46

typedef struct {
    gboolean is_v6;
    guint8 bytes[16]; /* 4 or 16 in use, network order */
} Address;

/* No names, no ports, no zones, no short IPv4 forms. */
gboolean address_parse(const char *text, Address *ret_address);

/* Canonical text into @ret_text of ADDRESS_TEXT_SIZE; returns it. */
const char *address_format(const Address *address, char *ret_text);

/* 32 or 128. */
int address_bits(const Address *address);

/* <0, 0, >0; IPv4 sorts before IPv6. */
int address_compare(const Address *a, const Address *b);

/* @address with all bits behind @prefix 0 (or 1). */
Address address_network(const Address *address, int prefix);
Address address_last(const Address *address, int prefix);
gboolean address_in(const Address *address, const Address *network, int prefix);

/* Neither unspecified, loopback, multicast nor (IPv4) broadcast: what an interface may carry. */
gboolean address_is_usable(const Address *address);

/* A contiguous IPv4 netmask -> prefix, -1 when it is none. */
int address_netmask_prefix(const Address *netmask);

/* Of IPv4, by class: 8, 16 or 24; of IPv6 64: what libvirt takes when no prefix is given. */
int address_default_prefix(const Address *address);
