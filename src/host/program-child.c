/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/program-child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

_Noreturn void
program_child(const ProgramChild *child)
{
    char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
    int in = child->in >= 0 ? child->in : open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t none;

    /* pipes of ours are never 0 to 2: the supervisor keeps those open */
    if (in < 0 || dup2(in, 0) < 0 || dup2(child->out, 1) < 0 || dup2(child->err, 2) < 0 ||
        syscall(SYS_close_range, 3U, ~0U, 0U) < 0)
        _exit(127);
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL); /* SIGKILL and SIGSTOP refuse, as they should */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    /* what a killed supervisor was doing must not go on behind the back of who cleans up after it */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != child->parent)
        _exit(127);
    (void)execve(child->argv[0], child->argv, environment);
    _exit(127);
}
