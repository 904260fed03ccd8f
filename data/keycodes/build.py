#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""data/keycodes/build.py FOLDER [--check] - build data/keycodes.csv from Debian packages and the hand-checked join tables.

FOLDER holds the packages of packages.txt, unpacked one beside the other (fetch.sh makes it). What each column
comes from stands in SOURCES.md. names.csv joins the names of other sets to keys, codes.csv has the codes that no
package has, with their source. --check compares with the committed file and writes nothing.
"""
import csv
import gzip
import io
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent / "keycodes.csv"
COLUMNS = ["linux_name", "linux", "atset1", "atset2", "atset3", "xt", "xt_kbd", "usb", "win32_name", "win32",
           "osx_name", "osx", "qnum", "x11", "xkb", "qcode", "sun", "adb", "preferred"]
NAMES = {"linux_name", "win32_name", "osx_name", "xkb", "qcode"}
DECIMAL = {"linux", "x11"}
NO_KEYS = {"KEY_RESERVED", "KEY_MIN_INTERESTING", "KEY_MAX", "KEY_CNT"}
E0 = 0xE000


def text(folder, name):
    """The one file below @folder whose path ends with @name."""
    found = [p for p in folder.rglob(pathlib.Path(name).name) if str(p).endswith("/" + name) and p.is_file()]
    if len(found) != 1:
        sys.exit(f"{folder}: {len(found)} files end with '{name}', one is wanted; run data/keycodes/fetch.sh")
    data = found[0].read_bytes()
    return (gzip.decompress(data) if name.endswith(".gz") else data).decode(errors="replace")


def array(source, name):
    """The initialiser of a C array of numbers or KEY_ words, as strings. The text of #else branches only."""
    body = re.search(rf"{name}\[[^\]]*\]\s*=\s*\{{(.*?)\}};", source, re.S)[1]
    body = re.sub(r"#ifdef.*?#else", "", body, flags=re.S)
    body = re.sub(r"/\*.*?\*/|#\w+[^\n]*", "", body, flags=re.S)
    return [word.strip() for word in body.split(",") if word.strip()]


def linux_keys(folder):
    """{name: number} and {name: [alias ...]} of the kernel's header."""
    defines = re.findall(r"^#define\s+(KEY_\w+)\s+(\w+)", text(folder, "include/linux/input-event-codes.h"), re.M)
    numbers, aliases = {}, {}
    for name, value in defines:
        if name in NO_KEYS:
            continue
        if value.startswith("KEY_"):
            aliases.setdefault(value, []).append(name)
        else:
            numbers[name] = int(value, 0)
    return numbers, aliases


def invert(words, numbers, code=lambda index: index):
    """{key name: [codes]} of a driver's table of code -> key; what is no key of the header is left out."""
    by_number = {number: name for name, number in numbers.items()}
    found = {}
    for index, word in enumerate(words):
        name = word if word in numbers else by_number.get(int(word, 0)) if word[0].isdigit() else None
        if name and name != "KEY_UNKNOWN" and code(index) is not None:
            found.setdefault(name, []).append(code(index))
    return found


def set2_code(index):
    """atkbd.c: 0x80-0xff of its table are codes after e0, 0x100 on are codes that have bit 7 themselves."""
    return index if index < 0x80 else E0 | (index & 0x7F) if index < 0x100 else 0x80 | (index & 0x7F)


def set1_from_set2(code, unxlate):
    """What the keyboard controller makes of a code of set 2 (its table is the inverse of atkbd's)."""
    if code in (0x83, 0x84):
        return {0x83: 0x41, 0x84: 0x54}[code]
    low = code & 0xFF
    return unxlate.index(low) | (code & E0) if low in unxlate else None


def read_kernel(folder, numbers):
    """The columns that the kernel's own tables have."""
    atkbd = text(folder, "drivers/input/keyboard/atkbd.c")
    unxlate = [int(word) for word in array(atkbd, "atkbd_unxlate_table")]
    set2 = invert(array(atkbd, "atkbd_set2_keycode"), numbers, set2_code)
    raw = array(text(folder, "drivers/tty/vt/keyboard.c"), "x86_keycodes")
    xt_kbd = {name: [int(raw[number])] for name, number in numbers.items()
              if number < len(raw) and raw[number] != "0"}
    hid = [word.replace("unk", "240") for word in array(text(folder, "drivers/hid/hid-input.c"), "hid_keyboard")]
    set1 = {}
    for name in numbers:
        codes = [set1_from_set2(code, unxlate) for code in set2.get(name, [])]
        codes += [code & 0x7F | (E0 if code & 0x100 else 0) for code in xt_kbd.get(name, [])]
        set1[name] = [code for code in codes if code is not None]
    return {
        "atset1": set1, "atset2": set2, "xt_kbd": xt_kbd,
        "atset3": invert(array(atkbd, "atkbd_set3_keycode"), numbers),
        "usb": invert(hid, numbers),
        "sun": invert(array(text(folder, "drivers/input/keyboard/sunkbd.c"), "sunkbd_keycode"), numbers),
        "adb": invert(array(text(folder, "drivers/macintosh/adbhid.c"), "adb_to_linux_keycodes"), numbers),
    }


def read_xkb(folder, numbers):
    section = text(folder, "xkb/keycodes/evdev")
    by_code = {int(code): name for name, code in re.findall(r"^\s*<([^>]+)>\s*=\s*(\d+);", section, re.M)}
    return {name: [by_code[number + 8]] for name, number in numbers.items() if number + 8 in by_code}


def read_codes(folder, pattern, name):
    return {word: int(value, 0) for word, value in re.findall(pattern, text(folder, name), re.M)}


