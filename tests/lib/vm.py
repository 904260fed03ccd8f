# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/vm.py - machines from the command, for use inside house.run()."""
import pathlib

from house import *  # noqa: F403

LIVE = "/run/lodge/qemu"


def vm(*argv, **options):
    needs("qemu-system-x86_64", "qemu-img")
    return lodge("-c", "qemu:///", *argv, **options)


def refused(*argv, **options):
    return fails("-c", "qemu:///", *argv, **options)


def xml(name, devices="", memory=32, body="", os_body="", machine="q35"):
    return f"""<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>{memory}</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='{machine}'>hvm</type>{os_body}</os>
  {body}
  <devices>
    <serial type='pty'/>
    <console type='pty'/>
    <video><model type='vga'/></video>
    {devices}
  </devices>
</domain>
"""


def write(name, text):
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(text)
    return path


def define(name, **more):
    vm("define", "--validate", write(name, xml(name, **more)))


def state(name):
    return vm("domstate", "--reason", name).stdout.strip()


def status(name):
    text = pathlib.Path(f"{LIVE}/{name}/status").read_text()
    return dict(line.split(" ", 1) for line in text.splitlines() if " " in line)


def pids(name):
    """(supervisor, QEMU)"""
    found = status(name)
    return int(found["supervisor"].split()[0]), int(found["init"].split()[0])


def gone(pid):
    return not os.path.exists(f"/proc/{pid}")


def nothing_left():
    equal(lodge("list", "--all", "--name").stdout.split(), [])
    equal(sorted(n for n in os.listdir(LIVE) if not n.startswith(".")), ["by-id", "by-uuid"])
    equal(os.listdir(f"{LIVE}/by-id") + os.listdir(f"{LIVE}/by-uuid"), [])


def drop(name):
    if vm("domstate", name).stdout.strip() != "shut off":
        vm("destroy", name)
    vm("undefine", name, "--managed-save")


def disk(path, size="16M", fmt="qcow2"):
    sh("qemu-img", "create", "-q", "-f", fmt, path, size)
    return path


DISKS = """<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/a.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='/tmp/a.iso'/><target dev='sda' bus='sata'/><readonly/></disk>"""


def make_disks():
    needs("qemu-img")
    disk("/tmp/a.qcow2")
    disk("/tmp/b.img", "8M", "raw")
    for name, size in (("a", 1), ("b", 2)):
        pathlib.Path(f"/tmp/{name}.iso").write_bytes(b"\0" * (size << 20))
