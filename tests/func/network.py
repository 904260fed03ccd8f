#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Virtual networks: what guests of each forward mode reach, DHCP and DNS, several at once."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403
from wires import *  # noqa: E402,F403

LINKS = None


def setup():
    global LINKS
    needs("dnsmasq", "nft", "ip")
    outside()
    fresh()
    if LINKS is None:
        LINKS = set(os.listdir("/sys/class/net"))


def test_default_is_there_from_the_start():
    needs("dnsmasq", "nft")
    matches(net("net-list", "--all").stdout, r"^ default +inactive +no +yes *$")
    matches(net("net-info", "default").stdout, r"^Persistent: +yes$")
    matches(net("net-dumpxml", "default").stdout, r"<name>default</name>")
    assert not os.path.exists("/etc/lodge/vnet/default.xml")


def test_nat_with_dhcp():
    setup()
    define("natted", v4(1))
    bridge = bridge_of("natted")
    guest("g1", bridge, "52:54:00:4d:2b:01")
    got = dhcp("g1")
    matches(got["ip"], r"^10\.77\.1\.(5|6|7|8|9)\d$")
    equal((got["router"], got["dns"]), ("10.77.1.1", "10.77.1.1"))
    pings("g1", "10.77.1.1")
    pings("g1", OUTSIDE)
    source, port = seen_source("g1")
    equal(source, "198.51.100.1")
    assert port >= 1024
    matches(net("net-dhcp-leases", "natted").stdout, rf"52:54:00:4d:2b:01 +ipv4 +{got['ip']}/24 +g1 ")
    equal(len(re.findall("52:54:00", net("net-dhcp-leases", "natted", "--mac", "52:54:00:00:00:99").stdout)), 0)
    guest_gone("g1")
    remove("natted")
    nothing_left(LINKS)
    assert not os.path.exists("/var/lib/lodge/vnet/natted.leases")


def test_nat_lets_nobody_in():
    setup()
    define("natted", v4(1))
    guest("g1", bridge_of("natted"))
    by_hand("g1", "10.77.1.9/24", "10.77.1.1")
    in_ns("outside", "ip", "route", "add", "10.77.1.0/24", "via", "198.51.100.1")
    pings("g1", OUTSIDE)
    pings("outside", "10.77.1.9", ok=False)
    in_ns("outside", "ip", "route", "del", "10.77.1.0/24")
    guest_gone("g1")
    remove("natted")
    nothing_left(LINKS)


def test_a_guest_cannot_leave_with_a_false_address():
    setup()
    define("natted", v4(1))
    guest("g1", bridge_of("natted"))
    by_hand("g1", "10.77.1.9/24", "10.77.1.1")
    in_ns("g1", "ip", "addr", "add", "192.0.2.7/32", "dev", "lo")
    done = in_ns("g1", "ping", "-c", "1", "-W", "1", "-I", "192.0.2.7", OUTSIDE, ok=False)
    assert done.returncode != 0
    guest_gone("g1")
    remove("natted")


def test_route_keeps_the_address():
    setup()
    define("routed", v4(2, "route"))
    guest("g1", bridge_of("routed"))
    by_hand("g1", "10.77.2.9/24", "10.77.2.1")
    in_ns("outside", "ip", "route", "add", "10.77.2.0/24", "via", "198.51.100.1")
    equal(seen_source("g1")[0], "10.77.2.9")
    pings("outside", "10.77.2.9")
    in_ns("outside", "ip", "route", "del", "10.77.2.0/24")
    guest_gone("g1")
    remove("routed")
    nothing_left(LINKS)


def test_isolated_reaches_its_own_only():
    setup()
    define("helper", v4(5))  # turns forwarding on: rules, not its absence, keep the isolated guests in
    define("lonely", v4(3, None))
    bridge = bridge_of("lonely")
    guest("g1", bridge)
    guest("g2", bridge)
    got = dhcp("g1")
    equal(got.get("router", ""), "")
    in_ns("g2", "ip", "addr", "add", "10.77.3.9/24", "dev", "eth0")
    pings("g1", "10.77.3.9")
    pings("g1", "10.77.3.1")
    in_ns("g1", "ip", "route", "add", "default", "via", "10.77.3.1")
    in_ns("outside", "ip", "route", "add", "10.77.3.0/24", "via", "198.51.100.1")
    pings("g1", OUTSIDE, ok=False)
    in_ns("outside", "ip", "route", "del", "10.77.3.0/24")
    guest_gone("g1")
    guest_gone("g2")
    remove("lonely")
    remove("helper")
    nothing_left(LINKS)


