/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* <interface>: the host's end (a tap, a macvtap, passt, or QEMU's own network), then the card. */
#include <string.h>

#include "core/plan-text.h"
#include "machine/command.h"
#include "util/mac.h"

static guint
net_index(const Command *command, const DomainNet *net)
{
    const GPtrArray *nets = machine_devices(command->in->def, MACHINE_DEVICE_INTERFACE);
    guint index = 0;

    (void)g_ptr_array_find((GPtrArray *)nets, net, &index); /* it is in there */
    return index;
}

static const char *
net_direct_mode(DomainDirectMode mode)
{
    switch (mode) {
    case DOMAIN_DIRECT_VEPA:
        return "vepa";
    case DOMAIN_DIRECT_BRIDGE:
        return "bridge";
    case DOMAIN_DIRECT_PRIVATE:
        return "private";
    case DOMAIN_DIRECT_PASSTHROUGH:
        return "passthru";
    case DOMAIN_DIRECT_LAST:
        break;
    }
    return "vepa";
}

/* Name of the host's end; "%d" is filled in by the kernel. (transfer full) */
static char *
net_host_name(const Command *command, const DomainNet *net, const char *stem)
{
    const char *tag = command->in->paths->tag;

    if (net->host_dev != NULL)
        return g_strdup(net->host_dev);
    return *tag != '\0' ? g_strdup_printf("%s%s_%%d", stem, tag) : g_strconcat(stem, "%d", NULL);
}

static gboolean
net_is_virtio(const DomainNet *net)
{
    return net->model == NULL || g_str_has_prefix(net->model, "virtio");
}

static guint
net_queues(const DomainNet *net)
{
    return net->machine != NULL && net->machine->queues > 1 && net_is_virtio(net)
               ? net->machine->queues
               : 1;
}

/* "20" or "20:21:22". (transfer full) */
static char *
fd_list(int first, guint n)
{
    GString *list = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_printf(list, "%s%d", i > 0 ? ":" : "", first + (int)i);
    return g_string_free(list, FALSE);
}

static int
net_fds(Command *command, guint n)
{
    int first = command_fd(command);

    for (guint i = 1; i < n; i++)
        (void)command_fd(command);
    return first;
}

/* Hands packets to the kernel's vhost worker, where the host has it and nobody asked for QEMU's own. */
static gboolean
net_vhost(Command *command, const DomainNet *net, Option *option, guint queues, GError **error)
{
    DomainNetDriver driver = net->machine != NULL ? net->machine->driver : DOMAIN_NET_DRIVER_ABSENT;
    g_autofree char *fds = NULL;
    int first;

    if (driver == DOMAIN_NET_DRIVER_VHOST && !command->in->facts->has_vhost_net)
        return command_refuse(command->in, net->line, error,
                              "<interface>: <driver name='vhost'/> needs /dev/vhost-net, which "
                              "this host does not have; load the module vhost_net or remove it");
    if (driver == DOMAIN_NET_DRIVER_QEMU || !net_is_virtio(net) ||
        !command->in->facts->has_vhost_net)
        return TRUE;
    first = net_fds(command, queues);
    for (guint i = 0; i < queues; i++) {
        g_autofree char *number = g_strdup_printf("%d", first + (int)i);

        plan_add(command->host, "open", number, "/dev/vhost-net", "rw", NULL);
    }
    fds = fd_list(first, queues);
    option_bool(option, "vhost", TRUE);
    option_string(option, queues > 1 ? "vhostfds" : "vhostfd", fds);
    return TRUE;
}

static gboolean
net_tap(Command *command, const DomainNet *net, const char *id, GError **error)
{
    guint queues = net_queues(net);
    const HostLink *link =
        g_ptr_array_index(command->in->facts->host->links, net_index(command, net));
    gboolean is_direct = net->type == DOMAIN_NET_DIRECT;
    g_autofree char *host_name = net_host_name(command, net, is_direct ? "macvtap" : "vnet");
    int first = net_fds(command, queues);
    g_autofree char *number = g_strdup_printf("%d", first);
    g_autofree char *fds = fd_list(first, queues);
    g_autofree char *queue_text = g_strdup_printf("%u", queues);
    g_autofree char *mtu = g_strdup_printf("%u", net->mtu != 0 ? net->mtu : link->mtu);
    g_autoptr(Option) option = option_new("tap");
    char mac[MAC_TEXT_SIZE];
    guint8 host_mac[MAC_SIZE];

    if (is_direct && queues > 1)
        return command_refuse(command->in, net->line, error,
                              "<interface type='direct'>: several queues are not supported");
    memcpy(host_mac, net->mac, sizeof(host_mac));
    if (is_direct) {
        plan_add(command->host, "macvtap", number, net->info.alias, net->source,
                 net_direct_mode(net->mode), host_name, mac_format(net->mac, mac), mtu, NULL);
    } else {
        /* The highest address of a bridge's ports: else the bridge takes the guest's for its own. */
        host_mac[0] = 0xfe;
        plan_add(command->host, "tap", number, net->info.alias, host_name,
                 mac_format(host_mac, mac), mtu, link->bridge != NULL ? link->bridge : "",
                 queue_text, NULL);
    }
    option_string(option, queues > 1 ? "fds" : "fd", fds);
    option_string(option, "id", id);
    if (!net_vhost(command, net, option, queues, error))
        return FALSE;
    command_take(command, "-netdev", g_steal_pointer(&option));
    return TRUE;
}

