/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The policy as the kernel applies it: each call is made in a child under the filter, with arguments
 * that fail with an errno of their own when they get through. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/capset.h"
#include "host/seccomp.h"

#define SYS_ADMIN (UINT64_C(1) << 21)
#define FAILED    200 /* the filter could not be installed */

typedef struct {
    long number, args[4];
    int expected; /* errno; 0: success */
    uint64_t caps;
    const char *extra; /* a call allowed by name */
} Case;

static int
run(const Case *c)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        char *names[] = {(char *)c->extra, NULL};
        long result;

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
            seccomp_install(c->caps, names, c->extra ? 1 : 0, NULL) < 0)
            _exit(FAILED);
        errno = 0;
        result = syscall(c->number, c->args[0], c->args[1], c->args[2], c->args[3]);
        _exit(result == -1 ? errno : 0);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    if (WIFSIGNALED(status))
        return -WTERMSIG(status);
    return WEXITSTATUS(status);
}

static void
check(const Case *cases, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (run(&cases[i]) != cases[i].expected)
            g_error("case %zu, call %ld: %d instead of %d", i, cases[i].number, run(&cases[i]),
                    cases[i].expected);
}

static void
test_ordinary(void)
{
    const Case cases[] = {
        {SYS_getpid, {0}, 0},
        {SYS_read, {-1}, EBADF},
        {SYS_openat, {-1, (long)"x", 0}, EBADF},
        {SYS_chroot, {0}, EFAULT},
        {SYS_wait4, {-1, 0, 0, 0}, ECHILD},
        {SYS_kill, {1 << 30, 0}, ESRCH},
        {SYS_fchmod, {-1, 0}, EBADF},
        {SYS_setsid, {0}, 0},
        {SYS_prctl, {PR_GET_DUMPABLE}, 0},
        {SYS_memfd_create, {(long)"x", 0}, 0},
        {SYS_seccomp, {99}, EINVAL},
        {SYS_ptrace, {99, 1 << 30}, ESRCH},
        {SYS_epoll_create1, {0}, 0},
        {SYS_inotify_init1, {0}, 0},
        {SYS_sched_yield, {0}, 0},
        {SYS_getrandom, {0, 0, 0}, 0},
        {SYS_shmget, {0, 0, 0}, EINVAL},
        {SYS_execve, {(long)"/no/such/file", 0, 0}, ENOENT},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void
test_denied(void)
{
    const Case cases[] = {
        {SYS_mount, {0}, EPERM},
        {SYS_umount2, {0}, EPERM},
        {SYS_pivot_root, {0}, EPERM},
        {SYS_fsopen, {0}, EPERM},
        {SYS_setns, {-1, 0}, EPERM},
        {SYS_unshare, {CLONE_NEWUSER}, EPERM},
        {SYS_unshare, {CLONE_NEWTIME}, EPERM},
        {SYS_unshare, {CLONE_FS}, 0},
        {SYS_kexec_load, {0}, EPERM},
        {SYS_init_module, {0}, EPERM},
        {SYS_finit_module, {-1}, EPERM},
        {SYS_delete_module, {0}, EPERM},
        {SYS_bpf, {0}, EPERM},
        {SYS_perf_event_open, {0}, EPERM},
        {SYS_userfaultfd, {0}, EPERM},
        {SYS_keyctl, {0}, EPERM},
        {SYS_add_key, {0}, EPERM},
        {SYS_request_key, {0}, EPERM},
        {SYS_reboot, {0}, EPERM},
        {SYS_settimeofday, {0}, EPERM},
        {SYS_clock_settime, {0}, EPERM},
        {SYS_swapon, {0}, EPERM},
        {SYS_acct, {0}, EPERM},
        {SYS_sethostname, {0}, EPERM},
        {SYS_syslog, {10}, EPERM},
        {SYS_open_by_handle_at, {-1}, EPERM},
        {SYS_fanotify_init, {0}, EPERM},
        {SYS_pidfd_getfd, {-1}, EPERM},
        {425 /* io_uring_setup */, {0}, EPERM},
        {426 /* io_uring_enter */, {-1}, EPERM},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void
test_arguments(void)
{
    const Case cases[] = {
        {SYS_socket, {AF_UNIX, SOCK_STREAM, 0}, 0},
        {SYS_socket, {AF_INET, SOCK_STREAM, 0}, 0},
        {SYS_socket, {AF_NETLINK, SOCK_RAW, 0}, 0},
        {SYS_socket, {AF_ALG, SOCK_SEQPACKET, 0}, EPERM},
        {SYS_socket, {AF_VSOCK, SOCK_STREAM, 0}, EPERM},
        {SYS_socket, {AF_BLUETOOTH, SOCK_RAW, 0}, EPERM},
        /* the kernel looks at the low half only, and so must the filter */
        {SYS_socket, {(1L << 32) | AF_VSOCK, SOCK_STREAM, 0}, EPERM},
        {SYS_socketpair, {AF_VSOCK, SOCK_STREAM, 0}, EPERM},
        {SYS_ioctl, {-1, TCGETS}, EBADF},
        {SYS_ioctl, {-1, TIOCSTI}, EPERM},
        {SYS_ioctl, {-1, (1L << 32) | TIOCSTI}, EPERM},
        {SYS_ioctl, {-1, TIOCLINUX}, EPERM},
        {SYS_personality, {0xffffffff}, 0},
        {SYS_personality, {ADDR_NO_RANDOMIZE}, 0},
        {SYS_personality, {READ_IMPLIES_EXEC}, EPERM},
        {SYS_personality, {(1L << 32) | READ_IMPLIES_EXEC}, EPERM},
        {SYS_clone, {CLONE_NEWUSER | SIGCHLD}, EPERM},
        {SYS_clone, {CLONE_NEWNS | SIGCHLD}, EPERM},
        {SYS_clone, {CLONE_SIGHAND}, EINVAL},
        {SYS_clone3, {0, 0}, ENOSYS},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void
test_unknown(void)
{
    const Case cases[] = {
        {400, {0}, ENOSYS},
        {423, {0}, ENOSYS},
        {600, {0}, ENOSYS},
        {5000, {0}, ENOSYS},
#ifdef __x86_64__
        {0x40000000 + 1, {0}, ENOSYS}, /* x32 */
        {0x40000000 + 520, {0}, ENOSYS},
#endif
        {0x7fffffff, {0}, ENOSYS},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void
test_capabilities(void)
{
    const Case cases[] = {
        {SYS_setns, {-1, 0}, EBADF, SYS_ADMIN},
        {SYS_fsopen, {0}, geteuid() ? EPERM : EFAULT, SYS_ADMIN},
        {SYS_clone3, {0, 0}, EINVAL, SYS_ADMIN},
        {SYS_clone, {CLONE_NEWNS | CLONE_FS}, EINVAL, SYS_ADMIN},
        {SYS_bpf, {-1}, EINVAL, UINT64_C(1) << 39},
        {SYS_bpf, {-1}, EPERM, UINT64_C(1) << 22},
        {SYS_kexec_load, {0}, EPERM, CAPSET_ALL},
        {SYS_open_by_handle_at, {-1, 0, 0}, EFAULT, UINT64_C(1) << 2},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void
test_named(void)
{
    const Case cases[] = {
        {SYS_keyctl, {99999}, EOPNOTSUPP, 0, "keyctl"},
        {SYS_socket, {AF_ALG, 99, 0}, EINVAL, 0, "socket"},
        {SYS_add_key, {0}, EPERM, 0, "keyctl"},
    };

    check(cases, G_N_ELEMENTS(cases));
}

static void
test_bad_names(void)
{
    char *bad[] = {(char *)"read", (char *)"raed"};
    static char *many[4000];
    Err err = {0};

    g_assert_cmpint(seccomp_install(0, bad, 2, &err), ==, -1);
    g_assert_cmpstr(err.text, ==, "'raed' is no system call; see syscalls(2)");
    for (gsize i = 0; i < G_N_ELEMENTS(many); i++)
        many[i] = (char *)"read";
    g_assert_cmpint(seccomp_install(0, many, G_N_ELEMENTS(many), &err), ==, -1);
    g_assert_cmpstr(err.word, ==, "limit");
    g_assert_true(seccomp_is_call("keyctl"));
    g_assert_false(seccomp_is_call("nosuchcall"));
    g_assert_false(seccomp_is_call(""));
}

#ifdef __x86_64__
static long
call_i386(long number, long a, long b)
{
    long result;

    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(0L) : "memory");
    return result;
}

static int
run_i386(long number, long a, long b)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || seccomp_install(0, NULL, 0, NULL) < 0)
            _exit(FAILED);
        _exit((int)-call_i386(number, a, b) & 0xff);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* The other entry to the same kernel has its own list, not a hole. */
static void
test_i386(void)
{
    pid_t child = fork();
    int status;

    if (child == 0)
        _exit(call_i386(20, 0, 0) == getpid() ? 0 : 77);
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        g_test_skip("needs a kernel that runs 32-bit programs");
        return;
    }
    g_assert_cmpint(run_i386(6 /* close */, -1, 0), ==, EBADF);
    g_assert_cmpint(run_i386(21 /* mount */, 0, 0), ==, EPERM);
    g_assert_cmpint(run_i386(102 /* socketcall */, 1, 0), ==, ENOSYS);
    g_assert_cmpint(run_i386(120 /* clone */, CLONE_NEWUSER, 0), ==, EPERM);
    g_assert_cmpint(run_i386(359 /* socket */, AF_VSOCK, SOCK_STREAM), ==, EPERM);
    g_assert_cmpint(run_i386(54 /* ioctl */, -1, TIOCSTI), ==, EPERM);
    g_assert_cmpint(run_i386(222 /* unused */, 0, 0), ==, ENOSYS);
    g_assert_cmpint(run_i386(435 /* clone3 */, 0, 0), ==, ENOSYS);
}
#endif

/* Each name of the policy is one that this build's libseccomp knows on some architecture; the generator
 * only notes it, because an older libseccomp may know fewer. */
static void
test_policy_names(void)
{
    g_autofree char *path =
        g_build_filename(g_getenv("SOURCE"), "data", "seccomp-policy.csv", NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    int n = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (int i = 0; lines[i]; i++) {
        g_auto(GStrv) columns = g_strsplit(lines[i], ",", 5);

        if (*lines[i] == '#' || g_strv_length(columns) < 5 || strcmp(columns[1], "call") == 0 ||
            strcmp(columns[1], "*") == 0)
            continue;
        n += seccomp_is_call(columns[1]);
    }
    g_assert_cmpint(n, >, 350);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/host/seccomp/ordinary", test_ordinary);
    g_test_add_func("/host/seccomp/denied", test_denied);
    g_test_add_func("/host/seccomp/arguments", test_arguments);
    g_test_add_func("/host/seccomp/unknown", test_unknown);
    g_test_add_func("/host/seccomp/capabilities", test_capabilities);
    g_test_add_func("/host/seccomp/named", test_named);
    g_test_add_func("/host/seccomp/bad-names", test_bad_names);
#ifdef __x86_64__
    g_test_add_func("/host/seccomp/i386", test_i386);
#endif
    g_test_add_func("/host/seccomp/policy-names", test_policy_names);
    return g_test_run();
}
