/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"
#include "host/ns.h"
#include "supervisor/machine-priv.h"

#define LOOK_MS  50
#define END_MS   10000 /* for QEMU to end, once it has been saved */
#define FD_NAME  "lodge-save"
#define NO_LIMIT "{\"max-bandwidth\":1125899906842624}" /* bytes a second: 1 PiB */
#define COMPLETE "yes"

typedef void (*Step)(Job *job);

static void
over(Job *job, const Err *err)
{
    JobDone done = job->done;
    Err copy = {0};

    if (err)
        copy = *err;
    timer_clear(job->machine->set, &job->look);
    io_close(&job->fd);
    job->state = JOB_NONE;
    job->done = NULL;
    if (!err) {
        job->completed = job->figures;
        job->completed.elapsed_ms = clock_ms() - job->started_ms;
        job->has_completed = true;
    }
    (void)guest_status_write(job->machine->guest, NULL);
    if (done)
        done(job->owner, err ? &copy : NULL);
}

static void
resumed(void *owner, const JsonValue *ret, const Err *err)
{
    Job *job = owner;

    (void)ret;
    (void)err; /* it stays paused then, and says so */
    over(job, &job->err);
}

/* The machine goes on as it was. */
static void
fail(Job *job, const Err *err)
{
    if (job->state == JOB_NONE || job->state == JOB_RESUMING)
        return;
    job->err = *err;
    timer_clear(job->machine->set, &job->look);
    if (job->state == JOB_STOPPING)
        job->machine->next_pause = PAUSE_UNKNOWN;
    job->state = JOB_RESUMING;
    if (job->was_running && qmp_send(&job->machine->qmp, "cont", NULL, -1, resumed, job, NULL) == 0)
        return;
    if (!job->was_running)
        machine_set_paused(job->machine, true, PAUSE_USER);
    over(job, &job->err);
}

static void
synced(Watch *watch, uint32_t events)
{
    Job *job = watch->owner;
    int fd = watch->fd, status = 0;
    Err err = {0};

    (void)events;
    watch_remove(job->machine->set, watch);
    io_close(&fd);
    while (waitpid(job->sync_pid, &status, 0) < 0 && errno == EINTR)
        ;
    job->sync_pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        over(job, NULL);
        machine_end(job->machine, GUEST_REASON_SAVED, END_MS);
        return;
    }
    (void)err_set_errno(&err, WIFEXITED(status) ? WEXITSTATUS(status) : EIO,
                        "cannot write the saved state to the disk");
    fail(job, &err);
}

/* In a child: errno is its exit status. */
static int
sync_file(int fd, off_t complete_at)
{
    errno = EIO;
    if (fsync(fd) < 0 && errno != EINVAL && errno != EROFS)
        return errno;
    if (pwrite(fd, COMPLETE, strlen(COMPLETE), complete_at) != (ssize_t)strlen(COMPLETE))
        return errno ? errno : EIO;
    return fsync(fd) < 0 && errno != EINVAL && errno != EROFS ? errno : 0;
}

static void
sync_begin(Job *job)
{
    Err err = {0};
    int pidfd = -1;

    job->state = JOB_SYNCING;
    job->sync_pid = ns_clone(0, -1, &pidfd);
    if (job->sync_pid == 0) {
        /* this one must not keep the guest's lock when the supervisor dies */
        io_close(&job->machine->guest->alive_fd);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(sync_file(job->fd, job->complete_at));
    }
    if (job->sync_pid < 0) {
        job->sync_pid = 0;
        (void)err_set_errno(&err, errno, "cannot write the saved state to the disk");
        fail(job, &err);
        return;
    }
    job->sync = (Watch){.func = synced, .owner = job, .fd = -1};
    if (watch_add(job->machine->set, &job->sync, pidfd, EPOLLIN, &err) < 0) {
        io_close(&pidfd);
        fail(job, &err);
    }
}

static void look_now(Timer *timer);

static void
take_figures(Job *job, const JsonValue *ret)
{
    (void)json_get_int(ret, "ram.transferred", &job->figures.done);
    (void)json_get_int(ret, "ram.total", &job->figures.total);
    (void)json_get_int(ret, "ram.remaining", &job->figures.remain);
}

static void
looked(void *owner, const JsonValue *ret, const Err *err)
{
    Job *job = owner;
    char status[32], why[512];
    Err failed = {0};

    if (job->state != JOB_RUNNING)
        return;
    if (!ret) {
        fail(job, err);
        return;
    }
    take_figures(job, ret);
    (void)json_get_string(ret, "status", status, sizeof status);
    if (strcmp(status, "completed") == 0) {
        sync_begin(job);
    } else if (strcmp(status, "failed") == 0) {
        if (json_get_string(ret, "error-desc", why, sizeof why) < 0)
            (void)snprintf(why, sizeof why,
                           "QEMU does not say why; is there space where the file lies?");
        (void)err_set(&failed, "io", "cannot save the machine: %s", why);
        fail(job, &failed);
    } else if (strcmp(status, "cancelled") == 0) {
        (void)err_set(&failed, "cancelled", "saving the machine was cancelled");
        fail(job, &failed);
    } else {
        timer_set(job->machine->set, &job->look, LOOK_MS);
    }
}

