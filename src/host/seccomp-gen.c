/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* seccomp-gen CPU-FAMILY POLICY.csv OUT.c: compiles the policy to BPF, at build time.
 *
 * Theory of operation. libseccomp tells names and numbers of each architecture. Every number up to the
 * highest known one gets an answer (allow, EPERM, ENOSYS, or a condition on an argument); neighbours
 * with the same answer are one run, and the tree is a binary search over the runs: seven or eight
 * comparisons reach any call. Where a right half lies further than a conditional jump reaches (255), an
 * unconditional one stands between. Calls tied to a capability answer EPERM in the tree; they and the
 * names of all calls go to tables of their own, see host/seccomp-table.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdnoreturn.h>
#include <string.h>

#include "host/capset.h"

#define NUMBERS_MAX                                                                                \
    1024 /* of the architectures here; arm's private calls (0x0f0000) are left alone */
#define ROWS_MAX   1024
#define NAMES_MAX  2048
#define CODE_MAX   4096
#define VALUES_MAX 8

typedef enum {
    ANSWER_ENOSYS,
    ANSWER_EPERM,
    ANSWER_ALLOW,
    ANSWER_WHEN
} AnswerKind;

typedef struct {
    AnswerKind kind;
    unsigned arg;
    uint32_t mask, values[VALUES_MAX];
    int n_values;
    bool negated;
} Answer;

typedef struct {
    char call[64];
    uint64_t caps; /* 0: needs none */
    Answer answer;
} Row;

typedef struct {
    uint32_t first;
    const Answer *answer;
} Run;

typedef struct {
    struct sock_filter code[CODE_MAX];
    size_t n;
} Code;

static const struct {
    const char *family;
    uint32_t arch[2]; /* SCMP_ARCH_* has the value of AUDIT_ARCH_* */
    bool big_endian;
} families[] = {
    {"x86_64", {SCMP_ARCH_X86_64, SCMP_ARCH_X86}, false},
    {"x86", {SCMP_ARCH_X86, 0}, false},
    {"aarch64", {SCMP_ARCH_AARCH64, SCMP_ARCH_ARM}, false},
    {"arm", {SCMP_ARCH_ARM, 0}, false},
    {"ppc64", {SCMP_ARCH_PPC64LE, 0}, false},
    {"riscv64", {SCMP_ARCH_RISCV64, 0}, false},
};

typedef struct {
    const char *path;
    int line;
    Row rows[ROWS_MAX];
    int n_rows;
} Policy;

static const Answer answer_enosys = {.kind = ANSWER_ENOSYS};
static const Answer answer_eperm = {.kind = ANSWER_EPERM};

static noreturn void
fail(const Policy *policy, const char *what, const char *which)
{
    (void)fprintf(stderr, "%s:%d: %s '%s'\n", policy->path, policy->line, what, which);
    exit(1);
}

static uint32_t
parse_number(const Policy *policy, const char **at)
{
    char *end;
    unsigned long value = strtoul(*at, &end, 0);

    if (end == *at || value > UINT32_MAX)
        fail(policy, "no number", *at);
    *at = end;
    return (uint32_t)value;
}

static void
parse_when(const Policy *policy, const char *text, Answer *answer)
{
    const char *at = text + 4;

    if (*text == '\0') {
        answer->kind = ANSWER_ALLOW;
        return;
    }
    if (strcmp(text, "enosys") == 0)
        return;
    if (strncmp(text, "arg", 3) != 0 || text[3] < '0' || text[3] > '5' || *at++ != '&')
        fail(policy, "no condition", text);
    answer->kind = ANSWER_WHEN;
    answer->arg = (unsigned)(text[3] - '0');
    answer->mask = parse_number(policy, &at);
    if (strncmp(at, "==", 2) != 0 && strncmp(at, "!=", 2) != 0)
        fail(policy, "no comparison", text);
    answer->negated = *at == '!';
    at++;
    do {
        at++;
        if (answer->n_values == VALUES_MAX)
            fail(policy, "too many values", text);
        answer->values[answer->n_values++] = parse_number(policy, &at);
    } while (*at == '/');
    if (*at != '\0')
        fail(policy, "no condition", text);
}

static uint64_t
parse_caps(const Policy *policy, char *text)
{
    uint64_t caps = 0;
    char *rest = text, *word;

    while ((word = strsep(&rest, "|")) && *word) {
        int number = capset_number(word);

        if (number < 0)
            fail(policy, "no capability", word);
        caps |= UINT64_C(1) << number;
    }
    return caps;
}

static bool
is_known(const char *call)
{
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (int a = 0; a < 2; a++)
            if (families[f].arch[a] &&
                seccomp_syscall_resolve_name_arch(families[f].arch[a], call) >= 0)
                return true;
    return false;
}

