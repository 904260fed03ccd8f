/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/enter-priv.h"

#define BUFFER     65536
#define LAST_READS 32

typedef struct {
    pid_t pid;
    int tty_fd, signal_fd;
    bool is_raw; /* the caller's terminal was changed and has to be given back */
    bool input_ended;
    struct termios former;
    char input[4096]; /* typed, not taken by the program's terminal yet */
    size_t input_at, input_size;
    char output[BUFFER];
} Attend;

static const int forwarded[] = {SIGINT,  SIGTERM, SIGHUP,   SIGQUIT,
                                SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD};

static void
make_raw(Attend *attend)
{
    struct termios raw;

    if (attend->tty_fd < 0 || tcgetattr(0, &attend->former) < 0)
        return;
    raw = attend->former;
    cfmakeraw(&raw);
    attend->is_raw = tcsetattr(0, TCSADRAIN, &raw) == 0;
}

static void
give_back(Attend *attend)
{
    if (attend->is_raw)
        (void)tcsetattr(0, TCSADRAIN, &attend->former);
    attend->is_raw = false;
}

static void
forward(const Attend *attend, int signal)
{
    struct winsize size;

    if (signal == SIGWINCH) {
        if (attend->tty_fd >= 0 && ioctl(0, TIOCGWINSZ, &size) == 0)
            (void)ioctl(attend->tty_fd, TIOCSWINSZ, &size);
        return;
    }
    /* what a terminal sends goes to the program and its children, as a terminal sends it */
    if ((signal == SIGINT || signal == SIGQUIT || signal == SIGHUP) &&
        kill(-attend->pid, signal) == 0)
        return;
    (void)kill(attend->pid, signal);
}

/* Returns: true when the program has ended, with *ret_status */
static bool
take_signals(Attend *attend, int *ret_status)
{
    struct signalfd_siginfo info;

    while (read(attend->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD)
            forward(attend, (int)info.ssi_signo);
    return waitpid(attend->pid, ret_status, WNOHANG) == attend->pid;
}

/* Returns: false when there is no more to come. */
static bool
take_output(Attend *attend)
{
    ssize_t n = read(attend->tty_fd, attend->output, sizeof attend->output);

    if (n > 0)
        (void)io_write_all(1, attend->output,
                           (size_t)n); /* a reader that is gone is no reason to stop */
    return n > 0 || (n < 0 && errno == EINTR);
}

static void
put_input(Attend *attend)
{
    ssize_t n = write(attend->tty_fd, attend->input + attend->input_at, attend->input_size);

    if (n < 0 && errno != EAGAIN && errno != EINTR)
        attend->input_size = 0; /* nobody has the terminal open */
    if (n > 0) {
        attend->input_at += (size_t)n;
        attend->input_size -= (size_t)n;
    }
}

static void
take_input(Attend *attend)
{
    ssize_t n = read(0, attend->input, sizeof attend->input);
    struct termios mode;

    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    attend->input_at = 0;
    attend->input_size = n > 0 ? (size_t)n : 0;
    if (n > 0)
        return;
    /* the end of a file is typed to the program as a person would */
    attend->input_ended = true;
    if (tcgetattr(attend->tty_fd, &mode) == 0 && mode.c_lflag & ICANON) {
        attend->input[0] = (char)mode.c_cc[VEOF];
        attend->input_size = 1;
    }
}

static int
carry(Attend *attend, EnterPipes *pipes)
{
    bool hung_up = false;
    int status = 0;

    for (;;) {
        bool reads = !attend->input_ended && attend->input_size == 0;
        struct pollfd wait[] = {
            {attend->signal_fd, POLLIN, 0},
            {hung_up ? -1 : attend->tty_fd, (short)(POLLIN | (attend->input_size ? POLLOUT : 0)),
             0},
            {attend->tty_fd >= 0 && reads ? 0 : -1, POLLIN, 0},
            [5] = {-1, 0, 0},
        };

        enter_pipes_poll(pipes, wait + 3);
        if (poll(wait, 6, -1) < 0) {
            if (errno != EINTR)
                return -1;
            continue;
        }
        if (wait[1].revents & POLLIN)
            (void)take_output(attend);
        else if (wait[1].revents & (POLLHUP | POLLERR))
            hung_up = true; /* the program may have let go of its terminal and go on */
        if (wait[1].revents & POLLOUT)
            put_input(attend);
        if (wait[2].revents)
            take_input(attend);
        enter_pipes_carry(pipes, wait + 3);
        if (wait[0].revents && take_signals(attend, &status))
            return status;
    }
}

int
enter_catch_signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
        (void)sigaddset(&set, forwarded[i]);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGTTOU,
                 SIG_IGN); /* giving the terminal back from the background must not stop us */
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int
enter_attend(const EnterAnswer *answer, EnterPipes *pipes, int signal_fd)
{
    Attend *attend = calloc(1, sizeof *attend);
    int status = -1;

    if (!attend)
        return -1;
    attend->pid = answer->pid;
    attend->tty_fd = answer->tty_fd;
    attend->signal_fd = signal_fd;
    make_raw(attend);
    /* it may have ended, or the window changed, before anybody looked */
    forward(attend, SIGWINCH);
    if (waitpid(attend->pid, &status, WNOHANG) != attend->pid)
        status = carry(attend, pipes);
    /* its last words, but not what others go on writing on its terminal */
    for (int i = 0; attend->tty_fd >= 0 && i < LAST_READS && take_output(attend); i++)
        ;
    enter_pipes_end(pipes);
    give_back(attend);
    free(attend);
    return status;
}
