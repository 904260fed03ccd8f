/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/event.h"

#include <string.h>

#include "api/calls.h"
#include "api/event-show.h"
#include "core/journal.h"

typedef struct {
    int number;
    gboolean removed;
    gboolean is_network;
    gboolean is_plain; /* virConnectDomainEventRegister(): found by its function */
    int event_id;
    GRegex *monitor; /* of QEMU's own events: which; NULL: no such subscription */
    gboolean has_filter;
    guint8 uuid[16];
    virConnectDomainEventGenericCallback callback; /* cast per event id, as the API has it */
    void *opaque;
    virFreeCallback free_opaque;
} Subscription;

/* Held by its connection, and by the event loop, which may be on its way into on_journal() when another
 * thread removes the watch. All but the journal is under the connection's lock. */
struct EventHub {
    int refs;
    GMutex lock;        /* of conn */
    virConnectPtr conn; /* NULL when it is about to be freed */
    Journal *journal;
    int watch;
    GPtrArray *subscriptions; /* Subscription */
    int last_number;
    int rounds; /* > 0: entries are being shown; nothing is dropped */
};

static void
subscription_free(Subscription *subscription)
{
    if (subscription->free_opaque != NULL)
        subscription->free_opaque(subscription->opaque);
    if (subscription->monitor != NULL)
        g_regex_unref(subscription->monitor);
    g_free(subscription);
}

static void
hub_unref(void *data)
{
    EventHub *hub = data;

    if (!g_atomic_int_dec_and_test(&hub->refs))
        return;
    journal_free(hub->journal);
    g_ptr_array_unref(hub->subscriptions);
    g_mutex_clear(&hub->lock);
    g_free(hub);
}

void
event_hub_free(EventHub *hub)
{
    if (hub == NULL)
        return;
    g_mutex_lock(&hub->lock);
    hub->conn = NULL;
    g_mutex_unlock(&hub->lock);
    if (hub->watch >= 0)
        virEventRemoveHandle(hub->watch);
    for (guint i = 0; i < hub->subscriptions->len; i++)
        subscription_free(g_ptr_array_index(hub->subscriptions, i));
    g_ptr_array_set_size(hub->subscriptions, 0);
    hub_unref(hub);
}

/* --- showing entries ------------------------------------------------------------------------------ */

static gboolean
wants(const Subscription *subscription, const JournalEntry *entry, gboolean is_network)
{
    if (subscription->removed || subscription->is_network != is_network)
        return FALSE;
    if (subscription->has_filter &&
        memcmp(subscription->uuid, entry->uuid, sizeof entry->uuid) != 0)
        return FALSE;
    if (subscription->monitor != NULL)
        return entry->kind == JOURNAL_QEMU_MONITOR &&
               g_regex_match(subscription->monitor, entry->event_word, 0, NULL);
    return event_id_wants(subscription->event_id, entry->kind);
}

static Member *
member_of(virConnectPtr conn, const char *scheme)
{
    for (guint i = 0; i < conn->n_members; i++)
        if (strcmp(conn->members[i].driver->scheme, scheme) == 0)
            return &conn->members[i];
    return NULL;
}

static void
show(virConnectPtr conn, EventHub *hub, const JournalEntry *entry)
{
    gboolean is_network = strcmp(entry->driver, "vnet") == 0;
    Member *home = is_network ? NULL : member_of(conn, entry->driver);
    ObjectRef *ref;
    virDomainPtr domain = NULL;
    virNetworkPtr network = NULL;
    guint n;

    if (!is_network && home == NULL)
        return;
    ref = object_ref_new(entry->name, entry->uuid, entry->id);
    if (is_network)
        network = network_new(conn, ref);
    else
        domain = domain_new(conn, home, ref);
    g_mutex_lock(&conn->lock);
    n = hub->subscriptions->len; /* entries that callbacks add stand behind */
    for (guint i = 0; i < n; i++) {
        Subscription *to = g_ptr_array_index(hub->subscriptions, i);
        gboolean wanted = wants(to, entry, is_network);

        g_mutex_unlock(&conn->lock);
        if (wanted && is_network)
            ((virConnectNetworkEventLifecycleCallback)(void (*)(void))to->callback)(
                conn, network, entry->event, entry->detail, to->opaque);
        else if (wanted)
            event_show(conn, domain, to->event_id, entry, to->callback, to->opaque);
        g_mutex_lock(&conn->lock);
    }
    g_mutex_unlock(&conn->lock);
    if (domain != NULL)
        domain_unref(domain);
    if (network != NULL)
        network_unref(network);
}

