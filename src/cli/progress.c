/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/progress.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "util/fd.h"

#define PROGRESS_LOOK_MS 200

typedef struct {
    virDomainPtr dom;
    int (*call)(virDomainPtr dom, void *data);
    void *data;
    int done_fd; /* readable when the call is over */
    int result;
    virErrorPtr error; /* of the call's thread */
} Work;

static gpointer
work_thread(gpointer data)
{
    Work *work = data;
    const guint64 one = 1;

    work->result = work->call(work->dom, work->data);
    if (work->result < 0)
        work->error = virSaveLastError();
    (void)!write(work->done_fd, &one, sizeof one); /* an eventfd always takes it */
    return NULL;
}

static void
show(const char *title, virDomainPtr dom)
{
    virDomainJobInfo info;
    unsigned percent;

    if (virDomainGetJobInfo(dom, &info) < 0 || info.type == VIR_DOMAIN_JOB_NONE ||
        info.dataTotal == 0)
        return;
    percent = (unsigned)(100 - 100 * MIN(info.dataRemaining, info.dataTotal) / info.dataTotal);
    fprintf(stderr, "\r%s: [%3u %%]", title, MIN(percent, 99u));
    fflush(stderr);
}

/* Until the work is done; a signal aborts the job once. */
static void
attend(const Work *work, int signal_fd, const char *title, gboolean verbose)
{
    gboolean is_aborted = FALSE;

    for (;;) {
        struct pollfd waiting[] = {{.fd = work->done_fd, .events = POLLIN},
                                   {.fd = signal_fd, .events = POLLIN}};

        (void)poll(waiting, G_N_ELEMENTS(waiting), PROGRESS_LOOK_MS);
        if (waiting[0].revents)
            return;
        if (waiting[1].revents) {
            struct signalfd_siginfo info;

            (void)!read(signal_fd, &info, sizeof info);
            if (!is_aborted)
                (void)virDomainAbortJob(work->dom); /* it may be over just now */
            is_aborted = TRUE;
        }
        if (verbose)
            show(title, work->dom);
    }
}

gboolean
progress_run(Cli *cli, virDomainPtr dom, const char *title, gboolean verbose,
             int (*call)(virDomainPtr dom, void *data), void *data)
{
    g_auto(Fd) signal_fd = -1;
    Work work = {.dom = dom, .call = call, .data = data, .result = -1};
    GThread *thread;
    sigset_t set, before;

    work.done_fd = eventfd(0, EFD_CLOEXEC);
    if (work.done_fd < 0) {
        cli_error("cannot wait for the end of it");
        return FALSE;
    }
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, &before); /* before the thread, which inherits it */
    signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    if (verbose)
        fprintf(stderr, "%s: [  0 %%]", title);
    thread = g_thread_new("job", work_thread, &work);
    attend(&work, signal_fd, title, verbose);
    g_thread_join(thread);
    if (verbose)
        fprintf(stderr, "\r%s: %s\n", title, work.result == 0 ? "[100 %]" : "failed ");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    fd_close(work.done_fd);
    if (work.error) {
        g_free(cli->failure);
        cli->failure = g_strdup(work.error->message);
        virFreeError(work.error);
    }
    return work.result == 0;
}
