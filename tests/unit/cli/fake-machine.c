/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* fake-machine.c - the machines of the made-up library: they say what they were asked, and give fixed answers. */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lodge/libvirt-qemu.h>

#include "fake.h"

/* Says what was asked; fails for what has "bad" in it. */
static int
asked(const char *call, virDomainPtr dom, const char *what, unsigned int flags)
{
    if (fake_writes(call) < 0)
        return -1;
    if (what && strstr(what, "bad"))
        return fake_fail(VIR_ERR_INTERNAL_ERROR, "'%s' is bad", what);
    printf("%s %s 0x%x%s%s\n", call, dom ? dom->name : "-", flags, what ? "\n" : "",
           what ? what : "");
    return 0;
}

int
virDomainAttachDeviceFlags(virDomainPtr dom, const char *xml, unsigned int flags)
{
    return asked("attach", dom, xml, flags);
}

int
virDomainDetachDeviceFlags(virDomainPtr dom, const char *xml, unsigned int flags)
{
    return asked("detach", dom, xml, flags);
}

int
virDomainDetachDeviceAlias(virDomainPtr dom, const char *alias, unsigned int flags)
{
    return asked("detach-alias", dom, alias, flags);
}

int
virDomainUpdateDeviceFlags(virDomainPtr dom, const char *xml, unsigned int flags)
{
    return asked("update", dom, xml, flags);
}

int
virDomainSaveFlags(virDomainPtr dom, const char *to, const char *xml, unsigned int flags)
{
    return asked("save", dom, to, flags);
}

int
virDomainRestoreFlags(virConnectPtr conn, const char *from, const char *xml, unsigned int flags)
{
    return asked("restore", NULL, from, flags);
}

char *
virDomainSaveImageGetXMLDesc(virConnectPtr conn, const char *file, unsigned int flags)
{
    return fake_copy("<domain type='qemu'>\n  <name>saved</name>\n</domain>\n");
}

int
virDomainManagedSave(virDomainPtr dom, unsigned int flags)
{
    return asked("managed-save", dom, NULL, flags);
}

int
virDomainManagedSaveRemove(virDomainPtr dom, unsigned int flags)
{
    return asked("managed-save-remove", dom, NULL, flags);
}

char *
virDomainManagedSaveGetXMLDesc(virDomainPtr dom, unsigned int flags)
{
    return virDomainSaveImageGetXMLDesc(NULL, NULL, flags);
}

int
virDomainGetJobInfo(virDomainPtr dom, virDomainJobInfoPtr info)
{
    memset(info, 0, sizeof *info);
    return 0;
}

/* web saves, the others do nothing. */
int
virDomainGetJobStats(virDomainPtr dom, int *type, virTypedParameterPtr *params, int *nparams,
                     unsigned int flags)
{
    static const struct {
        const char *field;
        unsigned long long value;
    } numbers[] = {{VIR_DOMAIN_JOB_TIME_ELAPSED, 1500},
                   {VIR_DOMAIN_JOB_DATA_PROCESSED, 3 << 20},
                   {VIR_DOMAIN_JOB_DATA_REMAINING, 5 << 10},
                   {VIR_DOMAIN_JOB_DATA_TOTAL, 1ull << 30}};

    *type = strcmp(dom->name, "web") == 0 ? VIR_DOMAIN_JOB_UNBOUNDED : VIR_DOMAIN_JOB_NONE;
    *params = NULL;
    *nparams = 0;
    if (*type == VIR_DOMAIN_JOB_NONE)
        return 0;
    *params = g_new0(virTypedParameter, G_N_ELEMENTS(numbers) + 1);
    g_strlcpy((*params)[0].field, VIR_DOMAIN_JOB_OPERATION, VIR_TYPED_PARAM_FIELD_LENGTH);
    (*params)[0].type = VIR_TYPED_PARAM_INT;
    (*params)[0].value.i = VIR_DOMAIN_JOB_OPERATION_SAVE;
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        virTypedParameterPtr param = &(*params)[i + 1];

        g_strlcpy(param->field, numbers[i].field, sizeof param->field);
        param->type = VIR_TYPED_PARAM_ULLONG;
        param->value.ul = numbers[i].value;
    }
    *nparams = G_N_ELEMENTS(numbers) + 1;
    return 0;
}

