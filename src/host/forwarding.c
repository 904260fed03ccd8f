/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/forwarding.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    STATE_MAX = 16384, /* bytes of the file: hundreds of users */
    WHERE_MAX = 96,
};

typedef struct {
    char where[WHERE_MAX]; /* this boot and network namespace */
    char saved;            /* '0' or '1' */
    char users[STATE_MAX]; /* "NAME\n" each */
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

static int
here(char *where, size_t size, Err *err)
{
    char boot[64];
    struct stat st;

    /* a guess here would make the next reader believe that the file is of another boot */
    if (!read_text("/proc/sys/kernel/random/boot_id", boot, sizeof boot) ||
        stat("/proc/self/ns/net", &st) < 0)
        return err_set_errno(err, errno, "cannot tell this boot and network namespace");
    (void)snprintf(where, size, "%s %llu", boot, (unsigned long long)st.st_ino);
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
state_path(const ForwardingUse *use, const char *suffix, char *path)
{
    (void)snprintf(path, PATH_MAX, "%s/%s%s", use->dir, use->v6 ? "v6" : "v4", suffix);
}

/* Fills @state from the file; returns 0 when there is none that counts, 1, or -1 with @err. */
static int
load(const ForwardingUse *use, State *state, Err *err)
{
    char path[PATH_MAX], text[STATE_MAX];
    char *save = NULL;
    size_t n = 0;
    bool same_place = false;

    state->saved = '\0';
    state->users[0] = '\0';
    if (here(state->where, sizeof state->where, err) < 0)
        return -1;
    state_path(use, "", path);
    if (!read_text(path, text, sizeof text))
        return errno == ENOENT ? 0 : err_set_errno(err, errno, "cannot read '%s'", path);
    for (char *line = strtok_r(text, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        if (strncmp(line, "boot ", 5) == 0)
            same_place = strcmp(line + 5, state->where) == 0;
        else if (strncmp(line, "saved ", 6) == 0)
            state->saved = line[6];
        else if (strncmp(line, "user ", 5) == 0)
            n += (size_t)snprintf(state->users + n, sizeof state->users - n, "%s\n", line + 5);
    }
    if (same_place && state->saved != '\0')
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

    n = (size_t)snprintf(text, sizeof text, "boot %s\nsaved %c\n", state->where, state->saved);
    (void)snprintf(users, sizeof users, "%s", state->users);
    for (char *user = strtok_r(users, "\n", &save); user != NULL && n < sizeof text;
         user = strtok_r(NULL, "\n", &save))
        n += (size_t)snprintf(text + n, sizeof text - n, "user %s\n", user);
    if (n >= STATE_MAX)
        return err_set(err, "limit", "too many networks forward packets");
    state_path(use, "", path);
    state_path(use, ".new", fresh);
    if (!write_text(fresh, O_CREAT | O_TRUNC, text) || rename(fresh, path) < 0) {
        int saved_errno = errno;

        unlink(fresh);
        return err_set_errno(err, saved_errno, "cannot write '%s'", path);
    }
    return 0;
}

/* Takes @user off; returns whether it was there. */
static bool
drop_user(State *state, const char *user)
{
    char rest[STATE_MAX];
    char *save = NULL;
    size_t n = 0;
    bool found = false;

    rest[0] = '\0';
    for (char *line = strtok_r(state->users, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        if (strcmp(line, user) == 0)
            found = true;
        else
            n += (size_t)snprintf(rest + n, sizeof rest - n, "%s\n", line);
    }
    memcpy(state->users, rest, n + 1);
    return found;
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
    int found = load(use, state, err);

    if (found < 0)
        return -1;
    if (found == 0) {
        if (!read_text(switch_path(use->v6), now, sizeof now))
            return err_set_errno(err, errno, "cannot read '%s'", switch_path(use->v6));
        state->saved = now[0] == '0' ? '0' : '1';
    }
    (void)drop_user(state, use->user); /* stands once */
    n = strlen(state->users);
    if (n + strlen(use->user) + 2 > sizeof state->users)
        return err_set(err, "limit", "too many networks forward packets");
    (void)snprintf(state->users + n, sizeof state->users - n, "%s\n", use->user);
    return store(use, state, err) < 0 ? -1 : turn(use->v6, '1', err);
}

static int
release_locked(const ForwardingUse *use, State *state, Err *err)
{
    char path[PATH_MAX];
    int found = load(use, state, err);

    if (found <= 0 || !drop_user(state, use->user))
        return found < 0 ? -1 : 0;
    if (state->users[0] != '\0')
        return store(use, state, err);
    if (state->saved == '0' && turn(use->v6, '0', err) < 0)
        return -1;
    state_path(use, "", path);
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
