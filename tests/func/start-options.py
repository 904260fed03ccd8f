#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""start and create: --paused, --autodestroy, --pass-fds; destroy --remove-logs."""
import glob
import html
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

LOGS = "/var/log/lodge/lxc"


def lxc(*argv, **options):
    return lodge("-c", "lxc:///", *argv, **options)


def write(name, text):
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(text)
    return path


def define(name, script, **more):
    path = write(name, domain_xml(name, "/bin/sh", ("-c", html.escape(script)), **more))
    lxc("define", path)
    return path


def state(name):
    return lxc("domstate", "--reason", name).stdout.strip()


def events(name):
    found = [json.loads(line) for line in open("/run/lodge/events")]
    return [event["event"] for event in found if event.get("name") == name]


def test_paused_start_holds_init_until_it_is_resumed():
    define("held", "echo yes > /tmp/held-ran; exec sleep 1000")
    lxc("start", "--paused", "held")
    equal(state("held"), "paused (user)")
    assert not os.path.exists("/tmp/held-ran")
    equal(events("held")[-2:], ["started", "suspended"])
    matches(fails("-c", "lxc:///", "start", "held"), "already active")
    matches(fails("-c", "lxc:///", "shutdown", "held"), "suspended")
    lxc("resume", "held")
    equal(state("held"), "running (unpaused)")
    wait_for(lambda: os.path.exists("/tmp/held-ran"), what="init after the resume")
    lxc("destroy", "held")


def test_paused_guest_is_destroyed_unstarted():
    path = define("never", "echo yes > /tmp/never-ran; exec sleep 1000")
    lxc("undefine", "never")
    lxc("create", "--paused", path)
    lxc("destroy", "never")
    equal(fails("-c", "lxc:///", "domstate", "never").splitlines()[0], "error: failed to get domain 'never'")
    assert not os.path.exists("/tmp/never-ran")


def test_a_reboot_of_a_guest_that_was_held_holds_it_no_more():
    define("again", "trap 'exit 0' HUP TERM; echo x >> /tmp/again-ran; while :; do sleep 0.1; done")
    lxc("start", "--paused", "again")
    lxc("resume", "again")
    wait_for(lambda: os.path.exists("/tmp/again-ran"), what="the first boot")
    lxc("reboot", "again", "--mode", "signal")
    wait_for(lambda: len(open("/tmp/again-ran").readlines()) == 2, what="the second boot")
    lxc("destroy", "again")


def test_paused_start_of_a_program_that_is_not_there_fails_at_once():
    lxc("define", write("noinit", domain_xml("noinit", "/nonesuch", ())))
    matches(fails("-c", "lxc:///", "start", "--paused", "noinit"), "cannot run '/nonesuch' in the guest")
    equal(state("noinit").split()[0], "shut")


def test_paused_and_wait_exclude_each_other():
    path = define("both", "exit 0")
    matches(fails("-c", "lxc:///", "create", "--wait", "--paused", path), "mutually exclusive")


def test_init_gets_the_descriptors_from_three_on():
    define("fds", "cat <&3 >&4; ls /proc/self/fd > /tmp/fds-list; exec sleep 1000")
    pathlib.Path("/tmp/fds-in").write_text("from outside\n")
    subprocess.run(f"exec {BUILD}/lodge -q -c lxc:/// start fds --pass-fds 9,8 9</tmp/fds-in 8>/tmp/fds-out", shell=True, check=True,
                   executable="/bin/bash")
    wait_for(lambda: os.path.exists("/tmp/fds-list") and open("/tmp/fds-list").read().count("\n") >= 5, what="init")
    equal(open("/tmp/fds-out").read(), "from outside\n")
    # 0-2, the two, and ls's own
    equal(open("/tmp/fds-list").read().split(), ["0", "1", "2", "3", "4", "5"])
    lxc("destroy", "fds")


def test_more_descriptors_than_the_supervisors_own():
    define("many", "for i in 3 4 5 6 7 8 9; do eval \"cat <&$i\"; done > /tmp/many-out; exec sleep 1000")
    lxc("undefine", "many")
    names = []
    for i in range(7):
        pathlib.Path(f"/tmp/many-{i}").write_text(f"{i}\n")
        names.append(f"{20 + i}</tmp/many-{i}")
    numbers = ",".join(str(20 + i) for i in range(7))
    subprocess.run(f"exec {BUILD}/lodge -q -c lxc:/// create --pass-fds {numbers} /tmp/many.xml {' '.join(names)}", shell=True, check=True,
                   executable="/bin/bash")
    wait_for(lambda: os.path.exists("/tmp/many-out") and open("/tmp/many-out").read() == "0\n1\n2\n3\n4\n5\n6\n", what="init")
    lxc("destroy", "many")


def test_the_supervisor_keeps_no_descriptor_of_the_launcher():
    read, write_end = os.pipe()
    define("pipe", "exec 3>&-; exec sleep 1000")
    subprocess.run([f"{BUILD}/lodge", "-q", "-c", "lxc:///", "start", "pipe", "--pass-fds", str(write_end)], pass_fds=[write_end], check=True)
    os.close(write_end)
    equal(os.read(read, 1), b"")  # init closed its copy, and there is no other
    os.close(read)
    lxc("destroy", "pipe")


def test_bad_descriptors_are_refused():
    define("bad", "exit 0")
    matches(fails("-c", "lxc:///", "start", "bad", "--pass-fds", "x"), "Unable to parse FD number 'x'")
    matches(fails("-c", "lxc:///", "start", "bad", "--pass-fds", "77"), "descriptor 77: it is not open")
    numbers = ",".join(["0"] * 65)
    matches(fails("-c", "lxc:///", "start", "bad", "--pass-fds", numbers), "the limit is 64")


def test_autodestroy_ends_the_guest_with_the_command():
    define("auto", "exec sleep 1000")
    lxc("start auto --autodestroy; domstate auto")
    equal(state("auto"), "shut off (destroyed)")
    path = define("auto2", "exec sleep 1000")
    lxc("undefine", "auto2")
    lxc("create", "--autodestroy", path)
    matches(fails("-c", "lxc:///", "domstate", "auto2"), "failed to get domain")


def test_destroy_removes_the_logs_of_this_guest_only():
    consoles = "<console type='pty'/><console type='pty'/>"
    for name in ("logs", "logs-console2"):
        define(name, "echo hello; echo two > /dev/tty2; exec sleep 1000", devices=consoles)
        lxc("start", name)
        wait_for(lambda: os.path.exists(f"{LOGS}/{name}.log") and os.path.getsize(f"{LOGS}/{name}.log") > 0, what="the log")
    pathlib.Path(f"{LOGS}/logs.log.1").write_text("old\n")
    wait_for(lambda: os.path.exists(f"{LOGS}/logs-console1.log"), what="the second log")
    lxc("destroy", "logs-console2")
    lxc("destroy", "logs", "--remove-logs")
    equal(glob.glob(f"{LOGS}/logs.log*") + glob.glob(f"{LOGS}/logs-console1*"), [])
    assert os.path.exists(f"{LOGS}/logs-console2.log")


run(globals())
