#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""terminal.py LODGE SHELL - the command on a terminal: console, shell, foreground runs; on the made-up library.

Its console says "login: ", sends back what is typed in capitals, and ends at ^D.
"""
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lib"))
from terminal import Terminal  # noqa: E402

LODGE, SHELL = sys.argv[1:3]
FILES = pathlib.Path(__file__).resolve().parents[2] / "golden" / "cli" / "files"
GREETING = "Connected to domain 'web'\r\nEscape character is ^] (Ctrl + ])\r\n"


def attributes(fd):
    """The terminal's settings without the queue-dependent PENDIN flag."""
    found = termios.tcgetattr(fd)
    found[3] &= ~termios.PENDIN
    return found


def untouched():
    """Those of a new terminal: the program's own may be raw before we look."""
    master, slave = pty.openpty()
    try:
        return attributes(master)
    finally:
        os.close(master)
        os.close(slave)


def test_console_greets_relays_and_leaves_at_the_escape():
    with Terminal(LODGE, "console", "web") as t:
        before = untouched()
        t.expect(GREETING)
        t.expect("login: ")
        t.type("hello\r")
        t.expect("HELLO\r")
        assert attributes(t.master)[3] & termios.ECHO == 0
        t.type("\x1d")
        assert t.end() == 0
        assert attributes(t.master) == before


def test_console_ends_with_the_guest():
    with Terminal(LODGE, "console", "web") as t:
        before = untouched()
        t.expect("login: ")
        t.type("\x04")
        assert t.end() == 0
        assert attributes(t.master) == before


def test_console_escape_of_ones_own():
    with Terminal(LODGE, "-e", "^A", "console", "web") as t:
        t.expect("Escape character is ^A (Ctrl + A)")
        t.expect("login: ")
        t.type("\x1dx")
        t.expect("\x1dX")
        t.type("\x01")
        assert t.end() == 0


def test_console_quiet_says_nothing():
    with Terminal(LODGE, "-q", "console", "web") as t:
        assert t.expect("login: ") == "login: "
        t.type("\x1d")
        assert t.end() == 0


def terminal_after(number):
    with Terminal(LODGE, "console", "web") as t:
        before = untouched()
        t.expect("login: ")
        t.process.send_signal(number)
        assert t.end() == 128 + number
        assert attributes(t.master) == before


def test_console_restores_the_terminal_after_sigterm():
    terminal_after(signal.SIGTERM)


def test_console_restores_the_terminal_after_sighup():
    terminal_after(signal.SIGHUP)


def test_console_restores_the_terminal_after_sigint():
    terminal_after(signal.SIGINT)


def test_console_passes_the_size_on():
    with tempfile.NamedTemporaryFile() as log:
        with Terminal(LODGE, "console", "web", size=(33, 101), env={"FAKE_RESIZE_LOG": log.name}) as t:
            t.expect("login: ")
            t.resize(40, 120)
            t.process.send_signal(signal.SIGWINCH)
            t.type("x")
            t.expect("X")
            t.type("\x1d")
            assert t.end() == 0
        sizes = open(log.name).read().split()
        assert sizes[0] == "101x33" and sizes[-1] == "120x40", sizes


def test_console_is_binary_clean_through_pipes():
    data = bytes(range(256)).replace(b"\x04", b"") * 4096  # ^D ends the guest
    done = subprocess.run([LODGE, "console", "web"], input=data, stdout=subprocess.PIPE, timeout=20)
    wanted = b"login: " + bytes(b - 32 if 97 <= b <= 122 else b for b in data)
    assert done.returncode == 0 and done.stdout == wanted


def test_console_says_when_its_output_is_gone():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([LODGE, "console", "web"], stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.PIPE, timeout=20)
    os.close(write)
    assert done.returncode == 1 and b"cannot write the console's output: Broken pipe" in done.stderr, done


def test_create_wait_on_a_terminal_shows_the_console():
    with Terminal(LODGE, "create", "--wait", FILES / "helloworld.xml") as t:
        t.expect("login: ")
        t.type("a\x04")
        assert t.end() == 3
        assert b"created from" not in t.seen


def test_create_wait_is_left_by_the_escape():
    with Terminal(LODGE, "create", "--wait", FILES / "helloworld.xml") as t:
        t.expect("login: ")
        t.type("\x1d")
        assert t.end() == 0
        assert b"Domain 'helloworld' goes on" in t.seen, t.seen


def test_exec_asks_for_a_terminal_when_it_has_one():
    with Terminal(LODGE, "exec", "web", "--", "sh") as t:
        t.expect("--tty | sh")
        assert t.end() == 0
    with Terminal(LODGE, "exec", "web", "--no-tty", "--", "sh") as t:
        assert "--tty" not in t.expect("| sh")


def wait_until_raw(t):
    """The line editor prints its prompt before it takes the terminal: a ^D between is the kernel's."""
    deadline = time.monotonic() + 10
    while termios.tcgetattr(t.master)[3] & termios.ICANON:
        assert time.monotonic() < deadline
        select.select([], [], [], 0.002)


