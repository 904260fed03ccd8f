/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/doctor.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "util/file.h"
#include "util/json.h"
#include "util/spawn.h"

#define PROC_FILE_MAX (4 << 20)
#define FIREWALL_MS   10000 /* to answer */

typedef enum {
    FINDING_OK,
    FINDING_NOTE,
    FINDING_MISSING
} FindingKind;

static const char *const finding_words[] = {"ok", "note", "missing"};

typedef struct {
    FindingKind kind;
    char *area, *text;
    char *advice; /* or NULL */
} Finding;

static void
finding_free(Finding *finding)
{
    g_free(finding->area);
    g_free(finding->text);
    g_free(finding->advice);
    g_free(finding);
}

static void G_GNUC_PRINTF(5, 6) add(GPtrArray *findings, FindingKind kind, const char *area,
                                    const char *advice, const char *format, ...)
{
    Finding *finding = g_new0(Finding, 1);
    va_list list;

    finding->kind = kind;
    finding->area = g_strdup(area);
    finding->advice = kind == FINDING_OK ? NULL : g_strdup(advice);
    va_start(list, format);
    finding->text = g_strdup_vprintf(format, list);
    va_end(list);
    g_ptr_array_add(findings, finding);
}

static char *
read_or_empty(const char *path)
{
    char *text = file_read(AT_FDCWD, path, PROC_FILE_MAX, NULL, NULL);

    return text ? text : g_strdup("");
}

/* --- cgroups: what is mounted, whatever a boot flag said -------------------------------------- */

typedef struct {
    GString *v1, *v2; /* controllers, blank-separated */
    gboolean has_v2;
} Groups;

static void
add_word(GString *words, const char *word)
{
    g_string_append_printf(words, "%s%s", words->len ? " " : "", word);
}

static gboolean
has_word(const GString *words, const char *word)
{
    g_auto(GStrv) list = g_strsplit(words->str, " ", -1);

    return g_strv_contains((const char *const *)list, word);
}

static void
take_v1(Groups *groups, const char *options)
{
    static const char *const known[] = {"cpu",     "cpuacct",    "cpuset", "memory",  "devices",
                                        "freezer", "blkio",      "pids",   "net_cls", "net_prio",
                                        "hugetlb", "perf_event", "rdma",   NULL};
    g_auto(GStrv) words = g_strsplit(options, ",", -1);

    for (char **word = words; *word; word++)
        if (g_strv_contains(known, *word) && !has_word(groups->v1, *word))
            add_word(groups->v1, *word);
}

static void
take_v2(Groups *groups, const char *mount_point)
{
    g_autofree char *path = g_build_filename(mount_point, "cgroup.controllers", NULL);
    g_autofree char *text = read_or_empty(path);

    groups->has_v2 = TRUE;
    g_string_assign(groups->v2, g_strstrip(text));
}

/* Fields of a mountinfo line: 5th the mount point; after " - ": type, source, options. */
static void
take_mount(Groups *groups, const char *line)
{
    const char *dash = strstr(line, " - ");
    g_auto(GStrv) before = NULL, after = NULL;

    if (!dash || !strstr(dash, " cgroup"))
        return;
    before = g_strsplit(line, " ", 6);
    after = g_strsplit(dash + 3, " ", 3);
    if (g_strv_length(before) < 5 || g_strv_length(after) < 3)
        return;
    if (strcmp(after[0], "cgroup2") == 0)
        take_v2(groups, before[4]);
    else if (strcmp(after[0], "cgroup") == 0)
        take_v1(groups, after[2]);
}

static void
check_controllers(const Groups *groups, GPtrArray *findings)
{
    static const struct {
        const char *v1, *v2, *what;
    } wanted[] = {{"memory", "memory", "memory limits"},
                  {"cpu", "cpu", "CPU shares and quotas"},
                  {"cpuset", "cpuset", "binding guests to CPUs"},
                  {"pids", "pids", "the process limit against fork bombs"},
                  {"blkio", "io", "limits of block I/O"}};

    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        if (!has_word(groups->v1, wanted[i].v1) && !has_word(groups->v2, wanted[i].v2))
            add(findings, FINDING_NOTE, "cgroups",
                "mount the controller, or enable it in cgroup.subtree_control of the parent group",
                "no controller '%s' here: %s are not enforced; XML that asks for it is refused",
                wanted[i].v1, wanted[i].what);
    if (!has_word(groups->v1, "freezer") && !groups->has_v2)
        add(findings, FINDING_NOTE, "cgroups", "mount cgroup2 or the v1 freezer",
            "no freezer here: suspend does not work, destroy kills process by process");
    if (!has_word(groups->v1, "devices") && !groups->has_v2)
        add(findings, FINDING_NOTE, "cgroups", "mount cgroup2 or the v1 devices controller",
            "no device rules here: only capabilities keep guests from making device nodes");
}

