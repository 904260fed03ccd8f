/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/paths.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/error.h"

#define TAG_DIGITS      6
#define BUILD_DEPTH_MAX 4 /* build/tests/unit/core/test-x looks up to build/ */

/* Where meson puts helper programs, below the build folder. */
static const char *const build_dirs[] = {"", "src/supervisor", "src/container", "src/host"};

static char *
tag_of(const char *root)
{
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, root, -1);

    return g_strndup(sum, TAG_DIGITS);
}

static Paths *
below(const char *root)
{
    Paths *paths = g_new0(Paths, 1);

    paths->config = g_build_filename(root, "etc/lodge", NULL);
    paths->data = g_build_filename(root, "var/lib/lodge", NULL);
    paths->live = g_build_filename(root, "run/lodge", NULL);
    paths->log = g_build_filename(root, "var/log/lodge", NULL);
    paths->cache = g_build_filename(root, "var/cache/lodge", NULL);
    return paths;
}

static Paths *
of_session(void)
{
    Paths *paths = g_new0(Paths, 1);

    paths->config = g_build_filename(g_get_user_config_dir(), "lodge", NULL);
    paths->data = g_build_filename(g_get_user_data_dir(), "lodge", NULL);
    paths->live = g_build_filename(g_get_user_runtime_dir(), "lodge", NULL);
    paths->log = g_build_filename(g_get_user_state_dir(), "lodge", NULL);
    paths->cache = g_build_filename(g_get_user_cache_dir(), "lodge", NULL);
    return paths;
}

Paths *
paths_new(const char *root, gboolean session, GError **error)
{
    Paths *paths;
    struct stat st;

    if (root != NULL) {
        char canonical[PATH_MAX];

        if (*root != '/') {
            error_set(error, LODGE_ERROR_ARGUMENT,
                      "root '%s' of the connection is no absolute path; write ?root=/DIRECTORY",
                      root);
            return NULL;
        }
        if (realpath(root, canonical) == NULL || stat(canonical, &st) < 0) {
            error_set_errno(error, errno, "cannot use root '%s' of the connection", root);
            return NULL;
        }
        if (!S_ISDIR(st.st_mode)) {
            error_set_errno(error, ENOTDIR, "cannot use root '%s' of the connection", root);
            return NULL;
        }
        paths = below(canonical);
        paths->tag = tag_of(canonical);
    } else if (session) {
        paths = of_session();
        paths->tag = tag_of(paths->live);
    } else {
        paths = below("/");
        paths->tag = g_strdup("");
    }
    paths->session = session;
    return paths;
}

void
paths_free(Paths *paths)
{
    if (paths == NULL)
        return;
    g_free(paths->config);
    g_free(paths->data);
    g_free(paths->live);
    g_free(paths->log);
    g_free(paths->cache);
    g_free(paths->tag);
    g_free(paths);
}

char *
paths_cgroup_name(const Paths *paths)
{
    if (*paths->tag == '\0')
        return g_strdup("lodge");
    return g_strconcat("lodge-", paths->tag, NULL);
}

/* The folder of the library or program that this code is linked into. */
static char *
own_dir(void)
{
    char path[PATH_MAX];
    Dl_info info;
    ssize_t n;

    /* dli_fname of the main program is argv[0], which may be relative or a lie: ask the kernel. */
    if (dladdr((void *)paths_helper, &info) != 0 && info.dli_fname != NULL &&
        strstr(info.dli_fname, ".so") != NULL && realpath(info.dli_fname, path) != NULL)
        return g_path_get_dirname(path);
    n = readlink("/proc/self/exe", path, sizeof(path) - 1);
    path[MAX(n, 0)] = '\0';
    return g_path_get_dirname(path);
}

/* @program in the build tree that @dir belongs to, or NULL. */
static char *
find_in_build(const char *dir, const char *program)
{
    g_autofree char *at = g_strdup(dir);

    for (int depth = 0; depth < BUILD_DEPTH_MAX && strlen(at) > 1; depth++) {
        g_autofree char *mark = g_build_filename(at, "build.ninja", NULL);
        char *parent;

        if (access(mark, F_OK) == 0) {
            for (guint i = 0; i < G_N_ELEMENTS(build_dirs); i++) {
                g_autofree char *found = g_build_filename(at, build_dirs[i], program, NULL);

                if (access(found, X_OK) == 0)
                    return g_steal_pointer(&found);
            }
            return NULL;
        }
        parent = g_path_get_dirname(at);
        g_free(at);
        at = parent;
    }
    return NULL;
}

char *
paths_helper(const char *program)
{
    g_autofree char *dir = own_dir();
    g_autofree char *beside = g_build_filename(dir, program, NULL);
    char *found;

    if (access(beside, X_OK) == 0)
        return g_steal_pointer(&beside);
    found = find_in_build(dir, program);
    return found != NULL ? found : g_build_filename(LODGE_LIBEXECDIR, program, NULL);
}
