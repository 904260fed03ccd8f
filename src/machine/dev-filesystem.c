/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <filesystem>: a directory of the host, by 9p (QEMU itself serves it) or virtiofs (virtiofsd does). */
#include <string.h>

#include "core/plan-text.h"
#include "machine/command.h"

static const char *
security_model(MachineFsAccess access)
{
    switch (access) {
    case MACHINE_FS_ACCESS_PASSTHROUGH:
        return "passthrough";
    case MACHINE_FS_ACCESS_MAPPED:
        return "mapped-xattr";
    case MACHINE_FS_ACCESS_SQUASH:
    case MACHINE_FS_ACCESS_LAST:
        break;
    }
    return "none";
}

static const char *
multidevs_word(MachineFsMultidevs multidevs)
{
    switch (multidevs) {
    case MACHINE_FS_MULTIDEVS_REMAP:
        return "remap";
    case MACHINE_FS_MULTIDEVS_FORBID:
        return "forbid";
    case MACHINE_FS_MULTIDEVS_WARN:
        return "warn";
    case MACHINE_FS_MULTIDEVS_ABSENT:
    case MACHINE_FS_MULTIDEVS_LAST:
        break;
    }
    return NULL;
}

static gboolean
fs_device(Command *command, const MachineFilesystem *fs, const char *stem, const char *key,
          const char *backend, GError **error)
{
    g_autofree char *driver = virtio_device_name(stem, fs->model);
    g_autoptr(Option) option = option_new(driver);

    if (!command_has_device(command, driver))
        return command_refuse(command->in, fs->info.line, error,
                              "<filesystem>: this QEMU has no device '%s'", driver);
    option_string(option, key, backend);
    if (!option_device(command, option, &fs->info, error))
        return FALSE;
    option_string(option, fs->driver == MACHINE_FS_VIRTIOFS ? "tag" : "mount_tag", fs->target);
    option_given(option, "queue-size", fs->queue_size);
    option_given(option, "bootindex", fs->info.boot_order);
    option_virtio(option, &fs->virtio);
    command_take(command, "-device", g_steal_pointer(&option));
    return TRUE;
}

static gboolean
add_9p(Command *command, const MachineFilesystem *fs, GError **error)
{
    g_autofree char *id = g_strconcat("fsdev-", fs->info.alias, NULL);
    g_autofree char *path = NULL;
    g_autofree char *number = NULL;
    Option *option;
    int fd;

    /* Only root may give files to others, which is what passthrough does with each file that is made. */
    if (fs->access == MACHINE_FS_ACCESS_PASSTHROUGH && !fs->readonly &&
        !command->in->paths->session)
        return command_refuse(command->in, fs->info.line, error,
                              "<filesystem accessmode='passthrough'>: QEMU does not run as root "
                              "and cannot give files their owners; use <driver type='virtiofs'/>, "
                              "accessmode='mapped', or <readonly/>");
    fd = command_fd(command);
    number = g_strdup_printf("%d", fd);
    path = g_strdup_printf("/proc/self/fd/%d", fd);
    plan_add(command->host, "open", number, fs->source, "ro", NULL);
    option = option_new("local");
    option_string(option, "id", id);
    option_string(option, "path", path);
    option_string(option, "security_model", security_model(fs->access));
    option_string(option, "multidevs", multidevs_word(fs->multidevs));
    if (fs->fmode >= 0) {
        g_autofree char *mode = g_strdup_printf("%04o", (guint)fs->fmode);

        option_string(option, "fmode", mode);
    }
    if (fs->dmode >= 0) {
        g_autofree char *mode = g_strdup_printf("%04o", (guint)fs->dmode);

        option_string(option, "dmode", mode);
    }
    if (fs->wrpolicy_immediate)
        option_string(option, "writeout", "immediate");
    if (fs->readonly)
        option_bool(option, "readonly", TRUE);
    command_take(command, "-fsdev", option);
    return fs_device(command, fs, "virtio-9p", "fsdev", id, error);
}

