/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fuzz-domain.c - any bytes as domain XML: an error in one clean line, or a definition that prints
 * as XML which --validate accepts and which prints as itself; of a machine also when it is completed,
 * and each device alone. Bytes that begin with another element are tried as a device. */
#include <stdint.h>
#include <string.h>

#include "conf/domain/domain.h"
#include "conf/machine/machine.h"
#include "fuzz-conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is printed live must be definable again; what changes is live only. */
static void
check_live(DomainDef *def, const char *inactive)
{
    g_autofree char *live = NULL, *again = NULL;
    g_autoptr(DomainDef) parsed = NULL;
    g_autoptr(GError) error = NULL;

    def->id = 7;
    for (guint i = 0; i < def->consoles->len; i++)
        ((DomainConsole *)g_ptr_array_index(def->consoles, i))->tty = g_strdup("/dev/pts/1");
    live = domain_def_format(def, 0);
    parsed = domain_def_parse(live, strlen(live), FUZZ_SOURCE, TRUE, NULL, &error);
    g_assert_no_error(error);
    again = domain_def_format(parsed, DOMAIN_FORMAT_INACTIVE);
    g_assert_cmpstr(again, ==, inactive);
}

static void
check_metadata(DomainDef *def)
{
    g_autofree char *got = NULL, *text = NULL;
    g_autoptr(DomainDef) parsed = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(domain_metadata_set(def, "k", "urn:fuzz", "<e a='1'>x<b/></e>", &error));
    got = domain_metadata_get(def, "urn:fuzz", &error);
    g_assert_cmpstr(got, ==, "<e a=\"1\">x<b/></e>\n");
    text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE);
    parsed = domain_def_parse(text, strlen(text), FUZZ_SOURCE, TRUE, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(parsed->metadata, ==, def->metadata);
}

/* Prints as itself, strictly read; live text read as live too. */
static void
check_stable(const DomainDef *def, DomainFormatFlags flags)
{
    g_autofree char *text = domain_def_format(def, flags), *again = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(DomainDef) parsed =
        (flags & DOMAIN_FORMAT_INACTIVE) != 0
            ? domain_def_parse(text, strlen(text), FUZZ_SOURCE, TRUE, NULL, &error)
            : domain_def_parse_live(text, strlen(text), FUZZ_SOURCE, &error);

    g_assert_no_error(error);
    again = domain_def_format(parsed, flags);
    g_assert_cmpstr(again, ==, text);
}

static gboolean
check_device(MachineDeviceKind kind, gpointer device, DomainDeviceInfo *info G_GNUC_UNUSED,
             gpointer data)
{
    DomainFormatFlags flags = DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE;
    const DomainDef *def = data;
    g_autofree char *text = machine_device_format(kind, device, def, flags), *again = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(MachineDevice) alone = machine_device_parse(text, strlen(text), FUZZ_SOURCE, &error);

    g_assert_no_error(error);
    again = machine_device_format(kind, alone->device, def, flags);
    g_assert_cmpstr(again, ==, text);
    if (machine_device_find(def, alone, &error) < 0 && error->code == LODGE_ERROR_NOT_FOUND)
        g_error("not found: %s", text);
    return TRUE;
}

static void
check_machine(DomainDef *def)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL, *again = NULL;

    check_stable(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
    if (!domain_machine_complete(def, FUZZ_SOURCE, "x86_64", &error)) {
        fuzz_check_error(error);
        return;
    }
    text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE);
    g_assert_true(domain_machine_complete(def, FUZZ_SOURCE, "x86_64", &error));
    again = domain_def_format(def, DOMAIN_FORMAT_INACTIVE);
    g_assert_cmpstr(again, ==, text);
    check_stable(def, DOMAIN_FORMAT_INACTIVE | DOMAIN_FORMAT_SECURE);
    check_stable(def, DOMAIN_FORMAT_SECURE);
    machine_devices_foreach(def, check_device, def);
}

static void
try_device(const char *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(MachineDevice) device = machine_device_parse(data, size, FUZZ_SOURCE, &error);
    g_autofree char *text = NULL;

    if (device == NULL) {
        fuzz_check_error(error);
        return;
    }
    text = machine_device_format(device->kind, device->device, NULL, DOMAIN_FORMAT_INACTIVE);
    g_assert_nonnull(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL, second = NULL;
    g_autoptr(GPtrArray) warnings = NULL;
    g_autoptr(DomainDef) def =
        domain_def_parse((const char *)data, size, FUZZ_SOURCE, FALSE, &warnings, &error);
    g_autoptr(DomainDef) again = NULL, copy = NULL;
    g_autofree char *text = NULL, *text2 = NULL, *text3 = NULL;

    if (def == NULL) {
        fuzz_check_error(error);
        try_device((const char *)data, size);
        return 0;
    }
    fuzz_check_warnings(warnings);
    text = domain_def_format(def, DOMAIN_FORMAT_INACTIVE);
    again = domain_def_parse(text, strlen(text), FUZZ_SOURCE, TRUE, NULL, &second);
    g_assert_no_error(second);
    text2 = domain_def_format(again, DOMAIN_FORMAT_INACTIVE);
    g_assert_cmpstr(text2, ==, text);
    copy = domain_def_copy(def);
    text3 = domain_def_format(copy, DOMAIN_FORMAT_INACTIVE);
    g_assert_cmpstr(text3, ==, text);
    check_live(copy, text);
    check_metadata(again);
    if (def->machine != NULL)
        check_machine(def);
    return 0;
}
