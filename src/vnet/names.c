/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/names.h"

#include <string.h>

enum {
    IDENT_MAX = 100, /* a rule's comment must hold it */
    HASH_DIGITS = 16,
};

char *
network_ident(const char *tag, const char *name)
{
    g_autoptr(GString) ident = g_string_new("lodge");

    if (*tag != '\0')
        g_string_append_printf(ident, "-%s", tag);
    g_string_append_c(ident, '_');
    for (const char *p = name; *p != '\0'; p++) {
        if (g_ascii_isalnum(*p) || *p == '-')
            g_string_append_c(ident, *p);
        else if (*p == '_')
            g_string_append(ident, "__");
        else
            g_string_append_printf(ident, "_x%02x", (guchar)*p);
    }
    if (ident->len > IDENT_MAX) {
        g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);

        g_string_truncate(ident, IDENT_MAX - HASH_DIGITS - 2);
        g_string_append_printf(ident, "_.%.*s", HASH_DIGITS, hash);
    }
    return g_string_free(g_steal_pointer(&ident), FALSE);
}

char *
network_bridge_name(const char *tag, guint number)
{
    if (*tag == '\0')
        return g_strdup_printf("virbr%u", number);
    return g_strdup_printf("virbr%s-%u", tag, number);
}
