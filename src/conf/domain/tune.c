/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/error.h"
#include "util/units.h"

/* Ranges of the kernel's files: cpu.shares, cfs_period_us, cfs_quota_us, blkio.weight. */
#define SHARES_MIN    2
#define SHARES_MAX    262144
#define PERIOD_MIN_US 1000
#define PERIOD_MAX_US 1000000
#define QUOTA_MIN_US  1000
#define QUOTA_MAX_US  G_GINT64_CONSTANT(17592186044415)
#define WEIGHT_MIN    10
#define WEIGHT_MAX    1000

static void
blkio_device_clear(gpointer data)
{
    DomainBlkioDevice *device = data;

    g_free(device->path);
}

void
domain_tune_init(DomainTune *tune)
{
    *tune = (DomainTune){
        .mem_hard_kib = DOMAIN_UNSET,
        .mem_soft_kib = DOMAIN_UNSET,
        .mem_swap_kib = DOMAIN_UNSET,
        .cpu_shares = DOMAIN_UNSET,
        .cpu_period_us = DOMAIN_UNSET,
        .cpu_quota_us = G_MININT64,
        .blkio_weight = DOMAIN_UNSET,
        .blkio_devices = g_array_new(FALSE, FALSE, sizeof(DomainBlkioDevice)),
        .vcpus = 1,
        .vcpus_current = 1,
        .pids_max = DOMAIN_UNSET,
    };
    g_array_set_clear_func(tune->blkio_devices, blkio_device_clear);
}

/* 0 is libvirt's word for "not set"; anything else must lie in the range. */
static gboolean
child_uint(XmlTree *tree, XmlNode *parent, const char *name, guint64 min, guint64 max,
           guint64 *ret_value, GError **error)
{
    XmlNode *node = xml_child(parent, name);
    guint64 value;

    if (node == NULL || strcmp(xml_text(node), "0") == 0)
        return TRUE;
    if (!xml_text_uint(tree, node, min, max, &value, error))
        return FALSE;
    *ret_value = value;
    return TRUE;
}

static gboolean
parse_blkio_device(XmlTree *tree, XmlNode *node, DomainTune *tune, GError **error)
{
    XmlNode *path = xml_child(node, "path");
    DomainBlkioDevice device = {.weight = DOMAIN_UNSET,
                                .read_iops = DOMAIN_UNSET,
                                .write_iops = DOMAIN_UNSET,
                                .read_bytes = DOMAIN_UNSET,
                                .write_bytes = DOMAIN_UNSET};

    if (path == NULL)
        return xml_error(tree, node, error, "lacks <path>; name the block device");
    if (!child_uint(tree, node, "weight", WEIGHT_MIN, WEIGHT_MAX, &device.weight, error) ||
        !child_uint(tree, node, "read_iops_sec", 1, G_MAXUINT32, &device.read_iops, error) ||
        !child_uint(tree, node, "write_iops_sec", 1, G_MAXUINT32, &device.write_iops, error) ||
        !child_uint(tree, node, "read_bytes_sec", 1, G_MAXINT64, &device.read_bytes, error) ||
        !child_uint(tree, node, "write_bytes_sec", 1, G_MAXINT64, &device.write_bytes, error))
        return FALSE;
    if (tune->blkio_devices->len >= DOMAIN_DEVICES_MAX)
        return xml_error(tree, node, error, "is number %d; the limit is %d",
                         tune->blkio_devices->len + 1, DOMAIN_DEVICES_MAX);
    device.path = xml_path(tree, path, "path", xml_text(path), error);
    if (device.path == NULL)
        return FALSE;
    for (guint i = 0; i < tune->blkio_devices->len; i++)
        if (strcmp(g_array_index(tune->blkio_devices, DomainBlkioDevice, i).path, device.path) ==
            0) {
            g_free(device.path);
            return xml_error(tree, path, error, "stands here for a second time; remove one");
        }
    g_array_append_val(tune->blkio_devices, device);
    return TRUE;
}

static gboolean
parse_blkiotune(XmlTree *tree, XmlNode *root, DomainTune *tune, GError **error)
{
    XmlNode *node = xml_child(root, "blkiotune");

    if (node == NULL)
        return TRUE;
    if (!child_uint(tree, node, "weight", WEIGHT_MIN, WEIGHT_MAX, &tune->blkio_weight, error))
        return FALSE;
    for (XmlNode *device = xml_child(node, "device"); device != NULL;
         device = xml_next(device, "device"))
        if (!parse_blkio_device(tree, device, tune, error))
            return FALSE;
    return TRUE;
}