static void
parse_row(Policy *policy, char *line)
{
    char *group = strsep(&line, ","), *call = strsep(&line, ","), *cap = strsep(&line, ",");
    char *when = strsep(&line, ",");
    Row row = {0};

    if (!when || !line)
        fail(policy, "fewer than five columns in row of", group);
    if (strcmp(call, "*") == 0) {
        if (*line == '\0')
            fail(policy, "no reason for group", group);
        return;
    }
    if (policy->n_rows == ROWS_MAX || strlen(call) >= sizeof row.call)
        fail(policy, "too much for the generator", call);
    (void)snprintf(row.call, sizeof row.call, "%s", call);
    row.caps = parse_caps(policy, cap);
    parse_when(policy, when, &row.answer);
    if (row.caps && row.answer.kind != ANSWER_ALLOW)
        fail(policy, "a row with a capability takes no condition", call);
    for (int i = 0; i < policy->n_rows; i++)
        if (strcmp(policy->rows[i].call, call) == 0 && !policy->rows[i].caps == !row.caps)
            fail(policy, "twice in the policy:", call);
    if (!is_known(call))
        (void)fprintf(stderr, "%s:%d: note: this libseccomp does not know '%s'\n", policy->path,
                      policy->line, call);
    policy->rows[policy->n_rows++] = row;
}

static void
read_policy(Policy *policy)
{
    FILE *file = fopen(policy->path, "re");
    char *line = NULL;
    size_t size = 0;
    bool header = true;

    if (!file)
        fail(policy, "cannot open", policy->path);
    while (getline(&line, &size, file) > 0) {
        policy->line++;
        line[strcspn(line, "\n")] = '\0';
        if (*line == '#' || *line == '\0')
            continue;
        if (header && strcmp(line, "group,call,cap,when,reason") != 0)
            fail(policy, "unexpected header", line);
        if (!header)
            parse_row(policy, line);
        header = false;
    }
    free(line);
    (void)fclose(file);
}

static void
emit(Code *code, struct sock_filter instruction)
{
    if (code->n == CODE_MAX) {
        (void)fprintf(stderr, "seccomp-gen: the program is too long\n");
        exit(1);
    }
    code->code[code->n++] = instruction;
}

static void
emit_return(Code *code, uint32_t value)
{
    emit(code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

static void
emit_answer(Code *code, const Answer *answer, bool big_endian)
{
    const uint32_t eperm = SECCOMP_RET_ERRNO | EPERM;
    uint32_t offset = 16 + 8 * answer->arg + (big_endian ? 4 : 0); /* low word of args[arg] */

    switch (answer->kind) {
    case ANSWER_ENOSYS:
        emit_return(code, SECCOMP_RET_ERRNO | ENOSYS);
        return;
    case ANSWER_EPERM:
        emit_return(code, eperm);
        return;
    case ANSWER_ALLOW:
        emit_return(code, SECCOMP_RET_ALLOW);
        return;
    case ANSWER_WHEN:
        break;
    }
    emit(code, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
    emit(code, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, answer->mask));
    for (int i = 0; i < answer->n_values; i++)
        emit(code, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, answer->values[i],
                                                (uint8_t)(answer->n_values - i), 0));
    emit_return(code, answer->negated ? SECCOMP_RET_ALLOW : eperm);
    emit_return(code, answer->negated ? eperm : SECCOMP_RET_ALLOW);
}

static void
emit_tree(Code *code, const Run *runs, size_t n, bool big_endian)
{
    static const struct sock_filter nothing;
    size_t half = n / 2, test, left;

    if (n == 1) {
        emit_answer(code, runs->answer, big_endian);
        return;
    }
    /* two places: the second is for the long jump, and is closed up again when it is not needed */
    test = code->n;
    emit(code, nothing);
    emit(code, nothing);
    emit_tree(code, runs, half, big_endian);
    left = code->n - test - 2;
    if (left <= 255) {
        memmove(&code->code[test + 1], &code->code[test + 2], left * sizeof nothing);
        code->n--;
        code->code[test] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, runs[half].first,
                                                        (uint8_t)left, 0);
    } else {
        code->code[test] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, runs[half].first, 0, 1);
        code->code[test + 1] = (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)left);
    }
    emit_tree(code, runs + half, n - half, big_endian);
}

static const Answer *
find_answer(const Policy *policy, uint32_t arch, int number)
{
    char *name = seccomp_syscall_resolve_num_arch(arch, number);
    const Answer *answer = &answer_eperm;

    if (!name)
        return &answer_enosys;
    for (int i = 0; i < policy->n_rows; i++)
        if (!policy->rows[i].caps && strcmp(policy->rows[i].call, name) == 0)
            answer = &policy->rows[i].answer;
    free(name);
    return answer;
}

