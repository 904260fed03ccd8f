/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/attach.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/carry.h"
#include "cli/relay.h"
#include "cli/terminal.h"
#include "util/fd.h"

typedef struct {
    Cli *cli;
    virDomainPtr dom;
    const char *devname;
} Console;

static void
on_resized(int cols, int rows, void *opaque)
{
    const Console *console = opaque;

    /* A console whose size cannot be set still works; a reader may not set it. */
    (void)lodge_domain_console_resize(console->dom, console->devname, cols, rows);
    cli_forget_error(console->cli);
}

static RelayEnd
relay_console(const Cli *cli, Console *console, int socket, int in, int out, int *ret_signal)
{
    Relay relay = {.socket = socket,
                   .in = in,
                   .out = out,
                   .escape = cli->escape,
                   .resized = on_resized,
                   .opaque = console};

    fflush(stdout);
    return relay_run(&relay, ret_signal);
}

/* Whether somebody else writes to the console from which we were cut off: a guest that has ended has none. */
static gboolean
is_taken_over(Cli *cli, virDomainPtr dom, const char *devname)
{
    g_auto(Fd) probe = lodge_domain_console(dom, devname, VIR_DOMAIN_CONSOLE_SAFE);
    gboolean is_busy = probe < 0 && virGetLastErrorCode() == VIR_ERR_OPERATION_TIMEOUT;

    cli_forget_error(cli);
    return is_busy;
}

gboolean
attach_console(Cli *cli, virDomainPtr dom, const char *devname, guint flags)
{
    Console console = {cli, dom, devname};
    g_autofree char *escape = terminal_escape_text(cli->escape);
    g_auto(Fd) socket = lodge_domain_console(dom, devname, flags);
    gboolean read_only = flags & LODGE_CONSOLE_READONLY;
    gboolean is_person = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    RelayEnd end;
    int caught;

    if (socket < 0) {
        cli_error("Failed to open the console of domain '%s'", virDomainGetName(dom));
        return FALSE;
    }
    /* Words for people go to people: a pipe gets the console's bytes only. */
    if (is_person) {
        cli_say(cli, "Connected to domain '%s'\n", virDomainGetName(dom));
        cli_say(cli, "Escape character is %s\n", escape);
    } else {
        cli->no_blank = TRUE;
    }
    /* A reader's terminal is still read, for the escape character; a pipe is not. */
    end =
        relay_console(cli, &console, socket, read_only && !isatty(STDIN_FILENO) ? -1 : STDIN_FILENO,
                      STDOUT_FILENO, &caught);
    switch (end) {
    case RELAY_CLOSED:
        if (!is_person || read_only || !is_taken_over(cli, dom, devname))
            return TRUE;
        cli_error("somebody took the console of domain '%s' over; --readonly watches it, --force "
                  "takes it back",
                  virDomainGetName(dom));
        return FALSE;
    case RELAY_ESCAPED:
        return TRUE;
    case RELAY_SIGNAL:
        cli->exit_status = 128 + caught;
        return FALSE;
    case RELAY_BROKEN:
        cli_error("cannot write the console's output: %s", g_strerror(errno));
        return FALSE;
    }
    return FALSE;
}

/* Waits for the guest's end; a signal of @ending ends the guest first, and is in @ret_caught. */
static gboolean
wait_or_destroy(virDomainPtr dom, const sigset_t *ending, int *ret_wait_status, int *ret_caught)
{
    g_auto(Fd) signal_fd = signalfd(-1, ending, SFD_CLOEXEC);
    struct signalfd_siginfo info;
    int result;

    while ((result = lodge_domain_wait_until(dom, signal_fd, ret_wait_status)) == 1) {
        if (read(signal_fd, &info, sizeof info) == (gssize)sizeof info)
            *ret_caught = (int)info.ssi_signo;
        if (virDomainDestroy(dom) == 0)
            return TRUE;
    }
    return result == 0 || *ret_caught; /* it ended before it could be destroyed */
}

