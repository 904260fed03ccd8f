/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/subnet.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

#include "util/error.h"
#include "util/file.h"
#include "util/units.h"
#include "vnet/net-prefix.h"

enum {
    ROUTES_MAX = 64 << 20, /* of a router with the whole Internet in its table */
    PREFIX_MIN = 8,        /* 0.0.0.0/1 and 128.0.0.0/1 are a VPN's default route */
    FIRST_CHOICE = 122,    /* 192.168.122.0/24 is what people know */
    RT_DEFAULT = 0x10000,  /* RTF_DEFAULT, RTF_ADDRCONF of linux/ipv6_route.h */
    RT_ADDRCONF = 0x40000,
};

static void
add_used(GArray *used, const NetPrefix *prefix)
{
    if (prefix->prefix >= PREFIX_MIN)
        g_array_append_val(used, *prefix);
}

/* Leaves are "|-- ADDRESS" lines; each route of a leaf is a "/N scope TYPE" line below it. */
static void
parse_fib_trie(GArray *used, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    const char *leaf = NULL;

    for (char **line = lines; *line != NULL; line++) {
        const char *word = g_strstrip(*line);
        guint64 length;
        NetPrefix prefix;

        if (g_str_has_prefix(word, "|-- ")) {
            leaf = word + strlen("|-- ");
        } else if (*word == '/' && leaf != NULL) {
            g_autofree char *digits = g_strndup(word + 1, strcspn(word + 1, " "));

            if (units_parse_uint(digits, 0, 32, &length, NULL) &&
                net_prefix_parse(leaf, (int)length, &prefix))
                add_used(used, &prefix);
        }
    }
}

/* Eight groups of four hex digits without colons. */
static gboolean
parse_v6_hex(const char *hex, int prefix, NetPrefix *ret_prefix)
{
    NetPrefix parsed = {.address = {.is_v6 = TRUE}, .prefix = prefix};

    if (strlen(hex) != 32)
        return FALSE;
    for (int i = 0; i < 16; i++) {
        int high = g_ascii_xdigit_value(hex[2 * i]), low = g_ascii_xdigit_value(hex[2 * i + 1]);

        if (high < 0 || low < 0)
            return FALSE;
        parsed.address.bytes[i] = (guint8)(high * 16 + low);
    }
    *ret_prefix = parsed;
    return TRUE;
}

static gboolean
is_v6_boring(const NetPrefix *prefix)
{
    gboolean is_link_local =
        prefix->address.bytes[0] == 0xfe && (prefix->address.bytes[1] & 0xc0) == 0x80;

    return is_link_local || prefix->address.bytes[0] == 0xff || prefix->address.bytes[0] == 0;
}

/* DEST LEN SRC LEN HOP METRIC REFS USE FLAGS DEVICE, all but the device in hex */
static char **
v6_words(char *line)
{
    g_auto(GStrv) raw = g_strsplit_set(g_strstrip(line), " \t", -1);
    GPtrArray *words = g_ptr_array_new();

    for (char **word = raw; *word != NULL; word++)
        if (**word != '\0')
            g_ptr_array_add(words, g_strdup(*word));
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

static void
parse_ipv6_route(GArray *used, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) words = v6_words(*line);
        NetPrefix prefix;

        if (g_strv_length(words) < 10)
            continue;
        if (parse_v6_hex(words[0], (int)g_ascii_strtoull(words[1], NULL, 16), &prefix) &&
            !is_v6_boring(&prefix))
            add_used(used, &prefix);
    }
}

GArray *
subnet_used_parse(const char *fib_trie, const char *ipv6_route)
{
    GArray *used = g_array_new(FALSE, FALSE, sizeof(NetPrefix));

    if (fib_trie != NULL)
        parse_fib_trie(used, fib_trie);
    if (ipv6_route != NULL)
        parse_ipv6_route(used, ipv6_route);
    return used;
}

static void
add_addresses(GArray *used)
{
    struct ifaddrs *list = NULL;

    if (getifaddrs(&list) < 0)
        return; /* the routes say nearly as much */
    for (const struct ifaddrs *a = list; a != NULL; a = a->ifa_next) {
        NetPrefix prefix = {0};

        if (a->ifa_addr == NULL)
            continue;
        if (a->ifa_addr->sa_family == AF_INET) {
            prefix.prefix = 32;
            memcpy(prefix.address.bytes,
                   &((const struct sockaddr_in *)(const void *)a->ifa_addr)->sin_addr, 4);
        } else if (a->ifa_addr->sa_family == AF_INET6) {
            prefix.address.is_v6 = TRUE;
            prefix.prefix = 128;
            memcpy(prefix.address.bytes,
                   &((const struct sockaddr_in6 *)(const void *)a->ifa_addr)->sin6_addr, 16);
            if (is_v6_boring(&prefix))
                continue;
        } else {
            continue;
        }
        add_used(used, &prefix);
    }
    freeifaddrs(list);
}

GArray *
subnet_used(void)
{
    g_autofree char *v4 = file_read(-1, "/proc/net/fib_trie", ROUTES_MAX, NULL, NULL);
    g_autofree char *v6 = file_read(-1, "/proc/net/ipv6_route", ROUTES_MAX, NULL, NULL);
    GArray *used = subnet_used_parse(v4, v6);

    add_addresses(used);
    return used;
}

