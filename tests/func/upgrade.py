#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests that run while lodge is replaced, removed, or of another age than they are."""
import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

ROOT = "/export/root"
TREE = f"<filesystem type='mount'><source dir='{ROOT}'/><target dir='/'/></filesystem><console type='pty'/>"
INIT = "trap 'exit 0' TERM; trap 'exit 0' HUP; while :; do sleep 0.05; done"


def programs(folder):
    """The programs of this build once more, as another release beside it."""
    os.makedirs(folder, exist_ok=True)
    for path in pathlib.Path(BUILD).iterdir():
        if path.name.startswith(("lodge", "liblodge")) and not path.is_dir():
            shutil.copy2(path, folder, follow_symlinks=False)
    return f"{folder}/lodge"


def by(program):
    return lambda *argv, **options: sh(program, "-c", "lxc:///", *argv, **options)


def xml(name, body=""):
    busybox_root(ROOT)
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(domain_xml(name, args=("-c", INIT), body=body, devices=TREE))
    return path


def state(run, name):
    return run("domstate", name).stdout.strip()


def manages(run, name):
    """All that a command says to a living supervisor."""
    pid = run("domid", name).stdout.strip()
    equal(run("exec", name, "--", "echo", "inside").stdout, "inside\n")
    run("suspend", name)
    equal(state(run, name), "paused")
    run("resume", name)
    run("send-process-signal", name, "1", "0")
    run("setmem", name, "65536")
    matches(run("dominfo", name).stdout, "State: +running")
    run("reboot", name, "--mode", "signal")
    wait_for(lambda: (boots(name), state(run, name)) == (2, "running"), what="the reboot")
    equal(run("domid", name).stdout.strip(), pid)
    matches(run("dumpxml", name).stdout, f"id='{pid}'")


def boots(name):
    return int(matches(pathlib.Path(f"/run/lodge/lxc/{name}/status").read_text(), r"^boots (\d+)")[1])


def test_another_build_manages_what_one_started():
    old, new = by(programs("/opt/old/lodge")), by(LODGE)
    for first, second, name in ((old, new, "older"), (new, old, "newer")):
        first("define", xml(name))
        first("start", name)
        manages(second, name)
        second("shutdown", name, "--mode", "signal")
        wait_for(lambda: state(first, name) == "shut off", what="the end")
        equal(first("domstate", name, "--reason").stdout.strip(), "shut off (shutdown)")
        second("start", name)
        first("destroy", name)
        second("undefine", name)


def test_the_programs_go_while_a_guest_runs():
    old, new = by(programs("/opt/gone/lodge")), by(LODGE)
    old("define", xml("orphan"))
    old("start", "orphan")
    shutil.rmtree("/opt/gone")
    manages(new, "orphan")
    pid = int(new("domid", "orphan").stdout)
    os.kill(pid, 9)
    wait_for(lambda: new("domstate", "orphan", "--reason").stdout.strip() == "shut off (crashed)", what="the crash")
    new("undefine", "orphan")


def edit(name, file, old, new):
    path = pathlib.Path(f"/run/lodge/lxc/{name}/{file}")
    text = path.read_text()
    assert old in text, text
    path.write_text(text.replace(old, new, 1))


def test_status_of_a_newer_lodge():
    """It is shown; what cannot be done says why; the rest goes on."""
    lxc = by(LODGE)
    refused = lambda *argv: lxc(*argv, ok=False).stderr
    lxc("create", xml("future"))
    lxc("define", xml("other"))
    pid = lxc("domid", "future").stdout.strip()
    edit("future", "status", "version 1\n", "version 2\n")
    matches(lxc("list").stdout, rf"^ {pid} +future +running$")
    equal(state(lxc, "future"), "running")
    equal(lxc("domname", pid).stdout.strip(), "future")
    for argv in (("suspend", "future"), ("console", "future"), ("memtune", "future", "--hard-limit", "200000", "--live")):
        matches(refused(*argv), "newer lodge")
    matches(refused("start", "future"), "already active")
    matches(refused("create", "/tmp/future.xml"), "already")
    lxc("start", "other")
    lxc("destroy", "other")
    lxc("undefine", "other")
    equal(boots("future"), 1)
    lxc("destroy", "future")  # the words of the socket are known, so this can be done
    equal(lxc("list", "--all", "--name").stdout.strip(), "")


def test_plan_of_a_newer_lodge():
    lxc = by(LODGE)
    lxc("define", xml("plan"))
    lxc("start", "plan")
    edit("plan", "plan", "lodge-plan 1\n", "lodge-plan 2\n")
    matches(lxc("exec", "plan", "--", "true", ok=False).stderr, "plan has version '2'.*knows version 1.*one lodge release")
    pid = int(lxc("domid", "plan").stdout)
    os.kill(pid, 9)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), what="the supervisor's end")
    matches(lxc("start", "plan", ok=False).stderr, "cannot clean up after 'plan'.*version '2'")
    edit("plan", "plan", "lodge-plan 2\n", "lodge-plan 1\n")  # "use that one"
    equal(lxc("domstate", "plan", "--reason").stdout.strip(), "shut off (crashed)")
    lxc("undefine", "plan")


def kill(run, name):
    pid = int(run("domid", name).stdout)
    os.kill(pid, 9)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), what="the supervisor's end")


def groups(name):
    return [path for point, _, _ in cgroup_mounts() for path, _, _ in os.walk(point) if path.endswith(f"/{name}.guest")]


