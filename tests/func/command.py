#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command and lodged on a real house: what the made-up library of tests/unit/cli cannot show."""
import json
import pathlib
import select
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403
from terminal import Terminal  # noqa: E402


def define(name, xml):
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(xml)
    lodge("define", path)


def sleeper(name, body=""):
    define(name, domain_xml(name, "/bin/sleep", ("1000",), body=body))


def remove(name):
    lodge("destroy", name, ok=False)
    lodge("undefine", name, ok=False)


class Running:
    """with Running(argv) as r: a program in the background whose output lines are read one by one."""

    def __init__(self, *argv):
        self.process = subprocess.Popen([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)

    def has_line(self, seconds=10):
        deadline = time.monotonic() + seconds
        while b"\n" not in self.seen:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return False
            got = os.read(self.process.stdout.fileno(), 65536)
            if not got:
                return False
            self.seen += got
        return True

    def line(self):
        assert self.has_line(), f"no line came, but {self.seen!r}"
        line, _, self.seen = self.seen.partition(b"\n")
        return line.decode()


def test_events_are_seen_whoever_caused_them():
    sleeper("seen")
    with Running(LODGE, "event", "--all", "--loop", "--json") as events:
        # the watcher says nothing before the first event: cause some until one is seen
        wait_for(lambda: (lodge("desc", "seen", "--", "again"), events.has_line(0.2))[1], what="the first event")
        lodge("start", "seen")
        lodge("destroy", "seen")
        found = []
        while not found or found[-1]["what"] != "Stopped":
            found.append(json.loads(events.line()))
        started = [e for e in found if e["event"] == "lifecycle" and e["what"] == "Started"]
        equal([(e["domain"], e["detail"]) for e in started], [("seen", "Booted")])
        equal(found[-1]["detail"], "Destroyed")
        events.process.send_signal(signal.SIGINT)
        equal(events.process.wait(10), 0)
    remove("seen")


def test_edit_changes_what_is_stored():
    sleeper("edited")
    env = dict(EDITOR="sed -i s/1000/2000/")
    equal(lodge("edit", "edited", env=env).stdout, "Domain 'edited' XML configuration edited.\n\n")
    matches(lodge("dumpxml", "edited").stdout, "<initarg>2000</initarg>")
    equal(lodge("edit", "edited", env=env).stdout, "Domain 'edited' XML configuration not changed.\n\n")
    matches(fails("edit", "edited", env=dict(EDITOR="sed -i s/<name>edited/<name>other/")), "cannot rename")
    remove("edited")


def test_edit_asks_again_and_takes_what_is_mended():
    sleeper("asked")
    script = "/tmp/editor.sh"
    pathlib.Path(script).write_text("#!/bin/sh\nif grep -q nonsense \"$1\"; then sed -i 's/nonsense/memory/g' \"$1\"; "
                                    "else sed -i -e 's/currentMemory/CURRENT/g' -e 's/memory/nonsense/g' -e 's/CURRENT/currentMemory/g' \"$1\"; fi\n")
    os.chmod(script, 0o755)
    with Terminal(LODGE, "edit", "asked", env=dict(EDITOR=script)) as t:
        t.expect("Failed. Try again? [y,n,")
        t.type("?\n")
        t.expect("n - no, forget my changes")
        t.type("n\n")
        equal(t.end(), 1)
    matches(lodge("dumpxml", "asked").stdout, "<memory")
    remove("asked")


def test_autostart_all_starts_what_is_marked():
    sleeper("marked")
    sleeper("unmarked")
    lodge("autostart", "marked")
    equal(lodge("autostart-all").stderr, "")
    equal(lodge("list", "--name").stdout.split(), ["marked"])
    lodge("autostart-all")
    remove("marked")
    remove("unmarked")


def test_list_json_has_every_guest():
    sleeper("jsona")
    sleeper("jsonb")
    lodge("start", "jsona")
    found = {g["name"]: g for g in json.loads(lodge("list", "--all", "--json").stdout)}
    equal(found["jsona"]["state"], "running")
    equal(found["jsona"]["id"], int(lodge("domid", "jsona").stdout))
    equal(found["jsonb"]["id"], None)
    equal(found["jsonb"]["type"], "lxc")
    remove("jsona")
    remove("jsonb")


def test_plan_is_printed_and_nothing_done():
    sleeper("planned")
    plan = lodge("start", "--dry-run", "planned").stdout
    assert plan.startswith("lodge-plan 1\n") and "no-new-privileges" in plan, plan
    equal(lodge("domstate", "planned").stdout, "shut off\n\n")
    remove("planned")


def test_shell_keeps_its_connection_over_commands():
    sleeper("shelled")
    out = sh(LODGE, stdin="start shelled\ndomstate shelled\ndestroy shelled\ndomstate --reason shelled\n").stdout
    equal(out, "Domain 'shelled' started\n\nrunning\n\nDomain 'shelled' destroyed\n\nshut off (destroyed)\n\n")
    remove("shelled")


def status_of(name):
    path = pathlib.Path(f"/run/lodge/lxc/{name}/status")
    return path.read_text() if path.exists() else ""


def test_lodged_cleans_up_at_once_after_a_killed_supervisor():
    sleeper("early")
    sleeper("late")
    lodge("start", "early")
    with Running(os.path.join(BUILD, "lodged"), "--foreground") as daemon:
        lodge("start", "late")
        for name in ("early", "late"):
            pid = int(lodge("domid", name).stdout)
            # a guest started a moment ago may not be watched yet: its event is on the way
            wait_for(lambda: watches(daemon, pid), what=f"the watch on {name}")
            os.kill(pid, signal.SIGKILL)
            matches(daemon.line(), "cleaned up after 1 whose supervisor was killed")
            assert "state running" not in status_of(name), status_of(name)
            equal(lodge("domstate", "--reason", name).stdout, "shut off (crashed)\n\n")
        daemon.process.send_signal(signal.SIGTERM)
        equal(daemon.process.wait(10), 0)
    remove("early")
    remove("late")


def watches(daemon, pid):
    folder = f"/proc/{daemon.process.pid}"
    return any("pidfd" in os.readlink(f"{folder}/fd/{fd}") and f"Pid:\t{pid}\n" in open(f"{folder}/fdinfo/{fd}").read()
               for fd in os.listdir(f"{folder}/fd"))


def test_lodged_cleans_up_at_once_after_a_killed_network():
    needs("dnsmasq", "nft")
    before = set(os.listdir("/sys/class/net"))
    for name, number in (("early", 1), ("late", 2)):
        pathlib.Path(f"/tmp/{name}.xml").write_text(
            f"<network><name>{name}</name><ip address='10.77.{number}.1' prefix='24'><dhcp>"
            f"<range start='10.77.{number}.50' end='10.77.{number}.60'/></dhcp></ip></network>")
    lodge("net-create", "/tmp/early.xml")
    with Running(os.path.join(BUILD, "lodged"), "--foreground") as daemon:
        lodge("net-create", "/tmp/late.xml")
        for name in ("early", "late"):
            pid = int(matches(pathlib.Path(f"/run/lodge/vnet/{name}/status").read_text(), r"^supervisor (\d+) ")[1])
            wait_for(lambda: watches(daemon, pid), what=f"the watch on {name}")
            os.kill(pid, signal.SIGKILL)
            matches(daemon.line(), "cleaned up after 1 whose supervisor was killed")
            assert not os.path.exists(f"/run/lodge/vnet/{name}"), name
    equal(set(os.listdir("/sys/class/net")), before)


def test_lodged_ends_no_guest():
    sleeper("stays")
    with Running(os.path.join(BUILD, "lodged"), "--foreground", "--autostart"):
        lodge("start", "stays")
    equal(lodge("domstate", "stays").stdout, "running\n\n")
    remove("stays")


run(globals())
