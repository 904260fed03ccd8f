#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Limits and counters of containers: set at the start, set live, stored, refused."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403


def lxc(*argv, **options):
    return lodge("-c", "lxc:///", *argv, **options)


def refused(*argv):
    return fails("-c", "lxc:///", *argv)


@contextlib.contextmanager
def guest(name, body="", start=True, args=("1000",), init="/bin/sleep"):
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(domain_xml(name, init, args, body=body))
    lxc("define", path)
    if start:
        lxc("start", name)
    try:
        yield
    finally:
        lxc("destroy", name, ok=False)
        lxc("undefine", name)


def group(name, controller, file_v1, file_v2=None):
    for point, kind, options in cgroup_mounts():
        folder = f"{point}/lodge/lxc/{name}.guest"
        if kind == "v1" and controller in options.split(","):
            path = f"{folder}/{file_v1}"
        elif kind == "v2":
            path = f"{folder}/{file_v2 or file_v1}"
        else:
            continue
        if os.path.exists(path):
            return open(path).read().strip()
    raise Skip(f"needs {file_v1} of controller {controller}")


def test_memory_is_the_limit():
    with guest("mem"):
        equal(group("mem", "memory", "memory.limit_in_bytes", "memory.max"), str(102400 << 10))
        used = int(matches(lxc("dominfo", "mem").stdout, r"^Used memory: +(\d+) KiB$")[1])
        assert 0 < used < 102400, used
        equal(int(matches(lxc("dominfo", "mem").stdout, r"^Max memory: +(\d+) KiB$")[1]), 102400)


def test_memory_limits_in_both_directions():
    group_file = lambda: (group("swap", "memory", "memory.limit_in_bytes", "memory.max"), None)[0]
    with guest("swap", "<memtune><hard_limit unit='MiB'>64</hard_limit></memtune>"):
        lxc("memtune", "swap", "--hard-limit", str(128 << 10), "--live")
        equal(group_file(), str(128 << 20))
        try:
            group("swap", "memory", "memory.memsw.limit_in_bytes", "memory.swap.max")
        except Skip:
            return
        lxc("memtune", "swap", "--swap-hard-limit", str(256 << 10), "--live")
        lxc("memtune", "swap", "--hard-limit", str(512 << 10), "--swap-hard-limit", str(1024 << 10), "--live")
        equal(group_file(), str(512 << 20))
        lxc("memtune", "swap", "--hard-limit", str(32 << 10), "--swap-hard-limit", str(64 << 10), "--live")
        equal(group_file(), str(32 << 20))
        matches(lxc("memtune", "swap").stdout, r"^swap_hard_limit *: 65536$")
        matches(refused("memtune", "swap", "--hard-limit", str(128 << 10), "--live"), "swap_hard_limit")
        lxc("memtune", "swap", "--soft-limit", "16384", "--live")
        matches(lxc("memtune", "swap").stdout, r"^soft_limit *: 16384$")
        matches(lxc("memtune", "swap", "--config").stdout, r"^soft_limit *: unlimited$")
        matches(lxc("dumpxml", "swap").stdout, "<soft_limit unit='KiB'>16384</soft_limit>")


def test_setmem_within_the_maximum():
    with guest("setmem"):
        lxc("setmem", "setmem", "51200", "--live")
        equal(group("setmem", "memory", "memory.limit_in_bytes", "memory.max"), str(51200 << 10))
        matches(refused("setmem", "setmem", "204800", "--live"), "more than the maximum")
        lxc("setmem", "setmem", "81920", "--config")
        matches(lxc("dumpxml", "setmem", "--inactive").stdout, "<currentMemory unit='KiB'>81920</currentMemory>")
        matches(refused("setmaxmem", "setmem", "204800", "--live"), "while it runs|running")
        lxc("setmaxmem", "setmem", "204800", "--config")
        matches(lxc("dumpxml", "setmem", "--inactive").stdout, "<memory unit='KiB'>204800</memory>")
        lxc("destroy", "setmem")
        lxc("start", "setmem")
        equal(group("setmem", "memory", "memory.limit_in_bytes", "memory.max"), str(81920 << 10))


