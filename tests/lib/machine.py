# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/machine.py - plans of kind machine by hand, for lodge-supervisor alone: with a scripted QEMU
(fake-qemu.py) or the real one. For use inside house.run()."""
import contextlib
import json
import os
import pathlib
import shutil
import socket

import house
import sup

LIVE = "/run/lodge/qemu"
FAKE = os.path.join(house.SOURCE, "tests/lib/fake-qemu.py")
UID = 1819213900
QEMU = "qemu-system-x86_64"


class Machine(sup.Plan):
    """The lines of a plan; MODE is what the fake does (see fake-qemu.py)."""

    def __init__(self, name="vm", mode="", groups=True, user=True, timeout_ms=5000, console=True, agent=False, log_bytes=1 << 20):
        super().__init__(name, groups=groups, live=LIVE)
        self.phases = {p: l for p, l in self.phases.items() if p in ("object", "host")} | {"payload": [], "init": []}
        self.phases["object"][0:2] = [("kind", "machine"), ("driver", "qemu")]
        self.phases["host"] = [(op, kind, *rest) if op == "supervisor-group" else (op, kind, rest[0], rest[1].replace("/lxc/", "/qemu/"))
                               for op, kind, *rest in self.phases["host"]]
        self.groups = [(kind, names, folder.replace("/lxc/", "/qemu/")) for kind, names, folder in self.groups]
        self.add("object", ("log", f"/var/log/lodge/qemu/{name}.log", log_bytes, 2))
        self.add("host", ("monitor", 20, timeout_ms))
        self.add("payload", ("capabilities", "none"), ("no-new-privileges",), ("seccomp", "none"))
        if user:
            self.add("init", ("user", UID, UID))
        self.add("init", ("env", "PATH", "/usr/bin:/bin"))
        self.log = f"/var/log/lodge/qemu/{name}.log"
        self.asked = f"/tmp/{name}.asked"
        if console:
            self.add("host", ("console-socket", 0, 21))
        if agent:
            self.add("host", ("agent", 22, "channel0"))
        self.program = ["/usr/bin/python3", FAKE, self.asked, mode]

    def __str__(self):
        self.drop("init", "exec").add("init", ("exec", *self.program))
        return super().__str__()

    @property
    def journal(self):
        """What the journal says of it: [(kind, event, detail)]."""
        path = pathlib.Path("/run/lodge/events")
        lines = [json.loads(l) for l in path.read_text().splitlines()] if path.exists() else []
        return [(l["kind"], l["event"], l["detail"]) for l in lines if l["uuid"] == self.uuid]

    def lifecycle(self):
        return [f"{event}/{detail}" for kind, event, detail in self.journal if kind == "lifecycle"]


def real(name="vm", *extra, paused=False, machine="pc", **options):
    """A machine without disks: the firmware runs."""
    if not shutil.which(QEMU):
        raise house.Skip("needs " + QEMU)
    plan = Machine(name, **options)
    plan.program = [shutil.which(QEMU), "-name", f"guest={name}", "-nodefaults", "-no-user-config", "-display", "none", "-S", "-no-shutdown",
                    "-machine", f"{machine},accel=tcg", "-m", "16",
                    "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
                    "-chardev", "socket,id=mon0,fd=20", "-mon", "chardev=mon0,mode=control",
                    "-chardev", "socket,id=con0,fd=21", "-serial", "chardev:con0", *extra]
    if paused:
        plan.add("object", ("paused",))
    return plan


def connect(path, kind=socket.SOCK_STREAM):
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.settimeout(20)
    sock.connect(path)
    return sock


class Fake:
    """The way into a fake that runs: what it heard, and what it is to say."""

    def __init__(self, plan):
        self.plan = plan
        self.sock = house.wait_for(self.connect, what="the fake's socket")

    def connect(self):
        with contextlib.suppress(ConnectionRefusedError, FileNotFoundError):  # it is about to listen
            return connect(f"{self.plan.live}/work/fake.sock")
        return None

    def say(self, *events):
        """Send raw text (or objects) over QMP."""
        for event in events:
            data = event if isinstance(event, bytes) else (event if isinstance(event, str) else json.dumps(event) + "\r\n").encode()
            self.order("say", data)

    def order(self, word, data=b""):
        self.sock.sendall(b"%s %d\n" % (word.encode(), len(data)) + data)
        assert self.sock.recv(2) in (b"ok", b"")  # what it said may have been its end


def asked(plan, command=None):
    """The commands that the fake has heard: [(name, arguments)]."""
    path = pathlib.Path(plan.asked)
    lines = [json.loads(l) for l in path.read_text().splitlines()] if path.exists() else []
    return [(l["execute"], l.get("arguments", {})) for l in lines if command in (None, l["execute"])]


def event(name, **data):
    return {"event": name, "timestamp": {"seconds": 1700000000, "microseconds": 5}, **({"data": data} if data else {})}


def request(plan, *words, fd=None, control=None):
    """Ask with a descriptor; the answer in plain words."""
    control = control or sup.Control(plan)
    send(control, *words, fd=fd)
    return receive(control)


def send(control, *words, fd=None):
    packet = " ".join(sup.escape(str(w)) for w in words).encode()
    if fd is None:
        control.sock.send(packet)
    else:
        socket.send_fds(control.sock, [packet], [fd])


def receive(control):
    data, fds, _, _ = socket.recv_fds(control.sock, 4096, 1)
    control.fd = fds[0] if fds else None
    return plain(data.decode())


def plain(text):
    for number in (0x20, 0x5C, 0x0A):
        text = text.replace(f"\\x{number:02x}", chr(number))
    return text


def script(*lines):
    """A memfd with lines of keys."""
    fd = os.memfd_create("keys")
    os.write(fd, "".join(l + "\n" for l in lines).encode())
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def keys(plan, *lines, control=None):
    fd = script(*lines)
    try:
        return request(plan, "keys", fd=fd, control=control)
    finally:
        os.close(fd)


def init_of(plan):
    return int(sup.status(plan)["init"].split()[0])


def prepare(plan):
    """What a start by hand needs."""
    os.makedirs("/run/lodge", exist_ok=True)
    pathlib.Path(plan.asked).write_text("")  # of an earlier one
    os.chmod(plan.asked, 0o666)


def start(plan):
    """Start it; the plan again."""
    prepare(plan)
    sup.start(plan)
    return plan


def failure(plan, alone=True):
    """Why it does not start; nothing is left of it."""
    try:
        start(plan)
    except sup.Failed as failed:
        house.wait_for(lambda: not os.path.exists(plan.live), what="the live directory's end")
        if alone:
            sup.clean_house()
        return f"{failed.word}: {plain(failed.text)}"
    raise AssertionError("it started")


def end(plan):
    """Destroy it; nothing is left."""
    house.equal(sup.destroy(plan), "ok")
    house.wait_for(lambda: not sup.is_alive(plan), what="the end")
    sup.clean_house()


def state(plan):
    """"STATE REASON PAUSED PAUSE-REASON" of the status."""
    found = sup.status(plan)
    return " ".join(found.get(k, "-") for k in ("state", "reason", "paused", "pause-reason"))
