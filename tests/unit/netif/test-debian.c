/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "backend-rules.h"
#include "netif/backends.h"
#include "netif/config.h"
#include "temp-dir.h"
#include "util/error.h"

#define MAIN        "/etc/network/interfaces"
#define LIST_MAX_US 100000
#define SLOW        4 /* under ASan and on a busy host */

static NetifConfig *
open_text(NetifFiles *files, const char *text)
{
    g_autoptr(GError) error = NULL;
    NetifConfig *config;

    netif_files_set(files, MAIN, text, strlen(text), 0644);
    config = netif_config_open(files, &backend_debian, &error);
    g_assert_no_error(error);
    return config;
}

/* A megabyte of interfaces is listed, read and edited in linear time. */
static void
test_large(void)
{
    g_auto(TempDir) root = temp_dir_new();
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(GString) text = g_string_new("auto lo\niface lo inet loopback\n");
    g_autoptr(NetifConfig) config = NULL;
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(InterfaceDef) def = interface_def_new(INTERFACE_ETHERNET, "eth2500");
    g_autoptr(GError) error = NULL;
    gint64 start;

    for (guint i = 0; text->len < 1000000 || i < 5000; i++)
        g_string_append_printf(text,
                               "\n# number %u of many\nauto eth%u\niface eth%u inet static\n"
                               "    address 10.%u.%u.1/24\n    gateway 10.%u.%u.254\n"
                               "    dns-nameservers 192.0.2.53 192.0.2.54\n    mtu 1400\n"
                               "    post-up /usr/local/sbin/hook $IFACE\n",
                               i, i, i, i / 256, i % 256, i / 256, i % 256);
    start = g_get_monotonic_time();
    config = open_text(files, text->str);
    list = netif_config_list(config);
    g_test_message("listed %u in %" G_GINT64_FORMAT " us", list->len,
                   g_get_monotonic_time() - start);
    g_assert_cmpuint(list->len, >=, 5001);
    g_assert_cmpint(g_get_monotonic_time() - start, <, SLOW * LIST_MAX_US);
    start = g_get_monotonic_time();
    g_assert_true(netif_config_define(config, def, NETIF_STYLE_AUTO, NULL, &error));
    g_test_message("defined in %" G_GINT64_FORMAT " us", g_get_monotonic_time() - start);
    g_assert_cmpint(g_get_monotonic_time() - start, <, SLOW * LIST_MAX_US * 3 / 2);
}

/* Things that could be quadratic: one line of many words, many stanzas of one name, deep inheritance. */
static void
test_hostile(void)
{
    g_auto(TempDir) root = temp_dir_new();
    g_autoptr(GString) text = g_string_new(NULL);
    gint64 start = g_get_monotonic_time();

    for (int kind = 0; kind < 5; kind++) {
        g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
        g_autoptr(NetifConfig) config = NULL;
        g_autoptr(GPtrArray) list = NULL;
        g_autoptr(NetifNotes) notes = netif_notes_new();

        g_string_assign(text, kind == 0 ? "iface br0 inet manual\n bridge_ports" : "");
        for (guint i = 0; text->len < 1000000; i++)
            switch (kind) {
            case 0:
                g_string_append_printf(text, " eth%u", i);
                break;
            case 1:
                g_string_append(text, "iface eth0 inet dhcp\n");
                break;
            case 2:
                g_string_append(text,
                                i == 0 ? "iface a inet manual\n" : "iface a inherits a\n up x\n");
                break;
            case 3:
                g_string_append(text, i == 0 ? "iface br0 inet manual\n" : " bridge_ports a\n");
                break;
            default:
                g_string_append(text, "auto a \\\n");
                break;
            }
        config = open_text(files, text->str);
        list = netif_config_list(config);
        for (guint i = 0; i < list->len && i < 3; i++)
            interface_def_free(netif_config_read(
                config, ((const NetifEntry *)g_ptr_array_index(list, i))->name, notes, NULL));
    }
    g_assert_cmpint(g_get_monotonic_time() - start, <, SLOW * 2000000);
}

