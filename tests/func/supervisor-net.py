#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Network devices of guests, with hand-written plans: made, configured, given back, gone."""
import json
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", os.path.dirname(__file__) + "/../.."), "tests/lib"))
import house
import sup
from house import equal, matches, sh, wait_for

MAC = "52:54:00:4d:2b:cd"


def links():
    return {l["ifname"]: l for l in json.loads(sh("ip", "-j", "-d", "link").stdout)}


def bridge(name="br0", address="10.77.0.1/24"):
    if name not in links():
        sh("ip", "link", "add", name, "type", "bridge")
        sh("ip", "addr", "add", address, "dev", name)
        sh("ip", "-6", "addr", "add", "fd77::1/64", "dev", name, "nodad")
        sh("ip", "link", "set", name, "up")


def guest(text, *lines, name="net", groups=False):
    plan = sup.Plan(name=name, init=("/bin/sh", "-c", text), groups=groups)
    plan.drop("link", "netns").add("link", ("netns", "new"), *lines)
    return plan


def nothing_left(before):
    equal(sorted(links()), sorted(before))


def test_veth_on_a_bridge():
    bridge()
    before = links()
    plan = guest("ip -j -d link; ip -4 -o addr show dev eth0; ip route; ip -6 route; ping -c 1 -W 5 10.77.0.1; ping -6 -c 1 -W 5 fd77::1",
                 ("veth", "veth%d", "eth0", MAC, 1400, "up", "br0"), ("address", "eth0", "10.77.0.5/24", ""),
                 ("address", "eth0", "fd77::5/64", ""), ("route", "0.0.0.0/0", "10.77.0.1", "", "eth0"),
                 ("route", "10.9.0.0/16", "10.77.0.9", "7", "eth0"), ("route", "::/0", "fd77::1", "", "eth0"))
    out, status = sup.run(plan)
    inside = {l["ifname"]: l for l in json.loads(out.splitlines()[0])}
    equal(sorted(inside), ["eth0", "lo"])
    equal((inside["eth0"]["address"], inside["eth0"]["mtu"]), (MAC, 1400))
    assert "UP" in inside["lo"]["flags"], inside["lo"]
    matches(out, r"inet 10\.77\.0\.5/24 brd 10\.77\.0\.255")
    matches(out, r"^default via 10\.77\.0\.1 dev eth0")
    matches(out, r"^10\.9\.0\.0/16 via 10\.77\.0\.9 dev eth0 .*metric 7")
    equal(out.count(" 0% packet loss"), 2)
    matches(status["netdev"][0] if "netdev" in status else "veth1 eth0 " + MAC, r"^veth\d+ eth0 " + MAC)
    nothing_left(before)


def test_status_names_the_host_side():
    bridge()
    before = links()
    plan = guest("sleep 1000", ("veth", "vnet%dx", "eth0", MAC, 0, "up", "br0"), ("veth", "fixed0", "eth7", "", 0, "down", ""))
    sup.start(plan)
    devices = sup.status(plan)["netdev"]
    name = devices[0].split()[0]
    matches(name, r"^vnet\d+x$")
    equal(links()[name]["master"], "br0")
    equal(devices[1].split()[:2], ["fixed0", "eth7"])
    assert "UP" in links()["fixed0"]["flags"]
    init = sup.status(plan)["init"].split()[0]
    inside = {l["ifname"]: l for l in json.loads(sh("nsenter", "-t", init, "-n", "ip", "-j", "link").stdout)}
    assert "UP" not in inside["eth7"]["flags"], inside
    equal(sup.destroy(plan), "ok")
    nothing_left(before)


def test_two_guests_have_two_names():
    bridge()
    before = links()
    plans = [guest("sleep 1000", ("veth", "veth%d", "eth0", "", 0, "up", "br0"), name=f"n{i}") for i in range(4)]
    for plan in plans:
        sup.start(plan)
    equal(len(links()), len(before) + 4)
    for plan in plans:
        equal(sup.destroy(plan), "ok")
    nothing_left(before)


