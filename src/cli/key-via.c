/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/key-via.h"

#include <string.h>

#include "cli/helper.h"
#include "cli/view.h"

static const ViewNode *
find_graphics(const View *view, const char *type)
{
    const ViewNode *node = view_child(view_find(view, "devices"), "graphics");

    while (node && g_strcmp0(view_attr(node, "type"), type) != 0)
        node = view_next(node);
    return node;
}

/* "unix PATH" or "tcp HOST PORT", and the password, as lodge-keys-* read them; NULL: said. */
static GString *
read_address(virDomainPtr dom, const char *channel)
{
    g_autoptr(View) view = view_domain(dom, VIR_DOMAIN_XML_SECURE);
    const ViewNode *node = find_graphics(view, channel);
    const char *socket, *host, *port, *password;
    GString *out;

    if (!view)
        return NULL;
    if (!node) {
        cli_error("domain '%s' has no <graphics type='%s'>; add it, or use --via monitor",
                  virDomainGetName(dom), channel);
        return NULL;
    }
    socket = view_attr(node, "socket");
    if (!socket)
        socket = view_attr(view_child(node, "listen"), "socket");
    host = view_attr(node, "listen");
    port = view_attr(node, "port");
    password = view_attr(node, "passwd");
    if (!socket && (!port || g_str_has_prefix(port, "-"))) {
        cli_error("domain '%s' has no port for %s now; is it running?", virDomainGetName(dom),
                  channel);
        return NULL;
    }
    if (!host || strcmp(host, "0.0.0.0") == 0)
        host = "127.0.0.1";
    else if (strcmp(host, "::") == 0)
        host = "::1";
    out = g_string_new(NULL);
    if (socket)
        g_string_append_printf(out, "unix %s\n", socket);
    else
        g_string_append_printf(out, "tcp %s %s\n", host, port);
    if (password)
        g_string_append_printf(out, "password %s\n", password);
    g_string_append(out, "keys\n");
    return out;
}

gboolean
key_via(Cli *cli, virDomainPtr dom, const char *channel, const char *script)
{
    g_autofree char *program = g_strdup_printf("lodge-keys-%s", channel);
    const char *argv[] = {program, NULL};
    GString *input = read_address(dom, channel);
    gboolean ok;

    if (!input)
        return FALSE;
    g_string_append(input, script);
    ok = helper_feed(argv, input->str);
    g_string_free(input, TRUE);
    return ok;
}
