#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lodge-supervisor with the real QEMU (TCG, no disk: the firmware runs): states, keys, save and restore, and
kill -9 of everybody in every phase."""
import contextlib
import json
import os
import pathlib
import re
import select
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", os.path.dirname(__file__) + "/../.."), "tests/lib"))
import house  # noqa: E402
import machine  # noqa: E402
import sup  # noqa: E402
from house import equal, matches, wait_for  # noqa: E402
from machine import end, failure, init_of, keys, real, request, start, state  # noqa: E402

KEYS = ("-trace", "enable=input_event_key_qcode")
AT = len("lodge-save 1\ncomplete ")


def test_start_and_stop():
    before = time.monotonic()
    plan = start(real())
    print(f"# ready after {(time.monotonic() - before) * 1000:.0f} ms")
    equal(state(plan), "running booted no -")
    qemu = init_of(plan)
    lines = dict(l.split(":", 1) for l in open(f"/proc/{qemu}/status").read().splitlines())
    equal((lines["Uid"].split()[0], int(lines["CapBnd"], 16), lines["NoNewPrivs"].strip()), (str(machine.UID), 0, "1"))
    # QEMU's own filter: a sandbox is on
    equal(lines["Seccomp"].strip(), "2")
    equal(request(plan, "suspend"), "ok")
    equal(state(plan), "running booted yes user")
    equal(request(plan, "resume"), "ok")
    equal(state(plan), "running unpaused no -")
    equal(request(plan, "reset"), "ok")
    wait_for(lambda: sup.status(plan)["boots"] == "2", what="the reset")
    equal(request(plan, "nmi"), "ok")
    pid = int(sup.status(plan)["supervisor"].split()[0])
    rss = {l.split()[0]: int(l.split()[1]) for l in open(f"/proc/{pid}/smaps_rollup") if "kB" in l}
    print(f"# the supervisor's rss: {rss['Rss:']} KiB")
    assert rss["Rss:"] <= 2048, rss
    before = time.monotonic()
    end(plan)
    print(f"# destroyed after {(time.monotonic() - before) * 1000:.0f} ms")
    equal(plan.lifecycle(), ["started/booted", "suspended/paused", "resumed/unpaused", "stopped/destroyed"])


def test_session():
    """Without privileges: no user, no groups, the caller's own rights."""
    os.makedirs("/run/lodge", exist_ok=True)
    body = os.fork()
    if body == 0:
        try:
            os.setgroups([])
            os.setresgid(1234, 1234, 1234)
            os.setresuid(1234, 1234, 1234)
            machine.LIVE = "/tmp/session/qemu"
            plan = real("mine", groups=False, user=False)
            plan.phases["object"] = [(op, f"/tmp/session/{op}" if op in ("log", "events") else first, *rest) for op, first, *rest in plan.phases["object"]]
            os.makedirs("/tmp/session/qemu")
            start(plan)
            lines = dict(l.split(":", 1) for l in open(f"/proc/{init_of(plan)}/status").read().splitlines())
            equal((lines["Uid"].split()[0], int(lines["CapEff"], 16), lines["NoNewPrivs"].strip()), ("1234", 0, "1"))
            equal(keys(plan, "down a", "up a"), "ok 2")
            equal(sup.destroy(plan), "ok")
            os._exit(0)
        except BaseException as error:  # the other process tells of it
            print(f"# {error!r}", flush=True)
        os._exit(1)
    equal(os.waitpid(body, 0)[1], 0)
    sup.clean_house()


def test_what_qemu_says_is_the_reason():
    matches(failure(real("vm", "-drive", "file=/none,if=none,id=a")), "^peer: cannot start 'vm': QEMU: .*Could not open '/none': No such file or directory$")
    matches(failure(real("vm", "-device", "nonsense")), "^peer: cannot start 'vm': QEMU: -device nonsense: 'nonsense' is not a valid device model name$")
    pathlib.Path("/tmp/none.image").write_bytes(b"x" * 8192)
    matches(failure(real("vm", "-incoming", "fd:60").add("object", ("incoming",)).add("host", ("open", 60, "/tmp/none.image", "ro", 4096))),
            "^peer: cannot start 'vm': QEMU: .*Not a migration stream")
    plan = real("vm")
    plan.add("init", ("qmp", "set_link", '{"name":"net0","up":false}'))
    matches(failure(plan), "^peer: cannot start 'vm': QEMU refused 'set_link': Device 'net0' not found$")