static void
check_cgroups(GPtrArray *findings)
{
    g_autofree char *text = read_or_empty("/proc/self/mountinfo");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Groups groups = {g_string_new(NULL), g_string_new(NULL), FALSE};

    for (char **line = lines; *line; line++)
        take_mount(&groups, *line);
    if (groups.v1->len)
        add(findings, FINDING_OK, "cgroups", NULL, "v1: %s", groups.v1->str);
    if (groups.has_v2)
        add(findings, FINDING_OK, "cgroups", NULL, "v2: %s",
            groups.v2->len ? groups.v2->str : "no controllers (hybrid)");
    if (!groups.v1->len && !groups.has_v2)
        add(findings, FINDING_NOTE, "cgroups", "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
            "none is mounted: guests start, but no limit is enforced");
    else
        check_controllers(&groups, findings);
    g_string_free(groups.v1, TRUE);
    g_string_free(groups.v2, TRUE);
}

/* --- kernel ------------------------------------------------------------------------------------ */

static void
check_kernel(GPtrArray *findings)
{
    struct utsname name;

    if (uname(&name) == 0)
        add(findings, FINDING_OK, "kernel", NULL, "%s %s", name.release, name.machine);
    if (geteuid() != 0)
        add(findings, FINDING_NOTE, "user", "run as root, or with sudo",
            "this is not root: containers need root for now");
}

static void
check_namespaces(GPtrArray *findings)
{
    static const struct {
        const char *name;
        gboolean needed;
    } wanted[] = {{"mnt", TRUE}, {"pid", TRUE},   {"ipc", TRUE},     {"uts", TRUE},
                  {"net", TRUE}, {"user", FALSE}, {"cgroup", FALSE}, {"time", FALSE}};
    g_autoptr(GString) there = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autofree char *path = g_strconcat("/proc/self/ns/", wanted[i].name, NULL);

        if (access(path, F_OK) == 0)
            add_word(there, wanted[i].name);
        else
            add(findings, wanted[i].needed ? FINDING_MISSING : FINDING_NOTE, "namespaces",
                "use a kernel with CONFIG_NAMESPACES and all that stands below it",
                "the kernel has no '%s' namespace", wanted[i].name);
    }
    add(findings, FINDING_OK, "namespaces", NULL, "%s", there->str);
}

static void
check_seccomp(GPtrArray *findings)
{
    if (access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0)
        add(findings, FINDING_OK, "seccomp", NULL, "filters work");
    else
        add(findings, FINDING_MISSING, "seccomp",
            "use a kernel with CONFIG_SECCOMP_FILTER, or give the filter up in the XML",
            "the kernel has no system call filters");
}

static gboolean
has_filesystem(const char *name)
{
    g_autofree char *text = read_or_empty("/proc/filesystems");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line; line++)
        if (strcmp(strchr(*line, '\t') ? strchr(*line, '\t') + 1 : *line, name) == 0)
            return TRUE;
    return FALSE;
}

static void
check_fuse(GPtrArray *findings)
{
    gboolean device = access("/dev/fuse", R_OK | W_OK) == 0;

    if (device && (has_filesystem("fuse") || access("/sys/module/fuse", F_OK) == 0))
        add(findings, FINDING_OK, "fuse", NULL, "/proc can show guests their own limits");
    else
        add(findings, FINDING_NOTE, "fuse", "modprobe fuse",
            "%s: guests cannot have a /proc that shows their own limits",
            device ? "the kernel has no FUSE" : "/dev/fuse is missing or closed to this user");
}

/* --- programs and the network ------------------------------------------------------------------ */

