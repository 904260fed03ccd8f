# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lab/image.py - what a guest of the lab boots: Debian's kernel, some of its modules, an initramfs of ours.

The kernel package is downloaded and unpacked below BUILD/lab, not installed.
"""
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys

BUILD = pathlib.Path(os.environ.get("BUILD") or pathlib.Path(__file__).resolve().parents[2] / "build")
LAB = BUILD / "lab"


def skip(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def kernel():
    """(vmlinuz, version, module folder) unpacked below BUILD/lab; fetched once."""
    found = sorted(LAB.glob("kernel/boot/vmlinuz-*"))
    if not found:
        if not shutil.which("apt-get"):
            skip("needs apt-get, for the kernel of the guest")
        shown = subprocess.run(["apt-cache", "depends", "--important", "linux-image-amd64"], capture_output=True, text=True).stdout
        name = re.search(r"Depends: (linux-image-\S+)", shown)
        if not name:
            skip("needs the package list (apt-get update), for the kernel of the guest")
        LAB.mkdir(parents=True, exist_ok=True)
        got = subprocess.run(["apt-get", "download", name[1]], cwd=LAB, capture_output=True, text=True)
        if got.returncode:
            skip(f"needs to download {name[1]}: {got.stderr.strip().splitlines()[-1:]}")
        package = next(LAB.glob("linux-image-*.deb"))
        subprocess.run(["dpkg-deb", "-x", package, LAB / "kernel"], check=True)
        package.unlink()
        found = sorted(LAB.glob("kernel/boot/vmlinuz-*"))
    version = found[0].name.removeprefix("vmlinuz-")
    if not (LAB / f"kernel/lib/modules/{version}/modules.dep").exists():
        subprocess.run(["depmod", "-b", LAB / "kernel", version], check=True)
    return found[0], version


def package(name):
    """Folder with package @name unpacked below BUILD/lab."""
    folder = LAB / name
    if not folder.exists():
        LAB.mkdir(parents=True, exist_ok=True)
        got = subprocess.run(["apt-get", "download", name], cwd=LAB, capture_output=True, text=True)
        if got.returncode:
            skip(f"needs to download {name}: {got.stderr.strip().splitlines()[-1:]}")
        archive = next(LAB.glob(name + "_*.deb"))
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
        archive.unlink()
    return folder


def add_modules(tree, version, names):
    """Copies @names and what they need to TREE/lib; TREE/etc/modules lists them in order of insertion."""
    order = []
    for module in names.split():
        shown = subprocess.run(["modprobe", "-d", LAB / "kernel", "-S", version, "--show-depends", module], capture_output=True, text=True)
        for line in shown.stdout.splitlines():
            if line.startswith("insmod ") and line.split()[1] not in order:
                order.append(line.split()[1])
    (tree / "lib").mkdir(parents=True, exist_ok=True)
    (tree / "etc").mkdir(exist_ok=True)
    for path in order:
        shutil.copy(path, tree / "lib")
    (tree / "etc/modules").write_text("".join(f"/lib/{os.path.basename(p)}\n" for p in order))


def add_busybox(tree, names):
    (tree / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(shutil.which("busybox"), tree / "bin/busybox")
    for name in names.split():
        (tree / "bin" / name).symlink_to("busybox")


def pack(tree, out):
    """TREE as a compressed cpio archive."""
    names = "\n".join(sorted(str(p.relative_to(tree)) for p in tree.rglob("*")))
    archive = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"], input=names.encode(), cwd=tree, capture_output=True, check=True)
    out.write_bytes(gzip.compress(archive.stdout, 1))
    return out
