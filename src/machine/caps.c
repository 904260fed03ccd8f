/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/caps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "util/error.h"
#include "util/file.h"
#include "util/json-tree.h"
#include "util/spawn.h"

#define CAPS_FORMAT    "lodge-qemu-caps 1"
#define CAPS_END       "\nend\n"
#define CAPS_FILE_MAX  (4 << 20)
#define CAPS_PROBE_MS  10000
#define CAPS_TYPES_MAX 20000

/* The text of the cache file is the struct: each line "WORD VALUE...", searched when asked. */
struct QemuCaps {
    char *binary;
    char *text;
    char *arch;
    guint version;
};

static const struct {
    const char *arch, *program, *package;
} caps_programs[] = {
    {"x86_64", "qemu-system-x86_64", "qemu-system-x86"},
    {"i686", "qemu-system-i386", "qemu-system-x86"},
    {"aarch64", "qemu-system-aarch64", "qemu-system-arm"},
};

static char *
caps_host_arch(void)
{
    struct utsname host;

    if (uname(&host) < 0)
        return g_strdup("x86_64");
    return g_strdup(host.machine);
}

char *
qemu_caps_find_binary(const char *arch, const char *emulator, GError **error)
{
    g_autofree char *host = arch == NULL ? caps_host_arch() : NULL;

    if (emulator != NULL) {
        if (!g_path_is_absolute(emulator)) {
            (void)error_set(error, LODGE_ERROR_CONFIG,
                            "emulator '%s' is no absolute path; write for example "
                            "/usr/bin/qemu-system-x86_64",
                            emulator);
            return NULL;
        }
        if (access(emulator, X_OK) < 0) {
            (void)error_set_errno(error, errno, "cannot run emulator '%s'", emulator);
            return NULL;
        }
        return g_strdup(emulator);
    }
    if (arch == NULL)
        arch = host;
    for (gsize i = 0; i < G_N_ELEMENTS(caps_programs); i++) {
        char *found;

        if (strcmp(caps_programs[i].arch, arch) != 0)
            continue;
        found = spawn_find(caps_programs[i].program);
        if (found == NULL)
            (void)error_set(error, LODGE_ERROR_NOT_FOUND,
                            "cannot find '%s', which runs machines of architecture %s; install "
                            "the package %s",
                            caps_programs[i].program, arch, caps_programs[i].package);
        return found;
    }
    (void)error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                    "machines of architecture '%s' are not supported; use x86_64, i686 or aarch64",
                    arch);
    return NULL;
}

/* Behind "\nWORD " where WORD VALUE begins a line; NULL when there is none. */
static const char *
caps_line(const char *text, const char *word, const char *value)
{
    g_autofree char *wanted = g_strconcat("\n", word, " ", value, NULL);
    gsize length = strlen(wanted);

    for (const char *at = text; (at = strstr(at, wanted)) != NULL; at++)
        if (*value == '\0' || at[length] == '\n' || at[length] == ' ')
            return at + 1 + strlen(word) + 1;
    return NULL;
}

/* A word that may stand in a line of the cache. */
static gboolean
caps_is_word(const char *text)
{
    if (*text == '\0')
        return FALSE;
    for (; *text != '\0'; text++)
        if ((guchar)*text <= 0x20 || *text == 0x7f)
            return FALSE;
    return TRUE;
}

static void
caps_add_machine(GString *text, const JsonNode *machine)
{
    const char *name = json_node_string(machine, "name");
    const char *alias = json_node_string(machine, "alias");
    gint64 cpus = 1;

    if (name == NULL || !caps_is_word(name))
        return;
    (void)json_node_int(machine, "cpu-max", &cpus); /* absent: one */
    g_string_append_printf(text, "machine %s %s %" G_GINT64_FORMAT " %s %s\n", name,
                           alias != NULL && caps_is_word(alias) ? alias : "-",
                           CLAMP(cpus, 1, 65535),
                           json_node_true(machine, "is-default") ? "default" : "-",
                           json_node_true(machine, "deprecated") ? "deprecated" : "-");
}

static void
caps_add_names(GString *text, const char *word, const JsonNode *list)
{
    guint n = 0;

    for (const JsonNode *node = list->child; node != NULL && n < CAPS_TYPES_MAX;
         node = node->next, n++) {
        const char *name = json_node_string(node, "name");

        if (name != NULL && caps_is_word(name))
            g_string_append_printf(text, "%s %s\n", word, name);
    }
}

/* What the answers are, in the order in which they were asked for. */
enum {
    ANSWER_NEGOTIATED,
    ANSWER_VERSION,
    ANSWER_TARGET,
    ANSWER_MACHINES,
    ANSWER_TYPES,
    ANSWER_CPUS,
    ANSWER_LAST
};

