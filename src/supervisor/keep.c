/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"
#include "host/ns.h"
#include "host/program.h"

#define LOG_NAME         "helper.log"
#define UP_MS            10000 /* until the pid file is there */
#define LOOK_MS          5     /* between two looks for it */
#define STOP_MS          2000
#define STEADY_MS        60000 /* a program that lived so long starts with the first delay again */
#define DELAY_FIRST_MS   100
#define DELAY_LONGEST_MS 10000

struct Keep {
    Guest *guest;
    const PlanStep *step; /* keep PIDFILE PROGRAM ARG... */
    WatchSet *set;        /* NULL before keep_watch() */
    Watch end;
    Timer again;
    int pidfd; /* -1: does not run now */
    int64_t started_ms, delay_ms;
};

static void
run_program(char *const *argv, int live_fd, pid_t parent)
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int log =
        openat(live_fd, LOG_NAME, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (null < 0 || log < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
        _exit(126);
    /* nothing of ours, the lock on LIVE/alive above all, lives on in it */
    if (syscall(SYS_close_range, 3U, ~0U, 0U) < 0)
        _exit(126);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(126);
    (void)execv(argv[0], argv);
    dprintf(2, "cannot run %s: %s\n", argv[0], strerrordesc_np(errno));
    _exit(127);
}

static int
spawn(Keep *keep, Err *err)
{
    Guest *guest = keep->guest;
    pid_t self = getpid(), pid;

    (void)unlinkat(guest->live_fd, LOG_NAME, 0);
    if (*keep->step->argv[1])
        (void)unlink(keep->step->argv[1]); /* of the one before */
    pid = ns_clone(0, -1, &keep->pidfd);
    if (pid == 0)
        run_program(keep->step->argv + 2, guest->live_fd, self);
    if (pid < 0)
        return err_set_errno(err, errno, "cannot start %s", keep->step->argv[2]);
    guest->helper_pid = pid;
    guest->helper_start = ns_start_time(pid);
    keep->started_ms = clock_ms();
    return 0;
}

static void
reap(Keep *keep)
{
    while (waitpid(keep->guest->helper_pid, NULL, 0) < 0 && errno == EINTR)
        ;
    keep->guest->helper_pid = 0;
    io_close(&keep->pidfd);
}

/* Ends it, the hard way when @ms pass. */
static void
stop(Keep *keep, int signal, int ms)
{
    struct pollfd wait = {.fd = keep->pidfd, .events = POLLIN};

    if (keep->pidfd < 0)
        return;
    (void)syscall(SYS_pidfd_send_signal, keep->pidfd, signal, NULL,
                  0); /* not reaped: it is there */
    if (poll(&wait, 1, ms) <= 0)
        (void)syscall(SYS_pidfd_send_signal, keep->pidfd, SIGKILL, NULL, 0);
    reap(keep);
}

static bool
has_ended(const Keep *keep, int ms)
{
    struct pollfd wait = {.fd = keep->pidfd, .events = POLLIN};

    return poll(&wait, 1, ms) > 0;
}

static bool
has_pid_file(const Keep *keep)
{
    char text[32];
    uint64_t pid;

    if (io_read_file(AT_FDCWD, keep->step->argv[1], text, sizeof text) <= 0)
        return false;
    text[strcspn(text, "\n")] = '\0';
    return io_parse_u64(text, INT32_MAX, &pid) == 0 && (pid_t)pid == keep->guest->helper_pid;
}

/* The last line that it wrote. */
static int
say_last_words(const Keep *keep, Err *err)
{
    char text[4096];
    ssize_t size = io_read_file(keep->guest->live_fd, LOG_NAME, text, sizeof text);
    char *line;

    while (size > 0 && text[size - 1] == '\n')
        text[--size] = '\0';
    line = size > 0 ? strrchr(text, '\n') : NULL;
    line = line ? line + 1 : text;
    return err_set(err, "peer", "%s ended at once%s%s", keep->step->argv[2], size > 0 ? ": " : "",
                   size > 0 ? line : "");
}

static int
await(Keep *keep, Err *err)
{
    int64_t end = keep->started_ms + UP_MS;

    if (*keep->step->argv[1] == '\0')
        return 0;
    for (;;) {
        if (has_pid_file(keep))
            return 0;
        if (has_ended(keep, LOOK_MS)) {
            reap(keep);
            return say_last_words(keep, err);
        }
        if (clock_ms() > end) {
            stop(keep, SIGKILL, STOP_MS);
            return err_set(err, "timeout", "%s has not written %s within %d s", keep->step->argv[2],
                           keep->step->argv[1], UP_MS / 1000);
        }
    }
}

static int
watch_end(Keep *keep, Err *err)
{
    return watch_add(keep->set, &keep->end, keep->pidfd, EPOLLIN, err);
}

static void
plan_again(Keep *keep)
{
    if (clock_ms() - keep->started_ms > STEADY_MS || keep->delay_ms == 0)
        keep->delay_ms = DELAY_FIRST_MS;
    else if (keep->delay_ms < DELAY_LONGEST_MS)
        keep->delay_ms =
            keep->delay_ms * 2 < DELAY_LONGEST_MS ? keep->delay_ms * 2 : DELAY_LONGEST_MS;
    timer_set(keep->set, &keep->again, keep->delay_ms);
}

static void
start_again(Timer *timer)
{
    Keep *keep = timer->owner;

    if (spawn(keep, NULL) < 0 || watch_end(keep, NULL) < 0) {
        stop(keep, SIGKILL, STOP_MS);
        plan_again(keep);
    }
    (void)guest_status_write(keep->guest, NULL);
}

static void
end_ready(Watch *watch, uint32_t events)
{
    Keep *keep = watch->owner;

    (void)events;
    watch_remove(keep->set, watch);
    reap(keep);
    plan_again(keep);
    (void)guest_status_write(keep->guest, NULL);
}

int
keep_start(Guest *guest, Err *err)
{
    const PlanStep *step = plan_find(&guest->plan, PLAN_KEEP, "keep");
    Keep *keep;

    if (!step)
        return 0;
    keep = calloc(1, sizeof *keep);
    if (!keep)
        return err_set_errno(err, ENOMEM, "cannot start %s", step->argv[2]);
    *keep = (Keep){.guest = guest, .step = step, .pidfd = -1};
    keep->end = (Watch){.func = end_ready, .owner = keep, .fd = -1};
    keep->again = (Timer){.func = start_again, .owner = keep};
    /* status names it before it changes its user, which ends PR_SET_PDEATHSIG: one of the two always
     * leads `clean` or the kernel to it */
    if (spawn(keep, err) < 0 || guest_status_write(guest, err) < 0 || await(keep, err) < 0) {
        stop(keep, SIGKILL, STOP_MS);
        free(keep);
        return -1;
    }
    guest->keep = keep;
    return 0;
}

int
keep_watch(Guest *guest, WatchSet *set, Err *err)
{
    if (!guest->keep)
        return 0;
    guest->keep->set = set;
    return watch_end(guest->keep, err);
}

void
keep_at_end(const Plan *plan)
{
    const PlanPhase *phase = &plan->phase[PLAN_KEEP];

    for (int i = 0; i < phase->n; i++) {
        ProgramSpec spec = {.argv = (const char *const *)phase->steps[i].argv + 1, .stdin_fd = -1};

        if (strcmp(phase->steps[i].argv[0], "at-end") == 0)
            (void)program_run(&spec, NULL, NULL); /* undo: what fails was not there */
    }
}

void
keep_stop(Guest *guest)
{
    Keep *keep = guest->keep;

    if (keep) {
        if (keep->set) {
            watch_remove(keep->set, &keep->end);
            timer_clear(keep->set, &keep->again);
        }
        stop(keep, SIGTERM, STOP_MS);
        free(keep);
        guest->keep = NULL;
    }
    keep_at_end(&guest->plan);
}