/* Marks which of 192.168.0.0/24 ... 192.168.255.0/24 @prefix touches. */
static void
mark_taken(const NetPrefix *prefix, gboolean taken[256])
{
    static const NetPrefix block = {.address = {.bytes = {192, 168}}, .prefix = 16};
    int first = 0, count = 256;

    if (prefix->address.is_v6 || !net_prefix_overlaps(prefix, &block))
        return;
    if (prefix->prefix > 16) {
        count = prefix->prefix >= 24 ? 1 : 1 << (24 - prefix->prefix);
        first = prefix->address.bytes[2] / count * count;
    }
    for (int x = first; x < first + count; x++)
        taken[x] = TRUE;
}

int
subnet_pick(const GArray *used)
{
    gboolean taken[256] = {FALSE};

    for (guint i = 0; i < used->len; i++)
        mark_taken(&g_array_index(used, NetPrefix, i), taken);
    for (int x = FIRST_CHOICE; x <= 254; x++)
        if (!taken[x])
            return x;
    for (int x = FIRST_CHOICE - 1; x >= 0; x--)
        if (!taken[x])
            return x;
    return -1;
}

static void
move_text(char **text, int x)
{
    Address address;
    char moved[ADDRESS_TEXT_SIZE];

    if (*text == NULL || !address_parse(*text, &address) || address.is_v6)
        return;
    address.bytes[0] = 192;
    address.bytes[1] = 168;
    address.bytes[2] = (guint8)x;
    g_free(*text);
    *text = g_strdup(address_format(&address, moved));
}

void
subnet_move(NetworkDef *def, int x)
{
    for (guint i = 0; i < def->ips->len; i++) {
        NetworkIp *ip = g_ptr_array_index(def->ips, i);

        if (ip->is_v6)
            continue;
        move_text(&ip->address, x);
        for (guint k = 0; k < ip->ranges->len; k++) {
            move_text(&g_array_index(ip->ranges, NetworkRange, k).start, x);
            move_text(&g_array_index(ip->ranges, NetworkRange, k).end, x);
        }
        for (guint k = 0; k < ip->hosts->len; k++)
            move_text(&g_array_index(ip->hosts, NetworkHost, k).ip, x);
    }
}

gboolean
subnet_check(const NetworkDef *def, const GArray *used, GError **error)
{
    for (guint i = 0; i < def->ips->len; i++) {
        const NetworkIp *ip = g_ptr_array_index(def->ips, i);
        NetPrefix own = {0};

        if (!net_prefix_parse(ip->address, ip->prefix, &own))
            continue; /* conf/vnet has checked it */
        for (guint k = 0; k < used->len; k++) {
            const NetPrefix *other = &g_array_index(used, NetPrefix, k);
            g_autofree char *mine = NULL, *theirs = NULL;

            if (other->prefix < own.prefix || !net_prefix_contains(&own, other))
                continue;
            mine = net_prefix_network(&own);
            theirs = net_prefix_network(other);
            return error_set(
                error, LODGE_ERROR_STATE,
                "cannot start network '%s': its subnet %s is in use on this host (%s); "
                "choose another one with net-edit",
                def->name, mine, theirs);
        }
    }
    return TRUE;
}

static gboolean
has_v6(const NetworkDef *def)
{
    for (guint i = 0; i < def->ips->len; i++)
        if (((const NetworkIp *)g_ptr_array_index(def->ips, i))->is_v6)
            return TRUE;
    return FALSE;
}

static char *
read_conf(const char *conf_dir, const char *device, const char *key)
{
    g_autofree char *path = g_build_filename(conf_dir, device, key, NULL);
    char *text = file_read(-1, path, 64, NULL, NULL);

    return text != NULL ? g_strstrip(text) : NULL;
}

gboolean
subnet_check_ra(const NetworkDef *def, const char *ipv6_route, const char *conf_dir, GError **error)
{
    g_auto(GStrv) lines = NULL;

    if (ipv6_route == NULL || def->forward == NETWORK_FORWARD_NONE || !has_v6(def))
        return TRUE;
    lines = g_strsplit(ipv6_route, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) words = v6_words(*line);
        g_autofree char *accept = NULL, *forwards = NULL;
        guint64 flags;

        if (g_strv_length(words) < 10)
            continue;
        flags = g_ascii_strtoull(words[8], NULL, 16);
        if ((flags & RT_DEFAULT) == 0 || (flags & RT_ADDRCONF) == 0)
            continue;
        accept = read_conf(conf_dir, words[9], "accept_ra");
        forwards = read_conf(conf_dir, words[9], "forwarding");
        if (g_strcmp0(accept, "1") != 0 || g_strcmp0(forwards, "0") != 0)
            continue;
        return error_set(
            error, LODGE_ERROR_STATE,
            "cannot start network '%s': once this host forwards IPv6 it loses the default "
            "route that it learnt on '%s'; run: sysctl -w net.ipv6.conf.%s.accept_ra=2",
            def->name, words[9], words[9]);
    }
    return TRUE;
}
