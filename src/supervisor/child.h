/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/child.h - the guest's init before it is: what the child does between clone and exec.
 *
 * Theory of operation. The child is a copy of the supervisor in new namespaces. It executes phase guest in
 * the order of the plan, configures its own network devices, and becomes the payload. It talks over one
 * SOCK_SEQPACKET pair, which exec closes (that is how the supervisor learns that all went well):
 *
 *   child -> supervisor   'C' INDEX    + descriptor: the console's master
 *                         'L' FILE NUL WHY    a wish that was not granted
 *                         'H'          nothing but exec is left, and the plan says `hold`
 *                         'E' WORD NUL TEXT   the start has failed
 *   supervisor -> child   'm'          your id maps are there (only with a user namespace; at the beginning)
 *                         'g'          + descriptors: `tasks` of the v1 groups. Groups and links are there:
 *                                      the supervisor makes them while the child mounts; after 'H': exec
 *
 * Nothing here calls malloc. Files: guest-child.c (order, talk), source-child.c, mount-child.c, dev-child.c,
 * net-child.c, init-child.c.
 */
#pragma once

#include <stdnoreturn.h>

#include "host/mount.h"
#include "supervisor/guest-priv.h"

#define CHILD_MAPPED  'm'
#define CHILD_GO      'g'
#define CHILD_HOLDS   'H'
#define CHILD_AT_EXEC (-1) /* guest->progress when nothing but exec is left */

typedef struct {
    Guest *guest;
    int socket;
    bool must_wait;      /* for 'g' */
    bool has_userns;     /* what only root of the host may do, the supervisor has done */
    bool is_shared_root; /* root "/" */
    bool root_is_device;
    int point_fd; /* where a root on a device is put for a moment; -1 */
    int *sources; /* (array): for each step of phase guest a detached tree, or the root; or -1 */
    char **
        reals; /* (array): in a user namespace, for each step its host directory without links, or NULL */
    char **envp; /* of init */
    int sys_fd;  /* a copy of the host's /sys alone, to be mounted instead of one's own; -1 */
    int made_fd; /* the list of mount points, for one who may not open it later; -1 */
    int dev_fd;  /* in a user namespace: the guest's /dev with its nodes, detached; -1 */
    MountRoot root;
    int tree_fd;         /* the private root's tree; -1 for the host's root */
    bool root_read_only; /* set when everything else is mounted */
    int mask_fd;         /* the empty directory that masks others; -1 before the first one */
    int slave_fd;        /* the first console's terminal; -1 */
} Child;

/* Runs the whole; ends in exec or _exit. */
noreturn void child_main(Child *child);

/* All return -1 with @err. */
typedef int (*ChildOpFunc)(Child *child, const PlanStep *step, Err *err);
ChildOpFunc child_mount_op(int op); /* mount-child.c */
ChildOpFunc child_dev_op(int op);   /* dev-child.c */

/* Before anything is changed: opens what lies on the host (source-child.c). Of that, the file systems on
 * devices: called by the supervisor, before it clones, when there is a user namespace. */
int child_open_sources(Child *child, Err *err);
int child_open_devices(Child *child, Err *err);
int *child_source(Child *child, const PlanStep *step);
/* child->dev_fd: in the supervisor, when there is a user namespace (dev-child.c). */
int child_make_dev(Child *child, Err *err);
/* After phase guest: read-only root, pivot, autofs. */
int child_seal_root(Child *child, Err *err);

/* lo, in a network of the guest's own; then, when the devices are there, addresses and routes. */
int child_loopback(Child *child, Err *err);
int child_network(Child *child, Err *err);

/* payload and init phases; returns only on failure. */
int child_become_init(Child *child, Err *err);

/* Dies with the supervisor, also when that died before this call. */
int child_tie(Child *child, Err *err);
/* Out of the supervisor's session and signal settings, without its locks. */
int child_leave_supervisor(Child *child, Err *err);
noreturn void child_give_up(Child *child, const Err *err);
void child_say_lack(Child *child, const char *file, const char *why);
int child_send(int socket, const void *data, size_t size, int fd);

/* Waits for the supervisor's word, and takes the descriptors that come with it; ends without it, because
 * the supervisor gave up, and says why itself. Returns how many descriptors came. */
int child_await_word(Child *child, char wanted, int fds[GUEST_GROUPS_MAX]);
