#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Direct autofs mounts on the host (as systemd's automount units make them), with a daemon that counts: guests
start beside them without a request, and private roots show none."""
import fcntl
import multiprocessing
import os
import pathlib
import signal
import struct
import sys

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", os.path.dirname(__file__) + "/../.."), "tests/lib"))
import house
import sup
from house import equal, matches, mount, sh, umount

ROOT = "/srv/guest"
PACKET = struct.Struct("iiIIQIIIII256s4x")
READY = 0x9360  # AUTOFS_IOC_READY


class Trap:
    """A direct autofs mount on @folder. mounts: the daemon answers with a tmpfs, else it is silent."""

    def __init__(self, folder, mounts=False):
        os.makedirs(folder, exist_ok=True)
        if "autofs" not in open("/proc/filesystems").read():
            raise house.Skip("needs autofs in the kernel")
        self.folder, self.requests = folder, multiprocessing.Value("i", 0)
        said, say = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.serve(mounts, say)
            except BaseException as problem:
                os.write(say, repr(problem).encode())
            os._exit(1)
        os.close(say)
        answer = os.read(said, 300)
        if answer != b"y":
            raise house.Skip(f"needs to mount autofs: {answer.decode()}")

    def serve(self, mounts, say):
        os.setpgid(0, 0)
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        mount("trap", self.folder, "autofs", (), f"fd={writer},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct")
        control = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        os.write(say, b"y")
        while True:
            packet = PACKET.unpack(os.read(reader, 4096)[:PACKET.size])
            with self.requests.get_lock():
                self.requests.value += 1
            if mounts:
                mount("answer", self.folder, "tmpfs")
                pathlib.Path(f"{self.folder}/inside").write_text("mounted on demand\n")
                fcntl.ioctl(control, READY, packet[2])

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        sh("umount", "-l", self.folder, ok=False)
        sh("umount", "-l", self.folder, ok=False)


def started(plan):
    """Start with a deadline: a triggered trap would hang."""
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(AssertionError("the start hangs")))
    signal.alarm(15)
    try:
        return sup.run(plan)
    finally:
        signal.alarm(0)


def shared_house():
    """As on a real host: mounts are shared."""
    house._check(house._libc.mount(None, b"/", None, house.ctypes.c_ulong((1 << 20) | 16384), None), "make / shared")


def test_private_root_beside_a_trap():
    shared_house()
    house.busybox_root(ROOT)
    trap = Trap("/srv/trap")
    out, _ = started(sup.Plan(root=ROOT, init=("/bin/sh", "-c", "cat /proc/self/mountinfo")))
    assert "autofs" not in out and "trap" not in out, out
    equal(trap.requests.value, 0)
    trap.end()


def test_host_root_beside_a_trap():
    trap = Trap("/srv/trap")
    out, _ = started(sup.Plan(init=("/bin/sh", "-c", "echo up")))
    equal((out, trap.requests.value), ("up\n", 0))
    trap.end()


def test_source_that_holds_traps():
    """Bound with all below it: the traps are neither triggered nor visible."""
    one, two = Trap("/export/tree/one"), Trap("/export/tree/deep/two")
    pathlib.Path("/export/tree/file").write_text("plain\n")
    plan = sup.Plan(root=ROOT, init=("/bin/sh", "-c", "cat /data/file; cat /proc/self/mountinfo; ls /data/one /data/deep/two"))
    plan.add("guest", ("mount", "/export/tree", "/data", "rw"))
    out, _ = started(plan)
    matches(out, "^plain$")
    assert "autofs" not in out and "trap" not in out, out
    equal((one.requests.value, two.requests.value), (0, 0))
    assert os.path.ismount("/export/tree/one"), "the host's own was taken away"
    one.end()
    two.end()


def test_root_that_holds_a_trap():
    trap = Trap(f"{ROOT}/net")
    out, _ = started(sup.Plan(root=ROOT, init=("/bin/sh", "-c", "cat /proc/self/mountinfo; ls /net")))
    assert "autofs" not in out, out
    equal(trap.requests.value, 0)
    trap.end()


def test_source_under_a_trap_is_mounted_on_demand():
    trap = Trap("/export/demand", mounts=True)
    plan = sup.Plan(root=ROOT, init=("/bin/sh", "-c", "cat /data/inside"))
    plan.add("guest", ("mount", "/export/demand", "/data", "ro"))
    out, _ = started(plan)
    equal((out, trap.requests.value), ("mounted on demand\n", 1))
    trap.end()


house.run(globals())
