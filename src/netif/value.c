/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/value.h"

#include <string.h>

#include "util/units.h"

gboolean
value_bool(const char *text, gboolean *ret_value)
{
    static const char *const words[] = {"yes", "true",  "on",  "1", "y", "t",
                                        "no",  "false", "off", "0", "n", "f"};

    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strcasecmp(text, words[i]) == 0) {
            *ret_value = i < G_N_ELEMENTS(words) / 2;
            return TRUE;
        }
    return FALSE;
}

gboolean
value_uint(const char *text, guint max, guint *ret_value)
{
    guint64 value;

    if (!units_parse_uint(text, 0, max, &value, NULL))
        return FALSE;
    *ret_value = (guint)value;
    return TRUE;
}

gboolean
value_ip(const char *text, Address *ret_address, int *ret_prefix)
{
    const char *slash = strchr(text, '/');
    g_autofree char *alone =
        slash != NULL ? g_strndup(text, (gsize)(slash - text)) : g_strdup(text);
    guint prefix;

    if (!address_parse(g_strstrip(alone), ret_address))
        return FALSE;
    *ret_prefix = -1;
    if (slash == NULL)
        return TRUE;
    if (!value_uint(slash + 1, (guint)address_bits(ret_address), &prefix))
        return FALSE;
    *ret_prefix = (int)prefix;
    return TRUE;
}

gboolean
value_time(const char *text, guint64 unit_us, guint64 *ret_us)
{
    static const struct {
        const char *word;
        guint64 us;
    } units[] = {{"us", 1},       {"usec", 1},       {"ms", 1000},        {"msec", 1000},
                 {"s", 1000000},  {"sec", 1000000},  {"second", 1000000}, {"seconds", 1000000},
                 {"m", 60000000}, {"min", 60000000}, {"minute", 60000000}};
    gsize whole = strspn(text, G_CSET_DIGITS);
    gsize part = text[whole] == '.' ? strspn(text + whole + 1, G_CSET_DIGITS) : 0;
    const char *unit = text + whole + (part > 0 ? part + 1 : 0);
    double number;

    if (whole == 0 || whole > 9)
        return FALSE;
    unit += strspn(unit, " ");
    for (gsize i = 0; *unit != '\0' && i <= G_N_ELEMENTS(units); i++) {
        if (i == G_N_ELEMENTS(units))
            return FALSE;
        if (strcmp(unit, units[i].word) == 0) {
            unit_us = units[i].us;
            break;
        }
    }
    number = g_ascii_strtod(text, NULL) * (double)unit_us;
    if (number > 4e15)
        return FALSE;
    *ret_us = (guint64)(number + 0.5);
    return TRUE;
}

char *
value_seconds(guint64 us)
{
    char text[32];
    gsize length;

    g_snprintf(text, sizeof text, "%" G_GUINT64_FORMAT ".%06u", us / 1000000,
               (guint)(us % 1000000));
    length = strlen(text);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    return g_strndup(text, length);
}

guint64
value_delay_us(const char *delay)
{
    guint64 us = 0;

    (void)value_time(delay, 1000000, &us); /* a number too large for a time is none */
    return us;
}

int
value_prefix(const InterfaceIp *ip)
{
    if (ip->prefix >= 0)
        return ip->prefix;
    return ip->address.is_v6 ? 128 : address_default_prefix(&ip->address);
}

gboolean
value_is_off_link(const InterfaceProtocol *protocol)
{
    const guint8 *bytes = protocol->gateway.bytes;

    if (!protocol->has_gateway || protocol->ips->len == 0)
        return FALSE;
    if (protocol->gateway.is_v6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)
        return FALSE; /* link-local */
    for (guint i = 0; i < protocol->ips->len; i++) {
        const InterfaceIp *ip = &g_array_index(protocol->ips, InterfaceIp, i);
        Address network = address_network(&ip->address, value_prefix(ip));

        if (address_in(&protocol->gateway, &network, value_prefix(ip)))
            return FALSE;
    }
    return TRUE;
}

gboolean
value_set_gateway(InterfaceDef *def, const Address *gateway)
{
    InterfaceProtocol *protocol = gateway->is_v6 ? &def->ipv6 : &def->ipv4;

    if (protocol->has_gateway)
        return FALSE;
    protocol->is_there = protocol->has_gateway = TRUE;
    protocol->gateway = *gateway;
    return TRUE;
}

gboolean
value_mac(const char *text, guint8 *ret_mac)
{
    g_autofree char *colons = g_strdelimit(g_strdup(text), "-", ':');

    return mac_parse(colons, ret_mac);
}

gboolean
value_bond_mode(const char *text, InterfaceBondMode *ret_mode)
{
    guint number;

    if (value_uint(text, INTERFACE_BOND_MODE_LAST - 2, &number)) {
        *ret_mode = INTERFACE_BOND_BALANCE_RR + number;
        return TRUE;
    }
    return *text != '\0' && interface_bond_mode_from_string(text, ret_mode);
}

gboolean
value_arp_validate(const char *text, InterfaceValidate *ret_validate)
{
    guint number;

    if (value_uint(text, INTERFACE_VALIDATE_LAST - 2, &number)) {
        *ret_validate = INTERFACE_VALIDATE_NONE + number;
        return TRUE;
    }
    return *text != '\0' && interface_validate_from_string(text, ret_validate);
}
