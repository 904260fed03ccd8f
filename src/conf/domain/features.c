/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const domain_caps_policy_names[] = {
    [DOMAIN_CAPS_DEFAULT] = "default",
    [DOMAIN_CAPS_ALLOW] = "allow",
    [DOMAIN_CAPS_DENY] = "deny",
};
ENUM_IMPL(domain_caps_policy, DomainCapsPolicy)

/* Source: include/uapi/linux/capability.h; the index is the kernel's number. */
static const char *const capability_names[] = {
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
};

int
domain_capability_number(const char *name)
{
    return enum_lookup(capability_names, G_N_ELEMENTS(capability_names), name);
}

const char *
domain_capability_name(int number)
{
    return number >= 0 && number < (int)G_N_ELEMENTS(capability_names) ? capability_names[number]
                                                                       : NULL;
}

static gboolean
parse_capability(XmlTree *tree, XmlNode *node, DomainFeatures *features, GError **error)
{
    int number = domain_capability_number(node->name);
    gboolean is_on = TRUE;
    guint64 bit;

    if (number < 0)
        return xml_error(tree, node, error,
                         "is not a capability; write it in lower case without CAP_, like "
                         "<net_admin state='on'/>");
    bit = G_GUINT64_CONSTANT(1) << number;
    if (((features->caps_on | features->caps_off) & bit) != 0)
        return xml_error(tree, node, error, "stands here a second time; remove one");
    if (!xml_attr_bool(tree, node, "state", "off", "on", &is_on, error))
        return FALSE;
    if (is_on)
        features->caps_on |= bit;
    else
        features->caps_off |= bit;
    return TRUE;
}

static gboolean
parse_capabilities(XmlTree *tree, XmlNode *node, DomainFeatures *features, GError **error)
{
    int policy = DOMAIN_CAPS_DEFAULT;

    if (!xml_attr_word(tree, node, "policy", domain_caps_policy_names, DOMAIN_CAPS_LAST, &policy,
                       error))
        return FALSE;
    features->has_capabilities = TRUE;
    features->caps_policy = (DomainCapsPolicy)policy;
    for (XmlNode *child = xml_child(node, NULL); child != NULL; child = xml_next(child, NULL))
        if (!parse_capability(tree, child, features, error))
            return FALSE;
    return TRUE;
}

gboolean
domain_features_parse(XmlTree *tree, XmlNode *root, DomainFeatures *features, GError **error)
{
    XmlNode *node = xml_child(root, "features"), *capabilities;

    if (node == NULL)
        return TRUE;
    features->acpi = xml_child(node, "acpi") != NULL;
    features->apic = xml_child(node, "apic") != NULL;
    features->pae = xml_child(node, "pae") != NULL;
    features->privnet = xml_child(node, "privnet") != NULL;
    capabilities = xml_child(node, "capabilities");
    return capabilities == NULL || parse_capabilities(tree, capabilities, features, error);
}

/* libvirt lists capabilities by name, not by number. */
static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
format_capabilities(const DomainFeatures *features, GString *out)
{
    const char *names[G_N_ELEMENTS(capability_names)];
    const char *policy = domain_caps_policy_to_string(features->caps_policy);

    if ((features->caps_on | features->caps_off) == 0) {
        xml_write_line(out, 4, "<capabilities policy='%s'/>", policy);
        return;
    }
    xml_write_line(out, 4, "<capabilities policy='%s'>", policy);
    memcpy(names, capability_names, sizeof names);
    qsort(names, G_N_ELEMENTS(names), sizeof names[0], compare_names);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        guint64 bit = G_GUINT64_CONSTANT(1) << domain_capability_number(names[i]);

        if (((features->caps_on | features->caps_off) & bit) != 0)
            xml_write_line(out, 6, "<%s state='%s'/>", names[i],
                           (features->caps_on & bit) != 0 ? "on" : "off");
    }
    xml_write_line(out, 4, "</capabilities>");
}

void
domain_features_format(const DomainFeatures *features, GString *out)
{
    if (!features->acpi && !features->apic && !features->pae && !features->privnet &&
        !features->has_capabilities)
        return;
    xml_write_line(out, 2, "<features>");
    if (features->acpi)
        xml_write_line(out, 4, "<acpi/>");
    if (features->apic)
        xml_write_line(out, 4, "<apic/>");
    if (features->pae)
        xml_write_line(out, 4, "<pae/>");
    if (features->privnet)
        xml_write_line(out, 4, "<privnet/>");
    if (features->has_capabilities)
        format_capabilities(features, out);
    xml_write_line(out, 2, "</features>");
}
