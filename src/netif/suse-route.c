/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/suse-priv.h"
#include "netif/value.h"

/* One line of a route file: DESTINATION GATEWAY NETMASK INTERFACE, '-' where nothing is said. */
typedef struct {
    gboolean is_mine, is_default, has_more;
    Address gateway;
} Route;

/* FALSE: a comment, or nothing. */
static gboolean
read_line(const char *line, const char *name, gboolean is_own_file, Route *ret_route)
{
    g_auto(GStrv) all = g_strsplit_set(line, " \t\r", -1);
    const char *words[5] = {NULL, NULL, NULL, NULL, NULL};
    guint n = 0;

    for (char **word = all; *word != NULL && n < G_N_ELEMENTS(words); word++)
        if (**word != '\0')
            words[n++] = *word;
    if (n == 0 || *words[0] == '#')
        return FALSE;
    ret_route->is_mine =
        words[3] != NULL && strcmp(words[3], "-") != 0 ? strcmp(words[3], name) == 0 : is_own_file;
    ret_route->has_more = words[4] != NULL || (words[2] != NULL && strcmp(words[2], "-") != 0);
    ret_route->is_default = (strcmp(words[0], "default") == 0 ||
                             strcmp(words[0], "0.0.0.0/0") == 0 || strcmp(words[0], "::/0") == 0) &&
                            words[1] != NULL && address_parse(words[1], &ret_route->gateway);
    return TRUE;
}

static char *
path_of(const InterfaceDef *def, gboolean is_own_file)
{
    return is_own_file ? g_strconcat(SUSE_DIR "ifroute-", def->name, NULL)
                       : g_strdup(SUSE_DIR "routes");
}

void
suse_route_read(const IfcfgModel *model, InterfaceDef *def, NetifNotes *notes)
{
    for (int is_own_file = 0; is_own_file < 2; is_own_file++) {
        g_autofree char *path = path_of(def, is_own_file);
        const char *text = netif_files_get(model->files, path, NULL, NULL);
        g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
        Route route;

        for (guint i = 0; lines[i] != NULL; i++) {
            if (!read_line(lines[i], def->name, is_own_file, &route) || !route.is_mine)
                continue;
            if (route.has_more || !route.is_default || !value_set_gateway(def, &route.gateway))
                netif_notes_add(notes, NETIF_NOTE_UNMODELLED, def->name, path, i + 1, "%s",
                                lines[i]);
        }
    }
}

void
suse_route_notes(const IfcfgModel *model, NetifNotes *notes)
{
    const char *text = netif_files_get(model->files, SUSE_DIR "routes", NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
    Route route;

    for (guint i = 0; lines[i] != NULL; i++)
        if (read_line(lines[i], "", TRUE, &route) && route.is_mine)
            netif_notes_add(notes, NETIF_NOTE_UNMODELLED, NULL, SUSE_DIR "routes", i + 1, "%s",
                            lines[i]);
}

static void
append_route(GString *out, const InterfaceDef *def, const InterfaceProtocol *protocol)
{
    char text[ADDRESS_TEXT_SIZE];

    if (out->len > 0 && out->str[out->len - 1] != '\n')
        g_string_append_c(out, '\n');
    g_string_append_printf(out, "default %s - %s\n", address_format(&protocol->gateway, text),
                           def->name);
}

/* The gateway that @def should have of @gateway's family; NULL: none. */
static const InterfaceProtocol *
wanted(const InterfaceDef *def, const Address *gateway)
{
    const InterfaceProtocol *protocol = NULL;

    if (def != NULL)
        protocol = gateway->is_v6 ? &def->ipv6 : &def->ipv4;
    return protocol != NULL && protocol->has_gateway ? protocol : NULL;
}

/* The file's lines, with the device's default routes as they shall be. */
static void
edit_file(IfcfgModel *model, const InterfaceDef *def, const InterfaceDef *after,
          gboolean is_own_file, gboolean done[2], NetifNotes *notes)
{
    g_autofree char *path = path_of(def, is_own_file);
    const char *text = netif_files_get(model->files, path, NULL, NULL);
    g_autofree char *old = g_strdup(text != NULL ? text : "");
    g_autoptr(GString) out = g_string_new(NULL);
    guint line = 1;

    for (const char *at = old; *at != '\0'; line++) {
        const char *next = strchr(at, '\n');
        gsize length = next != NULL ? (gsize)(next + 1 - at) : strlen(at);
        g_autofree char *alone = g_strchomp(g_strndup(at, length));
        const InterfaceProtocol *protocol = NULL;
        gboolean is_mine, is_old;
        Route route;

        is_mine = read_line(alone, def->name, is_own_file, &route) && route.is_mine;
        is_old = is_mine && route.is_default && !route.has_more;
        if (is_old)
            protocol = wanted(after, &route.gateway);
        if (is_old && protocol != NULL && !done[route.gateway.is_v6] &&
            address_compare(&protocol->gateway, &route.gateway) != 0)
            append_route(out, after, protocol);
        else if (!is_old || (protocol != NULL && !done[route.gateway.is_v6]))
            g_string_append_len(out, at, (gssize)length);
        if (is_old)
            done[route.gateway.is_v6] = TRUE;
        else if (after == NULL && is_own_file && *alone != '\0')
            netif_notes_add(notes, NETIF_NOTE_REMOVED, def->name, path, line, "%s", alone);
        at += length;
    }
    for (int family = 0; is_own_file && after != NULL && family < 2; family++) {
        const InterfaceProtocol *protocol = family == 0 ? &after->ipv4 : &after->ipv6;

        if (protocol->has_gateway && !done[family])
            append_route(out, after, protocol);
    }
    if (is_own_file && (after == NULL || out->len == 0))
        netif_files_remove(model->files, path);
    else if (strcmp(out->str, old) != 0)
        netif_files_set(model->files, path, out->str, out->len, 0644);
}

static gboolean
same_gateway(const InterfaceProtocol *a, const InterfaceProtocol *b)
{
    return a->has_gateway == b->has_gateway &&
           (!a->has_gateway || address_compare(&a->gateway, &b->gateway) == 0);
}

void
suse_route_write(IfcfgModel *model, const InterfaceDef *before, const InterfaceDef *after,
                 NetifNotes *notes)
{
    gboolean done[2] = {FALSE, FALSE};

    if (before != NULL && after != NULL && same_gateway(&before->ipv4, &after->ipv4) &&
        same_gateway(&before->ipv6, &after->ipv6))
        return;
    for (int is_own_file = 0; is_own_file < 2; is_own_file++)
        edit_file(model, after != NULL ? after : before, after, is_own_file, done, notes);
}
