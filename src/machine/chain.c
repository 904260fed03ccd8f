/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/chain.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"

/* docs/interop/qcow2.txt of QEMU: all numbers are big-endian. */
#define QCOW2_MAGIC            0x514649fbu /* "QFI\xfb" */
#define QCOW2_HEADER_V2        72
#define QCOW2_EXT_END          0u
#define QCOW2_EXT_FORMAT       0xe2792acau
#define QCOW2_INCOMPAT_DATA    (G_GUINT64_CONSTANT(1) << 2)
#define QCOW2_INCOMPAT_KNOWN   0x1fu /* dirty, corrupt, data file, compression, extended L2 */
#define QCOW2_INCOMPAT_CORRUPT (G_GUINT64_CONSTANT(1) << 1)

static const char *const chain_format_names[CHAIN_LAST] = {
    [CHAIN_RAW] = "raw",
    [CHAIN_QCOW2] = "qcow2",
};

const char *
chain_format_name(ChainFormat format)
{
    return (guint)format < CHAIN_LAST ? chain_format_names[format] : NULL;
}

static gboolean
chain_format_parse(const char *name, gsize length, ChainFormat *ret_format)
{
    for (guint i = 0; i < CHAIN_LAST; i++) {
        if (strlen(chain_format_names[i]) == length &&
            memcmp(chain_format_names[i], name, length) == 0) {
            *ret_format = (ChainFormat)i;
            return TRUE;
        }
    }
    return FALSE;
}

void
chain_header_clear(ChainHeader *header)
{
    g_clear_pointer(&header->backing, g_free);
}

static guint32
be32(const guint8 *data, gsize at)
{
    return (guint32)data[at] << 24 | (guint32)data[at + 1] << 16 | (guint32)data[at + 2] << 8 |
           data[at + 3];
}

static guint64
be64(const guint8 *data, gsize at)
{
    return (guint64)be32(data, at) << 32 | be32(data, at + 4);
}

/* The extensions between the header and the backing file's name; only the backing format is of use. */
static gboolean
chain_parse_extensions(const guint8 *data, gsize size, gsize at, ChainHeader *header,
                       GError **error)
{
    while (at + 8 <= size) {
        guint32 type = be32(data, at), length = be32(data, at + 4);

        if (type == QCOW2_EXT_END)
            return TRUE;
        at += 8;
        if (length > size - at)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "its qcow2 header extension 0x%08x is longer than the header", type);
        if (type == QCOW2_EXT_FORMAT) {
            header->has_backing_format = TRUE;
            if (!chain_format_parse((const char *)data + at, length, &header->backing_format)) {
                g_autofree char *name = g_utf8_make_valid((const char *)data + at, MIN(length, 64));

                for (char *c = name; *c != '\0'; c++)
                    if ((guchar)*c < 0x20 || *c == 0x7f)
                        *c = '?';
                return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                                 "its backing file has the format '%s'; lodge reads raw and qcow2",
                                 name);
            }
        }
        at += (length + 7u) & ~7u;
    }
    return TRUE;
}

/* A name that QEMU would open as a file, not by a protocol: no ':' before the first '/'. */
static gboolean
chain_check_name(const char *name, GError **error)
{
    gsize colon = strcspn(name, ":/");

    for (const char *p = name; *p != '\0'; p++)
        if ((guchar)*p < 0x20 || *p == 0x7f)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "the name of its backing file holds a control character");
    if (*name == '\0' || name[colon] == ':')
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "its backing file '%s' is not a file of this host; lodge opens files and "
                         "block devices only",
                         name);
    return TRUE;
}

static gboolean
chain_parse_backing(const guint8 *data, gsize size, ChainHeader *header, GError **error)
{
    guint64 at = be64(data, 8);
    guint32 length = be32(data, 16);

    if (at == 0)
        return TRUE;
    if (length == 0 || length > CHAIN_NAME_MAX || at > size || length > size - at)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "its qcow2 header places the backing file's name out of bounds");
    if (memchr(data + at, '\0', length) != NULL ||
        !g_utf8_validate((const char *)data + at, length, NULL))
        return error_set(error, LODGE_ERROR_CONFIG, "the name of its backing file is not UTF-8");
    header->backing = g_strndup((const char *)data + at, length);
    return chain_check_name(header->backing, error);
}

