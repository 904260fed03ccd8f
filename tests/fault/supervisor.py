#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Nth call of a start fails, for N = 1, 2, ... until none is left: each failed start says why and
leaves no process, group, mount, link or file."""
import contextlib
import glob
import json
import os
import pathlib
import re
import select
import signal
import sys

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", os.path.dirname(__file__) + "/../.."), "tests/lib"))
import house
import machine
import sup
from house import equal, sh

ROOT = "/srv/guest"
WORDS = {"internal", "config", "argument", "not-found", "exists", "state", "busy", "denied", "unsupported", "limit", "timeout", "io", "peer"}
KEPT = {"plan", "alive", "transient", "status", "helper.log"}
FIRED = "/tmp/fired"


def programs():
    return sorted(comm(p) for p in os.listdir("/proc") if p.isdigit() and comm(p))


def comm(pid):
    try:
        state = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0]
        return "" if state == "Z" else open(f"/proc/{pid}/comm").read().strip()
    except OSError:
        return ""


class Snapshot:
    """All that a guest could leave in this house."""

    def __init__(self):
        self.groups = [g for point, _, _ in house.cgroup_mounts() for g in glob.glob(f"{point}/lodge*")]
        self.links = sorted(l["ifname"] for l in json.loads(sh("ip", "-j", "link").stdout))
        self.mounts = open("/proc/self/mountinfo").read()
        self.programs = programs()
        self.files = sorted(str(p) for top in (ROOT, "/export", "/srv/mapped") for p in pathlib.Path(top).rglob("*"))
        self.loops = sorted(glob.glob("/sys/block/loop*/loop"))
        self.forward = open("/proc/sys/net/ipv4/ip_forward").read()

    def check(self, other, when):
        for name, value in vars(self).items():
            now = getattr(other, name)
            assert value == now, f"{when}: {name} are not as before: {set(value) ^ set(now) if isinstance(value, list) else now}"


def every_call(make, least):
    """Run make() with each call failing in turn; returns how many calls a start has."""
    os.makedirs(ROOT, exist_ok=True)
    before = Snapshot()
    tolerated, number = {}, 0
    while True:
        number += 1
        pathlib.Path(FIRED).unlink(missing_ok=True)
        plan = make()
        plan.transient = False
        plan.phases["object"].append(("fault", number, FIRED))
        sh("rm", "-rf", plan.live)
        try:
            sup.start(plan, sup.FAULT)
            failed = None
        except sup.Failed as error:
            failed = error
        name = fired()
        when = f"call {number} ({name or 'none'})"
        if failed:
            assert name, f"{when}: failed by itself: {failed.text}"
            assert failed.word in WORDS and len(failed.text) > 10, f"{when}: {failed}"
            left = set(os.listdir(plan.live)) - KEPT
            assert not left, f"{when}: left in the live directory: {left}"
        else:
            equal(sup.destroy(plan), "ok")
            if name:
                tolerated[name] = tolerated.get(name, 0) + 1
        # it answers first, and ends then
        house.wait_for(lambda: not [p for p in programs() if p.startswith("lodge")], what=f"{when}: the end of the supervisor")
        before.check(Snapshot(), when)
        if not name and not failed:
            break
        assert number < 5000
    print(f"# {number - 1} calls, each failed once; these did not stop the start: {tolerated}")
    assert number > least, number
    assert sum(tolerated.values()) < number / 6, tolerated


def supervisors():
    """Processes of lodge-supervisor that are no guest's init, nor about to be QEMU or a helper of it."""
    for pid in os.listdir("/proc"):
        with contextlib.suppress(OSError):
            lines = open(f"/proc/{pid}/status").read()
            parent = int(re.search(r"^PPid:\s*(\d+)", lines, re.M)[1])
            if "Name:\tlodge-superviso\n" in lines and len(re.search(r"^NSpid:(.*)$", lines, re.M)[1].split()) == 1 and not leads_a_session(parent):
                yield int(pid)


def leads_a_session(pid):
    """Whether it is a supervisor that has detached itself already: its children have to die with it."""
    return comm(pid).startswith("lodge-super") and os.getsid(pid) == pid


