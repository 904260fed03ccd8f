#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lodge-keymap-gen: what it writes for each language is compiled or run, and holds what the CSV says."""
import ast
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

from tap import CSV, GENERATOR, NAMES, SOURCE, needs, read_keys, run

KEYS = read_keys()
MAPS = [("code-map", "atset1", "linux"), ("code-map", "win32_name", "win32"), ("name-map", "win32", "win32_name"),
        ("name-map", "xkb", "qcode")]
ARRAYS = [("code-table", "osx", "linux"), ("name-table", "linux", "qcode")]


def generator(*words, ok=True, stdin=None):
    done = subprocess.run([sys.executable, GENERATOR, *words], input=stdin, capture_output=True, text=True, timeout=60)
    if ok:
        assert done.returncode == 0 and not done.stderr, f"{words}: {done.stderr}"
        return done.stdout
    assert done.returncode not in (0, -6, -11) and not done.stdout, f"{words} gave {done.stdout}"
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def expected(source, target):
    """{from: to}, found by another road than the generator's: the meant row of each word, then its place."""
    found = {}
    for word in {word for key in KEYS for word in key[source]}:
        rows = [key for key in KEYS if word in key[source]]
        row = next((key for key in rows if source in key["preferred"]), rows[0])
        pair = sorted((source, target))
        aligned = pair[1] == pair[0] + "_name" and len(row[source]) == len(row[target])
        if row[target]:
            found[word] = row[target][row[source].index(word) if aligned else 0]
    return found


def printed(text):
    """What the programs below print: one FROM TAB TO a line."""
    return dict(line.split("\t") for line in text.splitlines())


def check(kind, source, target, got):
    wanted = {str(a): str(b) for a, b in expected(source, target).items()}
    assert got == wanted, f"{kind} {source}:{target}: {sorted(set(got.items()) ^ set(wanted.items()))[:10]}"


def each(lang, suffix, program, *commands):
    """Write the table and the program of each case; run the commands in their folder; compare what the last one prints."""
    for kind, source, target in MAPS + ARRAYS:
        with tempfile.TemporaryDirectory(prefix="lodge-test-") as folder:
            folder = pathlib.Path(folder)
            generator("--lang", lang, "--output", str(folder / f"table{suffix}"), kind, f"{source}:{target}=keys")
            text = program(kind, source in NAMES, target in NAMES)
            (folder / f"main{suffix}").write_text(text)
            for command in commands:
                done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100)
                assert done.returncode == 0 and not done.stderr, f"{command}: {done.stderr}"
            check(kind, source, target, printed(done.stdout))


def c_program(kind, from_name, to_name):
    show = {True: "%s", False: "%u"}
    if kind.endswith("map"):
        body = f'printf("{show[from_name]}\\t{show[to_name]}\\n", keys[i].from, keys[i].to);'
    else:
        hole = "== NULL" if to_name else "< 0"
        body = f'if (!(keys[i] {hole})) printf("%u\\t{"%s" if to_name else "%d"}\\n", i, keys[i]);'
    return ('#include <stdio.h>\n#include "table.c"\n'
            f"int main(void)\n{{\n    for (unsigned int i = 0; i < keys_len; i++)\n        {body}\n    return 0;\n}}\n")


def test_c():
    compiler = needs("cc")
    each("c", ".c", c_program, [compiler, "-std=c99", "-Wall", "-Wextra", "-Werror", "-o", "main", "main.c"], ["./main"])


def test_glib():
    compiler = needs("cc")
    flags = subprocess.run([needs("pkg-config"), "--cflags", "glib-2.0"], capture_output=True, text=True, check=True).stdout.split()
    each("glib", ".c", c_program, [compiler, "-Wall", "-Wextra", "-Werror", *flags, "-o", "main", "main.c"], ["./main"])


