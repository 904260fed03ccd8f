/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/terminal.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

Terminal
terminal_open(int fd)
{
    Terminal terminal = {.fd = fd >= 0 && isatty(fd) ? fd : -1};

    return terminal;
}

gboolean
terminal_raw(Terminal *terminal)
{
    struct termios raw;

    if (terminal->fd < 0 || terminal->is_raw)
        return TRUE;
    if (tcgetattr(terminal->fd, &terminal->before) < 0)
        return FALSE;
    raw = terminal->before;
    cfmakeraw(&raw);
    if (tcsetattr(terminal->fd, TCSADRAIN, &raw) < 0)
        return FALSE;
    terminal->is_raw = TRUE;
    return TRUE;
}

void
terminal_restore(Terminal *terminal)
{
    if (terminal->is_raw)
        (void)tcsetattr(terminal->fd, TCSADRAIN, &terminal->before); /* the terminal may be gone */
    terminal->is_raw = FALSE;
}

gboolean
terminal_size(int fd, int *ret_cols, int *ret_rows)
{
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) < 0 || !size.ws_col || !size.ws_row)
        return FALSE;
    *ret_cols = size.ws_col;
    *ret_rows = size.ws_row;
    return TRUE;
}

int
terminal_escape_parse(const char *text)
{
    if (text[0] == '^' && text[1] && !text[2]) {
        int c = g_ascii_toupper(text[1]);

        return c >= '@' && c <= '_' ? c ^ 0x40 : -1;
    }
    return text[0] && !text[1] ? (guchar)text[0] : -1;
}

char *
terminal_escape_text(int escape)
{
    if (escape < 0x20)
        return g_strdup_printf("^%c (Ctrl + %c)", escape ^ 0x40, escape ^ 0x40);
    return g_strdup_printf("%c", escape);
}