/* What is defined goes behind everything, however the file ends, and undefine gives the bytes back. */
static void
test_ends(void)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        "\n\n",
                                        "#",
                                        "# c\n",
                                        "# c \\\n",
                                        "auto lo",
                                        "auto lo\n\n",
                                        "iface lo inet loopback",
                                        "auto lo\r\niface lo inet loopback\r\n",
                                        "auto lo\r\niface lo inet loopback",
                                        "iface eth0 inet dhcp\n   \n  # end",
                                        "\t",
                                        "source /nowhere",
                                        "auto",
                                        "iface eth0 inet dhcp\n auto",
                                        "mapping eth7\n script /bin/x\n map y\n"};
    g_auto(TempDir) root = temp_dir_new();

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        for (int style = 0; style < NETIF_STYLE_LAST; style++) {
            g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
            g_autoptr(NetifConfig) config = open_text(files, texts[i]);
            g_autoptr(InterfaceDef) def = interface_def_new(INTERFACE_BOND, "bond9");
            g_autoptr(GError) error = NULL;

            def->start = INTERFACE_START_HOTPLUG;
            g_ptr_array_add(def->ports, interface_def_new(INTERFACE_ETHERNET, "eth9"));
            g_assert_true(netif_config_define(config, def, (NetifStyle)style, NULL, &error));
            g_assert_no_error(error);
            g_assert_nonnull(
                strstr(netif_files_get(files, MAIN, NULL, NULL), "iface bond9 inet manual"));
            g_assert_true(netif_config_undefine(config, "bond9", NULL, &error));
            g_assert_no_error(error);
            if (*texts[i] != '\0')
                g_assert_cmpstr(netif_files_get(files, MAIN, NULL, NULL), ==, texts[i]);
        }
}

/* A last line that is continued would take what comes along. */
static void
test_open_end(void)
{
    g_auto(TempDir) root = temp_dir_new();
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(NetifConfig) config = open_text(files, "auto lo\niface eth0 inet dhcp\n up x \\\n");
    g_autoptr(InterfaceDef) def = interface_def_new(INTERFACE_ETHERNET, "eth9");
    g_autoptr(GError) error = NULL;

    g_assert_false(netif_config_define(config, def, NETIF_STYLE_AUTO, NULL, &error));
    g_assert_cmpstr(error->message, ==,
                    MAIN ":3: the last line ends with '\\' and would swallow what comes; take the "
                         "'\\' away first");
    g_clear_error(&error);
    g_assert_true(netif_config_undefine(config, "eth0", NULL, &error));
    g_assert_cmpstr(netif_files_get(files, MAIN, NULL, NULL), ==, "auto lo\n");
}

static void
test_command(void)
{
    g_auto(TempDir) root = temp_dir_new();
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(NetifConfig) config = open_text(files, "");
    g_auto(GStrv) up = netif_config_command(config, "eth0", TRUE, NULL);
    g_auto(GStrv) down = netif_config_command(config, "eth0", FALSE, NULL);
    g_autofree char *up_text = g_strjoinv(" ", up), *down_text = g_strjoinv(" ", down);

    g_assert_cmpstr(up_text, ==, "ifup eth0");
    g_assert_cmpstr(down_text, ==, "ifdown eth0");
}

static void
test_scopes(void)
{
    g_auto(TempDir) root = temp_dir_new();
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(NetifConfig) config =
        open_text(files, "source interfaces.d/*\nsource-directory ../more /x//y\n");
    g_autoptr(GPtrArray) scopes = netif_config_scopes(config);
    g_autofree char *text = NULL;

    g_ptr_array_add(scopes, NULL);
    text = g_strjoinv(" ", (char **)scopes->pdata);
    g_assert_cmpstr(text, ==, MAIN " /etc/network/interfaces.d/* /etc/more/* /x/y/*");
}

/* A configuration that cannot be read at all is an error, none is an empty one. */
static void
test_main_file(void)
{
    g_auto(TempDir) root = temp_dir_new();
    g_autofree char *dir = g_strconcat(root, MAIN, NULL);
    g_autoptr(NetifFiles) files = netif_files_new(root, NULL);
    g_autoptr(NetifConfig) config = netif_config_open(files, &backend_debian, NULL), other = NULL;
    g_autoptr(GPtrArray) list = netif_config_list(config);
    g_autoptr(GError) error = NULL;

    g_assert_cmpuint(list->len, ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(dir, 0755), ==, 0);
    netif_files_forget(files);
    other = netif_config_open(files, &backend_debian, &error);
    g_assert_null(other);
    g_assert_cmpstr(error->message, ==, "cannot read '" MAIN "': Is a directory");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/debian/large", test_large);
    g_test_add_func("/debian/hostile", test_hostile);
    g_test_add_func("/debian/ends", test_ends);
    g_test_add_func("/debian/open-end", test_open_end);
    g_test_add_func("/debian/command", test_command);
    g_test_add_func("/debian/scopes", test_scopes);
    g_test_add_func("/debian/main-file", test_main_file);
    backend_rules_add(&backend_debian);
    return g_test_run();
}
