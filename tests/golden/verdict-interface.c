/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* verdict-interface.c - for each file: "ok" or "bad", as the parser has it under --validate. */
#include <stdio.h>
#include <string.h>

#include "conf/netif/interface.h"

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        g_autofree char *text = NULL;
        g_autoptr(InterfaceDef) def = NULL;
        g_autoptr(GError) error = NULL;
        gsize size;

        if (!g_file_get_contents(argv[i], &text, &size, NULL))
            return 1;
        def = interface_def_parse(text, size, argv[i], TRUE, NULL, &error);
        puts(def != NULL ? "ok" : "bad");
    }
    return 0;
}
