/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* run-corpus.c - feed stored inputs to a fuzz target, without a fuzzer. Arguments: folders, a test case each. TAP. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns how many inputs it held. */
static int
run_folder(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    int done = 0;

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_autofree char *data = NULL;
        gsize size;

        if (!g_file_get_contents(file, &data, &size, NULL))
            continue; /* a folder */
        printf("# %s\n", name);
        (void)fflush(stdout); /* so that a crash names its input */
        LLVMFuzzerTestOneInput((const uint8_t *)data, size);
        done++;
    }
    return done;
}

int
main(int argc, char **argv)
{
    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        int done = run_folder(argv[i]);

        /* an empty corpus tests nothing */
        printf("%sok %d - %d inputs of %s\n", done > 0 ? "" : "not ", i, done, argv[i]);
    }
    return 0;
}
