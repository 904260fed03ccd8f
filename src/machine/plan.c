/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/plan.h"

#include <string.h>

#include "core/plan-groups.h"
#include "core/plan-text.h"
#include "machine/command.h"
#include "supervisor/plan.h"
#include "util/error.h"
#include "util/uuid.h"

#define PLAN_LOG_BYTES "1048576" /* of QEMU's log, before it is rotated */
#define PLAN_LOG_KEEP  "2"
#define PLAN_LINGER_MS "10000" /* how long an ended guest waits for who asked to wait */
#define PLAN_TASKS     4096    /* threads of QEMU: processors, I/O workers, and helpers */

static const char *
plan_action(DomainAction action)
{
    switch (action) {
    case DOMAIN_ACTION_RESTART:
        return "restart";
    case DOMAIN_ACTION_PRESERVE:
        return "preserve";
    case DOMAIN_ACTION_DESTROY:
    case DOMAIN_ACTION_RENAME_RESTART: /* refused at define */
    case DOMAIN_ACTION_LAST:
        break;
    }
    return "destroy";
}

static void
plan_object(const MachinePlanInput *in, GString *plan)
{
    const DomainDef *def = in->def;
    g_autofree char *events = g_build_filename(in->paths->live, "events", NULL);
    g_autofree char *log_name = g_strconcat(def->name, ".log", NULL);
    g_autofree char *log = g_build_filename(in->paths->log, "qemu", log_name, NULL);
    char uuid[UUID_TEXT_SIZE];

    plan_add(plan, "phase", "object", NULL);
    plan_add(plan, "kind", "machine", NULL);
    plan_add(plan, "driver", "qemu", NULL);
    plan_add(plan, "name", def->name, NULL);
    plan_add(plan, "uuid", uuid_format(def->uuid, uuid), NULL);
    plan_add(plan, "live", in->live_dir, NULL);
    plan_add(plan, "events", events, NULL);
    plan_add(plan, "log", log, PLAN_LOG_BYTES, PLAN_LOG_KEEP, NULL);
    if (in->is_transient)
        plan_add(plan, "transient", NULL);
    if (in->has_waiter)
        plan_add(plan, "linger", PLAN_LINGER_MS, NULL);
    if (in->is_paused)
        plan_add(plan, "paused", NULL);
    if (in->incoming != NULL)
        plan_add(plan, "incoming", NULL);
    plan_add(plan, "on", "poweroff", plan_action(def->on_poweroff), NULL);
    plan_add(plan, "on", "reboot", plan_action(def->on_reboot), NULL);
    plan_add(plan, "on", "crash", plan_action(def->on_crash), NULL);
}

