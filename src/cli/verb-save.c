/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/facts.h"
#include "cli/progress.h"
#include "cli/verbs.h"

/* --xml FILE; FALSE with the error said. */
static gboolean
read_xml_option(const Args *args, char **ret_xml)
{
    const char *path = args_text(args, "xml");

    *ret_xml = path ? cli_read_file(path) : NULL;
    return !path || *ret_xml;
}

static gboolean
save_flags(const Args *args, guint *ret_flags)
{
    *ret_flags = (args_flag(args, "bypass-cache") ? VIR_DOMAIN_SAVE_BYPASS_CACHE : 0u) |
                 (args_flag(args, "running") ? VIR_DOMAIN_SAVE_RUNNING : 0u) |
                 (args_flag(args, "paused") ? VIR_DOMAIN_SAVE_PAUSED : 0u);
    return args_exclusive(args, "running", "paused");
}

typedef struct {
    const char *file, *xml; /* file NULL: a managed save */
    guint flags;
} Save;

static int
do_save(virDomainPtr dom, void *data)
{
    const Save *save = data;

    return save->file ? virDomainSaveFlags(dom, save->file, save->xml, save->flags)
                      : virDomainManagedSave(dom, save->flags);
}

static gboolean
run_save(Cli *cli, const Args *args)
{
    g_autofree char *xml = NULL;
    g_autoptr(CliDomain) dom = NULL;
    Save save = {.file = args_text(args, "file")};

    if (!save_flags(args, &save.flags) || !read_xml_option(args, &xml) ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    save.xml = xml;
    if (!progress_run(cli, dom, "Save", args_flag(args, "verbose"), do_save, &save)) {
        cli_error("Failed to save domain '%s' to %s", virDomainGetName(dom), save.file);
        return FALSE;
    }
    cli_say(cli, "Domain '%s' saved to %s\n", virDomainGetName(dom), save.file);
    return TRUE;
}

static gboolean
run_managedsave(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    Save save = {NULL, NULL, 0};

    if (!save_flags(args, &save.flags) || !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (!progress_run(cli, dom, "Managedsave", args_flag(args, "verbose"), do_save, &save)) {
        cli_error("Failed to save domain '%s' state", virDomainGetName(dom));
        return FALSE;
    }
    cli_say(cli, "Domain '%s' state saved\n", virDomainGetName(dom));
    return TRUE;
}

static gboolean
run_managedsave_remove(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    int has = dom ? virDomainHasManagedSaveImage(dom, 0) : -1;

    if (has < 0)
        return FALSE;
    if (has == 0) {
        cli_say(cli, "Domain '%s' has no manage save image; removal skipped\n",
                virDomainGetName(dom));
        return TRUE;
    }
    if (virDomainManagedSaveRemove(dom, 0) < 0) {
        cli_error("Failed to remove managed save image for domain '%s'", virDomainGetName(dom));
        return FALSE;
    }
    cli_say(cli, "Removed managedsave image for domain '%s'\n", virDomainGetName(dom));
    return TRUE;
}

static gboolean
print_xml(Cli *cli, char *xml)
{
    if (!xml)
        return FALSE;
    cli_print("%s", xml);
    free(xml);
    return TRUE;
}

static gboolean
run_managedsave_dumpxml(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    guint flags = args_flag(args, "security-info") ? VIR_DOMAIN_SAVE_IMAGE_XML_SECURE : 0;

    return dom && print_xml(cli, virDomainManagedSaveGetXMLDesc(dom, flags));
}

static gboolean
run_save_image_dumpxml(Cli *cli, const Args *args)
{
    guint flags = args_flag(args, "security-info") ? VIR_DOMAIN_SAVE_IMAGE_XML_SECURE : 0;

    return cli_connect(cli) &&
           print_xml(cli, virDomainSaveImageGetXMLDesc(cli->conn, args_text(args, "file"), flags));
}

static gboolean
run_restore(Cli *cli, const Args *args)
{
    const char *file = args_text(args, "file");
    g_autofree char *xml = NULL;
    guint flags;

    if (!save_flags(args, &flags) || !cli_connect(cli) || !read_xml_option(args, &xml))
        return FALSE;
    if (virDomainRestoreFlags(cli->conn, file, xml, flags) < 0) {
        cli_error("Failed to restore domain from %s", file);
        return FALSE;
    }
    cli_warnings(cli);
    cli_say(cli, "Domain restored from %s\n", file);
    return TRUE;
}

/* --- jobs -------------------------------------------------------------------------------------------- */

static const char *const job_types[VIR_DOMAIN_JOB_LAST] = {
    [VIR_DOMAIN_JOB_NONE] = "None",           [VIR_DOMAIN_JOB_BOUNDED] = "Bounded",
    [VIR_DOMAIN_JOB_UNBOUNDED] = "Unbounded", [VIR_DOMAIN_JOB_COMPLETED] = "Completed",
    [VIR_DOMAIN_JOB_FAILED] = "Failed",       [VIR_DOMAIN_JOB_CANCELLED] = "Cancelled",
};
static const char *const job_operations[VIR_DOMAIN_JOB_OPERATION_LAST] = {
    "Unknown",  "Start",           "Save", "Restore", "Incoming migration", "Outgoing migration",
    "Snapshot", "Snapshot revert", "Dump", "Backup",  "Snapshot delete"};

static void
job_size(Facts *facts, const char *title, const char *key, const virTypedParameter *params, int n,
         const char *field)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    unsigned long long bytes;
    guint unit = 0;
    double value;
    g_autofree char *text = NULL;

    if (virTypedParamsGetULLong((virTypedParameterPtr)params, n, field, &bytes) <= 0)
        return;
    for (value = (double)bytes; value >= 1024 && unit + 1 < G_N_ELEMENTS(units); unit++)
        value /= 1024;
    text = g_strdup_printf("%.3f %s", value, units[unit]);
    if (facts->json)
        facts_number(facts, NULL, key, (gint64)bytes, "");
    else
        facts_text(facts, title, NULL, text);
}

static gboolean
run_domjobinfo(Cli *cli, const Args *args)
{
    guint flags = (args_flag(args, "completed") ? VIR_DOMAIN_JOB_STATS_COMPLETED : 0u) |
                  (args_flag(args, "keep-completed") ? VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED : 0u);
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    virTypedParameterPtr params = NULL;
    unsigned long long elapsed = 0;
    int type, n = 0, operation = 0;
    Facts facts;

    if (!dom)
        return FALSE;
    if (virDomainGetJobStats(dom, &type, &params, &n, flags) < 0)
        return FALSE;
    facts = facts_start(cli, "%-17s %s\n", args_flag(args, "json"));
    facts_text(&facts, "Job type:", "type", job_types[CLAMP(type, 0, VIR_DOMAIN_JOB_LAST - 1)]);
    if (type != VIR_DOMAIN_JOB_NONE) {
        (void)virTypedParamsGetInt(params, n, VIR_DOMAIN_JOB_OPERATION, &operation);
        facts_text(&facts, "Operation:", "operation",
                   job_operations[CLAMP(operation, 0, VIR_DOMAIN_JOB_OPERATION_LAST - 1)]);
        if (virTypedParamsGetULLong(params, n, VIR_DOMAIN_JOB_TIME_ELAPSED, &elapsed) > 0)
            facts_number(&facts, "Time elapsed:", "time_elapsed_ms", (gint64)elapsed, " ms");
        job_size(&facts, "Data processed:", "data_processed", params, n,
                 VIR_DOMAIN_JOB_DATA_PROCESSED);
        job_size(&facts, "Data remaining:", "data_remaining", params, n,
                 VIR_DOMAIN_JOB_DATA_REMAINING);
        job_size(&facts, "Data total:", "data_total", params, n, VIR_DOMAIN_JOB_DATA_TOTAL);
        job_size(&facts, "Memory processed:", "memory_processed", params, n,
                 VIR_DOMAIN_JOB_MEMORY_PROCESSED);
        job_size(&facts, "Memory remaining:", "memory_remaining", params, n,
                 VIR_DOMAIN_JOB_MEMORY_REMAINING);
        job_size(&facts, "Memory total:", "memory_total", params, n, VIR_DOMAIN_JOB_MEMORY_TOTAL);
    }
    facts_end(&facts);
    virTypedParamsFree(params, n);
    return TRUE;
}

static gboolean
run_domjobabort(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));

    return dom && virDomainAbortJob(dom) >= 0;
}

