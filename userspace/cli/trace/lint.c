// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may be wrong with a call that takes pages.
 */
#include <stdio.h>
#include <string.h>

#include "array_size.h"
#include "lint.h"

static const struct lint_word words[] = {
	{ LINT_STALE, "stale",
	  "a page that is pinned is not the page that is mapped there",
	  "the device and the process no longer see the same bytes" },
	{ LINT_LEAK, "leak",
	  "pins are held, and the memory of their process is gone",
	  "the pages are lost until a reboot: give back all that a call took" },
	{ LINT_PUT_FOR_UNPIN, "put-for-unpin",
	  "pins are held that the folio does not count",
	  "put_page() was called for unpin_user_page(): the pin count is wrong" },
	{ LINT_FORCE, "force", "FOLL_FORCE",
	  "pages are written in spite of their protection, and copied for it: FOLL_LONGTERM alone does what drivers want since 6.2" },
	{ LINT_NO_LONGTERM, "no-longterm",
	  "held for long without FOLL_LONGTERM",
	  "the pages may block ZONE_MOVABLE and CMA; right only if an MMU notifier gives them back in time" },
	{ LINT_GET, "get",
	  "a module takes references to write to the pages",
	  "no kernel function knows that a device uses them: see Documentation/core-api/pin_user_pages.rst" },
	{ LINT_SHORT, "short", "fewer pages than asked for, and they are kept",
	  "what is behind them must not be given to the device" },
	{ LINT_GOES_STALE, "goes-stale",
	  "a read-only long-term pin of a page that the process may write to, and that is not its own",
	  "a write of the process makes it stale: see 'pintest check' for what this kernel does" },
};

/* Modules of the kernel that take references for a moment, as they may. */
static const char *const get_modules[] = { "[kvm]", "[nfs]", "[fuse]" };

const struct lint_word *lint_words(size_t *count)
{
	*count = ARRAY_SIZE(words);
	return words;
}

void lint_names(uint32_t lint, char *buf, size_t size)
{
	size_t i, used = 0;

	snprintf(buf, size, "-");
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (lint & words[i].lint && used < size)
			used += snprintf(buf + used, size - used, "%s%s",
					 used ? " " : "", words[i].name);
}

static bool is_get(const struct pintest_event *event)
{
	return PINTEST_CALLS_GET >> event->call & 1;
}

/* Modules of file systems reach the pages of direct I/O by the kernel's helpers. */
static bool may_get(const char *caller)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(get_modules); i++)
		if (strstr(caller, get_modules[i]))
			return true;
	return !strchr(caller, '[');
}

uint32_t lint_call(const struct pintest_event *event, const char *caller)
{
	if (event->flags & PINTEST_EVENT_NESTED)
		return 0;
	if (is_get(event))
		return event->foll & PINTEST_FOLL_WRITE && !may_get(caller) ?
		       LINT_GET : 0;
	return event->foll & PINTEST_FOLL_FORCE ? LINT_FORCE : 0;
}

uint32_t lint_held(const struct pintest_event *event, uint64_t held_ns,
		   uint64_t long_ns, bool last)
{
	uint32_t lint = 0;

	if (last && event->flags & PINTEST_EVENT_GONE)
		lint |= LINT_LEAK;
	/* That one has no flags, and takes folios for pages. */
	if (event->call == PINTEST_CALL_MEMFD_PIN_FOLIOS)
		return lint;
	if (!(event->foll & PINTEST_FOLL_LONGTERM) && held_ns >= long_ns)
		lint |= LINT_NO_LONGTERM;
	if (event->result > 0 && (uint64_t)event->result < event->pages &&
	    (last || held_ns >= long_ns))
		lint |= LINT_SHORT;
	return lint;
}

uint32_t lint_record(const struct pintest_record *record, bool gone)
{
	const uint32_t mapped = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME;
	uint32_t lint = 0;

	if (!gone && (record->flags_known & mapped) == mapped &&
	    (record->flags & mapped) == PINTEST_PAGE_MAPPED)
		lint |= LINT_STALE;
	/* The count of a small folio is a guess from above. */
	if (record->fields & PINTEST_FIELD_PINCOUNT && record->pincount <= 0)
		lint |= LINT_PUT_FOR_UNPIN;
	return lint;
}

uint32_t lint_write(const struct pintest_event *event,
		    const struct pintest_record *record, const char *perms)
{
	const uint32_t foll = PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM;
	const uint64_t mapped = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME;

	if ((event->foll & foll) != PINTEST_FOLL_LONGTERM ||
	    perms[1] != 'w' || perms[3] != 'p')
		return 0;
	if ((record->flags & mapped) != mapped ||
	    record->flags & (PINTEST_PAGE_MAPPED_WRITABLE |
			     PINTEST_PAGE_ANON_EXCLUSIVE |
			     PINTEST_PAGE_HEAD_ANON_EXCLUSIVE))
		return 0;
	return LINT_GOES_STALE;
}