def test_open_adds_no_rules():
    setup()
    define("open", v4(4, "open"))
    equal(tables(), [])
    equal(forwarding(), "1")
    guest("g1", bridge_of("open"))
    equal(dhcp("g1")["router"], "10.77.4.1")
    guest_gone("g1")
    remove("open")
    nothing_left(LINKS)


def test_bridge_mode_uses_the_hosts_bridge():
    setup()
    matches_error = net_fails("net-create", write("/tmp/b.xml", "<network><name>onbr</name><forward mode='bridge'/><bridge name='nobr7'/></network>"))
    matches(matches_error, "nobr7")
    sh("ip", "link", "add", "br7", "type", "bridge")
    net("net-create", write("/tmp/b.xml", "<network><name>onbr</name><forward mode='bridge'/><bridge name='br7'/></network>"))
    equal(bridge_of("onbr"), "br7")
    net("net-destroy", "onbr")
    assert os.path.exists("/sys/class/net/br7")
    sh("ip", "link", "del", "br7")
    nothing_left(LINKS)


def test_ipv6_by_advertisements_and_dhcp():
    setup()
    define("six", "<forward mode='route'/><bridge stp='off' delay='0'/>"
           "<ip family='ipv6' address='fd00:77::1' prefix='64'>"
           "<dhcp><range start='fd00:77::100' end='fd00:77::1ff'/></dhcp></ip>"
           "<ip family='ipv6' address='fd00:78::1' prefix='64'/>")
    equal(pathlib.Path("/proc/sys/net/ipv6/conf/all/forwarding").read_text(), "1\n")
    guest("g1", bridge_of("six"))
    show = lambda: in_ns("g1", "ip", "-6", "addr", "show", "dev", "eth0", "scope", "global", "-tentative").stdout
    wait_for(lambda: "fd00:78::" in show(), seconds=20, what="an address of the advertised prefix")
    wait_for(lambda: "default" in in_ns("g1", "ip", "-6", "route").stdout, seconds=20, what="the default route")
    pings("g1", "fd00:78::1")
    in_ns("outside", "ip", "-6", "route", "add", "fd00:78::/64", "via", "2001:db8:100::1")
    matches(seen_source("g1", OUTSIDE6)[0], r"^fd00:78::")
    in_ns("outside", "ip", "-6", "route", "del", "fd00:78::/64")
    guest_gone("g1")
    remove("six")
    equal(pathlib.Path("/proc/sys/net/ipv6/conf/all/forwarding").read_text(), "0\n")
    nothing_left(LINKS)


SIX = ("<forward mode='route'/><bridge stp='off' delay='0'/><domain name='lab.example'/><ip family='ipv6' address='fd00:77::1' prefix='64'>"
       "<dhcp><range start='fd00:77::100' end='fd00:77::1ff'/>"
       "<host id='0:3:0:1:52:54:0:4d:2b:9' name='fixed' ip='fd00:77::9'/></dhcp></ip>")


def leases(*argv):
    return net("net-dhcp-leases", *argv).stdout


def test_dhcp_of_ipv6_end_to_end():
    setup()
    define("six", SIX)
    equal(len(leases("six").splitlines()), 3)
    for name, mac, wanted in (("g1", "52:54:00:4d:2b:01", r"^fd00:77::1[0-9a-f]{2}$"), ("g2", "52:54:00:4d:2b:09", r"^fd00:77::9$")):
        guest(name, bridge_of("six"), mac)
        got = dhcp6(name)
        matches(got["ip"], wanted)
        equal((got["dns"], got["duid"]), ("fd00:77::1", "00:03:00:01:" + mac))
        in_ns(name, "ip", "-6", "addr", "add", got["ip"] + "/64", "dev", "eth0", "nodad")
        pings(name, "fd00:77::1")
        host = "g1" if name == "g1" else "fixed"
        matches(leases("six"), rf"^ \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d +{mac} +ipv6 +{got['ip']}/64 +{host} +{got['duid']}$")
        equal(len(leases("six", "--mac", mac).splitlines()), 4)
        matches(in_ns(name, "busybox", "nslookup", "-type=aaaa", f"{host}.lab.example", "fd00:77::1", ok=False).stdout, re.escape(got["ip"]))
    equal(len(leases("six").splitlines()), 5)
    equal(dhcp6("g2")["ip"], "fd00:77::9")  # once more: the same address, the same lease
    equal(len(leases("six").splitlines()), 5)
    guest_gone("g1")
    guest_gone("g2")
    remove("six")
    nothing_left(LINKS)


