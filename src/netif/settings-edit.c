/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "netif/settings-priv.h"

static void
want_clear(gpointer data)
{
    SettingsWant *want = data;

    g_free(want->key);
    g_free(want->value);
}

GArray *
settings_wants_new(void)
{
    GArray *wants = g_array_new(FALSE, FALSE, sizeof(SettingsWant));

    g_array_set_clear_func(wants, want_clear);
    return wants;
}

void
settings_want(GArray *wants, SettingsAspect aspect, const char *section, const char *key,
              const char *format, ...)
{
    SettingsWant want = {aspect, section, g_strdup(key), NULL, FALSE};
    va_list args;

    va_start(args, format);
    want.value = g_strdup_vprintf(format, args);
    va_end(args);
    g_array_append_val(wants, want);
}

void
settings_want_section(GArray *wants, SettingsAspect aspect, const char *section, const char *key,
                      const char *format, ...)
{
    SettingsWant want = {aspect, section, g_strdup(key), NULL, TRUE};
    va_list args;

    va_start(args, format);
    want.value = g_strdup_vprintf(format, args);
    va_end(args);
    g_array_append_val(wants, want);
}

static const SettingsWant *
next_want(const GArray *wants, SettingsAspect aspect, guint *at)
{
    for (; wants != NULL && *at < wants->len; (*at)++)
        if (g_array_index(wants, SettingsWant, *at).aspect == aspect)
            return &g_array_index(wants, SettingsWant, (*at)++);
    return NULL;
}

gboolean
settings_wants_equal(const GArray *before, const GArray *after, SettingsAspect aspect)
{
    guint i = 0, j = 0;

    for (;;) {
        const SettingsWant *a = next_want(before, aspect, &i), *b = next_want(after, aspect, &j);

        if (a == NULL || b == NULL)
            return a == b;
        if (strcmp(a->section, b->section) != 0 || strcmp(a->key, b->key) != 0 ||
            strcmp(a->value, b->value) != 0)
            return FALSE;
    }
}

static char *
format_line(const Settings *settings, const SettingsWant *want)
{
    return settings->syntax == SETTINGS_UNIT || settings->syntax == SETTINGS_KEYFILE
               ? settings_format_ini(settings, want->key, want->value)
               : settings_format_shell(settings, want->key, want->value);
}

static Setting *
setting_from_want(const Settings *settings, const SettingsWant *want, guint instance)
{
    g_autofree char *line = format_line(settings, want);
    Setting *setting = setting_new(line, strlen(line), 0, want->section, instance);

    setting->key = g_strdup(want->key);
    setting->value = g_strdup(want->value);
    setting->aspect = want->aspect;
    return setting;
}

/* Takes the piece away. The header of its section is looked at later. */
static void
delete_piece(Settings *settings, Setting *setting, NetifNotes *notes, const char *iface)
{
    if (setting->is_noted)
        netif_notes_add(notes, NETIF_NOTE_REMOVED, iface, settings->path, setting->line, "%s",
                        setting->text);
    for (guint i = 0; i < settings->list->len; i++) {
        Setting *other = g_ptr_array_index(settings->list, i);

        if (other->is_header && other->instance == setting->instance)
            other->is_shrunk = TRUE;
    }
    (void)g_ptr_array_remove(settings->list, setting); /* it is there: collect() found it */
}

/* Headers that deleting left without anything below them. */
static void
sweep_headers(Settings *settings)
{
    for (guint i = settings->list->len; i > 0; i--) {
        Setting *header = g_ptr_array_index(settings->list, i - 1);
        gboolean is_empty = TRUE;

        if (!header->is_shrunk)
            continue;
        header->is_shrunk = FALSE;
        for (guint j = 0; is_empty && j < settings->list->len; j++) {
            const Setting *other = g_ptr_array_index(settings->list, j);

            is_empty = other == header || other->instance != header->instance ||
                       other->text[strspn(other->text, " \t\r\n")] == '\0';
        }
        if (is_empty)
            g_ptr_array_remove_index(settings->list, i - 1);
    }
}

/* The header of a new section at the end, and perhaps a blank line before it. */
static guint
append_header(Settings *settings, const char *section)
{
    g_autofree char *line = g_strdup_printf("[%s]\n", section);
    Setting *header;

    if (settings->is_new && settings->n_headers > 0)
        g_ptr_array_add(settings->list, setting_new("\n", 1, 0, "", settings->n_headers));
    header = setting_new(line, strlen(line), 0, section, ++settings->n_headers);
    header->is_header = TRUE;
    g_ptr_array_add(settings->list, header);
    return settings->list->len;
}

/* Where a new @want goes: behind what is most alike in its section. */
static guint
place_for(Settings *settings, const SettingsWant *want, guint *ret_instance)
{
    guint best = 0;
    int best_rank = 0;

    for (guint i = 0; !want->opens && i < settings->list->len; i++) {
        const Setting *setting = g_ptr_array_index(settings->list, i);
        int rank;

        if (setting->key == NULL || strcmp(setting->section, want->section) != 0)
            continue;
        rank = strcmp(setting->key, want->key) == 0 ? 3 : setting->aspect == want->aspect ? 2 : 1;
        if (rank >= best_rank) {
            best_rank = rank;
            best = i + 1;
            *ret_instance = setting->instance;
        }
    }
    if (best_rank > 0)
        return best;
    if (*want->section == '\0') {
        *ret_instance = 0;
        return settings->list->len;
    }
    best = append_header(settings, want->section);
    *ret_instance = settings->n_headers;
    return best;
}

