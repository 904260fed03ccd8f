/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Phase object of the plan, and the descriptors that the launcher hands over. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/control.h"
#include "supervisor/fault.h"
#include "supervisor/guest-priv.h"
#include "supervisor/machine.h"
#include "supervisor/plan-ops.h"

static int
load_on(Guest *guest, const PlanStep *step, Err *err)
{
    static const char *const events[GUEST_ON_LAST] = {
        [GUEST_ON_POWEROFF] = "poweroff", [GUEST_ON_REBOOT] = "reboot", [GUEST_ON_CRASH] = "crash"};
    bool restart = strcmp(step->argv[2], "restart") == 0;
    bool preserve = guest->machine && strcmp(step->argv[2], "preserve") == 0;

    for (int i = 0; i < GUEST_ON_LAST; i++)
        if (strcmp(step->argv[1], events[i]) == 0 &&
            (restart || preserve || strcmp(step->argv[2], "destroy") == 0)) {
            guest->restarts[i] = restart;
            guest->preserves[i] = preserve;
            return 0;
        }
    return err_set(err, "config", "plan line %d: unknown event or action", step->line);
}

static int
load_log(Guest *guest, const PlanStep *step, Err *err)
{
    uint64_t keep = 0;

    guest->log_path = step->argv[1];
    if (io_parse_u64(step->argv[2], INT64_MAX, &guest->log_max_bytes) < 0 ||
        io_parse_u64(step->argv[3], 100, &keep) < 0)
        return err_set(err, "config", "plan line %d: bad number", step->line);
    guest->log_keep = (unsigned)keep;
    return 0;
}

static int
load_number(const PlanStep *step, int *ret, Err *err)
{
    uint64_t value = 0;

    if (io_parse_u64(step->argv[1], INT32_MAX, &value) < 0)
        return err_set(err, "config", "plan line %d: bad number", step->line);
    *ret = (int)value;
    return 0;
}

static int
load_step(Guest *guest, const PlanStep *step, Err *err)
{
    const char *arg = step->argc > 1 ? step->argv[1] : "";

    switch (step->op) {
    case OP_KIND:
        guest->is_network = strcmp(arg, "network") == 0;
        if (strcmp(arg, "machine") == 0)
            return machine_new(guest, err);
        if (!guest->is_network && strcmp(arg, "guest") != 0)
            return err_set(err, "config", "plan line %d: unknown kind '%s'", step->line, arg);
        break;
    case OP_DRIVER:
        guest->driver = arg;
        break;
    case OP_NAME:
        guest->name = arg;
        break;
    case OP_UUID:
        guest->uuid = arg;
        break;
    case OP_LIVE:
        guest->live = arg;
        break;
    case OP_EVENTS:
        guest->events = arg;
        break;
    case OP_LOG:
        return load_log(guest, step, err);
    case OP_TRANSIENT:
        guest->transient = true;
        break;
    case OP_ON:
        return load_on(guest, step, err);
    case OP_LINGER:
        return load_number(step, &guest->linger_ms, err);
#ifdef LODGE_FAULT
    case OP_FAULT:
        return fault_arm(arg, step->argv[2], err);
#endif
    default:
        break;
    }
    return 0;
}

static bool
is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* Started by hand: the descriptors of control.h are not there. */
static int
take_descriptors(Guest *guest, int live_fd, int alive_fd, int launch_fd, Err *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    guest->live_fd = live_fd;
    if (!is_open(live_fd)) {
        int fd = open(guest->live, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
            return err_set_errno(err, errno, "cannot open the live directory '%s'", guest->live);
        guest->live_fd = dup3(fd, live_fd, O_CLOEXEC) < 0 ? fd : live_fd;
        if (guest->live_fd != fd)
            io_close(&fd);
    }
    guest->launch_fd = is_open(launch_fd) ? launch_fd : -1;
    guest->alive_fd = alive_fd;
    if (!is_open(alive_fd)) {
        int fd = openat(guest->live_fd, "alive", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) < 0) {
            int saved_errno = errno;

            io_close(&fd);
            guest->alive_fd = -1;
            if (saved_errno == EAGAIN || saved_errno == EACCES)
                return err_set(err, "busy", "'%s' is running already", guest->name);
            return err_set_errno(err, saved_errno, "cannot lock '%s/alive'", guest->live);
        }
        if (fd != alive_fd && dup3(fd, alive_fd, O_CLOEXEC) >= 0)
            io_close(&fd);
        else
            guest->alive_fd = fd;
    }
    for (int fd = live_fd < launch_fd ? live_fd : launch_fd; fd <= alive_fd; fd++)
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

/* LIVE/plan, for `enter` and `clean`, when the launcher has not written it. */
static int
keep_plan(Guest *guest, int plan_fd, Err *err)
{
    char buf[4096];
    off_t at = 0;
    ssize_t n;
    int fd, result = 0;

    if (faccessat(guest->live_fd, "plan", F_OK, 0) == 0)
        return 0;
    fd = openat(guest->live_fd, "plan", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (fd >= 0 && result == 0 && (n = pread(plan_fd, buf, sizeof buf, at)) > 0) {
        result = io_write_all(fd, buf, (size_t)n);
        at += n;
    }
    if (fd < 0 || result < 0)
        result = err_set_errno(err, errno, "cannot write '%s/plan'", guest->live);
    io_close(&fd);
    return result;
}

void
guest_init(Guest *guest)
{
    *guest = (Guest){.live_fd = -1,
                     .alive_fd = -1,
                     .launch_fd = -1,
                     .ahead_fd = -1,
                     .init_pidfd = -1,
                     .child_socket = -1,
                     .guest_rtnl = -1,
                     .freezer = -1};
    for (int i = 0; i < GUEST_CONSOLES_MAX; i++)
        guest->consoles[i] = (GuestConsole){.guest_fd = -1, .host_fd = -1, .host_slave_fd = -1};
}

int
guest_load_plan(Guest *guest, int plan_fd, PlanTrust trust, Err *err)
{
    const PlanPhase *object;
    const PlanStep *files;
    int n_files = 0;

    if (plan_load(&guest->plan, plan_fd, trust, err) < 0)
        return -1;
    object = &guest->plan.phase[PLAN_OBJECT];
    for (int i = 0; i < object->n; i++)
        if (load_step(guest, &object->steps[i], err) < 0 && trust == PLAN_ALL)
            return -1;
    files = plan_find(&guest->plan, PLAN_INIT, "files");
    if (files && (load_number(files, &n_files, err) < 0 || n_files > SUPERVISOR_FILES_MAX))
        return err_set(err, "limit", "plan line %d: init gets at most %d descriptors", files->line,
                       SUPERVISOR_FILES_MAX);
    guest->n_files = (unsigned)n_files;
    if (!guest->name || !guest->driver || !guest->live || guest->live[0] != '/')
        return err_set(err, "config", "the plan does not say driver, name and live directory");
    return 0;
}

int
guest_load(Guest *guest, int plan_fd, int live_fd, int alive_fd, int launch_fd, Err *err)
{
    guest_init(guest);
    guest->launch_fd = is_open(launch_fd) ? launch_fd : -1; /* to say what is wrong with the plan */
    if (guest_load_plan(guest, plan_fd, PLAN_ALL, err) < 0 ||
        take_descriptors(guest, live_fd, alive_fd, launch_fd, err) < 0 ||
        keep_plan(guest, plan_fd, err) < 0)
        return -1;
    (void)close(plan_fd);
    return 0;
}
