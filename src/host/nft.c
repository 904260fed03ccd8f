/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/nft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/program.h"

enum {
    WORDS_MAX = 64,
    LISTING_MAX = 1 << 20, /* one chain; more rules than that are nobody's DOCKER-USER */
};

int
nft_load(const char *program, int fd, Err *err)
{
    const char *argv[] = {program, "-f", "-", NULL};

    if (lseek(fd, 0, SEEK_SET) != 0)
        return err_set(err, "internal", "cannot read the rules from their start");
    return program_run(&(ProgramSpec){.argv = argv, .stdin_fd = fd}, NULL, err);
}

int
nft_delete_table(const NftPlace *place, Err *err)
{
    /* `destroy table` needs nft 1.0.7; adding an existing table changes nothing */
    const char *argv[] = {place->program, "add",   "table",       place->family, place->table, ";",
                          "delete",       "table", place->family, place->table,  NULL};

    return program_run(&(ProgramSpec){.argv = argv, .stdin_fd = -1}, NULL, err);
}

int
nft_rule_insert(const NftPlace *place, const char *comment, const char *const *words, Err *err)
{
    const char *argv[WORDS_MAX + 16];
    char quoted[128];
    size_t n = 0;

    argv[n++] = place->program;
    argv[n++] = "insert";
    argv[n++] = "rule";
    argv[n++] = place->family;
    argv[n++] = place->table;
    argv[n++] = place->chain;
    for (size_t i = 0; words[i] != NULL; i++) {
        if (i == WORDS_MAX)
            return err_set(err, "internal", "a rule of too many words");
        argv[n++] = words[i];
    }
    if (snprintf(quoted, sizeof quoted, "\"%s\"", comment) >= (int)sizeof quoted)
        return err_set(err, "internal", "a rule's comment is too long");
    argv[n++] = "comment";
    argv[n++] = quoted;
    argv[n] = NULL;
    return program_run(&(ProgramSpec){.argv = argv, .stdin_fd = -1}, NULL, err);
}

static int
delete_handle(const NftPlace *place, const char *handle, Err *err)
{
    const char *argv[] = {place->program, "delete", "rule", place->family, place->table,
                          place->chain,   "handle", handle, NULL};

    return program_run(&(ProgramSpec){.argv = argv, .stdin_fd = -1}, NULL, err);
}

/* A line of `nft -a list chain`: RULE comment "COMMENT" # handle 7. Returns "7", or NULL. */
static const char *
handle_of(const char *line, const char *quoted)
{
    const char *mark = strstr(line, quoted);
    const char *handle = mark != NULL ? strstr(mark, "# handle ") : NULL;

    return handle != NULL ? handle + strlen("# handle ") : NULL;
}

int
nft_rules_remove(const NftPlace *place, const char *comment, Err *err)
{
    const char *argv[] = {place->program, "-a",         "list",       "chain",
                          place->family,  place->table, place->chain, NULL};
    ProgramSpec spec = {.argv = argv, .stdin_fd = -1, .output_max = LISTING_MAX};
    char *listing = NULL, *save = NULL;
    char quoted[140];
    int rc = 0;

    if (snprintf(quoted, sizeof quoted, "comment \"%s\"", comment) >= (int)sizeof quoted)
        return err_set(err, "internal", "a rule's comment is too long");
    if (program_run(&spec, &listing, err) < 0 || listing == NULL) {
        err_clear(err);
        return 0; /* the chain is gone, and our rules with it */
    }
    for (char *line = strtok_r(listing, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        const char *handle = handle_of(line, quoted);

        if (handle != NULL && delete_handle(place, handle, err) < 0)
            rc = -1;
    }
    free(listing);
    return rc;
}
