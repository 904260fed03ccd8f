/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge-typist --rate N --layout L [--enter]: text on standard input to a script of keys on standard
 * output, or one line on standard error and status 1. */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "typist/text.h"
#include "util/file.h"

#define INPUT_MAX (1 << 20) /* bytes; text.h bounds the characters */

static int
type(const char *name, guint rate, gboolean enter, GError **error)
{
    g_autoptr(Layout) layout = layout_new(name, error);
    g_autofree char *text = NULL;
    g_autofree char *script = NULL;
    gsize size = 0;

    text = layout ? file_read(AT_FDCWD, "/dev/stdin", INPUT_MAX, &size, error) : NULL;
    script = text ? text_plan(layout, name, text, size, rate, enter, error) : NULL;
    if (!script)
        return 1;
    return fputs(script, stdout) < 0 || fflush(stdout) != 0;
}

int
main(int argc, char **argv)
{
    const char *name = "us";
    guint64 rate = 30;
    gboolean enter = FALSE;
    g_autoptr(GError) error = NULL;
    int status;

    (void)setlocale(LC_CTYPE, "C.UTF-8");
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--enter") == 0)
            enter = TRUE;
        else if (strcmp(argv[i], "--layout") == 0 && i + 1 < argc)
            name = argv[++i];
        else if (strcmp(argv[i], "--rate") != 0 || i + 1 >= argc ||
                 !g_ascii_string_to_unsigned(argv[++i], 10, 1, 1000, &rate, NULL)) {
            fprintf(stderr, "usage: lodge-typist [--rate 1-1000] [--layout LAYOUT[,VARIANT]] "
                            "[--enter] < TEXT\n");
            return 2;
        }
    }
    status = type(name, (guint)rate, enter, &error);
    if (error)
        fprintf(stderr, "%s\n", error->message);
    return status;
}
