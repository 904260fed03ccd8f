/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <serial>, <parallel>, <console>, <channel>: the guest's side of character devices. */
#include <string.h>

#include "core/plan-text.h"
#include "machine/command.h"

#define AGENT_CHANNEL "org.qemu.guest_agent.0"

static char *
chardev_id(const MachineChardev *dev)
{
    return g_strconcat("char", dev->info.alias, NULL);
}

/* The device @driver on chardev @id. */
static Option *
char_option(const char *driver, const char *id)
{
    Option *option = option_new(driver);

    option_string(option, "chardev", id);
    return option;
}

static gboolean
char_take(Command *command, const MachineChardev *dev, const char *element, Option *option,
          GError **error)
{
    g_autoptr(Option) owned = option;
    const char *driver = g_ptr_array_index((GPtrArray *)option_pairs(option), 1);

    if (!command_has_device(command, driver))
        return command_refuse(command->in, dev->info.line, error,
                              "<%s>: this QEMU has no device '%s'", element, driver);
    if (!option_device(command, option, &dev->info, error))
        return FALSE;
    command_take(command, "-device", g_steal_pointer(&owned));
    return TRUE;
}

static const char *
serial_driver(const MachineChardev *dev)
{
    switch (dev->target) {
    case CHARDEV_TARGET_USB_SERIAL:
        return "usb-serial";
    case CHARDEV_TARGET_PCI_SERIAL:
        return "pci-serial";
    case CHARDEV_TARGET_SYSTEM_SERIAL:
        return NULL;
    case CHARDEV_TARGET_ABSENT:
    case CHARDEV_TARGET_ISA_SERIAL:
    case CHARDEV_TARGET_SERIAL:
    case CHARDEV_TARGET_VIRTIO:
    case CHARDEV_TARGET_GUESTFWD:
    case CHARDEV_TARGET_LAST:
        break;
    }
    return "isa-serial";
}

gboolean
dev_serial(Command *command, gconstpointer device, GError **error)
{
    const MachineChardev *dev = device;
    g_autofree char *id = chardev_id(dev);
    const char *driver = serial_driver(dev);
    gboolean is_board = driver == NULL || (dev->target == CHARDEV_TARGET_ABSENT &&
                                           !domain_machine_is_x86(command->in->def));
    Option *option;

    if (!command_chardev(command, &dev->source, id, "serial", dev->info.line, error))
        return FALSE;
    if (is_board) {
        g_autofree char *text = g_strconcat("chardev:", id, NULL);

        command_text(command, "-serial", text);
        return TRUE;
    }
    option = char_option(driver, id);
    if (strcmp(driver, "isa-serial") == 0 && dev->port >= 0)
        option_uint(option, "index", (guint64)dev->port);
    return char_take(command, dev, "serial", option, error);
}

gboolean
dev_parallel(Command *command, gconstpointer device, GError **error)
{
    const MachineChardev *dev = device;
    g_autofree char *id = chardev_id(dev);
    Option *option;

    if (!command_chardev(command, &dev->source, id, "parallel", dev->info.line, error))
        return FALSE;
    option = char_option("isa-parallel", id);
    if (dev->port >= 0)
        option_uint(option, "index", (guint64)dev->port);
    return char_take(command, dev, "parallel", option, error);
}

gboolean
dev_console(Command *command, gconstpointer device, GError **error)
{
    const MachineChardev *dev = device;
    g_autofree char *id = NULL;

    if (machine_is_face(command->in->def, dev))
        return TRUE;
    if (dev->target != CHARDEV_TARGET_VIRTIO)
        return command_refuse(command->in, dev->info.line, error,
                              "<console>: only a first console has target type 'serial'; use "
                              "target type 'virtio' for more");
    id = chardev_id(dev);
    return command_chardev(command, &dev->source, id, "console", dev->info.line, error) &&
           char_take(command, dev, "console", char_option("virtconsole", id), error);
}

/* The guest agent's channel, when the XML names no socket for somebody else: the supervisor talks there. */
static gboolean
is_our_agent(const MachineChardev *dev)
{
    return g_strcmp0(dev->name, AGENT_CHANNEL) == 0 && dev->source.type == CHARDEV_UNIX &&
           dev->source.path == NULL;
}

static void
channel_agent(Command *command, const MachineChardev *dev, const char *id)
{
    int fd = command_fd(command);
    g_autofree char *number = g_strdup_printf("%d", fd);
    Option *option = option_new("socket");

    plan_add(command->host, "agent", number, dev->info.alias, NULL);
    option_string(option, "id", id);
    option_uint(option, "fd", (guint64)fd);
    command_take(command, "-chardev", option);
}

gboolean
dev_channel(Command *command, gconstpointer device, GError **error)
{
    const MachineChardev *dev = device;
    g_autofree char *id = chardev_id(dev);
    Option *option;

    if (dev->target == CHARDEV_TARGET_GUESTFWD)
        return command_refuse(command->in, dev->info.line, error,
                              "<channel>: target type 'guestfwd' is not supported; use 'virtio'");
    if (is_our_agent(dev))
        channel_agent(command, dev, id);
    else if (!command_chardev(command, &dev->source, id, "channel", dev->info.line, error))
        return FALSE;
    option = char_option("virtserialport", id);
    /* A channel of SPICE has the name that its agent looks for, whether it is written or not. */
    if (dev->name != NULL)
        option_string(option, "name", dev->name);
    else if (dev->source.type == CHARDEV_SPICEVMC)
        option_string(option, "name", "com.redhat.spice.0");
    return char_take(command, dev, "channel", option, error);
}
