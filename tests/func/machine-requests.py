#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is asked of a machine over LIVE/control: power, keys, save, guest agent, console."""
import contextlib
import json
import os
import pathlib
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", os.path.dirname(__file__) + "/../.."), "tests/lib"))
import house  # noqa: E402
import machine  # noqa: E402
import sup  # noqa: E402
from house import equal, matches, wait_for  # noqa: E402
from machine import Fake, Machine, asked, end, event, init_of, keys, request, start, state  # noqa: E402


def test_suspend_resume_reset_nmi():
    plan = start(Machine())
    equal(request(plan, "suspend"), "ok")
    equal(state(plan), "running booted yes user")
    matches(request(plan, "suspend"), "^error state the guest is suspended already$")
    equal(request(plan, "resume"), "ok")
    matches(request(plan, "resume"), "^error state the guest is not suspended$")
    equal(request(plan, "reset"), "ok")
    wait_for(lambda: sup.status(plan)["boots"] == "2", what="the reset")
    equal(request(plan, "nmi"), "ok")
    matches(request(plan, "signal", 1, 9), "^error unsupported")
    matches(request(plan, "wakeup"), "^error state the guest has not suspended itself$")
    equal(plan.lifecycle(), ["started/booted", "suspended/paused", "resumed/unpaused"])
    equal([e for e in plan.journal if e[0] == "reboot"], [("reboot", "reboot", "")])
    end(plan)


def test_shutdown_by_acpi():
    plan = start(Machine())
    control = sup.Control(plan)
    control.sock.send(b"wait")
    equal(request(plan, "shutdown", "any"), "ok acpi")
    equal(control.sock.recv(100), b"ok shutdown exited 0")
    equal(plan.lifecycle(), ["started/booted", "shutdown/guest", "stopped/shutdown"])
    sup.clean_house()


def test_destroy_of_a_stubborn_qemu():
    plan = start(Machine(mode="stubborn"))
    before = time.monotonic()
    equal(sup.destroy(plan), "ok")
    assert 2.5 < time.monotonic() - before < 8
    equal(plan.lifecycle()[-1], "stopped/destroyed")
    sup.clean_house()
    plan = start(Machine("graceful"))
    equal(request(plan, "destroy", "graceful"), "ok")
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    sup.clean_house()


def events_of(plan):
    return [[("+" if e["data"]["down"] else "-") + str(e["data"]["key"]["data"]) for e in a["events"]] for _, a in asked(plan, "input-send-event")]


def test_keys():
    plan = start(Machine())
    equal(keys(plan, "down ctrl", "down c", "wait 30", "up c", "up ctrl"), "ok 4")
    equal(events_of(plan), [["+ctrl", "+c"], ["-c", "-ctrl"]])
    at = [json.loads(l)["at"] for l in open(plan.asked) if "input-send-event" in l]
    assert 0.028 < at[1] - at[0] < 0.2, at
    equal(keys(plan), "ok 0")
    equal(keys(plan, "down #57", "wait 1"), "ok 1")
    equal(events_of(plan)[2:], [["+57"], ["-57"]])  # released at the end
    matches(keys(plan, "down a", "jump"), "^error argument line 2 of the keys is neither")
    matches(keys(plan, "down A"), "^error argument line 1 of the keys names no key$")
    matches(keys(plan, "down #99999"), "^error argument line 1 of the keys names no key$")
    matches(keys(plan, "wait 60001"), "^error argument line 1 of the keys waits for something else")
    matches(keys(plan, *[f"down k{i}" for i in range(65)]), "^error argument line 65 of the keys has more than 64 keys down")
    equal(len(events_of(plan)), 4)  # nothing was sent of them
    matches(request(plan, "keys"), "^error argument 'keys' needs a descriptor$")
    matches(keys(plan, "down shift", "wait 1", "down nonsense", "up nonsense"), "^error peer QEMU refused 'input-send-event': Invalid parameter 'nonsense'$")
    equal(events_of(plan)[4:], [["+shift"], ["+nonsense", "-nonsense"], ["-shift"]])
    equal(request(plan, "suspend"), "ok")
    matches(keys(plan, "down a"), "^error state the domain is paused")
    end(plan)


