/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* api/error.h - from the errors of lodge to those of libvirt's API. */
#pragma once

#include "api/call.h"

/* What a call was about, as far as the number of its error depends on it. */
typedef struct {
    gboolean is_lookup;  /* it looks for an object: "not found" is the object */
    gboolean is_network; /* a network, else a domain */
    gboolean is_gone;    /* the object of the call does not exist any more */
    gboolean takes_xml;  /* it reads a description */
} ErrorAbout;

/* libvirt's number for one of ours. */
int error_number(LodgeErrorCode code, const ErrorAbout *about);

/* Makes Call.error the last error of thread and connection and tells the error function. */
void error_raise(Call *call);

/* For calls outside the table: the last error of the thread, told to the error function. */
void error_raise_plain(int number, int origin, const char *format, ...) G_GNUC_PRINTF(3, 4);
