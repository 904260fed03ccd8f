/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/ask.h"
#include "supervisor/loop-priv.h"

/* Returns: the place of @word in @words, -1 with @err when it is none of them. */
static int
choose(const char *word, const char *const *words, int n_words, const char *what, Err *err)
{
    for (int i = 0; i < n_words; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return err_set(err, "argument", "'%s' is no %s", word, what);
}

static int
parse_int(const char *text, int min, int max, const char *what, int *ret, Err *err)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < min || value > max)
        return err_set(err, "argument", "'%s' is no %s between %d and %d", text, what, min, max);
    *ret = (int)value;
    return 0;
}

static int
need_guest(const ControlClient *client, const char *verb, Err *err)
{
    if (client->loop->guest->is_network)
        return err_set(err, "unsupported", "a network cannot be told to %s", verb);
    if (client->loop->is_finished)
        return err_set(err, "state", "the guest is not running");
    if (client->loop->guest->state == GUEST_STARTING) /* machines hear while they start */
        return err_set(err, "state", "the guest is being started");
    return 0;
}

static int
verb_hello(ControlClient *client, int argc, char **argv, Err *err)
{
    char version[16];
    int asked;

    if (parse_int(argv[1], 1, 1000000, "version", &asked, err) < 0)
        return -1;
    (void)snprintf(version, sizeof version, "%d", CONTROL_VERSION);
    if (asked > CONTROL_VERSION)
        return err_set(err, "unsupported",
                       "this lodge speaks version %d to guests, the guest's supervisor (lodge %s) "
                       "speaks %d; stop the guest with the lodge that started it",
                       asked, LODGE_VERSION, CONTROL_VERSION);
    client->has_greeted = true;
    control_ok(client, version, LODGE_VERSION, -1);
    return 0;
}

static int
verb_destroy(ControlClient *client, int argc, char **argv, Err *err)
{
    (void)argc;
    (void)argv;
    (void)err;
    if (client->loop->is_finished) {
        control_ok(client, NULL, NULL, -1);
        return 0;
    }
    client->state = CLIENT_DESTROYS;
    loop_destroy(client->loop);
    return 0;
}

static int
ask(ControlClient *client, char **argv, bool reboot, Err *err)
{
    static const char *const methods[] = {"any", "initctl", "signal"}; /* as AskMethod */
    Guest *guest = client->loop->guest;
    int method = choose(argv[1], methods, 3, "way to ask", err), used;
    bool is_ignored;

    if (method < 0 || need_guest(client, argv[0], err) < 0)
        return -1;
    if (guest->paused)
        return err_set(err, "state", "the guest is suspended; resume it first");
    used = ask_init(guest, (AskMethod)method, reboot, &is_ignored, err);
    if (used < 0)
        return -1;
    guest->reboot_asked = reboot && !is_ignored; /* nothing will come of a signal that is ignored */
    control_ok(client, methods[used], is_ignored ? "ignored" : NULL, -1);
    return 0;
}

static int
verb_shutdown(ControlClient *client, int argc, char **argv, Err *err)
{
    return ask(client, argv, false, err);
}

static int
verb_reboot(ControlClient *client, int argc, char **argv, Err *err)
{
    return ask(client, argv, true, err);
}

static int
freeze(ControlClient *client, char **argv, bool is_freeze, Err *err)
{
    Guest *guest = client->loop->guest;

    if (need_guest(client, argv[0], err) < 0)
        return -1;
    if (guest->paused == is_freeze)
        return err_set(err, "state", "the guest is %s",
                       is_freeze ? "suspended already" : "not suspended");
    if (guest_freeze(guest, is_freeze, err) < 0)
        return -1;
    control_ok(client, NULL, NULL, -1);
    return 0;
}

static int
verb_suspend(ControlClient *client, int argc, char **argv, Err *err)
{
    return freeze(client, argv, true, err);
}

static int
verb_resume(ControlClient *client, int argc, char **argv, Err *err)
{
    return freeze(client, argv, false, err);
}

static int
verb_signal(ControlClient *client, int argc, char **argv, Err *err)
{
    int pid, number;

    if (need_guest(client, argv[0], err) < 0 ||
        parse_int(argv[1], -4194304, 4194304, "process", &pid, err) < 0 ||
        parse_int(argv[2], 0, 64, "signal", &number, err) < 0 ||
        ask_signal(client->loop->guest, pid, number, err) < 0)
        return -1;
    control_ok(client, NULL, NULL, -1);
    return 0;
}

