/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/chain.h - the layers of a disk image: its format and what it is backed by.
 *
 * Theory of operation. A qcow2 header names another file, which QEMU would open; a guest that
 * can write its disk raw could so name any file of the host. Hence: a format is looked for only in images whose
 * format the XML does not say to be raw; a backing file without a recorded format is taken as raw, never probed
 * (as QEMU and libvirt do since CVE-2008-2004); names with a protocol ("nbd:", "json:") are refused; depth,
 * loops and sizes are bounded. Headers are parsed from a buffer, so that the parser can be fuzzed.
 *
 * Used by: facts.c (chain of each disk), driver (domblkinfo).
 */
#pragma once

#include <glib.h>

#define CHAIN_DEPTH_MAX  64    /* layers; QEMU itself gets slow long before */
#define CHAIN_NAME_MAX   1023  /* of a backing file: the limit of qcow2 */
#define CHAIN_HEADER_MAX 65536 /* bytes of a header that are looked at */

typedef enum {
    CHAIN_RAW,
    CHAIN_QCOW2,
    CHAIN_LAST
} ChainFormat;

typedef struct {
    ChainFormat format;
    guint64 virtual_bytes; /* 0 for raw: the file's size */
    char *backing;         /* as recorded, or NULL */
    gboolean has_backing_format;
    ChainFormat backing_format;
    gboolean has_data_file; /* an external data file: refused */
    gboolean is_encrypted;
} ChainHeader;

void chain_header_clear(ChainHeader *header);

/**
 * chain_parse_header:
 * @data: (array length=size): the first bytes of the image, at most CHAIN_HEADER_MAX
 * @ret_header: (out caller-allocates): chain_header_clear()
 * @error: LODGE_ERROR_CONFIG when it says qcow2 and is not; LODGE_ERROR_UNSUPPORTED_CONFIG
 *
 * What is no qcow2 is raw. Returns: FALSE with @error set
 */
gboolean chain_parse_header(const guint8 *data, gsize size, ChainHeader *ret_header,
                            GError **error);

typedef struct {
    char *path; /* absolute */
    ChainFormat format;
    gboolean is_block;
    guint64 size_bytes;    /* of the file or device */
    guint64 virtual_bytes; /* what the guest sees of this layer */
} ChainLayer;

/**
 * chain_read:
 * @path: the image
 * @format: (nullable): "raw" or "qcow2" as the XML says; NULL: look, which is for images that no guest
 *   wrote raw
 * @error: names the layer that failed and which one refers to it
 *
 * Blocking: opens each layer. Returns: (transfer full) (element-type ChainLayer): top first
 */
GPtrArray *chain_read(const char *path, const char *format, GError **error);
void chain_layer_free(ChainLayer *layer);
const char *chain_format_name(ChainFormat format);
