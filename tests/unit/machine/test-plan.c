/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Domain XML and a made-up host -> plan. One case per tests/golden/machine-plan/NAME.HOST.xml beside
 * NAME.HOST.plan; HOST names tcg or kvm, vhost, session, tagged. LODGE_TEST_REGENERATE=1 writes the latter anew.
 * And: completing is stable, and what is refused. */
#include "plan-canned.h"

static char *
build(const char *xml, const char *source, const char *kind, GError **error)
{
    Paths paths = {.config = (char *)"/etc/lodge",
                   .live = (char *)"/run/lodge",
                   .data = (char *)"/var/lib/lodge",
                   .log = (char *)"/var/log/lodge",
                   .tag = (char *)(strstr(kind, "tagged") ? "0a1b2c" : ""),
                   .session = strstr(kind, "session") != NULL};
    g_autoptr(QemuCaps) caps = canned_caps();
    g_autoptr(MachineFacts) facts = NULL;
    g_autoptr(DomainDef) def = domain_def_parse(xml, strlen(xml), source, TRUE, NULL, error);
    g_autofree char *live = NULL, *stored = NULL;
    MachinePlanInput in = {.source = source, .paths = &paths};

    if (!def || !machine_complete(def, caps, source, error))
        return NULL;
    /* As it is stored and read again: what completing knew and the text does not say is lost. */
    stored = domain_def_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
    domain_def_free(def);
    def = domain_def_parse(stored, strlen(stored), source, TRUE, NULL, error);
    g_assert_no_error(*error);
    live = g_build_filename("/run/lodge/qemu", def->name, NULL);
    facts = canned_facts(def, &paths, kind);
    if (!machine_make_live(def, facts, live, source, error))
        return NULL;
    in.def = def;
    in.facts = facts;
    in.live_dir = live;
    if (strstr(kind, "restore")) {
        in.incoming = "/var/lib/lodge/qemu/save/x.save";
        in.incoming_offset = 8192;
        in.is_transient = in.is_paused = in.has_waiter = TRUE;
    }
    return machine_plan_build(&in, error);
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
    got = build(xml, name, parts[1], &error);
    g_assert_no_error(error);
    if (g_getenv("LODGE_TEST_REGENERATE"))
        g_assert_true(g_file_set_contents(plan_path, got, -1, NULL));
    g_assert_true(g_file_get_contents(plan_path, &wanted, NULL, NULL));
    g_assert_cmpstr(got, ==, wanted);
}

