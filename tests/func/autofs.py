#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers start beside real autofs mounts, do not trigger them, and a private root has no trace of them.

The automounter here never answers: whoever triggers the mount point hangs, and the test times out."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

keep = []


def automount(folder):
    """Mount an indirect autofs at @folder whose daemon is a process group of its own that never answers."""
    os.makedirs(folder, exist_ok=True)
    if "autofs" not in open("/proc/filesystems").read():
        raise Skip("needs autofs in the kernel")
    reader, writer = os.pipe()
    ready_r, ready_w = os.pipe()
    daemon = os.fork()
    if daemon == 0:
        try:
            os.setpgid(0, 0)
            os.set_inheritable(writer, True)
            mount("lodge-test", folder, "autofs", (), f"fd={writer},pgrp={os.getpgrp()},minproto=5,maxproto=5,indirect")
            os.write(ready_w, b"y")
        except OSError as problem:
            os.write(ready_w, str(problem).encode())
            os._exit(1)
        signal.pause()
    os.close(writer)
    keep.append((daemon, reader))
    answer = os.read(ready_r, 200)
    if answer != b"y":
        raise Skip(f"needs to mount autofs: {answer.decode()}")
    return daemon


def test_starts_beside_autofs_and_leaves_no_trace():
    os.makedirs("/export", exist_ok=True)
    daemon = automount("/export/auto")
    try:
        busybox_root("/export/root")
        xml = "/tmp/auto.xml"
        pathlib.Path(xml).write_text(domain_xml("auto", "/bin/sleep", ("1000",), devices="<console type='pty'/>"
                                     "<filesystem type='mount'><source dir='/export/root'/><target dir='/'/></filesystem>"))
        lodge("define", xml)
        lodge("start", "auto", timeout=10)
        mounts = lodge("exec", "auto", "--", "cat", "/proc/mounts", timeout=10).stdout
        assert "autofs" not in mounts and "/export" not in mounts, mounts
        lodge("destroy", "auto", timeout=10)
        lodge("undefine", "auto")
    finally:
        os.kill(daemon, signal.SIGKILL)
        os.waitpid(daemon, 0)
        umount("/export/auto", lazy=True)


def test_host_root_starts_beside_autofs():
    daemon = automount("/export/auto2")
    try:
        xml = "/tmp/auto2.xml"
        pathlib.Path(xml).write_text(domain_xml("auto2", "/bin/sleep", ("1000",)))
        lodge("create", xml, timeout=10)
        matches(lodge("list", timeout=10).stdout, "auto2 +.*running")
        lodge("destroy", "auto2", timeout=10)
    finally:
        os.kill(daemon, signal.SIGKILL)
        os.waitpid(daemon, 0)
        umount("/export/auto2", lazy=True)


def test_a_private_root_that_holds_an_autofs():
    """The folder given as root contains an automount point: it is not triggered at the start."""
    busybox_root("/export/root2")
    daemon = automount("/export/root2/net")
    try:
        xml = "/tmp/auto3.xml"
        pathlib.Path(xml).write_text(domain_xml("auto3", "/bin/sleep", ("1000",), devices="<console type='pty'/>"
                                     "<filesystem type='mount'><source dir='/export/root2'/><target dir='/'/></filesystem>"))
        lodge("create", xml, timeout=10)
        lodge("destroy", "auto3", timeout=10)
    finally:
        os.kill(daemon, signal.SIGKILL)
        os.waitpid(daemon, 0)
        umount("/export/root2/net", lazy=True)


run(globals())
