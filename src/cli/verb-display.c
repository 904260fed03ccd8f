/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/verbs.h"
#include "cli/view.h"
#include "util/fd.h"
#include "util/units.h"

/* --- pictures -------------------------------------------------------------------------------------------- */

/* "web-2026-11-22-10:30:00.png", as virsh names it. (transfer full) */
static char *
picture_name(virDomainPtr dom, const char *mime)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *when = g_date_time_format(now, "%Y-%m-%d-%H:%M:%S");

    return g_strdup_printf("%s-%s.%s", virDomainGetName(dom), when,
                           strcmp(mime, "image/png") == 0 ? "png" : "ppm");
}

static int
write_picture(virStreamPtr stream, const char *data, size_t size, void *opaque)
{
    return (int)write(*(int *)opaque, data, size);
}

static gboolean
run_screenshot(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    g_autofree char *name = NULL;
    g_auto(Fd) fd = -1;
    virStreamPtr stream;
    char *mime = NULL;
    gint64 screen = 0;
    gboolean ok = FALSE;

    if (args_number(args, "screen", 0, G_MAXUINT16, &screen) == ARG_BAD ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    stream = virStreamNew(cli->conn, 0);
    if (stream)
        mime = virDomainScreenshot(dom, stream, (unsigned int)screen, 0);
    if (!mime)
        cli_error("could not take a screenshot of %s", virDomainGetName(dom));
    if (mime) {
        name =
            args_text(args, "file") ? g_strdup(args_text(args, "file")) : picture_name(dom, mime);
        fd = strcmp(name, "-") == 0
                 ? dup(STDOUT_FILENO)
                 : open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
        if (fd < 0)
            cli_error("cannot create file %s: %s", name, g_strerror(errno));
        else
            ok = virStreamRecvAll(stream, write_picture, &fd) >= 0;
        if (fd >= 0 && !ok)
            cli_error("could not receive data from domain '%s'", virDomainGetName(dom));
        virStreamFinish(stream);
        if (ok && strcmp(name, "-") != 0)
            cli_say(cli, "Screenshot saved to %s, with type of %s\n", name, mime);
        cli->no_blank = strcmp(name, "-") == 0;
        free(mime);
    }
    if (stream)
        virStreamFree(stream);
    return ok;
}

/* --- where the screen is --------------------------------------------------------------------------------- */

/* -1: none now. */
static int
port_number(const char *text)
{
    gint64 number;

    return text && units_parse_int(text, 1, 65535, &number, NULL) ? (int)number : -1;
}

static const char *
graphics_host(const ViewNode *node)
{
    const char *listen = view_attr(node, "listen");

    if (!listen)
        listen = view_attr(view_child(node, "listen"), "address");
    /* everywhere: here */
    return listen && (strcmp(listen, "0.0.0.0") == 0 || strcmp(listen, "::") == 0) ? NULL : listen;
}

static const char *
graphics_socket(const ViewNode *node)
{
    const char *path = view_attr(node, "socket");

    return path ? path : view_attr(view_child(node, "listen"), "socket");
}

static gboolean
run_vncdisplay(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autoptr(View) view = dom ? view_domain(dom, 0) : NULL;
    const ViewNode *node = view ? view_child(view_find(view, "devices"), "graphics") : NULL;

    if (!view)
        return FALSE;
    for (; node; node = view_next(node)) {
        const char *port = view_attr(node, "port"), *host = graphics_host(node);

        if (g_strcmp0(view_attr(node, "type"), "vnc") != 0)
            continue;
        if (graphics_socket(node)) {
            cli_print("%s\n", graphics_socket(node));
            return TRUE;
        }
        if (port_number(port) <= 0)
            break;
        cli_print("%s:%d\n", host ? host : "", port_number(port) - 5900);
        return TRUE;
    }
    cli_error("Failed to get VNC port. Is this domain using VNC?");
    return FALSE;
}

/* Prints the URI of one screen; FALSE when it has none now. */
static gboolean
print_display(const ViewNode *node, gboolean with_password)
{
    const char *type = view_attr(node, "type"), *port = view_attr(node, "port"),
               *tls = view_attr(node, "tlsPort"), *password = view_attr(node, "passwd");
    const char *host = graphics_host(node), *path = graphics_socket(node);
    gboolean is_vnc = g_strcmp0(type, "vnc") == 0;
    int number = port_number(port), tls_number = port_number(tls);

    if (path) {
        cli_print("%s%s://%s\n", type, "+unix", path);
        return TRUE;
    }
    if (number <= 0 && tls_number <= 0)
        return FALSE;
    cli_print("%s://", type);
    if (with_password && password && is_vnc)
        cli_print(":%s@", password);
    cli_print("%s", host ? host : "localhost");
    if (number > 0)
        cli_print(":%d", is_vnc ? number - 5900 : number);
    if (tls_number > 0 && !is_vnc)
        cli_print("?tls-port=%s", tls);
    if (with_password && password && !is_vnc)
        cli_print("%spassword=%s", tls_number > 0 ? "&" : "?", password);
    cli_print("\n");
    return TRUE;
}

static gboolean
run_domdisplay(Cli *cli, const Args *args)
{
    gboolean with_password = args_flag(args, "include-password"), any = FALSE;
    const char *wanted = args_text(args, "type");
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    g_autoptr(View) view = dom ? view_domain(dom, with_password ? VIR_DOMAIN_XML_SECURE : 0) : NULL;
    const ViewNode *node = view ? view_child(view_find(view, "devices"), "graphics") : NULL;

    if (!view)
        return FALSE;
    if (virDomainGetID(dom) == (unsigned int)-1) {
        cli_error("Domain is not running");
        return FALSE;
    }
    for (; node && (!any || args_flag(args, "all")); node = view_next(node))
        if (!wanted || g_strcmp0(view_attr(node, "type"), wanted) == 0)
            any |= print_display(node, with_password);
    if (!any)
        cli_error("No graphical display %s%s%sfound", wanted ? "with type '" : "",
                  wanted ? wanted : "", wanted ? "' " : "");
    return any;
}

static const Opt opts_active[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE), OPT_END};
static const Opt opts_screenshot[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"file", OPT_TEXT, 0, COMPLETE_FILE,
     "where to; DOMAIN-TIME.png if not given; - is standard output"},
    {"screen", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING, "which; 0 is the first"},
    OPT_END};
static const Opt opts_domdisplay[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"include-password", OPT_FLAG, 0, COMPLETE_NOTHING, "with the password"},
    {"type", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, "vnc or spice"},
    {"all", OPT_FLAG, 0, COMPLETE_NOTHING, "every one"},
    OPT_END};

const Verb verbs_display[] = {
    {"screenshot", "take a picture of a machine's screen", "PNG.", opts_screenshot, run_screenshot},
    {"vncdisplay", "tell where a machine's VNC screen is", NULL, opts_active, run_vncdisplay},
    {"domdisplay", "tell where a machine's screen is, as a URI", NULL, opts_domdisplay,
     run_domdisplay},
    {NULL},
};
