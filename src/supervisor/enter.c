/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/exe.h"
#include "host/io.h"
#include "host/ns.h"
#include "supervisor/enter-priv.h"
#include "supervisor/modes.h"

#define STATUS_MAX 65536

/* --- the command line --------------------------------------------------------------------------- */

static int
set_env(Enter *enter, char *text, Err *err)
{
    size_t name = strcspn(text, "=");

    for (int i = 0; i < enter->n_env; i++)
        if (strncmp(enter->env[i], text, name + 1) == 0) {
            enter->env[i] = text;
            return 0;
        }
    if (enter->n_env == ENTER_ENV_MAX)
        return err_set(err, "limit", "more than %d variables", ENTER_ENV_MAX);
    enter->env[enter->n_env++] = text;
    return 0;
}

/* "USER" or "USER:GROUP" */
static void
set_user(Enter *enter, char *text)
{
    char *colon = strchr(text, ':');

    enter->user = text;
    enter->group = "";
    if (colon) {
        *colon = '\0';
        enter->group = colon + 1;
    }
}

/* Only notes where the variables stand: those of the plan come before them. */
static int
parse(Enter *enter, int argc, char **argv, char **extra, int *ret_n_extra, Err *err)
{
    int i = 2;

    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *option = argv[i];
        bool has_value = strcmp(option, "--user") == 0 || strcmp(option, "--dir") == 0 ||
                         strcmp(option, "--env") == 0;

        if (has_value && ++i == argc)
            return err_set(err, "argument", "%s needs a value", option);
        if (strcmp(option, "--tty") == 0)
            enter->has_tty = true;
        else if (strcmp(option, "--user") == 0)
            set_user(enter, argv[i]);
        else if (strcmp(option, "--dir") == 0)
            enter->dir = argv[i];
        else if (strcmp(option, "--env") == 0 && strchr(argv[i], '=') > argv[i])
            extra[(*ret_n_extra)++] = argv[i];
        else if (strcmp(option, "--env") == 0)
            return err_set(err, "argument", "'%s' is no variable; write NAME=VALUE", argv[i]);
        else if (strcmp(option, "--noseclabel") != 0) /* there are no labels to leave out yet */
            return err_set(err, "argument", "unknown option '%s'", option);
    }
    if (i + 1 >= argc)
        return err_set(err, "argument", "no program to run; it stands behind --");
    enter->live = argv[1];
    enter->argv = argv + i + 1;
    return 0;
}

/* --- the guest ------------------------------------------------------------------------------------ */

static int
not_running(const Enter *enter, Err *err)
{
    const char *slash = strrchr(enter->live, '/');

    return err_set(err, "state", "guest '%s' is not running; start it first",
                   slash ? slash + 1 : enter->live);
}

static bool
is_alive(int live_fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = openat(live_fd, "alive", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool is_held = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

    io_close(&fd);
    return is_held;
}

static int
open_group(Enter *enter, const PlanOp *line, Err *err)
{
    bool is_v2 = strcmp(line->argv[1], "v2") == 0;
    int fd = open(line->argv[3], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_set_errno(err, errno, "cannot open the guest's group %s", line->argv[3]);
    if (is_v2 && enter->v2_fd < 0) {
        enter->v2_fd = fd;
    } else if (!is_v2 && enter->n_v1 < ENTER_GROUPS_MAX) {
        enter->v1_fds[enter->n_v1++] = fd;
    } else {
        io_close(&fd);
        return err_set(err, "internal", "the guest has more groups than can be joined");
    }
    return 0;
}

static int
take_line(Enter *enter, const PlanOp *line, bool *ret_is_running, Err *err)
{
    const char *key = line->argv[0];

    if (strcmp(key, "state") == 0 && line->argc == 2)
        *ret_is_running = strcmp(line->argv[1], "running") == 0;
    if (strcmp(key, "paused") == 0 && line->argc == 2 && strcmp(line->argv[1], "yes") == 0)
        return err_set(err, "state",
                       "the guest is suspended, a program would not run; resume it first");
    if (strcmp(key, "cgroup") == 0 && line->argc == 4)
        return open_group(enter, line, err);
    if (strcmp(key, "init") == 0 && line->argc == 3) {
        enter->init_pid = (pid_t)strtol(line->argv[1], NULL, 10);
        enter->init_pidfd = (int)syscall(SYS_pidfd_open, enter->init_pid, 0);
        /* the descriptor and the time together name a process that cannot be another one */
        if (enter->init_pidfd < 0 ||
            ns_start_time(enter->init_pid) != strtoull(line->argv[2], NULL, 10))
            return not_running(enter, err);
    }
    return 0;
}

/* The lines of status are written as those of plans. */
static int
read_status(Enter *enter, int live_fd, Err *err)
{
    char *text = malloc(STATUS_MAX);
    ssize_t size = text ? io_read_file(live_fd, "status", text, STATUS_MAX) : -1;
    bool is_running = false;
    PlanReader reader;
    PlanOp line;
    int result = 0;

    if (size < 0) {
        free(text);
        return err_set_errno(err, errno, "cannot read the status of the guest");
    }
    plan_reader_init(&reader, text, (size_t)size);
    while (result == 0 && plan_next(&reader, &line, err->text, sizeof err->text) > 0)
        result = take_line(enter, &line, &is_running, err);
    free(text);
    if (result == 0 && (!is_running || enter->init_pidfd < 0))
        return not_running(enter, err);
    return result;
}

static int
find_namespaces(Enter *enter, Err *err)
{
    static const struct {
        const char *name;
        int flag;
    } kinds[] = {{"user", CLONE_NEWUSER},    {"mnt", CLONE_NEWNS},  {"pid", CLONE_NEWPID},
                 {"ipc", CLONE_NEWIPC},      {"uts", CLONE_NEWUTS}, {"net", CLONE_NEWNET},
                 {"cgroup", CLONE_NEWCGROUP}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char path[64];
        struct stat own, other;

        (void)snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i].name);
        if (stat(path, &own) < 0)
            continue; /* this kernel has no such kind */
        (void)snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)enter->init_pid, kinds[i].name);
        if (stat(path, &other) < 0)
            return err_set_errno(err, errno, "cannot see the namespaces of the guest");
        if (own.st_ino != other.st_ino || own.st_dev != other.st_dev)
            enter->namespaces |= kinds[i].flag;
    }
    return 0;
}

