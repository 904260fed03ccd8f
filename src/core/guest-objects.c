/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Guests as objects: found, listed, defined, printed. */
#include <string.h>

#include "core/guest-roles.h"
#include "core/guest.h"
#include "core/journal.h"
#include "util/error.h"
#include "util/uuid.h"

/* VIR_CONNECT_LIST_DOMAINS_* */
enum {
    LIST_ACTIVE = 1,
    LIST_INACTIVE = 2,
    LIST_PERSISTENT = 4,
    LIST_TRANSIENT = 8,
    LIST_RUNNING = 16,
    LIST_PAUSED = 32,
    LIST_SHUTOFF = 64,
    LIST_OTHER = 128,
    LIST_MANAGEDSAVE = 256,
    LIST_NO_MANAGEDSAVE = 512,
    LIST_AUTOSTART = 1024,
    LIST_NO_AUTOSTART = 2048,
    LIST_HAS_SNAPSHOT = 4096,
    LIST_NO_SNAPSHOT = 8192,
    LIST_HAS_CHECKPOINT = 16384,
    LIST_NO_CHECKPOINT = 32768,
    LIST_ALL_FLAGS = 65535
};

#define DEFINE_VALIDATE 1u
#define XML_INACTIVE    2u
#define XML_ALL_FLAGS   15u /* SECURE, INACTIVE, UPDATE_CPU, MIGRATABLE */

/* Within a group any flag matches; a group without a flag does not filter. @has: the object's bits. */
static gboolean
list_matches(guint flags, guint has)
{
    static const guint groups[] = {
        LIST_ACTIVE | LIST_INACTIVE,
        LIST_PERSISTENT | LIST_TRANSIENT,
        LIST_RUNNING | LIST_PAUSED | LIST_SHUTOFF | LIST_OTHER,
        LIST_MANAGEDSAVE | LIST_NO_MANAGEDSAVE,
        LIST_AUTOSTART | LIST_NO_AUTOSTART,
        LIST_HAS_SNAPSHOT | LIST_NO_SNAPSHOT,
        LIST_HAS_CHECKPOINT | LIST_NO_CHECKPOINT,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++)
        if ((flags & groups[i]) && !(flags & groups[i] & has))
            return FALSE;
    return TRUE;
}

static guint
list_bits(DriverCtx *ctx, const StoreObject *object)
{
    guint bits = LIST_NO_SNAPSHOT | LIST_NO_CHECKPOINT;

    bits |= ctx->kind->list_bits ? ctx->kind->list_bits(ctx, object) : LIST_NO_MANAGEDSAVE;
    bits |= object->is_active ? LIST_ACTIVE : LIST_INACTIVE;
    bits |= object->is_persistent ? LIST_PERSISTENT : LIST_TRANSIENT;
    bits |= object->is_autostart ? LIST_AUTOSTART : LIST_NO_AUTOSTART;
    if (!object->is_active)
        bits |= LIST_SHUTOFF;
    else
        bits |= object->is_paused ? LIST_PAUSED : LIST_RUNNING;
    return bits;
}

static GPtrArray *
objects_list(DriverCtx *ctx, guint flags, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autoptr(GPtrArray) found = NULL;
    GPtrArray *refs;
    StoreListFlags which = STORE_LIST_ALL;

    if (!guest_check_flags(flags, LIST_ALL_FLAGS, "list", error))
        return NULL;
    if ((flags & (LIST_ACTIVE | LIST_INACTIVE)) == LIST_ACTIVE)
        which = STORE_LIST_ACTIVE;
    else if ((flags & (LIST_ACTIVE | LIST_INACTIVE)) == LIST_INACTIVE)
        which = STORE_LIST_INACTIVE;
    found = store_list(store, which, error);
    if (!found)
        return NULL;
    refs = g_ptr_array_new_with_free_func((GDestroyNotify)object_ref_free);
    for (guint i = 0; i < found->len; i++) {
        const StoreObject *object = g_ptr_array_index(found, i);

        if (list_matches(flags, list_bits(ctx, object)))
            g_ptr_array_add(refs, store_object_ref(object));
    }
    return refs;
}

static ObjectRef *
objects_lookup_name(DriverCtx *ctx, const char *name, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autoptr(StoreObject) object = store_find_name(store, name, error);

    return object ? store_object_ref(object) : NULL;
}

static ObjectRef *
objects_lookup_uuid(DriverCtx *ctx, const guint8 *uuid, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autoptr(StoreObject) object = store_find_uuid(store, uuid, error);

    return object ? store_object_ref(object) : NULL;
}

static ObjectRef *
objects_lookup_id(DriverCtx *ctx, int id, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autoptr(StoreObject) object = store_find_id(store, id, error);

    return object ? store_object_ref(object) : NULL;
}

