/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-domain.c - any bytes as domain XML: an error in one clean line, or a definition that prints
 * as XML which --validate accepts and which prints as itself. */
#include <stdint.h>
#include <string.h>

#include "conf/domain/domain.h"
#include "fuzz-conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is printed live must be definable again; what changes is live only. */
static void
check_live(DomainDef *def, const char *inactive)
{
    g_autofree char *live = NULL, *again = NULL;
    g_autoptr(DomainDef) parsed = NULL;
    g_autoptr(GError) error = NULL;

    def->id = 7;
    for (guint i = 0; i < def->consoles->len; i++)
        ((DomainConsole *)g_ptr_array_index(def->consoles, i))->tty = g_strdup("/dev/pts/1");
    live = domain_def_format(def, 0);
    parsed = domain_def_parse(live, strlen(live), FUZZ_SOURCE, TRUE, NULL, &error);
    g_assert_no_error(error);
    again = domain_def_format(parsed, DOMAIN_FORMAT_INACTIVE);
    g_assert_cmpstr(again, ==, inactive);
}

static void
check_metadata(DomainDef *def)
{
    g_autofree char *got = NULL, *text = NULL;
    g_autoptr(DomainDef) parsed = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(domain_metadata_set(def, "k", "urn:fuzz", "<e a='1'>x<b/></e>", &error));
    got = domain_metadata_get(def, "urn:fuzz", &error);
    g_assert_cmpstr(got, ==, "<e a=\"1\">x<b/></e>\n");
    text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE);
    parsed = domain_def_parse(text, strlen(text), FUZZ_SOURCE, TRUE, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(parsed->metadata, ==, def->metadata);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL, second = NULL;
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(DomainDef) def =
        domain_def_parse((const char *)data, size, FUZZ_SOURCE, FALSE, &warnings, &error);
    g_autoptr(DomainDef) again = NULL, copy = NULL;
    g_autofree char *text = NULL, *text2 = NULL, *text3 = NULL;

    if (def == NULL) {
        fuzz_check_error(error);
        return 0;
    }
    fuzz_check_warnings(warnings);
    text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE);
    again = domain_def_parse(text, strlen(text), FUZZ_SOURCE, TRUE, NULL, &second);
    g_assert_no_error(second);
    text2 = domain_def_format(again, DOMAIN_FORMAT_INACTIVE);
    g_assert_cmpstr(text2, ==, text);
    copy = domain_def_copy(def);
    text3 = domain_def_format(copy, DOMAIN_FORMAT_INACTIVE);
    g_assert_cmpstr(text3, ==, text);
    check_live(copy, text);
    check_metadata(again);
    return 0;
}