static size_t
write_arch(const Policy *policy, FILE *out, int place, uint32_t arch, bool big_endian)
{
    static Run runs[NUMBERS_MAX + 1];
    static Code code;
    size_t n = 0;

    code.n = 0;
    for (uint32_t i = 0; i <= NUMBERS_MAX; i++) {
        const Answer *answer = find_answer(policy, arch, (int)i);

        if (n && (runs[n - 1].answer == answer ||
                  (answer->kind != ANSWER_WHEN && runs[n - 1].answer->kind == answer->kind)))
            continue;
        runs[n++] = (Run){i, answer};
    }
    emit_tree(&code, runs, n, big_endian);
    (void)fprintf(out, "\nstatic const struct sock_filter tree_%d[] = {\n", place);
    for (size_t i = 0; i < code.n; i++)
        (void)fprintf(out, "    {0x%02x, %u, %u, 0x%08x},\n", code.code[i].code, code.code[i].jt,
                      code.code[i].jf, code.code[i].k);
    (void)fprintf(out, "};\n");
    return code.n;
}

static int
compare_strings(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int
number_of(uint32_t arch, const char *name)
{
    int number = arch ? seccomp_syscall_resolve_name_arch(arch, name) : -1;

    return number >= 0 && number < NUMBERS_MAX ? number : -1;
}

static void
write_names(FILE *out, const uint32_t *arches)
{
    static char *names[NAMES_MAX];
    size_t n = 0;

    for (int a = 0; a < 2; a++)
        for (int i = 0; arches[a] && i < NUMBERS_MAX; i++) {
            char *name = seccomp_syscall_resolve_num_arch(arches[a], i);

            if (name)
                names[n++] = name;
        }
    qsort(names, n, sizeof *names, compare_strings);
    (void)fprintf(out, "\nconst SeccompName seccomp_names[] = {\n");
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
            (void)fprintf(out, "    {\"%s\", {%d, %d}},\n", names[i],
                          number_of(arches[0], names[i]), number_of(arches[1], names[i]));
    (void)fprintf(out, "};\nconst size_t seccomp_n_names = sizeof seccomp_names / sizeof "
                       "*seccomp_names;\n");
    for (size_t i = 0; i < n; i++)
        free(names[i]);
}

static void
write_cap_calls(const Policy *policy, FILE *out, const uint32_t *arches)
{
    (void)fprintf(out, "\nconst SeccompCapCall seccomp_cap_calls[] = {\n");
    for (int i = 0; i < policy->n_rows; i++) {
        int native = number_of(arches[0], policy->rows[i].call),
            compat = number_of(arches[1], policy->rows[i].call);

        if (policy->rows[i].caps && (native >= 0 || compat >= 0))
            (void)fprintf(out, "    {UINT64_C(0x%" PRIx64 "), {%d, %d}}, /* %s */\n",
                          policy->rows[i].caps, native, compat, policy->rows[i].call);
    }
    (void)fprintf(out, "};\nconst size_t seccomp_n_cap_calls = sizeof seccomp_cap_calls / sizeof "
                       "*seccomp_cap_calls;\n");
}

int
main(int argc, char **argv)
{
    static Policy policy; /* large */
    FILE *out;
    size_t family = 0, n_tree[2] = {0};

    if (argc != 4) {
        (void)fprintf(stderr, "usage: seccomp-gen CPU-FAMILY POLICY.csv OUT.c\n");
        return 2;
    }
    policy.path = argv[2];
    while (family < sizeof families / sizeof *families &&
           strcmp(families[family].family, argv[1]) != 0)
        family++;
    if (family == sizeof families / sizeof *families)
        fail(&policy, "add this CPU family to host/seccomp-gen.c:", argv[1]);
    read_policy(&policy);
    out = fopen(argv[3], "we");
    if (!out)
        fail(&policy, "cannot write", argv[3]);
    (void)fprintf(out,
                  "/* made by seccomp-gen for %s from data/seccomp-policy.csv */\n"
                  "#include \"host/seccomp-table.h\"\n",
                  argv[1]);
    for (int a = 0; a < 2; a++)
        if (families[family].arch[a])
            n_tree[a] =
                write_arch(&policy, out, a, families[family].arch[a], families[family].big_endian);
    (void)fprintf(out, "\nconst SeccompArch seccomp_arches[SECCOMP_ARCHES] = {\n");
    for (int a = 0; a < 2; a++) {
        if (n_tree[a])
            (void)fprintf(out, "    {0x%08xu, tree_%d, %zu},\n", families[family].arch[a], a,
                          n_tree[a]);
        else
            (void)fprintf(out, "    {0, NULL, 0},\n");
    }
    (void)fprintf(out, "};\n");
    write_names(out, families[family].arch);
    write_cap_calls(&policy, out, families[family].arch);
    return fclose(out) == 0 ? 0 : 1;
}
