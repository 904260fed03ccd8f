/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* domxml-to-native: the command line that a definition comes to, as text for people to read.
 *
 * It names descriptors, because that is what runs; comment lines say what each of them is. */
#include <string.h>

#include "machine/complete.h"
#include "machine/describe.h"
#include "machine/plan.h"
#include "util/error.h"
#include "util/uuid.h"

#define NATIVE_FORMAT "qemu-argv"

char *
machine_xml_to_native(DriverCtx *ctx, const char *format, const char *xml, GError **error)
{
    const char *source = ctx->xml_source != NULL ? ctx->xml_source : "(domain_definition)";
    g_autoptr(DomainDef) def = NULL;
    g_autoptr(MachineFacts) facts = NULL;
    g_autofree char *live_dir = NULL;
    MachinePlanInput in = {.source = source, .paths = ctx->paths};

    if (strcmp(format, NATIVE_FORMAT) != 0) {
        (void)error_set(error, LODGE_ERROR_ARGUMENT, "unknown format '%s'; use " NATIVE_FORMAT,
                        format);
        return NULL;
    }
    def = domain_def_parse(xml, strlen(xml), source, FALSE, NULL, error);
    if (def == NULL)
        return NULL;
    if (def->machine == NULL) {
        (void)error_set(error, LODGE_ERROR_CONFIG, "%s:%d: <domain type='%s'> is no machine",
                        source, def->lines.domain, domain_type_to_string(def->type));
        return NULL;
    }
    if (!def->has_uuid) {
        uuid_random(def->uuid);
        def->has_uuid = TRUE;
    }
    if (!machine_complete_host(ctx, def, source, error))
        return NULL;
    facts = machine_facts_gather(ctx, def, source, NULL, error);
    live_dir = g_build_filename(ctx->paths->live, "qemu", def->name, NULL);
    if (facts == NULL || !machine_make_live(def, facts, live_dir, source, error))
        return NULL;
    in.def = def;
    in.facts = facts;
    in.live_dir = live_dir;
    return machine_command_line(&in, error);
}
