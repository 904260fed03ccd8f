/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Starting a guest: a definition to a plan, a plan to a supervisor. */
#include "core/guest-roles.h"
#include "core/guest.h"
#include "core/launch.h"
#include "core/limits.h"
#include "supervisor/control.h"
#include "util/error.h"

/* Says which of our own defaults this host could not put in force. */
static void
start_warn(const GuestStart *start)
{
    GPtrArray *warnings = start->ctx->warnings;
    g_autoptr(Status) status = warnings ? status_read(start->live_dir, NULL) : NULL;

    for (guint i = 0; status && i < status->not_enforced->len; i++) {
        const StatusNotEnforced *limit = &g_array_index(status->not_enforced, StatusNotEnforced, i);

        g_ptr_array_add(warnings, g_strdup_printf("domain '%s' runs without '%s': %s",
                                                  start->def->name, limit->file, limit->reason));
    }
}

static gboolean
start_check_off(Store *store, const char *name, GError **error)
{
    if (!store_is_alive(store, name))
        return TRUE;
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_STATE, "domain '%s' is already running", name);
    return FALSE;
}

gboolean
guest_start_locked(GuestStart *start, const ObjectLock *lock, int *ret_id, GError **error)
{
    const GuestKind *kind = start->ctx->kind;
    const StartIo *io = start->io;
    g_autofree char *live_dir = store_live_dir(start->store, start->def->name);
    g_autofree char *plan = NULL;
    g_autofree char *live_xml = NULL;
    int hold = -1;
    gboolean ok = FALSE;

    if (!start_check_off(start->store, start->def->name, error))
        return FALSE;
    start->live_dir = live_dir;
    start->hold = &hold;
    plan = kind->plan(start, &live_xml, error);
    if (plan) {
        LaunchSpec spec = {
            .name = start->def->name,
            .uuid = start->def->uuid,
            .plan = plan,
            .xml = live_xml ? live_xml : start->xml,
            .is_transient = start->is_transient,
            .has_id = TRUE,
            .pass_fds = io ? io->files : NULL,
            .n_pass_fds = io ? io->n_files : 0,
            .stdio = {io ? io->stdin_fd : -1, io ? io->stdout_fd : -1, io ? io->stderr_fd : -1},
        };

        ok = launch_start(start->store, lock, &spec, ret_id, error);
    }
    if (hold >= 0)
        core_networks()->settle(start->ctx, hold, ok);
    if (kind->settle)
        kind->settle(start, ok);
    if (ok)
        start_warn(start);
    start->live_dir = NULL;
    start->hold = NULL;
    return ok;
}

static gboolean
check_files(guint n_files, GError **error)
{
    if (n_files > SUPERVISOR_FILES_MAX)
        return error_set(error, LODGE_ERROR_LIMIT,
                         "cannot pass %u descriptors to init; the limit is %d", n_files,
                         SUPERVISOR_FILES_MAX);
    return TRUE;
}

gboolean
guest_start_files(DriverCtx *ctx, ObjectRef *ref, const int *files, guint n_files, guint flags,
                  GError **error)
{
    StartIo io = {-1, -1, -1, files, n_files, TRUE};
    g_autoptr(Guest) self = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(DomainDef) def = NULL;
    g_autofree char *xml = NULL;
    g_autofree char *source = NULL;
    GuestStart start = {.ctx = ctx, .flags = flags, .io = n_files > 0 ? &io : NULL};
    gsize size;
    int id;

    if (!guest_check_flags(flags, ctx->kind->start_flags, "start", error) ||
        !check_files(n_files, error))
        return FALSE;
    self = guest_open(ctx, ref, error);
    lock = self ? object_lock_take(self->store, self->object->name, CORE_LOCK_MS, error) : NULL;
    if (!lock || !start_check_off(self->store, self->object->name, error))
        return FALSE;
    xml = store_read_config(self->store, self->object->name, &size, error);
    source = store_config_file(self->store, self->object->name);
    def = xml ? guest_def_parse(ctx->kind, xml, size, source, error) : NULL;
    if (!def)
        return FALSE;
    start.store = self->store;
    start.def = def;
    start.source = source;
    start.xml = xml;
    if (!guest_start_locked(&start, lock, &id, error))
        return FALSE;
    ref->id = id;
    return TRUE;
}

gboolean
guest_start(DriverCtx *ctx, ObjectRef *ref, guint flags, GError **error)
{
    return guest_start_files(ctx, ref, NULL, 0, flags, error);
}

ObjectRef *
guest_create_xml(DriverCtx *ctx, const char *xml, const StartIo *io, guint flags,
                 GPtrArray *warnings, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(StoreObject) former = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    g_autofree char *text = NULL;
    GuestStart start = {
        .ctx = ctx,
        .store = store,
        .io = io,
        .source = guest_source(ctx),
        .flags = flags,
    };
    int id;

    if (!guest_check_flags(flags, ctx->kind->create_flags, "create", error) ||
        !check_files(io ? io->n_files : 0, error))
        return NULL;
    def = guest_def_read(ctx, xml, (flags & GUEST_START_VALIDATE) != 0, warnings, error);
    lock = def ? object_lock_take(store, def->name, CORE_LOCK_MS, error) : NULL;
    if (!lock)
        return NULL;
    /* A definition of the same name and uuid makes it a start with other settings, as libvirt does. */
    former = store_find_name(store, def->name, NULL);
    text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
    start.def = def;
    start.xml = text;
    start.is_transient = !former || !former->is_persistent;
    if (!guest_start_locked(&start, lock, &id, error))
        return NULL;
    return object_ref_new(def->name, def->uuid, id);
}

char *
guest_dry_run(DriverCtx *ctx, const char *xml, const ObjectRef *ref, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autoptr(Guest) self = NULL;
    g_autoptr(DomainDef) def = NULL;
    g_autofree char *live_dir = NULL;
    g_autofree char *live_xml = NULL;
    GuestStart start = {
        .ctx = ctx,
        .store = store,
        .source = guest_source(ctx),
        .is_dry_run = TRUE,
    };
    g_autofree char *stored = NULL;

    if (xml) {
        def = guest_def_read(ctx, xml, FALSE, ctx->warnings, error);
        start.is_transient = TRUE;
    } else {
        self = guest_open(ctx, ref, error);
        def = self ? guest_config(self, error) : NULL;
        start.source = stored = self ? store_config_file(store, self->object->name) : NULL;
    }
    if (!def)
        return NULL;
    start.def = def;
    live_dir = store_live_dir(store, def->name);
    start.live_dir = live_dir;
    return ctx->kind->plan(&start, &live_xml, error);
}
