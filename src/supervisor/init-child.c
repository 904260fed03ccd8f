/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/child.h"
#include "supervisor/control.h"
#include "supervisor/payload.h"

static int
null_fd(Err *err)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    return fd < 0 ? err_set_errno(err, errno, "cannot open /dev/null in the guest") : fd;
}

/* Descriptors 0-2 of init. The supervisor holds /dev/null there unless the plan says inherit. */
static int
set_stdio(Child *child, const PayloadUser *user, Err *err)
{
    const PlanStep *step = plan_find(&child->guest->plan, PLAN_INIT, "stdio");
    const char *kind = step ? step->argv[1] : child->slave_fd >= 0 ? "console" : "null";
    int fd;

    if (strcmp(kind, "inherit") == 0)
        return 0;
    if (strcmp(kind, "console") == 0 && child->slave_fd >= 0) {
        fd = child->slave_fd;
        /* the terminal is its user's, as login would do it; a user who is not mapped stays out */
        if (user && fchown(fd, user->uid, (gid_t)-1) < 0 && errno != EPERM && errno != EINVAL)
            return err_set_errno(err, errno, "cannot give the console to the guest's user");
        if (ioctl(fd, TIOCSCTTY, 0) < 0)
            return err_set_errno(err, errno, "cannot make the console init's terminal");
    } else if ((fd = null_fd(err)) < 0) {
        return -1;
    }
    for (int i = 0; i < 3; i++)
        if (dup2(fd, i) < 0)
            return err_set_errno(err, errno, "cannot set init's standard streams");
    return 0;
}

static int
set_dir(Child *child, Err *err)
{
    const PlanStep *step = plan_find(&child->guest->plan, PLAN_INIT, "dir");

    if (step && chdir(step->argv[1]) < 0)
        return err_set_errno(err, errno, "cannot change to the directory '%s' in the guest",
                             step->argv[1]);
    return 0;
}

/* The launcher's descriptors become 3, 4, ...; what lies there is no longer needed, but for the socket. */
static int
take_files(Child *child, Err *err)
{
    int n = (int)child->guest->n_files;

    if (n == 0 || child->guest->boots > 0)
        return 0;
    child->socket = fcntl(child->socket, F_DUPFD_CLOEXEC, SUPERVISOR_FILES_FD + n);
    if (child->socket < 0)
        return err_set_errno(err, errno, "cannot pass descriptors to init");
    for (int i = 0; i < n; i++) /* upwards: what is overwritten, was passed on already */
        if (dup2(SUPERVISOR_FILES_FD + i, STDERR_FILENO + 1 + i) < 0)
            return err_set_errno(err, errno, "cannot pass descriptors to init");
    return 0;
}

/* Until the guest is resumed. What can be known of the program is said before. */
static int
hold(Child *child, const PlanStep *exec, Err *err)
{
    const char *program = exec->argv[1], what = CHILD_HOLDS;
    int none[GUEST_GROUPS_MAX];

    if (strchr(program, '/') && faccessat(AT_FDCWD, program, X_OK, AT_EACCESS) < 0)
        return err_set_errno(err, errno, "cannot run '%s' in the guest", program);
    if (child_send(child->socket, &what, 1, -1) < 0)
        return err_set_errno(err, errno, "cannot hold the guest before its init");
    (void)child_await_word(child, CHILD_GO, none);
    return 0;
}

int
child_become_init(Child *child, Err *err)
{
    const Plan *plan = &child->guest->plan;
    const PlanStep *exec = plan_find(plan, PLAN_INIT, "exec");
    const PlanStep *user_step = plan_find(plan, PLAN_INIT, "user");
    bool is_held = child->guest->boots == 0 && plan_find(plan, PLAN_INIT, "hold");
    PayloadUser user, *as = NULL;

    if (!exec)
        return err_set(err, "config", "the plan names no program to run");
    *child->guest->progress = exec->line;
    if (user_step) {
        if (payload_find_user(user_step->argv[1], user_step->argv[2], &user, err) < 0)
            return -1;
        as = &user;
    }
    if (set_stdio(child, as, err) < 0 || take_files(child, err) < 0)
        return -1;
    (void)umask(022);
    if (payload_confine(plan, as, err) < 0 || set_dir(child, err) < 0)
        return -1;
    /* becoming another user clears it */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return err_set_errno(err, errno, "cannot tie the guest to its supervisor");
    if (is_held && hold(child, exec, err) < 0)
        return -1;
    *child->guest->progress = CHILD_AT_EXEC;
    (void)payload_exec(exec->argv + 1, child->envp, err);
    if (is_held) /* the supervisor listens no more; whoever looks at the console reads it */
        (void)dprintf(STDERR_FILENO, "lodge: %s\n", err->text);
    return -1;
}
