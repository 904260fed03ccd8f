# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/libvirtd.py - a libvirtd with the QEMU driver, inside the house of a test.

The house is private, so the daemon has its usual paths; it ends with the house.
"""
import os
import pathlib
import shutil
import subprocess

from house import Skip, needs, sh, wait_for

VIRSH = ("virsh", "-q", "-c", "qemu:///system")
NETWORK = """<network><name>default</name><bridge name='virbr0'/><forward mode='nat'/>
<ip address='192.168.122.1' netmask='255.255.255.0'/></network>"""


def start():
    """Starts it; raises Skip when its packages are not here. Returns nothing: VIRSH is how to ask it."""
    needs("libvirtd", "virsh", "qemu-system-x86_64")
    if not any(pathlib.Path(d).glob("**/libvirt/connection-driver/libvirt_driver_qemu.so") for d in ("/usr/lib", "/usr/lib64")):
        raise Skip("needs libvirt-daemon-driver-qemu")
    for name in ("/etc/libvirt", "/var/lib/libvirt", "/var/log/libvirt", "/var/cache/libvirt"):
        shutil.rmtree(name, ignore_errors=True)
        os.makedirs(name)
    os.makedirs("/run/libvirt", exist_ok=True)
    pathlib.Path("/etc/libvirt/libvirtd.conf").write_text(
        'auth_unix_rw = "none"\nauth_unix_ro = "none"\nlog_outputs = "3:file:/var/log/libvirt/libvirtd.log"\n'
        'host_uuid = "11111111-2222-3333-4444-555566667777"\n')
    pathlib.Path("/etc/libvirt/qemu.conf").write_text(
        'user = "root"\ngroup = "root"\nsecurity_driver = "none"\nremember_owner = 0\nnamespaces = []\nstdio_handler = "file"\nspice_tls = 1\n')
    # the user that the package's configuration would have made
    for path, line in (("/etc/passwd", "libvirt-qemu:x:64055:64055::/:/bin/false\n"), ("/etc/group", "libvirt-qemu:x:64055:\nkvm:x:64056:\n")):
        if "libvirt-qemu:" not in pathlib.Path(path).read_text():
            with open(path, "a") as out:
                out.write(line)
    # only what the tests ask: others want users, buses and the host's devices
    drivers = pathlib.Path("/run/libvirt/drivers")
    drivers.mkdir(exist_ok=True)
    for wanted in ("qemu", "network", "storage", "nodedev", "secret", "interface"):
        for folder in ("/usr/lib", "/usr/lib64"):
            for module in pathlib.Path(folder).glob(f"**/libvirt/connection-driver/libvirt_driver_{wanted}.so"):
                (drivers / module.name).symlink_to(module)
    daemon = subprocess.Popen(["libvirtd"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env={**os.environ, "LIBVIRT_DRIVER_DIR": str(drivers)})

    def answers():
        assert daemon.poll() is None, "libvirtd ended: " + pathlib.Path("/var/log/libvirt/libvirtd.log").read_text()[-500:]
        return sh(*VIRSH, "uri", ok=False).returncode == 0

    wait_for(answers, 60, "libvirtd's answer")
    sh(*VIRSH, "net-define", "/dev/stdin", stdin=NETWORK)