def test_signals_to_qemu():
    for number, wait, detail in ((signal.SIGTERM, "ok shutdown exited 0", "stopped/shutdown"), (signal.SIGKILL, "ok crashed signaled 9", "stopped/failed")):
        plan = start(real())
        control = sup.Control(plan)
        control.sock.send(b"wait")
        os.kill(init_of(plan), number)
        equal(control.sock.recv(100).decode(), wait)
        wait_for(lambda: not os.path.exists(plan.live), what="the live directory's end")
        equal(plan.lifecycle()[-1], detail)
        sup.clean_house()


def pressed(plan):
    """[+key or -key] as QEMU's trace has them."""
    return [("+" if down == "1" else "-") + key for key, down in
            re.findall(r"input_event_key_qcode con \S+, key qcode (\S+), down (\d)", pathlib.Path(plan.log).read_text())]


def test_keys():
    plan = start(real("vm", *KEYS))
    strokes = ["abcdefghij"[i % 10] for i in range(700)]
    equal(keys(plan, *[l for k in strokes for l in (f"down {k}", "wait 1", f"up {k}", "wait 1")]), "ok 1400")
    wanted = [s + k for k in strokes for s in "+-"]
    wait_for(lambda: len(pressed(plan)) >= 1400, what="the trace")
    equal(pressed(plan), wanted)
    equal(keys(plan, "down ctrl", "down alt", "down delete", "up delete", "up alt", "up ctrl"), "ok 6")
    wait_for(lambda: len(pressed(plan)) >= 1406, what="the trace")
    equal(pressed(plan)[1400:], ["+ctrl", "+alt", "+delete", "-delete", "-alt", "-ctrl"])
    equal(keys(plan, "down #30", "wait 5", "up #30"), "ok 2")
    wait_for(lambda: pressed(plan)[1406:] == ["+a", "-a"], what="a key by its number")
    matches(keys(plan, "down shift", "wait 1", "down nonsense"), "^error peer QEMU refused 'input-send-event'")
    wait_for(lambda: pressed(plan)[1408:] == ["+shift", "-shift"], what="the release")
    client = sup.Control(plan)
    machine.send(client, "keys", fd=machine.script("down b", "wait 60000"))
    wait_for(lambda: pressed(plan)[1410:] == ["+b"], what="the key")
    client.sock.close()
    wait_for(lambda: pressed(plan)[1410:] == ["+b", "-b"], what="the release")
    # a machine that is paused loses releases: they come when it runs again
    client = sup.Control(plan)
    machine.send(client, "keys", fd=machine.script("down c", "wait 60000"))
    wait_for(lambda: pressed(plan)[1412:] == ["+c"], what="the key")
    equal(request(plan, "suspend"), "ok")
    matches(machine.receive(client), "^error state the domain was paused meanwhile$")
    equal(request(plan, "resume"), "ok")
    wait_for(lambda: pressed(plan)[1412:] == ["+c", "-c"], what="the release")
    end(plan)


def test_hold_times():
    plan = start(real("vm"))
    for ms in (20, 100, 300):
        before = time.monotonic()
        equal(keys(plan, "down a", f"wait {ms}", "up a"), "ok 2")
        passed = (time.monotonic() - before) * 1000
        assert ms - 1 <= passed <= ms + 60, (ms, passed)
    before = time.monotonic()
    for _ in range(100):
        equal(keys(plan, "down a", "up a"), "ok 2")
    print(f"# a stroke takes {(time.monotonic() - before) * 10:.2f} ms, with a connection of its own")
    end(plan)


def saved(plan, path="/tmp/image"):
    with open(path, "wb") as out:
        out.write(b"lodge-save 1\ncomplete no \n".ljust(4096, b"\0"))
    return os.open(path, os.O_RDWR)


