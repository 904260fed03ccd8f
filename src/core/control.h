/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/control.h - talk to a supervisor (supervisor/control.h has the words). */
#pragma once

#include <glib.h>

/**
 * control_request:
 * @live_dir: absolute path of the live directory, however long
 * @words: (array zero-terminated): the request
 * @timeout_ms: for the answer; -1 waits for ever (wait)
 * @ret_words: (out) (optional) (transfer full): what stands behind "ok"; g_strfreev()
 * @ret_fd: (out) (optional): the descriptor that came along, CLOEXEC, or -1
 * @error: LODGE_ERROR_STATE "the guest is not running" when nobody answers; what the supervisor said
 *   with its own code and text; LODGE_ERROR_TIMEOUT
 *
 * One connection, "hello", one request.
 */
gboolean control_request(const char *live_dir, const char *const *words, int timeout_ms,
                         char ***ret_words, int *ret_fd, GError **error);

/* The same with @send_fd (borrowed; -1: none) along. */
gboolean control_request_fd(const char *live_dir, const char *const *words, int send_fd,
                            int timeout_ms, char ***ret_words, int *ret_fd, GError **error);

/* Sends a request as control_request_fd() does. Returns: a descriptor for control_receive(), or -1 */
int control_ask(const char *live_dir, const char *const *words, int send_fd, GError **error);

/**
 * control_open:
 * Connects and says hello. Returns: a descriptor, to send more than one request; or -1
 */
int control_open(const char *live_dir, GError **error);
gboolean control_send(int fd, const char *const *words, GError **error);
gboolean control_send_fd(int fd, const char *const *words, int send_fd, GError **error);
gboolean control_receive(int fd, int timeout_ms, char ***ret_words, int *ret_fd, GError **error);
