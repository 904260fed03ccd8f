#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is said over LIVE/control: every verb, and everything that is wrong with a request."""
import os
import pathlib
import select
import signal
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import house  # noqa: E402
import sup  # noqa: E402
from house import equal, matches, sh, wait_for  # noqa: E402


def guest(name, init=("/bin/sleep", "1000"), *object_lines, **options):
    plan = sup.Plan(name, init=init, **options)
    plan.add("object", *object_lines)
    sup.start(plan)
    return plan


def ask(plan, *words):
    return sup.Control(plan).ask(*words).replace("\\x20", " ")


def connect(plan):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.connect(f"{plan.live}/control")
    sock.settimeout(20)
    return sock


def raw(plan, *packets):
    """The answers to packets sent as they are."""
    sock = connect(plan)
    answers = []
    for packet in packets:
        sock.send(packet)
        answers.append(sock.recv(4096).decode().replace("\\x20", " "))
    return answers


def test_wrong_requests():
    plan = guest("wrong")
    matches(raw(plan, b"status")[0], "^error argument the first word on a connection is hello, not 'status'$")
    matches(raw(plan, b"hello 99")[0], "^error unsupported this lodge speaks version 99 .* speaks 1; ")
    matches(raw(plan, b"hello x")[0], "^error argument 'x' is no version")
    matches(raw(plan, b"hello")[0], "^error argument 'hello' takes 1 words, not 0$")
    for bad in (b"hello  1", b" ", b"hello 1\nstatus", b"hello 1\n", b"a\0b", b"\\x", b"\\q", b"hello \x01", b"\n"):
        matches(raw(plan, bad)[0], "^error argument the request is not understood; ")
    matches(raw(plan, b"hello 1", b"x" * 5000)[1], "^error limit the request has 5000 bytes, 4096 are the most$")
    matches(raw(plan, b"hello 1", b"fly me")[1], "^error unsupported the guest's supervisor .* does not know 'fly'$")
    matches(ask(plan, "signal", "1", "70"), "^error argument '70' is no signal between 0 and 64$")
    matches(ask(plan, "signal", "0", "9"), "^error argument process 0 of a guest names no process")
    matches(ask(plan, "signal", "-1", "9"), "^error argument process -1 of a guest names no process")
    matches(ask(plan, "shutdown", "politely"), "^error argument 'politely' is no way to ask$")
    equal(ask(plan, "status"), "ok")
    equal(sup.destroy(plan), "ok")


def test_signal_uses_the_guests_numbers():
    plan = guest("signal", ("/bin/sh", "-c", "trap 'echo got it > /tmp/got' USR1; sleep 1000 & sleep 1000 & echo $! > /tmp/second; while :; do wait; done"))
    wait_for(lambda: os.path.exists("/tmp/second"))
    second = pathlib.Path("/tmp/second").read_text().strip()
    equal(ask(plan, "signal", 1, int(signal.SIGUSR1)), "ok")
    wait_for(lambda: os.path.exists("/tmp/got"), what="the signal")
    equal(ask(plan, "signal", second, 0), "ok")
    equal(ask(plan, "signal", second, 9), "ok")
    wait_for(lambda: ask(plan, "signal", second, 0) == f"error not-found the guest has no process {second}", what="its end")
    matches(ask(plan, "signal", 999999, 9), "^error not-found the guest has no process 999999$")
    equal(sup.destroy(plan), "ok")


def test_shutdown_by_signal():
    plan = guest("obeys", ("/bin/sh", "-c", "trap 'exit 4' TERM; echo > /tmp/obeys; while :; do sleep 0.01; done"))
    wait_for(lambda: os.path.exists("/tmp/obeys"))
    control = sup.Control(plan)
    equal(ask(plan, "shutdown", "any"), "ok signal")
    equal(control.ask("wait"), "ok shutdown exited 4")


def test_shutdown_ignored_is_said():
    plan = guest("ignores")
    equal(ask(plan, "shutdown", "any"), "ok signal ignored")
    matches(ask(plan, "shutdown", "initctl"), "^error unsupported the guest's init does not listen on /run/initctl")
    equal(sup.destroy(plan), "ok")


