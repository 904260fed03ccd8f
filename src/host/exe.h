/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/exe.h - keep this program's file out of the reach of guests.
 *
 * A guest that makes us exec /proc/self/exe, or finds us in its /proc before we became its first
 * program, holds our program's file on the host; its root could then open it for writing
 * (CVE-2019-5736). A program that runs from a read-only mount of its own file cannot be written to by
 * that way, and nothing has to be copied.
 *
 * Used by: core/launch, supervisor/enter.
 */
#pragma once

/**
 * exe_open_sealed:
 * @path: a program
 *
 * Returns: a descriptor of @path on a private, detached, read-only mount, to be exec'd; -1 when the
 *   kernel or the caller's rights do not allow it. The mount goes with its last user; a descriptor
 *   that the launcher closes before the guest runs leaves the guest nothing that could be remounted.
 */
int exe_open_sealed(const char *path);

/**
 * exe_seal:
 * @argv: of main; the program is exec'd anew with it, by exe_open_sealed()
 *
 * Returns: when the program already runs from a read-only mount, or cannot; not at all otherwise
 */
void exe_seal(char **argv);
