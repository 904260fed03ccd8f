/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/journal.h - the events of all objects: one file, one JSON object a line.
 *
 * LIVE-ROOT/events, 0600. Each line is appended by one write(2) to a descriptor opened with O_APPEND,
 * so lines of several writers never mix; no lock is taken. Schema (flat, in this order):
 *
 *   {"time":MICROSECONDS,"driver":"lxc","name":"web","uuid":"U-U-I-D","id":4711,
 *    "kind":"lifecycle","event":"started","event-number":2,"detail":"booted","detail-number":0}
 *
 *   time          wall clock, microseconds since the epoch
 *   id            -1 when the object is off after the event (stopped, defined while off)
 *   kind          lifecycle | reboot | metadata-change     (networks: lifecycle only)
 *   event         lifecycle of domains: defined undefined started suspended resumed stopped shutdown
 *                 pmsuspended crashed (libvirt's numbers 0..8); of networks (driver "vnet"): defined
 *                 undefined started stopped (0..3). metadata-change: description title element (0..2).
 *                 reboot: "reboot" 0
 *   detail        libvirt's word and number for that event, lower case with blanks as '-'; networks: "" 0.
 *                 metadata-change: the namespace URI ("" when none) and 0
 *
 * Machines (driver "qemu") have further kinds; event is a word and event-number libvirt's number for it:
 *   lifecycle             also started/restored, suspended/i/o-error, suspended/watchdog, resumed/unpaused, stopped/saved,
 *                         shutdown/finished|guest|host, pmsuspended/memory|disk, crashed/panicked, started/wakeup
 *   watchdog              none|pause|reset|poweroff|shutdown|debug|inject-nmi (0..6)
 *   io-error              none|pause|report (0..2); detail: the device's alias (or node), "data": reason ("enospc" or "")
 *   rtc-change            "rtc-change" 0; detail: the offset in seconds, decimal
 *   balloon-change        "balloon-change" 0; detail: KiB, decimal
 *   tray-change           open|close (0, 1); detail: alias
 *   pmsuspend, pmsuspend-disk, pmwakeup    the same word, 0; detail ""
 *   device-removed, device-removal-failed  the same word, 0; detail: alias
 *   agent-lifecycle       connected|disconnected (1, 2); detail: domain-started|channel (1, 2)
 *   qemu-monitor          the event's name as QEMU writes it, 0; "time" is QEMU's; detail: its data, JSON in a string ("" when none,
 *                         or longer than 3072 bytes)
 * "data" stands last, in io-error only. An unknown kind is skipped by readers.
 *
 * Who writes: the supervisor (libc only, the same format) started/booted when it says ready,
 * suspended/paused 0, resumed/unpaused 0, reboot, and at the end stopped/shutdown 0, stopped/destroyed 1,
 * stopped/crashed 2 or stopped/failed 5; for a network started and stopped. Drivers write
 * defined, undefined and metadata-change; core/cleanup writes stopped/crashed for a killed supervisor.
 *
 * Rotation: who appends and sees more than CORE_JOURNAL_BYTES_MAX renames events to events.1 under the lock
 * LIVE-ROOT/.events, and so does each launch. A follower reads the old file to its
 * end and goes on with the new one. A line that a full disk cut short is skipped.
 */
#pragma once

#include <glib.h>

#include "core/driver.h"
#include "core/paths.h"

typedef enum {
    JOURNAL_LIFECYCLE,
    JOURNAL_REBOOT,
    JOURNAL_METADATA_CHANGE,
    JOURNAL_WATCHDOG, /* from here on: machines */
    JOURNAL_IO_ERROR,
    JOURNAL_RTC_CHANGE,
    JOURNAL_BALLOON_CHANGE,
    JOURNAL_TRAY_CHANGE,
    JOURNAL_PMSUSPEND,
    JOURNAL_PMSUSPEND_DISK,
    JOURNAL_PMWAKEUP,
    JOURNAL_DEVICE_REMOVED,
    JOURNAL_DEVICE_REMOVAL_FAILED,
    JOURNAL_AGENT_LIFECYCLE,
    JOURNAL_QEMU_MONITOR,
    JOURNAL_KIND_LAST
} JournalKind;

typedef struct {
    gint64 time_us;
    char *driver, *name;
    guint8 uuid[16];
    int id;
    JournalKind kind;
    int event, detail;              /* numbers */
    char *event_word, *detail_word; /* detail_word: the namespace URI for METADATA_CHANGE */
    char *data;                     /* of IO_ERROR: the reason; else "" */
} JournalEntry;

/* libvirt's numbers */
enum {
    JOURNAL_DEFINED,
    JOURNAL_UNDEFINED,
    JOURNAL_STARTED,
    JOURNAL_SUSPENDED,
    JOURNAL_RESUMED,
    JOURNAL_STOPPED
};
enum {
    JOURNAL_NET_DEFINED,
    JOURNAL_NET_UNDEFINED,
    JOURNAL_NET_STARTED,
    JOURNAL_NET_STOPPED
};
enum {
    JOURNAL_DEFINED_ADDED,
    JOURNAL_DEFINED_UPDATED
};
enum {
    JOURNAL_STOPPED_SHUTDOWN,
    JOURNAL_STOPPED_DESTROYED,
    JOURNAL_STOPPED_CRASHED,
    JOURNAL_STOPPED_FAILED = 5
};

/* "started", "booted"...; NULL when there is no such number. @driver "vnet": a network's words. */
const char *journal_event_word(const char *driver, int event);
const char *journal_detail_word(const char *driver, int event, int detail);

/**
 * journal_append:
 * @driver: "lxc", "vnet"
 * @detail_word: (nullable): the namespace URI for METADATA_CHANGE; else NULL, the word comes from the table
 *
 * The time is now. Failing to append never undoes the operation: callers may pass @error NULL.
 */
gboolean journal_append(const Paths *paths, const char *driver, const ObjectRef *ref,
                        JournalKind kind, int event, int detail, const char *detail_word,
                        GError **error);

/* Rotates the journal when it is full: for who makes others append (launches). */
void journal_trim(const Paths *paths);

typedef struct Journal Journal;

/* Follows from now on (an absent journal is an empty one); (transfer full). */
Journal *journal_follow(const Paths *paths, GError **error);
void journal_free(Journal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Journal, journal_free)

/* Becomes readable when there may be news: for a poll(2) of one's own before journal_next(…, 0, …). */
int journal_fd(const Journal *journal);

/**
 * journal_next:
 * @timeout_ms: -1 waits for ever, 0 only looks
 * @ret_entry: (out) (transfer full): the next entry, or NULL when the time is over
 */
gboolean journal_next(Journal *journal, int timeout_ms, JournalEntry **ret_entry, GError **error);
void journal_entry_free(JournalEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JournalEntry, journal_entry_free)
