/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/domain/parts-priv.h"
#include "conf/xml/refuse.h"

#define LXC_NS  "http://libvirt.org/schemas/domain/lxc/1.0"
#define QEMU_NS "http://libvirt.org/schemas/domain/qemu/1.0"

#define IN_DOMAIN(name, why)                                                                       \
    {                                                                                              \
        "domain", name, NULL, NULL, why                                                            \
    }
#define IN_DEVICES(name, why)                                                                      \
    {                                                                                              \
        "devices", name, NULL, NULL, why                                                           \
    }
#define IN_INTERFACE(name, why)                                                                    \
    {                                                                                              \
        "interface", name, NULL, NULL, why                                                         \
    }
#define IN_FILESYSTEM(name, why)                                                                   \
    {                                                                                              \
        "filesystem", name, NULL, NULL, why                                                        \
    }
#define ATTR(element, attr, why)                                                                   \
    {                                                                                              \
        NULL, element, attr, NULL, why                                                             \
    }

#define MACHINE_ONLY "is not supported: it belongs to virtual machines; remove it"

/* What stands in libvirt's format and lodge does not honour. Values (accessmode='mapped',
 * interface type='user', offset='variable') are refused where they are read. */
static const XmlRefusal refusals[] = {
    IN_DOMAIN("genid", MACHINE_ONLY),
    IN_DOMAIN("maxMemory", "is not supported: memory is not hot-plugged; use <memory>"),
    IN_DOMAIN("memoryBacking", MACHINE_ONLY),
    IN_DOMAIN("numatune", "is not supported yet; pin CPUs with <vcpu cpuset='...'> and remove it"),
    IN_DOMAIN("vcpus", MACHINE_ONLY),
    IN_DOMAIN("iothreads", MACHINE_ONLY),
    IN_DOMAIN("iothreadids", MACHINE_ONLY),
    IN_DOMAIN("defaultiothread", MACHINE_ONLY),
    IN_DOMAIN("cpu", "is not supported: a container has the host's CPU; remove it"),
    IN_DOMAIN("sysinfo", MACHINE_ONLY),
    IN_DOMAIN("bootloader", MACHINE_ONLY),
    IN_DOMAIN("bootloader_args", MACHINE_ONLY),
    IN_DOMAIN("pm", MACHINE_ONLY),
    IN_DOMAIN("perf", "is not supported; use perf(1) on the guest's control group"),
    IN_DOMAIN("keywrap", MACHINE_ONLY),
    IN_DOMAIN("launchSecurity", MACHINE_ONLY),
    IN_DOMAIN("on_lockfailure", "is not supported: lodge has no lock manager; remove it"),
    {"domain", "namespace", NULL, LXC_NS,
     "is not supported yet: namespaces are not shared with other guests; remove it"},
    {"domain", "commandline", NULL, QEMU_NS, MACHINE_ONLY},
    {"domain", "capabilities", NULL, QEMU_NS, MACHINE_ONLY},
    {"domain", "override", NULL, QEMU_NS, MACHINE_ONLY},
    {"domain", "deprecation", NULL, QEMU_NS, MACHINE_ONLY},

    ATTR("memory", "dumpCore", "is not supported: a container has no core of its own; remove it"),
    ATTR("memory", "slots", MACHINE_ONLY),
    {"memtune", "min_guarantee", NULL, NULL,
     "is not supported by the kernel's control groups; use <soft_limit>"},
    {"cputune", NULL, NULL, NULL,
     "is not supported for containers; use <shares>, <period>, <quota>, or <vcpu cpuset='...'> "
     "to pin"},
    {"resource", NULL, NULL, NULL, "is not supported; remove it"},

    {"os", "loader", NULL, NULL, MACHINE_ONLY},
    {"os", "nvram", NULL, NULL, MACHINE_ONLY},
    {"os", "firmware", NULL, NULL, MACHINE_ONLY},
    {"os", "kernel", NULL, NULL, "is not supported: a container runs on the host's; remove it"},
    {"os", "initrd", NULL, NULL, "is not supported: a container boots no kernel; remove it"},
    {"os", "dtb", NULL, NULL, MACHINE_ONLY},
    {"os", "acpi", NULL, NULL, MACHINE_ONLY},
    {"os", "boot", NULL, NULL, "is not supported: a container begins with <init>; remove it"},
    {"os", "bootmenu", NULL, NULL, MACHINE_ONLY},
    {"os", "smbios", NULL, NULL, MACHINE_ONLY},
    {"os", "bios", NULL, NULL, MACHINE_ONLY},
    ATTR("type", "machine", "is not supported: containers have no machine type; remove it"),
    ATTR("os", "firmware", MACHINE_ONLY),

    {"features", NULL, NULL, NULL,
     "is not supported for containers; remove it (privnet and capabilities are)"},
    {"clock", "timer", NULL, NULL,
     "is not supported yet: a container has the host's timers; remove it"},
    ATTR("clock", "adjustment", "is not supported: a container has the host's clock; remove it"),
    ATTR("clock", "basis", "is not supported: a container has the host's clock; remove it"),
    ATTR("clock", "timezone", "is not supported: set TZ with <initenv> instead"),
    ATTR("clock", "start", "is not supported: a container has the host's clock; remove it"),

    IN_DEVICES("disk", "is not supported for containers yet; give a block device with <hostdev "
                       "mode='capabilities' type='storage'> or mount an image with <filesystem "
                       "type='file'>"),
    IN_DEVICES("controller", MACHINE_ONLY),
    IN_DEVICES("lease", "is not supported: lodge has no lock manager; remove it"),
    IN_DEVICES("smartcard", MACHINE_ONLY),
    IN_DEVICES("parallel", MACHINE_ONLY),
    IN_DEVICES("channel", "is not supported for containers; use a <console type='pty'>, or bind a "
                          "socket's directory with <filesystem>"),
    IN_DEVICES("input", MACHINE_ONLY),
    IN_DEVICES("tpm", MACHINE_ONLY),
    IN_DEVICES("graphics", MACHINE_ONLY),
    IN_DEVICES("sound", MACHINE_ONLY),
    IN_DEVICES("audio", MACHINE_ONLY),
    IN_DEVICES("video", MACHINE_ONLY),
    IN_DEVICES("redirdev", MACHINE_ONLY),
    IN_DEVICES("redirfilter", MACHINE_ONLY),
    IN_DEVICES("hub", MACHINE_ONLY),
    IN_DEVICES("watchdog", MACHINE_ONLY),
    IN_DEVICES("memballoon", "is not supported: memory of a container is limited by its control "
                             "group, see <memtune>; remove it"),
    IN_DEVICES("rng", MACHINE_ONLY),
    IN_DEVICES("nvram", MACHINE_ONLY),
    IN_DEVICES("panic", MACHINE_ONLY),
    IN_DEVICES("shmem", MACHINE_ONLY),
    IN_DEVICES("memory", MACHINE_ONLY),
    IN_DEVICES("iommu", MACHINE_ONLY),
    IN_DEVICES("vsock", MACHINE_ONLY),
    IN_DEVICES("crypto", MACHINE_ONLY),

    IN_FILESYSTEM("space_hard_limit", "is not supported: it was never enforced; put the directory "
                                      "on a file system of that size (type='file', type='ram')"),
    IN_FILESYSTEM("space_soft_limit", "is not supported: it was never enforced; remove it"),
    IN_FILESYSTEM("binary", MACHINE_ONLY),
    IN_FILESYSTEM("idmap", "is not supported yet; own the files as the guest's <idmap> says"),
    IN_FILESYSTEM("boot", MACHINE_ONLY),
    IN_FILESYSTEM("encryption", "is not supported; open the device on the host first"),
    ATTR("filesystem", "model", MACHINE_ONLY),
    ATTR("filesystem", "fmode", "is not supported: files keep the host's modes; remove it"),
    ATTR("filesystem", "dmode", "is not supported: files keep the host's modes; remove it"),
    ATTR("filesystem", "multidevs", MACHINE_ONLY),
    {"filesystem", "driver", "wrpolicy", NULL,
     "is not supported: writes follow the host; remove it"},
    {"filesystem", "driver", NULL, NULL, "is not supported here; remove it"},

    IN_INTERFACE("bandwidth", "is not supported yet; shape the bridge with tc(8) and remove it"),
    IN_INTERFACE("vlan", "is not supported yet; make a bridge for the VLAN and use it"),
    IN_INTERFACE("virtualport", "is not supported yet; use a bridge of the kernel"),
    IN_INTERFACE("filterref", "is not supported yet; filter on the bridge with nft(8)"),
    IN_INTERFACE("script", "is not supported; use hooks of your network set-up"),
    IN_INTERFACE("downscript", "is not supported; use hooks of your network set-up"),
    IN_INTERFACE("backenddomain", MACHINE_ONLY),
    IN_INTERFACE("backend", "is not supported for containers; remove it"),
    IN_INTERFACE("driver", "is not supported: a container's interface is the kernel's; remove it"),
    IN_INTERFACE("tune", MACHINE_ONLY),
    IN_INTERFACE("boot", MACHINE_ONLY),
    IN_INTERFACE("rom", MACHINE_ONLY),
    IN_INTERFACE("acpi", MACHINE_ONLY),
    IN_INTERFACE("coalesce", "is not supported; use ethtool(8) in the guest"),
    IN_INTERFACE("port", "is not supported yet; isolate with nft(8) on the bridge"),
    IN_INTERFACE("teaming", MACHINE_ONLY),
    IN_INTERFACE("portForward", "is not supported yet; forward with nft(8) on the host"),
    {"source", "ip", NULL, NULL, "is not supported: it is for the host's side; remove it"},
    {"source", "route", NULL, NULL, "is not supported: it is for the host's side; remove it"},
    ATTR("interface", "managed", "is not supported for this type; remove it"),
    ATTR("interface", "trustGuestRxFilters", MACHINE_ONLY),
    ATTR("target", "managed", "is not supported: lodge makes the device; remove it"),
    {"interface", "source", "portgroup", NULL,
     "is not supported: networks have no port groups yet; remove it"},
    {"interface", "mac", "type", NULL, MACHINE_ONLY},
    {"interface", "mac", "check", NULL, MACHINE_ONLY},
    {"interface", "source", "startupPolicy", NULL, "is not supported; remove it"},

    {"console", "log", NULL, NULL,
     "is not supported: every console is logged already, see the manual; remove it"},
    {"serial", "log", NULL, NULL,
     "is not supported: every console is logged already, see the manual; remove it"},
    {"console", "protocol", NULL, NULL, MACHINE_ONLY},
    {"serial", "protocol", NULL, NULL, MACHINE_ONLY},
    {"source", "seclabel", NULL, NULL, "is not supported: labels come in a later lodge; remove it"},

    {"hostdev", "ip", NULL, NULL,
     "is not supported: a moved interface is set up inside the guest; remove it"},
    {"hostdev", "route", NULL, NULL,
     "is not supported: a moved interface is set up inside the guest; remove it"},
    {"hostdev", "boot", NULL, NULL, MACHINE_ONLY},
    {"hostdev", "rom", NULL, NULL, MACHINE_ONLY},
    {"hostdev", "driver", NULL, NULL, MACHINE_ONLY},
    {"hostdev", "shareable", NULL, NULL, MACHINE_ONLY},
    {"hostdev", "readonly", NULL, NULL,
     "is not supported: set the mode of the device on the host; remove it"},
};

gboolean
domain_refuse_known(XmlTree *tree, GError **error)
{
    return xml_refuse(tree, refusals, G_N_ELEMENTS(refusals), error);
}
