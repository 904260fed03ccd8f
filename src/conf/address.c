/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/address.h"

#include <arpa/inet.h>
#include <string.h>

gboolean
address_parse(const char *text, Address *ret_address)
{
    Address address = {0};

    if (strchr(text, ':') != NULL)
        address.is_v6 = TRUE;
    if (inet_pton(address.is_v6 ? AF_INET6 : AF_INET, text, address.bytes) != 1)
        return FALSE;
    *ret_address = address;
    return TRUE;
}

const char *
address_format(const Address *address, char *ret_text)
{
    return inet_ntop(address->is_v6 ? AF_INET6 : AF_INET, address->bytes, ret_text,
                     ADDRESS_TEXT_SIZE);
}

int
address_bits(const Address *address)
{
    return address->is_v6 ? 128 : 32;
}

int
address_compare(const Address *a, const Address *b)
{
    if (a->is_v6 != b->is_v6)
        return a->is_v6 ? 1 : -1;
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

static Address
with_host_bits(const Address *address, int prefix, gboolean ones)
{
    Address result = *address;

    for (int bit = MAX(prefix, 0); bit < address_bits(address); bit++) {
        guint8 mask = (guint8)(0x80u >> (bit % 8));

        if (ones)
            result.bytes[bit / 8] |= mask;
        else
            result.bytes[bit / 8] &= (guint8)~mask;
    }
    return result;
}

Address
address_network(const Address *address, int prefix)
{
    return with_host_bits(address, prefix, FALSE);
}

Address
address_last(const Address *address, int prefix)
{
    return with_host_bits(address, prefix, TRUE);
}

gboolean
address_in(const Address *address, const Address *network, int prefix)
{
    Address a = address_network(address, prefix), b = address_network(network, prefix);

    return address_compare(&a, &b) == 0;
}

gboolean
address_is_usable(const Address *address)
{
    static const guint8 zero[16], loopback[16] = {[15] = 1};

    if (address->is_v6)
        return memcmp(address->bytes, zero, 16) != 0 && memcmp(address->bytes, loopback, 16) != 0 &&
               address->bytes[0] != 0xff;
    return address->bytes[0] != 0 && address->bytes[0] != 127 && address->bytes[0] < 224;
}

int
address_netmask_prefix(const Address *netmask)
{
    int prefix = 0;

    if (netmask->is_v6)
        return -1;
    while (prefix < 32 && (netmask->bytes[prefix / 8] & (0x80 >> (prefix % 8))) != 0)
        prefix++;
    for (int bit = prefix; bit < 32; bit++)
        if ((netmask->bytes[bit / 8] & (0x80 >> (bit % 8))) != 0)
            return -1;
    return prefix;
}

int
address_default_prefix(const Address *address)
{
    if (address->is_v6)
        return 64;
    return address->bytes[0] < 128 ? 8 : address->bytes[0] < 192 ? 16 : 24;
}
