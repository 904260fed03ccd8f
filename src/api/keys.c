/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/keys.c - key codes and keys: virDomainSendKey and <lodge/lodge-keys.h>. */
#include <stdlib.h>

#include "api/calls.h"
#include "api/error.h"
#include "keycode/scancode.h"
#include "keycode/strokes.h"
#include "keycode/table.h"

#define HOLD_DEFAULT_MS 50 /* long enough for a guest that is busy, shorter than any autorepeat */

/* For the helpers, which have no connection: @error becomes the thread's. Returns -1. */
static int
fail(GError *error)
{
    error_raise_plain(VIR_ERR_INVALID_ARG, VIR_FROM_NONE, "%s", error->message);
    g_error_free(error);
    return -1;
}

int
lodge_keycode_set(const char *name)
{
    GError *error = NULL;
    int set = keycode_set_from_name(name ? name : "", &error);

    return set >= 0 ? set : fail(error);
}

const char *
lodge_keycode_set_name(int set)
{
    const char *name = keycode_set_to_name(set);

    if (name == NULL)
        error_raise_plain(VIR_ERR_INVALID_ARG, VIR_FROM_NONE, "there is no key code set %d", set);
    return name;
}

int
lodge_keycode_parse(int set, const char *word, unsigned int *code)
{
    GError *error = NULL;

    return keycode_parse(set, word ? word : "", code, &error) ? 0 : fail(error);
}

const char *
lodge_keycode_name(int set, unsigned int code)
{
    return keycode_to_name(set, code);
}

int
lodge_keycode_translate(unsigned int code, int from, int to, unsigned int *ret)
{
    GError *error = NULL;

    return keycode_translate(code, from, to, ret, &error) ? 0 : fail(error);
}

int
lodge_keycode_list(int set, unsigned int **codes)
{
    gsize n = 0;
    guint *list = keycode_codes(set, &n);

    if (list == NULL) {
        error_raise_plain(VIR_ERR_INVALID_ARG, VIR_FROM_NONE, "there is no key code set %d", set);
        return -1;
    }
    *codes = list;
    return (int)n;
}

char *
lodge_keycode_scancodes(const unsigned int *linux_codes, int n_codes)
{
    GError *error = NULL;
    g_autoptr(GByteArray) bytes = scancode_chord(linux_codes, (gsize)MAX(n_codes, 0), &error);

    if (bytes == NULL) {
        fail(error);
        return NULL;
    }
    return scancode_format(bytes->data, bytes->len);
}

static int
send_script(Call *call, virDomainPtr domain, const char *script)
{
    const DomainKeys *role = domain->home->driver->keys;

    if (role == NULL || role->send == NULL) {
        call_unsupported(call);
        return -1;
    }
    return role->send(call_ctx(call, &domain->home->ctx), domain->ref, script, &call->error) ? 0
                                                                                             : -1;
}

int
keys_call_send_key(Call *call, virDomainPtr domain, unsigned int codeset, unsigned int holdtime,
                   unsigned int *keycodes, int nkeycodes, unsigned int flags)
{
    g_autoptr(GArray) strokes = g_array_new(FALSE, FALSE, sizeof(Stroke));
    g_autofree char *script = NULL;
    guint codes[VIR_DOMAIN_SEND_KEY_MAX_KEYS];

    if (nkeycodes < 1 || nkeycodes > VIR_DOMAIN_SEND_KEY_MAX_KEYS) {
        call_fail(call, VIR_ERR_INVALID_ARG,
                  "%d keys; give 1 to %d, or use lodge_domain_send_keys()", nkeycodes,
                  VIR_DOMAIN_SEND_KEY_MAX_KEYS);
        return -1;
    }
    if (codeset >= VIR_KEYCODE_SET_LAST) {
        call_fail(call, VIR_ERR_INVALID_ARG, "there is no key code set %u; they end with %d (rfb)",
                  codeset, VIR_KEYCODE_SET_LAST - 1);
        return -1;
    }
    if (holdtime > STROKES_WAIT_MS) {
        call_fail(call, VIR_ERR_INVALID_ARG, "a hold time of %u ms is too long; at most %d ms",
                  holdtime, STROKES_WAIT_MS);
        return -1;
    }
    for (int i = 0; i < nkeycodes; i++)
        if (!keycode_translate(keycodes[i], (int)codeset, KEYCODE_SET_LINUX, &codes[i],
                               &call->error))
            return -1;
    strokes_add_chord(strokes, codes, (gsize)nkeycodes, holdtime ? holdtime : HOLD_DEFAULT_MS);
    script = strokes_format(strokes, FALSE);
    return send_script(call, domain, script);
}

int
keys_call_send_keys(Call *call, virDomainPtr dom, const char *script, unsigned int flags)
{
    g_autoptr(GArray) strokes = strokes_parse(script, &call->error);

    return strokes != NULL ? send_script(call, dom, script) : -1;
}
