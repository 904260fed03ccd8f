/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge-supervisor: the program that makes one guest, stays with it, and takes it back. Its command
 * line is described in supervisor/control.h. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "host/err.h"
#include "host/exe.h"
#include "host/io.h"
#include "supervisor/control.h"
#include "supervisor/detach.h"
#include "supervisor/guest-priv.h"
#include "supervisor/guest.h"
#include "supervisor/keep.h"
#include "supervisor/loop.h"
#include "supervisor/modes.h"

/* Says it to the launcher, once. */
static void
answer(Guest *guest, const Err *err)
{
    char text[ERR_TEXT_MAX + 64];
    int n;

    if (guest->launch_fd < 0)
        return;
    if (err)
        n = snprintf(text, sizeof text, "error %s %s\n", err->word, err->text);
    else
        n = snprintf(text, sizeof text, "ready %d\n", (int)getpid());
    /* a launcher that has died in the meantime changes nothing here */
    (void)!write(guest->launch_fd, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    (void)close(guest->launch_fd);
    guest->launch_fd = -1;
}

/* What failed is undone before the launcher hears of it. */
static int
fail(Guest *guest, Loop *loop, const Err *err)
{
    if (guest->is_network)
        keep_stop(guest);
    guest_undo(guest, GUEST_REASON_FAILED);
    if (loop)
        loop_finish(loop);
    live_remove(guest);
    io_close(&guest->alive_fd);
    answer(guest, err);
    return 1;
}

static int
run(Guest *guest, const char *program)
{
    GuestReason reason;
    Loop *loop = NULL;
    Err err = {0};

    if (guest_load(guest, SUPERVISOR_PLAN_FD, SUPERVISOR_LIVE_FD, SUPERVISOR_ALIVE_FD,
                   SUPERVISOR_LAUNCH_FD, &err) < 0 ||
        detach(guest, &err) < 0) {
        answer(guest, &err);
        return 1;
    }
    guest->program = program;
    if (guest_begin(guest, &err) < 0 || !(loop = loop_new(guest, &err)) ||
        (guest->is_network && keep_start(guest, &err) < 0) || guest_await(guest, &err) < 0)
        return fail(guest, loop, &err);
    answer(guest, NULL);
    reason = loop_run(loop);
    if (guest->is_network)
        keep_stop(guest);
    guest_undo(guest, reason);
    if (!loop_lingers(loop)) /* before anybody is told that nothing is left */
        live_remove(guest);
    loop_finish(loop);
    guest_leave_groups(guest);
    live_remove(guest);
    /* By hand: the exit lets go of what has the highest number first, so whoever waits for the end of his
     * connection would still find the lock held, now and then. */
    io_close(&guest->alive_fd);
    return 0;
}

int
main(int argc, char **argv)
{
    static Guest guest; /* large, and lives as long as the process */

    (void)prctl(PR_SET_NAME, "lodge-supervisor"); /* exec'd by descriptor, it would be a number */
    if (argc >= 2 && strcmp(argv[1], "run") == 0)
        return run(&guest, argv[0]);
    if (argc >= 3 && strcmp(argv[1], "enter") == 0) {
        exe_seal(argv);
        return enter_main(argc - 1, argv + 1, getenv("TERM"));
    }
    if ((argc == 3 || (argc == 4 && strcmp(argv[3], "known") == 0)) &&
        strcmp(argv[1], "clean") == 0)
        return clean_main(argc - 1, argv + 1);
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("lodge-supervisor %s\n", LODGE_VERSION);
        return 0;
    }
    (void)fprintf(stderr, "usage: lodge-supervisor run NAME | enter LIVE [OPTION]... -- PROGRAM "
                          "[ARG]... | clean LIVE [known]; started by lodge, see lodge(1)\n");
    return 2;
}
