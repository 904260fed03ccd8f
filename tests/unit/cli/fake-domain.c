/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake.h"

static struct _virDomain domains[8] = {
    {"web", FAKE_UUID(1), "lxc", "Web server", "Serves\npages", 4711, VIR_DOMAIN_RUNNING, 1, 1, 1,
     1},
    {"db", FAKE_UUID(2), "lxc", NULL, NULL, -1, VIR_DOMAIN_SHUTOFF, 2, 1, 0, 1},
    {"build", FAKE_UUID(3), "lxc", NULL, NULL, 4800, VIR_DOMAIN_PAUSED, 1, 0, 0, 1},
};

static virDomainPtr
find(const char *what, int by)
{
    for (virDomainPtr dom = domains; dom < domains + 8; dom++)
        if (dom->is_used && strcmp(by == 0 ? dom->name : dom->uuid, what) == 0)
            return dom;
    fake_fail(VIR_ERR_NO_DOMAIN, "Domain not found: no domain with matching %s '%s'",
              by == 0 ? "name" : "uuid", what);
    return NULL;
}

virDomainPtr
virDomainLookupByName(virConnectPtr conn, const char *name)
{
    return find(name, 0);
}

virDomainPtr
virDomainLookupByUUIDString(virConnectPtr conn, const char *uuid)
{
    return find(uuid, 1);
}

virDomainPtr
virDomainLookupByID(virConnectPtr conn, int id)
{
    for (virDomainPtr dom = domains; dom < domains + 8; dom++)
        if (dom->is_used && dom->id == id)
            return dom;
    fake_fail(VIR_ERR_NO_DOMAIN, "Domain not found: no domain with matching id %d", id);
    return NULL;
}

int
virConnectListAllDomains(virConnectPtr conn, virDomainPtr **list, unsigned int flags)
{
    int n = 0;

    *list = calloc(9, sizeof **list);
    for (virDomainPtr dom = domains; dom < domains + 8; dom++) {
        unsigned int is = (dom->id >= 0 ? 1u : 2u) | (dom->is_persistent ? 4u : 8u) |
                          (dom->state == 1   ? 16u
                           : dom->state == 3 ? 32u
                                             : 64u) |
                          512u | (dom->autostart ? 1024u : 2048u) | 8192u | 32768u;
        int wanted = dom->is_used;
        const unsigned int sets[] = {3, 12, 240, 768, 3072, 12288, 49152};

        for (int i = 0; i < 7; i++)
            if ((flags & sets[i]) && !(flags & sets[i] & is))
                wanted = 0;
        if (wanted)
            (*list)[n++] = dom;
    }
    return n;
}

int
virDomainFree(virDomainPtr dom)
{
    virResetLastError(); /* as the real one does */
    return 0;
}

const char *
virDomainGetName(virDomainPtr dom)
{
    return dom->name;
}

unsigned int
virDomainGetID(virDomainPtr dom)
{
    return (unsigned int)dom->id;
}

int
virDomainGetUUIDString(virDomainPtr dom, char *buf)
{
    memcpy(buf, dom->uuid, VIR_UUID_STRING_BUFLEN);
    return 0;
}

virConnectPtr
virDomainGetConnect(virDomainPtr dom)
{
    return fake_connection();
}

const char *
lodge_domain_driver(virDomainPtr dom)
{
    return dom->type;
}

int
virDomainGetState(virDomainPtr dom, int *state, int *reason, unsigned int flags)
{
    *state = dom->state;
    *reason = dom->reason;
    return 0;
}

int
virDomainGetInfo(virDomainPtr dom, virDomainInfoPtr info)
{
    *info = (virDomainInfo){(unsigned char)dom->state, 102400, dom->id < 0 ? 0 : 5120, 2,
                            dom->id < 0 ? 0 : 1234567890};
    return 0;
}

char *
virDomainGetOSType(virDomainPtr dom)
{
    return fake_copy("exe");
}

int
virDomainIsActive(virDomainPtr dom)
{
    return dom->id >= 0;
}

int
virDomainIsPersistent(virDomainPtr dom)
{
    return dom->is_persistent;
}

int
virDomainHasManagedSaveImage(virDomainPtr dom, unsigned int flags)
{
    return 0;
}

int
virDomainGetSecurityLabel(virDomainPtr dom, virSecurityLabelPtr label)
{
    memset(label, 0, sizeof *label);
    return 0;
}

int
virDomainGetAutostart(virDomainPtr dom, int *autostart)
{
    *autostart = dom->autostart;
    return 0;
}

int
virDomainSetAutostart(virDomainPtr dom, int autostart)
{
    if (fake_writes("virDomainSetAutostart") < 0)
        return -1;
    if (!dom->is_persistent)
        return fake_fail(VIR_ERR_OPERATION_INVALID,
                         "cannot mark '%s' autostart: it is transient; define it first", dom->name);
    dom->autostart = autostart;
    return 0;
}

