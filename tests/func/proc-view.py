#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The view of /proc with a guest's limits (lodge-proc-view, FUSE)."""
import os
import pathlib
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house  # noqa: E402
import sup  # noqa: E402
from house import SUPERVISOR, Skip, equal, matches, sh, wait_for  # noqa: E402

PROGRAM = os.path.join(house.BUILD, "lodge-proc-view")


def guest(name, limit=64 << 20, cpus=None, init=("/bin/sleep", "1000")):
    if not os.path.exists(PROGRAM):
        raise Skip("needs lodge-proc-view (libfuse3)")
    if not os.path.exists("/dev/fuse"):
        raise Skip("needs /dev/fuse")
    plan = sup.Plan(name, init=init)
    plan.view = f"{plan.live}/proc"
    for kind, names, folder in plan.groups:
        if "memory" in names.split(","):
            plan.add("host", ("cgroup-set", folder, "memory.limit_in_bytes" if kind == "v1" else "memory.max", limit, "must"))
        if cpus is not None and "cpuset" in names.split(","):
            plan.add("host", ("cgroup-set", folder, "cpuset.cpus", cpus, "must"))
    if not any("memory" in names.split(",") for _, names, _ in plan.groups):
        raise Skip("needs the memory controller")
    plan.add("host", ("proc-view", plan.view))
    for file in ("meminfo", "cpuinfo", "stat", "uptime"):
        plan.add("guest", ("mount", f"{plan.view}/{file}", f"/proc/{file}", "ro"))
    sup.start(plan)
    return plan


def enter(plan, *words, **options):
    return sh(SUPERVISOR, "enter", plan.live, "--", *words, **options)


def meminfo(text):
    return {k: int(v.split()[0]) for k, v in (line.split(":") for line in text.splitlines())}


def test_memory():
    plan = guest("memory")
    text = enter(plan, "cat", "/proc/meminfo").stdout
    host = pathlib.Path("/proc/meminfo").read_text()
    got = meminfo(text)
    equal(got["MemTotal"], 65536)
    assert 0 < got["MemFree"] <= got["MemAvailable"] <= 65536, text
    equal([line.split(":")[0] for line in text.splitlines()], [line.split(":")[0] for line in host.splitlines()])
    equal({len(line) for line in text.splitlines()[:5]}, {len(line) for line in host.splitlines()[:5]})
    matches(enter(plan, "free", "-k").stdout, r"^Mem:\s+65536 ")
    equal(sup.destroy(plan), "ok")
    assert not os.path.exists(plan.view) and plan.view not in pathlib.Path("/proc/mounts").read_text()


def test_usage_is_the_guests():
    plan = guest("usage", init=("/bin/sh", "-c", "head -c 20000000 /dev/zero > /dev/shm/x; echo > /tmp/usage; exec sleep 1000"))
    wait_for(lambda: os.path.exists("/tmp/usage"))
    got = meminfo(enter(plan, "cat", "/proc/meminfo").stdout)
    assert got["MemFree"] < 65536 - 19000, got
    assert got["Cached"] > 19000, got
    equal(sup.destroy(plan), "ok")


def test_processors():
    if (os.cpu_count() or 1) < 2:
        raise Skip("needs two processors")
    plan = guest("cpus", cpus="1")
    if not any("cpuset" in names.split(",") for _, names, _ in plan.groups):
        raise Skip("needs the cpuset controller")
    info = enter(plan, "cat", "/proc/cpuinfo").stdout
    equal([line.split(":")[1].strip() for line in info.splitlines() if line.startswith("processor")], ["0"])
    stat = enter(plan, "cat", "/proc/stat").stdout.splitlines()
    equal([line.split()[0] for line in stat if line.startswith("cpu")], ["cpu", "cpu0"])
    equal(stat[0].split()[1:], stat[1].split()[1:])
    assert any(line.startswith("btime") for line in stat)
    equal(sup.destroy(plan), "ok")


def test_uptime():
    plan = guest("uptime")
    up, idle = map(float, enter(plan, "cat", "/proc/uptime").stdout.split())
    assert 0 <= up < 60, up
    assert 0 <= idle <= up * (os.cpu_count() or 1) + 0.1, idle
    host = float(pathlib.Path("/proc/uptime").read_text().split()[0])
    assert host > up
    equal(sup.destroy(plan), "ok")


def test_small_reads_and_writes():
    plan = guest("small")
    equal(enter(plan, "dd", "if=/proc/meminfo", "bs=7").stdout.count("MemTotal"), 1)
    matches(sh(SUPERVISOR, "enter", plan.live, "--", "sh", "-c", "echo x > /proc/meminfo", ok=False).stderr, "(Read-only|Permission)")
    equal(sup.destroy(plan), "ok")


def test_sendfile_gives_all_of_it():
    plan = guest("sent")
    for file in ("meminfo", "cpuinfo", "stat", "uptime") * 2:  # the second: nothing is left of the first
        with open(f"{plan.view}/{file}", "rb") as view, open("/tmp/sent", "w+b") as out:
            while os.sendfile(out.fileno(), view.fileno(), None, 65536):
                pass
            view.seek(0)
            equal(os.pread(out.fileno(), 1 << 20, 0).count(b"\n"), view.read().count(b"\n"))
    equal(sup.destroy(plan), "ok")


def has_ended(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_killed_helper_leaves_the_guest_alive():
    plan = guest("killed")
    pid = int(sup.status(plan)["helper"][0].split()[0])
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: "helper" not in sup.status(plan), what="the status")
    assert plan.view not in pathlib.Path("/proc/mounts").read_text(), "a stuck mount on the host"
    done = sh(SUPERVISOR, "enter", plan.live, "--", "cat", "/proc/meminfo", ok=False)
    matches(done.stderr, "Transport endpoint is not connected")
    matches(enter(plan, "cat", "/proc/loadavg").stdout, r"^\d")
    equal(sup.destroy(plan), "ok")
    assert not os.path.exists(plan.view)


def test_killed_supervisor_takes_it_along():
    plan = guest("orphan")
    helper = int(sup.status(plan)["helper"][0].split()[0])
    os.kill(int(sup.status(plan)["supervisor"].split()[0]), signal.SIGKILL)
    wait_for(lambda: has_ended(helper), what="its end")
    sh(SUPERVISOR, "clean", plan.live)
    assert plan.view not in pathlib.Path("/proc/mounts").read_text()


def test_wrong_words():
    if not os.path.exists(PROGRAM):
        raise Skip("needs lodge-proc-view (libfuse3)")
    equal(sh(PROGRAM, ok=False).returncode, 2)
    matches(sh(PROGRAM, "/tmp", "v3", "memory", "/x", ok=False).stderr, "'v3' is neither v1 nor v2")


house.run(globals())