static int
find_guest(Enter *enter, Err *err)
{
    int live_fd = open(enter->live, O_RDONLY | O_DIRECTORY | O_CLOEXEC), plan_fd = -1;
    const PlanStep *name;
    int result = -1;

    if (live_fd < 0 && errno != ENOENT)
        return err_set_errno(err, errno, "cannot open %s", enter->live);
    if (live_fd < 0 || !is_alive(live_fd))
        (void)not_running(enter, err);
    else if ((plan_fd = openat(live_fd, "plan", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
        (void)err_set_errno(err, errno, "cannot open the plan of the guest");
    else
        result = plan_load(&enter->plan, plan_fd, PLAN_ALL, err);
    if (result == 0) {
        name = plan_find(&enter->plan, PLAN_OBJECT, "name");
        enter->name = name ? name->argv[1] : "?";
        if (plan_find(&enter->plan, PLAN_GUEST, "namespaces"))
            result = read_status(enter, live_fd, err);
        else
            result =
                err_set(err, "unsupported", "'%s' is no guest that can be entered", enter->name);
    }
    io_close(&plan_fd);
    io_close(&live_fd);
    return result == 0 ? find_namespaces(enter, err) : -1;
}

/* As init's; the terminal's kind is the caller's, and what describes init itself is left out. */
static int
make_env(Enter *enter, char **extra, int n_extra, Err *err)
{
    const PlanPhase *phase = &enter->plan.phase[PLAN_INIT];
    char *text;

    for (int i = 0; i < phase->n; i++) {
        char **argv = phase->steps[i].argv;

        if (strcmp(argv[0], "env") != 0 || strcmp(argv[1], "TERM") == 0 ||
            strcmp(argv[1], "HOME") == 0 || strcmp(argv[1], "LIBVIRT_LXC_CMDLINE") == 0)
            continue;
        if (asprintf(&text, "%s=%s", argv[1], argv[2]) < 0)
            return err_set_errno(err, ENOMEM, "cannot make the environment");
        if (set_env(enter, text, err) < 0)
            return -1;
    }
    if (enter->has_tty) {
        if (asprintf(&text, "TERM=%s", enter->term && *enter->term ? enter->term : "linux") < 0)
            return err_set_errno(err, ENOMEM, "cannot make the environment");
        if (set_env(enter, text, err) < 0)
            return -1;
    }
    for (int i = 0; i < n_extra; i++) {
        if (set_env(enter, extra[i], err) < 0)
            return -1;
        enter->has_home = enter->has_home || strncmp(extra[i], "HOME=", 5) == 0;
    }
    return 0;
}

/* --- running --------------------------------------------------------------------------------------- */

static void
take_answer(EnterAnswer *answer, const char *text, size_t size, int fd)
{
    if (text[0] == 'P' && size == 1 + sizeof answer->pid)
        memcpy(&answer->pid, text + 1, sizeof answer->pid);
    if (text[0] == 'T' && answer->tty_fd < 0)
        answer->tty_fd = fd;
    else
        io_close(&fd);
    if (text[0] == 'E' && size >= 2) {
        answer->status = (unsigned char)text[1];
        (void)snprintf(answer->text, sizeof answer->text, "%.*s", (int)(size - 2), text + 2);
    }
}

static bool
take_packet(int socket, EnterAnswer *answer)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    char text[ERR_TEXT_MAX + 2];
    struct iovec part = {text, sizeof text};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    int fd = -1;

    if (n <= 0)
        return n < 0 && errno == EINTR;
    if (CMSG_FIRSTHDR(&message) && control.header.cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
    take_answer(answer, text, (size_t)n, fd);
    return true;
}

/* A signal that asks us to end; others are of no meaning before the program runs. */
static int
take_signal(int signal_fd)
{
    struct signalfd_siginfo info;

    while (read(signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD && info.ssi_signo != SIGWINCH)
            return (int)info.ssi_signo;
    return 0;
}

/* Until both children have closed their end: the program runs, or it is known why not. */
static void
listen_to(const Enter *enter, int socket, EnterAnswer *answer)
{
    for (;;) {
        struct pollfd wait[] = {{socket, POLLIN, 0}, {enter->signal_fd, POLLIN, 0}};

        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            return;
        /* the socket first: once the program runs, signals are for it */
        if (wait[0].revents && !take_packet(socket, answer))
            return;
        if (!wait[0].revents && wait[1].revents && (answer->signal = take_signal(enter->signal_fd)))
            return;
    }
}

static int
run(Enter *enter, EnterAnswer *answer, Err *err)
{
    int pair[2];
    pid_t pid;

    for (int fd = 0; fd < 3 && !enter->size.ws_col; fd++)
        if (ioctl(fd, TIOCGWINSZ, &enter->size) < 0)
            enter->size.ws_col = 0;
    if (!enter->has_tty && enter_pipes_make(&enter->pipes, err) < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set_errno(err, errno, "cannot enter guest '%s'", enter->name);
    enter->socket = pair[1];
    enter->signal_fd = enter_catch_signals();
    pid = enter->signal_fd < 0 ? -1 : ns_clone(0, enter->v2_fd, NULL);
    if (pid == 0)
        enter_child_main(enter);
    io_close(&pair[1]);
    enter_pipes_part(&enter->pipes);
    if (pid < 0) {
        io_close(&pair[0]);
        return err_set_errno(err, errno, "cannot make a process for guest '%s'", enter->name);
    }
    listen_to(enter, pair[0], answer);
    io_close(&pair[0]);
    /* whatever they wait for, a thaw of the guest it may be, they must not go on */
    if (answer->signal) {
        (void)kill(pid, SIGKILL);
        if (answer->pid)
            (void)kill(answer->pid, SIGKILL);
        return 0;
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    if (answer->pid == 0 && answer->status < 0)
        return err_set(err, "state", "guest '%s' ended before the program ran", enter->name);
    return 0;
}

static int
complain(const char *text, int status)
{
    (void)fprintf(stderr, "error: %s\n", text);
    return status;
}

static int
exit_status(int status)
{
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    return WEXITSTATUS(status);
}

int
enter_main(int argc, char **argv, const char *term)
{
    static Enter enter; /* large */
    static EnterAnswer answer = {.tty_fd = -1, .status = -1};
    char **extra = calloc((size_t)argc, sizeof *extra);
    int n_extra = 0, status;
    Err err = {0};

    enter.term = term;
    enter.init_pidfd = enter.v2_fd = -1;
    for (int fd = 0; fd < 3; fd++)
        enter.pipes.outer[fd] = enter.pipes.inner[fd] = -1;
    if (!extra || parse(&enter, argc, argv, extra, &n_extra, &err) < 0)
        return complain(err.text, ENTER_FAILED);
    if (find_guest(&enter, &err) < 0 || make_env(&enter, extra, n_extra, &err) < 0 ||
        run(&enter, &answer, &err) < 0)
        return complain(err.text, ENTER_FAILED);
    if (answer.signal)
        return 128 + answer.signal;
    if (answer.status >= 0) {
        if (answer.pid)
            (void)waitpid(answer.pid, NULL, 0);
        return complain(answer.text, answer.status);
    }
    status = enter_attend(&answer, &enter.pipes, enter.signal_fd);
    return status < 0 ? complain("lost the program that was started", ENTER_FAILED)
                      : exit_status(status);
}