static int
verb_wait(ControlClient *client, int argc, char **argv, Err *err)
{
    (void)argc;
    (void)argv;
    (void)err;
    if (client->loop->is_finished)
        control_say_end(client);
    else
        client->state = CLIENT_WAITS;
    return 0;
}

static int
verb_status(ControlClient *client, int argc, char **argv, Err *err)
{
    (void)argc;
    (void)argv;
    if (!client->loop->is_finished && guest_status_write(client->loop->guest, err) < 0)
        return -1;
    control_ok(client, NULL, NULL, -1);
    return 0;
}

static Console *
find_console(ControlClient *client, const char *text, Err *err)
{
    Loop *loop = client->loop;
    int index;

    if (parse_int(text, 0, 1000, "console", &index, err) < 0)
        return NULL;
    if (index < loop->n_consoles)
        return &loop->consoles[index];
    if (loop->n_consoles == 0)
        (void)err_set(err, "not-found", "the guest has no console; add <console type='pty'/>");
    else
        (void)err_set(err, "not-found", "the guest has no console %d; its last is %d", index,
                      loop->n_consoles - 1);
    return NULL;
}

static int
verb_console(ControlClient *client, int argc, char **argv, Err *err)
{
    static const char *const rights[] = {"ro", "rw"};
    static const char *const modes[] = {"plain", "safe", "force"}; /* as ConsoleMode */
    int right = choose(argv[2], rights, 2, "right", err), mode, cols, rows, fd;
    Console *console;

    if (right < 0 || need_guest(client, argv[0], err) < 0 ||
        (mode = choose(argv[3], modes, 3, "mode", err)) < 0 ||
        parse_int(argv[4], 0, 65535, "width", &cols, err) < 0 ||
        parse_int(argv[5], 0, 65535, "height", &rows, err) < 0 ||
        !(console = find_console(client, argv[1], err)))
        return -1;
    fd = console_attach(console, right == 1, (ConsoleMode)mode, cols, rows, err);
    if (fd < 0)
        return -1;
    control_ok(client, NULL, NULL, fd);
    (void)close(fd); /* the client has its own now */
    return 0;
}

static int
verb_resize(ControlClient *client, int argc, char **argv, Err *err)
{
    Console *console;
    int cols, rows;

    if (need_guest(client, argv[0], err) < 0 ||
        parse_int(argv[2], 1, 65535, "width", &cols, err) < 0 ||
        parse_int(argv[3], 1, 65535, "height", &rows, err) < 0 ||
        !(console = find_console(client, argv[1], err)) ||
        console_resize(console, cols, rows, err) < 0)
        return -1;
    control_ok(client, NULL, NULL, -1);
    return 0;
}

static const Verb verbs[] = {
    {"hello", 1, 1, verb_hello},       {"destroy", 0, 0, verb_destroy},
    {"shutdown", 1, 1, verb_shutdown}, {"reboot", 1, 1, verb_reboot},
    {"suspend", 0, 0, verb_suspend},   {"resume", 0, 0, verb_resume},
    {"signal", 2, 2, verb_signal},     {"wait", 0, 0, verb_wait},
    {"status", 0, 0, verb_status},     {"console", 5, 5, verb_console},
    {"resize", 3, 3, verb_resize},
};

static const Verb *
find_verb(const ControlClient *client, const char *name)
{
    const Verb *verb = client->loop->guest->machine ? machine_verb_find(name) : NULL;

    for (size_t i = 0; !verb && i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            verb = &verbs[i];
    return verb;
}

static int
carry_out(ControlClient *client, int argc, char **argv, Err *err)
{
    const Verb *verb = find_verb(client, argv[0]);

    if (client->state == CLIENT_BUSY)
        return err_set(err, "state", "this connection waits for an answer already");
    if (client->state != CLIENT_TALKS)
        return err_set(err, "state", "this connection waits for the guest's end already");
    if (!verb)
        return err_set(err, "unsupported", "the guest's supervisor (lodge %s) does not know '%s'",
                       LODGE_VERSION, argv[0]);
    if (argc - 1 < verb->min || argc - 1 > verb->max)
        return err_set(err, "argument", "'%s' takes %d words, not %d", argv[0],
                       argc - 1 < verb->min ? verb->min : verb->max, argc - 1);
    if (!client->has_greeted && verb->func != verb_hello)
        return err_set(err, "argument", "the first word on a connection is hello, not '%s'",
                       argv[0]);
    return verb->func(client, argc, argv, err);
}

void
control_request(ControlClient *client, int argc, char **argv)
{
    Err err = {0};

    if (carry_out(client, argc, argv, &err) < 0)
        control_error(client, &err);
}
