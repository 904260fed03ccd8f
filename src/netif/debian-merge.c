/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "netif/debian-merge.h"

#include <string.h>

#include "conf/address.h"
#include "netif/debian-option.h"
#include "netif/debian-pair.h"
#include "util/error.h"

#define ADDRESS_GROUPS ((1u << DEBIAN_INET) | (1u << DEBIAN_INET6))

typedef struct {
    DebianMerge *merge;
    const DebianWants *wants;
    const GPtrArray *stanzas; /* DebianStanza* of the name */
    const DebianWant **pairs; /* what each becomes; NULL: goes, or stays when is_kept */
    gboolean *is_kept;        /* its address groups say the right thing */
    gboolean *is_gone;
    gboolean *is_used; /* of the wanted stanzas */
    guint same;        /* bits of groups */
    const InterfaceDef *now;
} Job;

static gboolean
same_ports(const InterfaceDef *a, const InterfaceDef *b)
{
    if (a->ports->len != b->ports->len)
        return FALSE;
    for (guint i = 0; i < a->ports->len; i++) {
        const InterfaceDef *x = g_ptr_array_index(a->ports, i), *y = g_ptr_array_index(b->ports, i);

        if (strcmp(x->name, y->name) != 0 || x->type != y->type || x->has_mac != y->has_mac)
            return FALSE;
    }
    return TRUE;
}

static gboolean
same_monitor(const InterfaceBond *a, const InterfaceBond *b)
{
    if (a->monitor != b->monitor)
        return FALSE;
    if (a->monitor == INTERFACE_MONITOR_MII)
        return a->miimon_freq == b->miimon_freq && a->downdelay == b->downdelay &&
               a->updelay == b->updelay && a->carrier == b->carrier;
    return a->monitor == INTERFACE_MONITOR_NONE ||
           (a->arp_interval == b->arp_interval && a->arp_validate == b->arp_validate &&
            address_compare(&a->arp_target, &b->arp_target) == 0);
}

static guint
bit(DebianGroup group, gboolean is_set)
{
    return is_set ? 1u << group : 0;
}

guint
debian_same_groups(const InterfaceDef *now, const InterfaceDef *wanted)
{
    gboolean is_same = now->type == wanted->type;
    gboolean ports = is_same && same_ports(now, wanted);

    return bit(DEBIAN_INET, interface_protocol_equal(&now->ipv4, &wanted->ipv4)) |
           bit(DEBIAN_INET6, interface_protocol_equal(&now->ipv6, &wanted->ipv6)) |
           bit(DEBIAN_MTU, now->mtu == wanted->mtu) |
           bit(DEBIAN_MAC,
               now->has_mac == wanted->has_mac && memcmp(now->mac, wanted->mac, MAC_SIZE) == 0) |
           bit(DEBIAN_STP, is_same && now->stp == wanted->stp) |
           bit(DEBIAN_DELAY, is_same && interface_delay_equal(now->delay, wanted->delay)) |
           bit(DEBIAN_PORTS, ports) | bit(DEBIAN_SLAVES, ports) |
           bit(DEBIAN_BOND, is_same && now->bond.mode == wanted->bond.mode) |
           bit(DEBIAN_MONITOR, is_same && same_monitor(&now->bond, &wanted->bond)) |
           bit(DEBIAN_VLAN, is_same && now->vlan_tag == wanted->vlan_tag &&
                                g_strcmp0(now->vlan_parent, wanted->vlan_parent) == 0);
}

static DebianStanza *
stanza_at(const Job *job, guint index)
{
    return g_ptr_array_index(job->stanzas, index);
}

static const DebianWant *
want_at(const Job *job, guint index)
{
    return g_ptr_array_index(job->wants->stanzas, index);
}

static DebianGroup
family_group(const char *family)
{
    return g_strcmp0(family, "inet6") == 0 ? DEBIAN_INET6 : DEBIAN_INET;
}

static gboolean
is_address_family(const char *family)
{
    return g_strcmp0(family, "inet") == 0 || g_strcmp0(family, "inet6") == 0;
}

