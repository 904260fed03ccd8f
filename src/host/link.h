/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* host/link.h - network devices: make, find, move, change, delete, and wait until one is gone.
 *
 * All take a socket of rtnl_open() and work in its namespace; -1 comes with errno set (callers know what
 * they were doing, and say it).
 *
 * Used by: supervisor, vnet.
 * libc only.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define LINK_MAC_SIZE  6
#define LINK_ALIAS_MAX 256

typedef struct {
    int index;
    char name[IF_NAMESIZE];
    uint8_t mac[LINK_MAC_SIZE];
    bool is_up;
    unsigned mtu;
    char alias[LINK_ALIAS_MAX];
} LinkInfo;

/* ENODEV when there is none. */
int link_find(int sock, const char *name, LinkInfo *ret_info);
int link_find_index(int sock, int index, LinkInfo *ret_info);

typedef struct {
    const char *host_name, *guest_name;
    const uint8_t *mac; /* of the guest's end; NULL: the kernel's choice */
    unsigned mtu;       /* 0: the kernel's */
    int bridge_index;   /* 0: none */
    pid_t pid;          /* the guest's end is born in this process's namespace, and is down */
} LinkVeth;

/* Both ends, the host's up and in its bridge, in one message. */
int link_make_veth(int sock, const LinkVeth *veth);

typedef enum { /* the kernel's numbers */
    LINK_MACVLAN_NONE = 0,
    LINK_MACVLAN_PRIVATE = 1,
    LINK_MACVLAN_VEPA = 2,
    LINK_MACVLAN_BRIDGE = 4,
    LINK_MACVLAN_PASSTHRU = 8
} LinkMacvlanMode;

typedef struct {
    int parent_index;
    LinkMacvlanMode mode;
    const char *guest_name;
    const uint8_t *mac;
    unsigned mtu;
    bool is_up;
    pid_t pid;       /* 0: ours */
    bool is_macvtap; /* with a character device, see host/tap.h */
} LinkMacvlan;

/* Born in the namespace of @pid. */
int link_make_macvlan(int sock, const LinkMacvlan *macvlan);

typedef struct {
    const char *name;
    const uint8_t *mac; /* NULL: the kernel's choice */
    bool stp;
    unsigned delay_s; /* forward delay */
    unsigned mtu;     /* 0: the kernel's */
    const char *alias;
} LinkBridge;

/* Made and set up; EEXIST when a device has that name. */
int link_make_bridge(int sock, const LinkBridge *bridge);

/* Into the namespace of @pid (which is looked up by the caller's pids), under @new_name (NULL: as is). */
int link_move(int sock, int index, pid_t pid, const char *new_name);
int link_set_up(int sock, int index, bool up);
int link_set_mac(int sock, int index, const uint8_t mac[LINK_MAC_SIZE]);
typedef struct {
    const uint8_t *mac; /* NULL: leave */
    unsigned mtu;       /* 0: leave */
    int bridge_index;   /* 0: leave */
    bool is_up;
} LinkSettings;
/* All of them in one message. */
int link_configure(int sock, int index, const LinkSettings *settings);
/* Sets it down first, which older kernels want. */
int link_rename(int sock, int index, const char *name);
int link_delete(int sock, int index);

/**
 * link_wait_gone:
 * Waits, woken by the kernel's own notice, until no device has @index and @name.
 * Returns: 0; -1 with ETIMEDOUT
 */
int link_wait_gone(int index, const char *name, int timeout_ms);

/* "52:54:00:4d:2b:cd" */
int link_parse_mac(const char *text, uint8_t ret_mac[LINK_MAC_SIZE]);
void link_format_mac(const uint8_t mac[LINK_MAC_SIZE], char ret_text[18]);
