/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "cli/facts.h"
#include "cli/verbs.h"

#define PARAMS_FORMAT "%-15s: %s\n"

typedef int (*GetParams)(virDomainPtr dom, virTypedParameterPtr params, int *nparams,
                         unsigned int flags);
typedef int (*SetParams)(virDomainPtr dom, virTypedParameterPtr params, int nparams,
                         unsigned int flags);

typedef struct {
    virTypedParameterPtr list;
    int n, room;
} Params;

static void
params_clear(Params *params)
{
    virTypedParamsFree(params->list, params->n);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Params, params_clear)

/* The count first, then the values: as the API wants it. */
static gboolean
get_params(virDomainPtr dom, GetParams get, guint flags, Params *ret_params)
{
    if (get(dom, NULL, &ret_params->n, flags) < 0)
        return FALSE;
    /* calloc: virTypedParamsFree() ends it */
    ret_params->list = calloc((gsize)MAX(ret_params->n, 1), sizeof *ret_params->list);
    if (!ret_params->list || get(dom, ret_params->list, &ret_params->n, flags) < 0) {
        ret_params->n = 0;
        return FALSE;
    }
    return TRUE;
}

static void
print_memory_param(Facts *facts, const virTypedParameter *param)
{
    gboolean unlimited = param->type == VIR_TYPED_PARAM_ULLONG &&
                         param->value.ul >= (unsigned long long)VIR_DOMAIN_MEMORY_PARAM_UNLIMITED;

    if (unlimited && facts->json)
        facts_text(facts, NULL, param->field, NULL); /* null */
    else if (unlimited)
        facts_text(facts, param->field, NULL, "unlimited");
    else
        facts_param(facts, param);
}

static void
print_params(Facts *facts, const Params *params)
{
    for (int i = 0; i < params->n; i++)
        print_memory_param(facts, &params->list[i]);
}

typedef struct {
    const char *noun;
    SetParams set;
    GetParams get;
} Tuned;

static const Tuned tuned_memory = {"memory", virDomainSetMemoryParameters,
                                   virDomainGetMemoryParameters};
static const Tuned tuned_blkio = {"blkio", virDomainSetBlkioParameters,
                                  virDomainGetBlkioParameters};

/* Sets what stands in @params; prints what there is when that is nothing. */
static gboolean
set_or_print(Cli *cli, const Args *args, guint flags, const Tuned *tuned, Params *params)
{
    g_autoptr(CliDomain) dom = cli_domain(cli, args_text(args, "domain"));
    gboolean changes = params->n > 0;
    Facts facts;

    if (!dom)
        return FALSE;
    if (changes ? tuned->set(dom, params->list, params->n, flags) < 0
                : !get_params(dom, tuned->get, flags, params)) {
        cli_error("Unable to %s %s parameters", changes ? "change" : "get", tuned->noun);
        return FALSE;
    }
    if (changes)
        return TRUE;
    facts = facts_start(cli, PARAMS_FORMAT, args_flag(args, "json"));
    print_params(&facts, params);
    facts_end(&facts);
    return TRUE;
}

/* One option of memtune to its parameter. */
static ArgResult
take_limit(const Args *args, const char *option, const char *field, Params *params)
{
    gint64 kib;
    ArgResult result = args_kib(args, option, TRUE, &kib);

    if (result == ARG_OK &&
        virTypedParamsAddULLong(&params->list, &params->n, &params->room, field,
                                kib < 0 ? (unsigned long long)VIR_DOMAIN_MEMORY_PARAM_UNLIMITED
                                        : (unsigned long long)kib) < 0)
        return ARG_BAD;
    return result;
}

static gboolean
run_memtune(Cli *cli, const Args *args)
{
    static const char *const options[][2] = {
        {"hard-limit", VIR_DOMAIN_MEMORY_HARD_LIMIT},
        {"soft-limit", VIR_DOMAIN_MEMORY_SOFT_LIMIT},
        {"swap-hard-limit", VIR_DOMAIN_MEMORY_SWAP_HARD_LIMIT},
        {"min-guarantee", VIR_DOMAIN_MEMORY_MIN_GUARANTEE},
    };
    g_auto(Params) params = {NULL};
    guint flags;

    if (!args_affect(args, &flags))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        if (take_limit(args, options[i][0], options[i][1], &params) == ARG_BAD)
            return FALSE;
    return set_or_print(cli, args, flags, &tuned_memory, &params);
}

