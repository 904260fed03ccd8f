/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/forwarding.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"

enum {
    STATE_MAX = 16384, /* bytes of the file: hundreds of users */
    WHERE_MAX = 64,
};

typedef struct {
    char boot[WHERE_MAX]; /* this boot's id */
    uint64_t netns;
    char saved;            /* '0' or '1' */
    char users[STATE_MAX]; /* "NAME [HOME]\n" each */
} State;

static const char *
switch_path(bool v6)
{
    return v6 ? "/proc/sys/net/ipv6/conf/all/forwarding" : "/proc/sys/net/ipv4/ip_forward";
}

/* Reads a small file into @text, without its last newline. */
static bool
read_text(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return false;
    n = read(fd, text, size - 1);
    close(fd);
    if (n < 0)
        return false;
    text[n] = '\0';
    if (n > 0 && text[n - 1] == '\n')
        text[n - 1] = '\0';
    return true;
}

static bool
write_text(const char *path, int flags, const char *text)
{
    int fd = open(path, flags | O_WRONLY | O_CLOEXEC, 0600);
    size_t size = strlen(text);
    bool ok;

    if (fd < 0)
        return false;
    ok = write(fd, text, size) == (ssize_t)size;
    if (close(fd) < 0)
        ok = false;
    return ok;
}

/* The number of this network namespace: never used again in this boot; before Linux 5.14 the inode's, which may be. */
static int
find_namespace(uint64_t *ret, Err *err)
{
    socklen_t size = sizeof *ret;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), result, saved_errno;
    struct stat st;

    if (fd < 0)
        return err_set_errno(err, errno, "cannot tell this network namespace");
    result = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, ret, &size);
    saved_errno = errno;
    close(fd);
    if (result == 0)
        return 0;
    /* another error is of this moment: a second answer would be another name for the same thing */
    if (saved_errno != ENOPROTOOPT || stat("/proc/self/ns/net", &st) < 0)
        return err_set_errno(err, saved_errno, "cannot tell this network namespace");
    *ret = st.st_ino;
    return 0;
}

static int
lock_dir(const char *dir, Err *err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    char path[PATH_MAX];
    int fd;

    if (mkdir(dir, 0700) < 0 && errno != EEXIST)
        return err_set_errno(err, errno, "cannot make '%s'", dir);
    (void)snprintf(path, sizeof path, "%s/lock", dir);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set_errno(err, errno, "cannot open '%s'", path);
    while (fcntl(fd, F_OFD_SETLKW, &whole) < 0) {
        if (errno == EINTR)
            continue;
        (void)err_set_errno(err, errno, "cannot lock '%s'", path);
        close(fd);
        return -1;
    }
    return fd;
}

static void
state_path(const ForwardingUse *use, const State *state, const char *suffix, char *path)
{
    (void)snprintf(path, PATH_MAX, "%s/%s.%" PRIu64 "%s", use->dir, use->v6 ? "v6" : "v4",
                   state->netns, suffix);
}

/* Of a user whose house is gone, with all that it had made, nobody will say that he left. */
static bool
is_there(const char *user)
{
    const char *home = strchr(user, ' ');

    return !home || !home[1] || access(home + 1, F_OK) == 0;
}

/* Fills @state from the file; returns 0 when there is none that counts, 1, or -1 with @err. */
static int
load(const ForwardingUse *use, State *state, Err *err)
{
    char path[PATH_MAX], text[STATE_MAX];
    char *save = NULL;
    size_t n = 0;
    bool same_boot = false;

    state->saved = '\0';
    state->users[0] = '\0';
    if (find_namespace(&state->netns, err) < 0)
        return -1;
    /* a guess here would make the next reader believe that the file is of another boot */
    if (!read_text("/proc/sys/kernel/random/boot_id", state->boot, sizeof state->boot))
        return err_set_errno(err, errno, "cannot tell this boot");
    state_path(use, state, "", path);
    if (!read_text(path, text, sizeof text))
        return errno == ENOENT ? 0 : err_set_errno(err, errno, "cannot read '%s'", path);
    for (char *line = strtok_r(text, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "boot ", 5) == 0)
            same_boot = strcmp(line + 5, state->boot) == 0;
        else if (strncmp(line, "saved ", 6) == 0)
            state->saved = line[6];
        else if (strncmp(line, "user ", 5) == 0 && is_there(line + 5))
            n += (size_t)snprintf(state->users + n, sizeof state->users - n, "%s\n", line + 5);
    }
    if (same_boot && state->saved != '\0')
        return 1;
    state->users[0] = '\0';
    return 0;
}