static gboolean
chain_parse_qcow2(const guint8 *data, gsize size, ChainHeader *header, GError **error)
{
    guint32 version, header_length = QCOW2_HEADER_V2;
    guint64 incompatible = 0;

    if (size < QCOW2_HEADER_V2)
        return error_set(error, LODGE_ERROR_CONFIG, "its qcow2 header is cut short");
    version = be32(data, 4);
    if (version != 2 && version != 3)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "it is qcow of version %u; convert it with 'qemu-img convert -O qcow2'",
                         version);
    header->format = CHAIN_QCOW2;
    header->virtual_bytes = be64(data, 24);
    header->is_encrypted = be32(data, 32) != 0;
    if (version == 3) {
        if (size < 104 || (header_length = be32(data, 100)) < 104 || header_length > size)
            return error_set(error, LODGE_ERROR_CONFIG, "its qcow2 header is cut short");
        incompatible = be64(data, 72);
    }
    header->has_data_file = (incompatible & QCOW2_INCOMPAT_DATA) != 0;
    if (incompatible & QCOW2_INCOMPAT_CORRUPT)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "it is marked corrupt; repair it with 'qemu-img check -r all'");
    if (incompatible & ~(guint64)QCOW2_INCOMPAT_KNOWN)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "it uses qcow2 features that lodge does not know (0x%" G_GINT64_MODIFIER
                         "x)",
                         incompatible & ~(guint64)QCOW2_INCOMPAT_KNOWN);
    if (header->has_data_file)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "it keeps its data in another file; convert it with 'qemu-img convert'");
    if (header->is_encrypted)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "it is encrypted; decrypt it with 'qemu-img convert'");
    return chain_parse_extensions(data, size, header_length, header, error) &&
           chain_parse_backing(data, size, header, error);
}

gboolean
chain_parse_header(const guint8 *data, gsize size, ChainHeader *ret_header, GError **error)
{
    ChainHeader header = {.format = CHAIN_RAW};

    if (size >= 4 && be32(data, 0) == QCOW2_MAGIC &&
        !chain_parse_qcow2(data, size, &header, error)) {
        chain_header_clear(&header);
        return FALSE;
    }
    *ret_header = header;
    return TRUE;
}

void
chain_layer_free(ChainLayer *layer)
{
    if (layer == NULL)
        return;
    g_free(layer->path);
    g_free(layer);
}

/* One layer, opened: what it is, and its first bytes when @look. */
typedef struct {
    dev_t dev;
    ino_t ino;
} ChainIdentity;

