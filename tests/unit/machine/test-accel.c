/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The probe program passes where a processor behaves (TCG does), and its answer is kept. */
#include <string.h>
#include <unistd.h>

#include "machine/accel.h"
#include "temp-dir.h"
#include "util/spawn.h"

/* The first kernel of /boot that may be read. (transfer full) */
static char *
stock_kernel(void)
{
    g_autoptr(GDir) dir = g_dir_open("/boot", 0, NULL);

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename("/boot", name, NULL);

        if (g_str_has_prefix(name, "vmlinuz-") && access(path, R_OK) == 0)
            return g_steal_pointer(&path);
    }
    return NULL;
}

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
    g_assert_cmpstr(why, ==, "QEMU cannot start a guest with it (no MSR)");
}

/* Where KVM is thought to work, the kernel of this host must get somewhere under it within 20 s; where it
 * is not, the test only says so. */
static void
test_agrees_with_kernel(void)
{
    g_autofree char *binary = spawn_find("qemu-system-x86_64");
    g_autofree char *kernel = stock_kernel();
    g_autofree char *why = NULL, *said = NULL;
    const char *argv[] = {binary,       "-nodefaults", "-display", "none",
                          "-accel",     "kvm",         "-cpu",     "host",
                          "-m",         "256",         "-serial",  "stdio",
                          "-kernel",    kernel,        "-append",  "console=ttyS0 panic=-1",
                          "-no-reboot", NULL};

    if (binary == NULL || kernel == NULL || access("/dev/kvm", R_OK | W_OK) < 0) {
        g_test_skip("needs qemu-system-x86_64, a kernel in /boot and /dev/kvm");
        return;
    }
    why = accel_run_image(binary, "kvm", ACCEL_PROBE_MS);
    g_test_message("%s", why != NULL ? why : "KVM works");
    if (why != NULL)
        return;
    g_assert_true(
        spawn_run(argv, NULL, 20000, &said, NULL)); /* it panics for want of a root, and ends */
    g_assert_nonnull(strstr(said, "Kernel panic"));
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
    g_test_add_func("/machine/accel/agrees-with-kernel", test_agrees_with_kernel);
    g_test_add_func("/machine/accel/kept", test_kept);
    return g_test_run();
}
