/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <clock>: the real-time clock, and timers that are parts of the machine. */
#include <string.h>

#include "machine/command.h"

static char *
clock_date(gint64 seconds)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(seconds);

    return date != NULL ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%S") : g_strdup("utc");
}

/* (transfer full): "utc", "localtime" or a date */
static char *
clock_base(const Command *command)
{
    const MachineClock *clock = &command->machine->clock;

    switch (clock->offset) {
    case MACHINE_CLOCK_UTC:
    case MACHINE_CLOCK_LAST:
        break;
    case MACHINE_CLOCK_LOCALTIME:
    case MACHINE_CLOCK_TIMEZONE: /* of QEMU's environment */
        return g_strdup("localtime");
    case MACHINE_CLOCK_VARIABLE:
        return clock_date(command->in->facts->now_s + clock->adjustment_s +
                          (clock->basis_localtime ? command->in->facts->utc_offset_s : 0));
    case MACHINE_CLOCK_ABSOLUTE:
        return clock_date(clock->start_s);
    }
    return g_strdup("utc");
}

static gboolean
timer_rtc(const Command *command, const MachineTimer *timer, Option *rtc, GError **error)
{
    switch (timer->track) {
    case MACHINE_TRACK_GUEST:
        option_string(rtc, "clock", "vm");
        break;
    case MACHINE_TRACK_WALL:
        option_string(rtc, "clock", "host");
        break;
    case MACHINE_TRACK_REALTIME:
        option_string(rtc, "clock", "rt");
        break;
    case MACHINE_TRACK_BOOT:
        return command_refuse(command->in, command->machine->lines.clock, error,
                              "<timer name='rtc' track='boot'> is not supported; use 'guest' or "
                              "'wall'");
    case MACHINE_TRACK_ABSENT:
    case MACHINE_TRACK_LAST:
        break;
    }
    switch (timer->tickpolicy) {
    case MACHINE_TICK_CATCHUP:
        option_string(rtc, "driftfix", "slew");
        return TRUE;
    case MACHINE_TICK_ABSENT:
    case MACHINE_TICK_DELAY:
    case MACHINE_TICK_LAST:
        return TRUE;
    case MACHINE_TICK_MERGE:
    case MACHINE_TICK_DISCARD:
        break;
    }
    return command_refuse(command->in, command->machine->lines.clock, error,
                          "<timer name='rtc' tickpolicy='%s'> is not supported; use 'catchup' or "
                          "'delay'",
                          machine_tick_policy_to_string(timer->tickpolicy));
}

static gboolean
timer_pit(Command *command, const MachineTimer *timer, GError **error)
{
    const char *policy = NULL;

    if (timer->present == DOMAIN_SWITCH_OFF)
        return TRUE; /* command-machine.c: pit=off */
    switch (timer->tickpolicy) {
    case MACHINE_TICK_DELAY:
        policy = "delay";
        break;
    case MACHINE_TICK_DISCARD:
        policy = "discard";
        break;
    case MACHINE_TICK_ABSENT:
    case MACHINE_TICK_CATCHUP:
    case MACHINE_TICK_LAST:
        break;
    case MACHINE_TICK_MERGE:
        return command_refuse(command->in, command->machine->lines.clock, error,
                              "<timer name='pit' tickpolicy='merge'> is not supported");
    }
    /* Only the timer inside KVM can lose ticks. */
    if (policy != NULL && command_uses_kvm(command->in)) {
        g_autofree char *text = g_strconcat("kvm-pit.lost_tick_policy=", policy, NULL);

        command_text(command, "-global", text);
    }
    return TRUE;
}

gboolean
command_clock(Command *command, GError **error)
{
    const MachineClock *clock = &command->machine->clock;
    g_autofree char *base = clock_base(command);
    g_autoptr(Option) rtc = option_new(NULL);

    option_string(rtc, "base", base);
    if (clock->offset == MACHINE_CLOCK_TIMEZONE && clock->timezone != NULL)
        command_env(command, "TZ", clock->timezone);
    for (guint i = 0; i < clock->timers->len; i++) {
        const MachineTimer *timer = &g_array_index(clock->timers, MachineTimer, i);

        if (timer->name == MACHINE_TIMER_RTC && !timer_rtc(command, timer, rtc, error))
            return FALSE;
        if (timer->name == MACHINE_TIMER_PIT && !timer_pit(command, timer, error))
            return FALSE;
        if (timer->name == MACHINE_TIMER_PLATFORM)
            return command_refuse(command->in, command->machine->lines.clock, error,
                                  "<timer name='platform'> is not supported by QEMU");
    }
    command_take(command, "-rtc", g_steal_pointer(&rtc));
    return TRUE;
}
