/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/error.h"

#include <errno.h>
#include <unistd.h>

/* One row per code. The libvirt number stands in api/error.c, which walks the same words. */
static const struct {
    const char *word;
    int exit_status; /* 1 unless a script needs to tell */
} codes[] = {
    [LODGE_ERROR_INTERNAL] = {"internal", 1},
    [LODGE_ERROR_CONFIG] = {"config", 1},
    [LODGE_ERROR_SCHEMA] = {"schema", 1},
    [LODGE_ERROR_NO_NAME] = {"no-name", 1},
    [LODGE_ERROR_SYNTAX] = {"syntax", 1},
    [LODGE_ERROR_ARGUMENT] = {"argument", 1},
    [LODGE_ERROR_NOT_FOUND] = {"not-found", 1},
    [LODGE_ERROR_EXISTS] = {"exists", 1},
    [LODGE_ERROR_STATE] = {"state", 1},
    [LODGE_ERROR_BUSY] = {"busy", 1},
    [LODGE_ERROR_DENIED] = {"denied", 1},
    [LODGE_ERROR_UNSUPPORTED] = {"unsupported", 1},
    [LODGE_ERROR_UNSUPPORTED_CONFIG] = {"unsupported-config", 1},
    [LODGE_ERROR_LIMIT] = {"limit", 1},
    [LODGE_ERROR_TIMEOUT] = {"timeout", 1},
    [LODGE_ERROR_CANCELLED] = {"cancelled", 1},
    [LODGE_ERROR_IO] = {"io", 1},
    [LODGE_ERROR_PEER] = {"peer", 1},
    [LODGE_ERROR_NO_METADATA] = {"no-metadata", 1},
};

GQuark
lodge_error_quark(void)
{
    return g_quark_from_static_string("lodge-error-quark");
}

LodgeErrorCode
error_code_from_errno(int number)
{
    switch (number) {
    case EACCES:
    case EPERM:
    case EROFS:
        return LODGE_ERROR_DENIED;
    case ENOENT:
        return LODGE_ERROR_NOT_FOUND;
    case EEXIST:
        return LODGE_ERROR_EXISTS;
    case EBUSY:
        return LODGE_ERROR_BUSY;
    case ETIMEDOUT:
        return LODGE_ERROR_TIMEOUT;
    default:
        return LODGE_ERROR_IO;
    }
}

/* What the user can do, where the number alone tells. */
static const char *
remedy(int number)
{
    switch (number) {
    case ENOSPC:
        return "; make room on that file system";
    case EDQUOT:
        return "; make room there, or have the quota raised";
    case EROFS:
        return "; remount that file system for writing";
    case EACCES:
    case EPERM:
        return geteuid() != 0 ? "; it may need root" : "";
    case EMFILE:
    case ENFILE:
        return "; close some, or raise the limit (ulimit -n, fs.file-max)";
    default:
        return "";
    }
}

gboolean
error_set_errno(GError **error, int saved_errno, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, LODGE_ERROR, error_code_from_errno(saved_errno), "%s: %s%s", what,
                g_strerror(saved_errno), remedy(saved_errno));
    return FALSE;
}

gboolean
error_set(GError **error, LodgeErrorCode code, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, LODGE_ERROR, (int)code, what);
    return FALSE;
}

const char *
error_code_word(LodgeErrorCode code)
{
    return (guint)code < G_N_ELEMENTS(codes) ? codes[code].word : NULL;
}

gboolean
error_code_from_word(const char *word, LodgeErrorCode *ret_code)
{
    for (guint i = 0; word != NULL && i < G_N_ELEMENTS(codes); i++)
        if (g_str_equal(codes[i].word, word)) {
            *ret_code = (LodgeErrorCode)i;
            return TRUE;
        }
    return FALSE;
}

int
error_code_exit_status(LodgeErrorCode code)
{
    return (guint)code < G_N_ELEMENTS(codes) ? codes[code].exit_status : 1;
}
