#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Persistent and transient, running and not: what each command does in each state, and what it says."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

LIVE = "/run/lodge/lxc"


def lxc(*argv, **options):
    return lodge("-c", "lxc:///", *argv, **options)


def refused(*argv):
    return fails("-c", "lxc:///", *argv)


def write(name, text):
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(text)
    return path


def define(name, init="/bin/sleep", args=("1000",), **more):
    path = write(name, domain_xml(name, init, args, **more))
    lxc("define", path)
    return path


def state(name):
    return lxc("domstate", "--reason", name).stdout.strip()


def events():
    return [json.loads(line) for line in open("/run/lodge/events")]


def test_errors_of_a_container_that_is_off():
    define("off")
    for verb in ("destroy", "shutdown", "reboot", "suspend", "resume"):
        matches(refused(verb, "off"), "domain is not running|is not running")
    matches(refused("exec", "off", "--", "true"), "not running")
    matches(refused("console", "off"), "not running")
    matches(refused("setmem", "off", "50000", "--live"), "not running")
    equal(state("off"), "shut off (unknown)")
    equal(lxc("domid", "off").stdout.strip(), "-")
    lxc("undefine", "off")
    matches(refused("start", "off"), "failed to get domain 'off'")


def test_errors_of_a_container_that_runs():
    define("on")
    lxc("start", "on")
    matches(refused("start", "on"), "already (active|running)")
    matches(refused("resume", "on"), "already running")
    path = write("on", lxc("dumpxml", "on", "--inactive").stdout)
    matches(refused("create", path), "already (active|running)")
    lxc("destroy", "on")
    lxc("undefine", "on")


def test_transient_goes_when_it_ends():
    lxc("create", write("brief", domain_xml("brief", "/bin/sleep", ("1000",))))
    matches(lxc("dominfo", "brief").stdout, r"^Persistent: +no$")
    matches(refused("undefine", "brief"), "transient")
    matches(refused("autostart", "brief"), "transient")
    lxc("destroy", "brief")
    matches(refused("dominfo", "brief"), "failed to get domain")
    assert not os.path.exists(f"{LIVE}/brief")
    equal(os.listdir(f"{LIVE}/by-uuid"), [])
    equal(os.listdir(f"{LIVE}/by-id"), [])


def test_undefine_while_running_makes_it_transient():
    define("half")
    lxc("start", "half")
    lxc("undefine", "half")
    matches(lxc("dominfo", "half").stdout, r"^Persistent: +no$")
    lxc("destroy", "half")
    matches(refused("dominfo", "half"), "failed to get domain")
    assert not os.path.exists(f"{LIVE}/half")


def test_define_while_running_makes_it_persistent():
    path = write("kept", domain_xml("kept", "/bin/sleep", ("1000",)))
    lxc("create", path)
    pathlib.Path(path).write_text(lxc("dumpxml", "kept").stdout)
    lxc("define", path)
    matches(lxc("dominfo", "kept").stdout, r"^Persistent: +yes$")
    lxc("destroy", "kept")
    equal(state("kept"), "shut off (destroyed)")
    lxc("undefine", "kept")


def test_create_of_a_defined_one_keeps_the_definition():
    define("both")
    path = write("both", lxc("dumpxml", "both").stdout.replace("102400", "51200"))
    lxc("create", path)
    matches(lxc("dumpxml", "both").stdout, "51200")
    matches(lxc("dumpxml", "both", "--inactive").stdout, "102400")
    lxc("destroy", "both")
    matches(lxc("dumpxml", "both").stdout, "102400")
    lxc("undefine", "both")


def test_names_and_uuids_are_unique():
    define("one")
    uuid = lxc("domuuid", "one").stdout.strip()
    matches(refused("define", write("again", domain_xml("one"))), "already exists|already defined")
    other = domain_xml("two").replace("<name>two</name>", f"<name>two</name><uuid>{uuid}</uuid>")
    matches(refused("define", write("two", other)), "already defined|already exists")
    lxc("undefine", "one")


def test_init_that_ends_shuts_it_off():
    define("ends", "/bin/sh", ("-c", "exit 0"))
    lxc("start", "ends")
    wait_for(lambda: state("ends") == "shut off (shutdown)", what="shut off (shutdown)")
    lxc("undefine", "ends")


def test_init_that_is_killed_has_crashed():
    define("killed", "/bin/sh", ("-c", "kill -SEGV $$; sleep 1000"))
    lxc("start", "killed")
    supervisor = int(lxc("domid", "killed").stdout)
    init = int(pathlib.Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()[0])
    os.kill(init, signal.SIGKILL)
    wait_for(lambda: state("killed").startswith("shut off"), what="the end")
    equal(state("killed"), "shut off (crashed)")
    lxc("undefine", "killed")


def test_a_program_that_is_not_there():
    define("nothing", "/no/such/program", ())
    matches(refused("start", "nothing"), "/no/such/program.*No such file")
    equal(state("nothing").split(" ")[0], "shut")
    lxc("undefine", "nothing")


def boots(name):
    return int(matches(pathlib.Path(f"{LIVE}/{name}/status").read_text(), r"^boots (\d+)$")[1])


