/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/domain.h"
#include "enum-check.h"
#include "util/error.h"

static DomainDef *
parse(const char *inner, GError **error)
{
    g_autofree char *text = g_strconcat("<domain type='lxc' xmlns:lodge='urn:lodge:domain:1'>"
                                        "<name>a</name><memory>1024</memory>",
                                        strstr(inner, "<os>") ? "" : "<os><type>exe</type></os>",
                                        inner, "</domain>", NULL);

    return domain_def_parse(text, strlen(text), "a.xml", TRUE, NULL, error);
}

static void
test_enums(void)
{
    TEST_ENUM(domain_type, DomainType, DOMAIN_TYPE_LAST);
    TEST_ENUM(domain_action, DomainAction, DOMAIN_ACTION_LAST);
    TEST_ENUM(domain_caps_policy, DomainCapsPolicy, DOMAIN_CAPS_LAST);
    TEST_ENUM(domain_fs_type, DomainFsType, DOMAIN_FS_LAST);
    TEST_ENUM(domain_net_type, DomainNetType, DOMAIN_NET_LAST);
    TEST_ENUM(domain_direct_mode, DomainDirectMode, DOMAIN_DIRECT_LAST);
    TEST_ENUM(domain_hostdev_type, DomainHostdevType, DOMAIN_HOSTDEV_LAST);
}

static void
test_capabilities(void)
{
    for (int number = 0; number <= 40; number++)
        g_assert_cmpint(domain_capability_number(domain_capability_name(number)), ==, number);
    g_assert_null(domain_capability_name(41));
    g_assert_null(domain_capability_name(-1));
    g_assert_cmpint(domain_capability_number("CAP_CHOWN"), ==, -1);
    /* of include/uapi/linux/capability.h */
    g_assert_cmpint(domain_capability_number("chown"), ==, 0);
    g_assert_cmpint(domain_capability_number("net_admin"), ==, 12);
    g_assert_cmpint(domain_capability_number("sys_admin"), ==, 21);
    g_assert_cmpint(domain_capability_number("setfcap"), ==, 31);
    g_assert_cmpint(domain_capability_number("checkpoint_restore"), ==, 40);
}

static void
test_defaults(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DomainDef) def = parse("", &error);

    g_assert_no_error(error);
    g_assert_cmpint(def->type, ==, DOMAIN_TYPE_LXC);
    g_assert_false(def->has_uuid);
    g_assert_cmpint(def->id, ==, -1);
    g_assert_cmpuint(def->current_memory_kib, ==, 1024);
    g_assert_cmpuint(def->tune.vcpus, ==, 1);
    g_assert_cmpuint(def->tune.vcpus_current, ==, 1);
    g_assert_cmpuint(def->tune.mem_hard_kib, ==, DOMAIN_UNSET);
    g_assert_cmpuint(def->tune.cpu_shares, ==, DOMAIN_UNSET);
    g_assert_cmpint(def->tune.cpu_quota_us, ==, G_MININT64);
    g_assert_cmpuint(def->tune.pids_max, ==, DOMAIN_UNSET);
    g_assert_null(def->os.init);
    g_assert_nonnull(def->os.args);
    g_assert_nonnull(def->confine.syscalls);
    g_assert_cmpint(def->on_poweroff, ==, DOMAIN_ACTION_DESTROY);
    g_assert_cmpint(def->on_reboot, ==, DOMAIN_ACTION_RESTART);
    g_assert_cmpint(def->on_crash, ==, DOMAIN_ACTION_DESTROY);
    g_assert_cmpuint(def->consoles->len, ==, 0);
}

static void
test_mac_is_made(void)
{
    static const char two[] =
        "<devices><interface type='ethernet'/><interface type='ethernet'/></devices>";
    g_autoptr(DomainDef) def = parse(two, NULL);
    const DomainNet *first = g_ptr_array_index(def->nets, 0);
    const DomainNet *second = g_ptr_array_index(def->nets, 1);
    g_autofree char *text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE);
    g_autoptr(DomainDef) again = domain_def_parse(text, strlen(text), "b.xml", TRUE, NULL, NULL);

    g_assert_cmpmem(first->mac, 3, "\x52\x54\x00", 3);
    g_assert_cmpint(memcmp(first->mac, second->mac, 6), !=, 0);
    g_assert_cmpmem(((DomainNet *)g_ptr_array_index(again->nets, 0))->mac, 6, first->mac, 6);
}

/* Nothing of a copy belongs to the original. */
static void
test_copy(void)
{
    static const char everything[] =
        "<title>t</title><description>d</description><metadata><m:m xmlns:m='urn:m'/></metadata>"
        "<vcpu cpuset='0'>1</vcpu><idmap><uid start='0' target='1' count='1'/>"
        "<gid start='0' target='1' count='1'/></idmap>"
        "<blkiotune><device><path>/dev/sda</path></device></blkiotune>"
        "<os><type arch='x86_64'>exe</type><init>/i</init><initarg>a</initarg><initenv "
        "name='E'>v</initenv>"
        "<initdir>/d</initdir><inituser>u</inituser><initgroup>g</initgroup><cmdline>c</cmdline></"
        "os>"
        "<devices><emulator>/e</emulator>"
        "<filesystem type='mount'><source dir='/s'/><target dir='/t'/></filesystem>"
        "<interface type='network'><source network='n'/><target dev='h'/><guest dev='g'/>"
        "<model type='m'/><ip address='10.0.0.1' peer='10.0.0.2'/>"
        "<route address='10.1.0.0' prefix='16' gateway='10.0.0.2'/></interface>"
        "<console type='pty'/>"
        "<hostdev mode='capabilities' type='misc'><source><char>/dev/x</char></source></hostdev>"
        "</devices><lodge:confine><lodge:syscall name='bpf'/></lodge:confine>";
    g_autoptr(GError) error = NULL;
    DomainDef *def = parse(everything, &error);
    g_autoptr(DomainDef) copy = NULL;
    g_autofree char *before = NULL, *after = NULL;

    g_assert_no_error(error);
    ((DomainConsole *)g_ptr_array_index(def->consoles, 0))->tty = g_strdup("/t");
    def->id = 5;
    before = domain_def_format(def, 0);
    copy = domain_def_copy(def);
    domain_def_free(def);
    after = domain_def_format(copy, 0);
    g_assert_cmpstr(after, ==, before);
    g_assert_nonnull(strstr(after, " id='5'"));
}

