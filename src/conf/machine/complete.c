/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/machine/complete-priv.h"
#include "conf/machine/parts-priv.h"
#include "util/error.h"

#define VGA_VRAM_KIB   16384 /* the cards' defaults as libvirt writes them down */
#define QXL_RAM_KIB    65536
#define QXL_VRAM_KIB   65536
#define QXL_VGAMEM_KIB 16384

static gboolean
has_arch(const DomainDef *def, const char *const *archs, gsize n_archs)
{
    for (gsize i = 0; i < n_archs; i++)
        if (g_strcmp0(def->os.arch, archs[i]) == 0)
            return TRUE;
    return FALSE;
}

gboolean
domain_machine_is_x86(const DomainDef *def)
{
    static const char *const archs[] = {"x86_64", "i686"};

    return has_arch(def, archs, G_N_ELEMENTS(archs));
}

static gboolean
is_type(const DomainDef *def, const char *name, const char *prefix)
{
    const char *machine = def->machine->os.machine;

    return machine != NULL && (strcmp(machine, name) == 0 || g_str_has_prefix(machine, prefix));
}

gboolean
domain_machine_is_q35(const DomainDef *def)
{
    return domain_machine_is_x86(def) && is_type(def, "q35", "pc-q35-");
}

gboolean
domain_machine_is_i440fx(const DomainDef *def)
{
    const char *machine = def->machine->os.machine;

    return domain_machine_is_x86(def) &&
           (machine == NULL || is_type(def, "pc", "pc-i440fx-") ||
            g_str_has_prefix(machine, "pc-0.") || g_str_has_prefix(machine, "pc-1."));
}

gboolean
domain_machine_is_virt(const DomainDef *def)
{
    return !domain_machine_is_x86(def) && is_type(def, "virt", "virt-");
}

gpointer
complete_add(DomainDef *def, MachineDeviceKind kind)
{
    gpointer device = g_malloc0(machine_device_ops(kind)->size);

    g_ptr_array_add(machine_devices(def, kind), device);
    return device;
}

static gboolean
complete_os(DomainDef *def, const char *host_arch, GError **error)
{
    static const char *const archs[] = {"x86_64", "i686", "aarch64", "armv7l", "riscv64"};
    MachineOs *os = &def->machine->os;

    if (def->os.arch == NULL)
        def->os.arch = g_strdup(host_arch);
    if (!has_arch(def, archs, G_N_ELEMENTS(archs)))
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "%d: <type> attribute 'arch' is '%s'; lodge's machines are x86_64, "
                         "i686, aarch64, armv7l or riscv64",
                         def->machine->lines.type, def->os.arch);
    if (os->machine == NULL)
        os->machine = g_strdup(domain_machine_is_x86(def) ? "pc" : "virt");
    if (!domain_machine_is_q35(def) && !domain_machine_is_i440fx(def) &&
        !domain_machine_is_virt(def))
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "%d: <type> attribute 'machine' is '%s', which is not supported; use "
                         "%s",
                         def->machine->lines.type, os->machine,
                         domain_machine_is_x86(def) ? "q35 or pc" : "virt");
    return TRUE;
}

static gboolean
has_no_order(MachineDeviceKind kind G_GNUC_UNUSED, gpointer device G_GNUC_UNUSED,
             DomainDeviceInfo *info, gpointer data G_GNUC_UNUSED)
{
    return info->boot_order == 0;
}

static void
complete_boot(DomainDef *def)
{
    MachineOs *os = &def->machine->os;

    if (os->n_boot == 0 && machine_devices_foreach(def, has_no_order, NULL))
        os->boot[os->n_boot++] = MACHINE_BOOT_HD;
}