def test_dhcp_of_ipv6_with_a_client_of_others():
    setup()
    needs("dhclient")
    define("six", SIX)
    guest("g1", bridge_of("six"), "52:54:00:4d:2b:01")
    script = pathlib.Path("/tmp/dhclient.script")
    script.write_text("#!/bin/sh\n[ \"$reason\" != BOUND6 ] || echo \"$new_ip6_address\" > /tmp/dhclient.ip\nexit 0\n")
    script.chmod(0o755)
    show = lambda: in_ns("g1", "ip", "-6", "addr", "show", "dev", "eth0", "scope", "link", "-tentative").stdout
    wait_for(lambda: "fe80:" in show(), what="the link's own address")
    in_ns("g1", "dhclient", "-6", "-1", "-sf", script, "-lf", "/tmp/dhclient.leases", "-pf", "/tmp/dhclient.pid", "eth0", timeout=60)
    address = pathlib.Path("/tmp/dhclient.ip").read_text().strip()
    matches(leases("six"), rf"52:54:00:4d:2b:01 +ipv6 +{address}/64 ")
    os.kill(int(pathlib.Path("/tmp/dhclient.pid").read_text()), 15)
    guest_gone("g1")
    remove("six")
    nothing_left(LINKS)


def test_static_hosts_in_dhcp_and_dns():
    setup()
    define("names", "<domain name='lab.example' localOnly='yes'/>"
           "<dns><host ip='10.77.6.200'><hostname>db</hostname></host></dns>"
           + v4(6, more="<host mac='52:54:00:4d:2b:09' name='web' ip='10.77.6.9'/>"))
    guest("g1", bridge_of("names"), "52:54:00:4d:2b:09")
    got = dhcp("g1")
    equal((got["ip"], got["domain"]), ("10.77.6.9", "lab.example"))
    matches(in_ns("g1", "busybox", "nslookup", "db", "10.77.6.1", ok=False).stdout, r"10\.77\.6\.200")
    matches(in_ns("g1", "busybox", "nslookup", "web.lab.example", "10.77.6.1", ok=False).stdout, r"10\.77\.6\.9")
    pathlib.Path("/etc/hosts").write_text("192.0.2.66 hosts-secret\n")
    assert "192.0.2.66" not in in_ns("g1", "busybox", "nslookup", "hosts-secret", "10.77.6.1", ok=False).stdout
    guest_gone("g1")
    remove("names")


def test_two_networks_at_once():
    setup()
    define("one", v4(1))
    define("two", v4(2))
    equal(tables(), ["inet lodge_one", "inet lodge_two"])
    assert bridge_of("one") != bridge_of("two")
    guest("g1", bridge_of("one"))
    guest("g2", bridge_of("two"))
    equal(dhcp("g1")["router"], "10.77.1.1")
    equal(dhcp("g2")["router"], "10.77.2.1")
    pings("g1", OUTSIDE)
    pings("g2", OUTSIDE)
    other = matches(in_ns("g2", "ip", "-4", "addr", "show", "eth0").stdout, r"inet (\S+)/24")[1]
    pings("g1", other, ok=False)
    net("net-destroy", "one")
    equal(forwarding(), "1")
    pings("g2", OUTSIDE)
    net("net-destroy", "two")
    equal(forwarding(), "0")
    guest_gone("g1")
    guest_gone("g2")
    net("net-undefine", "one")
    net("net-undefine", "two")
    nothing_left(LINKS)


def test_forwarding_that_was_on_stays_on():
    setup()
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    define("one", v4(1))
    remove("one")
    equal(forwarding(), "1")
    pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("0")


def test_default_takes_a_free_subnet():
    setup()
    sh("ip", "addr", "add", "192.168.122.9/24", "dev", "up0")
    sh("ip", "route", "add", "192.168.123.0/24", "via", "198.51.100.2")
    net("net-start", "default")
    matches(net("net-dumpxml", "default").stdout, r"address=['\"]192\.168\.124\.1['\"]")
    guest("g1", bridge_of("default"))
    got = dhcp("g1")
    equal(got["router"], "192.168.124.1")
    sh("ip", "addr", "del", "192.168.122.9/24", "dev", "up0")
    sh("ip", "route", "del", "192.168.123.0/24")
    guest_gone("g1")
    net("net-destroy", "default")
    net("net-start", "default")
    matches(net("net-dumpxml", "default").stdout, r"address=['\"]192\.168\.122\.1['\"]")
    net("net-destroy", "default")
    nothing_left(LINKS)


def test_a_subnet_in_use_is_refused():
    setup()
    sh("ip", "addr", "add", "10.77.9.40/24", "dev", "up0")
    define("clash", v4(9), start=False)
    matches(net_fails("net-start", "clash"), r"10\.77\.9\.0/24 is in use on this host")
    sh("ip", "addr", "del", "10.77.9.40/24", "dev", "up0")
    net("net-undefine", "clash")
    nothing_left(LINKS)


def write(path, text):
    pathlib.Path(path).write_text(text)
    return path


run(globals())
