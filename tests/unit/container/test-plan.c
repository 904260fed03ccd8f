/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Domain XML and a made-up host -> plan. One case per tests/golden/plan/NAME.HOST.xml beside NAME.HOST.plan;
 * HOST is v1, v2, hybrid or none. LODGE_TEST_REGENERATE=1 writes the latter anew. And: what is refused. */
#include <string.h>

#include "container/check.h"
#include "container/plan.h"
#include "facts-canned.h"
#include "util/error.h"
#include "util/uuid.h"

static char *
build(const char *xml, const char *source, const char *kind, const char *tag, GError **error)
{
    Paths paths = {.config = (char *)"/etc/lodge",
                   .live = (char *)"/run/lodge",
                   .log = (char *)"/var/log/lodge",
                   .tag = (char *)tag};
    g_autoptr(HostFacts) facts = facts_canned(kind);
    g_autoptr(DomainDef) def = domain_def_parse(xml, strlen(xml), source, TRUE, NULL, error);
    g_autofree char *live = NULL;
    PlanInput in = {.def = def, .facts = facts, .paths = &paths, .source = source};

    if (!def || !container_def_check(def, source, error))
        return NULL;
    for (guint i = 0; i < def->nets->len; i++) {
        const DomainNet *net = g_ptr_array_index(def->nets, i);

        host_facts_add_link(facts,
                            net->type == DOMAIN_NET_NETWORK  ? "virbr0"
                            : net->type == DOMAIN_NET_BRIDGE ? net->source
                                                             : NULL,
                            net->type == DOMAIN_NET_NETWORK ? 1400 : 0);
    }
    live = g_build_filename("/run/lodge/lxc", def->name, NULL);
    in.live_dir = live;
    in.is_transient = strstr(source, "transient") != NULL;
    in.has_waiter = in.inherit_stdio = in.is_transient;
    return container_plan_build(&in, error);
}

static void
test_golden(gconstpointer data)
{
    const char *path = data;
    g_autofree char *name = g_path_get_basename(path);
    g_auto(GStrv) parts = g_strsplit(name, ".", 3);
    g_autofree char *stem = g_strndup(path, strlen(path) - strlen(".xml"));
    g_autofree char *plan_path = g_strconcat(stem, ".plan", NULL);
    g_autofree char *xml = NULL, *wanted = NULL, *got = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_get_contents(path, &xml, NULL, NULL));
    got = build(xml, name, parts[1], strstr(name, "tagged") ? "0a1b2c" : "", &error);
    g_assert_no_error(error);
    if (g_getenv("LODGE_TEST_REGENERATE"))
        g_assert_true(g_file_set_contents(plan_path, got, -1, NULL));
    g_assert_true(g_file_get_contents(plan_path, &wanted, NULL, NULL));
    g_assert_cmpstr(got, ==, wanted);
}

#define DOMAIN(os, body)                                                                           \
    "<domain type='lxc' "                                                                          \
    "xmlns:lodge='urn:lodge:domain:1'>\n<name>x</name>\n<memory>1024</memory>\n"                   \
    "<uuid>8d3bb1a5-0a1c-4e0b-9a5e-7d4a2f7a3e11</uuid>\n<os><type>exe</type>" os "</os>\n" body    \
    "</domain>"
#define INIT "<init>/bin/sh</init>"
#define IDMAP                                                                                      \
    "<idmap><uid start='0' target='100000' count='65536'/>"                                        \
    "<gid start='0' target='100000' count='65536'/></idmap>\n"

