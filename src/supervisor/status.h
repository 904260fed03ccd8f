/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/status.h - the live directory of an object, and the status file in it.
 *
 * LIVE/              e.g. /run/lodge/lxc/web, 0700
 *   alive            OFD write lock (fcntl F_OFD_SETLK) held by the supervisor for life. Others ask
 *                    with F_OFD_GETLK and never take it. Held = the guest lives; no pid is trusted.
 *                    The launcher creates and locks it and hands the locked description over as
 *                    SUPERVISOR_ALIVE_FD, so that there is no instant without a holder.
 *   transient        when this (empty) file exists at the end, the supervisor removes LIVE whole and
 *                    the by-uuid link; else LIVE stays with its last status (domstate --reason).
 *                    Made by the launcher; define/undefine of a running guest remove or make it.
 *   plan             the plan that was executed
 *   live.xml         the XML that was started (core writes it before the start)
 *   made, lent       mount points made in the guest's root, devices of the host lent to it: taken back at
 *                    the end, or by `clean` (supervisor/made.c, lent.c)
 *   status           this file: "key value\n" lines, written whole (temporary + rename)
 *   control          the supervisor's socket (supervisor/control.h)
 *   console0 ...     link to the host-side pty of each console
 *   work/            machines: QEMU's working directory, owned by its user
 * LIVE/../by-id/PID, LIVE/../by-uuid/UUID   links to ../LIVENAME, made by the launcher (core/launch). At
 *                    the end the supervisor writes "state ended", then unlinks by-id/ITSPID, then (when
 *                    transient) LIVE and by-uuid/UUID, then lets go of `alive`: in this order.
 *                    Operations on an object take LIVE/../.locks/LIVENAME (core/lock.h), which outlives LIVE.
 *
 * Keys of status, in this order:
 *   version 1
 *   state   starting|running|ended        (paused is the freezer's truth: see "freezer"; of machines: see "paused")
 *   reason  unknown|booted|unpaused|shutdown|destroyed|crashed|failed   (why it is in that state;
 *                                 unpaused: running after a resume)
 *           machines also: restored (runs from an image), wakeup (runs after pmsuspended), saved (ended),
 *                                 panicked (ended by `on crash destroy`; running: `on crash restart` did it)
 *   supervisor PID STARTTIME              (field 22 of /proc/PID/stat)
 *   init PID STARTTIME                    of machines: QEMU
 *   started UNIX_SECONDS
 *   boots N                               1, more after reboots
 *   exit    exited N|signaled N           init's end, once known
 *   freezer v1|v2|none DIR                where the guest's processes are frozen; machines: none
 *   paused  yes|no
 *   pause-reason user|ioerror|watchdog|crashed|starting-up|save|shutting-down|pmsuspended|unknown
 *                                 machines only, while paused; crashed: the guest panicked and is preserved (libvirt's state
 *                                 CRASHED), shutting-down: state SHUTDOWN, pmsuspended: state PMSUSPENDED; the others PAUSED
 *   job     TYPE                  machines only, while it runs (control.h: job)
 *   agent   connected|disconnected  machines with an agent channel
 *   monitor broken REASON         machines only: QEMU's QMP connection can no longer be used, only destroy works
 *   cgroup  v1|v2 CONTROLLERS DIR         one line per hierarchy
 *   console INDEX /dev/pts/N              host side
 *   netdev  HOSTNAME GUESTNAME MAC        one line per interface, in plan order (host name "-" when none)
 *   not-enforced FILE REASON              arguments escaped as in plans
 *   helper  PID STARTTIME NAME            one line each
 *
 * All of it is also what a cleaner needs when the supervisor was killed: see status_* users in
 * core/cleanup. libc only; the GLib side reads it through core/status.
 */
#pragma once
