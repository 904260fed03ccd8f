/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/journal-priv.h"
#include "core/limits.h"
#include "util/enum.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/json.h"
#include "util/lock.h"
#include "util/units.h"
#include "util/uuid.h"

static const char *const kind_names[JOURNAL_KIND_LAST] = {
    [JOURNAL_LIFECYCLE] = "lifecycle",
    [JOURNAL_REBOOT] = "reboot",
    [JOURNAL_METADATA_CHANGE] = "metadata-change",
    [JOURNAL_WATCHDOG] = "watchdog",
    [JOURNAL_IO_ERROR] = "io-error",
    [JOURNAL_RTC_CHANGE] = "rtc-change",
    [JOURNAL_BALLOON_CHANGE] = "balloon-change",
    [JOURNAL_TRAY_CHANGE] = "tray-change",
    [JOURNAL_PMSUSPEND] = "pmsuspend",
    [JOURNAL_PMSUSPEND_DISK] = "pmsuspend-disk",
    [JOURNAL_PMWAKEUP] = "pmwakeup",
    [JOURNAL_DEVICE_REMOVED] = "device-removed",
    [JOURNAL_DEVICE_REMOVAL_FAILED] = "device-removal-failed",
    [JOURNAL_AGENT_LIFECYCLE] = "agent-lifecycle",
    [JOURNAL_QEMU_MONITOR] = "qemu-monitor",
};

/* libvirt's words; a row's index is its number. */
static const struct {
    const char *event;
    const char *details[9];
} lifecycle[] = {
    {"defined", {"added", "updated", "renamed", "from-snapshot"}},
    {"undefined", {"removed", "renamed"}},
    {"started", {"booted", "migrated", "restored", "from-snapshot", "wakeup"}},
    {"suspended",
     {"paused", "migrated", "i/o-error", "watchdog", "restored", "from-snapshot", "api-error",
      "post-copy", "post-copy-error"}},
    {"resumed", {"unpaused", "migrated", "from-snapshot", "post-copy", "post-copy-failed"}},
    {"stopped",
     {"shutdown", "destroyed", "crashed", "migrated", "saved", "failed", "from-snapshot"}},
    {"shutdown", {"finished", "guest", "host"}},
    {"pmsuspended", {"memory", "disk"}},
    {"crashed", {"panicked", "crashloaded"}},
};

static const char *const network_events[] = {"defined", "undefined", "started", "stopped"};
static const char *const metadata_events[] = {"description", "title", "element"};

const char *
journal_event_word(const char *driver, int event)
{
    if (g_str_equal(driver, "vnet"))
        return event >= 0 && event < (int)G_N_ELEMENTS(network_events) ? network_events[event]
                                                                       : NULL;
    return event >= 0 && event < (int)G_N_ELEMENTS(lifecycle) ? lifecycle[event].event : NULL;
}

const char *
journal_detail_word(const char *driver, int event, int detail)
{
    if (g_str_equal(driver, "vnet") || event < 0 || event >= (int)G_N_ELEMENTS(lifecycle))
        return NULL;
    return detail >= 0 && detail < (int)G_N_ELEMENTS(lifecycle[event].details)
               ? lifecycle[event].details[detail]
               : NULL;
}

static const char *
event_word(const char *driver, JournalKind kind, int event)
{
    if (kind == JOURNAL_LIFECYCLE)
        return journal_event_word(driver, event);
    if (kind == JOURNAL_METADATA_CHANGE)
        return event >= 0 && event < (int)G_N_ELEMENTS(metadata_events) ? metadata_events[event]
                                                                        : NULL;
    return kind_names[kind]; /* the rest is written by supervisors */
}

void
journal_trim(const Paths *paths)
{
    g_autofree char *path = g_build_filename(paths->live, "events", NULL);
    g_autofree char *old = g_strconcat(path, ".1", NULL);
    g_autofree char *lock = g_build_filename(paths->live, ".events", NULL);
    struct stat st;
    int lock_fd;

    if (stat(path, &st) < 0 || st.st_size <= CORE_JOURNAL_BYTES_MAX)
        return;
    lock_fd = lock_take(AT_FDCWD, lock, 0, "the journal", NULL);
    if (lock_fd < 0)
        return; /* another is at it */
    if (stat(path, &st) == 0 && st.st_size > CORE_JOURNAL_BYTES_MAX)
        (void)rename(path, old); /* full or read-only: it grows on */
    lock_release(AT_FDCWD, lock, lock_fd, TRUE);
}

