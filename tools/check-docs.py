#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-docs.py LODGE ROOT - what there is, is documented; what is documented, is there.

Every command has its place in docs/man/lodge.rst and every place a command (options come from the tables); every key that
the golden files show in JSON stands in the manual; every listing takes --json; `lodge WORD` in README and guides is a command; every function of
lodge.h has a comment.
"""
import json
import pathlib
import re
import subprocess
import sys


def json_keys(case_text):
    """Keys in the lines that are JSON."""
    keys = set()

    def walk(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                keys.add(key)
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
    for line in case_text.splitlines():
        if line[:1] in "[{" and re.search(r'"\w', line):
            try:
                walk(json.loads(re.sub(r"^{TIME,", "{", line)))
            except ValueError:
                pass  # a line that only looks so
    return keys


def undocumented_functions(header):
    """Functions with no comment above them or above the block that they end."""
    lines = header.read_text().splitlines()
    for number, line in enumerate(lines):
        match = re.match(r"^\w[\w\s*]*?\b(lodge_\w+)\(", line)
        if not match:
            continue
        above = number - 1
        while above >= 0 and lines[above].strip() and not lines[above].rstrip().endswith("*/"):
            above -= 1
        if above < 0 or not lines[above].rstrip().endswith("*/"):
            yield match[1]


def main():
    lodge, root = sys.argv[1], pathlib.Path(sys.argv[2])
    tables = json.loads(subprocess.run([lodge, "dump-verbs"], check=True, stdout=subprocess.PIPE).stdout)
    verbs = [verb["name"] for group in tables["groups"] for verb in group["verbs"]]
    manual = (root / "docs/man/lodge.rst").read_text()
    places = re.findall(r"^\.\. verb:: (\S+)$", manual, re.M)
    found = [f"docs/man/lodge.rst: no '.. verb:: {name}'" for name in verbs if name not in places]
    found += [f"docs/man/lodge.rst: '{name}' is no command" for name in places if name not in verbs]
    found += [f"docs/man/lodge.rst: '{name}' stands there twice" for name in set(places) if places.count(name) > 1]
    listing = re.compile(r"(list|info|stats?|tune|leases|addr|count|event|doctor|version)$")
    found += [f"{verb['name']}: a listing without --json" for group in tables["groups"] for verb in group["verbs"]
              if listing.search(verb["name"]) and "json" not in [option["name"] for option in verb["options"]]]
    for case in sorted((root / "tests/golden/cli").glob("*.case")):
        for key in sorted(json_keys(case.read_text())):
            known = f"``{key}``" in manual or re.match(r"^cpu\d+\.", key)
            if not known:
                found.append(f"docs/man/lodge.rst: JSON key '{key}' (see {case.name}) is not explained")
    for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        for word in re.findall(r"(?:^\s+|`)(?:build/)?lodge ([a-z][\w-]*)", page.read_text(), re.M):
            if word not in verbs:
                found.append(f"{page.relative_to(root)}: 'lodge {word}' is no command")
    found += [f"include/lodge/lodge.h: {name}() has no comment" for name in undocumented_functions(root / "include/lodge/lodge.h")]
    print("\n".join(found) if found else f"{len(verbs)} commands documented")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
