/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/lock.h"

#include <fcntl.h>

#include "core/store-priv.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/lock.h"

struct ObjectLock {
    Fd dir_fd, fd;
    char *file;
};

ObjectLock *
object_lock_take(Store *store, const char *name, int timeout_ms, GError **error)
{
    g_autoptr(ObjectLock) lock = g_new0(ObjectLock, 1);
    g_autofree char *dir = g_build_filename(store->live_dir, ".locks", NULL);
    g_autofree char *what = g_strdup_printf("%s '%s'", store->noun, name);

    lock->fd = lock->dir_fd = -1;
    lock->file = store_live_name(name);
    if (!file_make_dirs(dir, 0700, error))
        return NULL;
    lock->dir_fd = file_open_dir(AT_FDCWD, dir, error);
    if (lock->dir_fd < 0)
        return NULL;
    lock->fd = lock_take(lock->dir_fd, lock->file, timeout_ms, what, error);
    return lock->fd < 0 ? NULL : g_steal_pointer(&lock);
}

void
object_lock_free(ObjectLock *lock)
{
    if (lock == NULL)
        return;
    lock_release(lock->dir_fd, lock->file, lock->fd, TRUE);
    fd_close(lock->dir_fd);
    g_free(lock->file);
    g_free(lock);
}
