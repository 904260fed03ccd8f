/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* core/params.h - lists of named values (libvirt's typed parameters) and how they are set.
 *
 * Theory of operation. Setting is the same for memory, processors and block devices: the
 * values are put into copies of the live and the stored definition (which checks them), the
 * difference is written into the control groups, then the definitions are saved. Nothing is saved when the
 * kernel refuses.
 *
 * Used by: params-*.c, guest-stats.c, the drivers of guests.
 */
#pragma once

#include "core/guest.h"

enum {
    PARAM_INT = 1,
    PARAM_UINT,
    PARAM_LLONG,
    PARAM_ULLONG,
    PARAM_DOUBLE,
    PARAM_BOOLEAN,
    PARAM_STRING
};

GArray *params_new(void); /* (transfer full) (element-type Param) */
void params_add_int(GArray *params, const char *field, int value);
void params_add_uint(GArray *params, const char *field, guint value);
void params_add_llong(GArray *params, const char *field, gint64 value);
void params_add_ullong(GArray *params, const char *field, guint64 value);
void params_add_string(GArray *params, const char *field, const char *value);

typedef struct {
    const char *field;
    int type;
} ParamField;

/* Every entry must be one of @fields (array length=n_fields) with its type, and given once. */
gboolean params_check(const GArray *params, const ParamField *fields, gsize n_fields,
                      GError **error);
const Param *params_find(const GArray *params, const char *field); /* NULL when absent */

typedef struct {
    const char *call; /* for messages about flags */
    const ParamField *fields;
    gsize n_fields;
    /* Puts @params into @def, refusing values that make no sense; @def is then thrown away. */
    gboolean (*apply)(DomainDef *def, const GArray *params, GError **error);
    /* Writes what differs between the two into the groups of @status. */
    gboolean (*write)(const Status *status, const DomainDef *before, const DomainDef *after,
                      GError **error);
} ParamSetter;

gboolean params_set(DriverCtx *ctx, const ObjectRef *ref, const ParamSetter *setter,
                    const GArray *params, guint flags, GError **error);

/**
 * params_target:
 * @flags: AFFECT_* and VIR_TYPED_PARAM_STRING_OKAY (4) of a getter
 * @ret_def: (transfer full): what to read from; @ret_status: NULL when from the stored definition
 *
 * Returns: FALSE with @error: both AFFECT flags, unknown ones, or not possible now
 */
gboolean params_target(DriverCtx *ctx, const ObjectRef *ref, const char *call, guint flags,
                       DomainDef **ret_def, Status **ret_status, GError **error);

/* The group of @controller; an error that names it when the container has none. */
const char *params_group(const Status *status, const char *controller, int *ret_version,
                         GError **error);
