/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conf/domain/parts-priv.h"
#include "conf/xml/limits.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"
#include "util/distance.h"

#define PIDS_MAX 4194304 /* the kernel's PID_MAX_LIMIT */

void
domain_confine_init(DomainConfine *confine)
{
    *confine = (DomainConfine){.syscalls = g_new0(char *, 1)};
}

static gboolean
parse_syscalls(XmlTree *tree, XmlNode *node, DomainConfine *confine, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    for (XmlNode *call = xml_child_ns(node, LODGE_DOMAIN_NS, "syscall"); call != NULL;
         call = xml_next_ns(call, LODGE_DOMAIN_NS, "syscall")) {
        const char *name = xml_attr_need(tree, call, "name", error);

        if (name == NULL)
            return FALSE;
        if (strlen(name) > 63 || name[strspn(name, G_CSET_a_2_z G_CSET_DIGITS "_")] != '\0')
            return xml_error(tree, call, error,
                             "attribute 'name' is '%.*s', which is no system call; write it as "
                             "its manual page does",
                             XML_QUOTE_MAX, name);
        if (confine->seccomp_none)
            return xml_error(tree, call, error,
                             "has no meaning with <lodge:seccomp policy='none'/>; remove one");
        for (guint i = 0; i < names->len; i++)
            if (strcmp(g_ptr_array_index(names, i), name) == 0)
                return xml_error(tree, call, error, "allows '%s' a second time; remove one", name);
        if (names->len >= DOMAIN_SYSCALLS_MAX)
            return xml_error(tree, call, error, "is number %u; the limit is %d", names->len + 1,
                             DOMAIN_SYSCALLS_MAX);
        g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_add(names, NULL);
    g_strfreev(confine->syscalls);
    confine->syscalls = (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
    return TRUE;
}

/* <lodge:NAME ATTR='yes|no'/>, absent: *ret_value stays */
static gboolean
parse_switch(XmlTree *tree, XmlNode *parent, const char *name, const char *attr,
             gboolean *ret_value, GError **error)
{
    XmlNode *node = xml_child_ns(parent, LODGE_DOMAIN_NS, name);

    return node == NULL || (xml_attr_need(tree, node, attr, error) != NULL &&
                            xml_attr_bool(tree, node, attr, "no", "yes", ret_value, error));
}

static gboolean
parse_pids(XmlTree *tree, XmlNode *parent, DomainTune *tune, GError **error)
{
    XmlNode *node = xml_child_ns(parent, LODGE_DOMAIN_NS, "pids");
    const char *max = node != NULL ? xml_attr_need(tree, node, "max", error) : NULL;

    if (node == NULL)
        return TRUE;
    if (max != NULL && strcmp(max, "unlimited") == 0) {
        tune->pids_max = DOMAIN_UNLIMITED;
        return TRUE;
    }
    return max != NULL && xml_attr_uint(tree, node, "max", 1, PIDS_MAX, &tune->pids_max, error);
}

gboolean
domain_confine_parse(XmlTree *tree, XmlNode *root, DomainDef *def, GError **error)
{
    XmlNode *node = xml_child_ns(root, LODGE_DOMAIN_NS, "confine"), *seccomp;
    DomainConfine *confine = &def->confine;
    gboolean is_masked = TRUE;

    if (node == NULL)
        return TRUE;
    if (xml_attr(node, "compat") != NULL && strcmp(xml_attr(node, "compat"), "libvirt") != 0)
        return xml_error(tree, node, error, "attribute 'compat' is '%.*s'; use libvirt",
                         XML_QUOTE_MAX, xml_attr(node, "compat"));
    def->lines.confine = node->line;
    confine->compat_libvirt = xml_attr(node, "compat") != NULL;
    seccomp = xml_child_ns(node, LODGE_DOMAIN_NS, "seccomp");
    if (seccomp != NULL &&
        (xml_attr_need(tree, seccomp, "policy", error) == NULL ||
         !xml_attr_bool(tree, seccomp, "policy", "default", "none", &confine->seccomp_none, error)))
        return FALSE;
    if (!parse_syscalls(tree, node, confine, error) ||
        !parse_switch(tree, node, "new-privileges", "allow", &confine->allow_new_privileges,
                      error) ||
        !parse_switch(tree, node, "proc", "masked", &is_masked, error) ||
        !parse_switch(tree, node, "sys", "writable", &confine->sys_writable, error) ||
        !parse_switch(tree, node, "devices", "all", &confine->all_devices, error) ||
        !parse_switch(tree, node, "proc-view", "limits", &confine->proc_view, error))
        return FALSE;
    confine->proc_unmasked = !is_masked;
    return parse_pids(tree, node, &def->tune, error);
}

/* --- what is not known ------------------------------------------------------------------------ */

/* Everything that there is in our namespace; all but the first stand inside it. */
static const struct {
    const char *element, *attr;
} known[] = {
    {"confine", "compat"},   {"seccomp", "policy"},
    {"syscall", "name"},     {"new-privileges", "allow"},
    {"proc", "masked"},      {"sys", "writable"},
    {"pids", "max"},         {"devices", "all"},
    {"proc-view", "limits"},
};

static gboolean
refuse_element(XmlTree *tree, const XmlNode *node, GError **error)
{
    g_autoptr(GString) all = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strcmp(known[i].element, node->name) == 0)
            return xml_error(tree, node, error, "has no meaning there; it belongs into %s",
                             i == 0 ? "<domain>" : "<lodge:confine>");
        if (distance_is_near(node->name, known[i].element))
            return xml_error(tree, node, error, "is not known; did you mean <lodge:%s>?",
                             known[i].element);
        g_string_append_printf(all, "%s%s", i > 0 ? ", " : "", known[i].element);
    }
    return xml_error(tree, node, error, "is not known; there are %s", all->str);
}

