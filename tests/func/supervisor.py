#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The supervisor by itself, with hand-written plans: what the guest sees."""
import os
import pathlib
import sys

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", os.path.dirname(__file__) + "/../.."), "tests/lib"))
import house
import sup
from house import equal, matches, sh
from sup import ROOT, clean_house, in_root, private_root, script


def test_host_root_console():
    plan = sup.Plan()
    pid = sup.start(plan)
    equal(sup.status(plan)["supervisor"].split()[0], str(pid))
    console = sup.Control(plan).console()
    console.send(b"echo pid=$$; tty; hostname\n")
    sup.read_until(console, b"pid=1\r\n/dev/pts/0\r\nweb\r\n")
    init = int(sup.status(plan)["init"].split()[0])
    matches(open(f"/proc/{init}/status").read(), rf"^PPid:\s{pid}$")
    equal(sup.destroy(plan), "ok")
    house.wait_for(lambda: not os.path.exists(plan.live), what="the end of the live directory")
    clean_house()


def test_exit_status_and_reason():
    for end, wanted, reason in (("exit 3", "exited 3", "shutdown"), ("kill -KILL $$; exit 4", "exited 4", "shutdown")):
        out, status = sup.run(script(end))
        equal((status["exit"], status["reason"], status["state"]), (wanted, reason, "ended"))
    clean_house()


def test_private_root_has_only_its_mounts():
    out, status = sup.run(in_root("cat /proc/self/mounts; ls -a /; ls /dev; id; cat /proc/self/cgroup"))
    points = [l.split()[1] for l in out.splitlines() if len(l.split()) == 6 and l.split()[1].startswith("/")]
    equal(sorted(points), ["/", "/dev", "/dev/pts", "/dev/shm", "/proc", "/sys"])
    assert "oldroot" not in out, out
    names = set(" ".join(out.splitlines()).split())
    assert {"null", "zero", "full", "random", "urandom", "tty", "ptmx", "console", "shm", "fd"} <= names, names
    for line in out.splitlines():
        if line.count(":") == 2 and line[0].isdigit() and "name=" not in line:
            assert line.endswith(":/"), f"the guest sees where it lies: {line}"
    clean_house()


def test_mounts_inside_not_outside():
    os.makedirs("/export/config", exist_ok=True)
    pathlib.Path("/export/config/httpd.conf").write_text("Listen 80\n")
    pathlib.Path("/export/file").write_text("one file\n")
    plan = in_root("cat /etc/httpd/httpd.conf /etc/one; echo x > /etc/httpd/new; echo x > /srv/ro/new; df -k /big | tail -1; ls /export 2>&1")
    plan.add("guest", ("mount", "/export/config", "/etc/httpd", "rw"), ("mount", "/export/config", "/srv/ro", "ro"),
             ("mount", "/export/file", "/etc/one", "rw"), ("tmpfs", "/big", 1048576, "755", "rw"), ("bind", "/etc/httpd", "/again", "rw"))
    for applet in ("df", "tail"):
        if not os.path.islink(f"{ROOT}/bin/{applet}"):
            os.symlink("busybox", f"{ROOT}/bin/{applet}")
    out, status = sup.run(plan)
    matches(out, "^Listen 80\none file\n")
    matches(out, r"Read-only file system")
    matches(out, r"tmpfs +1024 ")
    equal(pathlib.Path("/export/config/new").read_text(), "x\n")
    os.unlink("/export/config/new")
    # mount points that were made are gone again, those that were there are not
    for path in ("etc/httpd", "srv", "etc/one", "big", "again"):
        assert not os.path.lexists(f"{ROOT}/{path}"), path
    equal(sorted(os.listdir("/export/config")), ["httpd.conf"])
    clean_house()


def test_shared_root_mount_point_is_made_and_removed():
    os.makedirs("/export/www", exist_ok=True)
    pathlib.Path("/export/www/index").write_text("hello\n")
    plan = script("cat /var/lib/made/here/www/index").add("guest", ("mount", "/export/www", "/var/lib/made/here/www", "ro"))
    out, _ = sup.run(plan)
    equal(out, "hello\n")
    assert not os.path.exists("/var/lib/made")
    assert "made" not in open("/proc/self/mountinfo").read()


def test_mount_point_inside_another_mount():
    os.makedirs("/export/outer", exist_ok=True)
    os.makedirs("/export/inner", exist_ok=True)
    os.makedirs(f"{private_root()}/data", exist_ok=True)
    plan = in_root("ls -d /data/deep/er").add("guest", ("mount", "/export/outer", "/data", "rw"),
                                              ("mount", "/export/inner", "/data/deep/er", "rw"))
    out, _ = sup.run(plan)
    equal(out, "/data/deep/er\n")
    equal(os.listdir("/export/outer"), [])