def test_a_dead_transient_guest_of_a_newer_lodge():
    """It is shown, every command says what to do, and destroy gives up what this release does not know."""
    lxc = by(LODGE)
    for old, new in (("lodge-plan 1\n", "lodge-plan 2\n"), ("phase link\n", "levitate /dev/moon 3\nphase orbit\nrise 7\nphase link\n")):
        lxc("create", xml("dead"))
        before = groups("dead")
        assert before or not cgroup_mounts()
        edit("dead", "plan", old, new)
        kill(lxc, "dead")
        matches(lxc("list", "--all").stdout, r"^ - +dead +shut off$")
        assert "dead" not in lxc("list").stdout
        matches(lxc("list", "--all", "--transient", "--name").stdout, "^dead$")
        equal(lxc("domstate", "dead", "--reason").stdout.strip(), "shut off (crashed)")
        matches(lxc("dominfo", "dead").stdout, "Persistent: +no")
        matches(lxc("dumpxml", "dead").stdout, "<name>dead</name>")
        matches(lxc("create", "/tmp/dead.xml", ok=False).stderr, "cannot clean up after 'dead'.*(version '2'|levitate).*lodge destroy dead$")
        equal(groups("dead"), before)
        lxc("destroy", "dead")
        equal((lxc("list", "--all", "--name").stdout.strip(), groups("dead")), ("", []))
        assert not os.path.exists("/run/lodge/lxc/dead")
    lxc("create", xml("dead"))  # the status as well
    edit("dead", "plan", "lodge-plan 1\n", "lodge-plan 2\n")
    edit("dead", "status", "version 1\n", "version 2\n")
    (pid,) = re.findall(r"^ (\d+) +dead +running", lxc("list").stdout, re.M)
    os.kill(int(pid), 9)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), what="the supervisor's end")
    matches(lxc("list", "--all").stdout, r"^ - +dead +shut off$")
    lxc("destroy", "dead")
    equal(lxc("list", "--all", "--name").stdout.strip(), "")


def test_a_dead_network_of_a_newer_lodge():
    needs("dnsmasq", "nft")
    before = set(os.listdir("/sys/class/net"))
    pathlib.Path("/tmp/net.xml").write_text("<network><name>dead</name><ip address='10.77.1.1' prefix='24'><dhcp>"
                                            "<range start='10.77.1.50' end='10.77.1.60'/></dhcp></ip></network>")
    lodge("net-create", "/tmp/net.xml")
    path = pathlib.Path("/run/lodge/vnet/dead")
    pid = matches((path / "status").read_text(), r"^supervisor (\d+)")[1]
    (path / "plan").write_text((path / "plan").read_text().replace("lodge-plan 1\n", "lodge-plan 2\n"))
    os.kill(int(pid), 9)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), what="the supervisor's end")
    matches(lodge("net-list", "--all").stdout, r"^ dead +inactive ")
    matches(fails("net-create", "/tmp/net.xml"), "version '2'.*lodge net-destroy dead$")
    lodge("net-destroy", "dead")
    assert "dead" not in lodge("net-list", "--all").stdout
    equal(set(os.listdir("/sys/class/net")), before)
    assert "lodge" not in sh("nft", "list", "tables").stdout


def test_words_of_a_newer_lodge():
    import socket
    lxc = by(LODGE)
    lxc("create", xml("words"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
        peer.connect("/run/lodge/lxc/words/control")
        peer.send(b"hello 2")
        matches(peer.recv(4096).decode().replace("\\x20", " "), "error unsupported .*speaks version 2.*stop the guest with the lodge that started it")
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as peer:
        peer.connect("/run/lodge/lxc/words/control")
        peer.send(b"hello 1")
        matches(peer.recv(4096).decode(), "^ok 1 ")
        peer.send(b"levitate 3")
        matches(peer.recv(4096).decode(), "^error ")
    equal(state(lxc, "words"), "running")
    lxc("destroy", "words")


def make(*words):
    return sh("make", "-C", SOURCE, "-o", "all", *words, timeout=120).stdout


def installed(dest=""):
    return [dest + path for path in json.load(open(f"{BUILD}/meson-info/intro-installed.json")).values()]


def need_build():
    needs("make", "meson")
    if os.path.realpath(BUILD) != os.path.realpath(f"{SOURCE}/build"):
        raise Skip("needs the build folder build/, which make installs from")


def test_install_and_uninstall_below_destdir():
    need_build()
    dest = "/tmp/dest"
    make("install", f"DESTDIR={dest}")
    for path in installed(dest):
        assert os.path.lexists(path), path
    assert not any(os.path.lexists(path) for path in installed()), "DESTDIR was left"
    pathlib.Path(f"{dest}/keep").touch()
    out = make("uninstall", f"DESTDIR={dest}")
    assert "running" not in out.lower(), out
    left = [os.path.join(top, name) for top, _, names in os.walk(dest) for name in names]
    equal(left, [f"{dest}/keep"])


def test_install_and_uninstall_with_a_guest_running():
    need_build()
    make("install")
    program = next(path for path in installed() if path.endswith("/bin/lodge"))
    lxc = by(program)
    assert "keep the supervisor" not in make("install"), "no guest has ever run"
    lxc("define", xml("stays"))
    lxc("start", "stays")
    matches(make("install"), r"Running guests \(1\) and networks \(0\) keep the supervisor")
    manages(lxc, "stays")
    matches(make("uninstall"), "Running: 1 guests, 0 networks. They run on")
    assert not any(os.path.lexists(path) for path in installed())
    new = by(LODGE)
    equal((state(new, "stays"), boots("stays")), ("running", 2))
    new("destroy", "stays")
    assert os.path.exists("/etc/lodge/lxc/stays.xml")
    new("undefine", "stays")


run(globals())
