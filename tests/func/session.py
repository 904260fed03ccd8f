#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A normal user: guests are defined and looked at in files of his own; what takes root says so."""
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

UID = 1000
HOME = "/home/guest"
RUNTIME = f"/run/user/{UID}"
PROGRAMS = "/opt/session"
NETWORK = "<interface type='network'><source network='default'/></interface>"


def setup():
    """The user's folders, and the programs where he may reach them."""
    needs("setpriv")
    for folder in (HOME, RUNTIME):
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o700)
        os.chown(folder, UID, UID)
    fresh = not os.path.exists(PROGRAMS)
    os.makedirs(PROGRAMS, exist_ok=True)
    for path in pathlib.Path(BUILD).iterdir():
        if fresh and path.name.startswith(("lodge", "liblodge")) and not path.is_dir():
            shutil.copy2(path, PROGRAMS, follow_symlinks=False)
    for name, devices in (("mine", "<console type='pty'/>"), ("netted", NETWORK)):
        pathlib.Path(f"/tmp/{name}.xml").write_text(domain_xml(name, "/bin/sleep", ("1000",), devices=devices))


def user(*argv, runtime=RUNTIME, ok=True, before=None):
    """lodge, by the user; @before: called in the child while it is root."""
    env = {"PATH": os.environ["PATH"], "HOME": HOME, **({"XDG_RUNTIME_DIR": runtime} if runtime else {})}
    done = subprocess.run(["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", f"{PROGRAMS}/lodge", *argv], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=30, env=env, preexec_fn=before)
    assert (done.returncode == 0) == ok, f"{argv} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout if ok else done.stderr


def test_define_look_and_undefine():
    setup()
    for uri in ((), ("-c", "lxc:///session"), ("-c", "lxc:///")):
        user(*uri, "define", "/tmp/mine.xml")
        assert os.path.exists(f"{HOME}/.config/lodge/lxc/mine.xml")
        matches(user(*uri, "list", "--all"), r"^ - +mine +shut off")
        matches(user(*uri, "dumpxml", "mine"), "<name>mine</name>")
        matches(user(*uri, "dominfo", "mine"), "State: +shut off")
        user(*uri, "desc", "mine", "of the user")
        user(*uri, "autostart", "mine")
        matches(user(*uri, "list", "--all", "--autostart"), "mine")
        user(*uri, "undefine", "mine")
        equal(user(*uri, "list", "--all", "--name").strip(), "")
    matches(pathlib.Path(f"{RUNTIME}/lodge/events").read_text(), '"mine"')


def test_plans_are_shown():
    setup()
    user("define", "/tmp/mine.xml")
    plan = user("start", "--dry-run", "mine")
    matches(plan, rf"^live {RUNTIME}/lodge/lxc/mine$")
    matches(plan, rf"^log {HOME}/.local/state/lodge/lxc/mine.log ")
    matches(plan, r"^exec /bin/sleep 1000$")
    user("undefine", "mine")


def test_what_takes_root_says_so():
    setup()
    user("define", "/tmp/mine.xml")
    user("define", "/tmp/netted.xml")
    wanted = "containers need root as yet; define and start it as root, with -c lxc:///system$"
    matches(user("start", "mine", ok=False), f"cannot start domain 'mine': {wanted}")
    matches(user("start", "netted", ok=False), f"cannot start domain 'netted': {wanted}")
    user("undefine", "mine")
    user("undefine", "netted")
    matches(user("create", "/tmp/mine.xml", ok=False), wanted)
    matches(user("net-start", "default", ok=False), "need root; run it as root with -c network:///system")
    equal(user("list", "--all", "--name").strip(), "")
    left = sorted(p.name for p in pathlib.Path(f"{RUNTIME}/lodge/lxc").iterdir() if not p.name.startswith((".", "by-")))
    equal(left, [])


def test_the_house_of_root_is_not_shown_as_empty():
    setup()
    lodge("define", "/tmp/mine.xml")
    matches(user("-c", "lxc:///system", "list", "--all", ok=False), "(?i)permission denied; it may need root")
    matches(user("-c", "lxc:///system", "define", "/tmp/netted.xml", ok=False), "(?i)permission denied")
    equal(user("list", "--all", "--name").strip(), "")
    lodge("undefine", "mine")


def test_without_a_runtime_folder():
    setup()
    user("define", "/tmp/mine.xml", runtime=None)
    matches(user("list", "--all", runtime=None), "mine")
    matches(user("start", "--dry-run", "mine", runtime=None), rf"^live {HOME}/")
    user("undefine", "mine", runtime=None)


def test_groups_go_below_what_was_delegated():
    setup()
    user("define", "/tmp/mine.xml")
    own = {}
    for point, kind, options in cgroup_mounts():
        folder = pathlib.Path(point) / "user.slice"
        (folder / "own").mkdir(parents=True)
        for name in ("cpuset.cpus", "cpuset.mems") if "cpuset" in options.split(",") else ():
            for path in (folder, folder / "own"):
                (path / name).write_text((path.parent / name).read_text())
        os.chown(folder / "own", UID, UID)
        own[point] = folder / "own"
    if not own:
        raise Skip("needs control groups")

    def move():
        for folder in own.values():
            (folder / "cgroup.procs").write_text("0")

    try:
        plan = user("start", "--dry-run", "mine", before=move)
        for folder in own.values():
            matches(plan, rf"^cgroup v[12] \S+ {folder}/lodge-[0-9a-f]{{6}}/lxc/mine.guest$")
            matches(plan, rf"^supervisor-group v[12] {folder}/lodge-[0-9a-f]{{6}}/supervisors$")
        assert "cgroup v" not in user("start", "--dry-run", "mine"), "a group that is not the user's"
    finally:
        for folder in own.values():
            wait_for(lambda: not (folder / "cgroup.procs").read_text(), what="the end of the command")
            folder.rmdir()
            folder.parent.rmdir()
    user("undefine", "mine")


run(globals())
