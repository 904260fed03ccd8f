#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/check-readmes.py ROOT [--write] - the file table of each room's README comes from the headers.

Between "<!-- files -->" and "<!-- /files -->" stands one row a header: file and purpose, taken from the
header's first comment line "/* room/file.h - purpose". --write rewrites the tables.
"""
import pathlib
import re
import sys

PURPOSE = re.compile(r"^/\* (\S+) - (.*?)(?:\s*\*/)?$")
BLOCK = re.compile(r"<!-- files -->\n.*?<!-- /files -->", re.S)


def table(room):
    rows = ["<!-- files -->", "| file | purpose |", "|-|-|"]
    for header in sorted(room.rglob("*.h")):
        lines = header.read_text().splitlines()
        for index, line in enumerate(lines[:5]):
            match = PURPOSE.match(line)
            if match:
                purpose = match[2]
                following = lines[index + 1] if index + 1 < len(lines) else ""
                if not line.rstrip().endswith(("*/", ".")) and re.match(r"^ \* \w", following):
                    purpose += " " + following[3:].split(". ")[0]
                rows.append(f"| {header.relative_to(room)} | {purpose.rstrip('.').rstrip()} |")
                break
    return "\n".join([*rows, "<!-- /files -->"])


def main():
    root = pathlib.Path(sys.argv[1])
    write = "--write" in sys.argv
    bad = 0
    for room in sorted(p for p in (root / "src").iterdir() if p.is_dir()):
        readme = room / "README.md"
        if not readme.exists():
            print(f"{readme.relative_to(root)}: missing; say what the room is for")
            bad += 1
            continue
        text = readme.read_text()
        if not BLOCK.search(text):
            if not write:
                print(f"{readme.relative_to(root)}: has no '<!-- files -->' block; run tools/check-readmes.py . --write")
                bad += 1
                continue
            text = text.rstrip() + "\n\n## Files\n\n<!-- files -->\n<!-- /files -->\n"
        wanted = BLOCK.sub(lambda _: table(room), text)
        if wanted != readme.read_text():
            if write:
                readme.write_text(wanted)
            else:
                print(f"{readme.relative_to(root)}: file table is stale; run tools/check-readmes.py . --write")
                bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
