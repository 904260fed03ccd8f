#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a container may not do unless its XML says so, looked at from the inside."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

ROOT = "/export/root"
TREE = f"<filesystem type='mount'><source dir='{ROOT}'/><target dir='/'/></filesystem><console type='pty'/>"
DEFAULT = {"chown", "dac_override", "fsetid", "fowner", "net_raw", "setgid", "setuid", "setfcap", "setpcap", "net_bind_service",
           "sys_chroot", "kill", "audit_write"}
NUMBERS = dict(chown=0, dac_override=1, fowner=3, fsetid=4, kill=5, setgid=6, setuid=7, setpcap=8, net_bind_service=10, net_admin=12,
               net_raw=13, sys_module=16, sys_chroot=18, sys_ptrace=19, sys_admin=21, sys_time=25, mknod=27, audit_write=29,
               audit_control=30, setfcap=31, mac_admin=33)


def lxc(*argv, **options):
    return lodge("-c", "lxc:///", *argv, **options)


def create(name, body="", devices=TREE, init="/bin/sleep", args=("1000",)):
    busybox_root(ROOT)
    path = f"/tmp/{name}.xml"
    text = domain_xml(name, init, args, body=body, devices=devices)
    pathlib.Path(path).write_text(text.replace("<domain ", "<domain xmlns:lodge='urn:lodge:domain:1' ", 1))
    lxc("create", path)


@contextlib.contextmanager
def guest(name, **more):
    create(name, **more)
    try:
        yield lambda *argv, **options: lxc("exec", name, "--", *argv, **options)
    finally:
        lxc("destroy", name)


def status_of(run, pid="1"):
    return dict(line.split(":\t", 1) for line in run("cat", f"/proc/{pid}/status").stdout.splitlines() if ":\t" in line)


def mask_of(names):
    return sum(1 << NUMBERS[name] for name in names)


def host_mask():
    line = next(l for l in open("/proc/self/status") if l.startswith("CapBnd"))
    return int(line.split()[1], 16)


def capabilities_are(run, wanted):
    for pid in ("1", "self"):
        found = status_of(run, pid)
        for kind in ("CapBnd", "CapPrm", "CapEff", "CapInh"):
            if kind == "CapInh" and int(found[kind], 16) == 0:
                continue  # an empty inheritable set is stricter still
            equal(f"{pid} {kind} {int(found[kind], 16):x}", f"{pid} {kind} {wanted & host_mask():x}")


def test_default_capabilities():
    with guest("caps") as run:
        capabilities_are(run, mask_of(DEFAULT))


def test_net_admin_only_with_an_own_network():
    with guest("netcaps", body="<features><privnet/></features>") as run:
        capabilities_are(run, mask_of(DEFAULT | {"net_admin"}))


def test_capability_policies():
    policy = "<features><capabilities policy='{}'>{}</capabilities></features>".format
    with guest("caps1", body=policy("default", "<sys_ptrace state='on'/><net_raw state='off'/>")) as run:
        capabilities_are(run, mask_of((DEFAULT | {"sys_ptrace"}) - {"net_raw"}))
    with guest("caps2", body=policy("deny", "<kill state='on'/>")) as run:
        capabilities_are(run, mask_of({"kill"}))
    with guest("caps3", body=policy("allow", "<sys_module state='off'/>")) as run:
        capabilities_are(run, host_mask() & ~mask_of({"sys_module"}))


def test_no_new_privileges_and_seccomp():
    with guest("strict") as run:
        for pid in ("1", "self"):
            found = status_of(run, pid)
            equal((found["NoNewPrivs"], found["Seccomp"]), ("1", "2"))
        matches(run("mount", "-t", "tmpfs", "none", "/tmp", ok=False).stderr, "not permitted|denied")


def test_relaxations_one_by_one():
    for name, words, key, value in (("nnp", "<lodge:new-privileges allow='yes'/>", "NoNewPrivs", "0"),
                                    ("filter", "<lodge:seccomp policy='none'/>", "Seccomp", "0")):
        with guest(f"relax-{name}", body=f"<lodge:confine>{words}</lodge:confine>") as run:
            equal(status_of(run)[key], value)
    with guest("relax-proc", body="<lodge:confine><lodge:proc masked='no'/></lodge:confine>") as run:
        assert int(run("wc", "-c", "/proc/timer_list", ok=False).stdout.split()[0]) > 0
    with guest("relax-sys", body="<lodge:confine><lodge:sys writable='yes'/></lodge:confine>") as run:
        matches(run("grep", " /sys ", "/proc/mounts").stdout, r"^\S+ /sys sysfs rw")
    with guest("relax-devices", body="<lodge:confine><lodge:devices all='yes'/></lodge:confine>") as run:
        run("true")


