/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where a character device leads on the host: -chardev, and what is opened for it. */
#include <string.h>

#include "core/plan-text.h"
#include "machine/command.h"

static void
chardev_console(Command *command, Option *option)
{
    int fd = command_fd(command);
    g_autofree char *number = g_strdup_printf("%d", fd);
    g_autofree char *index = g_strdup_printf("%u", command->n_consoles++);

    plan_add(command->host, "console-socket", index, number, NULL);
    option_uint(option, "fd", (guint64)fd);
}

static void
chardev_unix(Command *command, const ChardevSource *source, Option *option)
{
    int fd;
    g_autofree char *number = NULL;
    g_autofree char *uid = g_strdup_printf("%u", command->in->facts->uid);
    g_autofree char *gid = g_strdup_printf("%u", command->in->facts->gid);

    if (!source->listens) {
        option_string(option, "path", source->path);
        if (source->reconnect == DOMAIN_SWITCH_ON)
            option_uint(option, "reconnect", source->reconnect_s);
        return;
    }
    fd = command_fd(command);
    number = g_strdup_printf("%d", fd);
    plan_add(command->host, "listen", number, source->path, "0700", uid, gid, NULL);
    option_uint(option, "fd", (guint64)fd);
    option_bool(option, "server", TRUE);
    option_bool(option, "wait", FALSE);
}

static void
chardev_tcp(const ChardevSource *source, Option *option)
{
    option_string(option, "host", source->host);
    option_string(option, "port", source->service);
    if (source->protocol == CHARDEV_TELNET)
        option_bool(option, "telnet", TRUE);
    if (source->listens) {
        option_bool(option, "server", TRUE);
        option_bool(option, "wait", FALSE);
    } else if (source->reconnect == DOMAIN_SWITCH_ON) {
        option_uint(option, "reconnect", source->reconnect_s);
    }
}

/* A file that is written: the supervisor empties it unless it is to be continued. */
static void
chardev_file(Command *command, Option *option, const char *key, const char *append_key,
             const char *path, DomainSwitch append)
{
    g_autofree char *name =
        command_open(command, path, append == DOMAIN_SWITCH_ON ? "append" : "truncate");

    option_string(option, key, name);
    option_bool(option, append_key, TRUE); /* QEMU itself is not to empty what it inherits */
}

static const char *
chardev_backend(ChardevType type)
{
    switch (type) {
    case CHARDEV_PTY:
    case CHARDEV_UNIX:
    case CHARDEV_TCP:
        return "socket";
    case CHARDEV_FILE:
        return "file";
    case CHARDEV_UDP:
        return "udp";
    case CHARDEV_NULL:
        return "null";
    case CHARDEV_DEV:
        return "serial";
    case CHARDEV_STDIO:
        return "stdio";
    case CHARDEV_SPICEVMC:
        return "spicevmc";
    case CHARDEV_SPICEPORT:
        return "spiceport";
    case CHARDEV_PIPE:
    case CHARDEV_LAST:
        break;
    }
    return NULL;
}

static void
chardev_device(Command *command, const ChardevSource *source, const char *element, Option *option)
{
    g_autofree char *name = command_open(command, source->path, "rw");

    (void)element;
    option_string(option, "path", name);
}

static gboolean
chardev_needs_path(ChardevType type)
{
    return type == CHARDEV_FILE || type == CHARDEV_UNIX || type == CHARDEV_DEV;
}

static void
chardev_fill(Command *command, const ChardevSource *source, const char *element, Option *option)
{
    switch (source->type) {
    case CHARDEV_PTY:
        chardev_console(command, option);
        return;
    case CHARDEV_FILE:
        chardev_file(command, option, "path", "append", source->path, source->append);
        return;
    case CHARDEV_UNIX:
        chardev_unix(command, source, option);
        return;
    case CHARDEV_TCP:
        chardev_tcp(source, option);
        return;
    case CHARDEV_UDP:
        option_string(option, "host", source->host);
        option_string(option, "port", source->service);
        option_string(option, "localaddr", source->bind_host);
        option_string(option, "localport", source->bind_service);
        return;
    case CHARDEV_DEV:
        chardev_device(command, source, element, option);
        return;
    case CHARDEV_STDIO:
        option_bool(option, "signal", FALSE);
        return;
    case CHARDEV_SPICEVMC:
        option_string(option, "name", strcmp(element, "redirdev") == 0 ? "usbredir" : "vdagent");
        return;
    case CHARDEV_SPICEPORT:
        option_string(option, "name", source->channel);
        return;
    case CHARDEV_NULL:
    case CHARDEV_PIPE:
    case CHARDEV_LAST:
        return;
    }
}

gboolean
command_chardev(Command *command, const ChardevSource *source, const char *id, const char *element,
                int line, GError **error)
{
    const char *backend = chardev_backend(source->type);
    gboolean is_parallel = source->type == CHARDEV_DEV && strcmp(element, "parallel") == 0;
    Option *option;

    if (backend == NULL)
        return command_refuse(command->in, line, error,
                              "<%s type='%s'> is not supported; use type='unix'", element,
                              chardev_type_to_string(source->type));
    if (chardev_needs_path(source->type) && source->path == NULL)
        return command_wrong(command->in, line, error, "<%s type='%s'> needs a <source path=>",
                             element, chardev_type_to_string(source->type));
    option = option_new(is_parallel ? "parallel" : backend);
    option_string(option, "id", id);
    chardev_fill(command, source, element, option);
    if (source->log_file != NULL)
        chardev_file(command, option, "logfile", "logappend", source->log_file, source->log_append);
    command_take(command, "-chardev", option);
    return TRUE;
}