def test_save_and_restore():
    plan = start(real())
    fd = saved(plan)
    equal(request(plan, "save", 4096, AT, fd=fd), "ok")
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    sup.clean_house()
    head = pathlib.Path("/tmp/image").read_bytes()
    matches(head[:30].decode(), "complete yes")
    equal(head[4096:4100], b"QEVM")
    for paused in (False, True):
        plan = real("vm", "-incoming", "fd:60", paused=paused)
        plan.add("object", ("incoming",)).add("host", ("open", 60, "/tmp/image", "ro", 4096))
        start(plan)
        equal(state(plan), "running restored yes user" if paused else "running restored no -")
        equal(plan.lifecycle(), ["started/restored", "suspended/restored"] if paused else ["started/restored"])
        equal(request(plan, "suspend" if not paused else "resume"), "ok")
        equal(request(plan, "save", 4096, AT, fd=saved(plan, "/tmp/image2")), "ok")
        wait_for(lambda: not sup.is_alive(plan), what="the end")
    os.truncate("/tmp/image", 40000)
    plan = real("vm", "-incoming", "fd:60")
    plan.add("object", ("incoming",)).add("host", ("open", 60, "/tmp/image", "ro", 4096))
    matches(failure(plan), "^peer: cannot start 'vm': QEMU: ")


def test_save_on_a_full_disk():
    os.makedirs("/tmp/small", exist_ok=True)
    house.mount("small", "/tmp/small", "tmpfs", data="size=64k")
    plan = start(real())
    fd = saved(plan, "/tmp/small/image")
    matches(request(plan, "save", 4096, AT, fd=fd), "^error io cannot save the machine: ")
    os.close(fd)
    equal(state(plan), "running unpaused no -")
    equal(request(plan, "suspend"), "ok")
    end(plan)
    house.umount("/tmp/small")


def test_killed_in_a_save():
    """QEMU and the supervisor, at several moments of a save: the file is whole, or says that it is not."""
    for victim in ("init", "supervisor"):
        for delay_ms in (0, 5, 15, 40, 90):
            plan = real()
            plan.transient = False
            start(plan)
            control = sup.Control(plan)
            pid = int(sup.status(plan)[victim].split()[0])
            machine.send(control, "save", 4096, AT, fd=saved(plan))
            select.select([], [], [], delay_ms / 1000)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            wait_for(lambda: not sup.is_alive(plan), what="the end")
            if victim == "supervisor":
                house.sh(house.SUPERVISOR, "clean", plan.live, ok=False)
            equal(sup.status(plan)["state"], "ended")
            data = pathlib.Path("/tmp/image").read_bytes()
            if b"complete yes" in data[:40]:
                again = real("again", "-incoming", "fd:60").add("object", ("incoming",)).add("host", ("open", 60, "/tmp/image", "ro", 4096))
                start(again)
                equal(sup.destroy(again), "ok")
                wait_for(lambda: not sup.is_alive(again), what="the end")
            house.sh("rm", "-r", plan.live)
            sup.clean_house()


def test_killed_while_it_starts():
    """The supervisor and QEMU are killed at several moments of a start."""
    for victim in ("supervisor", "init"):
        for delay_ms in (1, 3, 6, 10, 20, 40, 60):
            plan = real()
            plan.transient = False
            machine.prepare(plan)
            pid, reader = sup.spawn(plan)
            select.select([], [], [], delay_ms / 1000)
            with contextlib.suppress(OSError, KeyError):
                os.kill(int(sup.status(plan)[victim].split()[0]), signal.SIGKILL)
            os.waitpid(pid, 0)
            answer = os.read(reader, 4096).decode()
            os.close(reader)
            if answer.startswith("ready") and sup.is_alive(plan):
                with contextlib.suppress(OSError):
                    sup.destroy(plan)
            wait_for(lambda: not sup.is_alive(plan), what="the end")
            house.sh(house.SUPERVISOR, "clean", plan.live, ok=False)
            left = set(os.listdir(plan.live)) - {"plan", "alive", "transient", "status"}
            assert not left, (victim, delay_ms, answer, left)
            house.sh("rm", "-r", plan.live)
            wait_for(lambda: not [p for p in os.listdir("/proc") if p.isdigit() and comm(p).startswith("qemu")], what="QEMU's end")
            sup.clean_house()


