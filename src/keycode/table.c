/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keycode/table.h"

#include <stdlib.h>
#include <string.h>

#include "keycode/code-map.h"
#include "keycode/name-map.h"
#include "keycode/near.h"
#include "util/error.h"

typedef GKeymapCodeToCode CodePair;
typedef GKeymapCodeToName CodeName;
typedef GKeymapNameToCode NameCode;

typedef struct {
    const CodePair *to_linux, *from_linux; /* NULL for Linux itself */
    const gsize *n_to_linux, *n_from_linux;
    const NameCode *by_name; /* NULL: no names */
    const CodeName *by_code;
    const gsize *n_by_name, *n_by_code;
} SetTable;

#define CODES(column)                                                                              \
    .to_linux = column##_to_linux, .n_to_linux = &column##_to_linux_len,                           \
    .from_linux = linux_to_##column, .n_from_linux = &linux_to_##column##_len
#define NAMES(column)                                                                              \
    .by_name = column##_name_to_##column, .n_by_name = &column##_name_to_##column##_len,           \
    .by_code = column##_to_##column##_name, .n_by_code = &column##_to_##column##_name_len

static const SetTable tables[KEYCODE_SET_LAST] = {
    [KEYCODE_SET_LINUX] = {NAMES(linux)},
    [KEYCODE_SET_XT] = {CODES(xt)},
    [KEYCODE_SET_ATSET1] = {CODES(atset1)},
    [KEYCODE_SET_ATSET2] = {CODES(atset2)},
    [KEYCODE_SET_ATSET3] = {CODES(atset3)},
    [KEYCODE_SET_OSX] = {CODES(osx), NAMES(osx)},
    [KEYCODE_SET_XT_KBD] = {CODES(xt_kbd)},
    [KEYCODE_SET_USB] = {CODES(usb)},
    [KEYCODE_SET_WIN32] = {CODES(win32), NAMES(win32)},
    [KEYCODE_SET_RFB] = {CODES(qnum)},
};

static const SetTable *
table_of(int set)
{
    return keycode_set_to_name(set) != NULL ? &tables[set] : NULL;
}

static int
compare_code(const void *key, const void *pair)
{
    guint code = *(const guint *)key;
    guint32 from = *(const guint32 *)pair; /* `from` is first in both kinds of pairs */

    return (code > from) - (code < from);
}

static int
compare_name(const void *key, const void *pair)
{
    return strcmp(key, ((const NameCode *)pair)->from);
}

static const CodePair *
find_pair(guint code, const CodePair *pairs, gsize n_pairs)
{
    return bsearch(&code, pairs, n_pairs, sizeof(*pairs), compare_code);
}

static const char *
find_name(guint code, const CodeName *pairs, gsize n_pairs)
{
    const CodeName *found = bsearch(&code, pairs, n_pairs, sizeof(*pairs), compare_code);

    return found != NULL ? found->to : NULL;
}

static gboolean
to_linux(int set, guint code, guint *ret_linux)
{
    const SetTable *table = table_of(set);
    const CodePair *found;

    if (table == NULL)
        return FALSE;
    if (table->to_linux == NULL) {
        *ret_linux = code;
        return find_name(code, table->by_code, *table->n_by_code) != NULL;
    }
    found = find_pair(code, table->to_linux, *table->n_to_linux);
    if (found != NULL)
        *ret_linux = found->to;
    return found != NULL;
}

gboolean
keycode_is_key(int set, guint code)
{
    guint linux_code;

    return to_linux(set, code, &linux_code);
}

const char *
keycode_to_name(int set, guint code)
{
    const SetTable *table = table_of(set);

    if (table == NULL || table->by_code == NULL)
        return NULL;
    return find_name(code, table->by_code, *table->n_by_code);
}

const char *
keycode_to_qcode(guint linux_code)
{
    return find_name(linux_code, linux_to_qcode, linux_to_qcode_len);
}

static gboolean
no_such_set(int set, GError **error)
{
    return error_set(
        error, LODGE_ERROR_ARGUMENT, "there is no codeset %d; they are 0 (%s) to %d (%s)", set,
        keycode_set_to_name(0), KEYCODE_SET_LAST - 1, keycode_set_to_name(KEYCODE_SET_LAST - 1));
}

static const NameCode *
find_by_name(int set, const char *name)
{
    const SetTable *table = &tables[set];

    if (table->by_name == NULL)
        return NULL;
    return bsearch(name, table->by_name, *table->n_by_name, sizeof(*table->by_name), compare_name);
}

