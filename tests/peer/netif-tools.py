#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What lodge writes for netplan and NetworkManager, through their own programs: `netplan generate` turns the YAML into networkd's
files and into keyfiles, and `nmcli --offline` reads a keyfile and writes it anew. What comes out, read by lodge's readers of those
formats, must say what the XML said: every golden case and hundreds of random interfaces.

Arguments: the programs netif-random and netif-read. Looks for the packages netplan.io and network-manager in the system, in
LODGE_PEERS (a folder that they were unpacked into with dpkg -x), or unpacks those that lie in apt's cache. Nothing of the host is
touched."""
import glob
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["SOURCE"])
GOLDEN = SOURCE / "tests/golden/netif"
RANDOM = 150
PACKAGES = ("netplan.io", "libnetplan0", "network-manager", "libnm0")

# What a format has no word for on the way; each is told as a note when it is written.
DEFAULT = r"ipv[46] peerdns: on, now not said"  # the programs leave defaults out
KNOWN = {
    "netplan networkd": [r"carrier: \w+, now not said", r"ipv6: .*dhcp.*", r"stp: not said, now on"],
    "netplan networkmanager": [r"carrier: \w+, now not said", r"ipv6: .*", r"ipv6 peerdns: .*", r"start: hotplug, now onboot", r"delay: .*",
                               r"ipv4: via .*", r"ipv4 peerdns: .*", r"stp: not said, now on"],
    "nmcli": [r"(\S+ )?bond mode: not said, now balance-rr", r"stp: on, now not said", r"start: hotplug, now onboot", r"delay: .*", r"ipv6: (autoconf dhcp.*), now autoconf.*", r"ipv6 peerdns: .*",
              r"ipv[46]: .*via .*", r"miimon freq: .*", r"bond monitor: .*"],
}


class Tools:
    def __init__(self, folder):
        roots = [pathlib.Path(os.environ["LODGE_PEERS"])] if os.environ.get("LODGE_PEERS") else []
        debs = [p for name in PACKAGES for p in glob.glob(f"/var/cache/apt/archives/{name}_*.deb")]
        if debs and shutil.which("dpkg"):
            for deb in debs:
                subprocess.run(["dpkg", "-x", deb, f"{folder}/package"], check=True)
            roots.append(pathlib.Path(folder) / "package")
        roots.append(pathlib.Path("/"))
        self.env = dict(os.environ, LC_ALL="C")
        libraries = [str(d) for root in roots[:-1] for d in root.glob("usr/lib/*-linux-gnu")]
        if libraries:
            self.env["LD_LIBRARY_PATH"] = ":".join(libraries)
        self.generate = self.find(roots, "usr/libexec/netplan/generate", ["--help"])
        self.nmcli = self.find(roots, "usr/bin/nmcli", ["--offline", "--version"])

    def find(self, roots, path, args):
        for root in roots:
            try:
                if subprocess.run([root / path, *args], env=self.env, capture_output=True).returncode == 0:
                    return root / path
            except OSError:
                continue
        return None


def differences(read, backend, root, name, xml):
    done = subprocess.run([read, backend, root, name, xml], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def with_prefix(text):
    """Addresses that the XML has without a prefix get that of their class."""
    def add(match):
        first = int(match[1].split(".")[0])
        return f"{match[1]}/{8 if first < 128 else 16 if first < 192 else 24}"
    via = text.find(" via ")
    head, tail = (text, "") if via < 0 else (text[:via], text[via:])
    return re.sub(r"(?<![\d./])(\d+\.\d+\.\d+\.\d+)(?![\d./])", add, head) + tail


def is_same(line):
    before, _, after = line.partition(": ")[2].partition(", now ")
    return line.startswith("ipv4: ") and with_prefix(before) == after


def unknown(lines, way):
    return [line for line in lines if not is_same(line) and not any(re.search(known + "$", line) for known in [DEFAULT, *KNOWN[way]])]


def name_of(xml):
    return re.search(r"<interface[^>]*\bname=['\"]([^'\"]+)", pathlib.Path(xml).read_text())[1]


def golden_trees(backend, folder):
    """(title, xml, root) of each golden case."""
    for xml in sorted(GOLDEN.glob("debian/write/*.xml")) + sorted(GOLDEN.glob(f"{backend}/write/*.xml")):
        root = pathlib.Path(folder) / xml.stem
        text = (GOLDEN / backend / "write" / f"{xml.stem}.txt").read_text().split("\n== notes\n")[0] + "\n"
        for part in re.split(r"^== ", text, flags=re.M)[1:]:
            path, content = part.split("\n", 1)
            file = pathlib.Path(f"{root}{path}")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
            file.chmod(0o600)
        yield xml.stem, xml, root


def random_trees(program, backend, folder):
    subprocess.run([program, backend, str(RANDOM), folder], check=True)
    for number in range(RANDOM):
        root = pathlib.Path(folder) / f"{number}.netcf"
        if any(root.iterdir()):
            yield f"random {number}", pathlib.Path(folder) / f"{number}.xml", root


def check_netplan(tools, read, title, xml, root, renderer):
    file = root / "etc/netplan/60-lodge.yaml"
    text = file.read_text()
    if renderer == "networkmanager":
        file.write_text(text.replace("  version: 2\n", "  version: 2\n  renderer: NetworkManager\n", 1))
    done = subprocess.run([tools.generate, "--root-dir", root], env=tools.env, capture_output=True, text=True)
    file.write_text(text)
    assert done.returncode == 0, f"{title}: netplan generate: {done.stderr}\n{text}"
    assert not re.search("error|unknown", done.stderr, re.I), f"{title}: {done.stderr}"
    left = unknown(differences(read, renderer, root, name_of(xml), xml), f"netplan {renderer}")
    shutil.rmtree(root / "run", ignore_errors=True)
    assert not left, f"{title} by {renderer}: {left}\n{text}"


def check_nmcli(tools, read, title, xml, root):
    folder = root / "etc/NetworkManager/system-connections"
    for file in folder.iterdir():
        text = file.read_text()
        done = subprocess.run([tools.nmcli, "--offline", "connection", "modify", "connection.zone", ""], input=text, env=tools.env,
                              capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr, f"{title}: nmcli: {done.stderr}\n{text}"
        file.write_text(done.stdout)
    left = unknown(differences(read, "networkmanager", root, name_of(xml), xml), "nmcli")
    assert not left, f"{title}: {left}\n" + "\n".join(f.read_text() for f in folder.iterdir())


def main():
    random, read = sys.argv[1:3]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        tools = Tools(folder)
        plans = [("netplan generate for networkd", tools.generate, "netplan", lambda *a: check_netplan(tools, read, *a, "networkd")),
                 ("netplan generate for NetworkManager", tools.generate, "netplan", lambda *a: check_netplan(tools, read, *a, "networkmanager")),
                 ("nmcli --offline", tools.nmcli, "networkmanager", lambda *a: check_nmcli(tools, read, *a))]
        print(f"1..{len(plans)}")
        for number, (title, program, backend, check) in enumerate(plans, 1):
            if program is None:
                print(f"ok {number} - {title} # SKIP needs netplan.io or network-manager (installed, or unpacked into LODGE_PEERS)")
                continue
            count = 0
            try:
                with tempfile.TemporaryDirectory() as trees, tempfile.TemporaryDirectory() as more:
                    for case in [*golden_trees(backend, trees), *random_trees(random, backend, more)]:
                        check(*case)
                        count += 1
                print(f"ok {number} - {title}: {count} configurations")
            except AssertionError as error:
                failed = 1
                print("\n".join("# " + line for line in str(error).splitlines()))
                print(f"not ok {number} - {title}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
