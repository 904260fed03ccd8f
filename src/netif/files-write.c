/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Theory of operation: every new file is made beside its place first, under a temporary name, so that a full
 * disk shows before anything changed. Then come the renames. One is atomic by itself; before several the
 * list of them is written to STATE/write, and taken away after the last: whoever finds it makes those that
 * are missing (a temporary name that is gone was renamed). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netif/files-priv.h"
#include "netif/place.h"
#include "util/error.h"
#include "util/file.h"
#include "util/lock.h"

#define JOURNAL         "write"
#define JOURNAL_MAX     (1 << 20)
#define LOCK            "lock"
#define LOCK_TIMEOUT_MS 10000

typedef struct {
    NetifFile *file;
    Place place;
    char *temp; /* new contents beside the place; NULL: it is to be removed */
    struct stat before;
    gboolean was_there, is_done;
} Step;

static void
step_free(gpointer data)
{
    Step *step = data;

    if (step->temp != NULL && !step->is_done)
        (void)unlinkat(step->place.dir_fd, step->temp, 0); /* a stray name does no harm */
    place_clear(&step->place);
    g_free(step->temp);
    g_free(step);
}

/* Whether the disk still has what was read. */
static gboolean
check_unchanged(Step *step, int fd, GError **error)
{
    g_autofree char *data = NULL;
    const NetifFile *file = step->file;
    gsize size = 0;

    if (fd >= 0)
        data = place_read(fd, NETIF_FILE_BYTES_MAX, &size);
    if (file->old == NULL
            ? fd < 0
            : data != NULL && size == file->old_size && memcmp(data, file->old, size) == 0)
        return TRUE;
    return error_set(error, LODGE_ERROR_STATE,
                     "cannot write '%s': somebody changed it since it was read; try again",
                     file->path);
}

/* Looks the place up, and takes away what killed writers left beside it. */
static gboolean
locate(Step *step, int root_fd, GError **error)
{
    const NetifFile *file = step->file;

    if (file->failed != 0 && file->failed != ENOENT)
        return error_set_errno(error, file->failed, "cannot write '%s'", file->path);
    if (!place_find(root_fd, file->path, file->now != NULL, &step->place))
        return error_set_errno(error, errno, "cannot write '%s'", file->path);
    file_sweep(step->place.dir_fd, ".");
    return TRUE;
}

