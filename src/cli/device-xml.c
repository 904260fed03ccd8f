/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/device-xml.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Appends text made from @format, with its %s escaped. */
static void G_GNUC_PRINTF(2, 3) put(GString *out, const char *format, ...)
{
    va_list list;
    g_autofree char *text = NULL;

    va_start(list, format);
    text = g_markup_vprintf_escaped(format, list);
    va_end(list);
    g_string_append(out, text);
}

static gboolean
is_block_device(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISBLK(st.st_mode);
}

/* --- disks --------------------------------------------------------------------------------------------- */

/* "pci:0000.00.04.0", "scsi:0.0.0", "0.0.1" to <address/>; FALSE with the error said. */
static gboolean
put_address(GString *out, const char *text)
{
    unsigned a, b, c, d;
    char bus[8] = "";
    int end = 0;

    if (sscanf(text, "pci:%x.%x.%x.%x%n", &a, &b, &c, &d, &end) == 4 && !text[end]) {
        put(out,
            "  <address type='pci' domain='0x%04x' bus='0x%02x' slot='0x%02x' function='0x%x'/>\n",
            a, b, c, d);
        return TRUE;
    }
    if ((sscanf(text, "%7[a-z]:%u.%u.%u%n", bus, &a, &b, &c, &end) == 4 ||
         sscanf(text, "%u.%u.%u%n", &a, &b, &c, &end) == 3) &&
        !text[end]) {
        put(out, "  <address type='drive' controller='%u' bus='%u' unit='%u'/>\n", a, b, c);
        return TRUE;
    }
    cli_error("Invalid address '%s'; write pci:DOMAIN.BUS.SLOT.FUNCTION or CONTROLLER.BUS.UNIT",
              text);
    return FALSE;
}

/* By the target's first letters, as everywhere. */
static const char *
bus_of_target(const char *target)
{
    static const struct {
        const char *prefix, *bus;
    } buses[] = {{"vd", "virtio"}, {"sd", "scsi"}, {"hd", "ide"}, {"fd", "fdc"}};

    for (guint i = 0; i < G_N_ELEMENTS(buses); i++)
        if (g_str_has_prefix(target, buses[i].prefix))
            return buses[i].bus;
    return "virtio";
}

static void
put_driver(GString *out, const DiskWords *words)
{
    if (!words->driver && !words->subdriver && !words->cache && !words->io)
        return;
    put(out, "  <driver name='%s'", words->driver ? words->driver : "qemu");
    if (words->subdriver)
        put(out, " type='%s'", words->subdriver);
    if (words->cache)
        put(out, " cache='%s'", words->cache);
    if (words->io)
        put(out, " io='%s'", words->io);
    g_string_append(out, "/>\n");
}

char *
device_xml_disk(const DiskWords *words)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean is_block = words->source_type ? strcmp(words->source_type, "block") == 0
                                           : is_block_device(words->source);

    if (words->source_type && !is_block && strcmp(words->source_type, "file") != 0) {
        cli_error("Unknown source type: '%s'; it is file or block", words->source_type);
        return NULL;
    }
    if (words->mode && strcmp(words->mode, "readonly") != 0 &&
        strcmp(words->mode, "shareable") != 0) {
        cli_error("No support for %s in command 'attach-disk'; it is readonly or shareable",
                  words->mode);
        return NULL;
    }
    put(out, "<disk type='%s'", is_block ? "block" : "file");
    if (words->type)
        put(out, " device='%s'", words->type);
    g_string_append(out, ">\n");
    put_driver(out, words);
    if (*words->source)
        put(out, "  <source %s='%s'/>\n", is_block ? "dev" : "file", words->source);
    put(out, "  <target dev='%s' bus='%s'/>\n", words->target,
        words->bus ? words->bus : bus_of_target(words->target));
    if (words->mode)
        put(out, "  <%s/>\n", words->mode);
    if (words->serial)
        put(out, "  <serial>%s</serial>\n", words->serial);
    if (words->wwn)
        put(out, "  <wwn>%s</wwn>\n", words->wwn);
    if (words->alias)
        put(out, "  <alias name='%s'/>\n", words->alias);
    if (words->address && !put_address(out, words->address))
        return NULL;
    g_string_append(out, "</disk>\n");
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* What tells one disk of a guest from the others, with the source that it is to have. */
static char *
disk_again(const ViewNode *node, const char *source, gboolean is_block)
{
    GString *out = g_string_new(NULL);
    const ViewNode *target = view_child(node, "target"), *driver = view_child(node, "driver");
    const char *device = view_attr(node, "device");

    put(out, "<disk type='%s' device='%s'>\n", is_block ? "block" : "file",
        device ? device : "disk");
    if (view_attr(driver, "type"))
        put(out, "  <driver name='qemu' type='%s'/>\n", view_attr(driver, "type"));
    if (source)
        put(out, "  <source %s='%s'/>\n", is_block ? "dev" : "file", source);
    put(out, "  <target dev='%s' bus='%s'/>\n", view_attr(target, "dev"), view_attr(target, "bus"));
    if (view_child(node, "readonly"))
        g_string_append(out, "  <readonly/>\n");
    g_string_append(out, "</disk>\n");
    return g_string_free(out, FALSE);
}

static const char *
disk_source(const ViewNode *node, gboolean *ret_is_block)
{
    const ViewNode *source = view_child(node, "source");
    const char *dev = view_attr(source, "dev");

    *ret_is_block = dev != NULL;
    return dev ? dev : view_attr(source, "file");
}

