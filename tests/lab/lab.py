#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lab/lab.py TEST [ONLY] - run a functional test inside a small guest with a stock Debian kernel.

The kernel of this host has what it has; the lab has pure cgroup v2, bonding, VLANs and so on. The guest
is QEMU under emulation (TCG), its root is this host's root, read-only over 9p under an overlay on tmpfs, so
that every program here is there too (image.py has the kernel). The test's TAP comes back over the serial line.

Environment: BUILD, SOURCE. Needs: qemu-system-x86, cpio, kmod, busybox-static, apt-get (for the kernel).
"""
import os
import pathlib
import shutil
import subprocess
import sys

from image import BUILD, LAB, add_busybox, add_modules, kernel, pack, skip

SOURCE = pathlib.Path(os.environ["SOURCE"])
MODULES = "virtio_pci 9pnet_virtio 9p overlay veth bridge nft_chain_nat nft_masq nft_ct nf_tables fuse loop autofs4 macvlan"
SECONDS = 900

INIT = """#!/bin/busybox sh
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
while read -r f; do insmod $f 2>/dev/null; done < /etc/modules
mkdir -p /new; mount -t tmpfs -o size=70% tmpfs /new; mkdir -p /new/lower /new/up /new/work /new/root
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=262144 host /new/lower || echo "lab: no 9p"
R=/new/root
mount -t overlay -o lowerdir=/new/lower,upperdir=/new/up,workdir=/new/work overlay $R || echo "lab: no overlay"
mount -t proc proc $R/proc; mount -t sysfs sysfs $R/sys; mount -t devtmpfs dev $R/dev
mkdir -p $R/dev/pts $R/dev/shm; mount -t devpts devpts $R/dev/pts; mount -t tmpfs tmpfs $R/dev/shm
mount -t cgroup2 cgroup2 $R/sys/fs/cgroup
cp /lab.sh $R/lab.sh
umount /sys /proc /dev
exec switch_root $R /bin/sh /lab.sh
"""


def initramfs(version, script):
    """A cpio archive: busybox, the modules, INIT, and @script as the guest's /lab.sh."""
    tree = LAB / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    for name in ("proc", "sys", "dev"):
        (tree / name).mkdir(parents=True)
    add_busybox(tree, "sh mount umount mkdir insmod echo cp switch_root")
    add_modules(tree, version, MODULES)
    (tree / "lab.sh").write_text(script)
    (tree / "init").write_text(INIT)
    (tree / "init").chmod(0o755)
    return pack(tree, LAB / "init.gz")


def main():
    test, only = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    if os.geteuid() != 0:
        skip("needs root")
    for program, package in (("qemu-system-x86_64", "qemu-system-x86"), ("cpio", "cpio"), ("modprobe", "kmod"), ("busybox", "busybox-static")):
        if not shutil.which(program):
            skip(f"needs {package}")
    image, version = kernel()
    script = (f"export PATH={os.environ['PATH']} BUILD={BUILD} SOURCE={SOURCE} ONLY='{only}' PYTHONDONTWRITEBYTECODE=1\n"
              f"cd /; echo LAB-BEGIN; {sys.executable} {SOURCE}/tests/func/{test}.py 2>&1; echo LAB-END $?; /bin/busybox poweroff -f\n")
    archive = initramfs(version, script)
    command = ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "max", "-m", "1536", "-smp", "2", "-nodefaults", "-no-user-config", "-nographic",
               "-no-reboot", "-serial", "stdio", "-kernel", image, "-initrd", archive, "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
               "-fsdev", "local,id=h,path=/,security_model=none,readonly=on,multidevs=remap", "-device", "virtio-9p-pci,fsdev=h,mount_tag=host"]
    try:
        done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
        text = done.stdout.decode(errors="replace").replace("\r", "")
    except subprocess.TimeoutExpired as late:
        text = (late.stdout or b"").decode(errors="replace").replace("\r", "")
    begin, _, rest = text.partition("LAB-BEGIN\n")
    body, ended, status = rest.partition("LAB-END ")
    print(body, end="")
    if not ended:
        print("Bail out! the guest did not finish:\n" + "\n".join("# " + line for line in (begin + rest).splitlines()[-30:]))
        sys.exit(1)
    sys.exit(int(status.split()[0]))


main()
