/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Weights and throttles of block devices: blkiotune, live and stored.
 *
 * Weights exist only with some I/O schedulers; a kernel without them has no file, and asking for a
 * weight there is refused with the file's name. */
#include "core/guest-resources.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/group-file.h"
#include "core/tune.h"
#include "util/error.h"

static const ParamField blkio_fields[] = {
    {"weight", PARAM_UINT},
    {"device_weight", PARAM_STRING},
    {"device_read_iops_sec", PARAM_STRING},
    {"device_write_iops_sec", PARAM_STRING},
    {"device_read_bytes_sec", PARAM_STRING},
    {"device_write_bytes_sec", PARAM_STRING},
};

/* One kind of value by device: where it stands in the struct and in the groups. */
static const struct {
    const char *field;
    gsize offset;
    const char *v1_file, *v2_file, *v2_key;
} blkio_kinds[] = {
    {"device_weight", G_STRUCT_OFFSET(DomainBlkioDevice, weight), TUNE_V1_DEVICE_WEIGHT,
     TUNE_V2_WEIGHT, ""},
    {"device_read_iops_sec", G_STRUCT_OFFSET(DomainBlkioDevice, read_iops),
     "blkio.throttle.read_iops_device", "io.max", "riops="},
    {"device_write_iops_sec", G_STRUCT_OFFSET(DomainBlkioDevice, write_iops),
     "blkio.throttle.write_iops_device", "io.max", "wiops="},
    {"device_read_bytes_sec", G_STRUCT_OFFSET(DomainBlkioDevice, read_bytes),
     "blkio.throttle.read_bps_device", "io.max", "rbps="},
    {"device_write_bytes_sec", G_STRUCT_OFFSET(DomainBlkioDevice, write_bytes),
     "blkio.throttle.write_bps_device", "io.max", "wbps="},
};

static guint64 *
blkio_value(DomainBlkioDevice *dev, gsize kind)
{
    return G_STRUCT_MEMBER_P(dev, blkio_kinds[kind].offset);
}

static char *
blkio_list(const DomainDef *def, gsize kind)
{
    GString *list = g_string_new(NULL);

    for (guint i = 0; i < def->tune.blkio_devices->len; i++) {
        DomainBlkioDevice *dev = &g_array_index(def->tune.blkio_devices, DomainBlkioDevice, i);
        guint64 value = *blkio_value(dev, kind);

        if (value != DOMAIN_UNSET)
            g_string_append_printf(list, "%s%s,%" G_GUINT64_FORMAT, list->len ? "," : "", dev->path,
                                   value);
    }
    return g_string_free(list, FALSE);
}

/* The weight in force; 0 where the kernel has none. v2 prints "default 100". */
static gboolean
blkio_read_weight(const Status *status, guint *ret_weight, GError **error)
{
    int version = 0;
    const char *dir = status_cgroup_dir(status, "blkio", &version);
    const char *file = TUNE_V1_WEIGHT;
    g_autofree char *text = NULL;

    if (!dir) {
        dir = status_cgroup_dir(status, "io", &version);
        file = TUNE_V2_WEIGHT;
    }
    *ret_weight = 0;
    if (!dir || !group_file_exists(dir, file))
        return TRUE;
    text = group_file_read(dir, file, error);
    if (!text)
        return FALSE;
    *ret_weight = (guint)g_ascii_strtoull(
        g_str_has_prefix(text, "default ") ? text + strlen("default ") : text, NULL, 10);
    return TRUE;
}

GArray *
guest_get_blkio_params(DriverCtx *ctx, const ObjectRef *ref, guint flags, GError **error)
{
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(Status) status = NULL;
    guint weight = 0;
    GArray *params;

    if (!params_target(ctx, ref, "blkiotune", flags, &def, &status, error))
        return NULL;
    if (status && !blkio_read_weight(status, &weight, error))
        return NULL;
    if (!status && def->tune.blkio_weight != DOMAIN_UNSET)
        weight = (guint)def->tune.blkio_weight;
    params = params_new();
    params_add_uint(params, "weight", weight);
    for (gsize kind = 0; kind < G_N_ELEMENTS(blkio_kinds); kind++) {
        g_autofree char *list = blkio_list(def, kind);

        params_add_string(params, blkio_kinds[kind].field, list);
    }
    return params;
}

static DomainBlkioDevice *
blkio_find(DomainDef *def, const char *path)
{
    GArray *devices = def->tune.blkio_devices;
    DomainBlkioDevice dev = {NULL,         DOMAIN_UNSET, DOMAIN_UNSET,
                             DOMAIN_UNSET, DOMAIN_UNSET, DOMAIN_UNSET};

    for (guint i = 0; i < devices->len; i++)
        if (strcmp(g_array_index(devices, DomainBlkioDevice, i).path, path) == 0)
            return &g_array_index(devices, DomainBlkioDevice, i);
    dev.path = g_strdup(path);
    g_array_append_val(devices, dev);
    return &g_array_index(devices, DomainBlkioDevice, devices->len - 1);
}

