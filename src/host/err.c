/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
put_word(Err *err, const char *word)
{
    (void)snprintf(err->word, sizeof err->word, "%s", word);
}

static const char *
word_of_errno(int saved_errno)
{
    switch (saved_errno) {
    case EACCES:
    case EPERM:
    case EROFS:
        return "denied";
    case ENOENT:
        return "not-found";
    case EEXIST:
        return "exists";
    case EBUSY:
        return "busy";
    case ETIMEDOUT:
        return "timeout";
    case ENOSYS:
    case EOPNOTSUPP:
        return "unsupported";
    default:
        return "io";
    }
}

static void
append(Err *err, const char *separator, const char *format, va_list args)
{
    size_t at = strlen(err->text);
    int n = snprintf(err->text + at, sizeof err->text - at, "%s", separator);

    if (n < 0 || at + (size_t)n >= sizeof err->text)
        return;
    at += (size_t)n;
    (void)vsnprintf(err->text + at, sizeof err->text - at, format, args);
}

void
err_clear(Err *err)
{
    if (!err)
        return;
    err->saved_errno = 0;
    err->word[0] = '\0';
    err->text[0] = '\0';
}

int
err_set(Err *err, const char *word, const char *format, ...)
{
    va_list args;

    if (!err)
        return -1;
    err_clear(err);
    put_word(err, word);
    va_start(args, format);
    append(err, "", format, args);
    va_end(args);
    return -1;
}

int
err_set_errno(Err *err, int saved_errno, const char *format, ...)
{
    const char *why = strerrordesc_np(saved_errno);
    va_list args;
    size_t at;

    if (!err)
        return -1;
    err_clear(err);
    err->saved_errno = saved_errno;
    put_word(err, word_of_errno(saved_errno));
    va_start(args, format);
    append(err, "", format, args);
    va_end(args);
    at = strlen(err->text);
    (void)snprintf(err->text + at, sizeof err->text - at, ": %s", why ? why : "unknown error");
    return -1;
}

int
err_hint(Err *err, const char *format, ...)
{
    va_list args;

    if (!err)
        return -1;
    va_start(args, format);
    append(err, "; ", format, args);
    va_end(args);
    return -1;
}

int
err_prefix(Err *err, const char *format, ...)
{
    char old[ERR_TEXT_MAX];
    va_list args;
    size_t at;

    if (!err)
        return -1;
    memcpy(old, err->text, sizeof old);
    err->text[0] = '\0';
    va_start(args, format);
    append(err, "", format, args);
    va_end(args);
    at = strlen(err->text);
    /* a text that grows over the end is cut: the beginning says what was being done */
    (void)snprintf(err->text + at, sizeof err->text - at, ": %.*s", (int)sizeof old - 1, old);
    return -1;
}