def test_masked_and_read_only_paths():
    with guest("masked") as run:
        for path in ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/interrupts"):
            if os.path.exists(path):
                equal(run("cat", path).stdout, "")
        for path in ("/proc/acpi", "/proc/scsi", "/sys/firmware"):
            if os.path.isdir(path):
                equal(run("ls", path).stdout, "")
        for path in ("/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/irq/default_smp_affinity"):
            if os.path.exists(path):
                matches(run("sh", "-c", f"echo x > {path}", ok=False).stderr, "Read-only file system|Permission denied")
        matches(run("grep", " /sys ", "/proc/mounts").stdout, r"^\S+ /sys sysfs ro")


def test_what_the_host_mounts_on_sys_is_masked():
    """Without a root and a network of its own a guest has the host's /sys, with all that is mounted there."""
    mounted = []
    for path, kind in (("kernel/debug", "debugfs"), ("kernel/tracing", "tracefs"), ("kernel/security", "securityfs"), ("kernel/config", "configfs"),
                       ("fs/bpf", "bpf"), ("fs/pstore", "pstore"), ("fs/fuse/connections", "fusectl")):
        path = f"/sys/{path}"
        if os.path.isdir(path):
            with contextlib.suppress(OSError):  # this kernel has none
                mount("none", path, kind)
                mounted.append(path)
            if kind in ("bpf", "configfs") and path in mounted:
                with contextlib.suppress(OSError):
                    os.mkdir(f"{path}/of-the-host")
    try:
        if not any(os.listdir(path) for path in mounted):
            raise Skip("needs a kernel with something to mount there")
        for body in ("", "<idmap><uid start='0' target='0' count='65536'/><gid start='0' target='0' count='65536'/></idmap>",
                     "<features><privnet/></features>"):
            with guest("sysless", devices="<console type='pty'/>", body=body) as run:
                for path in mounted:
                    equal((path, run("ls", "-A", path).stdout), (path, ""))
                for path in ("/sys/firmware", "/sys/dev/block", "/sys/fs/cgroup"):
                    equal((path, run("ls", "-A", path).stdout), (path, ""))
    finally:
        for path in mounted:
            with contextlib.suppress(OSError):
                os.rmdir(f"{path}/of-the-host")
            umount(path, lazy=True)


def test_only_the_standard_devices():
    with guest("devices") as run:
        found = run("ls", "/dev").stdout.split()
        for name in found:
            assert name in {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts", "shm", "fd", "stdin", "stdout", "stderr",
                            "console", "tty1", "mqueue", "core"}, name
        equal(run("head", "-c", "4", "/dev/zero").stdout, "\0\0\0\0")
        run("sh", "-c", "echo gone > /dev/null")


def test_device_rules_hold_even_with_mknod():
    """With the capability and the call, the group of devices still says no."""
    body = "<features><capabilities policy='default'><mknod state='on'/></capabilities></features>"
    with guest("mknod", body=body) as run:
        os.symlink("busybox", f"{ROOT}/bin/mknod") if not os.path.lexists(f"{ROOT}/bin/mknod") else None
        matches(run("mknod", "/tmp/kmsg", "c", "1", "11", ok=False).stderr, "not permitted")
        run("mknod", "/tmp/null", "c", "1", "3")
        os.unlink(f"{ROOT}/tmp/null")


def test_a_host_device_by_name():
    if not os.path.exists("/dev/net/tun"):
        raise Skip("needs /dev/net/tun")
    device = "<hostdev mode='capabilities' type='misc'><source><char>/dev/net/tun</char></source></hostdev>"
    with guest("tun", devices=TREE + device) as run:
        run("test", "-c", "/dev/net/tun")


def test_no_descriptor_of_the_host_inside():
    with guest("fds") as run:
        for pid in ("1", "self"):
            found = run("ls", f"/proc/{pid}/fd").stdout.split()
            assert set(found) <= {"0", "1", "2", "3"}, (pid, found)  # 3: ls itself


def test_the_default_process_limit():
    with guest("pids") as run:
        for point, kind, options in cgroup_mounts():
            path = f"{point}/lodge/lxc/pids.guest/pids.max"
            if os.path.exists(path):
                equal(open(path).read(), "4096\n")
                return
        raise Skip("needs the pids controller")


