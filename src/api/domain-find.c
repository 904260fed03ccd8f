/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/domain-find.h"

#include <string.h>

#include "api/calls.h"
#include "util/uuid.h"

/* --- lists ------------------------------------------------------------------------------------- */

/* Filters about what lodge never has: either they let everything through or nothing. */
static gboolean
passes_absent_features(guint flags)
{
    static const struct {
        guint has, has_not;
    } groups[] = {
        {VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT, VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT},
        {VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT, VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT},
    };

    for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
        if ((flags & (groups[i].has | groups[i].has_not)) == groups[i].has)
            return FALSE;
    return TRUE;
}

static gboolean
add_members_guests(Call *call, virConnectPtr conn, Member *member, guint flags, GPtrArray *into)
{
    const DomainObjects *role = member->driver->objects;
    g_autoptr(GPtrArray) refs = NULL;

    if (role == NULL || role->list == NULL)
        return TRUE;
    refs = role->list(call_ctx(call, &member->ctx), flags, &call->error);
    if (refs == NULL)
        return FALSE;
    for (guint i = 0; i < refs->len; i++) {
        const ObjectRef *ref = g_ptr_array_index(refs, i);

        g_ptr_array_add(into,
                        domain_new(conn, member, object_ref_new(ref->name, ref->uuid, ref->id)));
    }
    return TRUE;
}

static void
drop_domain(void *domain)
{
    domain_unref(domain);
}

GPtrArray *
domain_find_all(Call *call, virConnectPtr conn, guint flags)
{
    const guint absent =
        VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT | VIR_CONNECT_LIST_DOMAINS_NO_SNAPSHOT |
        VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT | VIR_CONNECT_LIST_DOMAINS_NO_CHECKPOINT;
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(drop_domain);

    if (!passes_absent_features(flags))
        return g_steal_pointer(&all);
    for (guint i = 0; i < conn->n_members; i++)
        if (!add_members_guests(call, conn, &conn->members[i], flags & ~absent, all))
            return NULL;
    return g_steal_pointer(&all);
}

int
domain_list_give(GPtrArray *list, virDomainPtr **domains)
{
    int n = (int)list->len;

    g_ptr_array_add(list, NULL);
    g_ptr_array_set_free_func(list, NULL);
    *domains = (virDomainPtr *)g_ptr_array_free(list, FALSE);
    return n;
}

int
domain_list_call_all(Call *call, virConnectPtr conn, virDomainPtr **domains, unsigned int flags)
{
    g_autoptr(GPtrArray) list = domain_find_all(call, conn, flags);

    if (list == NULL)
        return -1;
    return domains != NULL ? domain_list_give(g_steal_pointer(&list), domains) : (int)list->len;
}

static int
count(Call *call, virConnectPtr conn, guint flags)
{
    g_autoptr(GPtrArray) list = domain_find_all(call, conn, flags);

    return list != NULL ? (int)list->len : -1;
}

