# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench/machines.py - a QEMU guest by lodge and by libvirt: start, memory, keys.

The guest boots Debian's kernel under emulation into an init that sleeps. Both tools get the same XML and run
<emulator> stamp.c. libvirt has security drivers, its mount namespace and virtlogd off: less work for it than usual.
"""
import contextlib
import os
import pathlib
import re
import shutil
import struct
import time

import house
import libvirtd
import peers
from house import BUILD, LODGE
from timing import Failed, run, sample, table, timed

FOLDER = "/tmp/bench/machines"
HOLD_MS = 20
STROKES, STROKE_HOLD_MS = 2000, 5
RELEASE = re.compile(r"@(\d+)\.(\d+):input_event_key_qcode con \S+, key qcode (\S+), down 0")
XML = """<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>{name}</name>
  <memory unit='MiB'>256</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>{kernel}</kernel>
    <initrd>{initrd}</initrd>
    <cmdline>console=ttyS0 quiet mitigations=off</cmdline>
  </os>
  <features><acpi/></features>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>{emulator}</emulator>
    <serial type='pty'/>
    <console type='pty'/>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-msg'/>
    <qemu:arg value='timestamp=on'/>
    <qemu:arg value='-trace'/>
    <qemu:arg value='enable=input_event_key_qcode'/>
  </qemu:commandline>