/* passt's -t or -u: "ADDRESS%DEV/80-90:8080-8090". (transfer full) */
static char *
forward_text(const DomainPortForward *forward)
{
    GString *text = g_string_new(forward->address);

    if (forward->dev != NULL)
        g_string_append_printf(text, "%%%s", forward->dev);
    if (text->len > 0)
        g_string_append_c(text, '/');
    if (forward->ranges->len == 0)
        g_string_append(text, "all");
    for (guint i = 0; i < forward->ranges->len; i++) {
        const DomainPortRange *range = &g_array_index(forward->ranges, DomainPortRange, i);
        guint to = range->to != 0 ? range->to : range->start;

        if (i > 0)
            g_string_append_c(text, ',');
        if (range->exclude)
            g_string_append_c(text, '~');
        g_string_append_printf(text, "%u", range->start);
        if (range->end > range->start)
            g_string_append_printf(text, "-%u", range->end);
        if (!range->exclude && to != range->start)
            g_string_append_printf(text, ":%u", to);
        if (!range->exclude && to != range->start && range->end > range->start)
            g_string_append_printf(text, "-%u", to + range->end - range->start);
    }
    return g_string_free(text, FALSE);
}

static void
passt_words(const DomainNet *net, GPtrArray *words)
{
    if (net->machine->user_dev != NULL) {
        g_ptr_array_add(words, g_strdup("--interface"));
        g_ptr_array_add(words, g_strdup(net->machine->user_dev));
    }
    for (guint i = 0; i < net->ips->len; i++) {
        const DomainNetIp *ip = &g_array_index(net->ips, DomainNetIp, i);

        g_ptr_array_add(words, g_strdup("--address"));
        g_ptr_array_add(words, g_strdup(ip->address));
        if (!ip->is_v6 && ip->prefix >= 0) {
            g_ptr_array_add(words, g_strdup("--netmask"));
            g_ptr_array_add(words, g_strdup_printf("%d", ip->prefix));
        }
    }
    for (guint i = 0; i < net->machine->forwards->len; i++) {
        const DomainPortForward *forward = g_ptr_array_index(net->machine->forwards, i);

        g_ptr_array_add(words, g_strdup(forward->is_udp ? "--udp-ports" : "--tcp-ports"));
        g_ptr_array_add(words, forward_text(forward));
    }
}

static gboolean
net_passt(Command *command, const DomainNet *net, const char *id, GError **error)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    int fd, helper_fd;
    Option *option;

    if (command->in->facts->passt == NULL)
        return command_refuse(command->in, net->line, error,
                              "<interface type='user'>: <backend type='passt'/> needs the "
                              "program passt; install the package passt or remove the element");
    if (net->machine->passt_log != NULL)
        return command_refuse(command->in, net->line, error,
                              "<backend logFile=>: what passt says goes to the machine's log");
    fd = command_fd(command);
    helper_fd = command_fd(command);
    g_ptr_array_add(words, g_strdup("pair"));
    g_ptr_array_add(words, g_strdup_printf("%d", fd));
    g_ptr_array_add(words, g_strdup_printf("%d", helper_fd));
    g_ptr_array_add(words, NULL);
    plan_addv(command->host, (const char *const *)words->pdata);
    g_ptr_array_set_size(words, 0);
    g_ptr_array_add(words, g_strdup("helper"));
    g_ptr_array_add(words, g_strconcat("passt-", net->info.alias, NULL));
    g_ptr_array_add(words, g_strdup_printf("%d", helper_fd));
    g_ptr_array_add(words, g_strdup("user"));
    g_ptr_array_add(words, g_strdup(command->in->facts->passt));
    g_ptr_array_add(words, g_strdup("--foreground"));
    g_ptr_array_add(words, g_strdup("--quiet"));
    g_ptr_array_add(words, g_strdup("--fd"));
    g_ptr_array_add(words, g_strdup("3"));
    passt_words(net, words);
    g_ptr_array_add(words, NULL);
    plan_addv(command->host, (const char *const *)words->pdata);

    option = option_new(command_qemu_version(command) >= 7002000 ? "stream" : "socket");
    option_string(option, "id", id);
    if (command_qemu_version(command) >= 7002000) {
        option_bool(option, "server", FALSE);
        option_string(option, "addr.type", "fd");
        option_uint(option, "addr.str", (guint64)fd);
    } else {
        option_uint(option, "fd", (guint64)fd);
    }
    command_take(command, "-netdev", option);
    return TRUE;
}

