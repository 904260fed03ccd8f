/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/machine/machine.h"
#include "machine/chain.h"
#include "machine/nvram.h"
#include "machine/ports.h"
#include "util/error.h"
#include "util/spawn.h"

/* Far above the users of any distribution and of containers' idmaps: 0x6c6f0000 ("lo"). */
#define UID_BASE 1819213824u

uid_t
machine_uid(const Paths *paths, const guint8 *uuid)
{
    guint32 hash = 2166136261u; /* FNV-1a */

    if (paths->session)
        return getuid();
    for (int i = 0; i < 16; i++)
        hash = (hash ^ uuid[i]) * 16777619u;
    return UID_BASE + ((hash >> 16 ^ hash) & 0xffff);
}

static void
chain_free(gpointer chain)
{
    if (chain != NULL)
        g_ptr_array_unref(chain);
}

MachineFacts *
machine_facts_new(void)
{
    MachineFacts *facts = g_new0(MachineFacts, 1);

    facts->chains = g_ptr_array_new_with_free_func(chain_free);
    facts->ports = g_array_new(FALSE, TRUE, sizeof(int));
    facts->copies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return facts;
}

void
machine_facts_free(MachineFacts *facts)
{
    if (facts == NULL)
        return;
    host_facts_free(facts->host);
    qemu_caps_free(facts->caps);
    accel_truth_clear(&facts->kvm);
    g_ptr_array_unref(facts->chains);
    firmware_free(facts->firmware);
    g_free(facts->nvram);
    g_array_unref(facts->ports);
    g_free(facts->passt);
    g_free(facts->virtiofsd);
    g_hash_table_unref(facts->copies);
    g_free(facts);
}

typedef struct {
    MachineFacts *facts;
    DriverCtx *ctx;
    const DomainDef *def;
    const char *source;
    gboolean is_dry;
} Gathering;

static gboolean
gather_qemu(Gathering *g, GError **error)
{
    g_autofree char *binary = qemu_caps_find_binary(g->def->os.arch, g->def->emulator, error);
    struct stat st;

    if (binary == NULL) {
        g_prefix_error(error, "%s: ", g->source);
        return FALSE;
    }
    g->facts->caps = qemu_caps_load(g->ctx->paths, binary, error);
    if (g->facts->caps == NULL)
        return FALSE;
    accel_probe(g->ctx->paths, g->facts->caps, &g->facts->kvm);
    if (stat("/dev/kvm", &st) == 0 && !(st.st_mode & S_IWOTH) && (st.st_mode & S_IWGRP))
        g->facts->kvm_gid = st.st_gid;
    if (g->facts->kvm.works)
        return TRUE;
    if (g->def->type == DOMAIN_TYPE_KVM)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "%s:%d: <domain type='kvm'>: KVM does not work on this host: %s; write "
                         "type='qemu' to run it slowly without",
                         g->source, g->def->lines.domain, g->facts->kvm.reason);
    if (g->ctx->warnings != NULL)
        g_ptr_array_add(g->ctx->warnings,
                        g_strdup_printf("'%s' runs by emulation, which is slow: KVM does not work "
                                        "on this host: %s",
                                        g->def->name, g->facts->kvm.reason));
    return TRUE;
}

/* Can QEMU's user open @path by itself? Everybody's bits decide: it is nobody's member. */
static gboolean
readable_by_all(const char *path)
{
    g_autofree char *part = g_strdup(path);
    struct stat st;

    if (stat(path, &st) < 0 || !(st.st_mode & S_IROTH))
        return FALSE;
    for (char *slash = strrchr(part, '/'); slash != NULL && slash != part;
         slash = strrchr(part, '/')) {
        *slash = '\0';
        if (stat(part, &st) < 0 || !(st.st_mode & S_IXOTH))
            return FALSE;
    }
    return TRUE;
}

