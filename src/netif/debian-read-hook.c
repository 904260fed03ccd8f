/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Theory of operation: a few commands say nothing but what the XML has a word for. They are recognised word by
 * word; one word more, and the hook is left alone and reported. What a hook adds, its twin in down or
 * post-down may take away again. */
#include <string.h>

#include "conf/address.h"
#include "netif/debian-header.h"
#include "netif/debian-read-priv.h"
#include "util/mac.h"
#include "util/units.h"

#define WORDS_MAX 12

typedef struct {
    DebianReader *reader;
    DebianOption *option;
    char *words[WORDS_MAX + 1];
    guint n_words;
    gboolean is_up; /* pre-up, up: of down and post-down the twin is looked for */
} Hook;

static gboolean
is_word(const Hook *hook, guint index, const char *word)
{
    return index < hook->n_words && strcmp(hook->words[index], word) == 0;
}

/* The name of the interface, or the variable for it. */
static gboolean
is_iface(const Hook *hook, guint index)
{
    static const char *const spellings[] = {"$IFACE", "${IFACE}", "\"$IFACE\"", "\"${IFACE}\""};

    if (is_word(hook, index, hook->reader->def->name))
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++)
        if (is_word(hook, index, spellings[i]))
            return TRUE;
    return FALSE;
}

