/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/lxc.c - calls that only containers have: their namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "api/calls.h"
#include "api/error.h"
#include "util/fd.h"

int
lxc_call_open_namespace(Call *call, virDomainPtr domain, int **fdlist, unsigned int flags)
{
    const DomainConsoles *role = domain->home->driver->consoles;

    if (role == NULL || role->open_namespaces == NULL) {
        call_unsupported(call);
        return -1;
    }
    return role->open_namespaces(call_ctx(call, &domain->home->ctx), domain->ref, fdlist,
                                 &call->error);
}

static void
close_all(int *fds, guint n)
{
    for (guint i = 0; i < n; i++)
        fd_close(fds[i]);
    g_free(fds);
}

/* The way back, in the order in which it works: the user namespace is not in it, because a process
 * cannot return to one that it left. */
static int *
open_own_namespaces(Call *call, guint *ret_n)
{
    static const char *const names[] = {"ipc", "uts", "net", "pid", "cgroup", "mnt"};
    int *fds = g_new0(int, G_N_ELEMENTS(names));
    guint n = 0;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_strdup_printf("/proc/self/ns/%s", names[i]);
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        if (fd >= 0) {
            fds[n++] = fd;
        } else if (errno != ENOENT) { /* a kernel without that namespace */
            error_set_errno(&call->error, errno, "cannot open '%s'", path);
            close_all(fds, n);
            return NULL;
        }
    }
    *ret_n = n;
    return fds;
}

int
lxc_call_enter_namespace(Call *call, virDomainPtr domain, unsigned int nfdlist, int *fdlist,
                         unsigned int *noldfdlist, int **oldfdlist, unsigned int flags)
{
    int *old = NULL;
    guint n_old = 0;

    if (noldfdlist != NULL && oldfdlist != NULL) {
        old = open_own_namespaces(call, &n_old);
        if (old == NULL)
            return -1;
    }
    for (guint i = 0; i < nfdlist; i++)
        if (setns(fdlist[i], 0) < 0) {
            error_set_errno(&call->error, errno, "cannot enter a namespace of guest '%s'",
                            domain->ref->name);
            close_all(old, n_old);
            return -1;
        }
    if (old != NULL) {
        *noldfdlist = n_old;
        *oldfdlist = old;
    }
    return 0;
}

int
virDomainLxcEnterSecurityLabel(virSecurityModelPtr model, virSecurityLabelPtr label,
                               virSecurityLabelPtr oldlabel, unsigned int flags)
{
    static const char function[] = "virDomainLxcEnterSecurityLabel";

    virResetLastError();
    if (model == NULL || label == NULL || flags != 0) {
        error_raise_plain(VIR_ERR_INVALID_ARG, VIR_FROM_LXC, "%s: %s", function,
                          flags != 0 ? "no flag is known" : "model and label must not be NULL");
        return -1;
    }
    if (strcmp(model->model, "none") != 0 && *model->model != '\0') {
        error_raise_plain(VIR_ERR_ARGUMENT_UNSUPPORTED, VIR_FROM_LXC,
                          "%s: security model '%s' is not supported", function, model->model);
        return -1;
    }
    if (oldlabel != NULL)
        memset(oldlabel, 0, sizeof *oldlabel);
    return 0;
}