def test_python():
    def program(kind, _from_name, _to_name):
        pairs = "keys.items()" if kind.endswith("map") else "enumerate(keys)"
        return f"from table import keys\nfor a, b in {pairs}:\n    if b is not None:\n        print(a, b, sep='\\t')\n"
    each("python", ".py", program, [sys.executable, "-B", "main.py"])


def test_perl():
    def program(kind, _from_name, _to_name):
        loop = 'print "$_\\t$keys{$_}\\n" for keys %keys;' if kind.endswith("map") else \
            'for (0..$#keys) { print "$_\\t$keys[$_]\\n" if defined $keys[$_]; }'
        return f'use strict; use warnings; our (%keys, @keys); require "./table.pl";\n{loop}\n'
    each("perl", ".pl", program, [needs("perl"), "main.pl"])


def test_rust():
    def program(kind, _from_name, _to_name):
        loop = 'for (a, b) in KEYS { println!("{}\\t{}", a, b); }' if kind.endswith("map") else \
            'for (i, x) in KEYS.iter().enumerate() { if let Some(v) = x { println!("{}\\t{}", i, v); } }'
        return f'include!("table.rs");\nfn main() {{\n    {loop}\n}}\n'
    each("rust", ".rs", program, [needs("rustc"), "-D", "warnings", "-o", "main", "main.rs"], ["./main"])


def test_javascript():
    def program(kind, _from_name, _to_name):
        loop = "for (const [a, b] of keys) console.log(`${a}\\t${b}`);" if kind.endswith("map") else \
            "keys.forEach((b, a) => { if (b !== null) console.log(`${a}\\t${b}`); });"
        return f'import {{ keys }} from "./table.mjs";\n{loop}\n'
    each("javascript", ".mjs", program, [needs("node"), "main.mjs"])


def test_several_tables_in_one_file():
    compiler = needs("cc")
    with tempfile.TemporaryDirectory(prefix="lodge-test-") as folder:
        folder = pathlib.Path(folder)
        (folder / "codes.h").write_text(generator("code-map", "usb:linux", "linux:usb"))
        (folder / "names.h").write_text(generator("name-map", "linux:linux_name"))
        (folder / "main.c").write_text('#include "codes.h"\n#include "names.h"\n'
                                       "int main(void) { return !(usb_to_linux_len && linux_to_usb_len && linux_to_linux_name_len); }\n")
        subprocess.run([compiler, "-Wall", "-o", "main", "main.c"], cwd=folder, check=True)
        subprocess.run(["./main"], cwd=folder, check=True)


def test_every_pair_of_columns():
    """In Python, each ordered pair that shares a key; other pairs are refused."""
    columns = [column for column in KEYS[0] if column != "preferred"]
    for target in columns:
        kind = "name-map" if target in NAMES else "code-map"
        words = [f"{source}:{target}" for source in columns]
        tree = ast.parse(generator("--lang", "python", kind, *words))
        for source, node in zip(columns, tree.body, strict=True):
            table = ast.literal_eval(node.value)
            assert node.targets[0].id == f"{source}_to_{target}"
            assert table == expected(source, target), f"{source}:{target}"


def test_sets_by_their_codeset_names():
    assert generator("code-map", "rfb:os_x=x").splitlines()[1:] == generator("code-map", "qnum:osx=x").splitlines()[1:]


def test_first_line_names_the_input():
    first = generator("code-map", "usb:linux").splitlines()[0]
    assert first == "/* made by lodge-keymap-gen from keycodes.csv: code-map usb:linux */", first


def test_columns():
    lines = dict(line.split("\t") for line in generator("columns").splitlines())
    assert lines == {c: "names" if c in NAMES else "codes" for c in KEYS[0] if c != "preferred"}


def test_own_csv():
    with tempfile.NamedTemporaryFile("w", suffix=".csv", prefix="lodge-test-") as file:
        file.write("a,b_name,b\n1,one eins,0x10 0x11\n2,two,0x20\n3,,\n")
        file.flush()
        text = generator("--csv", file.name, "--lang", "python", "code-map", "b:a", "b_name:b")
        values = [ast.literal_eval(node.value) for node in ast.parse(text).body]
        assert values == [{16: 1, 17: 1, 32: 2}, {"one": 16, "eins": 17, "two": 32}], values


