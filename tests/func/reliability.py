#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What happens when things die, race, or run out: the next command sees the truth, nothing stays behind."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

ENV = dict(LIBVIRT_DEFAULT_URI="lxc:///")


def lxc(*argv, **options):
    return sh(LODGE, *argv, env=ENV, **options)


def define(name, init="/bin/sleep", args=("1000",), **more):
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(domain_xml(name, init, args, **more))
    lxc("define", path)
    return path


def snapshot():
    """What could be left behind: groups, mounts, links, processes (but zombies), live files."""
    groups = {path for point, _, _ in cgroup_mounts() for path, _, _ in os.walk(point)}
    mounts = sorted(line.split()[4] for line in open("/proc/self/mountinfo"))
    links = sorted(os.listdir("/sys/class/net"))
    processes = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            os.readlink(f"/proc/{pid}/exe")  # one that has given up its memory is on its way out
            text = pathlib.Path(f"/proc/{pid}/stat").read_text()
            if text.rpartition(")")[2].split()[0] not in "ZX":
                processes.add((int(pid), text[text.index("(") + 1:text.rindex(")")]))
        except OSError:
            pass
    live = sorted(str(p) for p in pathlib.Path("/run/lodge").rglob("*") if p.is_socket() or p.name in ("alive", "control", "plan", "live.xml"))
    return dict(groups=groups, mounts=mounts, links=links, processes=processes, live=live)


def same(before):
    """Nothing is left. Of groups there may be fewer: that of the supervisors goes with the last one that could."""
    def is_same(key, now):
        return now[key] <= before[key] if key == "groups" else now[key] == before[key]

    with contextlib.suppress(AssertionError):
        wait_for(lambda: all(is_same(key, now) for now in [snapshot()] for key in before), 10)
    now = snapshot()
    for key in before:
        assert is_same(key, now), f"{key} differ:\nbefore {before[key]}\nnow    {now[key]}"


def init_of(supervisor):
    return int(pathlib.Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()[0])


def warm(name):
    """Parents that lodge keeps (its group for supervisors) exist from the first start on."""
    lxc("start", name)
    lxc("destroy", name)
    wait_for(lambda: "lodge-superviso" not in {c for _, c in snapshot()["processes"]}, what="the supervisor's last instruction")