static int
store(const ForwardingUse *use, const State *state, Err *err)
{
    char path[PATH_MAX], fresh[PATH_MAX], text[STATE_MAX + 256], users[STATE_MAX];
    char *save = NULL;
    size_t n;

    n = (size_t)snprintf(text, sizeof text, "boot %s\nsaved %c\n", state->boot, state->saved);
    (void)snprintf(users, sizeof users, "%s", state->users);
    for (char *user = strtok_r(users, "\n", &save); user != NULL && n < sizeof text;
         user = strtok_r(NULL, "\n", &save))
        n += (size_t)snprintf(text + n, sizeof text - n, "user %s\n", user);
    if (n >= STATE_MAX)
        return err_set(err, "limit", "too many networks forward packets");
    state_path(use, state, "", path);
    state_path(use, state, ".new", fresh);
    if (!write_text(fresh, O_CREAT | O_TRUNC, text) || rename(fresh, path) < 0) {
        int saved_errno = errno;

        unlink(fresh);
        return err_set_errno(err, saved_errno, "cannot write '%s'", path);
    }
    return 0;
}

/* Takes @user off when he is on the list. */
static void
drop_user(State *state, const char *user)
{
    char rest[STATE_MAX];
    char *save = NULL;
    size_t n = 0, length = strlen(user);

    rest[0] = '\0';
    for (char *line = strtok_r(state->users, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, user, length) != 0 || (line[length] != ' ' && line[length] != '\0'))
            n += (size_t)snprintf(rest + n, sizeof rest - n, "%s\n", line);
    }
    memcpy(state->users, rest, n + 1);
}

static int
turn(bool v6, char want, Err *err)
{
    const char *path = switch_path(v6);
    const char value[2] = {want, '\0'};
    char now[16];

    if (!read_text(path, now, sizeof now)) {
        if (errno == ENOENT)
            return err_set(err, "unsupported", "this kernel has no %s", v6 ? "IPv6" : "IPv4");
        return err_set_errno(err, errno, "cannot read '%s'", path);
    }
    if (now[0] == want && now[1] == '\0')
        return 0;
    if (!write_text(path, 0, value))
        return err_set_errno(err, errno, "cannot write %c to '%s'", want, path);
    return 0;
}

static int
acquire_locked(const ForwardingUse *use, State *state, Err *err)
{
    char now[16];
    size_t n;
    int size, found = load(use, state, err);

    if (found < 0)
        return -1;
    if (found == 0) {
        if (!read_text(switch_path(use->v6), now, sizeof now))
            return err_set_errno(err, errno, "cannot read '%s'", switch_path(use->v6));
        state->saved = now[0] == '0' ? '0' : '1';
    }
    drop_user(state, use->user); /* stands once */
    n = strlen(state->users);
    /* a line's end in the path would be one of the file: such a user counts for ever */
    size = io_format(state->users + n, sizeof state->users - n, "%s%s%s\n", use->user,
                     use->home ? " " : "", use->home && !strchr(use->home, '\n') ? use->home : "");
    if (size < 0)
        return err_set(err, "limit", "too many networks forward packets");
    return store(use, state, err) < 0 ? -1 : turn(use->v6, '1', err);
}

static int
release_locked(const ForwardingUse *use, State *state, Err *err)
{
    char path[PATH_MAX];
    int found = load(use, state, err);

    if (found <= 0)
        return found;
    drop_user(state, use->user);
    if (state->users[0] != '\0')
        return store(use, state, err);
    if (state->saved == '0' && turn(use->v6, '0', err) < 0)
        return -1;
    state_path(use, state, "", path);
    if (unlink(path) < 0 && errno != ENOENT)
        return err_set_errno(err, errno, "cannot remove '%s'", path);
    return 0;
}

static int
with_lock(const ForwardingUse *use, int (*work)(const ForwardingUse *, State *, Err *), Err *err)
{
    int lock_fd = lock_dir(use->dir, err);
    State *state;
    int rc;

    if (lock_fd < 0)
        return -1;
    state = malloc(sizeof *state);
    rc = state != NULL ? work(use, state, err) : err_set(err, "limit", "out of memory");
    free(state);
    close(lock_fd);
    return rc;
}

int
forwarding_acquire(const ForwardingUse *use, Err *err)
{
    if (with_lock(use, acquire_locked, err) == 0)
        return 0;
    (void)forwarding_release(use, NULL); /* the first reason counts */
    return -1;
}

int
forwarding_release(const ForwardingUse *use, Err *err)
{
    return with_lock(use, release_locked, err);
}
