#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tools/try.sh - the end of `make try`: the hello-world container, for real, from the build folder.
set -eu
cd "$(dirname "$0")/.."
export LIBVIRT_DEFAULT_URI=lxc:///
xml=docs/examples/xml/helloworld.xml

say() {
    printf '\n$ lodge %s\n' "$*"
    build/lodge "$@"
}

state=$(build/lodge -q domstate helloworld 2>/dev/null) || state=absent
case $state in
absent*) say define $xml ;;
esac
case $state in
running*) printf '\nhelloworld is running already.\n' ;;
*) say start helloworld ;;
esac
say list
say exec helloworld -- /bin/sh -c 'echo "Hello from process $$ of the container $(hostname); it sees these processes:"; ps -e'

cat <<'T'

A container is running. What to type next (build/lodge needs no installation):

  export LIBVIRT_DEFAULT_URI=lxc:///
  build/lodge console helloworld      a shell in it; ^] leaves, "exit" ends the container
  build/lodge dumpxml helloworld      what it is
  build/lodge start --dry-run ...     what a start would do, step by step
  build/lodge destroy helloworld      end it
  build/lodge undefine helloworld     forget it

README.md goes on from here: mounts, private roots, networks, limits.
T
