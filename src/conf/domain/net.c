/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/machine/parts-priv.h"
#include "conf/name.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/mac.h"

static const char *const domain_net_type_names[] = {
    [DOMAIN_NET_NETWORK] = "network", [DOMAIN_NET_BRIDGE] = "bridge",
    [DOMAIN_NET_DIRECT] = "direct",   [DOMAIN_NET_ETHERNET] = "ethernet",
    [DOMAIN_NET_USER] = "user",
};
ENUM_IMPL(domain_net_type, DomainNetType)

static const char *const domain_direct_mode_names[] = {
    [DOMAIN_DIRECT_VEPA] = "vepa",
    [DOMAIN_DIRECT_BRIDGE] = "bridge",
    [DOMAIN_DIRECT_PRIVATE] = "private",
    [DOMAIN_DIRECT_PASSTHROUGH] = "passthrough",
};
ENUM_IMPL(domain_direct_mode, DomainDirectMode)

static const char *const source_attrs[] = {
    [DOMAIN_NET_NETWORK] = "network", [DOMAIN_NET_BRIDGE] = "bridge", [DOMAIN_NET_DIRECT] = "dev",
    [DOMAIN_NET_ETHERNET] = NULL,     [DOMAIN_NET_USER] = NULL,
};

static gboolean
parse_type(XmlTree *tree, XmlNode *node, gboolean of_machine, DomainNet *net, GError **error)
{
    static const char *const others[] = {"user",   "internal", "udp",       "server",
                                         "client", "mcast",    "vhostuser", "hostdev",
                                         "vdpa",   "null",     "vds"};
    const char *type = xml_attr_need(tree, node, "type", error);
    int index = 0;

    if (type == NULL)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(type, others[i]) == 0 && !(of_machine && i == 0))
            return xml_unsupported(tree, node, error,
                                   of_machine ? "type '%s' is not supported; use network, bridge, "
                                                "direct, ethernet or user"
                                              : "type '%s' is not supported for containers; use "
                                                "network, bridge, direct or ethernet",
                                   type);
    if (!xml_attr_word(tree, node, "type", domain_net_type_names,
                       of_machine ? DOMAIN_NET_LAST : DOMAIN_NET_USER, &index, error))
        return FALSE;
    net->type = (DomainNetType)index;
    return TRUE;
}

static gboolean
parse_mac(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    static const guint8 zero[MAC_SIZE];
    XmlNode *mac = xml_child(node, "mac");
    const char *text;

    if (mac == NULL) {
        mac_random(net->mac);
        return TRUE;
    }
    text = xml_attr_need(tree, mac, "address", error);
    if (text == NULL)
        return FALSE;
    if (!mac_parse(text, net->mac))
        return xml_error(tree, mac, error,
                         "address '%.*s' is not a MAC address; write it like 52:54:00:12:34:56",
                         XML_QUOTE_MAX, text);
    if (mac_is_multicast(net->mac) || memcmp(net->mac, zero, MAC_SIZE) == 0)
        return xml_error(tree, mac, error,
                         "address '%s' belongs to no single device; make the first octet even and "
                         "not all zero, like 52:54:00:12:34:56",
                         text);
    return TRUE;
}

static gboolean
parse_source(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    XmlNode *source = xml_child(node, "source");
    const char *attr = source_attrs[net->type], *value;
    int mode = DOMAIN_DIRECT_VEPA;

    if (net->type == DOMAIN_NET_USER)
        return TRUE; /* read with the backend */
    if (attr == NULL)
        return source == NULL || xml_unsupported(tree, source, error,
                                                 "is not supported for type 'ethernet'; remove it "
                                                 "and name the host's side with <target dev=>");
    if (source == NULL)
        return xml_error(tree, node, error, "type '%s' lacks <source %s='...'/>",
                         domain_net_type_to_string(net->type), attr);
    value = xml_attr_need(tree, source, attr, error);
    if (value == NULL)
        return FALSE;
    if (net->type == DOMAIN_NET_NETWORK) {
        (void)xml_attr(source, "portid"); /* of live XML, as bridge= is */
        (void)xml_attr(source, "bridge");
        if (!name_check("network", value, error))
            return xml_error_prefix(tree, source, error);
    } else if (!xml_check_ifname(tree, source, attr, value, error)) {
        return FALSE;
    }
    if (net->type == DOMAIN_NET_DIRECT &&
        !xml_attr_word(tree, source, "mode", domain_direct_mode_names, DOMAIN_DIRECT_LAST, &mode,
                       error))
        return FALSE;
    net->mode = (DomainDirectMode)mode;
    net->source = g_strdup(value);
    return TRUE;
}