/* What QEMU may open by itself; all else comes as a descriptor. */
static gboolean
plan_host_groups(const MachinePlanInput *in, GString *plan, GError **error)
{
    static const char *const rules[] = {"c 1:3 rw", "c 1:5 rw", "c 1:8 r", "c 1:9 r"};
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    GroupsInput groups = {
        .def = in->def,
        .facts = in->facts->host,
        .paths = in->paths,
        .folder = "qemu",
        .source = in->source,
        .memory_kib = DOMAIN_UNLIMITED,
        .pids = PLAN_TASKS,
        .device_rules = list,
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        g_ptr_array_add(list, (gpointer)rules[i]);
    if (command_uses_kvm(in))
        g_ptr_array_add(list, (gpointer) "c 10:232 rw");
    return plan_groups(&groups, plan, error);
}

static void
add_monitors(Command *command)
{
    int own = command_fd(command), other = command_fd(command);
    g_autofree char *own_text = g_strdup_printf("%d", own);
    g_autofree char *other_text = g_strdup_printf("%d", other);
    g_autofree char *own_chardev = g_strdup_printf("socket,id=charmonitor,fd=%d", own);
    g_autofree char *other_chardev =
        g_strdup_printf("socket,id=charcommands,fd=%d,server=on,wait=off", other);

    plan_add(command->host, "monitor", own_text, NULL);
    plan_add(command->host, "listen", other_text, "monitor", "0600", "", "", NULL);
    command_text(command, "-chardev", own_chardev);
    command_text(command, "-mon", "chardev=charmonitor,id=monitor,mode=control");
    command_text(command, "-chardev", other_chardev);
    command_text(command, "-mon", "chardev=charcommands,id=commands,mode=control");
}

static void
add_identity(Command *command)
{
    const DomainDef *def = command->in->def;
    Option *name = option_new(NULL);
    char uuid[UUID_TEXT_SIZE];

    option_string(name, "guest", def->name);
    option_bool(name, "debug-threads", TRUE);
    command_take(command, "-name", name);
    command_word(command, "-S");
    command_word(command, "-no-user-config");
    command_word(command, "-nodefaults");
    command_text(command, "-display", "none");
    command_text(command, "-sandbox",
                 "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
    command_text(command, "-uuid", uuid_format(def->uuid, uuid));
    command_word(command, "-no-shutdown");
    if (def->on_reboot != DOMAIN_ACTION_RESTART)
        command_word(command, "-no-reboot");
}

static void
add_incoming(Command *command)
{
    int fd;
    g_autofree char *number = NULL;
    g_autofree char *offset = NULL;
    g_autofree char *text = NULL;

    if (command->in->incoming == NULL)
        return;
    fd = command_fd(command);
    number = g_strdup_printf("%d", fd);
    offset = g_strdup_printf("%" G_GUINT64_FORMAT, command->in->incoming_offset);
    text = g_strdup_printf("fd:%d", fd);
    plan_add(command->host, "open", number, command->in->incoming, "ro", offset, NULL);
    command_text(command, "-incoming", text);
}

static void
add_passthrough(Command *command)
{
    const GPtrArray *args = command->machine->qemu_args;
    const GArray *env = command->machine->qemu_env;

    for (guint i = 0; i < args->len; i++)
        command_word(command, g_ptr_array_index(args, i));
    for (guint i = 0; i < env->len; i++) {
        const MachineEnv *item = &g_array_index(env, MachineEnv, i);

        command_env(command, item->name, item->value != NULL ? item->value : "");
    }
}

/* Everything of QEMU's command line, with what it inherits. */
static Command *
build_command(const MachinePlanInput *in, GError **error)
{
    g_autoptr(Command) command = command_new(in);

    add_identity(command);
    add_monitors(command);
    if (!command_machine(command, error) || !command_devices(command, error))
        return NULL;
    add_incoming(command);
    add_passthrough(command);
    if (command->next_fd > COMMAND_FD_MAX) {
        (void)error_set(error, LODGE_ERROR_LIMIT,
                        "%s: the devices of '%s' need %d open files; the limit is %d", in->source,
                        in->def->name, command->next_fd - COMMAND_FD_FIRST,
                        COMMAND_FD_MAX - COMMAND_FD_FIRST);
        return NULL;
    }
    return g_steal_pointer(&command);
}

/* The program and its arguments. (transfer full) */
static GPtrArray *
command_argv(const Command *command)
{
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    const QemuCaps *caps = command->in->facts->caps;

    g_ptr_array_add(argv, g_strdup(caps != NULL ? qemu_caps_binary(caps) : "qemu"));
    for (guint i = 0; i < command->items->len; i++) {
        const CommandItem *item = g_ptr_array_index(command->items, i);

        g_ptr_array_add(argv, g_strdup(item->flag));
        if (item->option != NULL)
            g_ptr_array_add(argv, option_text(item->option));
        else if (item->text != NULL)
            g_ptr_array_add(argv, g_strdup(item->text));
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

static void
plan_init(const MachinePlanInput *in, const Command *command, GString *plan)
{
    g_autoptr(GPtrArray) argv = command_argv(command);
    g_autofree char *uid = g_strdup_printf("%u", in->facts->uid);
    g_autofree char *gid = g_strdup_printf("%u", in->facts->gid);

    plan_add(plan, "phase", "init", NULL);
    if (!in->paths->session) {
        plan_add(plan, "user", uid, gid, NULL);
        if (command_uses_kvm(in) && in->facts->kvm_gid != 0) {
            g_autofree char *kvm = g_strdup_printf("%u", in->facts->kvm_gid);

            plan_add(plan, "groups", kvm, NULL);
        }
    }
    plan_add(plan, "env", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin", NULL);
    plan_add(plan, "env", "LC_ALL", "C", NULL);
    for (guint i = 0; i + 1 < command->env->len; i += 2)
        plan_add(plan, "env", g_ptr_array_index(command->env, i),
                 g_ptr_array_index(command->env, i + 1), NULL);
    g_ptr_array_insert(argv, 0, g_strdup("exec"));
    plan_addv(plan, (const char *const *)argv->pdata);
}

/* Lines that a supervisor would refuse are refused here, where the message can say what to do. */
static gboolean
plan_check_size(const MachinePlanInput *in, const GString *plan, GError **error)
{
    const char *line = plan->str;

    if (plan->len > PLAN_BYTES_MAX)
        return error_set(error, LODGE_ERROR_LIMIT,
                         "%s: the plan of '%s' is %" G_GSIZE_FORMAT
                         " bytes long, more than %d; use fewer devices or arguments",
                         in->source, in->def->name, plan->len, PLAN_BYTES_MAX);
    while (*line != '\0') {
        const char *end = strchr(line, '\n');
        guint args = 1;

        for (const char *p = line; p < end; p++)
            args += *p == ' ';
        if (end - line >= PLAN_LINE_MAX || args > PLAN_ARGS_MAX)
            return error_set(error, LODGE_ERROR_LIMIT,
                             "%s: the command line of '%s' has %u words in %d bytes; the limits "
                             "are %d and %d; use fewer devices or arguments",
                             in->source, in->def->name, args, (int)(end - line), PLAN_ARGS_MAX,
                             PLAN_LINE_MAX - 1);
        line = end + 1;
    }
    return TRUE;
}

char *
machine_plan_build(const MachinePlanInput *in, GError **error)
{
    g_autoptr(GString) plan = g_string_sized_new(8192);
    g_autoptr(Command) command = build_command(in, error);

    if (command == NULL)
        return NULL;
    plan_begin(plan);
    plan_object(in, plan);
    plan_add(plan, "phase", "host", NULL);
    if (!plan_host_groups(in, plan, error))
        return NULL;
    g_string_append_len(plan, command->host->str, (gssize)command->host->len);
    plan_add(plan, "phase", "payload", NULL);
    if (in->def->machine->memory.locked)
        plan_add(plan, "rlimit", "memlock", "unlimited", "unlimited", NULL);
    plan_add(plan, "rlimit", "core", "0", "0", NULL);
    plan_add(plan, "capabilities", "none", NULL);
    plan_add(plan, "no-new-privileges", NULL);
    plan_add(plan, "seccomp", "none", NULL);
    plan_init(in, command, plan);
    if (!plan_check_size(in, plan, error))
        return NULL;
    return g_string_free(g_steal_pointer(&plan), FALSE);
}

/* For a shell: as it is when nothing in it is special, else in quotes. */
static void
append_shell_word(GString *text, const char *word)
{
    g_autofree char *quoted = NULL;

    if (*word != '\0' && word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                           "0123456789_-+=:,./@%")] == '\0') {
        g_string_append(text, word);
        return;
    }
    quoted = g_shell_quote(word);
    g_string_append(text, quoted);
}

char *
machine_command_line(const MachinePlanInput *in, GError **error)
{
    g_autoptr(Command) command = build_command(in, error);
    g_autoptr(GPtrArray) argv = NULL;
    g_auto(GStrv) host = NULL;
    GString *text;

    if (command == NULL)
        return NULL;
    argv = command_argv(command);
    host = g_strsplit(command->host->str, "\n", -1);
    text = g_string_new(NULL);
    for (guint i = 0; host[i] != NULL; i++)
        if (*host[i] != '\0')
            g_string_append_printf(text, "# %s\n", host[i]);
    for (guint i = 0; i + 1 < command->env->len; i += 2) {
        g_string_append_printf(text, "%s=", (char *)g_ptr_array_index(command->env, i));
        append_shell_word(text, g_ptr_array_index(command->env, i + 1));
        g_string_append(text, " \\\n");
    }
    for (guint i = 0; i + 1 < argv->len; i++) {
        const char *word = g_ptr_array_index(argv, i);

        /* A flag begins a line, its argument follows on it. */
        if (i > 0)
            g_string_append(text, *word == '-' ? " \\\n" : " ");
        append_shell_word(text, word);
    }
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}
