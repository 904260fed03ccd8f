#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""liblodge as a program outside the tree sees it: symbols, headers, pkg-config, the examples."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import traceback

SOURCE, BUILD = pathlib.Path(os.environ["SOURCE"]), pathlib.Path(os.environ["BUILD"])
HEADERS = sorted((SOURCE / "include/lodge").glob("*.h"))


class Skip(Exception):
    pass


def run(*argv, ok=True):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=60)
    if ok and done.returncode != 0:
        raise AssertionError(f"{argv} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def needs(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(f"needs {program}")


def flags():
    needs("cc", "pkg-config")
    os.environ["PKG_CONFIG_PATH"] = str(BUILD / "data/pkgconfig")
    return run("pkg-config", "--cflags", "--libs", "lodge").stdout.split()


def test_exported_symbols(tmp):
    needs("nm")
    text = run("nm", "-D", "--with-symbol-versions", "--defined-only", BUILD / "liblodge.so").stdout
    found = sorted(line.split()[2].replace("@@", " ") for line in text.splitlines() if " A " not in line)
    wanted = (SOURCE / "src/api/lodge.symbols").read_text().splitlines()
    assert found == wanted, f"gone: {set(wanted) - set(found)}, too many: {set(found) - set(wanted)}"


def test_soname(tmp):
    needs("readelf")
    text = run("readelf", "-d", BUILD / "liblodge.so").stdout
    assert "[liblodge.so.0]" in text, text
    needed = [line.split("[")[1].rstrip("]") for line in text.splitlines() if "(NEEDED)" in line]
    assert set(needed) <= {"libglib-2.0.so.0", "libc.so.6"}, f"heavy libraries on the start path: {needed}"


def test_headers_stand_alone(tmp):
    """Each header first and alone, in old C and in C++."""
    options = flags()
    for header in [path.name for path in HEADERS]:
        for language, standard in (("c", "c99"), ("c++", "c++11")):
            if language == "c++":
                needs("c++")
            file = tmp / f"{header}.{'cc' if language == 'c++' else 'c'}"
            file.write_text(f"#include <lodge/{header}>\nint main(void) {{ return 0; }}\n")
            run("c++" if language == "c++" else "cc", f"-std={standard}", "-Wall", "-Wextra", "-Werror",
                file, *options, "-o", tmp / "a.out")


def test_installed_headers_complete(tmp):
    """What meson installs is every header there is."""
    listed = (SOURCE / "include/meson.build").read_text()
    for header in HEADERS:
        assert f"'lodge/{header.name}'" in listed, f"{header.name} is not installed"


def test_examples_compile_and_hello_runs(tmp):
    options = flags()
    examples = sorted((SOURCE / "docs/examples").glob("*.c"))
    assert len(examples) >= 6
    for example in examples:
        run("cc", "-Wall", "-Wextra", "-Werror", example, *options, "-o", tmp / example.stem)
    text = run(tmp / "hello", f"lxc:///embed?root={tmp}").stdout
    assert text.endswith("0 guests\n"), text
    done = run(tmp / "errors", f"lxc:///embed?root={tmp}")
    assert "error 42 of part 17" in done.stdout and done.stderr == "", done


def test_pkg_config_of_an_installation(tmp):
    needs("pkg-config")
    text = (BUILD / "data/pkgconfig/lodge.pc").read_text()
    assert str(SOURCE) not in text and str(BUILD) not in text, text
    assert "-I${includedir}/lodge/compat" in text and "@" not in text, text


def main():
    tests = [(name[5:], test) for name, test in sorted(globals().items()) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        name = name.replace("_", "-")
        try:
            with tempfile.TemporaryDirectory(prefix="lodge-library-") as tmp:
                test(pathlib.Path(tmp))
            print(f"ok {number} - {name}")
        except Skip as skip:
            print(f"ok {number} - {name} # SKIP {skip}")
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}")
            print("\n".join("# " + line for line in traceback.format_exc().splitlines()))
    sys.exit(1 if failed else 0)


main()