def read_named(folder, table):
    """win32, osx and qcode: names.csv says which key, the packages say the number and that the name exists."""
    win32 = read_codes(folder, r"^#define (VK_\w+) (0x[0-9A-F]+)", "include/winuser.h")
    win32.update({f"VK_{c}": ord(c) for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"})  # winuser.h: the same as ASCII
    osx = read_codes(folder, r"^#define APPLE_VK_(\w+) (0x[0-9A-F]+)", "winpr/input.h")
    manual = text(folder, "man7/qemu-qmp-ref.7.gz")
    qcode = set(re.findall(r"\.B \\fB(\w+)\\fP", manual[manual.index("\\fBQKeyCode\\fP (Enum)"):
                                                         manual.index("\\fBKeyValueKind\\fP (Enum)")]))
    left = qcode - {"unmapped"}
    for row in csv.DictReader((HERE / "names.csv").open()):
        words = {column: row[column].split() for column in ("win32_name", "osx_name", "qcode")}
        for column, known in (("win32_name", win32), ("osx_name", osx), ("qcode", qcode)):
            for word in words[column]:
                if word not in known and word not in OWN_NUMBERS:
                    sys.exit(f"names.csv: {row['key']}: no package knows {column} '{word}'")
            table[column][row["key"]] = words[column]
        table["win32"][row["key"]] = [win32[word] for word in words["win32_name"]]
        table["osx"][row["key"]] = [osx.get(word, OWN_NUMBERS.get(word)) for word in words["osx_name"]]
        left -= set(words["qcode"])
    if left:
        sys.exit(f"names.csv: no key for the qcodes {' '.join(sorted(left))}")


OWN_NUMBERS = {"RightCommand": 0x36}  # Apple's Events.h; winpr has no name for it


def apply_codes(table, numbers):
    """codes.csv: what no package has, which of several codes is the key's own, what is a driver's quirk."""
    for row in csv.DictReader((HERE / "codes.csv").open()):
        key, column, action = row["key"], row["column"], row["action"]
        if key not in numbers or column not in COLUMNS or not row["source"]:
            sys.exit(f"codes.csv: bad line for {key} {column}: unknown key or column, or no source")
        cell = table[column].setdefault(key, [])
        values = [int(word, 0) for word in row["values"].split()]
        rest = [value for value in cell if value not in values]
        if action == "drop" and len(rest) + len(values) != len(cell):
            sys.exit(f"codes.csv: {key} {column}: nothing to drop")
        if action == "preferred":
            table["preferred"].setdefault(key, []).append(column)
        else:
            cell[:] = {"first": values + rest, "also": rest + values, "drop": rest}[action]


def distinct(values):
    return list(dict.fromkeys(values))


def fill(folder):
    numbers, aliases = linux_keys(folder)
    table = {column: {} for column in COLUMNS}
    table.update(read_kernel(folder, numbers))
    table["xkb"] = read_xkb(folder, numbers)
    read_named(folder, table)
    for column in table:
        if column not in ("win32", "osx"):
            table[column] = {key: distinct(values) for key, values in table[column].items()}
    apply_codes(table, numbers)
    for key, number in numbers.items():
        table["linux_name"][key] = [key, *aliases.get(key, [])]
        table["linux"][key] = [number]
        table["x11"][key] = [number + 8]
        table["xt"][key] = table["atset1"].get(key, [])
        table["qnum"][key] = distinct(code & 0x7F | (0x80 if code & E0 else 0) for code in table["xt"][key])
        table["preferred"][key] = [
            name for column in table["preferred"].get(key, [])
            for name in (["atset1", "xt", "qnum"] if column == "atset1" else [column])]
    return numbers, table


def check(numbers, table):
    """Each code that several keys have needs one preferred row, in which it is the first; names are unique."""
    bad = []
    for column in COLUMNS[:-1]:
        holders = {}
        for key in numbers:
            for value in distinct(table[column].get(key, [])):
                holders.setdefault(value, []).append(key)
        for value, keys in holders.items():
            chosen = [key for key in keys if column in table["preferred"][key]]
            shown = value if isinstance(value, str) else hex(value)
            if len(keys) > 1 and column in NAMES:
                bad.append(f"{column} '{shown}' names {' '.join(keys)}")
            elif len(keys) > 1 and len(chosen) != 1:
                bad.append(f"{column} {shown} means {' '.join(keys)}; codes.csv must prefer one")
            elif len(keys) > 1 and table[column][chosen[0]][0] != value:
                first = [key for key in keys if table[column][key][0] == value]
                if first:
                    bad.append(f"{column} {shown}: preferred {chosen[0]} has it second, {' '.join(first)} first")
    return bad


def write(numbers, table):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for key in sorted(numbers, key=numbers.get):
        cells = []
        for column in COLUMNS:
            values = table[column].get(key, [])
            as_text = str if column in NAMES | DECIMAL | {"preferred"} else "0x{:02x}".format
            cells.append(" ".join(as_text(value) for value in values))
        writer.writerow(cells)
    return out.getvalue()


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    numbers, table = fill(pathlib.Path(sys.argv[1]))
    bad = check(numbers, table)
    if bad:
        sys.exit("\n".join(bad))
    result = write(numbers, table)
    if "--check" in sys.argv:
        sys.exit(0 if OUTPUT.read_text() == result else f"{OUTPUT} is not what build.py makes of {sys.argv[1]}")
    OUTPUT.write_text(result)
    print(f"{OUTPUT}: {len(numbers)} keys")


if __name__ == "__main__":
    main()
