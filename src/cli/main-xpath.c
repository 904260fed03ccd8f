/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* lodge-xpath: prints the parts of an XML document that an XPath expression finds. A program of its own,
 * run by `dumpxml --xpath` alone, so that nothing else pays for libxml2.
 *
 *   lodge-xpath EXPRESSION [--wrap] < DOCUMENT
 *
 * Exit status 0: something was found, or is wrapped; else 1, and standard error says why.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

enum {
    FOUND = 0,
    WRONG = 1,
    SECONDS = 30 /* an expression can be made to run for very long, and nobody sees who does */
};

static void
say_nothing(void *opaque, const char *format, ...)
{
}

static int
wrong(const char *text)
{
    (void)fprintf(stderr, "%s\n", text);
    return WRONG;
}

/* One node as text, without what surrounds it. */
static void
print_node(xmlDocPtr doc, xmlNodePtr node)
{
    xmlBufferPtr text = xmlBufferCreate();

    if (text && xmlNodeDump(text, doc, node, 0, 1) >= 0)
        (void)printf("%s\n", (const char *)xmlBufferContent(text));
    xmlBufferFree(text);
}

/* All of them below one <nodes>; they stay the document's. */
static int
print_wrapped(const xmlNodeSet *nodes)
{
    xmlDocPtr doc = xmlNewDoc(BAD_CAST "1.0");
    xmlNodePtr root = doc ? xmlNewNode(NULL, BAD_CAST "nodes") : NULL;

    if (!root)
        return wrong("out of memory");
    xmlDocSetRootElement(doc, root);
    for (int i = 0; nodes && i < nodes->nodeNr; i++) {
        xmlNodePtr copy = xmlDocCopyNode(nodes->nodeTab[i], doc, 1);

        if (!copy)
            return wrong("out of memory");
        if (copy->type == XML_ATTRIBUTE_NODE) /* of the root: there is no other place for it */
            (void)xmlNewProp(root, copy->name, copy->children ? copy->children->content : NULL);
        else
            (void)xmlAddChild(root, copy);
    }
    print_node(doc, root);
    xmlFreeDoc(doc);
    return FOUND;
}

/* Prefixes that the document declares at its root can be used in the expression. */
static void
take_prefixes(xmlXPathContextPtr context, xmlDocPtr doc)
{
    for (xmlNsPtr ns = xmlDocGetRootElement(doc)->nsDef; ns; ns = ns->next)
        if (ns->prefix)
            (void)xmlXPathRegisterNs(context, ns->prefix, ns->href);
    (void)xmlXPathRegisterNs(context, BAD_CAST "lodge", BAD_CAST "urn:lodge:domain:1");
}

static int
find(xmlDocPtr doc, const char *expression, int is_wrapped)
{
    xmlXPathContextPtr context = xmlXPathNewContext(doc);
    xmlXPathObjectPtr result;
    const xmlNodeSet *nodes;
    int status = FOUND;

    if (!context)
        return wrong("out of memory");
    take_prefixes(context, doc);
    result = xmlXPathEvalExpression(BAD_CAST expression, context);
    if (!result || result->type != XPATH_NODESET) {
        (void)fprintf(stderr, "cannot take --xpath '%s': it %s\n", expression,
                      result ? "gives a value, and not parts of the document"
                             : "is no XPath expression");
        status = WRONG;
        goto out;
    }
    nodes = result->nodesetval;
    if (is_wrapped)
        status = print_wrapped(nodes);
    for (int i = 0; !is_wrapped && nodes && i < nodes->nodeNr; i++)
        print_node(doc, nodes->nodeTab[i]);
    if (!is_wrapped && (!nodes || nodes->nodeNr == 0)) {
        (void)fprintf(stderr, "no part of the XML matches '%s'\n", expression);
        status = WRONG;
    }
out:
    xmlXPathFreeObject(result);
    xmlXPathFreeContext(context);
    return status;
}

int
main(int argc, char **argv)
{
    int is_wrapped = argc == 3 && strcmp(argv[2], "--wrap") == 0, status;
    xmlDocPtr doc;

    if (argc != 2 + is_wrapped)
        return wrong("usage: lodge-xpath EXPRESSION [--wrap] < DOCUMENT; started by lodge");
    (void)alarm(SECONDS);
    xmlSetGenericErrorFunc(NULL, say_nothing);
    doc = xmlReadFd(0, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc)
        return wrong("the document is not well formed");
    status = find(doc, argv[1], is_wrapped);
    xmlFreeDoc(doc);
    if (fflush(stdout) != 0 || ferror(stdout))
        return wrong("cannot write to standard output");
    return status;
}
