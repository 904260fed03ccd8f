/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/command.h"

#include <string.h>

#include "core/plan-text.h"
#include "util/error.h"

struct Option {
    GPtrArray *pairs;
    gboolean has_driver;
};

Option *
option_new(const char *driver)
{
    Option *option = g_new0(Option, 1);

    option->pairs = g_ptr_array_new_with_free_func(g_free);
    if (driver != NULL) {
        option->has_driver = TRUE;
        option_string(option, "driver", driver);
    }
    return option;
}

void
option_free(Option *option)
{
    if (option == NULL)
        return;
    g_ptr_array_unref(option->pairs);
    g_free(option);
}

void
option_string(Option *option, const char *key, const char *value)
{
    if (value == NULL)
        return;
    g_ptr_array_add(option->pairs, g_strdup(key));
    g_ptr_array_add(option->pairs, g_strdup(value));
}

void
option_uint(Option *option, const char *key, guint64 value)
{
    g_ptr_array_add(option->pairs, g_strdup(key));
    g_ptr_array_add(option->pairs, g_strdup_printf("%" G_GUINT64_FORMAT, value));
}

void
option_hex(Option *option, const char *key, guint64 value)
{
    g_ptr_array_add(option->pairs, g_strdup(key));
    g_ptr_array_add(option->pairs, g_strdup_printf("0x%" G_GINT64_MODIFIER "x", value));
}

void
option_given(Option *option, const char *key, guint64 value)
{
    if (value != 0)
        option_uint(option, key, value);
}

void
option_bool(Option *option, const char *key, gboolean value)
{
    option_string(option, key, value ? "on" : "off");
}

void
option_switch(Option *option, const char *key, DomainSwitch value)
{
    if (value != DOMAIN_SWITCH_ABSENT)
        option_bool(option, key, value == DOMAIN_SWITCH_ON);
}

/* QemuOpts: a comma inside a value is written twice. */
static void
append_value(GString *text, const char *value)
{
    for (; *value != '\0'; value++) {
        g_string_append_c(text, *value);
        if (*value == ',')
            g_string_append_c(text, ',');
    }
}

char *
option_text(const Option *option)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < option->pairs->len; i += 2) {
        if (i > 0)
            g_string_append_c(text, ',');
        if (i > 0 || !option->has_driver)
            g_string_append_printf(text, "%s=", (char *)g_ptr_array_index(option->pairs, i));
        append_value(text, g_ptr_array_index(option->pairs, i + 1));
    }
    return g_string_free(text, FALSE);
}

const GPtrArray *
option_pairs(const Option *option)
{
    return option->pairs;
}

static void
item_free(gpointer data)
{
    CommandItem *item = data;

    option_free(item->option);
    g_free(item->text);
    g_free(item);
}

Command *
command_new(const MachinePlanInput *in)
{
    Command *command = g_new0(Command, 1);

    command->in = in;
    command->machine = in->def->machine;
    command->host = g_string_new(NULL);
    command->items = g_ptr_array_new_with_free_func(item_free);
    command->env = g_ptr_array_new_with_free_func(g_free);
    command->next_fd = COMMAND_FD_FIRST;
    command->next_set = 1;
    return command;
}

void
command_end(Command *command)
{
    if (command == NULL)
        return;
    g_string_free(command->host, TRUE);
    g_ptr_array_unref(command->items);
    g_ptr_array_unref(command->env);
    g_free(command);
}

int
command_fd(Command *command)
{
    return command->next_fd++;
}

char *
command_open(Command *command, const char *path, const char *mode)
{
    int fd = command_fd(command);
    int set = command->next_set++;
    g_autofree char *number = g_strdup_printf("%d", fd);
    Option *option = option_new(NULL);

    plan_add(command->host, "open", number, path, mode, NULL);
    option_uint(option, "fd", (guint64)fd);
    option_uint(option, "set", (guint64)set);
    command_take(command, "-add-fd", option);
    return g_strdup_printf("/dev/fdset/%d", set);
}

static CommandItem *
new_item(Command *command, const char *flag)
{
    CommandItem *item = g_new0(CommandItem, 1);

    item->flag = flag;
    g_ptr_array_add(command->items, item);
    return item;
}

void
command_take(Command *command, const char *flag, Option *option)
{
    new_item(command, flag)->option = option;
}

void
command_text(Command *command, const char *flag, const char *text)
{
    new_item(command, flag)->text = g_strdup(text);
}

void
command_word(Command *command, const char *word)
{
    (void)new_item(command, word);
}

void
command_env(Command *command, const char *name, const char *value)
{
    g_ptr_array_add(command->env, g_strdup(name));
    g_ptr_array_add(command->env, g_strdup(value));
}

static gboolean
set_error_at(const MachinePlanInput *in, int line, GError **error, LodgeErrorCode code,
             const char *text)
{
    if (line > 0)
        return error_set(error, code, "%s:%d: %s", in->source, line, text);
    return error_set(error, code, "%s: %s", in->source, text);
}

gboolean
command_refuse(const MachinePlanInput *in, int line, GError **error, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    return set_error_at(in, line, error, LODGE_ERROR_UNSUPPORTED_CONFIG, text);
}

