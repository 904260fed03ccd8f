/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/machine-priv.h - what the files that make and run a machine know of each other.
 */
#pragma once

#include <sys/types.h>

#include "supervisor/agent.h"
#include "supervisor/guest-priv.h"
#include "supervisor/job.h"
#include "supervisor/keys.h"
#include "supervisor/machine-log.h"
#include "supervisor/machine.h"
#include "supervisor/qmp.h"
#include "supervisor/watch.h"

#define MACHINE_FD_FIRST    20
#define MACHINE_FD_LAST     499
#define MACHINE_FDS_MAX     256
#define MACHINE_HELPERS_MAX 8
#define MACHINE_WORK        "work"

typedef struct {
    int fd; /* ours; -1: given away */
    int as; /* number in QEMU */
} MachineFd;

typedef struct {
    Watch watch; /* of its pidfd */
    Machine *machine;
    const char *name; /* points into the plan */
    pid_t pid;        /* 0: has ended */
    uint64_t start;
    int pidfd;
} MachineHelper;

typedef enum {
    START_GREET,
    START_COMMANDS,
    START_LOAD,
    START_CONT,
    START_UP,
    START_FAILED
} MachineStart;

/* Why the processors do not run. */
typedef enum {
    PAUSE_UNKNOWN,
    PAUSE_USER,
    PAUSE_IOERROR,
    PAUSE_WATCHDOG,
    PAUSE_CRASHED,
    PAUSE_STARTING,
    PAUSE_SAVE,
    PAUSE_SHUTTING_DOWN,
    PAUSE_PMSUSPENDED
} MachinePause;

struct Machine {
    Guest *guest;
    struct Loop *loop;
    WatchSet *set;

    /* phase host */
    uid_t uid;
    gid_t gid;
    bool has_user;
    MachineFd fds[MACHINE_FDS_MAX];
    int n_fds;
    int work_fd;
    int qmp_fd, agent_fd; /* the supervisor's ends, until they are opened */
    int timeout_ms;
    const char *agent_alias;
    MachineHelper helpers[MACHINE_HELPERS_MAX];
    int n_helpers;
    MachineLog log;

    /* the start */
    MachineStart start;
    Err start_err;
    int command; /* step of phase init that comes next */
    Timer start_timer;
    Watch ending;
    int load_wait_ms;

    /* life */
    Qmp qmp;
    Keys keys;
    Job job;
    Agent agent;
    MachinePause pause;      /* while guest->paused */
    MachinePause next_pause; /* what the next STOP will have been for */
    GuestEvent next_event;   /* what the guest did before it, when that is to be decided on */
    bool has_next_event;
    bool must_cont;            /* at the RESET that comes */
    bool must_reset;           /* `reboot acpi`: power off means to start anew */
    GuestReason resume_reason; /* what the next RESUME means */
    Timer decide;              /* STOP should have come */
    GuestReason end_reason;    /* GUEST_REASON_UNKNOWN: nobody has decided that it ends */
    bool was_asked;            /* SIGTERM */
    Timer patience;
    struct ControlClient *graceful; /* asked to destroy, and is told when QEMU does not end */
    Timer grace;
    char broken[ERR_TEXT_MAX]; /* why the monitor cannot be used; "" */
};

/* ops-machine.c: one operation of phase host; helper.c has OP_HELPER. */
GuestOpFunc ops_machine_find(int op);
UndoFunc ops_machine_undo(int op);
/* The descriptor @fd, which is taken over also on failure, becomes @as in QEMU. */
int machine_inherit(Machine *machine, int fd, const char *as, const PlanStep *step, Err *err);
/* Closes all that has not been given away. */
void machine_drop_fds(Machine *machine);

/* helper.c */
int helper_start(Guest *guest, const PlanStep *step, Err *err);
void helpers_stop(Machine *machine);
int helpers_watch(Machine *machine, Err *err);

/* machine-child.c: between clone and exec. @helper: (nullable): the step; else it is QEMU. */
_Noreturn void machine_child(Guest *guest, int socket, const PlanStep *helper, int helper_fd,
                             char **envp);

/* machine-event.c */
void machine_event(void *machine, const char *name, const JsonValue *event);
void machine_set_paused(Machine *machine, bool is_paused, MachinePause why);
/* Does what `on` says of what the guest did. */
void machine_decide(Timer *timer);
const char *machine_pause_word(MachinePause pause);
/* Starts it anew: system_reset and cont. */
void machine_reset_and_run(Machine *machine, GuestReason reason);
/* QEMU is to end, and this is why. @patience_ms: then it is killed */
void machine_end(Machine *machine, GuestReason reason, int patience_ms);
