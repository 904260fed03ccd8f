/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A made-up host for plans: fixed QEMU (tests/golden/machine-plan/caps.txt), files, ports, time. */
#pragma once

#include <string.h>

#include "machine/chain.h"
#include "machine/complete.h"
#include "machine/nvram.h"
#include "machine/plan.h"
#include "util/error.h"

static inline QemuCaps *
canned_caps(void)
{
    g_autofree char *path = g_build_filename(g_getenv("SOURCE") ? g_getenv("SOURCE") : ".",
                                             "tests/golden/machine-plan/caps.txt", NULL);
    g_autofree char *text = NULL;
    QemuCaps *caps;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    caps = qemu_caps_from_text("/usr/bin/qemu-system-x86_64", text);
    g_assert_nonnull(caps);
    return caps;
}

static inline void
canned_layer(GPtrArray *chain, const char *path, ChainFormat format, gboolean is_block)
{
    ChainLayer *layer = g_new0(ChainLayer, 1);

    layer->path = g_strdup(path);
    layer->format = format;
    layer->is_block = is_block;
    g_ptr_array_add(chain, layer);
}

/* What a disk is made of: an image "over.qcow2" lies over "base.qcow2". */
static inline GPtrArray *
canned_chain(const MachineDisk *disk)
{
    GPtrArray *chain = g_ptr_array_new_with_free_func((GDestroyNotify)chain_layer_free);

    canned_layer(chain, disk->source,
                 disk->format == MACHINE_FORMAT_QCOW2 ? CHAIN_QCOW2 : CHAIN_RAW, disk->is_block);
    if (g_str_has_suffix(disk->source, "over.qcow2"))
        canned_layer(chain, "/var/lib/images/base, with a comma.qcow2", CHAIN_QCOW2, FALSE);
    return chain;
}

static inline void
canned_firmware(MachineFacts *facts, const DomainDef *def)
{
    gboolean is_secure = def->machine->os.secure_boot == DOMAIN_SWITCH_ON;

    if (def->machine->os.firmware != MACHINE_FIRMWARE_EFI)
        return;
    facts->firmware = g_new0(Firmware, 1);
    facts->firmware->code = g_strdup(is_secure ? "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
                                               : "/usr/share/OVMF/OVMF_CODE_4M.fd");
    facts->firmware->vars_template = g_strdup("/usr/share/OVMF/OVMF_VARS_4M.fd");
    facts->firmware->code_format = g_strdup("raw");
    facts->firmware->vars_format = g_strdup("raw");
    facts->firmware->has_secure_boot = facts->firmware->needs_smm = is_secure;
}

static inline MachineFacts *
canned_facts(const DomainDef *def, const Paths *paths, const char *kind)
{
    MachineFacts *facts = machine_facts_new();
    const GPtrArray *disks = machine_devices(def, MACHINE_DEVICE_DISK);
    const GPtrArray *graphics = machine_devices(def, MACHINE_DEVICE_GRAPHICS);

    facts->host = host_facts_new();
    facts->host->cpus = g_strdup("0-3");
    host_facts_add_hierarchy(facts->host, TRUE, "cpu,cpuset,io,memory,pids", "/sys/fs/cgroup");
    facts->caps = canned_caps();
    facts->kvm.works = strstr(kind, "kvm") != NULL;
    if (!facts->kvm.works)
        facts->kvm.reason = g_strdup("the host has no /dev/kvm");
    facts->kvm_gid = 104;
    facts->uid = facts->gid = 1819213825;
    facts->has_vhost_net = strstr(kind, "vhost") != NULL;
    facts->has_vhost_vsock = strstr(kind, "bare") == NULL;
    facts->vsock_cid = 4711;
    facts->now_s = 1600000000;
    facts->passt = g_strdup("/usr/bin/passt");
    facts->virtiofsd = g_strdup("/usr/lib/qemu/virtiofsd");
    g_hash_table_add(facts->copies, g_strdup("/root/initrd"));
    for (guint i = 0; i < disks->len; i++) {
        const MachineDisk *disk = g_ptr_array_index(disks, i);

        g_ptr_array_add(facts->chains, disk->source != NULL ? canned_chain(disk) : NULL);
    }
    for (guint i = 0; i < def->nets->len; i++) {
        const DomainNet *net = g_ptr_array_index(def->nets, i);

        host_facts_add_link(facts->host,
                            net->type == DOMAIN_NET_NETWORK  ? "virbr0"
                            : net->type == DOMAIN_NET_BRIDGE ? net->source
                                                             : NULL,
                            net->type == DOMAIN_NET_NETWORK ? 1500 : 0);
    }
    for (guint i = 0; i < graphics->len; i++) {
        const MachineGraphics *one = g_ptr_array_index(graphics, i);
        int port = one->port > 0 ? one->port : 5900 + (int)i;

        g_array_append_val(facts->ports, port);
    }
    canned_firmware(facts, def);
    facts->nvram = nvram_path(paths, def, facts->firmware);
    return facts;
}
