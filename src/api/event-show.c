/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/event-show.h"

/* An event id that has no row never fires. */
static const struct {
    int event_id;
    JournalKind kind;
} shown[] = {
    {VIR_DOMAIN_EVENT_ID_LIFECYCLE, JOURNAL_LIFECYCLE}, /* networks: 0 as well */
    {VIR_DOMAIN_EVENT_ID_REBOOT, JOURNAL_REBOOT},
    {VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, JOURNAL_METADATA_CHANGE},
    {VIR_DOMAIN_EVENT_ID_RTC_CHANGE, JOURNAL_RTC_CHANGE},
    {VIR_DOMAIN_EVENT_ID_WATCHDOG, JOURNAL_WATCHDOG},
    {VIR_DOMAIN_EVENT_ID_IO_ERROR, JOURNAL_IO_ERROR},
    {VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON, JOURNAL_IO_ERROR},
    {VIR_DOMAIN_EVENT_ID_TRAY_CHANGE, JOURNAL_TRAY_CHANGE},
    {VIR_DOMAIN_EVENT_ID_PMWAKEUP, JOURNAL_PMWAKEUP},
    {VIR_DOMAIN_EVENT_ID_PMSUSPEND, JOURNAL_PMSUSPEND},
    {VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK, JOURNAL_PMSUSPEND_DISK},
    {VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, JOURNAL_BALLOON_CHANGE},
    {VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, JOURNAL_DEVICE_REMOVED},
    {VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED, JOURNAL_DEVICE_REMOVAL_FAILED},
    {VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE, JOURNAL_AGENT_LIFECYCLE},
};

gboolean
event_id_wants(int event_id, JournalKind kind)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shown); i++)
        if (shown[i].event_id == event_id && shown[i].kind == kind)
            return TRUE;
    return FALSE;
}

#define AS(type) ((type)(void (*)(void))callback)

/* Of machines. */
static void
show_machine(virConnectPtr conn, virDomainPtr domain, int event_id, const JournalEntry *entry,
             virConnectDomainEventGenericCallback callback, void *opaque)
{
    const char *detail = entry->detail_word;

    switch (event_id) {
    case VIR_DOMAIN_EVENT_ID_RTC_CHANGE:
        AS(virConnectDomainEventRTCChangeCallback)
        (conn, domain, g_ascii_strtoll(detail, NULL, 10), opaque);
        break;
    case VIR_DOMAIN_EVENT_ID_IO_ERROR:
        AS(virConnectDomainEventIOErrorCallback)(conn, domain, "", detail, entry->event, opaque);
        break;
    case VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON:
        AS(virConnectDomainEventIOErrorReasonCallback)
        (conn, domain, "", detail, entry->event, entry->data, opaque);
        break;
    case VIR_DOMAIN_EVENT_ID_TRAY_CHANGE:
        AS(virConnectDomainEventTrayChangeCallback)(conn, domain, detail, entry->event, opaque);
        break;
    case VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE:
        AS(virConnectDomainEventBalloonChangeCallback)
        (conn, domain, g_ascii_strtoull(detail, NULL, 10), opaque);
        break;
    case VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED:
    case VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED:
        AS(virConnectDomainEventDeviceRemovedCallback)(conn, domain, detail, opaque);
        break;
    case VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE:
        AS(virConnectDomainEventAgentLifecycleCallback)
        (conn, domain, entry->event, entry->detail, opaque);
        break;
    case EVENT_ID_MONITOR:
        AS(virConnectDomainQemuMonitorEventCallback)
        (conn, domain, entry->event_word, entry->time_us / G_USEC_PER_SEC,
         (unsigned int)(entry->time_us % G_USEC_PER_SEC), *detail != '\0' ? detail : NULL, opaque);
        break;
    default: /* watchdog, and those about sleep: all take one number */
        AS(virConnectDomainEventWatchdogCallback)(conn, domain, entry->event, opaque);
        break;
    }
}

void
event_show(virConnectPtr conn, virDomainPtr domain, int event_id, const JournalEntry *entry,
           virConnectDomainEventGenericCallback callback, void *opaque)
{
    if (event_id == VIR_DOMAIN_EVENT_ID_LIFECYCLE)
        AS(virConnectDomainEventCallback)(conn, domain, entry->event, entry->detail, opaque);
    else if (event_id == VIR_DOMAIN_EVENT_ID_REBOOT)
        callback(conn, domain, opaque);
    else if (event_id == VIR_DOMAIN_EVENT_ID_METADATA_CHANGE)
        AS(virConnectDomainEventMetadataChangeCallback)
    (conn, domain, entry->event, *entry->detail_word != '\0' ? entry->detail_word : NULL, opaque);
    else show_machine(conn, domain, event_id, entry, callback, opaque);
}
