# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/sup.py - run lodge-supervisor directly, with hand-written plans. For use inside house.run()."""
import contextlib
import fcntl
import glob
import json
import os
import pathlib
import select
import socket
import struct
import subprocess
import uuid

import house

FAULT = os.path.join(house.BUILD, "tests/fault/lodge-supervisor-fault")
LIVE = "/run/lodge/lxc"
ROOT = "/srv/guest"


def escape(arg):
    """One argument of a plan."""
    if arg == "":
        return "\\e"
    return "".join(c if 0x20 < ord(c) != 0x7F and c != "\\" else f"\\x{ord(c):02x}" for c in str(arg))


def line(op, *args):
    return " ".join([op, *(escape(str(a)) for a in args)]) + "\n"


def hierarchies():
    """[(version, controllers, folder)] as the container driver would find them."""
    found = []
    for point, kind, options in house.cgroup_mounts():
        names = [w for w in options.split(",") if w not in ("rw", "ro", "relatime") and not w.startswith("name=")]
        if kind == "v1" and not names:
            continue
        found.append((kind, ",".join(names) if kind == "v1" else "", point))
    return found


class Plan:
    """The lines of a plan by phase; str() is its text."""

    def __init__(self, name="web", root="/", init=("/bin/sh",), groups=True, live=LIVE, transient=True):
        self.name, self.live = name, f"{live}/{name}"
        self.phases = {p: [] for p in ("object", "host", "link", "guest", "payload", "init")}
        self.uuid = str(uuid.uuid4())
        self.add("object", ("kind", "guest"), ("driver", "lxc"), ("name", name), ("uuid", self.uuid), ("live", self.live),
                 ("events", f"{live}/../events"))
        self.transient = transient
        self.groups = []
        for kind, names, base in hierarchies() if groups else []:
            folder = f"{base}/lodge/lxc/{name}.guest"
            self.groups.append((kind, names, folder))
            self.add("host", ("supervisor-group", kind, f"{base}/lodge/supervisors"))
        for kind, names, folder in self.groups:
            self.add("host", ("cgroup", kind, names, folder))
        self.add("link", ("netns", "share"))
        self.add("guest", ("namespaces", "mnt,pid,ipc,uts,cgroup" if self.groups else "mnt,pid,ipc,uts"), ("root", root, "rw"), ("proc",), ("sys", "ro"), ("dev",),
                 ("devpts", "1024"), ("console", 0), ("hostname", name))
        self.add("init", ("env", "PATH", "/bin:/sbin"), ("env", "TERM", "linux"), ("stdio", "console"), ("exec", *init))

    def add(self, phase, *lines):
        self.phases[phase] += lines
        return self

    def drop(self, phase, op):
        self.phases[phase] = [l for l in self.phases[phase] if l[0] != op]
        return self

    def __str__(self):
        text = "lodge-plan 1\n"
        for phase, lines in self.phases.items():
            if lines:
                text += f"phase {phase}\n" + "".join(line(*l) for l in lines)
        return text


class Failed(Exception):
    """The supervisor said "error WORD TEXT"."""

    def __init__(self, answer):
        super().__init__(answer)
        self.word, _, self.text = answer[6:].rstrip("\n").partition(" ")