def killed_at_every_call(make, step):
    """The supervisor is killed when it, or its child, is about to make call N; then `clean` cleans."""
    before = Snapshot()
    number = 0
    while True:
        number += step
        pathlib.Path(FIRED).unlink(missing_ok=True)
        plan = make()
        plan.transient = False
        plan.phases["object"].append(("fault", f"0{number}", FIRED))
        sh("rm", "-rf", plan.live)
        pid, reader = sup.spawn(plan, sup.FAULT)
        house.wait_for(lambda: fired() or select.select([reader], [], [], 0)[0], what=f"call {number}")
        name = fired()
        when = f"killed at call {number} ({name or 'none'})"
        if not name:
            answer = os.read(reader, 4096).decode()
            assert answer.startswith("ready "), f"{when}: {answer}"
            os.close(reader)
            os.waitpid(pid, 0)
            equal(sup.destroy(plan), "ok")
            break
        for victim in list(supervisors()):
            with contextlib.suppress(ProcessLookupError):  # with the one before
                os.kill(victim, signal.SIGKILL)
        with open(FIRED, "r+b") as held:  # the child goes on, as it would have
            held.seek(4)
            held.write(bytes(4))
        os.close(reader)
        os.waitpid(pid, 0)
        house.wait_for(lambda: not [p for p in programs() if p.startswith("lodge")], what=f"{when}: the end of its processes")
        sh(sup.FAULT, "clean", plan.live)
        left = set(os.listdir(plan.live)) - KEPT
        assert not left, f"{when}: left in the live directory: {left}"
        before.check(Snapshot(), when)
        assert number < 5000
    print(f"# killed at {number // step - 1} calls")


def fired():
    try:
        return pathlib.Path(FIRED).read_bytes()[8:].rstrip(b"\0").decode()
    except OSError:
        return ""


def test_guest_of_the_hosts_root():
    every_call(lambda: sup.Plan(init=("/bin/sleep", "1000")), 100)


def rich():
    plan = sup.Plan(name="rich", root=ROOT, init=("/bin/sleep", "1000"))
    for kind, names, folder in plan.groups:
        if "pids" in names.split(","):
            plan.add("host", ("cgroup-set", folder, "pids.max", 100, "must"))
        if "devices" in names.split(","):
            plan.add("host", ("devices", kind, folder, *(f"c {n} rwm" for n in ("1:3", "1:5", "1:7", "1:8", "1:9", "5:0", "5:2", "136:*"))))
    plan.drop("link", "netns").add("link", ("netns", "new"), ("veth", "veth%d", "eth0", "52:54:00:4d:2b:cd", 1400, "up", "br0"),
                                   ("netdev", "lent0", "eth1"), ("address", "eth0", "10.77.0.5/24", ""), ("route", "0.0.0.0/0", "10.77.0.1", "", "eth0"))
    plan.add("guest", ("mask", "/proc/uptime"), ("mask", "/sys/firmware"), ("readonly", "/proc/sys"), ("mount", "/export", "/data/deep", "rw"),
             ("mount", "/export/inner", "/data/deep/inner/made", "ro"), ("tmpfs", "/ram", 65536, "755", "rw"), ("bind", "/bin", "/again", "ro"), ("resolv-conf",))
    plan.add("payload", ("rlimit", "nofile", 1024, 1024), ("keyring",), ("capabilities", "chown,kill,setpcap"), ("no-new-privileges",), ("seccomp", "default"))
    plan.phases["init"].insert(0, ("user", "guest", "guest"))
    return plan


def rich_house():
    house.busybox_root(ROOT)
    os.makedirs("/export/inner", exist_ok=True)
    if not os.path.exists("/sys/class/net/br0"):
        sh("ip", "link", "add", "br0", "type", "bridge")
        sh("ip", "addr", "add", "10.77.0.1/24", "dev", "br0")
        sh("ip", "link", "set", "br0", "up")
        sh("ip", "link", "add", "lent0", "type", "veth", "peer", "name", "lent1")


def test_guest_with_everything():
    rich_house()
    every_call(rich, 400)


