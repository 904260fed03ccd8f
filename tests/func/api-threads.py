#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One connection of the C API, used by many threads at once (api-threads.c)."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from house import *  # noqa: E402,F403

os.environ["PKG_CONFIG_PATH"] = os.path.join(BUILD, "data/pkgconfig")


def test_sixteen_threads_on_one_connection():
    needs("cc", "pkg-config")
    flags = sh("pkg-config", "--cflags", "--libs", "lodge").stdout.split()
    sh("cc", "-g", f"{SOURCE}/tests/func/api-threads.c", *flags, "-lpthread", "-o", "/tmp/threads")
    for _ in range(3):
        equal(sh("/tmp/threads", timeout=120).stdout, "failed 0, references left 0, events seen\n")
    equal(lodge("list", "--all", "--name").stdout.strip(), "")


run(globals())
