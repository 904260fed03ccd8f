#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""shells.py LODGE - completion in real bash, zsh and fish, typed on a terminal, with the command on its made-up library.

Guests there: web (runs), build (is paused), db (is off). Each shell that is missing is a skip of its own.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from terminal import Terminal  # noqa: E402

LODGE = os.path.abspath(sys.argv[1])
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r")


class Missing(Exception):
    pass


def environment(home):
    return {"HOME": home, "PATH": f"{home}/bin:/usr/bin:/bin", "TERM": "dumb", "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}


def script(shell):
    return subprocess.run([LODGE, "complete", shell], stdout=subprocess.PIPE, text=True, check=True).stdout


class Shell:
    """A shell with its completion loaded; typed() says what a line became after the tab."""

    def __init__(self, name, *argv, setup):
        if not shutil.which(name):
            raise Missing(name)
        self.home = tempfile.TemporaryDirectory()
        os.mkdir(f"{self.home.name}/bin")
        os.symlink(LODGE, f"{self.home.name}/bin/lodge")
        path = pathlib.Path(self.home.name, "completion")
        path.write_text(script(name))
        pathlib.Path(self.home.name, "helloworld.xml").write_text("<domain/>")
        self.terminal = Terminal(shutil.which(name), *argv, env=environment(self.home.name), size=(24, 200))
        self.terminal.type(f"cd {self.home.name}; {setup} . {path}; PS1='%%> '; echo loa''ded\r")
        self.terminal.expect("loaded\r")

    def typed(self, line, wanted):
        """Type @line and a tab; @wanted must appear."""
        self.terminal.type(line + "\t")
        try:
            self.terminal.expect(wanted)
        finally:
            self.terminal.type("\x15\r")  # the line is thrown away

    def stays(self, line):
        """A tab adds nothing to @line: what is typed behind it, stands behind it."""
        self.terminal.type(line + "\t-end")
        shown = ""
        while "-end" not in shown:
            shown += ESCAPES.sub("", self.terminal.expect("end")).replace("\x07", "")
        assert line.split()[-1] + "-end" in shown, shown
        self.terminal.type("\x15\r")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.terminal.type("exit\r")
        self.terminal.__exit__(*_)
        self.home.cleanup()


def bash():
    return Shell("bash", "--norc", "--noprofile", "-i", setup="")


def zsh():
    return Shell("zsh", "-f", "-i", setup="autoload -Uz compinit; compinit -u -D;")


def the_same_in_both(shell):
    """Lines whose completion is unique end with it in the line."""
    with shell() as s:
        s.typed("lodge susp", "suspend ")
        s.typed("lodge start ", "start db ")
        s.typed("lodge console w", "console web ")
        s.typed("lodge destroy --gr", "--graceful ")
        s.typed("lodge shutdown web --mode ini", "--mode initctl")
        s.typed("lodge define hellow", "define helloworld.xml")
        s.typed("lodge -c lx", "-c lxc:///")
        s.typed("lodge -c lxc:", "-c lxc:///")
        s.typed("lodge -c lxc:/// start ", "start db ")
        s.stays("lodge suspend hellow")  # a file is not wanted there


def test_bash_completes_on_a_terminal():
    the_same_in_both(bash)


def test_zsh_completes_on_a_terminal():
    the_same_in_both(zsh)


def test_zsh_shows_the_help_of_commands():
    with zsh() as s:
        s.typed("lodge net-de", "store a network")


def test_zsh_autoloads_the_function_from_its_folder():
    """As installed: site-functions/_lodge, loaded by its first line."""
    if not shutil.which("zsh"):
        raise Missing("zsh")
    with tempfile.TemporaryDirectory() as home:
        os.makedirs(f"{home}/bin")
        os.symlink(LODGE, f"{home}/bin/lodge")
        os.mkdir(f"{home}/functions")
        pathlib.Path(home, "functions", "_lodge").write_text(script("zsh"))
        with Terminal(shutil.which("zsh"), "-f", "-i", env=environment(home), size=(24, 200)) as t:
            t.type(f"fpath=({home}/functions $fpath); autoload -Uz compinit; compinit -u -D; echo loa''ded\r")
            t.expect("loaded\r")
            t.type("lodge susp\t")
            t.expect("suspend ")
            t.type("\x15lodge start \t")
            t.expect("start db ")
            t.type("\x15exit\r")


def fish(line):
    if not shutil.which("fish"):
        raise Missing("fish")
    with tempfile.TemporaryDirectory() as home:
        os.makedirs(f"{home}/bin")
        os.symlink(LODGE, f"{home}/bin/lodge")
        pathlib.Path(home, "helloworld.xml").write_text("<domain/>")
        os.makedirs(f"{home}/fish/completions")  # where fish looks by itself
        pathlib.Path(home, "fish", "completions", "lodge.fish").write_text(script("fish"))
        done = subprocess.run(["fish", "--command", f"complete -C '{line}'"], env=environment(home), cwd=home, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=20)
        assert done.returncode == 0 and not done.stderr, done
        return done.stdout.splitlines()


def test_fish_completes_commands_with_their_help():
    assert fish("lodge sta") == ["start\tstart a stored guest"], fish("lodge sta")


def test_fish_completes_guests():
    assert fish("lodge start ") == ["db"], fish("lodge start ")
    assert fish("lodge console w") == ["web"]


def test_fish_completes_options():
    assert fish("lodge destroy --gr")[0].startswith("--graceful\t"), fish("lodge destroy --gr")


def test_fish_completes_values():
    assert fish("lodge shutdown web --mode ini") == ["initctl"]
    assert fish("lodge -c lx") == ["lxc:///"], fish("lodge -c lx")
    assert fish("lodge -c lxc:/// start ") == ["db"]


def test_fish_completes_files_where_one_is_wanted():
    assert fish("lodge define hellow") == ["helloworld.xml"], fish("lodge define hellow")


def test_fish_offers_no_files_where_none_is_wanted():
    assert fish("lodge suspend hellow") == [], fish("lodge suspend hellow")


def main():
    tests = [(name, function) for name, function in sorted(globals().items()) if name.startswith("test_")]
    bad = 0
    print(f"1..{len(tests)}")
    for number, (name, function) in enumerate(tests, 1):
        title = name[5:].replace("_", "-")
        try:
            function()
            print(f"ok {number} - {title}")
        except Missing as shell:
            print(f"ok {number} - {title} # SKIP needs {shell}")
        except Exception as error:  # one that fails must not hide the others
            bad += 1
            print(f"# {type(error).__name__}: {error}")
            print(f"not ok {number} - {title}")
    return bad > 0


sys.exit(main())