/* Takes the marked subscriptions out, and the hub when nobody is left. */
static void
drop_removed(virConnectPtr conn)
{
    g_autoptr(GPtrArray) gone = g_ptr_array_new();
    EventHub *hub, *unused = NULL;

    g_mutex_lock(&conn->lock);
    hub = conn->events;
    if (hub != NULL && hub->rounds == 0) {
        for (guint i = hub->subscriptions->len; i-- > 0;)
            if (((Subscription *)g_ptr_array_index(hub->subscriptions, i))->removed)
                g_ptr_array_add(gone, g_ptr_array_steal_index(hub->subscriptions, i));
        if (hub->subscriptions->len == 0) {
            unused = hub;
            conn->events = NULL;
        }
    }
    g_mutex_unlock(&conn->lock);
    for (guint i = 0; i < gone->len; i++)
        subscription_free(g_ptr_array_index(gone, i));
    event_hub_free(unused);
}

/* The hub's connection with a reference; NULL when it is being freed. */
static virConnectPtr
hub_connect(EventHub *hub)
{
    virConnectPtr conn;

    g_mutex_lock(&hub->lock); /* the last reference may just have gone: who frees it waits here */
    conn = hub->conn != NULL && connect_ref_alive(hub->conn) ? hub->conn : NULL;
    g_mutex_unlock(&hub->lock);
    return conn;
}

static void
on_journal(int watch, int fd, int events, void *opaque)
{
    EventHub *hub = opaque;
    virConnectPtr conn = hub_connect(hub);
    JournalEntry *entry = NULL;
    gboolean is_current;

    if (conn == NULL)
        return;
    g_mutex_lock(&conn->lock);
    is_current = conn->events == hub;
    hub->rounds += is_current ? 1 : 0;
    g_mutex_unlock(&conn->lock);
    while (is_current && journal_next(hub->journal, 0, &entry, NULL) && entry != NULL) {
        show(conn, hub, entry);
        g_clear_pointer(&entry, journal_entry_free);
    }
    g_mutex_lock(&conn->lock);
    hub->rounds -= is_current ? 1 : 0;
    g_mutex_unlock(&conn->lock);
    drop_removed(conn);
    connect_unref(conn);
}

/* --- registering -------------------------------------------------------------------------------- */

static EventHub *
hub_new(Call *call, virConnectPtr conn)
{
    Journal *journal = journal_follow(conn->paths, &call->error);
    EventHub *hub;

    if (journal == NULL)
        return NULL;
    hub = g_new0(EventHub, 1);
    hub->refs = 2; /* the caller's, and the watch's */
    g_mutex_init(&hub->lock);
    hub->conn = conn;
    hub->journal = journal;
    hub->subscriptions = g_ptr_array_new();
    hub->last_number = -1;
    hub->watch = virEventAddHandle(journal_fd(journal), VIR_EVENT_HANDLE_READABLE, on_journal, hub,
                                   hub_unref);
    if (hub->watch >= 0)
        return hub;
    hub_unref(hub);
    call_fail(call, VIR_ERR_INTERNAL_ERROR,
              "no event loop is registered; call virEventRegisterDefaultImpl() before opening the "
              "connection");
    event_hub_free(hub);
    return NULL;
}

