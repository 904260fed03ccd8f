#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tools/uninstall.sh [DESTDIR] - remove what `make install` put there; guests, their XML and logs stay.
set -eu
cd "$(dirname "$0")/.."
dest=${1:-}
[ -f build/meson-info/intro-installed.json ] || { echo "make uninstall: build/ does not know what was installed; run make first" >&2; exit 1; }
if [ -z "$dest" ] && [ -x build/lodge ]; then
    running=$(build/lodge -c lodge:/// -q list --name 2>/dev/null | grep -c . || true)
    networks=$(build/lodge -c lodge:/// -q net-list --name 2>/dev/null | grep -c . || true)
    if [ "$running" != 0 ] || [ "$networks" != 0 ]; then
        echo "Running: $running guests, $networks networks. They run on: each has its own supervisor, which is in memory."
        echo "Without lodge nothing can talk to them; end them first (lodge destroy NAME, lodge net-destroy NAME),"
        echo "or do it with build/lodge, or install again later."
    fi
fi
if [ -z "$dest" ] && [ -d /run/systemd/system ]; then
    systemctl disable --quiet lodge-autostart.service lodged.service 2>/dev/null || true
    systemctl stop lodged.service 2>/dev/null || true # it watches only: the guests go on
fi
python3 - "$dest" <<'P'
import json, os, sys
dest = sys.argv[1]
folders = set()
for path in json.load(open("build/meson-info/intro-installed.json")).values():
    path = dest + path
    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)
    elif os.path.isdir(path):
        for top, _, files in os.walk(path, topdown=False):
            for name in files:
                os.unlink(os.path.join(top, name))
            os.rmdir(top)
    folders.add(os.path.dirname(path))
for folder in sorted(folders, key=len, reverse=True):
    while "lodge" in folder and os.path.isdir(folder) and not os.listdir(folder):
        os.rmdir(folder)
        folder = os.path.dirname(folder)
P
if [ -z "$dest" ]; then
    if command -v ldconfig >/dev/null; then ldconfig; fi
    if [ -d /run/systemd/system ]; then systemctl daemon-reload || true; fi
fi
echo "Removed. Configuration stays in /etc/lodge, logs in /var/log/lodge."