int
domain_list_call_count_active(Call *call, virConnectPtr conn)
{
    return count(call, conn, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
}

int
domain_list_call_count_inactive(Call *call, virConnectPtr conn)
{
    return count(call, conn, VIR_CONNECT_LIST_DOMAINS_INACTIVE);
}

int
domain_list_call_active_ids(Call *call, virConnectPtr conn, int *ids, int maxids)
{
    g_autoptr(GPtrArray) list = domain_find_all(call, conn, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
    int n = 0;

    if (list == NULL)
        return -1;
    for (; n < maxids && n < (int)list->len; n++)
        ids[n] = ((virDomainPtr)g_ptr_array_index(list, n))->ref->id;
    return n;
}

int
domain_list_call_inactive_names(Call *call, virConnectPtr conn, char **const names, int maxnames)
{
    g_autoptr(GPtrArray) list = domain_find_all(call, conn, VIR_CONNECT_LIST_DOMAINS_INACTIVE);
    int n = 0;

    if (list == NULL)
        return -1;
    for (; n < maxnames && n < (int)list->len; n++)
        names[n] = g_strdup(((virDomainPtr)g_ptr_array_index(list, n))->ref->name);
    return n;
}

/* --- lookups ------------------------------------------------------------------------------------- */

typedef struct {
    const char *name;   /* or */
    const guint8 *uuid; /* or */
    int id;
} Key;

static ObjectRef *
ask(Member *member, const Key *key, GError **error)
{
    const DomainObjects *role = member->driver->objects;

    if (role == NULL || role->lookup_name == NULL || role->lookup_uuid == NULL ||
        role->lookup_id == NULL) {
        g_set_error(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND, "the %s driver has no guests",
                    member->driver->name);
        return NULL;
    }
    if (key->name != NULL)
        return role->lookup_name(&member->ctx, key->name, error);
    if (key->uuid != NULL)
        return role->lookup_uuid(&member->ctx, key->uuid, error);
    return role->lookup_id(&member->ctx, key->id, error);
}

/* The one guest of all drivers that @key names. */
static virDomainPtr
lookup(Call *call, virConnectPtr conn, const Key *key)
{
    g_autoptr(ObjectRef) found = NULL;
    g_autoptr(GError) not_found = NULL;
    Member *home = NULL;

    for (guint i = 0; i < conn->n_members; i++) {
        Member *member = &conn->members[i];
        g_autoptr(GError) error = NULL;
        g_autoptr(ObjectRef) ref = ask(member, key, &error);

        if (ref != NULL && found != NULL) {
            call_fail(call, VIR_ERR_MULTIPLE_DOMAINS,
                      "guest '%s' exists in the %s driver and in the %s driver; connect to "
                      "%s:/// or %s:/// to say which",
                      ref->name, home->driver->name, member->driver->name, home->driver->scheme,
                      member->driver->scheme);
            return NULL;
        }
        if (ref != NULL) {
            found = g_steal_pointer(&ref);
            home = member;
        } else if (!g_error_matches(error, LODGE_ERROR, LODGE_ERROR_NOT_FOUND)) {
            call->error = g_steal_pointer(&error);
            return NULL;
        } else if (not_found == NULL) {
            not_found = g_steal_pointer(&error);
        }
    }
    if (found != NULL)
        return domain_new(conn, home, g_steal_pointer(&found));
    if (not_found != NULL)
        call->error = g_steal_pointer(&not_found);
    else
        call_unsupported(call);
    return NULL;
}

virDomainPtr
domain_call_by_id(Call *call, virConnectPtr conn, int id)
{
    Key key = {.id = id};

    if (id < 0) {
        call_fail(call, VIR_ERR_INVALID_ARG, "id %d in %s must not be negative", id,
                  call->spec->name);
        return NULL;
    }
    return lookup(call, conn, &key);
}

virDomainPtr
domain_call_by_name(Call *call, virConnectPtr conn, const char *name)
{
    Key key = {.name = name};

    return lookup(call, conn, &key);
}

virDomainPtr
domain_call_by_uuid(Call *call, virConnectPtr conn, const unsigned char *uuid)
{
    Key key = {.uuid = uuid};

    return lookup(call, conn, &key);
}

virDomainPtr
domain_call_by_uuid_string(Call *call, virConnectPtr conn, const char *uuidstr)
{
    guint8 uuid[UUID_SIZE];

    if (!uuid_parse(uuidstr, uuid)) {
        call_fail(call, VIR_ERR_INVALID_ARG, "'%s' is no uuid; write 32 hexadecimal digits",
                  uuidstr);
        return NULL;
    }
    return domain_call_by_uuid(call, conn, uuid);
}

/* --- the driver for a description -------------------------------------------------------------- */

typedef struct {
    char *type;
} RootType;

static void
on_root(GMarkupParseContext *context, const char *element, const char **names, const char **values,
        gpointer data, GError **error)
{
    RootType *root = data;

    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], "type") == 0)
            root->type = g_strdup(values[i]);
    /* The first start tag is all that is wanted; the driver reads, and judges, the whole. */
    g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "seen");
}

Member *
domain_find_driver(Call *call, virConnectPtr conn, const char *xml)
{
    static const GMarkupParser parser = {.start_element = on_root};
    RootType root = {0};
    GMarkupParseContext *context;
    g_autofree char *type = NULL;
    g_autoptr(GString) known = g_string_new(NULL);

    if (conn->n_members <= 1)
        return conn->n_members == 1 ? &conn->members[0] : (call_unsupported(call), NULL);
    context = g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &root, NULL);
    (void)g_markup_parse_context_parse(context, xml, (gssize)strlen(xml), NULL); /* see on_root() */
    g_markup_parse_context_free(context);
    type = root.type;
    for (guint i = 0; i < conn->n_members; i++) {
        const DriverFacts *facts = driver_facts(conn->members[i].driver->scheme);

        for (guint t = 0; t < G_N_ELEMENTS(facts->domain_types); t++) {
            if (facts->domain_types[t] == NULL)
                continue;
            if (type == NULL || strcmp(type, facts->domain_types[t]) == 0)
                return &conn->members[i]; /* without a type: any driver says what is wrong */
            g_string_append_printf(known, "%s'%s'", known->len > 0 ? ", " : "",
                                   facts->domain_types[t]);
        }
    }
    call_fail(call, VIR_ERR_CONFIG_UNSUPPORTED, "no driver for domain type '%s'; there is %s", type,
              known->str);
    return NULL;
}
