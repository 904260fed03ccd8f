#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# tools/after-install.sh - what an installation into the running system needs besides the files.
set -eu
command -v ldconfig >/dev/null && ldconfig || true
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    echo "Guests marked autostart start at boot after:  systemctl enable lodge-autostart.service"
fi
running=$(ls -d /run/lodge/lxc/*/ 2>/dev/null | wc -l)
[ "$running" = 0 ] || echo "Guests that were started before keep their old supervisor until they are restarted; lodge manages both."
