#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lodge writes for ifupdown, read back by the real ifquery and `ifup --no-act` of ifupdown 0.8: each golden case and
hundreds of random interfaces mean there what their XML says. And files with errors: the same line, the same words.

Argument: the program netif-random. Looks for ifquery in PATH, in LODGE_IFUPDOWN (a folder that the package was unpacked into
with dpkg -x), or unpacks an ifupdown package that lies in apt's cache. Nothing of the host is started, stopped or written."""
import glob
import ipaddress
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

SOURCE = pathlib.Path(os.environ["SOURCE"])
GOLDEN = SOURCE / "tests/golden/netif/debian"
RANDOM = 150
TAKES_MTU = {("inet", "static"), ("inet", "manual"), ("inet6", "static"), ("inet6", "manual")}


def find_ifupdown(folder):
    """The directory of ifquery and ifup 0.8, or None."""
    places = [os.environ.get("LODGE_IFUPDOWN", "") + "/sbin"] if os.environ.get("LODGE_IFUPDOWN") else []
    found = shutil.which("ifquery", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found:
        places.append(os.path.dirname(found))
    for package in sorted(glob.glob("/var/cache/apt/archives/ifupdown_0.8*.deb")):
        if shutil.which("dpkg"):
            subprocess.run(["dpkg", "-x", package, f"{folder}/package"], check=True)
            places.append(f"{folder}/package/sbin")
    for place in places:
        try:
            version = subprocess.run([f"{place}/ifquery", "--version"], capture_output=True, text=True).stdout
        except OSError:
            continue
        if "ifquery version 0.8" in version:
            return place
    return None


class Ifupdown:
    def __init__(self, place, folder):
        self.place, self.state = place, f"{folder}/run"
        os.mkdir(self.state)

    def run(self, program, *args):
        return subprocess.run([f"{self.place}/{program}", *args], capture_output=True, text=True, cwd="/")

    def query(self, file, *args):
        done = self.run("ifquery", "-i", str(file), *args)
        return done.stdout, done.stderr

    def commands(self, file, name):
        done = self.run("ifup", "--no-act", "--verbose", "--force", "-i", str(file), "--state-dir", self.state, name)
        assert done.returncode == 0, f"ifup --no-act: {done.stderr}"
        return [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]


def prefix_of(address, prefix):
    """As ifupdown has it when none is said: by class, or the full length."""
    if prefix is not None:
        return int(prefix)
    if ":" in address:
        return 128
    first = int(address.split(".")[0])
    return 8 if first < 128 else 16 if first < 192 else 24


def normal(text):
    return str(ipaddress.ip_interface(text))


class Wanted:
    """What the XML asks for."""

    def __init__(self, xml):
        self.root = ET.fromstring(xml)
        self.name, self.type = self.root.get("name"), self.root.get("type")
        self.start = self.root.find("start").get("mode")
        self.mtu = self.root.find("mtu").get("size") if self.root.find("mtu") is not None else None
        self.mac = self.root.find("mac").get("address").lower() if self.root.find("mac") is not None else None
        self.ipv4 = next((p for p in self.root.findall("protocol") if p.get("family") == "ipv4"), None)
        self.ipv6 = next((p for p in self.root.findall("protocol") if p.get("family") == "ipv6"), None)

    def addresses(self):
        for protocol in (self.ipv4, self.ipv6):
            for ip in protocol.findall("ip") if protocol is not None else []:
                yield normal(f"{ip.get('address')}/{prefix_of(ip.get('address'), ip.get('prefix'))}")

    def gateways(self):
        for protocol in (self.ipv4, self.ipv6):
            if protocol is not None and protocol.find("route") is not None:
                yield protocol.find("route").get("gateway")

    def has(self, protocol, element):
        return protocol is not None and protocol.find(element) is not None

    def first(self):
        """Family and method of the first stanza."""
        protocol = self.root.find("protocol")
        if protocol is None:
            return "inet", "manual"
        method = "dhcp" if protocol.find("dhcp") is not None else "static" if protocol.find("ip") is not None else "manual"
        return ("inet6" if protocol.get("family") == "ipv6" else "inet"), method


def added(commands):
    """Addresses that the commands add."""
    for line in commands:
        match = re.match(r"ip (?:-6 )?addr add (\S+)", line) or re.match(r"/sbin/ifconfig \S+ inet6 add (\S+)", line)
        if match:
            yield normal(match[1])


def check_addresses(wanted, commands):
    assert sorted(added(commands)) == sorted(wanted.addresses()), f"addresses {sorted(added(commands))}"
    routes = [m[1] for m in (re.match(r"ip (?:-6 )?route (?:add|replace) default via (\S+)", c) for c in commands) if m]
    assert sorted(routes) == sorted(wanted.gateways()), f"gateways {routes}"
    for protocol, word in ((wanted.ipv4, "dhclient -4"), (wanted.ipv6, "dhclient -6")):
        runs = any(word in c for c in commands)
        assert runs == wanted.has(protocol, "dhcp"), f"{word}: {runs}"
    off = any(re.search(r"autoconf=0|echo 0 > /proc/sys/net/ipv6/conf/\S+/autoconf", c) for c in commands)
    on = any("autoconf=1" in c for c in commands)
    if wanted.ipv6 is not None and wanted.has(wanted.ipv6, "autoconf"):
        assert not off, "autoconf is turned off"
    elif wanted.ipv6 is not None:
        assert off and not on, f"autoconf off {off}, on {on}"
    else:
        assert not off and not on, "IPv6 is not left alone"


def check_device(wanted, commands, native):
    family, method = wanted.first()
    if wanted.mtu and (native or (family, method) in TAKES_MTU):
        assert any(re.search(rf"\bmtu {wanted.mtu}\b", c) for c in commands), "no command sets the MTU"
    if wanted.mac:
        assert any(f"address {wanted.mac}" in c for c in commands), "no command sets the MAC"


def keys(text):
    """ifquery's output; spelling of add-ons made one, as their hooks see it."""
    found = {}
    for line in text.splitlines():
        key, _, value = line.partition(": ")
        found.setdefault(key.replace("_", "-"), value)
    return found


def check_bond(node, found):
    bond = node.find("bond")
    slaves = [i.get("name") for i in bond.findall("interface")]
    expected = {"bond-slaves": " ".join(slaves), "bond-mode": bond.get("mode")}
    miimon, arpmon = bond.find("miimon"), bond.find("arpmon")
    if miimon is not None:
        carrier = {"ioctl": "0", "netif": "1", None: None}[miimon.get("carrier")]
        expected |= {"bond-miimon": miimon.get("freq"), "bond-updelay": miimon.get("updelay"), "bond-downdelay": miimon.get("downdelay"),
                     "bond-use-carrier": carrier}
    if arpmon is not None:
        expected |= {"bond-arp-interval": arpmon.get("interval"), "bond-arp-ip-target": arpmon.get("target"),
                     "bond-arp-validate": arpmon.get("validate")}
    for key, value in expected.items():
        assert found.get(key) == value, f"{key} is {found.get(key)}, not {value}"
    assert found.get("bond-primary") in (slaves[0], None), f"bond-primary {found.get('bond-primary')}"


def check_vlan(node, found, commands):
    name, parent, tag = node.get("name"), node.find("vlan/interface").get("name"), node.find("vlan").get("tag")
    assert found.get("vlan-raw-device") == parent, f"vlan-raw-device {found.get('vlan-raw-device')}"
    if "." in name:
        assert any(f"ip link add link {parent} name {name} type vlan id {tag};" in c for c in commands), "no command makes the VLAN"
    else:
        assert name == f"vlan{tag}", name


def check_kind(tool, file, node):
    found = keys(tool.query(file, node.get("name"))[0])
    kind = node.get("type")
    if kind == "bond":
        check_bond(node, found)
    elif kind == "vlan":
        check_vlan(node, found, tool.commands(file, node.get("name")))
    elif kind == "bridge":
        bridge = node.find("bridge")
        ports = [i.get("name") or f"{i.find('vlan/interface').get('name')}.{i.find('vlan').get('tag')}" for i in bridge.findall("interface")]
        expected = {"bridge-ports": " ".join(ports) or "none", "bridge-stp": bridge.get("stp"), "bridge-fd": bridge.get("delay")}
        for key, value in expected.items():
            assert found.get(key) == value, f"{key} is {found.get(key)}, not {value}"
        for port in bridge.findall("interface"):
            if port.get("type") != "ethernet":
                port.set("name", ports[list(bridge).index(port)])
                check_kind(tool, file, port)


def check_file(tool, file, xml, native):
    wanted = Wanted(xml)
    if wanted.type == "vlan" and wanted.name is None:
        vlan = wanted.root.find("vlan")
        wanted.name = f"{vlan.find('interface').get('name')}.{vlan.get('tag')}"
        wanted.root.set("name", wanted.name)
    shown, errors = tool.query(file, wanted.name)
    assert errors == "", errors
    classes = {"onboot": tool.query(file, "--list", "-a")[0].split(), "hotplug": tool.query(file, "--list", "--allow=hotplug")[0].split()}
    for mode, names in classes.items():
        assert (wanted.name in names) == (wanted.start == mode), f"started {mode}: {names}"
    commands = tool.commands(file, wanted.name)
    check_addresses(wanted, commands)
    check_device(wanted, commands, native)
    check_kind(tool, file, wanted.root)


def golden_files(folder):
    for path in sorted((GOLDEN / "write").glob("*.xml")):
        for style in ("netcf", "native"):
            text = path.with_suffix(f".{style}.txt").read_text()
            if text.startswith("== error"):
                continue
            body = text.split("== /etc/network/interfaces\n", 1)[1].split("== notes\n")[0]
            file = pathlib.Path(f"{folder}/{path.stem}.{style}")
            file.write_text(body)
            yield f"{path.stem} {style}", file, path.read_text(), style == "native"


def random_files(program, folder):
    subprocess.run([program, "debian", str(RANDOM), folder], check=True)
    for number in range(RANDOM):
        for style in ("netcf", "native"):
            file = pathlib.Path(f"{folder}/{number}.{style}/etc/network/interfaces")
            if file.exists():
                yield f"random {number} {style}", file, pathlib.Path(f"{folder}/{number}.xml").read_text(), style == "native"


def test_written(tool, cases):
    wrong = []
    for name, file, xml, native in cases:
        try:
            check_file(tool, file, xml, native)
        except AssertionError as error:
            wrong.append(f"{name}: {error}\n{xml}{file.read_text()}")
    return wrong


def test_faults(tool):
    """The first fault that lodge names in each golden tree is ifupdown's own error; a tree without one is accepted."""
    wrong = []
    for path in sorted((GOLDEN / "read").glob("*.txt")):
        file = path.with_suffix("") / "etc/network/interfaces"
        faults = [line for line in path.read_text().splitlines() if line.startswith("fault: /etc/network/interfaces:")]
        said = tool.query(file, "--list", "-a")[1].splitlines()
        expected = faults[0].replace("fault: /etc/network/interfaces", str(file)) if faults else None
        errors = [line.removeprefix("ifquery: ") for line in said if line.startswith(f"ifquery: {file}:") and "ignored" not in line]
        if (errors[:1] or [None]) != [expected]:
            wrong.append(f"{path.stem}: ifquery says {errors}, lodge {expected}")
    return wrong


def main():
    with tempfile.TemporaryDirectory(prefix="lodge-ifupdown-") as folder:
        place = find_ifupdown(folder)
        if place is None:
            print("1..0 # SKIP: needs ifupdown 0.8 (apt-get download ifupdown; dpkg -x; LODGE_IFUPDOWN=that folder)")
            return
        tool = Ifupdown(place, folder)
        tests = [("golden files", lambda: test_written(tool, golden_files(folder))),
                 ("random interfaces", lambda: test_written(tool, random_files(sys.argv[1], folder))),
                 ("faults", lambda: test_faults(tool))]
        print(f"1..{len(tests)}")
        for number, (name, test) in enumerate(tests, 1):
            wrong = test()
            for text in wrong:
                print("# " + text.replace("\n", "\n# "))
            print(f"{'not ' if wrong else ''}ok {number} - {name}", flush=True)


main()
