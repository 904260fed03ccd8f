/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-chain.c - any bytes as the beginning of a disk image: an error in one clean line, or a header whose
 * backing file is a name that can be opened. */
#include <stdint.h>
#include <string.h>

#include "machine/chain.h"
#include "util/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    ChainHeader header = {0};

    if (!chain_parse_header(data, size, &header, &error)) {
        g_assert_true(error->domain == LODGE_ERROR);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        for (const char *c = error->message; *c != '\0'; c++)
            g_assert_true((guchar)*c >= 0x20 && *c != 0x7f);
        return 0;
    }
    g_assert_null(error);
    if (header.format == CHAIN_RAW)
        g_assert_null(header.backing);
    if (header.backing != NULL) {
        g_assert_cmpuint(strlen(header.backing), <=, CHAIN_NAME_MAX);
        g_assert_true(g_utf8_validate(header.backing, -1, NULL));
    }
    chain_header_clear(&header);
    return 0;
}
