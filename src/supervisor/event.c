/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One line of the journal; core/journal.h has the format, and reads it. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/guest-priv.h"

/* libvirt's words and numbers */
static const struct {
    const char *kind, *event, *detail;
    int event_number, detail_number;
    bool is_off; /* the object has no id after it */
} events[] = {
    [EVENT_STARTED] = {"lifecycle", "started", "booted", 2, 0, false},
    [EVENT_SUSPENDED] = {"lifecycle", "suspended", "paused", 3, 0, false},
    [EVENT_RESUMED] = {"lifecycle", "resumed", "unpaused", 4, 0, false},
    [EVENT_REBOOT] = {"reboot", "reboot", "", 0, 0, false},
    [EVENT_SHUTDOWN] = {"lifecycle", "stopped", "shutdown", 5, 0, true},
    [EVENT_DESTROYED] = {"lifecycle", "stopped", "destroyed", 5, 1, true},
    [EVENT_CRASHED] = {"lifecycle", "stopped", "crashed", 5, 2, true},
    [EVENT_FAILED] = {"lifecycle", "stopped", "failed", 5, 5, true},
};

#define NETWORK_STOPPED 3

/* A JSON string; bytes above 0x7f go through. */
static void
quote(const char *text, char *out, size_t size)
{
    size_t at = 0;

    for (; *text && at + 8 < size; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\') {
            out[at++] = '\\';
            out[at++] = (char)c;
        } else if (c < 0x20) {
            at += (size_t)snprintf(out + at, size - at, "\\u%04x", c);
        } else {
            out[at++] = (char)c;
        }
    }
    out[at] = '\0';
}

void
event_append(const Guest *guest, EventWhat what)
{
    char line[2048], name[1024];
    struct timespec now;
    int number = events[what].event_number, fd, size;

    if (!guest->events)
        return;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    quote(guest->name, name, sizeof name);
    if (guest->is_network && events[what].is_off)
        number = NETWORK_STOPPED;
    size = io_format(line, sizeof line,
                     "{\"time\":%lld,\"driver\":\"%s\",\"name\":\"%s\",\"uuid\":\"%s\",\"id\":%d,"
                     "\"kind\":\"%s\",\"event\":\"%s\",\"event-number\":%d,\"detail\":\"%s\","
                     "\"detail-number\":%d}\n",
                     (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000, guest->driver, name,
                     guest->uuid ? guest->uuid : "",
                     events[what].is_off || guest->is_network ? -1 : (int)guest->supervisor_pid,
                     events[what].kind, events[what].event, number,
                     guest->is_network ? "" : events[what].detail,
                     guest->is_network ? 0 : events[what].detail_number);
    fd = size < 0 ? -1 : open(guest->events, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0)
        (void)!write(fd, line, (size_t)size); /* a full disk does not stop a guest */
    io_close(&fd);
}
