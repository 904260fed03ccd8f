/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Disks in numbers: sizes, reads and writes, errors; and what domstats has of machines alone. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/machine/machine.h"
#include "core/params.h"
#include "machine/chain.h"
#include "machine/memory.h"
#include "machine/monitor.h"
#include "machine/roles.h"
#include "util/error.h"
#include "util/fd.h"

enum { /* VIR_DOMAIN_STATS_* */
    STATS_BALLOON = 4,
    STATS_BLOCK = 32
};
enum { /* VIR_DOMAIN_DISK_ERROR_* */
    DISK_ERROR_UNSPEC = 1,
    DISK_ERROR_NO_SPACE = 2
};

/* One of QEMU's counters and what libvirt's calls it in domblkstat and in domstats. */
static const struct {
    const char *qemu, *field, *stat;
} counters[] = {
    {"stats.rd_operations", "rd_operations", "rd.reqs"},
    {"stats.rd_bytes", "rd_bytes", "rd.bytes"},
    {"stats.rd_total_time_ns", "rd_total_times", "rd.times"},
    {"stats.wr_operations", "wr_operations", "wr.reqs"},
    {"stats.wr_bytes", "wr_bytes", "wr.bytes"},
    {"stats.wr_total_time_ns", "wr_total_times", "wr.times"},
    {"stats.flush_operations", "flush_operations", "fl.reqs"},
    {"stats.flush_total_time_ns", "flush_total_times", "fl.times"},
};

static const MachineDisk *
block_find(const DomainDef *def, const char *name, GError **error)
{
    const GPtrArray *disks = machine_devices(def, MACHINE_DEVICE_DISK);

    for (guint i = 0; i < disks->len; i++) {
        const MachineDisk *disk = g_ptr_array_index(disks, i);

        if (g_strcmp0(disk->target, name) == 0 || g_strcmp0(disk->source, name) == 0)
            return disk;
    }
    error_set(error, LODGE_ERROR_ARGUMENT, "domain '%s' has no disk '%s'; see domblklist",
              def->name, name);
    return NULL;
}

/* Whether an entry of query-block or query-blockstats is about the device @alias. */
static gboolean
block_is(const JsonNode *entry, const char *alias)
{
    const char *qdev = json_node_string(entry, "qdev");
    g_autofree char *inside = alias ? g_strdup_printf("/peripheral/%s/", alias) : NULL;
    g_autofree char *itself = alias ? g_strdup_printf("/peripheral/%s", alias) : NULL;

    return qdev && alias &&
           (strcmp(qdev, alias) == 0 || strstr(qdev, inside) || g_str_has_suffix(qdev, itself));
}

static const JsonNode *
block_entry(const JsonTree *answer, const char *alias)
{
    const JsonNode *list = json_node_get(json_tree_root(answer), "return");

    for (const JsonNode *node = list ? list->child : NULL; node; node = node->next)
        if (block_is(node, alias))
            return node;
    return NULL;
}

/* --- sizes ------------------------------------------------------------------------------------------ */

gboolean
machine_block_info(DriverCtx *ctx, const ObjectRef *ref, const char *name, guint64 ret_bytes[3],
                   GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    g_autoptr(DomainDef) def = self ? guest_current(self, error) : NULL;
    const MachineDisk *disk = def ? block_find(def, name, error) : NULL;
    g_autoptr(GPtrArray) chain = NULL;
    const ChainLayer *top;
    struct stat st;

    if (!disk)
        return FALSE;
    if (!disk->source)
        return error_set(error, LODGE_ERROR_STATE, "disk '%s' of domain '%s' has no medium", name,
                         def->name);
    chain = chain_read(disk->source, machine_disk_format_to_string(disk->format), error);
    if (!chain)
        return FALSE;
    if (stat(disk->source, &st) < 0)
        return error_set_errno(error, errno, "cannot look at '%s'", disk->source);
    top = g_ptr_array_index(chain, 0);
    ret_bytes[0] = top->virtual_bytes;
    ret_bytes[1] = top->is_block ? top->size_bytes : (guint64)st.st_blocks * 512;
    ret_bytes[2] = top->size_bytes;
    return TRUE;
}

/* --- reads and writes --------------------------------------------------------------------------------- */

static gboolean
block_counter(const JsonNode *entry, gsize index, gint64 *ret_value)
{
    return entry && json_node_int(entry, counters[index].qemu, ret_value);
}

