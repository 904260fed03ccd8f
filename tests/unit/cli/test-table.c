/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/names.h"
#include "cli/table.h"
#include "cli/view.h"

static const Column columns[] = {{"Name", "name", COLUMN_NAME},
                                 {"Size", "size", COLUMN_NUMBER},
                                 {NULL, "note", COLUMN_TEXT},
                                 {"On", "on", COLUMN_BOOL}};

static void
print(gboolean quiet, gboolean as_json)
{
    Cli cli = {.quiet = quiet};
    g_autoptr(Table) table = table_new(columns, G_N_ELEMENTS(columns));

    table_cell(table, "Jürgen");
    table_cell_number(table, 5);
    table_cell(table, "-");
    table_cell(table, "yes");
    table_cell(table, "東京");
    table_cell(table, NULL);
    table_cell(table, "x");
    table_cell(table, "no");
    table_cell(table, "a\tb\xff");
    table_cell(table, "123456");
    table_cell(table, "");
    table_cell(table, "no");
    table_print(table, &cli, as_json);
}

static void
text(void)
{
    print(FALSE, FALSE);
}

static void
quiet(void)
{
    print(TRUE, FALSE);
}

static void
json(void)
{
    print(FALSE, TRUE);
}

static void
in_subprocess(const char *path)
{
    g_test_trap_subprocess(path, 0, 0);
    g_test_trap_assert_passed();
}

static void
test_text(void)
{
    in_subprocess("/table/subprocess/text");
    g_test_trap_assert_stdout("* Name         Size     On\n"
                              "----------------------------\n"
                              " Jürgen       5        yes\n"
                              " 東京         -        no\n"
                              " a\\x09b\\xff   123456   no\n*");
}

static void
test_quiet(void)
{
    in_subprocess("/table/subprocess/quiet");
    g_test_trap_assert_stdout("* Jürgen       5        yes\n*");
    g_test_trap_assert_stdout_unmatched("*Name*");
}

static void
test_json(void)
{
    in_subprocess("/table/subprocess/json");
    g_test_trap_assert_stdout("*{\"name\":\"Jürgen\",\"size\":5,\"note\":null,\"on\":true},"
                              "{\"name\":\"東京\",\"size\":null,\"note\":\"x\",\"on\":false},*");
}

/* No state, reason or event of the API without a word. */
static void
test_names(void)
{
    static const int reasons[VIR_DOMAIN_LAST] = {
        VIR_DOMAIN_NOSTATE_LAST, VIR_DOMAIN_RUNNING_LAST,    VIR_DOMAIN_BLOCKED_LAST,
        VIR_DOMAIN_PAUSED_LAST,  VIR_DOMAIN_SHUTDOWN_LAST,   VIR_DOMAIN_SHUTOFF_LAST,
        VIR_DOMAIN_CRASHED_LAST, VIR_DOMAIN_PMSUSPENDED_LAST};
    static const int details[VIR_DOMAIN_EVENT_LAST] = {
        VIR_DOMAIN_EVENT_DEFINED_LAST,  VIR_DOMAIN_EVENT_UNDEFINED_LAST,
        VIR_DOMAIN_EVENT_STARTED_LAST,  VIR_DOMAIN_EVENT_SUSPENDED_LAST,
        VIR_DOMAIN_EVENT_RESUMED_LAST,  VIR_DOMAIN_EVENT_STOPPED_LAST,
        VIR_DOMAIN_EVENT_SHUTDOWN_LAST, VIR_DOMAIN_EVENT_PMSUSPENDED_LAST,
        VIR_DOMAIN_EVENT_CRASHED_LAST};

    for (int state = 0; state < VIR_DOMAIN_LAST; state++)
        for (int reason = 1; reason < reasons[state]; reason++)
            g_assert_cmpstr(names_reason(state, reason), !=, "unknown");
    for (int event = 0; event < VIR_DOMAIN_EVENT_LAST; event++) {
        g_assert_cmpstr(names_event(event), !=, "unknown");
        for (int detail = 0; detail < details[event]; detail++)
            g_assert_cmpstr(names_event_detail(event, detail), !=, "unknown");
    }
    for (int event = 0; event < VIR_NETWORK_EVENT_LAST; event++)
        g_assert_cmpstr(names_network_event(event), !=, "unknown");
    for (int tag = 0; tag < VIR_DOMAIN_MEMORY_STAT_NR; tag++)
        g_assert_nonnull(names_memory_stat(tag));
    g_assert_cmpstr(names_state(99), ==, "no state");
    g_assert_cmpstr(names_reason(-1, 0), ==, "unknown");
    g_assert_cmpstr(names_event_detail(99, 0), ==, "unknown");
    g_assert_null(names_memory_stat(99));
}

static void
test_view(void)
{
    g_autoptr(View) view = view_new("<a x='1'><b/><c y='&lt;'>t<d/>u</c><b z='2'/></a>");
    const ViewNode *b = view_find(view, "b");

    g_assert_cmpstr(view_attr(view_root(view), "x"), ==, "1");
    g_assert_null(view_attr(b, "z"));
    g_assert_cmpstr(view_attr(view_next(b), "z"), ==, "2");
    g_assert_null(view_next(view_next(b)));
    g_assert_cmpstr(view_attr(view_find(view, "c"), "y"), ==, "<");
    g_assert_cmpstr(view_text(view_find(view, "c")), ==, "tu");
    g_assert_null(view_child(view_find(view, "nonesuch"), "d"));
    g_assert_null(view_new("<a><b></a>"));
    g_assert_null(view_new(""));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/table/text", test_text);
    g_test_add_func("/table/quiet", test_quiet);
    g_test_add_func("/table/json", test_json);
    g_test_add_func("/table/subprocess/text", text);
    g_test_add_func("/table/subprocess/quiet", quiet);
    g_test_add_func("/table/subprocess/json", json);
    g_test_add_func("/names/all", test_names);
    g_test_add_func("/view/all", test_view);
    return g_test_run();
}
