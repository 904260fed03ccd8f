/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine/save-image.h - the file of a saved machine: a header, its XML, QEMU's stream.
 *
 * Theory of operation. The first IMAGE_HEADER_BYTES are lines of text, filled up with zero bytes:
 *
 *   lodge-save 1
 *   complete no               "yes", three bytes in place, when all of the stream is on the disk
 *   paused no                 whether it goes on paused when it is restored
 *   xml-bytes N               the XML begins right behind the header
 *   state-offset M            where QEMU's stream begins, a multiple of IMAGE_ALIGN
 *
 * The supervisor writes the stream and "yes" (control.h: save), so whoever asked may be gone by then.
 * An image without "yes" is what a crash or a full disk left; it is never restored.
 *
 * Used by: save.c. The parser takes text from files of unknown origin and is fuzzed.
 */
#pragma once

#include <glib.h>

#define IMAGE_HEADER_BYTES 4096
#define IMAGE_ALIGN        4096
#define IMAGE_XML_MAX      (1 << 20)

typedef struct {
    gboolean is_complete, is_paused;
    guint64 xml_bytes, state_offset;
} ImageHeader;

/**
 * image_header_parse:
 * @data: (array length=size): the beginning of the file
 * @error: LODGE_ERROR_CONFIG: no saved machine; UNSUPPORTED: of a newer lodge
 */
gboolean image_header_parse(const char *data, gsize size, ImageHeader *ret_header, GError **error);

/* The header as it is written first, not complete; IMAGE_HEADER_BYTES. (transfer full) */
char *image_header_format(gboolean is_paused, gsize xml_bytes, guint64 *ret_state_offset,
                          guint64 *ret_complete_offset);

/**
 * image_create:
 * @path: replaced when it is there
 * @ret_state_offset, @ret_complete_offset: for the supervisor
 *
 * Writes header and @xml. Returns: a descriptor open for writing; -1, and then there is no file
 */
int image_create(const char *path, const char *xml, gboolean is_paused, guint64 *ret_state_offset,
                 guint64 *ret_complete_offset, GError **error);

/**
 * image_read:
 * @ret_xml: (out) (transfer full)
 * @error: NOT_FOUND; CONFIG; STATE when it is not complete
 */
gboolean image_read(const char *path, ImageHeader *ret_header, char **ret_xml, GError **error);
