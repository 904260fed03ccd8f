/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/firmware.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

#include "util/error.h"
#include "util/file.h"
#include "util/json-tree.h"

#define FIRMWARE_FILE_MAX (1 << 20)

void
firmware_free(Firmware *firmware)
{
    if (firmware == NULL)
        return;
    g_free(firmware->code);
    g_free(firmware->code_format);
    g_free(firmware->vars_template);
    g_free(firmware->vars_format);
    g_free(firmware);
}

static void
firmware_free_any(gpointer firmware)
{
    firmware_free(firmware);
}

static gboolean
list_has(const JsonNode *list, const char *word)
{
    for (const JsonNode *node = list != NULL ? list->child : NULL; node != NULL; node = node->next)
        if (node->type == JSON_NODE_STRING && strcmp(node->text, word) == 0)
            return TRUE;
    return FALSE;
}

/* Do the targets of a descriptor name this architecture with this machine type? */
static gboolean
targets_fit(const JsonNode *targets, const char *arch, const char *machine)
{
    for (const JsonNode *target = targets != NULL ? targets->child : NULL; target != NULL;
         target = target->next) {
        const JsonNode *machines = json_node_get(target, "machines");

        if (g_strcmp0(json_node_string(target, "architecture"), arch) != 0)
            continue;
        for (const JsonNode *node = machines != NULL ? machines->child : NULL; node != NULL;
             node = node->next)
            if (node->type == JSON_NODE_STRING && fnmatch(node->text, machine, 0) == 0)
                return TRUE;
    }
    return FALSE;
}

static char *
under_root(const char *root, const char *path)
{
    return root != NULL ? g_build_filename(root, path, NULL) : g_strdup(path);
}

/* Of one descriptor; NULL when it is of another kind or its files are not installed. */
static Firmware *
firmware_from_descriptor(const char *root, const JsonNode *node, const char *arch,
                         const char *machine)
{
    const JsonNode *features = json_node_get(node, "features");
    const char *mode = json_node_string(node, "mapping.mode");
    const char *code = json_node_string(node, "mapping.executable.filename");
    const char *vars = json_node_string(node, "mapping.nvram-template.filename");
    g_autofree char *code_path = NULL;
    g_autofree char *vars_path = NULL;
    Firmware *firmware;

    if (!list_has(json_node_get(node, "interface-types"), "uefi") ||
        g_strcmp0(json_node_string(node, "mapping.device"), "flash") != 0 || code == NULL ||
        !targets_fit(json_node_get(node, "targets"), arch, machine))
        return NULL;
    if (mode != NULL && strcmp(mode, "split") != 0 && strcmp(mode, "stateless") != 0)
        return NULL; /* "combined": code and variables in one file */
    if ((mode == NULL || strcmp(mode, "split") == 0) && vars == NULL)
        return NULL;
    code_path = under_root(root, code);
    vars_path = vars != NULL ? under_root(root, vars) : NULL;
    if (access(code_path, R_OK) < 0 || (vars_path != NULL && access(vars_path, R_OK) < 0))
        return NULL;
    firmware = g_new0(Firmware, 1);
    firmware->code = g_steal_pointer(&code_path);
    firmware->code_format = g_strdup(json_node_string(node, "mapping.executable.format"));
    firmware->vars_template = g_steal_pointer(&vars_path);
    firmware->vars_format = g_strdup(json_node_string(node, "mapping.nvram-template.format"));
    if (firmware->code_format == NULL)
        firmware->code_format = g_strdup("raw");
    if (firmware->vars_format == NULL)
        firmware->vars_format = g_strdup("raw");
    firmware->has_secure_boot = list_has(features, "secure-boot");
    firmware->has_enrolled_keys = list_has(features, "enrolled-keys");
    firmware->needs_smm = list_has(features, "requires-smm");
    return firmware;
}

static void
collect_names(const char *dir, GHashTable *names)
{
    g_autoptr(GDir) entries = g_dir_open(dir, 0, NULL);

    for (const char *name; entries != NULL && (name = g_dir_read_name(entries)) != NULL;)
        if (g_str_has_suffix(name, ".json") && *name != '.')
            g_hash_table_replace(names, g_strdup(name), g_build_filename(dir, name, NULL));
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

GPtrArray *
firmware_list(const char *root, const char *arch, const char *machine)
{
    static const char *const dirs[] = {"/usr/share/qemu/firmware", "/etc/qemu/firmware"};
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    GPtrArray *list = g_ptr_array_new_with_free_func(firmware_free_any);
    GList *sorted;

    for (gsize i = 0; i < G_N_ELEMENTS(dirs); i++) {
        g_autofree char *dir = under_root(root, dirs[i]);

        collect_names(dir, names);
    }
    sorted = g_list_sort(g_hash_table_get_keys(names), compare_names);
    for (const GList *at = sorted; at != NULL; at = at->next) {
        g_autofree char *text = file_read(AT_FDCWD, g_hash_table_lookup(names, at->data),
                                          FIRMWARE_FILE_MAX, NULL, NULL);
        g_autoptr(JsonTree) tree =
            text != NULL && *text != '\0' ? json_tree_parse(text, strlen(text), NULL) : NULL;
        Firmware *firmware =
            tree != NULL ? firmware_from_descriptor(root, json_tree_root(tree), arch, machine)
                         : NULL;

        if (firmware != NULL)
            g_ptr_array_add(list, firmware);
    }
    g_list_free(sorted);
    return list;
}

static gboolean
firmware_fits(const Firmware *firmware, const FirmwareWish *wish)
{
    if (wish->secure_boot >= 0 && firmware->has_secure_boot != wish->secure_boot)
        return FALSE;
    if (wish->enrolled_keys >= 0 && firmware->has_enrolled_keys != wish->enrolled_keys)
        return FALSE;
    return wish->smm != 0 || !firmware->needs_smm;
}

static const char *
wish_words(const FirmwareWish *wish)
{
    if (wish->enrolled_keys == 1)
        return " with enrolled keys";
    if (wish->secure_boot == 1)
        return " with secure boot";
    if (wish->secure_boot == 0)
        return " without secure boot";
    return wish->smm == 0 ? " for a machine without SMM" : "";
}

Firmware *
firmware_find(const char *root, const char *arch, const char *machine, const FirmwareWish *wish,
              GError **error)
{
    g_autoptr(GPtrArray) list = firmware_list(root, arch, machine);

    for (guint i = 0; i < list->len; i++)
        if (firmware_fits(g_ptr_array_index(list, i), wish))
            return g_ptr_array_steal_index(list, i);
    (void)error_set(error, LODGE_ERROR_NOT_FOUND,
                    "no UEFI firmware for %s, machine type '%s'%s is installed; install the "
                    "package ovmf (aarch64: qemu-efi-aarch64), or ask for less in <firmware>",
                    arch, machine, wish_words(wish));
    return NULL;
}