static const char caps_questions[] = "{\"execute\":\"qmp_capabilities\"}\n"
                                     "{\"execute\":\"query-version\"}\n"
                                     "{\"execute\":\"query-target\"}\n"
                                     "{\"execute\":\"query-machines\"}\n"
                                     "{\"execute\":\"qom-list-types\",\"arguments\":{"
                                     "\"implements\":\"device\",\"abstract\":false}}\n"
                                     "{\"execute\":\"query-cpu-definitions\"}\n"
                                     "{\"execute\":\"quit\"}\n";

static gboolean
caps_take_answer(GString *text, int which, const JsonNode *answer)
{
    gint64 major = 0, minor = 0, micro = 0;
    const char *arch;

    switch (which) {
    case ANSWER_VERSION:
        if (!json_node_int(answer, "qemu.major", &major) ||
            !json_node_int(answer, "qemu.minor", &minor) ||
            !json_node_int(answer, "qemu.micro", &micro))
            return FALSE;
        g_string_append_printf(text, "version %" G_GINT64_FORMAT "\n",
                               major * 1000000 + minor * 1000 + micro);
        return TRUE;
    case ANSWER_TARGET:
        arch = json_node_string(answer, "arch");
        if (arch == NULL || !caps_is_word(arch))
            return FALSE;
        g_string_append_printf(text, "arch %s\n", strcmp(arch, "i386") == 0 ? "i686" : arch);
        return TRUE;
    case ANSWER_MACHINES:
        if (answer->type != JSON_NODE_ARRAY)
            return FALSE;
        for (const JsonNode *node = answer->child; node != NULL; node = node->next)
            caps_add_machine(text, node);
        return TRUE;
    case ANSWER_TYPES:
    case ANSWER_CPUS:
        if (answer->type != JSON_NODE_ARRAY)
            return FALSE;
        caps_add_names(text, which == ANSWER_TYPES ? "device" : "cpu", answer);
        return TRUE;
    default:
        return TRUE;
    }
}

