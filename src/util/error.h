/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/error.h - the one error domain that leaves a room, and its mapping outwards.
 *
 * Used by: every room that links GLib.
 * Knows nothing of: libvirt's header (it carries the numbers, see error.c).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LODGE_ERROR (lodge_error_quark())
GQuark lodge_error_quark(void);

typedef enum {
    LODGE_ERROR_INTERNAL,    /* a fault of ours, or a helper that failed without saying more */
    LODGE_ERROR_CONFIG,      /* input that is well formed and wrong: bad value, bad name */
    LODGE_ERROR_SCHEMA,      /* an element or attribute that nobody knows, asked to be strict */
    LODGE_ERROR_NO_NAME,     /* a description without a name */
    LODGE_ERROR_SYNTAX,      /* input that is not well formed (XML) */
    LODGE_ERROR_ARGUMENT,    /* a bad argument or flag of a call */
    LODGE_ERROR_NOT_FOUND,   /* no such guest, network, console, key ... */
    LODGE_ERROR_EXISTS,      /* name or uuid taken */
    LODGE_ERROR_STATE,       /* not possible in the object's present state */
    LODGE_ERROR_BUSY,        /* somebody holds the object's lock */
    LODGE_ERROR_DENIED,      /* EPERM, EACCES, read-only connection */
    LODGE_ERROR_UNSUPPORTED, /* the driver has no such call */
    LODGE_ERROR_UNSUPPORTED_CONFIG, /* known element that lodge cannot honour here */
    LODGE_ERROR_LIMIT,              /* larger than a limit of ours */
    LODGE_ERROR_TIMEOUT,
    LODGE_ERROR_CANCELLED,
    LODGE_ERROR_IO,          /* any other errno */
    LODGE_ERROR_PEER,        /* another program (nft, dnsmasq, supervisor) said no */
    LODGE_ERROR_NO_METADATA, /* the title, description or metadata element is absent */
    LODGE_ERROR_LAST
} LodgeErrorCode;

/**
 * error_set_errno:
 * @error: where to put it; may be NULL
 * @saved_errno: the errno to explain; EACCES, EPERM and EROFS become DENIED, ENOENT NOT_FOUND,
 *   EEXIST EXISTS, EBUSY BUSY, ETIMEDOUT TIMEOUT, the rest IO
 * @format: what could not be done, to what; ": <strerror>" is appended
 *
 * Returns: FALSE, always, so that callers can return it
 */
gboolean error_set_errno(GError **error, int saved_errno, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* As g_set_error in our domain; returns FALSE, always. */
gboolean error_set(GError **error, LodgeErrorCode code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The mapping that error_set_errno() uses. */
LodgeErrorCode error_code_from_errno(int number);

/* What the outside calls each code. One table in error.c, walked by a test. */
const char *error_code_word(LodgeErrorCode code); /* "not-found"; NULL when out of range */
gboolean error_code_from_word(const char *word, LodgeErrorCode *ret_code);
int error_code_exit_status(
    LodgeErrorCode code); /* of the command: 1, or 2..125 where scripts need to tell */

G_END_DECLS
