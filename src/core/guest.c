/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/guest.h"

#include <string.h>

#include "core/limits.h"
#include "util/error.h"
#include "util/uuid.h"

Store *
guest_store(DriverCtx *ctx)
{
    return store_new(ctx->paths, ctx->kind->folder, "domain");
}

Guest *
guest_open(DriverCtx *ctx, const ObjectRef *ref, GError **error)
{
    g_autoptr(Guest) self = g_new0(Guest, 1);

    self->kind = ctx->kind;
    self->store = guest_store(ctx);
    self->object = store_find_name(self->store, ref->name, NULL);
    if (!self->object || memcmp(self->object->uuid, ref->uuid, sizeof(ref->uuid)) != 0) {
        store_object_free(self->object);
        self->object = store_find_uuid(self->store, ref->uuid, error);
    }
    if (!self->object)
        return NULL;
    self->live_dir = store_live_dir(self->store, self->object->name);
    return g_steal_pointer(&self);
}

void
guest_free(Guest *self)
{
    if (!self)
        return;
    store_object_free(self->object);
    store_free(self->store);
    g_free(self->live_dir);
    g_free(self);
}

ObjectLock *
guest_lock(Guest *self, GError **error)
{
    g_autoptr(ObjectLock) lock =
        object_lock_take(self->store, self->object->name, CORE_LOCK_MS, error);
    StoreObject *object;

    if (!lock)
        return NULL;
    object = store_find_uuid(self->store, self->object->uuid, error);
    if (!object)
        return NULL;
    store_object_free(self->object);
    self->object = object;
    return g_steal_pointer(&lock);
}

gboolean
guest_require_active(const Guest *self, GError **error)
{
    return self->object->is_active ? TRUE : store_set_not_running(self->store, error);
}

Status *
guest_open_active(DriverCtx *ctx, const ObjectRef *ref, Guest **ret_self, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    Status *status;

    if (!self || !guest_require_active(self, error))
        return NULL;
    status = guest_status(self, error);
    if (status && ret_self)
        *ret_self = g_steal_pointer(&self);
    return status;
}

DomainDef *
guest_def_parse(const GuestKind *kind, const char *text, gsize size, const char *source,
                GError **error)
{
    g_autoptr(DomainDef) def = domain_def_parse(text, size, source, FALSE, NULL, error);

    if (!def || (kind->stored && !kind->stored(def, source, error)))
        return NULL;
    return g_steal_pointer(&def);
}

DomainDef *
guest_config(Guest *self, GError **error)
{
    g_autofree char *text = NULL;
    g_autofree char *source = NULL;
    gsize size;

    if (!self->object->is_persistent && !self->object->is_stuck)
        return guest_live(self, error);
    text = self->object->is_persistent
               ? store_read_config(self->store, self->object->name, &size, error)
               : store_read_remains(self->store, self->object->name, "live.xml", &size, error);
    source = store_config_file(self->store, self->object->name);
    return text ? guest_def_parse(self->kind, text, size, source, error) : NULL;
}

DomainDef *
guest_live(Guest *self, GError **error)
{
    gsize size;
    g_autofree char *text =
        store_read_live(self->store, self->object->name, "live.xml", &size, error);
    g_autoptr(DomainDef) def = NULL;

    if (!text)
        return NULL;
    if (self->kind->live_format & DOMAIN_FORMAT_INACTIVE)
        def = domain_def_parse(text, size, "live.xml", FALSE, NULL, error);
    else
        def = domain_def_parse_live(text, size, "live.xml", error);
    if (!def || (self->kind->stored && !self->kind->stored(def, "live.xml", error)))
        return NULL;
    def->id = self->object->id;
    return g_steal_pointer(&def);
}

DomainDef *
guest_current(Guest *self, GError **error)
{
    return self->object->is_active ? guest_live(self, error) : guest_config(self, error);
}

gboolean
guest_save_config(Guest *self, const DomainDef *def, GError **error)
{
    g_autofree char *xml = domain_def_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);

    return store_define(self->store, self->object->name, self->object->uuid, xml, NULL, error);
}

gboolean
guest_save_live(Guest *self, const DomainDef *def, GError **error)
{
    g_autofree char *xml = domain_def_format(def, self->kind->live_format | DOMAIN_FORMAT_SECURE);

    return store_write_live(self->store, self->object->name, "live.xml", xml, error);
}

Status *
guest_status(const Guest *self, GError **error)
{
    return status_read(self->live_dir, error);
}

gboolean
guest_affect(const Guest *self, guint flags, gboolean *ret_live, gboolean *ret_config,
             GError **error)
{
    gboolean live = (flags & AFFECT_LIVE) != 0, config = (flags & AFFECT_CONFIG) != 0;

    if (!live && !config) {
        live = self->object->is_active;
        config = !live;
    }
    if (live && !guest_require_active(self, error))
        return FALSE;
    if (config && !self->object->is_persistent) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_STATE,
                    "domain '%s' is transient and has no stored configuration to change; use "
                    "--live, or define it",
                    self->object->name);
        return FALSE;
    }
    *ret_live = live;
    *ret_config = config;
    return TRUE;
}

gboolean
guest_check_flags(guint flags, guint allowed, const char *call, GError **error)
{
    if (!(flags & ~allowed))
        return TRUE;
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "unsupported flags (0x%x) in function %s",
                flags & ~allowed, call);
    return FALSE;
}

const char *
guest_source(const DriverCtx *ctx)
{
    return ctx->xml_source ? ctx->xml_source : "(domain_definition)";
}

DomainDef *
guest_def_read(DriverCtx *ctx, const char *xml, gboolean strict, GPtrArray *warnings,
               GError **error)
{
    const char *source = guest_source(ctx);
    g_autoptr(GPtrArray) unknown = NULL;
    g_autoptr(DomainDef) def = domain_def_parse(xml, strlen(xml), source, strict, &unknown, error);

    if (!def || !ctx->kind->check(def, source, error))
        return NULL;
    for (guint i = 0; warnings && unknown && i < unknown->len; i++)
        g_ptr_array_add(warnings, g_strdup(g_ptr_array_index(unknown, i)));
    if (!def->has_uuid) {
        uuid_random(def->uuid);
        def->has_uuid = TRUE;
    }
    if (ctx->kind->complete && !ctx->kind->complete(ctx, def, source, error))
        return NULL;
    return g_steal_pointer(&def);
}
