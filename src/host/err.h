/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/err.h - the error of the rooms that link libc only: errno, code word, one line of text.
 *
 * Words are those of util/error's error_code_word(), so that the GLib side turns an Err into a
 * GError without a table of its own: "internal" "config" "argument" "not-found" "exists" "state"
 * "busy" "denied" "unsupported" "limit" "timeout" "io" "peer".
 *
 * Used by: host (all), supervisor (all), container and vnet (host calls).
 */
#pragma once

#define ERR_TEXT_MAX 1024

typedef struct {
    int saved_errno; /* 0 when the cause was no system call */
    char word[24];   /* "" when there is no error */
    char text[ERR_TEXT_MAX];
} Err;

/**
 * err_clear:
 * @err: (nullable): becomes "no error"
 */
void err_clear(Err *err);

/**
 * err_set:
 * @err: (nullable): where to put it
 * @word: code word, see above
 * @format: one line: what could not be done, to what, why, what to do
 *
 * Returns: -1, always, so that callers can return it
 */
int err_set(Err *err, const char *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * err_set_errno:
 * @err: (nullable): where to put it
 * @saved_errno: EACCES, EPERM, EROFS become "denied", ENOENT "not-found", EEXIST "exists",
 *   EBUSY "busy", ETIMEDOUT "timeout", ENOSYS and EOPNOTSUPP "unsupported", the rest "io"
 * @format: what could not be done, to what; ": STRERROR" is appended
 *
 * Returns: -1, always
 */
int err_set_errno(Err *err, int saved_errno, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * err_hint:
 * @err: (nullable): an error that is set
 * @format: what the user can do; "; HINT" is appended to the text
 *
 * Returns: -1, always
 */
int err_hint(Err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * err_prefix:
 * @err: (nullable): an error that is set
 * @format: what the caller was doing; "PREFIX: " is put before the text
 *
 * Returns: -1, always
 */
int err_prefix(Err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
