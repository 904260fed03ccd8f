/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/agent-exec.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lodge/libvirt-qemu.h>

#include "util/json-tree.h"
#include "util/json.h"

#define ASK_FIRST_MS 20  /* between questions whether it has ended, */
#define ASK_MOST_MS  500 /* slower and slower */
#define INPUT_MAX    (8 << 20)

static void
put_list(Json *json, const char *key, const char *const *words)
{
    json_array(json, key);
    for (; *words; words++)
        json_string(json, NULL, *words);
    json_end(json);
}

/* What stands on standard input, base64; NULL: a terminal, or too much (said). */
static gboolean
read_input(char **ret_text)
{
    g_autoptr(GString) input = g_string_new(NULL);
    char chunk[65536];
    ssize_t n;

    *ret_text = NULL;
    if (isatty(STDIN_FILENO))
        return TRUE;
    while ((n = read(STDIN_FILENO, chunk, sizeof chunk)) > 0) {
        g_string_append_len(input, chunk, n);
        if (input->len > INPUT_MAX) {
            cli_error("more than %d bytes of input do not go through the guest agent", INPUT_MAX);
            return FALSE;
        }
    }
    *ret_text = g_base64_encode((const guchar *)input->str, input->len);
    return TRUE;
}

/* The answer's "return"; NULL, with the library's error set. */
static JsonTree *
ask(virDomainPtr dom, const char *line)
{
    char *text = virDomainQemuAgentCommand(dom, line, VIR_DOMAIN_QEMU_AGENT_COMMAND_DEFAULT, 0);
    JsonTree *tree = text ? json_tree_parse(text, strlen(text), NULL) : NULL;

    if (text && (!tree || !json_node_get(json_tree_root(tree), "return"))) {
        cli_error("the guest agent answered '%.200s'", text);
        json_tree_free(tree);
        tree = NULL;
    }
    free(text);
    return tree;
}

static gboolean
begin(virDomainPtr dom, const char *const *argv, const char *const *env, gint64 *ret_pid)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autoptr(JsonTree) answer = NULL;
    g_autofree char *input = NULL;
    Json json = json_start(line);

    if (!read_input(&input))
        return FALSE;
    json_object(&json, NULL);
    json_string(&json, "execute", "guest-exec");
    json_object(&json, "arguments");
    json_string(&json, "path", argv[0]);
    put_list(&json, "arg", argv + 1);
    if (*env)
        put_list(&json, "env", env);
    if (input)
        json_string(&json, "input-data", input);
    json_bool(&json, "capture-output", TRUE);
    json_end(&json);
    json_end(&json);
    answer = ask(dom, line->str);
    return answer && json_node_int(json_tree_root(answer), "return.pid", ret_pid);
}

static void
print_output(FILE *out, const JsonNode *answer, const char *member)
{
    const char *text = json_node_string(answer, member);
    gsize size = 0;
    g_autofree guchar *bytes = text ? g_base64_decode(text, &size) : NULL;

    if (bytes)
        (void)fwrite(bytes, 1, size, out);
    fflush(out);
}

gboolean
agent_exec(Cli *cli, virDomainPtr dom, const char *const *argv, const char *const *env)
{
    g_autofree char *question = NULL;
    int pause_ms = ASK_FIRST_MS;
    gint64 pid, number;

    if (!begin(dom, argv, env, &pid))
        return FALSE;
    question = g_strdup_printf(
        "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":%" G_GINT64_FORMAT "}}", pid);
    for (;;) {
        g_autoptr(JsonTree) answer = ask(dom, question);
        const JsonNode *root = answer ? json_tree_root(answer) : NULL;

        if (!root)
            return FALSE;
        if (!json_node_true(root, "return.exited")) {
            (void)poll(NULL, 0, pause_ms);
            pause_ms = MIN(pause_ms * 2, ASK_MOST_MS);
            continue;
        }
        print_output(stdout, root, "return.out-data");
        print_output(stderr, root, "return.err-data");
        if (json_node_true(root, "return.out-truncated") ||
            json_node_true(root, "return.err-truncated"))
            cli_warning("the guest agent kept only the beginning of the output");
        if (json_node_int(root, "return.exitcode", &number))
            cli->exit_status = (int)(number & 0xff);
        else if (json_node_int(root, "return.signal", &number))
            cli->exit_status = 128 + (int)number;
        cli->no_blank = TRUE;
        return TRUE;
    }
}