def test_processors():
    with guest("cpus", "<cputune><shares>512</shares><period>50000</period><quota>25000</quota></cputune><vcpu cpuset='0'>1</vcpu>"):
        equal(group("cpus", "cpuset", "cpuset.cpus"), "0")
        out = lxc("schedinfo", "cpus").stdout
        matches(out, r"^Scheduler *: posix$")
        for line in (r"^cpu_shares *: 512$", r"^vcpu_period *: 50000$", r"^vcpu_quota *: 25000$"):
            matches(out, line)
        lxc("schedinfo", "cpus", "--live", "--set", "vcpu_quota=-1")
        matches(lxc("schedinfo", "cpus").stdout, r"^vcpu_quota *: -1$")
        lxc("schedinfo", "cpus", "--config", "--set", "cpu_shares=2048")
        matches(lxc("schedinfo", "cpus", "--config").stdout, r"^cpu_shares *: 2048$")
        matches(lxc("schedinfo", "cpus", "--live").stdout, r"^cpu_shares *: 512$")
        matches(refused("schedinfo", "cpus", "--set", "cpu_shares=1"), "2 to 262144")
        matches(refused("schedinfo", "cpus", "--set", "vcpu_period=5"), "1000 to 1000000")
    with guest("cpus", start=False):
        matches(lxc("schedinfo", "cpus").stdout, r"^cpu_shares *: 1024$")


def test_a_processor_that_is_not_there():
    with guest("far", "<vcpu cpuset='500'>1</vcpu>", start=False):
        matches(refused("start", "far"), "cpuset='500'.*processors")


def test_blkio():
    with guest("disk"):
        out = lxc("blkiotune", "disk").stdout
        matches(out, r"^weight *: \d+$")
        matches(out, r"^device_read_bytes_sec *: *$")
        lxc("blkiotune", "disk", "--weight", "500", "--config")
        matches(lxc("dumpxml", "disk", "--inactive").stdout, "<weight>500</weight>")
        has_file = any(os.path.exists(f"{p}/lodge/lxc/disk.guest/{f}") for p, _, _ in cgroup_mounts()
                       for f in ("blkio.weight", "blkio.bfq.weight", "io.weight", "io.bfq.weight"))
        lxc("destroy", "disk")
        if has_file:
            lxc("start", "disk")
        else:
            matches(refused("start", "disk"), r"(blkio|io)\.weight")


def test_counters():
    with guest("count", init="/bin/sh", args=("-c", "i=0; while test $i -lt 20000; do i=$((i+1)); done; sleep 1000")):
        wait_for(lambda: float(matches(lxc("cpu-stats", "count", "--total").stdout, r"cpu_time +([\d.]+) seconds")[1]) > 0, what="time")
        memory = lxc("dommemstat", "count").stdout
        equal(int(matches(memory, r"^actual (\d+)$")[1]), 102400)
        assert int(matches(memory, r"^rss (\d+)$")[1]) > 0
        stats = lxc("domstats", "count").stdout
        for line in (r"^Domain: 'count'$", r"^  state.state=1$", r"^  state.reason=1$", r"^  cpu.time=\d+$", r"^  balloon.maximum=102400$",
                     r"^  vcpu.current=1$", r"^  net.count=0$"):
            matches(stats, line)


def test_a_limit_that_this_host_has_not():
    """In a mount namespace without any control group."""
    with guest("bare", start=False):
        script = ("for m in $(awk '$3 ~ /^cgroup/ {print $2}' /proc/mounts | sort -r); do umount -l $m; done; "
                  f"{LODGE} -c lxc:/// start bare && {LODGE} -c lxc:/// destroy bare")
        done = sh("unshare", "-m", "sh", "-c", script, ok=False)
        equal((done.returncode, "Domain 'bare' destroyed" in done.stdout), (0, True))
        matches(done.stderr, r"without '(memory.max|pids.max)'")
    with guest("asked", "<memtune><hard_limit unit='MiB'>64</hard_limit></memtune>", start=False):
        script = ("for m in $(awk '$3 ~ /^cgroup/ {print $2}' /proc/mounts | sort -r); do umount -l $m; done; "
                  f"{LODGE} -c lxc:/// start asked")
        done = sh("unshare", "-m", "sh", "-c", script, ok=False)
        assert done.returncode != 0
        matches(done.stderr, "<memtune> needs 'memory.max'")


run(globals())
