#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines from the command: a real QEMU under TCG, in which the firmware runs and no system. What needs a system is in
tests/lab/machine.py."""
import json
import pathlib
import re
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

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


def test_life():
    define("life")
    stored = vm("dumpxml", "life").stdout
    matches(stored, r"machine='pc-q35-\d")
    matches(stored, "<address type='pci'")
    assert "<alias" not in stored
    equal(state("life"), "shut off (unknown)")
    for verb in ("destroy", "shutdown", "reboot", "reset", "suspend", "resume", "inject-nmi", "screenshot", "managedsave"):
        matches(refused(verb, "life"), "not running")
    vm("start", "life")
    equal(state("life"), "running (booted)")
    matches(refused("start", "life"), "already active")
    matches(vm("dumpxml", "life").stdout, "<alias name='serial0'/>")
    equal(vm("dumpxml", "--inactive", "life").stdout, stored)
    vm("suspend", "life")
    equal(state("life"), "paused (user)")
    vm("suspend", "life")
    vm("resume", "life")
    equal(state("life"), "running (unpaused)")
    matches(refused("resume", "life"), "already running")
    vm("reset", "life")
    vm("inject-nmi", "life")
    supervisor, qemu = pids("life")
    equal(vm("domid", "life").stdout.strip(), str(supervisor))
    vm("destroy", "life")
    assert gone(qemu)
    equal(state("life"), "shut off (destroyed)")
    vm("undefine", "life")
    nothing_left()


def test_paused_and_transient():
    vm("create", write("short", xml("short")), "--paused")
    equal(state("short"), "paused (user)")
    matches(vm("dominfo", "short").stdout, "^Persistent: +no$")
    matches(refused("managedsave", "short"), "transient")
    vm("resume", "short")
    equal(state("short"), "running (unpaused)")
    vm("destroy", "short", "--graceful")
    matches(refused("dominfo", "short"), "failed to get domain")
    nothing_left()


def test_both_kinds_in_one_list():
    lodge("define", write("box", domain_xml("box", "/bin/sleep", ("1000",))))
    lodge("define", write("boxed", xml("boxed")))
    matches(lodge("list", "--all").stdout, r"^ -    box     shut off   lxc$")
    matches(lodge("list", "--all").stdout, r"^ -    boxed   shut off   qemu$")
    equal(vm("list", "--all", "--name").stdout.split(), ["boxed"])
    vm("define", write("box", xml("box")))
    matches(fails("start", "box"), "exists in the LXC driver and in the QEMU driver; connect to lxc:/// or qemu:///")
    matches(refused("define", write("wrong", domain_xml("wrong"))), "wrong.xml:1: <domain type='lxc'> is no machine")
    matches(fails("-c", "lxc:///", "define", write("wrong", xml("wrong"))), "is no container; use type='lxc'")
    vm("undefine", "box")
    vm("undefine", "boxed")
    lodge("undefine", "box")
    nothing_left()


def picture(path):
    """(width, height, pixels without filter bytes) of a PNG, its checksums verified."""
    data = pathlib.Path(path).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), data[:8]
    at, packed, size = 8, b"", None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        equal(struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0], zlib.crc32(kind + body))
        if kind == b"IHDR":
            size = struct.unpack(">II", body[:8])
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    return *size, zlib.decompress(packed)


def test_screenshot():
    define("seen")
    vm("start", "seen")
    wait_for(lambda: vm("screenshot", "seen", "/tmp/seen.png") and len(set(picture("/tmp/seen.png")[2])) > 2, 20, "something on the screen")
    width, height, _ = picture("/tmp/seen.png")
    assert width >= 320 and height >= 200, (width, height)
    matches(vm("screenshot", "seen", "/tmp/two.png").stdout, "^Screenshot saved to /tmp/two.png, with type of image/png$")
    done = vm("screenshot", "seen", "-", text=False)
    pathlib.Path("/tmp/three.png").write_bytes(done.stdout)
    picture("/tmp/three.png")
    matches(refused("screenshot", "seen", "--screen", "7"), "has no screen 7; the last one is 0")
    matches(refused("screenshot", "seen", "/nowhere/x.png"), "cannot create file /nowhere/x.png: No such file or directory")
    os.chdir("/tmp")
    vm("screenshot", "seen")
    assert list(pathlib.Path("/tmp").glob("seen-*.png"))
    drop("seen")
    nothing_left()


def test_monitor():
    define("asked")
    vm("start", "asked")
    answer = json.loads(vm("qemu-monitor-command", "asked", '{"execute":"query-status"}').stdout)
    equal(sorted(answer), ["return"])
    equal(answer["return"]["status"], "running")
    equal(json.loads(vm("qemu-monitor-command", "asked", "--return-value", '{"execute":"query-name"}').stdout), {"name": "asked"})
    matches(vm("qemu-monitor-command", "asked", "--pretty", '{"execute":"query-name"}').stdout, '^    "name": "asked"$')
    matches(vm("qemu-monitor-command", "asked", "--hmp", "info", "status").stdout, "^VM status: running")
    equal(json.loads(vm("qemu-monitor-command", "asked", '{"execute":"no-such","id":"mine"}').stdout)["id"], "mine")
    matches(refused("qemu-monitor-command", "asked", "info status"), "is a JSON object with \"execute\"")
    matches(refused("qemu-agent-command", "asked", '{"execute":"guest-ping"}'), "has no channel|no guest agent|agent")
    # one after the other, however many come at once
    workers = [subprocess.Popen([LODGE, "-c", "qemu:///", "qemu-monitor-command", "asked", '{"execute":"query-status"}'],
                                stdout=subprocess.PIPE, text=True) for _ in range(8)]
    for worker in workers:
        matches(worker.communicate(timeout=30)[0], '"running"')
    watcher = subprocess.Popen([LODGE, "-c", "qemu:///", "qemu-monitor-event", "--domain", "asked", "--event", "RESET", "--timeout", "20"],
                               stdout=subprocess.PIPE, text=True)
    while watcher.poll() is None:
        vm("reset", "asked")
        select_pause()
    matches(watcher.communicate()[0], r"^event RESET at \d+\.\d{6} for domain 'asked': \{")
    drop("asked")
    nothing_left()


def test_save_and_restore():
    define("kept")
    vm("start", "kept")
    matches(vm("save", "kept", "/tmp/kept.save", "--verbose").stdout, "saved to /tmp/kept.save")
    equal(state("kept"), "shut off (saved)")
    equal(os.stat("/tmp/kept.save").st_mode & 0o777, 0o600)
    matches(vm("save-image-dumpxml", "/tmp/kept.save").stdout, "<name>kept</name>")
    vm("restore", "/tmp/kept.save")
    equal(state("kept"), "running (restored)")
    matches(refused("restore", "/tmp/kept.save"), "already running")
    vm("suspend", "kept")
    vm("save", "kept", "/tmp/kept.save")
    vm("restore", "/tmp/kept.save")
    equal(state("kept"), "paused (user)")
    vm("destroy", "kept")
    vm("restore", "/tmp/kept.save", "--running")
    equal(state("kept"), "running (restored)")
    vm("destroy", "kept")
    vm("start", "kept")
    equal(json.loads(vm("domjobinfo", "kept", "--json").stdout), {"type": "None"})
    matches(refused("domjobabort", "kept"), "no job")
    drop("kept")
    vm("restore", "/tmp/kept.save", "--paused")
    matches(vm("dominfo", "kept").stdout, "^Persistent: +no$")
    vm("destroy", "kept")
    nothing_left()


def test_images_that_are_none():
    define("image")
    vm("start", "image", "--paused")
    vm("save", "image", "/tmp/good.save")
    data = pathlib.Path("/tmp/good.save").read_bytes()
    cases = {
        "garbage": (b"\0" * 8192, "it is no saved machine of lodge"),
        "empty": (b"", "it is no saved machine of lodge"),
        "half": (data[:5000], "cut short|did not load|failed|ended"),
        "unfinished": (data.replace(b"complete yes", b"complete no ", 1), "did not come to its end"),
        "newer": (data.replace(b"lodge-save 1", b"lodge-save 9", 1), "a newer lodge saved it"),
        "damaged": (data.replace(b"xml-bytes ", b"xml-bytes x", 1), "header of the saved machine is damaged"),
    }
    for name, (content, why) in cases.items():
        pathlib.Path(f"/tmp/{name}.save").write_bytes(content)
        matches(refused("restore", f"/tmp/{name}.save", timeout=90), why)
        equal(vm("domstate", "image").stdout.strip(), "shut off")
    matches(refused("restore", "/tmp/absent.save"), "No such file")
    drop("image")
    nothing_left()


def test_full_disk_in_save():
    define("full")
    vm("start", "full")
    os.makedirs("/tmp/small", exist_ok=True)
    mount("none", "/tmp/small", "tmpfs", data="size=300k")
    matches(refused("save", "full", "/tmp/small/x.save", timeout=60), "cannot save domain 'full' to '/tmp/small/x.save': .*[Nn]o space")
    equal(os.listdir("/tmp/small"), [])
    matches(state("full"), "^running")
    matches(vm("qemu-monitor-command", "full", "--hmp", "info", "status").stdout, "running")
    umount("/tmp/small")
    matches(refused("save", "full", "/nowhere/x.save"), "cannot make '/nowhere/x.save': No such file or directory")
    matches(state("full"), "^running")
    drop("full")
    nothing_left()


def test_managed_save():
    define("later")
    vm("start", "later")
    matches(vm("managedsave", "later").stdout, "state saved")
    matches(vm("list", "--all", "--managed-save").stdout, "later +saved")
    equal(vm("list", "--all", "--with-managed-save", "--name").stdout.split(), ["later"])
    equal(vm("list", "--all", "--without-managed-save", "--name").stdout.split(), [])
    matches(vm("dominfo", "later").stdout, "^Managed save: +yes$")
    matches(vm("managedsave-dumpxml", "later").stdout, "<name>later</name>")
    matches(refused("undefine", "later"), "while it has a managed save; use --managed-save")
    vm("start", "later")
    equal(state("later"), "running (restored)")
    matches(vm("dominfo", "later").stdout, "^Managed save: +no$")
    vm("managedsave", "later")
    vm("start", "later", "--force-boot")
    equal(state("later"), "running (booted)")
    matches(vm("dominfo", "later").stdout, "^Managed save: +no$")
    vm("managedsave", "later")
    vm("managedsave-remove", "later")
    matches(vm("managedsave-remove", "later").stdout, "removal skipped")
    # one that a crash left is not used
    vm("start", "later")
    vm("managedsave", "later")
    path = "/var/lib/lodge/qemu/save/later.save"
    data = pathlib.Path(path).read_bytes()
    pathlib.Path(path).write_bytes(data.replace(b"complete yes", b"complete no ", 1))
    matches(vm("start", "later").stderr, "boots anew: .*did not come to its end")
    equal(state("later"), "running (booted)")
    assert not os.path.exists(path)
    vm("managedsave", "later")
    vm("undefine", "later", "--managed-save")
    assert not os.path.exists(path)
    nothing_left()


def test_memory_and_processors():
    define("sized", memory=64)
    vm("setmaxmem", "sized", "96MiB", "--config")
    vm("setmem", "sized", "48MiB", "--config")
    vm("setvcpus", "sized", "4", "--config", "--maximum")
    vm("setvcpus", "sized", "2", "--config")
    matches(refused("setvcpus", "sized", "9", "--config"), "9 processors are more than the maximum of domain 'sized', 4")
    vm("start", "sized")
    equal(vm("vcpucount", "sized", "--live").stdout.strip(), "2")
    equal(len(json.loads(vm("vcpuinfo", "sized", "--json").stdout)), 2)
    matches(refused("setvcpus", "sized", "3", "--live"), "cannot change the processors of domain 'sized' while it runs; use --config")
    vm("setmem", "sized", "32MiB")
    matches(refused("setmem", "sized", "1GiB"), "more than the maximum")
    matches(vm("dommemstat", "sized").stdout, "^rss [1-9]")
    stats = vm("domstats", "sized").stdout
    for field in ("state.state=1", r"cpu.time=\d+", r"balloon.rss=\d+", "balloon.maximum=98304", "vcpu.current=2", r"vcpu.1.time=\d+", "block.count=0"):
        matches(stats, f"^  {field}$")
    vm("memtune", "sized", "--hard-limit", "512MiB", "--live")
    vm("schedinfo", "sized", "cpu_shares=512", "--live")
    drop("sized")
    nothing_left()


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


def test_starts_that_fail():
    make_disks()
    os.unlink("/tmp/a.qcow2")
    define("missing", devices=DISKS)
    matches(refused("start", "missing"), r"missing.xml:\d+: .*a.qcow2")
    equal(state("missing"), "shut off (unknown)")
    vm("undefine", "missing")
    define("argued", body="<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:arg value='-nonsense'/></qemu:commandline>")
    matches(refused("start", "argued"), "-nonsense: invalid option")
    equal(state("argued"), "shut off (unknown)")
    vm("undefine", "argued")
    matches(refused("create", write("fds", xml("fds")), "--pass-fds", "0"), "cannot pass descriptors to init")
    nothing_left()


def test_killed():
    define("dead")
    for which in (0, 1):
        vm("start", "dead")
        victims = pids("dead")
        os.kill(victims[which], signal.SIGKILL)
        wait_for(lambda: gone(victims[0]) and gone(victims[1]), 10, "the end of both")
        wait_for(lambda: state("dead") == "shut off (crashed)", 10, "crashed")
    # the command, at any moment of a start: it runs, or there is nothing
    for delay in range(0, 120, 8):
        starter = subprocess.Popen([LODGE, "-c", "qemu:///", "start", "dead"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay / 1000)
        starter.kill()
        starter.wait()
        # what the killed one began may go on for a moment: then this one finds it running
        done = vm("start", "dead", ok=False)
        assert done.returncode == 0 or "already" in done.stderr, done.stderr
        wait_for(lambda: vm("domstate", "dead").stdout.strip() == "running", 20, "a machine that runs")
        vm("destroy", "dead")
    # and of a save: the job goes on without it
    vm("start", "dead")
    saver = subprocess.Popen([LODGE, "-c", "qemu:///", "managedsave", "dead"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.03)
    saver.kill()
    saver.wait()
    wait_for(lambda: vm("domstate", "dead").stdout.strip() in ("shut off", "running"), 30, "a state that stays")
    drop("dead")
    nothing_left()


def test_fifty_at_once():
    count = 50
    for i in range(count):
        define(f"m{i}", memory=8)
    began = time.monotonic()
    failed = []

    def start(names):
        for name in names:
            done = vm("start", name, "--paused", ok=False, timeout=240)
            if done.returncode:
                failed.append(done.stderr)

    workers = [threading.Thread(target=start, args=([f"m{i}" for i in range(k, count, 5)],)) for k in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    equal(failed, [])
    print(f"# {count} machines in {time.monotonic() - began:.1f} s")
    equal(len(vm("list", "--state-paused", "--name").stdout.split()), count)
    worst = 0
    for i in range(count):
        text = pathlib.Path(f"/proc/{pids(f'm{i}')[0]}/status").read_text()
        worst = max(worst, int(re.search(r"VmRSS:\s+(\d+)", text)[1]))
    print(f"# a supervisor has at most {worst} KiB")
    assert worst <= 2048, worst
    for i in range(count):
        vm("destroy", f"m{i}")
        vm("undefine", f"m{i}")
    nothing_left()


def test_dry_run_and_native():
    define("shown")
    plan = vm("start", "--dry-run", "shown").stdout
    matches(plan, "^kind machine$")
    matches(plan, "^exec /usr/bin/qemu-system-x86_64 ")
    assert not os.path.exists(f"{LIVE}/shown")
    matches(vm("domxml-to-native", "qemu-argv", "--domain", "shown").stdout, "-name guest=shown")
    matches(refused("domxml-to-native", "bochs", "--domain", "shown"), "bochs")
    matches(vm("domcapabilities").stdout, "<domainCapabilities>")
    matches(vm("capabilities").stdout, "<os_type>hvm</os_type>")
    matches(vm("version").stdout, r"QEMU \d+\.\d+\.\d+")
    vm("undefine", "shown")
    nothing_left()


def test_private_root_and_session():
    os.makedirs("/tmp/private", exist_ok=True)
    uri = "qemu:///embed?root=/tmp/private"
    lodge("-c", uri, "define", write("inner", xml("inner")))
    lodge("-c", uri, "start", "inner")
    equal(vm("list", "--name").stdout.strip(), "")
    matches(lodge("-c", uri, "list").stdout, "inner +running")
    lodge("-c", uri, "destroy", "inner")
    lodge("-c", uri, "undefine", "inner")
    matches(fails("-c", "qemu+ssh://host/system", "list"), "transport 'ssh' is not supported")
    nothing_left()


run(globals())
