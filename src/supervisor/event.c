/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One line of the journal; core/journal.h has the format, and reads it. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/guest-priv.h"
#include "supervisor/json.h"

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
    [EVENT_SAVED] = {"lifecycle", "stopped", "saved", 5, 4, true},
    [EVENT_RESTORED] = {"lifecycle", "started", "restored", 2, 2, false},
    [EVENT_WAKEUP] = {"lifecycle", "started", "wakeup", 2, 4, false},
    [EVENT_SUSPENDED_IOERROR] = {"lifecycle", "suspended", "i/o-error", 3, 2, false},
    [EVENT_SUSPENDED_WATCHDOG] = {"lifecycle", "suspended", "watchdog", 3, 3, false},
    [EVENT_SUSPENDED_RESTORED] = {"lifecycle", "suspended", "restored", 3, 4, false},
    [EVENT_SHUTDOWN_FINISHED] = {"lifecycle", "shutdown", "finished", 6, 0, false},
    [EVENT_SHUTDOWN_GUEST] = {"lifecycle", "shutdown", "guest", 6, 1, false},
    [EVENT_SHUTDOWN_HOST] = {"lifecycle", "shutdown", "host", 6, 2, false},
    [EVENT_PMSUSPENDED] = {"lifecycle", "pmsuspended", "memory", 7, 0, false},
    [EVENT_PMSUSPENDED_DISK] = {"lifecycle", "pmsuspended", "disk", 7, 1, false},
    [EVENT_PANICKED] = {"lifecycle", "crashed", "panicked", 8, 0, false},
    [EVENT_CRASHLOADED] = {"lifecycle", "crashed", "crashloaded", 8, 1, false},
};

#define NETWORK_STOPPED   3
#define JOURNAL_BYTES_MAX (1 << 20) /* core/limits.h has the same */

/* As core/journal_trim(): a guest that makes events without end does not fill the disk. Somebody else holds
 * the lock: then he does it. */
static void
rotate(const char *path, const struct stat *full)
{
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char lock[PATH_MAX], old[PATH_MAX];
    struct stat here, there;
    const char *name = strrchr(path, '/');
    int fd;

    if (!name || io_format(old, sizeof old, "%s.1", path) < 0 ||
        io_format(lock, sizeof lock, "%.*s/.events", (int)(name - path), path) < 0)
        return;
    fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    if (fcntl(fd, F_OFD_SETLK, &range) == 0 && fstat(fd, &here) == 0 && stat(lock, &there) == 0 &&
        here.st_ino == there.st_ino) {
        if (stat(path, &there) == 0 && there.st_ino == full->st_ino)
            (void)rename(path, old); /* refused: it grows on */
        (void)unlink(lock);
    }
    io_close(&fd);
}

void
event_write(const Guest *guest, const EventText *text)
{
    const char *detail_text = text->detail ? text->detail : "";
    size_t detail_size = text->detail_size ? text->detail_size : strlen(detail_text);
    char line[EVENT_DETAIL_MAX * 2 + 4096], name[1024], detail[EVENT_DETAIL_MAX * 2], data[512];
    struct timespec now;
    struct stat st;
    long long time_us = text->time_us;
    int fd, size;

    if (!guest->events)
        return;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (time_us == 0)
        time_us = (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
    if (json_quote(guest->name, strlen(guest->name), name, sizeof name) < 0 ||
        json_quote(detail_text, detail_size, detail, sizeof detail) < 0)
        return; /* longer than anything that is told of */
    if (json_quote(text->data ? text->data : "", text->data ? strlen(text->data) : 0, data,
                   sizeof data) < 0)
        return;
    size = io_format(line, sizeof line,
                     "{\"time\":%lld,\"driver\":\"%s\",\"name\":%s,\"uuid\":\"%s\",\"id\":%d,"
                     "\"kind\":\"%s\",\"event\":\"%s\",\"event-number\":%d,\"detail\":%s,"
                     "\"detail-number\":%d%s%s}\n",
                     time_us, guest->driver, name, guest->uuid ? guest->uuid : "",
                     text->is_off || guest->is_network ? -1 : (int)guest->supervisor_pid,
                     text->kind, text->event, text->number, detail, text->detail_number,
                     text->data ? ",\"data\":" : "", text->data ? data : "");
    fd = size < 0 ? -1 : open(guest->events, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    (void)!write(fd, line, (size_t)size); /* a full disk does not stop a guest */
    if (fstat(fd, &st) == 0 && st.st_size > JOURNAL_BYTES_MAX)
        rotate(guest->events, &st);
    io_close(&fd);
}

void
event_append(const Guest *guest, EventWhat what)
{
    EventText text = {.kind = events[what].kind,
                      .event = events[what].event,
                      .number = events[what].event_number,
                      .detail = guest->is_network ? "" : events[what].detail,
                      .detail_number = guest->is_network ? 0 : events[what].detail_number,
                      .is_off = events[what].is_off};

    if (guest->is_network && text.is_off)
        text.number = NETWORK_STOPPED;
    event_write(guest, &text);
}