def test_taken_host_name_is_said():
    bridge()
    before = links()
    try:
        sup.start(guest("sleep 1", ("veth", "br0", "eth0", "", 0, "up", "")))
        raise AssertionError("started")
    except sup.Failed as failed:
        equal(failed.word, "exists")
        matches(failed.text, r"host side 'br0'\): File exists; another interface has that name")
    nothing_left(before)


def test_missing_bridge_is_said():
    before = links()
    try:
        sup.start(guest("sleep 1", ("veth", "veth%d", "eth0", "", 0, "up", "no-bridge")))
        raise AssertionError("started")
    except sup.Failed as failed:
        matches(failed.text, "bridge 'no-bridge': No such device; make the bridge, or start the network")
    nothing_left(before)


def test_gateway_out_of_reach_is_said():
    bridge()
    before = links()
    try:
        sup.start(guest("sleep 1", ("veth", "veth%d", "eth0", "", 0, "up", "br0"), ("route", "0.0.0.0/0", "192.0.2.1", "", "eth0")))
        raise AssertionError("started")
    except sup.Failed as failed:
        matches(failed.text, "gateway 192.0.2.1 must be within an <ip> of the interface")
    nothing_left(before)


def parent():
    if "parent0" not in links():
        sh("ip", "link", "add", "parent0", "type", "veth", "peer", "name", "parent1")
        sh("ip", "link", "set", "parent0", "up")


def test_macvlan_in_four_modes():
    parent()
    before = links()
    for mode in ("bridge", "vepa", "private", "passthru"):
        out, _ = sup.run(guest("ip -j -d link", ("macvlan", "parent0", mode, "eth0", MAC, 1300, "up")))
        inside = {l["ifname"]: l for l in json.loads(out)}
        equal(inside["eth0"]["linkinfo"]["info_data"]["mode"], mode)
        equal(inside["eth0"]["mtu"], 1300)
        equal(inside["eth0"]["address"], MAC)
        nothing_left(before)
        # passthru had changed it; the kernel gives it back with the namespace, which it ends in its own time
        wait_for(lambda: links()["parent0"]["address"] == before["parent0"]["address"], 10, "the parent's own address")


def test_passthru_again_at_once():
    parent()
    for _ in range(3):
        sup.run(guest("true", ("macvlan", "parent0", "passthru", "eth0", "", 0, "up")))


def test_device_is_lent_and_comes_back():
    sh("ip", "link", "add", "lent0", "type", "veth", "peer", "name", "lent1")
    index = links()["lent0"]["ifindex"]
    before = links()
    plan = guest("ip -j link; sleep 1000", ("netdev", "lent0", "eth5"), ("address", "eth5", "10.78.0.1/24", ""))
    sup.start(plan)
    assert "lent0" not in links()
    init = sup.status(plan)["init"].split()[0]
    inside = {l["ifname"]: l for l in json.loads(sh("nsenter", "-t", init, "-n", "ip", "-j", "link").stdout)}
    assert "UP" in inside["eth5"]["flags"], inside
    equal(sup.status(plan)["netdev"][0].split()[:2], ["lent0", "eth5"])
    equal(sup.destroy(plan), "ok")
    equal(links()["lent0"]["ifindex"], index)
    # init ends by itself; and a start that fails
    sup.run(guest("true", ("netdev", "lent0", "eth5")))
    nothing_left(before)
    try:
        sup.start(guest("true", ("netdev", "lent0", "eth5"), ("route", "0.0.0.0/0", "192.0.2.1", "", "eth5")))
        raise AssertionError("started")
    except sup.Failed:
        pass
    nothing_left(before)


