/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is chosen on the host at start: display ports, the file of UEFI variables, QEMU's user. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/facts.h"
#include "machine/nvram.h"
#include "machine/ports.h"
#include "temp-dir.h"
#include "util/error.h"
#include "util/fd.h"

static DomainDef *
parse(const char *os, const char *devices)
{
    g_autofree char *xml = g_strdup_printf(
        "<domain type='qemu'><name>x</name><memory>1024</memory>%s<devices>%s</devices></domain>",
        os, devices);
    g_autoptr(GError) error = NULL;
    DomainDef *def = domain_def_parse(xml, strlen(xml), "x.xml", TRUE, NULL, &error);

    g_assert_no_error(error);
    return def;
}

#define OS  "<os><type machine='q35'>hvm</type></os>"
#define VNC "<graphics type='vnc' autoport='yes'/>"

static void
choose(const char *dir, const char *devices, gboolean is_dry, int *ret_first, int *ret_second)
{
    g_autofree char *live = g_build_filename(dir, "run", NULL);
    Paths paths = {.live = live};
    g_autoptr(DomainDef) def = parse(OS, devices);
    g_autoptr(GArray) ports = g_array_new(FALSE, TRUE, sizeof(int));
    g_autoptr(GError) error = NULL;

    g_assert_true(ports_choose(&paths, def, "x.xml", is_dry, ports, &error));
    g_assert_no_error(error);
    *ret_first = g_array_index(ports, int, 0);
    if (ret_second != NULL)
        *ret_second = g_array_index(ports, int, 1);
}

/* Two starts at once get different ports, though nobody listens yet. */
static void
test_ports_noted(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    int first, second, third, dry;

    choose(dir, VNC VNC, FALSE, &first, &second);
    g_assert_cmpint(first, >=, PORTS_FIRST);
    g_assert_cmpint(second, >, first);
    choose(dir, VNC, TRUE, &dry, NULL);
    g_assert_cmpint(dry, ==, first); /* looks, and notes nothing */
    choose(dir, VNC, FALSE, &third, NULL);
    g_assert_cmpint(third, >, second);
}

static void
test_ports_in_use(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_auto(Fd) fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    int free_port, other;

    choose(dir, VNC, TRUE, &free_port, NULL);
    address.sin_port = htons((guint16)free_port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 1) < 0) {
        g_test_skip("somebody else took the port meanwhile");
        return;
    }
    choose(dir, VNC, TRUE, &other, NULL);
    g_assert_cmpint(other, !=, free_port);
}

static void
test_ports_given(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    int first, second;

    choose(dir,
           "<graphics type='vnc' port='6001' autoport='no'/>"
           "<graphics type='spice'><listen type='socket'/></graphics>",
           FALSE, &first, &second);
    g_assert_cmpint(first, ==, 6001);
    g_assert_cmpint(second, ==, 0);
}

static void
test_nvram(void)
{
    g_auto(TempDir) dir = temp_dir_new();
    g_autofree char *vars = g_build_filename(dir, "vars", NULL);
    g_autofree char *wanted = g_build_filename(dir, "qemu/nvram/x_VARS.fd", NULL);
    g_autofree char *path = NULL, *text = NULL;
    Paths paths = {.data = dir};
    Firmware firmware = {.code = (char *)"/code", .vars_template = vars};
    g_autoptr(DomainDef) def = parse("<os firmware='efi'><type machine='q35'>hvm</type></os>", "");
    g_autoptr(GError) error = NULL;
    struct stat st;

    /* No template: what to do is said. */
    g_assert_false(nvram_find(&paths, def, &firmware, "x.xml", FALSE, &path, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND);
    g_assert_true(g_str_has_prefix(error->message, "x.xml:1: "));
    g_clear_error(&error);

    g_assert_true(g_file_set_contents(vars, "template", -1, NULL));
    g_assert_true(nvram_find(&paths, def, &firmware, "x.xml", TRUE, &path, &error));
    g_assert_cmpstr(path, ==, wanted);
    g_assert_cmpint(access(path, F_OK), ==, -1); /* a dry run makes nothing */
    g_clear_pointer(&path, g_free);
    g_assert_true(nvram_find(&paths, def, &firmware, "x.xml", FALSE, &path, &error));
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    g_assert_true(g_file_set_contents(path, "changed", -1, NULL));
    g_clear_pointer(&path, g_free);
    g_assert_true(nvram_find(&paths, def, &firmware, "x.xml", FALSE, &path, &error));
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "changed"); /* kept */
}

static void
test_no_nvram(void)
{
    Paths paths = {.data = (char *)"/data"};
    g_autoptr(DomainDef) bios = parse(OS, "");
    g_autoptr(DomainDef) efi = parse("<os firmware='efi'><type machine='q35'>hvm</type></os>", "");
    Firmware stateless = {.code = (char *)"/code"};

    g_assert_null(nvram_path(&paths, bios, NULL));
    g_assert_null(nvram_path(&paths, efi, &stateless));
}

static void
test_user(void)
{
    Paths house = {.tag = (char *)""}, session = {.tag = (char *)"", .session = TRUE};
    guint8 one[16] = {1}, two[16] = {2};

    g_assert_cmpuint(machine_uid(&house, one), ==, machine_uid(&house, one));
    g_assert_cmpuint(machine_uid(&house, one), !=, machine_uid(&house, two));
    g_assert_cmpuint(machine_uid(&house, one) >> 16, ==, 0x6c6f);
    g_assert_cmpuint(machine_uid(&session, one), ==, getuid());
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine/host/ports-noted", test_ports_noted);
    g_test_add_func("/machine/host/ports-in-use", test_ports_in_use);
    g_test_add_func("/machine/host/ports-given", test_ports_given);
    g_test_add_func("/machine/host/nvram", test_nvram);
    g_test_add_func("/machine/host/no-nvram", test_no_nvram);
    g_test_add_func("/machine/host/user", test_user);
    return g_test_run();
}
