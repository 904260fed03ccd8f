#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tools/setup.sh GROUP... - install the Debian packages of these groups (tools/packages.txt) that are missing.
# Says what it does, with progress; does nothing when all is there. --list only names what is missing.
set -eu
cd "$(dirname "$0")/.."

list=no
[ "${1:-}" = --list ] && { list=yes; shift; }

missing=
for group in "$@"; do
    names=$(sed -n "s/^$group: *//p" tools/packages.txt)
    [ -n "$names" ] || { echo "setup: no group '$group' in tools/packages.txt" >&2; exit 2; }
    for name in $names; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $name"
    done
done
[ -n "$missing" ] || exit 0
if [ $list = yes ]; then
    echo "$missing"
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "setup: these packages are missing and there is no apt-get here to install them:$missing" >&2
    echo "setup: install your distribution's packages of the same content, then try again" >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "setup: these packages are missing:$missing" >&2
    echo "setup: install them as root:  apt-get install$missing" >&2
    exit 1
fi

total=$(echo "$missing" | wc -w)
echo "Installing $total packages and what they need:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
progress() { # one line a step, so that a log of it reads as well as a terminal
    awk -v log_file="$log" '
        { print >> log_file }
        /^Get:[0-9]+ / && ++got % 20 == 1 { printf "  fetching %s\n", $5; fflush() }
        /^Setting up / && ++done % 10 == 1 { printf "  setting up %s\n", $3; fflush() }'
}
run() {
    # POSIX sh has no pipefail: carry the status out on its own
    status=$( { { "$@" 2>&1; echo $? >&3; } | progress >&4; } 3>&1 ) 4>&1
    if [ "$status" != 0 ]; then
        echo "setup: '$*' failed:" >&2
        tail -n 15 "$log" >&2
        exit 1
    fi
}
echo "  reading package lists"
run apt-get update
# shellcheck disable=SC2086
run apt-get install -y --no-install-recommends $missing
echo "Installed."
