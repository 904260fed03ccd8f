#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Containers on networks: the walk-through's item 4. The outside is another network namespace."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

ENV = dict(LIBVIRT_DEFAULT_URI="lxc:///")
MAC = "52:54:00:4d:2b:cd"
DHCP_SCRIPT = """#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip addr add $ip/$mask dev $interface
[ -n "$router" ] && ip route add default via $router
for s in $dns; do echo "nameserver $s"; done > /etc/resolv.conf
"""


def lxc(*argv, **options):
    return sh(LODGE, *argv, env=ENV, **options)


def outside():
    """A namespace behind up0: the host is 198.51.100.1, the outside 198.51.100.2; it knows no route back."""
    if os.path.exists("/run/netns/outside"):
        return
    sh("ip", "netns", "add", "outside")
    sh("ip", "link", "add", "up0", "type", "veth", "peer", "name", "eth0", "netns", "outside")
    sh("ip", "addr", "add", "198.51.100.1/24", "dev", "up0")
    sh("ip", "link", "set", "up0", "up")
    sh("ip", "route", "add", "default", "via", "198.51.100.2")
    sh("ip", "-n", "outside", "addr", "add", "198.51.100.2/24", "dev", "eth0")
    sh("ip", "-n", "outside", "link", "set", "eth0", "up")


def guest(name, interface, root=True, extra=""):
    busybox_root("/export/root")
    script = pathlib.Path("/export/root/etc/udhcpc.script")
    script.write_text(DHCP_SCRIPT)
    script.chmod(0o755)
    devices = "<console type='pty'/>" + interface
    if root:
        devices += "<filesystem type='mount'><source dir='/export/root'/><target dir='/'/></filesystem>"
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(domain_xml(name, "/bin/sleep", ("1000",), devices=devices, body=extra))
    lxc("define", path)
    lxc("start", name)


def inside(name, *argv, **options):
    return lxc("exec", name, "--", *argv, **options).stdout


def init_of(name):
    supervisor = lxc("domid", name).stdout.strip()
    return pathlib.Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()[0]


def remove(name):
    lxc("destroy", name)
    lxc("undefine", name)


def links():
    return set(os.listdir("/sys/class/net"))


def test_default_network_with_dhcp_gateway_and_nat():
    needs("dnsmasq", "nft")
    outside()
    before_forward = open("/proc/sys/net/ipv4/ip_forward").read()
    matches(lodge("net-list", "--all").stdout, r"^ default +inactive ")
    guest("dhcp", f"<interface type='network'><mac address='{MAC}'/><source network='default'/></interface>")
    matches(lodge("net-list").stdout, r"^ default +active ")
    host = matches(lxc("domiflist", "dhcp").stdout, rf"^ (veth\S+) +network +default +\S+ +{MAC}$")[1]
    bridge = matches(lodge("net-info", "default").stdout, r"^Bridge: +(\S+)$")[1]
    assert os.path.exists(f"/sys/class/net/{bridge}/brif/{host}")
    names = sorted(re.findall(r"^\d+: (\w+)", inside("dhcp", "ip", "link"), re.M))
    equal(names, ["eth0", "lo"])
    matches(inside("dhcp", "ip", "link", "show", "eth0"), MAC)
    inside("dhcp", "udhcpc", "-i", "eth0", "-n", "-q", "-t", "10", "-T", "1", "-s", "/etc/udhcpc.script", timeout=40)
    gateway = matches(inside("dhcp", "ip", "route"), r"default via (\S+)")[1]
    inside("dhcp", "ping", "-c", "1", "-W", "5", gateway)
    inside("dhcp", "ping", "-c", "1", "-W", "5", "198.51.100.2")
    matches(lodge("net-dhcp-leases", "default").stdout, MAC)
    matches(lxc("domifaddr", "dhcp").stdout, rf"{MAC} +ipv4 +\d+\.\d+\.\d+\.\d+/24")
    remove("dhcp")
    assert host not in links()
    lodge("net-destroy", "default")
    equal(open("/proc/sys/net/ipv4/ip_forward").read(), before_forward)
    assert bridge not in links()


