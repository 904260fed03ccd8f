/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* cli/names.h - words for the numbers of the API: states, reasons, events. */
#pragma once

const char *names_state(int state); /* "running" */
const char *names_reason(int state,
                         int reason); /* "booted"; "unknown" for one that we do not know */
const char *names_event(int event);   /* "Started" */
const char *names_event_detail(int event, int detail); /* "Booted" */
const char *names_network_event(int event);            /* "Started" */
const char *names_memory_stat(int tag);                /* "rss"; NULL for one that we do not know */
