/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files that host/ reads and writes, paths below a foreign root, file systems told by their bytes. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "host/mount.h"

typedef struct {
    char *dir;
    int fd;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    fixture->dir = g_dir_make_tmp("lodge-host-XXXXXX", NULL);
    fixture->fd = open(fixture->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    g_assert_cmpint(fixture->fd, >=, 0);
}

static void
remove_tree(int dir_fd)
{
    g_autoptr(GDir) list = NULL;
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", dir_fd);
    const char *name;

    list = g_dir_open(path, 0, NULL);
    while ((name = g_dir_read_name(list))) {
        int fd;

        if (unlinkat(dir_fd, name, 0) == 0)
            continue;
        fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        remove_tree(fd);
        close(fd);
        g_assert_cmpint(unlinkat(dir_fd, name, AT_REMOVEDIR), ==, 0);
    }
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    remove_tree(fixture->fd);
    close(fixture->fd);
    g_assert_cmpint(rmdir(fixture->dir), ==, 0);
    g_free(fixture->dir);
}

static void
test_replace_and_read(Fixture *fixture, gconstpointer unused)
{
    char small[4], text[32];
    struct stat st;

    g_assert_cmpint(io_replace(fixture->fd, "file", "hello", 5), ==, 0);
    g_assert_cmpint(io_read_file(fixture->fd, "file", text, sizeof text), ==, 5);
    g_assert_cmpstr(text, ==, "hello");
    g_assert_cmpint(fstatat(fixture->fd, "file", &st, 0), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0600);
    g_assert_cmpint(io_read_file(fixture->fd, "file", small, sizeof small), ==, -1);
    g_assert_cmpint(errno, ==, EFBIG);
    g_assert_cmpint(faccessat(fixture->fd, ".file.new", F_OK, 0), ==, -1);
    g_assert_cmpint(io_read_file(fixture->fd, "absent", text, sizeof text), ==, -1);
    g_assert_cmpint(errno, ==, ENOENT);
}

static void
test_slurp(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *large = g_strnfill(100000, 'y');
    char *text = NULL;

    g_assert_cmpint(io_replace(fixture->fd, "large", large, 100000), ==, 0);
    g_assert_cmpint(io_slurp(fixture->fd, "large", 1 << 20, &text), ==, 100000);
    g_assert_cmpstr(text, ==, large);
    free(text);
    g_assert_cmpint(io_slurp(fixture->fd, "large", 5000, &text), ==, -1);
    g_assert_cmpint(errno, ==, EFBIG);
}

static void
test_parents(Fixture *fixture, gconstpointer unused)
{
    g_autofree char *deep = g_build_filename(fixture->dir, "a", "b", "c", NULL);

    g_assert_cmpint(io_mkdir_parents(deep), ==, 0);
    g_assert_cmpint(io_mkdir_parents(deep), ==, 0);
    g_assert_true(g_file_test(deep, G_FILE_TEST_IS_DIR));
}

static int
note(void *user_data, const char *path, bool is_dir, Err *err)
{
    g_ptr_array_add(user_data, g_strdup_printf("%c %s", is_dir ? 'd' : 'f', path));
    return 0;
}

/* A link in the foreign tree leads nowhere else, whatever it says. */
static void
test_targets_stay_below_the_root(Fixture *fixture, gconstpointer unused)
{
    g_autoptr(GPtrArray) made = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *first = NULL;
    MountRoot root = {.made = note, .user_data = made};
    Err err = {0};
    int fd;

    g_assert_cmpint(mkdirat(fixture->fd, "root", 0755), ==, 0);
    g_assert_cmpint(mkdirat(fixture->fd, "root/etc", 0755), ==, 0);
    g_assert_cmpint(symlinkat("/etc", fixture->fd, "root/absolute"), ==, 0);
    g_assert_cmpint(symlinkat("../../../..", fixture->fd, "root/up"), ==, 0);
    g_assert_cmpint(symlinkat("/nowhere", fixture->fd, "root/dangling"), ==, 0);
    root.root_fd = openat(fixture->fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    fd = mount_target(&root, "/absolute/made/deep", true, &err);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_cmpint(faccessat(fixture->fd, "root/etc/made/deep", F_OK, 0), ==, 0);
    g_assert_cmpuint(made->len, ==, 2);
    first = g_strdup_printf("d %s/root/etc/made", fixture->dir);
    g_assert_cmpstr(made->pdata[0], ==, first);
    fd = mount_target(&root, "/up/file", false, &err);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_cmpint(faccessat(fixture->fd, "root/file", F_OK, 0), ==, 0);
    g_assert_cmpint(mount_target(&root, "/dangling", true, &err), ==, -1);
    g_assert_nonnull(strstr(err.text, "symbolic link that leads nowhere"));
    g_assert_cmpint(mount_target(&root, "/file", true, &err), ==, -1);
    g_assert_nonnull(strstr(err.text, "it is no directory"));
    root.made = NULL;
    g_assert_cmpint(mount_target(&root, "/absent", true, &err), ==, -1);
    g_assert_cmpstr(err.word, ==, "not-found");
    close(root.root_fd);
}

static void
test_probe(Fixture *fixture, gconstpointer unused)
{
    static const struct {
        off_t at;
        const char *bytes, *type;
    } images[] = {{1080, "\x53\xef", "ext4"},
                  {0, "XFSB", "xfs"},
                  {0, "hsqs", "squashfs"},
                  {32769, "CD001", "iso9660"},
                  {65600, "_BHRfS_M", "btrfs"}};

    for (gsize i = 0; i < G_N_ELEMENTS(images); i++) {
        int fd = openat(fixture->fd, "image", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        g_assert_null(mount_probe(fd));
        g_assert_cmpint(ftruncate(fd, 1 << 20), ==, 0);
        g_assert_null(mount_probe(fd));
        g_assert_cmpint(pwrite(fd, images[i].bytes, strlen(images[i].bytes), images[i].at), >, 0);
        g_assert_cmpstr(mount_probe(fd), ==, images[i].type);
        close(fd);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/files/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("replace-and-read", test_replace_and_read);
    ADD("slurp", test_slurp);
    ADD("parents", test_parents);
    ADD("targets-stay-below-the-root", test_targets_stay_below_the_root);
    ADD("probe", test_probe);
    return g_test_run();
}
