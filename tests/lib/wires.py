# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/wires.py - network namespaces as guests and as the outside, for tests of virtual networks.

Used inside a house (tests/lib/house.py): everything here dies with the house's network namespace.
"""
import os
import pathlib
import re
import sys

from house import LODGE, needs, sh, wait_for

OUTSIDE = "198.51.100.2"
OUTSIDE6 = "2001:db8:100::2"
DHCP_SCRIPT = """#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip addr add $ip/$mask dev $interface
[ -n "$router" ] && ip route add default via $router
echo "ip=$ip router=$router dns=$dns domain=$domain"
exit 0
"""


def net(*argv, **options):
    return sh(LODGE, "-c", "network:///system", *argv, **options)


def net_fails(*argv, **options):
    """Run lodge, which must fail; its stderr."""
    done = net(*argv, ok=False, **options)
    assert done.returncode != 0, f"{argv} succeeded: {done.stdout}"
    return done.stderr


def fresh():
    """Take away what a failed test before this one left, so that one failure stays one."""
    for name in ("g1", "g2"):
        sh("ip", "netns", "del", name, ok=False)
    for command in ("net-destroy", "net-undefine"):
        for line in net("net-list", "--all", ok=False).stdout.splitlines()[2:]:
            if line.split() and (command, line.split()[0]) != ("net-undefine", "default"):
                net(command, line.split()[0], ok=False)
    sh("ip", "link", "del", "br7", ok=False)
    for table in re.findall(r"^table (.*)$", sh("nft", "list", "tables").stdout, re.M):
        sh("nft", "delete", "table", *table.split(), ok=False)


def define(name, body, start=True):
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(f"<network><name>{name}</name>{body}</network>\n")
    net("net-define", path)
    if start:
        return net("net-start", name)
    return None


def remove(name):
    net("net-destroy", name)
    net("net-undefine", name)


def v4(third, forward="nat", more="", dhcp=True, bridge=""):
    """A network 10.77.THIRD.0/24 whose guests have .50 and up."""
    how = f"<forward mode='{forward}'/>" if forward else ""
    ranges = f"<dhcp><range start='10.77.{third}.50' end='10.77.{third}.99'/>{more}</dhcp>" if dhcp else ""
    name = f" name='{bridge}'" if bridge else ""
    return f"{how}<bridge{name} stp='off' delay='0'/><ip address='10.77.{third}.1' prefix='24'>{ranges}</ip>"


def bridge_of(name):
    return re.search(r"^Bridge: +(\S+)$", net("net-info", name).stdout, re.M)[1]


def in_ns(name, *argv, **options):
    return sh("ip", "netns", "exec", name, *argv, **options)


def outside():
    """Namespace `outside` behind up0: the host is .1, the outside .2, which knows no route back."""
    if os.path.exists("/run/netns/outside"):
        return
    sh("ip", "netns", "add", "outside")
    sh("ip", "link", "add", "up0", "type", "veth", "peer", "name", "eth0", "netns", "outside")
    sh("ip", "addr", "add", "198.51.100.1/24", "dev", "up0")
    sh("ip", "-6", "addr", "add", "2001:db8:100::1/64", "dev", "up0", "nodad")
    sh("ip", "link", "set", "up0", "up")
    in_ns("outside", "ip", "addr", "add", OUTSIDE + "/24", "dev", "eth0")
    in_ns("outside", "ip", "-6", "addr", "add", OUTSIDE6 + "/64", "dev", "eth0", "nodad")
    in_ns("outside", "ip", "link", "set", "eth0", "up")
    in_ns("outside", "ip", "link", "set", "lo", "up")


def guest(name, bridge, mac=None):
    """Namespace NAME with eth0 on @bridge."""
    sh("ip", "netns", "add", name)
    sh("ip", "link", "add", f"h-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
    if mac:
        in_ns(name, "ip", "link", "set", "eth0", "address", mac)
    sh("ip", "link", "set", f"h-{name}", "master", bridge, "up")
    in_ns(name, "ip", "link", "set", "lo", "up")
    in_ns(name, "ip", "link", "set", "eth0", "up")


def guest_gone(name):
    sh("ip", "netns", "del", name)
    wait_for(lambda: not os.path.exists(f"/sys/class/net/h-{name}"), what="the end of the guest's link")


def by_hand(name, address, gateway):
    in_ns(name, "ip", "addr", "add", address, "dev", "eth0")
    in_ns(name, "ip", "route", "add", "default", "via", gateway)


def dhcp(name, ok=True, tries=8):
    """Ask for an address; {"ip": ..., "router": ..., "dns": ..., "domain": ...}."""
    needs("busybox")
    script = pathlib.Path("/tmp/udhcpc.script")
    script.write_text(DHCP_SCRIPT)
    script.chmod(0o755)
    done = in_ns(name, "busybox", "udhcpc", "-f", "-n", "-q", "-i", "eth0", "-t", tries, "-T", "1", "-x", f"hostname:{name}",
                 "-s", script, ok=ok, timeout=60)
    return dict(word.split("=", 1) for word in done.stdout.split() if "=" in word)


def dhcp6(name):
    """Ask for an IPv6 address; {"ip": ..., "dns": ..., "duid": ...}."""
    client = pathlib.Path(__file__).with_name("dhcp6.py")
    done = in_ns(name, sys.executable, client, "eth0", name, timeout=60)
    return dict(word.split("=", 1) for word in done.stdout.split())


def pings(name, address, ok=True):
    done = in_ns(name, "ping", "-c", "1", "-W", "2" if ok else "1", address, ok=False)
    assert (done.returncode == 0) == ok, f"ping {address} from {name}: {done.stdout}{done.stderr}"


def seen_source(name, address=OUTSIDE):
    """The source address that the outside sees of a guest's connection."""
    family = "AF_INET6" if ":" in address else "AF_INET"
    listen = (f"import socket\ns = socket.socket(socket.{family})\ns.setsockopt(1, 2, 1)\ns.bind(('{address}', 7777))\n"
              "s.listen()\nprint('ready', flush=True)\ns.settimeout(10)\nc, a = s.accept()\nprint(a[0], a[1])\n")
    import subprocess
    server = subprocess.Popen(["ip", "netns", "exec", "outside", "python3", "-c", listen], stdout=subprocess.PIPE, text=True)
    assert server.stdout.readline() == "ready\n"
    connect = f"import socket\nsocket.create_connection(('{address}', 7777), 5).close()\n"
    done = in_ns(name, "python3", "-c", connect, ok=False)
    if done.returncode != 0:
        server.kill()
        server.wait()
        raise AssertionError(done.stderr)
    line = server.stdout.read().split()
    server.wait()
    return line[0], int(line[1])


def tables():
    return sorted(re.findall(r"^table (inet lodge\S*)", sh("nft", "list", "tables").stdout, re.M))


def forwarding():
    return pathlib.Path("/proc/sys/net/ipv4/ip_forward").read_text().strip()


def nothing_left(links_before):
    left = set(os.listdir("/sys/class/net")) - links_before
    assert not left, f"links left: {left}"
    assert not tables(), f"tables left: {tables()}"
    live = "/run/lodge/vnet"
    names = [n for n in os.listdir(live) if not n.startswith((".", "by-"))] if os.path.isdir(live) else []
    alive = [n for n in names if "state ended" not in pathlib.Path(f"{live}/{n}/status").read_text()]
    assert not alive, f"live directories left: {alive}"