static ObjectRef *
objects_define(DriverCtx *ctx, const char *xml, guint flags, GPtrArray *warnings, GError **error)
{
    g_autoptr(Store) store = guest_store(ctx);
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(StoreObject) object = NULL;
    g_autoptr(ObjectRef) ref = NULL;
    g_autofree char *text = NULL;
    gboolean is_new = TRUE;

    if (!guest_check_flags(flags, DEFINE_VALIDATE, "define", error))
        return NULL;
    def = guest_def_read(ctx, xml, (flags & DEFINE_VALIDATE) != 0, warnings, error);
    if (!def)
        return NULL;
    text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
    if (!store_define(store, def->name, def->uuid, text, &is_new, error))
        return NULL;
    object = store_find_name(store, def->name, NULL); /* none: undefined since */
    ref = object ? store_object_ref(object) : object_ref_new(def->name, def->uuid, -1);
    /* The definition is stored: a journal that cannot be written takes nothing back. */
    (void)journal_append(ctx->paths, ctx->kind->folder, ref, JOURNAL_LIFECYCLE, JOURNAL_DEFINED,
                         is_new ? JOURNAL_DEFINED_ADDED : JOURNAL_DEFINED_UPDATED, NULL, NULL);
    return g_steal_pointer(&ref);
}

static gboolean
objects_undefine(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(ObjectLock) lock = NULL;

    if (!guest_check_flags(flags, ctx->kind->undefine_flags, "undefine", error))
        return FALSE;
    self = guest_open(ctx, ref, error);
    lock = self ? guest_lock(self, error) : NULL;
    if (!lock)
        return FALSE;
    if (!self->object->is_persistent) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_STATE,
                    "cannot undefine transient domain '%s'; destroy it instead",
                    self->object->name);
        return FALSE;
    }
    if (ctx->kind->undefine && !ctx->kind->undefine(ctx, ref, flags, error))
        return FALSE;
    if (!store_undefine(self->store, self->object->name, error))
        return FALSE;
    /* As above: the definition is gone, whatever the journal says. */
    (void)journal_append(ctx->paths, ctx->kind->folder, ref, JOURNAL_LIFECYCLE, JOURNAL_UNDEFINED,
                         0, NULL, NULL);
    return TRUE;
}

static char *
objects_get_xml(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(DomainDef) def = NULL;
    gboolean inactive = (flags & XML_INACTIVE) != 0;

    if (!guest_check_flags(flags, XML_ALL_FLAGS, "dumpxml", error))
        return NULL;
    self = guest_open(ctx, ref, error);
    if (!self)
        return NULL;
    if (!self->object->is_active)
        inactive = TRUE;
    def = inactive ? guest_config(self, error) : guest_live(self, error);
    if (!def)
        return NULL;
    if (!inactive) {
        g_autoptr(Status) status = guest_status(self, NULL);

        def->id = self->object->id;
        if (status)
            ctx->kind->fill_live(self->live_dir, status, def);
    }
    return domain_def_format(def, (inactive ? DOMAIN_FORMAT_INACTIVE : 0) |
                                      ((flags & 1) ? DOMAIN_FORMAT_SECURE : 0));
}

static gboolean
objects_get_state(DriverCtx *ctx, const ObjectRef *ref, DomainState *ret_state, int *ret_reason,
                  GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(Status) status = NULL;

    if (!self)
        return FALSE;
    status = guest_status(self, NULL); /* none: it never ran */
    status_to_domain_state(status, self->object->is_active, ret_state, ret_reason);
    return TRUE;
}

static gboolean
objects_get_info(DriverCtx *ctx, const ObjectRef *ref, DomainInfo *ret_info, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(DomainDef) def = self ? guest_current(self, error) : NULL;
    g_autoptr(Status) status = NULL;
    DomainInfo info = {.state = DOMAIN_STATE_NOSTATE};

    if (!def)
        return FALSE;
    status = guest_status(self, NULL);
    status_to_domain_state(status, self->object->is_active, &info.state, &info.reason);
    info.max_mem_kib = def->memory_kib;
    info.memory_kib = def->current_memory_kib;
    info.vcpus = def->tune.vcpus_current;
    if (self->object->is_active && status)
        ctx->kind->usage(self->live_dir, status, &info);
    *ret_info = info;
    return TRUE;
}

static gboolean
objects_is_persistent(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);

    if (!self)
        return FALSE;
    *ret_value = self->object->is_persistent;
    return TRUE;
}

static gboolean
objects_get_autostart(DriverCtx *ctx, const ObjectRef *ref, gboolean *ret_value, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);

    if (!self)
        return FALSE;
    *ret_value = self->object->is_autostart;
    return TRUE;
}

static gboolean
objects_set_autostart(DriverCtx *ctx, const ObjectRef *ref, gboolean value, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(ObjectLock) lock = self ? guest_lock(self, error) : NULL;

    if (!lock)
        return FALSE;
    if (!self->object->is_persistent) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_STATE,
                    "cannot set autostart of transient domain '%s'; define it first",
                    self->object->name);
        return FALSE;
    }
    return store_set_autostart(self->store, self->object->name, value, error);
}

const DomainObjects guest_objects = {
    .list = objects_list,
    .lookup_name = objects_lookup_name,
    .lookup_uuid = objects_lookup_uuid,
    .lookup_id = objects_lookup_id,
    .define = objects_define,
    .undefine = objects_undefine,
    .get_xml = objects_get_xml,
    .get_state = objects_get_state,
    .get_info = objects_get_info,
    .is_persistent = objects_is_persistent,
    .get_autostart = objects_get_autostart,
    .set_autostart = objects_set_autostart,
    .get_metadata = guest_get_metadata,
    .set_metadata = guest_set_metadata,
};
