/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/qmp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"
#include "util/json.h"
#include "util/lock.h"

#define QMP_CHUNK 65536

struct Qmp {
    int fd;
    int dir_fd, lock_fd; /* -1: no lock */
    guint last_id;
    int timeout_ms;
    char *broken;      /* why nothing more can be said; NULL: all is well */
    GString *buffer;   /* what was received and not yet taken */
    gsize scanned;     /* of it: no line feed there */
    GPtrArray *events; /* JsonTree, oldest first */
};

static void
tree_free(gpointer tree)
{
    json_tree_free(tree);
}

void
qmp_close(Qmp *qmp)
{
    if (qmp == NULL)
        return;
    fd_close(qmp->fd);
    if (qmp->lock_fd >= 0)
        lock_release(qmp->dir_fd, "monitor-lock", qmp->lock_fd, FALSE);
    fd_close(qmp->dir_fd);
    g_free(qmp->broken);
    if (qmp->buffer != NULL)
        g_string_free(qmp->buffer, TRUE);
    if (qmp->events != NULL)
        g_ptr_array_unref(qmp->events);
    g_free(qmp);
}

static Qmp *
qmp_new(int fd, int timeout_ms)
{
    Qmp *qmp = g_new0(Qmp, 1);

    qmp->fd = fd;
    qmp->dir_fd = qmp->lock_fd = -1;
    qmp->timeout_ms = timeout_ms;
    qmp->buffer = g_string_new(NULL);
    qmp->events = g_ptr_array_new_with_free_func(tree_free);
    return qmp;
}

static gboolean qmp_break(Qmp *qmp, LodgeErrorCode code, GError **error, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* The connection is of no use any more. Returns: FALSE. */
static gboolean
qmp_break(Qmp *qmp, LodgeErrorCode code, GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_free(qmp->broken);
    qmp->broken = g_strdup_vprintf(format, args);
    va_end(args);
    return error_set(error, code, "%s", qmp->broken);
}

/* --- bytes ---------------------------------------------------------------------------------------- */

/* Waits until @events are possible. FALSE with @error after the deadline. */
static gboolean
qmp_poll(Qmp *qmp, short events, gint64 deadline_us, GError **error)
{
    for (;;) {
        struct pollfd waiting = {.fd = qmp->fd, .events = events};
        gint64 left_us = deadline_us - g_get_monotonic_time();
        int got = poll(&waiting, 1, (int)CLAMP((left_us + 999) / 1000, 0, G_MAXINT));

        if (got > 0)
            return TRUE;
        if (got < 0 && errno != EINTR)
            return error_set_errno(error, errno, "cannot wait for QEMU's monitor");
        if (got == 0)
            return error_set(error, LODGE_ERROR_TIMEOUT, "QEMU's monitor does not answer");
    }
}

static gboolean
qmp_send(Qmp *qmp, const char *text, gsize size, int send_fd, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)qmp->timeout_ms * 1000;
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } ancillary = {0};

    if (qmp->broken != NULL)
        return error_set(error, LODGE_ERROR_PEER, "%s", qmp->broken);
    ancillary.header.cmsg_level = SOL_SOCKET;
    ancillary.header.cmsg_type = SCM_RIGHTS;
    ancillary.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&ancillary.header), &send_fd, sizeof(int));
    for (gsize done = 0; done < size;) {
        struct iovec part = {.iov_base = (char *)text + done, .iov_len = size - done};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        ssize_t n;

        if (done == 0 && send_fd >= 0) {
            message.msg_control = &ancillary;
            message.msg_controllen = sizeof(ancillary);
        }
        n = sendmsg(qmp->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0)
            done += (gsize)n;
        else if (errno == EAGAIN && !qmp_poll(qmp, POLLOUT, deadline_us, error))
            return qmp_break(qmp, LODGE_ERROR_TIMEOUT, NULL, "QEMU's monitor takes no command");
        else if (errno != EAGAIN && errno != EINTR)
            return qmp_break(qmp, LODGE_ERROR_STATE, error, "QEMU has closed its monitor: %s",
                             g_strerror(errno));
    }
    return TRUE;
}

