/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Phase host of a machine: what QEMU is to inherit. The supervisor opens it, so that QEMU needs no right to
 * anything on the host. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/machine-priv.h"
#include "supervisor/ops-tap.h"
#include "supervisor/plan-ops.h"

#define COPY_TURN (1 << 20)

int
machine_inherit(Machine *machine, int fd, const char *as, const PlanStep *step, Err *err)
{
    uint64_t number = 0;
    const char *why = NULL;

    if (io_parse_u64(as, MACHINE_FD_LAST, &number) < 0 || number < MACHINE_FD_FIRST)
        why = "is not between 20 and 499";
    else if (machine->n_fds == MACHINE_FDS_MAX)
        why = "is one too many";
    for (int i = 0; i < machine->n_fds && !why; i++)
        if (machine->fds[i].as == (int)number)
            why = "is given twice";
    if (why) {
        io_close(&fd);
        return err_set(err, "config", "plan line %d: descriptor '%s' %s", step->line, as, why);
    }
    machine->fds[machine->n_fds++] = (MachineFd){.fd = fd, .as = (int)number};
    return 0;
}

void
machine_drop_fds(Machine *machine)
{
    for (int i = 0; i < machine->n_fds; i++)
        io_close(&machine->fds[i].fd);
}

/* open FD PATH ro|rw|append|truncate [OFFSET] */
static int
do_open(Guest *guest, const PlanStep *step, Err *err)
{
    const char *path = step->argv[2], *mode = step->argv[3];
    int flags = strcmp(mode, "ro") == 0         ? O_RDONLY
                : strcmp(mode, "rw") == 0       ? O_RDWR
                : strcmp(mode, "append") == 0   ? O_WRONLY | O_CREAT | O_APPEND
                : strcmp(mode, "truncate") == 0 ? O_WRONLY | O_CREAT | O_APPEND | O_TRUNC
                                                : -1;
    uint64_t offset = 0;
    int fd;

    if (flags == -1 || (step->argc > 4 && io_parse_u64(step->argv[4], INT64_MAX, &offset) < 0))
        return err_set(err, "config", "plan line %d: bad mode or offset", step->line);
    /* a FIFO without its other end would wait for it here */
    fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd >= 0 && fcntl(fd, F_SETFL, flags & O_APPEND) < 0)
        io_close(&fd);
    if (fd < 0) {
        int saved_errno = errno;

        (void)err_set_errno(err, saved_errno, "cannot open '%s'", path);
        if (saved_errno == EROFS)
            (void)err_hint(err, "add <readonly/> to the disk");
        else if (saved_errno == ENXIO)
            (void)err_hint(err, "nobody has the other end of it open");
        return -1;
    }
    if (offset > 0 && lseek(fd, (off_t)offset, SEEK_SET) < 0) {
        (void)err_set_errno(err, errno, "cannot read '%s'", path);
        io_close(&fd);
        return -1;
    }
    return machine_inherit(guest->machine, fd, step->argv[1], step, err);
}

/* A path of a socket has room for 107 bytes, ours may be longer: the folder is opened first. */
static int
open_folder(const Guest *guest, const char *path, const char **ret_name, Err *err)
{
    const char *slash = strrchr(path, '/');
    char folder[4096] = ".";
    int fd;

    *ret_name = slash ? slash + 1 : path;
    if (slash &&
        io_format(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path) < 0)
        return err_set(err, "limit", "the path '%s' is too long", path);
    fd = openat(guest->live_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, errno, "cannot open the folder of the socket '%s'", path);
    return fd;
}

static bool
is_socket(int dir_fd, const char *name)
{
    struct stat st;

    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(st.st_mode);
}

static void
undo_listen(Guest *guest, int number)
{
    const char *name;
    int fd = open_folder(guest, guest_step(guest, number)->argv[2], &name, NULL);

    if (fd >= 0 && is_socket(fd, name))
        (void)unlinkat(fd, name, 0);
    io_close(&fd);
}

/* A socket is in use when somebody answers there. */
static bool
is_in_use(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool result = fd >= 0 && (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 ||
                              errno == EAGAIN);

    io_close(&fd);
    return result;
}

static int
set_rights(int dir_fd, const char *name, const PlanStep *step)
{
    uint64_t uid = 0, gid = 0;
    unsigned long mode = strtoul(step->argv[3], NULL, 8);

    if (fchmodat(dir_fd, name, (mode_t)(mode & 0777), 0) < 0)
        return -1;
    if (!*step->argv[4])
        return 0;
    if (io_parse_u64(step->argv[4], UINT32_MAX - 1, &uid) < 0 ||
        io_parse_u64(step->argv[5], UINT32_MAX - 1, &gid) < 0)
        return -1;
    return fchownat(dir_fd, name, (uid_t)uid, (gid_t)gid, AT_SYMLINK_NOFOLLOW);
}

