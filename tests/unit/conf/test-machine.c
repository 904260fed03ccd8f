/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/machine/machine.h"
#include "enum-check.h"
#include "util/error.h"

static const char document[] =
    "<domain type='kvm' id='7'><name>a</name><memory>65536</memory>"
    "<os><type machine='q35'>hvm</type></os><devices>"
    "<disk><source file='/a'/><target dev='vda'/><alias name='ua-first'/></disk>"
    "<disk><source file='/b'/><target dev='sda' bus='sata'/></disk>"
    "<interface type='user'><mac address='52:54:00:00:00:01'/></interface>"
    "<interface type='user'><mac address='52:54:00:00:00:02'/><alias name='net1'/></interface>"
    "<serial type='pty'><source path='/dev/pts/9'/><alias name='serial0'/></serial>"
    "<rng model='virtio'><backend model='builtin'/></rng>"
    "<rng model='virtio'><backend model='random'>/dev/random</backend></rng>"
    "<rng model='virtio'><backend model='random'>/dev/random</backend></rng>"
    "<graphics type='vnc' port='5907' autoport='yes' passwd='secret'/>"
    "</devices></domain>";

static DomainDef *
parsed(gboolean live)
{
    g_autoptr(GError) error = NULL;
    DomainDef *def =
        live ? domain_def_parse_live(document, strlen(document), "a.xml", &error)
             : domain_def_parse(document, strlen(document), "a.xml", TRUE, NULL, &error);

    g_assert_no_error(error);
    return def;
}

static MachineDevice *
device(const char *text)
{
    g_autoptr(GError) error = NULL;
    MachineDevice *result = machine_device_parse(text, strlen(text), "d.xml", &error);

    g_assert_no_error(error);
    return result;
}

static void
test_enums(void)
{
    TEST_ENUM_FROM(domain_address_type, DomainAddressType, 1, DOMAIN_ADDRESS_LAST);
    TEST_ENUM(domain_net_type, DomainNetType, DOMAIN_NET_LAST);
    TEST_ENUM_FROM(domain_net_driver, DomainNetDriver, 1, DOMAIN_NET_DRIVER_LAST);
    TEST_ENUM(machine_boot, MachineBoot, MACHINE_BOOT_LAST);
    TEST_ENUM_FROM(machine_firmware, MachineFirmware, 1, MACHINE_FIRMWARE_LAST);
    TEST_ENUM_FROM(machine_loader_type, MachineLoaderType, 1, MACHINE_LOADER_LAST);
    TEST_ENUM(machine_hyperv, MachineHyperv, MACHINE_HYPERV_LAST);
    TEST_ENUM(machine_kvm, MachineKvm, MACHINE_KVM_LAST);
    TEST_ENUM_FROM(machine_ioapic, MachineIoapic, 1, MACHINE_IOAPIC_LAST);
    TEST_ENUM(machine_cpu_mode, MachineCpuMode, MACHINE_CPU_LAST);
    TEST_ENUM(machine_cpu_match, MachineCpuMatch, MACHINE_CPU_MATCH_LAST);
    TEST_ENUM_FROM(machine_cpu_check, MachineCpuCheck, 1, MACHINE_CPU_CHECK_LAST);
    TEST_ENUM(machine_cpu_policy, MachineCpuPolicy, MACHINE_CPU_POLICY_LAST);
    TEST_ENUM_FROM(machine_cpu_cache, MachineCpuCache, 1, MACHINE_CPU_CACHE_LAST);
    TEST_ENUM(machine_clock_offset, MachineClockOffset, MACHINE_CLOCK_LAST);
    TEST_ENUM(machine_timer_name, MachineTimerName, MACHINE_TIMER_LAST);
    TEST_ENUM_FROM(machine_tick_policy, MachineTickPolicy, 1, MACHINE_TICK_LAST);
    TEST_ENUM_FROM(machine_timer_track, MachineTimerTrack, 1, MACHINE_TRACK_LAST);
    TEST_ENUM_FROM(machine_memory_source, MachineMemorySource, 1, MACHINE_MEMORY_LAST);
    TEST_ENUM(machine_device_kind, MachineDeviceKind, MACHINE_DEVICE_LAST);
}

