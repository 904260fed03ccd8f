/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Part of lodge-supervisor-fault: the calls that the linker was told to wrap (--wrap, see meson.build).
 * The count lies in a mapped file, which the supervisor shares with its child and with the test: the
 * child cannot open it any more once it has changed its root. Once the Nth call has failed, all others
 * work: what is tested is that one failure anywhere is taken back whole. */
#include "supervisor/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"

typedef struct {
    atomic_int left; /* calls until the one that fails; 0 or less: none */
    atomic_int hold; /* 1: that call does not fail: it waits until the test makes this 0 */
    char name[56];   /* of the call */
} Fault;

static Fault *fault;

int
fault_arm(const char *number, const char *file, Err *err)
{
    uint64_t value = 0;
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (io_parse_u64(number, INT32_MAX, &value) < 0)
        return err_set(err, "config", "bad number of a fault");
    if (fd >= 0 && ftruncate(fd, sizeof *fault) == 0)
        fault = mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    io_close(&fd);
    if (!fault || fault == MAP_FAILED) {
        fault = NULL;
        return err_set_errno(err, errno, "cannot arm the fault");
    }
    atomic_store(&fault->hold, number[0] == '0');
    atomic_store(&fault->left, (int)value);
    return 0;
}

void
fault_disarm(void)
{
    if (fault)
        atomic_store(&fault->left, 0);
}

int
fault_is_armed(void)
{
    return fault != NULL;
}

static int
fails(const char *name)
{
    if (!fault || atomic_load(&fault->left) <= 0 || atomic_fetch_sub(&fault->left, 1) != 1)
        return 0;
    (void)snprintf(fault->name, sizeof fault->name, "%s", name);
    if (atomic_load(&fault->hold)) {
        while (atomic_load(&fault->hold))
            (void)poll(NULL, 0, 1);
        return 0;
    }
    errno = EIO;
    return 1;
}

#define WRAP(type, name, bad, params, args)                                                        \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        return fails(#name) ? (bad) : __real_##name args;                                          \
    }

struct rlimit;
struct rlimit64;
struct msghdr;
struct sockaddr;
struct mount_attr;
struct epoll_event;
struct iovec;

WRAP(int, open64, -1, (const char *p, int f, int m), (p, f, m))
WRAP(int, openat64, -1, (int d, const char *p, int f, int m), (d, p, f, m))
WRAP(long, syscall, -1, (long n, long a, long b, long c, long d, long e, long f),
     (n, a, b, c, d, e, f))
WRAP(ssize_t, write, -1, (int d, const void *p, size_t n), (d, p, n))
WRAP(ssize_t, read, -1, (int d, void *p, size_t n), (d, p, n))
WRAP(ssize_t, pread64, -1, (int d, void *p, size_t n, off64_t o), (d, p, n, o))
WRAP(ssize_t, readlink, -1, (const char *p, char *b, size_t n), (p, b, n))
WRAP(int, mkdir, -1, (const char *p, mode_t m), (p, m))
WRAP(int, mkdirat, -1, (int d, const char *p, mode_t m), (d, p, m))
WRAP(int, mknodat, -1, (int d, const char *p, mode_t m, dev_t v), (d, p, m, v))
WRAP(int, symlinkat, -1, (const char *t, int d, const char *p), (t, d, p))
WRAP(int, renameat, -1, (int d, const char *p, int e, const char *q), (d, p, e, q))
WRAP(int, fstat64, -1, (int d, void *s), (d, s))
WRAP(int, mount, -1, (const char *s, const char *t, const char *y, unsigned long f, const void *d),
     (s, t, y, f, d))
WRAP(int, umount2, -1, (const char *t, int f), (t, f))
WRAP(int, fsopen, -1, (const char *n, unsigned f), (n, f))
WRAP(int, fsconfig, -1, (int d, unsigned c, const char *k, const void *v, int a), (d, c, k, v, a))
WRAP(int, fsmount, -1, (int d, unsigned f, unsigned a), (d, f, a))
WRAP(int, open_tree, -1, (int d, const char *p, unsigned f), (d, p, f))
WRAP(int, move_mount, -1, (int d, const char *p, int e, const char *q, unsigned f), (d, p, e, q, f))
WRAP(int, mount_setattr, -1, (int d, const char *p, unsigned f, struct mount_attr *a, size_t n),
     (d, p, f, a, n))
WRAP(int, socket, -1, (int d, int t, int p), (d, t, p))
WRAP(int, socketpair, -1, (int d, int t, int p, int *v), (d, t, p, v))
WRAP(int, bind, -1, (int d, const struct sockaddr *a, unsigned n), (d, a, n))
WRAP(int, listen, -1, (int d, int n), (d, n))
WRAP(ssize_t, send, -1, (int d, const void *p, size_t n, int f), (d, p, n, f))
WRAP(ssize_t, sendto, -1,
     (int d, const void *p, size_t n, int f, const struct sockaddr *a, unsigned m),
     (d, p, n, f, a, m))
WRAP(ssize_t, sendmsg, -1, (int d, const struct msghdr *m, int f), (d, m, f))
WRAP(ssize_t, recv, -1, (int d, void *p, size_t n, int f), (d, p, n, f))
WRAP(ssize_t, recvmsg, -1, (int d, struct msghdr *m, int f), (d, m, f))
WRAP(int, ioctl, -1, (int d, unsigned long r, void *a), (d, r, a))
WRAP(int, dup2, -1, (int a, int b), (a, b))
WRAP(int, fchdir, -1, (int d), (d))
WRAP(int, chdir, -1, (const char *p), (p))
WRAP(int, fchown, -1, (int d, uid_t u, gid_t g), (d, u, g))
WRAP(int, fchmodat, -1, (int d, const char *p, mode_t m, int f), (d, p, m, f))
WRAP(int, sethostname, -1, (const char *p, size_t n), (p, n))
WRAP(int, unshare, -1, (int f), (f))
WRAP(int, setns, -1, (int d, int t), (d, t))
WRAP(int, prctl, -1, (int o, long a, long b, long c, long d), (o, a, b, c, d))
WRAP(int, setgroups, -1, (size_t n, const gid_t *g), (n, g))
WRAP(int, setresgid, -1, (gid_t a, gid_t b, gid_t c), (a, b, c))
WRAP(int, setresuid, -1, (uid_t a, uid_t b, uid_t c), (a, b, c))
WRAP(int, setrlimit64, -1, (unsigned r, const struct rlimit64 *l), (r, l))
WRAP(int, epoll_create1, -1, (int f), (f))
WRAP(int, epoll_ctl, -1, (int e, int o, int d, struct epoll_event *v), (e, o, d, v))
WRAP(int, execve, -1, (const char *p, char *const *a, char *const *e), (p, a, e))
WRAP(void *, mmap64, MAP_FAILED, (void *a, size_t n, int p, int f, int d, off64_t o),
     (a, n, p, f, d, o))
WRAP(void *, malloc, NULL, (size_t n), (n))
WRAP(void *, calloc, NULL, (size_t n, size_t s), (n, s))
WRAP(void *, realloc, NULL, (void *p, size_t n), (p, n))
WRAP(int, pipe2, -1, (int v[2], int f), (v, f))
WRAP(ssize_t, sendfile64, -1, (int o, int i, off64_t *p, size_t n), (o, i, p, n))
WRAP(int, fchownat, -1, (int d, const char *p, uid_t u, gid_t g, int f), (d, p, u, g, f))
WRAP(off64_t, lseek64, -1, (int d, off64_t o, int w), (d, o, w))