static gboolean
net_slirp(Command *command, const DomainNet *net, const char *id, GError **error)
{
    g_autoptr(Option) option = option_new("user");

    option_string(option, "id", id);
    if (net->machine != NULL && net->machine->forwards->len > 0)
        return command_refuse(command->in, net->line, error,
                              "<portForward> needs <backend type='passt'/>");
    for (guint i = 0; i < net->ips->len; i++) {
        const DomainNetIp *ip = &g_array_index(net->ips, DomainNetIp, i);
        g_autofree char *text = g_strdup_printf("%s/%d", ip->address,
                                                ip->prefix >= 0 ? ip->prefix
                                                : ip->is_v6     ? 64
                                                                : 24);

        option_string(option, ip->is_v6 ? "ipv6-net" : "net", text);
    }
    command_take(command, "-netdev", g_steal_pointer(&option));
    return TRUE;
}

static char *
net_driver(const DomainNet *net)
{
    if (net->model == NULL || strcmp(net->model, "virtio") == 0)
        return g_strdup("virtio-net-pci");
    if (strcmp(net->model, "virtio-transitional") == 0)
        return g_strdup("virtio-net-pci-transitional");
    if (strcmp(net->model, "virtio-non-transitional") == 0)
        return g_strdup("virtio-net-pci-non-transitional");
    return g_strdup(net->model);
}

static void
net_card_virtio(Option *option, const DomainNet *net, guint queues)
{
    const DomainNetMachine *machine = net->machine;
    MachineVirtio virtio;

    if (queues > 1) {
        option_bool(option, "mq", TRUE);
        option_uint(option, "vectors", 2 * queues + 2);
    }
    option_given(option, "host_mtu", net->mtu);
    if (machine == NULL)
        return;
    virtio = (MachineVirtio){.iommu = machine->iommu,
                             .ats = machine->ats,
                             .packed = machine->packed,
                             .page_per_vq = machine->page_per_vq};
    option_given(option, "rx_queue_size", machine->rx_queue_size);
    option_given(option, "tx_queue_size", machine->tx_queue_size);
    option_switch(option, "ioeventfd", machine->ioeventfd);
    option_switch(option, "event_idx", machine->event_idx);
    option_virtio(option, &virtio);
}

static gboolean
net_card(Command *command, const DomainNet *net, const char *id, GError **error)
{
    g_autofree char *driver = net_driver(net);
    g_autoptr(Option) option = option_new(driver);
    char mac[MAC_TEXT_SIZE];

    if (!command_has_device(command, driver))
        return command_refuse(command->in, net->line, error,
                              "<interface>: this QEMU has no network card '%s'; use virtio, "
                              "e1000e or e1000",
                              net->model);
    option_string(option, "netdev", id);
    if (!option_device(command, option, &net->info, error))
        return FALSE;
    option_string(option, "mac", mac_format(net->mac, mac));
    option_given(option, "bootindex", boot_index(command->in->def, MACHINE_DEVICE_INTERFACE, net));
    if (net_is_virtio(net))
        net_card_virtio(option, net, net_queues(net));
    command_take(command, "-device", g_steal_pointer(&option));
    return TRUE;
}

gboolean
dev_net(Command *command, gconstpointer device, GError **error)
{
    const DomainNet *net = device;
    g_autofree char *id = g_strconcat("host", net->info.alias, NULL);
    gboolean ok = FALSE;

    switch (net->type) {
    case DOMAIN_NET_NETWORK:
    case DOMAIN_NET_BRIDGE:
    case DOMAIN_NET_DIRECT:
    case DOMAIN_NET_ETHERNET:
        if (command->in->paths->session)
            return command_refuse(command->in, net->line, error,
                                  "<interface type='%s'>: a session may not make network "
                                  "interfaces on the host; use type='user'",
                                  domain_net_type_to_string(net->type));
        ok = net_tap(command, net, id, error);
        break;
    case DOMAIN_NET_USER:
        ok = net->machine != NULL && net->machine->is_passt ? net_passt(command, net, id, error)
                                                            : net_slirp(command, net, id, error);
        break;
    case DOMAIN_NET_LAST:
        break;
    }
    return ok && net_card(command, net, id, error);
}
