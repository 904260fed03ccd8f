/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench/payload.c - what benchmarks run in guests, by the name it is called with.
 *
 * first            note CLOCK_MONOTONIC (ns, 8 bytes) in /out/stamp and end
 * pbidle           sleep for ever, under a name that nobody else uses
 * blast DELAY MIB  after DELAY ms: raw tty, "BEGIN", MIB MiB of 'x', "END"; then stay 1 s
 */
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int
first(void)
{
    struct timespec now;
    uint64_t stamp;
    int fd;

    clock_gettime(CLOCK_MONOTONIC, &now);
    stamp = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    fd = open("/out/stamp", O_WRONLY);
    return fd >= 0 && pwrite(fd, &stamp, sizeof stamp, 0) != sizeof stamp;
}

static int
put(const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = write(1, bytes, size);

        if (n < 0)
            return -1;
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

static int
blast(const char *delay_ms, const char *mib)
{
    static char block[65536];
    struct termios tty;

    if (tcgetattr(1, &tty) == 0) {
        cfmakeraw(&tty);
        tcsetattr(1, TCSANOW, &tty);
    }
    poll(NULL, 0, (int)strtol(delay_ms, NULL, 10));
    memset(block, 'x', sizeof block);
    put("BEGIN", 5);
    for (long i = 0; i < strtol(mib, NULL, 10) * 16; i++)
        if (put(block, sizeof block) < 0)
            return 1;
    put("END", 3);
    poll(NULL, 0, 1000);
    return 0;
}

int
main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash ? slash + 1 : argv[0];

    if (strcmp(name, "first") == 0)
        return first();
    if (strcmp(name, "blast") == 0 && argc == 3)
        return blast(argv[1], argv[2]);
    for (;;)
        pause();
}