/* A word of ours that is misspelt could mean that more or less is allowed than was meant: never a warning. */
static gboolean
refuse_ours(XmlTree *tree, XmlNode *node, XmlAttr *attr, gboolean text, gpointer data)
{
    GError **error = data;
    gboolean is_ours = g_strcmp0(node->ns, LODGE_DOMAIN_NS) == 0;

    if (!is_ours && attr == NULL && strcmp(node->prefix, "lodge") == 0)
        return xml_error(tree, node, error,
                         "is of the namespace '%.*s'; declare xmlns:lodge='" LODGE_DOMAIN_NS "'",
                         XML_QUOTE_MAX, node->ns != NULL ? node->ns : "");
    if (!is_ours)
        return TRUE;
    if (text)
        return xml_error(tree, node, error, "holds text, which has no meaning there");
    if (attr == NULL)
        return refuse_element(tree, node, error);
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(known[i].element, node->name) == 0)
            return xml_error(tree, node, error, "attribute '%.*s' is not known; it has '%s'",
                             XML_QUOTE_MAX, attr->name, known[i].attr);
    return TRUE;
}

gboolean
domain_confine_refuse(XmlTree *tree, GError **error)
{
    return xml_unseen(tree, refuse_ours, error);
}

/* --- format ----------------------------------------------------------------------------------- */

static gboolean
has_children(const DomainDef *def)
{
    const DomainConfine *confine = &def->confine;

    return confine->seccomp_none || confine->syscalls[0] != NULL || confine->allow_new_privileges ||
           confine->proc_unmasked || confine->sys_writable || confine->all_devices ||
           confine->proc_view || def->tune.pids_max != DOMAIN_UNSET;
}

gboolean
domain_confine_is_default(const DomainDef *def)
{
    return !def->confine.compat_libvirt && !has_children(def);
}

void
domain_confine_format(const DomainDef *def, GString *out)
{
    const DomainConfine *confine = &def->confine;
    const char *head =
        confine->compat_libvirt ? "<lodge:confine compat='libvirt'" : "<lodge:confine";

    if (domain_confine_is_default(def))
        return;
    if (!has_children(def)) {
        xml_write_line(out, 2, "%s/>", head);
        return;
    }
    xml_write_line(out, 2, "%s>", head);
    if (confine->seccomp_none)
        xml_write_line(out, 4, "<lodge:seccomp policy='none'/>");
    for (char **name = confine->syscalls; *name != NULL; name++)
        xml_write_element(out, 4, "lodge:syscall", "name", *name, NULL);
    if (confine->allow_new_privileges)
        xml_write_line(out, 4, "<lodge:new-privileges allow='yes'/>");
    if (confine->proc_unmasked)
        xml_write_line(out, 4, "<lodge:proc masked='no'/>");
    if (confine->sys_writable)
        xml_write_line(out, 4, "<lodge:sys writable='yes'/>");
    if (def->tune.pids_max == DOMAIN_UNLIMITED)
        xml_write_line(out, 4, "<lodge:pids max='unlimited'/>");
    else if (def->tune.pids_max != DOMAIN_UNSET)
        xml_write_line(out, 4, "<lodge:pids max='%" G_GUINT64_FORMAT "'/>", def->tune.pids_max);
    if (confine->all_devices)
        xml_write_line(out, 4, "<lodge:devices all='yes'/>");
    if (confine->proc_view)
        xml_write_line(out, 4, "<lodge:proc-view limits='yes'/>");
    xml_write_line(out, 2, "</lodge:confine>");
}

void
domain_confine_copy(const DomainConfine *from, DomainConfine *to)
{
    *to = *from;
    to->syscalls = g_strdupv(from->syscalls);
}

void
domain_confine_clear(DomainConfine *confine)
{
    g_strfreev(confine->syscalls);
}
