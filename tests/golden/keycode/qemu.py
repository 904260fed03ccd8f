#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""QEMU's own opinion of the table: its qcodes, and the key that it takes each QNUM for."""
import json
import pathlib
import re
import socket
import subprocess
import tempfile

from tap import needs, read_keys, run

KEYS = read_keys()


class Monitor:
    """QMP over a pair of sockets: QEMU inherits one end."""

    def __init__(self, trace):
        program = needs("qemu-system-x86_64")
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [program, "-nodefaults", "-no-user-config", "-display", "none", "-machine", "pc,accel=tcg", "-m", "16",
                 "-chardev", f"socket,id=m,fd={theirs.fileno()}", "-mon", "chardev=m,mode=control",
                 "-trace", "input_event_key_qcode", "-D", str(trace)],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        self.file = ours.makefile("rw")
        ours.settimeout(30)
        self.answer()
        self.call("qmp_capabilities")

    def answer(self):
        while True:
            line = self.file.readline()
            assert line, "QEMU ended"
            message = json.loads(line)
            if "event" not in message:
                return message

    def call(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        message = self.answer()
        assert "return" in message or "QMP" in message, message
        return message.get("return")

    def end(self):
        self.call("quit")
        assert self.process.wait(30) == 0


def ask_qemu():
    """(its qcodes, {number: qcode} of what it knows)"""
    with tempfile.TemporaryDirectory(prefix="lodge-test-") as folder:
        trace = pathlib.Path(folder) / "trace"
        monitor = Monitor(trace)
        try:
            schema = monitor.call("query-qmp-schema")
            for number in range(1, 256):
                for down in (True, False):
                    key = {"down": down, "key": {"type": "number", "data": number}}
                    monitor.call("input-send-event", events=[{"type": "key", "data": key}])
            monitor.end()
        finally:
            monitor.process.kill()
            monitor.process.wait()
        seen = re.findall(r"key qcode (\w+), down 1", trace.read_text())
    assert len(seen) == 255, f"{len(seen)} presses were traced"
    qcodes = next(set(entry["values"]) for entry in schema
                  if entry["meta-type"] == "enum" and "kp_divide" in entry["values"])
    return qcodes - {"unmapped"}, {n: qcode for n, qcode in enumerate(seen, 1) if qcode != "unmapped"}


def key_of(column, word):
    found = [key for key in KEYS if word in key[column]]
    return next((key for key in found if column in key["preferred"]), found[0] if found else None)


def test_qcodes_are_qemus():
    """A newer QEMU may have more; one of the table that it lacks is an error."""
    qcodes, _ = ask_qemu()
    mine = {word for key in KEYS for word in key["qcode"]}
    assert mine <= qcodes, f"QEMU has no {sorted(mine - qcodes)}"
    print(f"# qcodes without a key in the table: {sorted(qcodes - mine) or 'none'}")


def test_qnum_means_the_same_key():
    _, by_number = ask_qemu()
    assert len(by_number) >= 140
    for number, qcode in by_number.items():
        key = key_of("qnum", number)
        assert key and qcode in key["qcode"], f"QEMU takes {number:#x} for {qcode}, the table for {key}"


def test_each_qcode_has_a_number():
    _, by_number = ask_qemu()
    for key in KEYS:
        if key["qcode"]:
            assert by_number.get(key["qnum"][0]) in key["qcode"], f"{key['linux_name'][0]}: {key['qnum']}"


run(globals())