#define OPTS_GOES_ON                                                                               \
    {"bypass-cache", OPT_FLAG, 0, COMPLETE_NOTHING, "past the host's file cache; not supported"},  \
        {"running", OPT_FLAG, 0, COMPLETE_NOTHING, "it goes on running, however it was saved"},    \
    {                                                                                              \
        "paused", OPT_FLAG, 0, COMPLETE_NOTHING, "it goes on paused, however it was saved"         \
    }
#define OPT_XML                                                                                    \
    {                                                                                              \
        "xml", OPT_TEXT, OPT_BY_NAME, COMPLETE_FILE, "file with XML to use instead of the guest's" \
    }
#define OPT_VERBOSE                                                                                \
    {                                                                                              \
        "verbose", OPT_FLAG, 0, COMPLETE_NOTHING, "show how it is going"                           \
    }
#define OPT_SECURITY                                                                               \
    {                                                                                              \
        "security-info", OPT_FLAG, 0, COMPLETE_NOTHING, "with passwords"                           \
    }

static const Opt opts_save[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
                                {"file", OPT_TEXT, OPT_REQUIRED, COMPLETE_FILE, "file to write"},
                                OPTS_GOES_ON,
                                OPT_XML,
                                OPT_VERBOSE,
                                OPT_END};
static const Opt opts_managedsave[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE), OPTS_GOES_ON,
                                       OPT_VERBOSE, OPT_END};
