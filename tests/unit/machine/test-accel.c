/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The probe program passes where a processor behaves (TCG does), and its answer is kept. */
#include <string.h>

#include "machine/accel.h"
#include "temp-dir.h"
#include "util/spawn.h"

static void
test_tcg_passes(void)
{
    g_autofree char *binary = spawn_find("qemu-system-x86_64");
    g_autofree char *why = NULL;

    if (binary == NULL) {
        g_test_skip("needs qemu-system-x86_64");
        return;
    }
    why = accel_run_image(binary, "tcg", 20000);
    g_assert_cmpstr(why, ==, NULL);
}

static void
test_hang_is_noticed(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autofree char *program = g_build_filename(dir, "qemu", NULL);
    g_autofree char *why = NULL;
    gint64 begin = g_get_monotonic_time();

    g_assert_true(g_file_set_contents_full(program,
                                           "#!/bin/sh\nprintf LIU\nexec tail -f /dev/null\n", -1,
                                           G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    why = accel_run_image(program, "kvm", 300);
    g_assert_cmpstr(why, ==, "a guest hangs under it: the interrupt flag does not hold");
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 5000000);
}

static void
test_crash_is_noticed(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autofree char *program = g_build_filename(dir, "qemu", NULL);
    g_autofree char *why = NULL;

    g_assert_true(g_file_set_contents_full(program,
                                           "#!/bin/sh\necho 'qemu-system-x: no MSR' >&2\nexit 1\n",
                                           -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    why = accel_run_image(program, "kvm", 5000);
    g_assert_cmpstr(why, ==, "QEMU ended: no MSR");
}

static void
test_kept(void)
{
    g_autofree char *binary = spawn_find("qemu-system-x86_64");
    g_auto(TempDir) dir = temp_dir_new();
    Paths paths = {.cache = dir};
    g_autoptr(QemuCaps) caps = NULL;
    AccelTruth first = {0}, second = {0};
    gint64 begin;

    if (binary == NULL) {
        g_test_skip("needs qemu-system-x86_64");
        return;
    }
    caps = qemu_caps_load(&paths, binary, NULL);
    begin = g_get_monotonic_time();
    accel_probe(&paths, caps, &first);
    g_test_message("%s: %s, %" G_GINT64_FORMAT " us", first.works ? "works" : "does not work",
                   first.reason ? first.reason : "", g_get_monotonic_time() - begin);
    g_assert_cmpint(first.works, ==, first.reason == NULL);
    begin = g_get_monotonic_time();
    accel_probe(&paths, caps, &second);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 50000);
    g_assert_cmpint(first.works, ==, second.works);
    g_assert_cmpstr(first.reason, ==, second.reason);
    accel_truth_clear(&first);
    accel_truth_clear(&second);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine/accel/tcg-passes", test_tcg_passes);
    g_test_add_func("/machine/accel/hang-is-noticed", test_hang_is_noticed);
    g_test_add_func("/machine/accel/crash-is-noticed", test_crash_is_noticed);
    g_test_add_func("/machine/accel/kept", test_kept);
    return g_test_run();
}
