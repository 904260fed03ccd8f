/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/cgroup-place.h"
#include "host/cgroup.h"
#include "host/io.h"
#include "host/ns.h"
#include "supervisor/control.h"
#include "supervisor/fault.h"
#include "supervisor/guest-priv.h"
#include "supervisor/plan-ops.h"

#define RETRIES       20
#define MOUNTINFO_MAX (16 << 20)

/* The controllers of the hierarchy that @dir lies in, from the plan's cgroup operations; "" for v2,
 * NULL when the plan does not say. */
static const char *
controllers_of(const Guest *guest, const char *dir)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_HOST];
    int base = cgroup_base_length(dir);

    for (int i = 0; i < phase->n && base >= 0; i++) {
        const PlanStep *step = &phase->steps[i];

        if (step->op == OP_CGROUP && cgroup_base_length(step->argv[3]) == base &&
            strncmp(step->argv[3], dir, (size_t)base) == 0)
            return strcmp(step->argv[1], "v2") == 0 ? "" : step->argv[2];
    }
    return NULL;
}

/* Whether /proc/self/cgroup (@text) says that we are in the root group of that hierarchy, or of all when
 * @controllers is NULL (not known). Lines are "ID:CONTROLLERS:PATH". */
static bool
is_at_root(const char *text, const char *controllers)
{
    size_t length = controllers ? strlen(controllers) : 0;
    bool all = *text;

    for (const char *line = text; *line;) {
        const char *colon = strchr(line, ':'), *end = strchr(line, '\n');
        const char *path = colon ? strchr(colon + 1, ':') : NULL;
        bool is_root = path && strncmp(path + 1, "/\n", 2) == 0;

        if (controllers && path && path == colon + 1 + length &&
            strncmp(colon + 1, controllers, length) == 0)
            return is_root;
        all = all && is_root;
        line = end ? end + 1 : line + strlen(line);
    }
    return !controllers && all;
}

/* Back to BASE, so that our own group can be removed. */
static void
undo_group_v1(Guest *guest, int number)
{
    const char *dir = guest_step(guest, number)->argv[2];
    char base[PATH_MAX];
    int fd;

    if (io_format(base, sizeof base, "%.*s", cgroup_base_length(dir), dir) < 0)
        return;
    fd = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        (void)cgroup_enter_v1(fd, NULL); /* refused: the group stays until the next one cleans it */
    io_close(&fd);
    cgroup_remove_unused(dir);
}

/* fork(2) into the v2 group @dir */
static pid_t
fork_at(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    pid_t pid = fd >= 0 ? ns_clone(0, fd, NULL) : -1;

    io_close(&fd);
    return pid;
}

/* The v2 group of the host's first process; "" when it cannot be told. */
static void
find_first_group(char *ret, size_t size)
{
    MountinfoHierarchy found[MOUNTINFO_HIERARCHIES_MAX];
    char *mounts = NULL, *text = NULL;
    bool ok = false;
    int n;

    if (io_slurp(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &mounts) >= 0 &&
        io_slurp(AT_FDCWD, "/proc/1/cgroup", MOUNTINFO_MAX, &text) >= 0) {
        n = mountinfo_hierarchies(mounts, found);
        for (int i = 0; i < n && !ok; i++)
            ok = found[i].version == 2 && cgroup_place_of(&found[i], text, ret, size);
    }
    if (!ok)
        ret[0] = '\0';
    free(mounts);
    free(text);
}

/* On v2 a move waits for all processors (10 ms); being born elsewhere does not. So a copy of this
 * process is born elsewhere and goes on with everything, and this one ends. Elsewhere is BASE; when that
 * is not the root of v2 it has controllers on for its children and can hold no process (EBUSY), and
 * then it is where the first process is, which is there as long as we are. */
