/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/names.h"
#include "cli/verbs.h"
#include "util/fd.h"
#include "util/json.h"

typedef enum {
    WATCH_LIFECYCLE,
    WATCH_REBOOT,
    WATCH_METADATA,
    WATCH_NETWORK,
    WATCH_LAST
} WatchKind;

/* Those whose cause exists for lodge's guests. */
static const struct {
    const char *name;
    int id;
} kinds[] = {
    [WATCH_LIFECYCLE] = {"lifecycle", VIR_DOMAIN_EVENT_ID_LIFECYCLE},
    [WATCH_REBOOT] = {"reboot", VIR_DOMAIN_EVENT_ID_REBOOT},
    [WATCH_METADATA] = {"metadata-change", VIR_DOMAIN_EVENT_ID_METADATA_CHANGE},
};
static const char *const event_words[] = {"lifecycle", "reboot", "metadata-change", NULL};
static const char *const network_event_words[] = {"lifecycle", NULL};

typedef enum {
    STILL_WAITING,
    GOT_ENOUGH,
    TIMED_OUT,
    INTERRUPTED
} WaitState;

typedef struct {
    const Cli *cli;
    gboolean loop, timestamp, as_json;
    guint count;
    WaitState state;
    int callbacks[WATCH_LAST]; /* -1: none */
    int timer, signal_watch;
} Watch;

static char *
now_text(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();

    return g_strdup_printf("%04d-%02d-%02d %02d:%02d:%02d.%03d+0000", g_date_time_get_year(now),
                           g_date_time_get_month(now), g_date_time_get_day_of_month(now),
                           g_date_time_get_hour(now), g_date_time_get_minute(now),
                           g_date_time_get_second(now), g_date_time_get_microsecond(now) / 1000);
}

static void
say_event(Watch *watch, const char *event, const char *of, const char *name, const char *what,
          const char *detail)
{
    g_autofree char *time = watch->timestamp || watch->as_json ? now_text() : NULL;

    if (watch->as_json) {
        g_autoptr(GString) out = g_string_new(NULL);
        Json json = json_start(out);

        json_object(&json, NULL);
        json_string(&json, "time", time);
        json_string(&json, "event", event);
        json_string(&json, of, name);
        json_string(&json, "what", what);
        json_string(&json, "detail", detail);
        json_end(&json);
        cli_print("%s\n", out->str);
    } else {
        cli_print("%s%sevent '%s' for %s '%s'%s%s%s%s\n", time ? time : "", time ? ": " : "", event,
                  of, name, what ? ": " : "", what ? what : "", detail ? " " : "",
                  detail ? detail : "");
    }
    fflush(stdout); /* whoever reads a pipe wants it now */
    watch->count++;
    if (!watch->loop)
        watch->state = GOT_ENOUGH;
}

static int
on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
    say_event(opaque, "lifecycle", "domain", virDomainGetName(dom), names_event(event),
              names_event_detail(event, detail));
    return 0;
}

static void
on_reboot(virConnectPtr conn, virDomainPtr dom, void *opaque)
{
    say_event(opaque, "reboot", "domain", virDomainGetName(dom), NULL, NULL);
}

static void
on_metadata(virConnectPtr conn, virDomainPtr dom, int type, const char *uri, void *opaque)
{
    static const char *const types[] = {"description", "title", "element"};

    const char *word = type >= 0 && type < VIR_DOMAIN_METADATA_LAST ? types[type] : "unknown";
    Watch *watch = opaque;
    g_autofree char *text = g_strdup_printf("type %s, uri %s", word, uri ? uri : "N/A");

    say_event(watch, "metadata-change", "domain", virDomainGetName(dom),
              watch->as_json ? word : text, watch->as_json ? uri : NULL);
}

static void
on_network(virConnectPtr conn, virNetworkPtr net, int event, int detail, void *opaque)
{
    say_event(opaque, "lifecycle", "network", virNetworkGetName(net), names_network_event(event),
              NULL);
}

static void
on_timeout(int timer, void *opaque)
{
    ((Watch *)opaque)->state = TIMED_OUT;
}

static void
on_signal(int watch, int fd, int events, void *opaque)
{
    ((Watch *)opaque)->state = INTERRUPTED;
}

