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

AGAIN_MAX = 6  # programs; more than that is no accident
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


def meson_test(build, processes, arguments):
    """One `meson test`; {name: entry of its log}, empty when it ran nothing."""
    log = build / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    subprocess.run(["meson", "test", "-C", str(build), "--no-rebuild", "--print-errorlogs", "--num-processes", str(processes), *arguments])
    entries = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return {entry["name"]: entry for entry in entries}


def run(build, arguments):
    """Run the suites of one build folder; keep the counts in BUILD/test-count.json.

    A few programs that failed beside others run once more, alone: a busy machine is no fault of ours. That
    they needed it is said, and kept in the results.
    """
    counts = build / "test-count.json"
    counts.unlink(missing_ok=True)
    entries = meson_test(build, min(os.cpu_count() or 1, 4), arguments)
    if not entries:
        print("run-tests: Meson ran no test", file=sys.stderr)
        return 1
    failed = [name for name, entry in entries.items() if any(r == "failed" for r, _, _ in cases(entry))]
    if 0 < len(failed) <= AGAIN_MAX:
        print("run-tests: once more, alone: " + ", ".join(failed), flush=True)
        again = meson_test(build, 1, [name.rpartition(" / ")[2] for name in failed])
        for name in failed:
            if name in again:
                print(f"run-tests: alone, {name} " + ("fails as well" if any(r == "failed" for r, _, _ in cases(again[name])) else "passes"))
        entries.update({name: again[name] for name in failed if name in again})
    results = [case for entry in entries.values() for case in cases(entry)]
    counts.write_text(json.dumps(results))
    return 1 if any(r == "failed" for r, _, _ in results) else 0


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
