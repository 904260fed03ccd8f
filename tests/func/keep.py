#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The helper program of a network (plans of kind network): kept alive, and ended with its supervisor."""
import contextlib
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house  # noqa: E402
import sup  # noqa: E402
from house import equal, matches, wait_for  # noqa: E402

HELPER = """#!/bin/sh
echo "$$" > %(pid)s
echo started >> %(log)s
ls /proc/self/fd | tr '\\n' ' ' >> %(log)s
exec sleep 1000
"""


class Network(sup.Plan):
    """A plan of kind network with a script as its helper."""

    def __init__(self, name, script=HELPER, at_end=()):
        super().__init__(name, live="/run/lodge/network")
        self.files = {"pid": f"/tmp/{name}.pid", "log": f"/tmp/{name}.log"}
        self.script = pathlib.Path(f"/tmp/{name}.sh")
        self.script.write_text(script % self.files)
        self.script.chmod(0o755)
        groups = [line for line in self.phases["host"] if line[0] == "supervisor-group"]
        lines = [("kind", "network") if line[0] == "kind" else line for line in self.phases["object"]]
        self.phases = {"object": lines, "host": groups,
                       "keep": [("keep", self.files["pid"], str(self.script))] + [("at-end", *words) for words in at_end]}

    def log(self):
        return pathlib.Path(self.files["log"]).read_text()

    def helper(self):
        return int(pathlib.Path(self.files["pid"]).read_text())


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_up_when_its_pid_file_is_there():
    plan = Network("up", "#!/bin/sh\nsleep 0.3\n" + HELPER[10:])
    start = time.monotonic()
    sup.start(plan)
    assert time.monotonic() - start >= 0.3
    pid = plan.helper()
    assert is_running(pid)
    matches(sup.status(plan)["helper"][0], rf"^{pid} \d+ ")
    wait_for(lambda: plan.log().split() == ["started", "0", "1", "2", "3"], what="no descriptor but three, and ls's folder")
    equal(sup.destroy(plan), "ok")
    assert not is_running(pid)


def test_restarted_when_it_dies():
    plan = Network("again")
    sup.start(plan)
    first = plan.helper()
    os.kill(first, signal.SIGKILL)

    def other():
        with contextlib.suppress(FileNotFoundError, ValueError):  # not written yet, or not whole
            pid = int(pathlib.Path(plan.files["pid"]).read_text())
            return pid if pid != first else None

    second = wait_for(other, what="a new helper")
    wait_for(lambda: sup.status(plan).get("helper", [""])[0].startswith(f"{second} "), what="the status")
    equal(sup.Control(plan).ask("status"), "ok")
    equal(sup.destroy(plan), "ok")
    assert not is_running(second)


def test_restarts_are_slowed_down():
    plan = Network("dies", "#!/bin/sh\necho $$ > %(pid)s\necho started >> %(log)s\nsleep 0.05\nexit 1\n")
    sup.start(plan)
    time_end = time.monotonic() + 1.5
    wait_for(lambda: time.monotonic() > time_end)
    starts = plan.log().count("started")
    assert 2 <= starts <= 5, starts
    equal(sup.destroy(plan), "ok")


def test_last_words_of_one_that_does_not_start():
    plan = Network("refuses", "#!/bin/sh\necho a first line\necho 'bad option at line 4' >&2\nexit 1\n")
    try:
        sup.start(plan)
    except sup.Failed as failed:
        equal(failed.word, "peer")
        matches(str(failed), f"{plan.script} ended at once: bad option at line 4")
    else:
        raise AssertionError("it started")
    assert not sup.is_alive(plan)


def test_program_is_missing():
    plan = Network("missing")
    plan.script.unlink()
    try:
        sup.start(plan)
    except sup.Failed as failed:
        matches(str(failed), "cannot run /tmp/missing.sh: No such file or directory")
    else:
        raise AssertionError("it started")


def test_at_end_is_run():
    plan = Network("ends", at_end=(("/bin/sh", "-c", "echo one >> /tmp/ends"), ("/bin/false",), ("/bin/sh", "-c", "echo two >> /tmp/ends")))
    sup.start(plan)
    assert not os.path.exists("/tmp/ends")
    equal(sup.destroy(plan), "ok")
    equal(pathlib.Path("/tmp/ends").read_text(), "one\ntwo\n")


def test_stubborn_helper_is_killed():
    plan = Network("stubborn", "#!/bin/sh\ntrap '' TERM\necho $$ > %(pid)s\nexec sleep 1000\n")
    sup.start(plan)
    pid = plan.helper()
    start = time.monotonic()
    equal(sup.destroy(plan), "ok")
    assert 1.5 < time.monotonic() - start < 8
    assert not is_running(pid)


def test_verbs_of_guests_are_refused():
    plan = Network("verbs")
    sup.start(plan)
    for words in (("suspend",), ("signal", 1, 9), ("shutdown", "any"), ("console", 0, "rw", "plain", 0, 0)):
        matches(sup.Control(plan).ask(*words).replace("\\x20", " "), f"^error unsupported a network cannot be told to {words[0]}$")
    waiter = sup.Control(plan)
    waiter.sock.send(b"wait")
    equal(sup.destroy(plan), "ok")
    equal(waiter.sock.recv(100), b"ok destroyed exited 0")


def test_killed_supervisor_takes_it_along():
    plan = Network("killed")
    sup.start(plan)
    pid = plan.helper()
    os.kill(int(sup.status(plan)["supervisor"].split()[0]), signal.SIGKILL)
    wait_for(lambda: not is_running(pid), what="the helper's end")
    wait_for(lambda: not sup.is_alive(plan), what="the end of the supervisor")
    house.sh(house.SUPERVISOR, "clean", plan.live)


def test_without_a_helper():
    plan = Network("bare")
    plan.phases["keep"] = []
    sup.start(plan)
    equal(sup.destroy(plan), "ok")


house.run(globals())
