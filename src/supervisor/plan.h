/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/plan.h - the plan: the list of operations that makes a guest, as printable text.
 *
 * Theory of operation. A driver turns XML into a plan; the supervisor executes it and nothing else.
 * A plan is text, one operation a line, "op arg arg ...", arguments separated by one blank. In an
 * argument, bytes <= 0x20, 0x7f and '\' are written \xHH, the empty argument \e. So the file is
 * what `--dry-run` prints, what unit tests compare, and what is parsed with no library.
 * Line 1 is "lodge-plan 1". A supervisor refuses another major version and any unknown operation.
 *
 * Lines stand in phases, in this order; each phase is opened by "phase NAME":
 *
 *   object   who this is and where its live state lies              (read by the supervisor)
 *   host     done by the supervisor before the guest exists         (undone in reverse at the end)
 *   link     network devices, once the guest's namespaces exist     (supervisor)
 *   guest    done by the child inside its namespaces, before pivot  (the child)
 *   payload  confinement of every process that enters the guest     (init, and `lodge exec`)
 *   init     what init is: environment, directory, command          (init only)
 *
 * A reboot runs host's second half never again: the cgroups stay, namespaces, links, guest, payload
 * and init are made anew from the same plan.
 *
 * Used by: container/plan-*.c (writes), supervisor (executes), tests (compare).
 * libc only. Values that exist at run time only (pids, indexes) never stand in a plan.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PLAN_VERSION   1
#define PLAN_LINE_MAX  65536 /* bytes of one operation */
#define PLAN_ARGS_MAX  512   /* arguments of one operation */
#define PLAN_BYTES_MAX (1 << 20)