def test_by_hand_with_ip_route_mtu_and_guest_dev():
    sh("ip", "link", "add", "br9", "type", "bridge")
    sh("ip", "addr", "add", "10.9.0.1/24", "dev", "br9")
    sh("ip", "link", "set", "br9", "up")
    guest("byhand", "<interface type='bridge'><source bridge='br9'/><ip address='10.9.0.7' family='ipv4' prefix='24'/>"
          "<ip address='fd00:9::7' family='ipv6' prefix='64'/>"
          "<route family='ipv4' address='0.0.0.0' gateway='10.9.0.1'/><guest dev='lan7'/><mtu size='1400'/></interface>")
    inside("byhand", "ping", "-c", "1", "-W", "5", "10.9.0.1")
    matches(inside("byhand", "ip", "link", "show", "lan7"), "mtu 1400")
    matches(inside("byhand", "ip", "addr", "show", "lan7"), "fd00:9::7/64")
    matches(inside("byhand", "ip", "route"), "default via 10.9.0.1 dev lan7")
    remove("byhand")
    guest("down", "<interface type='bridge'><source bridge='br9'/><link state='down'/></interface>")
    assert "UP" not in matches(inside("down", "ip", "link", "show", "eth0"), r"<(.*?)>")[1].split(",")
    remove("down")
    sh("ip", "link", "del", "br9")


def test_direct_in_all_four_modes():
    sh("ip", "link", "add", "par0", "type", "veth", "peer", "name", "par1")
    sh("ip", "link", "set", "par0", "up")
    sh("ip", "link", "set", "par1", "up")
    for mode in ("vepa", "bridge", "private", "passthrough"):
        guest("d" + mode, f"<interface type='direct'><mac address='52:54:00:00:0d:01'/><source dev='par0' mode='{mode}'/></interface>")
        name = "passthru" if mode == "passthrough" else mode
        found = lxc("exec", "d" + mode, "--", "cat", "/proc/net/dev").stdout
        assert "eth0:" in found, found
        shown = sh("nsenter", "-t", init_of("d" + mode), "-n", "ip", "-d", "link", "show", "eth0").stdout
        matches(shown, rf"macvlan +mode {name}")
        matches(shown, "link/ether 52:54:00:00:0d:01")
        remove("d" + mode)
    sh("ip", "link", "del", "par0")


def test_ethernet_is_a_plain_pair():
    before = links()
    guest("ether", "<interface type='ethernet'/>")
    made = links() - before
    equal(len(made), 1)
    matches(inside("ether", "ip", "link"), r"eth0")
    remove("ether")
    equal(links(), before)


def test_private_resolv_conf_with_the_host_root():
    pathlib.Path("/etc/resolv.conf").write_text("nameserver 192.0.2.53\n")
    guest("resolv", "<interface type='ethernet'/>", root=False)
    equal(inside("resolv", "cat", "/etc/resolv.conf"), "nameserver 192.0.2.53\n")
    inside("resolv", "sh", "-c", "echo nameserver 10.0.0.1 > /etc/resolv.conf")
    equal(inside("resolv", "cat", "/etc/resolv.conf"), "nameserver 10.0.0.1\n")
    equal(open("/etc/resolv.conf").read(), "nameserver 192.0.2.53\n")
    remove("resolv")


def test_no_interface_shares_the_network_and_privnet_does_not():
    guest("shares", "")
    equal(os.readlink(f"/proc/{init_of('shares')}/ns/net"), os.readlink("/proc/self/ns/net"))
    matches(lxc("dominfo", "shares").stdout, "(?i)network.*host")
    remove("shares")
    guest("alone", "", extra="<features><privnet/></features>")
    equal(re.findall(r"^\d+: (\w+)", inside("alone", "ip", "link"), re.M), ["lo"])
    remove("alone")


def test_a_missing_bridge_or_network_is_said():
    pathlib.Path("/tmp/miss.xml").write_text(domain_xml("miss", devices="<interface type='bridge'><source bridge='nobr'/></interface>"))
    matches(fails("-c", "lxc:///", "create", "/tmp/miss.xml"), "nobr")
    pathlib.Path("/tmp/miss.xml").write_text(domain_xml("miss", devices="<interface type='network'><source network='nonet'/></interface>"))
    matches(fails("-c", "lxc:///", "create", "/tmp/miss.xml"), "nonet")
    equal(lxc("list", "--all", "--name").stdout.strip(), "")


