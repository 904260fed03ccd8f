/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* supervisor/console-priv.h - what console.c and console-reader.c know of each other.
 */
#pragma once

#include "supervisor/console.h"

/* --- console.c ------------------------------------------------------------------------------- */

/* A reader made progress or went away: lets the guest go on when it waited for that. */
void console_unhold(Console *console);

/* Gives the guest's pty what is in the input buffer. Returns: whether all of it is gone. */
bool console_flush_input(Console *console);

/* --- console-reader.c ---------------------------------------------------------------------------- */

/* Whether the guest may have to wait for @reader. */
bool reader_holds(const ConsoleReader *reader);

/* Gives it what it can take now. */
void reader_deliver(ConsoleReader *reader);

/* Reads what it types, as long as the guest takes it. */
void reader_take_input(ConsoleReader *reader);

/* Ends its stream; its place is free. */
void reader_end(ConsoleReader *reader);

/* @fd is taken over. */
int reader_start(Console *console, ConsoleReader *reader, int fd, bool may_write, Err *err);

/* The host's pty, see console.h. @fd is borrowed. */
int reader_start_pty(Console *console, int fd, Err *err);