/* Families that say the right thing keep all their stanzas, and need no new ones. */
static void
keep_families(Job *job)
{
    static const char *const families[] = {"inet", "inet6"};

    for (gsize f = 0; f < G_N_ELEMENTS(families); f++) {
        gboolean is_there = FALSE;

        for (guint i = 0; i < job->stanzas->len; i++)
            is_there |= g_strcmp0(stanza_at(job, i)->family, families[f]) == 0;
        /* addresses may be there by commands in a stanza of the other family */
        is_there |= (f == 0 ? &job->now->ipv4 : &job->now->ipv6)->is_there;
        if (!is_there || (job->same & (1u << family_group(families[f]))) == 0 ||
            job->merge->is_exact)
            continue;
        for (guint i = 0; i < job->stanzas->len; i++)
            if (g_strcmp0(stanza_at(job, i)->family, families[f]) == 0)
                job->is_kept[i] = TRUE;
        for (guint j = 0; j < job->wants->stanzas->len; j++)
            if (strcmp(want_at(job, j)->family, families[f]) == 0)
                job->is_used[j] = TRUE;
    }
    for (guint i = 0; i < job->stanzas->len; i++) /* ipx, can: no business of ours */
        if (!is_address_family(stanza_at(job, i)->family))
            job->is_kept[i] = TRUE;
}

/* Whether something of the family is there already, so that what is new has its place beside it. */
static gboolean
has_family(const Job *job, const char *family)
{
    for (guint i = 0; i < job->stanzas->len; i++)
        if (g_strcmp0(job->pairs[i] != NULL ? job->pairs[i]->family : NULL, family) == 0 ||
            (job->is_kept[i] && g_strcmp0(stanza_at(job, i)->family, family) == 0))
            return TRUE;
    return FALSE;
}

/* Pairs what is left: in order within each family, then a family that is new with one that goes. */
static void
pair_stanzas(Job *job)
{
    static const char *const families[] = {"inet", "inet6"};

    for (gsize f = 0; f < G_N_ELEMENTS(families); f++)
        debian_pair_family(job->stanzas, job->wants->stanzas, families[f], job->is_kept,
                           job->is_used, job->pairs);
    for (guint j = 0; j < job->wants->stanzas->len; j++)
        for (guint i = 0;
             i < job->stanzas->len && !job->is_used[j] && !has_family(job, want_at(job, j)->family);
             i++)
            if (!job->is_kept[i] && job->pairs[i] == NULL) {
                job->pairs[i] = want_at(job, j);
                job->is_used[j] = TRUE;
            }
}

/* What an edit cannot reach: it is written in the stanza that this one inherits from. */
static gboolean
check_inherited(const Job *job, const DebianStanza *stanza, guint groups, GError **error)
{
    for (guint i = 0; i < stanza->options->len; i++) {
        const DebianOption *option = debian_option(stanza, i);

        if (!debian_is_own(stanza, option) && (groups & (1u << option->group)) != 0 &&
            option->group != DEBIAN_UNMODELLED)
            return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                             "cannot change '%s': its '%s' is inherited from %s:%u; change it "
                             "there, or take 'inherits' away",
                             job->wants->def->name, option->key, option->stanza->file->path,
                             debian_option_line(option));
    }
    return TRUE;
}

static void
set_header(const Job *job, DebianStanza *stanza, const char *family, const char *method)
{
    g_autofree char *indent = debian_edit_indent(stanza->file, stanza->line);
    g_autofree char *text = NULL;

    if (g_strcmp0(stanza->family, family) == 0 && g_strcmp0(stanza->method, method) == 0)
        return;
    text = g_strdup_printf("%siface %s %s %s", indent, stanza->name, family, method);
    debian_edit_replace(job->merge->edit, stanza->file, stanza->line, text);
}

static void
note_removed(const Job *job, const DebianOption *option)
{
    netif_notes_add(job->merge->notes, NETIF_NOTE_REMOVED, job->wants->def->name,
                    option->stanza->file->path, debian_option_line(option), "%s %s", option->key,
                    option->value);
}

