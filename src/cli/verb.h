/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/verb.h - what a command is: name, help, options, handler.
 *
 * One table a family (verb-*.c), all of them listed in verbs.c. Parser, help, completion and the
 * manual read these tables; nothing about a command is written down twice.
 */
#pragma once

#include <glib.h>

#include "cli/args.h"
#include "cli/cli.h"

typedef enum {
    OPT_FLAG,   /* --all */
    OPT_NUMBER, /* --timeout <number> */
    OPT_TEXT,   /* --mode <string> */
    OPT_REST,   /* all words that are left */
    OPT_LAST
} OptKind;

typedef enum {
    OPT_REQUIRED = 1 << 0,
    OPT_BY_NAME = 1 << 1, /* never positional: only --name VALUE */
    OPT_REPEAT = 1 << 2,  /* may be given several times */
    OPT_STOPS = 1 << 3,   /* of OPT_REST: from its first word on nothing is an option */
    OPT_COMMAS = 1 << 4,  /* of COMPLETE_WORDS: several of them, with commas */
} OptFlags;

typedef enum {
    COMPLETE_NOTHING,
    COMPLETE_FILE,
    COMPLETE_DOMAIN,
    COMPLETE_DOMAIN_ACTIVE,
    COMPLETE_DOMAIN_INACTIVE,
    COMPLETE_NETWORK,
    COMPLETE_NETWORK_ACTIVE,
    COMPLETE_NETWORK_INACTIVE,
    COMPLETE_INTERFACE, /* of the domain given before it */
    COMPLETE_COMMAND,
    COMPLETE_URI,
    COMPLETE_WORDS, /* those of Opt.words */
    COMPLETE_LAST
} Complete;

typedef struct {
    const char *name;
    OptKind kind;
    OptFlags flags;
    Complete complete;
    const char *help;
    const char *const *words; /* NULL-terminated, for COMPLETE_WORDS */
} Opt;

/* Every table of options ends with this. */
#define OPT_END                                                                                    \
    {                                                                                              \
        .name = NULL                                                                               \
    }

#define OPT_DOMAIN(which)                                                                          \
    {                                                                                              \
        "domain", OPT_TEXT, OPT_REQUIRED, which, "name, id or uuid of the guest"                   \
    }
#define OPT_NETWORK(which)                                                                         \
    {                                                                                              \
        "network", OPT_TEXT, OPT_REQUIRED, which, "name or uuid of the network"                    \
    }
#define OPT_JSON                                                                                   \
    {                                                                                              \
        "json", OPT_FLAG, 0, COMPLETE_NOTHING, "print JSON"                                        \
    }
#define OPT_AFFECT                                                                                 \
    {"config", OPT_FLAG, 0, COMPLETE_NOTHING, "the stored configuration, used at the next start"}, \
        {"live", OPT_FLAG, 0, COMPLETE_NOTHING, "the running guest"},                              \
    {                                                                                              \
        "current", OPT_FLAG, 0, COMPLETE_NOTHING,                                                  \
            "the running guest if it runs, else the "                                              \
            "stored configuration"                                                                 \
    }

typedef enum {
    VERB_HIDDEN = 1 << 0, /* for machines: in no help */
} VerbFlags;

typedef struct {
    const char *name;
    const char *summary; /* one line, for lists */
    const char *about;   /* what `help NAME` says beyond the summary, or NULL */
    const Opt *opts;     /* OPT_END-terminated, or NULL */
    gboolean (*run)(Cli *cli, const Args *args);
    VerbFlags flags;
} Verb;

typedef struct {
    const char *title;   /* "Domain Management" */
    const char *keyword; /* "domain", for `help domain` */
    const Verb *verbs;   /* ends with a NULL name */
} VerbGroup;
