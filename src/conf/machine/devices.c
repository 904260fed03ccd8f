/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/devices.h"

#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/machine/attach-priv.h"
#include "conf/machine/parts-priv.h"
#include "conf/xml/report.h"
#include "conf/xml/write.h"
#include "util/error.h"

/* The row, the name of the element and the destructor of each kind. */
#define KINDS(X)                                                                                   \
    X(DISK, disk)                                                                                  \
    X(CONTROLLER, controller)                                                                      \
    X(FILESYSTEM, filesystem)                                                                      \
    X(INTERFACE, interface)                                                                        \
    X(SERIAL, serial)                                                                              \
    X(PARALLEL, parallel)                                                                          \
    X(CONSOLE, console)                                                                            \
    X(CHANNEL, channel)                                                                            \
    X(INPUT, input)                                                                                \
    X(GRAPHICS, graphics)                                                                          \
    X(SOUND, sound)                                                                                \
    X(AUDIO, audio)                                                                                \
    X(VIDEO, video)                                                                                \
    X(REDIRDEV, redirdev)                                                                          \
    X(WATCHDOG, watchdog)                                                                          \
    X(MEMBALLOON, memballoon)                                                                      \
    X(RNG, rng)                                                                                    \
    X(PANIC, panic)                                                                                \
    X(VSOCK, vsock)

#define NAME(KIND, word) [MACHINE_DEVICE_##KIND] = #word,
#define OPS(KIND, word)  [MACHINE_DEVICE_##KIND] = &machine_##word##_ops,
#define FREE(KIND, word)                                                                           \
    static void free_##word(gpointer device)                                                       \
    {                                                                                              \
        machine_device_struct_free(MACHINE_DEVICE_##KIND, device);                                 \
    }
#define FREE_ROW(KIND, word) [MACHINE_DEVICE_##KIND] = free_##word,

static const char *const machine_device_kind_names[] = {KINDS(NAME)};
ENUM_IMPL(machine_device_kind, MachineDeviceKind)

static const MachineDeviceOps *const ops_of[] = {KINDS(OPS)};

KINDS(FREE)

static const GDestroyNotify free_of[] = {KINDS(FREE_ROW)};

const MachineDeviceOps *
machine_device_ops(MachineDeviceKind kind)
{
    return ops_of[kind];
}

GPtrArray *
machine_devices(const DomainDef *def, MachineDeviceKind kind)
{
    return kind == MACHINE_DEVICE_INTERFACE ? def->nets : def->machine->devices[kind];
}

void
machine_device_struct_free(MachineDeviceKind kind, gpointer device)
{
    if (device == NULL)
        return;
    ops_of[kind]->clear(device);
    g_free(device);
}

gpointer
machine_device_copy(MachineDeviceKind kind, gconstpointer device)
{
    gpointer to = g_memdup2(device, ops_of[kind]->size);

    ops_of[kind]->copy(to);
    return to;
}

void
machine_device_free(MachineDevice *device)
{
    if (device == NULL)
        return;
    machine_device_struct_free(device->kind, device->device);
    g_free(device);
}

void
machine_devices_init(DomainMachine *machine)
{
    for (int kind = 0; kind < MACHINE_DEVICE_LAST; kind++)
        if (kind != MACHINE_DEVICE_INTERFACE)
            machine->devices[kind] = g_ptr_array_new_with_free_func(free_of[kind]);
}

gboolean
machine_devices_foreach(const DomainDef *def, MachineDeviceVisit visit, gpointer data)
{
    for (int kind = 0; kind < MACHINE_DEVICE_LAST; kind++) {
        const GPtrArray *list = machine_devices(def, (MachineDeviceKind)kind);

        for (guint i = 0; i < list->len; i++) {
            gpointer device = g_ptr_array_index(list, i);

            if (!visit((MachineDeviceKind)kind, device, device, data))
                return FALSE;
        }
    }
    return TRUE;
}

static gpointer
parse_one(XmlTree *tree, XmlNode *node, MachineDeviceKind kind, GError **error)
{
    gpointer device = g_malloc0(ops_of[kind]->size);

    if (ops_of[kind]->parse(tree, node, device, error))
        return device;
    machine_device_struct_free(kind, device);
    return NULL;
}

/* Two that cannot be beside each other. */
static gboolean
check_clashes(XmlTree *tree, const DomainDef *def, GError **error)
{
    g_autofree char *why = NULL;
    const char *name = NULL;
    XmlNode at = {.prefix = ""};

    if (!machine_devices_clash(def, &name, &at.line, &why))
        return TRUE;
    at.name = name;
    return xml_error(tree, &at, error, "%s", why);
}

/* A first console on a serial is how the first serial looks from outside. */
static void
mark_face(const DomainDef *def)
{
    const GPtrArray *consoles = machine_devices(def, MACHINE_DEVICE_CONSOLE);
    MachineChardev *first = consoles->len > 0 ? g_ptr_array_index(consoles, 0) : NULL;

    if (first != NULL)
        first->is_face = first->target == CHARDEV_TARGET_SERIAL &&
                         machine_devices(def, MACHINE_DEVICE_SERIAL)->len > 0;
}

gboolean
machine_devices_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    XmlNode *devices = xml_child(root, "devices");
    guint n = 0;

    if (devices == NULL)
        return TRUE;
    def->lines.devices = devices->line;
    if (!domain_emulator_parse(tree, devices, def, error))
        return FALSE;
    for (XmlNode *node = devices->child; node != NULL; node = node->next) {
        MachineDeviceKind kind;
        gpointer device;

        if (node->ns != NULL || !machine_device_kind_from_string(node->name, &kind))
            continue;
        node->seen = TRUE;
        if (++n > DOMAIN_DEVICES_MAX)
            return xml_error(tree, node, error, "is device number %u; the limit is %d", n,
                             DOMAIN_DEVICES_MAX);
        device = parse_one(tree, node, kind, error);
        if (device == NULL)
            return FALSE;
        g_ptr_array_add(machine_devices(def, kind), device);
    }
    mark_face(def);
    return check_clashes(tree, def, error);
}

