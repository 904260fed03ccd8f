#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The supervisor's consoles: readers, one writer, the host's pty, the log. Plans by hand, no driver."""
import os
import pathlib
import select
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house  # noqa: E402
import sup  # noqa: E402
from house import equal, matches, wait_for  # noqa: E402
from terminal import Terminal  # noqa: E402

ECHO = ("/bin/sh", "-c", "stty raw -echo; echo up; exec cat")


def guest(name, init=ECHO, **options):
    plan = sup.Plan(name, init=init, **options)
    plan.add("object", ("on", "reboot", "restart"))
    sup.start(plan)
    return plan


def attach(plan, right="rw", mode="plain", index=0, cols=80, rows=24):
    control = sup.Control(plan)
    answer = control.ask("console", index, right, mode, cols, rows)
    assert answer == "ok", answer
    return socket.socket(fileno=control.fd)


def refusal(plan, *words):
    answer = sup.Control(plan).ask(*words)
    assert answer.startswith("error "), answer
    return answer.replace("\\x20", " ")


def test_two_readers_and_one_writer():
    plan = guest("readers")
    writer, first, second = attach(plan), attach(plan, "ro"), attach(plan, "ro")
    for stream in (writer, first, second):
        sup.read_until(stream, b"up\n")
    first.send(b"not typed")
    writer.send(b"typed\n")
    for stream in (writer, first, second):
        equal(sup.read_until(stream, b"typed\n"), b"typed\n")
    equal(sup.destroy(plan), "ok")
    equal(first.recv(10), b"")


def test_takeover():
    plan = guest("takeover")
    first = attach(plan)
    sup.read_until(first, b"up\n")
    matches(refusal(plan, "console", 0, "rw", "plain", 0, 0), "^error busy somebody is connected .*--force")
    matches(refusal(plan, "console", 0, "rw", "safe", 0, 0), "^error busy ")
    second = attach(plan, mode="force")
    equal(first.recv(10), b"")
    second.send(b"mine\n")
    sup.read_until(second, b"mine\n")
    second.close()
    third = wait_for(lambda: sup.Control(plan).ask("console", 0, "rw", "safe", 0, 0) == "ok", what="a free console")
    assert third
    sup.destroy(plan)


def test_binary_clean():
    plan = guest("binary")
    stream = attach(plan)
    sup.read_until(stream, b"up\n")
    data = bytes(range(256)) * 64
    stream.sendall(data)
    got = b""
    while len(got) < len(data):
        got += stream.recv(65536)
    assert got == data
    sup.destroy(plan)


def test_replay_after_everybody_left():
    plan = guest("replay", ("/bin/sh", "-c", "stty raw; i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; echo end; exec sleep 1000"))
    log = attach(plan, "ro")
    sup.read_until(log, b"end\n", 30)
    log.close()
    text = sup.read_until(attach(plan, "ro"), b"end\n")
    equal(len(text), 65536)
    assert text.endswith(b"line 19998\nline 19999\nend\n"), text[-100:]
    sup.destroy(plan)


def test_no_console_of_that_number():
    plan = guest("number")
    matches(refusal(plan, "console", 3, "rw", "plain", 0, 0), "not-found the guest has no console 3; its last is 0")
    matches(refusal(plan, "console", "x", "rw", "plain", 0, 0), "argument 'x' is no console")
    matches(refusal(plan, "console", 0, "rx", "plain", 0, 0), "argument 'rx' is no right")
    matches(refusal(plan, "resize", 0, 0, 5), "argument '0' is no width")
    sup.destroy(plan)


def test_resize_reaches_the_guest():
    plan = guest("resize", ("/bin/sh", "-c", "trap 'stty size' WINCH; echo up; while :; do sleep 0.02; done"))
    sup.read_until(attach(plan, "ro"), b"up")  # its trap is set
    stream = attach(plan, cols=91, rows=31)
    sup.read_until(stream, b"31 91")
    equal(sup.Control(plan).ask("resize", 0, 132, 43), "ok")
    sup.read_until(stream, b"43 132")
    sup.destroy(plan)


def test_stopped_reader_does_not_stop_the_guest():
    plan = guest("stopped", ("/bin/sh", "-c", "stty raw; head -c 4000000 /dev/zero; echo done > /tmp/stopped; exec sleep 1000"))
    stream = attach(plan)  # and never read
    wait_for(lambda: os.path.exists("/tmp/stopped"), 20, "the guest's end of output")
    matches(sup.read_until(stream, b"missed here]").decode(), r"\[lodge: \d+ bytes were missed here\]")
    sup.destroy(plan)