static gboolean
gather_file(Gathering *g, const char *element, int line, const char *path, GError **error)
{
    if (path == NULL)
        return TRUE;
    if (access(path, R_OK) < 0)
        return error_set_errno(error, errno, "%s:%d: <%s>: cannot read '%s'", g->source, line,
                               element, path);
    if (!g->ctx->paths->session && !readable_by_all(path))
        g_hash_table_add(g->facts->copies, g_strdup(path));
    return TRUE;
}

static gboolean
gather_firmware(Gathering *g, GError **error)
{
    const MachineOs *os = &g->def->machine->os;
    FirmwareWish wish = {.secure_boot = -1, .enrolled_keys = -1, .smm = 1};

    if (os->firmware != MACHINE_FIRMWARE_EFI)
        return gather_file(g, "loader", g->def->machine->lines.loader, os->loader, error);
    if (os->loader != NULL) /* chosen by name: a restored or hand-written definition */
        return gather_file(g, "loader", g->def->machine->lines.loader, os->loader, error);
    if (os->secure_boot != DOMAIN_SWITCH_ABSENT)
        wish.secure_boot = os->secure_boot == DOMAIN_SWITCH_ON;
    if (os->enrolled_keys != DOMAIN_SWITCH_ABSENT)
        wish.enrolled_keys = os->enrolled_keys == DOMAIN_SWITCH_ON;
    if (os->loader_secure == DOMAIN_SWITCH_ON)
        wish.secure_boot = 1;
    wish.smm = domain_machine_is_q35(g->def) && g->def->machine->features.smm != DOMAIN_SWITCH_OFF;
    g->facts->firmware =
        firmware_find(NULL, qemu_caps_arch(g->facts->caps), os->machine, &wish, error);
    if (g->facts->firmware == NULL) {
        g_prefix_error(error, "%s:%d: <os firmware='efi'>: ", g->source, g->def->lines.os);
        return FALSE;
    }
    return gather_file(g, "os", g->def->lines.os, g->facts->firmware->code, error);
}

static gboolean
gather_boot_files(Gathering *g, GError **error)
{
    const DomainMachine *machine = g->def->machine;

    return gather_file(g, "kernel", machine->lines.kernel, machine->os.kernel, error) &&
           gather_file(g, "initrd", machine->lines.initrd, machine->os.initrd, error) &&
           gather_file(g, "dtb", machine->lines.dtb, machine->os.dtb, error);
}

/* A drive whose medium is not there stays empty, or the start fails, as startupPolicy says. */
static gboolean
medium_may_miss(const MachineDisk *disk)
{
    return disk->device != MACHINE_DISK_DISK && disk->startup == MACHINE_STARTUP_OPTIONAL;
}

static gboolean
gather_disk(Gathering *g, const MachineDisk *disk, GError **error)
{
    g_autoptr(GError) local = NULL;
    GPtrArray *chain = NULL;

    if (disk->source != NULL) {
        chain = chain_read(disk->source, machine_disk_format_to_string(disk->format), &local);
        if (chain == NULL && !(medium_may_miss(disk) &&
                               g_error_matches(local, LODGE_ERROR, LODGE_ERROR_NOT_FOUND))) {
            g_propagate_prefixed_error(error, g_steal_pointer(&local), "%s:%d: <disk>: ", g->source,
                                       disk->info.line);
            return FALSE;
        }
        if (chain != NULL &&
            ((const ChainLayer *)g_ptr_array_index(chain, 0))->is_block != disk->is_block) {
            g_ptr_array_unref(chain);
            return error_set(
                error, LODGE_ERROR_CONFIG, "%s:%d: <disk type='%s'>: '%s' is a %s; write type='%s'",
                g->source, disk->info.line, disk->is_block ? "block" : "file", disk->source,
                disk->is_block ? "file" : "block device", disk->is_block ? "file" : "block");
        }
    }
    g_ptr_array_add(g->facts->chains, chain);
    return TRUE;
}

