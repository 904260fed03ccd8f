#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""virsh-words.py LODGE - quoting, comments and `;` of stock virsh's command line against ours.

Each text is one argument, as in: virsh 'echo a; echo b'. Both print the same, or both refuse it. Skipped without virsh.
"""
import shutil
import subprocess
import sys

LODGE = sys.argv[1]
TEXTS = ["echo a;echo b", "echo a ; echo b;", "echo 'a b'  \"c d\" e\\ f", "echo 'a;b'", "echo \"a 'q' b\"", "echo 'a \"q\" b'", "echo 'it''s'",
         "echo \"a\\\"b\"", "echo a # c", "echo a#b", "# only a comment", "echo x\\", "echo \"x", "echo -- --shell", "echo ; ; echo b", "echo a\necho b",
         "echo 'a\\b'", "echo \"a\\nb\"", "echo a\\;b", "echo --shell 'a b'", "echo --xml '<&>'", "echo --string x", "echo --nonesuch x", "nonesuch; echo z",
         "echo z; nonesuch", "echo '' x", "echo \\\\", "echo a\tb"]


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20)
    return done.returncode, done.stdout.split()  # virsh's line ends are those of its terminal


def main():
    if not shutil.which("virsh"):
        print("1..0 # SKIP needs virsh (libvirt-clients)")
        return 0
    print(f"1..{len(TEXTS)}")
    bad = 0
    for number, text in enumerate(TEXTS, 1):
        theirs, ours = run("virsh", "-c", "test:///default", text), run(LODGE, text)
        same = theirs == ours
        bad += not same
        if not same:
            print(f"# virsh {theirs}\n# lodge {ours}")
        print(f"{'ok' if same else 'not ok'} {number} - {text!r}".replace("#", "\\#"))
    return bad > 0


sys.exit(main())