def test_on_poweroff_restart():
    mark = "/tmp/boots"
    define("phoenix", "/bin/sh", ("-c", f"echo boot &gt;&gt; {mark}; test $(grep -c boot {mark}) -ge 3 &amp;&amp; exec sleep 1000; exit 0"),
           body="<on_poweroff>restart</on_poweroff>")
    lxc("start", "phoenix")
    before = lxc("domid", "phoenix").stdout
    wait_for(lambda: boots("phoenix") == 3, what="the third boot")
    equal(lxc("domid", "phoenix").stdout, before)
    lxc("destroy", "phoenix")
    equal(state("phoenix"), "shut off (destroyed)")
    os.unlink(mark)
    lxc("undefine", "phoenix")


def test_on_crash_restart():
    define("cat", body="<on_crash>restart</on_crash>")
    lxc("start", "cat")
    supervisor = int(lxc("domid", "cat").stdout)
    os.kill(int(pathlib.Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()[0]), signal.SIGKILL)
    wait_for(lambda: boots("cat") == 2, what="the second boot")
    equal(state("cat").split()[0], "running")
    lxc("destroy", "cat")
    lxc("undefine", "cat")


def test_events_tell_the_story():
    define("story")
    lxc("start", "story")
    lxc("suspend", "story")
    lxc("resume", "story")
    lxc("destroy", "story")
    lxc("undefine", "story")
    mine = [(e["event"], e["detail"]) for e in events() if e["name"] == "story"]
    equal(mine, [("defined", "added"), ("started", "booted"), ("suspended", "paused"), ("resumed", "unpaused"),
                 ("stopped", "destroyed"), ("undefined", "removed")])


def test_metadata_live_and_config():
    define("meta")
    matches(refused("metadata", "meta", "--uri", "urn:x"), "metadata")
    lxc("desc", "meta", "--title", "A title")
    lxc("metadata", "meta", "--uri", "urn:x", "--key", "x", "--set", "<note>1</note>")
    lxc("start", "meta")
    lxc("desc", "meta", "--live", "only now")
    equal(lxc("desc", "meta", "--live").stdout.strip(), "only now")
    matches(lxc("desc", "meta", "--config").stdout, "No description")
    matches(lxc("metadata", "meta", "--uri", "urn:x").stdout, "<note.*>1</note>")
    matches(refused("desc", "meta", "--title", "two\nlines"), "one line|newline")
    lxc("destroy", "meta")
    matches(lxc("list", "--all", "--title").stdout, r"meta +shut off +A title")
    lxc("undefine", "meta")


def test_autostart():
    define("early")
    lxc("autostart", "early")
    matches(lxc("list", "--all", "--autostart").stdout, "early")
    matches(lxc("dominfo", "early").stdout, r"^Autostart: +enable$")
    lxc("autostart", "early", "--disable")
    assert "early" not in lxc("list", "--all", "--autostart").stdout
    lxc("undefine", "early")


def test_signals():
    define("heard", "/bin/sh", ("-c", "trap 'exit 4' USR1; touch /tmp/hears; while true; do sleep 0.1; done"))
    lxc("start", "heard")
    wait_for(lambda: os.path.exists("/tmp/hears"), what="the trap of init")
    lxc("send-process-signal", "heard", "1", "usr1")
    wait_for(lambda: state("heard").startswith("shut off"), what="the end")
    lxc("undefine", "heard")


def test_sigkill_reaches_an_init_that_listens_to_nothing():
    define("deaf", "/bin/sleep", ("1000",))
    lxc("start", "deaf")
    lxc("send-process-signal", "deaf", "1", "kill")
    wait_for(lambda: state("deaf") == "shut off (crashed)", what="the end")
    lxc("undefine", "deaf")


def test_a_request_that_init_ignores_is_said():
    define("stolid", "/bin/sleep", ("1000",))
    lxc("start", "stolid")
    for verb in ("shutdown", "reboot"):
        matches(lxc(verb, "stolid").stderr, f"^warning: init of domain 'stolid' ignores the request to {verb}; use destroy$")
    lxc("destroy", "stolid")
    lxc("undefine", "stolid")


def test_create_wait_of_one_that_ends_at_once():
    for status in (0, 7):
        path = write("quick", domain_xml("quick", "/bin/sh", ("-c", f"exit {status}")))
        equal(lxc("create", "--wait", path, ok=False).returncode, status)


def test_a_private_root_of_state():
    os.makedirs("/tmp/house", exist_ok=True)
    uri = "lxc:///embed?root=/tmp/house"
    path = write("inner", domain_xml("inner", "/bin/sleep", ("1000",)))
    lodge("-c", uri, "define", path)
    lodge("-c", uri, "start", "inner")
    assert "inner" not in lxc("list", "--all").stdout
    assert os.path.exists("/tmp/house/run/lodge/lxc/inner/status")
    assert any("/lodge-" in p and p.endswith("/inner.guest") for point, _, _ in cgroup_mounts() for p, _, _ in os.walk(point))
    lodge("-c", uri, "destroy", "inner")
    lodge("-c", uri, "undefine", "inner")


run(globals())
