#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/run-tests.py --quiet BUILD [meson test options] - run the suites of one build folder.
tools/run-tests.py --sum BUILD... - name the skips and failures of what ran, and count.

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


def run(build, arguments):
    """Run the suites of one build folder; keep the counts in BUILD/test-count.json."""
    log = build / "meson-logs" / "testlog.json"
    counts = build / "test-count.json"
    log.unlink(missing_ok=True)
    counts.unlink(missing_ok=True)
    status = subprocess.run(["meson", "test", "-C", str(build), "--no-rebuild", "--print-errorlogs",
                             "--num-processes", str(min(os.cpu_count() or 1, 4)), *arguments]).returncode
    if not log.exists():
        print("run-tests: Meson ran no test", file=sys.stderr)
        return 1
    results = [case for line in log.read_text().splitlines() for case in cases(json.loads(line))]
    counts.write_text(json.dumps(results))
    return 1 if status or not results or any(r == "failed" for r, _, _ in results) else 0


def closing(builds):
    """Name the skips and the failures of all @builds, and count."""
    results, lost = [], False
    for build in builds:
        counts = build / "test-count.json"
        if counts.exists():
            results += [(r, title if build is builds[0] else f"{title} ({build.name})", why) for r, title, why in json.loads(counts.read_text())]
        else:
            lost = True
            print(f"run-tests: no tests ran in {build}", file=sys.stderr)
    for kind, heading in (("skipped", "Skipped"), ("failed", "Failed")):
        lines = sorted({f"  {title}{': ' + why if why else ''}" for r, title, why in results if r == kind})
        if lines:
            print(f"\n{heading}:", *lines, sep="\n")
    count = {kind: sum(r == kind for r, _, _ in results) for kind in ("passed", "failed", "skipped")}
    must = ["needs root"] if os.environ.get("CI") and os.geteuid() == 0 else []
    broken = [title for r, title, why in results if r == "skipped" and any(m in why for m in must)]
    for title in broken:
        print(f"run-tests: {title} must run in CI and was skipped")
    print("\n{passed} passed, {failed} failed, {skipped} skipped".format(**count))
    return 1 if lost or broken or count["failed"] or not count["passed"] else 0


def main():
    if sys.argv[1] == "--sum":
        return closing([pathlib.Path(p) for p in sys.argv[2:]])
    return run(pathlib.Path(sys.argv[2]), sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())