static int
exit_status(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* The console where a terminal is among our descriptors. FALSE: the user left, the guest goes on. */
static gboolean
foreground_console(Cli *cli, virDomainPtr dom, const int *fds, int *ret_caught)
{
    Console console = {cli, dom, NULL};
    int in = fds[0] < 0 ? STDIN_FILENO : -1;
    int out = fds[1] < 0 ? STDOUT_FILENO : fds[2] < 0 ? STDERR_FILENO : -1;
    g_auto(Fd) socket = -1;
    RelayEnd end;

    if (in < 0 && out < 0)
        return TRUE;
    socket = lodge_domain_console(dom, NULL, 0);
    if (socket < 0) { /* it may have ended before we came: the wait tells */
        cli_debug(cli, 1, "no console: %s", virGetLastErrorMessage());
        cli_forget_error(cli);
        return TRUE;
    }
    end = relay_console(cli, &console, socket, in, out, ret_caught);
    if (end == RELAY_SIGNAL || end == RELAY_BROKEN)
        (void)virDomainDestroy(dom); /* it may have ended meanwhile; the wait tells */
    return end != RELAY_ESCAPED;
}

static gboolean
create_and_wait(Cli *cli, const char *xml, guint flags, const char *source, const sigset_t *ending)
{
    int fds[3];
    g_autoptr(CliDomain) dom = NULL;
    int console_caught = 0, caught = 0, wait_status = 0;
    gboolean ok;
    Carry carry;

    for (int fd = 0; fd < 3; fd++) /* a terminal inside would let the guest type to our shell */
        fds[fd] = isatty(fd) ? -1 : fd;
    cli->no_blank = TRUE;
    fflush(stdout);
    if (!carry_begin(&carry, fds)) {
        cli_error("Failed to create domain from %s: %s", source, g_strerror(errno));
        return FALSE;
    }
    dom = lodge_domain_create(cli->conn, xml, fds, flags);
    cli_warnings(cli);
    if (!dom) {
        carry_end(&carry);
        cli_error("Failed to create domain from %s", source);
        return FALSE;
    }
    carry_go(&carry);
    if (!foreground_console(cli, dom, fds, &console_caught)) {
        cli_say(cli, "\nDomain '%s' goes on; 'lodge console %s' comes back to it\n",
                virDomainGetName(dom), virDomainGetName(dom));
        return TRUE;
    }
    ok = wait_or_destroy(dom, ending, &wait_status, &caught);
    carry_end(&carry);
    if (!ok)
        return FALSE;
    caught = console_caught ? console_caught : caught;
    cli->exit_status = caught ? 128 + caught : exit_status(wait_status);
    cli_forget_error(cli);
    return cli->exit_status == 0;
}

gboolean
attach_create(Cli *cli, const char *xml, guint flags, const char *source)
{
    sigset_t ending, before;
    gboolean ok;

    /* from before the guest is made: a signal that comes then waits for somebody who ends the guest */
    relay_signals(&ending);
    sigprocmask(SIG_BLOCK, &ending, &before);
    ok = create_and_wait(cli, xml, flags, source, &ending);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return ok;
}

/* As a shell does: the keys that interrupt are the child's, not ours, until it ends. */
static gboolean
run_and_wait(Cli *cli, char *const *argv)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before_int, before_quit;
    posix_spawnattr_t attr;
    sigset_t defaults;
    pid_t pid;
    int failed, wait_status = 0;

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGQUIT);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    sigaction(SIGINT, &ignore, &before_int);
    sigaction(SIGQUIT, &ignore, &before_quit);
    failed = posix_spawn(&pid, argv[0], NULL, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    while (!failed && waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
        ;
    sigaction(SIGINT, &before_int, NULL);
    sigaction(SIGQUIT, &before_quit, NULL);
    if (failed) {
        cli_error("cannot run '%s': %s", argv[0], g_strerror(failed));
        return FALSE;
    }
    cli->exit_status = exit_status(wait_status);
    return cli->exit_status == 0;
}

gboolean
attach_exec(Cli *cli, virDomainPtr dom, const char *const *argv, const char *const *options)
{
    char **command = lodge_domain_enter_argv(dom, argv, options);
    gboolean ok;

    if (!command) {
        cli_error("Failed to enter domain '%s'", virDomainGetName(dom));
        return FALSE;
    }
    cli->no_blank = TRUE;
    fflush(stdout);
    if (cli->more_follows) {
        ok = run_and_wait(cli, command);
    } else {
        execv(command[0], command);
        cli_error("cannot run '%s': %s", command[0], g_strerror(errno));
        ok = FALSE;
    }
    for (char **word = command; *word; word++)
        free(*word);
    free(command);
    return ok;
}
