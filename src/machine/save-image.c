/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/save-image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"
#include "util/units.h"

#define IMAGE_MAGIC    "lodge-save 1\n"
#define IMAGE_KIND     "lodge-save "
#define IMAGE_COMPLETE "complete "

static gboolean
image_line(const char *line, ImageHeader *header)
{
    const char *value = strchr(line, ' ');
    gsize length = value ? (gsize)(value - line) : 0;

    if (!value++)
        return FALSE;
    if (strncmp(line, "complete", length) == 0 && length == strlen("complete"))
        header->is_complete = strcmp(value, "yes") == 0;
    else if (strncmp(line, "paused", length) == 0 && length == strlen("paused"))
        header->is_paused = strcmp(value, "yes") == 0;
    else if (strncmp(line, "xml-bytes", length) == 0 && length == strlen("xml-bytes"))
        return units_parse_uint(value, 1, IMAGE_XML_MAX, &header->xml_bytes, NULL);
    else if (strncmp(line, "state-offset", length) == 0 && length == strlen("state-offset"))
        return units_parse_uint(value, IMAGE_HEADER_BYTES, G_MAXINT64, &header->state_offset, NULL);
    return TRUE; /* a line that a later minor version added */
}

gboolean
image_header_parse(const char *data, gsize size, ImageHeader *ret_header, GError **error)
{
    ImageHeader header = {0};
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    gboolean is_good = TRUE;

    if (size < IMAGE_HEADER_BYTES || strncmp(data, IMAGE_KIND, strlen(IMAGE_KIND)) != 0)
        return error_set(error, LODGE_ERROR_CONFIG, "it is no saved machine of lodge");
    if (strncmp(data, IMAGE_MAGIC, strlen(IMAGE_MAGIC)) != 0)
        return error_set(error, LODGE_ERROR_UNSUPPORTED, "a newer lodge saved it; use that one");
    text = g_strndup(data + strlen(IMAGE_MAGIC), IMAGE_HEADER_BYTES - strlen(IMAGE_MAGIC));
    lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; is_good && lines[i]; i++)
        is_good = !*lines[i] || image_line(lines[i], &header);
    if (!is_good || header.xml_bytes == 0 ||
        header.state_offset < IMAGE_HEADER_BYTES + header.xml_bytes)
        return error_set(error, LODGE_ERROR_CONFIG, "the header of the saved machine is damaged");
    *ret_header = header;
    return TRUE;
}

char *
image_header_format(gboolean is_paused, gsize xml_bytes, guint64 *ret_state_offset,
                    guint64 *ret_complete_offset)
{
    guint64 end = IMAGE_HEADER_BYTES + (guint64)xml_bytes;
    guint64 state_offset = (end + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
    char *header = g_malloc0(IMAGE_HEADER_BYTES + 1);

    g_snprintf(header, IMAGE_HEADER_BYTES,
               IMAGE_MAGIC IMAGE_COMPLETE "no \npaused %s\nxml-bytes %" G_GSIZE_FORMAT
                                          "\nstate-offset %" G_GUINT64_FORMAT "\n",
               is_paused ? "yes" : "no", xml_bytes, state_offset);
    *ret_state_offset = state_offset;
    *ret_complete_offset = strlen(IMAGE_MAGIC IMAGE_COMPLETE);
    return header;
}

static gboolean
image_write(int fd, const char *data, gsize size, guint64 offset)
{
    for (gsize done = 0; done < size;) {
        ssize_t n = pwrite(fd, data + done, size - done, (off_t)(offset + done));

        if (n < 0 && errno != EINTR)
            return FALSE;
        if (n > 0)
            done += (gsize)n;
    }
    return TRUE;
}

int
image_create(const char *path, const char *xml, gboolean is_paused, guint64 *ret_state_offset,
             guint64 *ret_complete_offset, GError **error)
{
    g_autofree char *header =
        image_header_format(is_paused, strlen(xml), ret_state_offset, ret_complete_offset);
    g_auto(Fd) fd = -1;
    struct stat st;

    /* Not the old file written over: somebody may be reading it, or it may be of another's. */
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
        (void)unlink(path); /* else O_EXCL says why */
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        error_set_errno(error, errno, "cannot make '%s'", path);
        return -1;
    }
    if (image_write(fd, header, IMAGE_HEADER_BYTES, 0) &&
        image_write(fd, xml, strlen(xml), IMAGE_HEADER_BYTES))
        return fd_steal(&fd);
    error_set_errno(error, errno, "cannot write '%s'", path);
    (void)unlink(path); /* the first error is the one to tell */
    return -1;
}

static gboolean
image_read_at(int fd, char *data, gsize size, guint64 offset)
{
    for (gsize done = 0; done < size;) {
        ssize_t n = pread(fd, data + done, size - done, (off_t)(offset + done));

        if (n == 0 || (n < 0 && errno != EINTR))
            return FALSE;
        if (n > 0)
            done += (gsize)n;
    }
    return TRUE;
}

gboolean
image_read(const char *path, ImageHeader *ret_header, char **ret_xml, GError **error)
{
    g_auto(Fd) fd = open(path, O_RDONLY | O_CLOEXEC);
    g_autofree char *head = g_malloc0(IMAGE_HEADER_BYTES + 1);
    g_autofree char *xml = NULL;
    ImageHeader header;

    if (fd < 0)
        return error_set_errno(error, errno, "cannot open '%s'", path);
    if (!image_header_parse(head,
                            image_read_at(fd, head, IMAGE_HEADER_BYTES, 0) ? IMAGE_HEADER_BYTES : 0,
                            &header, error)) {
        g_prefix_error(error, "cannot use '%s': ", path);
        return FALSE;
    }
    if (!header.is_complete)
        return error_set(error, LODGE_ERROR_STATE,
                         "cannot use '%s': the save into it did not come to its end", path);
    xml = g_malloc0(header.xml_bytes + 1);
    if (!image_read_at(fd, xml, header.xml_bytes, IMAGE_HEADER_BYTES))
        return error_set(error, LODGE_ERROR_CONFIG, "cannot use '%s': it is cut short", path);
    *ret_header = header;
    if (ret_xml)
        *ret_xml = g_steal_pointer(&xml);
    return TRUE;
}