def test_kept_keys_stay_down():
    plan = start(Machine())
    equal(keys(plan, "down ctrl", "wait 1", "down alt", "keep", "down c"), "ok 3")
    equal(events_of(plan), [["+ctrl"], ["+alt", "+c"], ["-c"]])
    equal(keys(plan, "up ctrl", "up alt"), "ok 2")
    end(plan)


def test_many_keys():
    plan = start(Machine())
    lines = [l for i in range(700) for l in (f"down k{i % 50}", "wait 1", f"up k{i % 50}", "wait 1")]
    equal(keys(plan, *lines), "ok 1400")
    equal([k for e in events_of(plan) for k in e], [s + f"k{i % 50}" for i in range(700) for s in "+-"])
    equal(keys(plan, *[f"{w} a" for _ in range(300) for w in ("down", "up")]), "ok 600")
    equal(max(len(e) for e in events_of(plan)), 64)
    end(plan)


def test_keys_wait_their_turn_and_are_released():
    plan = start(Machine())
    first, second, third = (sup.Control(plan) for _ in range(3))
    machine.send(first, "keys", fd=machine.script("down a", "wait 60000", "up a"))
    wait_for(lambda: events_of(plan) == [["+a"]])
    machine.send(second, "keys", fd=machine.script("down b", "up b"))
    machine.send(third, "keys", fd=machine.script("down c", "wait 60000"))
    equal(machine.request(plan, "status"), "ok")
    equal(events_of(plan), [["+a"]])
    first.sock.close()  # as when its program is killed
    equal(machine.receive(second), "ok 2")
    wait_for(lambda: events_of(plan) == [["+a"], ["-a"], ["+b", "-b"], ["+c"]], what="the keys")
    matches(request(plan, "keys", fd=machine.script("down d"), control=third), "^error state this connection waits for an answer already$")
    # the machine stops: nothing can be released before it runs again
    fourth = sup.Control(plan)
    machine.send(fourth, "keys", fd=machine.script("down e"))
    equal(request(plan, "suspend"), "ok")
    matches(machine.receive(third), "^error state the domain was paused meanwhile$")
    matches(machine.receive(fourth), "^error state the domain was paused meanwhile$")
    equal(len(events_of(plan)), 4)
    equal(request(plan, "resume"), "ok")
    wait_for(lambda: events_of(plan)[4:] == [["-c"]], what="the release")
    end(plan)


def image(size=4096):
    path = "/tmp/image"
    with open(path, "wb") as out:
        out.write(b"lodge-save 1\ncomplete no \n".ljust(size, b"\0"))
    return os.open(path, os.O_RDWR)


AT = len("lodge-save 1\ncomplete ")


def test_save():
    plan = start(Machine(mode="slow"))
    fd = image()
    control = sup.Control(plan)
    machine.send(control, "save", 4096, AT, fd=fd)
    wait_for(lambda: request(plan, "job").startswith("ok save "), what="the job")
    wait_for(lambda: request(plan, "job").endswith(" 4096 8192 4096"), what="the figures")
    equal(sup.status(plan)["job"], "save")
    equal(state(plan), "running booted yes save")
    matches(request(plan, "resume"), "^error busy the machine is being saved")
    matches(request(plan, "save", 4096, AT, fd=fd), "^error busy the machine is being saved already$")
    equal(machine.receive(control), "ok")
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    data = pathlib.Path("/tmp/image").read_bytes()
    matches(data[:40].decode(), "^lodge-save 1\ncomplete yes\n")
    equal(data[4096:], b"STATE" * 1000)
    equal(plan.lifecycle(), ["started/booted", "suspended/paused", "stopped/saved"])
    sup.clean_house()


def test_save_whose_caller_dies():
    plan = start(Machine(mode="slow"))
    plan_fd = image()
    control = sup.Control(plan)
    machine.send(control, "save", 4096, AT, fd=plan_fd)
    wait_for(lambda: asked(plan, "migrate"))
    control.sock.close()
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    matches(pathlib.Path("/tmp/image").read_bytes()[:40].decode(), "complete yes")
    sup.clean_house()


