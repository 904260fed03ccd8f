/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/control.h - what is said over LIVE/control.
 *
 * SOCK_SEQPACKET, one request or answer a packet, text, words separated by blanks, escaped as in
 * plans; at most CONTROL_MAX bytes. Only uid 0 or the supervisor's own uid is answered (SO_PEERCRED).
 * Answer: "ok WORD..." or "error WORD TEXT" with WORD of error_code_word().
 *
 *   hello 1                      -> ok 1 SUPERVISOR-VERSION          first on each connection
 *   destroy                      -> ok      when nothing of the guest is left (also when it ended meanwhile)
 *   shutdown initctl|signal|any  -> ok METHOD [ignored]   request was delivered; ignored: init has no
 *                                   handler for the signal, so nothing will come of it
 *   reboot initctl|signal|any    -> ok METHOD [ignored]   (init ends, payload starts again: same plan, same id)
 *   suspend | resume             -> ok
 *   signal PID NUMBER            -> ok      PID as the guest sees it
 *   wait                         -> ok REASON exited|signaled N      when the guest has ended for good
 *   status                       -> ok      after status was written anew
 *   console INDEX rw|ro force|safe|plain COLS ROWS
 *                                -> ok + one descriptor (SCM_RIGHTS): a stream socket. The last
 *                                   output is replayed first. Any number watches (ro), one writes
 *                                   (rw): while somebody does, plain and safe are refused as "busy",
 *                                   safe also while the host's pty is open; force takes over (the
 *                                   former one's stream ends).
 *   resize INDEX COLS ROWS       -> ok
 *   set-log on|off ...           reserved
 *
 * The stream of a console is bytes only, both ways; half-close ends the input.
 *
 * The launcher's pipe (descriptor LAUNCH_FD) carries, while starting: "error WORD TEXT\n" or
 * "ready SUPERVISOR-PID\n"; then it is closed.
 */
#pragma once

#define CONTROL_VERSION 1
#define CONTROL_MAX     4096

/* The supervisor's command line:
 *   lodge-supervisor run        plan on descriptor SUPERVISOR_PLAN_FD (a memfd), its own name in
 *                               argv for ps; LAUNCH_FD a pipe; LIVE directory open on SUPERVISOR_LIVE_FD.
 *                               It forks once: the parent ends at once (so that the caller has no child
 *                               to reap and the guest belongs to nobody's session).
 *   lodge-supervisor enter LIVE [--tty] [--user U] [--dir D] [--env N=V]... -- PROGRAM ARG...
 *                               a process in the running guest, confined like init (phase payload of
 *                               LIVE/plan); its exit status is the program's. --tty: a pty in the guest,
 *                               proxied to this terminal with window size and signals.
 *   lodge-supervisor clean LIVE what the supervisor of LIVE would have undone, had it not been killed;
 *                               needs the alive lock free; leaves status at "ended crashed".
 */
#define SUPERVISOR_PLAN_FD   3
#define SUPERVISOR_LAUNCH_FD 4
#define SUPERVISOR_LIVE_FD   5
/* LIVE/alive, OFD-locked by the launcher and inherited: keep it open for life, close it nowhere else
 * (a second open + lock of the same file would fail). When it is not open (run by hand), the
 * supervisor creates and locks LIVE/alive itself. No child of the guest may inherit it. */
#define SUPERVISOR_ALIVE_FD 6
