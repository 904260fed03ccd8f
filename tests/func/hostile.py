#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guests that mean harm: what their root leaves in their tree, and does while the host works on them."""
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

ROOT = "/export/root"
TREE = f"<filesystem type='mount'><source dir='{ROOT}'/><target dir='/'/></filesystem><console type='pty'/>"


def lxc(*argv, **options):
    return lodge("-c", "lxc:///", *argv, **options)


@contextlib.contextmanager
def guest(name, more="", body="", init="/bin/sleep", args=("1000",)):
    busybox_root(ROOT)
    for applet in ("mkfifo", "ln", "mv", "rm"):
        with contextlib.suppress(FileExistsError):
            os.symlink("busybox", f"{ROOT}/bin/{applet}")
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(domain_xml(name, init, args, body=body, devices=TREE + more))
    lxc("create", path)
    try:
        yield lambda *argv, **options: lxc("exec", name, "--", *argv, **options)
    finally:
        lxc("destroy", name)


def test_a_link_in_place_of_a_mount_point_has_nothing_removed():
    """The mount points that lodge made are removed with the guest: only its own."""
    victims = pathlib.Path("/srv/victims")
    victims.mkdir(parents=True)
    (victims / "file").touch()
    (victims / "folder").mkdir()
    pathlib.Path("/srv/source").touch()
    more = ("<filesystem type='mount'><source dir='/srv/source'/><target dir='/x/file'/></filesystem>"
            "<filesystem type='ram'><source usage='1' units='MiB'/><target dir='/x/folder'/></filesystem>")
    with guest("links", more) as run:
        run("sh", "-c", "mv /x /moved; ln -s /srv/victims /x")
    equal(sorted(p.name for p in victims.iterdir()), ["file", "folder"])
    os.unlink(f"{ROOT}/x")
    # and a link that the administrator has on the way to the root is no reason to leave them
    os.rename(ROOT, "/export/elsewhere")
    os.symlink("elsewhere", ROOT)
    with guest("links", more):
        assert os.path.exists(f"{ROOT}/x/file")
    assert not os.path.exists(f"{ROOT}/x")
    os.unlink(ROOT)
    os.rename("/export/elsewhere", ROOT)


def test_passwd_that_is_no_file_of_users():
    with guest("passwd") as run:
        passwd = f"{ROOT}/etc/passwd"
        for make in (lambda: os.mkfifo(passwd), lambda: os.symlink("/dev/zero", passwd), lambda: os.symlink("/proc/kmsg", passwd),
                     lambda: os.mkdir(passwd), lambda: open(passwd, "w").truncate(1 << 42)):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(passwd)
            make()
            equal(run("echo", "quick", timeout=10).stdout, "quick\n")
            if os.path.isdir(passwd):
                os.rmdir(passwd)
        os.unlink(passwd)


def test_signals_to_a_guest_that_stops_everybody():
    """kill(-1, SIGSTOP) without end: also the process inside that would send our signal is stopped."""
    source, program = "/tmp/stopper.c", f"{ROOT}/stopper"
    needs("cc")
    busybox_root(ROOT)
    pathlib.Path(source).write_text("#include <signal.h>\nint main(void) { for (;;) kill(-1, SIGSTOP); }\n")
    sh("cc", "-static", "-o", program, source)
    with guest("stopper", init="/stopper", args=()):
        for _ in range(20):
            done = lxc("send-process-signal", "stopper", "1", "0", ok=False, timeout=10)
            assert done.returncode == 0 or "suspend the guest first" in done.stderr, done.stderr
        lxc("suspend", "stopper")
        lxc("send-process-signal", "stopper", "1", "0", timeout=10)
        start = time.monotonic()
        lxc("destroy", "stopper")
        assert time.monotonic() - start < 5
        lxc("create", "/tmp/stopper.xml")