def test_save_that_fails():
    plan = start(Machine(mode="full"))
    matches(request(plan, "save", 4096, AT, fd=image()), "^error io cannot save the machine: Unable to write to file: No space left on device$")
    equal(state(plan), "running unpaused no -")
    matches(pathlib.Path("/tmp/image").read_bytes()[:40].decode(), "complete no ")
    equal(request(plan, "job"), "ok none")
    equal(request(plan, "suspend"), "ok")
    matches(request(plan, "save", 4096, AT, fd=image()), "^error io cannot save")
    equal(state(plan), "running unpaused yes user")
    matches(request(plan, "save", 4096, AT), "^error argument 'save' needs a descriptor$")
    matches(request(plan, "save", 4096, AT, fd=os.pipe()[1]), "^error argument a machine is saved to a file$")
    matches(request(plan, "job-abort"), "^error state no job runs on this machine$")
    end(plan)
    plan = start(Machine("endless", mode="endless"))
    control = sup.Control(plan)
    machine.send(control, "save", 4096, AT, fd=image())
    wait_for(lambda: asked(plan, "query-migrate"))
    equal(request(plan, "job-abort"), "ok")
    matches(machine.receive(control), "^error cancelled saving the machine was cancelled$")
    equal(state(plan), "running unpaused no -")
    end(plan)
    plan = start(Machine("dies", mode="die=migrate"))
    matches(request(plan, "save", 4096, AT, fd=image()), "^error ")
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    sup.clean_house()


class Agent(threading.Thread):
    """The guest's side of the channel, through the descriptor of the fake."""

    def __init__(self, plan, answers):
        super().__init__(daemon=True)
        self.heard = []
        pidfd = os.pidfd_open(init_of(plan))
        self.sock = socket.socket(fileno=_getfd(pidfd, 22))
        os.close(pidfd)
        self.answers = answers
        self.start()

    def run(self):
        rest = b""
        while True:
            data = self.sock.recv(65536)
            if not data:
                return
            rest += data
            *lines, rest = rest.split(b"\n")
            for line in lines:
                command = json.loads(line.lstrip(b"\xff"))
                self.heard.append(command["execute"])
                if command["execute"] == "guest-sync-delimited":
                    if self.answers.get("sync") != "mute":
                        self.sock.sendall(b'{"return": 77}\n\xff' + json.dumps({"return": command["arguments"]["id"]}).encode() + b"\n")
                elif command["execute"] in self.answers:
                    answer = self.answers[command["execute"]]
                    self.sock.sendall(answer if isinstance(answer, bytes) else json.dumps(answer).encode() + b"\n")


def _getfd(pidfd, number):
    fd = house._libc.syscall(438, pidfd, number, 0)
    assert fd >= 0
    return fd


def test_agent():
    plan = start(Machine("without"))
    matches(request(plan, "agent", '{"execute":"guest-ping"}', 0), "^error unsupported the machine has no channel for a guest agent")
    end(plan)
    plan = start(Machine(agent=True))
    ping = '{"execute":"guest-ping"}'
    matches(request(plan, "agent", ping, 0), "^error state no guest agent is connected; install")
    fake = Fake(plan)
    fake.say(event("VSERPORT_CHANGE", id="channel0", open=True))
    wait_for(lambda: sup.status(plan)["agent"] == "connected")
    agent = Agent(plan, {"guest-ping": {"return": {}}, "guest-big": {"return": "x" * 100000}, "guest-fails": {"error": {"class": "GenericError", "desc": "no"}},
                         "guest-garbage": b"}{\n", "guest-flood": b"y" * 100})
    equal(request(plan, "agent", ping, 0), 'ok {"return": {}}')
    equal(request(plan, "agent", '{"execute":\n"guest-ping"}', 1000), 'ok {"return": {}}')
    matches(request(plan, "agent", "ping", 0), "^error argument the request to the guest agent is no JSON object$")
    matches(request(plan, "agent", '{"execute":"guest-fails"}', 0), "^error peer the guest agent refused the request: no$")
    matches(request(plan, "agent", '{"execute":"guest-garbage"}', 0), "^error peer the guest agent answered something that is no JSON object$")
    matches(request(plan, "agent", '{"execute":"guest-flood"}', 300), "^error timeout the guest agent has not answered in time")
    equal(request(plan, "agent", ping, 1000), 'ok {"return": {}}')  # what was left of the one before is dropped
    matches(request(plan, "agent", '{"execute":"guest-mute"}', 200), "^error timeout")
    control = sup.Control(plan)
    fd = machine.script(json.dumps({"execute": "guest-big", "x": "z" * 5000}))
    equal(request(plan, "agent", "", 5000, fd=fd, control=control), "ok \\e")
    equal(json.loads(os.pread(control.fd, 1 << 20, 0)), {"return": "x" * 100000})
    # one at a time
    slow, quick = sup.Control(plan), sup.Control(plan)
    machine.send(slow, "agent", '{"execute":"guest-mute"}', 600)
    machine.send(quick, "agent", ping, 5000)
    matches(machine.receive(slow), "^error timeout")
    equal(machine.receive(quick), 'ok {"return": {}}')
    # its caller goes, and others are not mixed up
    gone = sup.Control(plan)
    machine.send(gone, "agent", ping, 5000)
    gone.sock.close()
    equal(request(plan, "agent", ping, 1000), 'ok {"return": {}}')
    equal(request(plan, "shutdown", "agent"), "ok agent")
    assert agent.heard[-1] == "guest-shutdown"
    control = sup.Control(plan)
    machine.send(control, "agent", '{"execute":"guest-mute"}', 60000)
    fake.say(event("VSERPORT_CHANGE", id="channel0", open=False))
    matches(machine.receive(control), "^error state the guest agent has gone$")
    end(plan)


