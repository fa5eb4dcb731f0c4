/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be wrong with a call that takes pages. Pure: from events alone.
 */
#ifndef PINTEST_CLI_TRACE_LINT_H
#define PINTEST_CLI_TRACE_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "pintest.h"

/**
 * enum lint - findings
 *
 * @LINT_STALE: a page that is pinned was seen not to be the mapped one
 * @LINT_LEAK: pins are held and the memory of the process is gone
 * @LINT_PUT_FOR_UNPIN: pins are held and the folio has not as many
 * @LINT_FORCE: FOLL_FORCE
 * @LINT_NO_LONGTERM: held for long without FOLL_LONGTERM
 * @LINT_GET: a module takes references where pins are meant
 * @LINT_SHORT: fewer pages than asked for, and they were kept
 * @LINT_GOES_STALE: a read-only long-term pin, of a kind that goes stale here
 */
enum lint {
	LINT_STALE		= 1 << 0,
	LINT_LEAK		= 1 << 1,
	LINT_PUT_FOR_UNPIN	= 1 << 2,
	LINT_FORCE		= 1 << 3,
	LINT_NO_LONGTERM	= 1 << 4,
	LINT_GET		= 1 << 5,
	LINT_SHORT		= 1 << 6,
	LINT_GOES_STALE		= 1 << 7,
};

/**
 * struct lint_word - a finding in words
 *
 * @lint: which
 * @name: its name
 * @what: what was seen
 * @means: what comes of it, and what to do
 */
struct lint_word {
	enum lint lint;
	const char *name;
	const char *what;
	const char *means;
};

/** lint_words() - all findings, the worst first */
const struct lint_word *lint_words(size_t *count);

/** lint_names() - names of findings, separated by blanks; "-" for none */
void lint_names(uint32_t lint, char *buf, size_t size);

/**
 * lint_call() - findings of a call by itself
 * @event: the call
 * @caller: who made it, "function [module]"
 */
uint32_t lint_call(const struct pintest_event *event, const char *caller);

/**
 * lint_held() - findings of a call whose pins are out
 * @event: the call, as HELD tells it
 * @held_ns: for how long
 * @long_ns: from when on that is long
 * @last: who would give something back has had time for it
 */
uint32_t lint_held(const struct pintest_event *event, uint64_t held_ns,
		   uint64_t long_ns, bool last);

/**
 * lint_record() - findings of a page that is held, and of nothing else
 * @record: its state now
 * @gone: the memory of its process is gone
 */
uint32_t lint_record(const struct pintest_record *record, bool gone);

/**
 * lint_write() - whether the next write of the process makes a page stale
 * @event: the call that holds the page
 * @record: its state now
 * @perms: of the mapping that it is in, as in /proc/PID/maps
 *
 * By what the page is, not by the kernel's version: a kernel that gives a
 * read-only long-term pin a page of the process's own is right.
 */
uint32_t lint_write(const struct pintest_event *event,
		    const struct pintest_record *record, const char *perms);

#endif /* PINTEST_CLI_TRACE_LINT_H */
