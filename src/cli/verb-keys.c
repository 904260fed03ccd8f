/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <lodge/lodge-keys.h>
#include <stdlib.h>
#include <string.h>

#include "cli/key-script.h"
#include "cli/key-via.h"
#include "cli/table.h"
#include "cli/verbs.h"

#define HOLD_MAX_MS 60000
#define TABLE_NONE  "-"

static const char *const set_words[] = {"linux", "xt",     "atset1", "atset2", "atset3", "os_x",
                                        "usb",   "xt_kbd", "win32",  "rfb",    NULL};
static const char *const via_words[] = {"monitor", "vnc", "spice", NULL};

/* The set that option @name gives, or linux. -1, with the error said by the caller's library error. */
static int
set_of(const Args *args, const char *name)
{
    const char *word = args_text(args, name);

    return word ? lodge_keycode_set(word) : VIR_KEYCODE_SET_LINUX;
}

static void
keymap_row(Table *table, int from, guint code, int to)
{
    guint other;

    table_cell_number(table, code);
    table_cell(table, lodge_keycode_name(from, code));
    if (lodge_keycode_translate(code, from, to, &other) == 0) {
        table_cell_number(table, other);
        table_cell(table, lodge_keycode_name(to, other));
    } else {
        virResetLastError(); /* the other set has no such key, which the row says */
        table_cell(table, TABLE_NONE);
        table_cell(table, TABLE_NONE);
    }
}

static gboolean
run_keymap(Cli *cli, const Args *args)
{
    static const Column columns[] = {{"From code", "from_code", COLUMN_NUMBER},
                                     {"From name", "from_name", COLUMN_TEXT},
                                     {"To code", "to_code", COLUMN_NUMBER},
                                     {"To name", "to_name", COLUMN_TEXT}};
    const char *const *keys = args_all(args, "key");
    int from = set_of(args, "from"), to = from < 0 ? -1 : set_of(args, "to");
    g_autoptr(Table) table = NULL;

    if (from < 0 || to < 0)
        return FALSE;
    table = table_new(columns, G_N_ELEMENTS(columns));
    for (; *keys; keys++) {
        guint code, other;

        if (lodge_keycode_parse(from, *keys, &code) < 0 ||
            lodge_keycode_translate(code, from, to, &other) < 0)
            return FALSE;
        keymap_row(table, from, code, to);
    }
    if (keys == args_all(args, "key")) {
        guint *codes = NULL;
        int n = lodge_keycode_list(from, &codes);

        for (int i = 0; i < n; i++)
            keymap_row(table, from, codes[i], to);
        free(codes);
    }
    table_print(table, cli, args_flag(args, "json"));
    return TRUE;
}

/* What send-key was asked for; FALSE with the error said. */
static gboolean
read_options(const Args *args, KeyOptions *options)
{
    gint64 hold = -1, delay = 0;

    options->set = set_of(args, "codeset");
    options->sequence = args_flag(args, "sequence");
    options->only_press = args_flag(args, "press");
    options->only_release = args_flag(args, "release");
    if (options->set < 0 || !args_exclusive(args, "press", "release") ||
        args_number(args, "holdtime", 0, HOLD_MAX_MS, &hold) == ARG_BAD ||
        args_number(args, "delay", 0, HOLD_MAX_MS, &delay) == ARG_BAD)
        return FALSE;
    options->hold_ms = hold > 0 ? (guint)hold : 0;
    options->delay_ms = (guint)delay;
    return TRUE;
}

static gboolean
send_script(Cli *cli, const Args *args, const char *script)
{
    const char *via = args_text(args, "via");
    g_autoptr(CliDomain) dom = NULL;

    if (args_flag(args, "dry-run")) {
        cli_print("%s", script);
        cli->no_blank = TRUE;
        return TRUE;
    }
    if (via && !g_strv_contains(via_words, via)) {
        cli_error("Unknown channel '%s' for --via, expecting 'monitor', 'vnc' or 'spice'", via);
        return FALSE;
    }
    dom = cli_domain(cli, args_text(args, "domain"));
    if (!dom)
        return FALSE;
    if (via && strcmp(via, "monitor") != 0)
        return key_via(cli, dom, via, script);
    return lodge_domain_send_keys(dom, script, 0) == 0;
}

static gboolean
run_send_key(Cli *cli, const Args *args)
{
    KeyOptions options = {0};
    g_autoptr(GPtrArray) chords = NULL;
    g_autofree char *script = NULL;

    if (!read_options(args, &options))
        return FALSE;
    chords = key_script_chords(&options, args_all(args, "keycode"));
    if (!chords)
        return FALSE;
    if (!args_text(args, "via") && !args_flag(args, "dry-run") && chords->len == 1 &&
        !options.only_press && !options.only_release) {
        GArray *chord = g_ptr_array_index(chords, 0);
        g_autoptr(CliDomain) dom = NULL;

        if (chord->len <= VIR_DOMAIN_SEND_KEY_MAX_KEYS) { /* the call that every libvirt knows */
            dom = cli_domain(cli, args_text(args, "domain"));
            return dom && virDomainSendKey(dom, VIR_KEYCODE_SET_LINUX, options.hold_ms,
                                           (guint *)(void *)chord->data, (int)chord->len, 0) == 0;
        }
    }
    script = key_script_make(&options, chords);
    return send_script(cli, args, script);
}

