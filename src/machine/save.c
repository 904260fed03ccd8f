/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Saving a machine into a file, and going on from it.
 *
 * The supervisor does the work (supervisor/control.h: save), so it goes on when the caller dies. A managed
 * save is the same with a file of our own, DATA/qemu/save/NAME.save, which the next start finds. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/control.h"
#include "core/guest-roles.h"
#include "core/guest.h"
#include "core/limits.h"
#include "machine/monitor.h"
#include "machine/roles.h"
#include "machine/save-image.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"

enum { /* VIR_DOMAIN_SAVE_* */
    SAVE_BYPASS_CACHE = 1,
    SAVE_RUNNING = 2,
    SAVE_PAUSED = 4
};
#define JOB_OPERATION_SAVE 2 /* VIR_DOMAIN_JOB_OPERATION_SAVE */

static gboolean
save_check_flags(guint flags, const char *call, GError **error)
{
    if (!guest_check_flags(flags, SAVE_BYPASS_CACHE | SAVE_RUNNING | SAVE_PAUSED, call, error))
        return FALSE;
    if (flags & SAVE_BYPASS_CACHE)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "%s: --bypass-cache is not supported; leave it out", call);
    return TRUE;
}

/* DATA/qemu/save/NAME.save. (transfer full) */
static char *
save_managed_path(const DriverCtx *ctx, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".save", NULL);

    return g_build_filename(ctx->paths->data, ctx->kind->folder, "save", file, NULL);
}

gboolean
machine_has_managed_save(DriverCtx *ctx, const char *name)
{
    g_autofree char *path = save_managed_path(ctx, name);

    return access(path, F_OK) == 0;
}

/* --- saving ----------------------------------------------------------------------------------------- */

/* What is stored: the XML that runs, or @xml, which must be of the same guest. (transfer full) */
static char *
save_xml(DriverCtx *ctx, Guest *self, const char *xml, GError **error)
{
    g_autoptr(DomainDef) def = NULL;

    if (!xml) {
        def = guest_live(self, error);
    } else {
        def = guest_def_read(ctx, xml, FALSE, ctx->warnings, error);
        if (def && (strcmp(def->name, self->object->name) != 0 ||
                    memcmp(def->uuid, self->object->uuid, sizeof(def->uuid)) != 0)) {
            error_set(error, LODGE_ERROR_CONFIG,
                      "the XML is of another domain ('%s'); keep name and uuid of '%s'", def->name,
                      self->object->name);
            return NULL;
        }
    }
    return def ? domain_def_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE) : NULL;
}

static gboolean
save_run(const Guest *self, const char *path, int fd, guint64 state_offset, guint64 complete_offset,
         GError **error)
{
    g_autofree char *state = g_strdup_printf("%" G_GUINT64_FORMAT, state_offset);
    g_autofree char *complete = g_strdup_printf("%" G_GUINT64_FORMAT, complete_offset);
    const char *words[] = {"save", state, complete, NULL};

    if (control_request_fd(self->live_dir, words, fd, -1, NULL, NULL, error))
        return TRUE;
    g_prefix_error(error, "cannot save domain '%s' to '%s': ", self->object->name, path);
    return FALSE;
}

static gboolean
save_to(DriverCtx *ctx, Guest *self, const char *path, const char *dxml, guint flags,
        GError **error)
{
    g_autoptr(ObjectLock) lock = guest_lock(self, error);
    g_autoptr(Status) status = NULL;
    g_autofree char *xml = NULL;
    g_auto(Fd) fd = -1;
    guint64 state_offset, complete_offset;
    gboolean is_paused;

    if (!lock || !guest_require_active(self, error) || !(status = guest_status(self, error)) ||
        !(xml = save_xml(ctx, self, dxml, error)))
        return FALSE;
    is_paused = flags & SAVE_PAUSED ? TRUE : flags & SAVE_RUNNING ? FALSE : status->is_paused;
    fd = image_create(path, xml, is_paused, &state_offset, &complete_offset, error);
    if (fd < 0)
        return FALSE;
    if (save_run(self, path, fd, state_offset, complete_offset, error))
        return TRUE;
    (void)unlink(path); /* the first error is the one to tell; an incomplete image is never used */
    return FALSE;
}

