/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "core/limits.h"
#include "core/status.h"
#include "supervisor/control.h"
#include "supervisor/plan.h"
#include "util/error.h"
#include "util/fd.h"

/* Nobody behind the socket: the guest has ended, or its supervisor was killed. */
static gboolean
set_not_running(GError **error)
{
    return error_set(error, LODGE_ERROR_STATE, "the guest is not running");
}

/* Connects to the socket in the directory open as @dir_fd. */
static int
connect_in(int dir_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_auto(Fd) fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    /* A socket's path has 108 bytes, a guest's name alone may have 200: go through the descriptor. */
    g_snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/control", dir_fd);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return -1;
    return fd_steal(&fd);
}

/* Whether a supervisor lives that has not come to listening yet. Its launcher waits for "ready", so only
 * after a launcher was killed can anybody else meet it. */
static gboolean
is_starting(const char *live_dir)
{
    g_autoptr(Status) status = NULL;
    gboolean is_newer;

    if (!status_is_alive(live_dir))
        return FALSE;
    status = status_look(live_dir, &is_newer);
    return !is_newer && (status == NULL || status->state == STATUS_STARTING);
}

/* Connects; waits for a supervisor that is about to listen. */
static int
connect_live(const char *live_dir, GError **error)
{
    g_auto(Fd) dir_fd = open(live_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    gint64 deadline_us = g_get_monotonic_time() + (gint64)CORE_REQUEST_MS * 1000;
    g_auto(Fd) fd = dir_fd >= 0 ? connect_in(dir_fd) : -1;

    while (fd < 0 && dir_fd >= 0 && (errno == ENOENT || errno == ECONNREFUSED)) {
        struct timespec moment = {.tv_nsec = 2000000};
        gboolean was_starting = is_starting(live_dir) && g_get_monotonic_time() < deadline_us;

        if (was_starting)
            (void)nanosleep(&moment, NULL);
        fd = connect_in(dir_fd);
        if (!was_starting)
            break;
    }
    if (fd >= 0)
        return fd_steal(&fd);
    if (errno == ENOENT || errno == ECONNREFUSED)
        set_not_running(error);
    else
        error_set_errno(error, errno, "cannot talk to the supervisor of '%s'", live_dir);
    return -1;
}

static gboolean
send_hello(int fd, GError **error)
{
    g_autofree char *hello = g_strdup_printf("%d", CONTROL_VERSION);

    return control_send(fd, (const char *[]){"hello", hello, NULL}, error);
}

int
control_open(const char *live_dir, GError **error)
{
    g_auto(Fd) fd = connect_live(live_dir, error);

    if (fd < 0 || !send_hello(fd, error) ||
        !control_receive(fd, CORE_REQUEST_MS, NULL, NULL, error))
        return -1;
    return fd_steal(&fd);
}

/* sendmsg(2) of one packet, with @send_fd unless it is -1. */
static ssize_t
send_packet(int fd, const char *packet, gsize size, int send_fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } ancillary = {0};
    struct iovec part = {.iov_base = (char *)packet, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (send_fd >= 0) {
        message.msg_control = &ancillary;
        message.msg_controllen = sizeof(ancillary);
        ancillary.header.cmsg_level = SOL_SOCKET;
        ancillary.header.cmsg_type = SCM_RIGHTS;
        ancillary.header.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&ancillary.header), &send_fd, sizeof(int));
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

gboolean
control_send(int fd, const char *const *words, GError **error)
{
    return control_send_fd(fd, words, -1, error);
}

gboolean
control_send_fd(int fd, const char *const *words, int send_fd, GError **error)
{
    g_autoptr(GString) packet = g_string_new(NULL);

    for (int i = 0; words[i] != NULL; i++) {
        gsize n = plan_escape(words[i], NULL, 0);
        g_autofree char *word = g_malloc(n + 1);

        (void)plan_escape(words[i], word, n + 1);
        if (i > 0)
            g_string_append_c(packet, ' ');
        g_string_append_len(packet, word, (gssize)n);
    }
    if (packet->len > CONTROL_MAX)
        return error_set(error, LODGE_ERROR_LIMIT, "cannot ask the supervisor: more than %d bytes",
                         CONTROL_MAX);
    if (send_packet(fd, packet->str, packet->len, send_fd) >= 0)
        return TRUE;
    if (errno == EPIPE || errno == ECONNRESET)
        return set_not_running(error);
    return error_set_errno(error, errno, "cannot ask the supervisor");
}

/* Receives one packet with what descriptor comes along. Returns its length, 0 at the end, -1. */
static ssize_t
receive_packet(int fd, char *packet, gsize size, int *ret_fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } ancillary;
    struct iovec part = {.iov_base = packet, .iov_len = size};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = &ancillary,
        .msg_controllen = sizeof(ancillary),
    };
    struct cmsghdr *header;
    ssize_t n;

    do
        n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(ret_fd, CMSG_DATA(header), sizeof(int));
    return n;
}

