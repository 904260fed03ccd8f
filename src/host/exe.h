/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/exe.h - keep this program's file out of the reach of guests.
 *
 * A process that enters a guest and then execs a program of the guest's choosing can be made to exec
 * /proc/self/exe, which is this program's file on the host; a guest's root could then open it for
 * writing (CVE-2019-5736). A program that runs from a read-only mount of its own file cannot be written
 * to by that way, and nothing has to be copied.
 *
 * Used by: supervisor/enter.
 */
#pragma once

/**
 * exe_seal:
 * @argv: of main; the program is exec'd anew with it, from a private, detached, read-only mount
 *
 * Returns: when the program already runs from a read-only mount, or when the kernel or the caller's
 *   rights do not allow it; not at all otherwise
 */
void exe_seal(char **argv);
