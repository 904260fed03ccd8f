/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static void
env_clear(gpointer data)
{
    MachineEnv *env = data;

    g_free(env->name);
    g_free(env->value);
}

void
machine_qemu_init(DomainMachine *machine)
{
    machine->qemu_args = g_ptr_array_new_with_free_func(g_free);
    machine->qemu_env = g_array_new(FALSE, FALSE, sizeof(MachineEnv));
    g_array_set_clear_func(machine->qemu_env, env_clear);
}

static gboolean
parse_arg(XmlTree *tree, XmlNode *node, DomainMachine *machine, GError **error)
{
    const char *value = xml_attr(node, "value");

    if (value == NULL)
        return xml_error(tree, node, error, "lacks the attribute 'value'");
    if (machine->qemu_args->len >= MACHINE_ARGS_MAX)
        return xml_error(tree, node, error, "is number %d; the limit is %d", MACHINE_ARGS_MAX + 1,
                         MACHINE_ARGS_MAX);
    g_ptr_array_add(machine->qemu_args, g_strdup(value));
    return TRUE;
}

static gboolean
parse_env(XmlTree *tree, XmlNode *node, DomainMachine *machine, GError **error)
{
    const char *name = xml_attr_need(tree, node, "name", error);
    MachineEnv env;

    if (name == NULL)
        return FALSE;
    if (g_ascii_isdigit(*name) ||
        name[strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_")] != '\0')
        return xml_error(tree, node, error,
                         "name '%.*s' is no variable's; use letters, digits and '_'", XML_QUOTE_MAX,
                         name);
    if (machine->qemu_env->len >= MACHINE_ARGS_MAX)
        return xml_error(tree, node, error, "is number %d; the limit is %d", MACHINE_ARGS_MAX + 1,
                         MACHINE_ARGS_MAX);
    env = (MachineEnv){g_strdup(name), g_strdup(xml_attr(node, "value"))};
    g_array_append_val(machine->qemu_env, env);
    return TRUE;
}

gboolean
machine_qemu_parse(XmlTree *tree, XmlNode *root, DomainMachine *machine, GError **error)
{
    XmlNode *node = xml_child_ns(root, MACHINE_QEMU_NS, "commandline");

    if (node == NULL)
        return TRUE;
    machine->lines.qemu_commandline = node->line;
    for (XmlNode *arg = xml_child_ns(node, MACHINE_QEMU_NS, "arg"); arg != NULL;
         arg = xml_next_ns(arg, MACHINE_QEMU_NS, "arg"))
        if (!parse_arg(tree, arg, machine, error))
            return FALSE;
    for (XmlNode *env = xml_child_ns(node, MACHINE_QEMU_NS, "env"); env != NULL;
         env = xml_next_ns(env, MACHINE_QEMU_NS, "env"))
        if (!parse_env(tree, env, machine, error))
            return FALSE;
    return TRUE;
}

gboolean
machine_qemu_is_empty(const DomainMachine *machine)
{
    return machine->qemu_args->len == 0 && machine->qemu_env->len == 0;
}

void
machine_qemu_format(const DomainMachine *machine, GString *out)
{
    if (machine_qemu_is_empty(machine))
        return;
    xml_write_line(out, 2, "<qemu:commandline>");
    for (guint i = 0; i < machine->qemu_args->len; i++)
        xml_write_element(out, 4, "qemu:arg", "value",
                          (const char *)g_ptr_array_index(machine->qemu_args, i), NULL);
    for (guint i = 0; i < machine->qemu_env->len; i++) {
        const MachineEnv *env = &g_array_index(machine->qemu_env, MachineEnv, i);

        xml_write_element(out, 4, "qemu:env", "name", env->name, "value", env->value, NULL);
    }
    xml_write_line(out, 2, "</qemu:commandline>");
}

void
machine_qemu_copy(const DomainMachine *from, DomainMachine *to)
{
    machine_qemu_init(to);
    for (guint i = 0; i < from->qemu_args->len; i++)
        g_ptr_array_add(to->qemu_args, g_strdup(g_ptr_array_index(from->qemu_args, i)));
    for (guint i = 0; i < from->qemu_env->len; i++) {
        MachineEnv env = g_array_index(from->qemu_env, MachineEnv, i);

        env.name = g_strdup(env.name);
        env.value = g_strdup(env.value);
        g_array_append_val(to->qemu_env, env);
    }
}
