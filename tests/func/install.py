#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make install and uninstall into a running system: what is there, the units, and what is said of running guests."""
import json
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

UNITS = ("lodge-autostart.service", "lodged.service")
CALLS = "/tmp/systemctl-calls"


def systemctl(status=0):
    """One that writes down what it is asked for, on a host that systemd has booted."""
    path = pathlib.Path("/tmp/bin/systemctl")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\necho \"$*\" >> {CALLS}\nexit {status}\n")
    path.chmod(0o755)
    os.makedirs("/run/systemd/system", exist_ok=True)
    pathlib.Path(CALLS).write_text("")
    return {**os.environ, "PATH": f"/tmp/bin:{os.environ['PATH']}"}


def prefix():
    options = json.loads(pathlib.Path(BUILD, "meson-info/intro-buildoptions.json").read_text())
    return next(option["value"] for option in options if option["name"] == "prefix")


def install():
    needs("meson")
    sh("meson", "install", "-C", BUILD, "--no-rebuild", timeout=120)


def test_after_install_tells_systemd_and_says_what_to_enable():
    env = systemctl()
    done = sh(f"{SOURCE}/tools/after-install.sh", env=env, timeout=60)
    equal(open(CALLS).read(), "daemon-reload\n")
    matches(done.stdout, "systemctl enable lodge-autostart.service")
    shutil.rmtree("/run/systemd")


def test_after_install_goes_on_where_systemd_does_not_answer():
    env = systemctl(status=1)
    done = sh(f"{SOURCE}/tools/after-install.sh", env=env, timeout=60)
    matches(done.stdout + done.stderr, "systemctl daemon-reload")
    shutil.rmtree("/run/systemd")


def test_after_install_without_systemd_says_nothing_of_it():
    env = systemctl()
    shutil.rmtree("/run/systemd")
    done = sh(f"{SOURCE}/tools/after-install.sh", env=env, timeout=60)
    equal(open(CALLS).read(), "")
    assert "systemctl" not in done.stdout, done.stdout


def test_another_prefix_reaches_a_build_folder_that_is_there():
    needs("make")
    tree = pathlib.Path("/tmp/tree")
    (tree / "build/meson-info").mkdir(parents=True)
    shutil.copy(f"{SOURCE}/Makefile", tree)
    (tree / "build/build.ninja").touch()
    (tree / "build/meson-info/intro-buildoptions.json").write_text('[{"name": "prefix", "value": "/usr/local"}]')
    fake = pathlib.Path("/tmp/bin/meson")
    fake.parent.mkdir(exist_ok=True)
    fake.write_text(f"#!/bin/sh\necho \"$*\" >> {tree}/calls\n")
    fake.chmod(0o755)
    env = {"PATH": f"/tmp/bin:{os.environ['PATH']}"}
    sh("make", "-C", tree, "prefix", env=env)
    sh("make", "-C", tree, "prefix", "PREFIX=/usr/local", env=env)
    assert not (tree / "calls").exists()
    matches(sh("make", "-C", tree, "prefix", "PREFIX=/opt/lodge", env=env).stdout, "built anew for /opt/lodge")
    sh("make", "-C", tree, "prefix", env={**env, "PREFIX": "/srv/l"})
    equal((tree / "calls").read_text(), "configure build --prefix /opt/lodge\nconfigure build --prefix /srv/l\n")
    fake.unlink()


def test_units_are_what_systemd_takes():
    needs("systemd-analyze", "meson")
    install()
    units = [f"{prefix()}/lib/systemd/system/{unit}" for unit in UNITS]
    done = sh("systemd-analyze", "verify", "--man=no", *units, ok=False, timeout=60)
    words = [line for line in (done.stdout + done.stderr).splitlines() if any(unit in line for unit in UNITS)]
    equal(words, [])
    equal(done.returncode, 0)


def test_what_is_installed_runs_where_it_is():
    install()
    there = f"{prefix()}/bin/lodge"
    path = "/tmp/here.xml"
    pathlib.Path(path).write_text(domain_xml("here", "/bin/sleep", ("1000",)))
    sh(there, "define", path)
    sh(there, "start", "here")
    matches(sh(there, "exec", "here", "--", "true").stdout, "^$")
    supervisor = sh(there, "domid", "here").stdout.strip()
    equal(open(f"/proc/{supervisor}/cmdline").read().split("\0")[0], f"{prefix()}/libexec/lodge/lodge-supervisor")
    matches(sh(there, "dumpxml", "here", "--xpath", "/domain/name").stdout, "<name>here</name>")
    equal(sh("sh", "-c", f"echo 'echo from the shell' | {there}", timeout=20).stdout, "from the shell\n")
    sh(there, "destroy", "here")
    sh(there, "undefine", "here")


def test_uninstall_says_what_runs_and_removes_everything():
    install()
    path = "/tmp/stays.xml"
    pathlib.Path(path).write_text(domain_xml("stays", "/bin/sleep", ("1000",)))
    lodge("define", path)
    lodge("start", "stays")
    env = systemctl()
    done = sh(f"{SOURCE}/tools/uninstall.sh", env=env, timeout=60)
    matches(done.stdout, "Running: 1 guests")
    equal(open(CALLS).read().splitlines()[-1], "daemon-reload")
    assert not os.path.exists(f"{prefix()}/bin/lodge") and not os.path.exists(f"{prefix()}/libexec/lodge")
    assert os.path.exists("/etc/lodge/lxc/stays.xml")
    lodge("destroy", "stays")  # with build/lodge, as it says
    shutil.rmtree("/run/systemd")


run(globals())
