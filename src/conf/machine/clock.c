/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/units.h"

#define ADJUSTMENT_MAX_S G_GINT64_CONSTANT(3155760000) /* a hundred years */

static const char *const machine_clock_offset_names[] = {
    [MACHINE_CLOCK_UTC] = "utc",           [MACHINE_CLOCK_LOCALTIME] = "localtime",
    [MACHINE_CLOCK_VARIABLE] = "variable", [MACHINE_CLOCK_TIMEZONE] = "timezone",
    [MACHINE_CLOCK_ABSOLUTE] = "absolute",
};
ENUM_IMPL(machine_clock_offset, MachineClockOffset)

static const char *const machine_timer_name_names[] = {
    [MACHINE_TIMER_PLATFORM] = "platform",
    [MACHINE_TIMER_PIT] = "pit",
    [MACHINE_TIMER_RTC] = "rtc",
    [MACHINE_TIMER_HPET] = "hpet",
    [MACHINE_TIMER_TSC] = "tsc",
    [MACHINE_TIMER_KVMCLOCK] = "kvmclock",
    [MACHINE_TIMER_HYPERVCLOCK] = "hypervclock",
    [MACHINE_TIMER_ARMVTIMER] = "armvtimer",
};
ENUM_IMPL(machine_timer_name, MachineTimerName)

static const char *const machine_tick_policy_names[] = {
    [MACHINE_TICK_DELAY] = "delay",
    [MACHINE_TICK_CATCHUP] = "catchup",
    [MACHINE_TICK_MERGE] = "merge",
    [MACHINE_TICK_DISCARD] = "discard",
};
ENUM_IMPL(machine_tick_policy, MachineTickPolicy)

static const char *const machine_timer_track_names[] = {
    [MACHINE_TRACK_BOOT] = "boot",
    [MACHINE_TRACK_GUEST] = "guest",
    [MACHINE_TRACK_WALL] = "wall",
    [MACHINE_TRACK_REALTIME] = "realtime",
};
ENUM_IMPL(machine_timer_track, MachineTimerTrack)

static const XmlField timer_fields[] = {
    XML_NEEDED_WORD(NULL, "name", MachineTimer, name, machine_timer_name_names),
    XML_FIELD(YESNO, NULL, "present", MachineTimer, present),
    XML_WORD(NULL, "tickpolicy", MachineTimer, tickpolicy, machine_tick_policy_names),
    XML_WORD(NULL, "track", MachineTimer, track, machine_timer_track_names),
};

void
machine_clock_init(MachineClock *clock)
{
    clock->timers = g_array_new(FALSE, TRUE, sizeof(MachineTimer));
}

static gboolean
parse_timer(XmlTree *tree, XmlNode *node, MachineClock *clock, GError **error)
{
    MachineTimer timer = {0};

    if (!xml_fields_parse(tree, node, XML_FIELDS(timer_fields), &timer, error))
        return FALSE;
    if (timer.track != MACHINE_TRACK_ABSENT && timer.name != MACHINE_TIMER_RTC &&
        timer.name != MACHINE_TIMER_PLATFORM)
        return xml_error(tree, node, error, "attribute 'track' is for name='rtc'; remove it");
    if (timer.name == MACHINE_TIMER_TSC &&
        !xml_attr_uint(tree, node, "frequency", 1, G_MAXINT64, &timer.frequency_hz, error))
        return FALSE;
    for (guint i = 0; i < clock->timers->len; i++)
        if (g_array_index(clock->timers, MachineTimer, i).name == timer.name)
            return xml_error(tree, node, error, "names '%s' a second time; remove one",
                             machine_timer_name_to_string(timer.name));
    g_array_append_val(clock->timers, timer);
    return TRUE;
}

static gboolean
parse_int(XmlTree *tree, XmlNode *node, const char *name, gint64 min, gint64 max, gint64 *ret_value,
          GError **error)
{
    const char *text = xml_attr(node, name);

    if (text == NULL || units_parse_int(text, min, max, ret_value, error))
        return TRUE;
    g_prefix_error(error, "attribute '%s': ", name);
    return xml_error_prefix(tree, node, error);
}

