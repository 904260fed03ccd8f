/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/facts.h"

#include "util/json.h"

Facts
facts_start(Cli *cli, const char *format, gboolean as_json)
{
    Facts facts = {.cli = cli, .format = format};

    if (as_json) {
        Json *json = g_new(Json, 1);

        facts.json = g_string_new(NULL);
        *json = json_start(facts.json);
        json_object(json, NULL);
        facts.writer = json;
    }
    return facts;
}

void
facts_end(Facts *facts)
{
    facts_end_with(facts, "\n");
}

void
facts_end_with(Facts *facts, const char *after)
{
    if (!facts->json)
        return;
    json_end(facts->writer);
    cli_print("%s%s", facts->json->str, after);
    facts->cli->no_blank = TRUE;
    facts_drop(facts);
}

void
facts_drop(Facts *facts)
{
    if (facts->json)
        g_string_free(facts->json, TRUE);
    g_free(facts->writer);
    facts->json = NULL;
    facts->writer = NULL;
}

static void
line(const Facts *facts, const char *title, const char *value)
{
    if (!title)
        return;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    cli_print(facts->format, title, value); /* one of our own two-%s constants */
#pragma GCC diagnostic pop
}

void
facts_text(Facts *facts, const char *title, const char *key, const char *value)
{
    if (!facts->json)
        line(facts, title, value);
    else if (key)
        json_string(facts->writer, key, value);
}

void
facts_bool(Facts *facts, const char *title, const char *key, gboolean value, const char *yes,
           const char *no)
{
    if (!facts->json)
        line(facts, title, value ? yes : no);
    else if (key)
        json_bool(facts->writer, key, value);
}

void
facts_number(Facts *facts, const char *title, const char *key, gint64 value, const char *unit)
{
    if (!facts->json) {
        g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT "%s", value, unit);

        line(facts, title, text);
    } else if (key) {
        json_int(facts->writer, key, value);
    }
}

char *
facts_param_text(const virTypedParameter *param)
{
    switch (param->type) {
    case VIR_TYPED_PARAM_INT:
        return g_strdup_printf("%d", param->value.i);
    case VIR_TYPED_PARAM_UINT:
        return g_strdup_printf("%u", param->value.ui);
    case VIR_TYPED_PARAM_LLONG:
        return g_strdup_printf("%lld", param->value.l);
    case VIR_TYPED_PARAM_ULLONG:
        return g_strdup_printf("%llu", param->value.ul);
    case VIR_TYPED_PARAM_DOUBLE:
        return g_strdup_printf("%f", param->value.d);
    case VIR_TYPED_PARAM_BOOLEAN:
        return g_strdup(param->value.b ? "yes" : "no");
    case VIR_TYPED_PARAM_STRING:
        return g_strdup(param->value.s);
    }
    return g_strdup("?"); /* a type that this libvirt has not */
}

void
facts_param(Facts *facts, const virTypedParameter *param)
{
    g_autofree char *text = facts_param_text(param);

    if (!facts->json)
        line(facts, param->field, text);
    else if (param->type == VIR_TYPED_PARAM_STRING)
        json_string(facts->writer, param->field, text);
    else if (param->type == VIR_TYPED_PARAM_BOOLEAN)
        json_bool(facts->writer, param->field, param->value.b);
    else if (param->type == VIR_TYPED_PARAM_ULLONG)
        json_uint(facts->writer, param->field, param->value.ul);
    else if (param->type == VIR_TYPED_PARAM_DOUBLE)
        json_double(facts->writer, param->field, param->value.d);
    else
        json_int(facts->writer, param->field, g_ascii_strtoll(text, NULL, 10));
}
