/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/address.h"
#include "conf/domain/parts-priv.h"
#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

#define RANGES_MAX 256 /* a plan line holds 512 arguments */

static const char *const domain_net_driver_names[] = {
    [DOMAIN_NET_DRIVER_QEMU] = "qemu",
    [DOMAIN_NET_DRIVER_VHOST] = "vhost",
};
ENUM_IMPL(domain_net_driver, DomainNetDriver)

static const XmlField driver_fields[] = {
    XML_WORD("driver", "name", DomainNetMachine, driver, domain_net_driver_names),
    XML_FIELD(ONOFF, "driver", "ioeventfd", DomainNetMachine, ioeventfd),
    XML_FIELD(ONOFF, "driver", "event_idx", DomainNetMachine, event_idx),
    XML_UINT("driver", "queues", DomainNetMachine, queues, 1, 256),
    XML_UINT("driver", "rx_queue_size", DomainNetMachine, rx_queue_size, 1, 1024),
    XML_UINT("driver", "tx_queue_size", DomainNetMachine, tx_queue_size, 1, 1024),
    XML_FIELD(ONOFF, "driver", "iommu", DomainNetMachine, iommu),
    XML_FIELD(ONOFF, "driver", "ats", DomainNetMachine, ats),
    XML_FIELD(ONOFF, "driver", "packed", DomainNetMachine, packed),
    XML_FIELD(ONOFF, "driver", "page_per_vq", DomainNetMachine, page_per_vq),
};

static const XmlField backend_fields[] = {
    XML_FIELD(PATH, "backend", "logFile", DomainNetMachine, passt_log),
};

static void
forward_free(gpointer data)
{
    DomainPortForward *forward = data;

    g_free(forward->address);
    g_free(forward->dev);
    g_clear_pointer(&forward->ranges, g_array_unref);
    g_free(forward);
}

static gboolean
parse_range(XmlTree *tree, XmlNode *node, DomainPortForward *forward, GError **error)
{
    guint64 start = 0, end = 0, to = 0;
    DomainPortRange range = {0};

    if (xml_attr_need(tree, node, "start", error) == NULL ||
        !xml_attr_uint(tree, node, "start", 1, 65535, &start, error) ||
        !xml_attr_uint(tree, node, "end", start, 65535, &end, error) ||
        !xml_attr_uint(tree, node, "to", 1, 65535, &to, error) ||
        !xml_attr_bool(tree, node, "exclude", "no", "yes", &range.exclude, error))
        return FALSE;
    if (to != 0 && range.exclude)
        return xml_error(tree, node, error,
                         "has both 'to' and exclude='yes'; what is excluded goes nowhere, remove "
                         "one");
    if (to != 0 && to + (end > start ? end - start : 0) > 65535)
        return xml_error(tree, node, error, "goes beyond port 65535; make 'to' smaller");
    if (forward->ranges->len >= RANGES_MAX)
        return xml_error(tree, node, error, "is number %d; the limit is %d", RANGES_MAX + 1,
                         RANGES_MAX);
    range.start = (guint)start;
    range.end = end != 0 ? (guint)end : (guint)start;
    range.to = (guint)to;
    g_array_append_val(forward->ranges, range);
    return TRUE;
}

static gboolean
parse_forward(XmlTree *tree, XmlNode *node, DomainPortForward *forward, GError **error)
{
    const char *address = xml_attr(node, "address"), *dev = xml_attr(node, "dev");
    char text[ADDRESS_TEXT_SIZE];
    Address parsed;

    forward->ranges = g_array_new(FALSE, FALSE, sizeof(DomainPortRange));
    if (xml_attr_need(tree, node, "proto", error) == NULL ||
        !xml_attr_bool(tree, node, "proto", "tcp", "udp", &forward->is_udp, error))
        return FALSE;
    if (address != NULL && !address_parse(address, &parsed))
        return xml_error(tree, node, error, "address '%.*s' is no IP address", XML_QUOTE_MAX,
                         address);
    if (dev != NULL && !xml_check_ifname(tree, node, "dev", dev, error))
        return FALSE;
    forward->address = address != NULL ? g_strdup(address_format(&parsed, text)) : NULL;
    forward->dev = g_strdup(dev);
    for (XmlNode *range = xml_child(node, "range"); range != NULL; range = xml_next(range, "range"))
        if (!parse_range(tree, range, forward, error))
            return FALSE;
    return TRUE;
}

