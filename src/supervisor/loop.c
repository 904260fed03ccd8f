/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/io.h"
#include "supervisor/keep.h"
#include "supervisor/loop-priv.h"
#include "supervisor/machine.h"

#define PATIENCE_MS      1000
#define DRAIN_MS         200  /* for readers to take the last words of a guest */
#define QUICK_MS         1000 /* a boot that ends sooner makes the next one wait */
#define DELAY_FIRST_MS   100  /* and the wait doubles */
#define DELAY_LONGEST_MS 10000

static void
end(Loop *loop, GuestReason reason)
{
    loop->is_over = true;
    loop->reason = reason;
}

void
loop_destroy(Loop *loop)
{
    Guest *guest = loop->guest;

    if (guest->machine && machine_terminate(guest->machine))
        return; /* it comes again when QEMU does not end */
    guest_kill(guest);
    /* nothing runs whose end could be waited for */
    if (guest->is_network || guest->init_pidfd < 0)
        end(loop, GUEST_REASON_DESTROYED);
    else
        timer_set(&loop->set, &loop->patience, PATIENCE_MS);
}

/* init has been killed and is dead but for one thing: the kernel wants all processes of its namespace
 * reaped first, and one of them is the child of somebody outside (`enter`) who is stopped. */
static void
out_of_patience(Timer *timer)
{
    end(timer->owner, GUEST_REASON_DESTROYED);
}

/* init is up: its end and its terminals are watched. */
static int
watch_boot(Loop *loop, Err *err)
{
    Guest *guest = loop->guest;

    loop->booted_ms = clock_ms();
    for (int i = 0; i < loop->n_consoles; i++)
        if (console_set_guest(&loop->consoles[i], guest->consoles[i].guest_fd, err) < 0)
            return -1;
    if (guest->init_pidfd < 0)
        return 0;
    return watch_add(&loop->set, &loop->init, guest->init_pidfd, EPOLLIN, err);
}

static void
drain(Loop *loop)
{
    for (int i = 0; i < loop->n_consoles; i++)
        console_drain(&loop->consoles[i], DRAIN_MS);
}

static void
boot_again(Timer *timer)
{
    Loop *loop = timer->owner;
    Err err = {0};

    loop->guest->reboot_asked = false;
    if (guest_restart(loop->guest, &err) < 0 || watch_boot(loop, &err) < 0)
        end(loop, GUEST_REASON_FAILED);
}

static void
init_ready(Watch *watch, uint32_t events)
{
    Loop *loop = watch->owner;
    bool is_quick = clock_ms() - loop->booted_ms < QUICK_MS;
    GuestVerdict verdict;

    (void)events;
    watch_remove(&loop->set, watch);
    drain(loop);
    verdict = guest_ended(loop->guest);
    if (verdict == GUEST_OVER || loop->guest->destroy_asked) {
        end(loop, loop->guest->reason);
        return;
    }
    for (int i = 0; i < loop->n_consoles; i++)
        (void)console_set_guest(&loop->consoles[i], -1, NULL); /* nothing to fail */
    /* an init that dies at once must not keep the host busy with its restarts */
    if (is_quick)
        loop->delay_ms = loop->delay_ms ? loop->delay_ms * 2 : DELAY_FIRST_MS;
    else
        loop->delay_ms = 0;
    if (loop->delay_ms > DELAY_LONGEST_MS)
        loop->delay_ms = DELAY_LONGEST_MS;
    timer_set(&loop->set, &loop->again, loop->delay_ms);
}

/* Somebody wants the supervisor itself to end: the guest cannot live without it. */
static void
signals_ready(Watch *watch, uint32_t events)
{
    struct signalfd_siginfo info;

    (void)events;
    while (read(watch->fd, &info, sizeof info) == (ssize_t)sizeof info)
        loop_destroy(watch->owner);
}

/* The view of /proc died: the guest lives on, and reads there answer an error. */
static void
helper_ready(Watch *watch, uint32_t events)
{
    Loop *loop = watch->owner;
    Guest *guest = loop->guest;
    const PlanStep *step = plan_find(&guest->plan, PLAN_HOST, "proc-view");
    int fd = watch->fd;

    (void)events;
    watch_remove(&loop->set, watch);
    io_close(&fd);
    (void)waitpid(guest->helper_pid, NULL, 0);
    guest->helper_pid = 0;
    if (step)
        (void)umount2(step->argv[1], MNT_DETACH); /* or the helper did it in its last breath */
    (void)guest_status_write(guest, NULL);
}

static int
watch_helper(Loop *loop, Err *err)
{
    Guest *guest = loop->guest;
    int fd;

    if (guest->is_network)
        return keep_watch(guest, &loop->set, err);
    if (guest->helper_pid == 0)
        return 0;
    fd = (int)syscall(SYS_pidfd_open, guest->helper_pid, 0);
    if (fd < 0)
        return err_set_errno(err, errno, "cannot watch lodge-proc-view");
    return watch_add(&loop->set, &loop->helper, fd, EPOLLIN, err);
}

