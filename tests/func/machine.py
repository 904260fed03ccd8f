#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines from the command: a real QEMU under TCG, in which the firmware runs and no system. What needs a system is in
tests/lab/machine.py."""
import json
import pathlib
import re
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from vm import *  # noqa: E402,F403

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
        select.select([], [], [], delay / 1000)
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
    select.select([], [], [], 0.03)
    saver.kill()
    saver.wait()
    wait_for(lambda: vm("domstate", "dead").stdout.strip() in ("shut off", "running"), 30, "a state that stays")
    drop("dead")
    nothing_left()


def test_sata_on_pc():
    """A board without a SATA controller of its own gets one."""
    sh("qemu-img", "create", "-q", "-f", "qcow2", "/tmp/sata.qcow2", "1M")
    define("sata", machine="pc", devices="<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/tmp/sata.qcow2'/>"
           "<target dev='sda' bus='sata'/></disk><disk type='file' device='cdrom'><target dev='sdb' bus='sata'/></disk>")
    vm("start", "sata")
    equal(state("sata"), "running (booted)")
    matches(vm("domcapabilities", "--machine", "pc").stdout, "<value>sata</value>")
    drop("sata")
    nothing_left()


def test_as_one_types_it():
    """Relative paths, and options behind what they belong to."""
    define("typed", devices="<interface type='user'/>")
    vm("start", "typed")
    here = os.getcwd()
    os.chdir("/tmp")
    try:
        vm("save", "typed", "typed.save")
        vm("restore", "typed.save")
        equal(state("typed"), "running (restored)")
        matches(vm("save-image-dumpxml", "typed.save").stdout, "<name>typed</name>")
        os.unlink("typed.save")
        matches(vm("domxml-to-native", "qemu-argv", "typed.xml").stdout, "guest=typed")
    finally:
        os.chdir(here)
    matches(refused("domxml-to-native", "qemu-argv", "--domain", "typed", "--xml", "/tmp/typed.xml"), "mutually exclusive")
    equal(vm("qemu-monitor-command", "typed", "info status", "--hmp").stdout.split(), ["VM", "status:", "running"])
    matches(vm("qemu-monitor-command", "typed", "--hmp", "info", "registers", "-a").stdout, "CPU#0")
    matches(refused("qemu-agent-command", "typed", '{"execute":"guest-ping"}', "--timeout", "2"), "guest agent")
    matches(refused("domif-setlink", "typed", "vnet9", "down"), "name or MAC address 'vnet9'")
    drop("typed")
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
