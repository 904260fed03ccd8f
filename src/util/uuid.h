/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* util/uuid.h - make, read and write UUIDs. */
#pragma once

#include <glib.h>

#define UUID_SIZE      16
#define UUID_TEXT_SIZE 37 /* with the NUL */

void uuid_random(guint8 *ret_uuid); /* version 4 */

/* 32 hex digits; blanks around and hyphens between bytes are ignored, as libvirt does. */
gboolean uuid_parse(const char *text, guint8 *ret_uuid);

/* Writes "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee" into @ret_text of UUID_TEXT_SIZE; returns it. */
const char *uuid_format(const guint8 *uuid, char *ret_text);
