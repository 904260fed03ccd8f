/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <lodge/libvirt-qemu.h>

#include "cli/json-show.h"
#include "cli/verbs.h"
#include "util/fd.h"
#include "util/json.h"

/* The words of the command, joined as they stood. (transfer full) */
static char *
joined(const Args *args)
{
    return g_strjoinv(" ", (char **)args_all(args, "cmd"));
}

static gboolean
run_monitor_command(Cli *cli, const Args *args)
{
    gboolean hmp = args_flag(args, "hmp");
    g_autofree char *command = joined(args);
    g_autofree char *shown = NULL;
    g_autoptr(CliDomain) dom = NULL;
    char *answer = NULL;

    if (!args_exclusive(args, "hmp", "pretty") || !args_exclusive(args, "hmp", "return-value") ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (virDomainQemuMonitorCommand(dom, command, &answer,
                                    hmp ? VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP : 0) < 0)
        return FALSE;
    if (hmp)
        cli_print("%s", answer);
    else if (args_flag(args, "pretty") || args_flag(args, "return-value"))
        shown = json_show(answer, args_flag(args, "return-value") ? "return" : NULL,
                          args_flag(args, "pretty"));
    if (!hmp)
        cli_print("%s\n", shown ? shown : answer);
    free(answer);
    return TRUE;
}

static gboolean
run_agent_command(Cli *cli, const Args *args)
{
    int timeout = VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT;
    g_autofree char *command = joined(args);
    g_autofree char *shown = NULL;
    g_autoptr(CliDomain) dom = NULL;
    char *answer;
    gint64 seconds;
    ArgResult has_timeout = args_number(args, "timeout", 1, G_MAXINT32 / 1000, &seconds);

    if (has_timeout == ARG_BAD || !args_exclusive(args, "async", "block"))
        return FALSE;
    if (has_timeout == ARG_OK)
        timeout = (int)seconds;
    else if (args_flag(args, "async"))
        timeout = VIR_DOMAIN_QEMU_AGENT_COMMAND_NOWAIT;
    else if (args_flag(args, "block"))
        timeout = VIR_DOMAIN_QEMU_AGENT_COMMAND_BLOCK;
    if (!(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    answer = virDomainQemuAgentCommand(dom, command, timeout, 0);
    if (!answer)
        return FALSE;
    shown = args_flag(args, "pretty") ? json_show(answer, NULL, TRUE) : NULL;
    cli_print("%s\n", shown ? shown : answer);
    free(answer);
    return TRUE;
}

/* --- events ------------------------------------------------------------------------------------------ */

typedef struct {
    gboolean loop, pretty, timestamp, as_json;
    guint count;
    gboolean is_over, is_timeout, is_interrupted;
} Watch;

static void
on_event(virConnectPtr conn, virDomainPtr dom, const char *event, long long seconds,
         unsigned int micros, const char *details, void *opaque)
{
    Watch *watch = opaque;
    g_autofree char *shown =
        details && watch->pretty ? json_show(details, NULL, TRUE) : g_strdup(details);

    if (watch->as_json) {
        g_autoptr(GString) out = g_string_new(NULL);
        Json json = json_start(out);

        json_object(&json, NULL);
        json_string(&json, "event", event);
        json_string(&json, "domain", virDomainGetName(dom));
        json_int(&json, "seconds", seconds);
        json_uint(&json, "microseconds", micros);
        json_string(&json, "details", details);
        json_end(&json);
        cli_print("%s\n", out->str);
    } else {
        if (watch->timestamp)
            cli_print("%lld.%06u: ", seconds, micros);
        cli_print("event %s", event);
        if (!watch->timestamp)
            cli_print(" at %lld.%06u", seconds, micros);
        cli_print(" for domain '%s': %s\n", virDomainGetName(dom), shown ? shown : "<null>");
    }
    fflush(stdout); /* whoever reads a pipe wants it now */
    watch->count++;
    watch->is_over = watch->is_over || !watch->loop;
}

static void
on_timeout(int timer, void *opaque)
{
    Watch *watch = opaque;

    watch->is_over = watch->is_timeout = TRUE;
}

static void
on_signal(int handle, int fd, int events, void *opaque)
{
    Watch *watch = opaque;
    struct signalfd_siginfo info;

    (void)!read(fd, &info, sizeof info);
    watch->is_over = watch->is_interrupted = TRUE;
}

/* Runs the loop until enough was seen; ^C and SIGTERM end it in good order. */
static gboolean
wait_for_events(Watch *watch, gint64 timeout_s)
{
    g_auto(Fd) signal_fd = -1;
    sigset_t set, before;
    int handle, timer = -1;
    gboolean ok = TRUE;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, &before);
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    handle = virEventAddHandle(signal_fd, VIR_EVENT_HANDLE_READABLE, on_signal, watch, NULL);
    if (timeout_s > 0)
        timer = virEventAddTimeout((int)(timeout_s * 1000), on_timeout, watch, NULL);
    while (ok && !watch->is_over)
        ok = virEventRunDefaultImpl() >= 0;
    virEventRemoveHandle(handle);
    if (timer >= 0)
        virEventRemoveTimeout(timer);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static gboolean
run_monitor_event(Cli *cli, const Args *args)
{
    guint flags =
        (args_flag(args, "regex") ? VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX : 0u) |
        (args_flag(args, "no-case") ? VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE : 0u);
    Watch watch = {.loop = args_flag(args, "loop"),
                   .pretty = args_flag(args, "pretty"),
                   .timestamp = args_flag(args, "timestamp"),
                   .as_json = args_flag(args, "json")};
    g_autoptr(CliDomain) dom = NULL;
    gint64 timeout_s = 0;
    int number;
    gboolean ok;

    if (args_number(args, "timeout", 1, G_MAXINT32 / 1000, &timeout_s) == ARG_BAD)
        return FALSE;
    if (!cli->events)
        cli_disconnect(cli); /* it was opened without an event loop */
    cli->events = TRUE;
    if (!cli_connect(cli) ||
        (args_text(args, "domain") && !(dom = cli_domain(cli, args_text(args, "domain")))))
        return FALSE;
    number = virConnectDomainQemuMonitorEventRegister(cli->conn, dom, args_text(args, "event"),
                                                      on_event, &watch, NULL, flags);
    if (number < 0)
        return FALSE;
    ok = wait_for_events(&watch, timeout_s);
    virConnectDomainQemuMonitorEventDeregister(cli->conn, number);
    cli->no_blank = watch.as_json;
    if (!watch.as_json) {
        if (watch.is_interrupted || watch.is_timeout)
            cli_print(watch.is_timeout ? "event loop timed out\n" : "event loop interrupted\n");
        cli_print("events received: %u\n", watch.count);
    }
    return ok && (watch.count > 0 || (watch.as_json && watch.is_interrupted));
}

static const Opt opts_monitor[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"hmp", OPT_FLAG, 0, COMPLETE_NOTHING, "the command is a line of the human monitor"},
    {"pretty", OPT_FLAG, 0, COMPLETE_NOTHING, "one value a line"},
    {"return-value", OPT_FLAG, 0, COMPLETE_NOTHING, "only what stands behind \"return\""},
    {"cmd", OPT_REST, OPT_REQUIRED, COMPLETE_NOTHING, "the command"},
    OPT_END};
static const Opt opts_agent[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"timeout", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING, "seconds to wait; 5 if not given"},
    {"async", OPT_FLAG, 0, COMPLETE_NOTHING, "the supervisor's own time: it waits 5 seconds"},
    {"block", OPT_FLAG, 0, COMPLETE_NOTHING, "wait as long as it takes"},
    {"pretty", OPT_FLAG, 0, COMPLETE_NOTHING, "one value a line"},
    {"cmd", OPT_REST, OPT_REQUIRED, COMPLETE_NOTHING, "the command, JSON"},
    OPT_END};
static const Opt opts_event[] = {
    {"domain", OPT_TEXT, 0, COMPLETE_DOMAIN, "only of this machine"},
    {"event", OPT_TEXT, 0, COMPLETE_NOTHING, "only this event, as QEMU calls it"},
    {"pretty", OPT_FLAG, 0, COMPLETE_NOTHING, "its data with one value a line"},
    {"loop", OPT_FLAG, 0, COMPLETE_NOTHING, "go on after the first, until interrupted"},
    {"timeout", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING, "wait at most so many seconds"},
    {"regex", OPT_FLAG, 0, COMPLETE_NOTHING, "the event is a regular expression"},
    {"no-case", OPT_FLAG, 0, COMPLETE_NOTHING, "upper and lower case are the same"},
    {"timestamp", OPT_FLAG, 0, COMPLETE_NOTHING, "the time in front"},
    OPT_JSON,
    OPT_END};

const Verb verbs_qemu[] = {
    {"qemu-monitor-command", "send a command to QEMU's monitor",
     "What is changed there, lodge does not know of.", opts_monitor, run_monitor_command},
    {"qemu-agent-command", "send a command to the guest agent", NULL, opts_agent,
     run_agent_command},
    {"qemu-monitor-event", "wait for events of QEMU's monitor", "JSON: one object a line.",
     opts_event, run_monitor_event},
    {NULL},
};
