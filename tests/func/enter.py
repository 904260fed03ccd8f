#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lodge-supervisor enter: programs in a running guest, with and without a terminal. Plans by hand, no driver."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house  # noqa: E402
import sup  # noqa: E402
from house import SUPERVISOR, equal, matches, sh, wait_for  # noqa: E402
from terminal import Terminal  # noqa: E402

ROOT = "/export/root"


def guest(name, payload=(), init=("/bin/sleep", "1000"), **options):
    house.busybox_root(ROOT)
    plan = sup.Plan(name, root=ROOT, init=init, **options)
    plan.add("payload", ("capabilities", "chown,kill,setuid,setgid,dac_override"), ("no-new-privileges",),
             ("seccomp", "default"), ("rlimit", "nofile", 100, 200), *payload)
    sup.start(plan)
    return plan


def argv(plan, *words, options=()):
    return [SUPERVISOR, "enter", plan.live, *options, "--", *words]


def enter(plan, *words, options=(), **more):
    return sh(*argv(plan, *words, options=options), ok=False, **more)


def test_exit_statuses():
    plan = guest("status")
    equal(enter(plan, "true").returncode, 0)
    equal(enter(plan, "sh", "-c", "exit 7").returncode, 7)
    equal(enter(plan, "sh", "-c", "kill -TERM $$").returncode, 128 + 15)
    equal(enter(plan, "sh", "-c", "kill -KILL $$").returncode, 128 + 9)
    missing = enter(plan, "nosuch")
    equal(missing.returncode, 127)
    equal(missing.stderr, "error: cannot run 'nosuch' in the guest: No such file or directory; put it into the guest's root, or name another program\n")
    equal(enter(plan, "/etc/passwd").returncode, 126)
    equal(enter(plan, "/no/such").returncode, 127)
    sup.destroy(plan)


def test_wrong_words():
    plan = guest("words")
    for words, text in ((("--tty",), "no program to run"), (("--", ), "no program to run"), (("--user",), "--user needs a value"),
                        (("--env", "x", "--", "true"), "'x' is no variable"), (("--nope", "--", "true"), "unknown option '--nope'")):
        done = sh(SUPERVISOR, "enter", plan.live, *words, ok=False)
        equal(done.returncode, 125)
        matches(done.stderr, text)
    matches(enter(plan, "true", options=("--user", "nobodyhere")).stderr, "nobodyhere")
    matches(enter(plan, "true", options=("--dir", "/nowhere")).stderr, "'/nowhere' in the guest: No such file")
    sup.destroy(plan)
    done = enter(plan, "true")
    equal((done.returncode, done.stderr), (125, "error: guest 'words' is not running; start it first\n"))


def test_it_is_inside():
    plan = guest("inside")
    equal(enter(plan, "hostname").stdout, "inside\n")
    equal(enter(plan, "sh", "-c", "echo /*").stdout.split(), sorted("/" + n for n in os.listdir(ROOT)))
    lines = enter(plan, "ps", "-o", "pid,args").stdout.splitlines()
    matches(lines[1], r"^\s+1 /bin/sleep 1000")
    equal(len(lines), 3)
    groups = enter(plan, "cat", "/proc/self/cgroup").stdout
    equal(groups, enter(plan, "cat", "/proc/1/cgroup").stdout)
    assert "guest" not in groups, groups  # its own cgroup namespace
    pid = sup.status(plan)["init"].split()[0]
    links = enter(plan, "ls", "-l", "/proc/self/ns").stdout
    for kind in ("pid", "mnt", "ipc", "uts", "cgroup", "net", "user"):
        assert os.readlink(f"/proc/{pid}/ns/{kind}") in links, links
    sup.destroy(plan)


def test_confined_like_init():
    plan = guest("confined")
    keys = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")
    wanted = {k: v for k, v in (l.split(":", 1) for l in pathlib.Path(f"/proc/{sup.status(plan)['init'].split()[0]}/status").read_text().splitlines()) if k in keys}
    got = {k: v for k, v in (l.split(":", 1) for l in enter(plan, "cat", "/proc/self/status").stdout.splitlines()) if k in keys}
    equal(got, wanted)
    equal(got["NoNewPrivs"].strip(), "1")
    equal(enter(plan, "sh", "-c", "ulimit -n; ulimit -Hn").stdout, "100\n200\n")
    matches(enter(plan, "mount", "-t", "tmpfs", "x", "/tmp").stderr, "(denied|not permitted)")
    sup.destroy(plan)


