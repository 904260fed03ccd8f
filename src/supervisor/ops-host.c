/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Phase host of a guest: control groups, limits, devices, loop devices, the view of /proc. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "host/cgroup-devices.h"
#include "host/cgroup.h"
#include "host/io.h"
#include "host/loop.h"
#include "supervisor/guest-priv.h"
#include "supervisor/plan-ops.h"
#include "supervisor/proc-view.h"

int
guest_step_number(const Guest *guest, const PlanStep *step)
{
    return (int)(step - guest->plan.steps);
}

const PlanStep *
guest_step(const Guest *guest, int number)
{
    return &guest->plan.steps[number];
}

GuestGroup *
guest_group(Guest *guest, const char *dir)
{
    for (int i = 0; i < guest->n_groups; i++)
        if (strcmp(guest->groups[i].dir, dir) == 0)
            return &guest->groups[i];
    return NULL;
}

GuestLoop *
guest_loop(Guest *guest, const char *id)
{
    for (int i = 0; i < guest->n_loops; i++)
        if (strcmp(guest->loops[i].id, id) == 0)
            return &guest->loops[i];
    return NULL;
}

void
guest_lack(Guest *guest, const char *file, const char *why)
{
    GuestLack *bigger = realloc(guest->lacks, sizeof *bigger * (size_t)(guest->n_lacks + 1));

    if (!bigger)
        return;
    guest->lacks = bigger;
    bigger += guest->n_lacks++;
    if (io_format(bigger->file, sizeof bigger->file, "%s", file) < 0 ||
        io_format(bigger->why, sizeof bigger->why, "%s", why) < 0)
        return; /* cut: it is for reading */
}

static int
version_of(const PlanStep *step)
{
    return strcmp(step->argv[1], "v1") == 0 ? 1 : strcmp(step->argv[1], "v2") == 0 ? 2 : 0;
}

static void
undo_cgroup(Guest *guest, int number)
{
    const PlanStep *step = guest_step(guest, number);
    GuestGroup *group = guest_group(guest, step->argv[3]);

    if (group)
        io_close(&group->fd);
    (void)cgroup_remove(version_of(step), step->argv[3], GUEST_GONE_MS, NULL);
    /* its parents are no guest's own: after a life they go when everybody has been told of its end */
    if (guest->state != GUEST_RUNNING)
        cgroup_remove_unused(step->argv[3]);
}

void
guest_leave_groups(const Guest *guest)
{
    for (int i = 0; i < guest->n_groups; i++)
        cgroup_remove_parents(guest->groups[i].dir);
}

static bool
has_freezer(const GuestGroup *group)
{
    if (group->version == 2)
        return faccessat(group->fd, "cgroup.freeze", F_OK, 0) == 0;
    for (const char *at = strstr(group->controllers, "freezer"); at; at = strstr(at + 1, "freezer"))
        if ((at == group->controllers || at[-1] == ',') && (!at[7] || at[7] == ','))
            return true;
    return false;
}

static int
do_cgroup(Guest *guest, const PlanStep *step, Err *err)
{
    GuestGroup *group = &guest->groups[guest->n_groups];
    char missing[256] = "";

    if (guest->n_groups == GUEST_GROUPS_MAX)
        return err_set(err, "limit", "the plan has more than %d control groups", GUEST_GROUPS_MAX);
    if (version_of(step) == 0)
        return err_set(err, "config", "plan line %d: 'v1' or 'v2' is wanted", step->line);
    *group = (GuestGroup){
        .version = version_of(step), .controllers = step->argv[2], .dir = step->argv[3], .fd = -1};
    guest->n_groups++;
    undo_add(&guest->host_undo, undo_cgroup, guest_step_number(guest, step));
    group->fd =
        cgroup_make(group->version, group->dir, step->argv[2], missing, sizeof missing, err);
    if (group->fd < 0)
        return -1;
    if (missing[0])
        guest_lack(guest, missing, "the host does not let this controller be enabled");
    /* v1 first: on a hybrid host the v2 group has no controllers, and its freezer may be newer */
    if (has_freezer(group) && (guest->freezer < 0 || group->version == 1))
        guest->freezer = (int)(group - guest->groups);
    return 0;
}

/* FILE "A|B": the first that exists. */
static int
choose_file(int dir_fd, const char *files, char *file, size_t size)
{
    for (const char *at = files; *at;) {
        size_t length = strcspn(at, "|");

        if (io_format(file, size, "%.*s", (int)length, at) < 0)
            return -1;
        if (!at[length] || faccessat(dir_fd, file, F_OK, 0) == 0)
            return 0;
        at += length + 1;
    }
    errno = EINVAL;
    return -1;
}

