/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* golden-conf.c - XML through parse and format, held against files. Argument: domain, network or machine.
 *
 * tests/golden/KIND/
 *   NAME.in.xml + NAME.out.xml    what format(parse()) gives; NAME.live.in.xml formats live
 *     (machine: what domain_machine_complete() adds is in it; a guest "secure-golden" shows passwords)
 *   NAME.warn                     the warnings of NAME.in.xml, one a line; absent: there are none
 *   NAME.bad + NAME.err           documents that are refused, and "CASE: code: message" for each.
 *     A case begins with "#### CASE WHERE": WHERE is "whole" (a document), or the element into
 *     which the fragment goes: "domain", "devices", "os", "features", "network".
 *     "strict" in a case's name parses as --validate does.
 *
 * Every finished document must be accepted by --validate, unchanged; so must a copy of it.
 * LODGE_TEST_REGENERATE=1 writes .out.xml, .warn and .err; their diff is reviewed as code.
 */
#include <string.h>

#include "conf/domain/domain.h"
#include "conf/machine/machine.h"
#include "conf/netif/interface.h"
#include "conf/vnet/network.h"
#include "util/error.h"

typedef struct {
    char *dir, *name; /* of the file, without ending */
    char *title;      /* of a case in a .bad file; NULL: a pair */
    char *xml;        /* of that case */
    GString *errors;  /* where its line is collected */
} Case;

typedef struct {
    const char *kind;
    /* (transfer full) what the document becomes; NULL with @error */
    char *(*convert)(const char *xml, const char *source, gboolean strict, gboolean live,
                     GPtrArray **ret_warnings, GError **error);
} Kind;

static char *
convert_domain(const char *xml, const char *source, gboolean strict, gboolean live,
               GPtrArray **ret_warnings, GError **error)
{
    g_autoptr(DomainDef) def =
        domain_def_parse(xml, strlen(xml), source, strict, ret_warnings, error);
    g_autoptr(DomainDef) copy = NULL;
    DomainFormatFlags flags = live ? 0 : DOMAIN_FORMAT_INACTIVE;
    g_autofree char *text = NULL, *copied = NULL;

    if (def == NULL)
        return NULL;
    if (live) {
        def->id = 4711;
        for (guint i = 0; i < def->consoles->len; i++)
            ((DomainConsole *)g_ptr_array_index(def->consoles, i))->tty =
                g_strdup_printf("/run/lodge/lxc/%s/tty%u", def->name, i);
    }
    copy = domain_def_copy(def);
    text = domain_def_format(def, flags);
    copied = domain_def_format(copy, flags);
    g_assert_cmpstr(copied, ==, text);
    return g_steal_pointer(&text);
}

static char *
convert_network(const char *xml, const char *source, gboolean strict, gboolean live,
                GPtrArray **ret_warnings, GError **error)
{
    g_autoptr(NetworkDef) def =
        network_def_parse(xml, strlen(xml), source, strict, ret_warnings, error);
    g_autoptr(NetworkDef) copy = NULL;
    g_autofree char *text = NULL, *copied = NULL;

    if (def == NULL)
        return NULL;
    copy = network_def_copy(def);
    text = network_def_format(def, !live);
    copied = network_def_format(copy, !live);
    g_assert_cmpstr(copied, ==, text);
    return g_steal_pointer(&text);
}

static char *
convert_machine(const char *xml, const char *source, gboolean strict, gboolean live,
                GPtrArray **ret_warnings, GError **error)
{
    g_autoptr(DomainDef) def =
        live ? domain_def_parse_live(xml, strlen(xml), source, error)
             : domain_def_parse(xml, strlen(xml), source, strict, ret_warnings, error);
    g_autoptr(DomainDef) copy = NULL;
    DomainFormatFlags flags = live ? 0 : DOMAIN_FORMAT_INACTIVE;
    g_autofree char *text = NULL, *copied = NULL;

    if (def == NULL ||
        (def->machine != NULL && !domain_machine_complete(def, source, "x86_64", error)))
        return NULL;
    if (live && ret_warnings != NULL)
        *ret_warnings = g_ptr_array_new();
    if (strstr(xml, "secure-golden") != NULL) /* its name says that it shows passwords */
        flags |= DOMAIN_FORMAT_SECURE;
    copy = domain_def_copy(def);
    text = domain_def_format(def, flags);
    copied = domain_def_format(copy, flags);
    g_assert_cmpstr(copied, ==, text);
    g_assert_true(domain_machine_complete(copy, source, "x86_64", error));
    g_free(copied);
    copied = domain_def_format(copy, flags);
    g_assert_cmpstr(copied, ==, text); /* what is complete stays as it is */
    return g_steal_pointer(&text);
}