gboolean
command_wrong(const MachinePlanInput *in, int line, GError **error, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    return set_error_at(in, line, error, LODGE_ERROR_CONFIG, text);
}

gboolean
command_has_device(const Command *command, const char *device)
{
    const QemuCaps *caps = command->in->facts->caps;

    return caps == NULL || qemu_caps_has_device(caps, device);
}

gboolean
command_uses_kvm(const MachinePlanInput *in)
{
    return in->facts->kvm.works;
}

guint
command_qemu_version(const Command *command)
{
    const QemuCaps *caps = command->in->facts->caps;

    return caps != NULL ? qemu_caps_version(caps) : 7002000;
}

const char *
command_controller(const Command *command, MachineControllerType type, int index)
{
    const GPtrArray *controllers = machine_devices(command->in->def, MACHINE_DEVICE_CONTROLLER);

    for (guint i = 0; i < controllers->len; i++) {
        const MachineController *controller = g_ptr_array_index(controllers, i);

        if (controller->type == type && controller->index == index &&
            controller->master_startport < 0)
            return controller->info.alias;
    }
    return NULL;
}

static gboolean
option_bus(const Command *command, Option *option, const DomainDeviceInfo *info,
           MachineControllerType type, int index, const char *suffix, GError **error)
{
    const char *alias = command_controller(command, type, index);
    g_autofree char *bus = NULL;

    if (alias == NULL)
        return command_wrong(command->in, info->line, error,
                             "the address names %s controller %d, which is not there",
                             machine_controller_type_to_string(type), index);
    bus = g_strconcat(alias, suffix, NULL);
    option_string(option, "bus", bus);
    return TRUE;
}

static void
option_usb_port(Option *option, const DomainAddress *address)
{
    GString *port = g_string_new(NULL);

    for (int i = 0; i < DOMAIN_USB_DEPTH && address->usb.port[i] != 0; i++)
        g_string_append_printf(port, "%s%u", i > 0 ? "." : "", address->usb.port[i]);
    if (port->len > 0)
        option_string(option, "port", port->str);
    g_string_free(port, TRUE);
}

static gboolean
option_place(const Command *command, Option *option, const DomainDeviceInfo *info, GError **error)
{
    const DomainAddress *address = &info->address;
    g_autofree char *text = NULL;

    switch (address->type) {
    case DOMAIN_ADDRESS_PCI:
        if (!option_bus(command, option, info, MACHINE_CONTROLLER_PCI, address->pci.bus, "", error))
            return FALSE;
        option_switch(option, "multifunction", address->pci.multifunction);
        text = address->pci.function != 0
                   ? g_strdup_printf("0x%x.0x%x", address->pci.slot, address->pci.function)
                   : g_strdup_printf("0x%x", address->pci.slot);
        option_string(option, "addr", text);
        return TRUE;
    case DOMAIN_ADDRESS_USB:
        if (!option_bus(command, option, info, MACHINE_CONTROLLER_USB, (int)address->usb.bus, ".0",
                        error))
            return FALSE;
        option_usb_port(option, address);
        return TRUE;
    case DOMAIN_ADDRESS_VIRTIO_SERIAL:
        if (!option_bus(command, option, info, MACHINE_CONTROLLER_VIRTIO_SERIAL,
                        (int)address->serial.controller, ".0", error))
            return FALSE;
        option_uint(option, "nr", address->serial.port);
        return TRUE;
    case DOMAIN_ADDRESS_ISA:
        if (address->isa.iobase != 0)
            option_hex(option, "iobase", address->isa.iobase);
        if (address->isa.irq != 0)
            option_hex(option, "irq", address->isa.irq);
        return TRUE;
    case DOMAIN_ADDRESS_NONE:
    case DOMAIN_ADDRESS_DRIVE: /* dev-disk.c */
    case DOMAIN_ADDRESS_VIRTIO_MMIO:
    case DOMAIN_ADDRESS_LAST:
        break;
    }
    return TRUE;
}

gboolean
option_device(const Command *command, Option *option, const DomainDeviceInfo *info, GError **error)
{
    option_string(option, "id", info->alias);
    if (!option_place(command, option, info, error))
        return FALSE;
    option_given(option, "acpi-index", info->acpi_index);
    option_switch(option, "rombar", info->rom_bar);
    if (info->rom_enabled == DOMAIN_SWITCH_OFF)
        option_string(option, "romfile", "");
    return TRUE;
}

void
option_virtio(Option *option, const MachineVirtio *virtio)
{
    option_switch(option, "iommu_platform", virtio->iommu);
    option_switch(option, "ats", virtio->ats);
    option_switch(option, "packed", virtio->packed);
    option_switch(option, "page-per-vq", virtio->page_per_vq);
}

char *
virtio_device_name(const char *stem, VirtioModel model)
{
    switch (model) {
    case VIRTIO_MODEL_TRANSITIONAL:
        return g_strconcat(stem, "-pci-transitional", NULL);
    case VIRTIO_MODEL_NON_TRANSITIONAL:
        return g_strconcat(stem, "-pci-non-transitional", NULL);
    case VIRTIO_MODEL_ABSENT:
    case VIRTIO_MODEL_VIRTIO:
    case VIRTIO_MODEL_LAST:
        break;
    }
    return g_strconcat(stem, "-pci", NULL);
}