/* Makes the new file beside its place. */
static gboolean
prepare(Step *step, GError **error)
{
    const NetifFile *file = step->file;
    g_auto(Fd) fd = -1;

    fd = openat(step->place.dir_fd, step->place.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
        return error_set_errno(error, errno, "cannot write '%s'", file->path);
    step->was_there = fd >= 0;
    if (fd >= 0 && fstat(fd, &step->before) < 0)
        return error_set_errno(error, errno, "cannot write '%s'", file->path);
    if (!check_unchanged(step, fd, error))
        return FALSE;
    if (file->now == NULL)
        return TRUE;
    step->temp = place_prepare(&step->place, file->now, file->size,
                               step->was_there ? &step->before : NULL, fd, file->mode);
    return step->temp != NULL || error_set_errno(error, errno, "cannot write '%s'", file->path);
}

/* The rename, or the removal. FALSE with errno. */
static gboolean
commit(Step *step)
{
    if (step->temp != NULL
            ? renameat(step->place.dir_fd, step->temp, step->place.dir_fd, step->place.name) < 0
            : unlinkat(step->place.dir_fd, step->place.name, 0) < 0 && errno != ENOENT)
        return FALSE;
    step->is_done = TRUE;
    return place_sync(&step->place);
}

/* Puts back what commit() did. FALSE with errno. */
static gboolean
take_back(Step *step)
{
    const NetifFile *file = step->file;
    g_autofree char *temp = NULL;

    if (!step->was_there)
        return unlinkat(step->place.dir_fd, step->place.name, 0) == 0 || errno == ENOENT;
    temp = place_prepare(&step->place, file->old, file->old_size, &step->before, -1, 0);
    return temp != NULL &&
           renameat(step->place.dir_fd, temp, step->place.dir_fd, step->place.name) == 0 &&
           place_sync(&step->place);
}

/* The absolute path of the place on this host, which is what recovery needs: no root, no links. */
static char *
real_path(const Place *place, const char *name)
{
    g_autofree char *self = g_strdup_printf("/proc/self/fd/%d", place->dir_fd);
    g_autofree char *dir = g_file_read_link(self, NULL);

    return dir != NULL ? g_build_filename(dir, name, NULL) : NULL;
}

/* What tells a file from one that came in its place. (transfer full) */
static char *
identity(const struct stat *st)
{
    return g_strdup_printf("%lu:%lu:%ld.%09ld", (unsigned long)st->st_dev,
                           (unsigned long)st->st_ino, (long)st->st_mtim.tv_sec,
                           st->st_mtim.tv_nsec);
}

/* Lines "TEMP\tTARGET" (escaped), of a removal "\tTARGET\tIDENTITY". NULL with @error. */
static char *
journal_text(const GPtrArray *steps, GError **error)
{
    g_autoptr(GString) text = g_string_new("lodge-write 1\n");

    for (guint i = 0; i < steps->len; i++) {
        const Step *step = g_ptr_array_index(steps, i);
        g_autofree char *target = real_path(&step->place, step->place.name);
        g_autofree char *temp = step->temp != NULL ? real_path(&step->place, step->temp) : NULL;
        g_autofree char *target_text = target != NULL ? g_strescape(target, NULL) : NULL;
        g_autofree char *temp_text = temp != NULL ? g_strescape(temp, NULL) : NULL;

        if (target_text == NULL || (step->temp != NULL && temp_text == NULL)) {
            error_set(error, LODGE_ERROR_IO, "cannot tell where '%s' lies; is /proc mounted?",
                      step->file->path);
            return NULL;
        }
        if (temp_text != NULL) {
            g_string_append_printf(text, "%s\t%s\n", temp_text, target_text);
        } else {
            g_autofree char *which = identity(&step->before);

            g_string_append_printf(text, "\t%s\t%s\n", target_text, which);
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* All renames, or none. */
static gboolean
commit_all(const GPtrArray *steps, GError **error)
{
    gboolean is_whole = TRUE;

    for (guint i = 0; i < steps->len; i++) {
        Step *step = g_ptr_array_index(steps, i);
        int saved_errno;

        if (commit(step))
            continue;
        saved_errno = errno;
        for (guint back = i + 1; back-- > 0;) {
            Step *done = g_ptr_array_index(steps, back);

            is_whole &= !done->is_done || take_back(done);
        }
        error_set_errno(error, saved_errno, "cannot write '%s'", step->file->path);
        if (!is_whole)
            g_prefix_error(error, "some files are new and some are old; commit or undo by hand: ");
        return FALSE;
    }
    return TRUE;
}

static gboolean
write_all(NetifFiles *files, const GPtrArray *items, int state_fd, GError **error)
{
    g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(step_free);
    g_autofree char *journal = NULL;
    gboolean ok;

    for (guint i = 0; i < items->len; i++) {
        Step *step = g_new0(Step, 1);

        step->file = g_ptr_array_index(items, i);
        step->place.dir_fd = -1;
        g_ptr_array_add(steps, step);
        if (!locate(step, files->root_fd, error))
            return FALSE;
    }
    for (guint i = 0; i < steps->len; i++)
        if (!prepare(g_ptr_array_index(steps, i), error))
            return FALSE;
    if (steps->len > 1) {
        journal = journal_text(steps, error);
        if (journal == NULL)
            return FALSE;
        if (!file_write(state_fd, JOURNAL, journal, strlen(journal), 0600, FILE_DURABLE, error)) {
            (void)file_remove(state_fd, JOURNAL, FILE_DURABLE, NULL); /* it may be there */
            return FALSE;
        }
    }
    ok = commit_all(steps, error);
    /* After a failure too: what was done is undone, the rest must not be made later. One that stays finds
     * nothing to do: the temporary names are gone, and what it removes is known by its inode. */
    if (journal != NULL)
        (void)file_remove(state_fd, JOURNAL, FILE_DURABLE, NULL);
    return ok;
}

/* What is in memory is what is on the disk now. */
static void
settle(const GPtrArray *items)
{
    for (guint i = 0; i < items->len; i++) {
        NetifFile *file = g_ptr_array_index(items, i);

        g_free(file->old);
        file->old = g_steal_pointer(&file->now);
        file->old_size = file->size;
        file->failed = file->old == NULL ? ENOENT : 0;
        file->is_edited = FALSE;
    }
}

static gboolean
recover_line(const char *line, GError **error)
{
    g_auto(GStrv) fields = g_strsplit(line, "\t", 3);
    g_autofree char *temp = NULL, *target = NULL, *which = NULL;
    gboolean is_removal;
    struct stat st;

    if (fields[0] == NULL || fields[1] == NULL)
        return error_set(error, LODGE_ERROR_IO, "the journal of a write is damaged: '%s'", line);
    temp = g_strcompress(fields[0]);
    target = g_strcompress(fields[1]);
    is_removal = *temp == '\0';
    if (is_removal && lstat(target, &st) == 0)
        which = identity(&st);
    if (is_removal && g_strcmp0(which, fields[2]) != 0)
        return TRUE; /* it is gone, perhaps another one came */
    if (is_removal ? unlink(target) < 0 : rename(temp, target) < 0)
        if (errno != ENOENT)
            return error_set_errno(error, errno, "cannot finish the write of '%s'", target);
    return file_sync_dir(AT_FDCWD, target, error);
}

gboolean
netif_files_recover_locked(int state_fd, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autofree char *text = file_read(state_fd, JOURNAL, JOURNAL_MAX, NULL, &cause);
    g_auto(GStrv) lines = NULL;

    if (text == NULL) {
        if (g_error_matches(cause, LODGE_ERROR, LODGE_ERROR_NOT_FOUND))
            return TRUE;
        g_propagate_error(error, g_steal_pointer(&cause));
        return FALSE;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines + (lines[0] != NULL); *line != NULL; line++)
        if (**line != '\0' && !recover_line(*line, error))
            return FALSE;
    return file_remove(state_fd, JOURNAL, FILE_DURABLE, error);
}

int
netif_state_lock(const char *state_dir, gboolean make_dir, int *ret_fd, GError **error)
{
    g_auto(Fd) fd = -1;
    int lock;

    if (make_dir && !file_make_dirs(state_dir, 0700, error))
        return -1;
    fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        error_set_errno(error, errno, "cannot open the directory '%s'", state_dir);
        return -1;
    }
    lock = lock_take(fd, LOCK, LOCK_TIMEOUT_MS, "the interfaces' configuration", error);
    if (lock >= 0)
        *ret_fd = fd_steal(&fd);
    return lock;
}

gboolean
netif_files_write(NetifFiles *files, const char *state_dir, GError **error)
{
    g_autoptr(GPtrArray) items = netif_files_edited_items(files);
    g_auto(Fd) state_fd = -1;
    gboolean ok;
    int lock;

    if (items->len == 0)
        return TRUE;
    lock = netif_state_lock(state_dir, TRUE, &state_fd, error);
    if (lock < 0)
        return FALSE;
    ok = netif_files_recover_locked(state_fd, error) && write_all(files, items, state_fd, error);
    lock_release(state_fd, LOCK, lock, FALSE);
    if (ok)
        settle(items);
    return ok;
}

gboolean
netif_files_recover(const char *state_dir, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_auto(Fd) state_fd = -1;
    gboolean ok;
    int lock = netif_state_lock(state_dir, FALSE, &state_fd, &cause);

    if (lock < 0 && g_error_matches(cause, LODGE_ERROR, LODGE_ERROR_NOT_FOUND))
        return TRUE;
    if (lock < 0) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return FALSE;
    }
    ok = netif_files_recover_locked(state_fd, error);
    lock_release(state_fd, LOCK, lock, FALSE);
    return ok;
}