static gboolean
chain_open(ChainLayer *layer, gboolean look, ChainIdentity *ret_identity, guint8 *buffer,
           gsize *ret_size, GError **error)
{
    /* O_NONBLOCK: a fifo that stands where an image should must not hold us up. */
    g_auto(Fd) fd = open(layer->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    gssize got = 0;

    if (fd < 0 || fstat(fd, &st) < 0)
        return error_set_errno(error, errno, "cannot open disk image '%s'", layer->path);
    if (S_ISBLK(st.st_mode)) {
        layer->is_block = TRUE;
        if (ioctl(fd, BLKGETSIZE64, &layer->size_bytes) < 0)
            return error_set_errno(error, errno, "cannot ask the size of '%s'", layer->path);
        ret_identity->dev = 0; /* one device has many nodes */
        ret_identity->ino = st.st_rdev;
    } else if (S_ISREG(st.st_mode)) {
        layer->size_bytes = (guint64)st.st_size;
        ret_identity->dev = st.st_dev;
        ret_identity->ino = st.st_ino;
    } else {
        return error_set(error, LODGE_ERROR_CONFIG,
                         "cannot use '%s' as a disk: it is neither a file nor a block device",
                         layer->path);
    }
    if (look && (got = pread(fd, buffer, CHAIN_HEADER_MAX, 0)) < 0)
        return error_set_errno(error, errno, "cannot read disk image '%s'", layer->path);
    *ret_size = (gsize)got;
    return TRUE;
}

/* A backing name is relative to the directory of the layer that names it. (transfer full) */
static char *
chain_resolve(const char *from, const char *name)
{
    g_autofree char *dir = NULL;

    if (g_path_is_absolute(name))
        return g_strdup(name);
    dir = g_path_get_dirname(from);
    return g_build_filename(dir, name, NULL);
}

/* Reads the layer at @path; @ret_next: what it is backed by, or NULL. */
static ChainLayer *
chain_read_layer(const char *path, const ChainFormat *said, GArray *seen, ChainHeader *ret_header,
                 GError **error)
{
    g_autofree ChainLayer *layer = g_new0(ChainLayer, 1);
    g_autofree guint8 *buffer = g_malloc(CHAIN_HEADER_MAX);
    g_autofree char *owned = g_strdup(path);
    ChainIdentity identity = {0};
    ChainHeader header = {.format = CHAIN_RAW};
    gsize size = 0;
    gboolean look = said == NULL || *said != CHAIN_RAW;

    layer->path = owned;
    if (!chain_open(layer, look, &identity, buffer, &size, error))
        return NULL;
    for (guint i = 0; i < seen->len; i++) {
        const ChainIdentity *other = &g_array_index(seen, ChainIdentity, i);

        if (other->dev == identity.dev && other->ino == identity.ino) {
            (void)error_set(error, LODGE_ERROR_CONFIG,
                            "disk image '%s' is its own backing file, in a loop", path);
            return NULL;
        }
    }
    g_array_append_val(seen, identity);
    if (look && !chain_parse_header(buffer, size, &header, error)) {
        g_prefix_error(error, "cannot use disk image '%s': ", path);
        return NULL;
    }
    if (said != NULL && *said == CHAIN_QCOW2 && header.format != CHAIN_QCOW2) {
        (void)error_set(error, LODGE_ERROR_CONFIG,
                        "cannot use disk image '%s': it is not qcow2; say format raw if it is",
                        path);
        return NULL;
    }
    layer->format = header.format;
    layer->virtual_bytes = header.format == CHAIN_RAW ? layer->size_bytes : header.virtual_bytes;
    *ret_header = header;
    g_steal_pointer(&owned);
    return g_steal_pointer(&layer);
}

static void
chain_free_layer(gpointer layer)
{
    chain_layer_free(layer);
}

GPtrArray *
chain_read(const char *path, const char *format, GError **error)
{
    g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func(chain_free_layer);
    g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(ChainIdentity));
    g_autofree char *next = g_strdup(path);
    ChainFormat said = CHAIN_RAW;
    gboolean has_said = format != NULL;

    if (format != NULL && !chain_format_parse(format, strlen(format), &said)) {
        (void)error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                        "disk format '%s' is not supported; use raw or qcow2", format);
        return NULL;
    }
    while (next != NULL) {
        ChainHeader header = {0};
        ChainLayer *layer;

        if (layers->len == CHAIN_DEPTH_MAX) {
            (void)error_set(error, LODGE_ERROR_LIMIT,
                            "disk image '%s' has more than %d layers; flatten it with 'qemu-img "
                            "convert'",
                            path, CHAIN_DEPTH_MAX);
            return NULL;
        }
        layer = chain_read_layer(next, has_said ? &said : NULL, seen, &header, error);
        if (layer == NULL) {
            if (layers->len > 0) {
                const ChainLayer *above = g_ptr_array_index(layers, layers->len - 1);

                g_prefix_error(error, "backing file of '%s': ", above->path);
            }
            return NULL;
        }
        g_ptr_array_add(layers, layer);
        g_free(next);
        next = header.backing != NULL ? chain_resolve(layer->path, header.backing) : NULL;
        said = header.has_backing_format ? header.backing_format : CHAIN_RAW;
        has_said = TRUE;
        chain_header_clear(&header);
    }
    return g_steal_pointer(&layers);
}