def test_no_file_of_the_host_goes_inside_with_a_program():
    """A descriptor can be opened anew with other rights; so what is no pipe is carried through one."""
    precious, log, folder = pathlib.Path("/tmp/precious"), pathlib.Path("/tmp/log"), "/tmp"
    precious.write_text("precious\n")
    log.write_text("secret\n")
    with guest("streams") as run:
        with open(precious) as stdin, open(log, "a") as stdout:
            sh(LODGE, "-c", "lxc:///", "exec", "streams", "--", "true")  # warm
            subprocess.run([LODGE, "-c", "lxc:///", "exec", "streams", "--", "sh", "-c",
                            "(echo owned > /proc/self/fd/0; cat /proc/self/fd/1 > /stolen) < /proc/self/fd/0 & sleep 0.2; kill $! 2>/dev/null; echo said"],
                           stdin=stdin, stdout=stdout, stderr=subprocess.STDOUT, timeout=20)
        equal((precious.read_text(), log.read_text()), ("precious\n", "secret\nsaid\n"))
        assert "secret" not in pathlib.Path(f"{ROOT}/stolen").read_text()
        number = os.open(folder, os.O_RDONLY)
        try:
            done = subprocess.run([LODGE, "-c", "lxc:///", "exec", "streams", "--", "cat", "/proc/self/fd/0/log"], stdin=number,
                                  capture_output=True, timeout=20)
            assert b"secret" not in done.stdout, done
        finally:
            os.close(number)


def test_no_file_of_the_host_goes_inside_with_init():
    precious, log = pathlib.Path("/tmp/precious"), pathlib.Path("/tmp/log")
    precious.write_text("precious\n" * 20000)
    log.write_text("secret\n")
    busybox_root(ROOT)
    steal = ("(echo owned > /proc/self/fd/0; cat /proc/self/fd/1 > /stolen) < /proc/self/fd/0 & sleep 0.2; kill $! 2>/dev/null; "
             "read line; echo $line; echo more >&2; exit 3")
    path = "/tmp/job.xml"
    pathlib.Path(path).write_text(domain_xml("job", args=("-c", steal.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")), devices=TREE))
    with open(precious) as stdin, open(log, "a") as stdout:
        done = subprocess.run([LODGE, "-c", "lxc:///", "create", "--wait", path], stdin=stdin, stdout=stdout, stderr=subprocess.STDOUT, timeout=20)
        equal(done.returncode, 3)
        assert os.lseek(stdin.fileno(), 0, os.SEEK_CUR) < 20, "what init did not read was taken"
    assert precious.read_text() == "precious\n" * 20000
    equal(log.read_text(), "secret\nprecious\nmore\n")
    assert "secret" not in pathlib.Path(f"{ROOT}/stolen").read_text()
    # whole files go through, and nobody waits for input that does not come
    pathlib.Path(path).write_text(domain_xml("job", init="/bin/cat", devices=TREE))
    with open(precious) as stdin, open("/tmp/copy", "w") as stdout:
        subprocess.run([LODGE, "-c", "lxc:///", "create", "--wait", path], stdin=stdin, stdout=stdout, check=True, timeout=20)
    assert pathlib.Path("/tmp/copy").read_text() == precious.read_text()
    pathlib.Path(path).write_text(domain_xml("job", init="/bin/true", devices=TREE))
    with open("/dev/zero") as stdin, open("/tmp/copy", "w") as stdout:
        subprocess.run([LODGE, "-c", "lxc:///", "create", "--wait", path], stdin=stdin, stdout=stdout, check=True, timeout=20)


def test_streams_of_a_program_are_what_they_were():
    lines, out = pathlib.Path("/tmp/lines"), pathlib.Path("/tmp/out")
    lines.write_text("".join(f"{n}\n" for n in range(20000)))
    with guest("carried") as run:
        with open(lines) as stdin, open(out, "w") as stdout:
            call = lambda *argv: subprocess.run([LODGE, "-c", "lxc:///", "exec", "carried", "--", *argv], stdin=stdin, stdout=stdout,
                                                stderr=subprocess.STDOUT, timeout=20).returncode
            equal(call("sh", "-c", "echo one; echo two >&2; echo three; exit 7"), 7)
            equal(os.lseek(stdin.fileno(), 0, os.SEEK_CUR), 0)  # what was not read is there for the next
            equal(call("sh", "-c", "read line; echo $line"), 0)
            equal(os.lseek(stdin.fileno(), 0, os.SEEK_CUR), 2)
            equal(call("cat"), 0)
        equal(out.read_text(), "one\ntwo\nthree\n0\n" + lines.read_text()[2:])
        # a process that stays behind with the stream does not keep us
        with open(out, "w") as stdout:
            subprocess.run([LODGE, "-c", "lxc:///", "exec", "carried", "--", "sh", "-c", "sleep 100 & echo left"], stdout=stdout,
                           stdin=subprocess.DEVNULL, timeout=10)
        equal(out.read_text(), "left\n")


run(globals())
