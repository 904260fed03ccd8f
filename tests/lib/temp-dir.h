/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tests/lib/temp-dir.h - a private folder for one test, gone at its end. */
#pragma once

#include <fcntl.h>

#include <glib.h>

#include "util/file.h"

typedef char *TempDir; /* g_auto(TempDir) dir = temp_dir_new(); */

static inline TempDir
temp_dir_new(void)
{
    char *dir = g_dir_make_tmp("lodge-test-XXXXXX", NULL);

    g_assert_nonnull(dir);
    return dir;
}

static inline void
temp_dir_free(TempDir dir)
{
    g_autoptr(GError) error = NULL;

    file_remove_tree(AT_FDCWD, dir, &error);
    g_assert_no_error(error);
    g_free(dir);
}
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(TempDir, temp_dir_free, NULL)