static gboolean
parse_forwards(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    for (XmlNode *child = xml_child(node, "portForward"); child != NULL;
         child = xml_next(child, "portForward")) {
        DomainPortForward *forward;

        if (!net->machine->is_passt)
            return xml_error(tree, child, error,
                             "is for type='user' with <backend type='passt'/>; add that, or "
                             "forward with nft(8) on the host");
        if (net->machine->forwards->len >= RANGES_MAX)
            return xml_error(tree, child, error, "is number %d; the limit is %d", RANGES_MAX + 1,
                             RANGES_MAX);
        forward = g_new0(DomainPortForward, 1);
        if (!parse_forward(tree, child, forward, error)) {
            forward_free(forward);
            return FALSE;
        }
        g_ptr_array_add(net->machine->forwards, forward);
    }
    return TRUE;
}

static gboolean
parse_backend(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    XmlNode *backend = xml_child(node, "backend"), *source;
    const char *dev;

    if (backend != NULL) {
        if (net->type != DOMAIN_NET_USER)
            return xml_unsupported(tree, backend, error,
                                   "is not supported for type='%s': lodge opens the devices of "
                                   "the host itself; remove it",
                                   domain_net_type_to_string(net->type));
        if (!xml_attr_bool(tree, backend, "type", "default", "passt", &net->machine->is_passt,
                           error) ||
            !xml_fields_parse(tree, node, XML_FIELDS(backend_fields), net->machine, error))
            return FALSE;
        if (net->machine->passt_log != NULL && !net->machine->is_passt)
            return xml_error(tree, backend, error,
                             "attribute 'logFile' is for type='passt'; remove it");
    }
    source = net->type == DOMAIN_NET_USER ? xml_child(node, "source") : NULL;
    dev = source != NULL ? xml_attr(source, "dev") : NULL;
    if (dev == NULL)
        return TRUE;
    if (!net->machine->is_passt)
        return xml_error(tree, source, error,
                         "dev='...' is for <backend type='passt'/>; add that or remove it");
    net->machine->user_dev = g_strdup(dev);
    return xml_check_ifname(tree, source, "dev", dev, error);
}

static gboolean
check(XmlTree *tree, XmlNode *node, const DomainNet *net, GError **error)
{
    const DomainNetMachine *machine = net->machine;
    gboolean has_v4 = FALSE, has_v6 = FALSE;

    if (net->routes->len > 0)
        return xml_unsupported(tree, xml_child(node, "route"), error,
                               "is not supported for machines; set routes inside the guest");
    for (guint i = 0; i < net->ips->len; i++) {
        const DomainNetIp *ip = &g_array_index(net->ips, DomainNetIp, i);
        gboolean *has = ip->is_v6 ? &has_v6 : &has_v4;

        if (net->type != DOMAIN_NET_USER)
            return xml_unsupported(tree, xml_child(node, "ip"), error,
                                   "is not supported for type='%s' of machines; set addresses "
                                   "inside the guest, or in the network",
                                   domain_net_type_to_string(net->type));
        if (*has)
            return xml_error(tree, xml_child(node, "ip"), error,
                             "stands here twice for one family; remove one");
        if (ip->peer != NULL)
            return xml_unsupported(tree, xml_child(node, "ip"), error,
                                   "attribute 'peer' is not supported for machines; remove it");
        *has = TRUE;
    }
    if (machine->driver == DOMAIN_NET_DRIVER_VHOST && net->type == DOMAIN_NET_USER)
        return xml_error(tree, xml_child(node, "driver"), error,
                         "name 'vhost' is not possible for type='user'; remove it");
    if (machine->queues > 1 && net->type == DOMAIN_NET_USER)
        return xml_error(tree, xml_child(node, "driver"), error,
                         "has several queues, which type='user' has not; remove 'queues'");
    if (machine->rx_queue_size & (machine->rx_queue_size - 1) ||
        machine->tx_queue_size & (machine->tx_queue_size - 1))
        return xml_error(tree, xml_child(node, "driver"), error,
                         "has a queue size that is no power of two; use 256, 512 or 1024");
    return TRUE;
}

static gboolean
is_virtio(const DomainNet *net)
{
    return net->model != NULL && g_str_has_prefix(net->model, "virtio");
}

