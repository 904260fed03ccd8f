#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""data/keycodes.csv: every key of the kernel is there, names are unique, every set's codes lead back to their key."""
import pathlib
import re

from tap import NAMES, Skip, read_keys, run

KEYS = read_keys()
CODES = [column for column in KEYS[0] if column not in (*NAMES, "preferred")]
HEADER = pathlib.Path("/usr/include/linux/input-event-codes.h")
NO_KEYS = {"KEY_RESERVED", "KEY_MIN_INTERESTING", "KEY_MAX", "KEY_CNT"}


def header():
    """{name: number} of this host's kernel header, aliases resolved."""
    if not HEADER.exists():
        raise Skip("needs linux-libc-dev")
    words = dict(re.findall(r"^#define\s+(KEY_\w+)\s+(\w+)", HEADER.read_text(), re.M))
    return {name: int(words.get(value, value), 0) for name, value in words.items() if name not in NO_KEYS}


def holders(column):
    """{word: [rows that have it]}"""
    found = {}
    for key in KEYS:
        for word in dict.fromkeys(key[column]):
            found.setdefault(word, []).append(key)
    return found


def test_all_keys_of_the_kernel():
    mine = {name for key in KEYS for name in key["linux_name"]}
    missing = sorted(set(header()) - mine)
    version = int(re.search(r"LINUX_VERSION_CODE (\d+)", HEADER.with_name("version.h").read_text())[1])
    if missing and version >> 8 > (6 << 8 | 1):
        raise Skip(f"needs the header of Linux 6.1: this newer one also has {' '.join(missing)}")
    assert not missing, f"not in the table: {missing}"


def test_numbers_of_the_kernel():
    numbers = header()
    for key in KEYS:
        for name in key["linux_name"]:
            assert numbers.get(name, key["linux"][0]) == key["linux"][0], name


def test_one_row_a_key():
    numbers = [key["linux"] for key in KEYS]
    assert all(len(number) == 1 for number in numbers)
    assert numbers == sorted(numbers), "rows are not in the order of their numbers"
    assert len({number[0] for number in numbers}) == len(KEYS) >= 503


def test_names_are_unique():
    for column in NAMES:
        for name, rows in holders(column).items():
            assert len(rows) == 1, f"{column} {name}: {[row['linux_name'][0] for row in rows]}"


def test_names_and_codes_go_together():
    for key in KEYS:
        for names, codes in (("win32_name", "win32"), ("osx_name", "osx")):
            assert not key[names] or len(key[names]) == len(key[codes]), key


def test_round_trip_of_each_set():
    """Of the rows with a code one is meant; it gives that code back, unless the code is only its second."""
    for column in CODES:
        for code, rows in holders(column).items():
            meant = [row for row in rows if column in row["preferred"]] if len(rows) > 1 else rows
            where = f"{column} {code:#x}: {[row['linux_name'][0] for row in rows]}"
            assert len(meant) == 1, f"{where}: {len(meant)} are preferred"
            if any(row[column][0] == code for row in rows):
                assert meant[0][column][0] == code, f"{where}: it is not the first code of the preferred one"


def test_preferred_only_where_shared():
    for key in KEYS:
        for column in key["preferred"]:
            assert any(len(holders(column)[code]) > 1 for code in key[column]), f"{key['linux_name'][0]} {column}"


def test_sets_agree():
    """What is a rule between columns: qnum folds e0 into bit 7, xt is set 1, X adds eight."""
    for key in KEYS:
        folded = [code & 0x7F | (0x80 if code & 0xE000 else 0) for code in key["atset1"]]
        assert key["qnum"] == list(dict.fromkeys(folded)), key
        assert key["xt"] == key["atset1"], key
        assert key["x11"] == [key["linux"][0] + 8], key


def test_ranges():
    limits = {"linux": 0x2FF, "atset1": 0xE07F, "atset2": 0xE07F, "atset3": 0xFF, "xt": 0xE07F, "xt_kbd": 0x17F,
              "usb": 0xFF, "win32": 0xFE, "osx": 0x7F, "qnum": 0xFF, "x11": 0x307, "sun": 0x7F, "adb": 0x7F}
    for column in CODES:
        for key in KEYS:
            assert all(0 <= code <= limits[column] for code in key[column]), (column, key)


def test_enough_of_each_set():
    """A driver's table that was read wrongly would show here."""
    least = {"atset1": 230, "atset2": 142, "atset3": 135, "usb": 160, "win32": 140, "osx": 115, "qnum": 230,
             "xt_kbd": 230, "sun": 115, "adb": 100, "xkb": 480, "qcode": 147}
    for column, count in least.items():
        found = sum(bool(key[column]) for key in KEYS)
        assert found >= count, f"{column}: {found} keys, {count} are wanted"


run(globals())
