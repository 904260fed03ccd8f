/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/uri.h"

#include <fcntl.h>
#include <string.h>

#include "util/error.h"
#include "util/file.h"

#define CONF_BYTES_MAX (1 << 20)

static const char *const schemes[] = {"lodge", "lxc", "qemu", "network"};

static gboolean
set_bad(GError **error, const char *text, const char *why)
{
    return error_set(error, LODGE_ERROR_ARGUMENT, "cannot connect to '%.200s': %s", text, why);
}

static gboolean
parse_scheme(Uri *uri, const char *text, gsize n_scheme, GError **error)
{
    g_autofree char *scheme = g_ascii_strdown(text, (gssize)n_scheme);
    char *plus = strchr(scheme, '+');

    if (plus != NULL)
        *plus = '\0';
    for (guint i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_str_equal(scheme, schemes[i]))
            uri->scheme = g_strdup(scheme);
    if (uri->scheme == NULL)
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "cannot connect to '%.200s': no driver for scheme '%.50s'; known are "
                         "lodge:///, lxc:///, qemu:/// and network:///",
                         text, scheme);
    if (plus != NULL)
        return error_set(
            error, LODGE_ERROR_UNSUPPORTED,
            "cannot connect to '%.200s': transport '%.50s' is not supported; use %s:/// "
            "on that host",
            text, plus + 1, scheme);
    return TRUE;
}

static gboolean
parse_query(Uri *uri, const char *text, const char *query, GError **error)
{
    g_auto(GStrv) pairs = g_strsplit_set(query, "&;", -1);

    for (char **pair = pairs; *pair != NULL; pair++) {
        char *value = strchr(*pair, '=');

        if (**pair == '\0')
            continue;
        if (!g_str_has_prefix(*pair, "root="))
            return error_set(error, LODGE_ERROR_ARGUMENT,
                             "cannot connect to '%.200s': parameter '%.50s' is not known; known is "
                             "root=DIRECTORY",
                             text, *pair);
        g_free(uri->root);
        uri->root = g_uri_unescape_string(value + 1, NULL);
        if (uri->root == NULL || *uri->root != '/')
            return set_bad(error, text, "root= needs the absolute path of a directory");
    }
    return TRUE;
}

Uri *
uri_parse(const char *text, gboolean is_root, GError **error)
{
    g_autoptr(Uri) uri = g_new0(Uri, 1);
    gsize n_scheme = strcspn(text, ":/?#");
    g_autofree char *path = NULL, *escaped = NULL;
    const char *at = text + n_scheme, *query;

    if (*at != ':' || n_scheme == 0) {
        set_bad(error, text, "it is no URI; write lodge:///, lxc:///, qemu:/// or network:///");
        return NULL;
    }
    if (!parse_scheme(uri, text, n_scheme, error))
        return NULL;
    at++;
    if (g_str_has_prefix(at, "//") && at[2] != '/' && at[2] != '\0' && at[2] != '?') {
        error_set(
            error, LODGE_ERROR_UNSUPPORTED,
            "cannot connect to '%.200s': other hosts are not supported; did you mean %s:///%s?",
            text, uri->scheme, at + 2);
        return NULL;
    }
    at += strspn(at, "/");
    query = strchr(at, '?');
    path = query != NULL ? g_strndup(at, (gsize)(query - at)) : g_strdup(at);
    if (query != NULL && !parse_query(uri, text, query + 1, error))
        return NULL;
    if (g_str_equal(path, "embed") && uri->root == NULL) {
        set_bad(error, text, "embed needs a root; write embed?root=/DIRECTORY");
        return NULL;
    }
    if (*path != '\0' && !g_str_equal(path, "system") && !g_str_equal(path, "session") &&
        !g_str_equal(path, "embed")) {
        set_bad(error, text, "its path must be empty, system, session or embed?root=/DIRECTORY");
        return NULL;
    }
    uri->session = g_str_equal(path, "session") || (*path == '\0' && !is_root);
    if (uri->root != NULL)
        escaped = g_uri_escape_string(uri->root, "/", FALSE);
    uri->canonical =
        g_strconcat(uri->scheme, ":///", path, escaped != NULL ? "?root=" : NULL, escaped, NULL);
    return g_steal_pointer(&uri);
}

void
uri_free(Uri *uri)
{
    if (uri == NULL)
        return;
    g_free(uri->scheme);
    g_free(uri->root);
    g_free(uri->canonical);
    g_free(uri);
}

/* The value of `uri_default = "..."` in lodge.conf; NULL when it says nothing. */
static char *
read_conf(const char *config_dir)
{
    g_autofree char *path = g_build_filename(config_dir, "lodge.conf", NULL);
    g_autofree char *text = file_read(AT_FDCWD, path, CONF_BYTES_MAX, NULL, NULL);
    g_auto(GStrv) lines = text != NULL ? g_strsplit(text, "\n", -1) : NULL;

    for (char **line = lines; line != NULL && *line != NULL; line++) {
        char *value = strchr(g_strstrip(*line), '=');
        gsize n;

        if (**line == '#' || value == NULL)
            continue;
        *value++ = '\0';
        if (!g_str_equal(g_strchomp(*line), "uri_default"))
            continue;
        g_strstrip(value);
        n = strlen(value);
        if (n >= 2 && (*value == '"' || *value == '\'') && value[n - 1] == *value) {
            value[n - 1] = '\0';
            value++;
        }
        if (*value != '\0')
            return g_strdup(value);
    }
    return NULL;
}

char *
uri_default(const char *lodge_uri, const char *libvirt_uri, const char *config_dir)
{
    char *found;

    if (lodge_uri != NULL && *lodge_uri != '\0')
        return g_strdup(lodge_uri);
    if (libvirt_uri != NULL && *libvirt_uri != '\0')
        return g_strdup(libvirt_uri);
    found = read_conf(config_dir);
    return found != NULL ? found : g_strdup("lodge:///");
}