/* Names that libvirt and lodge make up themselves: live XML shows them, a new start gets new ones. */
static gboolean
is_generated(const char *name)
{
    static const char *const stems[] = {"veth", "vnet", "macvlan", "macvtap"};

    for (gsize i = 0; i < G_N_ELEMENTS(stems); i++) {
        gsize length = strlen(stems[i]);

        if (strncmp(name, stems[i], length) == 0 && name[length] != '\0' &&
            name[length + strspn(name + length, "0123456789")] == '\0')
            return TRUE;
    }
    return FALSE;
}

static gboolean
parse_names(XmlTree *tree, XmlNode *node, gboolean of_machine, DomainNet *net, GError **error)
{
    XmlNode *target = xml_child(node, "target");
    XmlNode *guest = of_machine ? NULL : xml_child(node, "guest");
    const char *host_dev = target != NULL ? xml_attr_need(tree, target, "dev", error) : NULL;
    const char *guest_dev;

    if (target != NULL && host_dev == NULL)
        return FALSE;
    if (host_dev != NULL && !xml_check_ifname(tree, target, "dev", host_dev, error))
        return FALSE;
    if (host_dev != NULL && (!is_generated(host_dev) || xml_is_live(tree)))
        net->host_dev = g_strdup(host_dev);
    if (guest == NULL)
        return TRUE;
    guest_dev = xml_attr(guest, "dev");
    if (guest_dev == NULL && xml_attr(guest, "actual") != NULL)
        return TRUE; /* live XML: the name that was chosen */
    (void)xml_attr(guest, "actual");
    guest_dev = xml_attr_need(tree, guest, "dev", error);
    if (guest_dev == NULL || !xml_check_ifname(tree, guest, "dev", guest_dev, error))
        return FALSE;
    if (strcmp(guest_dev, "lo") == 0)
        return xml_error(tree, guest, error, "dev 'lo' is the guest's loopback; choose another");
    net->guest_dev = g_strdup(guest_dev);
    return TRUE;
}

