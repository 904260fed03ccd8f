#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/run-tests.py BUILD [meson test options] - run the suites, count cases, name the skips.

The closing line says "N passed, N failed, N skipped", in test cases: a TAP program counts each of its
lines, any other program is one case. Needs a configured and built folder.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

CASE = re.compile(r"^\s*(not )?ok\b(?:\s+\d+)?(?:\s*-?\s*(.*?))?(?:\s*#\s*(SKIP|TODO)\b\s*(.*))?\s*$", re.I)
PLAN_SKIP = re.compile(r"^1\.\.0\s*#\s*SKIP\s*(.*)", re.I)


def cases(test):
    """[(result, title, reason)] of one entry of Meson's testlog.json."""
    name = test["name"]
    out = test.get("stdout") or ""
    found = []
    for line in out.splitlines():
        plan = PLAN_SKIP.match(line)
        if plan:
            return [("skipped", name, plan[1] or "no reason given")]
        case = CASE.match(line)
        if not case:
            continue
        title = f"{name}: {case[2]}" if case[2] else name
        if case[3] and case[3].upper() == "SKIP":
            found.append(("skipped", title, case[4] or "no reason given"))
        else:
            found.append(("failed" if case[1] else "passed", title, ""))
    result = test["result"]
    if result == "SKIP" and not found:
        return [("skipped", name, (out.strip().splitlines() or ["no reason given"])[-1])]
    good = result in ("OK", "SKIP", "EXPECTEDFAIL")
    if not found:
        return [("passed" if good else "failed", name, "")]
    if not good and not any(r == "failed" for r, _, _ in found):
        found.append(("failed", name, result))  # it died, timed out or broke its plan
    return found


def main():
    build = pathlib.Path(sys.argv[1])
    log = build / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    status = subprocess.run(["meson", "test", "-C", str(build), "--no-rebuild", "--print-errorlogs",
                             "--num-processes", str(min(os.cpu_count() or 1, 4)), *sys.argv[2:]]).returncode
    if not log.exists():
        print("run-tests: Meson ran no test", file=sys.stderr)
        return 1
    results = [case for line in log.read_text().splitlines() for case in cases(json.loads(line))]
    skips = [(title, reason) for result, title, reason in results if result == "skipped"]
    if skips:
        print("\nSkipped:")
        for title, reason in sorted(skips):
            print(f"  {title}: {reason}")
    failures = [(title, why) for result, title, why in results if result == "failed"]
    if failures:
        print("\nFailed:")
        for title, why in failures:
            print(f"  {title}{': ' + why if why else ''}")
    count = {kind: sum(r == kind for r, _, _ in results) for kind in ("passed", "failed", "skipped")}
    (build / "test-count.json").write_text(json.dumps({**count, "skips": skips}))
    print("\n{passed} passed, {failed} failed, {skipped} skipped".format(**count))
    return 1 if failures or (status and not count["passed"]) or not results else 0


if __name__ == "__main__":
    sys.exit(main())
