# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/house.py - a private house for tests that need root.

run(globals()) re-creates the test inside namespaces of its own (mount, pid, net, ipc, uts, cgroup):
its root is an overlay of the host's whose writes go to a tmpfs, /run and /tmp are new, its cgroups
are below one private group of each hierarchy, and when it ends the kernel ends everything that it
started. What a test leaves in the private cgroups afterwards is a failure.

A test is a function test_*(); it raises to fail, raises Skip to skip. Output is TAP.
Environment: BUILD (build folder), SOURCE (source folder).
"""
import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

BUILD = os.environ.get("BUILD") or str(pathlib.Path(__file__).resolve().parents[2] / "build")
SOURCE = os.environ.get("SOURCE") or str(pathlib.Path(__file__).resolve().parents[2])
LODGE = os.environ.get("LODGE_TRY") or os.path.join(BUILD, "lodge")
SUPERVISOR = os.path.join(BUILD, "lodge-supervisor")

_libc = ctypes.CDLL(None, use_errno=True)
_NEW = dict(ns=0x20000, cgroup=0x02000000, uts=0x04000000, ipc=0x08000000, pid=0x20000000, net=0x40000000)
_MS = dict(ro=1, nosuid=2, nodev=4, noexec=8, bind=4096, rec=16384, private=1 << 18)


class Skip(Exception):
    """raise Skip("needs <thing>")"""


def _check(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source, target, fstype=None, flags=(), data=None):
    """mount(2); flags are names of _MS."""
    bits = sum(_MS[f] for f in flags)
    enc = lambda s: None if s is None else os.fsencode(str(s))
    _check(_libc.mount(enc(source), enc(target), enc(fstype), ctypes.c_ulong(bits), enc(data)), f"mount {target}")


def umount(target, lazy=False):
    _check(_libc.umount2(os.fsencode(str(target)), 2 if lazy else 0), f"umount {target}")


def unshare(*names):
    _check(_libc.unshare(sum(_NEW[n] for n in names)), "unshare " + " ".join(names))


def cgroup_mounts():
    """[(mount point, kind 'v1'|'v2', options)] of this mount namespace."""
    found = []
    for line in open("/proc/self/mountinfo"):
        left, _, right = line.partition(" - ")
        fstype, _, options = right.split()[:3]
        if fstype in ("cgroup", "cgroup2"):
            found.append((left.split()[4], "v2" if fstype == "cgroup2" else "v1", options))
    return found


def _own_group(kind, options):
    for line in open("/proc/self/cgroup"):
        number, names, path = line.rstrip("\n").split(":", 2)
        if kind == "v2" and number == "0":
            return path
        if kind == "v1" and names and set(names.split(",")) <= set(options.split(",")):
            return path
    return "/"


def _make_cgroups(tag):
    """Private groups, one a hierarchy; [(folder, kind, options)]."""
    made = []
    for point, kind, options in cgroup_mounts():
        folder = pathlib.Path(point + _own_group(kind, options)) / tag
        try:
            folder.mkdir()
        except OSError:
            continue  # a hierarchy mounted read-only here: the house does without it
        if kind == "v2":  # what the kernel lets us pass on; the root of the hierarchy may always
            for name in (folder.parent / "cgroup.controllers").read_text().split():
                with contextlib.suppress(OSError):
                    (folder.parent / "cgroup.subtree_control").write_text("+" + name)
        if "cpuset" in options.split(","):
            for name in ("cpuset.cpus", "cpuset.mems"):
                (folder / name).write_text((folder.parent / name).read_text())
        made.append((folder, kind, options))
    return made


def _leave_cgroups(made):
    """Remove the private groups; the list of groups that a test left inside them."""
    left = []
    for folder, _, _ in made:
        own = {folder, folder / "runner"}
        for path, _, _ in os.walk(folder, topdown=False):
            if pathlib.Path(path) not in own:
                left.append(path)
            for _ in range(500):
                try:
                    os.rmdir(path)
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.01)  # the kernel is still ending what lived there
    return left


def _new_root(top):
    """An overlay of the host's root on a tmpfs at @top, with proc, sys, dev and the two trees."""
    mount("house", top, "tmpfs", data="mode=755")
    for name in ("upper", "work", "root"):
        os.mkdir(f"{top}/{name}")
    root = f"{top}/root"
    mount("house", root, "overlay", data=f"lowerdir=/,upperdir={top}/upper,workdir={top}/work")
    mount("proc", f"{root}/proc", "proc", ("nosuid", "nodev", "noexec"))
    mount("sysfs", f"{root}/sys", "sysfs", ("nosuid", "nodev", "noexec"))
    mount("/dev", f"{root}/dev", None, ("bind", "rec"))
    for name in ("run", "tmp"):
        mount("tmpfs", f"{root}/{name}", "tmpfs", ("nosuid", "nodev"), "mode=1777" if name == "tmp" else "mode=755")
    for tree in {SOURCE, BUILD}:
        if not os.path.isdir(tree):
            continue
        os.makedirs(root + tree, exist_ok=True)
        mount(tree, root + tree, None, ("bind", "rec"))
    return root