def test_shutdown_by_initctl():
    root = house.busybox_root("/export/initctl")
    os.mkfifo(f"{root}/run/initctl")
    plan = guest("initctl", ("/bin/sh", "-c", "head -c 384 /run/initctl > /tmp/request; exit 0"), root=root)
    wait_for(lambda: "ok initctl" == ask(plan, "shutdown", "initctl"), what="a reader of the FIFO")
    wait_for(lambda: not sup.is_alive(plan), what="the guest's end")
    request = pathlib.Path(f"{root}/tmp/request").read_bytes()
    equal(len(request), 384)
    equal(request[:16], bytes.fromhex("69190903") + b"\1\0\0\0" + b"0\0\0\0" + b"\0\0\0\0")
    assert not any(request[16:])


def test_initctl_of_the_host_is_left_alone():
    """A guest on the host's root sees the host's FIFO: asking it would shut the host down."""
    os.mkfifo("/run/initctl")
    host = os.open("/run/initctl", os.O_RDWR | os.O_NONBLOCK)
    plan = guest("shared")
    equal(ask(plan, "shutdown", "any"), "ok signal ignored")
    matches(ask(plan, "shutdown", "initctl"), "^error unsupported")
    try:
        raise AssertionError(f"the host was told {os.read(host, 400)}")
    except BlockingIOError:
        pass
    os.unlink("/run/initctl")
    equal(sup.destroy(plan), "ok")


def test_initctl_that_is_no_fifo():
    root = house.busybox_root("/export/trap")
    pathlib.Path(f"{root}/run/initctl").write_text("mine")
    plan = guest("trap", root=root)
    matches(ask(plan, "shutdown", "initctl"), "^error unsupported")
    equal(pathlib.Path(f"{root}/run/initctl").read_text(), "mine")
    os.unlink(f"{root}/run/initctl")
    os.symlink("/../../../run/canary", f"{root}/run/initctl")
    os.mkfifo("/run/canary")
    canary = os.open("/run/canary", os.O_RDWR | os.O_NONBLOCK)
    matches(ask(plan, "shutdown", "initctl"), "^error unsupported")
    try:
        raise AssertionError(f"out of the root: {os.read(canary, 400)}")
    except BlockingIOError:
        pass
    equal(sup.destroy(plan), "ok")


def test_reboot_in_place():
    plan = guest("reboot", ("/bin/sh", "-c", "trap 'exit 0' HUP; echo boot >> /tmp/boots; while :; do sleep 0.01; done"), ("on", "reboot", "restart"))
    before = sup.status(plan)
    boots = lambda: pathlib.Path("/tmp/boots").read_text().count("boot") if os.path.exists("/tmp/boots") else 0
    for number in (2, 3):
        wait_for(lambda: boots() == number - 1, what="a boot")
        equal(ask(plan, "reboot", "signal"), "ok signal")
        wait_for(lambda: sup.status(plan).get("boots") == str(number), what="the reboot")
    after = sup.status(plan)
    equal(after["supervisor"], before["supervisor"])
    assert after["init"] != before["init"]
    equal(sup.destroy(plan), "ok")


def test_restarts_that_end_at_once_are_slowed_down():
    plan = guest("loops", ("/bin/sh", "-c", "echo boot >> /tmp/loops"), ("on", "poweroff", "restart"))
    select.select([], [], [], 1.0)
    boots = pathlib.Path("/tmp/loops").read_text().count("boot")
    assert 2 <= boots <= 6, boots
    equal(sup.destroy(plan), "ok")  # also while it waits for the next one
    boots = pathlib.Path("/tmp/loops").read_text().count("boot")
    assert not sup.is_alive(plan)


def test_suspend_and_resume():
    plan = guest("freeze", ("/bin/sh", "-c", "while :; do echo x >> /tmp/ticks; sleep 0.01; done"))
    size = lambda: os.path.getsize("/tmp/ticks") if os.path.exists("/tmp/ticks") else 0
    wait_for(lambda: size() > 4)
    equal(ask(plan, "suspend"), "ok")
    equal(sup.status(plan)["paused"], "yes")
    still = size()
    select.select([], [], [], 0.1)
    equal(size(), still)
    matches(ask(plan, "suspend"), "^(ok|error state)")
    matches(ask(plan, "shutdown", "any"), "^error state the guest is suspended; resume it first$")
    equal(ask(plan, "resume"), "ok")
    wait_for(lambda: size() > still)
    equal(ask(plan, "suspend"), "ok")
    equal(sup.destroy(plan), "ok")  # a frozen guest ends as well