/* @subscription: (transfer full). Returns its number, or -1 */
static int
subscribe(Call *call, virConnectPtr conn, Subscription *subscription)
{
    EventHub *hub;
    int number = -1;

    g_mutex_lock(&conn->lock);
    if (conn->events == NULL)
        conn->events = hub_new(call, conn);
    hub = conn->events;
    if (hub != NULL) {
        number = subscription->number = ++hub->last_number;
        g_ptr_array_add(hub->subscriptions, subscription);
    }
    g_mutex_unlock(&conn->lock);
    if (hub == NULL) {
        subscription->free_opaque = NULL; /* a call that fails takes nothing over */
        subscription_free(subscription);
    }
    return number;
}

static Subscription *
subscription_new(int event_id, virConnectDomainEventGenericCallback callback, void *opaque,
                 virFreeCallback free_opaque)
{
    Subscription *subscription = g_new0(Subscription, 1);

    subscription->event_id = event_id;
    subscription->callback = callback;
    subscription->opaque = opaque;
    subscription->free_opaque = free_opaque;
    return subscription;
}

/* NULL with Call.error set. */
static Subscription *
find(virConnectPtr conn, int number, gboolean is_network, gboolean is_plain,
     virConnectDomainEventGenericCallback callback)
{
    GPtrArray *all = conn->events != NULL ? conn->events->subscriptions : NULL;

    for (guint i = 0; all != NULL && i < all->len; i++) {
        Subscription *one = g_ptr_array_index(all, i);

        if (one->removed || one->is_network != is_network || one->is_plain != is_plain)
            continue;
        if (is_plain ? one->callback == callback : one->number == number)
            return one;
    }
    return NULL;
}

static int
unsubscribe(Call *call, virConnectPtr conn, int number, gboolean is_network, gboolean is_plain,
            virConnectDomainEventGenericCallback callback)
{
    Subscription *found;

    g_mutex_lock(&conn->lock);
    found = find(conn, number, is_network, is_plain, callback);
    if (found != NULL)
        found->removed = TRUE;
    g_mutex_unlock(&conn->lock);
    if (found == NULL) {
        call_fail(call, VIR_ERR_INVALID_ARG, "%s: that callback is not registered",
                  call->spec->name);
        return -1;
    }
    drop_removed(conn);
    return 0;
}

int
event_call_register(Call *call, virConnectPtr conn, virConnectDomainEventCallback cb, void *opaque,
                    virFreeCallback freecb)
{
    virConnectDomainEventGenericCallback generic =
        (virConnectDomainEventGenericCallback)(void (*)(void))cb;
    Subscription *subscription;
    gboolean taken;

    g_mutex_lock(&conn->lock);
    taken = find(conn, -1, FALSE, TRUE, generic) != NULL;
    g_mutex_unlock(&conn->lock);
    if (taken) {
        call_fail(call, VIR_ERR_OPERATION_INVALID, "that callback is registered already");
        return -1;
    }
    subscription = subscription_new(VIR_DOMAIN_EVENT_ID_LIFECYCLE, generic, opaque, freecb);
    subscription->is_plain = TRUE;
    return subscribe(call, conn, subscription) >= 0 ? 0 : -1;
}

int
event_call_deregister(Call *call, virConnectPtr conn, virConnectDomainEventCallback cb)
{
    return unsubscribe(call, conn, -1, FALSE, TRUE,
                       (virConnectDomainEventGenericCallback)(void (*)(void))cb);
}

int
event_call_register_any(Call *call, virConnectPtr conn, virDomainPtr dom, int eventID,
                        virConnectDomainEventGenericCallback cb, void *opaque,
                        virFreeCallback freecb)
{
    Subscription *subscription;

    if (dom != NULL && (!call_needs_domain(call, dom) || dom->conn != conn)) {
        call_fail(call, VIR_ERR_INVALID_ARG, "the guest in %s must be of the connection",
                  call->spec->name);
        return -1;
    }
    if (eventID < 0 || eventID >= VIR_DOMAIN_EVENT_ID_LAST) {
        call_fail(call, VIR_ERR_INVALID_ARG, "%s knows no event %d", call->spec->name, eventID);
        return -1;
    }
    subscription = subscription_new(eventID, cb, opaque, freecb);
    if (dom != NULL) {
        subscription->has_filter = TRUE;
        memcpy(subscription->uuid, dom->ref->uuid, sizeof subscription->uuid);
    }
    return subscribe(call, conn, subscription);
}

