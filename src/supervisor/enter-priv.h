/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/enter-priv.h - what the files of `lodge-supervisor enter` say to each other.
 *
 * Theory of operation. Three processes. The first stays on the host with the caller's terminal: it waits,
 * forwards signals, and carries bytes. It never joins anything, so that a guest that is
 * frozen or destroyed cannot stop it from giving the terminal back. Without --tty it carries the standard
 * streams that the guest must not hold itself (enter-pipe.h). The second joins the guest's control
 * groups and namespaces, and clones the third with CLONE_PARENT, so that it is the first one's child and
 * its exit status is known; then it ends. The third confines itself as init was (phase payload of the
 * plan) and execs.
 *
 * They talk over a SOCK_SEQPACKET pair, which exec closes:
 *   'P' pid_t           second: the third process
 *   'T' + descriptor    third: the master of its terminal
 *   'S'                 third: about to exec; fails, and ends it, when the first one is gone
 *   'E' status TEXT     either: it failed; the exit status to end with, and why
 */
#pragma once

#include <stdbool.h>
#include <stdnoreturn.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "host/err.h"
#include "supervisor/enter-pipe.h"
#include "supervisor/plan-load.h"

#define ENTER_GROUPS_MAX 32
#define ENTER_ENV_MAX    1024
#define ENTER_FAILED     125 /* exit status: lodge could not run it; as env(1), timeout(1) */
#define ENTER_NOT_EXEC   126 /* found, and not run */
#define ENTER_NOT_FOUND  127

typedef struct {
    /* asked for */
    const char *live;
    bool has_tty;
    const char *user, *group; /* NULL: as init */
    const char *dir;          /* NULL: as init */
    char **argv;
    const char *term; /* the kind of the caller's terminal; NULL: not known */

    /* the guest */
    Plan plan;
    const char *name;
    pid_t init_pid;
    int init_pidfd;
    int v1_fds[ENTER_GROUPS_MAX], n_v1;
    int v2_fd;
    int namespaces; /* CLONE_NEW* that differ from ours */

    /* for the child */
    char *env[ENTER_ENV_MAX + 1]; /* HOME is set by the child unless has_home */
    int n_env;
    bool has_home;
    struct winsize size; /* of the caller's terminal; ws_col 0: not known */
    int socket;          /* the child's end */
    int signal_fd;       /* of enter_catch_signals() */
    EnterPipes pipes;    /* none with a terminal */
} Enter;

typedef struct {
    pid_t pid;  /* the program, as the host sees it; 0: none */
    int tty_fd; /* master of its terminal; -1 */
    int status; /* when failed: exit status; else -1 */
    int signal; /* that came before the program ran; 0: none */
    char text[ERR_TEXT_MAX];
} EnterAnswer;

/* enter-child.c: the second process, ends in _exit. */
noreturn void enter_child_main(Enter *enter);

/* enter-tty.c: from here on signals are kept for the program, which may be told to end before anybody
 * attends to it. Returns: where they are read, or -1 with errno */
int enter_catch_signals(void);
/* Stays until the program has ended. Returns: its wait status */
int enter_attend(const EnterAnswer *answer, EnterPipes *pipes, int signal_fd);