static int
do_cgroup_set(Guest *guest, const PlanStep *step, Err *err)
{
    const char *dir = step->argv[1], *files = step->argv[2];
    bool is_wish = strcmp(step->argv[4], "try") == 0;
    GuestGroup *group = guest_group(guest, dir);
    char file[256];

    if (!*dir && is_wish) {
        guest_lack(guest, files, "this host has no control groups for it");
        return 0;
    }
    if (!group || choose_file(group->fd, files, file, sizeof file) < 0)
        return err_set(err, "config", "plan line %d: no such control group, or bad file",
                       step->line);
    if (cgroup_set(group->fd, file, step->argv[3], err) == 0)
        return 0;
    if (!is_wish)
        return -1;
    guest_lack(guest, file, err->text);
    err_clear(err);
    return 0;
}

static int
do_devices(Guest *guest, const PlanStep *step, Err *err)
{
    GuestGroup *group = guest_group(guest, step->argv[2]);
    DeviceRule rules[CGROUP_DEVICE_RULES_MAX];
    int n = 0;

    if (!group)
        return err_set(err, "config", "plan line %d: no such control group", step->line);
    for (int i = 3; i < step->argc; i++) {
        const char *text = step->argv[i], *at = strchr(text, '@');
        GuestLoop *loop = NULL;
        char id[64], resolved[128];

        if (n == CGROUP_DEVICE_RULES_MAX)
            return err_set(err, "limit", "plan line %d: more than %d device rules", step->line,
                           CGROUP_DEVICE_RULES_MAX);
        if (at) {
            int length = (int)strcspn(at + 1, " ");

            if (io_format(id, sizeof id, "%.*s", length, at + 1) < 0 ||
                !(loop = guest_loop(guest, id)) ||
                io_format(resolved, sizeof resolved, "%.*s7:%d%s", (int)(at - text), text,
                          loop->number, at + 1 + length) < 0)
                return err_set(err, "config", "plan line %d: no loop device '%s'", step->line, at);
            text = resolved;
        }
        if (cgroup_device_parse(text, &rules[n++], err) < 0)
            return err_prefix(err, "plan line %d", step->line);
    }
    return cgroup_devices_apply(group->version, group->fd, rules, n, err);
}

static void
undo_loop(Guest *guest, int number)
{
    GuestLoop *loop = guest_loop(guest, guest_step(guest, number)->argv[1]);

    if (loop)
        io_close(&loop->fd); /* autoclear does the rest */
}

static int
do_loop(Guest *guest, const PlanStep *step, Err *err)
{
    GuestLoop *loop = &guest->loops[guest->n_loops];

    if (guest->n_loops == GUEST_LOOPS_MAX)
        return err_set(err, "limit", "the plan has more than %d images", GUEST_LOOPS_MAX);
    *loop = (GuestLoop){.id = step->argv[1], .fd = -1};
    loop->fd = loop_attach(step->argv[2], strcmp(step->argv[3], "ro") == 0, &loop->number, err);
    if (loop->fd < 0)
        return -1;
    guest->n_loops++;
    undo_add(&guest->host_undo, undo_loop, guest_step_number(guest, step));
    return 0;
}

static void
undo_proc_view(Guest *guest, int number)
{
    proc_view_stop(guest, guest_step(guest, number)->argv[1]);
}

static int
do_proc_view(Guest *guest, const PlanStep *step, Err *err)
{
    undo_add(&guest->host_undo, undo_proc_view, guest_step_number(guest, step));
    return proc_view_start(guest, step->argv[1], err);
}

/* detach.c has done it already. */
static int
do_nothing(Guest *guest, const PlanStep *step, Err *err)
{
    return 0;
}

GuestOpFunc
ops_host_find(int op)
{
    switch (op) {
    case OP_SUPERVISOR_GROUP:
        return do_nothing;
    case OP_CGROUP:
        return do_cgroup;
    case OP_CGROUP_SET:
        return do_cgroup_set;
    case OP_DEVICES:
        return do_devices;
    case OP_PROC_VIEW:
        return do_proc_view;
    case OP_LOOP:
        return do_loop;
    default:
        return NULL;
    }
}

UndoFunc
ops_host_undo(int op)
{
    switch (op) {
    case OP_CGROUP:
        return undo_cgroup;
    case OP_PROC_VIEW:
        return undo_proc_view;
    default:
        return NULL;
    }
}
