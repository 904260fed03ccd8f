/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/nvram.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "util/error.h"
#include "util/file.h"

#define NVRAM_BYTES_MAX (64 << 20) /* OVMF's have 528 KiB, those of aarch64 64 MiB */

/* The template of a loader that the XML names itself: OVMF_CODE*.fd has OVMF_VARS*.fd beside it. */
static char *
nvram_template(const MachineOs *os, const Firmware *firmware)
{
    static const struct {
        const char *code, *vars;
    } known[] = {
        {"/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"},
        {"/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"},
        {"/usr/share/OVMF/OVMF_CODE_4M.ms.fd", "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"},
        {"/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"},
        {"/usr/share/OVMF/OVMF_CODE.secboot.fd", "/usr/share/OVMF/OVMF_VARS.fd"},
        {"/usr/share/OVMF/OVMF_CODE.ms.fd", "/usr/share/OVMF/OVMF_VARS.ms.fd"},
        {"/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"},
    };

    if (os->nvram_template != NULL)
        return g_strdup(os->nvram_template);
    if (firmware != NULL)
        return g_strdup(firmware->vars_template);
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_strcmp0(os->loader, known[i].code) == 0)
            return g_strdup(known[i].vars);
    return NULL;
}

char *
nvram_path(const Paths *paths, const DomainDef *def, const Firmware *firmware)
{
    const MachineOs *os = &def->machine->os;
    gboolean is_efi = os->firmware == MACHINE_FIRMWARE_EFI;
    g_autofree char *template = NULL;
    g_autofree char *name = NULL;

    if (os->loader_stateless == DOMAIN_SWITCH_ON)
        return NULL;
    if (os->nvram != NULL)
        return g_strdup(os->nvram);
    if (!is_efi && os->loader_type != MACHINE_LOADER_PFLASH)
        return NULL;
    if (firmware != NULL && firmware->vars_template == NULL && os->nvram_template == NULL)
        return NULL;
    template = nvram_template(os, firmware);
    if (template == NULL && !is_efi)
        return NULL;
    name = g_strconcat(def->name, "_VARS.fd", NULL);
    return g_build_filename(paths->data, "qemu", "nvram", name, NULL);
}

static gboolean
nvram_make(const char *path, const char *template, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(path);
    g_autofree char *text = NULL;
    gsize size = 0;

    text = file_read(AT_FDCWD, template, NVRAM_BYTES_MAX, &size, error);
    return text != NULL && file_make_dirs(dir, 0700, error) &&
           file_write(AT_FDCWD, path, text, size, 0600, FILE_DURABLE, error);
}

gboolean
nvram_find(const Paths *paths, const DomainDef *def, const Firmware *firmware, const char *source,
           gboolean is_dry, char **ret_path, GError **error)
{
    g_autofree char *path = nvram_path(paths, def, firmware);
    g_autofree char *template = NULL;
    int line = def->machine->lines.nvram != 0 ? def->machine->lines.nvram : def->lines.os;

    if (path != NULL && access(path, F_OK) < 0) {
        template = nvram_template(&def->machine->os, firmware);
        if (template == NULL)
            return error_set(error, LODGE_ERROR_NOT_FOUND,
                             "%s:%d: <nvram>: '%s' does not exist, and the firmware has no "
                             "template to make it from; name one by <nvram template=>",
                             source, line, path);
        if (!is_dry && !nvram_make(path, template, error)) {
            g_prefix_error(error, "%s:%d: cannot make the file of UEFI variables: ", source, line);
            return FALSE;
        }
    }
    *ret_path = g_steal_pointer(&path);
    return TRUE;
}
