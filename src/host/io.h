/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/io.h - small file operations for the libc-only rooms: whole reads, whole writes.
 *
 * All return -1 with errno set; callers put it into words.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Closes when it is a descriptor and makes it -1; keeps errno. */
void io_close(int *fd);

/* All of @size bytes, or -1. */
int io_write_all(int fd, const void *data, size_t size);

/* Writes @text with one write(2) into an existing file (control files want one write). */
int io_write_file(int dir_fd, const char *path, const char *text);

/**
 * io_read_file:
 * Reads at most @size - 1 bytes and ends them with NUL.
 * Returns: the number of bytes; EFBIG when the file is longer
 */
ssize_t io_read_file(int dir_fd, const char *path, char *buf, size_t size);

/**
 * io_slurp:
 * @ret_text: (out) (transfer full): NUL-terminated; free()
 * @max: EFBIG when longer
 * Works for files of /proc, whose size is unknown.
 */
ssize_t io_slurp(int dir_fd, const char *path, size_t max, char **ret_text);

/**
 * io_replace:
 * Writes a temporary file beside @name in @dir_fd and renames it into place; mode 0600.
 * Not synced: for live state, which a power cut ends anyway.
 */
int io_replace(int dir_fd, const char *name, const void *data, size_t size);

/* Decimal, all of @text, at most @max; -1 with EINVAL or ERANGE. */
int io_parse_u64(const char *text, uint64_t max, uint64_t *ret);

/* A directory and all of its missing parents, mode 0755. */
int io_mkdir_parents(const char *path);

/* snprintf that says when it did not fit: -1 with ENAMETOOLONG. */
int io_format(char *buf, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
