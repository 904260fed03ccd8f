/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* QEMU's events: what they say of the machine's state, and libvirt's events for them. An event such as
 * SHUTDOWN or BLOCK_IO_ERROR says why the STOP that follows it comes; what `on` says is done at that STOP,
 * when QEMU has settled. */
#include <stdio.h>
#include <string.h>

#include "supervisor/machine-priv.h"

#define SETTLE_MS   1000  /* until a STOP that does not come is given up */
#define POWEROFF_MS 10000 /* for QEMU to close its images */

static const char *const pause_words[] = {
    [PAUSE_UNKNOWN] = "unknown",
    [PAUSE_USER] = "user",
    [PAUSE_IOERROR] = "ioerror",
    [PAUSE_WATCHDOG] = "watchdog",
    [PAUSE_CRASHED] = "crashed",
    [PAUSE_STARTING] = "starting-up",
    [PAUSE_SAVE] = "save",
    [PAUSE_SHUTTING_DOWN] = "shutting-down",
    [PAUSE_PMSUSPENDED] = "pmsuspended",
};

const char *
machine_pause_word(MachinePause pause)
{
    return pause_words[pause];
}

static bool
is_started(const Machine *machine)
{
    return machine->guest->state == GUEST_RUNNING;
}

static EventWhat
event_of_pause(MachinePause why)
{
    switch (why) {
    case PAUSE_IOERROR:
        return EVENT_SUSPENDED_IOERROR;
    case PAUSE_WATCHDOG:
        return EVENT_SUSPENDED_WATCHDOG;
    case PAUSE_UNKNOWN:
    case PAUSE_USER:
    case PAUSE_CRASHED:
    case PAUSE_STARTING:
    case PAUSE_SAVE:
    case PAUSE_SHUTTING_DOWN:
    case PAUSE_PMSUSPENDED:
        break;
    }
    return EVENT_SUSPENDED;
}

void
machine_set_paused(Machine *machine, bool is_paused, MachinePause why)
{
    Guest *guest = machine->guest;

    guest->paused = is_paused;
    machine->pause = why;
    if (is_paused)
        keys_stopped(&machine->keys);
    else
        keys_resumed(&machine->keys);
    if (is_started(machine))
        (void)guest_status_write(guest, NULL);
}

static void
on_answered(void *owner, const JsonValue *ret, const Err *err)
{
    (void)owner; /* refused: the machine stays as it is, and says so */
    (void)ret;
    (void)err;
}

void
machine_reset_and_run(Machine *machine, GuestReason reason)
{
    machine->resume_reason = reason;
    machine->must_cont = true; /* QEMU resets a little after its answer, and says RESET then */
    if (qmp_send(&machine->qmp, "system_reset", NULL, -1, on_answered, machine, NULL) < 0)
        machine_end(machine, GUEST_REASON_FAILED, POWEROFF_MS);
}

void
machine_decide(Timer *timer)
{
    Machine *machine = timer->owner;
    Guest *guest = machine->guest;
    GuestEvent event = machine->next_event;
    bool must_reset = machine->must_reset && event == GUEST_ON_POWEROFF;

    timer_clear(machine->set, timer);
    if (!machine->has_next_event || machine->was_asked)
        return;
    if (must_reset || guest->restarts[event]) {
        machine->has_next_event = machine->must_reset = false;
        machine_reset_and_run(machine, event == GUEST_ON_CRASH ? GUEST_REASON_PANICKED
                                                               : GUEST_REASON_BOOTED);
    } else if (guest->preserves[event]) {
        machine->has_next_event = false;
    } else {
        machine_end(machine,
                    event == GUEST_ON_CRASH ? GUEST_REASON_PANICKED : GUEST_REASON_SHUTDOWN,
                    POWEROFF_MS);
    }
}

/* The guest has done @event; a STOP follows at once, for @why. */
static void
expect_stop(Machine *machine, GuestEvent event, MachinePause why)
{
    machine->next_event = event;
    machine->has_next_event = true;
    machine->next_pause = why;
    timer_set(machine->set, &machine->decide, SETTLE_MS);
}

static void
on_shutdown(Machine *machine, const JsonValue *event)
{
    char reason[32];
    bool is_reset;

    if (machine->was_asked)
        return; /* by us */
    (void)json_get_string(event, "data.reason", reason, sizeof reason);
    is_reset = strcmp(reason, "guest-reset") == 0; /* with -no-reboot */
    if (strcmp(reason, "guest-panic") == 0)
        return; /* GUEST_PANICKED has said it */
    event_append(machine->guest, json_get_true(event, "data.guest") ? EVENT_SHUTDOWN_GUEST
                                 : strncmp(reason, "host", 4) == 0  ? EVENT_SHUTDOWN_HOST
                                                                    : EVENT_SHUTDOWN_FINISHED);
    expect_stop(machine, is_reset ? GUEST_ON_REBOOT : GUEST_ON_POWEROFF, PAUSE_SHUTTING_DOWN);
    agent_set_connected(&machine->agent, false);
}

