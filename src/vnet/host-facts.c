/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vnet/host-facts.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "util/error.h"
#include "util/file.h"
#include "util/spawn.h"
#include "vnet/bridge-choice.h"
#include "vnet/dnsmasq.h"
#include "vnet/groups.h"
#include "vnet/ruleset.h"
#include "vnet/subnet.h"

enum {
    MOUNTINFO_MAX = 16 << 20,
    ROUTES_MAX = 64 << 20,
    PASSWD_MAX = 4096,
};

void
network_facts_free(NetworkFacts *facts)
{
    if (facts == NULL)
        return;
    g_free(facts->nft);
    g_free(facts->dnsmasq);
    g_free(facts->dnsmasq_user);
    g_clear_pointer(&facts->groups, g_ptr_array_unref);
    g_free(facts);
}

static char *
find_program(const NetworkDef *def, const char *program, const char *package, GError **error)
{
    char *path = spawn_find(program);

    if (path == NULL)
        error_set(error, LODGE_ERROR_PEER,
                  "cannot start network '%s': '%s' is not installed; install the package %s "
                  "(apt-get install %s)",
                  def->name, program, package, package);
    return path;
}

/* An unprivileged user that is there: dnsmasq refuses to start when the one it is told is not. */
static char *
find_user(void)
{
    static const char *const users[] = {"dnsmasq", "nobody"};
    char buffer[PASSWD_MAX];
    struct passwd entry, *found = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(users); i++)
        if (getpwnam_r(users[i], &entry, buffer, sizeof buffer, &found) == 0 && found != NULL)
            return g_strdup(users[i]);
    return NULL;
}

NetworkFacts *
network_facts_gather(const Store *store, const NetworkDef *def, GError **error)
{
    g_autoptr(NetworkFacts) facts = g_new0(NetworkFacts, 1);
    g_autofree char *house = paths_cgroup_name(store->paths);
    g_autofree char *mountinfo = NULL;

    if (geteuid() != 0 || store->paths->session) {
        error_set(error, LODGE_ERROR_DENIED,
                  "cannot start network '%s': bridges and packet filter rules need root; run it "
                  "as root with -c network:///system",
                  def->name);
        return NULL;
    }
    if (ruleset_is_needed(def)) {
        facts->nft = find_program(def, "nft", "nftables", error);
        if (facts->nft == NULL)
            return NULL;
    }
    if (dnsmasq_is_needed(def)) {
        facts->dnsmasq = find_program(def, "dnsmasq", "dnsmasq-base", error);
        if (facts->dnsmasq == NULL)
            return NULL;
        facts->dnsmasq_user = find_user();
    }
    mountinfo = file_read(-1, "/proc/self/mountinfo", MOUNTINFO_MAX, NULL, error);
    if (mountinfo == NULL)
        return NULL;
    facts->groups = groups_parse(mountinfo, house);
    return g_steal_pointer(&facts);
}

static gboolean
settle_subnet(NetworkDef *def, GError **error)
{
    g_autoptr(GArray) used = subnet_used();
    g_autofree char *v6_routes = file_read(-1, "/proc/net/ipv6_route", ROUTES_MAX, NULL, NULL);
    int x;

    if (def->auto_subnet) {
        x = subnet_pick(used);
        if (x < 0) {
            return error_set(
                error, LODGE_ERROR_STATE,
                "cannot start network '%s': the host uses all of 192.168.0.0/16; choose "
                "another subnet with net-edit, and take lodge:auto-subnet out",
                def->name);
        }
        subnet_move(def, x);
    }
    return subnet_check(def, used, error) &&
           subnet_check_ra(def, v6_routes, "/proc/sys/net/ipv6/conf", error);
}

gboolean
network_settle(Store *store, NetworkDef *def, GError **error)
{
    return bridge_choose(store, def, error) && bridge_check(def, error) &&
           settle_subnet(def, error);
}
