/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/cli.h - one run of the command: its options, its connection, what it says and where.
 *
 * Words go to standard output, errors and warnings to standard error. After a handler that failed,
 * the library's last error is said as a second "error:" line, as virsh does.
 */
#pragma once

#include <glib.h>

#include <lodge/libvirt.h>
#include <lodge/lodge.h>
#include <lodge/virterror.h>

#define CLI_ESCAPE_DEFAULT 0x1d /* ^] */

/* What the main files read of the environment; every field may be NULL, all are borrowed. */
typedef struct {
    const char *uri; /* LODGE_DEFAULT_URI or LIBVIRT_DEFAULT_URI */
    const char *editor;
    const char *home;
    const char *state_home; /* XDG_STATE_HOME */
    const char *tmpdir;
} CliEnviron;

typedef struct {
    CliEnviron environ;
    char *uri; /* of -c, or NULL: the default */
    gboolean read_only, quiet, timing;
    gboolean events; /* the connection is to deliver events */
    int debug;       /* 0 all .. 4 none */
    int escape;      /* byte that leaves a console */
    virConnectPtr conn;

    char *failure; /* what the library said last; forgotten before each command */

    /* set by handlers, cleared before each command */
    int exit_status;   /* of the whole run instead of 0 or 1; -1: none */
    gboolean no_blank; /* no empty line after this command */

    gboolean more_follows; /* other commands come after the present one */
    gboolean leave;        /* the shell ends after the present one */
} Cli;

void cli_init(Cli *cli, const CliEnviron *environ);
void cli_clear(Cli *cli);

/**
 * cli_connect:
 * The connection of this run, opened at the first call.
 *
 * Returns: borrowed; NULL, with the error said
 */
virConnectPtr cli_connect(Cli *cli);
void cli_disconnect(Cli *cli);

/* TRUE when the connection shows the guests of every driver. */
gboolean cli_is_all_drivers(Cli *cli);

void cli_print(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* What -q leaves out. */
void cli_say(const Cli *cli, const char *format, ...) G_GNUC_PRINTF(2, 3);
void cli_error(const char *format, ...) G_GNUC_PRINTF(1, 2);
void cli_warning(const char *format, ...) G_GNUC_PRINTF(1, 2);
void cli_debug(const Cli *cli, int level, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* What the last define or create of the connection had to say, on standard error. */
void cli_warnings(Cli *cli);

/* Forgets the library's last error: for handlers that can do without the answer. */
void cli_forget_error(Cli *cli);

/**
 * cli_domain:
 * @word: id, uuid or name
 *
 * Returns: (transfer full): to be ended with virDomainFree(); NULL, with the error said
 */
virDomainPtr cli_domain(Cli *cli, const char *word);
virNetworkPtr cli_network(Cli *cli, const char *word); /* uuid or name */

/* Reads a file given on the command line ("-": standard input); NULL, with the error said. */
char *cli_read_file(const char *path);

typedef virDomain CliDomain;
typedef virNetwork CliNetwork;
void cli_domain_free(virDomainPtr dom); /* NULL is fine */
void cli_network_free(virNetworkPtr net);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliDomain, cli_domain_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CliNetwork, cli_network_free)
