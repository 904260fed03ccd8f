#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lodge-keys-vnc and lodge-keys-spice against QEMU's own servers: what its keyboard core was given."""
import csv
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", "."), "tests/lib"))
from house import *  # noqa: E402,F403

QEMU = "qemu-system-x86_64"


def helper(name):
    path = os.path.join(BUILD, "lodge-keys-" + name)
    if not os.path.exists(path):
        raise Skip(f"needs lodge-keys-{name} (its library was not there when lodge was built)")
    if not shutil.which(QEMU):
        raise Skip(f"needs {QEMU}")
    return path


class Machine:
    """QEMU with both servers on sockets in /tmp, tracing each key event."""

    def __init__(self, vnc="", spice="disable-ticketing=on", more=()):
        self.trace = pathlib.Path("/tmp/trace")
        self.trace.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc,accel=tcg", "-m", "32",
             "-vga", "std", "-vnc", "unix:/tmp/vnc" + vnc, "-spice", "unix=on,addr=/tmp/spice," + spice,
             "-trace", "input_event_key_qcode", "-D", str(self.trace), *more], stdin=subprocess.DEVNULL)
        try:
            for name in ("vnc", "spice"):
                wait_for(lambda: answers("/tmp/" + name), 20, f"QEMU's {name} socket")
        except BaseException:
            self.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.end()

    def end(self):
        self.process.kill()
        self.process.wait()

    def seen(self):
        text = self.trace.read_text() if self.trace.exists() else ""
        return [(key, down == "1") for key, down in re.findall(r"key qcode (\w+), down ([01])", text)]


def answers(path):
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
            return True
        except OSError:
            return False


def play(name, script, password=None, address=None, timeout=120):
    text = (address or f"unix /tmp/{name}") + "\n" + (f"password {password}\n" if password else "") + "keys\n" + script
    return subprocess.run([helper(name)], input=text, text=True, capture_output=True, timeout=timeout)


def deliverable():
    """[(Linux code, qcode)] of every key that QEMU 7.2 has and that the channel's set can name"""
    with open(os.path.join(SOURCE, "data/keycodes.csv"), newline="") as file:
        rows = [row for row in csv.DictReader(line for line in file if not line.startswith("#"))]
    return [(row["linux"], row["qcode"].split()[0], row) for row in rows if row["qcode"]]


def every_key(name, column):
    keys = [(code, qcode) for code, qcode, row in deliverable() if row[column]]
    assert len(keys) > 100, len(keys)
    with Machine() as machine:
        script = "".join(f"down {code}\nwait 3\nup {code}\nwait 3\n" for code, _ in keys)
        result = play(name, script)
        assert result.returncode == 0, result
        seen = machine.seen()
    wanted = [(qcode, down) for _, qcode in keys for down in (True, False)]
    wrong = [(w, s) for w, s in zip(wanted, seen) if w != s]
    assert not wrong and len(wanted) == len(seen), f"{len(wanted)} events, {len(seen)} seen, wrong: {wrong[:8]}"


def test_every_key_by_vnc():
    every_key("vnc", "qnum")


def test_every_key_by_spice():
    every_key("spice", "xt_kbd")


def chord(name):
    with Machine() as machine:
        result = play(name, "down 29\nwait 5\ndown 56\nwait 5\ndown 111\nwait 30\nup 111\nup 56\nup 29\n")
        assert result.returncode == 0, result
        assert machine.seen() == [("ctrl", True), ("alt", True), ("delete", True), ("delete", False), ("alt", False),
                                  ("ctrl", False)], machine.seen()


def test_chord_by_vnc():
    chord("vnc")


def test_chord_by_spice():
    chord("spice")


def released(name, end):
    with Machine() as machine:
        child = subprocess.Popen([helper(name)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        child.stdin.write(f"unix /tmp/{name}\nkeys\ndown 42\ndown 30\nwait 60000\nup 30\nup 42\n")
        child.stdin.close()
        wait_for(lambda: len(machine.seen()) >= 2, 20, "the press")
        child.send_signal(end)
        child.wait(20)
        wait_for(lambda: {key for key, down in machine.seen() if not down} == {"shift", "a"}, 10,
                 f"release of both keys, {machine.seen()}")
        return child.returncode, child.stderr.read()


def test_interrupt_releases_by_vnc():
    code, text = released("vnc", signal.SIGINT)
    assert code == 1 and "interrupted; every key is released" in text, (code, text)


def test_interrupt_releases_by_spice():
    code, text = released("spice", signal.SIGTERM)
    assert code == 1 and "interrupted; every key is released" in text, (code, text)


def test_kill_releases_by_vnc():
    released("vnc", signal.SIGKILL)


def test_kill_releases_by_spice():
    released("spice", signal.SIGKILL)


def test_passwords():
    secret = ["-object", "secret,id=p,data=hidden"]
    with Machine(vnc=",password-secret=p", spice="password-secret=p", more=secret) as machine:
        for name in ("vnc", "spice"):
            result = play(name, "down 30\nup 30\n", password="hidden")
            assert result.returncode == 0, result
            before = machine.seen()
            result = play(name, "down 30\nup 30\n", password="wrong")
            assert result.returncode == 1 and result.stderr.startswith("error: "), result
            result = play(name, "down 30\nup 30\n")
            assert result.returncode == 1 and "password" in result.stderr, result
            assert machine.seen() == before
    assert before == [("a", True), ("a", False)] * 2, before


def test_no_server():
    for name in ("vnc", "spice"):
        result = play(name, "down 30\nup 30\n", address="unix /tmp/nobody")
        assert result.returncode == 1 and result.stderr.startswith("error: "), result
        server = socket.socket(socket.AF_UNIX)
        server.bind(f"/tmp/silly-{name}")
        server.listen()
        child = subprocess.Popen([helper(name)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        child.stdin.write(f"unix /tmp/silly-{name}\nkeys\ndown 30\nup 30\n")
        child.stdin.close()
        peer = server.accept()[0]
        peer.sendall(b"HTTP/1.1 200 OK\r\n" * 20)
        peer.close()
        assert child.wait(30) == 1
        text = child.stderr.read()
        assert text.startswith("error: "), (name, text)


def test_bad_input():
    for text, words in (("", "'keys' is missing"), ("keys\n", "there is no address"),
                        ("unix /x\ndown 30\n", "is none of"), ("unix /x\nkeys\npress 3\n", "line 1 of the key script"),
                        ("unix /x\n", "'keys' is missing")):
        for name in ("vnc", "spice"):
            result = subprocess.run([helper(name)], input=text, text=True, capture_output=True, timeout=30)
            assert result.returncode == 1 and words in result.stderr, (text, result)


run(globals())
