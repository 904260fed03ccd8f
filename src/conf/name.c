/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/name.h"

#include <string.h>

#include "util/error.h"

static const char *
fault(const char *name)
{
    gsize length = strnlen(name, NAME_BYTES_MAX + 1);

    if (length == 0)
        return "is empty; give it at least one character";
    if (length > NAME_BYTES_MAX)
        return "is longer than 200 bytes; choose a shorter one";
    if (!g_utf8_validate(name, (gssize)length, NULL))
        return "is not UTF-8; write it in UTF-8";
    if (strchr(name, '/') != NULL)
        return "holds a '/'; a name becomes a file, use '-' instead";
    if (name[0] == '.')
        return "begins with '.'; put a letter or digit first";
    if (name[0] == '-')
        return "begins with '-', so commands would take it for an option; put another character "
               "first";
    for (const char *at = name; *at != '\0'; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return "holds a control character (a line feed or tab, perhaps); remove it";
    if (name[0] == ' ' || name[length - 1] == ' ')
        return "begins or ends with a blank; remove it";
    return NULL;
}

gboolean
name_check(const char *kind, const char *name, GError **error)
{
    const char *why;
    g_autofree char *shown = NULL, *clean = NULL;

    if (name == NULL)
        name = "";
    why = fault(name);
    if (why == NULL)
        return TRUE;
    shown = g_strndup(name, 40);
    clean = g_utf8_make_valid(shown, -1);
    for (char *at = clean; *at != '\0'; at = g_utf8_next_char(at))
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            memset(at, '?', (gsize)(g_utf8_next_char(at) - at));
    return error_set(error, LODGE_ERROR_CONFIG, "the %s name '%s%s' %s", kind, clean,
                     strnlen(name, 41) > 40 ? "..." : "", why);
}
