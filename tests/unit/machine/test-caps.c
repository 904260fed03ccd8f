/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What QEMU can do, from the text of the cache; and from the QEMU of this host, where there is one. */
#include <string.h>

#include "machine/caps.h"
#include "temp-dir.h"
#include "util/error.h"
#include "util/spawn.h"

static const char text[] = "lodge-qemu-caps 1\nversion 7002022\narch x86_64\n"
                           "machine pc-q35-7.2 q35 288 - -\n"
                           "machine pc-i440fx-7.2 pc 255 default -\n"
                           "machine pc-i440fx-2.0 - 255 - deprecated\n"
                           "device virtio-blk-pci\ncpu qemu64\ncpu max\nend\n";

static void
test_text(void)
{
    g_autoptr(QemuCaps) caps = qemu_caps_from_text("/bin/q", text);
    g_autoptr(GPtrArray) cpus = NULL;
    QemuMachine machine = {0};

    g_assert_nonnull(caps);
    g_assert_cmpuint(qemu_caps_version(caps), ==, 7002022);
    g_assert_cmpstr(qemu_caps_arch(caps), ==, "x86_64");
    g_assert_true(qemu_caps_has_device(caps, "virtio-blk-pci"));
    g_assert_false(qemu_caps_has_device(caps, "virtio-blk"));
    g_assert_true(qemu_caps_has_cpu(caps, "max"));
    g_assert_true(qemu_caps_machine(caps, "q35", &machine));
    g_assert_cmpstr(machine.name, ==, "pc-q35-7.2");
    g_assert_cmpuint(machine.max_cpus, ==, 288);
    qemu_machine_clear(&machine);
    g_assert_true(qemu_caps_machine(caps, NULL, &machine));
    g_assert_cmpstr(machine.alias, ==, "pc");
    qemu_machine_clear(&machine);
    g_assert_true(qemu_caps_machine(caps, "pc-i440fx-2.0", &machine));
    g_assert_true(machine.is_deprecated);
    qemu_machine_clear(&machine);
    g_assert_false(qemu_caps_machine(caps, "pc-q35", &machine));
    cpus = qemu_caps_cpus(caps);
    g_assert_cmpuint(cpus->len, ==, 2);
}

static void
test_cut(void)
{
    for (gsize i = 0; i < strlen(text); i++) {
        g_autofree char *cut = g_strndup(text, i);

        g_assert_null(qemu_caps_from_text("/bin/q", cut));
    }
}

static void
test_not_found(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(qemu_caps_find_binary("s390x", NULL, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED_CONFIG);
    g_clear_error(&error);
    g_assert_null(qemu_caps_find_binary(NULL, "qemu", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG);
    g_clear_error(&error);
    g_assert_null(qemu_caps_find_binary(NULL, "/no/such/qemu", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
}

static void
test_no_qemu(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    Paths paths = {.cache = dir};
    g_autoptr(GError) error = NULL;

    g_assert_null(qemu_caps_load(&paths, "/bin/true", &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_PEER);
}

static void
test_host(void)
{
    g_autofree char *binary = spawn_find("qemu-system-x86_64");
    g_auto(TempDir) dir = temp_dir_new();
    Paths paths = {.cache = dir};
    g_autoptr(GError) error = NULL;
    gint64 begin;

    if (binary == NULL) {
        g_test_skip("needs qemu-system-x86_64");
        return;
    }
    for (int i = 0; i < 2; i++) {
        g_autoptr(QemuCaps) caps = NULL;

        begin = g_get_monotonic_time();
        caps = qemu_caps_load(&paths, binary, &error);
        g_test_message("%s: %" G_GINT64_FORMAT " us", i ? "cached" : "asked",
                       g_get_monotonic_time() - begin);
        g_assert_no_error(error);
        g_assert_cmpuint(qemu_caps_version(caps), >=, 5000000);
        g_assert_true(qemu_caps_has_device(caps, "virtio-net-pci"));
        g_assert_true(qemu_caps_has_cpu(caps, "max"));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine/caps/text", test_text);
    g_test_add_func("/machine/caps/cut", test_cut);
    g_test_add_func("/machine/caps/not-found", test_not_found);
    g_test_add_func("/machine/caps/no-qemu", test_no_qemu);
    g_test_add_func("/machine/caps/host", test_host);
    return g_test_run();
}