static const struct {
    const char *name, *host, *xml;
    int code;
    const char *text;
} refused[] = {
    {"no-init", "v1", DOMAIN("", ""), LODGE_ERROR_CONFIG, "x.xml:5: <os> has no <init>"},
    {"arch", "v1",
     "<domain type='lxc'><name>x</name><memory>1024</memory><os><type arch='s390x'>exe</type>" INIT
     "</os></domain>",
     LODGE_ERROR_ARGUMENT, "x.xml:1: <os><type arch='s390x'>"},
    {"crash-preserve", "v1", DOMAIN(INIT, "<on_crash>preserve</on_crash>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "x.xml:6: <on_crash>preserve"},
    {"mount-over-proc", "v1",
     DOMAIN(INIT, "<devices>\n<filesystem type='mount'><source dir='/x'/><target dir='/proc'/>"
                  "</filesystem></devices>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "x.xml:7: <filesystem>: '/proc' is made by lodge"},
    {"ram-root", "v1",
     DOMAIN(INIT, "<devices><filesystem type='ram'><source usage='1024' units='KiB'/><target "
                  "dir='/'/></filesystem></devices>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "cannot be the root"},
    {"direct-target", "v1",
     DOMAIN(INIT, "<devices><interface type='direct'><source dev='eth9' mode='bridge'/><target "
                  "dev='mv0'/></interface></devices>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "has no host side"},
    {"route-while-down", "v1",
     DOMAIN(INIT, "<devices><interface type='ethernet'><link state='down'/><route "
                  "address='10.0.0.0' prefix='8' gateway='10.9.9.9'/></interface></devices>"),
     LODGE_ERROR_CONFIG, "x.xml:6: <interface>: the kernel takes no <route>"},
    {"guest-name-twice", "v1",
     DOMAIN(INIT, "<devices><interface type='ethernet'><guest dev='lan'/></interface>"
                  "<interface type='ethernet'><guest dev='lan'/></interface></devices>"),
     LODGE_ERROR_CONFIG, "guest dev 'lan'"},
    {"device-elsewhere-with-idmap", "v1",
     DOMAIN(INIT, IDMAP "<devices><hostdev mode='capabilities' type='misc'><source>"
                        "<char>/srv/fuse</char></source></hostdev></devices>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "x.xml:7: <hostdev>: '/srv/fuse' does not lie in /dev"},
    {"unknown-syscall", "v1",
     DOMAIN(INIT, "<lodge:confine><lodge:syscall name='frobnicate'/></lodge:confine>"),
     LODGE_ERROR_CONFIG, "x.xml:6: <lodge:syscall name='frobnicate'/>"},
    {"memtune-without-memory", "none",
     DOMAIN(INIT, "<memtune><hard_limit unit='KiB'>2048</hard_limit></memtune>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "x.xml:6: <memtune> needs 'memory.max'"},
    {"cputune-without-cpu", "none", DOMAIN(INIT, "<cputune><shares>512</shares></cputune>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "x.xml:6: <cputune> needs 'cpu.weight'"},
    {"blkio-without-io", "none", DOMAIN(INIT, "<blkiotune><weight>500</weight></blkiotune>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "x.xml:6: <blkiotune> needs 'io.weight|"},
    {"pids-without-pids", "none",
     DOMAIN(INIT, "<lodge:confine><lodge:pids max='9'/></lodge:confine>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "x.xml:6: <lodge:pids> needs 'pids.max'"},
    {"cpuset-beyond", "v1", DOMAIN(INIT, "<vcpu cpuset='2-5'>1</vcpu>"), LODGE_ERROR_CONFIG,
     "x.xml:6: <vcpu cpuset='2-5'>: this host has the processors 0-3"},
    {"swap-below-memory", "v2",
     DOMAIN(INIT, "<memtune><swap_hard_limit unit='KiB'>512</swap_hard_limit></memtune>"),
     LODGE_ERROR_CONFIG, "x.xml:6: <swap_hard_limit> (512 KiB) counts memory and swap together"},
};

static void
test_refused(gconstpointer data)
{
    int i = GPOINTER_TO_INT(data);
    g_autoptr(GError) error = NULL;
    g_autofree char *plan = build(refused[i].xml, "x.xml", refused[i].host, "", &error);

    g_assert_null(plan);
    g_assert_error(error, LODGE_ERROR, refused[i].code);
    if (!strstr(error->message, refused[i].text))
        g_error("'%s' does not contain '%s'", error->message, refused[i].text);
}

static void
test_too_long(void)
{
    g_autoptr(GString) args = g_string_new(INIT);
    g_autofree char *xml = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *plan = NULL;
    g_autofree char *long_arg = g_strnfill(40000, '\\');

    g_string_append_printf(args, "<initarg>%s</initarg>", long_arg);
    xml = g_strdup_printf("<domain type='lxc'><name>x</name><memory>1024</memory>"
                          "<os><type>exe</type>%s</os></domain>",
                          args->str);
    plan = build(xml, "x.xml", "v1", "", &error);
    g_assert_null(plan);
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT);
    g_assert_nonnull(strstr(error->message, "operation 'exec'"));
}

int
main(int argc, char **argv)
{
    g_autofree char *folder =
        g_build_filename(g_getenv("SOURCE") ? g_getenv("SOURCE") : ".", "tests/golden/plan", NULL);
    g_autoptr(GDir) dir = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    g_test_init(&argc, &argv, NULL);
    dir = g_dir_open(folder, 0, NULL);
    for (const char *entry; dir && (entry = g_dir_read_name(dir));)
        if (g_str_has_suffix(entry, ".xml"))
            g_ptr_array_add(names, g_build_filename(folder, entry, NULL));
    g_assert_cmpuint(names->len, >, 0);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *entry = g_path_get_basename(g_ptr_array_index(names, i));
        g_autofree char *path = g_strconcat("/container/plan/golden/", entry, NULL);

        g_test_add_data_func(path, g_ptr_array_index(names, i), test_golden);
    }
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *path = g_strconcat("/container/plan/refused/", refused[i].name, NULL);

        g_test_add_data_func(path, GINT_TO_POINTER(i), test_refused);
    }
    g_test_add_func("/container/plan/too-long", test_too_long);
    return g_test_run();
}