/* /sbin/ip, ip */
static gboolean
is_program(const Hook *hook, const char *name)
{
    static const char *const dirs[] = {"", "/sbin/", "/bin/", "/usr/sbin/", "/usr/bin/"};

    for (gsize i = 0; hook->n_words > 0 && i < G_N_ELEMENTS(dirs); i++) {
        gsize length = strlen(dirs[i]);

        if (strncmp(hook->words[0], dirs[i], length) == 0 &&
            strcmp(hook->words[0] + length, name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* "echo 0 > /proc/sys/net/ipv6/conf/NAME/autoconf" */
static void
read_echo(Hook *hook)
{
    static const char prefix[] = "/proc/sys/net/ipv6/conf/", suffix[] = "/autoconf";
    const char *path;
    char *name;

    if (hook->n_words != 4 || !is_word(hook, 2, ">") || !is_word(hook, 1, hook->is_up ? "0" : "1"))
        return;
    path = hook->words[3];
    if (!g_str_has_prefix(path, prefix) || !g_str_has_suffix(path, suffix) ||
        strlen(path) <= strlen(prefix) + strlen(suffix))
        return;
    name = g_strndup(path + strlen(prefix), strlen(path) - strlen(prefix) - strlen(suffix));
    g_free(hook->words[3]);
    hook->words[3] = name;
    if (!is_iface(hook, 3) || (!hook->is_up && !hook->reader->autoconf_hook))
        return;
    hook->reader->autoconf_hook = TRUE;
    hook->option->group = DEBIAN_INET6;
}

/* An address that is to be added; of the twin: that was. */
static void
read_ip(Hook *hook, const char *text)
{
    const char *slash = strchr(text, '/');
    g_autofree char *host = g_strndup(text, slash != NULL ? (gsize)(slash - text) : strlen(text));
    InterfaceProtocol *protocol;
    guint64 prefix = 0;
    Address address;
    gboolean is_there = FALSE;

    if (!address_parse(host, &address) ||
        (slash != NULL &&
         !units_parse_uint(slash + 1, 0, (guint64)address_bits(&address), &prefix, NULL)))
        return;
    if (slash == NULL)
        prefix = (guint64)address_bits(&address);
    protocol = address.is_v6 ? &hook->reader->def->ipv6 : &hook->reader->def->ipv4;
    for (guint i = 0; i < protocol->ips->len; i++)
        is_there |=
            address_compare(&g_array_index(protocol->ips, InterfaceIp, i).address, &address) == 0;
    if (is_there == hook->is_up || (hook->is_up && protocol->ips->len >= INTERFACE_IPS_MAX))
        return;
    if (hook->is_up)
        interface_protocol_add(protocol, &address, (int)prefix);
    hook->option->group = address.is_v6 ? DEBIAN_INET6 : DEBIAN_INET;
}

static void
read_route(Hook *hook, const char *text)
{
    InterfaceProtocol *protocol;
    Address gateway;

    if (!address_parse(text, &gateway))
        return;
    protocol = gateway.is_v6 ? &hook->reader->def->ipv6 : &hook->reader->def->ipv4;
    if (!protocol->is_there || protocol->has_gateway == hook->is_up ||
        (!hook->is_up && address_compare(&protocol->gateway, &gateway) != 0))
        return;
    protocol->has_gateway = TRUE;
    protocol->gateway = gateway;
    hook->option->group = gateway.is_v6 ? DEBIAN_INET6 : DEBIAN_INET;
}

static void
read_mtu(Hook *hook, const char *text)
{
    InterfaceDef *def = hook->reader->def;
    guint64 mtu;

    if (!hook->is_up || !units_parse_uint(text, 1, G_MAXINT32, &mtu, NULL) ||
        (def->mtu != 0 && def->mtu != mtu))
        return;
    def->mtu = (guint)mtu;
    hook->option->group = DEBIAN_MTU;
}

static void
read_mac(Hook *hook, const char *text)
{
    InterfaceDef *def = hook->reader->def;
    guint8 mac[MAC_SIZE];

    if (!hook->is_up || def->type != INTERFACE_ETHERNET || !mac_parse(text, mac) ||
        (def->has_mac && memcmp(def->mac, mac, MAC_SIZE) != 0))
        return;
    def->has_mac = TRUE;
    memcpy(def->mac, mac, MAC_SIZE);
    hook->option->group = DEBIAN_MAC;
}

/* ip [-4|-6] addr add A/len dev X; ip [-6] route add default via G [dev X]; ip link set [dev] X mtu N */
static void
read_iproute(Hook *hook)
{
    const char *verb = hook->is_up ? "add" : "del";
    guint at = is_word(hook, 1, "-6") || is_word(hook, 1, "-4") ? 2 : 1;

    if ((is_word(hook, at, "addr") || is_word(hook, at, "address") || is_word(hook, at, "a")) &&
        is_word(hook, at + 1, verb) && is_word(hook, at + 3, "dev") && is_iface(hook, at + 4) &&
        hook->n_words == at + 5) {
        read_ip(hook, hook->words[at + 2]);
    } else if (is_word(hook, at, "route") && is_word(hook, at + 1, verb) &&
               is_word(hook, at + 2, "default") && is_word(hook, at + 3, "via") &&
               (hook->n_words == at + 5 ||
                (hook->n_words == at + 7 && is_word(hook, at + 5, "dev") &&
                 is_iface(hook, at + 6)))) {
        read_route(hook, hook->words[at + 4]);
    } else if (is_word(hook, at, "link") && is_word(hook, at + 1, "set")) {
        at += is_word(hook, at + 2, "dev") ? 3 : 2;
        if (!is_iface(hook, at) || hook->n_words != at + 3)
            return;
        if (is_word(hook, at + 1, "mtu"))
            read_mtu(hook, hook->words[at + 2]);
        else if (is_word(hook, at + 1, "address"))
            read_mac(hook, hook->words[at + 2]);
    }
}

/* ifconfig X inet6 add A/len; ifconfig X mtu N */
static void
read_ifconfig(Hook *hook)
{
    if (!is_iface(hook, 1))
        return;
    if (is_word(hook, 2, "inet6") && is_word(hook, 3, hook->is_up ? "add" : "del") &&
        hook->n_words == 5)
        read_ip(hook, hook->words[4]);
    else if (is_word(hook, 2, "mtu") && hook->n_words == 4)
        read_mtu(hook, hook->words[3]);
}

/* A port that is started along with its bridge. */
static void
read_ifup(Hook *hook)
{
    const GPtrArray *ports = hook->reader->def->ports;

    for (guint i = 0; hook->n_words == 2 && i < ports->len; i++)
        if (strcmp(((const InterfaceDef *)g_ptr_array_index(ports, i))->name, hook->words[1]) == 0)
            hook->option->group = DEBIAN_PORTS;
}

static void
read_hook(DebianReader *reader, DebianOption *option, gboolean is_up)
{
    Hook hook = {.reader = reader, .option = option, .is_up = is_up};
    const char *at = option->value;
    char *word;

    while ((word = debian_next_word(&at)) != NULL) {
        if (hook.n_words == WORDS_MAX) {
            g_free(word);
            hook.n_words = 0;
            break; /* none of ours is as long */
        }
        hook.words[hook.n_words++] = word;
    }
    if (is_program(&hook, "echo"))
        read_echo(&hook);
    else if (is_program(&hook, "ip"))
        read_iproute(&hook);
    else if (is_program(&hook, "ifconfig"))
        read_ifconfig(&hook);
    else if (is_program(&hook, is_up ? "ifup" : "ifdown"))
        read_ifup(&hook);
    for (guint i = 0; i < WORDS_MAX; i++)
        g_free(hook.words[i]);
}

void
debian_read_hooks(DebianReader *reader)
{
    for (int pass = 0; pass < 2; pass++) /* what is added first, so that twins find it */
        for (guint i = 0; i < reader->stanzas->len; i++) {
            const DebianStanza *stanza = g_ptr_array_index(reader->stanzas, i);

            for (guint j = 0; j < stanza->options->len; j++) {
                DebianOption *option = debian_option(stanza, j);
                gboolean is_up =
                    strcmp(option->canon, "up") == 0 || strcmp(option->canon, "pre-up") == 0;
                gboolean is_down =
                    strcmp(option->canon, "down") == 0 || strcmp(option->canon, "post-down") == 0;

                if (pass == 0 ? is_up : is_down)
                    read_hook(reader, option, is_up);
            }
        }
}
