/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/vnet/parts-priv.h"
#include "conf/xml/refuse.h"

#define DNSMASQ_NS "http://libvirt.org/schemas/network/dnsmasq/1.0"

#define IN_NETWORK(name, why)                                                                      \
    {                                                                                              \
        "network", name, NULL, NULL, why                                                           \
    }
#define IN(parent, name, why)                                                                      \
    {                                                                                              \
        parent, name, NULL, NULL, why                                                              \
    }
#define ATTR(element, attr, why)                                                                   \
    {                                                                                              \
        NULL, element, attr, NULL, why                                                             \
    }

/* What stands in libvirt's network format and lodge does not honour. */
static const XmlRefusal refusals[] = {
    IN_NETWORK("bandwidth", "is not supported yet; shape the bridge with tc(8) and remove it"),
    IN_NETWORK("vlan", "is not supported yet; make a bridge for the VLAN and use mode='bridge'"),
    IN_NETWORK("portgroup", "is not supported yet; make a network for each group"),
    IN_NETWORK("virtualport", "is not supported yet; use a bridge of the kernel"),
    IN_NETWORK("port", "is not supported yet; isolate with nft(8) on the bridge"),
    IN_NETWORK("route", "is not supported yet; add the route on the host with ip(8)"),
    {"network", "options", NULL, DNSMASQ_NS,
     "is not supported: options are not passed on to dnsmasq; remove it"},
    ATTR("network", "ipv6", "is not supported yet; add an <ip family='ipv6'> instead"),
    ATTR("network", "trustGuestRxFilters", "is not supported; remove it"),

    ATTR("forward", "managed", "is not supported: it is for mode 'hostdev'; remove it"),
    IN("forward", "pf", "is not supported: networks of PCI devices are not; remove it"),
    IN("forward", "address", "is not supported: networks of PCI devices are not; remove it"),
    IN("forward", "driver", "is not supported: networks of PCI devices are not; remove it"),
    {"forward", "port", NULL, NULL, "is not supported; remove it"},

    ATTR("bridge", "zone",
         "is not supported: lodge chooses the zone where firewalld runs; remove it"),

    IN("dns", "txt", "is not supported yet; serve the record elsewhere"),
    IN("dns", "srv", "is not supported yet; serve the record elsewhere"),

    IN("ip", "tftp", "is not supported yet; run a TFTP server in a guest"),
    IN("dhcp", "bootp", "is not supported yet; remove it"),
    IN("range", "lease", "is not supported yet: leases last an hour; remove it"),
    {"dhcp", "host", "mask", NULL, "is not supported; remove it"},
    IN("host", "lease", "is not supported yet: leases last an hour; remove it"),
};

gboolean
network_refuse_known(XmlTree *tree, GError **error)
{
    return xml_refuse(tree, refusals, G_N_ELEMENTS(refusals), error);
}
