/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/clock.h - monotonic milliseconds, for deadlines.
 */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t
clock_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
