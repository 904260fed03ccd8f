#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""File systems of every kind, ids mapped, users: what the inside sees, and that nothing stays."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

ROOT = "/export/root"


def lxc(*argv, **options):
    return lodge("-c", "lxc:///", *argv, **options)


def fs(kind, source, target, more=""):
    return f"<filesystem type='{kind}'><source {source}/><target dir='{target}'/>{more}</filesystem>"


@contextlib.contextmanager
def guest(name, devices="", body="", init="/bin/sleep", args=("1000",), os_more="", root=True):
    busybox_root(ROOT)
    tree = fs("mount", f"dir='{ROOT}'", "/") if root else ""
    text = domain_xml(name, init, args, body=body, devices=tree + "<console type='pty'/>" + devices)
    pathlib.Path(f"/tmp/{name}.xml").write_text(text.replace("</init>", "</init>" + os_more))
    before = sorted(os.listdir(ROOT)), open("/proc/self/mountinfo").read()
    lxc("create", f"/tmp/{name}.xml")
    try:
        yield lambda *argv, **options: lxc("exec", name, "--", *argv, **options)
    finally:
        lxc("destroy", name, ok=False)
    after = sorted(os.listdir(ROOT)), open("/proc/self/mountinfo").read()
    equal(after, before)


def test_ram_with_its_size():
    with guest("ram", fs("ram", "usage='8' units='MiB'", "/scratch")) as run:
        matches(run("cat", "/proc/mounts").stdout, r"^\S+ /scratch tmpfs rw,.*size=8192k")
        assert run("dd", "if=/dev/zero", "of=/scratch/x", "bs=1024k", "count=9", ok=False).returncode != 0


def test_bind_inside_the_guest():
    with guest("bind", fs("bind", "dir='/etc'", "/other")) as run:
        matches(run("cat", "/other/passwd").stdout, "^guest:")


def test_read_only_mounts_and_root():
    os.makedirs("/export/data/deep", exist_ok=True)
    with guest("readonly", fs("mount", "dir='/export/data'", "/data", "<readonly/>")) as run:
        matches(run("touch", "/data/x", ok=False).stderr, "Read-only file system")
        matches(run("touch", "/data/deep/x", ok=False).stderr, "Read-only file system")
        run("touch", "/tmp/fine")


def image(path):
    needs("mkfs.ext4")
    with open(path, "wb") as file:
        file.truncate(16 << 20)
    sh("mkfs.ext4", "-q", "-F", path)


def loops():
    return sorted(n for n in os.listdir("/sys/block") if n.startswith("loop") and os.path.exists(f"/sys/block/{n}/loop"))


def test_a_file_with_a_file_system():
    image("/tmp/disk.img")
    if not os.path.exists("/dev/loop-control"):
        raise Skip("needs /dev/loop-control")
    before = loops()
    with guest("file", fs("file", "file='/tmp/disk.img'", "/disk").replace("<source", "<driver type='loop' format='raw'/><source")) as run:
        run("sh", "-c", "echo kept > /disk/mark")
        matches(run("cat", "/proc/mounts").stdout, r"^\S+ /disk ext4 rw")
    equal(loops(), before)
    with guest("again", fs("file", "file='/tmp/disk.img'", "/disk", "<readonly/>").replace("<source", "<driver type='loop' format='raw'/><source")) as run:
        equal(run("cat", "/disk/mark").stdout, "kept\n")
        matches(run("touch", "/disk/x", ok=False).stderr, "Read-only file system")
    equal(loops(), before)


@contextlib.contextmanager
def block_device(path):
    """A block device of the host with an empty file system, by a link such as udev makes."""
    image(path)
    if not os.path.exists("/dev/loop-control"):
        raise Skip("needs /dev/loop-control")
    device = sh("losetup", "--find", "--show", path).stdout.strip()
    link = f"{path}.link"
    os.symlink(device, link)
    try:
        yield link, device
    finally:
        os.unlink(link)
        sh("losetup", "--detach", device)


def raw(*words):
    return fs(*words).replace("<source", "<driver type='loop' format='raw'/><source")


