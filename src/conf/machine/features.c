/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/units.h"

static const char *const machine_kvm_names[] = {
    [MACHINE_KVM_HIDDEN] = "hidden",
    [MACHINE_KVM_HINT_DEDICATED] = "hint-dedicated",
    [MACHINE_KVM_POLL_CONTROL] = "poll-control",
    [MACHINE_KVM_PV_IPI] = "pv-ipi",
    [MACHINE_KVM_DIRTY_RING] = "dirty-ring",
};
ENUM_IMPL(machine_kvm, MachineKvm)

static const char *const machine_ioapic_names[] = {
    [MACHINE_IOAPIC_KVM] = "kvm",
    [MACHINE_IOAPIC_QEMU] = "qemu",
};
ENUM_IMPL(machine_ioapic, MachineIoapic)

static const XmlField head_fields[] = {
    XML_FIELD(PRESENT, "acpi", NULL, MachineFeatures, acpi),
};

static const XmlField apic_fields[] = {
    XML_FIELD(ONOFF, "apic", "eoi", MachineFeatures, apic_eoi),
};

static const XmlField pae_fields[] = {
    XML_FIELD(PRESENT, "pae", NULL, MachineFeatures, pae),
    XML_FIELD(STATE, "hap", "state", MachineFeatures, hap),
};

static const XmlField state_fields[] = {
    XML_FIELD(STATE, "pvspinlock", "state", MachineFeatures, pvspinlock),
    XML_FIELD(STATE, "pmu", "state", MachineFeatures, pmu),
    XML_FIELD(STATE, "vmport", "state", MachineFeatures, vmport),
};

static const XmlField tail_fields[] = {
    XML_WORD("ioapic", "driver", MachineFeatures, ioapic, machine_ioapic_names),
    XML_FIELD(STATE, "vmcoreinfo", "state", MachineFeatures, vmcoreinfo),
};

static gboolean
parse_kvm(XmlTree *tree, XmlNode *node, MachineFeatures *features, GError **error)
{
    XmlNode *kvm = xml_child(node, "kvm");
    guint64 size = 0;

    if (kvm == NULL)
        return TRUE;
    features->has_kvm = TRUE;
    for (int i = 0; i < MACHINE_KVM_LAST; i++) {
        XmlNode *child = xml_child(kvm, machine_kvm_names[i]);
        gboolean on = FALSE;

        if (child == NULL)
            continue;
        if (xml_attr_need(tree, child, "state", error) == NULL ||
            !xml_attr_bool(tree, child, "state", "off", "on", &on, error))
            return FALSE;
        features->kvm[i] = on ? DOMAIN_SWITCH_ON : DOMAIN_SWITCH_OFF;
        if (i != MACHINE_KVM_DIRTY_RING || !on)
            continue;
        if (xml_attr_need(tree, child, "size", error) == NULL ||
            !xml_attr_uint(tree, child, "size", 1024, 65536, &size, error))
            return FALSE;
        if ((size & (size - 1)) != 0)
            return xml_error(tree, child, error,
                             "attribute 'size' is no power of two; use 1024 to 65536");
        features->kvm_dirty_ring_size = (guint)size;
    }
    return TRUE;
}

static gboolean
parse_smm(XmlTree *tree, XmlNode *node, MachineFeatures *features, GError **error)
{
    static const char *const onoff[] = {NULL, "on", "off"};
    XmlNode *smm = xml_child(node, "smm"), *tseg;
    guint64 bytes;

    if (smm == NULL)
        return TRUE;
    features->smm = DOMAIN_SWITCH_ON;
    if (!xml_attr_word(tree, smm, "state", onoff, 3, (int *)&features->smm, error))
        return FALSE;
    tseg = xml_child(smm, "tseg");
    if (tseg == NULL)
        return TRUE;
    if (!units_parse_size(xml_text(tseg), xml_attr(tseg, "unit"), 1024 * 1024,
                          G_GUINT64_CONSTANT(65534) * 1024 * 1024, &bytes, error))
        return xml_error_prefix(tree, tseg, error);
    if (bytes == 0 || bytes % (1024 * 1024) != 0)
        return xml_error(tree, tseg, error, "is not a whole number of MiB");
    features->smm_tseg_kib = bytes / 1024;
    return TRUE;
}

static gboolean
parse_gic(XmlTree *tree, XmlNode *node, MachineFeatures *features, GError **error)
{
    static const char *const versions[] = {"2", "3", "host"};
    XmlNode *gic = xml_child(node, "gic");
    int index = 0;

    if (gic == NULL)
        return TRUE;
    features->has_gic = TRUE;
    if (xml_attr(gic, "version") == NULL)
        return TRUE;
    if (!xml_attr_word(tree, gic, "version", versions, 3, &index, error))
        return FALSE;
    features->gic_version = g_strdup(versions[index]);
    return TRUE;
}