/* One line without its end; NULL with @error. A timeout leaves what came in place. (transfer full) */
static char *
qmp_line(Qmp *qmp, gint64 deadline_us, GError **error)
{
    for (;;) {
        char *end = memchr(qmp->buffer->str + qmp->scanned, '\n', qmp->buffer->len - qmp->scanned);
        gsize length;
        ssize_t n;

        if (end != NULL) {
            char *line;

            length = (gsize)(end - qmp->buffer->str);
            line = g_strndup(qmp->buffer->str, length);
            g_string_erase(qmp->buffer, 0, (gssize)length + 1);
            qmp->scanned = 0;
            return line;
        }
        qmp->scanned = length = qmp->buffer->len;
        if (length > QMP_LINE_MAX) {
            qmp_break(qmp, LODGE_ERROR_LIMIT, error, "QEMU's answer is larger than %d bytes",
                      QMP_LINE_MAX);
            return NULL;
        }
        if (!qmp_poll(qmp, POLLIN, deadline_us, error))
            return NULL;
        g_string_set_size(qmp->buffer, length + QMP_CHUNK);
        n = recv(qmp->fd, qmp->buffer->str + length, QMP_CHUNK, MSG_DONTWAIT);
        g_string_set_size(qmp->buffer, length + (n > 0 ? (gsize)n : 0));
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
            qmp_break(qmp, LODGE_ERROR_STATE, error, "QEMU has closed its monitor%s",
                      length > 0 ? " in the middle of an answer" : "");
            return NULL;
        }
    }
}

/* --- messages ------------------------------------------------------------------------------------- */

/* One message, parsed. @ret_line: (optional) (transfer full): its text */
static JsonTree *
qmp_message(Qmp *qmp, gint64 deadline_us, char **ret_line, GError **error)
{
    g_autofree char *line = NULL;
    g_autoptr(GError) problem = NULL;
    JsonTree *tree;

    if (qmp->broken != NULL) {
        error_set(error, LODGE_ERROR_PEER, "%s", qmp->broken);
        return NULL;
    }
    line = qmp_line(qmp, deadline_us, error);
    if (line == NULL)
        return NULL;
    g_strchomp(line);
    tree = json_tree_parse(line, strlen(line), &problem);
    if (tree == NULL || json_tree_root(tree)->type != JSON_NODE_OBJECT) {
        qmp_break(qmp, LODGE_ERROR_PEER, error,
                  "QEMU's monitor answered '%.60s', which is no QMP%s%s", line,
                  problem != NULL ? ": " : "", problem != NULL ? problem->message : "");
        json_tree_free(tree);
        return NULL;
    }
    if (ret_line != NULL)
        *ret_line = g_steal_pointer(&line);
    return tree;
}

static void
qmp_keep_event(Qmp *qmp, JsonTree *tree)
{
    if (qmp->events->len >= QMP_EVENTS_MAX)
        g_ptr_array_remove_index(qmp->events, 0);
    g_ptr_array_add(qmp->events, tree);
}

/* The answer that carries @id. */
static JsonTree *
qmp_answer(Qmp *qmp, const char *id, char **ret_line, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)qmp->timeout_ms * 1000;

    for (;;) {
        g_autofree char *line = NULL;
        g_autoptr(JsonTree) tree = qmp_message(qmp, deadline_us, &line, error);
        const JsonNode *root;

        if (tree == NULL)
            return NULL;
        root = json_tree_root(tree);
        if (json_node_get(root, "event") != NULL) {
            qmp_keep_event(qmp, g_steal_pointer(&tree));
            continue;
        }
        if (json_node_get(root, "return") == NULL && json_node_get(root, "error") == NULL) {
            qmp_break(qmp, LODGE_ERROR_PEER, error,
                      "QEMU's monitor answered '%.60s', which is no answer", line);
            return NULL;
        }
        /* An answer without an id: QEMU could not read what we sent. */
        if (json_node_get(root, "id") != NULL && g_strcmp0(json_node_string(root, "id"), id) != 0)
            continue;
        if (ret_line != NULL)
            *ret_line = g_steal_pointer(&line);
        return g_steal_pointer(&tree);
    }
}

