/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Layers of disk images: headers made by hand, and files of them. */
#include <string.h>

#include "machine/chain.h"
#include "temp-dir.h"
#include "util/error.h"

static void
put32(guint8 *at, guint32 value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (guint8)(value >> (24 - 8 * i));
}

/* A version 3 header with the given backing file and (nullable) its format. Returns the size. */
static gsize
make_qcow2(guint8 *out, const char *backing, const char *format)
{
    gsize at = 104;

    memset(out, 0, 1024);
    memcpy(out, "QFI\xfb", 4);
    put32(out + 4, 3);
    put32(out + 28, 1 << 20); /* virtual size */
    put32(out + 100, 104);
    if (format != NULL) {
        put32(out + at, 0xe2792acau);
        put32(out + at + 4, (guint32)strlen(format));
        memcpy(out + at + 8, format, strlen(format));
        at += 8 + ((strlen(format) + 7) & ~(gsize)7);
    }
    at += 8;
    if (backing != NULL) {
        put32(out + 12, (guint32)at);
        put32(out + 16, (guint32)strlen(backing));
        memcpy(out + at, backing, strlen(backing));
    }
    return 1024;
}

static void
write_image(const char *dir, const char *name, const char *backing, const char *format)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    guint8 image[1024];
    gsize size = make_qcow2(image, backing, format);

    g_assert_true(g_file_set_contents(path, (const char *)image, (gssize)size, NULL));
}

static void
test_header(void)
{
    guint8 image[1024];
    gsize size = make_qcow2(image, "base.img", "qcow2");
    ChainHeader header = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(chain_parse_header(image, size, &header, &error));
    g_assert_no_error(error);
    g_assert_cmpint(header.format, ==, CHAIN_QCOW2);
    g_assert_cmpuint(header.virtual_bytes, ==, 1 << 20);
    g_assert_cmpstr(header.backing, ==, "base.img");
    g_assert_true(header.has_backing_format);
    g_assert_cmpint(header.backing_format, ==, CHAIN_QCOW2);
    chain_header_clear(&header);
    g_assert_true(chain_parse_header((const guint8 *)"hello", 5, &header, &error));
    g_assert_cmpint(header.format, ==, CHAIN_RAW);
}

static void
expect_refused(const guint8 *image, gsize size, const char *text)
{
    ChainHeader header = {0};
    g_autoptr(GError) error = NULL;

    g_assert_false(chain_parse_header(image, size, &header, &error));
    g_assert_nonnull(error);
    if (strstr(error->message, text) == NULL)
        g_error("'%s' does not contain '%s'", error->message, text);
}

static void
test_refused(void)
{
    guint8 image[1024];
    gsize size = make_qcow2(image, "nbd://host/x", NULL);

    expect_refused(image, size, "not a file of this host");
    (void)make_qcow2(image, "json:{}", NULL);
    expect_refused(image, size, "not a file of this host");
    (void)make_qcow2(image, "a\nb", NULL);
    expect_refused(image, size, "control character");
    (void)make_qcow2(image, "x", "vmdk");
    expect_refused(image, size, "the format 'vmdk'");
    (void)make_qcow2(image, "x", NULL);
    put32(image + 12, 1020);
    put32(image + 16, 8);
    expect_refused(image, size, "out of bounds");
    (void)make_qcow2(image, NULL, NULL);
    put32(image + 4, 9);
    expect_refused(image, size, "version 9");
    (void)make_qcow2(image, NULL, NULL);
    image[79] = 4;
    expect_refused(image, size, "data in another file");
    image[79] = 2;
    expect_refused(image, size, "corrupt");
    image[79] = 0x80;
    expect_refused(image, size, "features that lodge does not know");
    (void)make_qcow2(image, NULL, NULL);
    put32(image + 32, 2);
    expect_refused(image, size, "encrypted");
    expect_refused(image, 40, "cut short");
    put32(image + 100, 5000);
    expect_refused(image, size, "cut short");
}

static GPtrArray *
read_chain(const char *dir, const char *name, const char *format, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    return chain_read(path, format, error);
}

static void
test_files(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) chain = NULL;
    const ChainLayer *layer;

    write_image(dir, "base", NULL, NULL);
    write_image(dir, "middle", "base", "qcow2");
    write_image(dir, "top", "middle", "qcow2");
    chain = read_chain(dir, "top", "qcow2", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(chain->len, ==, 3);
    layer = g_ptr_array_index(chain, 2);
    g_assert_cmpint(layer->format, ==, CHAIN_QCOW2);
    g_assert_true(g_str_has_suffix(layer->path, "/base"));

    /* Raw is raw: what the guest wrote into it is not looked at. */
    g_clear_pointer(&chain, g_ptr_array_unref);
    chain = read_chain(dir, "top", "raw", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(chain->len, ==, 1);
    g_assert_cmpint(((ChainLayer *)g_ptr_array_index(chain, 0))->format, ==, CHAIN_RAW);

    /* A backing file without a recorded format is raw, too. */
    write_image(dir, "old", "top", NULL);
    g_clear_pointer(&chain, g_ptr_array_unref);
    chain = read_chain(dir, "old", NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(chain->len, ==, 2);
    g_assert_cmpint(((ChainLayer *)g_ptr_array_index(chain, 1))->format, ==, CHAIN_RAW);
}

static void
test_loop(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autoptr(GError) error = NULL;

    write_image(dir, "a", "b", "qcow2");
    write_image(dir, "b", "a", "qcow2");
    g_assert_null(read_chain(dir, "a", "qcow2", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, "in a loop"));
}

static void
test_depth(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autoptr(GError) error = NULL;

    for (int i = 0; i <= CHAIN_DEPTH_MAX; i++) {
        g_autofree char *name = g_strdup_printf("%d", i);
        g_autofree char *below = g_strdup_printf("%d", i + 1);

        write_image(dir, name, below, "qcow2");
    }
    g_assert_null(read_chain(dir, "0", "qcow2", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT);
}

static void
test_missing(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autoptr(GError) error = NULL;

    write_image(dir, "top", "gone", "qcow2");
    g_assert_null(read_chain(dir, "top", "qcow2", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, "backing file of '"));
    g_clear_error(&error);
    g_assert_null(read_chain(dir, "top", "vmdk", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED_CONFIG);
    g_clear_error(&error);
    g_assert_null(chain_read("/dev/null", "raw", &error));
    g_assert_nonnull(strstr(error->message, "neither a file nor a block device"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine/chain/header", test_header);
    g_test_add_func("/machine/chain/refused", test_refused);
    g_test_add_func("/machine/chain/files", test_files);
    g_test_add_func("/machine/chain/loop", test_loop);
    g_test_add_func("/machine/chain/depth", test_depth);
    g_test_add_func("/machine/chain/missing", test_missing);
    return g_test_run();
}