static void
test_device_enums(void)
{
    TEST_ENUM(machine_disk_device, MachineDiskDevice, MACHINE_DISK_LAST);
    TEST_ENUM(machine_disk_bus, MachineDiskBus, MACHINE_BUS_LAST);
    TEST_ENUM(machine_disk_format, MachineDiskFormat, MACHINE_FORMAT_LAST);
    TEST_ENUM_FROM(machine_disk_cache, MachineDiskCache, 1, MACHINE_CACHE_LAST);
    TEST_ENUM_FROM(machine_disk_on_error, MachineDiskOnError, 1, MACHINE_ONERROR_LAST);
    TEST_ENUM_FROM(machine_disk_io, MachineDiskIo, 1, MACHINE_IO_LAST);
    TEST_ENUM_FROM(machine_disk_discard, MachineDiskDiscard, 1, MACHINE_DISCARD_LAST);
    TEST_ENUM_FROM(machine_disk_zeroes, MachineDiskZeroes, 1, MACHINE_ZEROES_LAST);
    TEST_ENUM_FROM(machine_startup, MachineStartup, 1, MACHINE_STARTUP_LAST);
    TEST_ENUM_FROM(virtio_model, VirtioModel, 1, VIRTIO_MODEL_LAST);
    TEST_ENUM(machine_controller_type, MachineControllerType, MACHINE_CONTROLLER_LAST);
    TEST_ENUM_FROM(machine_controller_model, MachineControllerModel, 1, CONTROLLER_MODEL_LAST);
    TEST_ENUM(machine_fs_driver, MachineFsDriver, MACHINE_FS_LAST);
    TEST_ENUM(machine_fs_access, MachineFsAccess, MACHINE_FS_ACCESS_LAST);
    TEST_ENUM_FROM(machine_fs_multidevs, MachineFsMultidevs, 1, MACHINE_FS_MULTIDEVS_LAST);
    TEST_ENUM_FROM(machine_fs_cache, MachineFsCache, 1, MACHINE_FS_CACHE_LAST);
    TEST_ENUM(chardev_type, ChardevType, CHARDEV_LAST);
    TEST_ENUM(chardev_protocol, ChardevProtocol, CHARDEV_PROTOCOL_LAST);
    TEST_ENUM_FROM(chardev_target, ChardevTarget, 1, CHARDEV_TARGET_LAST);
    TEST_ENUM_FROM(chardev_model, ChardevModel, 1, CHARDEV_MODEL_LAST);
    TEST_ENUM(machine_graphics_type, MachineGraphicsType, MACHINE_GRAPHICS_LAST);
    TEST_ENUM(machine_listen_type, MachineListenType, MACHINE_LISTEN_LAST);
    TEST_ENUM_FROM(machine_share_policy, MachineSharePolicy, 1, MACHINE_SHARE_LAST);
    TEST_ENUM_FROM(machine_connected, MachineConnected, 1, MACHINE_CONNECTED_LAST);
    TEST_ENUM(spice_channel, SpiceChannel, SPICE_CHANNEL_LAST);
    TEST_ENUM_FROM(spice_mode, SpiceMode, 1, SPICE_MODE_LAST);
    TEST_ENUM_FROM(spice_image, SpiceImage, 1, SPICE_IMAGE_LAST);
    TEST_ENUM_FROM(spice_wan, SpiceWan, 1, SPICE_WAN_LAST);
    TEST_ENUM_FROM(spice_streaming, SpiceStreaming, 1, SPICE_STREAMING_LAST);
    TEST_ENUM_FROM(spice_mouse, SpiceMouse, 1, SPICE_MOUSE_LAST);
    TEST_ENUM_FROM(machine_video_model, MachineVideoModel, 1, MACHINE_VIDEO_LAST);
    TEST_ENUM(machine_input_type, MachineInputType, MACHINE_INPUT_LAST);
    TEST_ENUM_FROM(machine_input_bus, MachineInputBus, 1, MACHINE_INPUT_BUS_LAST);
    TEST_ENUM(machine_sound_model, MachineSoundModel, MACHINE_SOUND_LAST);
    TEST_ENUM(machine_codec, MachineCodec, MACHINE_CODEC_LAST);
    TEST_ENUM(machine_audio_type, MachineAudioType, MACHINE_AUDIO_LAST);
    TEST_ENUM(machine_watchdog_model, MachineWatchdogModel, MACHINE_WATCHDOG_LAST);
    TEST_ENUM(machine_watchdog_action, MachineWatchdogAction, MACHINE_WATCHDOG_ACTION_LAST);
    TEST_ENUM_FROM(machine_panic_model, MachinePanicModel, 1, MACHINE_PANIC_LAST);
}

