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
 * Machines (kind machine): signal is unsupported; suspend, resume, destroy, wait, status, console as above;
 * resize of a serial line is ok and does nothing; and
 *
 *   destroy graceful             -> ok      SIGTERM only: error "timeout" when QEMU has not ended after 15 s, and it runs on.
 *                                           (destroy without it: SIGTERM, SIGKILL after 3 s)
 *   shutdown acpi|agent|any      -> ok METHOD    any: the agent when it is connected, else acpi. agent: ok when the guest has
 *   reboot   acpi|agent|any      -> ok METHOD    begun; acpi: when the button was pressed (reboot: and it starts anew, whatever
 *                                           `on poweroff` says, once the guest has powered off)
 *   reset | nmi | wakeup         -> ok
 *   keys + one descriptor (a memfd or file, read from its beginning): lines "down KEY", "up KEY", "wait MS", "keep" (what
 *                                   is down by now is left down at the end); KEY is
 *                                   a qcode of QEMU or "#QNUM" (decimal). Events without a wait between them go in one
 *                                   input-send-event, at most KEYS_CHORD_MAX.
 *                                -> ok EVENTS    after the last line; whatever is still down then is released first.
 *                                   One script at a time, others wait their turn. When the connection closes, the script ends and what is
 *                                   down is released. error "state" when the machine is (or becomes) paused,
 *                                   "argument" (line N: ...) for a script that is wrong: nothing was sent then
 *   save STATE-OFFSET COMPLETE-OFFSET + one descriptor (the image, open for writing, its header and XML written):
 *                                   stops the processors, writes the state at STATE-OFFSET, syncs, writes "yes" at
 *                                   COMPLETE-OFFSET, syncs, ends QEMU (reason "saved").
 *                                -> ok      when nothing of it is left. A connection that closes changes nothing. When it fails,
 *                                           or is aborted ("cancelled"), the machine goes on as it was
 *   job [completed]              -> ok none  |  ok TYPE ELAPSED-MS DONE TOTAL REMAIN    (bytes); TYPE save
 *   job-abort                    -> ok      the request was accepted; error "state" when no job runs
 *   agent TEXT TIMEOUT-MS        -> ok TEXT   one line of JSON in, one out, e.g. {"execute":"guest-ping"}; TEXT \e: it is in
 *                                   the descriptor that comes along, both ways (for more than AGENT_INLINE_MAX bytes).
 *                                   One at a time: others wait their turn within their time. TIMEOUT-MS 0: 5000.
 *                                   error "unsupported" when the machine has no channel, "state" when no agent is connected,
 *                                   "timeout"; an error of the agent itself is "peer" with its words
 *
 * A request that must wait leaves its connection without an answer until then; on that connection nothing else may be
 * asked meanwhile (a second connection may). At most CONTROL_FDS_MAX descriptor comes with a request.
 *
 * The stream of a console is bytes only, both ways; half-close ends the input.
 *
 * The launcher's pipe (descriptor LAUNCH_FD) carries, while starting: "error WORD TEXT\n" or
 * "ready SUPERVISOR-PID\n"; then it is closed.
 */
#pragma once

#define CONTROL_VERSION 1
#define CONTROL_MAX     4096
#define CONTROL_FDS_MAX 1

#define KEYS_LINES_MAX   1000000
#define KEYS_BYTES_MAX   (32 << 20)
#define KEYS_WAIT_MAX    60000 /* ms, of one line */
#define KEYS_CHORD_MAX   64    /* events in one input-send-event */
#define KEYS_DOWN_MAX    64    /* keys down at a time */
#define AGENT_INLINE_MAX 2048
#define AGENT_TEXT_MAX   (16 << 20)

/* The supervisor's command line:
 *   lodge-supervisor run        plan on descriptor SUPERVISOR_PLAN_FD (a memfd), its own name in
 *                               argv for ps; LAUNCH_FD a pipe; LIVE directory open on SUPERVISOR_LIVE_FD.
 *                               It forks once: the parent ends at once (so that the caller has no child
 *                               to reap and the guest belongs to nobody's session).
 *   lodge-supervisor enter LIVE [--tty] [--user U] [--dir D] [--env N=V]... -- PROGRAM ARG...
 *                               a process in the running guest, confined like init (phase payload of
 *                               LIVE/plan); its exit status is the program's. --tty: a pty in the guest,
 *                               proxied to this terminal with window size and signals.
 *   lodge-supervisor clean LIVE [known]
 *                               what the supervisor of LIVE would have undone, had it not been killed;
 *                               needs the alive lock free; leaves status at "ended crashed". known: of
 *                               a plan of another release, what is understood.
 */
#define SUPERVISOR_PLAN_FD   3
#define SUPERVISOR_LAUNCH_FD 4
#define SUPERVISOR_LIVE_FD   5
/* LIVE/alive, OFD-locked by the launcher and inherited: keep it open for life, close it nowhere else
 * (a second open + lock of the same file would fail). When it is not open (run by hand), the
 * supervisor creates and locks LIVE/alive itself. No child of the guest may inherit it. */
#define SUPERVISOR_ALIVE_FD 6
/* From here on: as many descriptors as the plan's `files` says, for init. */
#define SUPERVISOR_FILES_FD  7
#define SUPERVISOR_FILES_MAX 64