/* FALSE with the error said. */
static gboolean
check_medium(const ViewNode *node, const char *name, const char *source, const MediumWords *medium)
{
    const char *device = view_attr(node, "device");

    if (g_strcmp0(device, "cdrom") != 0 && g_strcmp0(device, "floppy") != 0) {
        cli_error("No disk found whose source path or target is %s and that takes media", name);
        return FALSE;
    }
    if (medium->must_be_empty && source) {
        cli_error("The disk device '%s' already has media", name);
        return FALSE;
    }
    if (medium->must_be_full && !source) {
        cli_error("The disk device '%s' doesn't have media", name);
        return FALSE;
    }
    return TRUE;
}

char *
device_xml_find_disk(virDomainPtr dom, gboolean inactive, const char *name,
                     const MediumWords *medium)
{
    g_autoptr(View) view = view_domain(dom, inactive ? VIR_DOMAIN_XML_INACTIVE : 0);
    const ViewNode *node = view ? view_child(view_find(view, "devices"), "disk") : NULL;

    if (!view)
        return NULL;
    for (; node; node = view_next(node)) {
        gboolean is_block;
        const char *source = disk_source(node, &is_block);

        if (g_strcmp0(view_attr(view_child(node, "target"), "dev"), name) != 0 &&
            g_strcmp0(source, name) != 0)
            continue;
        if (!medium)
            return disk_again(node, source, is_block);
        if (!check_medium(node, name, source, medium))
            return NULL;
        return disk_again(node, medium->source,
                          medium->is_block || (medium->source && is_block_device(medium->source)));
    }
    cli_error("No disk found whose source path or target is %s; see domblklist", name);
    return NULL;
}

/* --- interfaces ------------------------------------------------------------------------------------------ */

char *
device_xml_interface(const InterfaceWords *words)
{
    static const char *const types[][2] = {
        {"network", "network"}, {"bridge", "bridge"}, {"direct", "dev"}, {"user", NULL}};
    g_autoptr(GString) out = g_string_new(NULL);
    guint i = 0;

    while (i < G_N_ELEMENTS(types) && strcmp(types[i][0], words->type) != 0)
        i++;
    if (i == G_N_ELEMENTS(types)) {
        cli_error("No support for %s in command 'attach-interface'; it is network, bridge, direct "
                  "or user",
                  words->type);
        return NULL;
    }
    put(out, "<interface type='%s'>\n", words->type);
    if (words->mac)
        put(out, "  <mac address='%s'/>\n", words->mac);
    if (types[i][1]) {
        put(out, "  <source %s='%s'", types[i][1], words->source);
        if (words->mode)
            put(out, " mode='%s'", words->mode);
        g_string_append(out, "/>\n");
    }
    if (words->target)
        put(out, "  <target dev='%s'/>\n", words->target);
    put(out, "  <model type='%s'/>\n", words->model ? words->model : "virtio");
    if (words->alias)
        put(out, "  <alias name='%s'/>\n", words->alias);
    g_string_append(out, "</interface>\n");
    return g_string_free(g_steal_pointer(&out), FALSE);
}

gboolean
device_xml_is_interface(const ViewNode *node, const char *name)
{
    const char *mac = view_attr(view_child(node, "mac"), "address");

    return (mac && g_ascii_strcasecmp(mac, name) == 0) ||
           g_strcmp0(view_attr(view_child(node, "target"), "dev"), name) == 0;
}

static char *
interface_again(const ViewNode *node, const char *link)
{
    static const char *const attrs[] = {"network", "bridge", "dev", "mode"};
    GString *out = g_string_new(NULL);
    const ViewNode *source = view_child(node, "source");
    const char *model = view_attr(view_child(node, "model"), "type");

    put(out, "<interface type='%s'>\n", view_attr(node, "type"));
    put(out, "  <mac address='%s'/>\n", view_attr(view_child(node, "mac"), "address"));
    if (source) {
        g_string_append(out, "  <source");
        for (guint i = 0; i < G_N_ELEMENTS(attrs); i++)
            if (view_attr(source, attrs[i]))
                put(out, " %s='%s'", attrs[i], view_attr(source, attrs[i]));
        g_string_append(out, "/>\n");
    }
    if (model)
        put(out, "  <model type='%s'/>\n", model);
    if (link)
        put(out, "  <link state='%s'/>\n", link);
    g_string_append(out, "</interface>\n");
    return g_string_free(out, FALSE);
}

char *
device_xml_find_interface(virDomainPtr dom, gboolean inactive, const char *type, const char *name,
                          const char *link)
{
    g_autoptr(View) view = view_domain(dom, inactive ? VIR_DOMAIN_XML_INACTIVE : 0);
    const ViewNode *node = view ? view_child(view_find(view, "devices"), "interface") : NULL;
    const ViewNode *found = NULL;

    if (!view)
        return NULL;
    for (; node; node = view_next(node)) {
        if ((type && g_strcmp0(view_attr(node, "type"), type) != 0) ||
            (name && !device_xml_is_interface(node, name)))
            continue;
        if (found) {
            cli_error("Domain has multiple interfaces of type %s. Please specify which one to "
                      "detach using --mac",
                      type ? type : "any");
            return NULL;
        }
        found = node;
    }
    if (found)
        return interface_again(found, link);
    cli_error(name ? "No interface with name or MAC address '%s' was found; see domiflist"
                   : "No interface found whose type is %s",
              name ? name : type);
    return NULL;
}