DEFAULT = "<interface type='network'><source network='default'/></interface>"


def fails_to_start(name, devices=DEFAULT, init="/no/such/init"):
    """A transient guest on the default network that cannot start; what was said."""
    path = f"/tmp/{name}.xml"
    pathlib.Path(path).write_text(domain_xml(name, init, devices=devices))
    return fails("-c", "lxc:///", "create", path)


def is_active(network="default"):
    return network in lodge("net-list", "--name").stdout.split()


def test_a_failed_start_stops_the_network_that_it_started():
    needs("dnsmasq", "nft")
    before = links(), open("/proc/sys/net/ipv4/ip_forward").read()
    for devices, why in ((DEFAULT, "/no/such/init"), (DEFAULT + DEFAULT, "/no/such/init"),
                         (DEFAULT + DEFAULT.replace("default", "nonet"), "nonet")):
        matches(fails_to_start("broken", devices), why)
        assert not is_active(), "the network stays"
        equal((links(), open("/proc/sys/net/ipv4/ip_forward").read()), before)
        equal([n for n in os.listdir("/run/lodge/vnet") if n == ".on-demand"], [])


def test_a_plan_is_shown_before_the_network_ever_ran():
    os.makedirs("/tmp/plans", exist_ok=True)
    house = ("-c", "lxc:///embed?root=/tmp/plans")
    pathlib.Path("/tmp/shown.xml").write_text(domain_xml("shown", devices=DEFAULT))
    lodge(*house, "define", "/tmp/shown.xml")
    matches(lodge(*house, "start", "--dry-run", "shown").stdout, r"^veth .* @default$")


def test_a_failed_start_leaves_a_network_that_ran():
    needs("dnsmasq", "nft")
    lodge("net-start", "default")
    fails_to_start("broken")
    assert is_active()
    lodge("net-destroy", "default")


def test_a_failed_start_leaves_a_network_that_somebody_uses_by_now():
    needs("dnsmasq", "nft")
    path = shutil.which("dnsmasq")
    os.rename(path, path + ".away")
    pathlib.Path(path).write_text(  # the bridge is there then: somebody plugs in without asking us
        "#!/bin/sh\nfor b in /sys/class/net/*/bridge; do b=${b%/bridge}; ip link add port0 type veth peer name port1 && "
        f"ip link set port0 master ${{b##*/}}; done >/dev/null 2>&1\nexec {path}.away \"$@\"\n")
    os.chmod(path, 0o755)
    try:
        fails_to_start("broken")
        assert is_active()
    finally:
        os.rename(path + ".away", path)
        sh("ip", "link", "del", "port0", ok=False)
        lodge("net-destroy", "default", ok=False)


def test_guests_and_users_that_want_a_network_wait_for_the_one_that_may_fail():
    needs("dnsmasq", "nft")
    pathlib.Path("/tmp/broken.xml").write_text(domain_xml("broken", "/no/such/init", devices=DEFAULT))
    pathlib.Path("/tmp/good.xml").write_text(domain_xml("good", "/bin/sleep", ("1000",), devices=DEFAULT))
    for want in (("create", "/tmp/good.xml"), ("net-start", "default")) * 4:
        bad = subprocess.Popen([LODGE, "-c", "lxc:///", "create", "/tmp/broken.xml"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists("/run/lodge/vnet/.on-demand") or bad.poll() is not None, what="the network's start")
        lodge(*want)
        assert bad.wait(timeout=30) != 0
        assert is_active()
        if want[0] == "create":
            lxc("destroy", "good")
        lodge("net-destroy", "default")


def test_a_moved_device_comes_back():
    sh("ip", "link", "add", "mv0", "type", "veth", "peer", "name", "mv1")
    guest("moved", "<hostdev mode='capabilities' type='net'><source><interface>mv0</interface></source></hostdev>")
    assert "mv0" not in links()
    matches(inside("moved", "ip", "link"), "mv0")
    remove("moved")
    wait_for(lambda: "mv0" in links(), what="mv0 back on the host")
    sh("ip", "link", "del", "mv0")


run(globals())