static void
on_stop(Machine *machine, const JsonValue *event)
{
    MachinePause why = machine->next_pause;

    (void)event;
    machine->next_pause = PAUSE_UNKNOWN;
    if (why != PAUSE_SHUTTING_DOWN && why != PAUSE_CRASHED && is_started(machine))
        event_append(machine->guest, event_of_pause(why));
    machine_set_paused(machine, true, why);
    if (machine->has_next_event)
        machine_decide(&machine->decide);
}

static void
on_resume(Machine *machine, const JsonValue *event)
{
    (void)event;
    if (is_started(machine)) {
        machine->guest->reason = machine->resume_reason != GUEST_REASON_UNKNOWN
                                     ? machine->resume_reason
                                     : GUEST_REASON_UNPAUSED;
        event_append(machine->guest, EVENT_RESUMED);
    }
    machine->resume_reason = GUEST_REASON_UNKNOWN;
    machine_set_paused(machine, false, PAUSE_UNKNOWN);
}

static void
on_reset(Machine *machine, const JsonValue *event)
{
    (void)event;
    machine->must_reset = false;
    if (!is_started(machine))
        return;
    machine->guest->boots++;
    event_append(machine->guest, EVENT_REBOOT);
    if (machine->guest->paused &&
        (machine->pause == PAUSE_CRASHED || machine->pause == PAUSE_SHUTTING_DOWN))
        machine->pause = PAUSE_USER; /* it has begun anew, and waits */
    if (machine->must_cont)
        (void)qmp_send(&machine->qmp, "cont", NULL, -1, on_answered, machine, NULL);
    machine->must_cont = false;
    (void)guest_status_write(machine->guest, NULL);
}

static void
on_panicked(Machine *machine, const JsonValue *event)
{
    (void)event;
    event_append(machine->guest, EVENT_PANICKED);
    expect_stop(machine, GUEST_ON_CRASH, PAUSE_CRASHED);
}

static void
on_crashloaded(Machine *machine, const JsonValue *event)
{
    (void)event;
    event_append(machine->guest, EVENT_CRASHLOADED);
}

static void
on_watchdog(Machine *machine, const JsonValue *event)
{
    static const char *const words[] = {"none",     "pause", "reset",     "poweroff",
                                        "shutdown", "debug", "inject-nmi"}; /* libvirt's order */
    EventText text = {.kind = "watchdog", .detail = ""};
    char action[32];

    (void)json_get_string(event, "data.action", action, sizeof action);
    for (int i = 0; i < 7; i++)
        if (strcmp(action, words[i]) == 0) {
            text.event = words[i];
            text.number = i;
            event_write(machine->guest, &text);
        }
    if (strcmp(action, "pause") == 0)
        machine->next_pause = PAUSE_WATCHDOG;
    else if (strcmp(action, "poweroff") == 0) /* QEMU ends without a SHUTDOWN */
        machine->end_reason = GUEST_REASON_SHUTDOWN;
}

/* Of a drive: its device, or what its node is called. */
static void
get_alias(const JsonValue *event, char *out, size_t size)
{
    static const char *const paths[] = {"data.device", "data.id", "data.node-name", "data.qom-path",
                                        "data.path"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (json_get_string(event, paths[i], out, size) < 0 || !out[0])
            continue;
        if (out[0] == '/') /* "/machine/peripheral/net0" */
            memmove(out, strrchr(out, '/') + 1, strlen(strrchr(out, '/')));
        return;
    }
}

static void
on_io_error(Machine *machine, const JsonValue *event)
{
    char action[32], alias[256];
    EventText text = {.kind = "io-error", .event = "report", .number = 2, .detail = alias};

    get_alias(event, alias, sizeof alias);
    (void)json_get_string(event, "data.action", action, sizeof action);
    if (strcmp(action, "stop") == 0) {
        text.event = "pause";
        text.number = 1;
        machine->next_pause = PAUSE_IOERROR;
    } else if (strcmp(action, "ignore") == 0) {
        text.event = "none";
        text.number = 0;
    }
    text.data = json_get_true(event, "data.nospace") ? "enospc" : "";
    event_write(machine->guest, &text);
}

static void
on_suspend(Machine *machine, const JsonValue *event)
{
    (void)event;
    event_write(machine->guest, &(EventText){.kind = "pmsuspend", .event = "pmsuspend"});
    event_append(machine->guest, EVENT_PMSUSPENDED);
    machine_set_paused(machine, true, PAUSE_PMSUSPENDED);
}

static void
on_suspend_disk(Machine *machine, const JsonValue *event)
{
    (void)event;
    event_write(machine->guest, &(EventText){.kind = "pmsuspend-disk", .event = "pmsuspend-disk"});
    event_append(machine->guest, EVENT_PMSUSPENDED_DISK);
}