class Network(sup.Plan):
    def __init__(self):
        super().__init__(groups=False)
        self.name, self.live = "lan", "/run/lodge/vnet/lan"
        self.phases = {"object": [("kind", "network"), ("driver", "vnet"), ("name", "lan"), ("live", self.live), ("events", "/run/lodge/events")],
                       "host": [("bridge", "lanbr0", "52:54:00:11:22:33", "on", 2, 1400, "lodge:lan"), ("sysctl", "net/ipv6/conf/lanbr0/accept_ra", 0, "must"),
                                ("bridge-address", "lanbr0", "10.99.0.1/24"), ("bridge-up", "lanbr0"), ("forwarding", "/run/lodge/vnet/.forwarding", "v4", "lan")]}


def test_network():
    os.makedirs("/run/lodge/vnet/.forwarding", exist_ok=True)
    every_call(Network, 30)


def mapped():
    """In a user namespace: the supervisor mounts what the guest may not."""
    plan = sup.Plan(name="mapped", root="/srv/mapped", init=("/bin/sleep", "1000"))
    plan.phases["host"].insert(0, ("loop", "fs0", "/srv/image", "rw"))
    plan.drop("guest", "namespaces")
    plan.phases["guest"].insert(0, ("namespaces", "mnt,pid,ipc,uts,user,cgroup"))
    plan.add("guest", ("idmap", "uid", 0, 100000, 65536), ("idmap", "gid", 0, 100000, 65536), ("device", "/dev/net/deep/zero", "c", 1, 5, "600"),
             ("mount-dev", "@fs0", "/image", "rw"), ("mount", "/export/inner", "/image/deep", "ro"))
    return plan


def mapped_house():
    house.needs("mkfs.ext4")
    if not os.path.exists("/dev/loop-control"):
        raise house.Skip("needs loop devices")
    house.busybox_root("/srv/mapped")
    os.makedirs("/export/inner", exist_ok=True)
    sh("chown", "-R", "100000:100000", "/srv/mapped")
    sh("mkfs.ext4", "-q", "-F", "-E", "root_owner=100000:100000", "/srv/image", "4M")


def test_mapped_guest():
    mapped_house()
    every_call(mapped, 150)


def test_killed_mapped_guest():
    mapped_house()
    killed_at_every_call(mapped, 5)


def rich_machine():
    """Everything that a machine's plan may hold, with a scripted QEMU."""
    plan = machine.Machine(name="rich", agent=True, timeout_ms=20000)
    machine.prepare(plan)
    plan.add("host", ("open", 30, "/export/disk", "rw"), ("open", 31, "/export/disk", "ro", 100), ("listen", 35, "/export/vnc.sock", "660", machine.UID, machine.UID),
             ("listen", 36, "x.sock", "600", "", ""), ("copy", "/export/disk", "kernel"), ("pair", 40, 41), ("helper", "net", 40, "user", "/bin/sleep", "1000"),
             ("tap", 50, "net0", "vnet%d", "fe:54:00:01:02:03", 1400, "br0", 1))
    plan.add("payload", ("rlimit", "core", 0, 0))
    plan.add("init", ("groups", 100, 101), ("qmp", "set_link", '{"name":"net0","up":false}'))
    if has_macvtap():
        plan.add("host", ("macvtap", 51, "net1", "lent0", "bridge", "macvtap%d", "52:54:00:01:02:04", 0))
    return plan


def has_macvtap():
    made = sh("ip", "link", "add", "link", "lent0", "name", "probe0", "type", "macvtap", ok=False)
    if made.returncode == 0:
        sh("ip", "link", "del", "probe0")
    return made.returncode == 0


def machine_house():
    rich_house()
    pathlib.Path("/export/disk").write_bytes(b"x" * 100000)
    os.makedirs("/var/log/lodge/qemu", exist_ok=True)


def test_machine():
    machine_house()
    every_call(rich_machine, 200)


def test_killed_machine():
    machine_house()
    killed_at_every_call(rich_machine, 3)


def test_killed_guest_with_everything():
    rich_house()
    # without the lent device: one that is no hardware goes with its namespace, whoever is killed
    killed_at_every_call(lambda: rich().drop("link", "netdev"), 3)


def test_killed_network():
    killed_at_every_call(Network, 1)


house.run(globals())
