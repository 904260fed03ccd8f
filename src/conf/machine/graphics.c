/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/graphics.h"

#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

#define VNC_PASSWORD_MAX   8 /* DES: the protocol takes no more */
#define SPICE_PASSWORD_MAX 60

static const char *const machine_graphics_type_names[] = {
    [MACHINE_GRAPHICS_VNC] = "vnc",
    [MACHINE_GRAPHICS_SPICE] = "spice",
};
ENUM_IMPL(machine_graphics_type, MachineGraphicsType)

static const char *const machine_share_policy_names[] = {
    [MACHINE_SHARE_ALLOW_EXCLUSIVE] = "allow-exclusive",
    [MACHINE_SHARE_FORCE_SHARED] = "force-shared",
    [MACHINE_SHARE_IGNORE] = "ignore",
};
ENUM_IMPL(machine_share_policy, MachineSharePolicy)

static const char *const machine_connected_names[] = {
    [MACHINE_CONNECTED_FAIL] = "fail",
    [MACHINE_CONNECTED_DISCONNECT] = "disconnect",
    [MACHINE_CONNECTED_KEEP] = "keep",
};
ENUM_IMPL(machine_connected, MachineConnected)

static const char *const spice_channel_names[] = {
    [SPICE_CHANNEL_MAIN] = "main",           [SPICE_CHANNEL_DISPLAY] = "display",
    [SPICE_CHANNEL_INPUTS] = "inputs",       [SPICE_CHANNEL_CURSOR] = "cursor",
    [SPICE_CHANNEL_PLAYBACK] = "playback",   [SPICE_CHANNEL_RECORD] = "record",
    [SPICE_CHANNEL_SMARTCARD] = "smartcard", [SPICE_CHANNEL_USBREDIR] = "usbredir",
};
ENUM_IMPL(spice_channel, SpiceChannel)

static const char *const spice_mode_names[] = {
    [SPICE_MODE_ANY] = "any",
    [SPICE_MODE_SECURE] = "secure",
    [SPICE_MODE_INSECURE] = "insecure",
};
ENUM_IMPL(spice_mode, SpiceMode)

static const char *const spice_image_names[] = {
    [SPICE_IMAGE_AUTO_GLZ] = "auto_glz",
    [SPICE_IMAGE_AUTO_LZ] = "auto_lz",
    [SPICE_IMAGE_QUIC] = "quic",
    [SPICE_IMAGE_GLZ] = "glz",
    [SPICE_IMAGE_LZ] = "lz",
    [SPICE_IMAGE_OFF] = "off",
};
ENUM_IMPL(spice_image, SpiceImage)

static const char *const spice_wan_names[] = {
    [SPICE_WAN_AUTO] = "auto",
    [SPICE_WAN_NEVER] = "never",
    [SPICE_WAN_ALWAYS] = "always",
};
ENUM_IMPL(spice_wan, SpiceWan)

static const char *const spice_streaming_names[] = {
    [SPICE_STREAMING_FILTER] = "filter",
    [SPICE_STREAMING_ALL] = "all",
    [SPICE_STREAMING_OFF] = "off",
};
ENUM_IMPL(spice_streaming, SpiceStreaming)

static const char *const spice_mouse_names[] = {
    [SPICE_MOUSE_SERVER] = "server",
    [SPICE_MOUSE_CLIENT] = "client",
};
ENUM_IMPL(spice_mouse, SpiceMouse)

static const XmlField vnc_fields[] = {
    XML_WORD(NULL, "sharePolicy", MachineGraphics, share_policy, machine_share_policy_names),
    XML_FIELD(YESNO, NULL, "powerControl", MachineGraphics, power_control),
    XML_UINT("audio", "id", MachineGraphics, audio_id, 1, 1000),
};

static const XmlField spice_mode_fields[] = {
    XML_WORD(NULL, "defaultMode", MachineGraphics, default_mode, spice_mode_names),
};

static const XmlField spice_fields[] = {
    XML_WORD("image", "compression", MachineGraphics, image, spice_image_names),
    XML_WORD("jpeg", "compression", MachineGraphics, jpeg, spice_wan_names),
    XML_WORD("zlib", "compression", MachineGraphics, zlib, spice_wan_names),
    XML_FIELD(ONOFF, "playback", "compression", MachineGraphics, playback),
    XML_WORD("streaming", "mode", MachineGraphics, streaming, spice_streaming_names),
    XML_WORD("mouse", "mode", MachineGraphics, mouse, spice_mouse_names),
    XML_FIELD(YESNO, "clipboard", "copypaste", MachineGraphics, clipboard),
    XML_FIELD(YESNO, "filetransfer", "enable", MachineGraphics, filetransfer),
    XML_FIELD(YESNO, "gl", "enable", MachineGraphics, gl),
    XML_FIELD(PATH, "gl", "rendernode", MachineGraphics, rendernode),
};