def ended(pid):
    """The process is gone, or a zombie that nobody has asked for yet."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_kill_9_of_the_supervisor():
    define("killed")
    warm("killed")
    before = snapshot()
    lxc("start", "killed")
    supervisor = int(lxc("domid", "killed").stdout)
    init = init_of(supervisor)
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: ended(init), what="the end of init")
    equal(lxc("domstate", "--reason", "killed").stdout, "shut off (crashed)\n\n")
    same(before)
    lxc("start", "killed")
    lxc("destroy", "killed")
    same(before)
    lxc("undefine", "killed")


def test_no_group_stays_where_v2_has_controllers_on():
    """Such a group can hold no process but at the root of v2, so the last supervisor cannot leave to it."""
    points = [point for point, kind, _ in cgroup_mounts() if kind == "v2"]
    on = pathlib.Path(points[0]) / "cgroup.subtree_control" if points else None
    names = (on.parent / "cgroup.controllers").read_text().split() if on else []
    if not names:
        raise Skip("needs a controller of cgroup v2")
    before = on.read_text().split()
    on.write_text(f"+{names[0]}")
    try:
        define("stays")
        lxc("start", "stays")
        assert os.path.isdir(on.parent / "lodge/supervisors")
        lxc("destroy", "stays")
        wait_for(lambda: not os.path.exists(on.parent / "lodge"), what="the end of the group")
        pathlib.Path("/tmp/ends.xml").write_text(domain_xml("ends", "/bin/sleep", ("0.1",)))
        lxc("create", "--wait", "/tmp/ends.xml")
        wait_for(lambda: not os.path.exists(on.parent / "lodge"), what="the end of the group")
        lxc("undefine", "stays")
    finally:
        for name in set(names[:1]) - set(before):
            on.write_text(f"-{name}")


def test_kill_9_of_init():
    define("initless")
    warm("initless")
    before = snapshot()
    lxc("start", "initless")
    os.kill(init_of(int(lxc("domid", "initless").stdout)), signal.SIGKILL)
    wait_for(lambda: "shut off" in lxc("domstate", "initless").stdout, what="shut off")
    same(before)
    lxc("undefine", "initless")


def test_kill_9_of_the_command_at_many_moments():
    """Whatever the command was doing: either it runs or it does not, and it can be started and ended."""
    define("cut")
    warm("cut")
    before = snapshot()
    for step in range(40):
        process = subprocess.Popen([LODGE, "start", "cut"], env={**os.environ, **ENV}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=step * 0.0004)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        state = wait_for(lambda: lxc("domstate", "cut", ok=False).stdout.strip(), what="a state")
        assert state in ("running", "shut off"), state
        lxc("destroy", "cut", ok=False)
        lxc("start", "cut")
        lxc("destroy", "cut")
    same(before)
    lxc("undefine", "cut")


def test_two_starts_of_one_container():
    define("raced")
    for _ in range(5):
        racers = [subprocess.Popen([LODGE, "start", "raced"], env={**os.environ, **ENV}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                  for _ in range(4)]
        done = [(p.communicate(), p.returncode) for p in racers]
        equal(sorted(code for _, code in done), [0, 1, 1, 1])
        for (_, err), code in done:
            if code:
                matches(err, "already (running|active)|held by")
        lxc("destroy", "raced")
    lxc("undefine", "raced")


def test_32_commands_on_one_object():
    path = define("crowd")
    verbs = [["start", "crowd"], ["destroy", "crowd"], ["define", path], ["dumpxml", "crowd"], ["list", "--all"], ["suspend", "crowd"],
             ["resume", "crowd"], ["dominfo", "crowd"]]
    crowd = [subprocess.Popen([LODGE, *verbs[i % len(verbs)]], env={**os.environ, **ENV}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
             for i in range(32)]
    for process in crowd:
        _, err = process.communicate(timeout=60)
        assert process.returncode in (0, 1), (process.args, process.returncode, err)
        assert process.returncode == 0 or err.startswith("error: "), err
    lxc("destroy", "crowd", ok=False)
    warm("crowd")
    lxc("undefine", "crowd")


def test_what_is_undefined_meanwhile_is_not_there():
    """Others define and undefine it all the time: each command finds it or says that it is not there."""
    pathlib.Path("/tmp/blink.xml").write_text(domain_xml("blink", "/bin/true").replace("<name>", "<uuid>11111111-2222-4333-8444-555555555555</uuid><name>"))
    pathlib.Path("/tmp/blinknet.xml").write_text("<network><name>blink</name><uuid>11111111-2222-4333-8444-555555555556</uuid></network>")
    script = ("while :; do {0} define /tmp/blink.xml; {0} undefine blink; {0} net-define /tmp/blinknet.xml; {0} net-undefine blink; done "
              "2>&1 | grep --line-buffered -v -e '^$' -e defined").format(LODGE)
    others = [subprocess.Popen(["sh", "-c", script], stdout=subprocess.PIPE, text=True, start_new_session=True, env={**os.environ, **ENV}) for _ in range(2)]
    try:
        for number in range(60):
            for argv in (("dumpxml", "blink"), ("desc", "blink", f"{number}", "--config"), ("start", "blink"), ("net-dumpxml", "blink"),
                         ("net-autostart", "blink")):
                done = lxc(*argv, ok=False)
                if done.returncode != 0:
                    matches(done.stderr, "no (domain|network) with matching (name|uuid)|failed to get (domain|network)|(already|not) (running|active)|transient")
                assert "cannot read" not in done.stderr, done.stderr
    finally:
        for other in others:
            os.killpg(other.pid, 9)
    text = "".join(other.communicate()[0] for other in others)
    for line in text.splitlines():
        matches(line, "^error: (no (domain|network) with matching|failed to get (domain|network)|Failed to undefine|Failed to define|"
                "cannot undefine|.*is (running|active)|.* (domain|network)s? is not)|transient")
    lxc("undefine", "blink", ok=False)
    lxc("net-undefine", "blink", ok=False)


def test_destroy_whatever_init_does():
    for name, script in dict(deaf="trap '' TERM INT HUP QUIT; while true; do sleep 100; done", busy="while true; do :; done",
                             forks="while true; do sleep 100 &amp; sleep 0.01; done").items():
        define(name, "/bin/sh", ("-c", script))
        lxc("start", name)
        lxc("destroy", name, timeout=5)
        lxc("undefine", name)


def test_a_full_disk_keeps_the_old_configuration():
    os.makedirs("/etc/lodge", exist_ok=True)
    shutil.rmtree("/etc/lodge")
    os.makedirs("/etc/lodge")
    mount("small", "/etc/lodge", "tmpfs", (), "size=64k,mode=700")
    try:
        define("full")
        before = lxc("dumpxml", "full", "--inactive").stdout
        with contextlib.suppress(OSError), open("/etc/lodge/filler", "wb") as filler:
            while True:
                filler.write(bytes(4096))
                filler.flush()
        path = "/tmp/full.xml"
        pathlib.Path(path).write_text(before.replace("102400", "204800"))
        err = sh(LODGE, "define", path, env=ENV, ok=False)
        equal(err.returncode, 1)
        matches(err.stderr, "No space left on device")
        equal(lxc("dumpxml", "full", "--inactive").stdout, before)
        os.unlink("/etc/lodge/filler")
        lxc("undefine", "full")
    finally:
        umount("/etc/lodge", lazy=True)


def test_a_read_only_state_directory_is_said():
    os.makedirs("/etc/lodge", exist_ok=True)
    mount("ro", "/etc/lodge", "tmpfs", ("ro",), "size=64k")
    try:
        pathlib.Path("/tmp/ro.xml").write_text(domain_xml("ro"))
        done = sh(LODGE, "define", "/tmp/ro.xml", env=ENV, ok=False)
        equal(done.returncode, 1)
        matches(done.stderr, "Read-only file system")
    finally:
        umount("/etc/lodge", lazy=True)


def test_500_containers_at_once():
    """Of one file: transient, idle, on the host's root."""
    before = None
    count = 500
    for i in range(count):
        path = f"/tmp/many{i}.xml"
        pathlib.Path(path).write_text(domain_xml(f"many{i}", "/bin/sleep", ("1000",)))
        if before is None:
            lxc("create", path)
            lxc("destroy", "many0")
            before = snapshot()
        lxc("create", path)
    equal(len(lxc("list", "--name").stdout.split()), count)
    for i in range(count):
        lxc("destroy", f"many{i}")
    equal(lxc("list", "--name").stdout.split(), [])
    same(before)


run(globals())