def spawn(plan, program=None, stdio=None):
    """Hand a plan to a supervisor as core/launch does; (pid to reap, pipe of its answer)."""
    os.makedirs(plan.live, mode=0o700, exist_ok=True)
    mark = pathlib.Path(f"{plan.live}/transient")
    mark.touch() if plan.transient else mark.unlink(missing_ok=True)
    pathlib.Path(f"{plan.live}/plan").write_text(str(plan))
    reader, writer = os.pipe()
    alive = os.open(f"{plan.live}/alive", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.fcntl(alive, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_SETLK
    fds = [os.open(f"{plan.live}/plan", os.O_RDONLY), writer, os.open(plan.live, os.O_RDONLY), alive]
    pid = os.fork()
    if pid == 0:
        try:
            null = os.open("/dev/null", os.O_RDWR)
            high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in [*(stdio or [null] * 3), *fds]]
            for number, fd in enumerate(high):
                os.dup2(fd, number)
            os.closerange(7, 256)
            os.execv(program or house.SUPERVISOR, ["lodge-supervisor", "run", plan.name])
        finally:
            os._exit(127)
    for fd in fds:
        os.close(fd)
    return pid, reader


def start(plan, program=None, stdio=None):
    """Start a plan and wait for "ready"; the supervisor's pid. Raises Failed."""
    pid, reader = spawn(plan, program, stdio)
    with os.fdopen(reader) as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    if answer.startswith("error "):
        raise Failed(answer)
    assert answer.startswith("ready "), f"the supervisor said {answer!r}"
    return int(answer.split()[1])


def is_alive(plan):
    try:
        fd = os.open(f"{plan.live}/alive", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        got = fcntl.fcntl(fd, 36, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_GETLK
        return struct.unpack("hhqqi4x", got)[0] != fcntl.F_UNLCK
    finally:
        os.close(fd)


def status(plan):
    """{key: value} of the status; repeated keys become lists."""
    found = {}
    for text in pathlib.Path(f"{plan.live}/status").read_text().splitlines():
        key, _, value = text.partition(" ")
        if key in ("cgroup", "console", "netdev", "not-enforced", "helper"):
            found.setdefault(key, []).append(value)
        else:
            found[key] = value
    return found


class Control:
    """A connection to LIVE/control."""

    def __init__(self, plan):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sock.connect(f"{plan.live}/control")  # blocking: with a time-out a full queue would be an error
        self.sock.settimeout(20)
        answer = self.ask("hello", 1)
        assert answer.startswith("ok 1 "), answer

    def ask(self, *words):
        self.sock.send(" ".join(escape(str(w)) for w in words).encode())
        data, fds, _, _ = socket.recv_fds(self.sock, 4096, 1)
        self.fd = fds[0] if fds else None
        return data.decode()

    def console(self, index=0):
        answer = self.ask("console", index, "rw", "force", 80, 24)
        assert answer.startswith("ok"), answer
        return socket.socket(fileno=self.fd)


def read_until(sock, wanted, seconds=10):
    got = b""
    sock.settimeout(seconds)
    while wanted not in got:
        data = sock.recv(65536)
        if not data:
            break
        got += data
    assert wanted in got, got
    return got


def destroy(plan):
    """Its answer, once the supervisor itself has ended (as the command waits for it)."""
    control = Control(plan)
    answer = control.ask("destroy")
    with contextlib.suppress(OSError):
        control.sock.settimeout(5)
        control.sock.recv(1)
    return answer


def run(plan, program=None):
    """Start a guest that ends by itself; what it printed, and its last status."""
    plan.transient = False
    plan.drop("init", "stdio").phases["init"].insert(0, ("stdio", "inherit"))
    with open("/tmp/out", "w+b") as out, open("/dev/null", "rb") as null:
        start(plan, program, (null.fileno(), out.fileno(), out.fileno()))
        house.wait_for(lambda: not is_alive(plan), what="the guest's end")
        out.seek(0)
        return out.read().decode(), status(plan)


# --- what the tests of the supervisor share --------------------------------------------------------------


def supervisors():
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if pathlib.Path(f"/proc/{pid}/comm").read_text().startswith("lodge-super"):
                found.append(pid)
    return found


def clean_house(before=()):
    """Nothing of a guest is left: processes, groups, mounts, links."""
    def groups(pattern):
        return [g for point, _, _ in house.cgroup_mounts() for g in glob.glob(f"{point}/{pattern}")]
    house.equal(groups("lodge*/*/*/"), [])
    links = [l["ifname"] for l in json.loads(house.sh("ip", "-j", "link").stdout) if l["ifname"].startswith(("veth", "macv"))]
    house.equal(links, list(before))
    house.wait_for(lambda: not supervisors(), what="the end of the supervisors")  # they answer first
    house.equal(groups("lodge*"), [])
    mounts = open("/proc/self/mountinfo").read()
    assert ROOT + "/" not in mounts, mounts


def private_root(path=ROOT):
    if not os.path.exists(path):
        house.busybox_root(path)
    return path


def script(text, **options):
    return Plan(init=("/bin/sh", "-c", text), **options)


def in_root(text, name="web", **options):
    return script(text, name=name, root=private_root(), **options)
