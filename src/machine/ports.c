/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/ports.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/lock.h"

#define PORTS_LOCK_MS 5000

static gboolean
try_bind(int family, const struct sockaddr *address, socklen_t size)
{
    g_auto(Fd) fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    if (fd < 0)
        return TRUE; /* a family that the host does not have */
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (family == AF_INET6)
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    return bind(fd, address, size) == 0 || errno != EADDRINUSE;
}

static gboolean
port_is_free(int port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((guint16)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((guint16)port)};

    return try_bind(AF_INET, (const struct sockaddr *)&v4, sizeof(v4)) &&
           try_bind(AF_INET6, (const struct sockaddr *)&v6, sizeof(v6));
}

/* Has somebody chosen it a moment ago? */
static gboolean
port_is_noted(int dir_fd, const char *name)
{
    struct stat st;

    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           time(NULL) - st.st_mtim.tv_sec < PORTS_HOLD_S;
}

static gboolean
port_is_given(const DomainDef *def, int port)
{
    const GPtrArray *list = machine_devices(def, MACHINE_DEVICE_GRAPHICS);

    for (guint i = 0; i < list->len; i++) {
        const MachineGraphics *graphics = g_ptr_array_index(list, i);

        if (!graphics->autoport && graphics->port == port)
            return TRUE;
    }
    return FALSE;
}

static int
port_choose(const DomainDef *def, int dir_fd, const GArray *chosen)
{
    for (int port = PORTS_FIRST; port <= PORTS_LAST; port++) {
        char name[16];
        gboolean is_chosen = port_is_given(def, port);

        for (guint i = 0; i < chosen->len; i++)
            is_chosen |= g_array_index(chosen, int, i) == port;
        g_snprintf(name, sizeof(name), "%d", port);
        if (is_chosen || (dir_fd >= 0 && port_is_noted(dir_fd, name)) || !port_is_free(port))
            continue;
        if (dir_fd >= 0) {
            g_auto(Fd) note = -1;

            (void)file_remove(dir_fd, name, FILE_LIVE, NULL);
            note = openat(dir_fd, name, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
        }
        return port;
    }
    return -1;
}

/* Does it listen on TCP at all? */
static gboolean
needs_port(const MachineGraphics *graphics)
{
    const MachineListen *listen =
        graphics->listens->len > 0 ? g_ptr_array_index(graphics->listens, 0) : NULL;

    return listen == NULL || listen->type == MACHINE_LISTEN_ADDRESS ||
           listen->type == MACHINE_LISTEN_NETWORK;
}

static gboolean
choose_all(const DomainDef *def, const char *source, int dir_fd, GArray *ports, GError **error)
{
    const GPtrArray *list = machine_devices(def, MACHINE_DEVICE_GRAPHICS);

    for (guint i = 0; i < list->len; i++) {
        const MachineGraphics *graphics = g_ptr_array_index(list, i);
        int port = 0;

        if (needs_port(graphics)) {
            port = graphics->port;
            if (graphics->autoport || port < 0 || (port == 0 && graphics->tls_port <= 0))
                port = port_choose(def, dir_fd, ports);
        }
        if (port < 0)
            return error_set(error, LODGE_ERROR_LIMIT,
                             "%s:%d: <graphics>: no free TCP port from %d to %d; give it one, or "
                             "<listen type='socket'/>",
                             source, graphics->info.line, PORTS_FIRST, PORTS_LAST);
        g_array_append_val(ports, port);
    }
    return TRUE;
}

static gboolean
needs_choice(const DomainDef *def)
{
    const GPtrArray *list = machine_devices(def, MACHINE_DEVICE_GRAPHICS);

    for (guint i = 0; i < list->len; i++)
        if (needs_port(g_ptr_array_index(list, i)))
            return TRUE;
    return FALSE;
}

gboolean
ports_choose(const Paths *paths, const DomainDef *def, const char *source, gboolean is_dry,
             GArray *ports, GError **error)
{
    g_autofree char *path = g_build_filename(paths->live, "qemu", ".ports", NULL);
    g_auto(Fd) dir_fd = -1;
    gboolean ok;
    int lock;

    if (is_dry || !needs_choice(def))
        return choose_all(def, source, -1, ports, error);
    if (!file_make_dirs(path, 0700, error))
        return FALSE;
    dir_fd = file_open_dir(AT_FDCWD, path, error);
    if (dir_fd < 0)
        return FALSE;
    lock = lock_take(dir_fd, "lock", PORTS_LOCK_MS, "the list of display ports", error);
    if (lock < 0)
        return FALSE;
    ok = choose_all(def, source, dir_fd, ports, error);
    lock_release(dir_fd, "lock", lock, FALSE);
    return ok;
}
