/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/keys.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/control.h"
#include "core/guest.h"
#include "keycode/strokes.h"
#include "keycode/table.h"
#include "util/error.h"
#include "util/fd.h"

static gboolean
add_key(GString *out, const char *word, guint code, GError **error)
{
    const char *qcode = keycode_to_qcode(code);
    const char *name = keycode_to_name(KEYCODE_SET_LINUX, code);

    if (qcode == NULL) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                    "QEMU has no key for %s (%u of the linux set); nothing was sent",
                    name ? name : "that code", code);
        return FALSE;
    }
    g_string_append_printf(out, "%s %s\n", word, qcode);
    return TRUE;
}

char *
keys_translate(const char *script, GError **error)
{
    g_autoptr(GArray) strokes = strokes_parse(script, error);
    g_autoptr(GString) out = NULL;

    if (strokes == NULL)
        return NULL;
    out = g_string_sized_new(strokes->len * 12 + 1);
    for (guint i = 0; i < strokes->len; i++) {
        const Stroke *stroke = &g_array_index(strokes, Stroke, i);

        switch (stroke->kind) {
        case STROKE_DOWN:
        case STROKE_UP:
            if (!add_key(out, stroke->kind == STROKE_DOWN ? "down" : "up", stroke->value, error))
                return NULL;
            break;
        case STROKE_WAIT:
            g_string_append_printf(out, "wait %u\n", stroke->value);
            break;
        case STROKE_KEEP:
            g_string_append(out, "keep\n");
            break;
        case STROKE_LAST:
            break;
        }
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static int
memory_file(const char *text, GError **error)
{
    g_auto(Fd) fd = memfd_create("lodge-keys", MFD_CLOEXEC);
    gsize size = strlen(text);

    for (gsize done = 0; fd >= 0 && done < size;) {
        ssize_t n = pwrite(fd, text + done, size - done, (off_t)done);

        if (n < 0) {
            (void)error_set_errno(error, errno, "cannot write the key script");
            return -1;
        }
        done += (gsize)n;
    }
    if (fd < 0)
        (void)error_set_errno(error, errno, "cannot make a memory file for the key script");
    return fd_steal(&fd);
}

static gboolean
keys_send(DriverCtx *ctx, const ObjectRef *ref, const char *script, GError **error)
{
    static const char *const words[] = {"keys", NULL};
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autofree char *translated = NULL;
    g_auto(Fd) fd = -1;

    if (self == NULL || !guest_require_active(self, error))
        return FALSE;
    translated = keys_translate(script, error);
    fd = translated ? memory_file(translated, error) : -1;
    if (fd < 0)
        return FALSE;
    /* the supervisor answers after the last release; while we wait, our end of the connection is what
     * keeps the keys going */
    if (control_request_fd(self->live_dir, words, fd, -1, NULL, NULL, error))
        return TRUE;
    g_prefix_error(error, "cannot send keys to domain '%s': ", self->object->name);
    return FALSE;
}

const DomainKeys machine_keys = {
    .send = keys_send,
};