def test_screen_on_the_stable_pty():
    house.needs("screen")
    plan = guest("screen", ("/bin/sh", "-c", "echo first words; exec cat"))
    path = os.readlink(f"{plan.live}/console0")
    equal(sup.status(plan)["console"], [f"0 {path}"])
    os.environ.update(SCREENDIR="/tmp/screens")
    os.makedirs("/tmp/screens", mode=0o700, exist_ok=True)
    with Terminal("screen", path, env={"TERM": "xterm"}) as terminal:
        terminal.expect("first words")
        terminal.type("typed in screen\r")
        terminal.expect("typed in screen\r\ntyped in screen")
        terminal.type("\x01k")  # kill the window
        terminal.expect("[y/n]")
        terminal.type("y")
        terminal.end()
    sup.read_until(attach(plan), b"typed in screen")
    # and again: the path stays, and the next user gets the replay
    with Terminal("screen", f"{plan.live}/console0", env={"TERM": "xterm"}) as terminal:
        terminal.expect("first words")
        terminal.type("\x01k")
        terminal.expect("[y/n]")
        terminal.type("y")
        terminal.end()
    sup.destroy(plan)
    assert not os.path.exists(path) or path.startswith("/dev/pts/")


def test_pty_survives_a_reboot():
    plan = guest("reboot", ("/bin/sh", "-c", "trap 'exit 0' HUP; stty raw -echo; echo boot; while :; do sleep 0.02; done"))
    plan_path = os.readlink(f"{plan.live}/console0")
    stream = attach(plan)
    sup.read_until(stream, b"boot\n")
    equal(sup.Control(plan).ask("reboot", "signal"), "ok signal")
    sup.read_until(stream, b"boot\n")
    equal(os.readlink(f"{plan.live}/console0"), plan_path)
    equal(sup.status(plan)["boots"], "2")
    sup.destroy(plan)


def test_log_is_rotated_and_outlives_the_guest():
    plan = guest_with_log("logged", 10000, 2)
    wait_for(lambda: os.path.exists("/tmp/logged.done"), 20, "the guest's output")
    sup.destroy(plan)
    names = sorted(n for n in os.listdir("/tmp/logs"))
    equal(names, ["logged.log", "logged.log.1", "logged.log.2"])
    sizes = [os.path.getsize(f"/tmp/logs/{n}") for n in names]
    equal(sizes[1:], [10000, 10000])
    text = b"".join(pathlib.Path(f"/tmp/logs/{n}").read_bytes() for n in reversed(names))
    lines = text.decode().split()
    equal(lines[-1], "9999")
    numbers = [int(n) for n in lines[1:]]
    equal(numbers, list(range(numbers[0], 10000)))
    equal(os.stat("/tmp/logs/logged.log").st_mode & 0o777, 0o600)


def guest_with_log(name, size, keep):
    plan = sup.Plan(name, init=("/bin/sh", "-c", f"stty raw; i=0; while [ $i -lt 10000 ]; do echo $i; i=$((i+1)); done; echo > /tmp/{name}.done; exec sleep 1000"))
    plan.add("object", ("log", f"/tmp/logs/{name}.log", size, keep))
    sup.start(plan)
    return plan


def test_several_consoles():
    plan = sup.Plan("several", init=("/bin/sh", "-c", "echo on one; echo on two > /dev/tty2; exec sleep 1000"))
    plan.add("guest", ("console", 1))
    plan.add("object", ("log", "/tmp/logs2/several.log", 10000, 2))
    sup.start(plan)
    sup.read_until(attach(plan, index=0), b"on one")
    sup.read_until(attach(plan, index=1), b"on two")
    equal(sorted(os.listdir("/tmp/logs2")), ["several-console1.log", "several.log"])
    sup.destroy(plan)


def test_last_words_of_a_guest():
    plan = guest("words", ("/bin/sh", "-c", "read x; echo last words; exit 3"))
    control = sup.Control(plan)
    stream = attach(plan)
    control.sock.send(b"wait")
    stream.send(b"\n")
    assert b"last words" in sup.read_until(stream, b"last words")
    equal(control.sock.recv(4096), b"ok shutdown exited 3")


def test_idle_supervisor_sleeps():
    plan = guest("idle")
    stream = attach(plan)
    sup.read_until(stream, b"up\n")
    pid = int(sup.status(plan)["supervisor"].split()[0])
    stream.shutdown(socket.SHUT_WR)
    select.select([], [], [], 0.3)

    def switches():
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
        return int(matches(text, r"^voluntary_ctxt_switches:\s+(\d+)")[1])
    before = switches()
    select.select([], [], [], 0.5)
    equal(switches(), before)
    sup.destroy(plan)


house.run(globals())