static const Opt opts_restore[] = {
    {"file", OPT_TEXT, OPT_REQUIRED, COMPLETE_FILE, "what save wrote"},
    OPTS_GOES_ON,
    OPT_XML,
    OPT_END};
static const Opt opts_image[] = {
    {"file", OPT_TEXT, OPT_REQUIRED, COMPLETE_FILE, "what save wrote"}, OPT_SECURITY, OPT_END};
static const Opt opts_domain[] = {OPT_DOMAIN(COMPLETE_DOMAIN), OPT_END};
static const Opt opts_managed_xml[] = {OPT_DOMAIN(COMPLETE_DOMAIN), OPT_SECURITY, OPT_END};
static const Opt opts_active[] = {OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE), OPT_END};
static const Opt opts_jobinfo[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"completed", OPT_FLAG, 0, COMPLETE_NOTHING, "of the last job that has ended"},
    {"keep-completed", OPT_FLAG, 0, COMPLETE_NOTHING, "it can be asked for again; always so"},
    OPT_JSON,
    OPT_END};

const Verb verbs_save[] = {
    {"save", "write a running machine into a file and stop it",
     "restore goes on from there. ^C gives it up, and the machine goes on. A caller that dies does "
     "not end it: see domjobinfo and domjobabort.",
     opts_save, run_save},
    {"restore", "go on with a machine from a file", "The file stays.", opts_restore, run_restore},
    {"save-image-dumpxml", "print the XML in a saved file", NULL, opts_image,
     run_save_image_dumpxml},
    {"managedsave", "save a running machine where its next start finds it",
     "The next start goes on from there; start --force-boot does not.", opts_managedsave,
     run_managedsave},
    {"managedsave-remove", "forget a managed save", NULL, opts_domain, run_managedsave_remove},
    {"managedsave-dumpxml", "print the XML in a managed save", NULL, opts_managed_xml,
     run_managedsave_dumpxml},
    {"domjobinfo", "show how the job of a machine is going", NULL, opts_jobinfo, run_domjobinfo},
    {"domjobabort", "give the job of a machine up", NULL, opts_active, run_domjobabort},
    {NULL},
};
