/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/guest.h - one guest in the making, running, and undone: the supervisor's whole state.
 *
 * Theory of operation. main reads the plan (guest_load), guest_begin() executes phase host and clones
 * the child, which executes the guest, payload and init phases by itself; while it does, main opens the
 * control socket; guest_await() waits until the child has exec'd (or said what failed). Then the loop
 * (supervisor/loop.h) runs until guest_ended() says that it is over, and guest_undo() takes back, in
 * reverse order, whatever was done. Any failed start is undone before the call returns.
 *
 * Used by: supervisor (main, loop, control, console, keep, enter, clean).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/err.h"
#include "supervisor/plan-load.h"
#include "supervisor/undo.h"

#define GUEST_CONSOLES_MAX 16
#define GUEST_GROUPS_MAX   24
#define GUEST_LINKS_MAX    32
#define GUEST_LOOPS_MAX    32
#define GUEST_NAME_MAX     20 /* of an interface: IF_NAMESIZE is 16 */

typedef enum {
    GUEST_STARTING,
    GUEST_RUNNING,
    GUEST_ENDED
} GuestState;

typedef enum {
    GUEST_REASON_UNKNOWN,
    GUEST_REASON_BOOTED,
    GUEST_REASON_UNPAUSED,  /* running after a resume */
    GUEST_REASON_SHUTDOWN,  /* init ended by itself, or was asked to */
    GUEST_REASON_DESTROYED, /* by a request */
    GUEST_REASON_CRASHED,   /* init was killed by a signal that nobody here sent */
    GUEST_REASON_FAILED,    /* the start failed */
    GUEST_REASON_RESTORED,  /* of machines: runs from an image */
    GUEST_REASON_WAKEUP,    /* runs after the guest had suspended itself */
    GUEST_REASON_SAVED,     /* ended by a save */
    GUEST_REASON_PANICKED   /* the guest's system crashed */
} GuestReason;

typedef enum {
    GUEST_ON_POWEROFF,
    GUEST_ON_REBOOT,
    GUEST_ON_CRASH,
    GUEST_ON_LAST
} GuestEvent;

typedef struct {
    int guest_fd;      /* master of the guest's pty (non-blocking); -1 before it was made */
    int host_fd;       /* master of the host-side pty (non-blocking), for programs such as screen */
    int host_slave_fd; /* kept open, so that host_fd never reads EIO when the last user leaves */
    char host_path[32]; /* "/dev/pts/N" */
} GuestConsole;

typedef struct {
    int version;             /* 1 or 2 */
    const char *controllers; /* "cpu,cpuacct"; points into the plan */
    const char *dir;         /* points into the plan */
    int fd; /* the directory, O_PATH-less: usable with openat; -1 before it was made */
} GuestGroup;

typedef struct {
    char host[GUEST_NAME_MAX];  /* "" when there is none on the host */
    char guest[GUEST_NAME_MAX]; /* name inside */
    char mac[20];
    int host_index; /* 0: none */
    bool is_ours;   /* made, with an end on the host */
    bool is_lent;   /* a device of the host, to be given back */
} GuestLink;

typedef struct {
    const char *id; /* of the plan; guest operations name it @ID */
    int fd;         /* -1: not attached */
    int number;     /* N of /dev/loopN */
} GuestLoop;

typedef struct {
    char file[256];
    char why[160];
} GuestLack; /* a limit that the plan wanted ("try") and the host refused */