static gboolean
parse_type(XmlTree *tree, XmlNode *node, MachineGraphics *graphics, GError **error)
{
    static const char *const others[] = {"sdl", "rdp", "desktop", "egl-headless", "dbus"};
    const char *type = xml_attr_need(tree, node, "type", error);

    if (type == NULL)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(type, others[i]) == 0)
            return xml_unsupported(tree, node, error,
                                   "type '%s' is not supported; use vnc or spice", type);
    return xml_attr_word(tree, node, "type", machine_graphics_type_names, MACHINE_GRAPHICS_LAST,
                         (int *)&graphics->type, error);
}

/* A port; -1 and "auto" mean that one is chosen. */
static gboolean
parse_port(XmlTree *tree, XmlNode *node, const char *name, int *ret_port, GError **error)
{
    const char *text = xml_attr(node, name);
    guint64 port = 0;

    if (g_strcmp0(text, "-1") == 0) {
        *ret_port = -1;
        return TRUE;
    }
    if (!xml_attr_uint(tree, node, name, 0, 65535, &port, error))
        return FALSE;
    *ret_port = (int)port;
    return TRUE;
}

static gboolean
parse_ports(XmlTree *tree, XmlNode *node, MachineGraphics *graphics, GError **error)
{
    gboolean is_vnc = graphics->type == MACHINE_GRAPHICS_VNC;

    if (!parse_port(tree, node, "port", &graphics->port, error) ||
        !xml_attr_bool(tree, node, "autoport", "no", "yes", &graphics->autoport, error) ||
        (is_vnc && !parse_port(tree, node, "websocket", &graphics->websocket, error)) ||
        (!is_vnc && !parse_port(tree, node, "tlsPort", &graphics->tls_port, error)))
        return FALSE;
    graphics->websocket_auto = graphics->websocket == -1;
    if (is_vnc) {
        if (graphics->port <= 0)
            graphics->autoport = TRUE;
        else if (graphics->port < 5900 && !graphics->autoport)
            return xml_error(tree, node, error,
                             "port %d is below 5900, where VNC's displays begin; use 5900 or "
                             "above, or autoport='yes'",
                             graphics->port);
    } else if (graphics->port == -1 && graphics->tls_port <= 0) {
        graphics->autoport = TRUE;
    }
    if (graphics->autoport && !xml_is_live(tree))
        graphics->port = graphics->tls_port = -1; /* what a running machine had */
    return TRUE;
}

static gboolean
parse_valid_to(XmlTree *tree, XmlNode *node, MachineGraphics *graphics, GError **error)
{
    const char *text = xml_attr(node, "passwdValidTo");
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) time = NULL;

    if (text == NULL)
        return TRUE;
    if (strlen(text) == strlen("2030-01-31T23:59:59"))
        time = g_date_time_new_from_iso8601(text, utc);
    if (time == NULL)
        return xml_error(tree, node, error,
                         "attribute 'passwdValidTo' is '%.*s'; write it as 2030-01-31T23:59:59 "
                         "(UTC)",
                         XML_QUOTE_MAX, text);
    graphics->password_valid_to_s = g_date_time_to_unix(time);
    return TRUE;
}

static gboolean
parse_password(XmlTree *tree, XmlNode *node, MachineGraphics *graphics, GError **error)
{
    const char *password = xml_attr(node, "passwd");
    int max = graphics->type == MACHINE_GRAPHICS_VNC ? VNC_PASSWORD_MAX : SPICE_PASSWORD_MAX;

    if (password != NULL && strlen(password) > (gsize)max)
        return xml_error(tree, node, error,
                         "attribute 'passwd' is longer than %d bytes, which is what %s takes; "
                         "shorten it",
                         max, graphics->type == MACHINE_GRAPHICS_VNC ? "VNC" : "SPICE");
    if (password != NULL && *password == '\0')
        return xml_error(tree, node, error,
                         "leaves the attribute 'passwd' empty; remove it for no password");
    graphics->password = g_strdup(password);
    return parse_valid_to(tree, node, graphics, error) &&
           xml_attr_word(tree, node, "connected", machine_connected_names, MACHINE_CONNECTED_LAST,
                         (int *)&graphics->connected, error);
}