static void
complete_cpu(DomainDef *def)
{
    MachineCpu *cpu = &def->machine->cpu;
    gboolean of_host =
        cpu->mode == MACHINE_CPU_HOST_PASSTHROUGH || cpu->mode == MACHINE_CPU_MAXIMUM;

    if (!cpu->has_mode)
        return;
    if (cpu->check == MACHINE_CPU_CHECK_ABSENT)
        cpu->check = of_host ? MACHINE_CPU_CHECK_NONE : MACHINE_CPU_CHECK_PARTIAL;
    if (of_host && cpu->migratable == DOMAIN_SWITCH_ABSENT)
        cpu->migratable = DOMAIN_SWITCH_ON;
    if (cpu->model != NULL && cpu->fallback == DOMAIN_SWITCH_ABSENT)
        cpu->fallback = DOMAIN_SWITCH_ON;
}

static void
add_ps2(DomainDef *def, MachineInputType type)
{
    const GPtrArray *list = machine_devices(def, MACHINE_DEVICE_INPUT);
    MachineInput *added;

    for (guint i = 0; i < list->len; i++) {
        const MachineInput *input = g_ptr_array_index(list, i);

        if (input->type == type && input->bus == MACHINE_INPUT_BUS_PS2)
            return;
    }
    added = complete_add(def, MACHINE_DEVICE_INPUT);
    added->type = type;
    added->bus = MACHINE_INPUT_BUS_PS2;
}

/* The boards of x86 have a keyboard and a mouse of their own. */
static void
complete_inputs(DomainDef *def)
{
    const GPtrArray *list = machine_devices(def, MACHINE_DEVICE_INPUT);
    gboolean x86 = domain_machine_is_x86(def);

    for (guint i = 0; i < list->len; i++) {
        MachineInput *input = g_ptr_array_index(list, i);

        if (input->bus == MACHINE_INPUT_BUS_ABSENT)
            input->bus = x86 && input->type != MACHINE_INPUT_TABLET &&
                                 input->info.address.type == DOMAIN_ADDRESS_NONE
                             ? MACHINE_INPUT_BUS_PS2
                             : MACHINE_INPUT_BUS_USB;
    }
    if (!x86)
        return;
    add_ps2(def, MACHINE_INPUT_MOUSE);
    add_ps2(def, MACHINE_INPUT_KEYBOARD);
}

static const MachineGraphics *
find_graphics(const DomainDef *def, MachineGraphicsType type)
{
    const GPtrArray *list = machine_devices(def, MACHINE_DEVICE_GRAPHICS);

    for (guint i = 0; i < list->len; i++) {
        const MachineGraphics *graphics = g_ptr_array_index(list, i);

        if (graphics->type == type)
            return graphics;
    }
    return NULL;
}

static gboolean
complete_graphics(DomainDef *def, GError **error)
{
    const GPtrArray *list = machine_devices(def, MACHINE_DEVICE_GRAPHICS);
    guint n[MACHINE_GRAPHICS_LAST] = {0};

    for (guint i = 0; i < list->len; i++) {
        const MachineGraphics *graphics = g_ptr_array_index(list, i);

        if (++n[graphics->type] > 1)
            return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                             "%d: <graphics> is a second one of type '%s'; QEMU has one, "
                             "remove it",
                             graphics->info.line, machine_graphics_type_to_string(graphics->type));
    }
    return TRUE;
}

static void
complete_video_memory(MachineVideo *video)
{
    if (video->model == MACHINE_VIDEO_QXL) {
        video->ram_kib = video->ram_kib != 0 ? video->ram_kib : QXL_RAM_KIB;
        video->vram_kib = video->vram_kib != 0 ? video->vram_kib : QXL_VRAM_KIB;
        video->vgamem_kib = video->vgamem_kib != 0 ? video->vgamem_kib : QXL_VGAMEM_KIB;
    } else if (video->vram_kib == 0 &&
               (video->model == MACHINE_VIDEO_VGA || video->model == MACHINE_VIDEO_CIRRUS ||
                video->model == MACHINE_VIDEO_VMVGA || video->model == MACHINE_VIDEO_BOCHS)) {
        video->vram_kib = VGA_VRAM_KIB;
    }
}

