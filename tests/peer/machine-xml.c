/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine-xml.c - domain XML files of machines through parse, complete and format. Arguments: pairs of IN OUT.
 *
 * Every warning and error is a line on standard error; so is a document that does not print as itself.
 * Exit status 1 when there was one. */
#include <stdio.h>
#include <string.h>

#include "conf/machine/machine.h"

#define FLAGS (DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE)

static gboolean
convert(const char *text, const char *source, gboolean strict, char **ret_text, GError **error)
{
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(DomainDef) def =
        domain_def_parse(text, strlen(text), source, strict, &warnings, error);

    if (def == NULL || !domain_machine_complete(def, source, "x86_64", error))
        return FALSE;
    for (guint i = 0; warnings != NULL && i < warnings->len; i++)
        fprintf(stderr, "%s\n", (const char *)g_ptr_array_index(warnings, i));
    *ret_text = domain_def_format(def, FLAGS);
    return warnings == NULL || warnings->len == 0;
}

static gboolean
run(const char *in, const char *out)
{
    g_autofree char *text = NULL, *first = NULL, *second = NULL;
    g_autoptr(GError) error = NULL;
    gboolean ok =
        g_file_get_contents(in, &text, NULL, &error) && convert(text, in, FALSE, &first, &error) &&
        convert(first, out, TRUE, &second, &error) && g_file_set_contents(out, first, -1, &error);

    if (error != NULL)
        fprintf(stderr, "%s\n", error->message);
    if (ok && strcmp(first, second) != 0) {
        fprintf(stderr, "%s: prints otherwise when it is read again\n", in);
        ok = FALSE;
    }
    return ok;
}

int
main(int argc, char **argv)
{
    gboolean ok = argc > 1 && argc % 2 == 1;

    for (int i = 1; i + 1 < argc; i += 2)
        ok = run(argv[i], argv[i + 1]) && ok;
    return ok ? 0 : 1;
}
