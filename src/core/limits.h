/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/limits.h - how much of anything core takes in, and how long it waits. */
#pragma once

#define CORE_XML_BYTES_MAX    (16 << 20)  /* a stored definition; conf has its own, tighter limit */
#define CORE_STATUS_BYTES_MAX (256 << 10) /* a status file: 500 interfaces are 40 KiB */
#define CORE_HEAD_BYTES       4096        /* of a definition, to find its uuid without parsing it */
#define CORE_NAME_BYTES_MAX   200         /* NAME.xml and NAME.guest must fit in 255 */

#define CORE_LOCK_MS       15000 /* an operation on an object: a start takes milliseconds */
#define CORE_STORE_LOCK_MS 10000 /* the driver's: held for a few file operations */
#define CORE_LAUNCH_MS     60000 /* until the supervisor says ready: slow disks, fsck'ing mounts */
#define CORE_CLEAN_MS      30000 /* lodge-supervisor clean */
#define CORE_EXIT_MS                                                                               \
    200 /* the exit of a supervisor that has said "ended"; one that lingers is left */
#define CORE_REQUEST_MS 30000 /* an answer of the supervisor */

#define CORE_JOURNAL_BYTES_MAX (1 << 20) /* then events becomes events.1 */
#define CORE_JOURNAL_LINE_MAX  8192
