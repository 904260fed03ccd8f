#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example programs of docs/examples, built as their first lines say and run in a private house."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

EXAMPLES = pathlib.Path(SOURCE) / "docs/examples"
os.environ["PKG_CONFIG_PATH"] = os.path.join(BUILD, "data/pkgconfig")


def example(name, *argv, status=0):
    needs("cc", "pkg-config")
    flags = sh("pkg-config", "--cflags", "--libs", "lodge").stdout.split()
    sh("cc", EXAMPLES / f"{name}.c", *flags, "-o", f"/tmp/{name}")
    done = sh(f"/tmp/{name}", *argv, ok=False)
    equal((done.returncode, done.stderr), (status, ""))
    return done.stdout


def nothing_left():
    equal(lodge("list", "--all", "--name").stdout.strip(), "")


def test_hello():
    lodge("define", "/dev/stdin", stdin=domain_xml("seen"))
    text = example("hello", "lxc:///")
    matches(text, r"^lxc:///\S* on \S+: LXC, hypervisor \d+\.\d+\.\d+$")
    matches(text, r"^1 guests$")
    matches(text, r"^[0-9a-f-]{36} seen shut off$")
    lodge("undefine", "seen")
    nothing_left()


def test_lifecycle():
    text = example("lifecycle", "lxc:///")
    matches(text, r"^defined example-life$")
    matches(text, r"^runs with id \d+, 65536 KiB at most, 1 cpus$")
    matches(text, r"^paused: state 3, reason 1$")
    matches(text, r"^active 1, persistent 1, description begins <domain type='lxc' ?")
    matches(text, r"^gone$")
    nothing_left()


def test_default_uri():
    matches(example("lifecycle"), r"^gone$")
    nothing_left()


def test_events():
    equal(example("events", "lxc:///"), "example-events: event 2, detail 0\nexample-events: event 5, detail 0\n")
    nothing_left()


def test_console():
    equal(example("console", "lxc:///"), "the guest said: sum 42\n")
    nothing_left()  # AUTODESTROY


def test_stats():
    text = example("stats", "lxc:///")
    matches(text, r"^host: \S+, \d+ cpus, \d+ KiB$")
    matches(text, r"^  hard_limit \d+$")
    matches(text, r"^example-stats\n  state\.state 1$")
    matches(text, r"^  cpu\.time \d+$")
    nothing_left()


def test_network():
    needs("nft")
    text = example("network", "lxc:///")
    matches(text, r"^defined example-net$")
    matches(text, r"^active 1, bridge \S+, 0 leases$")
    assert "example-net" not in lodge("net-list", "--all").stdout


def test_machine():
    needs("qemu-system-x86_64")
    text = example("machine", "/tmp/screen.png")
    equal(text.splitlines()[:3], ["started paused: state 3, reason 1", "resumed: state 1, reason 5", "picture: image/png in /tmp/screen.png"])
    matches(text, r'^monitor: \{"return": \{"name": "example-machine"\}\}$')
    matches(text, "^saved: state 5, reason 5$")
    matches(text, "^started again: state 1, reason 3$")
    assert pathlib.Path("/tmp/screen.png").read_bytes().startswith(b"\x89PNG")
    nothing_left()


def test_errors():
    text = example("errors", "lxc:///")
    equal([line.split()[1] for line in text.splitlines()], ["42", "27", "8"])


def test_wait():
    for _ in range(5):  # the guest may end before or after the program asks how
        equal(sorted(example("wait", "lxc:///").splitlines()), ["from the guest", f"lodge {version()}: ended with status 7"])
    nothing_left()


def version():
    return re.search(r"version: '([0-9.]+)'", (pathlib.Path(SOURCE) / "meson.build").read_text())[1]


def test_errors_read_only():
    """What a reader's connection refuses, from a program compiled against the library."""
    needs("cc", "pkg-config")
    code = """
#include <stdio.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
int main(void)
{
    virConnectPtr conn = virConnectOpenReadOnly("lxc:///");
    virDomainPtr dom = virDomainDefineXML(conn, "<domain/>");
    printf("%d %d\\n", dom == NULL, virGetLastErrorCode());
    return 0;
}
"""
    pathlib.Path("/tmp/ro.c").write_text(code)
    flags = sh("pkg-config", "--cflags", "--libs", "lodge").stdout.split()
    sh("cc", "/tmp/ro.c", *flags, "-o", "/tmp/ro")
    done = sh("/tmp/ro")
    equal(done.stdout, "1 29\n")
    matches(done.stderr, r"^libvirt: Domain Config error : read only access prevents virDomainDefineXMLFlags$")


run(globals())
