/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/debian-header.h"

#include <string.h>

#define INHERITED_MAX 262144 /* options, in all stanzas together */

typedef struct {
    const char *family, *method;
    gboolean takes_mtu, takes_mac;
} Method;

/* Source: interfaces(5), and what `ifup --no-act` of 0.8.41 prints for each. */
static const Method methods[] = {
    {"inet", "loopback", FALSE, FALSE},  {"inet", "static", TRUE, TRUE},
    {"inet", "manual", TRUE, TRUE},      {"inet", "dhcp", FALSE, TRUE},
    {"inet", "bootp", FALSE, FALSE},     {"inet", "tunnel", TRUE, FALSE},
    {"inet", "ppp", FALSE, FALSE},       {"inet", "wvdial", FALSE, FALSE},
    {"inet", "ipv4ll", FALSE, FALSE},    {"inet6", "auto", FALSE, FALSE},
    {"inet6", "loopback", FALSE, FALSE}, {"inet6", "static", TRUE, TRUE},
    {"inet6", "manual", TRUE, TRUE},     {"inet6", "dhcp", FALSE, TRUE},
    {"inet6", "tunnel", TRUE, FALSE},    {"inet6", "v4tunnel", TRUE, FALSE},
    {"inet6", "6to4", TRUE, FALSE},      {"ipx", "static", FALSE, FALSE},
    {"ipx", "dynamic", FALSE, FALSE},    {"can", "static", FALSE, FALSE},
};

static const Method *
find_method(const char *family, const char *method)
{
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        if (g_strcmp0(methods[i].family, family) == 0 &&
            (method == NULL || strcmp(methods[i].method, method) == 0))
            return &methods[i];
    return NULL;
}

gboolean
debian_method_takes_mtu(const char *family, const char *method)
{
    const Method *found = find_method(family, method);

    return found != NULL && method != NULL && found->takes_mtu;
}

gboolean
debian_method_takes_mac(const char *family, const char *method)
{
    const Method *found = find_method(family, method);

    return found != NULL && method != NULL && found->takes_mac;
}

/* Which of the words is what: ifupdown takes family, method and inherits where they fit. */
typedef struct {
    char *base, *extra;
    gboolean lacks_base;
} Words;

static void
sort_words(DebianStanza *stanza, const char *at, Words *words)
{
    char *word;

    while ((word = debian_next_word(&at)) != NULL) {
        const Method *method = NULL;

        if (strcmp(word, "inherits") == 0) {
            g_free(words->base);
            words->base = debian_next_word(&at);
            words->lacks_base = words->base == NULL;
        } else if (stanza->family == NULL && (method = find_method(word, NULL)) != NULL) {
            stanza->family = method->family;
        } else if (stanza->family != NULL && stanza->method == NULL &&
                   (method = find_method(stanza->family, word)) != NULL) {
            stanza->method = method->method;
        } else if (words->extra == NULL) {
            words->extra = g_steal_pointer(&word);
        }
        g_free(word);
    }
}

/* The first earlier stanza of that name and, where one is given, that family. */
static DebianStanza *
find_base(const Debian *debian, const DebianStanza *stanza, const char *name)
{
    const GPtrArray *same = debian_stanzas(debian, name);

    for (guint i = 0; same != NULL && i < same->len; i++) {
        DebianStanza *base = g_ptr_array_index(same, i);

        if (stanza->family == NULL || g_strcmp0(stanza->family, base->family) == 0)
            return base;
    }
    return NULL;
}

/* FALSE when it would be more than anybody writes by hand: each copy is memory. */
static gboolean
inherit(Debian *debian, DebianStanza *stanza, DebianStanza *base)
{
    debian->n_inherited += base->options->len;
    if (debian->n_inherited > INHERITED_MAX)
        return FALSE;
    stanza->base = base;
    base->is_base = TRUE;
    if (stanza->family == NULL)
        stanza->family = base->family;
    if (stanza->method == NULL)
        stanza->method = base->method;
    g_array_append_vals(stanza->options, base->options->data, base->options->len);
    return TRUE;
}

void
debian_header_read(Debian *debian, DebianStanza *stanza)
{
    const DebianLine *line = debian_line(stanza->file, stanza->line);
    const char *at = line->value;
    g_autofree char *name = debian_next_word(&at), *fault = NULL;
    Words words = {NULL, NULL, FALSE};

    stanza->name = name != NULL ? g_string_chunk_insert(debian->strings, name) : NULL;
    sort_words(stanza, at, &words);
    if (name == NULL) {
        fault = g_strdup("too few parameters for iface line");
    } else if (words.lacks_base) {
        fault = g_strdup("'inherits' keyword is missing a parameter");
    } else if (words.base != NULL) {
        DebianStanza *base = find_base(debian, stanza, words.base);

        if (base != NULL && !inherit(debian, stanza, base))
            fault = g_strdup("too many options are inherited");
        else if (base == NULL)
            fault = g_strdup_printf("unknown iface to inherit from: %s (%s)", words.base,
                                    stanza->family != NULL ? stanza->family : "*");
    } else if (stanza->family == NULL) {
        fault = g_strdup("unknown or no address type and no inherits keyword specified");
        if (words.extra == NULL)
            netif_notes_add(debian->notes, NETIF_NOTE_UNMODELLED, name, stanza->file->path,
                            line->last,
                            "iface %s without family and method: ifupdown2's dialect, which "
                            "ifupdown 0.8 refuses",
                            name);
    } else if (stanza->method == NULL) {
        fault = g_strdup("unknown or no method and no inherits keyword specified");
    }
    if (fault != NULL) {
        /* the form without a family is read all the same: another program's dialect */
        stanza->is_faulty = stanza->family != NULL || words.extra != NULL || words.base != NULL;
        debian_fault(debian, stanza->file, line, fault);
    } else if (words.extra != NULL) {
        netif_notes_add(debian->notes, NETIF_NOTE_IGNORED, name, stanza->file->path, line->last,
                        "extra parameter for the iface line not understood and ignored: %s",
                        words.extra);
    }
    g_free(words.base);
    g_free(words.extra);
}
