# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench/timing.py - run programs against the clock, interleave the rows of a table, compare with the goals.

Every child has a deadline: a peer that hangs or fails is reported with what it said, and the rest goes on.
"""
import os
import random
import select
import signal
import statistics
import subprocess
import time

DEADLINE_S = 20
_null = None


class Failed(Exception):
    """A program that a row runs did not do its work."""


def timed(argv, seconds=DEADLINE_S):
    """Milliseconds from posix_spawn to the end of @argv[0], which reads and writes /dev/null."""
    global _null
    if _null is None:
        _null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    actions = [(os.POSIX_SPAWN_DUP2, _null, fd) for fd in (0, 1, 2)]
    began = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, os.environ, file_actions=actions, setpgroup=0)
    watch = os.pidfd_open(pid)
    ready = select.select([watch], [], [], seconds)[0]
    took = (time.monotonic() - began) * 1000
    os.close(watch)
    if not ready:
        os.killpg(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if not ready:
        raise Failed(f"{' '.join(argv)}: no end within {seconds} s")
    if status:
        raise Failed(f"{' '.join(argv)}: {explain(argv, status, seconds)}")
    return took


def explain(argv, status, seconds):
    """What a failing command says for itself: it is run once more with its output kept."""
    try:
        again = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
        said = (again.stderr or again.stdout).strip().splitlines()
    except (OSError, subprocess.TimeoutExpired) as problem:
        said = [str(problem)]
    return f"status {status}" + (f", {said[-1]}" if said else "")


def run(argv, seconds=DEADLINE_S):
    """Output of a command that prepares or cleans up; Failed with its words when it fails."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failed(f"{' '.join(argv)}: no end within {seconds} s") from None
    if done.returncode:
        raise Failed(f"{' '.join(argv)}: status {done.returncode}, {(done.stderr or done.stdout).strip()[-200:]}")
    return done.stdout


def sample(rows, rounds):
    """Run rows {name: function(round) -> value} in a new random order each round. ({name: [value]}, {name: failure})"""
    values, failed = {name: [] for name in rows}, {}
    for number in range(-1, rounds):  # the first round warms caches
        order = list(rows)
        random.Random(number).shuffle(order)
        for name in order:
            if name in failed:
                continue
            try:
                value = rows[name](number)
            except (Failed, OSError) as problem:
                failed[name] = str(problem)
                continue
            if number >= 0:
                values[name].append(value)
    return values, failed


def table(title, unit, base, values, failed):
    """Print one table and return it: {row: {median, min, p90, ratio}}; a ratio is of medians, to row @base."""
    out = {}
    middle = {n: statistics.median(v) for n, v in values.items() if v and n not in failed}
    rounds = max((len(v) for v in values.values()), default=0)
    print(f"\n{title} ({unit}, {rounds} interleaved rounds)")
    print(f"  {'':28s} {'median':>9s} {'min':>9s} {'p90':>9s} {'ratio':>7s}")
    for name in values:
        if name not in middle:
            out[name] = {"failed": failed.get(name, "no values")}
            print(f"  {name:28s} failed: {out[name]['failed'][:300]}")
            continue
        row = sorted(values[name])
        ratio = middle[name] / middle[base] if base in middle else None
        out[name] = {"median": middle[name], "min": row[0], "p90": row[int(len(row) * .9)], "ratio": ratio}
        print(f"  {name:28s} {middle[name]:9.2f} {row[0]:9.2f} {out[name]['p90']:9.2f} " + (f"{ratio:7.2f}" if ratio else "      -"))
    return out


# What the bench holds lodge to: (what, table, row, unit, at most | at least, limit, row to divide by).
# With a divisor the value is a ratio of two medians of one table; "at least" ratios are divisor / row.
GOALS = [
    ("transient start, empty house: floor with cgroups", "start", "lodge create --wait", "x", "<=", 2.0, "floor with cgroups"),
    ("transient start, empty house: crun", "start", "lodge create --wait", "x", ">=", 2.0, "crun run"),
    ("transient start, empty house: bwrap (no cgroups)", "start", "lodge create --wait", "x", "<=", 1.3, "bwrap (no cgroups)"),
    ("the same, another guest runs: floor", "start beside", "lodge create --wait", "x", "<=", 2.0, "floor with cgroups"),
    ("the same, another guest runs: crun", "start beside", "lodge create --wait", "x", ">=", 2.0, "crun run"),
    ("the same, another guest runs: bwrap", "start beside", "lodge create --wait", "x", "<=", 1.3, "bwrap (no cgroups)"),
    ("start of a defined one, virsh start beside it", "lifecycle start", "lodge start", "x", ">=", 10.0, "virsh start"),
    ("destroy", "lifecycle destroy", "lodge destroy", "ms", "<=", 10.0, None),
    ("100 containers, start and destroy", "hundred", "start and destroy", "s", "<=", 2.0, None),
    ("supervisor, resident", "supervisor", "lodge resident", "KiB", "<=", 1536, None),
    ("supervisor, private", "supervisor", "lodge private", "KiB", "<=", 300, None),
    ("console", "console", "lodge console", "MB/s", ">=", 70, None),
    ("list, 1,000 defined and 100 running", "list", "lodge list", "ms", "<=", 30, None),
    ("machine, until QEMU executes: virsh start", "machine start", "lodge start", "x", "<=", 0.5, "virsh start"),
    ("machine, supervisor resident", "machine memory", "supervisor", "KiB", "<=", 2048, None),
    ("send-key until its release: virsh send-key", "machine key", "lodge send-key", "x", "<=", 0.25, "virsh send-key"),
    ("2,000 strokes in a row, lost", "machine keys", "lodge lost", "", "<=", 0, None),
]


def judge(report):
    """[{goal, value, unit, sense, limit, met}] of the tables that ran; met is None where a peer is missing."""
    out = []
    for what, name, row, unit, sense, limit, divisor in GOALS:
        if row not in report.get(name, {}):
            continue
        value = report[name].get(row, {}).get("median")
        if value is not None and divisor:
            other = report[name].get(divisor, {}).get("median")
            value = None if other is None else other / value if sense == ">=" else value / other
        met = None if value is None else value <= limit if sense == "<=" else value >= limit
        out.append(dict(goal=what, value=value, unit=unit, sense=sense, limit=limit, met=met))
    return out


def print_goals(goals):
    print(f"\ngoals\n  {'':48s} {'value':>9s}      {'goal':>8s}")
    for g in goals:
        value = "      -  " if g["value"] is None else f"{g['value']:9.2f}"
        word = {True: "goal met", False: "goal NOT met", None: "not measured: see the table"}[g["met"]]
        print(f"  {g['goal']:48s} {value} {g['unit']:4s} {g['sense']} {g['limit']:<6g} {word}")
