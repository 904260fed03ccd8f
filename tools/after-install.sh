#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tools/after-install.sh - what an installation into the running system needs besides the files.
set -eu
cd "$(dirname "$0")/.."
command -v ldconfig >/dev/null && ldconfig || true
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || echo "systemd could not be told of the new units; run:  systemctl daemon-reload"
    echo "Guests marked autostart start at boot after:  systemctl enable lodge-autostart.service"
fi
lodge=build/lodge
[ -x $lodge ] || exit 0
running=$($lodge -c lodge:/// -q list --name 2>/dev/null | grep -c . || true)
networks=$($lodge -c lodge:/// -q net-list --name 2>/dev/null | grep -c . || true)
if [ "$running" != 0 ] || [ "$networks" != 0 ]; then
    echo "Running guests ($running) and networks ($networks) keep the supervisor that they were started with until they are started anew;"
    echo "this lodge manages them."
fi
