/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/error.h"

static void
env_clear(gpointer data)
{
    DomainEnv *env = data;

    g_free(env->name);
    g_free(env->value);
}

static GArray *
env_new(void)
{
    GArray *list = g_array_new(FALSE, FALSE, sizeof(DomainEnv));

    g_array_set_clear_func(list, env_clear);
    return list;
}

gboolean
domain_os_parse_arch(XmlTree *tree, XmlNode *type, DomainOs *os, GError **error)
{
    const char *arch = xml_attr(type, "arch");

    if (arch == NULL)
        return TRUE;
    if (*arch == '\0' || strlen(arch) > 31 ||
        arch[strspn(arch, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
        return xml_error(tree, type, error,
                         "attribute 'arch' is '%.*s', which is no architecture; leave it out for "
                         "the host's",
                         XML_QUOTE_MAX, arch);
    os->arch = g_strdup(arch);
    return TRUE;
}

static gboolean
parse_type(XmlTree *tree, XmlNode *node, DomainOs *os, GError **error)
{
    XmlNode *type = xml_child(node, "type");

    if (type == NULL)
        return xml_error(tree, node, error, "lacks <type>; add <type>exe</type>");
    if (strcmp(xml_text(type), "exe") != 0) {
        xml_error(tree, type, error, "is '%.*s'; a container has <type>exe</type>", XML_QUOTE_MAX,
                  xml_text(type));
        if (error != NULL)
            (*error)->code = LODGE_ERROR_ARGUMENT;
        return FALSE;
    }
    os->type = g_strdup("exe");
    return domain_os_parse_arch(tree, type, os, error);
}

static gboolean
parse_args(XmlTree *tree, XmlNode *node, DomainOs *os, GError **error)
{
    g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);

    for (XmlNode *arg = xml_child(node, "initarg"); arg != NULL; arg = xml_next(arg, "initarg")) {
        if (args->len >= DOMAIN_ARGS_MAX)
            return xml_error(tree, arg, error, "is number %d; the limit is %d", args->len + 1,
                             DOMAIN_ARGS_MAX);
        g_ptr_array_add(args, g_strdup(xml_text(arg)));
    }
    g_ptr_array_add(args, NULL);
    os->args = (char **)g_ptr_array_free(g_steal_pointer(&args), FALSE);
    return TRUE;
}

static gboolean
parse_env(XmlTree *tree, XmlNode *node, DomainOs *os, GError **error)
{
    os->env = env_new();
    for (XmlNode *env = xml_child(node, "initenv"); env != NULL; env = xml_next(env, "initenv")) {
        const char *name = xml_attr_need(tree, env, "name", error);
        DomainEnv entry;

        if (name == NULL)
            return FALSE;
        if (strchr(name, '=') != NULL || g_ascii_isdigit(*name))
            return xml_error(tree, env, error,
                             "attribute 'name' is '%.*s'; a variable's name holds no '=' and "
                             "begins with no digit",
                             XML_QUOTE_MAX, name);
        if (os->env->len >= DOMAIN_ENV_MAX)
            return xml_error(tree, env, error, "is number %d; the limit is %d", os->env->len + 1,
                             DOMAIN_ENV_MAX);
        for (guint i = 0; i < os->env->len; i++)
            if (strcmp(g_array_index(os->env, DomainEnv, i).name, name) == 0)
                return xml_error(tree, env, error, "sets '%.*s' a second time; remove one",
                                 XML_QUOTE_MAX, name);
        entry = (DomainEnv){g_strdup(name), g_strdup(xml_text(env))};
        g_array_append_val(os->env, entry);
    }
    return TRUE;
}

static gboolean
parse_path(XmlTree *tree, XmlNode *node, const char *name, char **ret_path, GError **error)
{
    XmlNode *child = xml_child(node, name);

    if (child != NULL)
        *ret_path = xml_path(tree, child, "path", xml_text(child), error);
    return child == NULL || *ret_path != NULL;
}

/* A name of /etc/passwd or /etc/group inside the guest, or a number. */
static gboolean
parse_owner(XmlTree *tree, XmlNode *node, const char *name, char **ret_owner, GError **error)
{
    XmlNode *child = xml_child(node, name);
    const char *text;

    if (child == NULL)
        return TRUE;
    text = xml_text_need(tree, child, error);
    if (text == NULL)
        return FALSE;
    if (strlen(text) > 255 || text[strcspn(text, ":/ \t\n")] != '\0' || *text == '-' ||
        (strspn(text, "0123456789") == strlen(text) &&
         (strlen(text) > 10 || g_ascii_strtoull(text, NULL, 10) >= G_MAXUINT32)))
        return xml_error(tree, child, error, "'%.*s' is neither a name nor a number of a %s",
                         XML_QUOTE_MAX, text, strcmp(name, "inituser") == 0 ? "user" : "group");
    *ret_owner = g_strdup(text);
    return TRUE;
}

void
domain_os_init(DomainOs *os)
{
    os->args = g_new0(char *, 1);
    os->env = env_new();
}

gboolean
domain_os_parse(XmlTree *tree, XmlNode *root, DomainOs *os, GError **error)
{
    XmlNode *node = xml_child(root, "os"), *cmdline;

    if (node == NULL)
        return xml_error(tree, root, error, "lacks <os>; add <os><type>exe</type></os>");
    if (!parse_type(tree, node, os, error) || !parse_path(tree, node, "init", &os->init, error) ||
        !parse_args(tree, node, os, error) || !parse_env(tree, node, os, error) ||
        !parse_path(tree, node, "initdir", &os->dir, error) ||
        !parse_owner(tree, node, "inituser", &os->user, error) ||
        !parse_owner(tree, node, "initgroup", &os->group, error))
        return FALSE;
    cmdline = xml_child(node, "cmdline");
    if (cmdline != NULL && *xml_text(cmdline) != '\0')
        os->cmdline = g_strdup(xml_text(cmdline));
    return TRUE;
}

void
domain_os_format(const DomainOs *os, GString *out)
{
    xml_write_line(out, 2, "<os>");
    xml_write_indent(out, 4);
    g_string_append(out, "<type");
    xml_write_attr(out, "arch", os->arch);
    g_string_append_printf(out, ">%s</type>\n", os->type);
    xml_write_text(out, 4, "init", os->init);
    for (char **arg = os->args; *arg != NULL; arg++)
        xml_write_text(out, 4, "initarg", *arg);
    for (guint i = 0; i < os->env->len; i++) {
        const DomainEnv *env = &g_array_index(os->env, DomainEnv, i);

        xml_write_indent(out, 4);
        g_string_append(out, "<initenv");
        xml_write_attr(out, "name", env->name);
        g_string_append_c(out, '>');
        xml_write_escaped(out, env->value, FALSE);
        g_string_append(out, "</initenv>\n");
    }
    xml_write_text(out, 4, "initdir", os->dir);
    xml_write_text(out, 4, "inituser", os->user);
    xml_write_text(out, 4, "initgroup", os->group);
    xml_write_text(out, 4, "cmdline", os->cmdline);
    xml_write_line(out, 2, "</os>");
}

void
domain_os_copy(const DomainOs *from, DomainOs *to)
{
    *to = (DomainOs){
        .type = g_strdup(from->type),
        .arch = g_strdup(from->arch),
        .init = g_strdup(from->init),
        .args = g_strdupv(from->args),
        .env = env_new(),
        .dir = g_strdup(from->dir),
        .user = g_strdup(from->user),
        .group = g_strdup(from->group),
        .cmdline = g_strdup(from->cmdline),
    };
    for (guint i = 0; i < from->env->len; i++) {
        const DomainEnv *env = &g_array_index(from->env, DomainEnv, i);
        DomainEnv entry = {g_strdup(env->name), g_strdup(env->value)};

        g_array_append_val(to->env, entry);
    }
}

void
domain_os_clear(DomainOs *os)
{
    g_free(os->type);
    g_free(os->arch);
    g_free(os->init);
    g_strfreev(os->args);
    g_clear_pointer(&os->env, g_array_unref);
    g_free(os->dir);
    g_free(os->user);
    g_free(os->group);
    g_free(os->cmdline);
}
