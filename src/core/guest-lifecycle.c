/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Stop and all between: requests to the supervisor of a running guest. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "core/control.h"
#include "core/guest-log.h"
#include "core/guest-roles.h"
#include "core/guest.h"
#include "core/limits.h"
#include "core/stop.h"
#include "util/error.h"
#include "util/fd.h"

/* destroy --graceful: never by force. */
static gboolean
lifecycle_end_gently(Guest *self, GError **error)
{
    static const char *const words[] = {"destroy", "graceful", NULL};

    if (!guest_require_active(self, error))
        return FALSE;
    if (control_request(self->live_dir, words, CORE_REQUEST_MS, NULL, NULL, error))
        return TRUE;
    g_prefix_error(error, "cannot destroy domain '%s' gracefully: ", self->object->name);
    return FALSE;
}

gboolean
guest_destroy(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(Guest) self = NULL;

    if (!guest_check_flags(flags, ctx->kind->destroy_flags, "destroy", error))
        return FALSE;
    self = guest_open(ctx, ref, error);
    if (!self ||
        !((flags & GUEST_DESTROY_GRACEFUL) ? lifecycle_end_gently(self, error)
                                           : stop_object(self->store, self->object->name, error)))
        return FALSE;
    return (flags & GUEST_DESTROY_REMOVE_LOGS) == 0 ||
           guest_log_remove(ctx, self->store, self->object->name, error);
}

/* One request to the supervisor of a running container. */
static gboolean
lifecycle_request(const Guest *self, const char *const *words, GError **error)
{
    if (control_request(self->live_dir, words, CORE_REQUEST_MS, NULL, NULL, error))
        return TRUE;
    g_prefix_error(error, "cannot %s domain '%s': ", words[0], self->object->name);
    return FALSE;
}

/* The supervisor's word for @flags: "any" for none. */
static const char *
lifecycle_method(const GuestKind *kind, const char *verb, guint flags, GError **error)
{
    guint known = 0;

    for (const GuestEnding *ending = kind->endings; ending->flag; ending++) {
        if (flags == ending->flag)
            return ending->method;
        known |= ending->flag;
    }
    return guest_check_flags(flags, known, verb, error) ? "any" : NULL;
}

static gboolean
lifecycle_end(DriverCtx *ctx, const ObjectRef *ref, const char *verb, guint flags, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_auto(GStrv) answer = NULL;
    const char *words[] = {verb, lifecycle_method(ctx->kind, verb, flags, error), NULL};

    if (!words[1])
        return FALSE;
    self = guest_open(ctx, ref, error);
    if (!self || !guest_require_active(self, error))
        return FALSE;
    if (!control_request(self->live_dir, words, CORE_REQUEST_MS, &answer, NULL, error)) {
        g_prefix_error(error, "cannot %s domain '%s': ", verb, self->object->name);
        return FALSE;
    }
    /* "METHOD ignored": delivered, but this init has no handler for that signal. */
    if (ctx->warnings && answer && g_strv_contains((const char *const *)answer, "ignored"))
        g_ptr_array_add(ctx->warnings,
                        g_strdup_printf("init of domain '%s' ignores the request to %s; use "
                                        "destroy",
                                        self->object->name, verb));
    return TRUE;
}

gboolean
guest_shutdown(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return lifecycle_end(ctx, ref, "shutdown", flags, error);
}

gboolean
guest_reboot(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    return lifecycle_end(ctx, ref, "reboot", flags, error);
}

gboolean
guest_suspend(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    static const char *const words[] = {"suspend", NULL};
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);

    if (!status)
        return FALSE;
    /* As libvirt: a second suspend changes nothing and succeeds. */
    return status->is_paused || lifecycle_request(self, words, error);
}

gboolean
guest_resume(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    static const char *const words[] = {"resume", NULL};
    g_autoptr(Guest) self = NULL;
    g_autoptr(Status) status = guest_open_active(ctx, ref, &self, error);

    if (!status)
        return FALSE;
    if (!status->is_paused) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_STATE, "domain '%s' is already running",
                    self->object->name);
        return FALSE;
    }
    return lifecycle_request(self, words, error);
}

/* "REASON exited|signaled N" as wait(2) would say it. */
static gboolean
wait_decode(char **words, int *ret_wait_status)
{
    guint64 number;

    if (g_strv_length(words) < 3)
        return FALSE;
    number = g_ascii_strtoull(words[2], NULL, 10);
    *ret_wait_status =
        strcmp(words[1], "signaled") == 0 ? (int)(number & 0x7f) : (int)((number & 0xff) << 8);
    return TRUE;
}

/* Where to ask how @ref ended: its live directory, which a transient one that has ended keeps for a
 * little while although no lookup finds it any more. (transfer full) */
static char *
wait_place(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autofree char *live_dir = store_live_dir(store, ref->name);
    g_autoptr(Status) status = status_read(live_dir, NULL);
    g_autoptr(Guest) self = NULL;

    if (status && ref->id > 0 && status->supervisor == ref->id)
        return g_steal_pointer(&live_dir);
    self = guest_open(ctx, ref, error);
    return self ? g_steal_pointer(&self->live_dir) : NULL;
}

/* Whether the supervisor at @control_fd has something to say before @until_fd has. */
static gboolean
wait_for_word(int control_fd, int until_fd)
{
    struct pollfd polls[] = {{.fd = control_fd, .events = POLLIN},
                             {.fd = until_fd, .events = POLLIN}};

    while (poll(polls, G_N_ELEMENTS(polls), -1) < 0 && errno == EINTR)
        ;
    return polls[0].revents || !polls[1].revents;
}

gboolean
guest_wait(DriverCtx *ctx, const ObjectRef *ref, int until_fd, int *ret_wait_status, GError **error)
{
    static const char *const request[] = {"wait", NULL};
    g_autofree char *live_dir = wait_place(ctx, ref, error);
    g_autoptr(Status) status = NULL;
    g_autoptr(GError) refused = NULL;
    g_auto(GStrv) words = NULL;
    g_auto(Fd) fd = live_dir ? control_ask(live_dir, request, -1, &refused) : -1;

    if (!live_dir)
        return FALSE;
    if (fd >= 0 && !wait_for_word(fd, until_fd)) {
        *ret_wait_status = -1;
        return TRUE;
    }
    if (fd >= 0 && control_receive(fd, -1, &words, NULL, &refused) &&
        wait_decode(words, ret_wait_status))
        return TRUE;
    /* It ended before we asked, and as a defined one it left its last status. */
    status = status_read(live_dir, NULL);
    if (status && status->state == STATUS_ENDED && status->has_exit) {
        *ret_wait_status = status->wait_status;
        return TRUE;
    }
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_PEER, "domain '%s' ended without saying how: %s",
                ref->name, refused ? refused->message : "its supervisor gave no status");
    return FALSE;
}