static gboolean
check_video(const DomainDef *def, const MachineVideo *video, GError **error)
{
    guint n = machine_devices(def, MACHINE_DEVICE_VIDEO)->len;

    if (video->model == MACHINE_VIDEO_NONE && n > 1)
        return error_set(error, LODGE_ERROR_CONFIG,
                         "%d: <video> of type 'none' cannot be beside others; remove one",
                         video->info.line);
    if (!video->is_primary && video->model != MACHINE_VIDEO_QXL &&
        video->model != MACHINE_VIDEO_VIRTIO && video->model != MACHINE_VIDEO_BOCHS)
        return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                         "%d: <video> of type '%s' can be the first only; use qxl, virtio or "
                         "bochs for further ones",
                         video->info.line, machine_video_model_to_string(video->model));
    return TRUE;
}

/* A screen needs a card; the first card is the primary one, and the primary one is first. */
static gboolean
complete_videos(DomainDef *def, GError **error)
{
    GPtrArray *list = machine_devices(def, MACHINE_DEVICE_VIDEO);
    MachineVideo *primary = NULL;

    if (list->len == 0 && machine_devices(def, MACHINE_DEVICE_GRAPHICS)->len > 0)
        complete_add(def, MACHINE_DEVICE_VIDEO);
    for (guint i = 0; i < list->len; i++) {
        MachineVideo *video = g_ptr_array_index(list, i);

        if (video->is_primary && primary != NULL)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <video> is a second one with primary='yes'; remove one",
                             video->info.line);
        if (video->is_primary && i > 0)
            g_ptr_array_insert(list, 0, g_ptr_array_steal_index(list, i));
        primary = video->is_primary ? video : primary;
    }
    if (primary == NULL && list->len > 0)
        ((MachineVideo *)g_ptr_array_index(list, 0))->is_primary = TRUE;
    for (guint i = 0; i < list->len; i++) {
        MachineVideo *video = g_ptr_array_index(list, i);

        if (video->model == MACHINE_VIDEO_DEFAULT)
            video->model =
                domain_machine_is_x86(def) && i == 0 ? MACHINE_VIDEO_CIRRUS : MACHINE_VIDEO_VIRTIO;
        if (video->heads == 0 && video->model != MACHINE_VIDEO_NONE)
            video->heads = 1;
        complete_video_memory(video);
        if (!check_video(def, video, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
complete_sound(DomainDef *def, GError **error)
{
    const GPtrArray *audios = machine_devices(def, MACHINE_DEVICE_AUDIO);
    const GPtrArray *sounds = machine_devices(def, MACHINE_DEVICE_SOUND);
    gboolean has_spice = find_graphics(def, MACHINE_GRAPHICS_SPICE) != NULL;
    const MachineGraphics *vnc = find_graphics(def, MACHINE_GRAPHICS_VNC);

    if (audios->len == 0) {
        MachineAudio *audio = complete_add(def, MACHINE_DEVICE_AUDIO);

        audio->id = 1;
        audio->type = has_spice ? MACHINE_AUDIO_SPICE : MACHINE_AUDIO_NONE;
    }
    for (guint i = 0; i <= sounds->len; i++) {
        const MachineSound *sound = i < sounds->len ? g_ptr_array_index(sounds, i) : NULL;
        guint id = sound != NULL ? sound->audio_id : vnc != NULL ? vnc->audio_id : 0;
        gboolean found = id == 0;

        for (guint j = 0; j < audios->len; j++)
            found = found || ((MachineAudio *)g_ptr_array_index(audios, j))->id == id;
        if (!found)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <audio> has the id '%u', but there is no <audio id='%u'> "
                             "among the devices; add it",
                             sound != NULL ? sound->info.line : vnc->info.line, id, id);
    }
    for (guint i = 0; i < audios->len; i++) {
        const MachineAudio *audio = g_ptr_array_index(audios, i);

        if (audio->type == MACHINE_AUDIO_SPICE && !has_spice)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <audio> of type 'spice' needs <graphics type='spice'/>; add "
                             "it, or use type='none'",
                             audio->info.line);
    }
    return TRUE;
}

static void
complete_rest(DomainDef *def)
{
    const GPtrArray *balloons = machine_devices(def, MACHINE_DEVICE_MEMBALLOON);
    const GPtrArray *panics = machine_devices(def, MACHINE_DEVICE_PANIC);
    MachineMemballoon *balloon = balloons->len > 0 ? g_ptr_array_index(balloons, 0)
                                                   : complete_add(def, MACHINE_DEVICE_MEMBALLOON);

    if (!balloon->is_none && balloon->model == VIRTIO_MODEL_ABSENT)
        balloon->model = VIRTIO_MODEL_VIRTIO;
    for (guint i = 0; i < panics->len; i++) {
        MachinePanic *panic = g_ptr_array_index(panics, i);

        if (panic->model == MACHINE_PANIC_DEFAULT)
            panic->model = MACHINE_PANIC_ISA;
    }
    for (guint i = 0; i < def->nets->len; i++) {
        DomainNet *net = g_ptr_array_index(def->nets, i);

        if (net->model == NULL)
            net->model = g_strdup(domain_machine_is_x86(def) ? "rtl8139" : "virtio");
    }
}

static gboolean
check_spice(const DomainDef *def, int line, const char *element, const ChardevSource *source,
            GError **error)
{
    if ((source->type != CHARDEV_SPICEVMC && source->type != CHARDEV_SPICEPORT) ||
        find_graphics(def, MACHINE_GRAPHICS_SPICE) != NULL)
        return TRUE;
    return error_set(error, LODGE_ERROR_CONFIG,
                     "%d: <%s> of type '%s' needs <graphics type='spice'/>; add it or remove "
                     "this",
                     line, element, chardev_type_to_string(source->type));
}

/* What fits only with something else that stands elsewhere. */
static gboolean
check_together(const DomainDef *def, GError **error)
{
    const GPtrArray *filesystems = machine_devices(def, MACHINE_DEVICE_FILESYSTEM);
    const GPtrArray *redirdevs = machine_devices(def, MACHINE_DEVICE_REDIRDEV);

    for (int kind = MACHINE_DEVICE_SERIAL; kind <= MACHINE_DEVICE_CHANNEL; kind++) {
        const GPtrArray *list = machine_devices(def, (MachineDeviceKind)kind);

        for (guint i = 0; i < list->len; i++) {
            const MachineChardev *chardev = g_ptr_array_index(list, i);

            if (!check_spice(def, chardev->info.line,
                             machine_device_kind_to_string((MachineDeviceKind)kind),
                             &chardev->source, error))
                return FALSE;
        }
    }
    for (guint i = 0; i < redirdevs->len; i++) {
        const MachineRedirdev *redirdev = g_ptr_array_index(redirdevs, i);

        if (!check_spice(def, redirdev->info.line, "redirdev", &redirdev->source, error))
            return FALSE;
    }
    for (guint i = 0; i < filesystems->len; i++) {
        const MachineFilesystem *fs = g_ptr_array_index(filesystems, i);

        if (fs->driver == MACHINE_FS_VIRTIOFS && def->machine->memory.shared != DOMAIN_SWITCH_ON)
            return error_set(error, LODGE_ERROR_CONFIG,
                             "%d: <filesystem> of driver 'virtiofs' needs memory that its "
                             "daemon can see; add <memoryBacking><source type='memfd'/><access "
                             "mode='shared'/></memoryBacking>",
                             fs->info.line);
    }
    return TRUE;
}

static gboolean
complete(DomainDef *def, const char *host_arch, GError **error)
{
    if (!complete_os(def, host_arch, error))
        return FALSE;
    complete_boot(def);
    complete_cpu(def);
    complete_inputs(def);
    if (!complete_graphics(def, error) || !complete_videos(def, error) ||
        !complete_sound(def, error) || !complete_chardevs(def, error))
        return FALSE;
    complete_rest(def);
    return complete_drives(def, error) && complete_controllers(def, error) &&
           check_together(def, error);
}

gboolean
domain_machine_complete(DomainDef *def, const char *source, const char *host_arch, GError **error)
{
    if (complete(def, host_arch, error))
        return TRUE;
    g_prefix_error(error, "%s:", source); /* the steps begin with the line */
    return FALSE;
}
