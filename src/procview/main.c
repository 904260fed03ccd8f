/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge-proc-view DIR [v1|v2 CONTROLLERS GROUPDIR]...
 *
 * A FUSE file system on DIR with meminfo, cpuinfo, stat and uptime as they are for the guest of these
 * groups; the guest has them bound over its /proc. Started by the supervisor, for guests that ask for
 * it. Stays in the foreground; writes one byte to descriptor 3 once the files are there. A text is made
 * when a file is opened, so that a reader never sees halves of two. */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "procview/views.h"

#define READY_FD  3
#define SIZE_STEP 4096

static const struct {
    const char *path;
    char *(*make)(const Views *views, size_t *ret_size);
} files[] = {
    {"/cpuinfo", view_cpuinfo},
    {"/meminfo", view_meminfo},
    {"/stat", view_stat},
    {"/uptime", view_uptime},
};

typedef struct {
    char *text;
    size_t size;
} OpenFile;

static int
find(const char *path)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (strcmp(files[i].path, path) == 0)
            return (int)i;
    return -1;
}

static int
on_getattr(const char *path, struct stat *st, struct fuse_file_info *info)
{
    int number = find(path);
    size_t size;
    char *text;

    (void)info;
    *st = (struct stat){.st_mode = S_IFREG | 0444, .st_nlink = 1};
    if (strcmp(path, "/") == 0) {
        st->st_mode = S_IFDIR | 0555;
        return 0;
    }
    if (number < 0)
        return -ENOENT;
    /* read(2) needs no size, but sendfile(2), which busybox's cat uses, stops at it. There is room for a
     * text that has grown until it is read. */
    text = files[number].make(fuse_get_context()->private_data, &size);
    if (!text)
        return -EIO;
    free(text);
    st->st_size = (off_t)(size / SIZE_STEP + 2) * SIZE_STEP;
    return 0;
}

static int
on_readdir(const char *path, void *buf, fuse_fill_dir_t fill, off_t offset,
           struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
    (void)offset;
    (void)info;
    (void)flags;
    if (strcmp(path, "/") != 0)
        return -ENOTDIR;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (fill(buf, files[i].path + 1, NULL, 0, 0))
            return -ENOMEM;
    return 0;
}

static int
on_open(const char *path, struct fuse_file_info *info)
{
    int number = find(path);
    OpenFile *file;

    if (number < 0)
        return -ENOENT;
    if ((info->flags & O_ACCMODE) != O_RDONLY)
        return -EACCES;
    file = calloc(1, sizeof *file);
    if (!file)
        return -ENOMEM;
    file->text = files[number].make(fuse_get_context()->private_data, &file->size);
    if (!file->text) {
        free(file);
        return -EIO;
    }
    info->fh = (uint64_t)(uintptr_t)file;
    info->direct_io = 1; /* the size is not known before, as in /proc */
    return 0;
}

static int
on_read(const char *path, char *buf, size_t size, off_t offset, struct fuse_file_info *info)
{
    const OpenFile *file = (const OpenFile *)(uintptr_t)info->fh;

    (void)path;
    if (offset < 0 || (size_t)offset >= file->size)
        return 0;
    if (size > file->size - (size_t)offset)
        size = file->size - (size_t)offset;
    memcpy(buf, file->text + offset, size);
    return (int)size;
}

static int
on_release(const char *path, struct fuse_file_info *info)
{
    OpenFile *file = (OpenFile *)(uintptr_t)info->fh;

    (void)path;
    free(file->text);
    free(file);
    return 0;
}

static void *
on_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
    (void)connection;
    config->attr_timeout = 0; /* a short read leaves the size at its end: each open asks anew */
    if (write(READY_FD, "r", 1) == 1) /* without one who waits it is started by hand */
        (void)close(READY_FD);
    return fuse_get_context()->private_data;
}

static const struct fuse_operations operations = {
    .init = on_init,
    .getattr = on_getattr,
    .readdir = on_readdir,
    .open = on_open,
    .read = on_read,
    .release = on_release,
};

static int
serve(const char *dir, Views *views)
{
    char *argv[] = {(char[]){"lodge-proc-view"}, (char[]){"-o"},
                    (char[]){"allow_other,default_permissions,ro,nosuid,nodev,noexec,fsname=lodge,"
                             "subtype=proc-view"},
                    NULL};
    struct fuse_args args = FUSE_ARGS_INIT(3, argv);
    struct fuse *fuse = fuse_new(&args, &operations, sizeof operations, views);
    int status = 1;

    if (fuse && fuse_mount(fuse, dir) == 0) {
        if (fuse_set_signal_handlers(fuse_get_session(fuse)) == 0) {
            status = fuse_loop(fuse) < 0 ? 1 : 0;
            fuse_remove_signal_handlers(fuse_get_session(fuse));
        }
        fuse_unmount(fuse);
    }
    if (fuse)
        fuse_destroy(fuse);
    fuse_opt_free_args(&args);
    return status;
}

int
main(int argc, char **argv)
{
    Views views = {.groups = {.proc = "/proc"}};

    if (argc < 2 || argc % 3 != 2) {
        (void)fprintf(stderr,
                      "usage: lodge-proc-view DIR [v1|v2 CONTROLLERS GROUPDIR]...; started by "
                      "lodge, see lodge(1)\n");
        return 2;
    }
    for (int i = 2; i < argc; i += 3) {
        if (strcmp(argv[i], "v1") != 0 && strcmp(argv[i], "v2") != 0) {
            (void)fprintf(stderr, "lodge-proc-view: '%s' is neither v1 nor v2\n", argv[i]);
            return 2;
        }
        groups_add(&views.groups, argv[i][1] - '0', argv[i + 1], argv[i + 2]);
    }
    views_start(&views);
    return serve(argv[1], &views);
}
