/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/qmp.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/error.h"

#define GREETING  "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n"
#define CAPABLE   "{\"return\": {}, \"id\": \"lodge-1\"}\r\n"
#define ANSWER_MS 300

/* A peer that says all that it has to say at once, and then hangs up or not. */
static int
peer(const char *says, gboolean hangs_up, int *ret_other)
{
    int ends[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    g_assert_cmpint(write(ends[1], says, strlen(says)), ==, (ssize_t)strlen(says));
    *ret_other = ends[1];
    if (hangs_up)
        g_assert_cmpint(shutdown(ends[1], SHUT_WR), ==, 0);
    return ends[0];
}

typedef struct {
    const char *name, *says;
    gboolean hangs_up;
    int code;
    const char *words;
} Bad;

static const Bad bad_greetings[] = {
    {"nothing", "", FALSE, LODGE_ERROR_TIMEOUT, "QEMU's monitor does not answer"},
    {"end", "", TRUE, LODGE_ERROR_STATE, "QEMU has closed its monitor"},
    {"half", "{\"QMP\": {", TRUE, LODGE_ERROR_STATE,
     "QEMU has closed its monitor in the middle of an answer"},
    {"half-and-waits", "{\"QMP\": {", FALSE, LODGE_ERROR_TIMEOUT, "does not answer"},
    {"garbage", "SSH-2.0-OpenSSH_9\r\n", FALSE, LODGE_ERROR_PEER,
     "'SSH-2.0-OpenSSH_9', which is no QMP"},
    {"list", "[1, 2]\n", FALSE, LODGE_ERROR_PEER, "'[1, 2]', which is no QMP"},
    {"other-object", "{\"hello\": 1}\n", FALSE, LODGE_ERROR_PEER, "greets with '{\"hello\": 1}'"},
    {"capabilities-refused",
     GREETING "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\n", FALSE,
     LODGE_ERROR_PEER, "QEMU says: no"},
};

static void
test_greeting(gconstpointer data)
{
    const Bad *bad = data;
    g_autoptr(GError) error = NULL;
    int other, fd = peer(bad->says, bad->hangs_up, &other);

    g_assert_null(qmp_open_fd(fd, ANSWER_MS, &error));
    g_assert_error(error, LODGE_ERROR, bad->code);
    g_assert_nonnull(strstr(error->message, bad->words));
    close(other);
}

static const Bad bad_answers[] = {
    {"error",
     "{\"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"none\"}, \"id\": \"lodge-2\"}\n",
     FALSE, LODGE_ERROR_NOT_FOUND, "QEMU says: none"},
    {"unknown-command",
     "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"what\"}, \"id\": \"lodge-2\"}\n",
     FALSE, LODGE_ERROR_UNSUPPORTED, "QEMU says: what"},
    {"wordless", "{\"error\": 7, \"id\": \"lodge-2\"}\n", FALSE, LODGE_ERROR_PEER, "without words"},
    {"neither", "{\"id\": \"lodge-2\"}\n", FALSE, LODGE_ERROR_PEER, "which is no answer"},
    {"late-only", "{\"return\": {}, \"id\": \"lodge-0\"}\n", FALSE, LODGE_ERROR_TIMEOUT,
     "does not answer"},
    {"events-only", "{\"event\": \"STOP\"}\n", FALSE, LODGE_ERROR_TIMEOUT, "does not answer"},
    {"nul-byte", "{\"return\": \"\\u0000\", \"id\": \"lodge-2\"}\n", FALSE, LODGE_ERROR_PEER,
     "which is no QMP"},
    {"gone", "", TRUE, LODGE_ERROR_STATE, "QEMU has closed its monitor"},
};

static void
test_answer(gconstpointer data)
{
    const Bad *bad = data;
    g_autofree char *says = g_strconcat(GREETING CAPABLE, bad->says, NULL);
    g_autoptr(GError) error = NULL;
    int other, fd = peer(says, bad->hangs_up, &other);
    g_autoptr(Qmp) qmp = qmp_open_fd(fd, ANSWER_MS, NULL);

    g_assert_nonnull(qmp);
    g_assert_null(qmp_execute(qmp, "query-status", NULL, -1, &error));
    g_assert_error(error, LODGE_ERROR, bad->code);
    g_assert_nonnull(strstr(error->message, bad->words));
    close(other);
}

static void
test_good(void)
{
    static const char says[] =
        GREETING CAPABLE "{\"return\": {}, \"id\": \"lodge-0\"}\r\n"
                         "{\"event\": \"DEVICE_DELETED\", \"data\": {\"device\": \"net0\"}}\r\n"
                         "{\"return\": {\"status\": \"running\"}, \"id\": \"lodge-2\"}\r\n"
                         "{\"event\": \"DEVICE_DELETED\", \"data\": {\"device\": \"disk1\"}}\r\n"
                         "{\"return\": {\"a\": 1}, \"id\": \"lodge-3\"}\r\n"
                         "{\"return\": {}, \"id\": \"mine\"}\r\n";
    int other, fd = peer(says, FALSE, &other);
    g_autoptr(GError) error = NULL;
    g_autoptr(Qmp) qmp = qmp_open_fd(fd, ANSWER_MS, &error);
    g_autoptr(JsonTree) answer = NULL;
    g_autoptr(JsonTree) event = NULL;
    g_autofree char *raw = NULL;
    g_autofree char *own = NULL;
    char sent[1024] = "";

    g_assert_no_error(error);
    answer = qmp_execute(qmp, "query-status", "{\"x\":1}", -1, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(json_node_string(json_tree_root(answer), "return.status"), ==, "running");
    /* one that came before it was waited for, and one that comes later */
    event = qmp_wait_event(qmp, "DEVICE_DELETED", "device", "net0", ANSWER_MS, &error);
    g_assert_no_error(error);
    json_tree_free(event);
    event = qmp_wait_event(qmp, "DEVICE_DELETED", "device", "disk1", ANSWER_MS, &error);
    g_assert_no_error(error);
    raw = qmp_raw(qmp, "{\"execute\":\n\"query-kvm\"}\n", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(raw, ==, "{\"return\": {\"a\": 1}}");
    own = qmp_raw(qmp, "{\"execute\":\"x\",\"id\":\"mine\"}", &error);
    g_assert_cmpstr(own, ==, "{\"return\": {}, \"id\": \"mine\"}");
    g_assert_null(qmp_wait_event(qmp, "RESET", NULL, NULL, 50, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_TIMEOUT);
    g_assert_cmpint(read(other, sent, sizeof(sent) - 1), >, 0);
    g_assert_nonnull(strstr(sent, "{\"execute\":\"query-status\",\"arguments\":{\"x\":1},"
                                  "\"id\":\"lodge-2\"}\n"));
    g_assert_nonnull(strstr(sent, "{\"execute\": \"query-kvm\",\"id\":\"lodge-3\"}\n"));
    close(other);
}

static void
test_no_command(void)
{
    static const char *const texts[] = {"",   "info status",        "[]",
                                        "{}", "{\"arguments\":{}}", "{\"execute\":"};
    int other, fd = peer(GREETING CAPABLE, FALSE, &other);
    g_autoptr(Qmp) qmp = qmp_open_fd(fd, ANSWER_MS, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(qmp_raw(qmp, texts[i], &error));
        g_assert_error(error, LODGE_ERROR, LODGE_ERROR_ARGUMENT);
        g_assert_nonnull(strstr(error->message, "--hmp"));
    }
    close(other);
}

static void
test_too_large(void)
{
    int ends[2];
    pid_t child;
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    child = fork();
    if (child == 0) {
        static const char blank[65536] = "";

        close(ends[0]);
        while (write(ends[1], blank, sizeof(blank)) > 0)
            ;
        _exit(0);
    }
    close(ends[1]);
    g_assert_null(qmp_open_fd(ends[0], 20000, &error));
    g_assert_error(error, LODGE_ERROR, LODGE_ERROR_LIMIT);
    g_assert_nonnull(strstr(error->message, "larger than"));
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child); /* SIGPIPE ended it */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(bad_greetings); i++) {
        g_autofree char *path = g_strconcat("/machine/qmp/greeting/", bad_greetings[i].name, NULL);

        g_test_add_data_func(path, &bad_greetings[i], test_greeting);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad_answers); i++) {
        g_autofree char *path = g_strconcat("/machine/qmp/answer/", bad_answers[i].name, NULL);

        g_test_add_data_func(path, &bad_answers[i], test_answer);
    }
    g_test_add_func("/machine/qmp/good", test_good);
    g_test_add_func("/machine/qmp/no-command", test_no_command);
    g_test_add_func("/machine/qmp/too-large", test_too_large);
    return g_test_run();
}
