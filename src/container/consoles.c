/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ways into a running container: consoles, commands, namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container/container.h"
#include "container/roles.h"
#include "core/control.h"
#include "core/limits.h"
#include "core/process.h"
#include "util/error.h"
#include "util/fd.h"

enum {
    CONSOLE_FORCE = 1,
    CONSOLE_SAFE = 2,
    CONSOLE_READONLY = 1 << 16
};

/* Index of console @name ("console1", its alias; NULL: the first) among those of @status; -1. */
static int
console_find(const Container *self, const Status *status, const char *name, GError **error)
{
    guint index = 0;

    if (status->consoles->len == 0) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND,
                    "domain '%s' has no console; add <console type='pty'/> to its devices",
                    self->object->name);
        return -1;
    }
    if (name) {
        const char *digits = g_str_has_prefix(name, "console")  ? name + strlen("console")
                             : g_str_has_prefix(name, "serial") ? name + strlen("serial")
                                                                : name;
        char *end;

        index = (guint)g_ascii_strtoull(digits, &end, 10);
        if (end == digits || *end || index >= status->consoles->len) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND,
                        "domain '%s' has no console '%s'; it has console0 to console%u",
                        self->object->name, name, status->consoles->len - 1);
            return -1;
        }
    }
    return (int)index;
}

/* Opens the container and finds its console; FALSE with @error. */
static Container *
console_open(DriverCtx *ctx, const ObjectRef *ref, const char *name, char **ret_index,
             GError **error)
{
    g_autoptr(Container) self = container_open(ctx, ref, error);
    g_autoptr(Status) status = NULL;
    int index;

    if (!self || !container_require_active(self, error))
        return NULL;
    status = container_status(self, error);
    index = status ? console_find(self, status, name, error) : -1;
    if (index < 0)
        return NULL;
    *ret_index = g_strdup_printf("%d", index);
    return g_steal_pointer(&self);
}

static int
consoles_open(DriverCtx *ctx, const ObjectRef *ref, const char *name, guint flags, GError **error)
{
    g_autofree char *index = NULL;
    g_autoptr(Container) self = NULL;
    const char *words[] = {"console", NULL, "rw", "plain", "0", "0", NULL};
    int fd = -1;

    if (!container_check_flags(flags, CONSOLE_FORCE | CONSOLE_SAFE | CONSOLE_READONLY, "console",
                               error))
        return -1;
    self = console_open(ctx, ref, name, &index, error);
    if (!self)
        return -1;
    words[1] = index;
    if (flags & CONSOLE_READONLY)
        words[2] = "ro";
    if (flags & CONSOLE_FORCE)
        words[3] = "force";
    else if (flags & CONSOLE_SAFE)
        words[3] = "safe";
    if (!control_request(self->live_dir, words, CORE_REQUEST_MS, NULL, &fd, error)) {
        g_prefix_error(error, "cannot open console %s of domain '%s': ", index, self->object->name);
        return -1;
    }
    if (fd < 0)
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_PEER,
                    "the supervisor of domain '%s' gave no console", self->object->name);
    return fd;
}

static gboolean
consoles_resize(DriverCtx *ctx, const ObjectRef *ref, const char *name, int cols, int rows,
                GError **error)
{
    g_autofree char *index = NULL;
    g_autofree char *cols_text = g_strdup_printf("%d", cols);
    g_autofree char *rows_text = g_strdup_printf("%d", rows);
    g_autoptr(Container) self = console_open(ctx, ref, name, &index, error);
    const char *words[] = {"resize", index, cols_text, rows_text, NULL};

    if (!self)
        return FALSE;
    return control_request(self->live_dir, words, CORE_REQUEST_MS, NULL, NULL, error);
}

static char **
consoles_enter_command(DriverCtx *ctx, const ObjectRef *ref, const char *const *argv,
                       const char *const *options, GError **error)
{
    g_autoptr(Container) self = container_open(ctx, ref, error);
    GPtrArray *command;

    if (!self || !container_require_active(self, error))
        return NULL;
    if (!argv || !argv[0]) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "no command to run in domain '%s'",
                    self->object->name);
        return NULL;
    }
    command = g_ptr_array_new();
    g_ptr_array_add(command, paths_helper("lodge-supervisor"));
    g_ptr_array_add(command, g_strdup("enter"));
    g_ptr_array_add(command, g_strdup(self->live_dir));
    for (gsize i = 0; options && options[i]; i++)
        if (strcmp(options[i], "--noseclabel") !=
            0) /* there is no label yet that could be left out */
            g_ptr_array_add(command, g_strdup(options[i]));
    g_ptr_array_add(command, g_strdup("--"));
    for (gsize i = 0; argv[i]; i++)
        g_ptr_array_add(command, g_strdup(argv[i]));
    g_ptr_array_add(command, NULL);
    return (char **)g_ptr_array_free(command, FALSE);
}

static gboolean
is_same_namespace(const char *one, const char *other)
{
    struct stat a, b;

    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

static int
consoles_open_namespaces(DriverCtx *ctx, const ObjectRef *ref, int **ret_fds, GError **error)
{
    static const char *const names[] = {"user", "ipc", "uts", "net", "pid", "mnt"};
    g_autoptr(Container) self = NULL;
    g_autoptr(Status) status = container_open_active(ctx, ref, &self, error);
    g_auto(Fd) process = -1;
    int *fds;
    int n = 0;

    if (!status)
        return -1;
    process = process_open(status->init, status->init_start);
    if (process < 0) {
        (void)store_set_not_running(self->store, error);
        return -1;
    }
    fds = g_new(int, G_N_ELEMENTS(names));
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strdup_printf("/proc/%d/ns/%s", status->init, names[i]);
        int fd;

        /* setns(2) refuses the user namespace that the caller is in already. */
        if (i == 0 && is_same_namespace(path, "/proc/self/ns/user"))
            continue;
        fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd >= 0) {
            fds[n++] = fd;
            continue;
        }
        (void)error_set_errno(error, errno, "cannot open the %s namespace of domain '%s'", names[i],
                              self->object->name);
        while (n > 0)
            fd_close(fds[--n]);
        g_free(fds);
        return -1;
    }
    *ret_fds = fds;
    return n;
}

const DomainConsoles container_consoles = {
    .open_console = consoles_open,
    .resize_console = consoles_resize,
    .enter_command = consoles_enter_command,
    .open_namespaces = consoles_open_namespaces,
};
