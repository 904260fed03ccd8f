/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/payload.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/capset.h"
#include "host/io.h"
#include "host/seccomp.h"
#include "supervisor/plan-ops.h"

#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static const struct {
    const char *name;
    int resource;
} limits[] = {
    {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK},
};

static int
parse_limit(const char *text, rlim_t *ret)
{
    uint64_t value = 0;

    if (strcmp(text, "unlimited") == 0) {
        *ret = RLIM_INFINITY;
        return 0;
    }
    if (io_parse_u64(text, UINT64_MAX - 1, &value) < 0)
        return -1;
    *ret = (rlim_t)value;
    return 0;
}

static int
set_limit(const PlanStep *step, Err *err)
{
    struct rlimit limit;

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (strcmp(limits[i].name, step->argv[1]) != 0)
            continue;
        if (parse_limit(step->argv[2], &limit.rlim_cur) < 0 ||
            parse_limit(step->argv[3], &limit.rlim_max) < 0)
            return err_set(err, "config", "plan line %d: bad limit", step->line);
        if (setrlimit((__rlimit_resource_t)limits[i].resource, &limit) < 0)
            return err_set_errno(err, errno, "cannot set the limit '%s' to %s %s", step->argv[1],
                                 step->argv[2], step->argv[3]);
        return 0;
    }
    return err_set(err, "config", "plan line %d: unknown limit '%s'", step->line, step->argv[1]);
}

static int
become_user(const PayloadUser *user, bool keep_capabilities, Err *err)
{
    if (setgroups((size_t)user->n_groups, user->groups) < 0)
        return err_set_errno(err, errno, "cannot set the groups of user %u", user->uid);
    if (setresgid(user->gid, user->gid, user->gid) < 0)
        return err_set_errno(err, errno, "cannot become group %u", user->gid);
    if (keep_capabilities && prctl(PR_SET_KEEPCAPS, 1) < 0)
        return err_set_errno(err, errno, "cannot keep capabilities");
    if (setresuid(user->uid, user->uid, user->uid) < 0)
        return err_set_errno(err, errno, "cannot become user %u", user->uid);
    return 0;
}

int
payload_confine(const Plan *plan, const PayloadUser *user, Err *err)
{
    const PlanPhase *phase = &plan->phase[PLAN_PAYLOAD];
    const PlanStep *seccomp = plan_find(plan, PLAN_PAYLOAD, "seccomp");
    const PlanStep *capabilities = plan_find(plan, PLAN_PAYLOAD, "capabilities");
    bool is_unprivileged = plan_find(plan, PLAN_PAYLOAD, "no-new-privileges") != NULL;
    bool is_filtered = seccomp && strcmp(seccomp->argv[1], "none") != 0;
    bool filter_first = is_filtered && !is_unprivileged; /* installing it needs sys_admin then */
    bool may_bound = user || geteuid() == 0; /* a session's machine has nothing to give up */
    uint64_t keep = CAPSET_ALL;

    for (int i = 0; i < phase->n; i++) {
        const PlanStep *step = &phase->steps[i];

        if (step->op == OP_RLIMIT && set_limit(step, err) < 0)
            return -1;
        if (step->op == OP_KEYRING && syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 &&
            errno != ENOSYS)
            return err_set_errno(err, errno, "cannot make a session keyring");
        if (step->op == OP_LABEL)
            return err_set(err, "unsupported", "plan line %d: this lodge knows no security labels",
                           step->line);
    }
    if (is_unprivileged && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_set_errno(err, errno, "cannot forbid new privileges");
    if (capabilities && (capset_parse(capabilities->argv[1], &keep, err) < 0 ||
                         (may_bound && capset_bound(keep, err) < 0)))
        return -1;
    if (user && become_user(user, filter_first, err) < 0)
        return -1;
    /* a change of user has emptied the effective set */
    if (filter_first && user && user->uid != 0 && capset_apply(CAPSET_ALL, err) < 0)
        return -1;
    if (filter_first && seccomp_install(keep, seccomp->argv + 2, seccomp->argc - 2, err) < 0)
        return -1;
    if (user && user->uid != 0)
        keep = 0;
    if ((capabilities || (user && user->uid != 0)) && capset_apply(keep, err) < 0)
        return -1;
    if (is_filtered && !filter_first &&
        seccomp_install(keep, seccomp->argv + 2, seccomp->argc - 2, err) < 0)
        return -1;
    return 0;
}

/* Along PATH, as a shell does; errno is that of the most telling try. */
static void
exec_along(const char *path, char *const *argv, char *const *envp)
{
    char file[PATH_MAX];
    int saved_errno = ENOENT;

    while (*path) {
        size_t length = strcspn(path, ":");

        if (length > 0 && io_format(file, sizeof file, "%.*s/%s", (int)length, path, argv[0]) > 0) {
            (void)execve(file, argv, envp);
            if (errno != ENOENT && errno != ENOTDIR)
                saved_errno = errno;
        }
        path += length + (path[length] == ':');
    }
    errno = saved_errno;
}

int
payload_exec(char *const *argv, char *const *envp, Err *err)
{
    const char *path = PATH_DEFAULT;
    int saved_errno;

    for (char *const *env = envp; *env; env++)
        if (strncmp(*env, "PATH=", 5) == 0)
            path = *env + 5;
    if (strchr(argv[0], '/'))
        (void)execve(argv[0], argv, envp);
    else
        exec_along(path, argv, envp);
    saved_errno = errno;
    (void)err_set_errno(err, saved_errno, "cannot run '%s' in the guest", argv[0]);
    if (saved_errno == ENOENT && strchr(argv[0], '/') && access(argv[0], F_OK) == 0)
        (void)err_hint(err, "it is there, but the interpreter or loader that it needs is not");
    else if (saved_errno == ENOENT)
        (void)err_hint(err, "put it into the guest's root, or name another program");
    else if (saved_errno == EACCES)
        (void)err_hint(err, "make it executable for the guest's user");
    else if (saved_errno == ENOEXEC)
        (void)err_hint(err, "it is no program of this machine, or a script without '#!'");
    return -1;
}