/* The API takes callbacks of every shape through one type. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-function-type"
static gboolean
register_one(Watch *watch, WatchKind kind, virConnectPtr conn, virDomainPtr dom, virNetworkPtr net)
{
    virConnectDomainEventGenericCallback callback = NULL;

    switch (kind) {
    case WATCH_LIFECYCLE:
        callback = VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle);
        break;
    case WATCH_REBOOT:
        callback = on_reboot;
        break;
    case WATCH_METADATA:
        callback = VIR_DOMAIN_EVENT_CALLBACK(on_metadata);
        break;
    case WATCH_NETWORK:
        watch->callbacks[kind] =
            virConnectNetworkEventRegisterAny(conn, net, VIR_NETWORK_EVENT_ID_LIFECYCLE,
                                              VIR_NETWORK_EVENT_CALLBACK(on_network), watch, NULL);
        return watch->callbacks[kind] >= 0;
    case WATCH_LAST:
        return FALSE;
    }
    watch->callbacks[kind] =
        virConnectDomainEventRegisterAny(conn, dom, kinds[kind].id, callback, watch, NULL);
    return watch->callbacks[kind] >= 0;
}
#pragma GCC diagnostic pop

static void
deregister(const Watch *watch, virConnectPtr conn)
{
    for (int kind = 0; kind < WATCH_LAST; kind++) {
        if (watch->callbacks[kind] < 0)
            continue;
        if (kind == WATCH_NETWORK)
            virConnectNetworkEventDeregisterAny(conn, watch->callbacks[kind]);
        else
            virConnectDomainEventDeregisterAny(conn, watch->callbacks[kind]);
    }
    if (watch->timer >= 0)
        virEventRemoveTimeout(watch->timer);
    if (watch->signal_watch >= 0)
        virEventRemoveHandle(watch->signal_watch);
}

/* Runs the loop until the watch has seen enough; ^C and SIGTERM end it in good order. */
static gboolean
wait_for_events(Watch *watch, gint64 timeout_s)
{
    g_auto(Fd) signal_fd = -1;
    sigset_t set, before;
    gboolean ok = TRUE;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, &before);
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    watch->signal_watch =
        virEventAddHandle(signal_fd, VIR_EVENT_HANDLE_READABLE, on_signal, watch, NULL);
    if (timeout_s > 0)
        watch->timer = virEventAddTimeout((int)(timeout_s * 1000), on_timeout, watch, NULL);
    while (ok && watch->state == STILL_WAITING)
        ok = virEventRunDefaultImpl() >= 0;
    if (watch->signal_watch >= 0)
        virEventRemoveHandle(watch->signal_watch);
    watch->signal_watch = -1;
    if (watch->state == INTERRUPTED) { /* taken here, so that it does not end us now */
        struct signalfd_siginfo info;

        (void)!read(signal_fd, &info, sizeof info);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static gboolean
say_end(const Watch *watch)
{
    if (watch->as_json)
        return watch->count > 0 || watch->state == INTERRUPTED;
    switch (watch->state) {
    case INTERRUPTED:
        cli_print("event loop interrupted\n");
        break;
    case TIMED_OUT:
        cli_print("event loop timed out\n");
        break;
    case STILL_WAITING:
    case GOT_ENOUGH:
        break;
    }
    cli_print("events received: %u\n", watch->count);
    return watch->count > 0;
}

/* Connects with the event loop ready, which an open connection may not have been. */
static gboolean
connect_for_events(Cli *cli)
{
    if (!cli->events)
        cli_disconnect(cli);
    cli->events = TRUE;
    return cli_connect(cli) != NULL;
}

static gboolean
watch_events(Cli *cli, const Args *args, const gboolean *wanted, virDomainPtr dom,
             virNetworkPtr net)
{
    Watch watch = {.cli = cli,
                   .loop = args_flag(args, "loop"),
                   .timestamp = args_flag(args, "timestamp"),
                   .as_json = args_flag(args, "json"),
                   .callbacks = {-1, -1, -1, -1},
                   .timer = -1,
                   .signal_watch = -1};
    gint64 timeout_s = 0;
    gboolean ok = args_number(args, "timeout", 1, G_MAXINT32 / 1000, &timeout_s) != ARG_BAD;

    for (int kind = 0; ok && kind < WATCH_LAST; kind++)
        ok = !wanted[kind] || register_one(&watch, (WatchKind)kind, cli->conn, dom, net);
    ok = ok && wait_for_events(&watch, timeout_s);
    deregister(&watch, cli->conn);
    cli->no_blank = watch.as_json;
    return ok && say_end(&watch);
}

static gboolean
list_words(Cli *cli, const Args *args, const char *const *words)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = json_start(out);

    cli->no_blank = args_flag(args, "json");
    if (cli->no_blank)
        json_array(&json, NULL);
    for (; *words; words++)
        if (cli->no_blank)
            json_string(&json, NULL, *words);
        else
            cli_print("%s\n", *words);
    if (cli->no_blank) {
        json_end(&json);
        cli_print("%s\n", out->str);
    }
    return TRUE;
}

