/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* conf/xml/tree-priv.h - what the parser and the readers of a tree share. */
#pragma once

#include "conf/xml/arena.h"
#include "conf/xml/tree.h"

struct XmlTree {
    Arena arena; /* every node and string */
    XmlNode *root;
    const char *source;
    gboolean is_live;
};

/* One line of valid UTF-8 without control characters, whatever was quoted in it. Takes @message. */
char *xml_clean_message(char *message);