</domain>
"""


def image():
    """{kernel, initrd} below BUILD/lab; needs the outside, so it is done before the house is built. None: a tool is missing."""
    from image import LAB, add_busybox, kernel, pack
    if not all(map(shutil.which, ("qemu-system-x86_64", "cpio", "busybox", "modprobe"))):
        return None
    tree = LAB / "bench"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    add_busybox(tree, "sh sleep")
    (tree / "init").write_text("#!/bin/busybox sh\nwhile :; do /bin/sleep 100000; done\n")
    (tree / "init").chmod(0o755)
    return {"kernel": str(kernel()[0]), "initrd": str(pack(tree, LAB / "bench.gz"))}


class Tool:
    """lodge or virsh, with one machine of its own."""

    def __init__(self, word, command, log, files):
        self.word, self.command, self.name = word, command, "b" + word
        self.log = pathlib.Path(log, self.name + ".log")
        self.stamps = pathlib.Path(FOLDER, word, "stamps")
        self.stamps.parent.mkdir(parents=True)
        self.stamps.touch()
        self.stamps.chmod(0o666)  # lodge runs QEMU as a user of its own
        shutil.copy(f"{BUILD}/bench/bench-stamp", self.stamps.with_name("emulator"))
        self.stamps.with_name("qemu").symlink_to(shutil.which("qemu-system-x86_64"))
        path = f"{FOLDER}/{self.name}.xml"
        pathlib.Path(path).write_text(XML.format(name=self.name, emulator=self.stamps.with_name("emulator"), **files))
        run([*command, "define", path], 60)

    def start(self):
        """(ms until QEMU executes, ms until the command has returned)"""
        self.stamps.write_bytes(b"")
        began = time.monotonic_ns()
        returned = timed([*self.command, "start", self.name])
        data = self.stamps.read_bytes()
        if not data:
            raise Failed("QEMU was not started by way of the stamp")
        return (struct.unpack("q", data[-8:])[0] - began) / 1e6, returned

    def destroy(self):
        return timed([*self.command, "destroy", self.name])

    def releases(self, at):
        """[(seconds of the wall clock, key)] of the trace from byte @at of the log."""
        with open(self.log, "rb") as log:
            log.seek(at)
            return [(int(s) + int(us) / 1e6, key) for s, us, key in RELEASE.findall(log.read().decode(errors="replace"))]

    def key(self):
        """(ms until QEMU has the release, ms until the command has returned), the hold time taken off what waits for it"""
        at = self.log.stat().st_size
        began = time.time()
        returned = timed([*self.command, "send-key", self.name, "--holdtime", str(HOLD_MS), "KEY_A"])
        deadline = time.monotonic() + 5
        while not (found := self.releases(at)):
            if time.monotonic() > deadline:
                raise Failed("QEMU did not get the release within 5 s")
            time.sleep(0.001)
        return (found[0][0] - began) * 1000 - HOLD_MS, returned - (HOLD_MS if self.word == "lodge" else 0)


def pair(tools, function, rounds, titles):
    """Two tables of what @function(tool) returns in one interleaved run."""
    second = {}

    def row(tool):
        def once(number):
            first, other = function(tool)
            if number >= 0:
                second.setdefault(tool.word + titles[0], []).append(other)
            return first
        return once
    values, failed = sample({tool.word + titles[0]: row(tool) for tool in tools}, rounds)
    base = ("virsh" if len(tools) > 1 else "lodge") + titles[0]
    return table(titles[1], "ms", base, values, failed), table(titles[2], "ms", base, second, failed)


def start_and_destroy(tool):
    took = tool.start()
    tool.destroy()
    return took


def memory_of(tools, memory, report):
    """Resident KiB of the supervisor and of the QEMU below it; of libvirtd, which all its machines share."""
    rows = report.setdefault("machine memory", {})
    status = dict(line.split(" ", 1) for line in pathlib.Path("/run/lodge/qemu", tools[0].name, "status").read_text().splitlines() if " " in line)
    for name, key in (("supervisor", "supervisor"), ("QEMU below it", "init")):
        rows[name] = {"median": memory(int(status[key].split()[0]))[0]}
    if len(tools) > 1:
        rows["libvirtd, for all machines"] = {"median": memory(int(pathlib.Path("/run/libvirtd.pid").read_text()))[0]}
    print("\nmachine, resident: " + ", ".join(f"{name} {row['median']:,} KiB" for name, row in rows.items()))


def strokes(tool):
    """(strokes that QEMU got in their order, seconds)"""
    names = ["abcdefghijklmnopqrstuvwxyz"[i % 26] for i in range(STROKES)]
    hold = ["--holdtime", str(STROKE_HOLD_MS)]
    at = tool.log.stat().st_size
    began = time.monotonic()
    if tool.word == "lodge":
        timed([*tool.command, "send-key", tool.name, "--sequence", *hold, "--delay", str(STROKE_HOLD_MS), *[f"KEY_{n.upper()}" for n in names]], 120)
    else:  # one connection: a command of its own for each stroke takes longer than QEMU's queue needs
        timed([*tool.command, "; ".join(" ".join(["send-key", tool.name, *hold, f"KEY_{n.upper()}"]) for n in names)], 120)
    took = time.monotonic() - began
    got, quiet = [], time.monotonic() + 3
    while time.monotonic() < quiet and len(got) < STROKES:
        time.sleep(0.1)
        if len(found := [key for _, key in tool.releases(at)]) > len(got):
            got, quiet = found, time.monotonic() + 3
    if tool.word == "lodge" and got != names[:len(got)]:
        raise Failed("the strokes of lodge came in another order")
    return len(got), took


def keys_in_a_row(tools, report):
    rows = report.setdefault("machine keys", {})
    print(f"\n{STROKES:,} strokes in a row, held {STROKE_HOLD_MS} ms, as QEMU's trace has them")
    for tool in tools:
        try:
            got, took = strokes(tool)
        except Failed as problem:
            print(f"  {tool.word:10s} failed: {problem}")
            rows[tool.word + " lost"] = {"failed": str(problem)}
            continue
        rows[tool.word + " lost"] = {"median": STROKES - got}
        print(f"  {tool.word:10s} {got:6d} arrived, {STROKES - got} lost; the command took {took:.1f} s")


def measure(files, memory, rounds, report):
    """All tables of machines into @report."""
    os.makedirs(FOLDER, exist_ok=True)
    tools = [Tool("lodge", [LODGE, "-q", "-c", "qemu:///system"], "/var/log/lodge/qemu", files)]
    try:
        libvirtd.start()
        tools.append(Tool("virsh", list(libvirtd.VIRSH), "/var/log/libvirt/qemu", files))
    except (house.Skip, AssertionError, Failed) as problem:
        print(f"\nlibvirt is left out: {problem}")
    titles = " start", "start of a machine until QEMU executes", "the same, until the command returns"
    report["machine start"], report["machine running"] = pair(tools, start_and_destroy, rounds, titles)
    running = []
    for tool in tools:
        with contextlib.suppress(Failed):
            tool.start()
            running.append(tool)
    time.sleep(20)  # the kernels boot; then both guests idle
    memory_of(running, memory, report)
    titles = " send-key", f"send-key, held {HOLD_MS} ms (taken off), until QEMU has the release", \
        "the same, until the command returns (virsh does not wait for the keys)"
    report["machine key"], report["machine key returned"] = pair(running, Tool.key, rounds, titles)
    keys_in_a_row(running, report)
    for tool in running:
        with contextlib.suppress(Failed):
            tool.destroy()
    peers.remove_groups()
