/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/cli.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"
#include "util/units.h"

#define XML_FILE_MAX (16 << 20) /* the library's own limits are lower and give better reasons */

static void
on_library_error(void *opaque, virErrorPtr error)
{
    Cli *cli = opaque;

    /* The default prints. We say it after the command; what is called in between (a name for the
     * first line, a free) resets the library's own note. */
    /* atomic: a run in the foreground waits in a thread of its own */
    g_free(g_atomic_pointer_exchange(&cli->failure, g_strdup(error->message)));
}

void
cli_init(Cli *cli, const CliEnviron *environ)
{
    *cli = (Cli){.environ = *environ, .escape = CLI_ESCAPE_DEFAULT, .debug = 4, .exit_status = -1};
    virSetErrorFunc(cli, on_library_error);
}

void
cli_clear(Cli *cli)
{
    cli_disconnect(cli);
    g_clear_pointer(&cli->uri, g_free);
    g_clear_pointer(&cli->failure, g_free);
    virSetErrorFunc(NULL, NULL);
}

void
cli_print(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    vprintf(format, list);
    va_end(list);
}

void
cli_say(const Cli *cli, const char *format, ...)
{
    va_list list;

    if (cli->quiet)
        return;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
}

static void G_GNUC_PRINTF(2, 0) to_stderr(const char *kind, const char *format, va_list list)
{
    g_autofree char *text = g_strdup_vprintf(format, list);

    fflush(stdout); /* keeps the order where both go to one place */
    fprintf(stderr, "%s: %s\n", kind, text);
}

void
cli_error(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    to_stderr("error", format, list);
    va_end(list);
}

void
cli_warning(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    to_stderr("warning", format, list);
    va_end(list);
}

void
cli_debug(const Cli *cli, int level, const char *format, ...)
{
    va_list list;

    if (level < cli->debug)
        return;
    va_start(list, format);
    to_stderr("debug", format, list);
    va_end(list);
}

void
cli_forget_error(Cli *cli)
{
    g_clear_pointer(&cli->failure, g_free);
    virResetLastError();
}

virConnectPtr
cli_connect(Cli *cli)
{
    const char *uri = cli->uri ? cli->uri : cli->environ.uri;

    if (cli->conn)
        return cli->conn;
    if (uri && !*uri)
        uri = NULL;
    cli_debug(cli, 1, "connecting to %s%s", uri ? uri : "the default",
              cli->read_only ? ", read-only" : "");
    if (cli->events && virEventRegisterDefaultImpl() < 0)
        return NULL;
    cli->conn = cli->read_only ? virConnectOpenReadOnly(uri) : virConnectOpen(uri);
    if (!cli->conn)
        cli_error("failed to connect to the hypervisor");
    return cli->conn;
}

void
cli_disconnect(Cli *cli)
{
    if (cli->conn)
        virConnectClose(cli->conn);
    cli->conn = NULL;
}

gboolean
cli_is_all_drivers(Cli *cli)
{
    char *uri = virConnectGetURI(cli->conn);
    gboolean answer = uri && g_str_has_prefix(uri, "lodge:");

    free(uri);
    return answer;
}

void
cli_warnings(Cli *cli)
{
    const char *const *lines = cli->conn ? lodge_connect_warnings(cli->conn) : NULL;

    for (; lines && *lines; lines++)
        cli_warning("%s", *lines);
}

virDomainPtr
cli_domain(Cli *cli, const char *word)
{
    virConnectPtr conn = cli_connect(cli);
    virDomainPtr dom = NULL;
    gint64 id;

    if (!conn)
        return NULL;
    if (g_ascii_isdigit(*word) && units_parse_int(word, 0, G_MAXINT32, &id, NULL))
        dom = virDomainLookupByID(conn, (int)id);
    if (!dom && strlen(word) == VIR_UUID_STRING_BUFLEN - 1)
        dom = virDomainLookupByUUIDString(conn, word);
    if (!dom)
        dom = virDomainLookupByName(conn, word);
    if (!dom)
        cli_error("failed to get domain '%s'", word);
    else
        cli_forget_error(cli); /* of the look-ups that found nothing */
    return dom;
}

virNetworkPtr
cli_network(Cli *cli, const char *word)
{
    virConnectPtr conn = cli_connect(cli);
    virNetworkPtr net = NULL;

    if (!conn)
        return NULL;
    if (strlen(word) == VIR_UUID_STRING_BUFLEN - 1)
        net = virNetworkLookupByUUIDString(conn, word);
    if (!net)
        net = virNetworkLookupByName(conn, word);
    if (!net)
        cli_error("failed to get network '%s'", word);
    else
        cli_forget_error(cli);
    return net;
}

char *
cli_read_file(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = file_read(AT_FDCWD, strcmp(path, "-") == 0 ? "/dev/stdin" : path, XML_FILE_MAX,
                           NULL, &error);

    if (!text)
        cli_error("%s", error->message);
    return text;
}

void
cli_domain_free(virDomainPtr dom)
{
    if (dom)
        virDomainFree(dom);
}

void
cli_network_free(virNetworkPtr net)
{
    if (net)
        virNetworkFree(net);
}