static void
test_target_index(void)
{
    g_assert_cmpint(machine_disk_target_index("vda"), ==, 0);
    g_assert_cmpint(machine_disk_target_index("sdz"), ==, 25);
    g_assert_cmpint(machine_disk_target_index("hdaa"), ==, 26);
    g_assert_cmpint(machine_disk_target_index("ubdb"), ==, 1);
    g_assert_cmpint(machine_disk_target_index("vd"), ==, -1);
    g_assert_cmpint(machine_disk_target_index("vd1"), ==, -1);
    g_assert_cmpint(machine_disk_target_index("sdzzzzzzzzz"), ==, -1);
}

/* What a running machine had is kept by the one reader and left by the other. */
static void
test_live(void)
{
    g_autoptr(DomainDef) live = parsed(TRUE), stored = parsed(FALSE);
    const MachineChardev *serial =
        g_ptr_array_index(machine_devices(live, MACHINE_DEVICE_SERIAL), 0);
    const MachineGraphics *graphics =
        g_ptr_array_index(machine_devices(live, MACHINE_DEVICE_GRAPHICS), 0);

    g_assert_cmpint(live->id, ==, 7);
    g_assert_cmpstr(serial->source.path, ==, "/dev/pts/9");
    g_assert_cmpstr(serial->info.alias, ==, "serial0");
    g_assert_cmpint(graphics->port, ==, 5907);
    g_assert_cmpint(stored->id, ==, -1);
    serial = g_ptr_array_index(machine_devices(stored, MACHINE_DEVICE_SERIAL), 0);
    graphics = g_ptr_array_index(machine_devices(stored, MACHINE_DEVICE_GRAPHICS), 0);
    g_assert_null(serial->source.path);
    g_assert_null(serial->info.alias);
    g_assert_cmpint(graphics->port, ==, -1);
}

static void
test_password(void)
{
    g_autoptr(DomainDef) def = parsed(FALSE);
    g_autofree char *open = domain_def_format(def, DOMAIN_FORMAT_INACTIVE);
    g_autofree char *secure = domain_def_format(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);

    g_assert_null(strstr(open, "secret"));
    g_assert_nonnull(strstr(secure, " passwd='secret'"));
}

static void
expect_found(MachineDeviceKind kind, const char *text, int wanted)
{
    g_autoptr(DomainDef) def = parsed(TRUE);
    g_autoptr(MachineDevice) like = device(text);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(like->kind, ==, kind);
    g_assert_cmpint(machine_device_find(def, like, &error), ==, wanted);
    if (wanted >= 0)
        g_assert_no_error(error);
    else
        g_assert_nonnull(error);
}

static void
test_find(void)
{
    expect_found(MACHINE_DEVICE_DISK, "<disk><source file='/x'/><target dev='sda'/></disk>", 1);
    expect_found(MACHINE_DEVICE_DISK,
                 "<disk><source file='/x'/><target dev='vdz'/><alias name='ua-first'/></disk>", 0);
    expect_found(MACHINE_DEVICE_DISK, "<disk><source file='/x'/><target dev='vdb'/></disk>", -1);
    expect_found(MACHINE_DEVICE_INTERFACE,
                 "<interface type='user'><mac address='52:54:00:00:00:02'/></interface>", 1);
    expect_found(MACHINE_DEVICE_INTERFACE,
                 "<interface type='user'><mac address='52:54:00:00:00:03'/></interface>", -1);
    expect_found(MACHINE_DEVICE_RNG, "<rng model='virtio'><backend model='builtin'/></rng>", 0);
}

static void
test_find_several(void)
{
    g_autoptr(DomainDef) def = parsed(FALSE);
    g_autoptr(MachineDevice) like =
        device("<rng model='virtio'><backend model='random'>/dev/random</backend></rng>");
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(machine_device_find(def, like, &error), ==, -1);
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG);
    g_assert_cmpstr(
        error->message, ==,
        "several <rng> are like this; add its <address> or <alias> as dumpxml shows it");
}

