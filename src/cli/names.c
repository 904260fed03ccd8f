/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/names.h"

#include <glib.h>

#include <lodge/libvirt.h>

enum {
    WORDS_MAX = 16
};

/* Index: VIR_DOMAIN_* state. */
static const char *const states[] = {"no state",    "running",  "idle",    "paused",
                                     "in shutdown", "shut off", "crashed", "pmsuspended"};

/* Index: state, then reason. */
static const char *const reasons[][WORDS_MAX] = {
    {"unknown"},
    {"unknown", "booted", "migrated", "restored", "from snapshot", "unpaused", "migration canceled",
     "save canceled", "event wakeup", "crashed", "post-copy", "post-copy failed"},
    {"unknown"},
    {"unknown", "user", "migrating", "saving", "dumping", "I/O error", "watchdog", "from snapshot",
     "shutting down", "creating snapshot", "crashed", "starting up", "post-copy",
     "post-copy failed"},
    {"unknown", "user"},
    {"unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from snapshot",
     "daemon"},
    {"unknown", "panicked"},
    {"unknown"},
};

static const char *const events[] = {"Defined", "Undefined", "Started",     "Suspended", "Resumed",
                                     "Stopped", "Shutdown",  "PMSuspended", "Crashed"};

/* Index: event, then detail. */
static const char *const details[][WORDS_MAX] = {
    {"Added", "Updated", "Renamed", "Snapshot"},
    {"Removed", "Renamed"},
    {"Booted", "Migrated", "Restored", "Snapshot", "Event wakeup"},
    {"Paused", "Migrated", "I/O Error", "Watchdog", "Restored", "Snapshot", "API error",
     "Post-copy", "Post-copy Error"},
    {"Unpaused", "Migrated", "Snapshot", "Post-copy", "Post-copy Error"},
    {"Shutdown", "Destroyed", "Crashed", "Migrated", "Saved", "Failed", "Snapshot"},
    {"Finished", "Finished after guest request", "Finished after host request"},
    {"Memory", "Disk"},
    {"Panicked", "Crashloaded"},
};

static const char *const network_events[] = {"Defined", "Undefined", "Started", "Stopped"};

static const char *const memory_stats[] = {
    "swap_in",     "swap_out",        "major_fault",   "minor_fault", "unused",
    "available",   "actual",          "rss",           "usable",      "last_update",
    "disk_caches", "hugetlb_pgalloc", "hugetlb_pgfail"};

static const char *
word(const char *const *words, guint n_words, int index, const char *unknown)
{
    return index >= 0 && (guint)index < n_words && words[index] ? words[index] : unknown;
}

const char *
names_state(int state)
{
    return word(states, G_N_ELEMENTS(states), state, "no state");
}

const char *
names_reason(int state, int reason)
{
    if (state < 0 || (guint)state >= G_N_ELEMENTS(reasons))
        return "unknown";
    return word(reasons[state], WORDS_MAX, reason, "unknown");
}

const char *
names_event(int event)
{
    return word(events, G_N_ELEMENTS(events), event, "unknown");
}

const char *
names_event_detail(int event, int detail)
{
    if (event < 0 || (guint)event >= G_N_ELEMENTS(details))
        return "unknown";
    return word(details[event], WORDS_MAX, detail, "unknown");
}

const char *
names_network_event(int event)
{
    return word(network_events, G_N_ELEMENTS(network_events), event, "unknown");
}

const char *
names_memory_stat(int tag)
{
    return word(memory_stats, G_N_ELEMENTS(memory_stats), tag, NULL);
}