/* @name is of no key in @set: say what it is elsewhere, or what it may have been meant for. */
static gboolean
no_such_name(int set, const char *name, GError **error)
{
    const char *set_name = keycode_set_to_name(set);
    g_autofree char *near = NULL;

    for (int other = 0; other < KEYCODE_SET_LAST; other++) {
        const NameCode *found = find_by_name(other, name);
        guint code;

        if (found == NULL)
            continue;
        if (!keycode_translate(found->to, other, set, &code, NULL))
            return error_set(error, LODGE_ERROR_ARGUMENT,
                             "'%s' is a key of codeset '%s'; codeset '%s' has no such key", name,
                             keycode_set_to_name(other), set_name);
        if (keycode_to_name(set, code) != NULL)
            return error_set(error, LODGE_ERROR_ARGUMENT,
                             "'%s' is a key of codeset '%s', not of '%s', where it is %s", name,
                             keycode_set_to_name(other), set_name, keycode_to_name(set, code));
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "'%s' is a key of codeset '%s', not of '%s', where it is 0x%x", name,
                         keycode_set_to_name(other), set_name, code);
    }
    if (!keycode_set_has_names(set))
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "'%s' is no number, and the keys of codeset '%s' have no names", name,
                         set_name);
    near = near_names(set, name);
    if (near == NULL)
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "codeset '%s' has no key '%s'; `lodge keymap` lists its keys", set_name,
                         name);
    return error_set(error, LODGE_ERROR_ARGUMENT, "codeset '%s' has no key '%s'; near: %s",
                     set_name, name, near);
}

static gboolean
no_such_code(int set, guint code, GError **error)
{
    g_autofree char *near = near_codes(set, code);

    return error_set(error, LODGE_ERROR_ARGUMENT, "codeset '%s' has no key %u (0x%x); near: %s",
                     keycode_set_to_name(set), code, code, near);
}

gboolean
keycode_from_name(int set, const char *name, guint *ret_code, GError **error)
{
    const NameCode *found;

    if (table_of(set) == NULL)
        return no_such_set(set, error);
    found = find_by_name(set, name);
    if (found == NULL)
        return no_such_name(set, name, error);
    *ret_code = found->to;
    return TRUE;
}

gboolean
keycode_parse(int set, const char *word, guint *ret_code, GError **error)
{
    gboolean is_hex = g_ascii_strncasecmp(word, "0x", 2) == 0;
    const char *digits = is_hex ? word + 2 : word;
    guint64 code;

    if (table_of(set) == NULL)
        return no_such_set(set, error);
    if (digits[0] == '\0' ||
        digits[strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789")])
        return keycode_from_name(set, word, ret_code, error);
    if (!is_hex && digits[0] == '0' && digits[1] != '\0')
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "'%s' could be decimal or octal; write it without the leading zero, or in "
                         "hexadecimal after 0x",
                         word);
    code = g_ascii_strtoull(digits, NULL, is_hex ? 16 : 10);
    if (code > G_MAXUINT)
        return error_set(error, LODGE_ERROR_ARGUMENT, "codeset '%s' has no key %s",
                         keycode_set_to_name(set), word);
    if (!keycode_is_key(set, (guint)code))
        return no_such_code(set, (guint)code, error);
    *ret_code = (guint)code;
    return TRUE;
}

gboolean
keycode_translate(guint code, int from, int to, guint *ret_code, GError **error)
{
    const SetTable *target = table_of(to);
    const CodePair *found;
    guint linux_code;

    if (table_of(from) == NULL || target == NULL)
        return no_such_set(table_of(from) == NULL ? from : to, error);
    if (!to_linux(from, code, &linux_code))
        return no_such_code(from, code, error);
    if (from == to || target->from_linux == NULL) {
        *ret_code = from == to ? code : linux_code;
        return TRUE;
    }
    found = find_pair(linux_code, target->from_linux, *target->n_from_linux);
    if (found == NULL)
        return error_set(error, LODGE_ERROR_ARGUMENT,
                         "key 0x%x of codeset '%s' (%s) is not in codeset '%s'", code,
                         keycode_set_to_name(from), keycode_to_name(KEYCODE_SET_LINUX, linux_code),
                         keycode_set_to_name(to));
    *ret_code = found->to;
    return TRUE;
}

guint *
keycode_codes(int set, gsize *ret_n)
{
    const SetTable *table = table_of(set);
    guint *codes;

    if (table == NULL)
        return NULL;
    *ret_n = table->to_linux != NULL ? *table->n_to_linux : *table->n_by_code;
    codes = g_new(guint, *ret_n);
    for (gsize i = 0; i < *ret_n; i++)
        codes[i] = table->to_linux != NULL ? table->to_linux[i].from : table->by_code[i].from;
    return codes;
}

const char **
keycode_names(int set)
{
    const SetTable *table = table_of(set);
    gsize n = table != NULL && table->by_name != NULL ? *table->n_by_name : 0;
    const char **names = g_new0(const char *, n + 1);

    for (gsize i = 0; i < n; i++)
        names[i] = table->by_name[i].from;
    return names;
}
