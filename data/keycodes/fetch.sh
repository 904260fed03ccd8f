#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# data/keycodes/fetch.sh FOLDER - download the packages of packages.txt and unpack what build.py reads; installs nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# = 1 ] || { echo "usage: data/keycodes/fetch.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
cd "$1"

grep -v '^#' "$here/packages.txt" | while read -r name version; do
    rm -rf "$name" "$name"_*.deb
    if ! apt-get download "$name=$version" >/dev/null 2>&1; then
        echo "fetch: $name $version is no longer offered; taking the present one: compare the results" >&2
        apt-get download "$name" >/dev/null
    fi
    dpkg-deb -x "$name"_*.deb "$name"
    echo "$name $(dpkg-deb -f "$name"_*.deb Version)"
    rm "$name"_*.deb
done

# Of the kernel's source five drivers are wanted.
cd linux-source-6.1
tar -xJf usr/src/linux-source-6.1.tar.xz linux-source-6.1/drivers/input/keyboard/atkbd.c \
    linux-source-6.1/drivers/input/keyboard/sunkbd.c linux-source-6.1/drivers/hid/hid-input.c \
    linux-source-6.1/drivers/tty/vt/keyboard.c linux-source-6.1/drivers/macintosh/adbhid.c
rm -r usr
