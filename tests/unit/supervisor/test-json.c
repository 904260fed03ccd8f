/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/json.h"

#include <glib.h>
#include <string.h>

static gboolean
is_json(const char *text)
{
    JsonValue value;

    return json_parse(text, strlen(text), &value) == 0;
}

static void
test_accepts(void)
{
    static const char *const good[] = {
        "{}",
        "[]",
        " [ ] ",
        "{\"a\":1}",
        "[1,2,3]",
        "\"\"",
        "true",
        "null",
        "-0",
        "0.5e-7",
        "1E+2",
        "[[[[[]]]]]",
        "\"\\u00e9\"",
        "\r\n\t 1 ",
        "[{}]",
        "{\"\":\"\"}",
        "[\"\\\"\"]",
        "[-1.5]",
        "{\"a\":{},\"b\":[]}",
        "false",
    };

    for (guint i = 0; i < G_N_ELEMENTS(good); i++)
        if (!is_json(good[i]))
            g_error("refused: %s", good[i]);
}

static void
test_refuses(void)
{
    static const char *const bad[] = {
        "",       "{",        "}",    "[1,]",  "[,1]", "{,}",       "{\"a\"}",     "{\"a\":}",
        "{a:1}",  "[1 2]",    "01",   "1.",    ".5",   "-",         "1e",          "+1",
        "tru",    "nul",      "True", "'a'",   "\"a",  "\"\\x\"",   "\"\\u12g4\"", "\"\\u12",
        "\"\n\"", "\"\x01\"", "[1]]", "{}{}",  "[}",   "{\"a\":1]", "{\"a\":1,}",  "[\"a\":1]",
        "{1:2}",  "\"\\",     "[1}",  "/**/1", "NaN",  "Infinity",  "{\"a\" 1}",   "nullx",
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        if (is_json(bad[i]))
            g_error("accepted: %s", bad[i]);
}

static void
test_depth_is_bounded(void)
{
    for (int depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
        g_autoptr(GString) text = g_string_new(NULL);

        for (int i = 0; i < depth; i++)
            g_string_append(text, i % 2 ? "[" : "{\"a\":");
        g_string_append(text, "1");
        for (int i = depth - 1; i >= 0; i--)
            g_string_append_c(text, i % 2 ? ']' : '}');
        g_assert_cmpint(is_json(text->str), ==, depth <= JSON_DEPTH_MAX);
    }
}

static void
test_ends_at_its_size(void)
{
    JsonValue value;

    g_assert_cmpint(json_parse("[1]xxxx", 3, &value), ==, 0);
    g_assert_cmpint(json_parse("\"abc\"", 4, &value), ==, -1);
    g_assert_cmpint(json_parse("\"\\u0041\"", 6, &value), ==, -1);
    g_assert_cmpint(json_parse("truex", 4, &value), ==, 0);
    g_assert_cmpint(json_parse("a\0b", 3, &value), ==, -1);
    g_assert_cmpint(json_parse("\"\\\0\"", 4, &value), ==, -1);
}

static void
test_get(void)
{
    static const char text[] =
        "{ \"a\" : {\"b\":[1, {\"c\":\"x\"} ,3], \"n\":-12} , \"t\":true,\"a\":7,"
        "\"q\\\"\":1, \"data\":{\"device\":\"disk \\u00e9\\n\"}}";
    char out[32];
    JsonValue root, value;
    int64_t number = 0;
    size_t at = 0;

    g_assert_cmpint(json_parse(text, strlen(text), &root), ==, 0);
    g_assert_true(json_get(&root, "a", &value));
    g_assert_cmpint(value.type, ==, JSON_OBJECT); /* the first */
    g_assert_cmpint(json_get_int(&root, "a.n", &number), ==, 0);
    g_assert_cmpint(number, ==, -12);
    g_assert_true(json_get_true(&root, "t"));
    g_assert_false(json_get_true(&root, "a.n"));
    g_assert_false(json_get(&root, "a.x", &value));
    g_assert_false(json_get(&root, "t.x", &value));
    g_assert_false(json_get(&root, "q\"", &value));
    g_assert_cmpint(json_get_string(&root, "data.device", out, sizeof out), ==, 0);
    g_assert_cmpstr(out, ==, "disk \xc3\xa9\n");
    g_assert_cmpint(json_get_string(&root, "a.n", out, sizeof out), ==, -1);
    g_assert_cmpstr(out, ==, "");
    g_assert_true(json_get(&root, "a.b", &value));
    for (int i = 0; i < 3; i++) {
        JsonValue item;

        g_assert_true(json_next(&value, &at, &item));
        if (i != 1)
            g_assert_cmpint(item.at[0], ==, '1' + i);
        else
            g_assert_cmpint(json_get_string(&item, "c", out, sizeof out), ==, 0);
    }
    g_assert_cmpstr(out, ==, "x");
    g_assert_false(json_next(&value, &at, &root));
    at = 0;
    g_assert_cmpint(json_parse("[ ]", 3, &root), ==, 0);
    g_assert_false(json_next(&root, &at, &value));
}

static void
test_strings(void)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\b\f\n\r\tz"},
        {"\"\\u20ac\"", "\xe2\x82\xac"},
        {"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
        {"\"\\ud83d\"", NULL},
        {"\"\\ude00\"", NULL},
        {"\"\\ud83dx\"", NULL},
        {"\"\\ud83d\\u0041\"", NULL},
        {"\"a\\u0000b\"", NULL},
        {"\"0123456789012345678901\"", NULL}, /* does not fit */
        {"\"012345678901234567890\"", "012345678901234567890"},
    };
    char out[22];

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        JsonValue value;

        g_assert_cmpint(json_parse(cases[i].text, strlen(cases[i].text), &value), ==, 0);
        g_assert_cmpint(json_string(&value, out, sizeof out), ==, cases[i].wanted ? 0 : -1);
        g_assert_cmpstr(out, ==, cases[i].wanted ? cases[i].wanted : "");
    }
}

