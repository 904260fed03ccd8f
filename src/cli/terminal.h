/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/terminal.h - the terminal we run in: raw mode and back, its size, the escape character. */
#pragma once

#include <termios.h>

#include <glib.h>

typedef struct {
    int fd; /* -1: no terminal, all calls do nothing */
    struct termios before;
    gboolean is_raw;
} Terminal;

Terminal terminal_open(int fd); /* @fd: borrowed */
gboolean terminal_raw(Terminal *terminal);
void terminal_restore(Terminal *terminal);
gboolean terminal_size(int fd, int *ret_cols, int *ret_rows);

/* "^]" or "x" to the byte; -1 when it is neither */
int terminal_escape_parse(const char *text);
/* "^] (Ctrl + ])" or "x"; (transfer full) */
char *terminal_escape_text(int escape);
