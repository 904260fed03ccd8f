#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tools/check-headers.sh ROOT - each header compiles alone.
set -eu
cd "$1"
flags="-std=gnu17 -D_GNU_SOURCE -fsyntax-only -Isrc -Iinclude $(pkg-config --cflags glib-2.0)"
status=0
for header in $(find src include -name '*.h' | sort); do
    case $header in include/compat/*) extra=-Iinclude/compat ;; *) extra= ;; esac
    # shellcheck disable=SC2086
    printf '#include "%s"\n' "$PWD/$header" | gcc $flags $extra -xc - || { echo "$header does not stand alone"; status=1; }
done
exit $status
