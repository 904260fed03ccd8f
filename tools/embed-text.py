#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/embed-text.py INPUT SYMBOL OUTPUT - a text file as a C string constant."""
import pathlib
import sys


def main():
    source, symbol, output = sys.argv[1:4]
    text = pathlib.Path(source).read_text(encoding="ascii")
    lines = ['    "%s\\n"' % line.replace("\\", "\\\\").replace('"', '\\"') for line in text.splitlines()]
    pathlib.Path(output).write_text(
        f"/* made from {pathlib.Path(source).name} */\n"
        f"extern const char {symbol}[];\nconst char {symbol}[] =\n" + "\n".join(lines) + ";\n")


main()
