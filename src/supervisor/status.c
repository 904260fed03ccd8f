/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "host/io.h"
#include "host/ns.h"
#include "supervisor/guest-priv.h"
#include "supervisor/machine.h"

typedef struct {
    char *text;
    size_t size, used;
} Text;

static const char *const state_words[] = {
    [GUEST_STARTING] = "starting", [GUEST_RUNNING] = "running", [GUEST_ENDED] = "ended"};

static const char *const reason_words[] = {
    [GUEST_REASON_UNKNOWN] = "unknown",     [GUEST_REASON_BOOTED] = "booted",
    [GUEST_REASON_UNPAUSED] = "unpaused",   [GUEST_REASON_SHUTDOWN] = "shutdown",
    [GUEST_REASON_DESTROYED] = "destroyed", [GUEST_REASON_CRASHED] = "crashed",
    [GUEST_REASON_FAILED] = "failed",       [GUEST_REASON_RESTORED] = "restored",
    [GUEST_REASON_WAKEUP] = "wakeup",       [GUEST_REASON_SAVED] = "saved",
    [GUEST_REASON_PANICKED] = "panicked",
};

const char *
guest_state_word(GuestState state)
{
    return state_words[state];
}

const char *
guest_reason_word(GuestReason reason)
{
    return reason_words[reason];
}

static void __attribute__((format(printf, 2, 3))) add(Text *text, const char *format, ...)
{
    va_list args;
    int n;

    if (text->used >= text->size)
        return;
    va_start(args, format);
    n = vsnprintf(text->text + text->used, text->size - text->used, format, args);
    va_end(args);
    text->used += n > 0 ? (size_t)n : 0;
}

static void
add_escaped(Text *text, const char *arg, const char *after)
{
    if (text->used < text->size)
        text->used += plan_escape(arg, text->text + text->used, text->size - text->used);
    add(text, "%s", after);
}

static void
add_machine(Text *text, const Guest *guest)
{
    static const char *const keys[] = {"pause-reason", "job", "agent", "monitor broken"};

    for (int i = 0; i < 4; i++) {
        const char *value = machine_status(guest, i);

        if (!value)
            continue;
        add(text, "%s ", keys[i]);
        add_escaped(text, value, "\n");
    }
}

static void
add_helpers(Text *text, const Guest *guest)
{
    MachineProcess helper;

    for (int i = 0; guest->machine && machine_helper(guest, i, &helper); i++) {
        if (helper.pid <= 0)
            continue;
        add(text, "helper %d %llu ", (int)helper.pid, (unsigned long long)helper.start);
        add_escaped(text, helper.name, "\n");
    }
}

static void
add_groups(Text *text, const Guest *guest)
{
    if (guest->freezer >= 0 && !guest->machine) {
        add(text, "freezer v%d ", guest->groups[guest->freezer].version);
        add_escaped(text, guest->groups[guest->freezer].dir, "\n");
    } else {
        add(text, "freezer none \\e\n");
    }
    add(text, "paused %s\n", guest->paused ? "yes" : "no");
    if (guest->machine)
        add_machine(text, guest);
    for (int i = 0; i < guest->n_groups; i++) {
        add(text, "cgroup v%d ", guest->groups[i].version);
        add_escaped(text, guest->groups[i].controllers, " ");
        add_escaped(text, guest->groups[i].dir, "\n");
    }
}

static void
format(Text *text, const Guest *guest)
{
    text->used = 0;
    add(text, "version 1\nstate %s\nreason %s\n", state_words[guest->state],
        reason_words[guest->reason]);
    add(text, "supervisor %d %llu\n", (int)guest->supervisor_pid,
        (unsigned long long)guest->supervisor_start);
    if (guest->init_pid > 0)
        add(text, "init %d %llu\n", (int)guest->init_pid, (unsigned long long)guest->init_start);
    add(text, "started %lld\nboots %u\n", (long long)guest->started, guest->boots);
    if (guest->has_exit && WIFSIGNALED(guest->exit_status))
        add(text, "exit signaled %d\n", WTERMSIG(guest->exit_status));
    else if (guest->has_exit)
        add(text, "exit exited %d\n", WEXITSTATUS(guest->exit_status));
    add_groups(text, guest);
    for (int i = 0; i < guest->n_consoles; i++)
        if (guest->consoles[i].host_fd >= 0)
            add(text, "console %d %s\n", i, guest->consoles[i].host_path);
    for (int i = 0; i < guest->n_links; i++) {
        const GuestLink *link = &guest->links[i];

        add(text, "netdev ");
        add_escaped(text, link->host[0] ? link->host : "-", " ");
        add_escaped(text, link->guest, " ");
        add(text, "%s\n", link->mac[0] ? link->mac : "-");
    }
    for (int i = 0; i < guest->n_lacks; i++) {
        add(text, "not-enforced ");
        add_escaped(text, guest->lacks[i].file, " ");
        add_escaped(text, guest->lacks[i].why, "\n");
    }
    add_helpers(text, guest);
    if (guest->helper_pid > 0) {
        const PlanStep *keep = plan_find(&guest->plan, PLAN_KEEP, "keep");

        add(text, "helper %d %llu ", (int)guest->helper_pid,
            (unsigned long long)guest->helper_start);
        add_escaped(text, keep ? keep->argv[2] : "lodge-proc-view", "\n");
    }
}

int
guest_status_write(Guest *guest, Err *err)
{
    char small[4096]; /* nearly always enough */
    Text text = {.text = small, .size = sizeof small};
    char *large = NULL;
    int result;

    format(&text, guest);
    if (text.used >= text.size) {
        large = malloc(text.used + 1);
        if (!large)
            return err_set_errno(err, ENOMEM, "cannot write the status");
        text = (Text){.text = large, .size = text.used + 1};
        format(&text, guest);
    }
    result = io_replace(guest->live_fd, "status", text.text, text.used);
    if (result < 0) {
        (void)err_set_errno(err, errno, "cannot write '%s/status'", guest->live);
        if (errno == ENOSPC || errno == EDQUOT)
            (void)err_hint(err, "free some space there");
    }
    free(large);
    return result;
}