typedef struct Guest {
    const char *program; /* argv[0]: this program's file when absolute; borrowed */
    Plan plan;

    /* phase object; strings point into the plan */
    bool is_network;
    const char *driver, *name, *uuid, *live, *events;
    const char *log_path; /* NULL: no console log */
    uint64_t log_max_bytes;
    unsigned log_keep;
    bool transient;                /* of the plan; the file LIVE/transient decides at the end */
    bool restarts[GUEST_ON_LAST];  /* on EVENT restart */
    bool preserves[GUEST_ON_LAST]; /* on EVENT preserve */
    int linger_ms;                 /* how long a `wait` may come late */

    /* descriptors */
    int live_fd;   /* the live directory */
    int alive_fd;  /* the locked file; close it in every child first */
    int launch_fd; /* the launcher's pipe; -1 once answered */
    int ahead_fd;  /* ends when the process that detached us has; see detach.h; -1 */

    /* what runs */
    pid_t supervisor_pid; /* the guest's id */
    uint64_t supervisor_start;
    GuestState state;
    GuestReason reason;
    int64_t started; /* UNIX seconds */
    unsigned boots;
    pid_t init_pid; /* 0: none */
    uint64_t init_start;
    int init_pidfd;   /* readable when init has ended; -1 */
    int child_socket; /* to the child until it has exec'd; -1 */
    int *progress;    /* shared with the child: the plan line that it is at */
    bool has_exit;
    int exit_status;    /* as of wait(2) */
    bool destroy_asked; /* set by guest_kill() */
    bool reboot_asked;  /* set by control: whatever ends init next is a reboot, see guest_ended() */
    bool paused;
    bool is_held;     /* the child waits before its exec: `hold` */
    unsigned n_files; /* of the plan's `files`, from SUPERVISOR_FILES_FD on */

    GuestConsole consoles[GUEST_CONSOLES_MAX];
    int n_consoles;
    GuestGroup groups[GUEST_GROUPS_MAX];
    int n_groups;
    bool has_groups; /* all of them are made, with their limits */
    int freezer;     /* index into groups; -1: nothing can freeze */
    GuestLink links[GUEST_LINKS_MAX];
    int n_links;
    GuestLoop loops[GUEST_LOOPS_MAX];
    int n_loops;
    GuestLack *lacks; /* (nullable) */
    int n_lacks;
    pid_t helper_pid; /* proc-view, or what a network keeps; 0: none */
    uint64_t helper_start;
    struct Keep *keep;       /* see keep.h; NULL for guests */
    struct Machine *machine; /* see machine.h; NULL for all but machines */

    int guest_rtnl; /* netlink socket in the guest's network, kept only for devices to give back */
    Undo host_undo; /* phase host */
    Undo boot_undo; /* everything that a reboot makes anew */
} Guest;

/**
 * guest_load:
 * @guest: filled; every descriptor -1
 * @plan_fd: the plan, read from its beginning; borrowed
 * @live_fd, @alive_fd, @launch_fd: taken over (see supervisor/control.h)
 * @err: "config" with the plan's line when it is none of ours
 */
int guest_load(Guest *guest, int plan_fd, int live_fd, int alive_fd, int launch_fd, Err *err);

/**
 * guest_begin:
 * Executes phase host, then clones the guest's init, which goes on by itself. Undone on failure.
 */
int guest_begin(Guest *guest, Err *err);

/**
 * guest_await:
 * Waits until init has exec'd its program; state becomes running, status is written and the event
 * appended. On failure everything is undone (host phase too) and @err has the child's own words.
 */
int guest_await(Guest *guest, Err *err);

/* Sends SIGKILL to every process of the guest (thaws it first on v1) and returns at once: the end of
 * init shows on init_pidfd. Never fails for a guest that is already gone. */
void guest_kill(Guest *guest);

typedef enum {
    GUEST_OVER,
    GUEST_AGAIN
} GuestVerdict;

/**
 * guest_ended:
 * To be called when init_pidfd is readable. Reaps init, sets exit_status and reason (SIGHUP of a
 * pid namespace's init is reboot(2) restart, SIGINT is halt or power off) and says what the plan's
 * `on` lines want.
 */
GuestVerdict guest_ended(Guest *guest);

/* A reboot in place: namespaces, links, mounts and init are made anew; cgroups, id, control socket and
 * host-side ptys stay. The consoles' guest_fd change. On failure the guest is over. */
int guest_restart(Guest *guest, Err *err);

/* Takes back everything in reverse order, writes the last status and the event. Ends what still runs. May
 * be called at any time, also twice. What is left then is the live directory: see live_remove(). */
void guest_undo(Guest *guest, GuestReason reason);

/* The very last: the control socket and the by-id link go; LIVE whole when LIVE/transient is there. */
void live_remove(Guest *guest);

/* LIVE/status anew. */
int guest_status_write(Guest *guest, Err *err);

/* Freezes or thaws all processes of the guest and waits until it is so; "unsupported" when the host
 * has no freezer. */
int guest_freeze(Guest *guest, bool freeze, Err *err);

const char *guest_reason_word(GuestReason reason);
const char *guest_state_word(GuestState state);