/* utc and localtime with an adjustment in seconds are libvirt's older words for variable. */
static gboolean
parse_adjustment(XmlTree *tree, XmlNode *node, MachineClock *clock, GError **error)
{
    const char *text = xml_attr(node, "adjustment");

    if (clock->offset == MACHINE_CLOCK_VARIABLE)
        return xml_attr_bool(tree, node, "basis", "utc", "localtime", &clock->basis_localtime,
                             error) &&
               parse_int(tree, node, "adjustment", -ADJUSTMENT_MAX_S, ADJUSTMENT_MAX_S,
                         &clock->adjustment_s, error);
    if (text == NULL)
        return TRUE;
    if (strcmp(text, "reset") == 0) {
        clock->reset = TRUE;
        return TRUE;
    }
    clock->basis_localtime = clock->offset == MACHINE_CLOCK_LOCALTIME;
    clock->offset = MACHINE_CLOCK_VARIABLE;
    return parse_int(tree, node, "adjustment", -ADJUSTMENT_MAX_S, ADJUSTMENT_MAX_S,
                     &clock->adjustment_s, error);
}

static gboolean
parse_offset(XmlTree *tree, XmlNode *node, MachineClock *clock, GError **error)
{
    const char *zone;
    int index = MACHINE_CLOCK_UTC;

    if (!xml_attr_word(tree, node, "offset", machine_clock_offset_names, MACHINE_CLOCK_LAST, &index,
                       error))
        return FALSE;
    clock->offset = (MachineClockOffset)index;
    switch (clock->offset) {
    case MACHINE_CLOCK_UTC:
    case MACHINE_CLOCK_LOCALTIME:
    case MACHINE_CLOCK_VARIABLE:
        return parse_adjustment(tree, node, clock, error);
    case MACHINE_CLOCK_TIMEZONE:
        zone = xml_attr_need(tree, node, "timezone", error);
        if (zone == NULL)
            return FALSE;
        /* it becomes the variable TZ */
        if (strlen(zone) > 63 || strstr(zone, "..") != NULL || *zone == '/' ||
            zone[strspn(zone, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_+/.,:<>")] != '\0')
            return xml_error(tree, node, error,
                             "timezone '%.*s' is not one; write it like Europe/Berlin",
                             XML_QUOTE_MAX, zone);
        clock->timezone = g_strdup(zone);
        return TRUE;
    case MACHINE_CLOCK_ABSOLUTE:
        return xml_attr_need(tree, node, "start", error) != NULL &&
               parse_int(tree, node, "start", 0, G_GINT64_CONSTANT(253402300799), &clock->start_s,
                         error);
    case MACHINE_CLOCK_LAST:
        break;
    }
    return TRUE;
}

gboolean
machine_clock_parse(XmlTree *tree, XmlNode *root, MachineClock *clock, GError **error)
{
    XmlNode *node = xml_child(root, "clock");

    if (node == NULL)
        return TRUE;
    if (!parse_offset(tree, node, clock, error))
        return FALSE;
    for (XmlNode *timer = xml_child(node, "timer"); timer != NULL; timer = xml_next(timer, "timer"))
        if (!parse_timer(tree, timer, clock, error))
            return FALSE;
    return TRUE;
}

static void
format_timer(const MachineTimer *timer, GString *out)
{
    xml_write_indent(out, 4);
    g_string_append(out, "<timer");
    xml_fields_format_attrs(out, XML_FIELDS(timer_fields), timer);
    if (timer->frequency_hz != 0)
        xml_write_attr_uint(out, "frequency", timer->frequency_hz);
    g_string_append(out, "/>\n");
}

void
machine_clock_format(const MachineClock *clock, GString *out)
{
    gsize body;

    xml_write_indent(out, 2);
    g_string_append_printf(out, "<clock offset='%s'",
                           machine_clock_offset_to_string(clock->offset));
    if (clock->offset == MACHINE_CLOCK_VARIABLE)
        g_string_append_printf(out, " adjustment='%" G_GINT64_FORMAT "' basis='%s'",
                               clock->adjustment_s, clock->basis_localtime ? "localtime" : "utc");
    else if (clock->reset)
        g_string_append(out, " adjustment='reset'");
    xml_write_attr(out, "timezone", clock->timezone);
    if (clock->offset == MACHINE_CLOCK_ABSOLUTE)
        g_string_append_printf(out, " start='%" G_GINT64_FORMAT "'", clock->start_s);
    body = out->len;
    for (guint i = 0; i < clock->timers->len; i++)
        format_timer(&g_array_index(clock->timers, MachineTimer, i), out);
    xml_write_close(out, 2, "clock", body);
}

void
machine_clock_copy(MachineClock *to)
{
    to->timezone = g_strdup(to->timezone);
    to->timers = g_array_copy(to->timers);
}

void
machine_clock_clear(MachineClock *clock)
{
    g_free(clock->timezone);
    g_clear_pointer(&clock->timers, g_array_unref);
}