char *
virDomainGetXMLDesc(virDomainPtr dom, unsigned int flags)
{
    char xml[1024];
    int live = dom->id >= 0 && !(flags & VIR_DOMAIN_XML_INACTIVE);

    snprintf(xml, sizeof xml,
             "<domain type='lxc'%s%d%s>\n  <name>%s</name>\n  <uuid>%s</uuid>\n  <devices>\n"
             "%s    <console type='pty'%s>\n      <alias name='console0'/>\n    </console>\n"
             "  </devices>\n</domain>\n",
             live ? " id='" : "", live ? dom->id : 0, live ? "'" : "", dom->name, dom->uuid,
             dom->id == 4711 ? "    <interface type='network'>\n"
                               "      <mac address='52:54:00:4d:2b:cd'/>\n"
                               "      <source network='default'/>\n"
                               "      <target dev='veth0'/>\n    </interface>\n"
                             : "",
             live ? " tty='/dev/pts/7'" : "");
    if (!live)
        memmove(strstr(xml, "'lxc'") + 5, strstr(xml, ">\n"), strlen(strstr(xml, ">\n")) + 1);
    return fake_copy(xml);
}

/* The text of the first <name>; lives as long as the process. */
static const char *
name_in(const char *xml)
{
    static char *names[16];
    static int n_names;
    const char *start = strstr(xml, "<name>"), *end = strstr(xml, "</name>");

    if (!start || !end) {
        fake_fail(VIR_ERR_NO_NAME, "(domain_definition):1: <domain> has no <name>; give it one");
        return NULL;
    }
    names[n_names] = strndup(start + 6, (size_t)(end - start - 6));
    return names[n_names++];
}

static virDomainPtr
add(const char *xml, int is_persistent)
{
    const char *name = name_in(xml);
    virDomainPtr dom = domains;

    if (!name || fake_writes("virDomainDefineXML") < 0)
        return NULL;
    if (strstr(name, "bad")) {
        fake_fail(VIR_ERR_XML_ERROR, "(domain_definition):2: <name>: '%s' is a bad name", name);
        return NULL;
    }
    while (dom->is_used && strcmp(dom->name, name) != 0)
        dom++;
    if (!dom->is_used)
        *dom = (struct _virDomain){name, FAKE_UUID(8),  "lxc", NULL, NULL, -1, VIR_DOMAIN_SHUTOFF,
                                   0,    is_persistent, 0,     1};
    return dom;
}

virDomainPtr
virDomainDefineXMLFlags(virConnectPtr conn, const char *xml, unsigned int flags)
{
    return add(xml, 1);
}

int
virDomainCreateWithFlags(virDomainPtr dom, unsigned int flags)
{
    if (fake_writes("virDomainCreate") < 0)
        return -1;
    dom->id = 5000;
    dom->state = VIR_DOMAIN_RUNNING;
    dom->reason = 1;
    return 0;
}

virDomainPtr
lodge_domain_create(virConnectPtr conn, const char *xml, const int *fds, unsigned int flags)
{
    virDomainPtr dom = add(xml, 0);

    if (dom)
        virDomainCreateWithFlags(dom, 0);
    if (dom && fds && fds[1] >= 0 && write(fds[1], "out\n", 4) < 0)
        return NULL;
    return dom;
}

int
virDomainCreateWithFiles(virDomainPtr dom, unsigned int nfiles, int *files, unsigned int flags)
{
    if (virDomainCreateWithFlags(dom, flags) < 0)
        return -1;
    if (flags & VIR_DOMAIN_START_PAUSED)
        dom->state = VIR_DOMAIN_PAUSED;
    for (unsigned int i = 0; i < nfiles; i++)
        if (write(files[i], "given\n", 6) < 0)
            return -1;
    return 0;
}

virDomainPtr
virDomainCreateXMLWithFiles(virConnectPtr conn, const char *xml, unsigned int nfiles, int *files,
                            unsigned int flags)
{
    virDomainPtr dom = lodge_domain_create(conn, xml, NULL, flags);

    return dom && virDomainCreateWithFiles(dom, nfiles, files, flags) == 0 ? dom : NULL;
}

int
lodge_domain_wait_until(virDomainPtr dom, int fd, int *wait_status)
{
    *wait_status = strstr(dom->name, "killed") ? 9 : 3 << 8;
    return 0;
}

char *
lodge_domain_plan(virConnectPtr conn, const char *xml, virDomainPtr dom)
{
    char plan[128];
    const char *name = dom ? dom->name : name_in(xml);

    if (!name)
        return NULL;
    snprintf(plan, sizeof plan, "lodge-plan 1\nphase object\nkind guest\nname %s\n", name);
    return fake_copy(plan);
}

static int
needs_running(virDomainPtr dom, const char *what)
{
    if (fake_writes(what) < 0)
        return -1;
    if (dom->id < 0)
        return fake_fail(VIR_ERR_OPERATION_INVALID,
                         "Requested operation is not valid: domain is not running");
    return 0;
}

int
virDomainDestroy(virDomainPtr dom)
{
    if (needs_running(dom, "virDomainDestroy") < 0)
        return -1;
    dom->id = -1;
    dom->state = VIR_DOMAIN_SHUTOFF;
    dom->reason = 2;
    return 0;
}

