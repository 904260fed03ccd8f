/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/transaction.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netif/files-priv.h"
#include "netif/place.h"
#include "netif/snapshot.h"
#include "util/error.h"
#include "util/file.h"
#include "util/lock.h"

#define NAME "transaction"

typedef struct {
    Fd fd; /* the state directory */
    int lock;
} State;

static gboolean
state_enter(State *state, const char *state_dir, gboolean make_dir, GError **error)
{
    *state = (State){-1, -1};
    state->lock = netif_state_lock(state_dir, make_dir, &state->fd, error);
    return state->lock >= 0;
}

static void
state_leave(State *state)
{
    if (state->lock >= 0)
        lock_release(state->fd, "lock", state->lock, FALSE);
    fd_close(state->fd);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(State, state_leave)

/* What killed begins and ends left. */
static void
sweep(int state_fd)
{
    int fd = openat(state_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        if (g_str_has_prefix(entry->d_name, FILE_TEMP_PREFIX))
            (void)file_remove_tree(state_fd, entry->d_name, NULL); /* again next time */
    if (dir != NULL)
        closedir(dir);
    else
        fd_close(fd);
}

static gboolean
is_open(int state_fd)
{
    return faccessat(state_fd, NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static gboolean
not_open(GError **error)
{
    return error_set(error, LODGE_ERROR_STATE,
                     "no transaction of the interfaces is open; begin one first");
}

/* The snapshot in a directory of a temporary name, and that name; NULL with nothing left behind. */
static char *
take(const NetifFiles *files, int state_fd, const GPtrArray *scopes, GError **error)
{
    g_autofree char *temp = place_temp_name();
    g_auto(Fd) fd = -1;

    if (mkdirat(state_fd, temp, 0700) < 0) {
        error_set_errno(error, errno, "cannot make a directory for the transaction");
        return NULL;
    }
    fd = openat(state_fd, temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        error_set_errno(error, errno, "cannot open the directory of the transaction");
    else if (snapshot_take(files, scopes, fd, error))
        return g_steal_pointer(&temp);
    (void)file_remove_tree(state_fd, temp, NULL); /* swept later */
    return NULL;
}

gboolean
netif_transaction_begin(NetifFiles *files, const char *state_dir, const GPtrArray *scopes,
                        GError **error)
{
    g_auto(State) state = {-1, -1};
    g_autofree char *temp = NULL;

    if (!state_enter(&state, state_dir, TRUE, error) ||
        !netif_files_recover_locked(state.fd, error))
        return FALSE;
    if (is_open(state.fd))
        return error_set(error, LODGE_ERROR_STATE,
                         "a transaction of the interfaces is open already; commit it or roll it "
                         "back first");
    sweep(state.fd);
    temp = take(files, state.fd, scopes, error);
    if (temp == NULL)
        return FALSE;
    if (renameat(state.fd, temp, state.fd, NAME) == 0 && fsync(state.fd) == 0)
        return TRUE;
    error_set_errno(error, errno, "cannot begin the transaction");
    if (renameat(state.fd, NAME, state.fd, temp) == 0 || errno == ENOENT)
        (void)file_remove_tree(state.fd, temp, NULL); /* swept later */
    return FALSE;
}

/* Takes the name away, which is what ends it; then the rest. */
static gboolean
end(int state_fd, GError **error)
{
    g_autofree char *temp = place_temp_name();

    if (renameat(state_fd, NAME, state_fd, temp) < 0 || fsync(state_fd) < 0)
        return error_set_errno(error, errno, "cannot end the transaction");
    (void)file_remove_tree(state_fd, temp, NULL); /* swept later */
    return TRUE;
}

/* Enters the state of an open transaction. */
static gboolean
enter_open(State *state, const char *state_dir, GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (!state_enter(state, state_dir, FALSE, &cause)) {
        if (g_error_matches(cause, LODGE_ERROR, LODGE_ERROR_NOT_FOUND))
            return not_open(error);
        g_propagate_error(error, g_steal_pointer(&cause));
        return FALSE;
    }
    return is_open(state->fd) || not_open(error);
}

gboolean
netif_transaction_commit(const char *state_dir, GError **error)
{
    g_auto(State) state = {-1, -1};

    return enter_open(&state, state_dir, error) && netif_files_recover_locked(state.fd, error) &&
           end(state.fd, error);
}

gboolean
netif_transaction_rollback(NetifFiles *files, const char *state_dir, GPtrArray **ret_changed,
                           GError **error)
{
    g_auto(State) state = {-1, -1};
    g_autoptr(GPtrArray) changed = g_ptr_array_new_with_free_func(g_free);
    g_auto(Fd) fd = -1;

    /* a write that was killed is finished first: it must not come later, over what is put back */
    if (!enter_open(&state, state_dir, error) || !netif_files_recover_locked(state.fd, error))
        return FALSE;
    netif_files_forget(files);
    fd = openat(state.fd, NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, errno, "cannot open the directory of the transaction");
    if (!snapshot_restore(files, fd, changed, error) || !end(state.fd, error))
        return FALSE;
    if (ret_changed != NULL)
        *ret_changed = g_steal_pointer(&changed);
    return TRUE;
}

gboolean
netif_transaction_is_open(const char *state_dir)
{
    g_auto(Fd) fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && is_open(fd);
}
