#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tools/check.sh - what `make check` does: install what the tests need, build, run every suite this host allows.
set -eu
cd "$(dirname "$0")/.."

if [ "$(id -u)" = 0 ]; then
    tools/setup.sh build run test
else
    missing=$(tools/setup.sh --list build run test)
    if [ -n "$missing" ]; then
        echo "make check: these packages are missing:$missing" >&2
        echo "make check: run it once as root (it installs them), or install them yourself; nothing was done" >&2
        exit 1
    fi
    echo "Running as a normal user: suites that need root are skipped, each by name."
fi

# Another user's build folder cannot be written: a build of one's own then
build=build
if [ -e build ] && [ ! -w build ] || [ ! -w . ]; then
    build=${TMPDIR:-/tmp}/lodge-build-$(id -u)
    echo "This folder belongs to somebody else; building in $build"
fi
[ -f $build/build.ninja ] || meson setup $build ${CI:+--werror} >/dev/null
echo "Building"
ninja -C $build
status=0
python3 tools/run-tests.py --quiet $build "$@" || status=1

# The suites that need nothing of the host, again under AddressSanitizer and UndefinedBehaviorSanitizer
if [ $# = 0 ]; then
    [ -f $build-asan/build.ninja ] || meson setup $build-asan -Db_sanitize=address,undefined -Db_lundef=false ${CI:+--werror} >/dev/null
    echo "Building with sanitizers"
    ninja -C $build-asan
    python3 tools/run-tests.py --quiet $build-asan --suite unit --suite golden --suite fuzz || status=1
    exec python3 tools/run-tests.py --sum $build $build-asan
fi
exec python3 tools/run-tests.py --sum $build
