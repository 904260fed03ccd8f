/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/domain-life.h"

#include "api/calls.h"
#include "api/domain-find.h"

/* AUTODESTROY is ours: the drivers know no connections. connect_free() does what it asks for. */
static gboolean
check_autodestroy(Call *call, const Member *member, guint flags)
{
    if ((flags & VIR_DOMAIN_START_AUTODESTROY) != 0 && member->driver->lifecycle->destroy == NULL)
        return call_fail(call, VIR_ERR_ARGUMENT_UNSUPPORTED,
                         "the %s driver cannot destroy guests when a connection closes",
                         member->driver->name);
    return TRUE;
}

static void
note_autodestroy(virConnectPtr conn, Member *home, const ObjectRef *ref, guint flags)
{
    virDomainPtr note;

    if ((flags & VIR_DOMAIN_START_AUTODESTROY) == 0)
        return;
    note = g_new0(virDomain, 1);
    note->home = home;
    note->ref = object_ref_new(ref->name, ref->uuid, ref->id);
    g_mutex_lock(&conn->lock);
    g_ptr_array_add(conn->autodestroy, note);
    g_mutex_unlock(&conn->lock);
}

virDomainPtr
domain_life_create(Call *call, virConnectPtr conn, const char *xml, const StartIo *io, guint flags)
{
    Member *member = domain_find_driver(call, conn, xml);
    const DomainLifecycle *role = member != NULL ? member->driver->lifecycle : NULL;
    ObjectRef *ref;

    if (member == NULL)
        return NULL;
    if (role == NULL || role->create_xml == NULL) {
        call_unsupported(call);
        return NULL;
    }
    if (!check_autodestroy(call, member, flags))
        return NULL;
    call_takes_xml(call);
    ref = role->create_xml(call_ctx(call, &member->ctx), xml, io,
                           flags & ~(guint)VIR_DOMAIN_START_AUTODESTROY, call->warnings,
                           &call->error);
    if (ref == NULL)
        return NULL;
    note_autodestroy(conn, member, ref, flags);
    return domain_new(conn, member, ref);
}

virDomainPtr
domain_life_call_create_xml(Call *call, virConnectPtr conn, const char *xmlDesc, unsigned int flags)
{
    return domain_life_create(call, conn, xmlDesc, NULL, flags);
}

static gboolean
check_files(Call *call, const Member *member, guint nfiles, const int *files)
{
    const DomainLifecycle *role = member->driver->lifecycle;

    if (nfiles > 0 && files == NULL)
        return call_fail(call, VIR_ERR_INVALID_ARG, "files in %s must not be NULL",
                         call->spec->name);
    if (nfiles > 0 && (role == NULL || role->start_files == NULL))
        return call_fail(call, VIR_ERR_ARGUMENT_UNSUPPORTED,
                         "the %s driver cannot pass descriptors to init", member->driver->name);
    return TRUE;
}

virDomainPtr
domain_life_call_create_xml_files(Call *call, virConnectPtr conn, const char *xmlDesc,
                                  unsigned int nfiles, int *files, unsigned int flags)
{
    StartIo io = {-1, -1, -1, files, nfiles, TRUE};
    Member *member = domain_find_driver(call, conn, xmlDesc);

    if (member == NULL || !check_files(call, member, nfiles, files))
        return NULL;
    return domain_life_create(call, conn, xmlDesc, nfiles > 0 ? &io : NULL, flags);
}

int
domain_life_call_start_files(Call *call, virDomainPtr domain, unsigned int nfiles, int *files,
                             unsigned int flags)
{
    Member *home = domain->home;
    const DomainLifecycle *role = home->driver->lifecycle;
    guint driver_flags = flags & ~(guint)VIR_DOMAIN_START_AUTODESTROY;
    DriverCtx *ctx;

    if (role == NULL || role->start == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (!check_files(call, home, nfiles, files) || !check_autodestroy(call, home, flags))
        return -1;
    ctx = call_ctx(call, &home->ctx);
    if (!(nfiles > 0
              ? role->start_files(ctx, domain->ref, files, nfiles, driver_flags, &call->error)
              : role->start(ctx, domain->ref, driver_flags, &call->error)))
        return -1;
    note_autodestroy(domain->conn, home, domain->ref, flags);
    return 0;
}

int
domain_life_call_start(Call *call, virDomainPtr domain, unsigned int flags)
{
    return domain_life_call_start_files(call, domain, 0, NULL, flags);
}

int
domain_life_call_destroy(Call *call, virDomainPtr domain, unsigned int flags)
{
    const DomainLifecycle *role = domain->home->driver->lifecycle;

    if (role == NULL || role->destroy == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (!role->destroy(call_ctx(call, &domain->home->ctx), domain->ref, flags, &call->error))
        return -1;
    domain->ref->id = -1;
    return 0;
}

int
domain_life_call_signal(Call *call, virDomainPtr domain, long long pid_value, unsigned int signum,
                        unsigned int flags)
{
    const DomainLifecycle *role = domain->home->driver->lifecycle;

    if (role == NULL || role->send_signal == NULL) {
        call_unsupported(call);
        return -1;
    }
    if (pid_value == 0 || signum >= VIR_DOMAIN_PROCESS_SIGNAL_LAST) {
        call_fail(call, VIR_ERR_INVALID_ARG, "no process %lld or no signal %u", pid_value, signum);
        return -1;
    }
    return role->send_signal(call_ctx(call, &domain->home->ctx), domain->ref, pid_value, signum,
                             flags, &call->error)
               ? 0
               : -1;
}
