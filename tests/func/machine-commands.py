# SPDX-License-Identifier: LGPL-2.1-or-later
"""QEMU itself takes every command line of tests/golden/machine-plan.

A small stand-in for the supervisor opens what a plan names (empty images in place of the host's files, taps in
a network namespace of ours, socket pairs), starts QEMU with the plan's own arguments, greets it over QMP, asks
its state and lets it quit. KVM's arguments are replaced by TCG's: whether KVM works is another test.
"""
import fcntl
import json
import pathlib
import re
import resource
import shutil
import socket
import struct
import subprocess
import sys
import os

SOURCE = os.environ.get("SOURCE") or str(pathlib.Path(__file__).resolve().parents[2])
sys.path.insert(0, SOURCE + "/tests/lib")
from house import *  # noqa: E402,F403

GOLDEN = pathlib.Path(SOURCE) / "tests/golden/machine-plan"
QEMU = shutil.which("qemu-system-x86_64")
TUNSETIFF = 0x400454CA
HIGH = 600  # descriptors are made above those that plans number


class Host:
    """What one plan opens."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.fds = {}  # number in the plan -> ours
        self.keep = []
        self.monitor = None
        self.skip = None
        self.helper = None

    def put(self, number, fd):
        self.fds[int(number)] = fcntl.fcntl(fd, fcntl.F_DUPFD, HIGH)

    def pair(self, number):
        ours, theirs = socket.socketpair()
        self.put(number, theirs.fileno())
        theirs.close()
        self.keep.append(ours)
        return ours

    def file(self, path, mode, fmt):
        if path.startswith("/dev/") and not path.startswith("/dev/vg"):
            if not os.path.exists(path):
                self.skip = f"needs {path}"
                return None
            return os.open(path, os.O_RDWR if mode == "rw" else os.O_RDONLY)
        copy = self.folder / path.replace("/", "_")
        if mode in ("append", "truncate"):
            return os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if path.startswith("/srv"):
            copy.mkdir(exist_ok=True)
            return os.open(copy, os.O_RDONLY)
        if "_VARS" in path:
            shutil.copy("/usr/share/OVMF/OVMF_VARS_4M.fd", copy)
        elif fmt == "qcow2":
            subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", str(copy), "1M"], check=True)
        else:
            copy.write_bytes(b"\0" * (1440 * 1024))
        return os.open(copy, os.O_RDWR if mode == "rw" else os.O_RDONLY)

    def tap(self, number, name, queues):
        for i in range(queues):
            fd = os.open("/dev/net/tun", os.O_RDWR)
            flags = 0x0002 | 0x1000 | 0x4000 | (0x0100 if queues > 1 else 0)  # TAP NO_PI VNET_HDR MULTI_QUEUE
            name = fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))[:16].rstrip(b"\0").decode()
            self.put(int(number) + i, fd)
            os.close(fd)


def words_of(line):
    return [re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), w.replace("\\e", "")) for w in line.split(" ")]


def formats(argv):
    """number of an fdset -> format of the node above it"""
    nodes, result = {}, {}
    for flag, text in zip(argv, argv[1:]):
        if flag == "-blockdev":
            node = json.loads(text)
            if "filename" in node:
                nodes[node["node-name"]] = node["filename"]
            elif node.get("file") in nodes:
                result[nodes[node["file"]]] = node["driver"]
    return result


def without_kvm(argv):
    out = []
    for flag, text in zip([""] + argv, argv):
        if flag == "-accel" and text == "kvm":
            text = "tcg"
        elif flag == "-cpu":
            text = re.sub(r",(hv|kvm)[^,]*|,migratable=[^,]*|,pmu=[^,]*", "", re.sub("^host", "max", text))
        elif flag == "-netdev" and not os.path.exists("/dev/vhost-net"):
            text = re.sub(r",vhost=on|,vhostfds?=[0-9:]*", "", text)
        elif flag == "-object":
            text = text.replace(",prealloc=on", "")
        elif flag == "-blockdev":
            text = text.replace('"host_device"', '"file"')  # a file stands in for the device
        elif flag == "-incoming":
            text = "defer"
        out.append(text)
    return out


def prepare(plan, host):
    lines = [words_of(line) for line in plan.read_text().splitlines()]
    argv = next(w for w in lines if w[0] == "exec")[1:]
    fmt = formats(argv)
    sets = {m[1]: f"/dev/fdset/{m[2]}" for a in argv if (m := re.fullmatch(r"fd=(\d+),set=(\d+)", a))}
    for w in lines:
        if w[0] == "open":
            if w[2] == "/dev/vhost-net" and not os.path.exists(w[2]):
                continue
            fd = host.file(w[2], w[3], fmt.get(sets.get(w[1])))
            if fd is not None:
                host.put(w[1], fd)
                os.close(fd)
        elif w[0] in ("tap", "macvtap"):
            host.tap(w[1], w[3] if w[0] == "tap" else "mvt%d", int(w[7]) if w[0] == "tap" else 1)
        elif w[0] == "monitor":
            host.monitor = host.pair(w[1])
        elif w[0] in ("console-socket", "agent", "pair"):
            host.pair(w[2] if w[0] == "console-socket" else w[1])
        elif w[0] == "listen":
            s = socket.socket(socket.AF_UNIX)
            s.bind(str(host.folder / re.sub(r"^work/", "", w[2]).replace("/", "_")))
            s.listen()
            host.put(w[1], s.fileno())
            s.close()
        elif w[0] == "copy":
            shutil.copy("/bin/true", host.folder / w[2])
        elif w[0] == "helper" and "virtiofsd" in w[4]:
            host.helper = [w[4]] + [re.sub("source=.*", f"source={host.folder}", a) for a in w[5:]], int(w[2])
            if not os.access(w[4], os.X_OK):
                host.skip = "needs virtiofsd"
    for flag, text in list(zip(argv, argv[1:])):
        if flag == "-kernel":
            kernels = sorted(pathlib.Path("/boot").glob("vmlinuz-*"))
            if not kernels:
                host.skip = "needs a kernel in /boot"
                continue
            argv[argv.index("-kernel") + 1] = str(kernels[-1])
    return without_kvm(argv)


def inherit(host):
    for number, fd in host.fds.items():
        os.dup2(fd, number)


def talk(host):
    stream = host.monitor.makefile("rw")
    host.monitor.settimeout(60)

    def answer():
        while True:
            line = stream.readline()
            if not line:
                return None
            message = json.loads(line)
            if "event" not in message:
                return message

    if answer() is None:
        return None
    result = None
    for command in ("qmp_capabilities", "query-status", "quit"):
        stream.write(json.dumps({"execute": command}) + "\n")
        stream.flush()
        result = answer() if command != "quit" else result
        if command == "query-status":
            status = result
    return status


def check(plan):
    if QEMU is None:
        raise Skip("needs qemu-system-x86_64")
    if shutil.which("qemu-img") is None:
        raise Skip("needs qemu-img")
    folder = pathlib.Path("/tmp") / plan.stem
    folder.mkdir()
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, 4096))
    host = Host(folder)
    argv = prepare(plan, host)
    if host.skip:
        raise Skip(host.skip)
    if any(a.startswith("qxl") for a in argv) and b'"qxl-vga"' not in subprocess.run(
            [QEMU, "-device", "help"], capture_output=True).stdout:
        raise Skip("needs QEMU's module of SPICE")
    helper = None
    if host.helper:
        ours = host.fds.pop(host.helper[1])
        helper = subprocess.Popen(host.helper[0], close_fds=False, preexec_fn=lambda: os.dup2(ours, 3),
                                  stderr=subprocess.DEVNULL)
        os.close(ours)
    process = subprocess.Popen([QEMU] + argv[1:], cwd=folder, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, close_fds=False,
                               pass_fds=(), preexec_fn=lambda: inherit(host))
    for fd in host.fds.values():
        os.close(fd)
    try:
        status = talk(host)
    finally:
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            if helper:
                helper.kill()
                helper.wait()
    words = process.stderr.read().decode()
    assert process.returncode == 0, f"status {process.returncode}: {words}"
    assert status and status["return"]["running"] is False, status
    harmless = "terminating on signal|TCG doesn't support requested feature|hyperthreading|topoext"
    bad = [line for line in words.splitlines() if not re.search(harmless, line)]
    assert not bad, bad


def add(plan):
    def one():
        check(plan)

    globals()["test_" + re.sub(r"\W", "_", plan.stem)] = one


for found in sorted(GOLDEN.glob("*.plan")):
    add(found)

if __name__ == "__main__":
    run(globals())
