/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/extra.c - <lodge/lodge.h>: what libvirt has not. */
#include <stdlib.h>

#include "api/calls.h"
#include "api/domain-find.h"
#include "api/domain-life.h"
#include "api/error.h"

const char *
lodge_version(void)
{
    return LODGE_VERSION;
}

const char *const *
lodge_connect_warnings(virConnectPtr conn)
{
    static const char *const none[] = {NULL};

    if (conn == NULL || conn->magic != CONNECT_MAGIC) {
        error_raise_plain(VIR_ERR_INVALID_CONN, VIR_FROM_NONE,
                          "invalid connection pointer in lodge_connect_warnings");
        return none;
    }
    return (const char *const *)conn->warnings->pdata;
}

int
extra_call_set_xml_source(Call *call, virConnectPtr conn, const char *source)
{
    g_mutex_lock(&conn->lock);
    g_free(conn->xml_source);
    conn->xml_source = g_strdup(source);
    g_mutex_unlock(&conn->lock);
    return 0;
}

char *
extra_call_plan(Call *call, virConnectPtr conn, const char *xml, virDomainPtr dom)
{
    Member *member = NULL;
    char *plan;

    if ((xml == NULL) == (dom == NULL)) {
        call_fail(call, VIR_ERR_INVALID_ARG, "give %s a description or a guest, one of the two",
                  call->spec->name);
        return NULL;
    }
    if (dom != NULL && !call_needs_domain(call, dom))
        return NULL;
    call->domain = dom;
    member = dom != NULL ? dom->home : domain_find_driver(call, conn, xml);
    if (member == NULL)
        return NULL;
    if (member->driver->lifecycle == NULL || member->driver->lifecycle->dry_run == NULL) {
        call_unsupported(call);
        return NULL;
    }
    call_takes_xml(call);
    plan = member->driver->lifecycle->dry_run(call_ctx(call, &member->ctx), xml,
                                              dom != NULL ? dom->ref : NULL, &call->error);
    return plan;
}

virDomainPtr
extra_call_create(Call *call, virConnectPtr conn, const char *xml, const int *fds,
                  unsigned int flags)
{
    StartIo io = {-1, -1, -1};

    if (fds != NULL)
        io = (StartIo){fds[0], fds[1], fds[2]};
    return domain_life_create(call, conn, xml, &io, flags);
}

int
extra_call_wait(Call *call, virDomainPtr dom, int *wait_status)
{
    return extra_call_wait_until(call, dom, -1, wait_status);
}

int
extra_call_wait_until(Call *call, virDomainPtr dom, int fd, int *wait_status)
{
    const DomainLifecycle *role = dom->home->driver->lifecycle;
    int status = 0;

    if (role == NULL || role->wait == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (!role->wait(call_ctx(call, &dom->home->ctx), dom->ref, fd, &status, &call->error))
        return -1;
    if (status < 0)
        return 1;
    if (wait_status != NULL)
        *wait_status = status;
    return 0;
}

int
extra_call_console(Call *call, virDomainPtr dom, const char *devname, unsigned int flags)
{
    const DomainConsoles *role = dom->home->driver->consoles;

    if (role == NULL || role->open_console == NULL) {
        call_unsupported(call);
        return -1;
    }
    return role->open_console(call_ctx(call, &dom->home->ctx), dom->ref, devname, flags,
                              &call->error);
}

int
extra_call_resize(Call *call, virDomainPtr dom, const char *devname, int cols, int rows)
{
    const DomainConsoles *role = dom->home->driver->consoles;

    if (role == NULL || role->resize_console == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (cols < 1 || rows < 1 || cols > G_MAXUINT16 || rows > G_MAXUINT16) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  "a terminal has 1 to 65535 columns and rows, not %d and %d", cols, rows);
        return -1;
    }
    return role->resize_console(call_ctx(call, &dom->home->ctx), dom->ref, devname, cols, rows,
                                &call->error)
               ? 0
               : -1;
}

char **
extra_call_enter_argv(Call *call, virDomainPtr dom, const char *const *argv,
                      const char *const *options)
{
    static const char *const no_options[] = {NULL};
    const DomainConsoles *role = dom->home->driver->consoles;

    if (role == NULL || role->enter_command == NULL) {
        call_unsupported(call);
        return NULL;
    }
    if (argv[0] == NULL) {
        call_fail(call, VIR_ERR_INVALID_ARG, "%s needs a program to run", call->spec->name);
        return NULL;
    }
    return role->enter_command(call_ctx(call, &dom->home->ctx), dom->ref, argv,
                               options != NULL ? options : no_options, &call->error);
}

const char *
extra_call_driver(Call *call, virDomainPtr dom)
{
    return dom->home->driver->scheme;
}

int
extra_call_network_supervisor(Call *call, virNetworkPtr network)
{
    virConnectPtr conn = network->conn;
    g_autoptr(ObjectRef) now = NULL;

    if (conn->networks == NULL || conn->networks->lookup_uuid == NULL) {
        call_unsupported(call);
        return -1;
    }
    now = conn->networks->lookup_uuid(call_ctx(call, &conn->network_ctx), network->ref->uuid,
                                      &call->error);
    return now == NULL ? -1 : MAX(now->id, 0);
}

/* --- the whole house --------------------------------------------------------------------------------- */

typedef int (*AutostartFunction)(DriverCtx *ctx, GPtrArray *messages);

static int
autostart(AutostartFunction function, DriverCtx *ctx,
          void (*report)(const char *line, void *opaque), void *opaque)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
    int failures = function != NULL ? function(ctx, messages) : 0;

    for (guint i = 0; report != NULL && i < messages->len; i++)
        report(g_ptr_array_index(messages, i), opaque);
    return failures;
}

int
extra_call_autostart(Call *call, virConnectPtr conn, void (*report)(const char *line, void *opaque),
                     void *opaque)
{
    int failures = 0;

    /* Networks first: guests plug into them. */
    if (conn->networks != NULL)
        failures += autostart(conn->networks->autostart_all, &conn->network_ctx, report, opaque);
    for (guint i = 0; i < conn->n_members; i++)
        failures += autostart(conn->members[i].driver->autostart_all, &conn->members[i].ctx, report,
                              opaque);
    return failures;
}

typedef int (*ReapFunction)(DriverCtx *ctx, GError **error);

static gboolean
reap(Call *call, ReapFunction function, DriverCtx *ctx, int *total)
{
    int n = function != NULL ? function(ctx, &call->error) : 0;

    if (n < 0)
        return FALSE;
    *total += n;
    return TRUE;
}

int
extra_call_reap(Call *call, virConnectPtr conn)
{
    int total = 0;

    for (guint i = 0; i < conn->n_members; i++)
        if (!reap(call, conn->members[i].driver->reap, &conn->members[i].ctx, &total))
            return -1;
    if (conn->networks != NULL && !reap(call, conn->networks->reap, &conn->network_ctx, &total))
        return -1;
    return total;
}