static char *
convert_interface(const char *xml, const char *source, gboolean strict, gboolean live,
                  GPtrArray **ret_warnings, GError **error)
{
    g_autoptr(InterfaceDef) def =
        interface_def_parse(xml, strlen(xml), source, strict, ret_warnings, error);
    g_autoptr(InterfaceDef) copy = NULL;
    g_autoptr(GPtrArray) differences = NULL;
    g_autofree char *text = NULL, *copied = NULL;

    if (def == NULL)
        return NULL;
    copy = interface_def_copy(def);
    differences = interface_def_differences(def, copy);
    g_assert_cmpuint(differences->len, ==, 0);
    text = interface_def_format(def);
    copied = interface_def_format(copy);
    g_assert_cmpstr(copied, ==, text);
    return g_steal_pointer(&text);
}

static const Kind kinds[] = {{"domain", convert_domain},
                             {"network", convert_network},
                             {"machine", convert_machine},
                             {"interface", convert_interface}};

static const Kind *
kind_of(const char *dir)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(strrchr(dir, '/') + 1, kinds[i].kind) == 0)
            return &kinds[i];
    g_error("no kind has the folder %s", dir);
}

static gboolean
regenerates(void)
{
    return g_strcmp0(g_getenv("LODGE_TEST_REGENERATE"), "1") == 0;
}

static char *
read_text(const char *dir, const char *name, const char *ending)
{
    g_autofree char *path = g_strconcat(dir, "/", name, ending, NULL);
    char *text = NULL;

    (void)g_file_get_contents(path, &text, NULL, NULL); /* NULL: the caller says what is missing */
    return text;
}

/* Holds @text against the file, or writes it; an empty text needs no file. */
static void
expect_file(const char *dir, const char *name, const char *ending, const char *text)
{
    g_autofree char *path = g_strconcat(dir, "/", name, ending, NULL);
    g_autofree char *wanted = NULL;

    if (regenerates() && *text != '\0')
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    wanted = read_text(dir, name, ending);
    if (wanted == NULL && *text != '\0')
        g_error("%s is missing; run with LODGE_TEST_REGENERATE=1 and review it", path);
    g_assert_cmpstr(text, ==, wanted != NULL ? wanted : "");
}

static void
check_pair(gconstpointer data)
{
    const Case *test = data;
    const Kind *kind = kind_of(test->dir);
    gboolean live = g_str_has_suffix(test->name, ".live");
    g_autofree char *source = g_strconcat(test->name, ".in.xml", NULL);
    g_autofree char *in = read_text(test->dir, test->name, ".in.xml");
    g_autofree char *out = NULL, *again = NULL, *warned = NULL;
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(GError) error = NULL;

    out = kind->convert(in, source, FALSE, live, &warnings, &error);
    g_assert_no_error(error);
    expect_file(test->dir, test->name, ".out.xml", out);
    g_ptr_array_add(warnings, NULL);
    warned = g_strjoinv("\n", (char **)warnings->pdata);
    if (*warned != '\0') {
        g_autofree char *line = g_strconcat(warned, "\n", NULL);

        expect_file(test->dir, test->name, ".warn", line);
    } else {
        expect_file(test->dir, test->name, ".warn", "");
    }
    again = kind->convert(out, "again.xml", TRUE, live, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again, ==, out);
}

static void
check_bad(gconstpointer data)
{
    const Case *test = data;
    g_autofree char *source = g_strconcat(test->name, ".xml", NULL);
    g_autofree char *out = NULL;
    g_autoptr(GError) error = NULL;

    out = kind_of(test->dir)->convert(test->xml, source, strstr(test->title, "strict") != NULL,
                                      FALSE, NULL, &error);
    if (out != NULL)
        g_error("%s/%s was accepted:\n%s", test->name, test->title, out);
    g_assert_nonnull(error);
    g_assert_true(error->domain == LODGE_ERROR);
    g_assert_null(strchr(error->message, '\n'));
    g_assert_true(g_str_has_prefix(error->message, source));
    g_string_append_printf(test->errors, "%s: %s: %s\n", test->title, error_code_word(error->code),
                           error->message);
}

static void
check_errors(gconstpointer data)
{
    const Case *test = data;

    expect_file(test->dir, test->name, ".err", test->errors->str);
}