/* listen FD PATH MODE UID GID */
static int
do_listen(Guest *guest, const PlanStep *step, Err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = step->argv[2], *name;
    int dir_fd = open_folder(guest, path, &name, err), fd = -1;

    if (dir_fd < 0)
        return -1;
    if (io_format(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir_fd, name) <
        0) {
        io_close(&dir_fd);
        return err_set(err, "limit", "the name of the socket '%s' is too long", path);
    }
    if (is_socket(dir_fd, name)) {
        if (is_in_use(&address)) {
            io_close(&dir_fd);
            return err_set(err, "exists", "the socket '%s' is in use by another program", path);
        }
        (void)unlinkat(dir_fd, name, 0);
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        undo_add(&guest->host_undo, undo_listen, guest_step_number(guest, step));
        if (set_rights(dir_fd, name, step) == 0 && listen(fd, 16) == 0) {
            io_close(&dir_fd);
            return machine_inherit(guest->machine, fd, step->argv[1], step, err);
        }
    }
    (void)err_set_errno(err, errno, "cannot listen on the socket '%s'", path);
    io_close(&fd);
    io_close(&dir_fd);
    return -1;
}

static int
make_pair(int pair[2], int flags, Err *err)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set_errno(err, errno, "cannot make a pair of sockets");
    if (flags && fcntl(pair[0], F_SETFL, O_RDWR | flags) < 0) {
        (void)err_set_errno(err, errno, "cannot make a pair of sockets");
        io_close(&pair[0]);
        io_close(&pair[1]);
        return -1;
    }
    return 0;
}

/* One end stays here, and is *ret; the other is QEMU's @as. */
static int
make_channel(Machine *machine, const char *as, const PlanStep *step, int *ret, Err *err)
{
    int pair[2];

    if (*ret >= 0)
        return err_set(err, "config", "plan line %d: it stands there twice", step->line);
    if (make_pair(pair, O_NONBLOCK, err) < 0)
        return -1;
    *ret = pair[0];
    return machine_inherit(machine, pair[1], as, step, err);
}

/* pair FD FD2 */
static int
do_pair(Guest *guest, const PlanStep *step, Err *err)
{
    int pair[2];

    if (make_pair(pair, 0, err) < 0)
        return -1;
    if (machine_inherit(guest->machine, pair[0], step->argv[1], step, err) == 0)
        return machine_inherit(guest->machine, pair[1], step->argv[2], step, err);
    io_close(&pair[1]);
    return -1;
}

/* monitor FD [TIMEOUT_MS] */
static int
do_monitor(Guest *guest, const PlanStep *step, Err *err)
{
    uint64_t timeout_ms = 0;

    if (step->argc > 2) {
        if (io_parse_u64(step->argv[2], 3600000, &timeout_ms) < 0 || timeout_ms == 0)
            return err_set(err, "config", "plan line %d: bad time", step->line);
        guest->machine->timeout_ms = (int)timeout_ms;
    }
    return make_channel(guest->machine, step->argv[1], step, &guest->machine->qmp_fd, err);
}

/* agent FD ALIAS */
static int
do_agent(Guest *guest, const PlanStep *step, Err *err)
{
    guest->machine->agent_alias = step->argv[2];
    return make_channel(guest->machine, step->argv[1], step, &guest->machine->agent_fd, err);
}

/* console-socket INDEX FD */
static int
do_console(Guest *guest, const PlanStep *step, Err *err)
{
    uint64_t index = 0;

    if (io_parse_u64(step->argv[1], GUEST_CONSOLES_MAX - 1, &index) < 0 ||
        (index > 0 && guest->consoles[index - 1].guest_fd < 0))
        return err_set(err, "config", "plan line %d: consoles are numbered from 0 to %d, in order",
                       step->line, GUEST_CONSOLES_MAX - 1);
    return make_channel(guest->machine, step->argv[2], step, &guest->consoles[index].guest_fd, err);
}

/* copy PATH NAME */
static int
do_copy(Guest *guest, const PlanStep *step, Err *err)
{
    Machine *machine = guest->machine;
    const char *path = step->argv[1], *name = step->argv[2];
    int in = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), out, saved_errno = 0;
    ssize_t n = 1;

    if (in < 0)
        return err_set_errno(err, errno, "cannot open '%s'", path);
    out = strchr(name, '/') ? -1
                            : openat(machine->work_fd, name,
                                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
    if (out < 0) {
        (void)err_set_errno(err, errno, "cannot make '%s/%s/%s'", guest->live, MACHINE_WORK, name);
        io_close(&in);
        return -1;
    }
    while (n > 0 || (n < 0 && errno == EINTR))
        n = sendfile(out, in, NULL, COPY_TURN);
    if (n < 0 || (machine->has_user && fchown(out, machine->uid, machine->gid) < 0))
        saved_errno = errno;
    io_close(&in);
    io_close(&out);
    if (!saved_errno)
        return 0;
    (void)err_set_errno(err, saved_errno, "cannot copy '%s' to '%s/%s'", path, guest->live,
                        MACHINE_WORK);
    return saved_errno == ENOSPC ? err_hint(err, "free some space there") : -1;
}

GuestOpFunc
ops_machine_find(int op)
{
    switch (op) {
    case OP_TAP:
        return tap_make;
    case OP_MACVTAP:
        return macvtap_make;
    case OP_OPEN:
        return do_open;
    case OP_LISTEN:
        return do_listen;
    case OP_PAIR:
        return do_pair;
    case OP_MONITOR:
        return do_monitor;
    case OP_CONSOLE_SOCKET:
        return do_console;
    case OP_AGENT:
        return do_agent;
    case OP_COPY:
        return do_copy;
    case OP_HELPER:
        return helper_start;
    default:
        return NULL;
    }
}

UndoFunc
ops_machine_undo(int op)
{
    switch (op) {
    case OP_LISTEN:
        return undo_listen;
    case OP_MACVTAP:
        return macvtap_undo;
    default:
        return NULL;
    }
}
