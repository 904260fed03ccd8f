/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/vsock.h"

#include "conf/machine/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const XmlField element_fields[] = {
    XML_WORD(NULL, "model", MachineVsock, model, virtio_model_names),
};

static const XmlField driver_fields[] = {
    VIRTIO_DRIVER_FIELDS("driver", MachineVsock),
};

static gboolean
parse_cid(XmlTree *tree, XmlNode *node, MachineVsock *vsock, GError **error)
{
    XmlNode *cid = xml_child(node, "cid");
    guint64 address = 0;

    if (cid == NULL) {
        vsock->is_auto = TRUE;
        return TRUE;
    }
    /* 0 to 2 are the hypervisor, local and the host */
    if (!xml_attr_bool(tree, cid, "auto", "no", "yes", &vsock->is_auto, error) ||
        !xml_attr_uint(tree, cid, "address", 3, G_MAXUINT32 - 1, &address, error))
        return FALSE;
    if (!vsock->is_auto && address == 0)
        return xml_error(tree, cid, error, "lacks the attribute 'address'; or use auto='yes'");
    if (!vsock->is_auto || xml_is_live(tree))
        vsock->cid = (guint)address;
    return TRUE;
}

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineVsock *vsock = device;

    if (!xml_fields_parse(tree, node, XML_FIELDS(element_fields), vsock, error))
        return FALSE;
    if (vsock->model == VIRTIO_MODEL_ABSENT)
        vsock->model = VIRTIO_MODEL_VIRTIO;
    return xml_fields_parse(tree, node, XML_FIELDS(driver_fields), vsock, error) &&
           parse_cid(tree, node, vsock, error) &&
           device_info_parse(tree, node, DEVICE_MAY_ACPI, AT_VIRTIO, &vsock->info, error);
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineVsock *vsock = device;
    gboolean hidden = vsock->is_auto && (flags & DOMAIN_FORMAT_INACTIVE) != 0;

    xml_write_indent(out, 4);
    g_string_append(out, "<vsock");
    xml_fields_format_attrs(out, XML_FIELDS(element_fields), vsock);
    g_string_append(out, ">\n");
    xml_write_indent(out, 6);
    g_string_append_printf(out, "<cid auto='%s'", vsock->is_auto ? "yes" : "no");
    if (vsock->cid != 0 && !hidden)
        xml_write_attr_uint(out, "address", vsock->cid);
    g_string_append(out, "/>\n");
    device_info_format(&vsock->info, flags, 6, out);
    xml_fields_format_children(out, 6, XML_FIELDS(driver_fields), vsock);
    xml_write_line(out, 4, "</vsock>");
}

static void
copy(gpointer to)
{
    device_info_copy(&((MachineVsock *)to)->info);
}

static void
clear(gpointer device)
{
    device_info_clear(&((MachineVsock *)device)->info);
}

const MachineDeviceOps machine_vsock_ops = {"vsock", sizeof(MachineVsock), parse, format, copy,
                                            clear};
