#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The walk-through of the README, item by item, word for word, on a host of its own."""
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403
from terminal import Terminal  # noqa: E402

XML = "/tmp/xml"
URIS = ("lxc:///", "lodge:///")


def lxc(*argv, **options):
    return lodge("-c", "lxc:///", *argv, **options)


def write(name, text):
    os.makedirs(XML, exist_ok=True)
    path = f"{XML}/{name}.xml"
    pathlib.Path(path).write_text(text)
    return path


def define(name, xml):
    path = write(name, xml)
    equal(lxc("define", path).stdout, f"Domain '{name}' defined from {path}\n\n")


def gone(name):
    """Nothing of @name is left on this host."""
    left = [path for point, _, _ in cgroup_mounts() for path, _, _ in os.walk(point) if f"/{name}.guest" in path]
    equal(left, [])
    for line in lxc("list", "--name").stdout.split():
        assert line != name


def shut_off(name):
    wait_for(lambda: lxc("domstate", name).stdout.strip() == "shut off", what=f"the end of {name}")


def remove(name):
    lxc("destroy", name, ok=False)
    lxc("undefine", name, ok=False)
    gone(name)


def parent_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_01_hello_world_to_the_letter():
    shutil.copy(f"{SOURCE}/docs/examples/xml/helloworld.xml", "/tmp/helloworld.xml")
    env = dict(LIBVIRT_DEFAULT_URI="lxc:///")
    run = lambda *argv, **kw: sh(LODGE, *argv, env=env, **kw)
    os.chdir("/tmp")
    equal(run("uri").stdout, "lxc:///\n\n")
    equal(run("define", "helloworld.xml").stdout, "Domain 'helloworld' defined from helloworld.xml\n\n")
    equal(run("list").stdout, " Id   Name   State\n--------------------\n\n")
    equal(run("start", "helloworld").stdout, "Domain 'helloworld' started\n\n")
    pid = int(run("domid", "helloworld").stdout)
    row = matches(run("list").stdout, r"^ (\d+) +helloworld +running$")
    equal(int(row[1]), pid)
    assert os.path.samefile(f"/proc/{pid}/exe", SUPERVISOR)
    equal(sh("ps", "-o", "comm=", "-o", "args=", "-p", pid).stdout.split(), ["lodge-superviso", SUPERVISOR, "run", "helloworld"])
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    equal(len(children), 1)
    with Terminal(LODGE, "console", "helloworld", env=env) as t:
        t.expect("Connected to domain 'helloworld'")
        t.expect("Escape character is ^] (Ctrl + ])")
        t.type("ps -e -o pid=,comm=\n")
        t.expect("1 sh")
        t.type("\x1d")
        equal(t.end(), 0)
    equal(run("domstate", "helloworld").stdout, "running\n\n")
    with Terminal(LODGE, "console", "helloworld", env=env) as t:
        t.expect("Escape character")
        t.type("exit\n")
        equal(t.end(), 0)
    wait_for(lambda: run("domstate", "helloworld").stdout == "shut off\n\n", what="shut off")
    equal(run("domstate", "--reason", "helloworld").stdout, "shut off (shutdown)\n\n")
    gone("helloworld")
    run("start", "helloworld")
    equal(run("destroy", "helloworld").stdout, "Domain 'helloworld' destroyed\n\n")
    equal(run("domstate", "--reason", "helloworld").stdout, "shut off (destroyed)\n\n")
    equal(run("undefine", "helloworld").stdout, "Domain 'helloworld' has been undefined\n\n")
    matches(fails("-c", "lxc:///", "dominfo", "helloworld"), "^error: failed to get domain 'helloworld'")
    gone("helloworld")


def test_01_a_console_that_was_taken_over_says_so():
    define("shared", domain_xml("shared"))
    lxc("start", "shared")
    with Terminal(LODGE, "-c", "lxc:///", "console", "shared") as first:
        first.expect("Escape character")
        with Terminal(LODGE, "-c", "lxc:///", "console", "shared", "--force") as second:
            first.expect("error: somebody took the console of domain 'shared' over; --readonly watches it, --force takes it back")
            equal(first.end(), 1)
            second.type("exit\n")
            equal(second.end(), 0)
    remove("shared")


def test_01_default_uri_shows_the_same_guest():
    define("both", domain_xml("both", "/bin/sleep", ("1000",)))
    for uri in URIS:
        lodge("-c", uri, "start", "both")
        matches(lodge("-c", uri, "list").stdout, r"both +.*running")
        lodge("-c", uri, "destroy", "both")
    lodge("undefine", "both")