static void
collect(const Settings *settings, const GArray *wants, SettingsAspect aspect, const char *section,
        const char *key, GPtrArray *ret_settings, GPtrArray *ret_wants)
{
    const SettingsWant *want;

    for (guint i = 0; i < settings->list->len; i++) {
        Setting *setting = g_ptr_array_index(settings->list, i);

        if (setting->key != NULL && setting->aspect == aspect && strcmp(setting->key, key) == 0 &&
            strcmp(setting->section, section) == 0)
            g_ptr_array_add(ret_settings, setting);
    }
    for (guint i = 0; (want = next_want(wants, aspect, &i)) != NULL;)
        if (strcmp(want->key, key) == 0 && strcmp(want->section, section) == 0)
            g_ptr_array_add(ret_wants, (gpointer)want);
}

static gboolean
is_same(gconstpointer setting, gconstpointer want)
{
    const Setting *a = setting;
    const SettingsWant *b = want;

    return !a->is_noted && strcmp(a->value, b->value) == 0;
}

static guint
index_of(const Settings *settings, const Setting *setting)
{
    guint index = 0;

    (void)g_ptr_array_find(settings->list, setting, &index); /* it is there: collect() found it */
    return index;
}

static void
replace_piece(Settings *settings, const Setting *old, Setting *new, NetifNotes *notes,
              const char *iface)
{
    guint index = index_of(settings, old);

    if (old->is_noted)
        netif_notes_add(notes, NETIF_NOTE_REMOVED, iface, settings->path, old->line, "%s",
                        old->text);
    g_ptr_array_insert(settings->list, (int)index, new);
    g_ptr_array_remove_index(settings->list, index + 1);
}

/* The lines of one key become those that are wanted: equal ones at both ends stay, others are replaced in pairs. */
static void
apply_key(Settings *settings, const GArray *wants, SettingsAspect aspect, const char *section,
          const char *key, NetifNotes *notes, const char *iface)
{
    g_autoptr(GPtrArray) have = g_ptr_array_new(), want = g_ptr_array_new();
    guint first = 0, tail = 0;
    Setting *previous = NULL;

    collect(settings, wants, aspect, section, key, have, want);
    while (first < MIN(have->len, want->len) && is_same(have->pdata[first], want->pdata[first]))
        previous = have->pdata[first++];
    while (first + tail < MIN(have->len, want->len) &&
           is_same(have->pdata[have->len - 1 - tail], want->pdata[want->len - 1 - tail]))
        tail++;
    for (guint i = want->len; i < have->len; i++) /* too many: those before the tail go */
        delete_piece(settings, have->pdata[have->len - 1 - tail - (i - want->len)], notes, iface);
    for (; first + tail < want->len; first++) {
        const SettingsWant *wanted = want->pdata[first];
        Setting *old = first + tail < have->len ? have->pdata[first] : NULL;
        guint instance = old != NULL ? old->instance : previous != NULL ? previous->instance : 0;
        Setting *new;

        if (old != NULL) {
            new = setting_from_want(settings, wanted, instance);
            replace_piece(settings, old, new, notes, iface);
        } else {
            guint place = previous != NULL && !wanted->opens
                              ? index_of(settings, previous) + 1
                              : place_for(settings, wanted, &instance);

            new = setting_from_want(settings, wanted, instance);
            g_ptr_array_insert(settings->list, (int)place, new);
        }
        previous = new;
    }
}

/* A file of ours: sections and settings in the writer's order. */
static void
fill(Settings *settings, const GArray *wants)
{
    const char *section = "";

    for (guint i = 0; i < wants->len; i++) {
        const SettingsWant *want = &g_array_index(wants, SettingsWant, i);

        if (strcmp(section, want->section) != 0 || want->opens)
            append_header(settings, want->section);
        section = want->section;
        g_ptr_array_add(settings->list, setting_from_want(settings, want, settings->n_headers));
    }
}

static gboolean
was_before(const GArray *wants, guint index)
{
    const SettingsWant *want = &g_array_index(wants, SettingsWant, index);

    for (guint i = 0; i < index; i++) {
        const SettingsWant *other = &g_array_index(wants, SettingsWant, i);

        if (other->aspect == want->aspect && strcmp(other->key, want->key) == 0 &&
            strcmp(other->section, want->section) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_wanted(const GArray *wants, const Setting *setting)
{
    for (guint i = 0; i < wants->len; i++) {
        const SettingsWant *want = &g_array_index(wants, SettingsWant, i);

        if (want->aspect == setting->aspect && strcmp(want->key, setting->key) == 0 &&
            strcmp(want->section, setting->section) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
apply_aspect(Settings *settings, const GArray *wants, SettingsAspect aspect, NetifNotes *notes,
             const char *iface)
{
    for (guint i = 0; i < wants->len; i++) {
        const SettingsWant *want = &g_array_index(wants, SettingsWant, i);

        if (want->aspect == aspect && !was_before(wants, i))
            apply_key(settings, wants, aspect, want->section, want->key, notes, iface);
    }
    for (guint i = settings->list->len; i > 0; i--) {
        Setting *setting = g_ptr_array_index(settings->list, i - 1);

        if (setting->key != NULL && setting->aspect == aspect && !is_wanted(wants, setting))
            delete_piece(settings, setting, notes, iface);
    }
}

void
settings_apply(Settings *settings, const GArray *before, const GArray *after, NetifNotes *notes,
               const char *iface)
{
    if (settings->is_new && settings->n_headers == 0 && settings->list->len == 0) {
        fill(settings, after);
        return;
    }
    for (SettingsAspect aspect = ASPECT_NONE + 1; aspect < ASPECT_LAST; aspect++)
        if (before == NULL || !settings_wants_equal(before, after, aspect))
            apply_aspect(settings, after, aspect, notes, iface);
    sweep_headers(settings);
}
