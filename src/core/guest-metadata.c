/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Title, description and custom metadata of a guest, in the running and the stored definition. */
#include <string.h>

#include "core/guest-roles.h"
#include "core/guest.h"
#include "core/journal.h"
#include "util/error.h"

enum {
    METADATA_DESCRIPTION,
    METADATA_TITLE,
    METADATA_ELEMENT
}; /* VIR_DOMAIN_METADATA_* */

static char *
metadata_absent(const Guest *self, const char *what, GError **error)
{
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_NO_METADATA, "domain '%s' has no %s",
                self->object->name, what);
    return NULL;
}

char *
guest_get_metadata(DriverCtx *ctx, const ObjectRef *ref, int type, const char *ns_uri, guint flags,
                   GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(DomainDef) def = NULL;
    gboolean live, config;

    if (!self || !guest_check_flags(flags, AFFECT_LIVE | AFFECT_CONFIG, "metadata", error))
        return NULL;
    if (!guest_affect(self, flags, &live, &config, error))
        return NULL;
    def = live ? guest_live(self, error) : guest_config(self, error);
    if (!def)
        return NULL;
    switch (type) {
    case METADATA_DESCRIPTION:
        return def->description ? g_strdup(def->description)
                                : metadata_absent(self, "description", error);
    case METADATA_TITLE:
        return def->title ? g_strdup(def->title) : metadata_absent(self, "title", error);
    case METADATA_ELEMENT:
        return domain_metadata_get(def, ns_uri, error);
    }
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "unknown metadata type %d", type);
    return NULL;
}

static void
metadata_replace(char **field, const char *text)
{
    g_free(*field);
    *field = text && *text ? g_strdup(text) : NULL;
}

static gboolean
metadata_apply(DomainDef *def, int type, const char *text, const char *key, const char *ns_uri,
               GError **error)
{
    switch (type) {
    case METADATA_DESCRIPTION:
        metadata_replace(&def->description, text);
        return TRUE;
    case METADATA_TITLE:
        if (text && strchr(text, '\n')) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG,
                        "a title is one line; put longer text into the description");
            return FALSE;
        }
        metadata_replace(&def->title, text);
        return TRUE;
    case METADATA_ELEMENT:
        return domain_metadata_set(def, key, ns_uri, text, error);
    }
    g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "unknown metadata type %d", type);
    return FALSE;
}

gboolean
guest_set_metadata(DriverCtx *ctx, const ObjectRef *ref, int type, const char *text,
                   const char *key, const char *ns_uri, guint flags, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(ObjectLock) lock = NULL;
    g_autoptr(DomainDef) live_def = NULL;
    g_autoptr(DomainDef) config_def = NULL;
    gboolean live, config;

    if (!self || !guest_check_flags(flags, AFFECT_LIVE | AFFECT_CONFIG, "metadata", error))
        return FALSE;
    lock = guest_lock(self, error);
    if (!lock || !guest_affect(self, flags, &live, &config, error))
        return FALSE;
    if (live && (!(live_def = guest_live(self, error)) ||
                 !metadata_apply(live_def, type, text, key, ns_uri, error)))
        return FALSE;
    if (config && (!(config_def = guest_config(self, error)) ||
                   !metadata_apply(config_def, type, text, key, ns_uri, error)))
        return FALSE;
    if ((live && !guest_save_live(self, live_def, error)) ||
        (config && !guest_save_config(self, config_def, error)))
        return FALSE;
    /* Stored: a journal that cannot be written takes nothing back. */
    (void)journal_append(ctx->paths, ctx->kind->folder, ref, JOURNAL_METADATA_CHANGE, type, 0,
                         ns_uri ? ns_uri : "", NULL);
    return TRUE;
}