int
event_call_deregister_any(Call *call, virConnectPtr conn, int callbackID)
{
    return unsubscribe(call, conn, callbackID, FALSE, FALSE, NULL);
}

int
event_call_register_network(Call *call, virConnectPtr conn, virNetworkPtr net, int eventID,
                            virConnectNetworkEventGenericCallback cb, void *opaque,
                            virFreeCallback freecb)
{
    Subscription *subscription;

    if (net != NULL && (!call_needs_network(call, net) || net->conn != conn)) {
        call_fail(call, VIR_ERR_INVALID_ARG, "the network in %s must be of the connection",
                  call->spec->name);
        return -1;
    }
    if (eventID < 0 || eventID >= VIR_NETWORK_EVENT_ID_LAST) {
        call_fail(call, VIR_ERR_INVALID_ARG, "%s knows no event %d", call->spec->name, eventID);
        return -1;
    }
    subscription = subscription_new(
        eventID, (virConnectDomainEventGenericCallback)(void (*)(void))cb, opaque, freecb);
    subscription->is_network = TRUE;
    if (net != NULL) {
        subscription->has_filter = TRUE;
        memcpy(subscription->uuid, net->ref->uuid, sizeof subscription->uuid);
    }
    return subscribe(call, conn, subscription);
}

int
event_call_deregister_network(Call *call, virConnectPtr conn, int callbackID)
{
    return unsubscribe(call, conn, callbackID, TRUE, FALSE, NULL);
}

/* --- QEMU's own events ------------------------------------------------------------------------------ */

/* What @event asks for: a name, or with REGEX an expression; NULL: all. */
static GRegex *
monitor_pattern(Call *call, const char *event, guint flags)
{
    gboolean is_regex = (flags & VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_REGEX) != 0;
    gboolean nocase = (flags & VIR_CONNECT_DOMAIN_QEMU_MONITOR_EVENT_REGISTER_NOCASE) != 0;
    g_autofree char *name = event != NULL && !is_regex ? g_regex_escape_string(event, -1) : NULL;
    g_autofree char *whole = name != NULL ? g_strdup_printf("^%s$", name) : NULL;
    g_autoptr(GError) error = NULL;
    GRegex *regex = g_regex_new(whole != NULL   ? whole
                                : event != NULL ? event
                                                : "",
                                nocase ? G_REGEX_CASELESS : 0, 0, &error);

    if (regex == NULL)
        call_fail(call, VIR_ERR_INVALID_ARG, "'%s' is no regular expression: %s", event,
                  error->message);
    return regex;
}

int
event_call_register_monitor(Call *call, virConnectPtr conn, virDomainPtr dom, const char *event,
                            virConnectDomainQemuMonitorEventCallback cb, void *opaque,
                            virFreeCallback freecb, unsigned int flags)
{
    Subscription *subscription;
    GRegex *regex;

    if (dom != NULL && (!call_needs_domain(call, dom) || dom->conn != conn)) {
        call_fail(call, VIR_ERR_INVALID_ARG, "the guest in %s must be of the connection",
                  call->spec->name);
        return -1;
    }
    regex = monitor_pattern(call, event, flags);
    if (regex == NULL)
        return -1;
    subscription = subscription_new(
        EVENT_ID_MONITOR, (virConnectDomainEventGenericCallback)(void (*)(void))cb, opaque, freecb);
    subscription->monitor = regex;
    if (dom != NULL) {
        subscription->has_filter = TRUE;
        memcpy(subscription->uuid, dom->ref->uuid, sizeof subscription->uuid);
    }
    return subscribe(call, conn, subscription);
}

int
event_call_deregister_monitor(Call *call, virConnectPtr conn, int callbackID)
{
    return unsubscribe(call, conn, callbackID, FALSE, FALSE, NULL);
}
