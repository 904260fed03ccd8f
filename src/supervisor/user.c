/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The guest's passwd and group files, read by hand: libc's functions would ask the modules (NSS) of
 * whatever they find in the guest. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/payload.h"

#define FIELDS_MAX     8
#define FILE_BYTES_MAX ((size_t)16 << 20) /* some 200,000 users */

typedef struct {
    int fd;
    size_t have, at, taken;
    char text[4096]; /* a longer line is none of ours and is passed over */
} Lines;

/* The file is the guest's: a FIFO or a device in its place must not hold us up. */
static int
open_list(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat st;

    if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)))
        io_close(&fd);
    return fd;
}

/* The next line without its end, NULL at the end of the file. */
static char *
next_line(Lines *lines)
{
    for (;;) {
        char *end = memchr(lines->text + lines->at, '\n', lines->have - lines->at);
        ssize_t n;

        if (end) {
            char *line = lines->text + lines->at;

            *end = '\0';
            lines->at = (size_t)(end - lines->text) + 1;
            return line;
        }
        if (lines->at == 0 && lines->have == sizeof lines->text)
            lines->have = 0; /* too long */
        memmove(lines->text, lines->text + lines->at, lines->have - lines->at);
        lines->have -= lines->at;
        lines->at = 0;
        n = lines->taken > FILE_BYTES_MAX
                ? 0 /* a sparse file has no end that anybody could wait for */
                : read(lines->fd, lines->text + lines->have, sizeof lines->text - lines->have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) { /* the last line may lack its end */
            if (n < 0 || lines->have == 0 || lines->have == sizeof lines->text)
                return NULL;
            lines->text[lines->have] = '\n';
            lines->have++;
            continue;
        }
        lines->have += (size_t)n;
        lines->taken += (size_t)n;
    }
}

static int
split(char *line, char **fields)
{
    int n = 0;

    while (n < FIELDS_MAX) {
        char *colon = strchr(line, ':');

        fields[n++] = line;
        if (!colon)
            break;
        *colon = '\0';
        line = colon + 1;
    }
    return n;
}

static bool
parse_id(const char *text, uint32_t *ret)
{
    uint64_t value = 0;

    /* the last one is (uid_t)-1, "leave it" */
    if (io_parse_u64(text, UINT32_MAX - 1, &value) < 0)
        return false;
    *ret = (uint32_t)value;
    return true;
}

static bool
in_list(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; *at;) {
        size_t n = strcspn(at, ",");

        if (n == length && strncmp(at, name, n) == 0)
            return true;
        at += n + (at[n] == ',');
    }
    return false;
}

static bool
find_passwd(const char *name, bool is_number, uint32_t number, PayloadUser *user)
{
    Lines lines = {.fd = open_list("/etc/passwd")};
    char *fields[FIELDS_MAX], *line;
    uint32_t uid, gid;
    bool found = false;

    while (lines.fd >= 0 && !found && (line = next_line(&lines))) {
        if (split(line, fields) < 7 || !parse_id(fields[2], &uid) || !parse_id(fields[3], &gid))
            continue;
        if (is_number ? uid != number : strcmp(fields[0], name) != 0)
            continue;
        found = io_format(user->name, sizeof user->name, "%s", fields[0]) >= 0 &&
                io_format(user->home, sizeof user->home, "%s", fields[5]) >= 0 &&
                io_format(user->shell, sizeof user->shell, "%s", fields[6]) >= 0;
        user->uid = uid;
        user->gid = gid;
    }
    io_close(&lines.fd);
    return found;
}

static bool
find_group(const char *name, uint32_t *ret)
{
    Lines lines = {.fd = open_list("/etc/group")};
    char *fields[FIELDS_MAX], *line;
    bool found = false;

    while (lines.fd >= 0 && !found && (line = next_line(&lines)))
        found =
            split(line, fields) >= 3 && strcmp(fields[0], name) == 0 && parse_id(fields[2], ret);
    io_close(&lines.fd);
    return found;
}

/* The groups that list the user, besides his own. */
static void
find_memberships(PayloadUser *user)
{
    Lines lines = {.fd = open_list("/etc/group")};
    char *fields[FIELDS_MAX], *line;
    const int max = (int)(sizeof user->groups / sizeof user->groups[0]);
    uint32_t gid;

    while (lines.fd >= 0 && user->n_groups < max && (line = next_line(&lines)))
        if (split(line, fields) >= 4 && parse_id(fields[2], &gid) && gid != user->gid &&
            in_list(fields[3], user->name))
            user->groups[user->n_groups++] = gid;
    io_close(&lines.fd);
}

int
payload_find_user(const char *user, const char *group, PayloadUser *ret_user, Err *err)
{
    uint32_t number = 0;
    bool is_number = parse_id(user, &number);

    *ret_user = (PayloadUser){.uid = number, .gid = number, .home = "/"};
    if (!find_passwd(user, is_number, number, ret_user)) {
        if (!is_number && strcmp(user, "root") != 0) {
            (void)err_set(err, "not-found", "the guest has no user '%s'", user);
            return err_hint(err, "add it to the guest's /etc/passwd, or give a number");
        }
        /* root without a passwd file is root; a number alone has the group of the same number */
        *ret_user = (PayloadUser){.uid = number, .gid = number, .home = "/"};
    }
    if (*group) {
        if (!parse_id(group, &number) && !find_group(group, &number)) {
            (void)err_set(err, "not-found", "the guest has no group '%s'", group);
            return err_hint(err, "add it to the guest's /etc/group, or give a number");
        }
        ret_user->gid = number;
    }
    if (ret_user->name[0])
        find_memberships(ret_user);
    return 0;
}
