/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fnmatch.h>
#include <string.h>

#include "netif/debian-write.h"
#include "util/error.h"

static gboolean
is_loopback(const Debian *debian, const char *name)
{
    const GPtrArray *stanzas = debian_stanzas(debian, name);

    if (strcmp(name, "lo") == 0)
        return TRUE;
    for (guint i = 0; stanzas != NULL && i < stanzas->len; i++)
        if (g_strcmp0(((const DebianStanza *)g_ptr_array_index(stanzas, i))->method, "loopback") ==
            0)
            return TRUE;
    return FALSE;
}

/* "[VAR]/GLOB[/N][=LOGICAL]", "CUR=NEW", "GLOB" */
static gboolean
pattern_matches(const char *pattern, const char *name)
{
    const char *equals = strchr(pattern, '='), *slash = strchr(pattern, '/');
    gsize length = equals != NULL ? (gsize)(equals - pattern) : strlen(pattern);
    g_autofree char *glob = NULL;

    if (equals != NULL && strcmp(equals + 1, name) == 0)
        return TRUE;
    if (slash != NULL && slash > pattern && slash < pattern + length)
        return FALSE; /* by MAC or another property: nobody can tell from here */
    if (slash == pattern) {
        pattern++;
        length--;
    }
    glob = g_strndup(pattern, MIN(length, strcspn(pattern, "/")));
    return fnmatch(glob, name, 0) == 0;
}

/* The mapping whose globs match @name; NULL when there is none. */
static const DebianStanza *
find_mapping(const Debian *debian, const char *name)
{
    for (guint i = 0; i < debian->mappings->len; i++) {
        const DebianStanza *mapping = g_ptr_array_index(debian->mappings, i);
        const char *at = debian_line(mapping->file, mapping->line)->value;
        char *glob;

        while ((glob = debian_next_word(&at)) != NULL) {
            gboolean is_match = fnmatch(glob, name, 0) == 0;

            g_free(glob);
            if (is_match)
                return mapping;
        }
    }
    return NULL;
}

static const char *
find_pattern(const Debian *debian, const char *name)
{
    for (guint i = 0; i < debian->patterns->len; i++)
        if (pattern_matches(g_ptr_array_index(debian->patterns, i), name))
            return g_ptr_array_index(debian->patterns, i);
    return NULL;
}

static gboolean
guard_stanzas(const Debian *debian, const char *name, GError **error)
{
    const GPtrArray *stanzas = debian_stanzas(debian, name);

    for (guint i = 0; stanzas != NULL && i < stanzas->len; i++) {
        const DebianStanza *stanza = g_ptr_array_index(stanzas, i);
        const DebianStanza *first = g_ptr_array_index(stanzas, 0);

        if (stanza->is_base)
            return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                             "cannot change '%s': other stanzas inherit from %s:%u; change it by "
                             "hand",
                             name, stanza->file->path, debian_stanza_line(stanza));
        if (stanza->file != first->file)
            return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                             "cannot change '%s': it stands in several files, %s:%u and %s:%u; put "
                             "it into one",
                             name, first->file->path, debian_stanza_line(first), stanza->file->path,
                             debian_stanza_line(stanza));
    }
    return TRUE;
}

gboolean
debian_guard(const Debian *debian, const char *name, GError **error)
{
    const DebianStanza *mapping = find_mapping(debian, name);
    const char *pattern = find_pattern(debian, name);

    if (is_loopback(debian, name))
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "cannot change '%s': it is the system's own loopback; leave it as it is",
                         name);
    if (mapping != NULL)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "cannot change '%s': the mapping in %s:%u chooses its configuration; "
                         "change it by hand",
                         name, mapping->file->path, debian_stanza_line(mapping));
    if (pattern != NULL)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "cannot change '%s': the pattern '%s' reaches it too; change it by hand",
                         name, pattern);
    return guard_stanzas(debian, name, error);
}

gboolean
debian_is_guarded(const Debian *debian, const char *name)
{
    return !debian_guard(debian, name, NULL);
}
