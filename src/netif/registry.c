/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/registry.h"

#include <string.h>

#include "netif/backends.h"
#include "util/error.h"

static const NetifBackend *const backends[] = {
    &backend_debian,  &backend_networkd, &backend_keyfile,
#ifdef HAVE_NETPLAN
    &backend_netplan,
#endif
    &backend_redhat,  &backend_suse,     NULL,
};

static const char *const netif_style_names[NETIF_STYLE_LAST] = {
    [NETIF_STYLE_AUTO] = "auto",
    [NETIF_STYLE_NETCF] = "netcf",
    [NETIF_STYLE_NATIVE] = "native",
};
ENUM_IMPL(netif_style, NetifStyle);

void
netif_entry_free(NetifEntry *entry)
{
    if (entry == NULL)
        return;
    g_free(entry->name);
    g_free(entry->file);
    g_free(entry);
}

const NetifBackend *const *
netif_backends(void)
{
    return backends;
}

const NetifBackend *
netif_backend_find(const char *name, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; backends[i] != NULL; i++) {
        if (strcmp(backends[i]->name, name) == 0)
            return backends[i];
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", backends[i]->name);
    }
    error_set(error, LODGE_ERROR_ARGUMENT, "there is no interface backend '%s'; use one of: %s",
              name, names->str);
    return NULL;
}

const NetifBackend *
netif_backend_detect(NetifFiles *files, GError **error)
{
    const NetifBackend *in_charge = NULL, *installed = NULL;
    g_autoptr(GString) claims = g_string_new(NULL);
    guint n_in_charge = 0, n_installed = 0;

    for (guint i = 0; backends[i] != NULL; i++) {
        g_autofree char *why = NULL;
        NetifPresence presence = backends[i]->detect(files, &why);

        if (presence == NETIF_PRESENCE_IN_CHARGE) {
            in_charge = backends[i];
            g_string_append_printf(claims, "%s%s (%s)", n_in_charge++ > 0 ? ", " : "",
                                   backends[i]->name, why != NULL ? why : backends[i]->title);
        } else if (presence == NETIF_PRESENCE_INSTALLED) {
            installed = n_installed++ == 0 ? backends[i] : installed;
        }
    }
    if (n_in_charge == 1)
        return in_charge;
    if (n_in_charge > 1) {
        error_set(error, LODGE_ERROR_STATE,
                  "several programs configure the interfaces of '%s': %s; choose with --backend",
                  netif_files_root(files), claims->str);
        return NULL;
    }
    if (n_installed == 1)
        return installed;
    if (n_installed > 1)
        error_set(error, LODGE_ERROR_STATE,
                  "nobody configures interfaces of '%s' yet, and several programs could; choose "
                  "with --backend",
                  netif_files_root(files));
    else
        error_set(error, LODGE_ERROR_NOT_FOUND,
                  "nobody configures interfaces in '%s' that lodge knows; choose with --backend",
                  netif_files_root(files));
    return NULL;
}
