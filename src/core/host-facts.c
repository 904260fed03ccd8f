/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/host-facts.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/netlook.h"
#include "host/cgroup-place.h"
#include "util/error.h"
#include "util/file.h"

#define FACTS_FILE_MAX (4 << 20) /* mountinfo of a host with thousands of mounts */

static void
host_hierarchy_free(gpointer data)
{
    HostHierarchy *hierarchy = data;

    g_free(hierarchy->controllers);
    g_free(hierarchy->base);
    g_free(hierarchy);
}

static void
host_link_free(gpointer data)
{
    HostLink *link = data;

    g_free(link->bridge);
    g_free(link);
}

HostFacts *
host_facts_new(void)
{
    HostFacts *facts = g_new0(HostFacts, 1);

    facts->hierarchies = g_ptr_array_new_with_free_func(host_hierarchy_free);
    facts->devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    facts->links = g_ptr_array_new_with_free_func(host_link_free);
    return facts;
}

void
host_facts_free(HostFacts *facts)
{
    if (!facts)
        return;
    g_ptr_array_unref(facts->hierarchies);
    g_hash_table_unref(facts->devices);
    g_ptr_array_unref(facts->links);
    g_free(facts->cpus);
    g_free(facts);
}

void
host_facts_add_hierarchy(HostFacts *facts, gboolean is_v2, const char *controllers,
                         const char *base)
{
    HostHierarchy *hierarchy = g_new0(HostHierarchy, 1);

    hierarchy->is_v2 = is_v2;
    hierarchy->controllers = g_strdup(controllers);
    hierarchy->base = g_strdup(base);
    g_ptr_array_add(facts->hierarchies, hierarchy);
}

void
host_facts_add_device(HostFacts *facts, const char *path, char type, guint major, guint minor,
                      guint mode)
{
    HostDevice *device = g_new0(HostDevice, 1);

    device->type = type;
    device->major = major;
    device->minor = minor;
    device->mode = mode;
    g_hash_table_replace(facts->devices, g_strdup(path), device);
}

void
host_facts_add_link(HostFacts *facts, const char *bridge, guint mtu)
{
    HostLink *link = g_new0(HostLink, 1);

    link->bridge = g_strdup(bridge);
    link->mtu = mtu;
    g_ptr_array_add(facts->links, link);
}

/* One hierarchy for each mount that has a group of ours to write; the controllers of v2 stay empty. */
static void
facts_find_groups(HostFacts *facts, char *mountinfo)
{
    MountinfoHierarchy found[MOUNTINFO_HIERARCHIES_MAX];
    int n = mountinfo_hierarchies(mountinfo, found);

    for (int i = 0; i < n; i++) {
        char base[PATH_MAX];

        if (cgroup_base(&found[i], "/proc/self/cgroup", base, sizeof base))
            host_facts_add_hierarchy(facts, found[i].version == 2, found[i].controllers, base);
    }
}

static gboolean
facts_word_in_list(const char *list, const char *word)
{
    gsize length = strlen(word);

    for (const char *p = list; (p = strstr(p, word)); p += length)
        if ((p == list || p[-1] == ',') && (p[length] == ',' || p[length] == '\0'))
            return TRUE;
    return FALSE;
}

const HostHierarchy *
host_facts_find(const HostFacts *facts, const char *controller)
{
    for (guint i = 0; i < facts->hierarchies->len; i++) {
        const HostHierarchy *hierarchy = g_ptr_array_index(facts->hierarchies, i);

        if (controller ? facts_word_in_list(hierarchy->controllers, controller) : hierarchy->is_v2)
            return hierarchy;
    }
    return NULL;
}

/* Fills in the controllers of the v2 hierarchy, separated by commas. */
static gboolean
facts_read_v2(HostFacts *facts, GError **error)
{
    for (guint i = 0; i < facts->hierarchies->len; i++) {
        HostHierarchy *hierarchy = g_ptr_array_index(facts->hierarchies, i);
        g_autofree char *path = NULL;
        g_autofree char *text = NULL;

        if (!hierarchy->is_v2)
            continue;
        path = g_build_filename(hierarchy->base, "cgroup.controllers", NULL);
        text = file_read(AT_FDCWD, path, FACTS_FILE_MAX, NULL, error);
        if (!text)
            return FALSE;
        g_free(hierarchy->controllers);
        hierarchy->controllers = g_strdelimit(g_strdup(g_strstrip(text)), " ", ',');
    }
    return TRUE;
}