static int
watch_signals(Loop *loop, Err *err)
{
    sigset_t set;
    int fd;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0 || sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return err_set_errno(err, errno, "cannot watch for signals");
    return watch_add(&loop->set, &loop->signals, fd, EPOLLIN, err);
}

/* FILE of the plan for the first console; FILE-consoleN for the others, before a ".log". */
static void
open_log(const Guest *guest, Console *console, int index)
{
    char path[CONSOLE_LOG_PATH_MAX];
    size_t size = guest->log_path ? strlen(guest->log_path) : 0;
    size_t suffix = size > 4 && strcmp(guest->log_path + size - 4, ".log") == 0 ? 4 : 0;

    if (!guest->log_path)
        return;
    if (index == 0 && !guest->machine)
        (void)snprintf(path, sizeof path, "%s", guest->log_path);
    else
        (void)snprintf(path, sizeof path, "%.*s-console%d%s", (int)(size - suffix), guest->log_path,
                       index, guest->log_path + size - suffix);
    /* a guest runs without its log rather than not at all; the log is tried again at each write */
    (void)console_log_open(&console->log, path, guest->log_max_bytes, guest->log_keep, NULL);
}

static int
open_consoles(Loop *loop, Err *err)
{
    Guest *guest = loop->guest;

    loop->consoles = calloc((size_t)guest->n_consoles + 1, sizeof *loop->consoles);
    if (!loop->consoles)
        return err_set_errno(err, ENOMEM, "cannot open the consoles");
    for (int i = 0; i < guest->n_consoles; i++) {
        if (console_open(&loop->consoles[i], &loop->set, guest->consoles[i].host_fd, err) < 0)
            return -1;
        loop->n_consoles++;
        /* its users are told from us by having it open */
        io_close(&guest->consoles[i].host_slave_fd);
        open_log(guest, &loop->consoles[i], i);
    }
    return 0;
}

Loop *
loop_new(Guest *guest, Err *err)
{
    Loop *loop = calloc(1, sizeof *loop);

    if (!loop) {
        (void)err_set_errno(err, ENOMEM, "cannot start the loop");
        return NULL;
    }
    loop->guest = guest;
    loop->init = (Watch){.func = init_ready, .owner = loop, .fd = -1};
    loop->signals = (Watch){.func = signals_ready, .owner = loop, .fd = -1};
    loop->helper = (Watch){.func = helper_ready, .owner = loop, .fd = -1};
    loop->patience = (Timer){.func = out_of_patience, .owner = loop};
    loop->again = (Timer){.func = boot_again, .owner = loop};
    if (watch_set_open(&loop->set, err) == 0 && control_listen(loop, err) == 0) {
        if (guest->machine)
            machine_attach(guest, loop);
        return loop;
    }
    watch_set_close(&loop->set);
    free(loop);
    return NULL;
}

GuestReason
loop_run(Loop *loop)
{
    Err err = {0};

    loop->has_run = true;
    (void)signal(SIGPIPE, SIG_IGN);
    if (watch_signals(loop, &err) < 0 || watch_helper(loop, &err) < 0 ||
        open_consoles(loop, &err) < 0 || watch_boot(loop, &err) < 0)
        end(loop, GUEST_REASON_FAILED);
    while (!loop->is_over)
        watch_wait(&loop->set);
    timer_clear(&loop->set, &loop->again);
    timer_clear(&loop->set, &loop->patience);
    watch_remove(&loop->set, &loop->init);
    return loop->reason;
}

static void
linger_over(Timer *timer)
{
    *(bool *)timer->owner = true;
}

/* The guest ended before its launcher could ask how: stays a little for the first one who does. */
static void
linger(Loop *loop)
{
    bool is_late = false;
    Timer timer = {.func = linger_over, .owner = &is_late};

    timer_set(&loop->set, &timer, loop->guest->linger_ms);
    while (!is_late && !loop->was_waited)
        watch_wait(&loop->set);
    timer_clear(&loop->set, &timer);
}

bool
loop_lingers(const Loop *loop)
{
    if (!loop->has_run || loop->guest->linger_ms <= 0 || loop->was_waited ||
        loop->guest->destroy_asked)
        return false;
    for (int i = 0; i < CONTROL_CLIENTS_MAX; i++)
        if (loop->clients[i].watch.fd >= 0 && loop->clients[i].state == CLIENT_WAITS)
            return false;
    return true;
}

void
loop_finish(Loop *loop)
{
    bool lingers = loop_lingers(loop);
    int fd = loop->signals.fd;

    for (int i = 0; i < loop->n_consoles; i++)
        console_close(&loop->consoles[i]);
    control_finish(loop);
    if (lingers)
        linger(loop);
    control_close(loop);
    watch_remove(&loop->set, &loop->signals);
    io_close(&fd);
    fd = loop->helper.fd;
    watch_remove(&loop->set, &loop->helper);
    io_close(&fd);
    watch_set_close(&loop->set);
    free(loop->consoles);
    free(loop);
}