gboolean
journal_append(const Paths *paths, const char *driver, const ObjectRef *ref, JournalKind kind,
               int event, int detail, const char *detail_word, GError **error)
{
    g_autofree char *path = g_build_filename(paths->live, "events", NULL);
    g_autoptr(GString) line = g_string_new(NULL);
    char uuid[UUID_TEXT_SIZE];
    Json json = json_start(line);
    g_auto(Fd) fd = -1;
    ssize_t n;

    if (detail_word == NULL && kind == JOURNAL_LIFECYCLE)
        detail_word = journal_detail_word(driver, event, detail);
    json_object(&json, NULL);
    json_int(&json, "time", g_get_real_time());
    json_string(&json, "driver", driver);
    json_string(&json, "name", ref->name);
    json_string(&json, "uuid", uuid_format(ref->uuid, uuid));
    json_int(&json, "id", ref->id);
    json_string(&json, "kind", kind_names[kind]);
    json_string(&json, "event", event_word(driver, kind, event));
    json_int(&json, "event-number", event);
    json_string(&json, "detail", detail_word != NULL ? detail_word : "");
    json_int(&json, "detail-number", detail);
    json_end(&json);
    g_string_append_c(line, '\n');
    if (line->len > CORE_JOURNAL_LINE_MAX)
        return error_set(error, LODGE_ERROR_LIMIT,
                         "cannot record an event of '%.100s': larger than %d bytes", ref->name,
                         CORE_JOURNAL_LINE_MAX);
    if (!file_make_dirs(paths->live, 0700, error))
        return FALSE;
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot record an event in '%s'", path);
    n = write(fd, line->str, line->len);
    if (n < 0 || (gsize)n < line->len)
        return error_set_errno(error, n < 0 ? errno : ENOSPC, "cannot record an event in '%s'",
                               path);
    journal_trim(paths);
    return TRUE;
}

/* --- reading --------------------------------------------------------------------------------- */

static gboolean
member_int(GHashTable *members, const char *key, gint64 *ret_value)
{
    const char *text = g_hash_table_lookup(members, key);

    return text != NULL && units_parse_int(text, G_MININT64, G_MAXINT64, ret_value, NULL);
}

static char *
member_string(GHashTable *members, const char *key)
{
    const char *text = g_hash_table_lookup(members, key);

    return g_strdup(text != NULL ? text : "");
}

JournalEntry *
journal_entry_parse(const char *line)
{
    /* What a full disk cut short has no end of line: the next entry follows it. Inside strings the
     * quotes are escaped, so this is found at starts of entries only. */
    const char *start = g_strrstr(line, "{\"time\":");
    g_autoptr(GHashTable) members = start != NULL ? json_flat_parse(start) : NULL;
    g_autoptr(JournalEntry) entry = NULL;
    gint64 id, event, detail;
    const char *uuid, *kind;
    int number;

    if (members == NULL)
        return NULL;
    entry = g_new0(JournalEntry, 1);
    uuid = g_hash_table_lookup(members, "uuid");
    kind = g_hash_table_lookup(members, "kind");
    number = enum_lookup(kind_names, JOURNAL_KIND_LAST, kind);
    if (!member_int(members, "time", &entry->time_us) || !member_int(members, "id", &id) ||
        !member_int(members, "event-number", &event) ||
        !member_int(members, "detail-number", &detail) || uuid == NULL ||
        !uuid_parse(uuid, entry->uuid) || number < 0)
        return NULL;
    entry->kind = (JournalKind)number;
    entry->id = (int)CLAMP(id, -1, G_MAXINT);
    entry->event = (int)CLAMP(event, 0, G_MAXINT);
    entry->detail = (int)CLAMP(detail, 0, G_MAXINT);
    entry->driver = member_string(members, "driver");
    entry->name = member_string(members, "name");
    entry->event_word = member_string(members, "event");
    entry->detail_word = member_string(members, "detail");
    entry->data = member_string(members, "data");
    return g_steal_pointer(&entry);
}

void
journal_entry_free(JournalEntry *entry)
{
    if (entry == NULL)
        return;
    g_free(entry->driver);
    g_free(entry->name);
    g_free(entry->event_word);
    g_free(entry->detail_word);
    g_free(entry->data);
    g_free(entry);
}