static void
on_wakeup(Machine *machine, const JsonValue *event)
{
    (void)event;
    event_write(machine->guest, &(EventText){.kind = "pmwakeup", .event = "pmwakeup"});
    event_append(machine->guest, EVENT_WAKEUP);
    machine->guest->reason = GUEST_REASON_WAKEUP;
    machine_set_paused(machine, false, PAUSE_UNKNOWN);
}

static void
on_number(Machine *machine, const JsonValue *event, const char *kind, const char *path,
          int64_t unit)
{
    char detail[32];
    int64_t value = 0;

    if (json_get_int(event, path, &value) < 0)
        return;
    (void)snprintf(detail, sizeof detail, "%lld", (long long)(value / unit));
    event_write(machine->guest, &(EventText){.kind = kind, .event = kind, .detail = detail});
}

static void
on_rtc_change(Machine *machine, const JsonValue *event)
{
    on_number(machine, event, "rtc-change", "data.offset", 1);
}

static void
on_balloon_change(Machine *machine, const JsonValue *event)
{
    on_number(machine, event, "balloon-change", "data.actual", 1024);
}

static void
on_tray_moved(Machine *machine, const JsonValue *event)
{
    char alias[256];
    bool is_open = json_get_true(event, "data.tray-open");

    if (json_get_string(event, "data.id", alias, sizeof alias) < 0 || !alias[0])
        get_alias(event, alias, sizeof alias);
    event_write(machine->guest, &(EventText){.kind = "tray-change",
                                             .event = is_open ? "open" : "close",
                                             .number = !is_open,
                                             .detail = alias});
}

static void
on_device_gone(Machine *machine, const JsonValue *event, const char *kind)
{
    char alias[256];

    /* parts of a device go too, and have no name */
    if (json_get_string(event, "data.device", alias, sizeof alias) == 0 && alias[0])
        event_write(machine->guest, &(EventText){.kind = kind, .event = kind, .detail = alias});
}

static void
on_device_deleted(Machine *machine, const JsonValue *event)
{
    on_device_gone(machine, event, "device-removed");
}

static void
on_device_kept(Machine *machine, const JsonValue *event)
{
    on_device_gone(machine, event, "device-removal-failed");
}

static void
on_vserport_change(Machine *machine, const JsonValue *event)
{
    bool is_open = json_get_true(event, "data.open");
    char id[256];

    if (!machine->agent_alias || json_get_string(event, "data.id", id, sizeof id) < 0 ||
        strcmp(id, machine->agent_alias) != 0)
        return;
    agent_set_connected(&machine->agent, is_open);
    if (!is_started(machine))
        return;
    event_write(machine->guest, &(EventText){.kind = "agent-lifecycle",
                                             .event = is_open ? "connected" : "disconnected",
                                             .number = is_open ? 1 : 2,
                                             .detail = "channel",
                                             .detail_number = 2});
    (void)guest_status_write(machine->guest, NULL);
}

static const struct {
    const char *name;
    void (*func)(Machine *machine, const JsonValue *event);
} handlers[] = {
    {"BALLOON_CHANGE", on_balloon_change},
    {"BLOCK_IO_ERROR", on_io_error},
    {"DEVICE_DELETED", on_device_deleted},
    {"DEVICE_TRAY_MOVED", on_tray_moved},
    {"DEVICE_UNPLUG_GUEST_ERROR", on_device_kept},
    {"GUEST_CRASHLOADED", on_crashloaded},
    {"GUEST_PANICKED", on_panicked},
    {"RESET", on_reset},
    {"RESUME", on_resume},
    {"RTC_CHANGE", on_rtc_change},
    {"SHUTDOWN", on_shutdown},
    {"STOP", on_stop},
    {"SUSPEND", on_suspend},
    {"SUSPEND_DISK", on_suspend_disk},
    {"VSERPORT_CHANGE", on_vserport_change},
    {"WAKEUP", on_wakeup},
    {"WATCHDOG", on_watchdog},
};

/* As QEMU has it, for qemu-monitor-event. */
static void
write_raw(const Machine *machine, const char *name, const JsonValue *event)
{
    EventText text = {.kind = "qemu-monitor", .event = name};
    int64_t seconds = 0, micros = 0;
    JsonValue data;

    if (json_get_int(event, "timestamp.seconds", &seconds) == 0 &&
        json_get_int(event, "timestamp.microseconds", &micros) == 0)
        text.time_us = seconds * 1000000 + micros;
    if (json_get(event, "data", &data) && data.size <= EVENT_DETAIL_MAX) {
        text.detail = data.at;
        text.detail_size = data.size;
    }
    event_write(machine->guest, &text);
}

void
machine_event(void *owner, const char *name, const JsonValue *event)
{
    Machine *machine = owner;

    if (name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")])
        return;
    if (is_started(machine))
        write_raw(machine, name, event);
    for (size_t i = 0; i < sizeof handlers / sizeof handlers[0]; i++)
        if (strcmp(handlers[i].name, name) == 0)
            handlers[i].func(machine, event);
}