static gboolean
run_event(Cli *cli, const Args *args)
{
    gboolean wanted[WATCH_LAST] = {FALSE};
    const char *event = args_text(args, "event");
    g_autoptr(CliDomain) dom = NULL;
    gboolean any = FALSE;

    if (args_flag(args, "list"))
        return list_words(cli, args, event_words);
    if (!event && !args_flag(args, "all")) {
        cli_error("one of --list, --all, or --event <event> is required");
        return FALSE;
    }
    for (int i = 0; event_words[i]; i++)
        any |= wanted[i] = !event || strcmp(event, event_words[i]) == 0;
    if (!any) {
        cli_error("unknown event type %s; 'event --list' names those that there are", event);
        return FALSE;
    }
    if (!connect_for_events(cli) ||
        (args_text(args, "domain") && !(dom = cli_domain(cli, args_text(args, "domain")))))
        return FALSE;
    return watch_events(cli, args, wanted, dom, NULL);
}

static gboolean
run_net_event(Cli *cli, const Args *args)
{
    gboolean wanted[WATCH_LAST] = {[WATCH_NETWORK] = TRUE};
    const char *event = args_text(args, "event");
    g_autoptr(CliNetwork) net = NULL;

    if (args_flag(args, "list"))
        return list_words(cli, args, network_event_words);
    if (!event) {
        cli_error("either --list or --event <type> is required");
        return FALSE;
    }
    if (strcmp(event, "lifecycle") != 0) {
        cli_error("unknown event type %s; the only one is 'lifecycle'", event);
        return FALSE;
    }
    if (!connect_for_events(cli) ||
        (args_text(args, "network") && !(net = cli_network(cli, args_text(args, "network")))))
        return FALSE;
    return watch_events(cli, args, wanted, NULL, net);
}

#define OPTS_WATCH                                                                                 \
    {"loop", OPT_FLAG, 0, COMPLETE_NOTHING, "go on after the first, until interrupted"},           \
        {"timeout", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING, "wait at most so many seconds"},    \
        {"list", OPT_FLAG, 0, COMPLETE_NOTHING, "name the events that there are"},                 \
        {"timestamp", OPT_FLAG, 0, COMPLETE_NOTHING, "say when"}, OPT_JSON

static const Opt opts_event[] = {{"domain", OPT_TEXT, 0, COMPLETE_DOMAIN, "only of this guest"},
                                 {"event", OPT_TEXT, 0, COMPLETE_WORDS, "which event", event_words},
                                 {"all", OPT_FLAG, 0, COMPLETE_NOTHING, "every event"},
                                 OPTS_WATCH,
                                 OPT_END};
static const Opt opts_net_event[] = {
    {"network", OPT_TEXT, 0, COMPLETE_NETWORK, "only of this network"},
    {"event", OPT_TEXT, 0, COMPLETE_WORDS, "which event", network_event_words},
    OPTS_WATCH,
    OPT_END};

const Verb verbs_event[] = {
    {"event", "wait for events of guests",
     "They are seen whoever caused them. JSON: one object a line.", opts_event, run_event},
    {"net-event", "wait for events of networks", NULL, opts_net_event, run_net_event},
    {NULL},
};
