/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench/stamp.c - stands in a machine's <emulator>: notes the moment at which it is executed, then becomes QEMU.
 *
 * Beside it lie "stamps", which gets 8 bytes of CLOCK_MONOTONIC in nanoseconds per execution, and "qemu", a
 * link to the real one. Both tools ask an emulator what it can do before they use it: the last stamp is the guest's.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    char path[4096];
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    if (slash == NULL)
        return 126;
    const int folder = (int)(slash - argv[0]);
    (void)snprintf(path, sizeof path, "%.*s/stamps", folder, argv[0]);
    const int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    const int64_t ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
    if (fd < 0 || write(fd, &ns, sizeof ns) != (ssize_t)sizeof ns)
        return 126;
    (void)snprintf(path, sizeof path, "%.*s/qemu", folder, argv[0]);
    argv[0] = path;
    execv(path, argv);
    return 127;
}
