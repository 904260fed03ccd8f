/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/param-list.h - typed parameters: the drivers' lists to and from the API's arrays. */
#pragma once

#include "api/call.h"

/**
 * param_list_give:
 * @list: (transfer full) (nullable): what the driver said; NULL: it failed, nothing is done
 * @params: (nullable): room for *@nparams values
 * @nparams: (inout): 0: gets the number of parameters; else how many were filled
 *
 * Returns: 0, or -1
 */
int param_list_give(Call *call, GArray *list, virTypedParameterPtr params, int *nparams);

/* (transfer full): or NULL with Call.error: no parameters, a field without a name, an unknown type. */
GArray *param_list_take(Call *call, virTypedParameterPtr params, int nparams);

/* Copies one; FALSE when the name is too long for the API (then @to is untouched). */
gboolean param_copy_out(const Param *from, virTypedParameterPtr to);
