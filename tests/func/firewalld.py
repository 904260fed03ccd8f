#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Virtual networks beside a real firewalld, on a message bus of the house's own.

Skipped where firewalld is not installed; nobody should get a firewall by running tests. A folder with the .deb files of
firewalld and what it needs (apt-get download) may be named in LODGE_TEST_FIREWALLD: they are unpacked inside the house.
"""
import glob
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403
from wires import *  # noqa: E402,F403

PROCESSES = []
LINKS = set()


def firewall(*argv, ok=True):
    return sh("firewall-cmd", *argv, ok=ok, timeout=60)


def is_running():
    return sh("firewall-cmd", "--state", ok=False, timeout=60).stdout.strip() == "running"


def spawn(*argv):
    log = open(f"/tmp/{os.path.basename(argv[0])}.log", "wb")
    PROCESSES.append(subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True))
    return PROCESSES[-1]


def begin():
    """The bus and the daemon, once for all tests."""
    needs("dnsmasq", "nft", "ip", "dbus-daemon")
    debs = [] if shutil.which("firewalld") else glob.glob(os.environ.get("LODGE_TEST_FIREWALLD", "/nonexistent") + "/*.deb")
    for package in debs:
        sh("sh", "-c", f"dpkg-deb --fsys-tarfile {package} | tar -x --keep-directory-symlink -C /", timeout=60)
    for choice in glob.glob("/usr/share/polkit-1/actions/org.fedoraproject.FirewallD1.server.policy.choice") if debs else []:
        shutil.copy(choice, "/usr/share/polkit-1/actions/org.fedoraproject.FirewallD1.policy")  # as its installation does
    needs("firewalld", "firewall-cmd")
    outside()
    if PROCESSES:
        sh("ip", "netns", "del", "g1", ok=False)  # of a failed test before this one
        net("net-destroy", "walled", ok=False)
        net("net-undefine", "walled", ok=False)
    else:
        LINKS.update(os.listdir("/sys/class/net"))
        os.makedirs("/run/dbus", exist_ok=True)
        spawn("/usr/bin/dbus-daemon", "--system", "--nofork", "--nopidfile")
        wait_for(lambda: os.path.exists("/run/dbus/system_bus_socket"), what="the message bus")
    start_firewalld()
    firewall("--zone=dmz", "--change-interface=up0")  # firewalld forwards inside one zone


def start_firewalld():
    if not is_running():
        PROCESSES[1:] = []
        spawn(shutil.which("firewalld"), "--nofork", "--nopid")
        try:
            wait_for(is_running, 30, "firewalld")
        except AssertionError as error:
            raise AssertionError(f"{error}: {open('/tmp/firewalld.log').read()[-1500:]}") from None


def end(process):
    process.terminate()
    process.wait(timeout=20)
    PROCESSES.remove(process)


def zone_of(bridge):
    return firewall(f"--get-zone-of-interface={bridge}", ok=False).stdout.strip()


def works(name, bridge):
    """DHCP, DNS of the host, the gateway, and the outside through NAT."""
    guest("g1", bridge)
    got = dhcp("g1")
    matches(got["ip"], r"^10\.77\.")
    pings("g1", got["router"])
    pings("g1", OUTSIDE)
    equal(seen_source("g1")[0], "198.51.100.1")
    guest_gone("g1")


def test_without_lodge_firewalld_drops_what_is_forwarded():
    """So that the others prove something."""
    begin()
    sh("ip", "link", "add", "br7", "type", "bridge")
    sh("ip", "addr", "add", "10.77.9.1/24", "dev", "br7")
    sh("ip", "link", "set", "br7", "up")
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    in_ns("outside", "ip", "route", "add", "10.77.9.0/24", "via", "198.51.100.1")
    guest("g1", "br7")
    by_hand("g1", "10.77.9.9/24", "10.77.9.1")
    pings("g1", OUTSIDE, ok=False)
    guest_gone("g1")
    in_ns("outside", "ip", "route", "del", "10.77.9.0/24")
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("0")
    sh("ip", "link", "del", "br7")


def test_a_network_works_beside_firewalld():
    begin()
    done = define("walled", v4(1))
    assert "drops" not in done.stderr, done.stderr
    bridge = bridge_of("walled")
    equal(zone_of(bridge), "libvirt" if "libvirt" in firewall("--get-zones").stdout.split() else "trusted")
    works("walled", bridge)
    remove("walled")
    assert zone_of(bridge) not in ("trusted", "libvirt"), zone_of(bridge)
    nothing_left(LINKS)


def test_the_hosts_services_stay_closed_to_guests():
    """The zone `trusted` would open them; our own table does not."""
    begin()
    define("walled", v4(1))
    guest("g1", bridge_of("walled"))
    by_hand("g1", "10.77.1.9/24", "10.77.1.1")
    server = subprocess.Popen([sys.executable, "-m", "http.server", "--bind", "10.77.1.1", "8099"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: sh(sys.executable, "-c", "import socket; socket.create_connection(('10.77.1.1', 8099), 1)", ok=False).returncode == 0,
                 what="the server")
        done = in_ns("g1", sys.executable, "-c", "import socket; socket.create_connection(('10.77.1.1', 8099), 3)", ok=False)
        assert done.returncode != 0
    finally:
        server.kill()
        server.wait()
    guest_gone("g1")
    remove("walled")


def test_a_container_on_the_default_network_reaches_the_outside():
    begin()
    needs("busybox")
    busybox_root("/tmp/walled-root")
    devices = ("<console type='pty'/><filesystem type='mount'><source dir='/tmp/walled-root'/><target dir='/'/></filesystem>"
               "<interface type='network'><source network='default'/></interface>")
    pathlib.Path("/tmp/walled.xml").write_text(domain_xml("walled", "/bin/sleep", ("1000",), devices=devices))
    lodge("define", "/tmp/walled.xml")
    lodge("start", "walled")
    lodge("exec", "walled", "--", "udhcpc", "-n", "-q", "-i", "eth0", "-s", "/bin/true")
    lease = wait_for_lease("default")
    lodge("exec", "walled", "--", "ip", "addr", "add", f"{lease}/24", "dev", "eth0")
    lodge("exec", "walled", "--", "ip", "link", "set", "eth0", "up")
    lodge("exec", "walled", "--", "ip", "route", "add", "default", "via", lease.rpartition(".")[0] + ".1")
    lodge("exec", "walled", "--", "ping", "-c", "1", "-W", "3", OUTSIDE)
    lodge("destroy", "walled")
    lodge("undefine", "walled")
    net("net-destroy", "default")


def wait_for_lease(name):
    import re
    found = []

    def look():
        found[:] = re.findall(r"ipv4 +(\d+\.\d+\.\d+\.\d+)/", net("net-dhcp-leases", name).stdout)
        return bool(found)
    wait_for(look, what="the lease")
    return found[0]


def test_a_reload_of_firewalld_is_told_with_what_to_do():
    begin()
    define("walled", v4(1))
    assert "walled" not in lodge("doctor", ok=False).stdout
    firewall("--reload")
    firewall("--zone=dmz", "--change-interface=up0")
    said = lodge("doctor", ok=False).stdout
    remedy = matches(said, r"the bridge '\S+' of network 'walled' is in no zone[^\n]*\n +to do: [^\n]*(firewall-cmd --zone=trusted [^\n]*)$")[1]
    sh("sh", "-c", remedy)
    works("walled", bridge_of("walled"))
    assert "walled" not in lodge("doctor", ok=False).stdout
    remove("walled")


def test_a_network_goes_also_when_firewalld_has_gone():
    begin()
    define("walled", v4(1))
    end(PROCESSES[-1])
    remove("walled")
    nothing_left(LINKS)
    sh("nft", "delete", "table", "inet", "firewalld", ok=False)
    start_firewalld()


def test_the_end():
    """Not a test of lodge: what was started, is ended."""
    if not PROCESSES:
        raise Skip("nothing was started")
    for process in reversed(PROCESSES[:]):
        end(process)


run(globals())
