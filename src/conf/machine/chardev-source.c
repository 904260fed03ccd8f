/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/machine/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const chardev_type_names[] = {
    [CHARDEV_PTY] = "pty",
    [CHARDEV_FILE] = "file",
    [CHARDEV_UNIX] = "unix",
    [CHARDEV_TCP] = "tcp",
    [CHARDEV_UDP] = "udp",
    [CHARDEV_NULL] = "null",
    [CHARDEV_DEV] = "dev",
    [CHARDEV_PIPE] = "pipe",
    [CHARDEV_STDIO] = "stdio",
    [CHARDEV_SPICEVMC] = "spicevmc",
    [CHARDEV_SPICEPORT] = "spiceport",
};
ENUM_IMPL(chardev_type, ChardevType)

static const char *const chardev_protocol_names[] = {
    [CHARDEV_RAW] = "raw",
    [CHARDEV_TELNET] = "telnet",
};
ENUM_IMPL(chardev_protocol, ChardevProtocol)

static const XmlField log_fields[] = {
    XML_FIELD(PATH, "log", "file", ChardevSource, log_file),
    XML_FIELD(ONOFF, "log", "append", ChardevSource, log_append),
};

/* Strings beside the table: each is freed and copied. */
#define STRINGS(source)                                                                            \
    {                                                                                              \
        &(source)->path, &(source)->host, &(source)->service, &(source)->bind_host,                \
            &(source)->bind_service, &(source)->channel                                            \
    }

static gboolean
parse_type(XmlTree *tree, XmlNode *node, ChardevSource *source, GError **error)
{
    static const char *const others[] = {"vc", "nmdm", "qemu-vdagent", "dbus"};
    const char *type = xml_attr_need(tree, node, "type", error);

    if (type == NULL)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(type, others[i]) == 0)
            return xml_unsupported(tree, node, error,
                                   "type '%s' is not supported; use pty, unix, tcp or file", type);
    return xml_attr_word(tree, node, "type", chardev_type_names, CHARDEV_LAST, (int *)&source->type,
                         error);
}