def comm(pid):
    try:
        return open(f"/proc/{pid}/comm").read() if not open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].startswith(" Z") else ""
    except OSError:
        return ""


def test_callers_die():
    """Clients are closed in the middle of every request."""
    plan = start(real("vm", *KEYS))
    for words in (("suspend",), ("resume",), ("reset",), ("nmi",), ("shutdown", "acpi"), ("wait",), ("job",)):
        control = sup.Control(plan)
        machine.send(control, *words)
        control.sock.close()
    select.select([], [], [], 0.1)  # whatever order they come in: all have been taken
    request(plan, "resume")
    equal(state(plan).split()[2], "no")
    equal(keys(plan, "down a", "up a"), "ok 2")
    control = sup.Control(plan)
    machine.send(control, "save", 4096, AT, fd=saved(plan))
    control.sock.close()
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    matches(pathlib.Path("/tmp/image").read_bytes()[:40].decode(), "complete yes")
    sup.clean_house()


def test_many_machines_at_once():
    plans = [real(f"vm{i}") for i in range(6)]
    failures = []

    def life(plan):
        try:
            start(plan)
            equal(keys(plan, "down a", "wait 2", "up a"), "ok 2")
            equal(sup.destroy(plan), "ok")
        except BaseException as error:  # told of below
            failures.append(f"{plan.name}: {error}")

    threads = [threading.Thread(target=life, args=(p,)) for p in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(failures, [])
    for plan in plans:
        wait_for(lambda p=plan: not sup.is_alive(p), what="the end")
    sup.clean_house()


def test_guest_that_reboots_and_powers_off():
    """The firmware's own reset by port 0xcf9, and a power-off by ACPI, through a boot sector of ours."""
    # mov dx, 0xb004 is the PIIX4's power management after SeaBIOS has set it up at 0x600: out 0x604, 0x2000
    sector = bytes.fromhex("ba0406b80020efebfe").ljust(510, b"\0") + b"\x55\xaa"
    pathlib.Path("/tmp/off.img").write_bytes(sector.ljust(1 << 20, b"\0"))
    reset = bytes.fromhex("baf90cb006eeebfe").ljust(510, b"\0") + b"\x55\xaa"
    pathlib.Path("/tmp/reset.img").write_bytes(reset.ljust(1 << 20, b"\0"))

    def booting(name, image, *extra):
        plan = real(name, "-add-fd", "fd=60,set=1", "-blockdev", json.dumps({"driver": "file", "filename": "/dev/fdset/1", "node-name": "disk0"}),
                    "-device", "ide-hd,drive=disk0,bootindex=1", *extra)
        return plan.add("host", ("open", 60, image, "rw"))

    plan = booting("off", "/tmp/off.img")
    start(plan)
    wait_for(lambda: not sup.is_alive(plan), what="the end", seconds=30)
    equal(plan.lifecycle(), ["started/booted", "shutdown/guest", "stopped/shutdown"])
    plan = booting("again", "/tmp/off.img").add("object", ("on", "poweroff", "restart"))
    start(plan)
    wait_for(lambda: int(sup.status(plan)["boots"]) >= 3, what="restarts", seconds=30)
    end(plan)
    plan = booting("reset", "/tmp/reset.img").add("object", ("on", "reboot", "restart"))
    start(plan)
    wait_for(lambda: int(sup.status(plan)["boots"]) >= 3, what="reboots", seconds=30)
    end(plan)
    plan = booting("noreset", "/tmp/reset.img", "-no-reboot")
    start(plan)
    wait_for(lambda: not sup.is_alive(plan), what="the end", seconds=30)
    equal(plan.lifecycle()[-1], "stopped/shutdown")
    plan = booting("kept", "/tmp/off.img").add("object", ("on", "poweroff", "preserve"))
    start(plan)
    wait_for(lambda: state(plan) == "running booted yes shutting-down", what="the state", seconds=30)
    matches(request(plan, "resume"), "^error peer QEMU refused 'cont': Resetting the Virtual Machine is required$")
    equal(request(plan, "reset"), "ok")
    wait_for(lambda: state(plan) == "running booted yes user", what="the state")
    end(plan)


house.run(globals())
