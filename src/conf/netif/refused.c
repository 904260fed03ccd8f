/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/netif/parts-priv.h"
#include "conf/xml/refuse.h"

#define IN(parent, name, why)                                                                      \
    {                                                                                              \
        parent, name, NULL, NULL, why                                                              \
    }

/* What is an element of the grammar and stands where it has no meaning. */
static const XmlRefusal refusals[] = {
    IN("interface", "mac", "is for ethernet interfaces only; remove it"),
    IN("interface", "link", "has no meaning for a bridge; remove it"),
    IN("interface", "bridge", "is for type='bridge'; change the type or remove it"),
    IN("interface", "bond", "is for type='bond'; change the type or remove it"),
    IN("interface", "vlan", "is for type='vlan'; change the type or remove it"),
    IN("interface", "start", "of an interface inside another is the outer one's; remove it"),
    IN("interface", "mtu", "of an interface inside another is the outer one's; remove it"),
    IN("interface", "protocol",
       "cannot stand in an interface inside another; addresses belong to the outer one"),
    IN("protocol", "autoconf", "is for family='ipv6'; remove it"),
    IN("bond", "bond", "cannot stand in a bond; remove it"),
    IN("bridge", "bridge", "cannot stand in a bridge; remove it"),
};

gboolean
interface_refuse_known(XmlTree *tree, GError **error)
{
    return xml_refuse(tree, refusals, G_N_ELEMENTS(refusals), error);
}