/* Groups of addresses that an edit of a stanza of @family replaces: its own, and commands for the other family
 * when that one does not say the right thing. */
static guint
replaced_groups(const Job *job, const char *family)
{
    guint others = job->merge->is_exact ? ADDRESS_GROUPS : ADDRESS_GROUPS & ~job->same;

    return others | (1u << family_group(family));
}

/* A stanza that stays, but for commands that add addresses of the other family. */
static void
drop_commands(const Job *job, const DebianStanza *stanza)
{
    guint groups = ADDRESS_GROUPS & ~job->same;

    for (guint i = 0; i < stanza->options->len; i++) {
        const DebianOption *option = debian_option(stanza, i);

        if ((groups & (1u << option->group)) != 0 && debian_is_own(stanza, option))
            debian_edit_delete(job->merge->edit, stanza->file, option->line);
    }
}

/* The stanza's address has no counterpart. What else it holds stays in an inet manual, if it can. */
static void
drop_stanza(Job *job, guint index)
{
    DebianStanza *stanza = stanza_at(job, index);
    DebianEdit *edit = job->merge->edit;
    gboolean is_inet = g_strcmp0(stanza->family, "inet") == 0;
    guint n_other = 0, groups = replaced_groups(job, stanza->family);

    for (guint i = 0; i < stanza->options->len; i++)
        n_other += (groups & (1u << debian_option(stanza, i)->group)) == 0;
    if (n_other > 0 && is_inet) {
        set_header(job, stanza, "inet", "manual");
        for (guint i = 0; i < stanza->options->len; i++)
            if ((groups & (1u << debian_option(stanza, i)->group)) != 0)
                debian_edit_delete(edit, stanza->file, debian_option(stanza, i)->line);
        return;
    }
    for (guint i = 0; i < stanza->options->len; i++) {
        const DebianOption *option = debian_option(stanza, i);

        job->same &= ~(1u << option->group); /* written anew where it is wanted */
        if (option->group == DEBIAN_UNMODELLED)
            note_removed(job, option);
    }
    debian_edit_delete_lines(edit, stanza->file, stanza->line, stanza->end);
    job->is_gone[index] = TRUE;
}

static gboolean
merge_addresses(Job *job, GError **error)
{
    for (guint i = 0; i < job->stanzas->len; i++) {
        DebianStanza *stanza = stanza_at(job, i);
        const DebianWant *want = job->pairs[i];

        if (job->is_kept[i]) {
            drop_commands(job, stanza);
            continue;
        }
        if (!check_inherited(job, stanza, ADDRESS_GROUPS, error))
            return FALSE;
        if (want == NULL) {
            drop_stanza(job, i);
            continue;
        }
        if (stanza->base != NULL && (g_strcmp0(stanza->family, want->family) != 0 ||
                                     g_strcmp0(stanza->method, want->method) != 0))
            return error_set(error, LODGE_ERROR_UNSUPPORTED_CONFIG,
                             "cannot change the method of '%s': %s:%u inherits from another "
                             "stanza; take 'inherits' away first",
                             stanza->name, stanza->file->path, debian_stanza_line(stanza));
        set_header(job, stanza, want->family, want->method);
        debian_options_merge(job->merge, job->wants, &stanza, 1, want->wishes,
                             replaced_groups(job, stanza->family) |
                                 replaced_groups(job, want->family));
    }
    return TRUE;
}

/* The stanza that the wanted one before @index became; NULL when it is new or there is none of the family. */
static const DebianStanza *
find_previous(const Job *job, guint index)
{
    for (guint j = index; j-- > 0;)
        for (guint i = 0; i < job->stanzas->len; i++)
            if (job->pairs[i] == want_at(job, j) &&
                strcmp(want_at(job, j)->family, want_at(job, index)->family) == 0)
                return stanza_at(job, i);
    return NULL;
}

/* Stanzas that are wanted and were not paired: behind the one that they follow, in front of the family, or at the
 * end. */
