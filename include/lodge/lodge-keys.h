/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge/lodge-keys.h - key codes, and keys sent to a guest one after another.
 *
 * A set of key codes is a value of enum virKeycodeSet (or VIR_KEYCODE_SET_QNUM). Errors are reported as
 * libvirt's are; those of unknown names and codes name the set and what is near.
 */
#ifndef LODGE_LODGE_KEYS_H
#define LODGE_LODGE_KEYS_H

#include <lodge/libvirt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "linux" "xt" "atset1" "atset2" "atset3" "os_x" "xt_kbd" "usb" "win32" "rfb" ("qnum"). -1 on error. */
int lodge_keycode_set(const char *name);
/* The name of a set; static. NULL on error. */
const char *lodge_keycode_set_name(int set);

/**
 * lodge_keycode_parse:
 * @word: a name of @set ("KEY_A", "VK_RETURN", "ANSI_Q"), or a number: decimal, or 0x and hexadecimal
 * @code: (out): its code in @set
 *
 * Returns: 0, or -1: no such set, name or code; names in another set than linux, win32 and os_x
 */
int lodge_keycode_parse(int set, const char *word, unsigned int *code);

/* The name of @code in @set; static; NULL, without an error, when it has none. */
const char *lodge_keycode_name(int set, unsigned int code);

/* *ret: the code in set @to of the key that is @code in set @from. 0, or -1 when there is none. */
int lodge_keycode_translate(unsigned int code, int from, int to, unsigned int *ret);

/* *codes: malloced, ascending: every code of @set. Returns how many, or -1. */
int lodge_keycode_list(int set, unsigned int **codes);

/**
 * lodge_keycode_scancodes:
 * @linux_codes: (array length=n_codes): keys of a chord
 *
 * Returns: (transfer full): the bytes of the chord on an XT keyboard port, pressed and released, as
 *   `VBoxManage controlvm GUEST keyboardputscancode` takes them: "1d 38 e0 53 ..."; end it with free().
 *   NULL on error: a key that such a keyboard has not
 */
char *lodge_keycode_scancodes(const unsigned int *linux_codes, int n_codes);

/**
 * lodge_domain_send_keys:
 * @script: lines, executed in order: "down CODE", "up CODE" (Linux codes; a further word, the
 *   key's name, is not looked at), "wait MS" (at most 60000), "keep": what is down by now stays down when
 *   the script ends. Empty lines are skipped. At most 1,000,000 lines
 * @flags: no flag is known; pass 0
 *
 * Returns: 0 when the last line is done and every key is up that was not kept; -1 on error: then no key
 *   of the script is down. When the caller dies meanwhile its keys are released. No log and no
 *   journal ever holds a key.
 */
int lodge_domain_send_keys(virDomainPtr dom, const char *script, unsigned int flags);

#ifdef __cplusplus
}
#endif

#endif
