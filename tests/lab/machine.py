#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines with a system inside: Debian's kernel, an initramfs of ours, its guest agent. Devices that come and go, what the guest
says of itself, commands in it, memory that it gives back, its power button, saves that it does not notice."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", "."), "tests/lib"))
sys.path.insert(0, os.path.join(os.environ.get("SOURCE", "."), "tests/lab"))
from vm import *  # noqa: E402,F403
from image import LAB, add_busybox, add_modules, kernel, pack, package, skip  # noqa: E402

MODULES = ("virtio_pci virtio_blk virtio_net virtio_balloon virtio_console virtio_rng virtio_scsi sd_mod sr_mod ahci ext4 button evdev")
INIT = """#!/bin/busybox sh
export PATH=/bin HOME=/
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev; mount -t tmpfs run /run
while read -r f; do insmod $f 2>/dev/null; done < /etc/modules
hostname labguest
mkdir -p /dev/virtio-ports
for p in /sys/class/virtio-ports/*; do
    read -r name < $p/name && ln -s ../${p##*/} /dev/virtio-ports/$name
done
acpid -d -c /etc/acpi >/dev/null 2>&1 &
qemu-ga -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0 -t /run -f /run/ga.pid >/run/ga.log 2>&1 &
echo GUEST UP
while :; do setsid cttyhack sh; done
"""
SHUTDOWN = """#!/bin/sh
# as the agent calls it
case "$*" in *-r*) /bin/reboot -f;; *) /bin/poweroff -f;; esac
"""
XML = """<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>256</memory>
  <vcpu>2</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>{kernel}</kernel>
    <initrd>{initrd}</initrd>
    <cmdline>console=ttyS0 quiet mitigations=off</cmdline>
  </os>
  <features><acpi/><apic/></features>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/{name}.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><source file='/tmp/a.iso'/><target dev='sda' bus='sata'/><readonly/></disk>
    <controller type='scsi' model='virtio-scsi'/>
    <serial type='pty'/>
    <console type='pty'/>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <memballoon model='virtio'><stats period='1'/></memballoon>
  </devices>
</domain>
"""


def prepare():
    """(kernel, initramfs) below BUILD/lab; needs the outside, so it is done before the house is built."""
    for program, name in (("qemu-system-x86_64", "qemu-system-x86"), ("cpio", "cpio"), ("modprobe", "kmod"), ("busybox", "busybox-static")):
        if not shutil.which(program):
            skip(f"needs {name}")
    vmlinuz, version = kernel()
    agent = package("qemu-guest-agent") / "usr/sbin/qemu-ga"
    tree = pathlib.Path(tempfile.mkdtemp(dir=LAB))
    for folder in ("proc", "sys", "dev", "tmp", "run", "mnt", "etc/acpi/PWRF", "lib64", "sbin"):
        (tree / folder).mkdir(parents=True)
    add_busybox(tree, "sh mount umount insmod cat ls echo sleep poweroff reboot setsid cttyhack hostname mkdir ln acpid mke2fs dd head wc tr false sync date")
    add_modules(tree, version, MODULES)
    shutil.copy(agent, tree / "bin/qemu-ga")
    wanted = subprocess.run(["ldd", agent], capture_output=True, text=True).stdout
    if "not found" in wanted:
        skip("needs the libraries of qemu-guest-agent (libglib2.0-0, libudev1, liburing2)")
    for path in re.findall(r"(/\S+) \(0x", wanted):
        target = tree / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for path, text in (("init", INIT), ("etc/acpi/PWRF/00000080", "#!/bin/sh\n/bin/poweroff -f\n"), ("sbin/shutdown", SHUTDOWN)):
        (tree / path).write_text(text)
        (tree / path).chmod(0o755)
    initrd = pack(tree, LAB / "machine.img")
    shutil.rmtree(tree)
    return vmlinuz, initrd