static void
add_stanzas(Job *job)
{
    DebianEdit *edit = job->merge->edit;

    for (guint j = 0; j < job->wants->stanzas->len; j++) {
        /* the device's options go where the first stanza is, which is there */
        DebianWants bare = *job->wants;
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(DebianWish));
        g_autoptr(GString) text = g_string_new(NULL);
        const DebianStanza *last = stanza_at(job, job->stanzas->len - 1);
        const DebianStanza *previous = find_previous(job, j), *first = NULL;

        if (job->is_used[j])
            continue;
        bare.link = none;
        debian_want_text(&bare, j, text);
        for (guint i = 0; i < job->stanzas->len && first == NULL; i++)
            if (job->pairs[i] != NULL &&
                strcmp(job->pairs[i]->family, want_at(job, j)->family) == 0)
                first = stanza_at(job, i);
        if (previous == NULL && first != NULL)
            debian_edit_insert_before(edit, first->file, first->line, text->str);
        else
            debian_edit_insert_after(edit, last->file,
                                     (previous != NULL ? previous : last)->end - 1, text->str);
    }
}

static gboolean
merge_link(Job *job, GError **error)
{
    g_autoptr(GArray) wishes = g_array_new(FALSE, FALSE, sizeof(DebianWish));
    g_autofree DebianStanza **kept = g_new0(DebianStanza *, job->stanzas->len);
    const DebianOption *option;
    guint n_kept = 0, groups = 0;

    for (guint g = DEBIAN_MTU; g < DEBIAN_GROUP_LAST; g++)
        if ((job->same & (1u << g)) == 0 || job->merge->is_exact)
            groups |= 1u << g;
    for (guint i = 0; i < job->wants->link->len; i++) {
        const DebianWish *wish = &g_array_index(job->wants->link, DebianWish, i);

        if ((groups & (1u << wish->group)) != 0)
            g_array_append_vals(wishes, wish, 1); /* borrowed */
    }
    for (guint i = 0; i < job->stanzas->len; i++)
        if (!job->is_gone[i]) {
            kept[n_kept++] = stanza_at(job, i);
            if (!check_inherited(job, stanza_at(job, i), groups, error))
                return FALSE;
        }
    if (n_kept > 0)
        debian_options_merge(job->merge, job->wants, kept, n_kept, wishes, groups);
    if ((groups & (1u << DEBIAN_SLAVES)) == 0)
        return TRUE;
    /* slaves that name the bond themselves: now the bond names them */
    for (const GPtrArray *members =
             g_hash_table_lookup(job->merge->debian->members, job->wants->def->name);
         members != NULL; members = NULL)
        for (guint i = 0; i < members->len; i++) {
            const DebianStanza *member = g_ptr_array_index(members, i);

            for (guint j = 0; j < member->options->len; j++) {
                option = debian_option(member, j);
                if (strcmp(option->canon, "bond-master") == 0 && debian_is_own(member, option) &&
                    !debian_edit_is_deleted(job->merge->edit, member->file, option->line))
                    debian_edit_delete(job->merge->edit, member->file, option->line);
            }
        }
    return TRUE;
}

gboolean
debian_merge(DebianMerge *merge, const DebianWants *wants, const InterfaceDef *now, GError **error)
{
    Job job = {.merge = merge,
               .wants = wants,
               .stanzas = debian_stanzas(merge->debian, wants->def->name),
               .same = debian_same_groups(now, wants->def),
               .now = now};
    g_autofree const DebianWant **pairs = g_new0(const DebianWant *, job.stanzas->len);
    g_autofree gboolean *is_kept = g_new0(gboolean, job.stanzas->len);
    g_autofree gboolean *is_gone = g_new0(gboolean, job.stanzas->len);
    g_autofree gboolean *is_used = g_new0(gboolean, wants->stanzas->len);

    job.pairs = pairs;
    job.is_kept = is_kept;
    job.is_gone = is_gone;
    job.is_used = is_used;
    keep_families(&job);
    pair_stanzas(&job);
    if (!merge_addresses(&job, error))
        return FALSE;
    add_stanzas(&job);
    return merge_link(&job, error);
}