int
virDomainAbortJob(virDomainPtr dom)
{
    return asked("abort-job", dom, NULL, 0);
}

int
virDomainReset(virDomainPtr dom, unsigned int flags)
{
    return asked("reset", dom, NULL, flags);
}

int
virDomainInjectNMI(virDomainPtr dom, unsigned int flags)
{
    return asked("nmi", dom, NULL, flags);
}

int
virDomainPMSuspendForDuration(virDomainPtr dom, unsigned int target, unsigned long long duration,
                              unsigned int flags)
{
    return asked("pm-suspend", dom, NULL, target);
}

int
virDomainPMWakeup(virDomainPtr dom, unsigned int flags)
{
    return asked("pm-wakeup", dom, NULL, flags);
}

int
virDomainSetVcpusFlags(virDomainPtr dom, unsigned int nvcpus, unsigned int flags)
{
    g_autofree char *count = g_strdup_printf("%u", nvcpus);

    return asked("set-vcpus", dom, count, flags);
}

int
virDomainSetMemoryStatsPeriod(virDomainPtr dom, int period, unsigned int flags)
{
    g_autofree char *text = g_strdup_printf("%d", period);

    return asked("stats-period", dom, text, flags);
}

int
virDomainGetVcpus(virDomainPtr dom, virVcpuInfoPtr info, int maxinfo, unsigned char *cpumaps,
                  int maplen)
{
    for (int i = 0; i < maxinfo; i++) {
        info[i] = (virVcpuInfo){(unsigned int)i, VIR_VCPU_RUNNING, 1500000000ull, i};
        memset(VIR_GET_CPUMAP(cpumaps, maplen, i), 0xff, (size_t)maplen);
    }
    return maxinfo;
}

int
virDomainGetBlockInfo(virDomainPtr dom, const char *disk, virDomainBlockInfoPtr info,
                      unsigned int flags)
{
    if (strstr(disk, "bad"))
        return fake_fail(VIR_ERR_INVALID_ARG, "domain '%s' has no disk '%s'", dom->name, disk);
    *info = (virDomainBlockInfo){10ull << 30, 3 << 20, 4 << 20};
    return 0;
}

int
virDomainBlockStatsFlags(virDomainPtr dom, const char *disk, virTypedParameterPtr params,
                         int *nparams, unsigned int flags)
{
    static const char *const fields[] = {"rd_operations", "rd_bytes", "wr_operations", "wr_bytes"};

    if (strstr(disk, "bad"))
        return fake_fail(VIR_ERR_INVALID_ARG, "domain '%s' has no disk '%s'", dom->name, disk);
    for (int i = 0; params && i < 4; i++) {
        g_strlcpy(params[i].field, fields[i], sizeof params[i].field);
        params[i].type = VIR_TYPED_PARAM_LLONG;
        params[i].value.l = 100 + i;
    }
    *nparams = 4;
    return 0;
}

int
virDomainGetDiskErrors(virDomainPtr dom, virDomainDiskErrorPtr errors, unsigned int maxerrors,
                       unsigned int flags)
{
    if (!errors)
        return 2;
    if (strcmp(dom->name, "web") != 0)
        return 0;
    errors[0] = (virDomainDiskError){fake_copy("vda"), VIR_DOMAIN_DISK_ERROR_NO_SPACE};
    return 1;
}

int
virDomainGetFSInfo(virDomainPtr dom, virDomainFSInfoPtr **info, unsigned int flags)
{
    *info = g_new0(virDomainFSInfoPtr, 2);
    (*info)[0] = g_new0(virDomainFSInfo, 1);
    (*info)[0]->mountpoint = fake_copy("/");
    (*info)[0]->name = fake_copy("vda1");
    (*info)[0]->fstype = fake_copy("ext4");
    (*info)[0]->devAlias = g_strsplit("vda", ",", -1);
    return 1;
}

