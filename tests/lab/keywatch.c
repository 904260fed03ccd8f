/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* keywatch: the init of the guest of tests/lab/keyboard.py. Says on the serial line what its keyboards and its
 * console are given:
 *   READY              every device is open
 *   E CODE VALUE MS    a key event of evdev: 1 down, 0 up, 2 repeat; ms of the event itself
 *   T HEX              bytes read from the console
 * and does what it is told there: "layout NAME" loads /maps/NAME ("OK" or "FAIL"), "sync WORD" answers "SYNC WORD".
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define DEVICES_MAX 16

static int line_fd;

static int
open_raw(const char *path)
{
    struct termios termios;
    int fd = open(path, O_RDWR | O_NOCTTY);

    if (fd >= 0 && tcgetattr(fd, &termios) == 0) {
        cfmakeraw(&termios);
        tcsetattr(fd, TCSANOW, &termios);
    }
    return fd;
}

static int
open_keyboards(struct pollfd *fds, int n)
{
    DIR *folder = opendir("/dev/input");
    struct dirent *entry;

    while (folder && n < DEVICES_MAX && (entry = readdir(folder))) {
        char path[300];

        if (strncmp(entry->d_name, "event", 5) != 0)
            continue;
        snprintf(path, sizeof path, "/dev/input/%s", entry->d_name);
        fds[n] = (struct pollfd){.fd = open(path, O_RDONLY), .events = POLLIN};
        if (fds[n].fd >= 0)
            n++;
    }
    if (folder)
        closedir(folder);
    return n;
}

static void
show_events(int fd)
{
    struct input_event events[64];
    ssize_t size = read(fd, events, sizeof events);

    for (ssize_t i = 0; i < size / (ssize_t)sizeof events[0]; i++)
        if (events[i].type == EV_KEY)
            dprintf(line_fd, "E %d %d %lld\n", events[i].code, events[i].value,
                    (long long)events[i].input_event_sec * 1000 +
                        events[i].input_event_usec / 1000);
}

static void
show_text(int fd)
{
    unsigned char bytes[128];
    ssize_t size = read(fd, bytes, sizeof bytes);

    if (size <= 0)
        return;
    dprintf(line_fd, "T ");
    for (ssize_t i = 0; i < size; i++)
        dprintf(line_fd, "%02x", bytes[i]);
    dprintf(line_fd, "\n");
}

static void
obey(const char *line)
{
    char path[128];
    int status = -1;
    pid_t pid;

    if (strncmp(line, "sync ", 5) == 0) {
        dprintf(line_fd, "SYNC %s\n", line + 5);
    } else if (strncmp(line, "layout ", 7) == 0) {
        snprintf(path, sizeof path, "/maps/%s", line + 7);
        pid = fork();
        if (pid == 0) {
            dup2(open("/dev/tty1", O_RDWR), 0);
            dup2(line_fd, 2);
            execl("/bin/loadkeys", "loadkeys", "-q", "-u", path, (char *)NULL);
            _exit(127);
        }
        waitpid(pid, &status, 0);
        dprintf(line_fd, status == 0 ? "OK\n" : "FAIL\n");
    }
}

static void
read_line(char *line, size_t size)
{
    static size_t n;
    char c;

    while (read(line_fd, &c, 1) == 1) {
        if (c != '\n') {
            if (n + 1 < size)
                line[n++] = c;
            return;
        }
        line[n] = '\0';
        n = 0;
        obey(line);
        return;
    }
}

int
main(void)
{
    struct pollfd fds[DEVICES_MAX];
    char line[128];
    int n = 2;

    line_fd = open_raw("/dev/ttyS0");
    fds[0] = (struct pollfd){.fd = line_fd, .events = POLLIN};
    fds[1] = (struct pollfd){.fd = open_raw("/dev/tty1"), .events = POLLIN};
    n = open_keyboards(fds, n);
    dprintf(line_fd, "READY %d\n", n - 2);
    for (;;) {
        if (poll(fds, (nfds_t)n, -1) <= 0)
            continue;
        for (int i = 2; i < n; i++)
            if (fds[i].revents & POLLIN)
                show_events(fds[i].fd);
        if (fds[1].revents & POLLIN)
            show_text(fds[1].fd);
        if (fds[0].revents & POLLIN)
            read_line(line, sizeof line);
    }
}
