/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/mac.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

void
mac_random(guint8 *ret_mac)
{
    static const guint8 prefix[] = {0x52, 0x54,
                                    0x00}; /* locally administered; what QEMU's users know */

    memcpy(ret_mac, prefix, sizeof(prefix));
    while (getrandom(ret_mac + 3, 3, 0) != 3)
        if (errno != EINTR)
            g_error("cannot get random bytes: %s", g_strerror(errno));
}

gboolean
mac_parse(const char *text, guint8 *ret_mac)
{
    guint8 mac[MAC_SIZE];

    for (int i = 0; i < MAC_SIZE; i++) {
        if (!g_ascii_isxdigit(*text))
            return FALSE;
        mac[i] = (guint8)g_ascii_xdigit_value(*text++);
        if (g_ascii_isxdigit(*text))
            mac[i] = (guint8)(mac[i] << 4 | g_ascii_xdigit_value(*text++));
        if (*text != (i < MAC_SIZE - 1 ? ':' : '\0'))
            return FALSE;
        text++;
    }
    memcpy(ret_mac, mac, MAC_SIZE);
    return TRUE;
}

const char *
mac_format(const guint8 *mac, char *ret_text)
{
    g_snprintf(ret_text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
               mac[3], mac[4], mac[5]);
    return ret_text;
}

gboolean
mac_is_multicast(const guint8 *mac)
{
    return (mac[0] & 1) != 0;
}