static const char domain_head[] = "<domain type='lxc'>\n"
                                  "  <name>test</name>\n"
                                  "  <memory unit='MiB'>64</memory>\n";
static const char domain_os[] = "  <os><type>exe</type><init>/bin/sh</init></os>\n";
static const char machine_head[] = "<domain type='kvm'>\n"
                                   "  <name>test</name>\n"
                                   "  <memory unit='MiB'>64</memory>\n";
static const char machine_os[] = "  <os><type machine='q35'>hvm</type></os>\n";
static const char network_head[] = "<network>\n"
                                   "  <name>test</name>\n";

/* The fragment in the smallest document that it can stand in. */
static char *
wrap(const char *kind, const char *where, const char *fragment)
{
    gboolean machine = strcmp(kind, "machine") == 0;
    const char *head = machine ? machine_head : domain_head, *os = machine ? machine_os : domain_os;

    if (strcmp(where, "whole") == 0)
        return g_strdup(fragment);
    if (strcmp(where, "domain") == 0) /* an <os> of its own takes the place of ours */
        return g_strconcat(head, fragment, strstr(fragment, "<os") ? "" : os, "</domain>\n", NULL);
    if (strcmp(where, "os") == 0)
        return g_strconcat(head, "<os>\n<type machine='q35'>hvm</type>\n", fragment,
                           "</os>\n</domain>\n", NULL);
    if (strcmp(where, "features") == 0)
        return g_strconcat(head, os, "<features>\n", fragment, "</features>\n</domain>\n", NULL);
    if (strcmp(where, "devices") == 0)
        return g_strconcat(head, os, "<devices>\n", fragment, "</devices>\n</domain>\n", NULL);
    if (strcmp(where, "network") == 0)
        return g_strconcat(network_head, fragment, "</network>\n", NULL);
    if (strcmp(where, "interface") == 0)
        return g_strconcat("<interface type='ethernet' name='eth0'>\n", fragment, "</interface>\n",
                           NULL);
    g_error("'%s' is no place for a fragment", where);
}

static void
add_bad(const char *kind, const char *dir, const char *name)
{
    g_autofree char *text = read_text(dir, name, ".bad");
    g_auto(GStrv) blocks = g_strsplit(text, "#### ", -1);
    GString *errors = g_string_new(NULL);
    g_autofree char *path = g_strdup_printf("/%s/%s/messages", kind, name);
    Case *last = g_new0(Case, 1);

    for (char **block = blocks + 1; *block != NULL; block++) {
        char *end = strchr(*block, '\n');
        g_auto(GStrv) words = NULL;
        g_autofree char *title = NULL;
        Case *test = g_new0(Case, 1);

        *end = '\0';
        words = g_strsplit(*block, " ", 2);
        *test = (Case){g_strdup(dir), g_strdup(name), g_strdup(words[0]),
                       wrap(kind, words[1], end + 1), errors};
        title = g_strdup_printf("/%s/%s/%s", kind, name, words[0]);
        g_test_add_data_func(title, test, check_bad);
    }
    *last = (Case){g_strdup(dir), g_strdup(name), NULL, NULL, errors};
    g_test_add_data_func(path, last, check_errors);
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
main(int argc, char **argv)
{
    const char *kind;
    g_autofree char *dir = NULL;
    g_autoptr(GDir) open_dir = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    g_test_init(&argc, &argv, NULL);
    kind = argc > 1 ? argv[1] : "domain";
    dir = g_build_filename(g_getenv("SOURCE"), "tests", "golden", kind, NULL);
    open_dir = g_dir_open(dir, 0, NULL);
    g_assert_nonnull(open_dir);
    for (const char *file; (file = g_dir_read_name(open_dir)) != NULL;)
        g_ptr_array_add(names, g_strdup(file));
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        const char *file = g_ptr_array_index(names, i);
        const char *pair = g_strrstr(file, ".in.xml"), *bad = g_strrstr(file, ".bad");
        g_autofree char *name = g_strndup(file, pair  ? (gsize)(pair - file)
                                                : bad ? (gsize)(bad - file)
                                                      : 0);

        if (bad != NULL) {
            add_bad(kind, dir, name);
        } else if (pair != NULL) {
            g_autofree char *path = g_strdup_printf("/%s/%s", kind, name);
            Case *test = g_new0(Case, 1);

            *test = (Case){g_strdup(dir), g_strdup(name), NULL, NULL, NULL};
            g_test_add_data_func(path, test, check_pair);
        }
    }
    return g_test_run();
}