def test_a_block_device_has_its_own_name_inside():
    with block_device("/tmp/block.img") as (link, device):
        with guest("block", fs("block", f"dev='{link}'", "/disk")) as run:
            matches(run("cat", "/proc/mounts").stdout, f"^{device} /disk ext4 rw")
        with guest("block", fs("block", f"dev='{link}'", "/disk", "<readonly/>")) as run:
            matches(run("cat", "/proc/mounts").stdout, f"^{device} /disk ext4 ro")


def test_images_and_devices_beside_the_hosts_root():
    """The guest's /dev lies over the host's when they are mounted."""
    before = loops()
    image("/tmp/beside.img")
    with block_device("/tmp/block.img") as (link, device):
        devices = raw("file", "file='/tmp/beside.img'", "/mnt/file") + fs("block", f"dev='{link}'", "/mnt/block")
        with guest("beside", devices, root=False) as run:
            mounts = run("cat", "/proc/mounts").stdout
            matches(mounts, r"^/dev/loop\d+ /mnt/file ext4 rw")
            matches(mounts, f"^{device} /mnt/block ext4 rw")
    equal(loops(), before)


MAPS = "<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>"


@contextlib.contextmanager
def mapped(name, devices, root):
    before = open("/proc/self/mountinfo").read(), loops()
    pathlib.Path(f"/tmp/{name}.xml").write_text(domain_xml(name, "/bin/sleep", ("1000",), body=MAPS + "<on_crash>restart</on_crash>",
                                                           devices=root + devices + "<console type='pty'/>"))
    lxc("create", f"/tmp/{name}.xml")
    try:
        yield lambda *argv, **options: lxc("exec", name, "--", *argv, **options)
    finally:
        lxc("destroy", name, ok=False)
    equal((open("/proc/self/mountinfo").read(), loops()), before)


def mapped_root(path):
    busybox_root(path)
    sh("chown", "-R", "100000:100000", path)
    return fs("mount", f"dir='{path}'", "/")


def mapped_image(path):
    image(path)
    sh("mkfs.ext4", "-q", "-F", "-E", "root_owner=100000:100000", path)


def test_mapped_ids_with_images_and_block_devices():
    mapped_image("/tmp/mapped.img")
    mapped_image("/tmp/fixed.img")
    with block_device("/tmp/block.img") as (link, device):
        sh("mkfs.ext4", "-q", "-F", "-E", "root_owner=100000:100000", device)
        devices = (raw("file", "file='/tmp/mapped.img'", "/file") + fs("block", f"dev='{link}'", "/block") +
                   raw("file", "file='/tmp/fixed.img'", "/fixed", "<readonly/>"))
        with mapped("images", devices, mapped_root("/export/mapped")) as run:
            run("sh", "-c", "echo one > /file/mark; echo two > /block/mark")
            matches(run("touch", "/fixed/x", ok=False).stderr, "Read-only file system")
            for boot in ("1", "2"):  # they are mounted anew
                wait_for(lambda: f"\nboots {boot}\n" in pathlib.Path("/run/lodge/lxc/images/status").read_text(), what=f"boot {boot}")
                mounts = run("cat", "/proc/mounts").stdout
                matches(mounts, r"^/dev/loop\d+ /file ext4 rw")
                matches(mounts, f"^{device} /block ext4 rw")
                equal(run("cat", "/file/mark").stdout, "one\n")
                lxc("send-process-signal", "images", "1", "kill")
            wait_for(lambda: "\nboots 3\n" in pathlib.Path("/run/lodge/lxc/images/status").read_text(), what="boot 3")
        sh("mount", "/tmp/mapped.img", "/mnt")
        equal((open("/mnt/mark").read(), os.stat("/mnt/mark").st_uid), ("one\n", 100000))
        sh("umount", "/mnt")