gboolean
machine_net_parse(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    XmlNode *driver = xml_child(node, "driver");

    net->machine = g_new0(DomainNetMachine, 1);
    net->machine->forwards = g_ptr_array_new_with_free_func(forward_free);
    if (xml_is_live(tree) && net->type == DOMAIN_NET_NETWORK)
        net->machine->live_bridge = g_strdup(xml_attr(xml_child(node, "source"), "bridge"));
    if (driver != NULL && xml_attr(driver, "txmode") != NULL)
        return xml_unsupported(tree, driver, error,
                               "attribute 'txmode' is not supported: it says the same with every "
                               "QEMU of today; remove it");
    if (driver != NULL && driver->attrs != NULL && !is_virtio(net))
        return xml_error(tree, driver, error,
                         "is for <model type='virtio'/>; use that model or remove it");
    return xml_fields_parse(tree, node, XML_FIELDS(driver_fields), net->machine, error) &&
           parse_backend(tree, node, net, error) && parse_forwards(tree, node, net, error) &&
           check(tree, node, net, error) &&
           device_info_parse(tree, node, DEVICE_MAY_BOOT | DEVICE_MAY_ROM | DEVICE_MAY_ACPI,
                             AT_VIRTIO | DEVICE_AT(USB), &net->info, error);
}

void
machine_net_format_driver(const DomainNet *net, GString *out)
{
    xml_fields_format_children(out, 6, XML_FIELDS(driver_fields), net->machine);
}

void
machine_net_format_backend(const DomainNet *net, GString *out)
{
    if (net->machine->is_passt)
        xml_write_element(out, 6, "backend", "type", "passt", "logFile", net->machine->passt_log,
                          NULL);
}

static void
format_range(const DomainPortRange *range, GString *out)
{
    xml_write_indent(out, 8);
    g_string_append_printf(out, "<range start='%u'", range->start);
    if (range->end != range->start)
        g_string_append_printf(out, " end='%u'", range->end);
    if (range->to != 0)
        g_string_append_printf(out, " to='%u'", range->to);
    if (range->exclude)
        g_string_append(out, " exclude='yes'");
    g_string_append(out, "/>\n");
}

void
machine_net_format_forwards(const DomainNet *net, GString *out)
{
    for (guint i = 0; i < net->machine->forwards->len; i++) {
        const DomainPortForward *forward = g_ptr_array_index(net->machine->forwards, i);
        gsize body;

        xml_write_indent(out, 6);
        g_string_append_printf(out, "<portForward proto='%s'", forward->is_udp ? "udp" : "tcp");
        xml_write_attr(out, "address", forward->address);
        xml_write_attr(out, "dev", forward->dev);
        body = out->len;
        for (guint j = 0; j < forward->ranges->len; j++)
            format_range(&g_array_index(forward->ranges, DomainPortRange, j), out);
        xml_write_close(out, 6, "portForward", body);
    }
}

DomainNetMachine *
machine_net_copy(const DomainNetMachine *from)
{
    DomainNetMachine *to = g_memdup2(from, sizeof *from);

    to->passt_log = g_strdup(from->passt_log);
    to->user_dev = g_strdup(from->user_dev);
    to->live_bridge = g_strdup(from->live_bridge);
    to->forwards = g_ptr_array_new_with_free_func(forward_free);
    for (guint i = 0; i < from->forwards->len; i++) {
        DomainPortForward *forward =
            g_memdup2(g_ptr_array_index(from->forwards, i), sizeof *forward);

        forward->address = g_strdup(forward->address);
        forward->dev = g_strdup(forward->dev);
        forward->ranges = g_array_copy(forward->ranges);
        g_ptr_array_add(to->forwards, forward);
    }
    return to;
}

void
machine_net_free(DomainNetMachine *net)
{
    if (net == NULL)
        return;
    g_free(net->passt_log);
    g_free(net->user_dev);
    g_free(net->live_bridge);
    g_clear_pointer(&net->forwards, g_ptr_array_unref);
    g_free(net);
}

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    DomainNet *parsed = domain_net_parse(tree, node, TRUE, error);

    if (parsed == NULL)
        return FALSE;
    memcpy(device, parsed, sizeof *parsed);
    g_free(parsed); /* its members are the device's now */
    return TRUE;
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    domain_net_format(device, flags, out);
}

static void
copy(gpointer to)
{
    domain_net_copy_members(to);
}

static void
clear(gpointer device)
{
    domain_net_clear(device);
}

const MachineDeviceOps machine_interface_ops = {"interface", sizeof(DomainNet), parse, format, copy,
                                                clear};