def test_the_live_state_is_out_of_reach_on_the_hosts_root():
    with guest("shared", devices="<console type='pty'/>") as run:
        equal(run("ls", "/run/lodge").stdout, "")


def test_lodge_inside_a_guest_reaches_nobody():
    """On the host's root there is our own command, and the guest's root may run it."""
    with guest("victim", devices="<console type='pty'/>") as _, guest("villain", devices="<console type='pty'/>") as run:
        for verb in (("destroy", "victim"), ("suspend", "victim"), ("console", "victim"), ("exec", "victim", "--", "true"), ("reboot", "victim"),
                     ("send-process-signal", "victim", "1", "kill")):
            done = run(LODGE, "-c", "lxc:///", *verb, ok=False)
            assert done.returncode != 0, (verb, done)
        equal(lxc("domstate", "victim").stdout, "running\n\n")
    # and where the live state can be seen, the supervisor looks where its caller lives
    os.makedirs("/srv/elsewhere", exist_ok=True)
    mount("/run", "/srv/elsewhere", None, ("bind",))
    talk = "import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); s.connect('/srv/elsewhere/lodge/lxc/victim/control'); "
    try:
        with guest("victim", devices="<console type='pty'/>") as _, guest("villain", devices="<console type='pty'/>") as run:
            for word in ("hello 1", "destroy"):
                matches(run(sys.executable, "-c", talk + f"s.send(b'{word}'); print(s.recv(4096).decode())").stdout, "^error denied only")
            equal(lxc("domstate", "victim").stdout, "running\n\n")
    finally:
        umount("/srv/elsewhere", lazy=True)


def test_nothing_of_the_caller_inside():
    """Who starts a guest makes no difference: groups, priority, processors, and what the kernel kills first."""
    def caller():
        os.setgroups([4, 6, 42])
        os.nice(7)
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        pathlib.Path("/proc/self/oom_score_adj").write_text("300")
        os.umask(0o077)

    busybox_root(ROOT)
    sh("chown", "-R", "100000:100000", ROOT)
    wanted = [line for line in open("/proc/1/status") if line.startswith("Cpus_allowed_list")]
    try:
        for body in ("", "<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>"):
            path = "/tmp/called.xml"
            pathlib.Path(path).write_text(domain_xml("called", "/bin/sleep", ("1000",), body=body, devices=TREE))
            subprocess.run([LODGE, "-c", "lxc:///", "create", path], preexec_fn=caller, check=True, stdout=subprocess.DEVNULL, timeout=20)
            supervisor = int(lxc("domid", "called").stdout)
            init = pathlib.Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()[0]
            for pid in (supervisor, init):
                text = pathlib.Path(f"/proc/{pid}/status").read_text()
                equal(matches(text, r"^Groups:\t(.*)$")[1].strip(), "")
                assert wanted[0] in text, text
                equal(pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text(), "0\n")
                equal(os.getpriority(os.PRIO_PROCESS, int(pid)), 0)
            matches(pathlib.Path(f"/proc/{init}/status").read_text(), r"^Umask:\t0022$")
            lxc("destroy", "called")
    finally:
        shutil.rmtree(ROOT)


def test_compat_libvirt_is_lax():
    path = "/tmp/lax.xml"
    busybox_root(ROOT)
    pathlib.Path(path).write_text(domain_xml("lax", "/bin/sleep", ("1000",), devices=TREE))
    lxc("define", "--compat", "libvirt", path)
    try:
        matches(lxc("dumpxml", "lax", "--inactive").stdout, "compat='libvirt'")
        plan = lxc("start", "lax", "--dry-run").stdout
        matches(plan, "^seccomp none$")
        assert "no-new-privileges" not in plan and "pids.max" not in plan
        if not os.path.exists(f"{BUILD}/lodge-proc-view"):
            raise Skip("needs lodge-proc-view")
        lxc("start", "lax")
        run = lambda *argv, **options: lxc("exec", "lax", "--", *argv, **options)
        capabilities_are(run, host_mask() & ~mask_of({"sys_module", "sys_time", "mknod", "audit_control", "mac_admin"}))
        found = status_of(run)
        equal((found["NoNewPrivs"], found["Seccomp"]), ("0", "0"))
        lxc("destroy", "lax")
    finally:
        lxc("undefine", "lax", ok=False)