/* @text @times over, with the number of the turn in the place of each '#'. */
static void
repeat(GString *out, const char *text, int times)
{
    for (int i = 0; i < times; i++) {
        g_autofree char *number = g_strdup_printf("%d", i);
        g_autoptr(GString) item = g_string_new(text);

        g_string_replace(item, "#", number, 0);
        g_string_append(out, item->str);
    }
}

/* Each list has an end, and says where. */
static void
test_counts(void)
{
    static const struct {
        const char *open, *item, *close;
        int most;
        const char *message;
    } cases[] = {
        {"<os><type>exe</type>", "<initarg>#</initarg>", "</os>", 500,
         "<initarg> is number 501; the limit is 500"},
        {"<os><type>exe</type>", "<initenv name='E#'/>", "</os>", 1000,
         "<initenv> is number 1001; the limit is 1000"},
        {"<devices>", "<console type='pty'/>", "</devices>", 64,
         "<console> is number 65; the limit is 64"},
        {"<devices>", "<filesystem type='mount'><source dir='/a'/><target dir='/b#'/></filesystem>",
         "</devices>", 1000, "<filesystem> is number 1001; the limit is 1000"},
        {"<devices>", "<interface type='ethernet'/>", "</devices>", 1000,
         "<interface> is number 1001; the limit is 1000"},
        {"<devices>",
         "<hostdev mode='capabilities' type='misc'><source><char>/dev/x</char></source></hostdev>",
         "</devices>", 1000, "<hostdev> is number 1001; the limit is 1000"},
        {"<devices><interface type='ethernet'>", "<ip address='10.0.0.1'/>",
         "</interface></devices>", 256, "<ip> is number 257; the limit is 256"},
        {"<devices><interface type='ethernet'>", "<route address='0.0.0.0' gateway='10.0.0.1'/>",
         "</interface></devices>", 256, "<route> is number 257; the limit is 256"},
        {"<blkiotune>", "<device><path>/dev/x#</path></device>", "</blkiotune>", 1000,
         "<device> is number 1001; the limit is 1000"},
        {"<lodge:confine>", "<lodge:syscall name='s#'/>", "</lodge:confine>", 500,
         "<lodge:syscall> is number 501; the limit is 500"},
        {"<idmap><gid start='0' target='0' count='1'/>", "<uid start='#' target='#' count='1'/>",
         "</idmap>", 340, "<uid> is number 341; the kernel takes 340"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) most = g_string_new(cases[i].open), more = g_string_new(cases[i].open);
        g_autoptr(DomainDef) def = NULL, none = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *wanted = g_strconcat("a.xml:1: ", cases[i].message, NULL);

        repeat(most, cases[i].item, cases[i].most);
        repeat(more, cases[i].item, cases[i].most + 1);
        g_string_append(most, cases[i].close);
        g_string_append(more, cases[i].close);
        def = parse(most->str, &error);
        g_assert_no_error(error);
        none = parse(more->str, &error);
        g_assert_null(none);
        g_assert_cmpstr(error->message, ==, wanted);
    }
}

static void
test_generated_names(void)
{
    static const struct {
        const char *name;
        gboolean is_kept;
    } cases[] = {{"vnet0", FALSE}, {"veth12", FALSE}, {"macvlan3", FALSE}, {"macvtap0", FALSE},
                 {"vnet", TRUE},   {"vnet0a", TRUE},  {"web0", TRUE},      {"myvnet0", TRUE}};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *inner = g_strdup_printf(
            "<devices><interface type='ethernet'><target dev='%s'/></interface></devices>",
            cases[i].name);
        g_autoptr(DomainDef) def = parse(inner, NULL);
        const DomainNet *net = g_ptr_array_index(def->nets, 0);

        g_assert_cmpstr(net->host_dev, ==, cases[i].is_kept ? cases[i].name : NULL);
    }
}

/* A generated name that start put there is shown live, and not in what is stored. */
static void
test_live_names(void)
{
    g_autoptr(DomainDef) def = parse("<devices><interface type='ethernet'/></devices>", NULL);
    g_autofree char *live = NULL, *inactive = NULL;

    ((DomainNet *)g_ptr_array_index(def->nets, 0))->host_dev = g_strdup("veth3");
    live = domain_def_format(def, 0);
    inactive = domain_def_format(def, DOMAIN_FORMAT_INACTIVE);
    g_assert_nonnull(strstr(live, "<target dev='veth3'/>"));
    g_assert_null(strstr(inactive, "veth3"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/domain/enums", test_enums);
    g_test_add_func("/domain/capabilities", test_capabilities);
    g_test_add_func("/domain/defaults", test_defaults);
    g_test_add_func("/domain/mac-is-made", test_mac_is_made);
    g_test_add_func("/domain/copy", test_copy);
    g_test_add_func("/domain/counts", test_counts);
    g_test_add_func("/domain/generated-names", test_generated_names);
    g_test_add_func("/domain/live-names", test_live_names);
    return g_test_run();
}
