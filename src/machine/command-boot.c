/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What runs first: firmware and its variables, a kernel of the host, the order of boot devices. */
#include <string.h>

#include "core/plan-text.h"
#include "machine/command.h"
#include "util/json.h"

/* @path as QEMU's user can open it: itself, or a copy in its working directory. (transfer full) */
static char *
readable(Command *command, const char *path, const char *name)
{
    if (!g_hash_table_contains(command->in->facts->copies, path))
        return g_strdup(path);
    plan_add(command->host, "copy", path, name, NULL);
    return g_strdup(name);
}

static void
flash_node(Command *command, const char *node, const char *filename, const char *format,
           gboolean readonly)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *file = g_strconcat(node, "-file", NULL);
    Json json = json_start(text);

    json_object(&json, NULL);
    json_string(&json, "driver", "file");
    json_string(&json, "filename", filename);
    json_string(&json, "node-name", file);
    json_bool(&json, "read-only", readonly);
    json_end(&json);
    command_text(command, "-blockdev", text->str);
    g_string_truncate(text, 0);
    json = json_start(text);
    json_object(&json, NULL);
    json_string(&json, "driver", format);
    json_string(&json, "node-name", node);
    json_bool(&json, "read-only", readonly);
    json_string(&json, "file", file);
    json_end(&json);
    command_text(command, "-blockdev", text->str);
}

gboolean
command_firmware(Command *command, Option *machine, GError **error)
{
    const MachineOs *os = &command->machine->os;
    const MachineFacts *facts = command->in->facts;
    const char *code = facts->firmware != NULL ? facts->firmware->code : os->loader;
    g_autofree char *path = NULL;
    g_autofree char *vars = NULL;

    if (code == NULL)
        return TRUE;
    path = readable(command, code, "firmware");
    if (facts->firmware == NULL && os->loader_type != MACHINE_LOADER_PFLASH) {
        command_text(command, "-bios", path);
        return TRUE;
    }
    if (facts->firmware == NULL && os->loader_readonly == DOMAIN_SWITCH_OFF)
        return command_refuse(command->in, command->machine->lines.loader, error,
                              "<loader readonly='no'> is not supported: the guest would write "
                              "into '%s'; give its variables a file by <nvram>",
                              code);
    flash_node(command, "pflash0", path,
               facts->firmware != NULL ? facts->firmware->code_format : "raw", TRUE);
    option_string(machine, "pflash0", "pflash0");
    if (facts->nvram != NULL) {
        vars = command_open(command, facts->nvram, "rw");
        flash_node(command, "pflash1", vars,
                   facts->firmware != NULL ? facts->firmware->vars_format : "raw", FALSE);
        option_string(machine, "pflash1", "pflash1");
    }
    if (os->loader_secure == DOMAIN_SWITCH_ON ||
        (facts->firmware != NULL && facts->firmware->needs_smm))
        command_text(command, "-global", "driver=cfi.pflash01,property=secure,value=on");
    return TRUE;
}

static void
add_kernel(Command *command)
{
    const MachineOs *os = &command->machine->os;
    const struct {
        const char *flag, *path, *name;
    } files[] = {
        {"-kernel", os->kernel, "kernel"},
        {"-initrd", os->initrd, "initrd"},
        {"-dtb", os->dtb, "dtb"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path =
            files[i].path != NULL ? readable(command, files[i].path, files[i].name) : NULL;

        if (path != NULL)
            command_text(command, files[i].flag, path);
    }
    if (os->kernel != NULL && os->cmdline != NULL)
        command_text(command, "-append", os->cmdline);
}

gboolean
command_boot(Command *command, GError **error)
{
    const MachineOs *os = &command->machine->os;
    Option *boot = option_new(NULL);

    (void)error;
    option_switch(boot, "menu", os->bootmenu);
    if (os->bootmenu == DOMAIN_SWITCH_ON && os->bootmenu_timeout_ms >= 0)
        option_uint(boot, "splash-time", (guint64)os->bootmenu_timeout_ms);
    if (os->reboot_timeout_ms != MACHINE_NO_TIMEOUT) {
        g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, os->reboot_timeout_ms);

        option_string(boot, "reboot-timeout", text);
    }
    option_bool(boot, "strict", TRUE);
    command_take(command, "-boot", boot);
    add_kernel(command);
    return TRUE;
}