def test_02_custom_mounts_inside_not_outside():
    for folder, text in (("config", "httpd"), ("data", "page")):
        os.makedirs(f"/export/helloworld/{folder}", exist_ok=True)
        pathlib.Path(f"/export/helloworld/{folder}/mark").write_text(text)
    mounts = ("<console type='pty'/>"
              "<filesystem type='mount'><source dir='/export/helloworld/config'/><target dir='/etc/httpd'/></filesystem>"
              "<filesystem type='mount'><source dir='/export/helloworld/data'/><target dir='/var/www'/></filesystem>")
    before = [os.path.exists("/etc/httpd"), os.path.exists("/var/www")]
    define("mounts", domain_xml("mounts", "/bin/sleep", ("1000",), devices=mounts))
    lxc("start", "mounts")
    equal(lxc("exec", "mounts", "--", "cat", "/etc/httpd/mark", "/var/www/mark").stdout, "httpdpage")
    assert not os.path.exists("/etc/httpd/mark") and not os.path.exists("/var/www/mark")
    lxc("exec", "mounts", "--", "touch", "/var/www/new")
    assert os.path.exists("/export/helloworld/data/new")
    remove("mounts")
    equal([os.path.exists("/etc/httpd"), os.path.exists("/var/www")], before)


def private(name, init="/bin/sleep", args=("1000",), extra="", body=""):
    busybox_root("/export/root")
    return domain_xml(name, init, args, body=body, devices="<console type='pty'/><filesystem type='mount'>"
                      "<source dir='/export/root'/><target dir='/'/></filesystem>" + extra)


