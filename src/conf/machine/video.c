/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/video.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

#define VIDEO_KIB_MAX (1024 * 1024) /* QEMU's cards take 1 GiB at most */

static const char *const machine_video_model_names[] = {
    [MACHINE_VIDEO_VGA] = "vga",       [MACHINE_VIDEO_CIRRUS] = "cirrus",
    [MACHINE_VIDEO_VMVGA] = "vmvga",   [MACHINE_VIDEO_QXL] = "qxl",
    [MACHINE_VIDEO_VIRTIO] = "virtio", [MACHINE_VIDEO_BOCHS] = "bochs",
    [MACHINE_VIDEO_RAMFB] = "ramfb",   [MACHINE_VIDEO_NONE] = "none",
};
ENUM_IMPL(machine_video_model, MachineVideoModel)

static const XmlField model_fields[] = {
    XML_WORD("model", "type", MachineVideo, model, machine_video_model_names),
    XML_UINT("model", "ram", MachineVideo, ram_kib, 0, VIDEO_KIB_MAX),
    XML_UINT("model", "vram", MachineVideo, vram_kib, 0, VIDEO_KIB_MAX),
    XML_UINT("model", "vram64", MachineVideo, vram64_kib, 0, VIDEO_KIB_MAX),
    XML_UINT("model", "vgamem", MachineVideo, vgamem_kib, 0, VIDEO_KIB_MAX),
    XML_UINT("model", "heads", MachineVideo, heads, 0, 16),
    XML_FIELD(FLAG, "model", "primary", MachineVideo, is_primary),
    XML_FIELD(ONOFF, "model", "blob", MachineVideo, blob),
};

/* Below <model>. */
static const XmlField inner_fields[] = {
    XML_FIELD(YESNO, "acceleration", "accel3d", MachineVideo, accel3d),
    XML_UINT("resolution", "x", MachineVideo, width, 1, 16384),
    XML_UINT("resolution", "y", MachineVideo, height, 1, 16384),
};

static const XmlField driver_fields[] = {
    VIRTIO_DRIVER_FIELDS("driver", MachineVideo),
};

static gboolean
check(XmlTree *tree, XmlNode *model, const MachineVideo *video, GError **error)
{
    const char *type = machine_video_model_to_string(video->model);

    if ((video->ram_kib || video->vgamem_kib || video->vram64_kib) &&
        video->model != MACHINE_VIDEO_QXL)
        return xml_error(tree, model, error,
                         "attributes 'ram', 'vgamem' and 'vram64' are for type='qxl'; remove them");
    if ((video->width == 0) != (video->height == 0))
        return xml_error(tree, xml_child(model, "resolution"), error, "needs both 'x' and 'y'");
    if (video->accel3d == DOMAIN_SWITCH_ON && video->model != MACHINE_VIDEO_VIRTIO)
        return xml_error(tree, xml_child(model, "acceleration"), error,
                         "accel3d is for type='virtio', not '%s'; remove it",
                         type != NULL ? type : "default");
    if (video->blob != DOMAIN_SWITCH_ABSENT && video->model != MACHINE_VIDEO_VIRTIO)
        return xml_error(tree, model, error, "attribute 'blob' is for type='virtio'; remove it");
    if (video->heads > 1 && video->model != MACHINE_VIDEO_VIRTIO &&
        video->model != MACHINE_VIDEO_QXL)
        return xml_error(tree, model, error,
                         "attribute 'heads' is %u; only qxl and virtio have more than one",
                         video->heads);
    return TRUE;
}

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    static const char *const others[] = {"xen", "vbox", "parallels", "gop"};
    MachineVideo *video = device;
    XmlNode *model = xml_child(node, "model"), *driver = xml_child(node, "driver");
    const char *type = model != NULL ? xml_attr(model, "type") : NULL;
    const char *name = driver != NULL ? xml_attr(driver, "name") : NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_strcmp0(type, others[i]) == 0)
            return xml_unsupported(tree, model, error,
                                   "type '%s' is not supported; use virtio, vga, qxl or bochs",
                                   type);
    if (name != NULL && strcmp(name, "qemu") != 0)
        return xml_unsupported(tree, driver, error,
                               "name '%s' is not supported; QEMU draws itself, remove it", name);
    if (!xml_fields_parse(tree, node, XML_FIELDS(model_fields), video, error) ||
        !xml_fields_parse(tree, node, XML_FIELDS(driver_fields), video, error))
        return FALSE;
    if (model != NULL && (!xml_fields_parse(tree, model, XML_FIELDS(inner_fields), video, error) ||
                          !check(tree, model, video, error)))
        return FALSE;
    return device_info_parse(tree, node, DEVICE_MAY_ACPI, AT_VIRTIO, &video->info, error);
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineVideo *video = device;
    gsize outer, body;

    xml_write_indent(out, 4);
    g_string_append(out, "<video");
    outer = out->len;
    xml_fields_format_children(out, 6, XML_FIELDS(driver_fields), video);
    if (video->model != MACHINE_VIDEO_DEFAULT || video->vram_kib || video->heads ||
        video->is_primary || video->width || video->accel3d != DOMAIN_SWITCH_ABSENT) {
        xml_write_indent(out, 6);
        g_string_append(out, "<model");
        xml_fields_format_open(out, XML_FIELDS(model_fields), video);
        body = out->len;
        xml_fields_format_children(out, 8, XML_FIELDS(inner_fields), video);
        xml_write_close(out, 6, "model", body);
    }
    device_info_format(&video->info, flags, 6, out);
    xml_write_close(out, 4, "video", outer);
}

static void
copy(gpointer to)
{
    device_info_copy(&((MachineVideo *)to)->info);
}

static void
clear(gpointer device)
{
    device_info_clear(&((MachineVideo *)device)->info);
}

const MachineDeviceOps machine_video_ops = {"video", sizeof(MachineVideo), parse, format, copy,
                                            clear};