GArray *
machine_block_stats(DriverCtx *ctx, const ObjectRef *ref, const char *name, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Qmp) qmp = monitor_open(ctx, ref, &self, error);
    g_autoptr(DomainDef) def = qmp ? guest_live(self, error) : NULL;
    const MachineDisk *disk = def && *name ? block_find(def, name, error) : NULL;
    g_autoptr(JsonTree) answer = NULL;
    gint64 sums[G_N_ELEMENTS(counters)] = {0};
    const GPtrArray *disks;
    GArray *params;

    if (!def || (*name && !disk))
        return NULL;
    answer = qmp_execute(qmp, "query-blockstats", NULL, -1, error);
    if (!answer)
        return NULL;
    disks = machine_devices(def, MACHINE_DEVICE_DISK);
    for (guint i = 0; i < disks->len; i++) {
        const MachineDisk *one = g_ptr_array_index(disks, i);
        const JsonNode *entry = block_entry(answer, one->info.alias);
        gint64 value;

        for (gsize k = 0; (!disk || disk == one) && k < G_N_ELEMENTS(counters); k++)
            if (block_counter(entry, k, &value))
                sums[k] += value;
    }
    params = params_new();
    for (gsize k = 0; k < G_N_ELEMENTS(counters); k++)
        params_add_llong(params, counters[k].field, sums[k]);
    return params;
}

GArray *
machine_disk_errors(DriverCtx *ctx, const ObjectRef *ref, guint *ret_max, GError **error)
{
    g_autoptr(Guest) self = NULL;
    g_autoptr(Qmp) qmp = monitor_open(ctx, ref, &self, error);
    g_autoptr(DomainDef) def = qmp ? guest_live(self, error) : NULL;
    g_autoptr(JsonTree) answer = def ? qmp_execute(qmp, "query-block", NULL, -1, error) : NULL;
    const GPtrArray *disks;
    GArray *params;

    if (!answer)
        return NULL;
    disks = machine_devices(def, MACHINE_DEVICE_DISK);
    params = params_new();
    for (guint i = 0; i < disks->len; i++) {
        const MachineDisk *disk = g_ptr_array_index(disks, i);
        const JsonNode *entry = block_entry(answer, disk->info.alias);
        const char *status = entry ? json_node_string(entry, "io-status") : NULL;

        if (g_strcmp0(status, "failed") == 0)
            params_add_int(params, disk->target, DISK_ERROR_UNSPEC);
        else if (g_strcmp0(status, "nospace") == 0)
            params_add_int(params, disk->target, DISK_ERROR_NO_SPACE);
    }
    *ret_max = disks->len;
    return params;
}

/* --- domstats ----------------------------------------------------------------------------------------- */

static void
stats_add_disk(GArray *params, guint index, const MachineDisk *disk, const JsonNode *entry)
{
    char field[64];
    struct stat st;
    gint64 value;

    g_snprintf(field, sizeof(field), "block.%u.name", index);
    params_add_string(params, field, disk->target);
    if (disk->source) {
        g_snprintf(field, sizeof(field), "block.%u.path", index);
        params_add_string(params, field, disk->source);
    }
    for (gsize k = 0; k < G_N_ELEMENTS(counters); k++)
        if (block_counter(entry, k, &value)) {
            g_snprintf(field, sizeof(field), "block.%u.%s", index, counters[k].stat);
            params_add_ullong(params, field, (guint64)value);
        }
    if (disk->source && stat(disk->source, &st) == 0 && S_ISREG(st.st_mode)) {
        g_snprintf(field, sizeof(field), "block.%u.allocation", index);
        params_add_ullong(params, field, (guint64)st.st_blocks * 512);
        g_snprintf(field, sizeof(field), "block.%u.physical", index);
        params_add_ullong(params, field, (guint64)st.st_size);
    }
}

static void
stats_add_balloon(GArray *params, const Guest *self, Qmp *qmp, const DomainDef *def,
                  const Status *status)
{
    g_autoptr(GArray) told = memory_stats(self, qmp, def, status);

    for (guint i = 0; i < told->len; i++) {
        const Param *param = &g_array_index(told, Param, i);
        g_autofree char *word = g_strdelimit(g_strdup(param->field), "_", '-');
        /* libvirt writes some of them with an underscore */
        g_autofree char *field =
            g_strconcat("balloon.",
                        g_str_has_prefix(param->field, "last_") || strstr(param->field, "caches")
                            ? word
                            : param->field,
                        NULL);

        if (strcmp(param->field, "actual") != 0 && !params_find(params, field))
            params_add_ullong(params, field, param->value.ul);
    }
}

void
machine_add_stats(DriverCtx *ctx, Guest *self, const DomainDef *def, const Status *status,
                  guint groups, GArray *params)
{
    const GPtrArray *disks = machine_devices(def, MACHINE_DEVICE_DISK);
    g_autoptr(Qmp) qmp = NULL;
    g_autoptr(JsonTree) answer = NULL;

    if (status && (groups & (STATS_BALLOON | STATS_BLOCK)))
        qmp = monitor_open_guest(self, NULL); /* what it would have said stays out */
    if ((groups & STATS_BALLOON) && qmp)
        stats_add_balloon(params, self, qmp, def, status);
    if (!(groups & STATS_BLOCK))
        return;
    answer = qmp ? qmp_execute(qmp, "query-blockstats", NULL, -1, NULL) : NULL;
    params_add_uint(params, "block.count", disks->len);
    for (guint i = 0; i < disks->len; i++) {
        const MachineDisk *disk = g_ptr_array_index(disks, i);

        stats_add_disk(params, i, disk, answer ? block_entry(answer, disk->info.alias) : NULL);
    }
}