static gboolean
parse_tcg(XmlTree *tree, XmlNode *node, MachineFeatures *features, GError **error)
{
    XmlNode *tcg = xml_child(node, "tcg");
    XmlNode *cache = tcg != NULL ? xml_child(tcg, "tb-cache") : NULL;

    return cache == NULL ||
           xml_text_kib(tree, cache, G_MAXINT64 / 1024, &features->tcg_tb_cache_kib, error);
}

gboolean
machine_features_parse(XmlTree *tree, XmlNode *root, MachineFeatures *features, GError **error)
{
    XmlNode *node = xml_child(root, "features");

    if (node == NULL)
        return TRUE;
    features->apic = xml_child(node, "apic") != NULL;
    return xml_fields_parse(tree, node, XML_FIELDS(head_fields), features, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(apic_fields), features, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(pae_fields), features, error) &&
           machine_hyperv_parse(tree, node, features, error) &&
           parse_kvm(tree, node, features, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(state_fields), features, error) &&
           parse_gic(tree, node, features, error) && parse_smm(tree, node, features, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(tail_fields), features, error) &&
           parse_tcg(tree, node, features, error);
}

static void
format_kvm(const MachineFeatures *features, GString *out)
{
    gsize body;

    if (!features->has_kvm)
        return;
    xml_write_indent(out, 4);
    g_string_append(out, "<kvm");
    body = out->len;
    for (int i = 0; i < MACHINE_KVM_LAST; i++) {
        if (features->kvm[i] == DOMAIN_SWITCH_ABSENT)
            continue;
        xml_write_indent(out, 6);
        g_string_append_printf(out, "<%s state='%s'", machine_kvm_names[i],
                               features->kvm[i] == DOMAIN_SWITCH_ON ? "on" : "off");
        if (i == MACHINE_KVM_DIRTY_RING && features->kvm_dirty_ring_size != 0)
            xml_write_attr_uint(out, "size", features->kvm_dirty_ring_size);
        g_string_append(out, "/>\n");
    }
    xml_write_close(out, 4, "kvm", body);
}

static void
format_smm(const MachineFeatures *features, GString *out)
{
    gsize body;

    if (features->smm == DOMAIN_SWITCH_ABSENT)
        return;
    xml_write_indent(out, 4);
    g_string_append_printf(out, "<smm state='%s'",
                           features->smm == DOMAIN_SWITCH_ON ? "on" : "off");
    body = out->len;
    if (features->smm_tseg_kib != 0)
        xml_write_line(out, 6, "<tseg unit='MiB'>%" G_GUINT64_FORMAT "</tseg>",
                       features->smm_tseg_kib / 1024);
    xml_write_close(out, 4, "smm", body);
}

void
machine_features_format(const MachineFeatures *features, GString *out)
{
    gsize begin = out->len, body;

    xml_write_indent(out, 2);
    g_string_append(out, "<features");
    body = out->len;
    xml_fields_format_children(out, 4, XML_FIELDS(head_fields), features);
    if (features->apic && features->apic_eoi == DOMAIN_SWITCH_ABSENT)
        xml_write_line(out, 4, "<apic/>");
    xml_fields_format_children(out, 4, XML_FIELDS(apic_fields), features);
    xml_fields_format_children(out, 4, XML_FIELDS(pae_fields), features);
    machine_hyperv_format(features, out);
    format_kvm(features, out);
    xml_fields_format_children(out, 4, XML_FIELDS(state_fields), features);
    if (features->has_gic)
        xml_write_element(out, 4, "gic", "version", features->gic_version, NULL);
    format_smm(features, out);
    xml_fields_format_children(out, 4, XML_FIELDS(tail_fields), features);
    if (features->tcg_tb_cache_kib != 0) {
        xml_write_line(out, 4, "<tcg>");
        xml_write_kib(out, 6, "tb-cache", features->tcg_tb_cache_kib);
        xml_write_line(out, 4, "</tcg>");
    }
    if (out->len == body)
        g_string_truncate(out, begin);
    else
        xml_write_close(out, 2, "features", body);
}

void
machine_features_copy(MachineFeatures *to)
{
    to->hyperv_vendor_id = g_strdup(to->hyperv_vendor_id);
    to->gic_version = g_strdup(to->gic_version);
}

void
machine_features_clear(MachineFeatures *features)
{
    g_free(features->hyperv_vendor_id);
    g_free(features->gic_version);
}
