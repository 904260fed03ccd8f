#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The generator of the API's entry points: its checks, and that table and headers agree."""
import os
import pathlib
import sys
import traceback

SOURCE = pathlib.Path(os.environ["SOURCE"])
sys.path.insert(0, str(SOURCE / "src/api"))
sys.dont_write_bytecode = True
import generate  # noqa: E402

GOOD = """
[virThing]
text = "Does it."
returns = ["int", "0, or -1"]
args = [
  ["virDomainPtr", "domain", "the guest"],
  ["const char *", "name", "a name"],
  ["unsigned int", "flags", "bits"],
]
flags = ["F_ONE", "F_TWO"]
permission = "write"
since = "0.1"
hand = "thing"
"""


def refused(text, words):
    try:
        generate.load(text)
    except generate.TableError as error:
        assert words in str(error), f"{error} does not say '{words}'"
        assert "virThing" in str(error), str(error)
        return
    raise AssertionError(f"accepted: {words}")


def test_errors_table():
    refused(GOOD + 'colour = "red"\n', "unknown key colour")
    refused(GOOD + "plain = true\n", "exactly one of")
    refused(GOOD.replace('hand = "thing"\n', ""), "exactly one of")
    refused(GOOD.replace('since = "0.1"\n', ""), "'since' is missing")
    refused(GOOD.replace('"a name"', '""'), "type, name and meaning")
    refused(GOOD + 'optional = ["nobody"]\n', "'nobody' is no argument")
    refused(GOOD + 'write_flags = ["F_THREE"]\n', "F_THREE is not among its flags")
    refused(GOOD.replace('"flags", "bits"', '"bits", "bits"'), "no argument 'flags'")
    refused(GOOD.replace('"write"', '"maybe"'), "'read' or 'write'")
    refused(GOOD.replace("virDomainPtr", "int"), "begins with an object")
    refused(GOOD.replace('hand = "thing"', 'role = "cooking.boil"\nshape = "action"'), "unknown")
    refused(GOOD.replace('hand = "thing"', 'same = "virOther(domain)"'), "another entry")
    read = GOOD.replace("virThing", "virOther").replace('"write"', '"read"')
    refused(read + GOOD.replace('hand = "thing"', 'same = "virOther(domain, name, flags)"'),
            "permission differs")


def text_of(kind, table=GOOD):
    return "\n".join(generate.WRITERS[kind](generate.load(table), "t.toml"))


def test_entry():
    text = text_of("entry")
    assert "t.toml" in text.splitlines()[1]
    assert ".flags = (guint)F_ONE | (guint)F_TWO," in text
    assert ".writes = TRUE," in text
    assert 'call_needs(&call, name != NULL, "name")' in text
    assert "result = thing(&call, domain, name, flags);" in text
    optional = text_of("entry", GOOD + 'optional = ["name"]\n')
    assert "call_needs(" not in optional


def test_map_grows_by_nodes():
    later = GOOD.replace("virThing", "virLater").replace("0.1", "0.10")
    between = GOOD.replace("virThing", "virBetween").replace("0.1", "0.2")
    text = text_of("map", later + GOOD + between)
    order = [text.index(word) for word in ("LODGE_0.1 {", "LODGE_0.2 {", "LODGE_0.10 {")]
    assert order == sorted(order), text
    assert text.count("local:") == 1
    assert "} LODGE_0.2;" in text


def real_calls():
    return generate.load((SOURCE / "src/api/calls.toml").read_text())


def test_table_and_headers():
    table = {call.name for call in real_calls() if call.kind != "variable"}
    headers = generate.declared(sorted((SOURCE / "include/lodge").glob("*.h")))
    assert not headers - table, f"in the headers only: {sorted(headers - table)}"
    assert not table - headers, f"in the table only: {sorted(table - headers)}"


def test_symbols_checked_in():
    """A symbol that goes away breaks programs: its list is reviewed, not regenerated."""
    path = SOURCE / "src/api/lodge.symbols"
    now = "\n".join(generate.write_symbols(real_calls(), "")) + "\n"
    if os.environ.get("LODGE_TEST_REGENERATE") == "1":
        path.write_text(now)
    then = path.read_text()
    gone = set(then.split("\n")) - set(now.split("\n"))
    new = set(now.split("\n")) - set(then.split("\n"))
    assert then == now, f"gone: {sorted(gone)}, new: {sorted(new)}; LODGE_TEST_REGENERATE=1"


def test_writing_calls_say_so():
    """What changes something must not be reachable on a read-only connection."""
    verbs = ("Create", "Define", "Undefine", "Destroy", "Set", "Shutdown", "Reboot", "Suspend",
             "Resume", "SendProcessSignal", "OpenConsole")
    own = {"virConnectSetKeepAlive", "virNodeSet"}
    for call in real_calls():
        if call.kind in ("plain", "variable") or call.name in own or call.name.startswith("virStream"):
            continue
        body = call.name.removeprefix("virDomain").removeprefix("virNetwork")
        if body.startswith(verbs):
            assert call.permission == "write", call.name


def main():
    tests = [(name[5:], run) for name, run in sorted(globals().items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, run) in enumerate(tests, 1):
        try:
            run()
            print(f"ok {number} - {name}")
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}")
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
    sys.exit(1 if failed else 0)


main()