def _mount_cgroups(root, made):
    os.makedirs(f"{root}/sys/fs/cgroup", exist_ok=True)
    if len(made) == 1 and made[0][1] == "v2":
        mount("cgroup2", f"{root}/sys/fs/cgroup", "cgroup2")
        return
    mount("tmpfs", f"{root}/sys/fs/cgroup", "tmpfs", data="mode=755")
    for folder, kind, options in made:
        words = [w for w in options.split(",") if w not in ("rw", "ro")]
        name = "unified" if kind == "v2" else ",".join(words).replace("name=", "")
        point = f"{root}/sys/fs/cgroup/{name}"
        os.mkdir(point)
        mount("cgroup", point, "cgroup2" if kind == "v2" else "cgroup", data=None if kind == "v2" else ",".join(words))


def _enter(made, top):
    """In the first process of the new pid namespace: build and enter the private root."""
    mount(None, "/", None, ("rec", "private"))
    root = _new_root(top)
    _mount_cgroups(root, made)
    here = os.getcwd()
    os.chdir(root)
    _check(_libc.syscall(155, b".", b"."), "pivot_root")
    umount(".", lazy=True)
    os.chdir(here if os.path.isdir(here) else "/")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.environ.update(HOME="/root", TMPDIR="/tmp", XDG_RUNTIME_DIR="/run/user/0")
    for name in ("LODGE_DEFAULT_URI", "LIBVIRT_DEFAULT_URI"):
        os.environ.pop(name, None)


def _body(tests):
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, (name, function) in enumerate(tests, 1):
        title = name[5:].replace("_", "-")
        try:
            function()
            print(f"ok {number} - {title}", flush=True)
        except Skip as skip:
            print(f"ok {number} - {title} # SKIP {skip}", flush=True)
        except BaseException:  # a test may fail in any way
            failed += 1
            for line in traceback.format_exc().splitlines():
                print("# " + line)
            print(f"not ok {number} - {title}", flush=True)
    return failed


def _first_process(tests, made, top):
    """pid 1 of the house: reaps orphans until the body has ended."""
    _enter(made, top)
    body = os.fork()
    if body == 0:
        _libc.prctl(1, signal.SIGKILL)
        status = 1
        try:
            status = 1 if _body(tests) else 0
        finally:
            sys.stdout.flush()
            os._exit(status)
    while True:
        pid, status = os.wait()
        if pid == body:
            return os.waitstatus_to_exitcode(status)


def run(namespace):
    """Run every test_* of @namespace (a module's globals()) inside a private house."""
    tests = [(k, v) for k, v in namespace.items() if k.startswith("test_") and callable(v)]
    only = os.environ.get("ONLY")
    if only:
        tests = [t for t in tests if re.search(only, t[0])]
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root")
        sys.exit(0)
    made = _make_cgroups(f"lodge-test-{os.getpid()}")
    top = tempfile.mkdtemp(prefix="lodge-house-")
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _libc.prctl(1, signal.SIGKILL)
            for folder, _, _ in made:
                (folder / "cgroup.procs").write_text("0")
            unshare("ns", "cgroup", "uts", "ipc", "net", "pid")
            for folder, kind, _ in made:
                if kind == "v2":  # the house's group itself must hold no process: lodge enables controllers there
                    (folder / "runner").mkdir()  # now: the inner process takes the way there away with its new root
                    (folder / "runner" / "cgroup.procs").write_text("0")
            inner = os.fork()
            if inner == 0:
                _libc.prctl(1, signal.SIGKILL)
                try:
                    status = _first_process(tests, made, top)
                except BaseException:
                    traceback.print_exc()
                finally:
                    sys.stdout.flush()
                    os._exit(status)
            status = os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1 if status else 0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.rmdir(top)
    left = _leave_cgroups(made)
    names = sorted({path.partition(f"lodge-test-{os.getpid()}/")[2] for path in left})
    for name in names[:10]:
        print(f"# left behind: cgroup {name}")
    if left and not status:
        print("Bail out! the test left cgroups behind")
        status = 1
    sys.exit(1 if status else 0)


