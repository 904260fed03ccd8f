#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The schema data/schemas/interface.rng and lodge's own reader agree: on the golden documents, and on hundreds made
from them by small changes. What only the reader checks (cases called parser-*) may be valid for the schema."""
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(os.environ["SOURCE"])
SCHEMA = SOURCE / "data/schemas/interface.rng"
VERDICT = pathlib.Path(os.environ["BUILD"]) / "tests/golden/verdict-interface"
CHANGES = 600
WORDS = ["", "on", "none", "eth9", "ipv4", "ipv6", "yes", "0", "1", "32", "33", "129", "4094", "4095", "192.0.2.7", "fd00::7", "::", "1:2:3:4:5:6:7::",
         "::1:2:3:4:5:6:7:8", "1::2::3", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:7:192.0.2.1", "256.1.1.1", "01:02:03:04:05:06",
         "0.5", ".5", "5.", "onboot", "up", "bond", "vlan", "bridge", "ethernet", "2147483648", "-1", "1e3", "a b", "a.b", ".", "..", "x" * 15, "x" * 16]


def golden():
    """name, document, whether it is good."""
    folder = SOURCE / "tests/golden/interface"
    for path in sorted(folder.glob("*.in.xml")):
        if not path.with_name(path.name.replace(".in.xml", ".warn")).exists():
            yield path.name, path.read_text(), True
    for path in sorted(folder.glob("*.out.xml")):
        yield path.name, path.read_text(), True
    for block in (folder / "interface.bad").read_text().split("#### ")[1:]:
        head, text = block.split("\n", 1)
        name, where = head.split()
        if where == "interface":
            text = f"<interface type='ethernet' name='eth0'>{text}</interface>"
        yield name, text, False


def changed(text, rng):
    """The document with one attribute, element or word changed: often wrong, sometimes not."""
    tags = list(re.finditer(r"<(/?)([a-z]+)([^<>]*?)(/?)>", text))
    attrs = list(re.finditer(r"([a-z]+)=(['\"])(.*?)\2", text))
    what = rng.randrange(5)
    if what == 0 and attrs:
        at = rng.choice(attrs)
        return text[:at.start()] + text[at.end():]
    if what in (1, 2) and attrs:
        at = rng.choice(attrs)
        value = rng.choice(WORDS + [rng.choice(attrs)[3]])
        return text[:at.start(3)] + value + text[at.end(3):]
    alone = [t for t in tags if t[4]]
    if what == 3 and alone:
        at = rng.choice(alone)
        return text[:at.start()] + text[at.end():]
    if alone:
        at, to = rng.choice(alone), rng.choice(tags)
        return text[:to.start()] + at[0] + text[to.start():]
    return text


def only_for_the_reader(text):
    """What the schema cannot say: one name or address twice, and a VLAN's name that is made from its parts."""
    names = re.findall(r"<interface[^>]*?name=['\"](.*?)['\"]", text)
    addresses = re.findall(r"<ip[^>]*?address=['\"](.*?)['\"]", text)
    return len(set(names)) < len(names) or len(set(addresses)) < len(addresses) or "type='vlan'><vlan" in text or "type='vlan'>\n" in text


def verdicts(documents):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(documents):
            paths.append(f"{folder}/{number}.xml")
            pathlib.Path(paths[-1]).write_text(text)
        reader = subprocess.run([VERDICT, *paths], capture_output=True, text=True, check=True).stdout.split()
        done = subprocess.run(["xmllint", "--noout", "--relaxng", SCHEMA, *paths], capture_output=True, text=True)
        assert "Schemas parser error" not in done.stderr, done.stderr
        good = set(re.findall(r"^(\S+) validates$", done.stderr, re.M))
        return [(r == "ok", p in good) for r, p in zip(reader, paths)]


def main():
    if not shutil.which("xmllint"):
        print("1..0 # SKIP: needs xmllint (libxml2-utils)")
        return
    print("1..2")
    cases = list(golden())
    wrong = [f"{name}: the reader says {reader}, the schema {schema}, the test {good}"
             for (name, _, good), (reader, schema) in zip(cases, verdicts([text for _, text, _ in cases]))
             if (reader != good and "strict" not in name) or (schema != good and not name.startswith("parser-"))]
    print(*(f"# {line}" for line in wrong), sep="\n", end="\n" if wrong else "")
    print("not " * bool(wrong) + f"ok 1 - {len(cases)} golden documents")
    rng = random.Random(4)
    texts = [text for _, text, good in cases if good]
    documents = [changed(changed(rng.choice(texts), rng) if rng.random() < 0.3 else rng.choice(texts), rng) for _ in range(CHANGES)]
    wrong, n_good = [], 0
    for text, (reader, schema) in zip(documents, verdicts(documents)):
        n_good += reader
        if reader != schema and not (schema and only_for_the_reader(text)):
            wrong.append(f"reader {reader}, schema {schema}: {text!r}")
    print(*(f"# {line}" for line in wrong), sep="\n", end="\n" if wrong else "")
    both = 20 < n_good < CHANGES - 20
    print("not " * bool(wrong or not both) + f"ok 2 - {CHANGES} changed documents, {n_good} of them good")


main()
