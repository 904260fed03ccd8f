/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading the journal while others write and rotate it.
 *
 * Theory of operation. One inotify watch on the folder tells of writes and renames. Two files are
 * held open: the current one, and the one before it, because who opened the journal just before a rotation
 * still appends to the old file. Each pass reads both to their ends, then looks whether the name leads
 * to another file; if so, the current one becomes the old one. When more than one rotation happened since the
 * last pass, events.1 is neither of ours and is read first.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/journal-priv.h"
#include "core/limits.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"

typedef struct {
    Fd fd;
    ino_t inode;
    GString *rest; /* of a line whose end is not there yet */
} JournalFile;

struct Journal {
    char *path, *old_path;
    Fd watch_fd;
    JournalFile current, old;
    GQueue entries; /* JournalEntry, read and not yet given out */
};

static void
file_clear(JournalFile *file)
{
    fd_close(file->fd);
    file->fd = -1;
    file->inode = 0;
    g_string_truncate(file->rest, 0);
}

static gboolean
file_open(JournalFile *file, const char *path)
{
    struct stat st;

    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file->fd < 0 || fstat(file->fd, &st) < 0)
        return FALSE;
    file->inode = st.st_ino;
    return TRUE;
}

static void
take_lines(Journal *journal, GString *rest)
{
    char *start = rest->str, *end;

    while ((end = strchr(start, '\n')) != NULL) {
        JournalEntry *entry;

        *end = '\0';
        entry = journal_entry_parse(start);
        if (entry != NULL)
            g_queue_push_tail(&journal->entries, entry);
        start = end + 1;
    }
    g_string_erase(rest, 0, start - rest->str);
    if (rest->len > 2 * CORE_JOURNAL_LINE_MAX)
        g_string_truncate(rest, 0); /* no line of ours */
}

static void
file_drain(Journal *journal, JournalFile *file)
{
    char buf[65536];
    ssize_t n;

    while (file->fd >= 0 &&
           ((n = read(file->fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR))) {
        for (ssize_t i = 0; i < n; i++)
            g_string_append_c(file->rest, buf[i] != '\0' ? buf[i] : ' ');
        take_lines(journal, file->rest);
    }
}

/* One pass over what there is. */
static void
look(Journal *journal)
{
    struct stat st;

    file_drain(journal, &journal->old);
    file_drain(journal, &journal->current);
    while (stat(journal->path, &st) == 0 && st.st_ino != journal->current.inode) {
        GString *rest = journal->old.rest;
        struct stat before;

        file_drain(journal, &journal->current); /* it got its last lines before the rename */
        file_clear(&journal->old);
        if (journal->current.inode != 0 && stat(journal->old_path, &before) == 0 &&
            before.st_ino != journal->current.inode &&
            file_open(&journal->old, journal->old_path)) {
            file_drain(journal, &journal->old); /* a whole file went by between two passes */
        } else {
            journal->old = journal->current;
            journal->current = (JournalFile){.fd = -1, .rest = rest};
        }
        file_clear(&journal->current);
        if (!file_open(&journal->current, journal->path))
            return;
        file_drain(journal, &journal->current);
    }
}

Journal *
journal_follow(const Paths *paths, GError **error)
{
    g_autoptr(Journal) journal = g_new0(Journal, 1);

    journal->watch_fd = journal->current.fd = journal->old.fd = -1;
    journal->current.rest = g_string_new(NULL);
    journal->old.rest = g_string_new(NULL);
    g_queue_init(&journal->entries);
    journal->path = g_build_filename(paths->live, "events", NULL);
    journal->old_path = g_strconcat(journal->path, ".1", NULL);
    if (!file_make_dirs(paths->live, 0700, error))
        return NULL;
    journal->watch_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (journal->watch_fd < 0 || inotify_add_watch(journal->watch_fd, paths->live,
                                                   IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {
        error_set_errno(error, errno, "cannot watch '%s'", paths->live);
        return NULL;
    }
    if (file_open(&journal->current, journal->path))
        (void)lseek(journal->current.fd, 0, SEEK_END);
    return g_steal_pointer(&journal);
}

void
journal_free(Journal *journal)
{
    if (journal == NULL)
        return;
    fd_close(journal->watch_fd);
    fd_close(journal->current.fd);
    fd_close(journal->old.fd);
    g_string_free(journal->current.rest, TRUE);
    g_string_free(journal->old.rest, TRUE);
    g_queue_clear_full(&journal->entries, (GDestroyNotify)journal_entry_free);
    g_free(journal->path);
    g_free(journal->old_path);
    g_free(journal);
}

int
journal_fd(const Journal *journal)
{
    return journal->watch_fd;
}

gboolean
journal_next(Journal *journal, int timeout_ms, JournalEntry **ret_entry, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;

    for (;;) {
        struct pollfd poll_fd = {.fd = journal->watch_fd, .events = POLLIN};
        char events[4096];
        gint64 left_us;

        if (!g_queue_is_empty(&journal->entries))
            break;
        while (read(journal->watch_fd, events, sizeof(events)) > 0)
            ; /* only that something happened counts */
        look(journal);
        left_us = timeout_ms < 0 ? G_MAXINT : deadline_us - g_get_monotonic_time();
        if (!g_queue_is_empty(&journal->entries) || left_us <= 0)
            break;
        if (poll(&poll_fd, 1, timeout_ms < 0 ? -1 : (int)(left_us / 1000 + 1)) < 0 &&
            errno != EINTR)
            return error_set_errno(error, errno, "cannot wait for events in '%s'", journal->path);
    }
    *ret_entry = g_queue_pop_head(&journal->entries);
    return TRUE;
}
