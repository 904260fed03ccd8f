/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conf/machine/parts-priv.h"
#include "conf/xml/value.h"
#include "conf/xml/write.h"

static const char *const machine_memory_source_names[] = {
    [MACHINE_MEMORY_FILE] = "file",
    [MACHINE_MEMORY_ANONYMOUS] = "anonymous",
    [MACHINE_MEMORY_MEMFD] = "memfd",
};
ENUM_IMPL(machine_memory_source, MachineMemorySource)

static const char *const access_words[] = {NULL, "shared", "private"};
static const char *const allocation_words[] = {NULL, "immediate", "ondemand"};

static const XmlField fields[] = {
    XML_FIELD(PRESENT, "nosharepages", NULL, MachineMemory, nosharepages),
    XML_FIELD(PRESENT, "locked", NULL, MachineMemory, locked),
    XML_WORD("source", "type", MachineMemory, source, machine_memory_source_names),
    XML_WORD("access", "mode", MachineMemory, shared, access_words),
    XML_WORD("allocation", "mode", MachineMemory, immediate, allocation_words),
    XML_UINT("allocation", "threads", MachineMemory, allocation_threads, 1, 1024),
    XML_FIELD(PRESENT, "discard", NULL, MachineMemory, discard),
};

static gboolean
parse_hugepages(XmlTree *tree, XmlNode *node, MachineMemory *memory, GError **error)
{
    XmlNode *hugepages = xml_child(node, "hugepages"), *page;
    const char *size;

    if (hugepages == NULL)
        return TRUE;
    memory->hugepages = TRUE;
    page = xml_child(hugepages, "page");
    if (page == NULL)
        return TRUE;
    size = xml_attr_need(tree, page, "size", error);
    if (size == NULL)
        return FALSE;
    if (!xml_attr_kib(tree, page, "size", &memory->hugepage_kib, error))
        return FALSE;
    if (memory->hugepage_kib == 0 || (memory->hugepage_kib & (memory->hugepage_kib - 1)) != 0)
        return xml_error(tree, page, error,
                         "attribute 'size' is no power of two; use one that "
                         "/sys/kernel/mm/hugepages lists, like size='2' unit='MiB'");
    return xml_attr(page, "nodeset") == NULL ||
           xml_unsupported(tree, page, error,
                           "attribute 'nodeset' is not supported: NUMA comes in a later lodge; "
                           "remove it");
}

gboolean
machine_memory_parse(XmlTree *tree, XmlNode *root, MachineMemory *memory, GError **error)
{
    XmlNode *node = xml_child(root, "memoryBacking");

    return node == NULL || (parse_hugepages(tree, node, memory, error) &&
                            xml_fields_parse(tree, node, XML_FIELDS(fields), memory, error));
}

void
machine_memory_format(const MachineMemory *memory, GString *out)
{
    gsize begin = out->len, body;

    xml_write_indent(out, 2);
    g_string_append(out, "<memoryBacking");
    body = out->len;
    if (memory->hugepages && memory->hugepage_kib == 0)
        xml_write_line(out, 4, "<hugepages/>");
    if (memory->hugepage_kib != 0) {
        xml_write_line(out, 4, "<hugepages>");
        xml_write_line(out, 6, "<page size='%" G_GUINT64_FORMAT "' unit='KiB'/>",
                       memory->hugepage_kib);
        xml_write_line(out, 4, "</hugepages>");
    }
    xml_fields_format_children(out, 4, XML_FIELDS(fields), memory);
    if (out->len == body)
        g_string_truncate(out, begin);
    else
        xml_write_close(out, 2, "memoryBacking", body);
}
