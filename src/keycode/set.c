/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keycode/set.h"

#include "util/enum.h"
#include "util/error.h"

static const char *const set_names[KEYCODE_SET_LAST] = {
    [KEYCODE_SET_LINUX] = "linux",   [KEYCODE_SET_XT] = "xt",
    [KEYCODE_SET_ATSET1] = "atset1", [KEYCODE_SET_ATSET2] = "atset2",
    [KEYCODE_SET_ATSET3] = "atset3", [KEYCODE_SET_OSX] = "os_x",
    [KEYCODE_SET_XT_KBD] = "xt_kbd", [KEYCODE_SET_USB] = "usb",
    [KEYCODE_SET_WIN32] = "win32",   [KEYCODE_SET_RFB] = "rfb",
};

int
keycode_set_from_name(const char *name, GError **error)
{
    int set = enum_lookup(set_names, KEYCODE_SET_LAST, name);

    if (set < 0 && g_strcmp0(name, "qnum") == 0)
        return KEYCODE_SET_RFB;
    if (set < 0)
        error_set(error, LODGE_ERROR_ARGUMENT,
                  "unknown codeset '%s'; use linux, xt, atset1, atset2, atset3, os_x, xt_kbd, usb, "
                  "win32, or rfb (also called qnum)",
                  name != NULL ? name : "");
    return set;
}

const char *
keycode_set_to_name(int set)
{
    return set >= 0 && set < KEYCODE_SET_LAST ? set_names[set] : NULL;
}

gboolean
keycode_set_has_names(int set)
{
    return set == KEYCODE_SET_LINUX || set == KEYCODE_SET_OSX || set == KEYCODE_SET_WIN32;
}
