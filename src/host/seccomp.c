/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "host/seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/seccomp-table.h"

typedef struct {
    struct sock_filter code[BPF_MAXINSNS];
    size_t n; /* counts on past the end, so that one check at the end is enough */
} Program;

static void
put(Program *program, struct sock_filter instruction)
{
    if (program->n < BPF_MAXINSNS)
        program->code[program->n] = instruction;
    program->n++;
}

static void
put_allow(Program *program, int number)
{
    if (number < 0)
        return;
    put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)number, 0, 1));
    put(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

static int
compare_names(const void *key, const void *entry)
{
    const SeccompName *name = entry;

    return strcmp(key, name->name);
}

static const SeccompName *
find(const char *name)
{
    return bsearch(name, seccomp_names, seccomp_n_names, sizeof *seccomp_names, compare_names);
}

int
seccomp_is_call(const char *name)
{
    return find(name) != NULL;
}

static void
put_arch(Program *program, int arch, uint64_t caps, char *const *names, int n_names)
{
    const SeccompArch *own = &seccomp_arches[arch];
    size_t jump, start;

    /* not this architecture: over the whole block, by a jump that reaches further than 255 */
    put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, own->audit_arch, 1, 0));
    jump = program->n;
    put(program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
    start = program->n;
    put(program,
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
    for (size_t i = 0; i < seccomp_n_cap_calls; i++)
        if (seccomp_cap_calls[i].caps & caps)
            put_allow(program, seccomp_cap_calls[i].number[arch]);
    for (int i = 0; i < n_names; i++)
        put_allow(program, find(names[i])->number[arch]);
    for (size_t i = 0; i < own->n_tree; i++)
        put(program, own->tree[i]);
    if (jump < BPF_MAXINSNS)
        program->code[jump].k = (uint32_t)(program->n - start);
}

int
seccomp_install(uint64_t caps, char *const *names, int n_names, Err *err)
{
    Program program;
    struct sock_fprog header = {.filter = program.code};
    int saved_errno;

    program.n = 0;
    for (int i = 0; i < n_names; i++)
        if (!find(names[i]))
            return err_set(err, "config", "'%s' is no system call; see syscalls(2)", names[i]);
    put(&program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                               offsetof(struct seccomp_data, arch)));
    for (int arch = 0; arch < SECCOMP_ARCHES; arch++)
        if (seccomp_arches[arch].audit_arch)
            put_arch(&program, arch, caps, names, n_names);
    put(&program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    if (program.n > BPF_MAXINSNS)
        return err_set(err, "limit",
                       "cannot confine system calls: %d extra calls make a filter of %zu "
                       "instructions, the kernel takes %d; allow fewer or use policy='none'",
                       n_names, program.n, BPF_MAXINSNS);
    header.len = (unsigned short)program.n;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &header) == 0)
        return 0;
    saved_errno = errno;
    err_set_errno(err, saved_errno, "cannot confine system calls");
    if (saved_errno == EINVAL || saved_errno == ENOSYS)
        return err_hint(err, "this kernel has no seccomp filter; policy='none' starts without");
    return -1;
}