/* "dev,value,dev,value": 0 takes a device's value away. */
static gboolean
blkio_apply_list(DomainDef *def, gsize kind, const char *list, GError **error)
{
    g_auto(GStrv) words = g_strsplit(list, ",", -1);

    for (gsize i = 0; words[i]; i += 2) {
        guint64 value;
        char *end;

        if (!words[i + 1] || words[i][0] != '/' ||
            (value = g_ascii_strtoull(words[i + 1], &end, 10), end == words[i + 1] || *end)) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT,
                        "'%s' is no list of devices for %s; write /dev/NAME,NUMBER,...", list,
                        blkio_kinds[kind].field);
            return FALSE;
        }
        if (kind == 0 && value != 0 && !tune_check_weight(value, error))
            return FALSE;
        *blkio_value(blkio_find(def, words[i]), kind) = value ? value : DOMAIN_UNSET;
    }
    return TRUE;
}

static gboolean
blkio_apply(DomainDef *def, const GArray *params, GError **error)
{
    const Param *weight = params_find(params, "weight");

    if (weight && !tune_check_weight(weight->value.ui, error))
        return FALSE;
    if (weight)
        def->tune.blkio_weight = weight->value.ui;
    for (gsize kind = 0; kind < G_N_ELEMENTS(blkio_kinds); kind++) {
        const Param *param = params_find(params, blkio_kinds[kind].field);

        if (param && !blkio_apply_list(def, kind, param->value.s, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
blkio_write_device(const char *dir, int version, const DomainBlkioDevice *dev, gsize kind,
                   guint64 value, GError **error)
{
    g_autofree char *text = NULL;
    struct stat st;

    if (stat(dev->path, &st) < 0)
        return error_set_errno(error, errno, "cannot use block device '%s'", dev->path);
    if (!S_ISBLK(st.st_mode)) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT, "'%s' is no block device", dev->path);
        return FALSE;
    }
    /* v1 takes a limit away by 0, v2 by "max"; a weight goes back by 0 and "default". */
    if (value != DOMAIN_UNSET)
        text = g_strdup_printf("%u:%u %s%" G_GUINT64_FORMAT, major(st.st_rdev), minor(st.st_rdev),
                               version == 2 ? blkio_kinds[kind].v2_key : "", value);
    else
        text = g_strdup_printf("%u:%u %s%s", major(st.st_rdev), minor(st.st_rdev),
                               version == 2 ? blkio_kinds[kind].v2_key : "",
                               version == 1 ? "0"
                               : kind == 0  ? "default"
                                            : "max");
    return group_file_write(
        dir, version == 1 ? blkio_kinds[kind].v1_file : blkio_kinds[kind].v2_file, text, error);
}

static gboolean
blkio_write(const Status *status, const DomainDef *before, const DomainDef *after, GError **error)
{
    g_autoptr(DomainDef) old = domain_def_copy(before);
    int version = 0;
    const char *dir = status_cgroup_dir(status, "blkio", &version);

    if (!dir)
        dir = params_group(status, "io", &version, error);
    if (!dir)
        return FALSE;
    if (before->tune.blkio_weight != after->tune.blkio_weight &&
        !group_file_write_number(dir, version == 1 ? TUNE_V1_WEIGHT : TUNE_V2_WEIGHT,
                                 after->tune.blkio_weight, error))
        return FALSE;
    for (guint i = 0; i < after->tune.blkio_devices->len; i++) {
        DomainBlkioDevice *dev = &g_array_index(after->tune.blkio_devices, DomainBlkioDevice, i);
        DomainBlkioDevice *was = blkio_find(old, dev->path);

        for (gsize kind = 0; kind < G_N_ELEMENTS(blkio_kinds); kind++) {
            guint64 value = *blkio_value(dev, kind);

            if (value != *blkio_value(was, kind) &&
                !blkio_write_device(dir, version, dev, kind, value, error))
                return FALSE;
        }
    }
    return TRUE;
}

gboolean
guest_set_blkio_params(DriverCtx *ctx, const ObjectRef *ref, const GArray *params, guint flags,
                       GError **error)
{
    static const ParamSetter setter = {"blkiotune", blkio_fields, G_N_ELEMENTS(blkio_fields),
                                       blkio_apply, blkio_write};

    return params_set(ctx, ref, &setter, params, flags, error);
}
