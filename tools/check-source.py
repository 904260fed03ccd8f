#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/check-source.py ROOT - rules of STYLE that a machine can hold.

Sizes (file 500 lines, function 80), banned calls, licence lines, first lines of headers, GLib and
getenv where they may not be. Exceptions stand in tools/source-exceptions.txt ("PATH RULE reason");
one that no longer applies is an error, so that the list only shrinks.
"""
import pathlib
import re
import sys

FILE_MAX = 500
FUNCTION_MAX = 80
BANNED = {
    "sprintf": "snprintf or g_strdup_printf", "vsprintf": "vsnprintf", "strcpy": "g_strlcpy or memcpy",
    "strcat": "g_strlcat", "atoi": "a parser of util/", "atol": "a parser of util/", "system": "util/spawn",
    "popen": "util/spawn", "gets": "getline", "tmpnam": "mkstemp", "mktemp": "mkstemp",
}
CALL = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
SLEEP = re.compile(r"(?<![\w.])(sleep|usleep|nanosleep|g_usleep|time\.sleep)\s*\(")
GETENV = re.compile(r"(?<!\w)(secure_)?(g_)?getenv\s*\(")
STATIC_STATE = re.compile(r"^static (?!const\b|inline\b|_Thread_local\b|gboolean\s+\w+\(|.*\()[\w\s*]+?(\w+)(\[[^\]]*\])*( = .*)?;$")
LIBC_ONLY = ("host", "supervisor")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def functions(lines):
    """(first line, length, name): a definition opens with '{' in column 0."""
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{") and start is None:
            start = number
        elif line.startswith("}") and start is not None:
            head = next((lines[i] for i in range(start - 2, max(start - 8, -1), -1) if re.match(r"\w+\(", lines[i])), "")
            yield start, number - start + 1, head.split("(")[0]
            start = None


def check_text(path, room, lines, code):
    if not any("SPDX-License-Identifier: LGPL-2.1-or-later" in line for line in lines[:3]):
        yield 1, "licence", "no SPDX-License-Identifier: LGPL-2.1-or-later line at the top"
    if len(lines) > FILE_MAX:
        yield len(lines), "file-size", f"{len(lines)} lines; split it by noun (limit {FILE_MAX})"
    for number, length, name in functions(lines):
        if length > FUNCTION_MAX:
            yield number, "function-size", f"{name}() has {length} lines (limit {FUNCTION_MAX})"
    for number, line in enumerate(code, 1):
        call = CALL.search(line)
        if call:
            yield number, "banned-call", f"{call[1]}() is banned; use {BANNED[call[1]]}"
        if room and GETENV.search(line) and not re.search(r"(^|/)main\w*\.c$|environ", path.name):
            yield number, "getenv", "the environment is read in main files only"
        if room in LIBC_ONLY and re.search(r"#\s*include\s*<glib", line):
            yield number, "libc-only", f"{room}/ links nothing but libc"
        if room and path.suffix == ".c" and STATIC_STATE.match(line) and not re.search(r"(^|/)main\w*\.c$", path.name):
            yield number, "state", "mutable file-level variable"


def check_header(path, src, lines):
    wanted = f"/* {path.relative_to(src)} - "
    if not any(line.startswith(wanted) for line in lines[:4]):
        yield 1, "purpose", f"line 3 should read '{wanted}<purpose>'"
    if not any(line == "#pragma once" for line in lines):
        yield 1, "once", "no #pragma once"


def main():
    root = pathlib.Path(sys.argv[1])
    src = root / "src"
    exceptions = {}
    listed = root / "tools" / "source-exceptions.txt"
    for line in listed.read_text().splitlines() if listed.exists() else []:
        if line.strip() and not line.startswith("#"):
            path, rule, *_ = line.split()
            exceptions[path, rule] = line
    found, used = [], set()
    files = sorted([*src.rglob("*.[ch]"), *(root / "tests").rglob("*.[ch]"), *(root / "bench").rglob("*.[ch]"),
                    *(root / "tests").rglob("*.py"), *(root / "tools").rglob("*.py"), *(root / "tools").rglob("*.sh")])
    for path in files:
        name = str(path.relative_to(root))
        lines = path.read_text(errors="replace").splitlines()
        room = path.relative_to(src).parts[0] if path.is_relative_to(src) else None
        is_c = path.suffix in (".c", ".h")
        text = "\n".join(lines)
        code = STRING.sub(blank, COMMENT.sub(blank, text)).splitlines() if is_c else []
        complaints = list(check_text(path, room, lines, code))
        if is_c is False and "tests" in path.parts and path.name != "house.py":
            complaints += [(n, "sleep", "wait for the event, with a deadline")
                           for n, line in enumerate(lines, 1) if SLEEP.search(line) and "import" not in line]
        if is_c and "tests" in path.parts:
            complaints += [(n, "sleep", "wait for the event, with a deadline")
                           for n, line in enumerate(code, 1) if SLEEP.search(line)]
        if room and path.suffix == ".h":
            complaints += check_header(path, src, lines)
        for number, rule, message in complaints:
            if (name, rule) in exceptions:
                used.add((name, rule))
            else:
                found.append(f"{name}:{number}: {message} [{rule}]")
    found += [f"tools/source-exceptions.txt: no longer needed: {line}" for key, line in exceptions.items() if key not in used]
    print("\n".join(found) if found else f"{len(files)} files checked")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
