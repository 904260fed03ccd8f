/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/cgroup.h"
#include "host/io.h"
#include "supervisor/child.h"
#include "supervisor/machine-priv.h"
#include "supervisor/payload.h"
#include "supervisor/plan-ops.h"

#define HELPER_FD 3
#define ABOVE     (MACHINE_FD_LAST + 100)

static int
enter_groups(const Guest *guest, Err *err)
{
    for (int i = 0; i < guest->n_groups; i++)
        if (guest->groups[i].version == 1 && cgroup_enter_v1(guest->groups[i].fd, err) < 0)
            return err_prefix(err, "'%s'", guest->groups[i].dir);
    return 0;
}

/* Out of the way of all numbers that the plan may give. */
static int
move_up(int *fd, Err *err)
{
    int high = fcntl(*fd, F_DUPFD_CLOEXEC, ABOVE);

    if (high < 0)
        return err_set_errno(err, errno, "cannot hand a descriptor to QEMU");
    *fd = high;
    return 0;
}

static int
place(int fd, int as, Err *err)
{
    return dup2(fd, as) < 0 ? err_set_errno(err, errno, "cannot hand descriptor %d to QEMU", as)
                            : 0;
}

/* The program has 0-2 and what the plan gives it, and nothing else. */
static int
arrange_fds(Child *child, bool is_helper, int helper_fd, Err *err)
{
    Machine *machine = child->guest->machine;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0)
        return err_set_errno(err, errno, "cannot open /dev/null");
    if (place(null, 0, err) < 0 || place(machine->log.out_fd, 1, err) < 0 ||
        place(machine->log.out_fd, 2, err) < 0 || move_up(&child->socket, err) < 0 ||
        (helper_fd >= 0 && move_up(&helper_fd, err) < 0))
        return -1;
    for (int i = 0; i < machine->n_fds && !is_helper; i++)
        if (machine->fds[i].fd >= 0 && move_up(&machine->fds[i].fd, err) < 0)
            return -1;
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return err_set_errno(err, errno, "cannot close descriptors");
    if (helper_fd >= 0)
        return place(helper_fd, HELPER_FD, err);
    for (int i = 0; i < machine->n_fds && !is_helper; i++)
        if (machine->fds[i].fd >= 0 && place(machine->fds[i].fd, machine->fds[i].as, err) < 0)
            return -1;
    return 0;
}

static int
find_groups(const Plan *plan, PayloadUser *user, Err *err)
{
    const PlanStep *step = plan_find(plan, PLAN_INIT, "groups");
    uint64_t gid = 0;

    for (int i = 1; step && i < step->argc; i++) {
        if (user->n_groups == (int)(sizeof user->groups / sizeof user->groups[0]) ||
            io_parse_u64(step->argv[i], UINT32_MAX - 1, &gid) < 0)
            return err_set(err, "config", "plan line %d: bad number of a group", step->line);
        user->groups[user->n_groups++] = (gid_t)gid;
    }
    return 0;
}

static int
confine(const Machine *machine, Err *err)
{
    const Plan *plan = &machine->guest->plan;
    PayloadUser user = {.uid = machine->uid, .gid = machine->gid};

    if (find_groups(plan, &user, err) < 0)
        return -1;
    return payload_confine(plan, machine->has_user ? &user : NULL, err);
}

static int
run(const char *program, char *const *argv, char *const *envp, Err *err)
{
    int saved_errno;

    (void)execve(program, argv, envp);
    saved_errno = errno;
    (void)err_set_errno(err, saved_errno, "cannot run '%s'", program);
    if (saved_errno == ENOENT)
        (void)err_hint(err, "install it, or name another one in the domain's XML");
    return -1;
}

_Noreturn void
machine_child(Guest *guest, int socket, const PlanStep *helper, int helper_fd, char **envp)
{
    Child child = {.guest = guest, .socket = socket};
    const PlanStep *exec = helper ? helper : plan_find(&guest->plan, PLAN_INIT, "exec");
    char *const *argv = exec ? exec->argv + (helper ? 4 : 1) : NULL;
    Err err = {0};

    if (!exec)
        (void)err_set(&err, "config", "the plan names no program to run");
    if (!exec || child_tie(&child, &err) < 0 || child_leave_supervisor(&child, &err) < 0)
        child_give_up(&child, &err);
    *guest->progress = exec->line;
    (void)umask(077);
    if (fchdir(guest->machine->work_fd) < 0) {
        (void)err_set_errno(&err, errno, "cannot change to '%s/%s'", guest->live, MACHINE_WORK);
        child_give_up(&child, &err);
    }
    /* twice tied: becoming another user unties */
    if (enter_groups(guest, &err) < 0 || arrange_fds(&child, helper != NULL, helper_fd, &err) < 0 ||
        ((!helper || strcmp(helper->argv[3], "user") == 0) && confine(guest->machine, &err) < 0) ||
        child_tie(&child, &err) < 0)
        child_give_up(&child, &err);
    if (!helper)
        *guest->progress = CHILD_AT_EXEC;
    (void)run(argv[0], argv, envp, &err);
    child_give_up(&child, &err);
}
