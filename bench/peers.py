# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench/peers.py - the other tools, made ready inside the private house."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import time

import house
from timing import Failed, run

MODULES = "libvirt/connection-driver"


def crun_bundle(folder, root, argv, terminal):
    """An OCI bundle of @argv on @root; None when crun is not installed."""
    if not shutil.which("crun"):
        return None
    os.makedirs(folder, exist_ok=True)
    spec = pathlib.Path(folder, "config.json")
    spec.unlink(missing_ok=True)
    subprocess.run(["crun", "spec"], cwd=folder, check=True, timeout=20)
    config = json.loads(spec.read_text())
    config["process"].update(terminal=terminal, args=argv)
    config["root"] = {"path": root, "readonly": False}
    spec.write_text(json.dumps(config))
    return folder


def bwrap(root, *argv):
    """bubblewrap with the namespaces that lodge makes; None when it is not installed."""
    if not shutil.which("bwrap"):
        return None
    return ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup",
            "--bind", root, "/", "--proc", "/proc", "--dev", "/dev", *argv]


def remove_groups():
    """What libvirt leaves of its control groups."""
    for point, _, _ in house.cgroup_mounts():
        for group in [f"{point}/machine/{name}" for name in os.listdir(f"{point}/machine")] if os.path.isdir(point + "/machine") else []:
            with contextlib.suppress(OSError):
                os.rmdir(group)
        with contextlib.suppress(OSError):
            os.rmdir(point + "/machine")


class Libvirt:
    """A libvirtd of our own on a private socket, with its LXC driver only (the others want users and buses)."""

    def __init__(self, folder):
        os.makedirs(folder + "/drivers", exist_ok=True)
        for name in ("/etc/libvirt", "/run/libvirt", "/var/lib/libvirt", "/var/log/libvirt", "/var/cache/libvirt"):
            os.makedirs(name, exist_ok=True)
        module = next((p for d in ("/usr/lib", "/usr/lib64") for p in pathlib.Path(d).glob(f"**/{MODULES}/libvirt_driver_lxc.so")), None)
        if not module:
            raise Failed("no LXC driver: install libvirt-daemon-driver-lxc")
        pathlib.Path(folder, "drivers", module.name).symlink_to(module)
        pathlib.Path(folder, "conf").write_text(
            f'unix_sock_dir = "{folder}"\nauth_unix_rw = "none"\nauth_unix_ro = "none"\nlog_outputs = "3:file:{folder}/log"\n'
            'host_uuid = "11111111-2222-3333-4444-555566667777"\n')
        self.folder = folder
        self.virsh = ["virsh", "-q", "-c", f"lxc+unix:///system?socket={folder}/libvirt-sock"]
        self.daemon = subprocess.Popen(["libvirtd", "-f", folder + "/conf", "-p", folder + "/pid"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       env={**os.environ, "LIBVIRT_DRIVER_DIR": folder + "/drivers"})
        try:
            self._wait()
        except Failed:
            self.close()
            raise

    def _wait(self):
        deadline = time.monotonic() + 20
        while True:
            try:
                run([*self.virsh, "uri"], 5)
                return
            except Failed as problem:
                if self.daemon.poll() is not None or time.monotonic() > deadline:
                    log = pathlib.Path(self.folder, "log")
                    last = log.read_text().strip().splitlines()[-1:] if log.exists() else []
                    raise Failed(f"libvirtd does not answer: {' '.join(last) or problem}") from None
                time.sleep(0.05)

    def define(self, name, xml):
        path = f"{self.folder}/{name}.xml"
        pathlib.Path(path).write_text(xml)
        run([*self.virsh, "define", path])

    def close(self):
        self.daemon.terminate()
        try:
            self.daemon.wait(10)
        except subprocess.TimeoutExpired:
            self.daemon.kill()
            self.daemon.wait()
        remove_groups()


def libvirt(folder):
    """A running Libvirt, or None after saying why not."""
    if not (shutil.which("libvirtd") and shutil.which("virsh")):
        print("\nlibvirt is left out: needs the packages libvirt-daemon, libvirt-daemon-driver-lxc, libvirt-clients")
        return None
    try:
        return Libvirt(folder)
    except (Failed, OSError) as problem:
        print(f"\nlibvirt is left out: {problem}")
        return None