static gboolean
jobs_save(DriverCtx *ctx, const ObjectRef *ref, const char *to, const char *xml, guint flags,
          GError **error)
{
    g_autoptr(Guest) self = NULL;

    if (!save_check_flags(flags, "save", error))
        return FALSE;
    self = guest_open(ctx, ref, error);
    return self && guest_require_active(self, error) && save_to(ctx, self, to, xml, flags, error);
}

static gboolean
jobs_managed_save(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autofree char *path = NULL;
    g_autofree char *dir = NULL;

    if (!save_check_flags(flags, "managedsave", error))
        return FALSE;
    self = guest_open(ctx, ref, error);
    if (!self || !guest_require_active(self, error))
        return FALSE;
    if (!self->object->is_persistent)
        return error_set(error, LODGE_ERROR_STATE,
                         "domain '%s' is transient: there will be no start to go on from; define "
                         "it, or use save with a file",
                         self->object->name);
    path = save_managed_path(ctx, self->object->name);
    dir = g_path_get_dirname(path);
    return file_make_dirs(dir, 0700, error) && save_to(ctx, self, path, NULL, flags, error);
}

/* --- going on --------------------------------------------------------------------------------------- */

/* The definition in @text, which was checked when it came in. */
static DomainDef *
restore_def(DriverCtx *ctx, const char *text, const char *path, const char *xml, GError **error)
{
    g_autoptr(DomainDef) def = guest_def_parse(ctx->kind, text, strlen(text), path, error);
    g_autoptr(DomainDef) other = NULL;

    if (!def || !ctx->kind->check(def, path, error))
        return NULL;
    if (!xml)
        return g_steal_pointer(&def);
    other = guest_def_read(ctx, xml, FALSE, ctx->warnings, error);
    if (other && (strcmp(def->name, other->name) != 0 ||
                  memcmp(def->uuid, other->uuid, sizeof(def->uuid)) != 0)) {
        error_set(error, LODGE_ERROR_CONFIG,
                  "the XML is of another domain ('%s') than the image '%s', which has '%s'",
                  other->name, path, def->name);
        return NULL;
    }
    return g_steal_pointer(&other);
}

static gboolean
restore_from(DriverCtx *ctx, const char *path, const char *xml, guint flags, guint start_flags,
             int *ret_id, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autoptr(StoreObject) former = NULL;
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(DomainDef) def = NULL;
    g_autofree char *image_xml = NULL;
    g_autofree char *text = NULL;
    gboolean is_paused;
    ImageHeader header;
    GuestStart start = {.ctx = ctx, .store = store, .source = path, .incoming = path};

    if (!image_read(path, &header, &image_xml, error))
        return FALSE;
    def = restore_def(ctx, image_xml, path, xml, error);
    lock = def ? object_lock_take(store, def->name, CORE_LOCK_MS, error) : NULL;
    if (!lock)
        return FALSE;
    former = store_find_name(store, def->name, NULL);
    is_paused = flags & SAVE_PAUSED ? TRUE : flags & SAVE_RUNNING ? FALSE : header.is_paused;
    text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
    start.def = def;
    start.xml = text;
    start.incoming_offset = header.state_offset;
    start.flags = start_flags | (is_paused ? GUEST_START_PAUSED : 0);
    start.is_transient = !former || !former->is_persistent;
    return guest_start_locked(&start, lock, ret_id, error);
}

static gboolean
jobs_restore(DriverCtx *ctx, const char *from, const char *xml, guint flags, GError **error)
{
    /* the supervisor opens it, whose current directory is another */
    g_autofree char *path = g_canonicalize_filename(from, NULL);

    return save_check_flags(flags, "restore", error) &&
           restore_from(ctx, path, xml, flags, 0, NULL, error);
}