def test_environment_is_the_plans():
    plan = guest("environ", ())
    plan2 = sup.Plan("environ2", root=ROOT, init=("/bin/sleep", "1000"))
    plan2.phases["init"][:0] = [("env", "container", "lodge"), ("env", "HOME", "/nowhere"), ("env", "LIBVIRT_LXC_CMDLINE", "a b")]
    sup.start(plan2)
    out = enter(plan2, "env", env={"SECRET": "1", "TERM": "vt52", "LD_PRELOAD": ""}).stdout.splitlines()
    equal(sorted(out), ["HOME=/root", "PATH=/bin:/sbin", "container=lodge"])
    out = enter(plan2, "env", options=("--env", "container=mine", "--env", "A=b c=d", "--env", "HOME=/x")).stdout.splitlines()
    equal(sorted(out), ["A=b c=d", "HOME=/x", "PATH=/bin:/sbin", "container=mine"])
    with Terminal(*argv(plan2, "env", options=("--tty",)), env={"TERM": "vt52"}) as terminal:
        terminal.expect("TERM=vt52")
        equal(terminal.end(), 0)
    sup.destroy(plan)
    sup.destroy(plan2)


def test_user_and_directory():
    plan = guest("user")
    out = enter(plan, "sh", "-c", "id -u; id -g; pwd; echo $HOME; cat /proc/self/status", options=("--user", "guest", "--dir", "/tmp")).stdout
    equal(out.splitlines()[:4], ["1000", "1000", "/tmp", "/"])
    matches(out, r"^CapEff:\s+0000000000000000$")
    out = enter(plan, "id", options=("--user", "4711:12")).stdout
    matches(out, "uid=4711 gid=12")
    sup.destroy(plan)


def test_no_descriptor_leaks():
    plan = guest("leaks")
    with open("/etc/passwd") as leaked:
        os.set_inheritable(leaked.fileno(), True)
        look = "i=0; while [ $i -lt 60 ]; do [ -e /proc/$$/fd/$i ] && echo $i; i=$((i+1)); done"
        done = subprocess.run(argv(plan, "sh", "-c", look), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, close_fds=False,
                              timeout=20)
    equal(done.stdout.split(), [b"0", b"1", b"2"])
    pid = sup.status(plan)["init"].split()[0]
    equal(sorted(os.listdir(f"/proc/{pid}/fd")), ["0", "1", "2"])
    sup.destroy(plan)