/* "error WORD TEXT" in our own terms; TEXT may be one escaped word or several plain ones. */
static gboolean
set_answer(GError **error, char *packet)
{
    g_auto(GStrv) words = g_strsplit(packet, " ", 3);
    g_autofree PlanOp *op = g_new(PlanOp, 1);
    LodgeErrorCode code = LODGE_ERROR_PEER;
    const char *text = "the supervisor failed and did not say why";
    PlanReader reader;
    g_autofree char *line = NULL;
    char problem[200];

    if (g_strv_length(words) >= 2 && !error_code_from_word(words[1], &code))
        code = LODGE_ERROR_PEER;
    if (g_strv_length(words) == 3) {
        text = words[2];
        line = g_strconcat(words[2], "\n", NULL);
        plan_reader_init(&reader, line, strlen(line));
        if (strchr(words[2], ' ') == NULL && plan_next(&reader, op, problem, sizeof(problem)) == 1)
            text = op->argv[0];
    }
    return error_set(error, code, "%s", text);
}

/* Splits "ok WORD..." */
static gboolean
read_words(char *packet, char ***ret_words, GError **error)
{
    g_autofree char *line = g_strconcat(packet, "\n", NULL);
    g_autofree PlanOp *op = g_new(PlanOp, 1);
    PlanReader reader;
    char problem[200];

    plan_reader_init(&reader, line, strlen(line));
    if (plan_next(&reader, op, problem, sizeof(problem)) != 1 || !g_str_equal(op->argv[0], "ok"))
        return error_set(error, LODGE_ERROR_PEER,
                         "the supervisor answered '%.100s', which is no answer", packet);
    if (ret_words != NULL)
        *ret_words = g_strdupv(op->argv + 1);
    return TRUE;
}

gboolean
control_receive(int fd, int timeout_ms, char ***ret_words, int *ret_fd, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    char packet[CONTROL_MAX + 1];
    g_auto(Fd) came = -1;
    ssize_t n;

    for (;;) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        gint64 left_us = deadline_us - g_get_monotonic_time();
        int got = poll(&poll_fd, 1, timeout_ms < 0 ? -1 : (int)MAX(left_us / 1000, 0));

        if (got > 0)
            break;
        if (got < 0 && errno != EINTR)
            return error_set_errno(error, errno, "cannot wait for the supervisor");
        if (got == 0)
            return error_set(error, LODGE_ERROR_TIMEOUT,
                             "the supervisor did not answer within %d ms", timeout_ms);
    }
    n = receive_packet(fd, packet, CONTROL_MAX, &came);
    if (n == 0 || (n < 0 && errno == ECONNRESET))
        return set_not_running(error);
    if (n < 0)
        return error_set_errno(error, errno, "cannot hear the supervisor");
    packet[n] = '\0';
    if (packet[n - 1] == '\n')
        packet[n - 1] = '\0';
    if (g_str_has_prefix(packet, "error"))
        return set_answer(error, packet);
    if (!read_words(packet, ret_words, error))
        return FALSE;
    if (ret_fd != NULL)
        *ret_fd = fd_steal(&came);
    return TRUE;
}

gboolean
control_request(const char *live_dir, const char *const *words, int timeout_ms, char ***ret_words,
                int *ret_fd, GError **error)
{
    return control_request_fd(live_dir, words, -1, timeout_ms, ret_words, ret_fd, error);
}

int
control_ask(const char *live_dir, const char *const *words, int send_fd, GError **error)
{
    g_auto(Fd) fd = connect_live(live_dir, error);
    g_autoptr(GError) unsent = NULL;

    /* Both at once: the way there and back costs more than the work. Who does not like our hello refuses
     * the request as well, or has gone when it comes: then the answer to hello says why. */
    if (fd < 0 || !send_hello(fd, error))
        return -1;
    (void)control_send_fd(fd, words, send_fd, &unsent);
    if (!control_receive(fd, CORE_REQUEST_MS, NULL, NULL, error))
        return -1;
    if (unsent != NULL) {
        g_propagate_error(error, g_steal_pointer(&unsent));
        return -1;
    }
    return fd_steal(&fd);
}

gboolean
control_request_fd(const char *live_dir, const char *const *words, int send_fd, int timeout_ms,
                   char ***ret_words, int *ret_fd, GError **error)
{
    g_auto(Fd) fd = control_ask(live_dir, words, send_fd, error);

    return fd >= 0 && control_receive(fd, timeout_ms, ret_words, ret_fd, error);
}
