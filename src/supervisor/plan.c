/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/plan.h"

#include <stdio.h>
#include <string.h>

static const char hex[] = "0123456789abcdef";

static int
fail(const PlanReader *reader, char *err, size_t err_size, const char *why)
{
    (void)snprintf(err, err_size, "plan line %d: %s", reader->line, why);
    return -1;
}

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* Decodes one argument in place; NULL when an escape is none of ours. */
static const char *
decode(char *arg)
{
    char *from = arg, *to = arg;

    if (strcmp(arg, "\\e") == 0) {
        *arg = '\0';
        return arg;
    }
    while (*from) {
        unsigned char c = (unsigned char)*from;

        if (c < 0x20 || c == 0x7f)
            return NULL;
        if (c == '\\') {
            int high = from[1] == 'x' ? hex_value(from[2]) : -1;
            int low = high < 0 ? -1 : hex_value(from[3]);

            /* a NUL would cut the argument short without a word */
            if (low < 0 || (high | low) == 0)
                return NULL;
            *to++ = (char)(high << 4 | low);
            from += 4;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
    return arg;
}

void
plan_reader_init(PlanReader *reader, char *buf, size_t size)
{
    *reader = (PlanReader){.buf = buf, .size = size};
}

int
plan_next(PlanReader *reader, PlanOp *op, char *err, size_t err_size)
{
    char *line, *end;

    do { /* an empty line says nothing */
        if (reader->at >= reader->size)
            return 0;
        line = reader->buf + reader->at;
        end = memchr(line, '\n', reader->size - reader->at);
        reader->line++;
        if (!end)
            return fail(reader, err, err_size, "does not end; the plan is cut off");
        reader->at += (size_t)(end - line) + 1;
    } while (end == line);
    if (end - line > PLAN_LINE_MAX)
        return fail(reader, err, err_size, "is too long");
    if (memchr(line, '\0', (size_t)(end - line)))
        return fail(reader, err, err_size, "holds a NUL byte");
    *end = '\0';
    op->argc = 0;
    op->line = reader->line;
    for (char *arg = line; arg;) {
        char *blank = strchr(arg, ' ');

        if (blank)
            *blank++ = '\0';
        if (!*arg)
            return fail(reader, err, err_size, "has an empty argument (write \\e)");
        if (op->argc == PLAN_ARGS_MAX)
            return fail(reader, err, err_size, "has too many arguments");
        if (!decode(arg))
            return fail(reader, err, err_size, "has a byte or an escape that is not allowed");
        op->argv[op->argc++] = arg;
        arg = blank;
    }
    op->argv[op->argc] = NULL;
    return 1;
}

size_t
plan_escape(const char *arg, char *out, size_t out_size)
{
    size_t need = 0;

#define PUT(c)                                                                                     \
    do {                                                                                           \
        if (need + 1 < out_size)                                                                   \
            out[need] = (c);                                                                       \
        need++;                                                                                    \
    } while (0)
    if (!*arg) {
        PUT('\\');
        PUT('e');
    }
    for (; *arg; arg++) {
        unsigned char c = (unsigned char)*arg;

        if (c <= 0x20 || c == 0x7f || c == '\\') {
            PUT('\\');
            PUT('x');
            PUT(hex[c >> 4]);
            PUT(hex[c & 15]);
        } else {
            PUT((char)c);
        }
    }
#undef PUT
    if (out_size)
        out[need < out_size ? need : out_size - 1] = '\0';
    return need;
}
