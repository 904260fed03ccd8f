/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/uuid.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

void
uuid_random(guint8 *ret_uuid)
{
    /* 16 bytes come whole, or not at all while the pool is cold and a signal comes. */
    while (getrandom(ret_uuid, UUID_SIZE, 0) != UUID_SIZE)
        if (errno != EINTR)
            g_error("cannot get random bytes: %s", g_strerror(errno));
    ret_uuid[6] = (ret_uuid[6] & 0x0f) | 0x40;
    ret_uuid[8] = (ret_uuid[8] & 0x3f) | 0x80;
}

gboolean
uuid_parse(const char *text, guint8 *ret_uuid)
{
    guint8 uuid[UUID_SIZE];
    int n = 0;

    while (g_ascii_isspace(*text))
        text++;
    for (; *text != '\0' && !g_ascii_isspace(*text); text++) {
        if (*text == '-')
            continue;
        if (n == UUID_SIZE || !g_ascii_isxdigit(text[0]) || !g_ascii_isxdigit(text[1]))
            return FALSE;
        uuid[n++] = (guint8)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
        text++;
    }
    while (g_ascii_isspace(*text))
        text++;
    if (n != UUID_SIZE || *text != '\0')
        return FALSE;
    memcpy(ret_uuid, uuid, UUID_SIZE);
    return TRUE;
}

const char *
uuid_format(const guint8 *uuid, char *ret_text)
{
    static const char hex[] = "0123456789abcdef";
    char *at = ret_text;

    for (int i = 0; i < UUID_SIZE; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = hex[uuid[i] >> 4];
        *at++ = hex[uuid[i] & 0xf];
    }
    *at = '\0';
    return ret_text;
}
