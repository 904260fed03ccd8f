/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "util/units.h"

#include "util/error.h"

static void
test_uint_good(void)
{
    guint64 value = 0;

    g_assert_true(units_parse_uint(" 42 ", 0, 100, &value, NULL));
    g_assert_cmpuint(value, ==, 42);
    g_assert_true(units_parse_uint("18446744073709551615", 0, G_MAXUINT64, &value, NULL));
    g_assert_cmpuint(value, ==, G_MAXUINT64);
}

static void
assert_uint_error(const char *text, guint64 min, guint64 max, const char *message)
{
    g_autoptr(GError) error = NULL;
    guint64 value = 7;

    g_assert_false(units_parse_uint(text, min, max, &value, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG);
    g_assert_cmpstr(error->message, ==, message);
    g_assert_cmpuint(value, ==, 7);
}

static void
test_uint_bad(void)
{
    assert_uint_error("", 0, 9, "'' is not a number");
    assert_uint_error("12x", 0, 9, "'12x' is not a number");
    assert_uint_error("-1", 0, 9, "'-1' is not a number");
    assert_uint_error("0x10", 0, 99, "'0x10' is not a number");
    assert_uint_error("70000", 1, 65535, "'70000' is out of range (1 to 65535)");
    assert_uint_error("0", 1, 65535, "'0' is out of range (1 to 65535)");
    assert_uint_error("18446744073709551616", 0, 9,
                      "'18446744073709551616' is out of range (0 to 9)");
}

static void
test_int(void)
{
    g_autoptr(GError) error = NULL;
    gint64 value = 0;

    g_assert_true(units_parse_int("-9223372036854775808", G_MININT64, 0, &value, NULL));
    g_assert_cmpint(value, ==, G_MININT64);
    g_assert_true(units_parse_int("-1", -1, 5, &value, NULL));
    g_assert_cmpint(value, ==, -1);
    g_assert_false(units_parse_int("9223372036854775808", 0, G_MAXINT64, &value, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG);
    g_clear_error(&error);
    g_assert_false(units_parse_int("--1", -5, 5, &value, &error));
    g_assert_cmpstr(error->message, ==, "'--1' is not a number");
}

static void
test_size_units(void)
{
    static const struct {
        const char *unit;
        guint64 bytes;
    } cases[] = {
        {NULL, 3072},        {"", 3072},      {"b", 3},          {"bytes", 3},
        {"k", 3072},         {"KiB", 3072},   {"kb", 3000},      {"M", 3 << 20},
        {"MiB", 3 << 20},    {"MB", 3000000}, {"G", 3ull << 30}, {"T", 3ull << 40},
        {"PiB", 3ull << 50},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        guint64 bytes = 0;

        g_assert_true(units_parse_size("3", cases[i].unit, 1024, G_MAXUINT64, &bytes, &error));
        g_assert_cmpuint(bytes, ==, cases[i].bytes);
    }
}

static void
assert_size_error(const char *number, const char *unit, guint64 max, const char *message)
{
    g_autoptr(GError) error = NULL;
    guint64 bytes;

    g_assert_false(units_parse_size(number, unit, 1024, max, &bytes, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG);
    g_assert_cmpstr(error->message, ==, message);
}

static void
test_size_bad(void)
{
    assert_size_error("3", "XiB", G_MAXUINT64,
                      "unknown unit 'XiB'; use bytes, KiB, MiB, GiB, TiB, KB, MB, GB or TB");
    assert_size_error("3", "KiBs", G_MAXUINT64,
                      "unknown unit 'KiBs'; use bytes, KiB, MiB, GiB, TiB, KB, MB, GB or TB");
    assert_size_error("x", "KiB", G_MAXUINT64, "'x' is not a number");
    assert_size_error("20", "EiB", G_MAXUINT64,
                      "'20 EiB' is too large (at most 18446744073709551615 bytes)");
    assert_size_error("2", NULL, 2047, "'2' is too large (at most 2047 bytes)");
}

static void
test_size_word(void)
{
    g_autoptr(GError) error = NULL;
    guint64 bytes = 0;

    g_assert_true(units_parse_size_word("512MiB", 1, G_MAXUINT64, &bytes, NULL));
    g_assert_cmpuint(bytes, ==, 512ull << 20);
    g_assert_true(units_parse_size_word(" 64 k ", 1, G_MAXUINT64, &bytes, NULL));
    g_assert_cmpuint(bytes, ==, 64 << 10);
    g_assert_false(units_parse_size_word("MiB", 1, G_MAXUINT64, &bytes, &error));
    g_assert_cmpstr(error->message, ==, "'MiB' is not a size");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/units/uint-good", test_uint_good);
    g_test_add_func("/units/uint-bad", test_uint_bad);
    g_test_add_func("/units/int", test_int);
    g_test_add_func("/units/size", test_size_units);
    g_test_add_func("/units/size-bad", test_size_bad);
    g_test_add_func("/units/size-word", test_size_word);
    return g_test_run();
}