/* phase object ---------------------------------------------------------------------------------
 * kind      guest|network|machine network: no clone; host phase, then `keep` a helper alive;
 *                                 machine: QEMU instead of namespaces, see the end of this comment
 * driver    lxc|qemu              for the journal and titles
 * name      NAME                  the guest
 * uuid      UUID
 * live      DIR                   live state directory, e.g. /run/lodge/lxc/web (exists)
 * events    FILE                  the journal to append to
 * log       FILE MAXBYTES KEEP    console log, rotated by size; KEEP old files
 * transient                       the live directory is removed at the end
 * linger    MS                    when the guest has ended and nobody has asked `wait` yet, everything is
 *                                 undone and status written at once, but the supervisor stays up to MS for the first
 *                                 `wait` (create --wait of a guest that ends at once; also its exit status)
 * on        poweroff|reboot|crash destroy|restart|preserve    preserve: machines only
 *
 * phase host -------------------------------------------------------------------------------------
 * supervisor-group v1|v2 DIR      the supervisor itself moves here (made when missing), unless it is in the
 *                                 hierarchy's root already; v1: writes 0 into DIR/tasks; v2: its fork is
 *                                 born there. undo: back to BASE, rmdir when nobody else uses it
 * cgroup    v1|v2 CONTROLLERS DIR make DIR (and missing parents); init and exec'd processes attach.
 *                                 v1 cpuset: cpus and mems are filled from the parent.
 *                                 undo: rmdir, also of parents that became empty (only those below
 *                                 a path component that begins with "lodge")
 * cgroup-set  DIR FILE VALUE must|try
 *                                 try: when FILE is missing or refuses, note it in status
 *                                 ("not-enforced FILE reason"); must: fail. FILE "A|B": the first of
 *                                 them that exists. DIR \e (always with try): the host has no hierarchy for it,
 *                                 so it is noted as not enforced
 * devices   v1|v2 DIR RULE...     RULE: "c 1:3 rwm" one argument each; deny all first. v2: eBPF.
 *                                 "b @ID rw": the loop device of `loop ID`
 * proc-view DIR                   start lodge-proc-view on DIR; undo: ends it
 * loop      ID FILE ro|rw         attach a loop device (autoclear); guest ops name it @ID
 *
 * phase link ----------------------------------------------------------------------------------------
 * netns     new|share             new: own network namespace, lo up
 * veth      HOSTNAME GUESTNAME MAC MTU up|down BRIDGE
 *                                 HOSTNAME may hold one %d; BRIDGE \e: none; MTU 0: leave
 * macvlan   PARENT MODE GUESTNAME MAC MTU up|down
 *                                 MODE vepa|bridge|private|passthru
 * netdev    HOSTNAME GUESTNAME    move an existing interface in; given back by name at the end
 * address   GUESTNAME ADDR/PREFIX PEER
 * route     DEST/PREFIX GATEWAY METRIC GUESTNAME     (executed after all addresses and ups)
 *
 * phase guest ------------------------------------------------------------------------------------------
 * namespaces LIST                 of mnt,pid,ipc,uts,user,cgroup (net is in netns; cgroup: unshared after the attach)
 * idmap     uid|gid START TARGET COUNT    (user namespace; the supervisor writes the maps)
 * root      DIR|DEVICE|@ID rw|ro  DIR "/": share the host's root; a block device or loop device: its file system
 * mount     SOURCE TARGET ro|rw   bind (recursive) a host directory or file; TARGET is resolved
 *                                 inside the root (openat2 RESOLVE_IN_ROOT), made when missing and
 *                                 then removed at the end
 * bind      SOURCE TARGET ro|rw   SOURCE is inside the guest's tree
 * mount-dev SOURCE|@ID TARGET ro|rw   a file system on a block device, type probed
 * tmpfs     TARGET SIZEBYTES MODE ro|rw
 * proc                            a fresh /proc
 * sys       ro|rw
 * dev                             tmpfs on /dev with null zero full random urandom tty, fd links, shm
 * devpts    MAX                   new instance on /dev/pts, ptmx link
 * device    PATH c|b MAJOR MINOR MODE    a node in the guest's /dev
 * console   INDEX                 a pty of the guest's devpts: 0 is /dev/console, n is /dev/tty(n+1)
 *                                 (0 also /dev/tty1); its master goes to the supervisor
 * mask      PATH                  /dev/null over a file, an empty read-only tmpfs over a directory;
 *                                 no error when absent
 * readonly  PATH                  bind over itself, read-only; no error when absent
 * resolv-conf                     private copy over /etc/resolv.conf
 * hostname  NAME
 *
 * phase payload -------------------------------------------------------------------------------------------
 * rlimit    NAME SOFT HARD
 * keyring                         a new anonymous session keyring
 * label     MODEL LABEL           sVirt, later; its place is here
 * capabilities KEEP,KEEP...|none|all   bounding, permitted, effective = the list; inheritable and
 *                                 ambient are emptied
 * no-new-privileges
 * seccomp   default|none NAME...  NAME: system calls allowed besides the policy
 *
 * phase init ---------------------------------------------------------------------------------------------
 * user      NAME|UID GROUP|GID    looked up in the guest's /etc/passwd; \e: primary group
 * env       NAME VALUE
 * dir       PATH
 * stdio     console|null|inherit  inherit: the launcher's descriptors 0-2 (create --wait without tty)
 * files     N                     init gets the launcher's descriptors SUPERVISOR_FILES_FD... as 3, 4, ...; at
 *                                 its first boot only, then nobody has them any more
 * hold                            at the first boot everything is made, and the guest is frozen before exec; `resume`
 *                                 lets go
 * exec      PROGRAM ARG...
 *
 * kind network --------------------------------------------------------------------------------------------
 * phase host may also hold, executed in order, undone in reverse order (after at-end):
 * bridge    NAME MAC on|off DELAY_S MTU ALIAS   on|off: STP; MTU 0: leave; made and set up; an existing link
 *                                 of that name is an error. ifalias = ALIAS. undo: deleted, only when its
 *                                 ifalias is still ALIAS
 * sysctl    PATH VALUE try|must   below /proc/sys, e.g. "net/ipv6/conf/virbr0/accept_ra"; not undone (it
 *                                 goes with the bridge)
 * bridge-address NAME ADDR/PREFIX v4 or v6 (v6 without duplicate detection); also brings NAME up
 * bridge-up NAME
 * forwarding DIR v4|v6 USER       host/forwarding.h: the host forwards while any user of DIR needs it;
 *                                 undo: the last one puts the former value back
 * nft       PROGRAM FILE FAMILY TABLE   PROGRAM -f - with LIVE/FILE on its standard input; undo: that
 *                                 table is deleted when it is there                  (host/nft.h)
 * nft-rule  PROGRAM FAMILY TABLE CHAIN COMMENT WORD...  insert the rule WORD... first in a chain of somebody
 *                                 else, carrying COMMENT; undo: every rule of that chain with COMMENT goes
 * run       PROGRAM ARG...        run once, wait; a failure (its first line of stderr) fails the start
 *
 * phase keep, last:
 * keep      PIDFILE PROGRAM ARG...  run in the foreground, no descriptor but 0-2 (null, null, LIVE/keep.log).
 *                                 PIDFILE is unlinked before each run; the program writes it when it is ready:
 *                                 "ready" is said to the launcher only then; a program that ends before is
 *                                 a failed start (its first line of stderr is the reason). Later it is
 *                                 started again when it dies (delay doubles 0.1 s .. 10 s, back to 0.1 s
 *                                 after 10 s of life). None, or one.
 * at-end    PROGRAM ARG...          run when the object ends, exit status ignored, at most 5 s each; in
 *                                 order, before the host phase is undone
 *
 * PROGRAM is an absolute path. `clean LIVE` undoes all of this from LIVE/plan alone; each undo is
 * harmless when what it undoes is not there. The keeper ends the kept program (SIGTERM, SIGKILL after
 * 2 s) and gives it PDEATHSIG SIGKILL, so a killed keeper leaves no dnsmasq. control: hello, destroy,
 * wait, status work as for guests.
 *
 * kind machine --------------------------------------------------------------------------------------------
 * Phases object, host, payload, init. No step is carried out twice: a reboot happens inside QEMU.
 * FD is the number, 20 to 499, by which QEMU (or the helper that is named) inherits a descriptor; it inherits no other
 * but 0-2. NAME in LIVE/work, which is QEMU's working directory, 0700, its user's, and removed at the end.
 *
 * phase object, besides the above:
 * paused                          the processors do not run when "ready" is said
 * incoming                        QEMU's command line has -incoming: "ready" is said when all has been loaded
 * log       FILE MAXBYTES KEEP    what QEMU and the helpers write on stdout and stderr (the first lines are also
 *                                 the reason of a start that fails); console N's goes to FILE-consoleN
 *
 * phase host, in any order after the groups, executed in that order, undone in reverse:
 * tap       FD ALIAS HOSTNAME MAC MTU BRIDGE QUEUES
 *                                 HOSTNAME may hold one %d (the kernel chooses); MAC of the host's end, \e: the kernel's;
 *                                 MTU 0: leave; BRIDGE \e: none; with vnet header; set up. QUEUES n: FD to FD+n-1,
 *                                 more than 1 makes it multi-queue. Gone with the descriptors, so with QEMU.
 *                                 ALIAS ("net0") is only for the line `netdev HOSTNAME ALIAS MAC` in status
 * macvtap   FD ALIAS PARENT MODE HOSTNAME MAC MTU
 *                                 MODE as macvlan; MAC is the guest's. undo: deleted
 * open      FD PATH ro|rw|append|truncate [OFFSET]
 *                                 append, truncate: made when missing, 0600; written at the end always. OFFSET: where the descriptor stands (-incoming fd:FD)
 * listen    FD PATH MODE UID GID  a listening unix stream socket at PATH (absolute, or below LIVE), mode octal; \e: owner as is.
 *                                 A socket that nobody listens on is replaced. undo: unlinked
 * pair      FD FD2                a stream socket pair, e.g. passt's end and QEMU's
 * monitor   FD [TIMEOUT_MS]       QEMU's end of the supervisor's own QMP connection (-chardev socket,id=ID,fd=FD and
 *                                 -mon chardev=ID,mode=control). TIMEOUT_MS: for the greeting and for each answer (60000)
 * console-socket INDEX FD         QEMU's end of console INDEX (-chardev socket,id=ID,fd=FD): ring, log, pty and readers
 *                                 as for the consoles of guests
 * agent     FD ALIAS              QEMU's end of the guest agent's channel; ALIAS is the id of its virtserialport
 * copy      PATH NAME             LIVE/work/NAME, 0400, its owner QEMU's user
 * helper    NAME FD user|root PROGRAM ARG...
 *                                 started before QEMU, in its control groups; FD (\e: none) of an earlier line becomes its 3 and is
 *                                 not QEMU's then; user: confined as QEMU; working directory LIVE/work. Ended with QEMU
 *
 * phase payload: rlimit, capabilities, no-new-privileges, seccomp none. Without `user` (a session) nothing
 * that takes privileges is tried: bounding set and groups stay the caller's.
 *
 * phase init: user UID GID (numbers), groups GID... (none: no line), env, exec QEMU ARG..., and
 * qmp       COMMAND [JSON]        said to QEMU in the order of the plan, before loading and cont, e.g. set_link or
 *                                 set_password; when it refuses the start fails
 * The command line has -S always (the supervisor says cont), -no-shutdown always (it decides what `on` says), and
 * -no-reboot when `on reboot` is not restart.
 */

typedef struct {
    char *argv[PLAN_ARGS_MAX + 1]; /* argv[0] is the operation; points into the plan's buffer */
    int argc;
    int line;
} PlanOp;

typedef struct {
    char *buf; /* owned by the caller; decoded in place */
    size_t size, at;
    int line;
} PlanReader;

/* buf must be NUL-terminated at buf[size]; it is decoded in place. */
void plan_reader_init(PlanReader *reader, char *buf, size_t size);

/**
 * plan_next:
 * Returns: 1 with @op filled, 0 at the end, -1 with a message in @err (of @err_size bytes)
 */
int plan_next(PlanReader *reader, PlanOp *op, char *err, size_t err_size);

/* Writes @arg escaped into @out; returns the length needed without the NUL (as snprintf does). */
size_t plan_escape(const char *arg, char *out, size_t out_size);