static void
look_now(Timer *timer)
{
    Job *job = timer->owner;
    Err err = {0};

    if (job->state == JOB_RUNNING &&
        qmp_send(&job->machine->qmp, "query-migrate", NULL, -1, looked, job, &err) < 0)
        fail(job, &err);
}

static void
migrating(void *owner, const JsonValue *ret, const Err *err)
{
    Job *job = owner;

    if (job->state != JOB_SENDING)
        return;
    if (!ret) {
        fail(job, err);
        return;
    }
    job->state = JOB_RUNNING;
    if (job->is_aborted)
        (void)job_abort(job, NULL);
    look_now(&job->look);
}

/* One of several commands that only have to work. */
static void
prepared(void *owner, const JsonValue *ret, const Err *err)
{
    if (!ret)
        fail(owner, err);
}

static void
stopped(void *owner, const JsonValue *ret, const Err *err)
{
    Job *job = owner;
    Qmp *qmp = &job->machine->qmp;
    Err failed = {0};

    if (job->state != JOB_STOPPING)
        return;
    if (!ret) {
        fail(job, err);
        return;
    }
    if (job->is_aborted) {
        (void)err_set(&failed, "cancelled", "saving the machine was cancelled");
        fail(job, &failed);
        return;
    }
    job->state = JOB_SENDING;
    if (qmp_send(qmp, "getfd", "{\"fdname\":\"" FD_NAME "\"}", job->fd, prepared, job, &failed) <
            0 ||
        qmp_send(qmp, "migrate-set-parameters", NO_LIMIT, -1, prepared, job, &failed) < 0 ||
        qmp_send(qmp, "migrate", "{\"uri\":\"fd:" FD_NAME "\"}", -1, migrating, job, &failed) < 0)
        fail(job, &failed);
}

void
job_init(Job *job, struct Machine *machine)
{
    job->machine = machine;
    job->fd = -1;
    job->sync.fd = -1;
    job->look = (Timer){.func = look_now, .owner = job};
}

static int
check_file(int fd, off_t state_at, Err *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0 || (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)))
        return err_set(err, "argument", "a machine is saved to a file");
    if (lseek(fd, state_at, SEEK_SET) < 0)
        return err_set_errno(err, errno, "cannot save the machine to this file");
    return 0;
}

int
job_save(Job *job, int fd, off_t state_at, off_t complete_at, JobDone done, void *owner, Err *err)
{
    Machine *machine = job->machine;
    int result = 0;

    if (job->state != JOB_NONE)
        result = err_set(err, "busy", "the machine is being saved already");
    else
        result = check_file(fd, state_at, err);
    if (result < 0) {
        io_close(&fd);
        return -1;
    }
    *job = (Job){.machine = machine,
                 .state = JOB_STOPPING,
                 .fd = fd,
                 .complete_at = complete_at,
                 .was_running = !machine->guest->paused,
                 .started_ms = clock_ms(),
                 .look = job->look,
                 .sync.fd = -1,
                 .completed = job->completed,
                 .has_completed = job->has_completed,
                 .done = done,
                 .owner = owner};
    /* also when it does not run: the answer comes in its turn, and nothing else changes */
    if (job->was_running)
        machine->next_pause = PAUSE_SAVE;
    if (qmp_send(&machine->qmp, job->was_running ? "stop" : "query-status", NULL, -1, stopped, job,
                 err) < 0) {
        io_close(&job->fd);
        job->state = JOB_NONE;
        return -1;
    }
    (void)guest_status_write(machine->guest, NULL);
    return 0;
}

int
job_abort(Job *job, Err *err)
{
    switch (job->state) {
    case JOB_NONE:
    case JOB_RESUMING:
        return err_set(err, "state", "no job runs on this machine");
    case JOB_STOPPING:
    case JOB_SENDING:
        job->is_aborted = true;
        return 0;
    case JOB_RUNNING:
        return qmp_send(&job->machine->qmp, "migrate_cancel", NULL, -1, NULL, NULL, err);
    case JOB_SYNCING:
        break;
    }
    return err_set(err, "state", "the job is done, and cannot be stopped any more");
}

void
job_forget(Job *job, const void *owner)
{
    if (job->owner == owner)
        job->done = NULL;
}

const char *
job_type(const Job *job)
{
    return job->state == JOB_NONE ? NULL : "save";
}

bool
job_figures(const Job *job, bool of_completed, JobFigures *ret)
{
    if (of_completed ? !job->has_completed : job->state == JOB_NONE)
        return false;
    *ret = of_completed ? job->completed : job->figures;
    if (!of_completed)
        ret->elapsed_ms = clock_ms() - job->started_ms;
    return true;
}

void
job_close(Job *job)
{
    int fd = job->sync.fd, status = -1;
    Err err = {0};

    if (!job->machine)
        return;
    if (job->sync_pid > 0) { /* QEMU has ended under it: what the file says is still true */
        watch_remove(job->machine->set, &job->sync);
        while (waitpid(job->sync_pid, &status, 0) < 0 && errno == EINTR)
            ;
        io_close(&fd);
        job->sync_pid = 0;
    }
    if (job->state == JOB_NONE)
        return;
    (void)err_set(&err, "state", "the machine has ended before it was saved");
    over(job, status == 0 ? NULL : &err);
}