static gboolean
run_blkiotune(Cli *cli, const Args *args)
{
    static const char *const texts[][2] = {
        {"device-weights", VIR_DOMAIN_BLKIO_DEVICE_WEIGHT},
        {"device-read-iops-sec", VIR_DOMAIN_BLKIO_DEVICE_READ_IOPS},
        {"device-write-iops-sec", VIR_DOMAIN_BLKIO_DEVICE_WRITE_IOPS},
        {"device-read-bytes-sec", VIR_DOMAIN_BLKIO_DEVICE_READ_BPS},
        {"device-write-bytes-sec", VIR_DOMAIN_BLKIO_DEVICE_WRITE_BPS},
    };
    g_auto(Params) params = {NULL};
    guint flags;
    gint64 weight;
    ArgResult has_weight = args_number(args, "weight", 0, G_MAXUINT32, &weight);

    if (has_weight == ARG_BAD || !args_affect(args, &flags))
        return FALSE;
    if (has_weight == ARG_OK &&
        virTypedParamsAddUInt(&params.list, &params.n, &params.room, VIR_DOMAIN_BLKIO_WEIGHT,
                              (unsigned int)weight) < 0)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        if (args_text(args, texts[i][0]) &&
            virTypedParamsAddString(&params.list, &params.n, &params.room, texts[i][1],
                                    args_text(args, texts[i][0])) < 0)
            return FALSE;
    return set_or_print(cli, args, flags, &tuned_blkio, &params);
}

/* "cpu_shares=512" to a parameter of the type that the driver gave it. */
static gboolean
take_setting(const Params *known, const char *word, Params *params)
{
    const char *equals = strchr(word, '=');
    g_autofree char *field = equals ? g_strndup(word, (gsize)(equals - word)) : NULL;
    const virTypedParameter *param = field ? virTypedParamsGet(known->list, known->n, field) : NULL;

    if (!equals) {
        cli_error("invalid scheduler option: %s; write NAME=VALUE", word);
        return FALSE;
    }
    if (!param) {
        cli_error(
            "invalid scheduler option: %s; schedinfo without --set lists those that there are",
            field);
        return FALSE;
    }
    if (virTypedParamsAddFromString(&params->list, &params->n, &params->room, field, param->type,
                                    equals + 1) < 0) {
        cli_error("invalid value for scheduler option %s: '%s'", field, equals + 1);
        return FALSE;
    }
    return TRUE;
}

static gboolean
take_scheduler_options(const Args *args, const Params *known, Params *params)
{
    static const char *const names[] = {"weight", "cap"};

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *word = args_text(args, names[i])
                                    ? g_strconcat(names[i], "=", args_text(args, names[i]), NULL)
                                    : NULL;

        if (word && !take_setting(known, word, params))
            return FALSE;
    }
    for (const char *const *word = args_all(args, "set"); *word; word++)
        if (!take_setting(known, *word, params))
            return FALSE;
    return TRUE;
}

static gboolean
run_schedinfo(Cli *cli, const Args *args)
{
    g_autoptr(CliDomain) dom = NULL;
    g_auto(Params) known = {NULL}, changed = {NULL}, now = {NULL};
    Facts facts;
    guint flags;
    char *type;

    if (!args_affect(args, &flags) || !(dom = cli_domain(cli, args_text(args, "domain"))) ||
        !(type = virDomainGetSchedulerType(dom, NULL)))
        return FALSE;
    facts = facts_start(cli, PARAMS_FORMAT, args_flag(args, "json"));
    facts_text(&facts, "Scheduler", "scheduler", type);
    free(type);
    if (!get_params(dom, virDomainGetSchedulerParametersFlags, flags, &known) ||
        !take_scheduler_options(args, &known, &changed) ||
        (changed.n &&
         virDomainSetSchedulerParametersFlags(dom, changed.list, changed.n, flags) < 0) ||
        (changed.n && !get_params(dom, virDomainGetSchedulerParametersFlags, flags, &now))) {
        facts_drop(&facts);
        return FALSE;
    }
    print_params(&facts, changed.n ? &now : &known);
    facts_end(&facts);
    return TRUE;
}