/* A host name, an address or a service: one word. */
static gboolean
parse_word(XmlTree *tree, XmlNode *node, const char *name, char **ret_word, GError **error)
{
    const char *word = xml_attr(node, name);

    if (word == NULL || *word == '\0')
        return TRUE;
    if (strlen(word) > 255 ||
        word[strspn(word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.:%[]")] != '\0')
        return xml_error(tree, node, error, "attribute '%s' is '%.*s', which is no %s", name,
                         XML_QUOTE_MAX, word,
                         strcmp(name, "host") == 0 ? "host name or address" : "port or service");
    g_free(*ret_word);
    *ret_word = g_strdup(word);
    return TRUE;
}

static gboolean
parse_mode(XmlTree *tree, XmlNode *node, gboolean *ret_binds, GError **error)
{
    return xml_attr_bool(tree, node, "mode", "connect", "bind", ret_binds, error);
}

static gboolean
parse_reconnect(XmlTree *tree, XmlNode *node, ChardevSource *source, GError **error)
{
    static const char *const yesno[] = {NULL, "yes", "no"};
    XmlNode *reconnect = xml_child(node, "reconnect");
    guint64 seconds = 0;

    if (reconnect == NULL)
        return TRUE;
    if (!xml_attr_word(tree, reconnect, "enabled", yesno, 3, (int *)&source->reconnect, error) ||
        !xml_attr_uint(tree, reconnect, "timeout", 1, G_MAXINT32, &seconds, error))
        return FALSE;
    source->reconnect_s = (guint)seconds;
    if (source->listens && source->reconnect == DOMAIN_SWITCH_ON)
        return xml_error(tree, reconnect, error,
                         "is for mode='connect'; one who listens has nobody to reconnect to, "
                         "remove it");
    if (source->reconnect == DOMAIN_SWITCH_ON && source->reconnect_s == 0)
        return xml_error(tree, reconnect, error, "lacks the attribute 'timeout' (seconds)");
    return TRUE;
}

static gboolean
parse_path(XmlTree *tree, XmlNode *node, ChardevSource *source, GError **error)
{
    static const char *const onoff[] = {NULL, "on", "off"};
    const char *path = xml_attr(node, "path");

    if (source->type == CHARDEV_PTY && !xml_is_live(tree))
        return TRUE; /* of live XML: the next start has another */
    if (path == NULL && (source->type == CHARDEV_UNIX || source->type == CHARDEV_PTY))
        return TRUE;
    source->path = xml_path(tree, node, "path", path, error);
    return source->path != NULL &&
           (source->type != CHARDEV_FILE ||
            xml_attr_word(tree, node, "append", onoff, 3, (int *)&source->append, error));
}

static gboolean
parse_tcp(XmlTree *tree, XmlNode *node, ChardevSource *source, GError **error)
{
    if (!parse_mode(tree, node, &source->listens, error) ||
        !parse_word(tree, node, "host", &source->host, error) ||
        !parse_word(tree, node, "service", &source->service, error))
        return FALSE;
    if (source->service == NULL)
        return xml_error(tree, node, error, "lacks the attribute 'service' (the port)");
    if (source->host == NULL && !source->listens)
        return xml_error(tree, node, error, "lacks the attribute 'host'");
    if (g_strcmp0(xml_attr(node, "tls"), "yes") == 0)
        return xml_unsupported(tree, node, error,
                               "tls='yes' is not supported yet; remove it, or use an ssh tunnel");
    return parse_reconnect(tree, node, source, error);
}

static gboolean
parse_udp(XmlTree *tree, XmlNode *node, ChardevSource *source, GError **error)
{
    gboolean binds = FALSE;

    if (!parse_mode(tree, node, &binds, error))
        return FALSE;
    return parse_word(tree, node, "host", binds ? &source->bind_host : &source->host, error) &&
           parse_word(tree, node, "service", binds ? &source->bind_service : &source->service,
                      error);
}

static gboolean
parse_source(XmlTree *tree, XmlNode *node, ChardevSource *source, GError **error)
{
    switch (source->type) {
    case CHARDEV_PTY:
    case CHARDEV_FILE:
    case CHARDEV_DEV:
    case CHARDEV_PIPE:
        return parse_path(tree, node, source, error);
    case CHARDEV_UNIX:
        return parse_mode(tree, node, &source->listens, error) &&
               parse_path(tree, node, source, error) && parse_reconnect(tree, node, source, error);
    case CHARDEV_TCP:
        return parse_tcp(tree, node, source, error);
    case CHARDEV_UDP:
        return parse_udp(tree, node, source, error);
    case CHARDEV_SPICEPORT:
        if (xml_attr_need(tree, node, "channel", error) == NULL)
            return FALSE;
        source->channel = g_strdup(xml_attr(node, "channel"));
        if (source
                ->channel[strspn(source->channel, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.")] !=
            '\0')
            return xml_error(tree, node, error,
                             "channel '%.*s' is no name; write it like org.example.port",
                             XML_QUOTE_MAX, source->channel);
        return TRUE;
    case CHARDEV_NULL:
    case CHARDEV_STDIO:
    case CHARDEV_SPICEVMC:
    case CHARDEV_LAST:
        break;
    }
    return TRUE;
}

static gboolean
check(XmlTree *tree, XmlNode *node, ChardevSource *source, GError **error)
{
    gboolean needs =
        source->type == CHARDEV_FILE || source->type == CHARDEV_DEV || source->type == CHARDEV_PIPE;

    if (source->type == CHARDEV_UNIX && source->path == NULL)
        source->listens = TRUE; /* a socket of our own, below the live directory */
    if (needs && source->path == NULL)
        return xml_error(tree, node, error, "type '%s' lacks <source path='...'/>",
                         chardev_type_to_string(source->type));
    if ((source->type == CHARDEV_TCP || source->type == CHARDEV_UDP) && source->service == NULL)
        return xml_error(tree, node, error,
                         "type '%s' lacks <source mode='connect' host='...' service='PORT'/>",
                         chardev_type_to_string(source->type));
    if (source->type == CHARDEV_UDP && source->host == NULL)
        source->host = g_strdup("127.0.0.1");
    if (source->type == CHARDEV_SPICEPORT && source->channel == NULL)
        return xml_error(tree, node, error, "type 'spiceport' lacks <source channel='...'/>");
    if (source->log_append != DOMAIN_SWITCH_ABSENT && source->log_file == NULL)
        return xml_error(tree, xml_child(node, "log"), error, "lacks the attribute 'file'");
    return TRUE;
}

gboolean
chardev_source_parse(XmlTree *tree, XmlNode *node, ChardevSource *source, GError **error)
{
    XmlNode *child, *protocol = xml_child(node, "protocol");
    guint n_sources = 0;

    if (!parse_type(tree, node, source, error))
        return FALSE;
    for (child = xml_child(node, "source"); child != NULL; child = xml_next(child, "source")) {
        if (++n_sources > 1 && source->type != CHARDEV_UDP)
            return xml_error(tree, child, error,
                             "stands here again; type '%s' has one source, remove one",
                             chardev_type_to_string(source->type));
        if (!parse_source(tree, child, source, error))
            return FALSE;
    }
    if (xml_attr(node, "tty") != NULL && xml_is_live(tree) && source->type == CHARDEV_PTY &&
        source->path == NULL)
        source->path = g_strdup(xml_attr(node, "tty"));
    if (protocol != NULL && source->type == CHARDEV_TCP) {
        const char *type = xml_attr(protocol, "type");

        if (g_strcmp0(type, "telnets") == 0 || g_strcmp0(type, "tls") == 0)
            return xml_unsupported(tree, protocol, error,
                                   "type '%s' is not supported; use raw or telnet", type);
        if (!xml_attr_word(tree, protocol, "type", chardev_protocol_names, CHARDEV_PROTOCOL_LAST,
                           (int *)&source->protocol, error))
            return FALSE;
    }
    return xml_fields_parse(tree, node, XML_FIELDS(log_fields), source, error) &&
           check(tree, node, source, error);
}

/* <source mode= ...> that may hold <reconnect>. */
static void
format_stream(const ChardevSource *source, GString *out)
{
    gsize body;

    xml_write_indent(out, 6);
    g_string_append_printf(out, "<source mode='%s'", source->listens ? "bind" : "connect");
    xml_write_attr(out, "path", source->type == CHARDEV_UNIX ? source->path : NULL);
    xml_write_attr(out, "host", source->host);
    xml_write_attr(out, "service", source->service);
    body = out->len;
    if (source->reconnect != DOMAIN_SWITCH_ABSENT) {
        xml_write_indent(out, 8);
        g_string_append_printf(out, "<reconnect enabled='%s'",
                               source->reconnect == DOMAIN_SWITCH_ON ? "yes" : "no");
        if (source->reconnect_s != 0)
            xml_write_attr_uint(out, "timeout", source->reconnect_s);
        g_string_append(out, "/>\n");
    }
    xml_write_close(out, 6, "source", body);
}

static void
format_udp(const ChardevSource *source, GString *out)
{
    if (source->bind_host != NULL || source->bind_service != NULL)
        xml_write_element(out, 6, "source", "mode", "bind", "host", source->bind_host, "service",
                          source->bind_service, NULL);
    xml_write_element(out, 6, "source", "mode", "connect", "host", source->host, "service",
                      source->service, NULL);
}

static void
format_source(const ChardevSource *source, DomainFormatFlags flags, GString *out)
{
    static const char *const onoff[] = {NULL, "on", "off"};

    switch (source->type) {
    case CHARDEV_PTY:
        if ((flags & DOMAIN_FORMAT_INACTIVE) == 0 && source->path != NULL)
            xml_write_element(out, 6, "source", "path", source->path, NULL);
        break;
    case CHARDEV_FILE:
    case CHARDEV_DEV:
    case CHARDEV_PIPE:
        xml_write_element(out, 6, "source", "path", source->path, "append", onoff[source->append],
                          NULL);
        break;
    case CHARDEV_UNIX:
        if (source->path != NULL)
            format_stream(source, out);
        break;
    case CHARDEV_TCP:
        format_stream(source, out);
        xml_write_line(out, 6, "<protocol type='%s'/>",
                       chardev_protocol_to_string(source->protocol));
        break;
    case CHARDEV_UDP:
        format_udp(source, out);
        break;
    case CHARDEV_SPICEPORT:
        xml_write_element(out, 6, "source", "channel", source->channel, NULL);
        break;
    case CHARDEV_NULL:
    case CHARDEV_STDIO:
    case CHARDEV_SPICEVMC:
    case CHARDEV_LAST:
        break;
    }
}

void
chardev_source_format(const ChardevSource *source, DomainFormatFlags flags, GString *out)
{
    format_source(source, flags, out);
    xml_fields_format_children(out, 6, XML_FIELDS(log_fields), source);
}

void
chardev_source_copy(ChardevSource *to)
{
    char **strings[] = STRINGS(to);

    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        *strings[i] = g_strdup(*strings[i]);
    xml_fields_copy(XML_FIELDS(log_fields), to);
}

void
chardev_source_clear(ChardevSource *source)
{
    char **strings[] = STRINGS(source);

    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        g_clear_pointer(strings[i], g_free);
    xml_fields_clear(XML_FIELDS(log_fields), source);
}
