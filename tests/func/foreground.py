#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""create --wait and the signals that would end it: at whatever moment one comes, the guest ends too."""
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def xml(name, init="/bin/sleep", args=("1000",)):
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(domain_xml(name, init, args))
    return path


def create(path, **options):
    return subprocess.Popen([LODGE, "-c", "lxc:///", "create", "--wait", path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **options)


def nothing_runs():
    equal(lodge("-c", "lxc:///", "list", "--all", "--name").stdout.strip(), "")
    equal([n for n in os.listdir("/run/lodge/lxc") if not n.startswith((".", "by-"))], [])


HOLD = """
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    char word;
    if (argc > 1 && strcmp(argv[1], "run") == 0) {
        close(open("/tmp/reached", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        int fd = open("/tmp/go", O_RDONLY | O_CLOEXEC);
        while (read(fd, &word, 1) > 0)
            ;
    }
    execv("/tmp/lodge-supervisor", argv);
    return 127;
}
"""


@contextlib.contextmanager
def held_supervisor():
    """A supervisor that waits, once it was started, for somebody to write into /tmp/go."""
    needs("cc")
    reached, go = pathlib.Path("/tmp/reached"), "/tmp/go"
    pathlib.Path("/tmp/hold.c").write_text(HOLD)
    sh("cc", "-o", "/tmp/hold", "/tmp/hold.c")
    pathlib.Path("/tmp/lodge-supervisor").unlink(missing_ok=True)
    shutil.copy(SUPERVISOR, "/tmp/lodge-supervisor")
    os.mkfifo(go)
    mount("/tmp/hold", SUPERVISOR, None, ("bind",))
    try:
        yield reached, go
    finally:
        umount(SUPERVISOR, lazy=True)
        os.unlink(go)


def test_a_signal_while_the_guest_is_made():
    with held_supervisor() as (reached, go):
        for number in ENDING:
            reached.unlink(missing_ok=True)
            job = create(xml("early"))
            wait_for(reached.exists, what="the supervisor")
            job.send_signal(number)
            # it is on its way: it neither ends the command, nor is it lost
            wait_for(lambda: pending(job.pid) >> (number - 1) & 1 or job.poll() is not None, what="the signal")
            with open(go, "w") as file:
                file.write("go\n")
            job.communicate(timeout=20)
            equal(job.returncode, 128 + number)
            nothing_runs()


def pending(pid):
    try:
        found = re.findall(r"^(?:Sig|Shd)Pnd:\s+(\w+)$", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)
    except FileNotFoundError:
        return 0
    return sum(int(mask, 16) for mask in set(found))


def is_running(name):
    with contextlib.suppress(FileNotFoundError):
        return "\nstate running\n" in "\n" + pathlib.Path(f"/run/lodge/lxc/{name}/status").read_text()


def test_a_signal_while_the_guest_runs():
    for number in ENDING:
        job = create(xml("late"))
        wait_for(lambda: is_running("late"), what="the guest")
        job.send_signal(number)
        job.communicate(timeout=20)
        equal(job.returncode, 128 + number)
        nothing_runs()


def test_a_signal_that_is_ignored_stays_so():
    """nohup, and what a shell starts in the background."""
    ignore = lambda: [signal.signal(number, signal.SIG_IGN) for number in (signal.SIGHUP, signal.SIGINT)]
    os.mkfifo("/tmp/end")
    job = create(xml("deaf", "/bin/sh", ("-c", "read word &lt; /tmp/end; exit 5")), preexec_fn=ignore)
    wait_for(lambda: is_running("deaf"), what="the guest")
    for number in (signal.SIGHUP, signal.SIGINT):
        job.send_signal(number)
    with open("/tmp/end", "w") as file:
        file.write("end\n")
    job.communicate(timeout=20)
    equal(job.returncode, 5)
    nothing_runs()


def test_a_signal_to_a_start_that_fails():
    with held_supervisor() as (reached, go):
        reached.unlink(missing_ok=True)
        job = create(xml("never", "/no/such/program"))
        wait_for(lambda: reached.exists() or job.poll() is not None, what="the supervisor")
        assert job.poll() is None, job.communicate()
        job.send_signal(signal.SIGTERM)
        with open(go, "w") as file:
            file.write("go\n")
        _, stderr = job.communicate(timeout=20)
        matches(stderr, "Failed to create domain from /tmp/never.xml")
        equal(job.returncode, -signal.SIGTERM)
        nothing_runs()


run(globals())
