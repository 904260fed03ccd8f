/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/job.h - long work on a machine that belongs to no caller: saving it to a file.
 *
 * Theory of operation. stop, getfd, migrate "fd:", and looks at query-migrate until QEMU says that it is over.
 * Then a child syncs the file and writes "yes" into its header, because that can take long; only then is
 * QEMU ended. So a file that says "yes" is whole, and while it does not the machine still lives. Whatever
 * fails before, the machine goes on as it was, and the job is over with the reason.
 *
 * Used by: supervisor (machine, machine-event, machine-verbs).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/err.h"
#include "supervisor/json.h"
#include "supervisor/watch.h"

struct Machine;

typedef enum {
    JOB_NONE,
    JOB_STOPPING,
    JOB_SENDING, /* up to the answer of `migrate` */
    JOB_RUNNING,
    JOB_SYNCING,
    JOB_RESUMING /* it has failed */
} JobState;

typedef struct {
    int64_t elapsed_ms;
    int64_t done, total, remain; /* bytes */
} JobFigures;

/* @err NULL: the machine is saved and about to end */
typedef void (*JobDone)(void *owner, const Err *err);

typedef struct {
    struct Machine *machine;
    JobState state;
    int fd;
    off_t complete_at;
    bool was_running;
    bool is_aborted;
    int64_t started_ms;
    JobFigures figures, completed;
    bool has_completed;
    Timer look;
    Watch sync;
    pid_t sync_pid;
    JobDone done; /* NULL: its owner has gone */
    void *owner;
    Err err;
} Job;

void job_init(Job *job, struct Machine *machine);

/**
 * job_save:
 * @fd: the file, open for writing; taken over, also on failure
 * @state_at: where QEMU's state goes
 * @complete_at: where "yes" is written at the end
 * @err: "busy" when a job runs already, "argument" for a file that cannot be one
 */
int job_save(Job *job, int fd, off_t state_at, off_t complete_at, JobDone done, void *owner,
             Err *err);

/* The job is asked to stop. */
int job_abort(Job *job, Err *err);

/* @owner is going; the job is not. */
void job_forget(Job *job, const void *owner);

/* "save", or NULL when none runs. */
const char *job_type(const Job *job);
/* Of the one that runs, or of the last one that succeeded. Returns: false when there is none */
bool job_figures(const Job *job, bool of_completed, JobFigures *ret);

void job_close(Job *job);