static gboolean
set_memory(Cli *cli, const Args *args, guint more_flags)
{
    g_autoptr(CliDomain) dom = NULL;
    guint flags;
    gint64 kib;

    if (!args_affect(args, &flags) || args_kib(args, "size", FALSE, &kib) != ARG_OK ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (virDomainSetMemoryFlags(dom, (unsigned long)kib, flags | more_flags) >= 0)
        return TRUE;
    if (more_flags & VIR_DOMAIN_MEM_MAXIMUM)
        cli_error("Unable to change MaxMemorySize");
    return FALSE;
}

static gboolean
run_setmem(Cli *cli, const Args *args)
{
    return set_memory(cli, args, 0);
}

static gboolean
run_setmaxmem(Cli *cli, const Args *args)
{
    return set_memory(cli, args, VIR_DOMAIN_MEM_MAXIMUM);
}

static gboolean
print_vcpus(Facts *facts, virDomainPtr dom, const char *limit, const char *when, guint flags)
{
    int count = virDomainGetVcpusFlags(dom, flags);
    g_autofree char *key = g_strconcat(limit, "_", when, NULL);

    if (count < 0)
        return FALSE;
    if (facts->json)
        facts_number(facts, NULL, key, count, "");
    else
        cli_print("%-12s %-12s %3d\n", limit, when, count);
    return TRUE;
}

static gboolean
all_vcpus(Cli *cli, const Args *args, virDomainPtr dom)
{
    gboolean is_active = virDomainIsActive(dom) == 1;
    gboolean is_persistent = virDomainIsPersistent(dom) == 1;
    Facts facts = facts_start(cli, "", args_flag(args, "json"));
    gboolean ok =
        (!is_persistent || print_vcpus(&facts, dom, "maximum", "config",
                                       VIR_DOMAIN_VCPU_MAXIMUM | VIR_DOMAIN_AFFECT_CONFIG)) &&
        (!is_active || print_vcpus(&facts, dom, "maximum", "live",
                                   VIR_DOMAIN_VCPU_MAXIMUM | VIR_DOMAIN_AFFECT_LIVE)) &&
        (!is_persistent ||
         print_vcpus(&facts, dom, "current", "config", VIR_DOMAIN_AFFECT_CONFIG)) &&
        (!is_active || print_vcpus(&facts, dom, "current", "live", VIR_DOMAIN_AFFECT_LIVE));

    if (ok)
        facts_end(&facts);
    else
        facts_drop(&facts);
    return ok;
}

static gboolean
run_vcpucount(Cli *cli, const Args *args)
{
    gboolean maximum = args_flag(args, "maximum"), active = args_flag(args, "active");
    g_autoptr(CliDomain) dom = NULL;
    guint flags;
    int count;

    if (!args_affect(args, &flags) || !args_exclusive(args, "maximum", "active") ||
        !(dom = cli_domain(cli, args_text(args, "domain"))))
        return FALSE;
    if (!flags && !maximum && !active && !args_flag(args, "current"))
        return all_vcpus(cli, args, dom);
    count = virDomainGetVcpusFlags(dom, flags | (maximum ? VIR_DOMAIN_VCPU_MAXIMUM : 0));
    if (count < 0)
        return FALSE;
    cli_print("%d\n", count);
    return TRUE;
}

static const Opt opts_memtune[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"hard-limit", OPT_TEXT, 0, COMPLETE_NOTHING,
     "most memory it may have (KiB, or with a unit); -1: no limit"},
    {"soft-limit", OPT_TEXT, 0, COMPLETE_NOTHING,
     "what it is pressed to when the host is short of memory"},
    {"swap-hard-limit", OPT_TEXT, 0, COMPLETE_NOTHING, "most memory and swap together"},
    {"min-guarantee", OPT_TEXT, 0, COMPLETE_NOTHING, "memory that it is to keep"},
    OPT_AFFECT,
    OPT_JSON,
    OPT_END};
static const Opt opts_blkiotune[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"weight", OPT_NUMBER, 0, COMPLETE_NOTHING, "share of block I/O, 10 to 1000"},
    {"device-weights", OPT_TEXT, 0, COMPLETE_NOTHING, "/dev/DISK,weight,... for single disks"},
    {"device-read-iops-sec", OPT_TEXT, 0, COMPLETE_NOTHING, "/dev/DISK,reads a second,..."},
    {"device-write-iops-sec", OPT_TEXT, 0, COMPLETE_NOTHING, "/dev/DISK,writes a second,..."},
    {"device-read-bytes-sec", OPT_TEXT, 0, COMPLETE_NOTHING, "/dev/DISK,bytes read a second,..."},
    {"device-write-bytes-sec", OPT_TEXT, 0, COMPLETE_NOTHING,
     "/dev/DISK,bytes written a second,..."},
    OPT_AFFECT,
    OPT_JSON,
    OPT_END};
static const Opt opts_schedinfo[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"weight", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING, "the same as weight=NUMBER"},
    {"cap", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING, "the same as cap=NUMBER"},
    OPT_AFFECT,
    OPT_JSON,
    {"set", OPT_REST, 0, COMPLETE_NOTHING, "NAME=VALUE: cpu_shares, vcpu_period, vcpu_quota"},
    OPT_END};
static const Opt opts_setmem[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"size", OPT_TEXT, OPT_REQUIRED, COMPLETE_NOTHING, "new size (KiB, or with a unit)"},
    OPT_AFFECT,
    OPT_END};
static const Opt opts_vcpucount[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN),
    {"maximum", OPT_FLAG, 0, COMPLETE_NOTHING, "the most that it may have"},
    {"active", OPT_FLAG, 0, COMPLETE_NOTHING, "what it has"},
    OPT_AFFECT,
    OPT_JSON,
    OPT_END};

const Verb verbs_tune[] = {
    {"memtune", "show or set a guest's memory limits", NULL, opts_memtune, run_memtune},
    {"schedinfo", "show or set a guest's CPU scheduling", NULL, opts_schedinfo, run_schedinfo},
    {"blkiotune", "show or set a guest's share of block I/O", NULL, opts_blkiotune, run_blkiotune},
    {"setmem", "set the memory of a guest", "Within the maximum that its XML gives.", opts_setmem,
     run_setmem},
    {"setmaxmem", "set the most memory that a guest may have", NULL, opts_setmem, run_setmaxmem},
    {"vcpucount", "show how many virtual CPUs a guest has", NULL, opts_vcpucount, run_vcpucount},
    {NULL},
};
