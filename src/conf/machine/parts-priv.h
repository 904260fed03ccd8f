/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/machine/parts-priv.h - what each element family of machines offers to domain.c, machine.c and devices.c.
 *
 * _parse reads, _format prints (devices: their element, 4 columns in), _copy makes a shallow copy
 * a deep one, _clear frees what the struct owns.
 */
#pragma once

#include "conf/domain/device-priv.h"
#include "conf/machine/machine.h"
#include "conf/xml/field.h"
#include "conf/xml/tree.h"

#define MACHINE_ARGS_MAX     500 /* qemu:arg, qemu:env: a plan line holds 512 arguments */
#define MACHINE_BACKING_MAX  50  /* layers of one disk; a tree has 64 levels */
#define MACHINE_FEATURES_MAX 500 /* of one CPU; there are about 300 */

/* machine.c: what domain.c calls */
gboolean machine_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
void machine_format_body(const DomainDef *def, DomainFormatFlags flags, GString *out);
DomainMachine *machine_new(void);
DomainMachine *machine_copy(const DomainMachine *from);
void machine_free(DomainMachine *machine);

/* os.c (with def->os) */
gboolean machine_os_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
void machine_os_format(const DomainDef *def, GString *out);
void machine_os_copy(MachineOs *to);
void machine_os_clear(MachineOs *os);

/* features.c, features-hyperv.c */
gboolean machine_features_parse(XmlTree *tree, XmlNode *root, MachineFeatures *features,
                                GError **error);
void machine_features_format(const MachineFeatures *features, GString *out);
void machine_features_copy(MachineFeatures *to);
void machine_features_clear(MachineFeatures *features);
gboolean machine_hyperv_parse(XmlTree *tree, XmlNode *node, MachineFeatures *features,
                              GError **error);
void machine_hyperv_format(const MachineFeatures *features, GString *out);

/* cpu.c */
void machine_cpu_init(MachineCpu *cpu);
gboolean machine_cpu_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
void machine_cpu_format(const MachineCpu *cpu, GString *out);
void machine_cpu_copy(MachineCpu *to);
void machine_cpu_clear(MachineCpu *cpu);

/* clock.c */
void machine_clock_init(MachineClock *clock);
gboolean machine_clock_parse(XmlTree *tree, XmlNode *root, MachineClock *clock, GError **error);
void machine_clock_format(const MachineClock *clock, GString *out);
void machine_clock_copy(MachineClock *to);
void machine_clock_clear(MachineClock *clock);

/* memory.c: memoryBacking */
gboolean machine_memory_parse(XmlTree *tree, XmlNode *root, MachineMemory *memory, GError **error);
void machine_memory_format(const MachineMemory *memory, GString *out);

/* qemu-ns.c: qemu:commandline */
gboolean machine_qemu_parse(XmlTree *tree, XmlNode *root, DomainMachine *machine, GError **error);
gboolean machine_qemu_is_empty(const DomainMachine *machine);
void machine_qemu_format(const DomainMachine *machine, GString *out);
void machine_qemu_init(DomainMachine *machine);
void machine_qemu_copy(const DomainMachine *from, DomainMachine *to);

/* One kind of device. */
typedef struct {
    const char *name; /* of the element */
    gsize size;
    gboolean (*parse)(XmlTree *tree, XmlNode *node, gpointer device, GError **error);
    void (*format)(gconstpointer device, const DomainDef *def, DomainFormatFlags flags,
                   GString *out);
    void (*copy)(gpointer to);
    void (*clear)(gpointer device);
} MachineDeviceOps;

/* devices.c: <devices> */
gboolean machine_devices_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error);
void machine_devices_format(const DomainDef *def, DomainFormatFlags flags, GString *out);
const MachineDeviceOps *machine_device_ops(MachineDeviceKind kind);

extern const MachineDeviceOps machine_disk_ops, machine_controller_ops, machine_filesystem_ops,
    machine_interface_ops, machine_serial_ops, machine_parallel_ops, machine_console_ops,
    machine_channel_ops, machine_input_ops, machine_graphics_ops, machine_sound_ops,
    machine_audio_ops, machine_video_ops, machine_redirdev_ops, machine_watchdog_ops,
    machine_memballoon_ops, machine_rng_ops, machine_panic_ops, machine_vsock_ops;

/* disk-source.c: <source> and <backingStore> */
gboolean machine_disk_source_parse(XmlTree *tree, XmlNode *node, MachineDisk *disk, GError **error);
void machine_disk_source_format(const MachineDisk *disk, DomainFormatFlags flags, GString *out);
GPtrArray *machine_disk_backing_new(void);
GPtrArray *machine_disk_backing_copy(const GPtrArray *from);

/* chardev-source.c */
gboolean chardev_source_parse(XmlTree *tree, XmlNode *node, ChardevSource *source, GError **error);
void chardev_source_format(const ChardevSource *source, DomainFormatFlags flags, GString *out);
void chardev_source_copy(ChardevSource *to);
void chardev_source_clear(ChardevSource *source);

/* graphics-listen.c */
gboolean machine_listens_parse(XmlTree *tree, XmlNode *node, MachineGraphics *graphics,
                               GError **error);
void machine_listens_format_attrs(const MachineGraphics *graphics, DomainFormatFlags flags,
                                  GString *out);
void machine_listens_format(const MachineGraphics *graphics, DomainFormatFlags flags, GString *out);
GPtrArray *machine_listens_copy(const GPtrArray *from);

/* net.c: the DomainNetMachine of an interface */
gboolean machine_net_parse(XmlTree *tree, XmlNode *node, DomainNet *net, GError **error);
void machine_net_format_backend(const DomainNet *net, GString *out);
void machine_net_format_driver(const DomainNet *net, GString *out);
void machine_net_format_forwards(const DomainNet *net, GString *out);
DomainNetMachine *machine_net_copy(const DomainNetMachine *from);
void machine_net_free(DomainNetMachine *net);

/* virtio.c: words and rows that virtio devices share */
extern const char *const virtio_model_names[VIRTIO_MODEL_LAST];
#define VIRTIO_DRIVER_FIELDS(child, Type)                                                          \
    XML_FIELD(ONOFF, child, "iommu", Type, virtio.iommu),                                          \
        XML_FIELD(ONOFF, child, "ats", Type, virtio.ats),                                          \
        XML_FIELD(ONOFF, child, "packed", Type, virtio.packed),                                    \
        XML_FIELD(ONOFF, child, "page_per_vq", Type, virtio.page_per_vq)

#define AT_VIRTIO (DEVICE_AT(PCI) | DEVICE_AT(VIRTIO_MMIO))

/* refused.c */
gboolean machine_refuse_known(XmlTree *tree, GError **error);
gboolean machine_refuse_device(XmlTree *tree, GError **error); /* a root that is no device; FALSE */