/* QEMU's own words for an error, with a code of ours. FALSE, always. */
static gboolean
qmp_set_error(const JsonNode *root, GError **error)
{
    const char *class = json_node_string(root, "error.class");
    const char *text = json_node_string(root, "error.desc");
    LodgeErrorCode code = LODGE_ERROR_PEER;

    if (g_strcmp0(class, "DeviceNotFound") == 0)
        code = LODGE_ERROR_NOT_FOUND;
    else if (g_strcmp0(class, "CommandNotFound") == 0)
        code = LODGE_ERROR_UNSUPPORTED;
    return error_set(error, code, "QEMU says: %s", text != NULL ? text : "an error without words");
}

JsonTree *
qmp_execute(Qmp *qmp, const char *command, const char *arguments, int send_fd, GError **error)
{
    g_autofree char *id = g_strdup_printf("lodge-%u", ++qmp->last_id);
    g_autofree char *line = g_strdup_printf("{\"execute\":\"%s\"%s%s,\"id\":\"%s\"}\n", command,
                                            arguments != NULL ? ",\"arguments\":" : "",
                                            arguments != NULL ? arguments : "", id);
    g_autoptr(JsonTree) tree = NULL;

    if (!qmp_send(qmp, line, strlen(line), send_fd, error))
        return NULL;
    tree = qmp_answer(qmp, id, NULL, error);
    if (tree == NULL)
        return NULL;
    if (json_node_get(json_tree_root(tree), "error") == NULL)
        return g_steal_pointer(&tree);
    qmp_set_error(json_tree_root(tree), error);
    return NULL;
}

gboolean
qmp_run(Qmp *qmp, const char *command, const char *arguments, GError **error)
{
    g_autoptr(JsonTree) answer = qmp_execute(qmp, command, arguments, -1, error);

    return answer != NULL;
}

char *
qmp_raw(Qmp *qmp, const char *line, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(JsonTree) command = json_tree_parse(line, strlen(line), &problem);
    const JsonNode *root = command != NULL ? json_tree_root(command) : NULL;
    g_autofree char *id = g_strdup_printf("lodge-%u", ++qmp->last_id);
    g_autofree char *mark = NULL;
    g_autofree char *answer = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(JsonTree) tree = NULL;
    gboolean has_id;
    char *at;

    if (root == NULL || root->type != JSON_NODE_OBJECT || json_node_get(root, "execute") == NULL) {
        error_set(error, LODGE_ERROR_ARGUMENT,
                  "a command of the monitor is a JSON object with \"execute\", as in "
                  "{\"execute\":\"query-status\"}%s%s; for a line of the human monitor use --hmp",
                  problem != NULL ? ": " : "", problem != NULL ? problem->message : "");
        return NULL;
    }
    has_id = json_node_get(root, "id") != NULL;
    at = strrchr(line, '}');
    g_string_append_len(out, line, at - line);
    if (!has_id)
        g_string_append_printf(out, ",\"id\":\"%s\"", id);
    g_string_append(out, "}");
    g_strdelimit(out->str, "\n\r", ' '); /* outside strings only: inside they are escaped */
    g_string_append_c(out, '\n');
    if (!qmp_send(qmp, out->str, out->len, -1, error))
        return NULL;
    tree = qmp_answer(qmp, has_id ? json_node_string(root, "id") : id, &answer, error);
    if (tree == NULL)
        return NULL;
    mark = g_strdup_printf(", \"id\": \"%s\"", id); /* as QEMU writes it */
    at = strstr(answer, mark);
    if (at != NULL)
        memmove(at, at + strlen(mark), strlen(at + strlen(mark)) + 1);
    return g_steal_pointer(&answer);
}

