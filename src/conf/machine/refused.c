/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain/parts-priv.h"
#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/refuse.h"

#define LXC_NS "http://libvirt.org/schemas/domain/lxc/1.0"

#define IN(parent, name, why)                                                                      \
    {                                                                                              \
        parent, name, NULL, NULL, why                                                              \
    }
#define ATTR(parent, element, attr, why)                                                           \
    {                                                                                              \
        parent, element, attr, NULL, why                                                           \
    }

#define CONTAINER_ONLY "is not supported: it belongs to containers; remove it"
#define LATER          "is not supported yet: it comes in a later lodge; remove it"
#define LABELS         "is not supported: labels (sVirt) come in a later lodge; remove it"

/* What stands in libvirt's format and lodge's machines do not honour. Values (disk type='network',
 * console type='vc') are refused where they are read. */
static const XmlRefusal refusals[] = {
    IN("domain", "genid", LATER),
    IN("domain", "maxMemory",
       "is not supported yet: memory hot-plug comes in a later lodge; use <memory>"),
    IN("domain", "numatune",
       "is not supported yet: NUMA comes in a later lodge; pin CPUs with <vcpu cpuset='...'>"),
    IN("domain", "vcpus", "is not supported yet: CPU hot-plug comes in a later lodge; use <vcpu>"),
    IN("domain", "iothreads", LATER),
    IN("domain", "iothreadids", LATER),
    IN("domain", "defaultiothread", LATER),
    IN("domain", "sysinfo", LATER),
    IN("domain", "bootloader", "is not supported: it belongs to Xen; use <os><kernel>"),
    IN("domain", "bootloader_args", "is not supported: it belongs to Xen; use <os><cmdline>"),
    IN("domain", "perf", "is not supported; use perf(1) on the guest's control group"),
    IN("domain", "keywrap", "is not supported: it belongs to s390; remove it"),
    IN("domain", "launchSecurity",
       "is not supported yet: sealed guests (SEV, TDX) come in a later lodge; remove it"),
    IN("domain", "on_lockfailure", "is not supported: lodge has no lock manager; remove it"),
    IN("domain", "idmap", CONTAINER_ONLY),
    {"domain", "namespace", NULL, LXC_NS, CONTAINER_ONLY},
    {"domain", "confine", NULL, LODGE_DOMAIN_NS, CONTAINER_ONLY},
    {"domain", "capabilities", NULL, MACHINE_QEMU_NS,
     "is not supported: lodge asks QEMU itself what it can; remove it"},
    {"domain", "override", NULL, MACHINE_QEMU_NS,
     "is not supported; give QEMU the property by <qemu:commandline> with -set or -global"},
    {"domain", "deprecation", NULL, MACHINE_QEMU_NS, "is not supported; remove it"},

    ATTR(NULL, "memory", "dumpCore", "is not supported: QEMU dumps no core at all; remove it"),
    ATTR(NULL, "memory", "slots", LATER),
    IN("memtune", "min_guarantee",
       "is not supported by the kernel's control groups; use <soft_limit>"),
    IN("cputune", "vcpupin",
       "is not supported yet: pin all of them with <vcpu cpuset='...'> and remove it"),
    IN("cputune", "emulatorpin",
       "is not supported yet: pin the guest with <vcpu cpuset='...'> and remove it"),
    IN("cputune", NULL,
       "is not supported for machines yet; use <shares>, <period>, <quota>, or <vcpu "
       "cpuset='...'> to pin"),
    IN("resource", NULL, "is not supported; remove it"),

    IN("os", "init", CONTAINER_ONLY),
    IN("os", "initarg", CONTAINER_ONLY),
    IN("os", "initenv", CONTAINER_ONLY),
    IN("os", "initdir", CONTAINER_ONLY),
    IN("os", "inituser", CONTAINER_ONLY),
    IN("os", "initgroup", CONTAINER_ONLY),
    IN("os", "acpi", "is not supported yet: tables of your own come in a later lodge; remove it"),
    IN("os", "shim", LATER),

    IN("features", "privnet", CONTAINER_ONLY),
    IN("features", "capabilities", CONTAINER_ONLY),
    IN("features", "viridian", "is not supported: it belongs to Xen; use <hyperv>"),
    IN("features", "xen", "is not supported: it belongs to Xen; remove it"),
    IN("hyperv", NULL, "is not supported yet; remove it"),
    IN("kvm", NULL, "is not supported yet; remove it"),
    IN("features", NULL, "is not supported for lodge's machines; remove it"),
    IN("cpu", "numa", "is not supported yet: NUMA comes in a later lodge; remove it"),
    ATTR(NULL, "timer", "mode", "is not supported: QEMU has no such choice; remove it"),
    IN("timer", "catchup", "is not supported: QEMU catches up as fast as it can; remove it"),

    IN("devices", "hostdev",
       "is not supported yet: devices of the host come in a later lodge; remove it"),
    IN("devices", "lease", "is not supported: lodge has no lock manager; remove it"),
    IN("devices", "smartcard", LATER),
    IN("devices", "tpm",
       "is not supported yet: a TPM comes in a later lodge; remove it, or use "
       "virt-install --tpm none"),
    IN("devices", "redirfilter", LATER),
    IN("devices", "hub",
       "is not supported: give <controller type='usb' model='qemu-xhci' "
       "ports='15'/> as many ports as needed"),
    IN("devices", "nvram", "is not supported: it belongs to pseries; remove it"),
    IN("devices", "shmem", LATER),
    IN("devices", "memory",
       "is not supported yet: memory devices come in a later lodge; use <memory> of the guest"),
    IN("devices", "iommu", LATER),
    IN("devices", "crypto", LATER),
    IN("devices", "pstore", LATER),

    IN("disk", "auth", "is not supported yet: network disks come in a later lodge; remove it"),
    IN("disk", "encryption",
       "is not supported yet: encrypted images come in a later lodge; open "
       "the device on the host first (cryptsetup) and use type='block'"),
    IN("source", "encryption",
       "is not supported yet: encrypted images come in a later lodge; "
       "open the device on the host first (cryptsetup) and use "
       "type='block'"),
    IN("disk", "iotune",
       "is not supported yet: limits come in a later lodge; use <blkiotune> of the guest"),
    IN("disk", "throttlefilters", LATER),
    IN("disk", "blockio", LATER),
    IN("disk", "geometry", "is not supported: the guest sees the size; remove it"),
    IN("disk", "mirror", "is not supported: block jobs come in a later lodge; remove it"),
    IN("disk", "transient",
       "is not supported yet: snapshots come in a later lodge; use an "
       "overlay made with 'qemu-img create -b'"),
    IN("disk", "rom", "is not supported; remove it"),
    IN("source", "reservations", LATER),
    IN("source", "slices", LATER),
    IN("source", "privateData", "is libvirt's own state; remove it"),
    IN("driver", "metadata_cache", LATER),
    IN("driver", "iothreads", LATER),
    IN("driver", "statistics", LATER),
    ATTR(NULL, "driver", "iothread", LATER),
    ATTR(NULL, "driver", "discard_no_unref", LATER),
    ATTR(NULL, "disk", "snapshot",
         "is not supported yet: snapshots come in a later lodge; remove it"),
    ATTR(NULL, "disk", "rawio",
         "is not supported: it needs rights that a guest has not; remove it"),
    ATTR(NULL, "disk", "sgio", "is not supported: it needs rights that a guest has not; remove it"),
    IN("source", "seclabel", LABELS),
    ATTR(NULL, "source", "tls", LATER),
    ATTR(NULL, "source", "managed", LATER),

    IN("filesystem", "space_hard_limit", "is not supported; remove it"),
    IN("filesystem", "space_soft_limit", "is not supported; remove it"),
    IN("filesystem", "idmap", "is not supported yet; remove it"),
    ATTR("filesystem", "driver", "format", "is not supported for machines; remove it"),
    ATTR("filesystem", "driver", "name", "is not supported for machines; remove it"),

    IN("interface", "bandwidth", "is not supported yet; shape the bridge with tc(8) and remove it"),
    IN("interface", "vlan", "is not supported yet; make a bridge for the VLAN and use it"),
    IN("interface", "virtualport", "is not supported yet; use a bridge of the kernel"),
    IN("interface", "filterref", "is not supported yet; filter on the bridge with nft(8)"),
    IN("interface", "script", "is not supported; use hooks of your network set-up"),
    IN("interface", "downscript", "is not supported; use hooks of your network set-up"),
    IN("interface", "backenddomain", "is not supported: it belongs to Xen; remove it"),
    IN("interface", "tune", "is not supported yet; remove it"),
    IN("interface", "coalesce", "is not supported; use ethtool(8) on the host"),
    IN("interface", "port", "is not supported yet; isolate with nft(8) on the bridge"),
    IN("interface", "teaming", LATER),
    IN("interface", "guest", CONTAINER_ONLY),
    IN("interface", "source",
       "is not supported for this type; remove it, and name the host's side with <target dev=>"),
    IN("source", "ip", "is not supported: it is for the host's side; remove it"),
    IN("source", "route", "is not supported: it is for the host's side; remove it"),
    IN("driver", "host", "is not supported yet: offloads stay as QEMU has them; remove it"),
    IN("driver", "guest", "is not supported yet: offloads stay as QEMU has them; remove it"),
    ATTR("interface", "driver", "rss", LATER),
    ATTR("interface", "driver", "rss_hash_report", LATER),
    ATTR(NULL, "backend", "tap", "is not supported: lodge opens /dev/net/tun itself; remove it"),
    ATTR(NULL, "backend", "vhost",
         "is not supported: lodge opens /dev/vhost-net itself; remove it"),
    ATTR(NULL, "interface", "managed", "is not supported for this type; remove it"),
    ATTR(NULL, "interface", "trustGuestRxFilters", "is not supported; remove it"),
    ATTR(NULL, "target", "managed", "is not supported: lodge makes the device; remove it"),
    ATTR("interface", "source", "portgroup",
         "is not supported: networks have no port groups yet; remove it"),
    ATTR("interface", "mac", "type", "is not supported; remove it"),
    ATTR("interface", "mac", "check", "is not supported; remove it"),
    ATTR("interface", "source", "startupPolicy", "is not supported; remove it"),

    IN("input", "source", "is not supported: devices of the host come in a later lodge; remove it"),
    IN("audio", "input", "is not supported: QEMU's own settings are used; remove it"),
    IN("audio", "output", "is not supported: QEMU's own settings are used; remove it"),
    ATTR(NULL, "audio", "timerPeriod", "is not supported: QEMU's own is used; remove it"),
    ATTR(NULL, "acceleration", "accel2d", "is not supported: no card of QEMU has it; remove it"),
    ATTR(NULL, "acceleration", "rendernode", LATER),
    ATTR("video", "driver", "vgaconf", "is not supported; remove it"),
    ATTR(NULL, "graphics", "display", "is not supported: it belongs to sdl; remove it"),
    ATTR(NULL, "graphics", "multiUser", "is not supported: it belongs to rdp; remove it"),
    IN("binary", "idmap", LATER),
    IN("binary", "openfiles", LATER),
    IN("controller", "msi", LATER),
};

gboolean
machine_refuse_known(XmlTree *tree, GError **error)
{
    return xml_refuse(tree, refusals, G_N_ELEMENTS(refusals), error);
}

gboolean
machine_refuse_device(XmlTree *tree, GError **error)
{
    XmlNode *root = xml_root(tree);

    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
        if (g_strcmp0(refusals[i].parent, "devices") == 0 && refusals[i].attr == NULL &&
            g_strcmp0(refusals[i].element, root->name) == 0)
            return xml_unsupported(tree, root, error, "%s", refusals[i].why);
    return xml_error(tree, root, error,
                     "is no device; give one like <disk>, <interface> or <controller>");
}