int
virDomainDestroyFlags(virDomainPtr dom, unsigned int flags)
{
    return virDomainDestroy(dom);
}

int
virDomainShutdownFlags(virDomainPtr dom, unsigned int flags)
{
    return needs_running(dom, "virDomainShutdown");
}

int
virDomainReboot(virDomainPtr dom, unsigned int flags)
{
    return needs_running(dom, "virDomainReboot");
}

int
virDomainSuspend(virDomainPtr dom)
{
    dom->state = dom->id < 0 ? dom->state : VIR_DOMAIN_PAUSED;
    return needs_running(dom, "virDomainSuspend");
}

int
virDomainResume(virDomainPtr dom)
{
    if (needs_running(dom, "virDomainResume") < 0)
        return -1;
    dom->state = VIR_DOMAIN_RUNNING;
    dom->reason = 5;
    return 0;
}

int
virDomainUndefineFlags(virDomainPtr dom, unsigned int flags)
{
    if (!dom->is_persistent)
        return fake_fail(VIR_ERR_OPERATION_INVALID, "Cannot undefine transient domain");
    dom->is_persistent = 0;
    dom->is_used = dom->id >= 0;
    return 0;
}

int
virDomainSendProcessSignal(virDomainPtr dom, long long pid, unsigned int number, unsigned int flags)
{
    if (needs_running(dom, "virDomainSendProcessSignal") < 0)
        return -1;
    return pid == 1 ? 0 : fake_fail(VIR_ERR_INVALID_ARG, "no process %lld; signal %u", pid, number);
}

char *
virDomainGetMetadata(virDomainPtr dom, int type, const char *uri, unsigned int flags)
{
    const char *text = type == VIR_DOMAIN_METADATA_TITLE         ? dom->title
                       : type == VIR_DOMAIN_METADATA_DESCRIPTION ? dom->description
                       : strcmp(uri, "urn:test") == 0            ? "<test:mark>7</test:mark>"
                                                                 : NULL;

    if (!text)
        fake_fail(VIR_ERR_NO_DOMAIN_METADATA, "metadata not found");
    return fake_copy(text);
}

int
virDomainSetMetadata(virDomainPtr dom, int type, const char *text, const char *key, const char *uri,
                     unsigned int flags)
{
    if (fake_writes("virDomainSetMetadata") < 0)
        return -1;
    if (type == VIR_DOMAIN_METADATA_TITLE)
        dom->title = fake_copy(text);
    else if (type == VIR_DOMAIN_METADATA_DESCRIPTION)
        dom->description = fake_copy(text);
    return 0;
}

/* The other side sends what was typed back, in capitals, and closes at the end of input. */
int
lodge_domain_console(virDomainPtr dom, const char *devname, unsigned int flags)
{
    int pair[2];

    if (devname && strcmp(devname, "console0") != 0)
        return fake_fail(VIR_ERR_INVALID_ARG, "domain '%s' has no console '%s'", dom->name,
                         devname);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return fake_fail(VIR_ERR_SYSTEM_ERROR, "no socket");
    fflush(NULL);
    if (fork() == 0) {
        char buf[4096];
        ssize_t n;

        close(pair[0]);
        if (write(pair[1], "login: ", 7) < 0)
            _exit(1);
        while ((n = read(pair[1], buf, sizeof buf)) > 0) {
            for (ssize_t i = 0; i < n; i++)
                buf[i] = (char)(buf[i] >= 'a' && buf[i] <= 'z' ? buf[i] - 32 : buf[i]);
            if (write(pair[1], buf, (size_t)n) < 0)
                _exit(1);
            if (memchr(buf, 4, (size_t)n)) /* ^D ends the guest */
                break;
        }
        _exit(0);
    }
    close(pair[1]);
    return pair[0];
}

int
lodge_domain_console_resize(virDomainPtr dom, const char *devname, int cols, int rows)
{
    const char *path = getenv("FAKE_RESIZE_LOG");
    FILE *log = path ? fopen(path, "a") : NULL;

    if (log) {
        fprintf(log, "%dx%d\n", cols, rows);
        fclose(log);
    }
    return 0;
}

char **
lodge_domain_enter_argv(virDomainPtr dom, const char *const *argv, const char *const *options)
{
    char **command;
    int n = 0;

    if (needs_running(dom, "virDomainLxcOpenNamespace") < 0)
        return NULL;
    command = calloc(64, sizeof *command);
    if (strcmp(argv[0], "exit") == 0) { /* an exit status to pass on */
        command[0] = fake_copy("/bin/sh");
        command[1] = fake_copy("-c");
        command[2] = fake_copy("exit 7");
        return command;
    }
    command[n++] = fake_copy("/bin/echo");
    for (; *options; options++)
        command[n++] = fake_copy(*options);
    command[n++] = fake_copy("|");
    for (; *argv; argv++)
        command[n++] = fake_copy(*argv);
    return command;
}