def test_errors():
    lines = {
        ("code-map", "foo:linux"): "keycodes.csv has no column 'foo'; it has linux_name, linux,",
        ("code-map", "preferred:linux"): "keycodes.csv has no column 'preferred'; it has linux_name,",
        ("code-map", "linux"): "'linux' is no table; write FROM:TO or FROM:TO=VARIABLE",
        ("code-map", "linux:usb=1x"): "'linux:usb=1x' is no table; write FROM:TO or FROM:TO=VARIABLE",
        ("code-map",): "code-map of what? name two columns as FROM:TO",
        ("columns", "linux:usb"): "'columns' takes no table",
        ("name-map", "linux:usb"): "column 'usb' has codes; use code-map",
        ("code-table", "linux:qcode"): "column 'qcode' has names; use name-table",
        ("code-table", "qcode:linux"): "column 'qcode' has names, which are no index; use code-map",
        ("--csv", "/nowhere/x.csv", "columns"): "cannot read '/nowhere/x.csv': No such file or directory; name a table with --csv",
        ("--output", "/nowhere/x", "columns"): "cannot write '/nowhere/x': No such file or directory",
    }
    for words, message in lines.items():
        got = generator(*words, ok=False)
        assert got.startswith("lodge-keymap-gen: " + message), f"{words}: {got}"
    assert "invalid choice: 'cobol'" in generator("--lang", "cobol", "columns", ok=False)


def test_errors_of_an_own_csv():
    cases = {'a,b\n1,"x\\y"\n': (("name-map", "a:b"), "'x\\y' cannot stand in a string"),
             "a,b\n1,\n,2\n": (("code-map", "a:b"), "no key has both 'a' and 'b'"),
             "a,b\n0x7fffffff,1\n": (("code-table", "a:b"), "a table by 'a' would have 2147483648 entries; use code-map"),
             "a,b\n-1,1\n": (("code-table", "a:b"), "column 'a' has the code -1; codes are not negative")}
    for text, (words, message) in cases.items():
        with tempfile.NamedTemporaryFile("w", suffix=".csv", prefix="lodge-test-") as file:
            file.write(text)
            file.flush()
            got = generator("--csv", file.name, *words, ok=False)
            assert got.startswith("lodge-keymap-gen: " + message), got


def test_output_is_kept_when_the_table_fails():
    with tempfile.NamedTemporaryFile("w+", prefix="lodge-test-") as file:
        file.write("old")
        file.flush()
        generator("--output", file.name, "code-map", "foo:linux", ok=False)
        assert pathlib.Path(file.name).read_text() == "old"


def test_manual():
    """Its examples print what it says; it names each column, kind and language."""
    text = (SOURCE / "docs" / "man" / "lodge-keymap-gen.rst").read_text()
    for word in [*KEYS[0], "code-map", "name-map", "code-table", "name-table", "c", "glib", "python", "perl", "rust", "javascript",
                 "--lang", "--csv", "--output"]:
        assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text), f"the manual does not speak of '{word}'"
    examples = re.findall(r"^    \$ (.*)\n((?:    [^$].*\n)*)", text, re.M)
    assert len(examples) >= 3
    with tempfile.TemporaryDirectory(prefix="lodge-test-") as folder:
        os.symlink(GENERATOR, f"{folder}/lodge-keymap-gen")
        for command, wanted in examples:
            done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60,
                                  env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})
            wanted = "".join(line[4:] + "\n" for line in wanted.splitlines())
            assert done.stdout == wanted and not done.stderr, f"{command}:\n{done.stdout}{done.stderr}"


def test_reader_that_has_had_enough():
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(GENERATOR))} --csv {shlex.quote(str(CSV))} code-table atset1:linux | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.count("\n") == 1 and not done.stderr, done.stderr


run(globals())
