/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/editor.h"
#include "cli/verbs.h"
#include "cli/view.h"
#include "cli/xml-part.h"

static gboolean
run_dumpxml(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    gboolean ok;
    char *xml;

    if (!dom)
        return FALSE;
    xml = virDomainGetXMLDesc(dom,
                              (args_flag(args, "inactive") ? VIR_DOMAIN_XML_INACTIVE : 0) |
                                  (args_flag(args, "security-info") ? VIR_DOMAIN_XML_SECURE : 0));
    if (!xml)
        return FALSE;
    ok = xml_part_print(args, xml);
    free(xml);
    return ok;
}

typedef struct {
    Cli *cli;
    virDomainPtr dom;
    const char *before;
    guint xml_flags;
    gboolean skip_validate;
} Edit;

static gboolean
is_same_name(const char *xml, const char *name)
{
    g_autoptr(View) view = view_new(xml);
    const char *found = view ? view_text(view_find(view, "name")) : NULL;

    /* XML that cannot be read is the library's to refuse, with the line. */
    return !found || strcmp(found, name) == 0;
}

static gboolean
apply_edit(const char *text, gboolean relaxed, void *opaque)
{
    const Edit *edit = opaque;
    const char *name = virDomainGetName(edit->dom);
    g_autoptr(CliDomain) dom = NULL;
    char *now;
    gboolean is_same;

    if (!is_same_name(text, name)) {
        cli_error("edit cannot rename domain '%s'; keep its <name>, or define the new one and "
                  "undefine the old one",
                  name);
        return FALSE;
    }
    now = virDomainGetXMLDesc(edit->dom, edit->xml_flags);
    is_same = now && strcmp(now, edit->before) == 0;
    free(now);
    if (!is_same) {
        cli_error("the XML of domain '%s' was changed by somebody else meanwhile", name);
        return FALSE;
    }
    lodge_connect_set_xml_source(edit->cli->conn, "(edited)");
    relaxed = relaxed || edit->skip_validate;
    dom = virDomainDefineXMLFlags(edit->cli->conn, text, relaxed ? 0 : VIR_DOMAIN_DEFINE_VALIDATE);
    cli_warnings(edit->cli);
    return dom != NULL;
}

static gboolean
run_edit(Cli *cli, const Args *args)
{
    Edit edit = {.cli = cli,
                 .xml_flags = VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE,
                 .skip_validate = args_flag(args, "skip-validate")};
    g_autoptr(CliDomain) dom = NULL;
    char *xml;
    EditResult result;

    dom = cli_domain(cli, args_text(args, "domain"));
    if (!dom || !(xml = virDomainGetXMLDesc(dom, edit.xml_flags)))
        return FALSE;
    edit.dom = dom;
    edit.before = xml;
    result = editor_apply(cli, xml, apply_edit, &edit);
    free(xml);
    if (result == EDIT_FAILED)
        return FALSE;
    cli_say(cli,
            result == EDIT_CHANGED ? "Domain '%s' XML configuration edited.\n"
                                   : "Domain '%s' XML configuration not changed.\n",
            virDomainGetName(dom));
    return TRUE;
}

/* The text as it stands; NULL with the error said, "" when there is none. */
static char *
get_text(Cli *cli, virDomainPtr dom, int type, guint flags)
{
    char *found = virDomainGetMetadata(dom, type, NULL, flags), *copy;

    if (!found && virGetLastErrorCode() != VIR_ERR_NO_DOMAIN_METADATA)
        return NULL;
    cli_forget_error(cli);
    copy = g_strdup(found ? found : "");
    free(found);
    return copy;
}

static gboolean
set_text(const Cli *cli, virDomainPtr dom, int type, const char *text, guint flags)
{
    const char *what = type == VIR_DOMAIN_METADATA_TITLE ? "title" : "description";

    if (virDomainSetMetadata(dom, type, *text ? text : NULL, NULL, NULL, flags) < 0) {
        cli_error("Failed to set new domain %s", what);
        return FALSE;
    }
    cli_say(cli, "Domain %s updated successfully", what);
    return TRUE;
}

static gboolean
edit_text(const Cli *cli, virDomainPtr dom, int type, const char *text, guint flags)
{
    g_autofree char *changed = NULL;

    switch (editor_text(cli, text, ".txt", &changed)) {
    case EDIT_FAILED:
        return FALSE;
    case EDIT_UNCHANGED:
        cli_say(cli, "Domain %s not changed\n",
                type == VIR_DOMAIN_METADATA_TITLE ? "title" : "description");
        return TRUE;
    case EDIT_CHANGED:
        break;
    }
    g_strchomp(changed); /* editors end files with a line end */
    return set_text(cli, dom, type, changed, flags);
}

