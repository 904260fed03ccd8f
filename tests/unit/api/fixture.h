/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fixture.h - a connection of the mock drivers, and the last error in one assertion. */
#pragma once

#include <glib.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "mock.h"

static inline void
quiet(void *data, virErrorPtr error)
{
}

static inline virConnectPtr
open_mock(const char *scheme, gboolean read_only)
{
    g_autofree char *uri = mock_uri(scheme);
    virConnectPtr conn;

    mock_reset();
    virSetErrorFunc(NULL, quiet);
    conn = read_only ? virConnectOpenReadOnly(uri) : virConnectOpen(uri);
    g_assert_nonnull(conn);
    return conn;
}

#define ASSERT_ERROR(number, text)                                                                 \
    G_STMT_START                                                                                   \
    {                                                                                              \
        g_assert_nonnull(virGetLastError());                                                       \
        g_assert_cmpint(virGetLastErrorCode(), ==, (number));                                      \
        g_assert_nonnull(strstr(virGetLastErrorMessage(), (text)));                                \
    }                                                                                              \
    G_STMT_END
