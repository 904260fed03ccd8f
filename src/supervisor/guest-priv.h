/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/guest-priv.h - what the files that make and unmake a guest say to each other.
 */
#pragma once

#include "supervisor/guest.h"

#define GUEST_GONE_MS 5000 /* for processes, groups and links to be gone */

/* One operation of phase host; records its own undo in guest->host_undo. */
typedef int (*GuestOpFunc)(Guest *guest, const PlanStep *step, Err *err);

/* ops-host.c: groups, loop devices, proc-view; NULL when @op is none of them. */
GuestOpFunc ops_host_find(int op);
/* ops-net.c: what a network needs. */
GuestOpFunc ops_net_find(int op);

/* What takes an operation back, when it leaves anything that outlives the supervisor; for `clean`. */
UndoFunc ops_host_undo(int op);
UndoFunc ops_net_undo(int op);

/* guest-load.c */
void guest_init(Guest *guest); /* no descriptor, nothing done */
int guest_load_plan(Guest *guest, int plan_fd, PlanTrust trust, Err *err);

/* The step's number, as an argument of an undo function, and back. */
int guest_step_number(const Guest *guest, const PlanStep *step);
const PlanStep *guest_step(const Guest *guest, int number);

/* The group at @dir, or NULL. */
GuestGroup *guest_group(Guest *guest, const char *dir);
GuestLoop *guest_loop(Guest *guest, const char *id);

/* live.c: LIVE/@name with all that is in it; harmless when it is not there. */
void live_remove_dir(Guest *guest, const char *name);

/* After guest_undo() of one that ran: the parents of its groups go, where nobody uses them. */
void guest_leave_groups(const Guest *guest);

/* A limit that could not be set and was only wished for. */
void guest_lack(Guest *guest, const char *file, const char *why);

/* guest.c: what is left of phase host when the child has been cloned: groups of v1, and all limits. */
int host_phase_late(Guest *guest, Err *err);

/* boot.c: guest->progress is there, and 0. */
int boot_progress(Guest *guest, Err *err);
/* boot.c: clone and configure; everything is recorded in boot_undo. */
int boot_begin(Guest *guest, Err *err);
/* Waits until the child has exec'd; on failure @err has its words. The caller undoes. */
int boot_await(Guest *guest, Err *err);

/* ops-link.c: devices for the child @pid, which waits; guest->links is filled. */
int links_make(Guest *guest, pid_t pid, Err *err);
/* The host side of a veth: @pattern with the number of try @attempt (from 0). -1 when it is too long. */
int links_name(const char *pattern, pid_t pid, int attempt, char *name);
/* Gives lent devices back, waits until the others are gone. The guest's processes have ended. */
void links_end(Guest *guest);

/* lent.c: devices of the host that are in the guest are written down in LIVE/lent before they go. */
int lent_record(int live_fd, const char *name, int index, const char *mac, Err *err);
/* The kernel has brought them back under another name: rename them. */
void lent_restore(int live_fd);

/* made.c: mount points that the child makes in the root are written down in LIVE/made first. */
int made_open(int live_fd); /* the list, to append to; -1 with errno */
int made_write(int fd, const char *path, bool is_dir, Err *err);
int made_record(int live_fd, const char *path, bool is_dir, Err *err);
void made_remove(Guest *guest);

/* event.c: one line to the journal; an event that cannot be written changes nothing. */
typedef enum {
    EVENT_STARTED,
    EVENT_SUSPENDED,
    EVENT_RESUMED,
    EVENT_REBOOT,
    EVENT_SHUTDOWN,
    EVENT_DESTROYED,
    EVENT_CRASHED,
    EVENT_FAILED,
    /* of machines only */
    EVENT_SAVED,
    EVENT_RESTORED,
    EVENT_WAKEUP,
    EVENT_SUSPENDED_IOERROR,
    EVENT_SUSPENDED_WATCHDOG,
    EVENT_SUSPENDED_RESTORED,
    EVENT_SHUTDOWN_FINISHED,
    EVENT_SHUTDOWN_GUEST,
    EVENT_SHUTDOWN_HOST,
    EVENT_PMSUSPENDED,
    EVENT_PMSUSPENDED_DISK,
    EVENT_PANICKED,
    EVENT_CRASHLOADED
} EventWhat;

#define EVENT_DETAIL_MAX 3072 /* a line of the journal has at most 8192 bytes */

typedef struct {
    const char *kind, *event;
    int number;
    const char *detail; /* (nullable) */
    size_t detail_size; /* 0: it ends with NUL */
    int detail_number;
    const char *data; /* (nullable): no such member */
    int64_t time_us;  /* 0: now */
    bool is_off;      /* the object has no id after it */
} EventText;
void event_write(const Guest *guest, const EventText *text);
void event_append(const Guest *guest, EventWhat what);
