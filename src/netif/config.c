/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/config.h"

#include <string.h>

#include "util/error.h"

struct NetifConfig {
    NetifFiles *files;
    const NetifBackend *backend;
    NetifModel model;
};

NetifConfig *
netif_config_open(NetifFiles *files, const NetifBackend *backend, GError **error)
{
    NetifModel model = backend->load(files, error);
    NetifConfig *config;

    if (model == NULL)
        return NULL;
    config = g_new0(NetifConfig, 1);
    config->files = files;
    config->backend = backend;
    config->model = model;
    return config;
}

void
netif_config_close(NetifConfig *config)
{
    if (config == NULL)
        return;
    if (config->model != NULL)
        config->backend->unload(config->model);
    g_free(config);
}

const NetifBackend *
netif_config_backend(const NetifConfig *config)
{
    return config->backend;
}

GPtrArray *
netif_config_list(NetifConfig *config)
{
    return config->backend->list(config->model);
}

void
netif_config_notes(NetifConfig *config, NetifNotes *notes)
{
    config->backend->notes(config->model, notes);
}

GPtrArray *
netif_config_scopes(NetifConfig *config)
{
    return config->backend->scopes(config->model);
}

char **
netif_config_command(NetifConfig *config, const char *name, gboolean up, GError **error)
{
    return config->backend->command(config->model, name, up, error);
}

InterfaceDef *
netif_config_read(NetifConfig *config, const char *name, NetifNotes *notes, GError **error)
{
    return config->backend->read(config->model, name, notes, error);
}

/* The model is spent after an edit. FALSE leaves the old one, which reads as before. */
static gboolean
reload(NetifConfig *config, GError **error)
{
    NetifModel model = config->backend->load(config->files, error);

    if (model == NULL)
        return FALSE;
    config->backend->unload(config->model);
    config->model = model;
    return TRUE;
}

/* Whether @notes tells already of what @note is about: its words up to the colon. */
static gboolean
is_told(const NetifNotes *notes, const NetifNote *note)
{
    gsize length = strcspn(note->text, ":");

    for (guint i = 0; i < notes->len; i++) {
        const NetifNote *other = g_ptr_array_index(notes, i);

        if (other->kind == note->kind && g_strcmp0(other->iface, note->iface) == 0 &&
            strncmp(other->text, note->text, length) == 0)
            return TRUE;
    }
    return FALSE;
}

/* What stands in the files now and is not honoured. */
static void
add_ignored(const NetifNotes *from, NetifNotes *to)
{
    for (guint i = 0; to != NULL && i < from->len; i++) {
        const NetifNote *note = g_ptr_array_index(from, i);

        if (note->kind == NETIF_NOTE_IGNORED && !is_told(to, note))
            netif_notes_add(to, note->kind, note->iface, note->file, note->line, "%s", note->text);
    }
}

/* What does not come back out, and nobody said so. */
static gboolean
check_written(NetifConfig *config, const InterfaceDef *def, NetifNotes *notes, GError **error)
{
    g_autoptr(NetifNotes) found = netif_notes_new();
    g_autoptr(InterfaceDef) now = config->backend->read(config->model, def->name, found, error);
    g_autoptr(GPtrArray) differences = NULL;

    if (now == NULL) {
        g_prefix_error(error, "what was written for '%s' does not read back: ", def->name);
        return FALSE;
    }
    add_ignored(found, notes);
    differences = interface_def_differences(def, now);
    for (guint i = 0; i < differences->len; i++)
        netif_notes_add(notes, NETIF_NOTE_LOST, def->name, NULL, 0, "%s",
                        (const char *)g_ptr_array_index(differences, i));
    return TRUE;
}

gboolean
netif_config_define(NetifConfig *config, const InterfaceDef *def, NetifStyle style,
                    NetifNotes *notes, GError **error)
{
    return config->backend->write(config->model, def, style, notes, error) &&
           reload(config, error) && check_written(config, def, notes, error);
}

gboolean
netif_config_undefine(NetifConfig *config, const char *name, NetifNotes *notes, GError **error)
{
    return config->backend->remove(config->model, name, notes, error) && reload(config, error);
}