static gboolean
run_desc(Cli *cli, const Args *args)
{
    gboolean title = args_flag(args, "title");
    int type = title ? VIR_DOMAIN_METADATA_TITLE : VIR_DOMAIN_METADATA_DESCRIPTION;
    const char *const *words = args_all(args, "new-desc");
    g_autofree char *text = NULL;
    g_autoptr(CliDomain) dom = NULL;
    guint flags;

    if (!args_affect(args, &flags) || !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    text = *words ? g_strjoinv(" ", (char **)words) : get_text(cli, dom, type, flags);
    if (!text)
        return FALSE;
    if (args_flag(args, "edit"))
        return edit_text(cli, dom, type, text, flags);
    if (*words)
        return set_text(cli, dom, type, text, flags);
    if (*text)
        cli_print("%s", text);
    else
        cli_say(cli, "No %s for domain: %s", title ? "title" : "description",
                virDomainGetName(dom));
    cli_print("\n");
    cli->no_blank = TRUE;
    return TRUE;
}

static gboolean
set_element(const Cli *cli, virDomainPtr dom, const Args *args, const char *xml, guint flags)
{
    const char *key = args_text(args, "key");
    gboolean remove = args_flag(args, "remove");

    if (!remove && !key) {
        cli_error("namespace key is required when modifying metadata");
        return FALSE;
    }
    if (virDomainSetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT, remove ? NULL : xml, key,
                             args_text(args, "uri"), flags) < 0)
        return FALSE;
    cli_say(cli, "%s", remove ? "Metadata removed" : "Metadata modified");
    return TRUE;
}

static gboolean
run_metadata(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    guint flags;
    char *xml;
    gboolean ok = TRUE;

    if (!args_affect(args, &flags) || !args_exclusive(args, "edit", "remove") ||
        (args_text(args, "set") &&
         (!args_exclusive(args, "set", "remove") || !args_exclusive(args, "set", "edit"))) ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (args_flag(args, "remove") || args_text(args, "set"))
        return set_element(cli, dom, args, args_text(args, "set"), flags);
    xml = virDomainGetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT, args_text(args, "uri"), flags);
    if (args_flag(args, "edit")) {
        g_autofree char *changed = NULL;
        EditResult result;

        cli_forget_error(cli); /* none yet: edited from nothing */
        result = editor_text(cli, xml ? xml : "\n", ".xml", &changed);
        ok = result == EDIT_UNCHANGED ||
             (result == EDIT_CHANGED && set_element(cli, dom, args, changed, flags));
        if (result == EDIT_UNCHANGED)
            cli_say(cli, "Metadata not changed");
        xml = (free(xml), NULL);
    } else if (!xml) {
        return FALSE;
    } else {
        cli_print("%s\n", g_strchomp(xml));
    }
    free(xml);
    return ok;
}

static const Opt opts_dumpxml[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"inactive", OPT_FLAG, 0, COMPLETE_NOTHING, "the stored XML, also while the guest runs"},
    {"security-info", OPT_FLAG, 0, COMPLETE_NOTHING,
     "with secrets (not on a read-only connection)"},
    OPT_XML_PART,
    OPT_END};
static const Opt opts_edit[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"skip-validate", OPT_FLAG, 0, COMPLETE_NOTHING, "take elements that lodge does not know"},
    OPT_END};
static const Opt opts_desc[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"title", OPT_FLAG, 0, COMPLETE_NOTHING, "the title instead of the description"},
    {"edit", OPT_FLAG, 0, COMPLETE_NOTHING, "change it in an editor"},
    OPT_AFFECT,
    {"new-desc", OPT_REST, 0, COMPLETE_NOTHING, "the new text; '' removes it"},
    OPT_END};
static const Opt opts_metadata[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"uri", OPT_TEXT, OPT_REQUIRED, COMPLETE_NOTHING, "XML namespace of the element"},
    {"key", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING,
     "prefix of the namespace, for --set and --edit"},
    {"set", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING, "the new element"},
    {"edit", OPT_FLAG, 0, COMPLETE_NOTHING, "change it in an editor"},
    {"remove", OPT_FLAG, 0, COMPLETE_NOTHING, "remove it"},
    OPT_AFFECT,
    OPT_END};

const Verb verbs_xml[] = {
    {"dumpxml", "print the XML of a guest",
     "Of a running guest the live XML, with the terminals and devices that it got.", opts_dumpxml,
     run_dumpxml},
    {"edit", "change the stored XML of a guest in an editor",
     "VISUAL or EDITOR says which editor. A running guest sees the change at its next start.",
     opts_edit, run_edit},
    {"desc", "show or set the description or the title of a guest", NULL, opts_desc, run_desc},
    {"metadata", "show or set an element of other programs in a guest's XML", NULL, opts_metadata,
     run_metadata},
    {NULL},
};
