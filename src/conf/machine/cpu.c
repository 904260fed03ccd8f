/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_cpu_mode_names[] = {
    [MACHINE_CPU_CUSTOM] = "custom",
    [MACHINE_CPU_HOST_MODEL] = "host-model",
    [MACHINE_CPU_HOST_PASSTHROUGH] = "host-passthrough",
    [MACHINE_CPU_MAXIMUM] = "maximum",
};
ENUM_IMPL(machine_cpu_mode, MachineCpuMode)

static const char *const machine_cpu_match_names[] = {
    [MACHINE_CPU_MATCH_EXACT] = "exact",
    [MACHINE_CPU_MATCH_MINIMUM] = "minimum",
    [MACHINE_CPU_MATCH_STRICT] = "strict",
};
ENUM_IMPL(machine_cpu_match, MachineCpuMatch)

static const char *const machine_cpu_check_names[] = {
    [MACHINE_CPU_CHECK_NONE] = "none",
    [MACHINE_CPU_CHECK_PARTIAL] = "partial",
    [MACHINE_CPU_CHECK_FULL] = "full",
};
ENUM_IMPL(machine_cpu_check, MachineCpuCheck)

static const char *const machine_cpu_policy_names[] = {
    [MACHINE_CPU_FORCE] = "force",       [MACHINE_CPU_REQUIRE] = "require",
    [MACHINE_CPU_OPTIONAL] = "optional", [MACHINE_CPU_DISABLE] = "disable",
    [MACHINE_CPU_FORBID] = "forbid",
};
ENUM_IMPL(machine_cpu_policy, MachineCpuPolicy)

static const char *const machine_cpu_cache_names[] = {
    [MACHINE_CPU_CACHE_EMULATE] = "emulate",
    [MACHINE_CPU_CACHE_PASSTHROUGH] = "passthrough",
    [MACHINE_CPU_CACHE_DISABLE] = "disable",
};
ENUM_IMPL(machine_cpu_cache, MachineCpuCache)

static const char *const fallback_words[] = {NULL, "allow", "forbid"};

static const XmlField check_fields[] = {
    XML_WORD(NULL, "check", MachineCpu, check, machine_cpu_check_names),
    XML_FIELD(ONOFF, NULL, "migratable", MachineCpu, migratable),
};

static const XmlField topology_fields[] = {
    XML_UINT("topology", "sockets", MachineCpu, sockets, 1, 65535),
    XML_UINT("topology", "dies", MachineCpu, dies, 1, 65535),
    XML_UINT("topology", "cores", MachineCpu, cores, 1, 65535),
    XML_UINT("topology", "threads", MachineCpu, threads, 1, 65535),
    XML_INT("cache", "level", MachineCpu, cache_level, 1, 3),
    XML_WORD("cache", "mode", MachineCpu, cache, machine_cpu_cache_names),
};

static void
feature_clear(gpointer data)
{
    g_free(((MachineCpuFeature *)data)->name);
}

static GArray *
features_new(void)
{
    GArray *features = g_array_new(FALSE, FALSE, sizeof(MachineCpuFeature));

    g_array_set_clear_func(features, feature_clear);
    return features;
}

void
machine_cpu_init(MachineCpu *cpu)
{
    cpu->features = features_new();
    cpu->cache_level = -1;
}