def test_03_private_root_has_only_its_own_mounts():
    define("busybox", private("busybox"))
    lxc("start", "busybox")
    mounts = lxc("exec", "busybox", "--", "cat", "/proc/mounts").stdout
    points = [line.split()[1] for line in mounts.splitlines()]
    for point in points:
        assert re.match(r"^/(dev|proc|sys)(/|$)|^/$", point), f"{point} is mounted in the guest:\n{mounts}"
    for point in ("/", "/proc", "/sys", "/dev", "/dev/pts", "/dev/shm"):
        assert point in points, f"{point} is not mounted:\n{mounts}"
    assert "oldroot" not in mounts and "/export" not in points and SOURCE not in mounts
    equal(lxc("exec", "busybox", "--", "ls", "/").stdout.split(), sorted(os.listdir("/export/root")))
    names = set(lxc("exec", "busybox", "--", "ls", "/dev").stdout.split())
    assert {"null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "pts", "shm", "fd", "stdin", "stdout", "stderr"} <= names, names
    remove("busybox")
    equal(sorted(os.listdir("/export/root/dev")), [])


def test_03_console_of_a_private_root():
    define("bbsh", private("bbsh", "/bin/sh", ()))
    lxc("start", "bbsh")
    with Terminal(LODGE, "-c", "lxc:///", "console", "bbsh", size=(33, 101)) as t:
        t.expect("Escape character")
        t.type("stty size; tty; id -u\n")
        t.expect("33 101")
        t.type("exit\n")
        equal(t.end(), 0)
    shut_off("bbsh")
    remove("bbsh")


def test_05_environment_of_init():
    busybox_root("/export/root")
    define("env", private("env", "/bin/sh", ("-c", "env | /bin/sort &gt; /tmp/env; exec sleep 1000")).replace(
        "</init>", "</init><cmdline>quiet answer=42</cmdline><initenv name='COLOR'>blue</initenv>"))
    os.symlink("busybox", "/export/root/bin/sort")
    lxc("start", "env")
    uuid = lxc("domuuid", "env").stdout.strip()
    wait_for(lambda: os.path.exists("/export/root/tmp/env") and "container_uuid" in open("/export/root/tmp/env").read(), what="the environment")
    found = dict(line.split("=", 1) for line in open("/export/root/tmp/env").read().splitlines())
    for name, value in dict(LIBVIRT_LXC_NAME="env", LIBVIRT_LXC_UUID=uuid, container="lxc-libvirt", container_uuid=uuid,
                            LIBVIRT_LXC_CMDLINE="quiet answer=42", COLOR="blue").items():
        equal(found.get(name), value)
    extra = set(found) - {"LIBVIRT_LXC_NAME", "LIBVIRT_LXC_UUID", "LIBVIRT_LXC_CMDLINE", "container", "container_uuid", "COLOR",
                          "PATH", "TERM", "HOME", "PWD", "SHLVL", "_"}
    equal(extra, set())
    remove("env")


def group_file(kind_v1, file_v1, file_v2, name):
    for point, kind, options in cgroup_mounts():
        folder = f"{point}/lodge/lxc/{name}.guest"
        if kind == "v1" and kind_v1 in options.split(","):
            return open(f"{folder}/{file_v1}").read().strip()
        if kind == "v2" and os.path.exists(f"{folder}/{file_v2}"):
            return open(f"{folder}/{file_v2}").read().strip()
    raise Skip(f"needs the {kind_v1} controller")


def test_06_one_group_in_every_hierarchy():
    define("groups", private("groups"))
    lxc("start", "groups")
    pid = int(lxc("domid", "groups").stdout)
    init = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    for line in open(f"/proc/{init}/cgroup"):
        path = line.rstrip("\n").split(":", 2)[2]
        assert path.endswith("/lodge/lxc/groups.guest"), line
    mine = open("/proc/self/cgroup").read()
    theirs = open(f"/proc/{pid}/cgroup").read()
    assert mine != theirs and ".guest" not in theirs, theirs
    equal(lxc("exec", "groups", "--", "cat", "/proc/1/cgroup").stdout.count(":/\n"), len(mine.splitlines()))
    assert int(group_file("pids", "pids.max", "pids.max", "groups")) > 0
    assert os.getsid(pid) == pid
    remove("groups")


def test_06_limits_live_and_config():
    define("limits", private("limits", body="<memtune><hard_limit unit='MiB'>64</hard_limit></memtune>"
                             "<cputune><shares>512</shares><period>50000</period><quota>25000</quota></cputune>"))
    lxc("start", "limits")
    equal(group_file("memory", "memory.limit_in_bytes", "memory.max", "limits"), str(64 << 20))
    matches(lxc("memtune", "limits").stdout, r"^hard_limit *: 65536$")
    lxc("memtune", "limits", "--hard-limit", "131072", "--live")
    equal(group_file("memory", "memory.limit_in_bytes", "memory.max", "limits"), str(128 << 20))
    matches(lxc("memtune", "limits", "--config").stdout, r"^hard_limit *: 65536$")
    lxc("memtune", "limits", "--hard-limit", "196608", "--config")
    matches(lxc("dumpxml", "limits", "--inactive").stdout, "<hard_limit unit='KiB'>196608</hard_limit>")
    matches(lxc("schedinfo", "limits").stdout, r"^cpu_shares *: 512$")
    matches(lxc("schedinfo", "limits").stdout, r"^vcpu_quota *: 25000$")
    lxc("schedinfo", "limits", "--live", "cpu_shares=256")
    matches(lxc("schedinfo", "limits").stdout, r"^cpu_shares *: 256$")
    lxc("setmem", "limits", "51200", "--live")
    equal(group_file("memory", "memory.limit_in_bytes", "memory.max", "limits"), str(51200 << 10))
    lxc("blkiotune", "limits")
    remove("limits")


def test_06_a_fork_bomb_meets_the_process_limit():
    # init itself makes no process once the bomb is lit: it would be refused, and end
    define("bomb", private("bomb", "/bin/sh", ("-c", "b() { b | b &amp; }; b; exec sleep 1000"),
                           body="<lodge:confine><lodge:pids max='40'/></lodge:confine>").replace("<domain ", "<domain xmlns:lodge='urn:lodge:domain:1' "))
    lxc("start", "bomb")
    # the bomb may burn out at once; that a fork was refused stays written
    wait_for(lambda: int(matches(group_file("pids", "pids.events", "pids.events", "bomb"), r"^max (\d+)$")[1]) > 0, what="the limit")
    equal(group_file("pids", "pids.max", "pids.max", "bomb"), "40")
    assert int(group_file("pids", "pids.current", "pids.current", "bomb")) <= 40
    equal(lxc("domstate", "bomb").stdout, "running\n\n")
    remove("bomb")


def test_exec_gives_status_input_and_a_terminal():
    define("exec", private("exec"))
    lxc("start", "exec")
    equal(lxc("exec", "exec", "--", "sh", "-c", "exit 7", ok=False).returncode, 7)
    equal(lxc("exec", "exec", "--", "cat", stdin="a\0b", ).stdout, "a\0b")
    equal(lxc("exec", "exec", "--", "nonesuch", ok=False).returncode, 127)
    with Terminal(LODGE, "-c", "lxc:///", "exec", "exec", "--", "sh") as t:
        t.type("tty; stty size\n")
        t.expect("/dev/pts/")
        t.expect("24 80")
        t.type("exit 5\n")
        equal(t.end(), 5)
    remove("exec")


def test_create_wait_gives_the_exit_status():
    path = write("wait", private("wait", "/bin/sh", ("-c", "echo out; echo err &gt;&amp;2; exit 3")))
    done = lxc("create", "--wait", path, ok=False)
    equal(done.returncode, 3)
    assert "out\n" in done.stdout
    gone("wait")
    matches(fails("-c", "lxc:///", "domstate", "wait"), "failed to get domain")


def test_reboot_keeps_id_and_plan():
    define("again", private("again", "/bin/sh", ("-c", "trap 'exit 0' HUP TERM; while true; do sleep 1 &amp; wait; done")))
    lxc("start", "again")
    before = lxc("domid", "again").stdout
    lxc("reboot", "again")
    wait_for(lambda: "boots 2" in pathlib.Path("/run/lodge/lxc/again/status").read_text(), what="the second boot")
    equal(lxc("domid", "again").stdout, before)
    equal(lxc("domstate", "again").stdout, "running\n\n")
    lxc("shutdown", "again")
    shut_off("again")
    remove("again")


def test_suspend_and_resume():
    define("frozen", private("frozen"))
    lxc("start", "frozen")
    equal(lxc("suspend", "frozen").stdout, "Domain 'frozen' suspended\n\n")
    equal(lxc("domstate", "--reason", "frozen").stdout, "paused (user)\n\n")
    equal(lxc("resume", "frozen").stdout, "Domain 'frozen' resumed\n\n")
    equal(lxc("domstate", "--reason", "frozen").stdout, "running (unpaused)\n\n")
    lxc("suspend", "frozen")
    equal(lxc("destroy", "frozen").stdout, "Domain 'frozen' destroyed\n\n")
    remove("frozen")


run(globals())