def test_mapped_ids_with_a_root_on_an_image():
    mapped_root("/export/mapped")
    image("/tmp/root.img")
    sh("mount", "/tmp/root.img", "/mnt")
    sh("cp", "-a", "/export/mapped/.", "/mnt")
    sh("umount", "/mnt")
    os.chmod("/run/lodge", 0o700) if os.path.exists("/run/lodge") else None
    with mapped("rooted", "", raw("file", "file='/tmp/root.img'", "/")) as run:
        matches(run("cat", "/proc/mounts").stdout, r"^/dev/loop\d+ / ext4 rw")
        run("touch", "/made")


def test_mapped_ids_with_device_nodes():
    """They belong to the guest's root, as every node of its /dev does; the host's stay what they are."""
    misc = "<hostdev mode='capabilities' type='misc'><source><char>{}</char></source></hostdev>".format
    os.makedirs("/dev/lodge-test/deep", exist_ok=True)
    node, other = "/dev/lodge-test/deep/node", "/tmp/node"
    for path in (node, other):
        os.mknod(path, 0o20600, os.makedev(1, 5))
    try:
        with mapped("nodes", misc(node), mapped_root("/export/mapped")) as run:
            matches(run("ls", "-ln", node).stdout, r"^crw------- +1 0 +0 +1, +5 ")
            equal(run("head", "-c", "2", node).stdout, "\0\0")
            for name in ("null", "zero", "full", "random", "urandom", "tty"):
                matches(run("ls", "-ln", f"/dev/{name}").stdout, r"^crw-rw-rw- +1 0 +0 ")
            run("sh", "-c", "echo x > /dev/null; mkdir /dev/mine")
            run("ls", "/dev/pts/ptmx", "/dev/console", "/dev/shm")
        equal((os.stat(node).st_uid, os.stat(node).st_mode & 0o777), (0, 0o600))
        pathlib.Path("/tmp/nodes.xml").write_text(domain_xml("nodes", "/bin/sleep", ("1000",), body=MAPS, devices="\n" + misc(other)))
        matches(fails("-c", "lxc:///", "create", "/tmp/nodes.xml"), "nodes.xml:2: <hostdev>: '/tmp/node' does not lie in /dev")
    finally:
        shutil.rmtree("/dev/lodge-test")


def test_mapped_ids_and_an_image_without_a_file_system():
    with open("/tmp/empty.img", "wb") as empty:
        empty.truncate(1 << 20)
    before = open("/proc/self/mountinfo").read(), loops()
    pathlib.Path("/tmp/empty.xml").write_text(domain_xml("empty", "/bin/sleep", ("1000",), body=MAPS, devices=mapped_root("/export/mapped") + raw(
        "file", "file='/tmp/empty.img'", "/file")))
    matches(fails("-c", "lxc:///", "create", "/tmp/empty.xml"), "cannot mount '/tmp/empty.img' in the guest: no known file system on it")
    equal((open("/proc/self/mountinfo").read(), loops()), before)
    assert not os.path.exists("/export/mapped/file")


def test_mapped_ids():
    body = "<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>"
    busybox_root("/export/mapped")
    for path, names, files in os.walk("/export/mapped"):
        for name in [*names, *files, "."]:
            os.chown(os.path.join(path, name), 100000, 100000, follow_symlinks=False)
    pathlib.Path("/tmp/mapped.xml").write_text(domain_xml("mapped", "/bin/sleep", ("1000",), body=body, devices=fs(
        "mount", "dir='/export/mapped'", "/") + "<console type='pty'/>"))
    lxc("create", "/tmp/mapped.xml")
    try:
        supervisor = int(lxc("domid", "mapped").stdout)
        init = pathlib.Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()[0]
        equal(os.stat(f"/proc/{init}").st_uid, 100000)
        equal(lxc("exec", "mapped", "--", "id", "-u").stdout, "0\n")
        lxc("exec", "mapped", "--", "touch", "/tmp/mine")
        equal(os.stat("/export/mapped/tmp/mine").st_uid, 100000)
        equal(lxc("exec", "mapped", "--", "cat", "/proc/self/uid_map").stdout.split(), ["0", "100000", "65536"])
        lxc("exec", "mapped", "--", "sh", "-c", "echo x > /dev/null")
    finally:
        lxc("destroy", "mapped")