static void
test_integers(void)
{
    static const struct {
        const char *text;
        gboolean is_good;
        gint64 wanted;
    } cases[] = {
        {"{\"n\":0}", TRUE, 0},
        {"{\"n\":-0}", TRUE, 0},
        {"{\"n\":9223372036854775807}", TRUE, G_MAXINT64},
        {"{\"n\":-9223372036854775808}", TRUE, G_MININT64},
        {"{\"n\":9223372036854775808}", FALSE, 0},
        {"{\"n\":-9223372036854775809}", FALSE, 0},
        {"{\"n\":1.0}", FALSE, 0},
        {"{\"n\":1e3}", FALSE, 0},
        {"{\"n\":\"1\"}", FALSE, 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        JsonValue root;
        int64_t number = 0;

        g_assert_cmpint(json_parse(cases[i].text, strlen(cases[i].text), &root), ==, 0);
        g_assert_cmpint(json_get_int(&root, "n", &number), ==, cases[i].is_good ? 0 : -1);
        if (cases[i].is_good)
            g_assert_cmpint(number, ==, cases[i].wanted);
    }
}

static void
test_quote(void)
{
    char all[255], quoted[2048], back[512];
    JsonValue value;
    int size;

    for (int i = 1; i < 256; i++)
        all[i - 1] = (char)i;
    size = json_quote(all, sizeof all, quoted, sizeof quoted);
    g_assert_cmpint(size, ==, (int)strlen(quoted));
    g_assert_cmpint(json_parse(quoted, (size_t)size, &value), ==, 0);
    g_assert_cmpint(json_string(&value, back, sizeof back), ==, 0);
    g_assert_cmpmem(back, strlen(back), all, sizeof all);
    g_assert_cmpint(json_quote("", 0, quoted, 3), ==, 2);
    g_assert_cmpint(json_quote("", 0, quoted, 2), ==, -1);
    g_assert_cmpint(json_quote(all, sizeof all, quoted, 200), ==, -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/json/accepts", test_accepts);
    g_test_add_func("/json/refuses", test_refuses);
    g_test_add_func("/json/depth-is-bounded", test_depth_is_bounded);
    g_test_add_func("/json/ends-at-its-size", test_ends_at_its_size);
    g_test_add_func("/json/get", test_get);
    g_test_add_func("/json/strings", test_strings);
    g_test_add_func("/json/integers", test_integers);
    g_test_add_func("/json/quote", test_quote);
    return g_test_run();
}