void
machine_devices_format(const DomainDef *def, DomainFormatFlags flags, GString *out)
{
    xml_write_line(out, 2, "<devices>");
    xml_write_text(out, 4, "emulator", def->emulator);
    for (int kind = 0; kind < MACHINE_DEVICE_LAST; kind++) {
        const GPtrArray *list = machine_devices(def, (MachineDeviceKind)kind);

        for (guint i = 0; i < list->len; i++)
            ops_of[kind]->format(g_ptr_array_index(list, i), def, flags, out);
    }
    xml_write_line(out, 2, "</devices>");
}

static MachineDevice *
device_of(XmlTree *tree, GError **error)
{
    XmlNode *root = xml_root(tree);
    MachineDeviceKind kind;
    MachineDevice *result;
    gpointer device;

    if (!machine_device_kind_from_string(root->name, &kind)) {
        machine_refuse_device(tree, error);
        return NULL;
    }
    device = parse_one(tree, root, kind, error);
    if (device == NULL)
        return NULL;
    result = g_new0(MachineDevice, 1);
    result->kind = kind;
    result->device = device;
    return result;
}

MachineDevice *
machine_device_parse(const char *text, gsize size, const char *source, GError **error)
{
    g_autoptr(XmlTree) tree = xml_parse(text, size, source, NULL, error);
    g_autoptr(MachineDevice) device = NULL;

    if (tree == NULL)
        return NULL;
    device = device_of(tree, error);
    if (device == NULL || !machine_refuse_known(tree, error) ||
        !xml_report_unknown(tree, TRUE, NULL, error))
        return NULL;
    return g_steal_pointer(&device);
}

char *
machine_device_format(MachineDeviceKind kind, gconstpointer device, const DomainDef *def,
                      DomainFormatFlags flags)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_auto(GStrv) lines = NULL;
    GString *result = g_string_new(NULL);

    ops_of[kind]->format(device, def, flags, out);
    lines = g_strsplit(out->str, "\n", -1); /* no value of a device holds a line feed */
    for (char **line = lines; *line != NULL && **line != '\0'; line++)
        g_string_append_printf(result, "%s\n", g_str_has_prefix(*line, "    ") ? *line + 4 : *line);
    return g_string_free(result, FALSE);
}
