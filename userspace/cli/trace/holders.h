/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds a page, in few words, while a trace runs.
 */
#ifndef PINTEST_CLI_TRACE_HOLDERS_H
#define PINTEST_CLI_TRACE_HOLDERS_H

#include <stddef.h>

#include "pintest.h"

/** struct holders - a share in what the trace that runs knows */
struct holders;

/** holders_join() - have a share, or NULL if no trace runs for the caller */
struct holders *holders_join(struct pintest *pt);

/** holders_free() - give it up, or NULL */
void holders_free(struct holders *holders);

/**
 * holders_names() - callers that hold a page's folio: "f, g [m]"
 * @holders: the share
 * @record: of the page
 * @buf: the names, each once; "?" stands for those that have pinned it before the
 *	trace began. Empty if nothing is known
 * @size: of @buf
 */
void holders_names(struct holders *holders, const struct pintest_record *record,
		   char *buf, size_t size);

#endif /* PINTEST_CLI_TRACE_HOLDERS_H */
