/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/file.h"

#define TEXT_MAX (16 << 20)

static gboolean
write_all(int fd, const char *text)
{
    gsize left = strlen(text);

    while (left) {
        gssize n = write(fd, text, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        text += n;
        left -= (gsize)n;
    }
    return TRUE;
}

static gboolean
run_editor(const Cli *cli, char *path)
{
    const char *command = cli->environ.editor && *cli->environ.editor ? cli->environ.editor : "vi";
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    int n, wait_status;

    if (!g_shell_parse_argv(command, &n, &words, &error)) {
        cli_error("cannot read the editor's command line '%s': %s", command, error->message);
        return FALSE;
    }
    for (int i = 0; i < n; i++)
        g_ptr_array_add(argv, words[i]);
    g_ptr_array_add(argv, path);
    g_ptr_array_add(argv, NULL);
    fflush(stdout);
    if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, NULL, NULL, NULL, NULL,
                      &wait_status, &error)) {
        cli_error("cannot run the editor '%s': %s; set VISUAL or EDITOR to one that is installed",
                  words[0], error->message);
        return FALSE;
    }
    if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0) {
        cli_error("the editor '%s' ended with an error; nothing was changed", words[0]);
        return FALSE;
    }
    return TRUE;
}

EditResult
editor_text(const Cli *cli, const char *text, const char *suffix, char **ret_text)
{
    const char *dir = cli->environ.tmpdir && *cli->environ.tmpdir ? cli->environ.tmpdir : "/tmp";
    g_autofree char *path = g_strdup_printf("%s/lodge-edit-XXXXXX%s", dir, suffix);
    g_auto(Fd) fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    g_autofree char *changed = NULL;
    g_autoptr(GError) error = NULL;
    EditResult result = EDIT_FAILED;

    if (fd < 0 || !write_all(fd, text)) {
        cli_error("cannot write '%s': %s", path, g_strerror(errno));
        if (fd >= 0)
            unlink(path);
        return EDIT_FAILED;
    }
    if (run_editor(cli, path)) {
        /* by name: editors write a new file and rename it */
        changed = file_read(AT_FDCWD, path, TEXT_MAX, NULL, &error);
        if (!changed)
            cli_error("%s", error->message);
        else
            result = strcmp(changed, text) == 0 ? EDIT_UNCHANGED : EDIT_CHANGED;
    }
    unlink(path);
    if (result == EDIT_CHANGED)
        *ret_text = g_steal_pointer(&changed);
    return result;
}

/* y, n, f or i; n when there is nobody to ask. */
static int
ask_again(gboolean may_relax)
{
    char line[16];

    if (!isatty(STDIN_FILENO))
        return 'n';
    for (;;) {
        printf("Failed. Try again? [y,n,%sf,?]: ", may_relax ? "i," : "");
        fflush(stdout);
        if (!fgets(line, sizeof line, stdin))
            return 'n';
        switch (g_ascii_tolower(line[0])) {
        case 'y':
        case 'n':
        case 'f':
            return g_ascii_tolower(line[0]);
        case 'i':
            if (may_relax)
                return 'i';
            break;
        }
        printf("y - yes, edit again\n"
               "n - no, forget my changes\n"
               "%s"
               "f - the same text once more, as it is\n"
               "? - this help\n",
               may_relax ? "i - take it, ignoring what lodge does not know\n" : "");
    }
}

EditResult
editor_apply(Cli *cli, const char *text,
             gboolean (*apply)(const char *text, gboolean relaxed, void *opaque), void *opaque)
{
    g_autofree char *current = g_strdup(text);
    gboolean edit = TRUE, relaxed = FALSE;

    for (;;) {
        if (edit) {
            g_autofree char *next = NULL;
            EditResult result = editor_text(cli, current, ".xml", &next);

            if (result == EDIT_FAILED)
                return EDIT_FAILED;
            if (result == EDIT_CHANGED) {
                g_free(current);
                current = g_steal_pointer(&next);
            }
            if (strcmp(current, text) == 0)
                return EDIT_UNCHANGED;
        }
        if (apply(current, relaxed, opaque))
            return EDIT_CHANGED;
        if (virGetLastErrorCode() != VIR_ERR_OK)
            cli_error("%s", virGetLastErrorMessage());
        switch (ask_again(virGetLastErrorCode() == VIR_ERR_XML_INVALID_SCHEMA)) {
        case 'y':
            edit = TRUE;
            relaxed = FALSE;
            break;
        case 'f':
            edit = FALSE;
            break;
        case 'i':
            edit = FALSE;
            relaxed = TRUE;
            break;
        default:
            cli_forget_error(cli); /* said already */
            return EDIT_FAILED;
        }
        cli_forget_error(cli);
    }
}
