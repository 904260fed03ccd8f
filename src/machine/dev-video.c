/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <video>: graphics cards. */
#include <string.h>

#include "machine/command.h"

static const char *
video_virtio(const Command *command, const MachineVideo *video)
{
    gboolean is_gl = video->accel3d == DOMAIN_SWITCH_ON && command_qemu_version(command) >= 6001000;

    /* The one with a VGA part shows the firmware and the boot loader, too. */
    if (video->is_primary && domain_machine_is_x86(command->in->def) &&
        command_has_device(command, is_gl ? "virtio-vga-gl" : "virtio-vga"))
        return is_gl ? "virtio-vga-gl" : "virtio-vga";
    return is_gl ? "virtio-gpu-gl-pci" : "virtio-gpu-pci";
}

static const char *
video_driver(const Command *command, const MachineVideo *video)
{
    switch (video->model) {
    case MACHINE_VIDEO_VGA:
    case MACHINE_VIDEO_DEFAULT:
        return "VGA";
    case MACHINE_VIDEO_CIRRUS:
        return "cirrus-vga";
    case MACHINE_VIDEO_VMVGA:
        return "vmware-svga";
    case MACHINE_VIDEO_QXL:
        return video->is_primary ? "qxl-vga" : "qxl";
    case MACHINE_VIDEO_VIRTIO:
        return video_virtio(command, video);
    case MACHINE_VIDEO_BOCHS:
        return "bochs-display";
    case MACHINE_VIDEO_RAMFB:
        return "ramfb";
    case MACHINE_VIDEO_NONE:
    case MACHINE_VIDEO_LAST:
        break;
    }
    return NULL;
}

static void
video_memory(Option *option, const MachineVideo *video)
{
    switch (video->model) {
    case MACHINE_VIDEO_QXL:
        option_given(option, "ram_size", (guint64)video->ram_kib * 1024);
        option_given(option, "vram_size", (guint64)video->vram_kib * 1024);
        option_given(option, "vram64_size_mb", video->vram64_kib / 1024);
        option_given(option, "vgamem_mb", video->vgamem_kib / 1024);
        return;
    case MACHINE_VIDEO_VGA:
    case MACHINE_VIDEO_DEFAULT:
    case MACHINE_VIDEO_CIRRUS:
    case MACHINE_VIDEO_VMVGA:
        option_given(option, "vgamem_mb", video->vram_kib / 1024);
        return;
    case MACHINE_VIDEO_BOCHS:
        if (video->vram_kib > 0) {
            g_autofree char *text = g_strdup_printf("%uk", video->vram_kib);

            option_string(option, "vgamem", text);
        }
        return;
    case MACHINE_VIDEO_VIRTIO:
    case MACHINE_VIDEO_RAMFB:
    case MACHINE_VIDEO_NONE:
    case MACHINE_VIDEO_LAST:
        return;
    }
}

gboolean
dev_video(Command *command, gconstpointer device, GError **error)
{
    const MachineVideo *video = device;
    const char *driver = video_driver(command, video);
    g_autoptr(Option) option = NULL;

    if (driver == NULL)
        return TRUE;
    if (!command_has_device(command, driver))
        return command_refuse(command->in, video->info.line, error,
                              "<video>: this QEMU has no device '%s'; use model type 'vga' or "
                              "'virtio'%s",
                              driver,
                              video->model == MACHINE_VIDEO_QXL
                                  ? ", or install the package qemu-system-modules-spice"
                                  : "");
    option = option_new(driver);
    if (!option_device(command, option, &video->info, error))
        return FALSE;
    video_memory(option, video);
    if (video->model == MACHINE_VIDEO_VIRTIO) {
        option_given(option, "max_outputs", video->heads);
        option_switch(option, "blob", video->blob);
        option_virtio(option, &video->virtio);
    } else if (video->model == MACHINE_VIDEO_QXL) {
        option_given(option, "max_outputs", video->heads);
    }
    if (video->model != MACHINE_VIDEO_RAMFB && video->model != MACHINE_VIDEO_CIRRUS &&
        video->model != MACHINE_VIDEO_VMVGA) {
        option_given(option, "xres", video->width);
        option_given(option, "yres", video->height);
    }
    command_take(command, "-device", g_steal_pointer(&option));
    return TRUE;
}