/* One JSON value a line: the greeting, answers, events. */
static char *
caps_from_answers(const char *output)
{
    g_autoptr(GString) text = g_string_new(CAPS_FORMAT "\n");
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    int which = 0;

    for (guint i = 0; lines[i] != NULL && which < ANSWER_LAST; i++) {
        g_autoptr(JsonTree) tree = json_tree_parse(lines[i], strlen(lines[i]), NULL);
        const JsonNode *answer;

        if (tree == NULL)
            continue;
        answer = json_node_get(json_tree_root(tree), "return");
        if (answer == NULL && json_node_get(json_tree_root(tree), "error") == NULL)
            continue; /* the greeting, an event */
        /* An emulator without CPU models answers with an error: it has none to choose. */
        if (answer == NULL ? which != ANSWER_CPUS : !caps_take_answer(text, which, answer))
            return NULL;
        which++;
    }
    if (which < ANSWER_LAST)
        return NULL;
    g_string_append(text, CAPS_END + 1);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
caps_probe(const char *binary, GError **error)
{
    const char *argv[] = {
        binary, "-S",   "-no-user-config", "-nodefaults", "-display", "none", "-machine",
        "none", "-qmp", "stdio",           NULL};
    g_autofree char *output = NULL;
    char *text;

    if (!spawn_run(argv, caps_questions, CAPS_PROBE_MS, &output, error)) {
        g_prefix_error(error, "cannot ask emulator '%s' what it can do: ", binary);
        return NULL;
    }
    text = caps_from_answers(output);
    if (text == NULL)
        (void)error_set(error, LODGE_ERROR_PEER,
                        "cannot ask emulator '%s' what it can do: its answers are not those of "
                        "QEMU 5.2 or later",
                        binary);
    return text;
}

QemuCaps *
qemu_caps_from_text(const char *binary, const char *text)
{
    const char *version, *arch;
    QemuCaps *caps;

    if (!g_str_has_prefix(text, CAPS_FORMAT "\n") || !g_str_has_suffix(text, CAPS_END))
        return NULL;
    version = caps_line(text, "version", "");
    arch = caps_line(text, "arch", "");
    if (version == NULL || arch == NULL)
        return NULL;
    caps = g_new0(QemuCaps, 1);
    caps->binary = g_strdup(binary);
    caps->text = g_strdup(text);
    caps->version = (guint)g_ascii_strtoull(version, NULL, 10);
    caps->arch = g_strndup(arch, strcspn(arch, "\n"));
    return caps;
}

/* Where the answers of this very program are kept. (transfer full) */
static char *
caps_cache_path(const Paths *paths, const char *binary, GError **error)
{
    struct stat st;
    g_autofree char *key = NULL;
    g_autofree char *hash = NULL;
    g_autofree char *name = NULL;

    if (stat(binary, &st) < 0) {
        (void)error_set_errno(error, errno, "cannot run emulator '%s'", binary);
        return NULL;
    }
    key = g_strdup_printf("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %ld", binary,
                          (gint64)st.st_size, (gint64)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
    hash[16] = '\0';
    name = g_strconcat("caps-", hash, NULL);
    return g_build_filename(paths->cache, "qemu", name, NULL);
}

QemuCaps *
qemu_caps_load(const Paths *paths, const char *binary, GError **error)
{
    g_autofree char *path = caps_cache_path(paths, binary, error);
    g_autofree char *text = NULL;
    g_autofree char *dir = NULL;
    QemuCaps *caps;

    if (path == NULL)
        return NULL;
    text = file_read(AT_FDCWD, path, CAPS_FILE_MAX, NULL, NULL);
    caps = text != NULL ? qemu_caps_from_text(binary, text) : NULL;
    if (caps != NULL)
        return caps;
    g_free(text);
    text = caps_probe(binary, error);
    if (text == NULL)
        return NULL;
    dir = g_path_get_dirname(path);
    if (file_make_dirs(dir, 0755, NULL))
        (void)file_write(AT_FDCWD, path, text, strlen(text), 0644, FILE_LIVE,
                         NULL); /* a cache: next time is slower, no more */
    return qemu_caps_from_text(binary, text);
}

void
qemu_caps_free(QemuCaps *caps)
{
    if (caps == NULL)
        return;
    g_free(caps->binary);
    g_free(caps->text);
    g_free(caps->arch);
    g_free(caps);
}

const char *
qemu_caps_binary(const QemuCaps *caps)
{
    return caps->binary;
}

guint
qemu_caps_version(const QemuCaps *caps)
{
    return caps->version;
}

const char *
qemu_caps_arch(const QemuCaps *caps)
{
    return caps->arch;
}

gboolean
qemu_caps_has_device(const QemuCaps *caps, const char *device)
{
    return caps_line(caps->text, "device", device) != NULL;
}

gboolean
qemu_caps_has_cpu(const QemuCaps *caps, const char *model)
{
    return caps_line(caps->text, "cpu", model) != NULL;
}

/* Of the line behind "machine ". */
static gboolean
caps_read_machine(const char *line, QemuMachine *ret_machine)
{
    g_autofree char *copy = g_strndup(line, strcspn(line, "\n"));
    g_auto(GStrv) words = g_strsplit(copy, " ", -1);

    if (g_strv_length(words) != 5)
        return FALSE;
    ret_machine->name = g_strdup(words[0]);
    ret_machine->alias = strcmp(words[1], "-") != 0 ? g_strdup(words[1]) : NULL;
    ret_machine->max_cpus = (guint)g_ascii_strtoull(words[2], NULL, 10);
    ret_machine->is_default = strcmp(words[3], "default") == 0;
    ret_machine->is_deprecated = strcmp(words[4], "deprecated") == 0;
    return TRUE;
}

void
qemu_machine_clear(QemuMachine *machine)
{
    g_clear_pointer(&machine->name, g_free);
    g_clear_pointer(&machine->alias, g_free);
}

static void
caps_clear_machine(gpointer machine)
{
    qemu_machine_clear(machine);
}

GArray *
qemu_caps_machines(const QemuCaps *caps)
{
    GArray *machines = g_array_new(FALSE, TRUE, sizeof(QemuMachine));

    g_array_set_clear_func(machines, caps_clear_machine);
    for (const char *at = caps->text; (at = strstr(at, "\nmachine ")) != NULL; at++) {
        QemuMachine machine = {0};

        if (caps_read_machine(at + strlen("\nmachine "), &machine))
            g_array_append_val(machines, machine);
    }
    return machines;
}

gboolean
qemu_caps_machine(const QemuCaps *caps, const char *name, QemuMachine *ret_machine)
{
    const char *line = name != NULL ? caps_line(caps->text, "machine", name) : NULL;
    g_autoptr(GArray) machines = NULL;

    if (line != NULL)
        return caps_read_machine(line, ret_machine);
    machines = qemu_caps_machines(caps);
    for (guint i = 0; i < machines->len; i++) {
        const QemuMachine *machine = &g_array_index(machines, QemuMachine, i);

        if (name == NULL ? !machine->is_default : g_strcmp0(machine->alias, name) != 0)
            continue;
        *ret_machine = *machine;
        ret_machine->name = g_strdup(machine->name);
        ret_machine->alias = g_strdup(machine->alias);
        return TRUE;
    }
    return FALSE;
}

GPtrArray *
qemu_caps_cpus(const QemuCaps *caps)
{
    GPtrArray *cpus = g_ptr_array_new_with_free_func(g_free);

    for (const char *at = caps->text; (at = strstr(at, "\ncpu ")) != NULL; at++) {
        const char *name = at + strlen("\ncpu ");

        g_ptr_array_add(cpus, g_strndup(name, strcspn(name, "\n")));
    }
    return cpus;
}
