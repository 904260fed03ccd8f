/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/accel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"
#include "util/file.h"
#include "util/spawn.h"

#define ACCEL_DEVICE     "/dev/kvm"
#define ACCEL_CACHE_MAX  4096
#define ACCEL_IMAGE_SIZE 65536 /* of a firmware image: the last 16 bytes are the reset vector */
#define ACCEL_STATUS_OK  33    /* accel-image.S: isa-debug-exit of 0x10 */
#define ACCEL_ALL        "LIUFMPTRYXN"

#ifdef __x86_64__
extern const guint8 accel_image[], accel_image_end[]; /* accel-image.S */
#endif

/* What went wrong when the letter behind the last one is missing. */
static const struct {
    char letter;
    const char *what;
} accel_steps[] = {
    {'L', "64-bit code does not run"},
    {'I', "the interrupt table is not the guest's"},
    {'U', "an exception does not come back"},
    {'F', "the interrupt flag does not hold"},
    {'M', "model specific registers do not hold"},
    {'P', "a page fault does not arrive"},
    {'T', "the timer does not wake the processor"},
    {'R', "the task register cannot be loaded"},
    {'Y', "a system call does not come back"},
    {'X', "an interrupt from user mode does not arrive"},
    {'N', "kernel code is emulated instead of run"},
};

static const char *
accel_missing(const char *letters)
{
    for (gsize i = 0; i < G_N_ELEMENTS(accel_steps); i++)
        if (strchr(letters, accel_steps[i].letter) == NULL)
            return accel_steps[i].what;
    return "the result is wrong";
}

/* The image as a file that QEMU can open: code first, a jump to it where the processor begins. */
static int
accel_make_image(void)
{
#ifdef __x86_64__
    static const guint8 reset[] = {0xea, 0x00, 0x00, 0x00, 0xf0}; /* jmp f000:0000 */
    gsize size = (gsize)(accel_image_end - accel_image);
    g_auto(Fd) fd = memfd_create("lodge-accel-image", MFD_CLOEXEC);

    if (fd < 0 || ftruncate(fd, ACCEL_IMAGE_SIZE) < 0 ||
        pwrite(fd, accel_image, size, 0) != (gssize)size ||
        pwrite(fd, reset, sizeof(reset), ACCEL_IMAGE_SIZE - 16) != (gssize)sizeof(reset))
        return -1;
    return fd_steal(&fd);
#else
    errno = ENOSYS;
    return -1;
#endif
}

/* Waits for @pid at most @timeout_ms, then kills it. Its wait status. */
static int
accel_wait(pid_t pid, int timeout_ms, gboolean *ret_timed_out)
{
    g_auto(Fd) fd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    gint64 until = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    int ready = 0;

    while (fd >= 0) {
        gint64 left = (until - g_get_monotonic_time()) / 1000;

        ready = poll(&ended, 1, left > 0 ? (int)left : 0);
        if (ready >= 0 || errno != EINTR)
            break;
    }
    *ret_timed_out = ready <= 0;
    if (ready <= 0)
        (void)kill(pid, SIGKILL); /* ours, not yet reaped */
    return spawn_reap(pid);
}

/* The last line that QEMU wrote, without its name in front; "" when there is none. (transfer full) */
static char *
accel_last_words(int fd)
{
    char text[2048];
    gssize size = pread(fd, text, sizeof(text) - 1, 0);
    char *line, *colon;

    if (size <= 0)
        return g_strdup("");
    text[size] = '\0';
    g_strchomp(text);
    line = strrchr(text, '\n');
    line = line != NULL ? line + 1 : text;
    if (g_str_has_prefix(line, "qemu-system") && (colon = strstr(line, ": ")) != NULL)
        line = colon + 2;
    /* Of a failed assertion the source file says nothing to a user. */
    if (g_str_has_prefix(line, "../") && (colon = strstr(line, ": ")) != NULL)
        line = colon + 2;
    return g_utf8_make_valid(line, (gssize)MIN(strlen(line), 300));
}

static char *
accel_judge(int status, gboolean timed_out, int letters_fd, int stderr_fd)
{
    char letters[64] = "";
    g_autofree char *words = NULL;
    gssize size = pread(letters_fd, letters, sizeof(letters) - 1, 0);

    letters[MAX(size, 0)] = '\0';
    if (!timed_out && WIFEXITED(status) && WEXITSTATUS(status) == ACCEL_STATUS_OK &&
        strcmp(letters, ACCEL_ALL) == 0)
        return NULL;
    words = accel_last_words(stderr_fd);
    if (*letters == '\0' && !timed_out && *words != '\0')
        return g_strdup_printf("QEMU cannot start a guest with it (%s)", words);
    return g_strdup_printf("a guest %s under it: %s", timed_out ? "hangs" : "fails",
                           accel_missing(letters));
}