def test_shared_mount_point_is_removed_by_the_last():
    os.makedirs("/export/www", exist_ok=True)
    pathlib.Path("/export/www/index").write_text("hello\n")
    point = ("mount", "/export/www", "/both", "ro")
    first = sup.Plan(name="first", root=private_root()).add("guest", point)
    second = sup.Plan(name="second", root=private_root()).add("guest", point)
    sup.start(first)
    sup.start(second)
    equal(sup.destroy(first), "ok")
    console = sup.Control(second).console()
    console.send(b"cat /both/index\n")
    sup.read_until(console, b"\r\nhello\r\n")
    equal(sup.destroy(second), "ok")
    assert not os.path.exists(f"{ROOT}/both")
    clean_house()


def test_target_cannot_leave_the_root():
    private_root()
    os.makedirs("/export/escape", exist_ok=True)
    if not os.path.islink(f"{ROOT}/link"):
        os.symlink("/../../export", f"{ROOT}/link")
    plan = in_root("ls /export").add("guest", ("mount", "/export/config", "/link/escape", "rw"))
    try:
        sup.run(plan)
    except sup.Failed as failed:
        matches(failed.text, "symbolic link that leads nowhere|cannot")
    assert not os.path.lexists("/export/escape/config")
    assert not os.path.lexists(f"{ROOT}/export")
    os.unlink(f"{ROOT}/link")
    clean_house()


def test_read_only_root():
    plan = in_root("echo x > /file; echo x > /tmp/file; mkdir /made; ls /point")
    plan.drop("guest", "root")
    plan.phases["guest"].insert(1, ("root", ROOT, "ro"))
    plan.add("guest", ("mount", "/export", "/point", "rw"))
    os.makedirs("/export", exist_ok=True)
    out, _ = sup.run(plan)
    equal(out.count("Read-only file system"), 3)
    assert not os.path.exists(f"{ROOT}/point")


def test_read_only_host_root():
    plan = script("touch /tmp/file /var/file 2>&1; touch /dev/shm/ok && echo shm")
    plan.drop("guest", "root")
    plan.phases["guest"].insert(1, ("root", "/", "ro"))
    out, _ = sup.run(plan)
    equal(out.count("Read-only file system"), 2)
    matches(out, "^shm$")
    pathlib.Path("/tmp/still-writable").write_text("x")


def test_masks_and_read_only_paths():
    plan = in_root("wc -c /proc/uptime; ls /proc/acpi /sys/firmware; echo 1 > /proc/sys/kernel/panic; echo done")
    plan.add("guest", ("mask", "/proc/uptime"), ("mask", "/proc/acpi"), ("mask", "/sys/firmware"), ("mask", "/proc/not-there"),
             ("readonly", "/proc/sys"), ("readonly", "/proc/not-there"))
    plan.phases["init"].insert(0, ("stdio", "inherit"))
    out, _ = sup.run(plan)
    matches(out, "^0 /proc/uptime$")
    matches(out, "/proc/sys/kernel/panic: Read-only")
    matches(out, "^done$")


def test_user_environment_and_directory():
    private_root()
    plan = in_root("id; pwd; env; umask; echo $0").drop("init", "exec")
    plan.add("init", ("user", "guest", ""), ("dir", "/tmp"), ("env", "LIBVIRT_LXC_NAME", "we b"), ("exec", "sh", "-c", "id; pwd; env; cat /proc/self/status"))
    out, _ = sup.run(plan)
    matches(out, r"^uid=1000\(guest\) gid=1000\(guest\)")
    matches(out, "^/tmp$")
    matches(out, "^LIBVIRT_LXC_NAME=we b$")
    matches(out, r"^CapEff:\s0000000000000000$")
    variables = {l.split("=")[0] for l in out.splitlines() if "=" in l and not l.startswith(("uid=", "Cap"))}
    assert variables <= {"PATH", "TERM", "LIBVIRT_LXC_NAME", "PWD", "SHLVL", "OLDPWD", "_"}, variables


def test_unknown_user_is_named():
    try:
        sup.start(in_root("id").add("init", ("user", "nobody-here", "")))
        raise AssertionError("started")
    except sup.Failed as failed:
        matches(failed.text, "the guest has no user 'nobody-here'; add it")
    clean_house()


def test_missing_program_is_named():
    plan = sup.Plan(root=private_root(), init=("/bin/not-there", "x"))
    try:
        sup.start(plan)
        raise AssertionError("started")
    except sup.Failed as failed:
        equal(failed.word, "not-found")
        matches(failed.text, "^cannot run '/bin/not-there' in the guest: No such file or directory; ")
    clean_house()


def test_missing_source_is_named():
    try:
        sup.start(sup.Plan().add("guest", ("mount", "/not/there", "/mnt", "rw")))
        raise AssertionError("started")
    except sup.Failed as failed:
        matches(failed.text, "cannot mount '/not/there' in the guest: No such file or directory")
    clean_house()