/* --- events --------------------------------------------------------------------------------------- */

static gboolean
event_matches(const JsonTree *tree, const char *const *names, const char *member, const char *value)
{
    const JsonNode *root = json_tree_root(tree);
    const char *name = json_node_string(root, "event");
    g_autofree char *path = member != NULL ? g_strconcat("data.", member, NULL) : NULL;

    return name != NULL && g_strv_contains(names, name) &&
           (path == NULL || g_strcmp0(json_node_string(root, path), value) == 0);
}

JsonTree *
qmp_wait_events(Qmp *qmp, const char *const *names, const char *member, const char *value,
                int timeout_ms, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;

    for (guint i = 0;; i++) {
        while (i >= qmp->events->len) {
            g_autoptr(JsonTree) tree = qmp_message(qmp, deadline_us, NULL, error);

            if (tree == NULL)
                return NULL;
            if (json_node_get(json_tree_root(tree), "event") == NULL)
                continue; /* a late answer */
            qmp_keep_event(qmp, g_steal_pointer(&tree));
            i = qmp->events->len - 1;
        }
        if (event_matches(g_ptr_array_index(qmp->events, i), names, member, value))
            return g_ptr_array_steal_index(qmp->events, i);
    }
}

JsonTree *
qmp_wait_event(Qmp *qmp, const char *name, const char *member, const char *value, int timeout_ms,
               GError **error)
{
    const char *names[] = {name, NULL};

    return qmp_wait_events(qmp, names, member, value, timeout_ms, error);
}

/* --- connecting ------------------------------------------------------------------------------------- */

static gboolean
qmp_greet(Qmp *qmp, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)qmp->timeout_ms * 1000;
    g_autofree char *line = NULL;
    g_autoptr(JsonTree) greeting = qmp_message(qmp, deadline_us, &line, error);

    if (greeting == NULL)
        return FALSE;
    if (json_node_get(json_tree_root(greeting), "QMP") == NULL)
        return qmp_break(qmp, LODGE_ERROR_PEER, error,
                         "QEMU's monitor greets with '%.60s', which is no QMP", line);
    return qmp_run(qmp, "qmp_capabilities", NULL, error);
}

Qmp *
qmp_open_fd(int fd, int timeout_ms, GError **error)
{
    g_autoptr(Qmp) qmp = qmp_new(fd, timeout_ms);

    return qmp_greet(qmp, error) ? g_steal_pointer(&qmp) : NULL;
}

Qmp *
qmp_open(const char *live_dir, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autoptr(Qmp) qmp = qmp_new(-1, QMP_ANSWER_MS);

    qmp->dir_fd = open(live_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (qmp->dir_fd < 0) {
        error_set_errno(error, errno, "cannot open '%s'", live_dir);
        return NULL;
    }
    qmp->lock_fd = lock_take(qmp->dir_fd, "monitor-lock", QMP_LOCK_MS, "QEMU's monitor", error);
    if (qmp->lock_fd < 0)
        return NULL;
    /* A socket's path has 108 bytes, a guest's name alone may have 200: go through the descriptor. */
    g_snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/monitor", qmp->dir_fd);
    qmp->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (qmp->fd < 0 || connect(qmp->fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
        if (errno == ENOENT || errno == ECONNREFUSED)
            error_set(error, LODGE_ERROR_STATE, "the guest is not running");
        else
            error_set_errno(error, errno, "cannot connect to QEMU's monitor in '%s'", live_dir);
        return NULL;
    }
    return qmp_greet(qmp, error) ? g_steal_pointer(&qmp) : NULL;
}
