#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lodge-supervisor with plans of kind machine and a scripted QEMU: what it starts with, what it says, how it ends,
and every way in which a QMP peer can misbehave."""
import json
import os
import pathlib
import signal
import socket
import sys

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", os.path.dirname(__file__) + "/../.."), "tests/lib"))
import house  # noqa: E402
import machine  # noqa: E402
import sup  # noqa: E402
from house import equal, matches, wait_for  # noqa: E402
from machine import Fake, Machine, asked, end, event, failure, init_of, keys, request, start, state  # noqa: E402


def test_start_and_destroy():
    plan = start(Machine())
    equal([name for name, _ in asked(plan)], ["qmp_capabilities", "cont"])
    equal(state(plan), "running booted no -")
    qemu = init_of(plan)
    lines = dict(l.split(":", 1) for l in open(f"/proc/{qemu}/status").read().splitlines())
    equal(lines["Uid"].split(), [str(machine.UID)] * 4)
    equal(lines["Gid"].split(), [str(machine.UID)] * 4)
    equal(lines["Groups"].split(), [])
    equal(int(lines["CapEff"], 16) | int(lines["CapPrm"], 16) | int(lines["CapBnd"], 16) | int(lines["CapInh"], 16), 0)
    equal(lines["NoNewPrivs"].split(), ["1"])
    equal(os.readlink(f"/proc/{qemu}/cwd"), f"{plan.live}/work")
    own = os.stat(f"{plan.live}/work")
    equal((own.st_uid, own.st_mode & 0o777), (machine.UID, 0o700))
    for line in open(f"/proc/{qemu}/cgroup"):
        number, names, path = line.rstrip().split(":", 2)
        if plan.groups and (names and not names.startswith("name=") or number == "0" and any(k == "v2" for k, _, _ in plan.groups)):
            matches(path, r"/lodge/qemu/vm\.guest$")
    equal(plan.lifecycle(), ["started/booted"])
    end(plan)
    equal(plan.lifecycle(), ["started/booted", "stopped/destroyed"])


def test_qemu_has_the_plans_descriptors_and_no_others():
    plan = Machine(console=True, agent=True)
    pathlib.Path("/tmp/disk").write_bytes(b"x" * 512)
    plan.add("host", ("open", 30, "/tmp/disk", "rw"), ("open", 31, "/tmp/disk", "ro", 100), ("open", 32, "/tmp/new.log", "append"),
             ("pair", 33, 34), ("listen", 35, "spice.sock", "600", "", ""), ("listen", 36, "/tmp/vnc.sock", "660", machine.UID, machine.UID))
    start(plan)
    qemu = init_of(plan)
    wait_for(lambda: os.path.exists(f"{plan.live}/work/fake.sock"))
    found = {int(n): os.readlink(f"/proc/{qemu}/fd/{n}") for n in os.listdir(f"/proc/{qemu}/fd")}
    # python has a few of its own, below 20
    equal(sorted(n for n in found if n >= 20), [20, 21, 22, 30, 31, 32, 33, 34, 35, 36])
    equal((found[0], found[30], found[32]), ("/dev/null", "/tmp/disk", "/tmp/new.log"))
    position = dict(l.split(":", 1) for l in open(f"/proc/{qemu}/fdinfo/31").read().splitlines())
    equal(position["pos"].strip(), "100")
    equal(int(position["flags"], 8) & os.O_NONBLOCK, 0)
    equal(os.stat("/tmp/new.log").st_mode & 0o777, 0o600)
    st = os.stat("/tmp/vnc.sock")
    equal((st.st_mode & 0o777, st.st_uid, st.st_gid), (0o660, machine.UID, machine.UID))
    machine.connect("/tmp/vnc.sock").close()
    machine.connect(f"{plan.live}/spice.sock").close()
    end(plan)
    assert not os.path.exists("/tmp/vnc.sock")


def test_what_is_wrong_with_a_plan():
    def with_lines(*lines):
        return failure(Machine().add("host", *lines))

    matches(with_lines(("open", 30, "/tmp/none", "rw")), "^not-found: cannot open '/tmp/none': No such file")
    matches(with_lines(("open", 19, "/dev/null", "rw")), "^config: plan line .* descriptor '19' is not between 20 and 499$")
    matches(with_lines(("open", 20, "/dev/null", "rw")), "^config: plan line .* descriptor '20' is given twice$")
    matches(with_lines(("open", 30, "/dev/null", "wo")), "^config: plan line .* bad mode")
    os.mkfifo("/tmp/fifo")
    matches(with_lines(("open", 30, "/tmp/fifo", "append")), "^io: cannot open '/tmp/fifo': .*; nobody has the other end of it open$")
    matches(with_lines(("console-socket", 3, 40)), "^config: .* consoles are numbered from 0")
    matches(with_lines(("helper", "net", 50, "user", "/bin/sleep", 10)), "^config: .* no earlier line has descriptor '50'$")
    matches(with_lines(("helper", "net", "", "user", "/bin/none", 10)), "^not-found: cannot run '/bin/none': No such file")
    matches(with_lines(("copy", "/tmp/none", "kernel")), "^not-found: cannot open '/tmp/none'")
    matches(failure(Machine().drop("host", "monitor")), "^config: .*the plan has no 'monitor'$")
    plan = Machine()
    plan.program = ["/usr/bin/qemu-none"]
    matches(failure(plan), "^not-found: cannot run '/usr/bin/qemu-none': No such file or directory; install it")
    holder = socket.socket(socket.AF_UNIX)
    holder.bind("/tmp/held.sock")
    holder.listen()
    matches(with_lines(("listen", 40, "/tmp/held.sock", "600", "", "")), "^exists: the socket '/tmp/held.sock' is in use by another program$")
    holder.close()
    plan = start(Machine().add("host", ("listen", 40, "/tmp/held.sock", "600", "", "")))  # nobody listens there any more
    end(plan)


def test_machines_cannot_be_entered():
    plan = start(Machine())
    done = house.sh(house.SUPERVISOR, "enter", plan.live, "--", "/bin/true", ok=False)
    assert done.returncode != 0
    matches(done.stderr, "'vm' is no guest that can be entered$")
    end(plan)


def test_copy_and_helpers():
    pathlib.Path("/tmp/kernel").write_bytes(b"k" * 3000000)
    os.chmod("/tmp/kernel", 0o600)
    plan = Machine().add("host", ("copy", "/tmp/kernel", "kernel"), ("pair", 40, 41), ("helper", "net", 40, "user", "/bin/sleep", "1000"),
                         ("helper", "fs", "", "root", "/bin/sleep", "1001"))
    start(plan)
    st = os.stat(f"{plan.live}/work/kernel")
    equal((st.st_size, st.st_mode & 0o777, st.st_uid), (3000000, 0o400, machine.UID))
    helpers = {name: int(pid) for pid, _, name in (l.split() for l in sup.status(plan)["helper"])}
    equal(sorted(helpers), ["fs", "net"])
    equal(sorted(os.listdir(f"/proc/{helpers['net']}/fd")), ["0", "1", "2", "3"])
    matches(os.readlink(f"/proc/{helpers['net']}/fd/3"), "^socket:")
    uid = lambda pid: open(f"/proc/{pid}/status").read().split("Uid:")[1].split()[0]
    equal((uid(helpers["net"]), uid(helpers["fs"])), (str(machine.UID), "0"))
    assert not os.path.exists(f"/proc/{init_of(plan)}/fd/40") and os.path.exists(f"/proc/{init_of(plan)}/fd/41")
    os.kill(helpers["net"], signal.SIGKILL)
    wait_for(lambda: len(sup.status(plan)["helper"]) == 1, what="the helper's end")
    assert not os.path.exists(f"/proc/{helpers['net']}")
    end(plan)
    assert not os.path.exists(f"/proc/{helpers['fs']}")


def test_tap():
    house.sh("ip", "link", "add", "br0", "type", "bridge")
    plan = Machine().add("host", ("tap", 50, "net0", "vnet%d", "fe:54:00:01:02:03", 1400, "br0", 1), ("tap", 51, "net1", "two", "", 0, "", 2))
    matches(failure(Machine("no").add("host", ("tap", 50, "net0", "vnet%d", "", 0, "none0", 1))), "^io: cannot plug the machine into the bridge 'none0'")
    start(plan)
    equal(sup.status(plan)["netdev"], ["vnet0 net0 fe:54:00:01:02:03", "two net1 -"])
    link = json.loads(house.sh("ip", "-j", "link", "show", "vnet0").stdout)[0]
    equal((link["mtu"], link["address"], link["master"], "UP" in link["flags"]), (1400, "fe:54:00:01:02:03", "br0", True))
    assert {"50", "51", "52"} <= set(os.listdir(f"/proc/{init_of(plan)}/fd"))
    matches(failure(Machine("other").add("host", ("tap", 50, "net0", "vnet0", "", 0, "", 1)), False), "^exists: cannot make the interface 'vnet0': another program uses that name$")
    end(plan)
    equal([l["ifname"] for l in json.loads(house.sh("ip", "-j", "link").stdout)], ["lo", "br0"])
    house.sh("ip", "link", "del", "br0")


def test_macvtap():
    house.sh("ip", "link", "add", "parent0", "type", "veth", "peer", "name", "parent1")
    probe = house.sh("ip", "link", "add", "link", "parent0", "name", "probe0", "type", "macvtap", ok=False)
    if probe.returncode:
        house.sh("ip", "link", "del", "parent0")
        raise house.Skip("needs macvtap")
    house.sh("ip", "link", "del", "probe0")
    plan = Machine().add("host", ("macvtap", 50, "net0", "parent0", "bridge", "macvtap%d", "52:54:00:01:02:03", 1400))
    start(plan)
    name, alias, mac = sup.status(plan)["netdev"][0].split()
    equal((alias, mac), ("net0", "52:54:00:01:02:03"))
    assert os.path.exists(f"/sys/class/net/{name}")
    end(plan)
    assert not os.path.exists(f"/sys/class/net/{name}")
    plan.transient = False
    start(plan)
    name = sup.status(plan)["netdev"][0].split()[0]
    kill_supervisor(plan)
    assert os.path.exists(f"/sys/class/net/{name}")
    house.sh(house.SUPERVISOR, "clean", plan.live)
    assert not os.path.exists(f"/sys/class/net/{name}")
    house.sh("ip", "link", "del", "parent0")


def kill_supervisor(plan):
    pid = int(sup.status(plan)["supervisor"].split()[0])
    qemu = init_of(plan)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not sup.is_alive(plan), what="the supervisor's end")
    wait_for(lambda: not os.path.exists(f"/proc/{qemu}"), what="QEMU's end")


def test_killed_supervisor():
    plan = Machine().add("host", ("listen", 40, "/tmp/x.sock", "600", "", ""), ("helper", "fs", "", "root", "/bin/sleep", "1001"))
    start(plan)
    helper = int(sup.status(plan)["helper"][0].split()[0])
    kill_supervisor(plan)
    wait_for(lambda: not os.path.exists(f"/proc/{helper}"), what="the helper's end")
    house.sh(house.SUPERVISOR, "clean", plan.live)
    equal(state(plan), "ended crashed no -")
    left = set(os.listdir(plan.live)) - {"plan", "alive", "transient", "status"}
    assert not left, left
    assert not os.path.exists("/tmp/x.sock")
    sup.clean_house()


def test_killed_qemu():
    plan = start(Machine())
    control = sup.Control(plan)
    control.sock.send(b"wait")
    os.kill(init_of(plan), signal.SIGKILL)
    equal(control.sock.recv(100), b"ok crashed signaled 9")
    wait_for(lambda: not os.path.exists(plan.live), what="the live directory's end")
    equal(plan.lifecycle(), ["started/booted", "stopped/failed"])
    sup.clean_house()


def test_qemu_that_is_asked_by_others_to_end():
    plan = start(Machine())
    control = sup.Control(plan)
    control.sock.send(b"wait")
    Fake(plan).say(event("SHUTDOWN", guest=False, reason="host-signal"))
    os.kill(init_of(plan), signal.SIGTERM)
    equal(control.sock.recv(100), b"ok shutdown exited 0")
    sup.clean_house()


def test_bad_peers_at_the_start():
    matches(failure(Machine(mode="dies")), "^peer: cannot start 'vm': QEMU: -drive x: no such thing; I give up$")
    matches(pathlib.Path("/var/log/lodge/qemu/vm.log").read_text(), "only a warning")
    matches(failure(Machine(mode="dumb", timeout_ms=300)), "^timeout: cannot start 'vm': QEMU has not greeted on its monitor within")
    matches(failure(Machine(mode="half", timeout_ms=300)), "^timeout: cannot start 'vm': QEMU has not greeted")
    matches(failure(Machine(mode="garbage")), "^peer: cannot start 'vm': QEMU's monitor does not speak QMP: 'hello, who is there\\?'$")
    matches(failure(Machine(mode="long")), "^limit: cannot start 'vm': QEMU's monitor sent a line of more than 262144 bytes$")
    matches(failure(Machine(mode="close")), "^peer: cannot start 'vm': QEMU has closed its monitor$")
    matches(failure(Machine(mode="mute=qmp_capabilities", timeout_ms=300)), "^timeout: cannot start 'vm': QEMU has not ")
    matches(failure(Machine(mode="mute=cont", timeout_ms=300)), "^timeout: cannot start 'vm': QEMU has not answered 'cont' within")
    matches(failure(Machine(mode="refuse=cont")), "^peer: cannot start 'vm': QEMU refused 'cont': I would rather not$")
    matches(failure(Machine(mode="die=cont")), "^peer: cannot start 'vm': QEMU ended with status 9, without a word$")
    start(plan := Machine(mode="late=cont"))
    end(plan)


def test_commands_of_the_plan():
    plan = Machine().add("init", ("qmp", "set_link", '{"name":"net0","up":false}'), ("qmp", "inject-nmi"))
    start(plan)
    equal(asked(plan), [("qmp_capabilities", {}), ("set_link", {"name": "net0", "up": False}), ("inject-nmi", {}), ("cont", {})])
    end(plan)
    matches(failure(Machine("no").add("init", ("qmp", "fly"))), "^peer: cannot start 'no': QEMU refused 'fly': The command fly has not been found$")


def test_paused_and_incoming():
    plan = start(Machine().add("object", ("paused",)))
    equal(state(plan), "running booted yes user")
    equal(plan.lifecycle(), ["started/booted", "suspended/paused"])
    equal(request(plan, "resume"), "ok")
    equal(state(plan), "running unpaused no -")
    end(plan)
    plan = start(Machine("two", mode="loading").add("object", ("incoming",)))
    equal([name for name, _ in asked(plan)], ["qmp_capabilities", *["query-status"] * 4, "cont"])
    equal(state(plan), "running restored no -")
    equal(plan.lifecycle(), ["started/restored"])
    end(plan)


def test_destroyed_while_it_starts():
    plan = Machine(mode="mute=cont", timeout_ms=20000)
    machine.prepare(plan)
    pid, reader = sup.spawn(plan)
    wait_for(lambda: asked(plan, "cont"))
    matches(request(plan, "suspend"), "^error state the machine is being started$")
    equal(request(plan, "destroy"), "ok")
    matches(os.read(reader, 4096).decode(), "^error state cannot start 'vm': it was destroyed meanwhile")
    os.waitpid(pid, 0)
    os.close(reader)
    sup.clean_house()


def test_what_on_says():
    plan = start(Machine("again").add("object", ("on", "poweroff", "restart")))
    equal(request(plan, "shutdown", "acpi"), "ok acpi")
    wait_for(lambda: state(plan) == "running booted no -" and sup.status(plan)["boots"] == "2", what="the restart")
    end(plan)
    plan = start(Machine("reboots"))
    equal(request(plan, "reboot", "acpi"), "ok acpi")
    wait_for(lambda: state(plan) == "running booted no -" and sup.status(plan)["boots"] == "2", what="the reboot")
    equal(request(plan, "shutdown", "acpi"), "ok acpi")
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    for action, wanted in (("destroy", None), ("preserve", "running booted yes crashed"), ("restart", "running panicked no -")):
        plan = start(Machine(action).add("object", ("on", "crash", action)))
        fake = Fake(plan)
        fake.order("state", b"guest-panicked")
        fake.say(event("GUEST_PANICKED", action="pause"), event("STOP"))
        if wanted:
            wait_for(lambda: state(plan) == wanted, what=wanted)
            end(plan)
        else:
            wait_for(lambda: not sup.is_alive(plan), what="the end")
            equal(plan.lifecycle(), ["started/booted", "crashed/panicked", "stopped/crashed"])
    plan = start(Machine("noreboot"))
    Fake(plan).say(event("SHUTDOWN", guest=True, reason="guest-reset"), event("STOP"))
    wait_for(lambda: not sup.is_alive(plan), what="the end")
    sup.clean_house()


def test_events():
    plan = start(Machine(agent=True))
    fake = Fake(plan)
    fake.say(event("BLOCK_IO_ERROR", **{"device": "", "node-name": "disk0-format", "action": "stop", "nospace": True, "operation": "write", "reason": "No space"}), event("STOP"))
    wait_for(lambda: state(plan) == "running booted yes ioerror", what="the state")
    equal(request(plan, "resume"), "ok")
    fake.say(event("RESUME"))
    fake.say(event("WATCHDOG", action="pause"), event("STOP"))
    wait_for(lambda: state(plan).endswith("yes watchdog"), what="the state")
    fake.say(event("RESUME"), event("SUSPEND"))
    wait_for(lambda: state(plan).endswith("yes pmsuspended"), what="the state")
    matches(request(plan, "resume"), "^error state the guest has suspended itself; wake it up")
    equal(request(plan, "wakeup"), "ok")
    wait_for(lambda: state(plan) == "running wakeup no -", what="the state")
    fake.say(event("RTC_CHANGE", offset=-3600), event("BALLOON_CHANGE", actual=1 << 30), event("DEVICE_TRAY_MOVED", id="cd0", device="", **{"tray-open": True}),
             event("DEVICE_DELETED", device="net0", path="/machine/peripheral/net0"), event("DEVICE_DELETED", path="/machine/peripheral/net0/bus"),
             event("VSERPORT_CHANGE", id="other", open=True), event("VSERPORT_CHANGE", id="channel0", open=True), event("STOP"))
    wait_for(lambda: state(plan).endswith("yes unknown"), what="the state")
    equal(sup.status(plan)["agent"], "connected")
    others = [e for e in plan.journal if e[0] not in ("lifecycle", "qemu-monitor")]
    equal(others, [("io-error", "pause", "disk0-format"), ("watchdog", "pause", ""), ("pmsuspend", "pmsuspend", ""), ("pmwakeup", "pmwakeup", ""),
                   ("rtc-change", "rtc-change", "-3600"), ("balloon-change", "balloon-change", "1048576"), ("tray-change", "open", "cd0"),
                   ("device-removed", "device-removed", "net0"), ("agent-lifecycle", "connected", "channel")])
    raw = [e for e in plan.journal if e[0] == "qemu-monitor" and e[1] == "RTC_CHANGE"]
    equal(raw, [("qemu-monitor", "RTC_CHANGE", '{"offset": -3600}')])
    lines = [json.loads(l) for l in open("/run/lodge/events")]
    equal([l["data"] for l in lines if l["uuid"] == plan.uuid and l["kind"] == "io-error"], ["enospc"])
    end(plan)


def test_events_without_end():
    """A guest that makes many does not fill the disk."""
    plan = start(Machine())
    fake = Fake(plan)
    for _ in range(20):
        fake.say(*[event("RTC_CHANGE", offset=i) for i in range(500)])
    fake.say(event("STOP"))
    wait_for(lambda: state(plan).endswith("yes unknown"), what="the last one")
    equal(sorted(f for f in os.listdir("/run/lodge") if "events" in f), ["events", "events.1"])
    assert os.path.getsize("/run/lodge/events") <= 1 << 20 and os.path.getsize("/run/lodge/events.1") < (1 << 20) + 8192
    assert all(json.loads(l) for l in open("/run/lodge/events"))
    end(plan)
    os.unlink("/run/lodge/events.1")


def test_bad_peers_while_it_runs():
    for name, text, why in (("garbage", b"what?\n", "QEMU's monitor does not speak QMP: 'what?'"), ("noid", b'{"return":{}}\n', "QEMU's monitor does not speak QMP"),
                            ("list", b"[]\n", "does not speak QMP"), ("deep", b'{"event":' + b"[" * 100 + b"]" * 100 + b"}\n", "does not speak QMP"),
                            ("long", b'{"event": "' + b"x" * 300000, "a line of more than 262144 bytes")):
        plan = start(Machine(name))
        qemu = init_of(plan)
        Fake(plan).say(text)
        wait_for(lambda: "monitor" in sup.status(plan), what="the broken monitor")
        assert why in machine.plain(sup.status(plan)["monitor"]), sup.status(plan)["monitor"]
        matches(request(plan, "suspend"), "^error state QEMU cannot be told 'stop': its monitor is closed$")
        matches(keys(plan, "down a", "up a"), "^error state QEMU cannot be told 'input-send-event'")
        assert os.path.exists(f"/proc/{qemu}")
        end(plan)
    plan = start(Machine("shut"))
    fake = Fake(plan)
    fake.say(b'{"event": "half')
    fake.order("shut")
    wait_for(lambda: "monitor" in sup.status(plan), what="the broken monitor")
    matches(machine.plain(sup.status(plan)["monitor"]), "QEMU has closed its monitor in the middle of a message$")
    end(plan)
    plan = start(Machine("mute", mode="mute=stop", timeout_ms=300))
    matches(request(plan, "suspend"), "^error timeout QEMU has not answered 'stop' within")
    equal(state(plan), "running booted no -")
    Fake(plan).say({"return": {}, "id": 3}, event("STOP"))  # late; the state is the event's
    wait_for(lambda: state(plan).startswith("running booted yes"), what="the state")
    equal(request(plan, "resume"), "ok")
    end(plan)


def test_log_is_rotated():
    plan = start(Machine(log_bytes=65536))
    fake = Fake(plan)
    for number in range(3):
        fake.order("stderr", (b"%d" % number) * 40000 + b"\n")
    wait_for(lambda: os.path.exists(plan.log + ".1"), what="the rotation")
    end(plan)


house.run(globals())
