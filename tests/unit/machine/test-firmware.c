/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Firmware descriptors below a made-up root. */
#include <string.h>

#include "machine/firmware.h"
#include "temp-dir.h"
#include "util/error.h"

static void
put(const char *root, const char *path, const char *text)
{
    g_autofree char *full = g_build_filename(root, path, NULL);
    g_autofree char *dir = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0755), ==, 0);
    g_assert_true(g_file_set_contents(full, text, -1, NULL));
}

#define DESCRIPTOR(code, vars, features)                                                           \
    "# comment\n{\"interface-types\":[\"uefi\"],\"mapping\":{\"device\":\"flash\","                \
    "\"executable\":{\"filename\":\"" code "\",\"format\":\"raw\"},"                               \
    "\"nvram-template\":{\"filename\":\"" vars "\",\"format\":\"raw\"}},"                          \
    "\"targets\":[{\"architecture\":\"x86_64\",\"machines\":[\"pc-q35-*\"]}],"                     \
    "\"features\":[" features "]}"

static char *
make_root(void)
{
    char *root = temp_dir_new();

    put(root, "fw/code", "c");
    put(root, "fw/code.secure", "c");
    put(root, "fw/vars", "v");
    put(root, "fw/vars.keys", "v");
    put(root, "usr/share/qemu/firmware/40-keys.json",
        DESCRIPTOR("/fw/code.secure", "/fw/vars.keys",
                   "\"secure-boot\",\"enrolled-keys\",\"requires-smm\""));
    put(root, "usr/share/qemu/firmware/50-secure.json",
        DESCRIPTOR("/fw/code.secure", "/fw/vars", "\"secure-boot\",\"requires-smm\""));
    put(root, "usr/share/qemu/firmware/60-plain.json", DESCRIPTOR("/fw/code", "/fw/vars", ""));
    put(root, "usr/share/qemu/firmware/30-gone.json", DESCRIPTOR("/fw/gone", "/fw/vars", ""));
    put(root, "usr/share/qemu/firmware/20-bad.json", "{");
    return root;
}

static const struct {
    FirmwareWish wish;
    const char *code, *vars;
} cases[] = {
    {{-1, -1, 1}, "fw/code.secure", "fw/vars.keys"},
    {{1, 0, 1}, "fw/code.secure", "fw/vars"},
    {{0, -1, 1}, "fw/code", "fw/vars"},
    {{-1, -1, 0}, "fw/code", "fw/vars"},
    {{-1, 0, 1}, "fw/code.secure", "fw/vars"},
};

static void
test_choice(void)
{
    g_auto(TempDir) root = make_root();

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Firmware) found =
            firmware_find(root, "x86_64", "pc-q35-7.2", &cases[i].wish, &error);

        g_assert_no_error(error);
        g_assert_true(g_str_has_suffix(found->code, cases[i].code));
        g_assert_true(g_str_has_suffix(found->vars_template, cases[i].vars));
        g_assert_cmpstr(found->code_format, ==, "raw");
    }
}

static void
test_none(void)
{
    g_auto(TempDir) root = make_root();
    FirmwareWish any = {-1, -1, 1}, keys_without_smm = {-1, 1, 0};
    g_autoptr(GError) error = NULL;

    g_assert_null(firmware_find(root, "x86_64", "pc-i440fx-7.2", &any, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, "pc-i440fx-7.2"));
    g_clear_error(&error);
    g_assert_null(firmware_find(root, "aarch64", "virt-7.2", &any, &error));
    g_clear_error(&error);
    g_assert_null(firmware_find(root, "x86_64", "pc-q35-7.2", &keys_without_smm, &error));
    g_assert_nonnull(strstr(error->message, "with enrolled keys"));
}

static void
test_masked(void)
{
    g_auto(TempDir) root = make_root();
    g_autoptr(GPtrArray) list = NULL;

    put(root, "etc/qemu/firmware/40-keys.json", ""); /* masks it */
    put(root, "etc/qemu/firmware/50-secure.json", DESCRIPTOR("/fw/code", "/fw/vars", ""));
    list = firmware_list(root, "x86_64", "pc-q35-7.2");
    g_assert_cmpuint(list->len, ==, 2);
    g_assert_false(((Firmware *)g_ptr_array_index(list, 0))->has_secure_boot);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine/firmware/choice", test_choice);
    g_test_add_func("/machine/firmware/none", test_none);
    g_test_add_func("/machine/firmware/masked", test_masked);
    return g_test_run();
}