static gboolean
parse_limit(XmlTree *tree, XmlNode *parent, const char *name, guint64 *ret_kib, GError **error)
{
    XmlNode *node = xml_child(parent, name);

    if (node == NULL)
        return TRUE;
    if (!xml_text_kib(tree, node, DOMAIN_UNLIMITED, ret_kib, error))
        return FALSE;
    return *ret_kib > 0 ||
           xml_error(tree, node, error, "is 0; give a size, or remove the element for no limit");
}

static gboolean
parse_memtune(XmlTree *tree, XmlNode *root, DomainTune *tune, GError **error)
{
    XmlNode *node = xml_child(root, "memtune");

    if (node == NULL)
        return TRUE;
    if (!parse_limit(tree, node, "hard_limit", &tune->mem_hard_kib, error) ||
        !parse_limit(tree, node, "soft_limit", &tune->mem_soft_kib, error) ||
        !parse_limit(tree, node, "swap_hard_limit", &tune->mem_swap_kib, error))
        return FALSE;
    if (tune->mem_hard_kib != DOMAIN_UNSET && tune->mem_swap_kib != DOMAIN_UNSET &&
        tune->mem_swap_kib < tune->mem_hard_kib)
        return xml_error(tree, xml_child(node, "swap_hard_limit"), error,
                         "is smaller than <hard_limit>; it counts memory and swap together, so "
                         "make it at least %" G_GUINT64_FORMAT " KiB",
                         tune->mem_hard_kib);
    return TRUE;
}

static gboolean
parse_vcpu(XmlTree *tree, XmlNode *root, DomainTune *tune, GError **error)
{
    XmlNode *node = xml_child(root, "vcpu");
    guint64 vcpus = 1, current;
    const char *cpuset;

    if (node == NULL)
        return TRUE;
    if (*xml_text(node) != '\0' && !xml_text_uint(tree, node, 1, DOMAIN_VCPUS_MAX, &vcpus, error))
        return FALSE;
    current = vcpus;
    if (!xml_attr_uint(tree, node, "current", 1, vcpus, &current, error) ||
        !xml_attr_only(tree, node, "placement", "static", error))
        return FALSE;
    tune->vcpus = (guint)vcpus;
    tune->vcpus_current = (guint)current;
    cpuset = xml_attr(node, "cpuset");
    if (cpuset == NULL)
        return TRUE;
    tune->cpuset = domain_cpuset_canonical(cpuset, error);
    if (tune->cpuset == NULL) {
        g_prefix_error(error, "attribute 'cpuset': ");
        return xml_error_prefix(tree, node, error);
    }
    return TRUE;
}

static gboolean
parse_quota(XmlTree *tree, XmlNode *parent, DomainTune *tune, GError **error)
{
    XmlNode *node = xml_child(parent, "quota");
    gint64 quota;

    if (node == NULL)
        return TRUE;
    if (!units_parse_int(xml_text(node), G_MININT64 + 1, QUOTA_MAX_US, &quota, error))
        return xml_error_prefix(tree, node, error);
    if (quota > 0 && quota < QUOTA_MIN_US)
        return xml_error(tree, node, error,
                         "'%" G_GINT64_FORMAT "' is out of range (%d microseconds or more, or -1 "
                         "for no limit)",
                         quota, QUOTA_MIN_US);
    if (quota != 0)
        tune->cpu_quota_us = quota < 0 ? -1 : quota;
    return TRUE;
}

static gboolean
parse_cputune(XmlTree *tree, XmlNode *root, DomainTune *tune, GError **error)
{
    XmlNode *node = xml_child(root, "cputune");

    if (node == NULL)
        return TRUE;
    return child_uint(tree, node, "shares", SHARES_MIN, SHARES_MAX, &tune->cpu_shares, error) &&
           child_uint(tree, node, "period", PERIOD_MIN_US, PERIOD_MAX_US, &tune->cpu_period_us,
                      error) &&
           parse_quota(tree, node, tune, error);
}

/* libvirt prints its default, /machine, into live XML: that one means "wherever guests go". */
static gboolean
parse_resource(XmlTree *tree, XmlNode *root, GError **error)
{
    XmlNode *node = xml_child(root, "resource");
    XmlNode *partition = node != NULL ? xml_child(node, "partition") : NULL;

    if (partition == NULL || strcmp(xml_text(partition), "/machine") == 0)
        return TRUE;
    return xml_unsupported(tree, partition, error,
                           "'%.*s' is not supported: every guest has a control group of lodge's "
                           "own; remove <resource>",
                           XML_QUOTE_MAX, xml_text(partition));
}