# --- what tests use ---------------------------------------------------------------------------------


def sh(*argv, ok=True, stdin=None, timeout=30, env=None, text=True):
    """Run a program; the CompletedProcess with .out (both streams joined are in .stdout, .stderr)."""
    source = dict(stdin=subprocess.DEVNULL) if stdin is None else dict(stdin=subprocess.PIPE)
    argv = [str(a) for a in argv]
    with subprocess.Popen(argv, **source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=text,
                          env={**os.environ, **env} if env else None) as process:
        try:
            out, err = process.communicate(stdin, timeout)
        except subprocess.TimeoutExpired as late:
            # what it started may hold the pipes: nobody waits for their end (as subprocess.run() would)
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            said = b" / ".join(s for s in (late.stdout, late.stderr) if s).decode(errors="replace")
            raise AssertionError(f"{argv} did not end within {timeout} s, or left a process with its output open; it said: {said}") from None
        except BaseException:
            process.kill()
            raise
    done = subprocess.CompletedProcess(argv, process.returncode, out, err)
    if ok and done.returncode != 0:
        raise AssertionError(f"{argv} ended with {done.returncode}\nstdout: {done.stdout}\nstderr: {done.stderr}")
    return done


def lodge(*argv, **options):
    return sh(LODGE, *argv, **options)


def fails(*argv, **options):
    """Run lodge, which must fail; its stderr."""
    done = lodge(*argv, ok=False, **options)
    assert done.returncode != 0, f"{argv} succeeded: {done.stdout}"
    return done.stderr


def equal(got, wanted):
    assert got == wanted, f"\n--- wanted\n{wanted}\n--- got\n{got}"


def matches(text, pattern):
    found = re.search(pattern, text, re.M)
    assert found, f"/{pattern}/ is not in\n{text}"
    return found


def wait_for(condition, seconds=10, what="the condition"):
    """Wait until condition() is true; asks every few milliseconds, fails at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come within {seconds} s")
        select_pause()


def select_pause():
    import select
    select.select([], [], [], 0.005)


def needs(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(f"needs {program}")


def busybox_root(path, applets=("sh", "ls", "cat", "ps", "mount", "sleep", "true", "false", "echo", "ip", "udhcpc", "ping", "id", "env",
                                 "hostname", "kill", "mkdir", "touch", "stty", "tty", "dd", "head", "wc", "grep", "sed", "nslookup", "wget", "test")):
    """A private root with a static busybox."""
    needs("busybox")
    for name in ("bin", "sbin", "etc", "proc", "sys", "dev", "tmp", "root", "var", "usr/bin", "run"):
        os.makedirs(f"{path}/{name}", exist_ok=True)
    if not os.path.exists(f"{path}/bin/busybox"):
        shutil.copy(shutil.which("busybox"), f"{path}/bin/busybox")
    for name in applets:
        with contextlib.suppress(FileExistsError):
            os.symlink("busybox", f"{path}/bin/{name}")
    pathlib.Path(f"{path}/etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nguest:x:1000:1000::/:/bin/sh\n")
    pathlib.Path(f"{path}/etc/group").write_text("root:x:0:\nguest:x:1000:\n")
    return path


def domain_xml(name, init="/bin/sh", args=(), body="", devices="<console type='pty'/>", memory=102400):
    arguments = "".join(f"<initarg>{a}</initarg>" for a in args)
    return (f"<domain type='lxc'><name>{name}</name><memory unit='KiB'>{memory}</memory>"
            f"<os><type>exe</type><init>{init}</init>{arguments}</os>{body}<devices>{devices}</devices></domain>\n")