static void
undo_group_v2(Guest *guest, int number)
{
    const char *dir = guest_step(guest, number)->argv[2];
    struct pollfd old = {.fd = pidfd_open(getpid(), 0), .events = POLLIN};
    char place[PATH_MAX];
    pid_t pid = -1;

    if (old.fd >= 0 && io_format(place, sizeof place, "%.*s", cgroup_base_length(dir), dir) > 0)
        pid = fork_at(place);
    if (old.fd >= 0 && pid < 0) {
        find_first_group(place, sizeof place);
        pid = fork_at(place);
    }
    if (pid > 0)
        _exit(0);
    if (pid == 0)
        (void)poll(&old, 1, GUEST_GONE_MS);
    io_close(&old.fd);
    cgroup_remove_unused(dir);
}

static int
enter_group_v1(Guest *guest, const PlanStep *step, Err *err)
{
    const char *controllers = controllers_of(guest, step->argv[2]);
    int result = -1;

    undo_add(&guest->host_undo, undo_group_v1, guest_step_number(guest, step));
    /* the last supervisor to leave removes the group: it may go between the two calls */
    for (int i = 0; i < RETRIES && result < 0; i++) {
        int fd = cgroup_make(1, step->argv[2], controllers, NULL, 0, err);

        if (fd < 0)
            return -1;
        result = cgroup_enter_v1(fd, err);
        io_close(&fd);
        if (result < 0 && err->saved_errno != ENOENT && err->saved_errno != ENODEV)
            break;
    }
    return result < 0 ? err_prefix(err, "'%s'", step->argv[2]) : 0;
}

/* fork(2), into the v2 group of @step when there is one */
static pid_t
fork_into(const PlanStep *step, Err *err)
{
    pid_t pid = -1;

    if (!step) {
        pid = ns_clone(0, -1, NULL);
    } else {
        for (int i = 0; i < RETRIES && pid < 0; i++) {
            int fd = cgroup_make(2, step->argv[2], "", NULL, 0, err);

            if (fd < 0)
                return -1;
            pid = ns_clone(0, fd, NULL);
            io_close(&fd);
            if (pid < 0 && errno != ENOENT && errno != ENODEV)
                break;
        }
    }
    if (pid < 0)
        (void)err_set_errno(err, errno, "cannot start the supervisor");
    return pid;
}

/* The process that was started has done its part, and ends; but while the other one clones the guest's
 * init, it can make the v1 groups. Nobody relies on it: do_cgroup() takes what is there. Until it has ended
 * detach_settle() waits, so that nothing appears behind the back of an undo. */
static void
make_groups_ahead(const Guest *guest)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_HOST];

    for (int i = 0; i < phase->n && !fault_is_armed(); i++) {
        char *const *argv = phase->steps[i].argv;

        if (phase->steps[i].op == OP_CGROUP && strcmp(argv[1], "v1") == 0)
            cgroup_make_ahead(argv[3], argv[2]);
    }
}

void
detach_settle(Guest *guest)
{
    char none;

    while (guest->ahead_fd >= 0 && read(guest->ahead_fd, &none, 1) < 0 && errno == EINTR)
        ;
    io_close(&guest->ahead_fd);
}

void
detach_undo(Guest *guest)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_HOST];

    detach_settle(guest);
    for (int i = 0; i < phase->n && !guest->has_groups; i++) {
        char *const *argv = phase->steps[i].argv;

        if (phase->steps[i].op == OP_CGROUP && !guest_group(guest, argv[3]))
            cgroup_remove_unused(argv[3]);
    }
}