def test_shutdown_falls_back_to_acpi():
    plan = start(Machine(agent=True))
    Fake(plan).say(event("VSERPORT_CHANGE", id="channel0", open=True))
    wait_for(lambda: sup.status(plan)["agent"] == "connected")
    Agent(plan, {"guest-shutdown": {"error": {"class": "GenericError", "desc": "no"}}})
    matches(request(plan, "shutdown", "agent"), "^error peer the guest agent refused")
    equal(request(plan, "shutdown", "any"), "ok acpi")
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    sup.clean_house()


def test_console():
    plan = start(Machine())
    pidfd = os.pidfd_open(init_of(plan))
    line = socket.socket(fileno=_getfd(pidfd, 21))
    os.close(pidfd)
    line.sendall(b"early words\r\n")
    control = sup.Control(plan)
    console = control.console()
    sup.read_until(console, b"early words")
    console.sendall(b"typed\n")
    equal(line.recv(100), b"typed\n")
    line.sendall(b"later words\r\n")
    sup.read_until(console, b"later words")
    equal(request(plan, "resize", 0, 80, 25), "ok")
    tty = os.open(sup.status(plan)["console"][0].split()[1], os.O_RDWR | os.O_NOCTTY)
    os.write(tty, b"from the pty\n")
    equal(line.recv(100), b"from the pty\n")
    os.close(tty)
    end(plan)
    log = pathlib.Path("/var/log/lodge/qemu/vm-console0.log").read_bytes()
    assert b"early words" in log and b"later words" in log, log


def test_callers_may_die():
    """A launcher that dies changes nothing; neither do clients, in any request."""
    plan = Machine(mode="late=cont")
    machine.prepare(plan)
    pid, reader = sup.spawn(plan)
    os.close(reader)
    os.waitpid(pid, 0)
    wait_for(lambda: os.path.exists(f"{plan.live}/status") and state(plan) == "running booted no -", what="the start")
    for words in (("suspend",), ("resume",), ("reset",), ("nmi",), ("wait",), ("destroy", "graceful")):
        control = sup.Control(plan)
        machine.send(control, *words)
        control.sock.close()
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    sup.clean_house()


def test_small():
    plan = start(Machine(agent=True))
    pid = int(sup.status(plan)["supervisor"].split()[0])
    keys(plan, *[f"{w} a" for _ in range(100) for w in ("down", "up")])
    with contextlib.closing(sup.Control(plan).console()):
        rss = {l.split()[0]: int(l.split()[1]) for l in open(f"/proc/{pid}/smaps_rollup") if "kB" in l}
    private = rss["Private_Clean:"] + rss["Private_Dirty:"]
    print(f"# rss {rss['Rss:']} KiB, private {private} KiB, {len(os.listdir(f'/proc/{pid}/fd'))} descriptors")
    assert rss["Rss:"] <= 2048, rss
    end(plan)


house.run(globals())