def test_pipes_stay_pipes():
    plan = guest("pipes")
    data = os.urandom(3 << 20)
    equal(enter(plan, "cat", stdin=data, text=False).stdout == data, True)
    done = enter(plan, "sh", "-c", "echo out; echo err >&2; test -t 0 || echo no terminal")
    equal((done.stdout, done.stderr), ("out\nno terminal\n", "err\n"))
    # the reader of a pipe goes away: the program gets SIGPIPE as usual
    process = subprocess.Popen(argv(plan, "cat", "/dev/zero"), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    process.stdout.read(10)
    process.stdout.close()
    equal(process.wait(10), 128 + 13)
    sup.destroy(plan)


def test_signals_are_forwarded():
    plan = guest("signals")
    for name in ("TERM", "INT", "HUP", "QUIT", "USR1"):
        process = subprocess.Popen(argv(plan, "sh", "-c", f"trap 'exit 33' {name}; echo ready; while :; do sleep 0.01; done"),
                                   stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        equal(process.stdout.readline(), b"ready\n")
        process.send_signal(getattr(signal, "SIG" + name))
        equal(process.wait(10), 33)
    process = subprocess.Popen(argv(plan, "sh", "-c", "echo ready; exec sleep 100"), stdout=subprocess.PIPE, start_new_session=True)
    process.stdout.readline()
    process.terminate()
    equal(process.wait(10), 128 + 15)
    sup.destroy(plan)


def test_killed_caller_takes_the_program_along():
    plan = guest("killed")
    process = subprocess.Popen(argv(plan, "sh", "-c", "echo ready; exec sleep 4711"), stdout=subprocess.PIPE)
    process.stdout.readline()
    process.kill()
    process.wait()
    wait_for(lambda: "sleep 4711" not in enter(plan, "ps", "-o", "args").stdout, what="the program's end")
    sup.destroy(plan)


def test_terminal():
    plan = guest("tty")
    with Terminal(*argv(plan, "sh", options=("--tty",)), size=(33, 101), env={"TERM": "xterm"}) as terminal:
        terminal.type("tty; stty size\n")
        terminal.expect("/dev/pts/")
        terminal.expect("33 101")
        terminal.resize(44, 99)
        os.kill(terminal.process.pid, signal.SIGWINCH)
        terminal.type("stty size\n")
        terminal.expect("44 99")
        terminal.type("sleep 1000\n")
        wait_for(lambda: "sleep 1000" in enter(plan, "ps", "-o", "args").stdout.replace("/bin/sleep 1000", ""), what="sleep")
        terminal.type("\x03")  # to the program, not to us
        terminal.type("echo still $((1+1))\n")
        terminal.expect("still 2")
        assert not termios.tcgetattr(terminal.master)[3] & termios.ICANON
        terminal.type("exit 9\n")
        equal(terminal.end(), 9)
        assert termios.tcgetattr(terminal.master)[3] & termios.ICANON, "the terminal was not given back"
    sup.destroy(plan)


def test_terminal_is_given_back_when_the_guest_is_destroyed():
    plan = guest("gone")
    with Terminal(*argv(plan, "sh", "-c", "echo ready; exec sleep 1000", options=("--tty",))) as terminal:
        terminal.expect("ready")
        equal(sup.destroy(plan), "ok")
        equal(terminal.end(), 128 + 9)
        assert termios.tcgetattr(terminal.master)[3] & termios.ICANON


def test_terminal_is_given_back_on_a_signal():
    plan = guest("sig")
    with Terminal(*argv(plan, "sh", "-c", "echo ready; exec sleep 1000", options=("--tty",))) as terminal:
        terminal.expect("ready")
        os.kill(terminal.process.pid, signal.SIGTERM)
        equal(terminal.end(), 128 + 15)
        assert termios.tcgetattr(terminal.master)[3] & termios.ICANON
    sup.destroy(plan)


def test_terminal_without_one_here():
    plan = guest("file")
    done = enter(plan, "sh", "-c", "tty; cat; echo end", options=("--tty",), stdin="some words\n")
    lines = done.stdout.replace("\r", "").splitlines()
    equal((len(lines), lines.count("some words"), lines[-1]), (4, 2, "end"))  # the echo, and cat
    matches(done.stdout, r"^/dev/pts/\d+")
    sup.destroy(plan)


def test_last_words_on_a_terminal():
    plan = guest("last")
    for _ in range(10):
        with Terminal(*argv(plan, "sh", "-c", "head -c 20000 /dev/zero | tr '\\0' x; echo; echo END", options=("--tty",))) as terminal:
            terminal.expect("END")
            equal(terminal.end(), 0)
    sup.destroy(plan)


def test_suspended_guest_is_said():
    plan = guest("frozen")
    equal(sup.Control(plan).ask("suspend"), "ok")
    done = enter(plan, "true")
    equal((done.returncode, done.stderr), (125, "error: the guest is suspended, a program would not run; resume it first\n"))
    equal(sup.Control(plan).ask("resume"), "ok")
    equal(enter(plan, "true").returncode, 0)
    sup.destroy(plan)


def test_our_program_is_out_of_reach():
    """A guest that makes us exec our own file must not get to write into it (CVE-2019-5736)."""
    plan = guest("reach")
    os.makedirs("/tmp/own", exist_ok=True)
    own = pathlib.Path(shutil.copy(SUPERVISOR, "/tmp/own/lodge-supervisor"))
    before = own.read_bytes()
    pathlib.Path(f"{ROOT}/tmp/spy").write_text("""#!/bin/sh
while [ ! -e /tmp/stop ]; do
    for p in /proc/[0-9]*; do
        case $(ls -l $p/exe 2>/dev/null) in *lodge*) echo $p >> /tmp/seen; exec 9< $p/exe && ( sleep 0.05; echo x > /proc/self/fd/9 && echo written >> /tmp/seen ) 2>> /tmp/seen;; esac
    done
done
""")
    os.chmod(f"{ROOT}/tmp/spy", 0o755)
    spy = subprocess.Popen(argv(plan, "/tmp/spy"), stdin=subprocess.DEVNULL)
    for _ in range(40):
        done = sh(own, *argv(plan, "/proc/self/exe", "--version")[1:], ok=False)
        matches(done.stdout, "^lodge-supervisor ")
    pathlib.Path(f"{ROOT}/tmp/stop").touch()
    spy.wait(20)
    assert own.read_bytes() == before
    sup.destroy(plan)


def test_pid_limit_is_said():
    plan = sup.Plan("few", root=house.busybox_root(ROOT), init=("/bin/sleep", "1000"))
    for kind, names, folder in plan.groups:
        if "pids" in names.split(",") or kind == "v2":
            plan.add("host", ("cgroup-set", folder, "pids.max", "1", "must" if "pids" in names.split(",") else "try"))
    sup.start(plan)
    done = enter(plan, "true")
    equal(done.returncode, 125)
    matches(done.stderr, "(limit of processes|Resource temporarily unavailable)")
    sup.destroy(plan)


def test_it_is_quick():
    plan = guest("quick")
    times = []
    for _ in range(10):
        start = time.monotonic()
        enter(plan, "true")
        times.append(time.monotonic() - start)
    print(f"# enter true: {sorted(times)[5] * 1000:.1f} ms")
    assert sorted(times)[5] < 0.2
    sup.destroy(plan)


house.run(globals())