static int
enter_groups(Guest *guest, Err *err)
{
    const PlanPhase *phase = &guest->plan.phase[PLAN_HOST];
    const PlanStep *v2 = NULL;
    char text[8192];
    int ahead[2];
    pid_t pid;

    if (pipe2(ahead, O_CLOEXEC) < 0)
        return err_set_errno(err, errno, "cannot start the supervisor");
    if (io_read_file(AT_FDCWD, "/proc/self/cgroup", text, sizeof text) < 0)
        text[0] = '\0';
    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];

        if (step->op == OP_SUPERVISOR_GROUP && strcmp(step->argv[1], "v2") == 0 &&
            !is_at_root(text, ""))
            v2 = step;
    }
    pid = fork_into(v2, err);
    if (pid < 0) {
        if (v2)
            cgroup_remove_unused(v2->argv[2]);
        io_close(&ahead[0]);
        io_close(&ahead[1]);
        return -1;
    }
    if (pid > 0) {
        make_groups_ahead(guest);
        _exit(0);
    }
    io_close(&ahead[1]);
    guest->ahead_fd = ahead[0];
    if (v2)
        undo_add(&guest->host_undo, undo_group_v2, guest_step_number(guest, v2));
    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];

        if (step->op == OP_SUPERVISOR_GROUP && strcmp(step->argv[1], "v1") == 0 &&
            !is_at_root(text, controllers_of(guest, step->argv[2])) &&
            (undo_reserve(&guest->host_undo) < 0 || enter_group_v1(guest, step, err) < 0)) {
            detach_undo(guest);
            undo_run(&guest->host_undo, guest);
            return -1;
        }
    }
    return 0;
}

int
detach_stdio(Err *err)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return err_set_errno(err, errno, "cannot open /dev/null");
    for (int i = 0; i < 3; i++)
        if (dup2(fd, i) < 0)
            return err_set_errno(err, errno, "cannot let go of the launcher's output");
    if (fd > 2)
        io_close(&fd);
    return 0;
}

void
detach_files(const Guest *guest)
{
    if (guest->n_files > 0)
        (void)close_range(SUPERVISOR_FILES_FD, SUPERVISOR_FILES_FD + guest->n_files - 1, 0);
}

/* Closes whatever the launcher had open, but for what is init's. */
static int
keep_files(const Guest *guest, Err *err)
{
    (void)close_range(SUPERVISOR_FILES_FD + guest->n_files, ~0U, 0);
    for (unsigned i = 0; i < guest->n_files; i++)
        if (fcntl(SUPERVISOR_FILES_FD + (int)i, F_SETFD, FD_CLOEXEC) < 0)
            return err_set_errno(err, errno, "cannot pass descriptor %u to the guest's init", i);
    return 0;
}

/* A guest is the same whoever starts it. The groups are the ones that count: a guest's root that is nobody
 * on the host would keep the rights of the caller's. */
static int
forget_caller(const Guest *guest, Err *err)
{
    cpu_set_t all;

    /* a machine of a user's session is that user's, with his groups (/dev/kvm has one) */
    if (setgroups(0, NULL) < 0 && (!guest->machine || geteuid() == 0))
        return err_set_errno(err, errno, "cannot leave the caller's groups");
    /* refused where the caller is confined itself: then so is the guest */
    memset(&all, 0xff, sizeof all);
    (void)sched_setaffinity(0, sizeof all, &all);
    (void)setpriority(PRIO_PROCESS, 0, 0);
    (void)io_write_file(AT_FDCWD, "/proc/self/oom_score_adj", "0");
    return 0;
}

int
detach(Guest *guest, Err *err)
{
    const PlanStep *stdio = plan_find(&guest->plan, PLAN_INIT, "stdio");

    if (keep_files(guest, err) < 0)
        return -1;
    if (undo_reserve(&guest->host_undo) < 0)
        return err_set_errno(err, ENOMEM, "cannot start the supervisor");
    if (forget_caller(guest, err) < 0 || enter_groups(guest, err) < 0)
        return -1;
    guest->supervisor_pid = getpid();
    (void)setsid();
    (void)signal(SIGPIPE, SIG_IGN);
    if ((stdio && strcmp(stdio->argv[1], "inherit") == 0) || detach_stdio(err) == 0) {
        if (chdir("/") == 0)
            return 0;
        (void)err_set_errno(err, errno, "cannot leave the launcher's directory");
    }
    detach_undo(guest);
    undo_run(&guest->host_undo, guest);
    return -1;
}