def test_no_host_descriptor_or_session_inside():
    plan = in_root("ls /proc/self/fd; cat /proc/1/stat")
    out, _ = sup.run(plan)
    equal(out.splitlines()[:4], ["0", "1", "2", "3"])  # 3 is ls's own
    equal(out.splitlines()[4].split()[4:6], ["1", "1"])  # group and session: its own


def test_bad_plans_are_refused():
    plan = sup.Plan(groups=False)
    for text, wanted in (("", "the plan is empty"), ("hello\n", "this is no plan"), ("lodge-plan 2\n", "version '2'"),
                         (str(plan) + "phase init\n", "unknown phase, or out of order"), (str(plan) + "teleport x\n", "unknown operation 'teleport'"),
                         (str(plan) + "env A\n", "'env' has 1 arguments"), (str(plan) + "mask /x\n", "'mask' stands outside phase 'guest'"),
                         (str(plan) + "env A \\x00\n", "not allowed"), (str(plan) + "env A", "cut off"),
                         (str(plan) + "env A  B\n", "empty argument")):
        class Raw(sup.Plan):
            def __str__(self):
                return text
        try:
            sup.start(Raw(groups=False))
            raise AssertionError(f"started: {text!r}")
        except sup.Failed as failed:
            equal(failed.word, "config")
            assert wanted in failed.text, failed.text


def test_image_as_file_system():
    house.needs("mkfs.ext4")
    if not os.path.exists("/dev/loop-control"):
        raise house.Skip("needs loop devices")
    sh("truncate", "-s", "8M", "/tmp/image")
    sh("mkfs.ext4", "-q", "/tmp/image")
    plan = in_root("echo kept > /data/file; cat /proc/mounts")
    plan.phases["host"].insert(0, ("loop", "fs0", "/tmp/image", "rw"))
    plan.add("guest", ("mount-dev", "@fs0", "/data", "rw"))
    out, _ = sup.run(plan)
    matches(out, r"^/dev/loop\d+ /data ext4 rw")
    plan = in_root("cat /data/file; echo x > /data/other")
    plan.phases["host"].insert(0, ("loop", "fs0", "/tmp/image", "ro"))
    plan.add("guest", ("mount-dev", "@fs0", "/data", "ro"))
    out, _ = sup.run(plan)
    matches(out, "^kept$")
    matches(out, "Read-only file system")
    assert "/tmp/image" not in sh("losetup", "-a", ok=False).stdout
    clean_house()


def test_root_on_an_image():
    house.needs("mkfs.ext4")
    if not os.path.exists("/dev/loop-control"):
        raise house.Skip("needs loop devices")
    sh("mkfs.ext4", "-q", "-F", "-d", private_root(), "/tmp/root.image", "16M")
    os.makedirs("/export", exist_ok=True)
    for mode in ("rw", "ro"):
        plan = in_root("cat /proc/self/mounts; touch /file && echo written; ls /run/lodge /srv; ls -d /data").drop("guest", "root")
        plan.phases["guest"].insert(1, ("root", "@fs0", mode))
        plan.phases["host"].insert(0, ("loop", "fs0", "/tmp/root.image", mode))
        plan.add("guest", ("mount", "/export", "/tmp/data", "rw"))
        if mode == "ro":
            plan.phases["guest"].pop()
        out, _ = sup.run(plan)
        matches(out, rf"^/dev/loop\d+ / ext4 {mode},")
        equal("written" in out, mode == "rw")
        assert "/run/lodge/lxc" not in out, out
    assert "/tmp/root.image" not in sh("losetup", "-a", ok=False).stdout
    clean_house()


def test_idmap_makes_root_nobody_outside():
    root = "/srv/mapped"
    house.busybox_root(root)
    sh("chown", "-R", "100000:100000", root)
    plan = script("cat /proc/self/uid_map; id -u; touch /made; ls -n /dev/null; cat /proc/mounts; sleep 1000", name="mapped", root=root)
    plan.drop("guest", "namespaces")
    plan.phases["guest"].insert(0, ("namespaces", "mnt,pid,ipc,uts,user,cgroup"))
    plan.add("guest", ("idmap", "uid", 0, 100000, 65536), ("idmap", "gid", 0, 100000, 65536), ("mask", "/proc/kcore"), ("readonly", "/proc/sys"))
    plan.drop("init", "stdio").add("init", ("stdio", "inherit"))
    with open("/tmp/out", "w+b") as out:
        sup.start(plan, stdio=(0, out.fileno(), out.fileno()))
        init = sup.status(plan)["init"].split()[0]
        matches(open(f"/proc/{init}/status").read(), r"^Uid:\s100000\s")
        house.wait_for(lambda: " /dev/pts " in open("/tmp/out").read(), what="the guest's output")
    out = open("/tmp/out").read()
    matches(out, r"^ +0 +100000 +65536$")
    matches(out, "^0$")
    equal(os.stat(f"{root}/made").st_uid, 100000)
    equal(sup.destroy(plan), "ok")
    clean_house()


house.run(globals())
