/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* keycode/set.h - the ten sets of key codes, by libvirt's numbers and names.
 *
 * A set is an int, as it comes through virDomainSendKey().
 */
#pragma once

#include <glib.h>

#define KEYCODE_SET_LINUX  0 /* KEY_ of the kernel's input-event-codes.h */
#define KEYCODE_SET_XT     1 /* the codes of AT set 1; 0xe0xx after an e0 prefix */
#define KEYCODE_SET_ATSET1 2
#define KEYCODE_SET_ATSET2 3
#define KEYCODE_SET_ATSET3 4
#define KEYCODE_SET_OSX    5 /* macOS virtual key codes */
#define KEYCODE_SET_XT_KBD 6 /* what the kernel's raw mode gives; 0x1xx after an e0 prefix */
#define KEYCODE_SET_USB    7 /* usages of the HID keyboard page */
#define KEYCODE_SET_WIN32  8 /* VK_ of winuser.h */
#define KEYCODE_SET_RFB    9 /* QNUM of QEMU and of RFB's extended key event; e0 is bit 7 */
#define KEYCODE_SET_LAST   10

/**
 * keycode_set_from_name:
 * @name: "linux", "xt", "atset1", "atset2", "atset3", "os_x", "xt_kbd", "usb", "win32", "rfb", or its
 *   other name "qnum"
 * @error: (nullable): LODGE_ERROR_ARGUMENT, naming them all
 *
 * Returns: the set, or -1
 */
int keycode_set_from_name(const char *name, GError **error);

/* "linux" ... "rfb"; NULL when there is no such set. */
const char *keycode_set_to_name(int set);

/* Whether keys have names in @set: linux, os_x and win32. */
gboolean keycode_set_has_names(int set);
