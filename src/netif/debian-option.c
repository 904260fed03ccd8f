/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/debian-option.h"

#include <string.h>

#include "conf/address.h"
#include "util/units.h"

typedef struct {
    const DebianWish *wish;
    const char *canon;
    const char *value; /* adapted to how the stanza spells it */
    char *made;        /* owns @value, or NULL */
    DebianOption *match;
} Slot;

static void
slot_clear(gpointer data)
{
    g_free(((Slot *)data)->made);
}

static gboolean
is_hook(const char *canon)
{
    return strcmp(canon, "up") == 0 || strcmp(canon, "down") == 0 || strcmp(canon, "pre-up") == 0 ||
           strcmp(canon, "post-down") == 0;
}

/* In a replaced group, or what nobody understood and would stand beside a wish for the same. */
static gboolean
is_concerned(const DebianOption *option, const GArray *slots, guint groups)
{
    if (option->group != DEBIAN_UNMODELLED)
        return (groups & (1u << option->group)) != 0;
    for (guint i = 0; i < slots->len; i++) {
        const Slot *slot = &g_array_index(slots, Slot, i);

        if (strcmp(slot->canon, option->canon) == 0 && !is_hook(option->canon))
            return TRUE;
    }
    return FALSE;
}

static DebianOption *
find_own(const DebianStanza *stanza, const char *key)
{
    for (guint i = 0; i < stanza->options->len; i++) {
        DebianOption *option = debian_option(stanza, i);

        if (strcmp(option->key, key) == 0 && debian_is_own(stanza, option))
            return option;
    }
    return NULL;
}

static Slot *
find_slot(GArray *slots, const char *canon)
{
    for (guint i = 0; i < slots->len; i++)
        if (strcmp(g_array_index(slots, Slot, i).canon, canon) == 0)
            return &g_array_index(slots, Slot, i);
    return NULL;
}

/* A netmask as the number of its bits. */
static char *
mask_number(const char *text)
{
    Address mask;
    int prefix = address_parse(text, &mask) ? address_netmask_prefix(&mask) : -1;

    return prefix >= 0 ? g_strdup_printf("%d", prefix) : NULL;
}

/* "A/len" where the stanza writes so; a netmask as a number where it is one. */
static void
adapt_address(const DebianStanza *stanza, GArray *slots, GHashTable *taken)
{
    const DebianOption *address = find_own(stanza, "address");
    const DebianOption *netmask = find_own(stanza, "netmask");
    Slot *wish_address = find_slot(slots, "address"), *wish_netmask = find_slot(slots, "netmask");
    g_autofree char *number = wish_netmask != NULL ? mask_number(wish_netmask->value) : NULL;

    if (wish_address != NULL && wish_netmask == NULL && netmask != NULL && address != NULL &&
        strchr(address->value, '/') == NULL) {
        const char *slash = strchr(wish_address->value, '/');
        g_autofree char *said = mask_number(netmask->value);

        if (slash == NULL || strcmp(slash + 1, said != NULL ? said : netmask->value) != 0)
            return;
        wish_address->made = g_strndup(wish_address->value, (gsize)(slash - wish_address->value));
        wish_address->value = wish_address->made;
        g_hash_table_add(taken, (gpointer)netmask); /* it is right as it is */
    }
    if (wish_address == NULL || wish_netmask == NULL)
        return;
    if (number == NULL)
        number = g_strdup(wish_netmask->value);
    if (address != NULL && netmask == NULL && strchr(address->value, '/') != NULL) {
        wish_address->made = g_strdup_printf("%s/%s", wish_address->value, number);
        wish_address->value = wish_address->made;
        wish_netmask->value = NULL; /* no longer wished */
    } else if (netmask != NULL && netmask->value[strspn(netmask->value, G_CSET_DIGITS)] == '\0') {
        wish_netmask->made = g_steal_pointer(&number);
        wish_netmask->value = wish_netmask->made;
    }
}

/* Whether both mean the same though they are written otherwise. */
static gboolean
is_same_value(const Slot *slot, const DebianOption *option)
{
    if (strcmp(slot->value, option->value) == 0)
        return TRUE;
    if (strcmp(slot->canon, "hwaddress") == 0)
        return g_str_has_prefix(option->value, "ether ") !=
                   g_str_has_prefix(slot->value, "ether ") &&
               g_ascii_strcasecmp(
                   option->value + (g_str_has_prefix(option->value, "ether ") ? 6 : 0),
                   slot->value + (g_str_has_prefix(slot->value, "ether ") ? 6 : 0)) == 0;
    return FALSE;
}

/* Gives each wish the option that it will be: the same value first, then the same key. */
static void
match(DebianMerge *merge, DebianStanza *const *stanzas, guint n_stanzas, GArray *slots,
      guint groups, GHashTable *taken)
{
    for (int pass = 0; pass < 2; pass++)
        for (guint s = 0; s < slots->len; s++) {
            Slot *slot = &g_array_index(slots, Slot, s);

            for (guint i = 0; i < n_stanzas && slot->match == NULL && slot->value != NULL; i++)
                for (guint j = 0; j < stanzas[i]->options->len; j++) {
                    DebianOption *option = debian_option(stanzas[i], j);

                    if (!debian_is_own(stanzas[i], option) ||
                        strcmp(option->canon, slot->canon) != 0 ||
                        !is_concerned(option, slots, groups) ||
                        g_hash_table_contains(taken, option) ||
                        (pass == 0 || is_hook(slot->canon) ? !is_same_value(slot, option) : FALSE))
                        continue;
                    slot->match = option;
                    g_hash_table_add(taken, option);
                    break;
                }
        }
}

static gboolean
is_addon(const char *canon)
{
    return g_str_has_prefix(canon, "bridge-") || g_str_has_prefix(canon, "bond-") ||
           g_str_has_prefix(canon, "vlan-");
}

