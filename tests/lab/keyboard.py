#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keys proved inside a guest: Debian's kernel, an init of ours (keywatch.c), and what its evdev devices and its console say.

send-key by name and number in each of the ten sets, by each of the three channels; chords, hold times, 1,000 typed
characters, and text in seven layouts, read back from a console that has the matching keymap loaded.
"""
import csv
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ.get("SOURCE", "."), "tests/lib"))
sys.path.insert(0, os.path.join(os.environ.get("SOURCE", "."), "tests/lab"))
from house import *  # noqa: E402,F403
from image import LAB, add_busybox, add_modules, kernel, pack, package, skip  # noqa: E402

LAYOUTS = "us de fr es cz gr ru"
SETS = {"linux": "linux", "xt": "xt", "atset1": "atset1", "atset2": "atset2", "atset3": "atset3", "os_x": "osx",
        "xt_kbd": "xt_kbd", "usb": "usb", "win32": "win32", "rfb": "qnum"}
# QEMU's PS/2 keyboard has no scan code for these, though QEMU has a name for them
NOT_ON_PS2 = {101, 122, 123, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139}
LOCKS = [58, 69, 70]
XML = """<domain type='qemu'>
  <name>keys</name>
  <memory unit='MiB'>256</memory>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>{kernel}</kernel>
    <initrd>{initrd}</initrd>
    <cmdline>console=tty0 quiet mitigations=off</cmdline>
  </os>
  <devices>
    <serial type='pty'/>
    <console type='pty'/>
    <graphics type='vnc' autoport='yes' listen='127.0.0.1'/>
    {spice}
    <video><model type='vga'/></video>
  </devices>
