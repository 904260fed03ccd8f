/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge/libvirt-stream.h - bytes to and from a guest's console. */
#ifndef LODGE_LIBVIRT_STREAM_H
#define LODGE_LIBVIRT_STREAM_H

#include <lodge/libvirt-common.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    VIR_STREAM_NONBLOCK = 1 << 0
} virStreamFlags;

typedef enum {
    VIR_STREAM_EVENT_READABLE = 1 << 0,
    VIR_STREAM_EVENT_WRITABLE = 1 << 1,
    VIR_STREAM_EVENT_ERROR = 1 << 2,
    VIR_STREAM_EVENT_HANGUP = 1 << 3,
} virStreamEventType;

/* Gives bytes to send: their number, 0 at the end, -1 to abort. */
typedef int (*virStreamSourceFunc)(virStreamPtr st, char *data, size_t nbytes, void *opaque);
/* Takes bytes received: their number, -1 to abort. */
typedef int (*virStreamSinkFunc)(virStreamPtr st, const char *data, size_t nbytes, void *opaque);
typedef void (*virStreamEventCallback)(virStreamPtr stream, int events, void *opaque);

virStreamPtr virStreamNew(virConnectPtr conn, unsigned int flags);
int virStreamRef(virStreamPtr st);
int virStreamFree(virStreamPtr st);

/* Both: the number of bytes, -1 on error, -2 when it would block; Recv: 0 at the end. */
int virStreamSend(virStreamPtr st, const char *data, size_t nbytes);
int virStreamRecv(virStreamPtr st, char *data, size_t nbytes);
int virStreamRecvFlags(virStreamPtr st, char *data, size_t nbytes, unsigned int flags);
int virStreamSendAll(virStreamPtr st, virStreamSourceFunc handler, void *opaque);
int virStreamRecvAll(virStreamPtr st, virStreamSinkFunc handler, void *opaque);

int virStreamEventAddCallback(virStreamPtr stream, int events, virStreamEventCallback cb,
                              void *opaque, virFreeCallback ff);
int virStreamEventUpdateCallback(virStreamPtr stream, int events);
int virStreamEventRemoveCallback(virStreamPtr stream);

int virStreamFinish(virStreamPtr st);
int virStreamAbort(virStreamPtr st);

#ifdef __cplusplus
}
#endif

#endif
