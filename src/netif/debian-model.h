/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* netif/debian-model.h - a whole ifupdown configuration: files, stanzas, who is started when.
 *
 * Theory of operation: /etc/network/interfaces is read, and each file that it sources at the place where it
 * does, as ifupdown goes about it, but a line that ifupdown refuses is put down as a fault and reading goes on.
 * Options are kept as written; what they mean is debian-read.c's business. Reading is linear: names, starts and
 * masters are in tables.
 */
#pragma once

#include "netif/debian-file.h"
#include "netif/files.h"
#include "netif/note.h"

#define DEBIAN_MAIN "/etc/network/interfaces"

/* What an option belongs to, once it was understood: edits replace whole groups. */
typedef enum {
    DEBIAN_UNMODELLED,
    DEBIAN_INET,
    DEBIAN_INET6,
    DEBIAN_START, /* bare auto, allow-hotplug in a stanza */
    DEBIAN_MTU,
    DEBIAN_MAC,
    DEBIAN_STP,
    DEBIAN_DELAY,
    DEBIAN_PORTS, /* of a bridge */
    DEBIAN_SLAVES,
    DEBIAN_BOND,
    DEBIAN_MONITOR,
    DEBIAN_VLAN,
    DEBIAN_GROUP_LAST
} DebianGroup;

typedef struct DebianStanza DebianStanza;

typedef struct {
    const char *key;   /* as written */
    const char *canon; /* '_' as '-', post-up as up, pre-down as down */
    const char *value;
    DebianStanza *stanza; /* where it is written: of an inherited one the base */
    guint line;           /* index in that stanza's file */
    DebianGroup group;    /* set by debian_read() */
} DebianOption;

struct DebianStanza {
    DebianFile *file;
    guint line, end;             /* lines [line, end): header to last option */
    const char *name;            /* NULL: mapping */
    const char *family, *method; /* NULL: ifupdown2's form, or unknown */
    DebianStanza *base;          /* inherits */
    GArray *options;             /* DebianOption, inherited ones first */
    gboolean is_base;            /* another one inherits from it */
    gboolean is_faulty;          /* ifupdown refuses its header */
};

typedef struct {
    DebianFile *file;
    guint line;
    const char *klass; /* "auto", "hotplug", another class; "no-auto-down", "no-scripts" */
} DebianStart;

typedef struct {
    NetifFiles *files;
    GStringChunk *strings;
    GPtrArray *sources;    /* DebianFile*, the main one first */
    GPtrArray *stanzas;    /* DebianStanza*: of interfaces, in ifupdown's order */
    GPtrArray *mappings;   /* DebianStanza*; the globs stand in the header's value */
    GHashTable *by_name;   /* name -> GPtrArray of DebianStanza* */
    GHashTable *starts;    /* name -> GArray of DebianStart */
    GPtrArray *patterns;   /* char*: of auto, allow- and rename lines: "/eth*" */
    GHashTable *masters;   /* name of a port or slave -> name of its bridge or bond */
    GHashTable *members;   /* name of a bond -> GPtrArray of DebianStanza* with bond-master */
    GHashTable *canon;     /* key -> canon */
    GPtrArray *scopes;     /* char* */
    NetifNotes *notes;     /* faults, and what belongs to no interface */
    guint n_inherited;     /* options that were copied so far */
    DebianStanza *current; /* while reading */
} Debian;

/* Never fails but for reasons of the main file's reading; no file is an empty configuration. */
Debian *debian_load(NetifFiles *files, GError **error);
void debian_free(Debian *debian);

/* Stanzas of @name in order; NULL when there are none. */
const GPtrArray *debian_stanzas(const Debian *debian, const char *name);

DebianOption *debian_option(const DebianStanza *stanza, guint index);

/* FALSE of an option that an inheriting stanza has from its base. */
gboolean debian_is_own(const DebianStanza *stanza, const DebianOption *option);

/* Physical line number where an option, or a stanza, is written. */
guint debian_option_line(const DebianOption *option);
guint debian_stanza_line(const DebianStanza *stanza);

/* Whether @name is in class @klass ("auto", "hotplug"), by a line of its own or a bare word in its stanza. */
gboolean debian_is_in_class(const Debian *debian, const char *name, const char *klass);

/* The spelling that keys are compared by. */
const char *debian_canon(Debian *debian, const char *key);

/* Puts down what ifupdown refuses. */
void debian_fault(Debian *debian, DebianFile *file, const DebianLine *line, const char *text);

/* debian-source.c: reads what a source or source-directory line names, through @read. */
typedef void (*DebianRead)(Debian *debian, const char *path);
void debian_source(Debian *debian, DebianFile *file, const DebianLine *line, gboolean is_directory,
                   DebianRead read);
