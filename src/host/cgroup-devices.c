/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/cgroup-devices.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/io.h"

#define RULE_INSNS 7 /* at most */
#define HEAD_INSNS 5

static int
parse_number(const char *text, size_t length, int64_t *ret)
{
    char word[16];
    uint64_t value = 0;

    if (length == 1 && *text == '*') {
        *ret = -1;
        return 0;
    }
    if (io_format(word, sizeof word, "%.*s", (int)length, text) < 0 ||
        io_parse_u64(word, UINT32_MAX, &value) < 0)
        return -1;
    *ret = (int64_t)value;
    return 0;
}

int
cgroup_device_parse(const char *text, DeviceRule *ret_rule, Err *err)
{
    DeviceRule rule = {.type = text[0]};
    const char *numbers = text[0] && text[1] == ' ' ? text + 2 : "";
    size_t colon = strcspn(numbers, ":");
    const char *minor = numbers[colon] ? numbers + colon + 1 : "";
    size_t length = strcspn(minor, " ");
    const char *access = minor[length] ? minor + length + 1 : "";

    for (; *access; access++)
        rule.access |= *access == 'm'   ? DEVICE_MAKE
                       : *access == 'r' ? DEVICE_READ
                       : *access == 'w' ? DEVICE_WRITE
                                        : 8U;
    if ((rule.type != 'c' && rule.type != 'b' && rule.type != 'a') || rule.access == 0 ||
        (rule.access & 8U) || parse_number(numbers, colon, &rule.major) < 0 ||
        parse_number(minor, length, &rule.minor) < 0)
        return err_set(err, "config", "'%s' is no device rule such as 'c 1:3 rwm'", text);
    *ret_rule = rule;
    return 0;
}

static int
apply_v1(int dir_fd, const DeviceRule *rules, int n_rules)
{
    int fd, result = 0;

    if (io_write_file(dir_fd, "devices.deny", "a") < 0)
        return -1;
    fd = openat(dir_fd, "devices.allow", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    for (int i = 0; i < n_rules && result == 0; i++) {
        char line[64], major[16] = "*", minor[16] = "*";
        int size;

        if (rules[i].major >= 0)
            (void)io_format(major, sizeof major, "%lld", (long long)rules[i].major);
        if (rules[i].minor >= 0)
            (void)io_format(minor, sizeof minor, "%lld", (long long)rules[i].minor);
        size = io_format(line, sizeof line, "%c %s:%s %s%s%s", rules[i].type, major, minor,
                         rules[i].access & DEVICE_READ ? "r" : "",
                         rules[i].access & DEVICE_WRITE ? "w" : "",
                         rules[i].access & DEVICE_MAKE ? "m" : "");
        if (write(fd, line, (size_t)size) != size)
            result = -1;
    }
    io_close(&fd);
    return result;
}

static struct bpf_insn
insn(unsigned code, unsigned dst, unsigned src, int off, int32_t imm)
{
    return (struct bpf_insn){.code = (uint8_t)code,
                             .dst_reg = (uint8_t)(dst & 15),
                             .src_reg = (uint8_t)(src & 15),
                             .off = (int16_t)off,
                             .imm = imm};
}

/* r1 is the context: access_type (type in the low half, access in the high one), major, minor. */
static int
compile(const DeviceRule *rules, int n_rules, struct bpf_insn *out)
{
    int n = 0;

    out[n++] = insn(BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0, 0);      /* r2 = type */
    out[n++] = insn(BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff); /*  */
    out[n++] = insn(BPF_LDX | BPF_MEM | BPF_W, 3, 1, 0, 0);      /* r3 = access */
    out[n++] = insn(BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16);     /*  */
    out[n++] = insn(BPF_LDX | BPF_MEM | BPF_W, 4, 1, 4, 0);      /* r4 = major */
    out[n++] = insn(BPF_LDX | BPF_MEM | BPF_W, 5, 1, 8, 0);      /* r5 = minor */
    for (int i = 0; i < n_rules; i++) {
        const DeviceRule *rule = &rules[i];
        int start = n;

        /* jump targets are filled in when the rule's length is known */
        if (rule->type != 'a')
            out[n++] = insn(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 0,
                            rule->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK);
        out[n++] = insn(BPF_ALU | BPF_MOV | BPF_X, 6, 3, 0, 0);
        out[n++] = insn(BPF_ALU | BPF_AND | BPF_K, 6, 0, 0, (int32_t)(~rule->access & 7U));
        out[n++] = insn(BPF_JMP | BPF_JNE | BPF_K, 6, 0, 0, 0);
        if (rule->major >= 0)
            out[n++] = insn(BPF_JMP | BPF_JNE | BPF_K, 4, 0, 0, (int32_t)rule->major);
        if (rule->minor >= 0)
            out[n++] = insn(BPF_JMP | BPF_JNE | BPF_K, 5, 0, 0, (int32_t)rule->minor);
        out[n++] = insn(BPF_ALU | BPF_MOV | BPF_K, 0, 0, 0, 1);
        out[n++] = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
        for (int k = start; k < n; k++)
            if (out[k].code == (BPF_JMP | BPF_JNE | BPF_K))
                out[k].off = (int16_t)(n - k - 1);
    }
    out[n++] = insn(BPF_ALU | BPF_MOV | BPF_K, 0, 0, 0, 0);
    out[n++] = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
    return n;
}

static int
apply_v2(int dir_fd, const DeviceRule *rules, int n_rules)
{
    size_t most = HEAD_INSNS + 3 + (size_t)n_rules * (RULE_INSNS + 1);
    struct bpf_insn *program = calloc(most, sizeof *program);
    union bpf_attr attr;
    int fd, result = -1;

    if (!program)
        return -1;
    memset(&attr, 0, sizeof attr);
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insn_cnt = (uint32_t)compile(rules, n_rules, program);
    attr.insns = (uintptr_t)program;
    attr.license = (uintptr_t) "LGPL";
    fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
    if (fd >= 0) {
        memset(&attr, 0, sizeof attr);
        attr.target_fd = (uint32_t)dir_fd;
        attr.attach_bpf_fd = (uint32_t)fd;
        attr.attach_type = BPF_CGROUP_DEVICE;
        attr.attach_flags = BPF_F_ALLOW_MULTI; /* a manager in the guest may add its own below */
        result = (int)syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof attr);
    }
    free(program);
    io_close(&fd);
    return result;
}

int
cgroup_devices_apply(int version, int dir_fd, const DeviceRule *rules, int n_rules, Err *err)
{
    int result = version == 1 ? apply_v1(dir_fd, rules, n_rules) : apply_v2(dir_fd, rules, n_rules);

    if (result < 0)
        return err_set_errno(err, errno, "cannot restrict the guest's devices");
    return 0;
}
