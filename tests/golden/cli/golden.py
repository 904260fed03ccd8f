#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""golden.py LODGE SHELL FILE... - what the command prints, word for word, on the made-up library.

FILE: a .case file or a manual page (.rst). "$ COMMAND" is run by a shell in files/, where `lodge` is LODGE and
`lodge-shell` is SHELL; the lines up to the next "$" or "#" are what it prints on both outputs, "[N]" a last line for
exit status N. In manual pages the same stands in indented blocks; a command with nothing below it is run,
and has to end well. LODGE_TEST_REGENERATE=1 rewrites the .case files.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def cases(lines):
    """[(first line, command, expected lines)]; comments and blanks before a command belong to nobody."""
    found = []
    for number, line in enumerate(lines):
        if line.startswith("$ "):
            found.append((number, line[2:], []))
        elif found and not line.startswith("#"):
            found[-1][2].append(line)
    for _, _, expected in found:
        while expected and expected[-1] == "":
            expected.pop()
    return found


def manual_cases(text):
    """The same from the indented blocks of a manual page that hold a command."""
    found = []
    for block in re.findall(r"(?:^(?:    .*)?\n)+", text, re.M):
        if re.search(r"^    \$ .*\blodge ", block, re.M):
            found += cases([line[4:] for line in block.splitlines()])
    return [(0, command, expected or None) for _, command, expected in found]


def run(command, tools):
    env = {"PATH": f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": tools, "TMPDIR": tools}
    env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS") if name in os.environ})
    done = subprocess.run(["sh", "-c", command], cwd=HERE / "files", env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
    lines = done.stdout.decode(errors="backslashreplace").replace(tools, "TOOLS").splitlines()
    lines = [re.sub(r"lodge-edit-\w{6}", "lodge-edit-XXXXXX", line) for line in lines]
    while lines and lines[-1] == "":
        lines.pop()
    return lines + ([f"[{done.returncode}]"] if done.returncode else [])


def rewrite(path, results):
    """Replace the expectations; comments stay where they are."""
    lines, out, skip = path.read_text().splitlines(), [], False
    queue = iter(results)
    for line in lines:
        if line.startswith("$ "):
            out += ([""] if out and out[-1] != "" and not out[-1].startswith("#") else []) + [line, *next(queue)]
            skip = True
        elif line.startswith("#"):
            out += ["", line] if skip else [line]
            skip = False
        elif not skip:
            out.append(line)
    path.write_text("\n".join(out) + "\n")


def main():
    lodge, shell, *files = sys.argv[1:]
    number, bad = 0, 0
    with tempfile.TemporaryDirectory() as tools:
        os.symlink(os.path.abspath(lodge), f"{tools}/lodge")
        os.symlink(os.path.abspath(shell), f"{tools}/lodge-shell")
        for path in map(pathlib.Path, files):
            text = path.read_text()
            listed = manual_cases(text) if path.suffix == ".rst" else cases(text.splitlines())
            results = [run(command, tools) for _, command, _ in listed]
            if os.environ.get("LODGE_TEST_REGENERATE") and path.suffix != ".rst":
                rewrite(path, results)
                continue
            for (_, command, expected), got in zip(listed, results):
                number += 1
                fine = got == expected if expected is not None else not (got and got[-1].startswith("["))
                print(f"{'ok' if fine else 'not ok'} {number} {path.name}: {command.replace('#', chr(92) + '#')}")
                if not fine:
                    bad += 1
                    for line in expected or ["(ends well)"]:
                        print(f"# wanted: {line}")
                    for line in got:
                        print(f"# got:    {line}")
    print(f"1..{number}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