def shell(home):
    # libedit never frees the names of functions that it is given
    return Terminal(SHELL, env={"HOME": home, "XDG_STATE_HOME": "", "TERM": "vt100", "ASAN_OPTIONS": "detect_leaks=0"})


def test_shell_prompts_completes_and_remembers():
    with tempfile.TemporaryDirectory() as home:
        with shell(home) as t:
            t.expect("lodge # ")
            t.type("domstate w\t\r")
            t.expect("running")
            t.expect("lodge # ")
            t.type("sus\t")
            t.expect("pend ")
            t.type("w\t\r")
            t.expect("Domain 'web' suspended")
            t.expect("lodge # ")
            t.type("domstate web\r")
            t.expect("paused")
            t.expect("lodge # ")
            t.type("nonsense\r")
            t.expect("unknown command: 'nonsense'")
            t.expect("lodge # ")
            t.type("type web --secret --dry-run hunter2\r")
            t.expect("lodge # ")
            t.type("quit\r")
            assert t.end() == 0
        kept = open(f"{home}/.local/state/lodge/history").read()
        assert "suspend" in kept and "domstate" in kept, kept
        assert "hunter2" not in kept, kept
        assert os.stat(f"{home}/.local/state/lodge").st_mode & 0o77 == 0
        with shell(home) as t:
            t.expect("lodge # ")
            t.type("\x10\x10\x10\r")  # three lines up: "domstate web"
            t.expect("running")
            t.expect("lodge # ")
            wait_until_raw(t)
            t.type("\x04")
            assert t.end() == 0


def test_shell_lists_when_several_fit():
    with tempfile.TemporaryDirectory() as home, shell(home) as t:
        t.expect("lodge # ")
        t.type("net-d\t")
        t.expect("net-define")
        t.expect("net-dumpxml")
        t.type("\x15quit\r")
        assert t.end() == 0


def type_at_prompt(t, text):
    t.expect("lodge # ")
    wait_until_raw(t)
    t.type(text)


def test_shell_edits_lines():
    with tempfile.TemporaryDirectory() as home, shell(home) as t:
        type_at_prompt(t, "cho a b\x01e\x1b[C\x1b[C\x1b[C\x1b[CX\x05 Yz\x7f\r")  # start, right x 4, end, backspace
        t.expect("\r\nXa b Y\r\n")
        type_at_prompt(t, "echo one two three\x17four\r")  # the word before the cursor
        t.expect("\r\none two four\r\n")
        type_at_prompt(t, "echo gone\x15echo kept\r")
        t.expect("\r\nkept\r\n")
        type_at_prompt(t, "\x12two\r")  # looks in the history
        t.expect("\r\none two four\r\n")
        type_at_prompt(t, "quit\r")
        assert t.end() == 0


def test_shell_takes_several_commands_and_quotes_in_a_line():
    with tempfile.TemporaryDirectory() as home, shell(home) as t:
        t.expect("lodge # ")
        t.type("echo 'a;b' ; echo \"c 'd'\" e\\ f; domstate db # and a comment\r")
        t.expect("\r\na;b\r\n")
        t.expect("c 'd' e f\r\n")
        t.expect("shut off")
        t.expect("lodge # ")
        t.type("echo 'open\r")
        t.expect("error: missing ' at the end of the command")
        t.expect("lodge # ")
        t.type("echo x; susp\tw\t\r")  # completes behind a ;
        t.expect("Domain 'web' suspended")
        t.type("quit; echo never\r")
        assert t.end() == 0
        assert b"never\r\nnever" not in t.seen


def test_shell_interrupt_throws_the_line_away():
    with tempfile.TemporaryDirectory() as home, shell(home) as t:
        t.expect("lodge # ")
        wait_until_raw(t)
        t.type("echo gone")
        t.expect("gone")
        t.type("\x03")
        t.expect("^C")
        t.expect("lodge # ")
        t.type("echo kept\r")
        t.expect("\r\nkept\r\n")
        t.expect("lodge # ")
        wait_until_raw(t)
        t.type("\x03")
        t.expect("lodge # ")
        t.type("quit\r")
        assert t.end() == 0


def test_shell_runs_a_console_and_comes_back():
    with tempfile.TemporaryDirectory() as home, shell(home) as t:
        t.expect("lodge # ")
        t.type("console web\r")
        t.expect("login: ")
        t.type("\x1d")
        t.expect("lodge # ")
        t.type("exec web -- exit\r")
        t.expect("lodge # ")
        t.type("quit\r")
        assert t.end() == 0


def main():
    bad = 0
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} {name}")
        except Exception as error:
            bad += 1
            print(f"not ok {number} {name}")
            print("# " + (str(error) or repr(error)).replace("\n", "\n# "))
            import traceback
            print("# " + traceback.format_exc().replace("\n", "\n# "))
    print(f"1..{len(tests)}")
    return 1 if bad else 0


sys.exit(main())
