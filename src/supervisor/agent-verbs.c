/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "supervisor/agent-verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/io.h"
#include "supervisor/machine-priv.h"

#define TIMEOUT_MS     5000
#define TIMEOUT_MOST   3600000
#define POWER_OFF      "{\"execute\":\"guest-shutdown\",\"arguments\":{\"mode\":\"powerdown\"}}"
#define POWER_OFF_SIZE (sizeof POWER_OFF - 1)
#define REBOOT         "{\"execute\":\"guest-shutdown\",\"arguments\":{\"mode\":\"reboot\"}}"
#define REBOOT_SIZE    (sizeof REBOOT - 1)

/* What is too long for a packet goes in a file of its own. */
static int
make_file(const char *text, size_t size, Err *err)
{
    int fd = memfd_create("lodge-agent", MFD_CLOEXEC);

    if (fd < 0 || io_write_all(fd, text, size) < 0 || lseek(fd, 0, SEEK_SET) < 0) {
        (void)err_set_errno(err, errno, "cannot pass on the guest agent's answer");
        io_close(&fd);
    }
    return fd;
}

static void
agent_answered(void *owner, const char *answer, size_t size, const Err *err)
{
    ControlClient *client = owner;
    char text[AGENT_INLINE_MAX + 1];
    Err failed = {0};
    int fd;

    client->state = CLIENT_TALKS;
    if (!answer) {
        control_error(client, err);
    } else if (size <= AGENT_INLINE_MAX / 2 && !memchr(answer, '\0', size)) {
        memcpy(text, answer, size);
        text[size] = '\0';
        control_ok(client, text, NULL, -1);
    } else if ((fd = make_file(answer, size, &failed)) < 0) {
        control_error(client, &failed);
    } else {
        control_ok(client, "", NULL, fd);
        (void)close(fd); /* the client has its own now */
    }
}

/* The text in the descriptor that came along. */
static char *
read_file(ControlClient *client, size_t *ret_size, Err *err)
{
    struct stat st;
    char *text;
    ssize_t n = 0;
    size_t at = 0;

    if (client->fd < 0 || fstat(client->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
        st.st_size > AGENT_TEXT_MAX) {
        (void)err_set(err, "argument", "'agent' needs a text, or a file of at most %d bytes",
                      AGENT_TEXT_MAX);
        return NULL;
    }
    text = malloc((size_t)st.st_size);
    while (text && at < (size_t)st.st_size &&
           (n = pread(client->fd, text + at, (size_t)st.st_size - at, (off_t)at)) > 0)
        at += (size_t)n;
    if (!text || n < 0) {
        (void)err_set_errno(err, text ? errno : ENOMEM, "cannot read the request to the agent");
        free(text);
        return NULL;
    }
    *ret_size = at;
    return text;
}

int
agent_verb(ControlClient *client, int argc, char **argv, Err *err)
{
    Machine *machine = client->loop->guest->machine;
    size_t size = strlen(argv[1]);
    uint64_t timeout_ms = 0;
    char *text = NULL;
    int result;

    (void)argc;
    if (client->loop->guest->state != GUEST_RUNNING)
        return err_set(err, "state", "the machine is not running");
    if (io_parse_u64(argv[2], TIMEOUT_MOST, &timeout_ms) < 0)
        return err_set(err, "argument", "'%s' is no time between 0 and %d ms", argv[2],
                       TIMEOUT_MOST);
    if (size == 0 && !(text = read_file(client, &size, err)))
        return -1;
    client->state = CLIENT_BUSY;
    result =
        agent_ask(&machine->agent, text ? text : argv[1], size,
                  timeout_ms ? (int)timeout_ms : TIMEOUT_MS, false, agent_answered, client, err);
    free(text);
    if (result < 0)
        client->state = CLIENT_TALKS;
    return result;
}

static void
has_begun(void *owner, const char *answer, size_t size, const Err *err)
{
    ControlClient *client = owner;

    (void)size;
    client->state = CLIENT_TALKS;
    if (answer)
        control_ok(client, "agent", NULL, -1);
    else
        control_error(client, err);
}

static void
press_instead(void *owner, const char *answer, bool reboot, const Err *err)
{
    ControlClient *client = owner;
    Err failed = {0};

    if (answer || strcmp(err->text, AGENT_ENDED) == 0) {
        has_begun(client, answer, 0, err);
        return;
    }
    client->state = CLIENT_TALKS;
    if (machine_press_power(client, reboot, &failed) < 0)
        control_error(client, &failed);
}

static void
off_or_press(void *owner, const char *answer, size_t size, const Err *err)
{
    (void)size;
    press_instead(owner, answer, false, err);
}

static void
reboot_or_press(void *owner, const char *answer, size_t size, const Err *err)
{
    (void)size;
    press_instead(owner, answer, true, err);
}

int
agent_verb_power(ControlClient *client, bool reboot, bool or_acpi, Err *err)
{
    Machine *machine = client->loop->guest->machine;
    AgentDone done = !or_acpi ? has_begun : reboot ? reboot_or_press : off_or_press;

    machine->must_reset = false;
    client->state = CLIENT_BUSY;
    if (agent_ask(&machine->agent, reboot ? REBOOT : POWER_OFF,
                  reboot ? REBOOT_SIZE : POWER_OFF_SIZE, TIMEOUT_MS, true, done, client, err) == 0)
        return 0;
    client->state = CLIENT_TALKS;
    return -1;
}
