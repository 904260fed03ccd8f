/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/machine-log.h - what QEMU and its helpers print: to the log, and the first lines as a reason.
 *
 * They write into a pipe that is always drained; a program that prints without end is slowed down by nobody
 * but the disk.
 *
 * Used by: supervisor (machine, helper).
 */
#pragma once

#include <stddef.h>

#include "supervisor/console-log.h"
#include "supervisor/watch.h"

#define MACHINE_LOG_WORDS 768

typedef struct {
    WatchSet *set; /* NULL before machine_log_watch() */
    Watch watch;
    int in_fd, out_fd; /* of the pipe; -1 */
    ConsoleLog file;
    char words[MACHINE_LOG_WORDS]; /* the first bytes, until they are no longer wanted */
    size_t n_words;
    bool is_up; /* they are not wanted any more */
} MachineLog;

void machine_log_init(MachineLog *log);
/* @path: (nullable): a log that cannot be opened is tried again at each write */
int machine_log_open(MachineLog *log, const char *path, uint64_t max_bytes, unsigned keep,
                     Err *err);
int machine_log_watch(MachineLog *log, WatchSet *set, Err *err);
/* Our copy of the end that programs write into. */
void machine_log_close_out(MachineLog *log);
/* What is in the pipe now. */
void machine_log_drain(MachineLog *log);
void machine_log_close(MachineLog *log);

/**
 * machine_log_words:
 * The first lines, at most three, joined by "; ", without the name of the program before each and without
 * what only warns.
 *
 * Returns: @out, "" when nothing was printed
 */
const char *machine_log_words(MachineLog *log, char *out, size_t size);