static gboolean
gather_disks(Gathering *g, GError **error)
{
    const GPtrArray *disks = machine_devices(g->def, MACHINE_DEVICE_DISK);

    for (guint i = 0; i < disks->len; i++)
        if (!gather_disk(g, g_ptr_array_index(disks, i), error))
            return FALSE;
    return TRUE;
}

static gboolean
gather_filesystems(Gathering *g, GError **error)
{
    const GPtrArray *list = machine_devices(g->def, MACHINE_DEVICE_FILESYSTEM);

    for (guint i = 0; i < list->len; i++) {
        const MachineFilesystem *fs = g_ptr_array_index(list, i);
        struct stat st;

        if (fs->source == NULL)
            continue;
        if (stat(fs->source, &st) < 0)
            return error_set_errno(error, errno, "%s:%d: <filesystem>: cannot use '%s'", g->source,
                                   fs->info.line, fs->source);
        if (!S_ISDIR(st.st_mode))
            return error_set(error, LODGE_ERROR_CONFIG, "%s:%d: <filesystem>: '%s' is no directory",
                             g->source, fs->info.line, fs->source);
    }
    return TRUE;
}

/* virtiofsd has no place in PATH. (transfer full) */
static char *
find_virtiofsd(void)
{
    static const char *const places[] = {"/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd",
                                         "/usr/lib/virtiofsd"};

    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        if (access(places[i], X_OK) == 0)
            return g_strdup(places[i]);
    return NULL;
}

static void
gather_helpers(Gathering *g)
{
    const GPtrArray *list = machine_devices(g->def, MACHINE_DEVICE_FILESYSTEM);

    for (guint i = 0; i < list->len && g->facts->virtiofsd == NULL; i++)
        if (((const MachineFilesystem *)g_ptr_array_index(list, i))->driver == MACHINE_FS_VIRTIOFS)
            g->facts->virtiofsd = find_virtiofsd();
    for (guint i = 0; i < g->def->nets->len && g->facts->passt == NULL; i++) {
        const DomainNet *net = g_ptr_array_index(g->def->nets, i);

        if (net->machine != NULL && net->machine->is_passt)
            g->facts->passt = spawn_find("passt");
    }
}

static void
gather_time(MachineFacts *facts)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();

    facts->now_s = g_date_time_to_unix(now);
    facts->utc_offset_s = g_date_time_get_utc_offset(now) / G_USEC_PER_SEC;
}

MachineFacts *
machine_facts_gather(DriverCtx *ctx, const DomainDef *def, const char *source, int *hold,
                     GError **error)
{
    g_autoptr(MachineFacts) facts = machine_facts_new();
    Gathering g = {facts, ctx, def, source, hold == NULL};

    facts->uid = facts->gid = machine_uid(ctx->paths, def->uuid);
    if (ctx->paths->session)
        facts->gid = getgid();
    facts->vsock_cid = 3 + (facts->uid & 0xffff);
    facts->has_vhost_net = access("/dev/vhost-net", R_OK | W_OK) == 0;
    facts->has_vhost_vsock = access("/dev/vhost-vsock", R_OK | W_OK) == 0;
    gather_time(facts);
    gather_helpers(&g);
    if (!gather_qemu(&g, error) || !gather_boot_files(&g, error) || !gather_firmware(&g, error) ||
        !gather_disks(&g, error) || !gather_filesystems(&g, error))
        return NULL;
    if (!nvram_find(ctx->paths, def, facts->firmware, source, g.is_dry, &facts->nvram, error) ||
        !ports_choose(ctx->paths, def, source, g.is_dry, facts->ports, error))
        return NULL;
    /* Last: it may start networks, which stop again when what comes after fails. */
    facts->host = host_facts_gather(ctx, def, source, hold, error);
    return facts->host != NULL ? g_steal_pointer(&facts) : NULL;
}
