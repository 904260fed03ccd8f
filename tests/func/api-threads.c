/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* tests/func/api-threads.c - many threads on one connection, each with a guest of its own, and one that
 * runs the event loop. Prints what failed; compiled and run by api-threads.py. */
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 16
#define ROUNDS  10

static virConnectPtr conn;
static atomic_int n_failed, n_seen;
static atomic_bool is_over;

static void
ignore_error(void *user_data, virErrorPtr error)
{
}

static void
check(int result, const char *what, long thread)
{
    if (result >= 0)
        return;
    n_failed++;
    printf("%s of t%ld: %s\n", what, thread, virGetLastErrorMessage());
}

static int
on_event(virConnectPtr c, virDomainPtr dom, int event, int detail, void *opaque)
{
    n_seen++;
    return 0;
}

static void
live_once(virDomainPtr dom, long thread)
{
    int state, reason, id;
    virDomainPtr *all;

    id = virConnectDomainEventRegisterAny(conn, thread % 2 ? dom : NULL,
                                          VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_event), NULL, NULL);
    check(id, "registration", thread);
    check(virDomainCreate(dom), "start", thread);
    check(virDomainGetState(dom, &state, &reason, 0), "state", thread);
    check(state == VIR_DOMAIN_RUNNING ? 0 : -1, "running", thread);
    free(virDomainGetXMLDesc(dom, 0));
    if (virDomainLookupByName(conn, "nobody") || virGetLastErrorCode() != VIR_ERR_NO_DOMAIN)
        check(-1, "error of this thread", thread);
    state = virConnectListAllDomains(conn, &all, 0);
    check(state, "list", thread);
    for (int i = 0; i < state; i++)
        virDomainFree(all[i]);
    if (state >= 0)
        free(all);
    check(virDomainSuspend(dom), "suspend", thread);
    check(virDomainResume(dom), "resume", thread);
    check(virConnectDomainEventDeregisterAny(conn, id), "deregistration", thread);
    check(virDomainDestroy(dom), "destroy", thread);
}

static void *
run(void *data)
{
    long thread = (long)data;
    char xml[400];

    snprintf(xml, sizeof xml,
             "<domain type='lxc'><name>t%ld</name><memory>10240</memory><os><type>exe</type>"
             "<init>/bin/sleep</init><initarg>1000</initarg></os></domain>",
             thread);
    for (int i = 0; i < ROUNDS; i++) {
        virDomainPtr dom = virDomainDefineXML(conn, xml);

        check(dom ? 0 : -1, "define", thread);
        if (!dom)
            continue;
        live_once(dom, thread);
        check(virDomainUndefine(dom), "undefine", thread);
        virDomainFree(dom);
    }
    return NULL;
}

static void
on_tick(int timer, void *opaque)
{
}

static void *
run_events(void *data)
{
    while (!is_over)
        virEventRunDefaultImpl();
    return NULL;
}

int
main(void)
{
    pthread_t threads[THREADS], events;
    int id;

    virSetErrorFunc(NULL, ignore_error);
    virEventRegisterDefaultImpl();
    virEventAddTimeout(10, on_tick, NULL, NULL);
    conn = virConnectOpen("lxc:///");
    pthread_create(&events, NULL, run_events, NULL);
    /* the threads' own may be gone before the loop's thread has its turn */
    id = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                          VIR_DOMAIN_EVENT_CALLBACK(on_event), NULL, NULL);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 2000 && !n_seen; i++)
        poll(NULL, 0, 5);
    is_over = 1;
    pthread_join(events, NULL);
    check(virConnectDomainEventDeregisterAny(conn, id), "deregistration", -1);
    printf("failed %d, references left %d, events %s\n", n_failed, virConnectClose(conn),
           n_seen ? "seen" : "lost");
    return 0;
}