void
virDomainFSInfoFree(virDomainFSInfoPtr info)
{
    g_strfreev(info->devAlias);
    free(info->mountpoint);
    free(info->name);
    free(info->fstype);
    g_free(info);
}

int
virDomainGetGuestInfo(virDomainPtr dom, unsigned int types, virTypedParameterPtr *params,
                      int *nparams, unsigned int flags)
{
    *params = g_new0(virTypedParameter, 1);
    g_strlcpy((*params)[0].field, "hostname", sizeof(*params)[0].field);
    (*params)[0].type = VIR_TYPED_PARAM_STRING;
    (*params)[0].value.s = fake_copy(dom->name);
    *nparams = 1;
    return 0;
}

char *
virDomainGetHostname(virDomainPtr dom, unsigned int flags)
{
    return fake_copy(dom->name);
}

int
virDomainQemuMonitorCommand(virDomainPtr dom, const char *cmd, char **answer, unsigned int flags)
{
    if (strstr(cmd, "bad"))
        return fake_fail(VIR_ERR_INTERNAL_ERROR, "QEMU says: '%s' is bad", cmd);
    *answer = fake_copy(flags ? "VM status: running\r\n"
                              : "{\"return\": {\"status\": \"running\", \"addresses\": [1, {}]}}");
    return 0;
}

char *
virDomainQemuAgentCommand(virDomainPtr dom, const char *cmd, int timeout, unsigned int flags)
{
    printf("agent %s %d\n", cmd, timeout);
    return fake_copy("{\"return\":{}}");
}

int
virConnectDomainQemuMonitorEventRegister(virConnectPtr conn, virDomainPtr dom, const char *event,
                                         virConnectDomainQemuMonitorEventCallback cb, void *opaque,
                                         virFreeCallback freecb, unsigned int flags)
{
    if (!dom)
        dom = virDomainLookupByName(conn, "web");
    cb(conn, dom, event ? event : "RESET", 1700000000, 42, "{\"guest\":true}", opaque);
    return 0;
}

int
virConnectDomainQemuMonitorEventDeregister(virConnectPtr conn, int callbackID)
{
    return 0;
}

char *
virConnectGetDomainCapabilities(virConnectPtr conn, const char *emulatorbin, const char *arch,
                                const char *machine, const char *virttype, unsigned int flags)
{
    char *text = NULL;

    return asprintf(&text, "<domainCapabilities> %s %s\n", arch ? arch : "-",
                    virttype ? virttype : "-") < 0
               ? NULL
               : text;
}

char *
virConnectDomainXMLToNative(virConnectPtr conn, const char *nativeFormat, const char *domainXml,
                            unsigned int flags)
{
    if (strcmp(nativeFormat, "qemu-argv") != 0) {
        fake_fail(VIR_ERR_INVALID_ARG, "format '%s' is not known", nativeFormat);
        return NULL;
    }
    return fake_copy("/usr/bin/qemu-system-x86_64\n");
}

/* --- a stream with a picture ---------------------------------------------------------------------------- */

virStreamPtr
virStreamNew(virConnectPtr conn, unsigned int flags)
{
    static int place;

    return (virStreamPtr)(void *)&place;
}

int
virStreamFree(virStreamPtr st)
{
    return 0;
}

int
virStreamFinish(virStreamPtr st)
{
    return 0;
}

int
virStreamRecvAll(virStreamPtr st, virStreamSinkFunc handler, void *opaque)
{
    return handler(st, "picture\n", 8, opaque) == 8 ? 0 : -1;
}

char *
virDomainScreenshot(virDomainPtr dom, virStreamPtr stream, unsigned int screen, unsigned int flags)
{
    if (screen > 0) {
        fake_fail(VIR_ERR_INVALID_ARG, "domain '%s' has no screen %u", dom->name, screen);
        return NULL;
    }
    return fake_copy("image/png");
}
