/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/monitor.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/control.h"
#include "core/limits.h"
#include "machine/roles.h"
#include "supervisor/control.h"
#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/json.h"

#define MONITOR_HMP 1u /* VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP */

enum { /* VIR_DOMAIN_QEMU_AGENT_COMMAND_* */
    AGENT_BLOCK = -2,
    AGENT_DEFAULT = -1,
};
#define AGENT_BLOCK_S 86400 /* "wait for ever" has an end: a day */

Qmp *
monitor_open_guest(const Guest *self, GError **error)
{
    g_autoptr(Status) status = guest_require_active(self, error) ? guest_status(self, error) : NULL;
    Qmp *qmp;

    if (!status)
        return NULL;
    if (status->monitor_broken) {
        error_set(error, LODGE_ERROR_PEER,
                  "QEMU of domain '%s' does not speak any more (%s); only destroy works",
                  self->object->name, status->monitor_broken);
        return NULL;
    }
    qmp = qmp_open(self->live_dir, error);
    if (!qmp)
        g_prefix_error(error, "cannot ask QEMU of domain '%s': ", self->object->name);
    return qmp;
}

Qmp *
monitor_open(DriverCtx *ctx, const ObjectRef *ref, Guest **ret_self, GError **error)
{
    g_autoptr(Guest) self = guest_open(ctx, ref, error);
    Qmp *qmp = self ? monitor_open_guest(self, error) : NULL;

    if (qmp && ret_self)
        *ret_self = g_steal_pointer(&self);
    return qmp;
}

gboolean
supervisor_ask(const Guest *self, const char *verb, const char *const *words, GError **error)
{
    if (!guest_require_active(self, error))
        return FALSE;
    if (control_request(self->live_dir, words, CORE_REQUEST_MS, NULL, NULL, error))
        return TRUE;
    g_prefix_error(error, "cannot %s domain '%s': ", verb, self->object->name);
    return FALSE;
}

char *
machine_monitor_command(DriverCtx *ctx, const ObjectRef *ref, const char *command, guint flags,
                        GError **error)
{
    g_autoptr(Qmp) qmp = NULL;
    g_autoptr(JsonTree) answer = NULL;
    g_autoptr(GString) arguments = NULL;
    Json json;
    const char *text;

    if (!guest_check_flags(flags, MONITOR_HMP, "qemu-monitor-command", error))
        return NULL;
    qmp = monitor_open(ctx, ref, NULL, error);
    if (!qmp)
        return NULL;
    if (!(flags & MONITOR_HMP))
        return qmp_raw(qmp, command, error);
    arguments = g_string_new(NULL);
    json = json_start(arguments);
    json_object(&json, NULL);
    json_string(&json, "command-line", command);
    json_end(&json);
    answer = qmp_execute(qmp, "human-monitor-command", arguments->str, -1, error);
    text = answer ? json_node_string(json_tree_root(answer), "return") : NULL;
    if (answer && !text)
        error_set(error, LODGE_ERROR_PEER, "QEMU gave no text for '%s'", command);
    return g_strdup(text);
}

/* --- the guest agent -------------------------------------------------------------------------------- */

/* A memory file with @text, at its beginning. */
static int
agent_file(const char *text, GError **error)
{
    g_auto(Fd) fd = memfd_create("agent", MFD_CLOEXEC);
    gsize size = strlen(text), done = 0;

    while (fd >= 0 && done < size) {
        ssize_t n = write(fd, text + done, size - done);

        if (n < 0)
            break;
        done += (gsize)n;
    }
    if (fd >= 0 && done == size && lseek(fd, 0, SEEK_SET) == 0)
        return fd_steal(&fd);
    error_set_errno(error, errno, "cannot keep a command for the guest agent");
    return -1;
}

/* What came back in a descriptor. */
static char *
agent_file_text(int fd, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char chunk[65536];
    ssize_t n;

    (void)lseek(fd, 0, SEEK_SET); /* a pipe has no place to go back to */
    while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
        g_string_append_len(text, chunk, n);
        if (text->len > AGENT_TEXT_MAX) {
            error_set(error, LODGE_ERROR_LIMIT, "the guest agent's answer is larger than %d bytes",
                      AGENT_TEXT_MAX);
            return NULL;
        }
    }
    if (n < 0) {
        error_set_errno(error, errno, "cannot read the guest agent's answer");
        return NULL;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* One line of JSON in, one out. */
static char *
agent_say(const Guest *self, const char *line, int timeout_s, GError **error)
{
    gboolean is_long = strlen(line) > AGENT_INLINE_MAX;
    g_autofree char *timeout = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)timeout_s * 1000);
    const char *words[] = {"agent", is_long ? "" : line, timeout, NULL};
    g_auto(Fd) send_fd = -1;
    g_auto(Fd) answer_fd = -1;
    g_auto(GStrv) answer = NULL;

    if (!guest_require_active(self, error) || (is_long && (send_fd = agent_file(line, error)) < 0))
        return NULL;
    if (!control_request_fd(self->live_dir, words, send_fd, timeout_s * 1000 + 2000, &answer,
                            &answer_fd, error)) {
        g_prefix_error(error, "cannot ask the guest agent of domain '%s': ", self->object->name);
        return NULL;
    }
    if (answer_fd >= 0)
        return agent_file_text(answer_fd, error);
    return g_strdup(answer && answer[0] ? answer[0] : "");
}

JsonTree *
agent_ask(const Guest *self, const char *command, const char *arguments, int timeout_s,
          GError **error)
{
    g_autofree char *line =
        g_strdup_printf("{\"execute\":\"%s\"%s%s}", command, arguments ? ",\"arguments\":" : "",
                        arguments ? arguments : "");
    g_autofree char *text = agent_say(self, line, timeout_s, error);
    g_autoptr(JsonTree) tree = NULL;
    const char *words;

    if (!text)
        return NULL;
    tree = json_tree_parse(text, strlen(text), error);
    if (!tree) {
        g_prefix_error(error,
                       "the guest agent of domain '%s' answered nonsense: ", self->object->name);
        return NULL;
    }
    if (json_node_get(json_tree_root(tree), "return"))
        return g_steal_pointer(&tree);
    words = json_node_string(json_tree_root(tree), "error.desc");
    error_set(error, LODGE_ERROR_PEER, "the guest agent of domain '%s' says: %s",
              self->object->name, words ? words : "an error without words");
    return NULL;
}

char *
machine_agent_command(DriverCtx *ctx, const ObjectRef *ref, const char *command, int timeout_s,
                      GError **error)
{
    g_autoptr(JsonTree) tree = json_tree_parse(command, strlen(command), NULL);
    g_autofree char *line = g_strdup(command);
    g_autoptr(Guest) self = NULL;

    if (!tree || !json_node_string(json_tree_root(tree), "execute")) {
        error_set(error, LODGE_ERROR_ARGUMENT,
                  "a command of the guest agent is a JSON object with \"execute\", as in "
                  "{\"execute\":\"guest-ping\"}");
        return NULL;
    }
    g_strdelimit(line, "\r\n", ' '); /* outside strings only: inside they are escaped */
    self = guest_open(ctx, ref, error);
    if (!self)
        return NULL;
    if (timeout_s == AGENT_BLOCK)
        timeout_s = AGENT_BLOCK_S;
    else if (timeout_s == AGENT_DEFAULT)
        timeout_s = AGENT_TIMEOUT_S;
    return agent_say(self, line, timeout_s, error);
}