HostFacts *
host_facts_cgroups(GError **error)
{
    g_autoptr(HostFacts) facts = host_facts_new();
    g_autofree char *mounts =
        file_read(AT_FDCWD, "/proc/self/mountinfo", FACTS_FILE_MAX, NULL, error);

    if (!mounts)
        return NULL;
    facts_find_groups(facts, mounts);
    if (!facts_read_v2(facts, error))
        return NULL;
    facts->cpus = file_read(AT_FDCWD, "/sys/devices/system/cpu/online", FACTS_FILE_MAX, NULL, NULL);
    if (facts->cpus)
        g_strstrip(facts->cpus);
    return g_steal_pointer(&facts);
}

gboolean
host_facts_stat_device(HostFacts *facts, const char *source, int line, const char *element,
                       const char *path, char type, GError **error)
{
    g_autofree char *where = line > 0 ? g_strdup_printf("%s:%d", source, line) : g_strdup(source);
    struct stat st;

    if (stat(path, &st) < 0)
        return error_set_errno(error, errno, "%s: <%s>: cannot use '%s'", where, element, path);
    if ((type == 'c' && !S_ISCHR(st.st_mode)) || (type == 'b' && !S_ISBLK(st.st_mode))) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_CONFIG,
                    "%s: <%s>: '%s' is no %s device; name one below /dev", where, element, path,
                    type == 'c' ? "character" : "block");
        return FALSE;
    }
    host_facts_add_device(facts, path, type, major(st.st_rdev), minor(st.st_rdev),
                          st.st_mode & 0777);
    return TRUE;
}

static gboolean
facts_blkio(HostFacts *facts, const DomainDef *def, const char *source, GError **error)
{
    for (guint i = 0; i < def->tune.blkio_devices->len; i++) {
        const DomainBlkioDevice *dev =
            &g_array_index(def->tune.blkio_devices, DomainBlkioDevice, i);

        if (!host_facts_stat_device(facts, source, def->lines.blkiotune, "blkiotune", dev->path,
                                    'b', error))
            return FALSE;
    }
    return TRUE;
}

/* Asks the network driver, through core, what to plug into; without @hold nothing is started. */
static gboolean
facts_network(DriverCtx *ctx, const char *name, int *hold, char **ret_bridge, guint *ret_mtu,
              GError **error)
{
    const NetworkRole *networks = core_networks();
    g_autoptr(ObjectRef) ref = NULL;
    g_autoptr(GError) problem = NULL;

    *ret_mtu = 0;
    if (!networks || !networks->plug) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_UNSUPPORTED_CONFIG,
                    "this program was built without virtual networks; use <interface "
                    "type='bridge'>");
        return FALSE;
    }
    if (hold)
        return networks->plug(ctx, name, ret_bridge, ret_mtu, hold, error);
    ref = networks->lookup_name(ctx, name, error);
    if (!ref)
        return FALSE;
    *ret_bridge = networks->get_bridge(ctx, ref, &problem);
    /* one that has never been started has no bridge yet: the plan that is shown says which one's it will be */
    if (g_error_matches(problem, LODGE_ERROR, LODGE_ERROR_INTERNAL))
        *ret_bridge = g_strconcat("@", name, NULL);
    else if (problem)
        g_propagate_error(error, g_steal_pointer(&problem));
    return *ret_bridge != NULL;
}

static gboolean
facts_add_net(HostFacts *facts, DriverCtx *ctx, const DomainNet *net, int *hold, GError **error)
{
    g_autofree char *bridge = NULL;
    guint mtu = 0;

    switch (net->type) {
    case DOMAIN_NET_NETWORK:
        if (!facts_network(ctx, net->source, hold, &bridge, &mtu, error))
            return FALSE;
        host_facts_add_link(facts, bridge, mtu);
        return TRUE;
    case DOMAIN_NET_BRIDGE:
        if (!netlook_check_bridge(net->source, error))
            return FALSE;
        host_facts_add_link(facts, net->source, 0);
        return TRUE;
    case DOMAIN_NET_DIRECT:
        if (!netlook_exists(net->source)) {
            g_set_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND,
                        "the host has no network interface '%s'", net->source);
            return FALSE;
        }
        host_facts_add_link(facts, NULL, 0);
        return TRUE;
    case DOMAIN_NET_ETHERNET:
    case DOMAIN_NET_USER:
    case DOMAIN_NET_LAST:
        break;
    }
    host_facts_add_link(facts, NULL, 0);
    return TRUE;
}

HostFacts *
host_facts_gather(DriverCtx *ctx, const DomainDef *def, const char *source, int *hold,
                  GError **error)
{
    g_autoptr(HostFacts) facts = host_facts_cgroups(error);

    if (!facts || !facts_blkio(facts, def, source, error))
        return NULL;
    for (guint i = 0; i < def->nets->len; i++) {
        const DomainNet *net = g_ptr_array_index(def->nets, i);

        if (!facts_add_net(facts, ctx, net, hold, error)) {
            g_prefix_error(error, "%s:%d: <interface>: ", source, net->line);
            return NULL;
        }
    }
    return g_steal_pointer(&facts);
}
