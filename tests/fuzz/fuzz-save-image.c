/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-save-image.c - the header of a saved machine: good numbers or one clean line. */
#include <stdint.h>
#include <string.h>

#include "machine/save-image.h"
#include "util/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *head = g_malloc0(IMAGE_HEADER_BYTES);
    g_autoptr(GError) error = NULL;
    ImageHeader header = {0};

    memcpy(head, data, MIN(size, IMAGE_HEADER_BYTES));
    if (!image_header_parse(head, IMAGE_HEADER_BYTES, &header, &error)) {
        g_assert_true(error->domain == LODGE_ERROR);
        for (const char *c = error->message; *c != '\0'; c++)
            g_assert_true((guchar)*c >= 0x20 && *c != 0x7f);
        return 0;
    }
    g_assert_null(error);
    g_assert_cmpuint(header.xml_bytes, >, 0);
    g_assert_cmpuint(header.xml_bytes, <=, IMAGE_XML_MAX);
    g_assert_cmpuint(header.state_offset, >=, IMAGE_HEADER_BYTES + header.xml_bytes);
    return 0;
}
