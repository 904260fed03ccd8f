/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/fault.h - make the Nth system call of a start fail; only in lodge-supervisor-fault, the
 * program of the fault suite, which is built from the same sources with -DLODGE_FAULT.
 *
 * The calls are wrapped by the linker (tests/fault/supervisor-fault.c), so that nothing here knows of it.
 */
#pragma once

#include "host/err.h"

#ifdef LODGE_FAULT
/**
 * fault_arm:
 * @number: the call that fails, decimal, counted from 1; children share the count. With a leading 0 it
 *   does not fail, but waits: that is when the test kills
 * @file: mapped: count, hold, the call's name once it has come to it
 */
int fault_arm(const char *number, const char *file, Err *err);
/* The start is over: nothing fails any more. */
void fault_disarm(void);
/* Two processes at work at once would make the count differ from run to run. */
int fault_is_armed(void);
#else
#define fault_disarm()   ((void)0)
#define fault_is_armed() 0
#endif
