# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cases of the key code tests: TAP for every test_* of a module; the CSV as a list of keys."""
import csv
import os
import pathlib
import re
import shutil
import traceback

SOURCE = pathlib.Path(os.environ.get("SOURCE") or pathlib.Path(__file__).resolve().parents[3])
CSV = SOURCE / "data" / "keycodes.csv"
GENERATOR = SOURCE / "tools" / "lodge-keymap-gen"
NAMES = ("linux_name", "win32_name", "osx_name", "xkb", "qcode")


class Skip(Exception):
    pass


def needs(program):
    found = shutil.which(program)
    if not found:
        raise Skip(f"needs {program}")
    return found


def read_keys():
    """Each row with its cells as lists; codes are numbers."""
    with open(CSV, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [{column: cell.split() if column in (*NAMES, "preferred") else [int(word, 0) for word in cell.split()]
             for column, cell in row.items()} for row in rows]


def run(namespace):
    tests = [(name, test) for name, test in namespace.items() if name.startswith("test_")]
    tests = [(name, test) for name, test in tests if re.search(os.environ.get("ONLY", ""), name)]
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
        title = name[len("test_"):].replace("_", "-")
        try:
            test()
            print(f"ok {number} - {title}", flush=True)
        except Skip as skip:
            print(f"ok {number} - {title} # SKIP {skip}", flush=True)
        except Exception:
            failed += 1
            print("# " + traceback.format_exc().rstrip().replace("\n", "\n# "))
            print(f"not ok {number} - {title}", flush=True)
    raise SystemExit(1 if failed else 0)