def test_mapped_ids_with_sources_out_of_their_reach():
    top = "/root/private"
    busybox_root(f"{top}/root")
    os.makedirs(f"{top}/data", exist_ok=True)
    os.chmod(top, 0o700)
    os.chmod("/root", 0o700)
    sh("chown", "-R", "100000:100000", f"{top}/root")
    body = ("<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>"
            "<lodge:confine xmlns:lodge='urn:lodge:domain:1'><lodge:proc-view limits='yes'/></lodge:confine>")
    if not (os.path.exists("/dev/fuse") and os.path.exists(f"{BUILD}/lodge-proc-view")):
        body = body.partition("<lodge:")[0]
    pathlib.Path("/tmp/distant.xml").write_text(domain_xml("distant", "/bin/sleep", ("1000",), body=body, devices=fs(
        "mount", f"dir='{top}/root'", "/") + fs("mount", f"dir='{top}/data'", "/data") + "<console type='pty'/>"))
    lxc("create", "/tmp/distant.xml")
    try:
        mounts = lxc("exec", "distant", "--", "cat", "/proc/mounts").stdout
        matches(mounts, "^sysfs /sys sysfs ro,")
        assert "/sys/fs/cgroup" not in mounts, mounts  # the host's came with a copy of its /sys
        if "proc-view" in body:
            matches(lxc("exec", "distant", "--", "cat", "/proc/meminfo").stdout, r"^MemTotal: +102400 kB$")
    finally:
        lxc("destroy", "distant")


def test_user_directory_and_arguments_of_init():
    more = "<initdir>/etc</initdir><inituser>guest</inituser><initgroup>guest</initgroup>"
    with guest("user", os_more=more, init="/bin/sh", args=("-c", "sleep 1000")) as run:
        found = run("cat", "/proc/1/status").stdout
        matches(found, r"^Uid:\t1000\t1000")
        matches(found, r"^Gid:\t1000\t1000")


def test_a_source_that_is_not_there():
    path = "/tmp/missing.xml"
    busybox_root(ROOT)
    pathlib.Path(path).write_text(domain_xml("missing", devices="\n" + fs("mount", "dir='/no/such'", "/data")))
    matches(fails("-c", "lxc:///", "create", path), r"/tmp/missing.xml:\d+: <filesystem>: cannot use '/no/such'")
    lxc("define", path)  # stored, it is named by the file where the user finds that line
    for command in (("start", "missing"), ("start", "--dry-run", "missing")):
        found = matches(fails("-c", "lxc:///", *command), r"error: (/etc/lodge/lxc/missing\.xml):(\d+): <filesystem>: cannot use '/no/such'")
        matches(pathlib.Path(found[1]).read_text().splitlines()[int(found[2]) - 1], "<filesystem")
    lxc("undefine", "missing")


def test_a_root_that_belongs_to_others_than_the_map_says():
    path = "/tmp/foreign.xml"
    busybox_root("/srv/foreign")
    os.rmdir("/srv/foreign/proc")
    pathlib.Path(path).write_text(domain_xml("foreign", body=MAPS, devices=fs("mount", "dir='/srv/foreign'", "/")))
    matches(fails("-c", "lxc:///", "create", path), r"cannot make the mount point '/proc' in the guest: Permission denied; .*<idmap>.*chown -R")
    assert not os.path.exists("/srv/foreign/proc")


def test_a_file_without_a_file_system_is_named():
    path = "/tmp/nothing.xml"
    busybox_root(ROOT)
    with open("/srv/image", "w") as image:
        image.truncate(1 << 20)
    pathlib.Path(path).write_text(domain_xml("nothing", devices=fs("mount", f"dir='{ROOT}'", "/") + fs("file", "file='/srv/image'", "/data")))
    text = fails("-c", "lxc:///", "create", path)
    if "loop" in text:
        raise Skip("needs loop devices")
    matches(text, "cannot mount '/srv/image' in the guest: no known file system")


run(globals())
