/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-network.c - any bytes as network XML: an error in one clean line, or a definition that prints
 * as XML which --validate accepts and which prints as itself. */
#include <stdint.h>
#include <string.h>

#include "conf/vnet/network.h"
#include "fuzz-conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL, second = NULL;
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(NetworkDef) def =
        network_def_parse((const char *)data, size, FUZZ_SOURCE, FALSE, &warnings, &error);
    g_autoptr(NetworkDef) again = NULL, copy = NULL;
    g_autofree char *text = NULL, *text2 = NULL, *text3 = NULL;

    if (def == NULL) {
        fuzz_check_error(error);
        return 0;
    }
    fuzz_check_warnings(warnings);
    text = network_def_format(def, TRUE);
    again = network_def_parse(text, strlen(text), FUZZ_SOURCE, TRUE, NULL, &second);
    g_assert_no_error(second);
    text2 = network_def_format(again, TRUE);
    g_assert_cmpstr(text2, ==, text);
    copy = network_def_copy(def);
    text3 = network_def_format(copy, TRUE);
    g_assert_cmpstr(text3, ==, text);
    return 0;
}