static gboolean
parse_keymap(XmlTree *tree, XmlNode *node, MachineGraphics *graphics, GError **error)
{
    const char *keymap = xml_attr(node, "keymap");

    if (keymap == NULL || *keymap == '\0')
        return TRUE;
    /* it becomes a file name below QEMU's own folder of key maps */
    if (strlen(keymap) > 31 ||
        keymap[strspn(keymap, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_")] != '\0')
        return xml_error(tree, node, error,
                         "attribute 'keymap' is '%.*s'; write it like de or en-us", XML_QUOTE_MAX,
                         keymap);
    graphics->keymap = g_strdup(keymap);
    return TRUE;
}

static gboolean
parse_channels(XmlTree *tree, XmlNode *node, MachineGraphics *graphics, GError **error)
{
    for (XmlNode *child = xml_child(node, "channel"); child != NULL;
         child = xml_next(child, "channel")) {
        int name = 0;

        if (xml_attr_need(tree, child, "name", error) == NULL ||
            xml_attr_need(tree, child, "mode", error) == NULL ||
            !xml_attr_word(tree, child, "name", spice_channel_names, SPICE_CHANNEL_LAST, &name,
                           error))
            return FALSE;
        if (graphics->channels[name] != SPICE_MODE_ABSENT)
            return xml_error(tree, child, error, "sets the mode of '%s' a second time; remove one",
                             spice_channel_names[name]);
        if (!xml_attr_word(tree, child, "mode", spice_mode_names, SPICE_MODE_LAST,
                           (int *)&graphics->channels[name], error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
parse(XmlTree *tree, XmlNode *node, gpointer device, GError **error)
{
    MachineGraphics *graphics = device;

    graphics->info.line = node->line;
    graphics->password_valid_to_s = -1;
    if (!parse_type(tree, node, graphics, error) || !parse_ports(tree, node, graphics, error) ||
        !parse_keymap(tree, node, graphics, error) ||
        !parse_password(tree, node, graphics, error) ||
        !machine_listens_parse(tree, node, graphics, error))
        return FALSE;
    if (graphics->type == MACHINE_GRAPHICS_VNC)
        return xml_fields_parse(tree, node, XML_FIELDS(vnc_fields), graphics, error);
    return xml_fields_parse(tree, node, XML_FIELDS(spice_mode_fields), graphics, error) &&
           parse_channels(tree, node, graphics, error) &&
           xml_fields_parse(tree, node, XML_FIELDS(spice_fields), graphics, error);
}

static void
format_password(const MachineGraphics *graphics, DomainFormatFlags flags, GString *out)
{
    if ((flags & DOMAIN_FORMAT_SECURE) != 0)
        xml_write_attr(out, "passwd", graphics->password);
    if (graphics->password_valid_to_s >= 0) {
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(graphics->password_valid_to_s);
        g_autofree char *text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");

        xml_write_attr(out, "passwdValidTo", text);
    }
    xml_write_attr(out, "connected", machine_connected_to_string(graphics->connected));
}

static void
format_channels(const MachineGraphics *graphics, GString *out)
{
    for (int i = 0; i < SPICE_CHANNEL_LAST; i++)
        if (graphics->channels[i] != SPICE_MODE_ABSENT)
            xml_write_element(out, 6, "channel", "name", spice_channel_names[i], "mode",
                              spice_mode_names[graphics->channels[i]], NULL);
}

static void
format(gconstpointer device, const DomainDef *def G_GNUC_UNUSED, DomainFormatFlags flags,
       GString *out)
{
    const MachineGraphics *graphics = device;
    gsize body;

    xml_write_indent(out, 4);
    g_string_append_printf(out, "<graphics type='%s'",
                           machine_graphics_type_to_string(graphics->type));
    machine_listens_format_attrs(graphics, flags, out);
    xml_write_attr(out, "keymap", graphics->keymap);
    if (graphics->type == MACHINE_GRAPHICS_VNC)
        xml_fields_format_attrs(out, XML_FIELDS(vnc_fields), graphics);
    else
        xml_fields_format_attrs(out, XML_FIELDS(spice_mode_fields), graphics);
    format_password(graphics, flags, out);
    body = out->len;
    machine_listens_format(graphics, flags, out);
    if (graphics->type == MACHINE_GRAPHICS_VNC) {
        xml_fields_format_children(out, 6, XML_FIELDS(vnc_fields), graphics);
    } else {
        format_channels(graphics, out);
        xml_fields_format_children(out, 6, XML_FIELDS(spice_fields), graphics);
    }
    xml_write_close(out, 4, "graphics", body);
}

static void
copy(gpointer to)
{
    MachineGraphics *graphics = to;

    graphics->keymap = g_strdup(graphics->keymap);
    graphics->password = g_strdup(graphics->password);
    graphics->rendernode = g_strdup(graphics->rendernode);
    graphics->listens = machine_listens_copy(graphics->listens);
}

static void
clear(gpointer device)
{
    MachineGraphics *graphics = device;

    if (graphics->password != NULL)
        explicit_bzero(graphics->password, strlen(graphics->password));
    g_free(graphics->keymap);
    g_free(graphics->password);
    g_free(graphics->rendernode);
    g_clear_pointer(&graphics->listens, g_ptr_array_unref);
}

const MachineDeviceOps machine_graphics_ops = {
    "graphics", sizeof(MachineGraphics), parse, format, copy, clear};
