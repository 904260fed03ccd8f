/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/save-image.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/vcpu.h"
#include "util/error.h"

static void
test_round_trip(void)
{
    guint64 state, complete;
    g_autofree char *header = image_header_format(TRUE, 5000, &state, &complete);
    ImageHeader read;

    g_assert_cmpuint(state, ==, 12288);
    g_assert_true(image_header_parse(header, IMAGE_HEADER_BYTES, &read, NULL));
    g_assert_false(read.is_complete);
    g_assert_true(read.is_paused);
    g_assert_cmpuint(read.xml_bytes, ==, 5000);
    g_assert_cmpuint(read.state_offset, ==, 12288);
    memcpy(header + complete, "yes", 3); /* as the supervisor does */
    g_assert_true(image_header_parse(header, IMAGE_HEADER_BYTES, &read, NULL));
    g_assert_true(read.is_complete);
}

typedef struct {
    const char *name, *text;
    int code;
} Bad;

static const Bad bad[] = {
    {"empty", "", LODGE_ERROR_CONFIG},
    {"other", "QEVM\n", LODGE_ERROR_CONFIG},
    {"newer", "lodge-save 2\ncomplete yes\nxml-bytes 1\nstate-offset 8192\n",
     LODGE_ERROR_UNSUPPORTED},
    {"no-lines", "lodge-save 1\n", LODGE_ERROR_CONFIG},
    {"no-blank", "lodge-save 1\ncomplete\n", LODGE_ERROR_CONFIG},
    {"no-xml", "lodge-save 1\ncomplete yes\nxml-bytes 0\nstate-offset 8192\n", LODGE_ERROR_CONFIG},
    {"huge-xml", "lodge-save 1\nxml-bytes 99999999999\nstate-offset 8192\n", LODGE_ERROR_CONFIG},
    {"negative", "lodge-save 1\nxml-bytes 1\nstate-offset -1\n", LODGE_ERROR_CONFIG},
    {"inside", "lodge-save 1\nxml-bytes 5000\nstate-offset 8192\n", LODGE_ERROR_CONFIG},
};

static void
test_bad(gconstpointer data)
{
    const Bad *one = data;
    g_autofree char *header = g_malloc0(IMAGE_HEADER_BYTES);
    g_autoptr(GError) error = NULL;
    ImageHeader read;

    memcpy(header, one->text, strlen(one->text));
    g_assert_false(image_header_parse(header, IMAGE_HEADER_BYTES, &read, &error));
    g_assert_error(error, LODGE_ERROR, one->code);
    g_clear_error(&error);
    g_assert_false(image_header_parse(header, 20, &read, &error));
}

static void
test_file(void)
{
    g_autofree char *dir = g_dir_make_tmp("lodge-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "x.save", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    guint64 state, complete;
    ImageHeader header;
    struct stat st;
    int fd = image_create(path, "<domain/>", FALSE, &state, &complete, &error);

    g_assert_no_error(error);
    g_assert_cmpint(fstat(fd, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    g_assert_false(image_read(path, &header, &text, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_STATE);
    g_clear_error(&error);
    g_assert_cmpint(pwrite(fd, "yes", 3, (off_t)complete), ==, 3);
    g_assert_true(image_read(path, &header, &text, &error));
    g_assert_cmpstr(text, ==, "<domain/>");
    close(fd);
    /* an old one is replaced, not written over */
    fd = image_create(path, "<other/>", FALSE, &state, &complete, &error);
    g_assert_cmpint(fd, >=, 0);
    close(fd);
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpint(mkdir(path, 0700), ==, 0);
    g_assert_cmpint(image_create(path, "<other/>", FALSE, &state, &complete, &error), ==, -1);
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_EXISTS);
    g_assert_cmpint(rmdir(path), ==, 0);
    g_assert_cmpint(rmdir(dir), ==, 0);
}

/* The name of a thread may hold anything. */
static void
test_stat(void)
{
    static const char text[] =
        "42 (CPU 0/TCG) x) R 1 1 1 0 -1 4194368 10 0 0 0 250 50 0 0 20 0 5 0 900 1 2 3 4 5 6 7 8 9 "
        "10 11 12 13 14 15 -1 3 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
    DomainVcpu vcpu = {0};

    g_assert_true(vcpu_read_stat(text, 100, &vcpu));
    g_assert_cmpuint(vcpu.time_ns, ==, G_GUINT64_CONSTANT(3000000000));
    g_assert_cmpint(vcpu.cpu, ==, 3);
    g_assert_cmpint(vcpu.state, ==, 1);
    g_assert_false(vcpu_read_stat("42 (x) R 1 1", 100, &vcpu));
    g_assert_false(vcpu_read_stat("", 100, &vcpu));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine/save-image/round-trip", test_round_trip);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *path = g_strconcat("/machine/save-image/bad/", bad[i].name, NULL);

        g_test_add_data_func(path, &bad[i], test_bad);
    }
    g_test_add_func("/machine/save-image/file", test_file);
    g_test_add_func("/machine/vcpu/stat", test_stat);
    return g_test_run();
}