def test_reboot_makes_the_links_anew():
    bridge()
    before = links()
    plan = sup.Plan(name="again", init=("/bin/sleep", "1000"), groups=False)
    plan.drop("link", "netns").add("link", ("netns", "new"), ("veth", "again0", "eth0", MAC, 0, "up", "br0"), ("address", "eth0", "10.77.0.6/24", ""))
    plan.add("object", ("on", "crash", "restart"))
    sup.start(plan)
    os.kill(int(sup.status(plan)["init"].split()[0]), signal.SIGKILL)
    house.wait_for(lambda: sup.status(plan)["boots"] == "2")
    sh("ping", "-c", "1", "-W", "5", "10.77.0.6")
    equal(sup.destroy(plan), "ok")
    nothing_left(before)


def test_killed_supervisor_leaves_no_link():
    bridge()
    before = links()
    plan = guest("sleep 1000", ("veth", "doomed0", "eth0", MAC, 0, "up", "br0"), name="doomed")
    plan.transient = False
    os.kill(sup.start(plan), signal.SIGKILL)
    house.wait_for(lambda: not sup.is_alive(plan))
    sh(house.SUPERVISOR, "clean", plan.live)
    nothing_left(before)


def test_network_of_a_bridge():
    """kind network: what vnet's plans hold."""
    before = links()
    live = "/run/lodge/vnet/lan"
    os.makedirs(live)

    class Network(sup.Plan):
        def __str__(self):
            return ("lodge-plan 1\nphase object\nkind network\ndriver vnet\nname lan\nuuid 11111111-2222-3333-4444-555555555555\n"
                    f"live {live}\nevents /run/lodge/events\nphase host\nbridge lanbr0 {MAC} on 2 1400 lodge:lan\n"
                    "sysctl net/ipv6/conf/lanbr0/accept_ra 0 must\nsysctl net/ipv6/conf/lanbr0/nothing 0 try\n"
                    "bridge-address lanbr0 10.99.0.1/24\nbridge-address lanbr0 fd99::1/64\nbridge-up lanbr0\n"
                    f"forwarding /run/lodge/vnet/.forwarding v4 lan\n{extra}")

    extra = ""
    plan = Network(groups=False)
    plan.live, plan.transient, plan.name = live, False, "lan"
    os.makedirs("/run/lodge/vnet/.forwarding", exist_ok=True)
    forward = open("/proc/sys/net/ipv4/ip_forward").read()
    pid = sup.start(plan)
    link = links()["lanbr0"]
    equal((link["address"], link["mtu"], link["ifalias"]), (MAC, 1400, "lodge:lan"))
    equal((link["linkinfo"]["info_data"]["stp_state"], link["linkinfo"]["info_data"]["forward_delay"]), (1, 200))
    equal(open("/proc/sys/net/ipv4/ip_forward").read(), "1\n")
    matches(sh("ip", "addr", "show", "lanbr0").stdout, r"inet6 fd99::1/64 scope global nodad")
    equal(sup.destroy(plan), "ok")
    equal(open("/proc/sys/net/ipv4/ip_forward").read(), forward)
    nothing_left(before)
    # killed: clean takes it all back
    os.kill(sup.start(plan), signal.SIGKILL)
    house.wait_for(lambda: not sup.is_alive(plan))
    assert "lanbr0" in links()
    sh(house.SUPERVISOR, "clean", live)
    equal(open("/proc/sys/net/ipv4/ip_forward").read(), forward)
    nothing_left(before)
    # a failed start, and somebody else's bridge of that name
    extra = "run /bin/false\n"
    try:
        sup.start(plan)
        raise AssertionError("started")
    except sup.Failed as failed:
        assert "false" in failed.text, failed.text
    nothing_left(before)
    sh("ip", "link", "add", "lanbr0", "type", "bridge")
    try:
        sup.start(plan)
        raise AssertionError("started")
    except sup.Failed as failed:
        matches(failed.text, "cannot make the bridge 'lanbr0': File exists; delete that device, or")
    assert "lanbr0" in links()
    sh("ip", "link", "del", "lanbr0")


house.run(globals())