/* The spelling of new options: as the stanza's others. (transfer full) */
static char *
spell(const DebianMerge *merge, const DebianStanza *stanza, const DebianWish *wish)
{
    char *key = g_strdup(wish->key);

    if (merge->is_exact || strpbrk(key, "_-") == NULL)
        return key;
    for (guint i = 0; i < stanza->options->len; i++) {
        const DebianOption *option = debian_option(stanza, i);
        const char *mark = is_addon(option->canon) ? strpbrk(option->key, "_-") : NULL;
        g_autofree char *canon = g_strdelimit(g_strdup(key), "_", '-');

        if (mark != NULL && is_addon(canon))
            return g_strdelimit(key, "_-", *mark);
    }
    return key;
}

/* Where new options go: beside others of the wished groups, else into the first stanza. */
static DebianStanza *
find_home(DebianStanza *const *stanzas, guint n_stanzas, const GArray *slots)
{
    for (guint s = 0; s < slots->len; s++) {
        const Slot *slot = &g_array_index(slots, Slot, s);

        if (slot->match != NULL)
            return slot->match->stanza;
    }
    for (guint i = 0; i < n_stanzas; i++)
        for (guint j = 0; j < stanzas[i]->options->len; j++)
            if (debian_is_own(stanzas[i], debian_option(stanzas[i], j)) &&
                debian_option(stanzas[i], j)->group >= DEBIAN_MTU)
                return stanzas[i];
    return stanzas[0];
}

static void
insert(DebianMerge *merge, const DebianWants *wants, const DebianStanza *home, guint after,
       const Slot *slot)
{
    g_autofree char *key = spell(merge, home, slot->wish);
    g_autofree char *indent = NULL, *text = NULL;

    for (guint i = 0; i < home->options->len && indent == NULL; i++)
        if (debian_is_own(home, debian_option(home, i)))
            indent = debian_edit_indent(home->file, debian_option(home, i)->line);
    text =
        g_strdup_printf("%s%s %s\n", indent != NULL ? indent : (wants->is_native ? "    " : "   "),
                        key, slot->value);
    debian_edit_insert_after(merge->edit, home->file, after, text);
}

/* The option becomes the wish: not at all, in its value, or as a whole. */
static void
change(DebianMerge *merge, const Slot *slot)
{
    const DebianOption *option = slot->match;
    DebianFile *file = option->stanza->file;

    if (merge->is_exact && strcmp(option->key, slot->wish->key) != 0) {
        g_autofree char *indent = debian_edit_indent(file, option->line);
        g_autofree char *text = g_strdup_printf("%s%s %s", indent, slot->wish->key, slot->value);

        debian_edit_replace(merge->edit, file, option->line, text);
    } else if (merge->is_exact ? strcmp(slot->value, option->value) != 0
                               : !is_same_value(slot, option)) {
        debian_edit_set_value(merge->edit, file, option->line, slot->value);
    }
}

/* "broadcast +" is right for every address. */
static gboolean
follows_address(const DebianOption *option, GArray *slots)
{
    return strcmp(option->key, "broadcast") == 0 && strcmp(option->value, "+") == 0 &&
           find_slot(slots, "address") != NULL;
}

static void
drop_rest(DebianMerge *merge, const DebianWants *wants, const DebianStanza *stanza, GArray *slots,
          guint groups, GHashTable *taken)
{
    for (guint i = 0; i < stanza->options->len; i++) {
        const DebianOption *option = debian_option(stanza, i);

        if (!debian_is_own(stanza, option) || g_hash_table_contains(taken, option) ||
            !is_concerned(option, slots, groups) || follows_address(option, slots) ||
            debian_edit_is_deleted(merge->edit, stanza->file, option->line))
            continue;
        if (option->group == DEBIAN_UNMODELLED)
            netif_notes_add(merge->notes, NETIF_NOTE_REMOVED, wants->def->name, stanza->file->path,
                            debian_option_line(option), "%s %s", option->key, option->value);
        debian_edit_delete(merge->edit, stanza->file, option->line);
    }
}

void
debian_options_merge(DebianMerge *merge, const DebianWants *wants, DebianStanza *const *stanzas,
                     guint n_stanzas, const GArray *wishes, guint groups)
{
    g_autoptr(GArray) slots = g_array_new(FALSE, FALSE, sizeof(Slot));
    g_autoptr(GHashTable) taken = g_hash_table_new(NULL, NULL);
    const DebianStanza *home;
    guint after;

    g_array_set_clear_func(slots, slot_clear);
    for (guint i = 0; i < wishes->len; i++) {
        const DebianWish *wish = &g_array_index(wishes, DebianWish, i);
        Slot slot = {wish, debian_canon(merge->debian, wish->key), wish->value, NULL, NULL};

        g_array_append_val(slots, slot);
    }
    if (!merge->is_exact)
        adapt_address(stanzas[0], slots, taken);
    match(merge, stanzas, n_stanzas, slots, groups, taken);
    home = find_home(stanzas, n_stanzas, slots);
    /* addresses come first in a stanza, what a device has comes last */
    after = (groups & (1u << DEBIAN_INET)) != 0 ? home->line : home->end - 1;
    for (guint i = 0; i < slots->len; i++) {
        const Slot *slot = &g_array_index(slots, Slot, i);

        if (slot->match != NULL) {
            change(merge, slot);
            if (slot->match->stanza == home)
                after = slot->match->line;
        } else if (slot->value != NULL) {
            insert(merge, wants, home, after, slot);
        }
    }
    for (guint i = 0; i < n_stanzas; i++)
        drop_rest(merge, wants, stanzas[i], slots, groups, taken);
}
