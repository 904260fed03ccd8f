#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tests' own tools (tests/lib/house.py): what a test relies on when something goes wrong."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403


def late(*argv, **options):
    """The message of a program that takes too long, and how long that was noticed after."""
    start = time.monotonic()
    try:
        done = sh(*argv, timeout=0.2, **options)
    except AssertionError as error:
        assert time.monotonic() - start < 5, "it waited for more than the time-out"
        return str(error)
    raise AssertionError(f"it ended: {done}")


def test_a_program_that_takes_too_long_is_ended():
    matches(late("sh", "-c", "echo so far; echo $$ > /tmp/pid; exec sleep 100"), r"did not end within 0.2 s.* so far")
    assert not os.path.exists(f"/proc/{pathlib.Path('/tmp/pid').read_text().strip()}")


def test_a_grandchild_that_keeps_the_pipe_keeps_nobody():
    matches(late("sh", "-c", "sleep 100 & echo $! > /tmp/pid; wait"), "did not end")
    matches(late("sh", "-c", "sleep 100 & echo left"), "left a process with its output open; it said: left")
    matches(late("sh", "-c", "sleep 100", stdin="x" * (1 << 20)), "did not end")


def test_output_input_and_status():
    done = sh("sh", "-c", "cat; echo bad >&2; exit 3", stdin="text", ok=False)
    equal((done.returncode, done.stdout, done.stderr), (3, "text", "bad\n"))
    equal(sh("cat", stdin=b"a\0b", text=False).stdout, b"a\0b")
    equal(sh("cat").stdout, "")
    failed = None
    try:
        sh("false")
    except AssertionError as error:
        failed = str(error)
    matches(failed or "it succeeded", "ended with 1")


run(globals())
