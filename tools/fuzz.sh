#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tools/fuzz.sh TARGET [SECONDS] [WORKDIR] - fuzz one parser with libFuzzer, ASan and UBSan (needs clang).
#
# TARGET: domain, network, interface, debian, qmp, chain, save-image, json-tree, netif-BACKEND (tests/fuzz/fuzz-TARGET.c). Begins with tests/fuzz/corpus/TARGET and the golden
# files; what is new collects in WORKDIR, inputs that crash are left there as crash-*.
# Afterwards "tools/fuzz.sh TARGET merge WORKDIR" replaces the stored corpus by a minimised one.
set -eu
cd "$(dirname "$0")/.."
target=$1 seconds=${2:-600}
work=${3:-build/fuzz-$1}
command -v clang >/dev/null || { echo "fuzz.sh: needs clang; apt-get install clang" >&2; exit 1; }

sources() {
    case $target in
    qmp) echo src/supervisor/json.c src/supervisor/qmp.c src/supervisor/watch.c src/host/err.c src/host/io.c ;;
    chain) echo src/machine/chain.c src/util/error.c src/util/fd.c ;;
    save-image) echo src/machine/save-image.c src/util/error.c src/util/fd.c src/util/units.c ;;
    json-tree) echo src/util/json-tree.c src/util/error.c ;;
    debian | netif-*) find src/conf src/netif -name '*.c'
       find src/util -name '*.c' ;;
    *) find src/conf -name '*.c'
       echo src/util/distance.c src/util/enum.c src/util/error.c src/util/mac.c src/util/units.c src/util/uuid.c ;;
    esac
}

# Besides GLib.
libraries() {
    case $target in
    debian | netif-*) echo yaml-0.1 ;; # of another backend: all of them are in one list
    esac
}

# One program is every backend's of interfaces but debian's.
program=$target options=""
case $target in
netif-*) program=netif options="-DHAVE_NETPLAN -DFUZZ_BACKEND=\"${target#netif-}\" -Itests/lib" ;;
esac

mkdir -p "$work/new" "$work/seed"
# shellcheck disable=SC2046
clang -std=gnu17 -g -O1 -D_GNU_SOURCE -DLODGE_VERSION='"fuzz"' -DLODGE_LIBEXECDIR='""' -DLODGE_DATADIR='""' \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer \
    -Isrc -Iinclude -Itests/fuzz -o "$work/fuzz-$target" "tests/fuzz/fuzz-$program.c" \
    $(sources) $options $(pkg-config --cflags --libs glib-2.0 $(libraries))

words() {
    case $target in
    qmp) cat src/supervisor/qmp.c src/supervisor/machine-event.c ;;
    chain) cat src/machine/chain.c ;;
    json-tree) cat src/util/json-tree.c ;;
    debian | netif-*) cat tests/fuzz/corpus/"$target"/* ;;
    *) for folder in $folders; do
           cat "$folder"/*.xml "$folder"/*.bad
       done ;;
    esac
}

# Where golden documents stand; machines are domains too.
case $target in
domain) folders="tests/golden/domain tests/golden/machine" ;;
*) folders=tests/golden/$target ;;
esac

# Golden documents, and each refused fragment as a file.
seeds() {
cp "$1"/*.in.xml "$work/seed/"
awk -v dir="$work/seed" -v kind="${1##*/}" '
    /^#### / { if (out) { print tail > out; close(out) } out = dir "/" FILENAME; gsub(/.*\//, "", out)
               out = dir "/bad-" kind "-" out "-" $2 ".xml"; tail = ""
               if ($3 != "whole") {
                   root = kind == "network" ? "network" : kind == "interface" ? "interface" : "domain"; inner = ($3 == root ? "" : $3)
                   head = root == "network" ? "<network><name>a</name>" : \
                          root == "interface" ? "<interface type=\"ethernet\" name=\"a\">" : \
                          "<domain type=\"" (kind == "machine" ? "kvm" : "lxc") "\"><name>a</name><memory>9</memory>"
                   if (root == "domain" && inner != "os")
                       head = head "<os><type>" (kind == "machine" ? "hvm" : "exe") "</type></os>"
                   if (inner) head = head "<" inner ">"
                   if (inner == "os") head = head "<type>hvm</type>"
                   tail = (inner ? "</" inner ">" : "") "</" root ">"
                   print head > out
               } else printf "" > out
               next }
    out { print > out }
    END { if (out) print tail > out }' "$1"/*.bad
}

for folder in $folders; do
    [ ! -d "$folder" ] || seeds "$folder"
done
words | grep -oE "[A-Za-z_][A-Za-z0-9_:-]{2,24}" | sort -u | sed 's/.*/"&"/' > "$work/dict"
printf '"%s"\n' "<![CDATA[" "]]>" "<!--" "-->" "&#10;" "&amp;" "xmlns:" "xmlns=" "/>" "</" >> "$work/dict"

if [ "$seconds" = merge ]; then
    mkdir -p "$work/min"
    find "$work/min" -type f -delete
    "$work/fuzz-$target" -merge=1 -max_len=2048 "$work/min" "tests/fuzz/corpus/$target" "$work/new"
    find "tests/fuzz/corpus/$target" -type f -delete
    cp "$work"/min/* "tests/fuzz/corpus/$target/"
    du -sh --apparent-size "tests/fuzz/corpus/$target"
    exit 0
fi
G_SLICE=always-malloc exec "$work/fuzz-$target" -max_total_time="$seconds" -max_len=8192 -timeout=5 \
    -rss_limit_mb=1024 -dict="$work/dict" -artifact_prefix="$work/crash-" -print_final_stats=1 \
    "$work/new" "tests/fuzz/corpus/$target" "$work/seed"
