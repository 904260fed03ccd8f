#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""virsh-options.py LODGE - the commands of stock virsh against ours: every option, and who takes words by position.

What virsh has and lodge does not stands in MISSING with its reason; the list may only shrink. Skipped without virsh.
"""
import pathlib
import re
import shutil
import subprocess
import sys

LODGE = sys.argv[1]

COMMANDS = """define create start shutdown reboot destroy undefine suspend resume autostart list dumpxml edit dominfo domstate domid domuuid
domname ttyconsole console domiflist domifaddr domifstat domstats cpu-stats dommemstat send-process-signal lxc-enter-namespace desc metadata
event nodeinfo nodecpustats nodememstats capabilities version hostname uri help connect cd pwd echo exit quit memtune schedinfo blkiotune
setmem setmaxmem vcpucount net-define net-create net-start net-destroy net-undefine net-list net-info net-dumpxml net-edit net-autostart
net-dhcp-leases net-name net-uuid net-event""".split()

FIRMWARE = "of machines: containers have no firmware"
SAVED = "of machines: containers are not saved"
STORAGE = "of machines: containers have no storage volumes"
MISSING = {
    ("create", "reset-nvram"): FIRMWARE,
    ("start", "bypass-cache"): SAVED,
    ("start", "reset-nvram"): FIRMWARE,
    ("undefine", "tpm"): FIRMWARE,
    ("undefine", "keep-tpm"): FIRMWARE,
    ("undefine", "storage"): STORAGE,
    ("undefine", "remove-all-storage"): STORAGE,
    ("undefine", "delete-storage-volume-snapshots"): STORAGE,
    ("undefine", "wipe-storage"): STORAGE,
    ("dumpxml", "migratable"): "of machines: containers do not migrate",
    ("dumpxml", "update-cpu"): "of machines: containers have the host's processor",
    ("vcpucount", "guest"): "of machines: containers have no agent",
    ("echo", "err"): "virsh has it for its own tests",
    ("echo", "split"): "virsh has it for its own tests",
}


def help_of(program, command):
    done = subprocess.run([program, "help", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20)
    return done.stdout if done.returncode == 0 else None


def options(text):
    """{name: takes a value}"""
    found = {}
    for line in text.partition("OPTIONS\n")[2].splitlines():
        match = re.match(r"    (?:\[?--([a-z0-9-]+)\]?)( <[a-z-]+>)?|    <([a-z-]+)>", line)
        if match:
            found[match.group(1) or match.group(3)] = bool(match.group(2) or match.group(3))
    return found


def positional(text):
    """The first words that can be given without their --name, as the synopsis has them."""
    synopsis = re.search(r"SYNOPSIS\n    \S+(.*)\n", text).group(1)
    synopsis = re.sub(r"[\[{]\[--([a-z-]+)\] <[a-z]+>", r" <\1>", synopsis)  # of lists: [[--domain] <string>]...
    return re.findall(r"<([a-z-]+)>", re.sub(r"--[a-z-]+ <[a-z-]+>", "", synopsis))


def problems(command):
    theirs, ours = help_of("virsh", command), help_of(LODGE, command)
    if theirs is None:
        return []  # a virsh without it
    if ours is None:
        return [f"lodge has no '{command}'"]
    theirs_options, ours_options = options(theirs), options(ours)
    found = []
    for name, has_value in theirs_options.items():
        excuse = MISSING.get((command, name))
        if name not in ours_options:
            if not excuse:
                found.append(f"lodge {command} lacks --{name}")
        elif excuse:
            found.append(f"lodge {command} has --{name} now: take it out of MISSING")
        elif has_value != ours_options[name]:
            found.append(f"lodge {command} --{name}: virsh {'takes a' if has_value else 'takes no'} value")
    mine = positional(ours)
    for place, name in enumerate(positional(theirs)):
        if mine[place:place + 1] != [name]:
            found.append(f"lodge {command}: word {place + 1} is <{name}> for virsh, ours are {mine}")
    return found


def main():
    if not shutil.which("virsh"):
        print("1..0 # SKIP needs virsh (libvirt-clients)")
        return 0
    print(f"1..{len(COMMANDS)}")
    bad = 0
    for number, command in enumerate(COMMANDS, 1):
        found = problems(command)
        bad += bool(found)
        for line in found:
            print(f"# {line}")
        print(f"{'not ok' if found else 'ok'} {number} - {command}")
    return bad > 0


sys.exit(main())