static gboolean
run_type(Cli *cli, const Args *args)
{
    KeyText text = {.layout = args_text(args, "layout"),
                    .file = args_text(args, "file"),
                    .words = args_all(args, "text"),
                    .enter = args_flag(args, "enter"),
                    .rate = 30};
    gint64 rate;
    g_autofree char *script = NULL;

    switch (args_number(args, "rate", 1, 1000, &rate)) {
    case ARG_BAD:
        return FALSE;
    case ARG_OK:
        text.rate = (guint)rate;
        break;
    case ARG_ABSENT:
        break;
    }
    script = key_text_plan(&text);
    return script && send_script(cli, args, script);
}

#define OPT_VIA                                                                                    \
    {                                                                                              \
        "via", OPT_TEXT, OPT_BY_NAME, COMPLETE_WORDS,                                              \
            "the way into the guest: monitor (the default), vnc or spice", via_words               \
    }
#define OPT_DRY_RUN                                                                                \
    {                                                                                              \
        "dry-run", OPT_FLAG, 0, COMPLETE_NOTHING,                                                  \
            "print what would go down and up, and when, and send nothing"                          \
    }

static const Opt opts_keymap[] = {
    {"from", OPT_TEXT, OPT_BY_NAME, COMPLETE_WORDS, "set of the codes given (linux)", set_words},
    {"to", OPT_TEXT, OPT_BY_NAME, COMPLETE_WORDS, "set that is wanted (linux)", set_words},
    OPT_JSON,
    {"key", OPT_REST, 0, COMPLETE_NOTHING, "names or numbers; without one, every key of the set"},
    OPT_END};

static const Opt opts_send_key[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"codeset", OPT_TEXT, OPT_BY_NAME, COMPLETE_WORDS, "what the codes mean (linux)", set_words},
    {"holdtime", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING, "how long keys stay down (50 ms)"},
    {"sequence", OPT_FLAG, 0, COMPLETE_NOTHING,
     "one key after another; KEY+KEY is a chord in the sequence"},
    {"press", OPT_FLAG, 0, COMPLETE_NOTHING, "press only: the keys stay down"},
    {"release", OPT_FLAG, 0, COMPLETE_NOTHING, "release only"},
    {"delay", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING,
     "pause between the strokes of a sequence (20 ms)"},
    OPT_VIA,
    OPT_DRY_RUN,
    {"keycode", OPT_REST, OPT_REQUIRED, COMPLETE_NOTHING,
     "names (linux, win32, os_x) or numbers (decimal, 0x)"},
    OPT_END};

static const Opt opts_type[] = {
    OPT_DOMAIN(COMPLETE_DOMAIN_ACTIVE),
    {"layout", OPT_TEXT, OPT_BY_NAME, COMPLETE_NOTHING,
     "the guest's keyboard layout: us, de, ch,fr ... (us)"},
    {"file", OPT_TEXT, OPT_BY_NAME, COMPLETE_FILE,
     "type what this file holds; - is standard input"},
    {"rate", OPT_NUMBER, OPT_BY_NAME, COMPLETE_NOTHING, "characters a second (30)"},
    {"secret", OPT_FLAG, 0, COMPLETE_NOTHING,
     "keep the command out of the shell's history; logs never hold keys"},
    {"enter", OPT_FLAG, 0, COMPLETE_NOTHING, "press Enter at the end"},
    OPT_VIA,
    OPT_DRY_RUN,
    {"text", OPT_REST, 0, COMPLETE_NOTHING, "what to type; several words get blanks between"},
    OPT_END};

const Verb verbs_keys[] = {
    {"keymap", "show key codes and names of one set in another",
     "Sets: linux, xt, atset1, atset2, atset3, os_x, xt_kbd, usb, win32, rfb.", opts_keymap,
     run_keymap},
    {"send-key", "press keys of a guest's keyboard",
     "Keys given together are one chord: pressed in order, released in the opposite one. With "
     "--sequence they are strokes one after another. Returns after the last release; whatever "
     "happens, no key stays down that --press did not press.",
     opts_send_key, run_send_key},
    {"type", "type text on a guest's keyboard",
     "The text is turned into strokes as a whole before the first one: when the layout has no way "
     "to "
     "type a character, its place is said and nothing is sent.",
     opts_type, run_type},
    {NULL},
};