static void
expect_insert(const char *text, const char *message)
{
    g_autoptr(DomainDef) def = parsed(FALSE);
    g_autoptr(MachineDevice) added = device(text);
    guint before = machine_devices(def, added->kind)->len;
    g_autoptr(GError) error = NULL;

    if (message == NULL) {
        g_assert_true(machine_device_insert(def, added, &error));
        g_assert_no_error(error);
        g_assert_null(added->device);
        g_assert_cmpuint(machine_devices(def, added->kind)->len, ==, before + 1);
        return;
    }
    g_assert_false(machine_device_insert(def, added, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_EXISTS);
    g_assert_cmpstr(error->message, ==, message);
    g_assert_nonnull(added->device);
    g_assert_cmpuint(machine_devices(def, added->kind)->len, ==, before);
}

static void
test_insert(void)
{
    expect_insert("<disk><source file='/c'/><target dev='vdb'/></disk>", NULL);
    expect_insert("<memballoon model='virtio'/>", NULL);
    expect_insert("<disk><source file='/c'/><target dev='vda'/></disk>",
                  "the guest has a <disk> with this target 'vda' already; choose another for the "
                  "<disk>");
    expect_insert("<interface type='user'><mac address='52:54:00:00:00:01'/></interface>",
                  "the guest has an interface with the address 52:54:00:00:00:01 already; give "
                  "another");
    expect_insert("<sound model='ac97'><alias name='ua-first'/></sound>",
                  "the guest has a <disk> with this alias 'ua-first' already; choose another for "
                  "the <sound>");
}

static void
expect_refused(const char *text, LodgeErrorCode code, const char *message)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(machine_device_parse(text, strlen(text), "d.xml", &error));
    g_assert_error(error, LODGE_ERROR, (int)code);
    g_assert_cmpstr(error->message, ==, message);
}

static void
test_device_refused(void)
{
    expect_refused("<tpm model='tpm-tis'/>", LODGE_ERROR_UNSUPPORTED_CONFIG,
                   "d.xml:1: <tpm> is not supported yet: a TPM comes in a later lodge; remove it, "
                   "or use virt-install --tpm none");
    expect_refused("<teapot/>", LODGE_ERROR_CONFIG,
                   "d.xml:1: <teapot> is no device; give one like <disk>, <interface> or "
                   "<controller>");
    expect_refused("<rng model='virtio'>\n<backend model='builtin'/><tea/></rng>",
                   LODGE_ERROR_SCHEMA, "d.xml:2: <tea> is not known inside <rng>");
    expect_refused("tea", LODGE_ERROR_SYNTAX,
                   "d.xml:1: this is no XML: it must begin with an element");
    expect_refused("<rng/>more", LODGE_ERROR_SYNTAX,
                   "d.xml:1: something stands behind the end of <rng>; remove it");
}

static void
test_device_format(void)
{
    g_autoptr(MachineDevice) disk = device("<disk><source file='/c'/><target dev='vdb'/></disk>");
    gpointer copy = machine_device_copy(disk->kind, disk->device);
    g_autofree char *text = machine_device_format(disk->kind, copy, NULL, DOMAIN_FORMAT_INACTIVE);

    machine_device_struct_free(disk->kind, copy);
    g_assert_cmpstr(text, ==,
                    "<disk type='file' device='disk'>\n"
                    "  <driver name='qemu' type='raw'/>\n"
                    "  <source file='/c'/>\n"
                    "  <target dev='vdb' bus='virtio'/>\n"
                    "</disk>\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine/enums", test_enums);
    g_test_add_func("/machine/device-enums", test_device_enums);
    g_test_add_func("/machine/target-index", test_target_index);
    g_test_add_func("/machine/live", test_live);
    g_test_add_func("/machine/password", test_password);
    g_test_add_func("/machine/find", test_find);
    g_test_add_func("/machine/find-several", test_find_several);
    g_test_add_func("/machine/insert", test_insert);
    g_test_add_func("/machine/device-refused", test_device_refused);
    g_test_add_func("/machine/device-format", test_device_format);
    return g_test_run();
}
