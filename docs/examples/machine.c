/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* machine.c - run a machine, take a picture of its screen, save it and go on from there, ask its monitor.
 *
 * cc machine.c $(pkg-config --cflags --libs lodge) -o machine && ./machine [FILE.png [URI]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

static const char xml[] = "<domain type='qemu'>"
                          "  <name>example-machine</name>"
                          "  <memory unit='MiB'>32</memory>"
                          "  <os><type arch='x86_64' machine='q35'>hvm</type></os>"
                          "  <devices>"
                          "    <console type='pty'/>"
                          "    <video><model type='vga'/></video>"
                          "  </devices>"
                          "</domain>";

static int
into_file(virStreamPtr stream, const char *data, size_t size, void *file)
{
    (void)stream;
    return fwrite(data, 1, size, file) == size ? (int)size : -1;
}

static int
take_picture(virConnectPtr conn, virDomainPtr dom, const char *path)
{
    virStreamPtr stream = virStreamNew(conn, 0);
    char *mime = stream != NULL ? virDomainScreenshot(dom, stream, 0, 0) : NULL;
    FILE *file = mime != NULL ? fopen(path, "w") : NULL;
    int result = -1;

    if (file != NULL) {
        result = virStreamRecvAll(stream, into_file, file);
        if (fclose(file) != 0)
            result = -1;
        virStreamFinish(stream);
    }
    if (result == 0)
        printf("picture: %s in %s\n", mime, path);
    free(mime);
    if (stream != NULL)
        virStreamFree(stream);
    return result;
}

static int
say_state(virDomainPtr dom, const char *when)
{
    int state, reason;

    if (virDomainGetState(dom, &state, &reason, 0) < 0)
        return -1;
    printf("%s: state %d, reason %d\n", when, state, reason);
    return 0;
}

static int
show(virConnectPtr conn, virDomainPtr dom, const char *picture)
{
    char *answer = NULL;

    if (virDomainCreateWithFlags(dom, VIR_DOMAIN_START_PAUSED) < 0 ||
        say_state(dom, "started paused") < 0 || virDomainResume(dom) < 0 ||
        say_state(dom, "resumed") < 0 || take_picture(conn, dom, picture) < 0 ||
        virDomainQemuMonitorCommand(dom, "{\"execute\":\"query-name\"}", &answer, 0) < 0)
        return -1;
    printf("monitor: %s\n", answer);
    free(answer);
    if (virDomainManagedSave(dom, 0) < 0 || say_state(dom, "saved") < 0 ||
        virDomainCreate(dom) < 0 || say_state(dom, "started again") < 0)
        return -1;
    return virDomainDestroy(dom);
}

int
main(int argc, char **argv)
{
    virConnectPtr conn = virConnectOpen(argc > 2 ? argv[2] : "qemu:///");
    virDomainPtr dom = conn != NULL ? virDomainDefineXML(conn, xml) : NULL;
    int result;

    if (dom == NULL)
        return 1; /* the library has printed why */
    result = show(conn, dom, argc > 1 ? argv[1] : "machine.png");
    if (virDomainIsActive(dom) == 1)
        virDomainDestroy(dom);
    if (virDomainUndefineFlags(dom, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE) < 0)
        result = -1;
    virDomainFree(dom);
    virConnectClose(conn);
    return result < 0;
}
