/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/rng.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const XmlField element_fields[] = {
    XML_NEEDED_WORD(NULL, "model", MachineRng, model, virtio_model_names),
};

static const XmlField rate_fields[] = {
    XML_UINT("rate", "bytes", MachineRng, rate_bytes, 1, G_MAXINT32),
    XML_UINT("rate", "period", MachineRng, rate_period_ms, 1, G_MAXINT32),
};

static const XmlField driver_fields[] = {
    VIRTIO_DRIVER_FIELDS("driver", MachineRng),
};

static gboolean
parse_backend(XmlTree *tree, XmlNode *node, MachineRng *rng, GError **error)
{
    XmlNode *backend = xml_child(node, "backend");
    const char *model;

    if (backend == NULL)
        return xml_error(tree, node, error, "lacks <backend model='random'>/dev/urandom</backend>");
    model = xml_attr_need(tree, backend, "model", error);
    if (model == NULL)
        return FALSE;
    if (strcmp(model, "builtin") == 0) {
        rng->is_builtin = TRUE;
        return TRUE;
    }
    if (strcmp(model, "random") != 0)
        return xml_unsupported(tree, backend, error,
                               "model '%.*s' is not supported; use random or builtin",
                               XML_QUOTE_MAX, model);
    rng->path = *xml_text(backend) != '\0'
                    ? xml_path(tree, backend, "path", xml_text(backend), error)
                    : g_strdup("/dev/urandom");
    return rng->path != NULL;
}

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineRng *rng = device;

    if (!xml_fields_parse(tree, node, XML_FIELDS(element_fields), rng, error) ||
        !xml_fields_parse(tree, node, XML_FIELDS(rate_fields), rng, error) ||
        !xml_fields_parse(tree, node, XML_FIELDS(driver_fields), rng, error))
        return FALSE;
    if (rng->rate_period_ms != 0 && rng->rate_bytes == 0)
        return xml_error(tree, xml_child(node, "rate"), error, "lacks the attribute 'bytes'");
    return parse_backend(tree, node, rng, error) &&
           device_info_parse(tree, node, DEVICE_MAY_ACPI, AT_VIRTIO, &rng->info, error);
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineRng *rng = device;

    xml_write_indent(out, 4);
    g_string_append(out, "<rng");
    xml_fields_format_attrs(out, XML_FIELDS(element_fields), rng);
    g_string_append(out, ">\n");
    xml_fields_format_children(out, 6, XML_FIELDS(rate_fields), rng);
    if (rng->is_builtin) {
        xml_write_line(out, 6, "<backend model='builtin'/>");
    } else {
        xml_write_indent(out, 6);
        g_string_append(out, "<backend model='random'>");
        xml_write_escaped(out, rng->path, FALSE);
        g_string_append(out, "</backend>\n");
    }
    xml_fields_format_children(out, 6, XML_FIELDS(driver_fields), rng);
    device_info_format(&rng->info, flags, 6, out);
    xml_write_line(out, 4, "</rng>");
}

static void
copy(gpointer to)
{
    MachineRng *rng = to;

    device_info_copy(&rng->info);
    rng->path = g_strdup(rng->path);
}

static void
clear(gpointer device)
{
    MachineRng *rng = device;

    device_info_clear(&rng->info);
    g_free(rng->path);
}

const MachineDeviceOps machine_rng_ops = {"rng", sizeof(MachineRng), parse, format, copy, clear};
