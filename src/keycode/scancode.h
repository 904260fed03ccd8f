/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* keycode/scancode.h - the bytes of a key on an XT keyboard port, as VirtualBox takes them.
 *
 * Make and break of AT set 1 after the controller's translation: e0 before keys that the first PC did not
 * have, bit 7 for a release. Four keys do not follow the rule:
 *   Pause         e1 1d 45 e1 9d c5 when pressed, nothing when released; with Ctrl it is Break: e0 46 e0 c6
 *   Print Screen  e0 2a e0 37, e0 b7 e0 aa; with Alt it is SysRq: 54, d4
 *   Hangeul       f2 when pressed, nothing when released
 *   Hanja         f1 when pressed, nothing when released
 * Source: IBM's Technical Reference of the AT keyboard; the kernel's drivers/tty/vt/keyboard.c.
 */
#pragma once

#include <glib.h>

#define SCANCODE_MAX 6 /* bytes of one key */

/* Which modifiers are held: Pause and Print Screen depend on them. Start with zeros. */
typedef struct {
    guint n_ctrl, n_alt;
    gboolean is_break, is_sysrq; /* how Pause and Print Screen went down, so will they come up */
} ScancodeState;

/**
 * scancode_key:
 * @state: what is held; follows what is said here
 * @linux_code: KEY_ of the key
 * @is_down: pressed or released
 * @ret_bytes: (out): at least %SCANCODE_MAX
 * @ret_n: (out): how many; 0 for a release that has no bytes
 * @error: LODGE_ERROR_ARGUMENT: no key, or a key that XT keyboards do not have
 */
gboolean scancode_key(ScancodeState *state, guint linux_code, gboolean is_down, guint8 *ret_bytes,
                      gsize *ret_n, GError **error);

/**
 * scancode_chord:
 * @linux_codes: (array length=n_codes): pressed in this order, released in the opposite one
 * @error: as of scancode_key(); then no bytes
 *
 * Returns: (transfer full): all bytes; NULL on failure
 */
GByteArray *scancode_chord(const guint *linux_codes, gsize n_codes, GError **error);

/* "1d 38 e0 53": two digits a byte, as `VBoxManage controlvm GUEST keyboardputscancode` wants them. */
char *scancode_format(const guint8 *bytes, gsize n_bytes);
