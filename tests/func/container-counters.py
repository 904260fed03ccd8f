#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is said of a container's network devices: names, addresses from each source, counters."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

MAC = "52:54:00:4d:2b:cd"
ROOT = "/export/root"
TREE = f"<filesystem type='mount'><source dir='{ROOT}'/><target dir='/'/></filesystem><console type='pty'/>"


def lxc(*argv, **options):
    return lodge("-c", "lxc:///", *argv, **options)


@contextlib.contextmanager
def guest(name, interface):
    busybox_root(ROOT)
    sh("ip", "link", "add", "br7", "type", "bridge")
    sh("ip", "addr", "add", "10.7.0.1/24", "dev", "br7")
    sh("ip", "link", "set", "br7", "up")
    pathlib.Path(f"/tmp/{name}.xml").write_text(domain_xml(name, "/bin/sleep", ("1000",), devices=TREE + interface))
    lxc("create", f"/tmp/{name}.xml")
    try:
        yield lambda *argv, **options: lxc("exec", name, "--", *argv, **options)
    finally:
        lxc("destroy", name)
        sh("ip", "link", "del", "br7")


def bridge_interface(more=""):
    return (f"<interface type='bridge'><mac address='{MAC}'/><source bridge='br7'/><ip address='10.7.0.9' prefix='24'/>{more}</interface>")


def test_names_addresses_and_counters():
    with guest("wired", bridge_interface()) as run:
        row = matches(lxc("domiflist", "wired").stdout, rf"^ (veth\d+) +bridge +br7 +- +{MAC}$")
        host = row[1]
        assert os.path.exists(f"/sys/class/net/{host}/brport")
        matches(lxc("dumpxml", "wired").stdout, rf"<target dev='{host}'/>")
        assert "<target dev" not in lxc("dumpxml", "wired", "--inactive").stdout
        run("ping", "-c", "2", "-W", "2", "10.7.0.1")
        inside = lxc("domifaddr", "wired", "--source", "agent").stdout
        matches(inside, rf"^ eth0 +{MAC} +ipv4 +10\.7\.0\.9/24$")
        matches(inside, r"^ lo +\S+ +ipv4 +127\.0\.0\.1/8$")
        matches(lxc("domifaddr", "wired", "--source", "arp").stdout, rf"^ {host} +{MAC} +ipv4 +10\.7\.0\.9/")
        counters = dict(line.split()[1:] for line in lxc("domifstat", "wired", host).stdout.splitlines() if line.startswith(host))
        assert int(counters["tx_packets"]) >= 2 and int(counters["rx_packets"]) >= 2, counters
        sh("ping", "-c", "1", "-s", "1400", "10.7.0.9")
        later = dict(line.split()[1:] for line in lxc("domifstat", "wired", host).stdout.splitlines() if line.startswith(host))
        assert int(later["rx_bytes"]) - int(counters["rx_bytes"]) >= 1400, (counters, later)
        matches(lxc("domstats", "wired", "--interface").stdout, rf"^  net.0.name={host}$")
        matches(fails("-c", "lxc:///", "domifstat", "wired", "eth99"), "eth99")


def test_a_device_without_a_host_side():
    sh("ip", "link", "add", "parent0", "type", "veth", "peer", "name", "parent1")
    sh("ip", "link", "set", "parent0", "up")
    try:
        with guest("sub", f"<interface type='direct'><mac address='{MAC}'/><source dev='parent0' mode='bridge'/></interface>"):
            matches(lxc("domiflist", "sub").stdout, rf"^ - +direct +parent0 +- +{MAC}$")
            matches(lxc("domifstat", "sub", "eth0").stdout, r"^eth0 rx_bytes \d+$")
    finally:
        sh("ip", "link", "del", "parent0")


def test_mtu_and_link_state():
    with guest("mtu", bridge_interface("<mtu size='1300'/>")) as run:
        equal(run("cat", "/sys/class/net/eth0/mtu").stdout, "1300\n")
    with guest("down", f"<interface type='bridge'><mac address='{MAC}'/><source bridge='br7'/><link state='down'/></interface>") as run:
        matches(run("ip", "link", "show", "eth0").stdout, r"eth0@\S+ <BROADCAST,MULTICAST,M-DOWN>")


run(globals())