/* "cache=always,xattr,..." of virtiofsd. (transfer full) */
static char *
virtiofsd_options(const MachineFilesystem *fs)
{
    GString *text = g_string_new("source=");

    for (const char *c = fs->source; *c != '\0'; c++) {
        if (*c == ',' || *c == '\\')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *c);
    }
    if (fs->cache != MACHINE_FS_CACHE_ABSENT)
        g_string_append_printf(text, ",cache=%s",
                               fs->cache == MACHINE_FS_CACHE_NONE ? "none" : "always");
    if (fs->sandbox_chroot || fs->sandbox_namespace)
        g_string_append_printf(text, ",sandbox=%s", fs->sandbox_chroot ? "chroot" : "namespace");
    if (fs->xattr != DOMAIN_SWITCH_ABSENT)
        g_string_append(text, fs->xattr == DOMAIN_SWITCH_ON ? ",xattr" : ",no_xattr");
    if (fs->flock != DOMAIN_SWITCH_ABSENT)
        g_string_append(text, fs->flock == DOMAIN_SWITCH_ON ? ",flock" : ",no_flock");
    if (fs->posix_lock != DOMAIN_SWITCH_ABSENT)
        g_string_append(text,
                        fs->posix_lock == DOMAIN_SWITCH_ON ? ",posix_lock" : ",no_posix_lock");
    return g_string_free(text, FALSE);
}

static gboolean
virtiofsd_start(Command *command, const MachineFilesystem *fs, const char *socket, GError **error)
{
    const char *program = fs->binary != NULL ? fs->binary : command->in->facts->virtiofsd;
    g_autofree char *uid = g_strdup_printf("%u", command->in->facts->uid);
    g_autofree char *gid = g_strdup_printf("%u", command->in->facts->gid);
    g_autofree char *path = g_strconcat("work/", socket, NULL);
    g_autofree char *name = g_strconcat("virtiofs-", fs->info.alias, NULL);
    g_autofree char *number = NULL;
    g_autofree char *options = NULL;
    g_autofree char *pool = NULL;

    if (program == NULL)
        return command_refuse(command->in, fs->info.line, error,
                              "<driver type='virtiofs'/> needs the program virtiofsd; install it "
                              "(in Debian 12 it is part of qemu-system-common)");
    if (command->in->paths->session)
        return command_refuse(command->in, fs->info.line, error,
                              "<driver type='virtiofs'/>: virtiofsd runs as root only; use "
                              "qemu:///system or <driver type='path'/>");
    number = g_strdup_printf("%d", command_fd(command));
    options = virtiofsd_options(fs);
    plan_add(command->host, "listen", number, path, "0600", uid, gid, NULL);
    pool = fs->thread_pool_size >= 0
               ? g_strdup_printf("--thread-pool-size=%d", fs->thread_pool_size)
               : NULL;
    plan_add(command->host, "helper", name, number, "root", program, "--fd=3", "-o", options, pool,
             NULL);
    return TRUE;
}

static gboolean
add_virtiofs(Command *command, const MachineFilesystem *fs, GError **error)
{
    g_autofree char *socket = g_strconcat(fs->info.alias, ".sock", NULL);
    g_autofree char *id = g_strconcat("char", fs->info.alias, NULL);
    Option *option;

    if (fs->readonly)
        return command_refuse(command->in, fs->info.line, error,
                              "<readonly/>: virtiofsd cannot; mount the directory read-only on "
                              "the host, or use <driver type='path'/>");
    if (fs->socket == NULL && !virtiofsd_start(command, fs, socket, error))
        return FALSE;
    option = option_new("socket");
    option_string(option, "id", id);
    option_string(option, "path", fs->socket != NULL ? fs->socket : socket);
    command_take(command, "-chardev", option);
    return fs_device(command, fs, "vhost-user-fs", "chardev", id, error);
}

gboolean
dev_filesystem(Command *command, gconstpointer device, GError **error)
{
    const MachineFilesystem *fs = device;

    switch (fs->driver) {
    case MACHINE_FS_PATH:
        return add_9p(command, fs, error);
    case MACHINE_FS_VIRTIOFS:
        return add_virtiofs(command, fs, error);
    case MACHINE_FS_LAST:
        break;
    }
    g_return_val_if_reached(FALSE);
}
