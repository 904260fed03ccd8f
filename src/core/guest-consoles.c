/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The consoles of a running guest. */
#include <string.h>

#include "core/control.h"
#include "core/guest-roles.h"
#include "core/guest.h"
#include "core/limits.h"
#include "util/error.h"

enum {
    CONSOLE_FORCE = 1,
    CONSOLE_SAFE = 2,
    CONSOLE_READONLY = 1 << 16
};

/* Index of console @name ("console1", its alias; NULL: the first) among those of @status; -1. */
static int
console_find(const Guest *self, const Status *status, const char *name, GError **error)
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
static Guest *
console_open(DriverCtx *ctx, const ObjectRef *ref, const char *name, char **ret_index,
             GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(Status) status = NULL;
    int index;

    if (!self || !guest_require_active(self, error))
        return NULL;
    status = guest_status(self, error);
    if (!status)
        return NULL;
    index = ctx->kind->console_index ? ctx->kind->console_index(self, status, name, error)
                                     : console_find(self, status, name, error);
    if (index < 0)
        return NULL;
    *ret_index = g_strdup_printf("%d", index);
    return g_steal_pointer(&self);
}

int
guest_open_console(DriverCtx *ctx, const ObjectRef *ref, const char *name, guint flags,
                   GError **error)
{
    g_autofree char *index = NULL;
    g_autoptr(Guest) self = NULL;
    const char *words[] = {"console", NULL, "rw", "plain", "0", "0", NULL};
    int fd = -1;

    if (!guest_check_flags(flags, CONSOLE_FORCE | CONSOLE_SAFE | CONSOLE_READONLY, "console",
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

gboolean
guest_resize_console(DriverCtx *ctx, const ObjectRef *ref, const char *name, int cols, int rows,
                     GError **error)
{
    g_autofree char *index = NULL;
    g_autofree char *cols_text = g_strdup_printf("%d", cols);
    g_autofree char *rows_text = g_strdup_printf("%d", rows);
    g_autoptr(Guest) self = console_open(ctx, ref, name, &index, error);
    const char *words[] = {"resize", index, cols_text, rows_text, NULL};

    if (!self)
        return FALSE;
    return control_request(self->live_dir, words, CORE_REQUEST_MS, NULL, NULL, error);
}
