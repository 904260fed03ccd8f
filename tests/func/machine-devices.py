#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Disks and other devices of machines: in the configuration, and in a machine in which no system runs. With a system that
lets go of them: tests/lab/machine.py."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from vm import *  # noqa: E402,F403


def test_disks():
    make_disks()
    define("disks", devices=DISKS)
    equal(json.loads(vm("domblklist", "disks", "--json").stdout),
          [{"type": "file", "device": "disk", "target": "vda", "source": "/tmp/a.qcow2"},
           {"type": "file", "device": "cdrom", "target": "sda", "source": "/tmp/a.iso"}])
    matches(vm("domblkinfo", "disks", "vda").stdout, r"^Capacity: +16777216$")
    matches(refused("domblkinfo", "disks", "vdz"), "has no disk 'vdz'; see domblklist")
    vm("start", "disks")
    wait_for(lambda: "vda rd_req 0\n" not in vm("domblkstat", "disks", "vda").stdout, 20, "the firmware to read the disk")
    matches(vm("domblkstat", "disks").stdout, r"^ rd_bytes [1-9]")
    equal(vm("domblkerror", "disks").stdout.strip(), "No errors found")
    matches(vm("domstats", "disks", "--block").stdout, "^  block.0.name=vda$")
    # nobody else may have them: QEMU's own locks
    define("thief", devices=DISKS)
    matches(refused("start", "thief"), "lock")
    vm("undefine", "thief")
    vm("change-media", "disks", "sda", "--eject")
    matches(vm("domblklist", "disks").stdout, "^ sda +-$")
    matches(refused("change-media", "disks", "sda", "--eject"), "doesn't have media")
    vm("change-media", "disks", "sda", "--insert", "/tmp/b.iso")
    matches(vm("domblklist", "disks").stdout, "^ sda +/tmp/b.iso$")
    matches(vm("domblklist", "disks", "--inactive").stdout, "^ sda +/tmp/a.iso$")
    vm("change-media", "disks", "sda", "/tmp/a.iso", "--live", "--config")
    matches(refused("change-media", "disks", "sda", "/tmp/absent.iso"), "absent.iso")
    matches(vm("domblklist", "disks").stdout, "^ sda +/tmp/a.iso$")
    matches(refused("change-media", "disks", "vda", "/tmp/b.iso"), "takes media")
    drop("disks")
    nothing_left()


def test_devices_of_the_configuration():
    make_disks()
    define("parts", devices=DISKS)
    vm("attach-disk", "parts", "/tmp/b.img", "vdb", "--subdriver", "raw", "--config")
    matches(vm("dumpxml", "parts").stdout, "<target dev='vdb' bus='virtio'/>")
    matches(refused("attach-disk", "parts", "/tmp/b.img", "vdb", "--config"), "target 'vdb'")
    vm("attach-interface", "parts", "user", "-", "--mac", "52:54:00:00:00:01", "--config")
    matches(vm("domiflist", "parts").stdout, "user +- +virtio +52:54:00:00:00:01")
    matches(refused("attach-interface", "parts", "user", "-", "--mac", "52:54:00:00:00:01", "--config"), "52:54:00:00:00:01 already")
    vm("domif-setlink", "parts", "52:54:00:00:00:01", "down", "--config")
    equal(vm("domif-getlink", "parts", "52:54:00:00:00:01", "--config").stdout.strip(), "52:54:00:00:00:01 down")
    vm("detach-interface", "parts", "user", "--config")
    vm("detach-disk", "parts", "vdb", "--config")
    matches(refused("detach-disk", "parts", "vdb", "--config"), "see domblklist")
    vm("attach-device", "parts", write("rng", "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"), "--config")
    matches(vm("dumpxml", "parts").stdout, "<rng model='virtio'>")
    vm("detach-device", "parts", "/tmp/rng.xml", "--config")
    assert "<rng" not in vm("dumpxml", "parts").stdout
    matches(refused("attach-device", "parts", write("tpm", "<tpm model='tpm-tis'><backend type='emulator'/></tpm>"), "--config"), "tpm.xml:1: <tpm>")
    matches(refused("attach-device", "parts", write("odd", "<disk"), "--config"), "odd.xml:1")
    vm("start", "parts")
    drop("parts")
    nothing_left()


def test_plugging_without_a_system():
    make_disks()
    define("plug", devices=DISKS)
    vm("start", "plug")
    vm("attach-disk", "plug", "/tmp/b.img", "vdb", "--live")
    matches(vm("domblklist", "plug").stdout, "^ vdb +/tmp/b.img$")
    assert "vdb" not in vm("domblklist", "plug", "--inactive").stdout
    matches(vm("domblkstat", "plug", "vdb").stdout, "^vdb rd_req ")
    matches(refused("attach-disk", "plug", "/tmp/b.img", "vdb", "--live"), "target 'vdb'")
    matches(refused("attach-disk", "plug", "/tmp/absent.img", "vdc", "--live"), "absent.img")
    matches(refused("attach-disk", "plug", "/tmp/b.iso", "sdb", "--targetbus", "sata", "--live"), "cannot come or go while the machine runs")
    # nobody is there to let go
    matches(refused("detach-disk", "plug", "vdb", "--live", timeout=60), "has not let go of device 'virtio-disk1' within 10 s")
    matches(vm("domblklist", "plug").stdout, "^ vdb +/tmp/b.img$")
    matches(refused("detach-device-alias", "plug", "video0", "--live"), "a <video> cannot come or go")
    matches(refused("detach-device-alias", "plug", "nonesuch", "--live"), "no device with the alias 'nonesuch'")
    # what was refused has left nothing
    nodes = json.loads(vm("qemu-monitor-command", "plug", "--return-value", '{"execute":"query-named-block-nodes"}').stdout)
    equal(sorted({n["node-name"].split("-")[0] for n in nodes if not n["node-name"].startswith("#")}), ["sda", "vda", "vdb"])
    sets = json.loads(vm("qemu-monitor-command", "plug", "--return-value", '{"execute":"query-fdsets"}').stdout)
    equal(len(sets), 3)
    drop("plug")
    nothing_left()


run(globals())