class Console:
    """The guest's serial line."""

    def __init__(self, name):
        self.process = subprocess.Popen([LODGE, "-c", "qemu:///", "console", name, "--force"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.text = ""

    def see(self, pattern, seconds=120):
        def found():
            self.text += (self.process.stdout.read() or b"").decode(errors="replace")
            return re.search(pattern, self.text, re.M)
        return wait_for(found, seconds, f"/{pattern}/ on the console")

    def ask(self, command, seconds=30):
        """What @command prints."""
        self.text = ""
        self.process.stdin.write(f"{command}; echo 'E''ND'\n".encode())
        self.process.stdin.flush()
        self.see(r"^END\r?$", seconds)
        return self.text.split("\n", 1)[1].split("END")[0].replace("\r", "")

    def close(self):
        self.process.kill()
        self.process.communicate()


def boot(name):
    sh("qemu-img", "create", "-q", "-f", "qcow2", f"/tmp/{name}.qcow2", "64M")
    make_disks()
    vm("define", "--validate", write(name, XML.format(name=name, kernel=os.environ["LAB_KERNEL"], initrd=os.environ["LAB_INITRD"])))
    vm("start", name)
    console = Console(name)
    console.see("GUEST UP")
    wait_for(lambda: vm("qemu-agent-command", name, '{"execute":"guest-ping"}', ok=False).returncode == 0, 120, "the guest agent")
    return console


def gone_after_power_off(name):
    wait_for(lambda: vm("domstate", name).stdout.strip() == "shut off", 60, "the end of the machine")


def test_devices_come_and_go():
    console = boot("plugs")
    assert "vdb" not in console.ask("cat /proc/partitions")
    vm("attach-disk", "plugs", "/tmp/b.img", "vdb", "--live", "--config")
    wait_for(lambda: re.search(r" 8192 vdb$", console.ask("cat /proc/partitions"), re.M), 30, "the disk in the guest")
    console.ask("echo written-by-guest > /dev/vdb; sync")
    vm("detach-disk", "plugs", "vdb", "--live", "--config", timeout=60)
    assert "vdb" not in console.ask("cat /proc/partitions")
    assert "vdb" not in vm("dumpxml", "plugs").stdout + vm("dumpxml", "plugs", "--inactive").stdout
    assert pathlib.Path("/tmp/b.img").read_bytes().startswith(b"written-by-guest")
    # and again, with the same name and place
    vm("attach-disk", "plugs", "/tmp/b.img", "vdb", "--live")
    wait_for(lambda: "vdb" in console.ask("cat /proc/partitions"), 30, "the disk in the guest")
    vm("detach-device-alias", "plugs", "virtio-disk1", "--live", timeout=60)
    vm("attach-disk", "plugs", "/tmp/b.img", "sdb", "--targetbus", "scsi", "--live")
    wait_for(lambda: "sda" in console.ask("cat /proc/partitions"), 30, "the SCSI disk in the guest")
    vm("detach-disk", "plugs", "sdb", "--live", timeout=60)
    vm("attach-interface", "plugs", "user", "-", "--mac", "52:54:00:00:00:77", "--live")
    wait_for(lambda: "52:54:00:00:00:77" in console.ask("cat /sys/class/net/*/address"), 30, "the interface in the guest")
    vm("domif-setlink", "plugs", "52:54:00:00:00:77", "down")
    vm("detach-interface", "plugs", "user", "--live", timeout=60)
    assert "52:54:00:00:00:77" not in console.ask("cat /sys/class/net/*/address")
    # a guest that has mounted a medium keeps its tray shut
    equal(console.ask("cat /proc/sys/dev/cdrom/lock").strip(), "1")
    vm("change-media", "plugs", "sda", "--update", "/tmp/b.iso", timeout=60)
    # the first read only learns that there is another medium
    wait_for(lambda: str(2 << 20) in console.ask("dd if=/dev/sr0 bs=1M 2>/dev/null | wc -c").split(), 30, "the other medium in the guest")
    sets = json.loads(vm("qemu-monitor-command", "plugs", "--return-value", '{"execute":"query-fdsets"}').stdout)
    equal(len(sets), 2)
    console.close()
    drop("plugs")
    nothing_left()


def test_agent():
    console = boot("agent")
    equal(vm("domhostname", "agent").stdout.strip(), "labguest")
    matches(vm("guestinfo", "agent").stdout, r"^hostname +: labguest$")
    matches(vm("guestinfo", "agent", "--os").stdout, r"^os.kernel-release +: \d")
    console.ask("mke2fs /dev/vda >/dev/null 2>&1; mount -t ext4 /dev/vda /mnt")
    equal([(f["mountpoint"], f["target"]) for f in json.loads(vm("domfsinfo", "agent", "--json").stdout)], [("/mnt", "vda")])
    matches(vm("domifaddr", "agent", "--source", "agent", "--full").stdout, r"lo +00:00:00:00:00:00 +ipv4 +127.0.0.1/8|lo")
    equal(vm("exec", "agent", "--", "/bin/echo", "two  words", "$HOME").stdout, "two  words $HOME\n")
    done = vm("exec", "agent", "--env", "A=b", "--", "/bin/sh", "-c", "echo $A; echo bad >&2; cat; exit 7", stdin="fed\n", ok=False)
    equal((done.returncode, done.stdout, done.stderr), (7, "b\nfed\n", "bad\n"))
    matches(refused("exec", "agent", "--", "/bin/nonesuch"), "Failed to execute child process")
    matches(refused("exec", "agent", "--user", "x", "--", "/bin/true"), "knows no --user")
    big = vm("exec", "agent", "--", "/bin/sh", "-c", "dd if=/dev/zero bs=1000 count=300 2>/dev/null | tr '\\\\000' x", timeout=60).stdout
    equal(len(big), 300000)
    matches(refused("qemu-agent-command", "agent", '{"execute":"guest-nonsense"}'), "guest-nonsense")
    vm("reboot", "agent", "--mode", "agent")
    console.see("GUEST UP")
    wait_for(lambda: vm("qemu-agent-command", "agent", '{"execute":"guest-ping"}', ok=False).returncode == 0, 120, "the agent again")
    vm("shutdown", "agent", "--mode", "agent", timeout=60)
    gone_after_power_off("agent")
    equal(state("agent"), "shut off (shutdown)")
    console.close()
    drop("agent")
    nothing_left()


def test_memory_and_power_button():
    console = boot("giver")
    before = int(re.search(r"MemTotal: +(\d+)", console.ask("cat /proc/meminfo"))[1])
    vm("setmem", "giver", "128MiB")
    wait_for(lambda: "actual 131072" in vm("dommemstat", "giver").stdout, 30, "the balloon")
    after = int(re.search(r"MemTotal: +(\d+)", console.ask("cat /proc/meminfo"))[1])
    assert before - after > 100000, (before, after)
    told = lambda: re.search(r"^unused (\d+)$", vm("dommemstat", "giver").stdout, re.M)
    wait_for(lambda: told() and int(told()[1]) < 131072, 30, "what the guest tells")
    matches(vm("domstats", "giver", "--balloon").stdout, r"^  balloon.available=\d+$")
    # saved and gone on from, the guest's clock of its own has not started anew
    console.ask("echo kept > /run/kept")
    vm("managedsave", "giver", timeout=120)
    console.close()
    vm("start", "giver", timeout=120)
    equal(state("giver"), "running (restored)")
    console = Console("giver")
    equal(console.ask("cat /run/kept").strip(), "kept")
    vm("shutdown", "giver", "--mode", "acpi")
    gone_after_power_off("giver")
    equal(state("giver"), "shut off (shutdown)")
    console.close()
    drop("giver")
    nothing_left()


if os.geteuid() == 0 and "LAB_KERNEL" not in os.environ:
    os.environ["LAB_KERNEL"], os.environ["LAB_INITRD"] = map(str, prepare())
run(globals())