static gboolean
parse_details(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error)
{
    XmlNode *model = xml_child(node, "model"), *link = xml_child(node, "link");
    XmlNode *mtu = xml_child(node, "mtu");
    guint64 size = 0;

    if (model != NULL) {
        const char *type = xml_attr_need(tree, model, "type", error);

        if (type == NULL)
            return FALSE;
        if (strlen(type) > 63 || type[strspn(type, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_")])
            return xml_error(tree, model, error,
                             "type '%.*s' is no model; use letters, digits, "
                             "'-' and '_'",
                             XML_QUOTE_MAX, type);
        net->model = g_strdup(type);
    }
    if (link != NULL && (xml_attr_need(tree, link, "state", error) == NULL ||
                         !xml_attr_bool(tree, link, "state", "up", "down", &net->link_down, error)))
        return FALSE;
    if (mtu != NULL && (xml_attr_need(tree, mtu, "size", error) == NULL ||
                        !xml_attr_uint(tree, mtu, "size", 68, 65535, &size, error)))
        return FALSE;
    net->mtu = (guint)size;
    return TRUE;
}

DomainNet *
domain_net_parse(XmlTree *tree, XmlNode *node, gboolean of_machine, GError **error)
{
    DomainNet *net = g_new0(DomainNet, 1);

    net->line = node->line;
    if (parse_type(tree, node, of_machine, net, error) && parse_mac(tree, node, net, error) &&
        parse_source(tree, node, net, error) && parse_names(tree, node, of_machine, net, error) &&
        parse_details(tree, node, net, error) &&
        domain_net_parse_addresses(tree, node, net, error) &&
        (of_machine ? machine_net_parse(tree, node, net, error)
                    : domain_device_drop_common(tree, node, error)))
        return net;
    domain_net_free(net);
    return NULL;
}

void
domain_net_format(const DomainNet *net, DomainFormatFlags flags, GString *out)
{
    char mac[MAC_TEXT_SIZE];

    xml_write_line(out, 4, "<interface type='%s'>", domain_net_type_to_string(net->type));
    xml_write_line(out, 6, "<mac address='%s'/>", mac_format(net->mac, mac));
    if (net->source != NULL)
        xml_write_element(out, 6, "source", source_attrs[net->type], net->source, "mode",
                          net->type == DOMAIN_NET_DIRECT ? domain_direct_mode_to_string(net->mode)
                                                         : NULL,
                          "bridge",
                          net->machine != NULL && (flags & DOMAIN_FORMAT_INACTIVE) == 0
                              ? net->machine->live_bridge
                              : NULL,
                          NULL);
    if (net->machine != NULL && net->machine->user_dev != NULL)
        xml_write_element(out, 6, "source", "dev", net->machine->user_dev, NULL);
    domain_net_format_addresses(net, out);
    if (net->host_dev != NULL && !((flags & DOMAIN_FORMAT_INACTIVE) && is_generated(net->host_dev)))
        xml_write_element(out, 6, "target", "dev", net->host_dev, NULL);
    if (net->guest_dev != NULL)
        xml_write_element(out, 6, "guest", "dev", net->guest_dev, NULL);
    if (net->model != NULL)
        xml_write_element(out, 6, "model", "type", net->model, NULL);
    if (net->machine != NULL) {
        machine_net_format_driver(net, out);
        machine_net_format_backend(net, out);
        machine_net_format_forwards(net, out);
    }
    if (net->link_down)
        xml_write_line(out, 6, "<link state='down'/>");
    if (net->mtu != 0)
        xml_write_line(out, 6, "<mtu size='%u'/>", net->mtu);
    if (net->machine != NULL)
        device_info_format(&net->info, flags, 6, out);
    xml_write_line(out, 4, "</interface>");
}

static void
ip_clear(gpointer data)
{
    DomainNetIp *ip = data;

    g_free(ip->address);
    g_free(ip->peer);
}

static void
route_clear(gpointer data)
{
    DomainNetRoute *route = data;

    g_free(route->address);
    g_free(route->gateway);
}

void
domain_net_init_addresses(DomainNet *net)
{
    net->ips = g_array_new(FALSE, TRUE, sizeof(DomainNetIp));
    g_array_set_clear_func(net->ips, ip_clear);
    net->routes = g_array_new(FALSE, TRUE, sizeof(DomainNetRoute));
    g_array_set_clear_func(net->routes, route_clear);
}

void
domain_net_copy_members(DomainNet *to)
{
    const DomainNet from = *to;

    device_info_copy(&to->info);
    to->source = g_strdup(from.source);
    to->host_dev = g_strdup(from.host_dev);
    to->guest_dev = g_strdup(from.guest_dev);
    to->model = g_strdup(from.model);
    to->machine = from.machine != NULL ? machine_net_copy(from.machine) : NULL;
    domain_net_init_addresses(to);
    for (guint i = 0; i < from.ips->len; i++) {
        DomainNetIp ip = g_array_index(from.ips, DomainNetIp, i);

        ip.address = g_strdup(ip.address);
        ip.peer = g_strdup(ip.peer);
        g_array_append_val(to->ips, ip);
    }
    for (guint i = 0; i < from.routes->len; i++) {
        DomainNetRoute route = g_array_index(from.routes, DomainNetRoute, i);

        route.address = g_strdup(route.address);
        route.gateway = g_strdup(route.gateway);
        g_array_append_val(to->routes, route);
    }
}

DomainNet *
domain_net_copy(const DomainNet *from)
{
    DomainNet *to = g_memdup2(from, sizeof *from);

    domain_net_copy_members(to);
    return to;
}

void
domain_net_clear(DomainNet *net)
{
    device_info_clear(&net->info);
    g_free(net->source);
    g_free(net->host_dev);
    g_free(net->guest_dev);
    g_free(net->model);
    g_clear_pointer(&net->machine, machine_net_free);
    g_clear_pointer(&net->ips, g_array_unref);
    g_clear_pointer(&net->routes, g_array_unref);
}

void
domain_net_free(DomainNet *net)
{
    if (net == NULL)
        return;
    domain_net_clear(net);
    g_free(net);
}
