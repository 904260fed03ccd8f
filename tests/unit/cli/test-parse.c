/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cli/parse.h"
#include "cli/verbs.h"

/* "a b|c": the words of each command, joined. */
static char *
split(const char *text, char *ret_open)
{
    g_autoptr(GPtrArray) commands = NULL;
    GString *out = g_string_new(NULL);

    parse_split(text, &commands, ret_open);
    for (guint i = 0; i < commands->len; i++) {
        const GPtrArray *words = g_ptr_array_index(commands, i);
        g_autofree char *joined = g_strjoinv("_", (char **)words->pdata);

        g_string_append_printf(out, "%s%s", i ? "|" : "", joined);
    }
    return g_string_free(out, FALSE);
}

static void
test_split(void)
{
    static const struct {
        const char *text, *wanted;
        char open;
    } cases[] = {
        {"", "", 0},
        {" \t ", "", 0},
        {"a b", "a_b", 0},
        {"a;b ; c\nd", "a|b|c|d", 0},
        {";;a;;", "a", 0},
        {"'a b' \"c;d\"", "a b_c;d", 0},
        {"a'b'\"c\"d", "abcd", 0},
        {"a\\ b \\;", "a b_;", 0},
        {"'a\\b' \"a\\\"b\"", "a\\b_a\"b", 0},
        {"'' x", "_x", 0},
        {"a # b\nc", "a|c", 0},
        {"a#b", "a#b", 0},
        {"'a", "a", '\''},
        {"a \"b", "a_b", '"'},
        {"a\\", "a", '\\'},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        char open = 'x';
        g_autofree char *got = split(cases[i].text, &open);

        g_assert_cmpstr(got, ==, cases[i].wanted);
        g_assert_cmpint(open, ==, cases[i].open);
    }
}

static Args *
parse_one(const char *const *words)
{
    g_autoptr(GPtrArray) commands = NULL;
    Command *command;
    Args *args;

    g_assert_true(parse_words(words, &commands));
    g_assert_cmpuint(commands->len, ==, 1);
    command = g_ptr_array_index(commands, 0);
    args = g_steal_pointer(&command->args);
    return args;
}

static void
test_options(void)
{
    const char *const words[] = {"exec", "web", "--env", "A=1", "--env=B=2", "--no-tty",
                                 "ls",   "-l",  "--env", "--",  NULL};
    g_autoptr(Args) args = parse_one(words);

    g_assert_cmpstr(args_text(args, "domain"), ==, "web");
    g_assert_cmpstr(args_all(args, "env")[0], ==, "A=1");
    g_assert_cmpstr(args_all(args, "env")[1], ==, "B=2");
    g_assert_null(args_all(args, "env")[2]);
    g_assert_true(args_flag(args, "no-tty"));
    g_assert_false(args_flag(args, "tty"));
    g_assert_cmpstr(args_all(args, "command")[0], ==, "ls");
    g_assert_cmpstr(args_all(args, "command")[1], ==, "-l");
    g_assert_cmpstr(args_all(args, "command")[2], ==, "--env");
    g_assert_cmpstr(args_all(args, "command")[3], ==, "--");
}

static void
test_sizes(void)
{
    static const struct {
        const char *word;
        gint64 kib;
    } cases[] = {{"100", 100}, {"1MiB", 1024}, {"1b", 1}, {"1025b", 2}, {"-1", -1}};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const words[] = {"memtune", "web", "--hard-limit", cases[i].word, NULL};
        g_autoptr(Args) args = parse_one(words);
        gint64 kib = 0;

        g_assert_cmpint(args_kib(args, "hard-limit", TRUE, &kib), ==, ARG_OK);
        g_assert_cmpint(kib, ==, cases[i].kib);
        g_assert_cmpint(args_kib(args, "soft-limit", TRUE, &kib), ==, ARG_ABSENT);
    }
}

/* What the parser and the manual take for granted about the tables. */
static void
test_tables(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (const VerbGroup *group = verbs_groups(); group->title; group++)
        for (const Verb *verb = group->verbs; verb->name; verb++) {
            g_autoptr(GHashTable) options = g_hash_table_new(g_str_hash, g_str_equal);
            gboolean optional_seen = FALSE;

            g_assert_true(g_hash_table_add(names, (gpointer)verb->name));
            g_assert_nonnull(verb->run);
            g_assert_cmpuint(strlen(verb->summary), >, 0);
            for (const Opt *opt = verb->opts; opt && opt->name; opt++) {
                g_assert_true(g_hash_table_add(options, (gpointer)opt->name));
                g_assert_cmpuint(strlen(opt->help), >, 0);
                g_assert_cmpint(opt->kind, <, OPT_LAST);
                g_assert_true(opt->complete != COMPLETE_WORDS || opt->words);
                if (opt->kind == OPT_REST) /* nothing behind it would ever be reached by position */
                    g_assert_null(opt[1].name);
                /* a required word behind an optional one would be read as that one */
                if ((opt->flags & OPT_REQUIRED) && opt->kind != OPT_REST)
                    g_assert_false(optional_seen);
                optional_seen |= opt->kind != OPT_FLAG && opt->kind != OPT_REST &&
                                 !(opt->flags & (OPT_REQUIRED | OPT_BY_NAME));
            }
        }
}

static void
test_near(void)
{
    static const char *const cases[][2] = {
        {"strat", "'start'"},    {"lsit", "'list'"},      {"net-defnie", "'net-define'"},
        {"consle", "'console'"}, {"undef", "'undefine'"}, {"zzzzzz", NULL},
        {"dump-verbz", NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = verbs_near(cases[i][0]);

        g_assert_cmpstr(got, ==, cases[i][1]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parse/split", test_split);
    g_test_add_func("/parse/options", test_options);
    g_test_add_func("/parse/sizes", test_sizes);
    g_test_add_func("/verbs/tables", test_tables);
    g_test_add_func("/verbs/near", test_near);
    return g_test_run();
}
