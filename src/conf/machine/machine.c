/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/machine.h"

#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/machine/attach-priv.h"
#include "conf/machine/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

/* <pm> */
static const XmlField pm_fields[] = {
    XML_FIELD(YESNO, "suspend-to-mem", "enabled", DomainMachine, suspend_to_mem),
    XML_FIELD(YESNO, "suspend-to-disk", "enabled", DomainMachine, suspend_to_disk),
};

DomainMachine *
machine_new(void)
{
    DomainMachine *machine = g_new0(DomainMachine, 1);

    machine_cpu_init(&machine->cpu);
    machine_clock_init(&machine->clock);
    machine_qemu_init(machine);
    machine_devices_init(machine);
    return machine;
}

static gboolean
parse_pm(XmlTree *tree, XmlNode *root, DomainMachine *machine, GError **error)
{
    XmlNode *node = xml_child(root, "pm");

    return node == NULL || xml_fields_parse(tree, node, XML_FIELDS(pm_fields), machine, error);
}

typedef struct {
    XmlTree *tree;
    GError **error;
} BootCheck;

static gboolean
has_no_order(MachineDeviceKind kind, gpointer device G_GNUC_UNUSED, DomainDeviceInfo *info,
             gpointer data)
{
    BootCheck *check = data;
    XmlNode at = {.prefix = "", .name = machine_device_kind_to_string(kind), .line = info->line};

    return info->boot_order == 0 ||
           xml_error(check->tree, &at, check->error,
                     "has <boot order=>, but <os> has <boot dev=>; use one way or the other");
}

static void
note_lines(XmlNode *root, DomainMachine *machine)
{
    XmlNode *features = xml_child(root, "features"), *clock = xml_child(root, "clock");
    XmlNode *backing = xml_child(root, "memoryBacking");

    machine->lines.features = features != NULL ? features->line : 0;
    machine->lines.clock = clock != NULL ? clock->line : 0;
    machine->lines.memory_backing = backing != NULL ? backing->line : 0;
}

gboolean
machine_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    BootCheck check = {tree, error};
    DomainMachine *machine;

    def->machine = machine = machine_new();
    note_lines(root, machine);
    if (!machine_memory_parse(tree, root, &machine->memory, error) ||
        !machine_os_parse(tree, root, def, error) ||
        !machine_features_parse(tree, root, &machine->features, error) ||
        !machine_cpu_parse(tree, root, def, error) ||
        !machine_clock_parse(tree, root, &machine->clock, error) ||
        !domain_basic_parse_events(tree, root, def, error) ||
        !parse_pm(tree, root, machine, error) || !machine_devices_parse(tree, root, def, error) ||
        !machine_qemu_parse(tree, root, machine, error) || !machine_refuse_known(tree, error))
        return FALSE;
    return machine->os.n_boot == 0 || machine_devices_foreach(def, has_no_order, &check);
}

void
machine_format_body(const DomainDef *def, DomainFormatFlags flags, GString *out)
{
    const DomainMachine *machine = def->machine;

    machine_os_format(def, out);
    machine_features_format(&machine->features, out);
    machine_cpu_format(&machine->cpu, out);
    machine_clock_format(&machine->clock, out);
    domain_basic_format_actions(def, out);
    if (machine->suspend_to_mem != DOMAIN_SWITCH_ABSENT ||
        machine->suspend_to_disk != DOMAIN_SWITCH_ABSENT) {
        xml_write_line(out, 2, "<pm>");
        xml_fields_format_children(out, 4, XML_FIELDS(pm_fields), machine);
        xml_write_line(out, 2, "</pm>");
    }
    machine_devices_format(def, flags, out);
}

DomainMachine *
machine_copy(const DomainMachine *from)
{
    DomainMachine *to = g_memdup2(from, sizeof *from);

    machine_os_copy(&to->os);
    machine_features_copy(&to->features);
    machine_cpu_copy(&to->cpu);
    machine_clock_copy(&to->clock);
    machine_qemu_copy(from, to);
    machine_devices_init(to);
    for (int kind = 0; kind < MACHINE_DEVICE_LAST; kind++)
        for (guint i = 0; from->devices[kind] != NULL && i < from->devices[kind]->len; i++)
            g_ptr_array_add(to->devices[kind],
                            machine_device_copy((MachineDeviceKind)kind,
                                                g_ptr_array_index(from->devices[kind], i)));
    return to;
}

void
machine_free(DomainMachine *machine)
{
    if (machine == NULL)
        return;
    machine_os_clear(&machine->os);
    machine_features_clear(&machine->features);
    machine_cpu_clear(&machine->cpu);
    machine_clock_clear(&machine->clock);
    g_ptr_array_unref(machine->qemu_args);
    g_array_unref(machine->qemu_env);
    for (int kind = 0; kind < MACHINE_DEVICE_LAST; kind++)
        g_clear_pointer(&machine->devices[kind], g_ptr_array_unref);
    g_free(machine);
}