char *
accel_run_image(const char *binary, const char *accel, int timeout_ms)
{
    g_auto(Fd) image = accel_make_image();
    g_auto(Fd) letters = memfd_create("lodge-accel-letters", MFD_CLOEXEC);
    g_auto(Fd) words = memfd_create("lodge-accel-words", MFD_CLOEXEC);
    int fds[] = {-1, letters, words, image};
    const char *argv[] = {binary,        "-no-user-config",
                          "-nodefaults", "-display",
                          "none",        "-no-reboot",
                          "-machine",    "pc,usb=off",
                          "-accel",      accel,
                          "-cpu",        strcmp(accel, "kvm") == 0 ? "host" : "max",
                          "-m",          "2",
                          "-bios",       "/proc/self/fd/3",
                          "-debugcon",   "file:/proc/self/fd/1",
                          "-device",     "isa-debug-exit,iobase=0xf4",
                          NULL};
    g_autoptr(GError) error = NULL;
    gboolean timed_out = FALSE;
    pid_t pid;
    int status;

    if (image < 0 || letters < 0 || words < 0)
        return g_strdup_printf("the test program cannot be made: %s", g_strerror(errno));
    pid = spawn_start(binary, argv, fds, G_N_ELEMENTS(fds), &error);
    if (pid < 0)
        return g_strdup(error->message);
    status = accel_wait(pid, timeout_ms, &timed_out);
    return accel_judge(status, timed_out, letters, words);
}

/* What the answer depends on besides the code here. (transfer full); NULL when it cannot be told */
static char *
accel_key(const QemuCaps *caps)
{
    g_autofree char *boot =
        file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", ACCEL_CACHE_MAX, NULL, NULL);
    struct utsname host;

    if (boot == NULL || uname(&host) < 0)
        return NULL;
    g_strchomp(boot);
    return g_strdup_printf("lodge-accel 1 %s %s %u %s", boot, host.release, qemu_caps_version(caps),
                           qemu_caps_binary(caps));
}

/* The file is "KEY\nyes\n" or "KEY\nno REASON\n". */
static gboolean
accel_read_cache(const char *path, const char *key, AccelTruth *truth)
{
    g_autofree char *text = file_read(AT_FDCWD, path, ACCEL_CACHE_MAX, NULL, NULL);
    gsize length = strlen(key);

    if (text == NULL || !g_str_has_prefix(text, key) || text[length] != '\n' ||
        !g_str_has_suffix(text, "\n"))
        return FALSE;
    g_strchomp(text);
    if (strlen(text) <= length)
        return FALSE;
    if (strcmp(text + length + 1, "yes") == 0) {
        truth->works = TRUE;
        return TRUE;
    }
    if (!g_str_has_prefix(text + length + 1, "no "))
        return FALSE;
    truth->works = FALSE;
    truth->reason = g_strdup(text + length + 4);
    return TRUE;
}

/* Why /dev/kvm cannot be used at all; NULL when it can be opened. (transfer full) */
static char *
accel_open_device(const QemuCaps *caps)
{
    g_auto(Fd) fd = -1;
    struct utsname host;
    const char *arch = qemu_caps_arch(caps);

    if (uname(&host) == 0 && strcmp(host.machine, arch) != 0 &&
        !(strcmp(host.machine, "x86_64") == 0 && strcmp(arch, "i686") == 0))
        return g_strdup_printf("this host is %s, the guest %s", host.machine, arch);
    fd = open(ACCEL_DEVICE, O_RDWR | O_CLOEXEC);
    if (fd >= 0)
        return NULL;
    if (errno == ENOENT)
        return g_strdup("the host has no /dev/kvm; switch virtualization on in its firmware and "
                        "load kvm_intel or kvm_amd");
    if (errno == EACCES || errno == EPERM)
        return g_strdup("/dev/kvm may not be opened by this user; join the group kvm");
    return g_strdup_printf("/dev/kvm cannot be opened: %s", g_strerror(errno));
}

void
accel_probe(const Paths *paths, const QemuCaps *caps, AccelTruth *ret_truth)
{
    g_autofree char *dir = g_build_filename(paths->cache, "qemu", NULL);
    g_autofree char *name = g_strconcat("accel-", qemu_caps_arch(caps), NULL);
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autofree char *key = accel_key(caps);
    g_autofree char *text = NULL;
    AccelTruth truth = {0};

    truth.reason = accel_open_device(caps);
    if (truth.reason != NULL || (key != NULL && accel_read_cache(path, key, &truth))) {
        *ret_truth = truth;
        return;
    }
#ifdef __x86_64__
    truth.reason = accel_run_image(qemu_caps_binary(caps), "kvm", ACCEL_PROBE_MS);
#endif
    truth.works = truth.reason == NULL;
    if (key != NULL && file_make_dirs(dir, 0755, NULL)) {
        text = truth.works ? g_strdup_printf("%s\nyes\n", key)
                           : g_strdup_printf("%s\nno %s\n", key, truth.reason);
        (void)file_write(AT_FDCWD, path, text, strlen(text), 0644, FILE_LIVE,
                         NULL); /* a cache: next time is slower, no more */
    }
    *ret_truth = truth;
}

void
accel_truth_clear(AccelTruth *truth)
{
    g_clear_pointer(&truth->reason, g_free);
}