gboolean
domain_tune_parse(XmlTree *tree, XmlNode *root, DomainTune *tune, GError **error)
{
    return parse_blkiotune(tree, root, tune, error) && parse_memtune(tree, root, tune, error) &&
           parse_vcpu(tree, root, tune, error) && parse_cputune(tree, root, tune, error) &&
           parse_resource(tree, root, error);
}

static void
format_uint(GString *out, guint indent, const char *name, guint64 value)
{
    if (value != DOMAIN_UNSET)
        xml_write_uint(out, indent, name, value);
}

static void
format_kib(GString *out, const char *name, guint64 value)
{
    if (value != DOMAIN_UNSET)
        xml_write_kib(out, 4, name, value);
}

static void
format_blkiotune(const DomainTune *tune, GString *out)
{
    if (tune->blkio_weight == DOMAIN_UNSET && tune->blkio_devices->len == 0)
        return;
    xml_write_line(out, 2, "<blkiotune>");
    format_uint(out, 4, "weight", tune->blkio_weight);
    for (guint i = 0; i < tune->blkio_devices->len; i++) {
        const DomainBlkioDevice *device = &g_array_index(tune->blkio_devices, DomainBlkioDevice, i);

        xml_write_line(out, 4, "<device>");
        xml_write_text(out, 6, "path", device->path);
        format_uint(out, 6, "weight", device->weight);
        format_uint(out, 6, "read_iops_sec", device->read_iops);
        format_uint(out, 6, "write_iops_sec", device->write_iops);
        format_uint(out, 6, "read_bytes_sec", device->read_bytes);
        format_uint(out, 6, "write_bytes_sec", device->write_bytes);
        xml_write_line(out, 4, "</device>");
    }
    xml_write_line(out, 2, "</blkiotune>");
}

static void
format_vcpu(const DomainTune *tune, GString *out)
{
    xml_write_indent(out, 2);
    g_string_append(out, "<vcpu placement='static'");
    xml_write_attr(out, "cpuset", tune->cpuset);
    if (tune->vcpus_current != tune->vcpus)
        xml_write_attr_uint(out, "current", tune->vcpus_current);
    g_string_append_printf(out, ">%u</vcpu>\n", tune->vcpus);
}

static void
format_cputune(const DomainTune *tune, GString *out)
{
    if (tune->cpu_shares == DOMAIN_UNSET && tune->cpu_period_us == DOMAIN_UNSET &&
        tune->cpu_quota_us == G_MININT64)
        return;
    xml_write_line(out, 2, "<cputune>");
    format_uint(out, 4, "shares", tune->cpu_shares);
    format_uint(out, 4, "period", tune->cpu_period_us);
    if (tune->cpu_quota_us != G_MININT64)
        xml_write_line(out, 4, "<quota>%" G_GINT64_FORMAT "</quota>", tune->cpu_quota_us);
    xml_write_line(out, 2, "</cputune>");
}

void
domain_tune_format(const DomainDef *def, GString *out)
{
    const DomainTune *tune = &def->tune;

    format_blkiotune(tune, out);
    if (tune->mem_hard_kib != DOMAIN_UNSET || tune->mem_soft_kib != DOMAIN_UNSET ||
        tune->mem_swap_kib != DOMAIN_UNSET) {
        xml_write_line(out, 2, "<memtune>");
        format_kib(out, "hard_limit", tune->mem_hard_kib);
        format_kib(out, "soft_limit", tune->mem_soft_kib);
        format_kib(out, "swap_hard_limit", tune->mem_swap_kib);
        xml_write_line(out, 2, "</memtune>");
    }
    if (def->machine != NULL)
        machine_memory_format(&def->machine->memory, out);
    format_vcpu(tune, out);
    format_cputune(tune, out);
}

void
domain_tune_copy(const DomainTune *from, DomainTune *to)
{
    DomainTune copy;

    domain_tune_init(&copy);
    for (guint i = 0; i < from->blkio_devices->len; i++) {
        DomainBlkioDevice device = g_array_index(from->blkio_devices, DomainBlkioDevice, i);

        device.path = g_strdup(device.path);
        g_array_append_val(copy.blkio_devices, device);
    }
    *to = *from;
    to->blkio_devices = copy.blkio_devices;
    to->cpuset = g_strdup(from->cpuset);
}

void
domain_tune_clear(DomainTune *tune)
{
    g_clear_pointer(&tune->blkio_devices, g_array_unref);
    g_free(tune->cpuset);
}