def test_unknown_system_call_is_refused_with_its_line():
    path = "/tmp/badcall.xml"
    text = domain_xml("badcall", body="<lodge:confine><lodge:syscall name='frobnicate'/></lodge:confine>")
    pathlib.Path(path).write_text(text.replace("<domain ", "<domain xmlns:lodge='urn:lodge:domain:1' ", 1))
    matches(fails("-c", "lxc:///", "define", path), "frobnicate")


def can_write(fd):
    """Whether who holds our file by @fd (O_PATH will do) gets it for writing."""
    try:
        os.close(os.open(f"/proc/self/fd/{fd}", os.O_WRONLY))
    except OSError as refused:
        return os.strerror(refused.errno)
    return True


def test_the_hosts_program_is_out_of_reach():
    """Who gets hold of the file that a guest's first process came from cannot write to it (CVE-2019-5736)."""
    before = pathlib.Path(SUPERVISOR).read_bytes()
    create("held")
    fd = os.open(f"/proc/{int(lxc('domid', 'held').stdout)}/exe", os.O_PATH)
    assert os.fstatvfs(fd).f_flag & os.ST_RDONLY
    assert os.path.samestat(os.fstat(fd), os.stat(SUPERVISOR))
    lxc("destroy", "held")
    # a running program's file is busy for everybody: what counts is afterwards
    wait_for(lambda: can_write(fd) != "Text file busy", what="the end of the supervisor")
    equal(can_write(fd), "Read-only file system")
    mount_point = "/tmp/held"
    pathlib.Path(mount_point).touch()
    for flags in ((), ("bind",)):
        try:
            mount(f"/proc/self/fd/{fd}", mount_point, None, flags)
            raise AssertionError("our file's mount can be used")
        except OSError:
            pass
    os.close(fd)
    equal(pathlib.Path(SUPERVISOR).read_bytes(), before)


def test_an_init_that_is_our_own_program():
    """The guest's root makes us exec /proc/self/exe: as interpreter, by a link, by name."""
    before = pathlib.Path(SUPERVISOR).read_bytes()
    busybox_root(ROOT)
    for number, line in enumerate(("#!/proc/self/exe", "#!/proc/self/exe run", "#!/proc/self/exe enter", "#!/proc/1/exe clean")):
        path = pathlib.Path(f"{ROOT}/bad{number}")
        path.write_text(line + "\n")
        path.chmod(0o755)
    with contextlib.suppress(FileExistsError):
        os.symlink("/proc/self/exe", f"{ROOT}/bad4")
    pathlib.Path("/tmp/self.xml").write_text(domain_xml("self", "/proc/self/exe", devices=TREE))
    for number in range(5):
        pathlib.Path("/tmp/self.xml").write_text(domain_xml("self", f"/bad{number}", devices=TREE))
        done = lxc("create", "--wait", "/tmp/self.xml", ok=False)
        assert done.returncode in (1, 2, 125), done
        equal(lxc("list", "--all", "--name").stdout.split(), [])
    equal(pathlib.Path(SUPERVISOR).read_bytes(), before)


def test_a_spy_in_the_guest_gets_nothing_to_write_to():
    """A guest's program reopens the exe of every process that it sees, while others come and go."""
    before = pathlib.Path(SUPERVISOR).read_bytes()
    busybox_root(ROOT)
    pathlib.Path(f"{ROOT}/spy").write_text("""#!/bin/sh
echo looking > /tmp/seen
while [ ! -e /tmp/stop ]; do
    for p in /proc/[0-9]*; do
        case $(ls -l $p/exe 2> /dev/null) in
        *busybox*) ;;
        *exe*) (exec 9< $p/exe && echo held >> /tmp/held && sleep 0.05; : >> /proc/self/fd/9 && echo written >> /tmp/seen) 2> /dev/null ;;
        esac
    done
done
exec sleep 1000
""")
    os.chmod(f"{ROOT}/spy", 0o755)
    create("spied", init="/spy", args=())
    for _ in range(20):
        lxc("exec", "spied", "--", "/proc/self/exe", "--version", ok=False)
    lxc("reboot", "spied", ok=False)
    pathlib.Path(f"{ROOT}/tmp/stop").touch()
    lxc("destroy", "spied")
    assert pathlib.Path(f"{ROOT}/tmp/held").exists(), "the spy has never seen our program"
    equal(pathlib.Path(f"{ROOT}/tmp/seen").read_text(), "looking\n")
    equal(pathlib.Path(SUPERVISOR).read_bytes(), before)


run(globals())