def test_waiters_are_told():
    os.mkfifo("/tmp/go")
    plan = guest("waits", ("/bin/sh", "-c", "read x < /tmp/go; kill -9 $$; exit 6"))
    controls = [sup.Control(plan) for _ in range(10)]
    answers = []
    threads = [threading.Thread(target=lambda c=c: answers.append(c.ask("wait"))) for c in controls]
    for thread in threads:
        thread.start()
    equal(sup.destroy(plan), "ok")
    for thread in threads:
        thread.join()
    equal(set(answers), {"ok destroyed signaled 9"})


def test_crowd_of_clients():
    """Silent clients never keep others out; who waits is never thrown out for them."""
    plan = guest("crowd")
    waiter = sup.Control(plan)
    waiter.sock.send(b"wait")
    silent = [connect(plan) for _ in range(200)]
    equal(ask(plan, "status"), "ok")
    flooder = connect(plan)
    flooder.setblocking(False)
    try:
        while True:
            flooder.send(b"hello 1")  # and never reads
    except (BlockingIOError, BrokenPipeError, ConnectionResetError):
        pass
    equal(ask(plan, "status"), "ok")
    equal(sup.destroy(plan), "ok")
    equal(waiter.sock.recv(100), b"ok destroyed signaled 9")
    for sock in silent:
        sock.close()


def test_who_has_just_asked_is_not_silent():
    """A request that was sent, but not read yet, when a crowd comes."""
    plan = guest("asked")
    waiter = sup.Control(plan)
    pid = int(sup.status(plan)["supervisor"].split()[0])
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T", what="the stop")
    silent = [connect(plan)]  # now the crowd is what it sees first
    waiter.sock.send(b"wait")
    silent += [connect(plan) for _ in range(100)]
    os.kill(pid, signal.SIGCONT)
    equal(ask(plan, "status"), "ok")
    equal(sup.destroy(plan), "ok")
    equal(waiter.sock.recv(100), b"ok destroyed signaled 9")
    for sock in silent:
        sock.close()


def test_a_crowd_that_all_asks_is_all_answered():
    plan = guest("queue")
    pid = int(sup.status(plan)["supervisor"].split()[0])
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T", what="the stop")
    crowd = [connect(plan) for _ in range(120)]
    for sock in crowd:
        sock.send(b"hello 1")
    os.kill(pid, signal.SIGCONT)
    equal({sock.recv(100).split()[0] for sock in crowd}, {b"ok"})
    equal(sup.destroy(plan), "ok")


def test_guests_and_strangers_are_refused():
    plan = guest("strange", ("/bin/sh", "-c", "sleep 1000"))
    talk = ("import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\n"
            f"s.connect('{plan.live}/control')\ns.send(b'hello 1')\nprint(s.recv(4096).decode())")
    done = sh(house.SUPERVISOR, "enter", plan.live, "--", sys.executable, "-c", talk)
    matches(done.stdout, "^error denied only")
    os.chmod(plan.live, 0o755)
    os.chmod(f"{plan.live}/control", 0o666)
    child = os.fork()
    if child == 0:
        os.setgid(12345)
        os.setuid(12345)
        try:
            os._exit(0 if raw(plan, b"hello 1")[0].startswith("error denied") else 1)
        finally:
            os._exit(2)
    equal(os.waitpid(child, 0)[1], 0)
    equal(sup.destroy(plan), "ok")


def test_sigterm_ends_the_guest():
    plan = guest("term")
    control = sup.Control(plan)
    control.sock.send(b"wait")
    os.kill(int(sup.status(plan)["supervisor"].split()[0]), signal.SIGTERM)
    equal(control.sock.recv(100), b"ok destroyed signaled 9")
    wait_for(lambda: not sup.supervisors(), what="its end")  # it tells first, and removes its groups then


def test_small():
    """What a supervisor costs."""
    with open(house.SUPERVISOR) as program:  # a program that was built just now has dirty pages of its file
        os.fsync(program.fileno())
    plan = guest("small")
    pid = int(sup.status(plan)["supervisor"].split()[0])
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    rss = int(matches(text, r"^Rss:\s+(\d+)")[1])
    dirty = int(matches(text, r"^Private_Dirty:\s+(\d+)")[1])  # clean pages of the program are shared with the others
    print(f"# rss {rss} KiB, private {dirty} KiB, {len(os.listdir(f'/proc/{pid}/fd'))} descriptors")
    assert rss <= 1536 and dirty <= 300, text
    equal(sup.destroy(plan), "ok")


house.run(globals())
