/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-interface.c - any bytes as interface XML: an error in one clean line, or a definition that prints
 * as XML which --validate accepts and which prints as itself. */
#include <stdint.h>
#include <string.h>

#include "conf/netif/interface.h"
#include "fuzz-conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL, second = NULL;
    g_autoptr(GPtrArray) warnings = NULL, differences = NULL;
    g_autoptr(InterfaceDef) def =
        interface_def_parse((const char *)data, size, FUZZ_SOURCE, FALSE, &warnings, &error);
    g_autoptr(InterfaceDef) again = NULL, copy = NULL;
    g_autofree char *text = NULL, *text2 = NULL, *text3 = NULL;

    if (def == NULL) {
        fuzz_check_error(error);
        return 0;
    }
    fuzz_check_warnings(warnings);
    text = interface_def_format(def);
    again = interface_def_parse(text, strlen(text), FUZZ_SOURCE, TRUE, NULL, &second);
    g_assert_no_error(second);
    text2 = interface_def_format(again);
    g_assert_cmpstr(text2, ==, text);
    copy = interface_def_copy(def);
    text3 = interface_def_format(copy);
    g_assert_cmpstr(text3, ==, text);
    differences = interface_def_differences(def, again);
    g_assert_cmpuint(differences->len, ==, 0);
    return 0;
}