static gboolean
check_word(XmlTree *tree, XmlNode *node, const char *what, const char *word, GError **error)
{
    if (strlen(word) <= 63 &&
        word[strspn(word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.+")] == '\0')
        return TRUE;
    return xml_error(tree, node, error,
                     "%s '%.*s' is not possible; 'qemu-system-x86_64 -cpu help' lists the names",
                     what, XML_QUOTE_MAX, word);
}

static gboolean
parse_mode(XmlTree *tree, XmlNode *node, MachineCpu *cpu, GError **error)
{
    int index = MACHINE_CPU_CUSTOM, match = MACHINE_CPU_MATCH_EXACT;

    cpu->has_mode = xml_attr(node, "mode") != NULL || xml_child(node, "model") != NULL;
    if (!xml_attr_word(tree, node, "mode", machine_cpu_mode_names, MACHINE_CPU_LAST, &index,
                       error) ||
        !xml_attr_word(tree, node, "match", machine_cpu_match_names, MACHINE_CPU_MATCH_LAST, &match,
                       error) ||
        !xml_fields_parse(tree, node, XML_FIELDS(check_fields), cpu, error))
        return FALSE;
    cpu->mode = (MachineCpuMode)index;
    cpu->match = (MachineCpuMatch)match;
    if (cpu->migratable != DOMAIN_SWITCH_ABSENT && cpu->mode != MACHINE_CPU_HOST_PASSTHROUGH &&
        cpu->mode != MACHINE_CPU_MAXIMUM)
        return xml_error(tree, node, error,
                         "attribute 'migratable' is for the modes host-passthrough and maximum; "
                         "remove it");
    return TRUE;
}

static gboolean
parse_model(XmlTree *tree, XmlNode *node, MachineCpu *cpu, GError **error)
{
    XmlNode *model = xml_child(node, "model"), *vendor = xml_child(node, "vendor");
    int fallback = 0;

    if (model != NULL) {
        if (xml_attr(model, "vendor_id") != NULL)
            return xml_unsupported(tree, model, error,
                                   "attribute 'vendor_id' is not supported; remove it");
        if (!xml_attr_word(tree, model, "fallback", fallback_words, 3, &fallback, error))
            return FALSE;
        cpu->fallback = (DomainSwitch)fallback;
        if (*xml_text(model) != '\0' && cpu->mode == MACHINE_CPU_CUSTOM) {
            if (!check_word(tree, model, "model", xml_text(model), error))
                return FALSE;
            cpu->model = g_strdup(xml_text(model));
        } else if (cpu->mode == MACHINE_CPU_CUSTOM) {
            return xml_error(tree, model, error, "is empty; name a model or use mode='host-model'");
        } else if (cpu->mode != MACHINE_CPU_HOST_MODEL && *xml_text(model) != '\0') {
            return xml_error(tree, model, error,
                             "has no place in mode='%s', which takes the host's; remove it",
                             machine_cpu_mode_to_string(cpu->mode));
        }
    } else if (cpu->mode == MACHINE_CPU_CUSTOM && xml_attr(node, "mode") != NULL) {
        return xml_error(tree, node, error,
                         "mode 'custom' lacks <model>; name one, or use mode='host-model'");
    }
    if (vendor == NULL || *xml_text(vendor) == '\0')
        return TRUE;
    if (!check_word(tree, vendor, "vendor", xml_text(vendor), error))
        return FALSE;
    cpu->vendor = g_strdup(xml_text(vendor));
    return TRUE;
}

static gboolean
parse_topology(XmlTree *tree, XmlNode *node, DomainDef *def, GError **error)
{
    MachineCpu *cpu = &def->machine->cpu;
    XmlNode *topology = xml_child(node, "topology"), *cache = xml_child(node, "cache");
    guint64 product;

    if (!xml_fields_parse(tree, node, XML_FIELDS(topology_fields), cpu, error))
        return FALSE;
    if (cache != NULL && cpu->cache == MACHINE_CPU_CACHE_ABSENT)
        return xml_error(tree, cache, error, "lacks the attribute 'mode'");
    if (topology == NULL)
        return TRUE;
    if (cpu->sockets == 0 || cpu->cores == 0 || cpu->threads == 0)
        return xml_error(tree, topology, error, "needs 'sockets', 'cores' and 'threads'");
    if (cpu->dies == 0)
        cpu->dies = 1;
    if (xml_attr(topology, "clusters") != NULL && strcmp(xml_attr(topology, "clusters"), "1") != 0)
        return xml_unsupported(tree, topology, error,
                               "attribute 'clusters' is not supported; remove it");
    product = (guint64)cpu->sockets * cpu->dies * cpu->cores;
    if (product > G_MAXUINT32 || product * cpu->threads != def->tune.vcpus)
        return xml_error(tree, topology, error,
                         "makes %" G_GUINT64_FORMAT " processors of %u sockets, %u dies, %u cores "
                         "and %u threads, but <vcpu> is %u; make them agree",
                         product > G_MAXUINT32 ? product : product * cpu->threads, cpu->sockets,
                         cpu->dies, cpu->cores, cpu->threads, def->tune.vcpus);
    return TRUE;
}

static gboolean
parse_phys(XmlTree *tree, XmlNode *node, MachineCpu *cpu, GError **error)
{
    XmlNode *phys = xml_child(node, "maxphysaddr");
    guint64 bits = 0;

    if (phys == NULL)
        return TRUE;
    if (xml_attr_need(tree, phys, "mode", error) == NULL ||
        !xml_attr_bool(tree, phys, "mode", "emulate", "passthrough", &cpu->phys_passthrough,
                       error) ||
        !xml_attr_uint(tree, phys, "bits", 32, 64, &bits, error))
        return FALSE;
    if (cpu->phys_passthrough != (bits == 0))
        return bits == 0 ? xml_error(tree, phys, error, "mode 'emulate' lacks the attribute 'bits'")
                         : xml_error(tree, phys, error, "mode 'passthrough' takes no 'bits'");
    cpu->phys_bits = (guint)bits;
    return TRUE;
}

static gboolean
parse_features(XmlTree *tree, XmlNode *node, MachineCpu *cpu, GError **error)
{
    for (XmlNode *child = xml_child(node, "feature"); child != NULL;
         child = xml_next(child, "feature")) {
        const char *name = xml_attr_need(tree, child, "name", error);
        int policy = MACHINE_CPU_REQUIRE;
        MachineCpuFeature feature;

        if (name == NULL || !check_word(tree, child, "name", name, error) ||
            !xml_attr_word(tree, child, "policy", machine_cpu_policy_names, MACHINE_CPU_POLICY_LAST,
                           &policy, error))
            return FALSE;
        for (guint i = 0; i < cpu->features->len; i++)
            if (strcmp(g_array_index(cpu->features, MachineCpuFeature, i).name, name) == 0)
                return xml_error(tree, child, error, "names '%s' a second time; remove one", name);
        if (cpu->features->len >= MACHINE_FEATURES_MAX)
            return xml_error(tree, child, error, "is number %d; the limit is %d",
                             MACHINE_FEATURES_MAX + 1, MACHINE_FEATURES_MAX);
        feature = (MachineCpuFeature){g_strdup(name), (MachineCpuPolicy)policy};
        g_array_append_val(cpu->features, feature);
    }
    return TRUE;
}

gboolean
machine_cpu_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    XmlNode *node = xml_child(root, "cpu");
    MachineCpu *cpu = &def->machine->cpu;

    if (node == NULL)
        return TRUE;
    def->machine->lines.cpu = node->line;
    cpu->is_there = TRUE;
    if (!parse_mode(tree, node, cpu, error) || !parse_model(tree, node, cpu, error) ||
        !parse_topology(tree, node, def, error) || !parse_phys(tree, node, cpu, error) ||
        !parse_features(tree, node, cpu, error))
        return FALSE;
    if (cpu->features->len > 0 && !cpu->has_mode)
        return xml_error(
            tree, node, error,
            "has <feature>, but no model that they would change; add mode='host-model' "
            "or a <model>");
    return TRUE;
}

static void
format_model(const MachineCpu *cpu, GString *out)
{
    if (cpu->model == NULL && cpu->fallback == DOMAIN_SWITCH_ABSENT)
        return;
    xml_write_indent(out, 4);
    g_string_append(out, "<model");
    xml_write_attr(out, "fallback", fallback_words[cpu->fallback]);
    if (cpu->model != NULL)
        g_string_append_printf(out, ">%s</model>\n", cpu->model);
    else
        g_string_append(out, "/>\n");
}

void
machine_cpu_format(const MachineCpu *cpu, GString *out)
{
    gsize body;

    if (!cpu->is_there)
        return;
    xml_write_indent(out, 2);
    g_string_append(out, "<cpu");
    if (cpu->has_mode)
        xml_write_attr(out, "mode", machine_cpu_mode_to_string(cpu->mode));
    if (cpu->has_mode && cpu->mode == MACHINE_CPU_CUSTOM)
        xml_write_attr(out, "match", machine_cpu_match_to_string(cpu->match));
    xml_fields_format_attrs(out, XML_FIELDS(check_fields), cpu);
    body = out->len;
    format_model(cpu, out);
    xml_write_text(out, 4, "vendor", cpu->vendor);
    xml_fields_format_children(out, 4, XML_FIELDS(topology_fields), cpu);
    if (cpu->phys_passthrough)
        xml_write_line(out, 4, "<maxphysaddr mode='passthrough'/>");
    if (cpu->phys_bits != 0)
        xml_write_line(out, 4, "<maxphysaddr mode='emulate' bits='%u'/>", cpu->phys_bits);
    for (guint i = 0; i < cpu->features->len; i++) {
        const MachineCpuFeature *feature = &g_array_index(cpu->features, MachineCpuFeature, i);

        xml_write_line(out, 4, "<feature policy='%s' name='%s'/>",
                       machine_cpu_policy_to_string(feature->policy), feature->name);
    }
    xml_write_close(out, 2, "cpu", body);
}

void
machine_cpu_copy(MachineCpu *to)
{
    const GArray *from = to->features;

    to->model = g_strdup(to->model);
    to->vendor = g_strdup(to->vendor);
    to->features = features_new();
    for (guint i = 0; i < from->len; i++) {
        MachineCpuFeature feature = g_array_index(from, MachineCpuFeature, i);

        feature.name = g_strdup(feature.name);
        g_array_append_val(to->features, feature);
    }
}

void
machine_cpu_clear(MachineCpu *cpu)
{
    g_free(cpu->model);
    g_free(cpu->vendor);
    g_clear_pointer(&cpu->features, g_array_unref);
}