gboolean
machine_start(DriverCtx *ctx, ObjectRef *ref, guint flags, GError **error)
{
    g_autofree char *path = save_managed_path(ctx, ref->name);
    g_autoptr(GError) problem = NULL;
    ImageHeader header;
    int id;

    if (!guest_check_flags(flags, ctx->kind->start_flags, "start", error))
        return FALSE;
    if (!(flags & GUEST_START_FORCE_BOOT) && image_read(path, &header, NULL, &problem)) {
        if (!restore_from(ctx, path, NULL, 0, flags, &id, error)) {
            g_prefix_error(error, "cannot go on from the managed save: ");
            return FALSE;
        }
        (void)unlink(path); /* a second start from it would meet disks that have changed */
        ref->id = id;
        return TRUE;
    }
    if (problem && !g_error_matches(problem, LODGE_ERROR, LODGE_ERROR_NOT_FOUND) && ctx->warnings)
        g_ptr_array_add(ctx->warnings,
                        g_strdup_printf("domain '%s' boots anew: %s", ref->name, problem->message));
    if (!guest_start(ctx, ref, flags, error))
        return FALSE;
    (void)unlink(path); /* what was saved is older than what runs now */
    return TRUE;
}

/* --- images ------------------------------------------------------------------------------------------ */

static char *
jobs_image_xml(DriverCtx *ctx, const char *file, guint flags, GError **error)
{
    g_autofree char *xml = NULL;
    g_autoptr(DomainDef) def = NULL;
    ImageHeader header;

    if (!image_read(file, &header, &xml, error))
        return NULL;
    def = guest_def_parse(ctx->kind, xml, strlen(xml), file, error);
    return def ? domain_def_format(def, DOMAIN_FORMAT_INACTIVE |
                                            ((flags & 1) ? DOMAIN_FORMAT_SECURE : 0))
               : NULL;
}

static gboolean
jobs_has_managed_save(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);

    if (!self)
        return FALSE;
    *ret_value = machine_has_managed_save(ctx, self->object->name);
    return TRUE;
}

gboolean
machine_drop_managed_save(DriverCtx *ctx, const char *name, GError **error)
{
    g_autofree char *path = save_managed_path(ctx, name);

    if (unlink(path) == 0 || errno == ENOENT)
        return TRUE;
    return error_set_errno(error, errno, "cannot remove '%s'", path);
}

static gboolean
jobs_remove_managed_save(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(ObjectLock) lock = self ? guest_lock(self, error) : NULL;

    return lock && machine_drop_managed_save(ctx, self->object->name, error);
}

static char *
jobs_managed_save_xml(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autofree char *path = save_managed_path(ctx, ref->name);

    return jobs_image_xml(ctx, path, flags, error);
}

/* --- jobs -------------------------------------------------------------------------------------------- */

static gboolean
jobs_job(DriverCtx *ctx, const ObjectRef *ref, gboolean completed, DomainJob *ret_job,
         GError **error)
{
    const char *words[] = {"job", completed ? "completed" : NULL, NULL};
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_auto(GStrv) answer = NULL;

    memset(ret_job, 0, sizeof(*ret_job));
    if (!self)
        return FALSE;
    if (!self->object->is_active)
        return completed || guest_require_active(self, error); /* libvirt keeps none of the dead */
    if (!control_request(self->live_dir, words, CORE_REQUEST_MS, &answer, NULL, error)) {
        g_prefix_error(error, "cannot ask domain '%s' for its job: ", self->object->name);
        return FALSE;
    }
    if (g_strv_length(answer) < 5)
        return TRUE; /* none */
    ret_job->is_running = !completed;
    ret_job->operation = strcmp(answer[0], "save") == 0 ? JOB_OPERATION_SAVE : 0;
    ret_job->elapsed_ms = g_ascii_strtoull(answer[1], NULL, 10);
    ret_job->done = g_ascii_strtoull(answer[2], NULL, 10);
    ret_job->total = g_ascii_strtoull(answer[3], NULL, 10);
    ret_job->remaining = g_ascii_strtoull(answer[4], NULL, 10);
    return TRUE;
}

static gboolean
jobs_abort(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);

    return self &&
           supervisor_ask(self, "abort the job of", (const char *[]){"job-abort", NULL}, error);
}

const DomainJobs machine_jobs = {
    .save = jobs_save,
    .restore = jobs_restore,
    .image_xml = jobs_image_xml,
    .managed_save = jobs_managed_save,
    .has_managed_save = jobs_has_managed_save,
    .remove_managed_save = jobs_remove_managed_save,
    .managed_save_xml = jobs_managed_save_xml,
    .job = jobs_job,
    .abort = jobs_abort,
};