</domain>
"""
INIT = """#!/bin/busybox sh
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
while read -r f; do insmod $f; done < /etc/modules
exec /keywatch
"""


def prepare():
    """(kernel, initramfs) below BUILD/lab; needs the outside, so it is done before the house is built."""
    for program, name in (("qemu-system-x86_64", "qemu-system-x86"), ("cpio", "cpio"), ("modprobe", "kmod"), ("busybox", "busybox-static")):
        if not shutil.which(program):
            skip(f"needs {name}")
    for program in ("lodge-typist", "tests/lab/keywatch"):
        if not os.path.exists(os.path.join(BUILD, program)):
            skip(f"needs {program}, which this build has not")
    if not os.path.exists("/usr/share/X11/xkb"):
        skip("needs xkb-data")
    image, version = kernel()
    tree = LAB / "keyboard"
    shutil.rmtree(tree, ignore_errors=True)
    for name in ("proc", "sys", "dev", "maps"):
        (tree / name).mkdir(parents=True)
    add_busybox(tree, "sh mount insmod")
    add_modules(tree, version, "i8042 atkbd evdev")
    shutil.copy(os.path.join(BUILD, "tests/lab/keywatch"), tree / "keywatch")
    shutil.copy(package("kbd") / "bin/loadkeys", tree / "bin")
    libraries = subprocess.run(["ldd", tree / "bin/loadkeys"], capture_output=True, text=True).stdout
    for path in [word for word in libraries.split() if word.startswith("/")]:
        (tree / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tree / path[1:])
    ckbcomp = package("console-setup") / "usr/bin/ckbcomp"
    for layout in LAYOUTS.split():
        made = subprocess.run(["perl", ckbcomp, "-compact", "-layout", layout], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        (tree / "maps" / layout).write_text(made.stdout)
    (tree / "init").write_text(INIT)
    (tree / "init").chmod(0o755)
    return image, pack(tree, LAB / "keyboard.gz")


class Guest:
    def __init__(self):
        self.console = subprocess.Popen([LODGE, "console", "keys"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(self.console.stdout.fileno(), False)
        self.rest = b""
        self.lines = []

    def read(self):
        data = self.console.stdout.read()
        if data is None:
            select_pause()
            return
        assert data, "the console ended"
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.lines += [line.decode(errors="replace").strip() for line in lines]

    def wait_line(self, wanted, seconds=60):
        end = time.monotonic() + seconds
        while True:
            for at, line in enumerate(self.lines):
                if line == wanted or (wanted == "READY" and line.startswith("READY")):
                    before, self.lines = self.lines[:at], self.lines[at + 1:]
                    return before
            assert time.monotonic() < end, f"no {wanted!r} in {seconds} s; {self.lines[-5:]}"
            self.read()

    def say(self, text):
        self.console.stdin.write(text.encode() + b"\n")
        self.console.stdin.flush()

    def collect(self, count=0, kind="E ", seconds=60):
        """What came since the last time: all of it, and at least @count lines of @kind."""
        end = time.monotonic() + seconds
        while sum(line.startswith(kind) for line in self.lines) < count and time.monotonic() < end:
            self.read()
        word = f"w{time.monotonic_ns()}"
        self.say("sync " + word)
        return self.wait_line("SYNC " + word)

    def events(self, count=0, seconds=60):
        return [tuple(map(int, line.split()[1:])) for line in self.collect(count, seconds=seconds) if line.startswith("E ")]

    def text(self, characters, seconds=120):
        """The bytes of the console, until there are @characters of them or time is up."""
        end = time.monotonic() + seconds
        got = b""
        while True:
            got += b"".join(bytes.fromhex(line[2:]) for line in self.collect() if line.startswith("T "))
            if len(got.decode(errors="replace")) >= characters or time.monotonic() > end:
                return got.decode(errors="replace")

    def layout(self, name):
        self.say("layout " + name)
        self.wait_line("OK", 30)


def guest():
    """One guest for all tests; the first one boots it."""
    if not hasattr(guest, "made"):
        pathlib.Path("/tmp/keys.xml").write_text(XML.format(
            kernel=os.environ["KEYS_KERNEL"], initrd=os.environ["KEYS_INITRD"],
            spice="<graphics type='spice' autoport='yes' listen='127.0.0.1'/>"))
        lodge("create", "/tmp/keys.xml")
        guest.made = Guest()
        guest.made.wait_line("READY", 180)
    guest.made.collect()
    return guest.made


def rows():
    with open(os.path.join(SOURCE, "data/keycodes.csv"), newline="") as file:
        return [row for row in csv.DictReader(file)]


KEYS = {int(row["linux"]): row for row in rows() if row["qcode"] and int(row["linux"]) not in NOT_ON_PS2}


def send(*words, **more):
    return lodge("send-key", "keys", *[str(word) for word in words], **more)


def both(codes):
    return [(code, value) for code in codes for value in (1, 0)]


def plain(events):
    return [(code, value) for code, value, _ in events if value != 2]


def test_names():
    machine = guest()
    for name, words in (("linux", ["KEY_A", "KEY_RIGHTCTRL", "KEY_F12"]), ("win32", ["VK_A", "VK_RCONTROL", "VK_F12"]),
                        ("os_x", ["ANSI_A", "RightControl", "F12"])):
        send("--codeset", name, "--sequence", *words)
        assert plain(machine.events(6)) == both([30, 97, 88]), name


def test_chord_order():
    machine = guest()
    for via in ("monitor", "vnc", "spice"):
        if via != "monitor" and not os.path.exists(os.path.join(BUILD, "lodge-keys-" + via)):
            continue
        send("--via", via, "KEY_LEFTCTRL", "KEY_LEFTSHIFT", "KEY_F5")
        got = plain(machine.events(6))
        assert got == [(29, 1), (42, 1), (63, 1), (63, 0), (42, 0), (29, 0)], (via, got)


def test_sixteen_and_more():
    machine = guest()
    for n in (16, 24):
        codes = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 30, 31, 32, 33][:n]
        send(*codes)
        got = plain(machine.events(2 * n))
        assert got == [(c, 1) for c in codes] + [(c, 0) for c in reversed(codes)], got


def test_hold_time():
    machine = guest()
    for hold in (50, 400, 1000):
        began = time.monotonic()
        send("--holdtime", hold, "0xf")
        took = (time.monotonic() - began) * 1000
        events = [event for event in machine.events(2) if event[1] != 2]
        assert [(code, value) for code, value, _ in events] == [(15, 1), (15, 0)], events
        held = events[1][2] - events[0][2]
        assert hold * 0.8 - 20 <= held <= hold * 1.5 + 150, f"held {held} ms instead of {hold}"
        assert took >= hold, f"send-key came back after {took:.0f} ms, before the release"


def test_700_in_a_row():
    machine = guest()
    codes = [30, 48, 46, 32, 18, 33, 34] * 100
    send("--sequence", "--holdtime", "5", "--delay", "5", *codes, timeout=120)
    assert plain(machine.events(1400)) == both(codes)


def test_press_and_release():
    machine = guest()
    send("--press", "KEY_LEFTSHIFT")
    send("KEY_A")
    send("--release", "KEY_LEFTSHIFT")
    assert plain(machine.events(4)) == [(42, 1), (30, 1), (30, 0), (42, 0)]


def test_killed_caller_leaves_no_key_down():
    for end in (signal.SIGKILL, signal.SIGINT):
        machine = guest()
        caller = subprocess.Popen([LODGE, "send-key", "keys", "--holdtime", "30000", "KEY_LEFTALT", "KEY_X"])
        wait_for(lambda: (machine.read(), sum(line.startswith("E ") for line in machine.lines) >= 2)[1], 20, "the press")
        caller.send_signal(end)
        caller.wait()
        got = sorted(plain(machine.events(4, seconds=10)))
        assert got == [(45, 0), (45, 1), (56, 0), (56, 1)], (end, got)


def test_nothing_is_sent_on_error():
    machine = guest()
    for words in (["KEY_A", "KEY_NOSUCH"], ["--codeset", "xt", "30", "9999"], ["--holdtime", "-5", "KEY_A"], ["--holdtime", "99999999", "KEY_A"]):
        result = send(*words, ok=False)
        assert result.returncode == 1, words
    result = lodge("type", "keys", "--layout", "us", "abc\u00e9", ok=False)
    assert result.returncode == 1 and "line 1, column 4" in result.stderr, result.stderr
    assert machine.events() == []


def test_type_1000():
    machine = guest()
    machine.layout("us")
    text = ("The quick brown fox jumps over the lazy dog. 0123456789 (){}[]<> ~!@#$%^&*_+-=|\\:;\"',./?` " * 12)[:999] + "\n"
    pathlib.Path("/tmp/text").write_text(text)
    lodge("type", "keys", "--file", "/tmp/text", timeout=180)
    got = machine.text(len(text)).replace("\r", "\n")
    assert got == text, f"{len(got)} of {len(text)}; first difference at {next((i for i, (a, b) in enumerate(zip(got, text)) if a != b), 'the end')}"


TEXTS = {
    "us": "Hello, World! ~`{}|\\",
    "de": "Gr\u00fc\u00dfe aus K\u00f6ln @ \u20ac {[]} \\ ~ | \u00c4\u00d6\u00dc yz YZ",
    "fr": "\u00e9\u00e8\u00e0\u00e7\u00f9 aqzw AQZW 0123456789 @#{[|]} \u20ac ;:!?./",
    "es": "\u00f1 \u00d1 \u00bfqu\u00e9? \u00a1s\u00ed! @ # [ ] { }".replace("\u00e9", "e").replace("\u00ed", "i"),
    "cz": "\u011b\u0161\u010d\u0159\u017e\u00fd\u00e1\u00ed\u00e9\u016f\u00fa 1234567890 yz",
    "gr": "\u03b1\u03b2\u03b3\u03b4 \u0391\u0392\u0393 \u03c2\u03c3 ;:,.",
    "ru": "\u043f\u0440\u0438\u0432\u0435\u0442 \u041c\u0418\u0420 \u044e\u0451 12345 .,",
}


def layout_test(name):
    def test():
        machine = guest()
        machine.layout(name)
        lodge("type", "keys", "--layout", name, TEXTS[name], timeout=60)
        got = machine.text(len(TEXTS[name]), seconds=20)
        machine.layout("us")
        assert got == TEXTS[name], f"{got!r} instead of {TEXTS[name]!r}"
    return test


for _name in TEXTS:
    globals()[f"test_text_{_name}"] = layout_test(_name)


# From here on every key is pressed, the locks too.
def check_set(name, column):
    """Every key that this set has, in one call, and what evdev says of it."""
    machine = guest()
    keys = {}
    for code, row in KEYS.items():
        for word in row[column].split()[:1]:
            keys.setdefault(word, code)
    wanted = []
    for word in keys:
        told = lodge("keymap", "--from", name, "--to", "linux", "--json", word)
        wanted.append(json_of(told)[0]["to_code"])
    send("--codeset", name, "--sequence", "--holdtime", "10", "--delay", "10", *keys)
    got = plain(machine.events(2 * len(wanted)))
    assert got == both(wanted), f"{name}: {len(wanted)} keys; differ: " + str([(w, g) for w, g in zip(both(wanted), got) if w != g][:6])
    return len(wanted)


def json_of(result):
    import json
    return json.loads(result.stdout if hasattr(result, "stdout") else result)


def set_test(name):
    def test():
        count = check_set(name, SETS[name])
        print(f"# {name}: {count} keys")
    return test


for _name in SETS:
    globals()[f"test_set_{_name}"] = set_test(_name)


def channel(via):
    machine = guest()
    if via != "monitor" and not os.path.exists(os.path.join(BUILD, "lodge-keys-" + via)):
        raise Skip(f"needs lodge-keys-{via}")
    send("--via", via, "--sequence", "--holdtime", "15", "--delay", "15", *KEYS, timeout=120)
    got, wanted = plain(machine.events(2 * len(KEYS))), both(KEYS)
    if via == "spice":  # its server presses locks by itself, to have them as its client last saw them
        assert all(pair in got for pair in both(LOCKS)), got
        got, wanted = [[pair for pair in pairs if pair[0] not in LOCKS] for pairs in (got, wanted)]
    assert got == wanted, f"{via}: differ: " + str([(w, g) for w, g in zip(wanted, got) if w != g][:6])


def test_every_key_by_monitor():
    channel("monitor")


def test_every_key_by_vnc():
    channel("vnc")


def test_every_key_by_spice():
    channel("spice")


def test_the_end():
    lodge("destroy", "keys")
    assert guest.made.console.wait(20) == 0, "the console did not end with its guest"


if "KEYS_KERNEL" not in os.environ:
    os.environ["KEYS_KERNEL"], os.environ["KEYS_INITRD"] = map(str, prepare())
run(globals())