/* What is stored at define reads back as itself: addresses stay, nothing is added again. */
static void
test_stable(gconstpointer data)
{
    const char *path = data;
    g_autoptr(QemuCaps) caps = canned_caps();
    g_autofree char *xml = NULL, *first = NULL, *second = NULL;
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(DomainDef) again = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_get_contents(path, &xml, NULL, NULL));
    def = domain_def_parse(xml, strlen(xml), "a.xml", TRUE, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(machine_complete(def, caps, "a.xml", &error));
    first = domain_def_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
    again = domain_def_parse(first, strlen(first), "b.xml", TRUE, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(machine_complete(again, caps, "b.xml", &error));
    second = domain_def_format(again, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
    g_assert_cmpstr(first, ==, second);
}

#define DOMAIN_OF(type, os, body)                                                                  \
    "<domain type='" type "'>\n<name>x</name>\n<memory unit='MiB'>64</memory>\n"                   \
    "<uuid>8d3bb1a5-0a1c-4e0b-9a5e-7d4a2f7a3e11</uuid>\n<os>" os "</os>\n" body "</domain>"
#define Q35          "<type machine='q35'>hvm</type>"
#define PC           "<type machine='pc'>hvm</type>"
#define DEVICES(xml) DOMAIN_OF("qemu", Q35, "<devices>\n" xml "\n</devices>")
#define PCI_DEVICE(slot)                                                                           \
    "<rng model='virtio'><backend model='random'>/dev/urandom</backend><address type='pci' "       \
    "bus='0' slot='" slot "'/></rng>\n"
#define DISK(target, more)                                                                         \
    "<disk type='file'><driver name='qemu' type='raw' " more "/><source file='/a'/>"               \
    "<target dev='" target "' bus='virtio'/></disk>"

static const struct {
    const char *name, *host, *xml;
    int code;
    const char *text;
} refused[] = {
    {"machine-type", "tcg", DOMAIN_OF("qemu", "<type machine='pc-q35-99.0'>hvm</type>", ""),
     LODGE_ERROR_CONFIG, "has no such machine type"},
    {"microvm", "tcg", DOMAIN_OF("qemu", "<type machine='microvm'>hvm</type>", ""),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "not supported; use q35"},
    {"too-many-cpus", "tcg", DOMAIN_OF("qemu", PC, "<vcpu>300</vcpu>"), LODGE_ERROR_CONFIG,
     "has at most 255 processors"},
    {"topology", "tcg",
     DOMAIN_OF("qemu", PC,
               "<vcpu>3</vcpu><cpu><topology sockets='1' cores='2' threads='1'/></cpu>"),
     LODGE_ERROR_CONFIG, "processors"},
    {"same-slot", "tcg", DEVICES(PCI_DEVICE("4") PCI_DEVICE("4")), LODGE_ERROR_CONFIG,
     "<rng> in line 7"},
    {"builtin-slot", "tcg", DEVICES(PCI_DEVICE("0x1f")), LODGE_ERROR_CONFIG,
     "taken by the ISA bridge of this machine type"},
    {"port-slot", "tcg",
     DEVICES("<rng model='virtio'><backend model='random'>/dev/urandom</backend><address "
             "type='pci' bus='1' slot='3'/></rng>"),
     LODGE_ERROR_CONFIG, "slots 0x00 to 0x00"},
    {"no-vsock", "tcg-bare", DEVICES("<vsock><cid address='5'/></vsock>"), LODGE_ERROR_CONFIG,
     "'modprobe vhost_vsock'"},
    {"pci-domain", "tcg",
     DEVICES("<rng model='virtio'><backend model='random'>/dev/urandom</backend><address "
             "type='pci' domain='1' bus='0' slot='4'/></rng>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "domain 0x0000 only"},
    {"usb-none", "tcg",
     DEVICES("<controller type='usb' model='none'/><input type='tablet' bus='usb'/>"),
     LODGE_ERROR_CONFIG, "usb"},
    {"cpu-model", "tcg", DOMAIN_OF("qemu", Q35, "<cpu mode='custom'><model>Pentium9</model></cpu>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "has no model 'Pentium9'"},
    {"hyperv-tcg", "tcg",
     DOMAIN_OF("qemu", Q35, "<features><hyperv><relaxed state='on'/></hyperv></features>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "<hyperv> needs KVM"},
    {"native-needs-direct", "tcg", DEVICES(DISK("vda", "io='native'")), LODGE_ERROR_CONFIG,
     "io='native'"},
    {"card", "tcg", DEVICES("<interface type='user'><model type='ne9000'/></interface>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "no network card 'ne9000'"},
    {"session-tap", "tcg,session",
     DEVICES("<interface type='bridge'><source bridge='br0'/></interface>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "use type='user'"},
    {"vhost", "tcg",
     DEVICES("<interface type='network'><source network='default'/><model type='virtio'/>"
             "<driver name='vhost'/></interface>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "needs /dev/vhost-net"},
    {"vnc-port", "tcg", DEVICES("<graphics type='vnc' port='80' autoport='no'/>"),
     LODGE_ERROR_CONFIG, "5900"},
    {"vnc-socket", "tcg", DEVICES("<graphics type='vnc' socket='/var/x.sock'/>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "cannot make the socket"},
    {"spice-tls", "tcg", DEVICES("<graphics type='spice' tlsPort='5901' autoport='no'/>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "TLS is not supported"},
    {"9p-passthrough", "tcg",
     DEVICES("<filesystem type='mount' accessmode='passthrough'><source dir='/srv'/><target "
             "dir='srv'/></filesystem>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "virtiofs"},
    {"memory-file", "tcg",
     DOMAIN_OF("qemu", Q35, "<memoryBacking><source type='file'/></memoryBacking>"),
     LODGE_ERROR_UNSUPPORTED_CONFIG, "use type='memfd'"},
};

static void
test_refused(gconstpointer data)
{
    int i = GPOINTER_TO_INT(data);
    g_autoptr(GError) error = NULL;
    g_autofree char *plan = build(refused[i].xml, "x.xml", refused[i].host, &error);

    g_assert_null(plan);
    if (!strstr(error->message, refused[i].text))
        g_error("'%s' does not contain '%s'", error->message, refused[i].text);
    g_assert_error(error, LODGE_ERROR, refused[i].code);
    g_assert_true(g_str_has_prefix(error->message, "x.xml:"));
}

/* No string of the XML can become an option of its own, or end the one it stands in. */
static void
test_escapes(void)
{
    static const char xml[] =
        "<domain type='qemu'><name>a,b=c</name><memory unit='MiB'>64</memory>"
        "<os><type machine='pc'>hvm</type></os><devices><disk type='file'><driver name='qemu' "
        "type='raw'/><source file='/a &quot;b,c'/><target dev='vda' bus='virtio'/>"
        "</disk><filesystem type='mount' accessmode='mapped'><source dir='/s'/><target "
        "dir='t,id=x'/></filesystem></devices></domain>";
    g_autoptr(GError) error = NULL;
    g_autofree char *plan = build(xml, "x.xml", "tcg", &error);

    g_assert_no_error(error);
    g_assert_nonnull(strstr(plan, "guest=a,,b=c,debug-threads=on"));
    g_assert_nonnull(strstr(plan, "mount_tag=t,,id=x"));
    g_assert_nonnull(strstr(plan, "open 22 /a\\x20\"b,c rw\n"));
}

static void
add_cases(const char *folder, GPtrArray *names)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);

    for (const char *entry; dir && (entry = g_dir_read_name(dir));)
        if (g_str_has_suffix(entry, ".xml"))
            g_ptr_array_add(names, g_build_filename(folder, entry, NULL));
    g_assert_cmpuint(names->len, >, 0);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *entry = g_path_get_basename(g_ptr_array_index(names, i));
        g_autofree char *golden = g_strconcat("/machine/plan/golden/", entry, NULL);
        g_autofree char *stable = g_strconcat("/machine/plan/stable/", entry, NULL);

        g_test_add_data_func(golden, g_ptr_array_index(names, i), test_golden);
        g_test_add_data_func(stable, g_ptr_array_index(names, i), test_stable);
    }
}

int
main(int argc, char **argv)
{
    g_autofree char *folder = g_build_filename(g_getenv("SOURCE") ? g_getenv("SOURCE") : ".",
                                               "tests/golden/machine-plan", NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    g_test_init(&argc, &argv, NULL);
    add_cases(folder, names);
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *path = g_strconcat("/machine/plan/refused/", refused[i].name, NULL);

        g_test_add_data_func(path, GINT_TO_POINTER(i), test_refused);
    }
    g_test_add_func("/machine/plan/escapes", test_escapes);
    return g_test_run();
}
