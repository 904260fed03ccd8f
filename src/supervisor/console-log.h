/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/console-log.h - a console's output in a file that is rotated by size and outlives the guest.
 *
 * FILE is the newest, FILE.1 the one before, up to FILE.KEEP. A disk that is full or gone never stops
 * the guest: what could not be written is counted, and the count is written once the disk takes it.
 *
 * Used by: supervisor/console.
 */
#pragma once

#include <stdint.h>
#include <sys/uio.h>

#include "host/err.h"

#define CONSOLE_LOG_PATH_MAX 4096

typedef struct {
    int fd; /* -1: no log */
    uint64_t size, max_bytes;
    unsigned keep;
    int64_t retry_ms; /* not opened again before; 0: at once */
    uint64_t lost;    /* bytes that could not be written since the last success */
    char path[CONSOLE_LOG_PATH_MAX];
} ConsoleLog;

/**
 * console_log_open:
 * @path: of the newest file; its folder is made when it is missing. Appended to when there is one already; never through a
 *   symbolic link
 * @max_bytes: size at which it is rotated; at least 4096
 * @keep: how many old files stay; 0: the file starts anew
 */
int console_log_open(ConsoleLog *log, const char *path, uint64_t max_bytes, unsigned keep,
                     Err *err);
void console_log_close(ConsoleLog *log);

/* Appends the parts. Nothing for a log that is not open. Blocking: as writes to a local disk are. */
void console_log_write(ConsoleLog *log, const struct iovec *parts, int n_parts);
