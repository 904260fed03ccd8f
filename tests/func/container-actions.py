#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""on_poweroff, on_reboot and on_crash: each of them, destroy and restart, by each way to get there."""
import json
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

LIVE = "/run/lodge/lxc"
ROOT = "/export/root"

# Its first life ends as the first argument says, the next one goes on for ever.
INIT = """
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    const char *how = argv[1];
    int fd = open("/lives", O_WRONLY | O_CREAT | O_APPEND, 0644);
    off_t lives = lseek(fd, 0, SEEK_END);
    write(fd, ".", 1);
    close(fd);
    if (lives > 0 || strcmp(how, "wait") == 0)
        for (;;)
            pause();
    if (strcmp(how, "segv") == 0)
        *(volatile int *)8 = 1;
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "reboot") == 0)
        reboot(RB_AUTOBOOT);
    if (strcmp(how, "poweroff") == 0)
        reboot(RB_POWER_OFF);
    if (strcmp(how, "halt") == 0)
        reboot(RB_HALT_SYSTEM);
    if (strcmp(how, "term") == 0) {
        signal(SIGTERM, exit); /* with 15 */
        signal(SIGHUP, exit);
        for (;;)
            pause();
    }
    return strcmp(how, "exit") == 0 ? 7 : 99;
}
"""


def lxc(*argv, **options):
    return lodge("-c", "lxc:///", *argv, **options)


def state(name):
    return lxc("domstate", "--reason", name).stdout.strip()


def boots(name):
    with contextlib.suppress(FileNotFoundError):
        return int(matches(pathlib.Path(f"{LIVE}/{name}/status").read_text(), r"^boots (\d+)$")[1])
    return 0


def lives():
    return os.path.getsize(f"{ROOT}/lives") if os.path.exists(f"{ROOT}/lives") else 0


def mine(name):
    return [(e["event"], e["detail"]) for e in map(json.loads, open("/run/lodge/events")) if e["name"] == name and e["event"] not in ("defined", "undefined")]


def init_of(name):
    return int(matches(pathlib.Path(f"{LIVE}/{name}/status").read_text(), r"^init (\d+) ")[1])


@contextlib.contextmanager
def guest(name, how, *actions):
    """A started guest; actions are words as "crash=restart"."""
    needs("cc")
    busybox_root(ROOT)
    if not os.path.exists(f"{ROOT}/end"):
        pathlib.Path("/tmp/end.c").write_text(INIT)
        sh("cc", "-static", "-w", "-o", f"{ROOT}/end", "/tmp/end.c")
    pathlib.Path(f"{ROOT}/lives").unlink(missing_ok=True)
    words = "".join("<on_{0}>{1}</on_{0}>".format(*action.split("=")) for action in actions)
    body = words + "<features><capabilities policy='default'><sys_boot state='on'/></capabilities></features>"
    tree = f"<filesystem type='mount'><source dir='{ROOT}'/><target dir='/'/></filesystem><console type='pty'/>"
    pathlib.Path(f"/tmp/{name}.xml").write_text(domain_xml(name, "/end", (how,), body=body, devices=tree))
    lxc("define", f"/tmp/{name}.xml")
    lxc("start", name)
    try:
        yield lxc("domid", name).stdout.strip()
    finally:
        lxc("destroy", name, ok=False)
        lxc("undefine", name)


def ends(name, how, action, wanted):
    with guest(name, how, *action):
        wait_for(lambda: state(name).startswith("shut off"), what="the end")
        equal((state(name), lives()), (f"shut off ({wanted})", 1))
        equal(mine(name), [("started", "booted"), ("stopped", wanted)])
    os.unlink("/run/lodge/events")


def restarts(name, how, *action):
    with guest(name, how, *action) as domid:
        wait_for(lambda: boots(name) == 2, what="the second boot")
        wait_for(lambda: lives() == 2, what="the second life")
        if domid != "-":  # asked before the first life ended
            equal(lxc("domid", name).stdout.strip(), domid)
        equal(lxc("domstate", name).stdout.strip(), "running")


def test_on_crash():
    for how in ("segv", "abort"):
        ends(f"{how}-default", how, (), "crashed")
        ends(f"{how}-destroy", how, ("crash=destroy",), "crashed")
        restarts(f"{how}-restart", how, "crash=restart", "poweroff=destroy", "reboot=destroy")


def test_on_reboot():
    restarts("reboot-default", "reboot")
    restarts("reboot-restart", "reboot", "reboot=restart", "poweroff=destroy", "crash=destroy")
    ends("reboot-destroy", "reboot", ("reboot=destroy", "poweroff=restart", "crash=restart"), "shutdown")


def test_on_poweroff():
    for how in ("exit", "poweroff", "halt"):
        ends(f"{how}-default", how, (), "shutdown")
        ends(f"{how}-destroy", how, ("poweroff=destroy", "reboot=restart", "crash=restart"), "shutdown")
        restarts(f"{how}-restart", how, "poweroff=restart", "reboot=destroy", "crash=destroy")


def asked(name, verb, *action):
    with guest(name, "term", *action):
        wait_for(lambda: int(matches(pathlib.Path(f"/proc/{init_of(name)}/status").read_text(), r"^SigCgt:\s+(\w+)$")[1], 16) & (1 << 14),
                 what="init's handler")
        before = state(name)
        lxc(verb, name, "--mode", "signal")
        yield before
        if any(word == f"{'reboot' if verb == 'reboot' else 'poweroff'}=restart" for word in action):
            wait_for(lambda: boots(name) == 2, what="the second boot")
        else:
            wait_for(lambda: state(name) == "shut off (shutdown)", what="the end")


def test_commands_that_ask():
    for verb, word in (("shutdown", "poweroff"), ("reboot", "reboot")):
        for action in ("destroy", "restart"):
            for before in asked(f"{verb}-{action}", verb, f"{word}={action}"):
                equal(before, "running (booted)")


def test_destroy_is_no_event_of_the_guest():
    with guest("final", "wait", "poweroff=restart", "reboot=restart", "crash=restart"):
        lxc("destroy", "final")
        equal(state("final"), "shut off (destroyed)")
        equal(lives() <= 1, True)


def test_a_killed_supervisor():
    """The guest goes with it, and whoever looks next says that it crashed and does what on_crash says."""
    for action in ("destroy", "restart"):
        name = f"orphan-{action}"
        with guest(name, "wait", f"crash={action}", "poweroff=restart", "reboot=restart") as domid:
            init = init_of(name)
            os.kill(int(domid), signal.SIGKILL)
            wait_for(lambda: not os.path.exists(f"/proc/{init}"), what="the guest's end")
            if action == "destroy":
                equal(state(name), "shut off (crashed)")
                equal(mine(name), [("started", "booted"), ("stopped", "crashed")])
                lxc("start", name)
            else:
                equal(state(name), "running (booted)")
                equal(mine(name), [("started", "booted"), ("stopped", "crashed"), ("started", "booted")])
            equal((boots(name), lxc("domid", name).stdout.strip() != domid), (1, True))
            wait_for(lambda: lives() == 2, what="its next life")


def test_init_killed_from_outside():
    for action, wanted in (("destroy", "shut off (crashed)"), ("restart", "running (booted)")):
        with guest(f"shot-{action}", "wait", f"crash={action}"):
            name = f"shot-{action}"
            wait_for(lambda: lives() == 1, what="its life")
            os.kill(init_of(name), signal.SIGKILL)
            wait_for(lambda: state(name).startswith("shut off") or boots(name) == 2, what="what comes then")
            equal(state(name), wanted)


run(globals())
