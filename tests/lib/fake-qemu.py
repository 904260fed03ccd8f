#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A scripted QEMU for the supervisor's tests: fake-qemu.py FILE MODE.

It speaks QMP on descriptor 20, appends each command that it hears to FILE as a line of JSON, and behaves as a small
machine would. On the socket fake.sock in its working directory a test orders: "say N" and N bytes go out on
QMP as they are; "exit 0", "shut 0", "state N", "stderr N". MODE (words joined by ','):
  dumb greets not; garbage, half, long, close: what it says instead of a greeting; mute=CMD: that command gets no answer;
  late=CMD: its answer comes after 400 ms; refuse=CMD: it is refused; die=CMD: it ends without a word when told CMD;
  dies: ends at once, with words on stderr; stubborn: SIGTERM is ignored; loading: inmigrate for three looks;
  full: a migration fails; slow: it takes 300 ms; endless: it never ends by itself
"""
import array
import json
import os
import signal
import socket
import sys
import threading
import time

FILE, MODES = sys.argv[1], dict(w.partition("=")[::2] for w in sys.argv[2].split(",") if w)
EVENTS = {"stop": "STOP", "cont": "RESUME", "system_wakeup": "WAKEUP"}


def wait_for_ever():
    while True:
        signal.pause()


class Fake:
    def __init__(self):
        self.qmp = socket.socket(fileno=20)
        self.fds = {}
        self.status = "prelaunch"
        self.loads = 3 if "loading" in MODES else 0
        self.migration = None
        self.began = 0.0
        self.lock = threading.Lock()

    def send(self, thing):
        data = thing if isinstance(thing, bytes) else json.dumps(thing).encode() + b"\r\n"
        with self.lock:
            self.qmp.sendall(data)

    def event(self, name, **data):
        now = time.time()
        self.send({"event": name, "timestamp": {"seconds": int(now), "microseconds": int(now % 1 * 1e6)}, **({"data": data} if data else {})})

    def migrate_state(self):
        if not self.migration:
            return {}
        passed = time.monotonic() - self.began
        if self.migration == "active" and ("endless" not in MODES and passed > (0.3 if "slow" in MODES else 0)):
            if "full" in MODES:
                self.migration = "failed"
            else:
                os.write(self.fds.pop("lodge-save"), b"STATE" * 1000)
                self.migration = "completed"
        found = {"status": self.migration, "ram": {"transferred": 4096, "total": 8192, "remaining": 4096}}
        if self.migration == "failed":
            found["error-desc"] = "Unable to write to file: No space left on device"
        return found

    def carry_out(self, name, arguments):
        """Returns what the command returns."""
        if name in ("stop", "cont"):
            wanted = "running" if name == "cont" else "paused"
            if name == "cont" and self.status in ("shutdown", "guest-panicked"):
                raise ValueError("Resetting the Virtual Machine is required")
            if self.status != wanted:
                self.status = wanted
                self.event(EVENTS[name])
        elif name == "query-status":
            if self.loads:
                self.loads -= 1
                return {"running": False, "status": "inmigrate"}
            return {"running": self.status == "running", "status": self.status}
        elif name == "system_reset":
            if self.status in ("shutdown", "guest-panicked"):
                self.status = "paused"
            threading.Timer(0.02, self.event, ("RESET",), dict(guest=False, reason="host-qmp-system-reset")).start()
        elif name == "system_powerdown":
            self.event("POWERDOWN")
            if "stubborn" not in MODES:
                self.event("SHUTDOWN", guest=True, reason="guest-shutdown")
                self.status = "shutdown"
                self.event("STOP")
        elif name == "system_wakeup":
            self.event("WAKEUP")
        elif name == "getfd":
            pass
        elif name == "migrate":
            self.migration, self.began = "active", time.monotonic()
        elif name == "migrate_cancel":
            self.migration = "cancelled"
        elif name == "query-migrate":
            return self.migrate_state()
        elif name == "input-send-event":
            for event in arguments["events"]:
                if event["data"]["key"]["data"] == "nonsense":
                    raise ValueError("Invalid parameter 'nonsense'")
        elif name not in ("qmp_capabilities", "migrate-set-parameters", "inject-nmi", "set_link", "object-add"):
            raise ValueError(f"The command {name} has not been found")
        return {}

    def answer(self, line, fds):
        command = json.loads(line)
        name = command["execute"]
        with open(FILE, "a") as log:
            log.write(json.dumps(command | {"at": time.monotonic()}) + "\n")
        if name == "getfd":
            self.fds[command["arguments"]["fdname"]] = fds.pop(0)
        if MODES.get("die") == name:
            os._exit(9)
        if MODES.get("mute") == name:
            return
        try:
            if MODES.get("refuse") == name:
                raise ValueError("I would rather not")
            found = {"return": self.carry_out(name, command.get("arguments", {})), "id": command["id"]}
        except ValueError as error:
            found = {"id": command["id"], "error": {"class": "GenericError", "desc": str(error)}}
        if MODES.get("late") == name:
            threading.Timer(0.4, self.send, (found,)).start()
        else:
            self.send(found)

    def listen(self):
        """Orders of the test."""
        server = socket.socket(socket.AF_UNIX)
        server.bind("fake.sock")
        os.chmod("fake.sock", 0o777)
        server.listen()
        while True:
            sock, _ = server.accept()
            threading.Thread(target=self.obey, args=(sock.makefile("rwb"),), daemon=True).start()

    def obey(self, stream):
        for line in stream:
            word, size = line.split()
            data = stream.read(int(size))
            if word == b"say":
                self.send(data)
            elif word == b"stderr":
                os.write(2, data)
            elif word == b"shut":
                self.qmp.shutdown(socket.SHUT_RDWR)
            elif word == b"exit":
                os._exit(3)
            elif word == b"state":
                self.status = data.decode()
            stream.write(b"ok")
            stream.flush()

    def run(self):
        threading.Thread(target=self.listen, daemon=True).start()
        instead = {"garbage": b"hello, who is there?\n", "half": b'{"QMP": {"version"', "long": b'{"QMP": "' + b"x" * 300000, "close": b""}
        for word, text in instead.items():
            if word in MODES:
                self.qmp.sendall(text)
                if word == "close":
                    self.qmp.shutdown(socket.SHUT_RDWR)
                wait_for_ever()
        if "dumb" in MODES:
            wait_for_ever()
        self.send({"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "fake"}, "capabilities": ["oob"]}})
        rest, fds = b"", []
        while True:
            try:
                data, more, _, _ = socket.recv_fds(self.qmp, 65536, 4)
            except ConnectionResetError:  # it was closed before it had read all
                data = b""
            if not data:
                wait_for_ever()  # whoever holds the other end ends us
            fds += list(more)
            rest += data
            *lines, rest = rest.split(b"\n")
            for line in lines:
                if line.strip():
                    self.answer(line, fds)


def end_by_signal():
    """In a thread: a handler would run only when the main thread comes back from the kernel."""
    signal.sigwait({signal.SIGTERM})
    os._exit(0)


if "dies" in MODES:
    sys.stderr.write("qemu-system-fake: warning: this is only a warning\nqemu-system-fake: -drive x: no such thing\nqemu-system-fake: I give up\n")
    sys.exit(1)
fake = Fake()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
if "stubborn" not in MODES:
    threading.Thread(target=end_by_signal, daemon=True).start()
fake.run()
