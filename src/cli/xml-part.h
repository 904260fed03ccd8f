/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/xml-part.h - print XML, or the parts of it that an XPath expression finds. */
#pragma once

#include <glib.h>

#include "cli/args.h"

/* The options, for tables of commands; xml_part_print() asks for them by name. */
#define OPT_XML_PART                                                                               \
    {"xpath", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, "only the parts that this XPath finds"},    \
    {                                                                                              \
        "wrap", OPT_FLAG, 0, COMPLETE_NOTHING, "with --xpath: all parts below one <nodes>"         \
    }

/* Prints @xml as --xpath and --wrap of @args ask. FALSE, said: no such part, or a bad expression. */
gboolean xml_part_print(const Args *args, const char *xml);
