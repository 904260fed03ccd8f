/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/ifcfg-priv.h"
#include "netif/value.h"

static const char *const known[] = {"mode",         "primary",       "miimon",
                                    "downdelay",    "updelay",       "use_carrier",
                                    "arp_interval", "arp_ip_target", "arp_validate"};

static gboolean
is_known(const char *option)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_str_has_prefix(option, known[i]) && option[strlen(known[i])] == '=')
            return TRUE;
    return FALSE;
}

static void add(GString *text, const char *key, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
add(GString *text, const char *key, const char *format, ...)
{
    va_list args;

    g_string_append_printf(text, "%s%s=", text->len > 0 ? " " : "", key);
    va_start(args, format);
    g_string_append_vprintf(text, format, args);
    va_end(args);
}

char *
ifcfg_bond_options(const InterfaceDef *def, const char *there)
{
    const InterfaceBond *bond = &def->bond;
    GString *text = g_string_new(NULL);
    g_auto(GStrv) words = g_strsplit_set(there != NULL ? there : "", " \t\n", -1);
    char address[ADDRESS_TEXT_SIZE];

    if (bond->mode != INTERFACE_BOND_MODE_ABSENT)
        add(text, "mode", "%s", interface_bond_mode_to_string(bond->mode));
    if (bond->mode == INTERFACE_BOND_ACTIVE_BACKUP && def->ports->len > 0)
        add(text, "primary", "%s", ((const InterfaceDef *)g_ptr_array_index(def->ports, 0))->name);
    if (bond->monitor == INTERFACE_MONITOR_MII) {
        add(text, "miimon", "%u", bond->miimon_freq);
        if (bond->downdelay >= 0)
            add(text, "downdelay", "%" G_GINT64_FORMAT, bond->downdelay);
        if (bond->updelay >= 0)
            add(text, "updelay", "%" G_GINT64_FORMAT, bond->updelay);
        if (bond->carrier != INTERFACE_CARRIER_ABSENT)
            add(text, "use_carrier", "%d", bond->carrier == INTERFACE_CARRIER_NETIF);
    } else if (bond->monitor == INTERFACE_MONITOR_ARP) {
        add(text, "arp_interval", "%u", bond->arp_interval);
        add(text, "arp_ip_target", "%s", address_format(&bond->arp_target, address));
        if (bond->arp_validate != INTERFACE_VALIDATE_ABSENT)
            add(text, "arp_validate", "%s", interface_validate_to_string(bond->arp_validate));
    }
    for (char **word = words; *word != NULL; word++)
        if (**word != '\0' && strchr(*word, '\'') == NULL && !is_known(*word))
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", *word);
    return g_string_free(text, FALSE);
}

/* FALSE: the option is there, and its value is none that the XML has a word for. */
static gboolean
read_option(InterfaceBond *bond, const char *key, const char *value, char **ret_primary)
{
    guint number = 0;
    gboolean is_number = value_uint(value, G_MAXINT32, &number);

    if (strcmp(key, "mode") == 0)
        return value_bond_mode(value, &bond->mode);
    if (strcmp(key, "primary") == 0) {
        g_free(*ret_primary);
        *ret_primary = g_strdup(value);
    } else if (strcmp(key, "arp_ip_target") == 0) {
        gboolean is_one = address_parse(value, &bond->arp_target) && !bond->arp_target.is_v6;

        if (is_one && bond->monitor == INTERFACE_MONITOR_NONE)
            bond->monitor = INTERFACE_MONITOR_ARP;
        return is_one;
    } else if (strcmp(key, "arp_validate") == 0) {
        return value_arp_validate(value, &bond->arp_validate);
    } else if (!is_number) {
        return FALSE;
    } else if (strcmp(key, "miimon") == 0) {
        bond->monitor = INTERFACE_MONITOR_MII;
        bond->miimon_freq = number;
    } else if (strcmp(key, "downdelay") == 0) {
        bond->downdelay = number;
    } else if (strcmp(key, "updelay") == 0) {
        bond->updelay = number;
    } else if (strcmp(key, "use_carrier") == 0) {
        bond->carrier = number != 0 ? INTERFACE_CARRIER_NETIF : INTERFACE_CARRIER_IOCTL;
    } else if (strcmp(key, "arp_interval") == 0) {
        bond->arp_interval = number;
    }
    return TRUE;
}

char *
ifcfg_bond_read(InterfaceBond *bond, const char *text, char **ret_primary)
{
    GString *rest = g_string_new(NULL);
    g_auto(GStrv) words = g_strsplit_set(text, " \t\n", -1);

    for (char **word = words; *word != NULL; word++) {
        char *equals = strchr(*word, '=');
        gboolean is_read = FALSE;

        if (**word == '\0')
            continue;
        if (equals != NULL && is_known(*word)) {
            g_autofree char *key = g_strndup(*word, (gsize)(equals - *word));

            is_read = read_option(bond, key, equals + 1, ret_primary);
        }
        if (!is_read)
            g_string_append_printf(rest, "%s%s", rest->len > 0 ? " " : "", *word);
    }
    if (bond->monitor != INTERFACE_MONITOR_MII) {
        bond->updelay = bond->downdelay = -1;
        bond->carrier = INTERFACE_CARRIER_ABSENT;
    }
    if (bond->monitor != INTERFACE_MONITOR_ARP)
        bond->arp_validate = INTERFACE_VALIDATE_ABSENT;
    return g_string_free(rest, FALSE);
}