static void
check_programs(GPtrArray *findings)
{
    static const struct {
        const char *program, *advice, *without;
    } wanted[] = {
        {"nft", "apt-get install nftables", "virtual networks with NAT or routing do not start"},
        {"dnsmasq", "apt-get install dnsmasq-base", "virtual networks have no DHCP and no DNS"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autofree char *path = spawn_find(wanted[i].program);

        if (path)
            add(findings, FINDING_OK, wanted[i].program, NULL, "%s", path);
        else
            add(findings, FINDING_NOTE, wanted[i].program, wanted[i].advice, "not installed: %s",
                wanted[i].without);
    }
}

static void
check_forwarding(GPtrArray *findings)
{
    g_autofree char *v4 = read_or_empty("/proc/sys/net/ipv4/ip_forward");

    add(findings, FINDING_OK, "forwarding", NULL, "IPv4 forwarding is %s",
        *v4 == '1' ? "on" : "off; a network that needs it turns it on and back");
    if (access("/proc/sys/net/bridge/bridge-nf-call-iptables", F_OK) == 0) {
        g_autofree char *bridge = read_or_empty("/proc/sys/net/bridge/bridge-nf-call-iptables");

        if (*bridge == '1')
            add(findings, FINDING_NOTE, "forwarding",
                "sysctl net.bridge.bridge-nf-call-iptables=0, unless something needs it",
                "traffic inside bridges passes iptables; rules of Docker or firewalld may drop it");
    }
}

/* A reload of firewalld forgets which zone the bridge of a network was put into. */
static void
check_zone(GPtrArray *findings, const char *program, virNetworkPtr net)
{
    char *bridge = virNetworkGetBridgeName(net);
    g_autofree char *option = g_strconcat("--get-zone-of-interface=", bridge, NULL);
    const char *const argv[] = {program, option, NULL};
    g_autofree char *zone = NULL, *advice = NULL;

    if (bridge && !spawn_run(argv, NULL, FIREWALL_MS, &zone, NULL))
        zone = g_strdup("no zone");
    if (bridge && strcmp(g_strchomp(zone), "trusted") != 0 && strcmp(zone, "libvirt") != 0) {
        advice =
            g_strdup_printf("lodge net-destroy %s; lodge net-start %s; or, while guests are on "
                            "it: firewall-cmd --zone=trusted --change-interface=%s",
                            virNetworkGetName(net), virNetworkGetName(net), bridge);
        add(findings, FINDING_NOTE, "firewalld", advice,
            "the bridge '%s' of network '%s' is in %s, which may drop what its guests send; was "
            "firewalld reloaded?",
            bridge, virNetworkGetName(net), zone);
    }
    free(bridge);
}

static void
check_firewalld(Cli *cli, GPtrArray *findings)
{
    g_autofree char *program = spawn_find("firewall-cmd");
    const char *const argv[] = {program, "--state", NULL};
    virNetworkPtr *nets = NULL;
    int n = 0;

    if (!program || !spawn_run(argv, NULL, FIREWALL_MS, NULL, NULL))
        return;
    add(findings, FINDING_OK, "firewalld", NULL, "runs; networks put their bridges into a zone");
    if (cli_connect(cli))
        n = virConnectListAllNetworks(cli->conn, &nets, VIR_CONNECT_LIST_NETWORKS_ACTIVE);
    for (int i = 0; i < n; i++) {
        check_zone(findings, program, nets[i]);
        virNetworkFree(nets[i]);
    }
    free(nets);
    cli_forget_error(cli);
}

/* --- saying it ----------------------------------------------------------------------------------- */

static void
print_lines(Cli *cli, const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);

        cli_print("%-8s %-12s %s\n", finding_words[finding->kind], finding->area, finding->text);
        if (finding->advice)
            cli_print("%-8s %-12s to do: %s\n", "", "", finding->advice);
    }
}

static void
print_json(Cli *cli, const GPtrArray *findings)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Json json = json_start(out);

    json_array(&json, NULL);
    for (guint i = 0; i < findings->len; i++) {
        const Finding *finding = g_ptr_array_index(findings, i);

        json_object(&json, NULL);
        json_string(&json, "status", finding_words[finding->kind]);
        json_string(&json, "area", finding->area);
        json_string(&json, "text", finding->text);
        json_string(&json, "advice", finding->advice);
        json_end(&json);
    }
    json_end(&json);
    cli_print("%s\n", out->str);
    cli->no_blank = TRUE;
}

gboolean
doctor_run(Cli *cli, gboolean as_json)
{
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
    gboolean ok = TRUE;

    check_kernel(findings);
    check_cgroups(findings);
    check_namespaces(findings);
    check_seccomp(findings);
    check_programs(findings);
    check_forwarding(findings);
    check_firewalld(cli, findings);
    check_fuse(findings);
    for (guint i = 0; i < findings->len; i++)
        if (((const Finding *)g_ptr_array_index(findings, i))->kind == FINDING_MISSING)
            ok = FALSE;
    if (as_json)
        print_json(cli, findings);
    else
        print_lines(cli, findings);
    return ok;
}
