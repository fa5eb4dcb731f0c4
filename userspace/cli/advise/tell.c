// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sentences of advice: what is wrong, what is refused, what a driver has to
 * do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise.h"
#include "array_size.h"
#include "console/lines.h"

/* Facts of the same cause share a paragraph. */
static bool same_cause(const struct fact *a, const struct fact *b)
{
	if (a->known || b->known)
		return a->known == b->known &&
		       !strcmp(finding_says(a->finding),
			       finding_says(b->finding));
	return a->finding == b->finding && a->scenario->event == b->scenario->event;
}

static bool is_trouble(const struct fact *fact, const struct ask *ask)
{
	return fact_is_of(fact, ask, NULL) && fact_fails(fact);
}

static bool told_before(const struct facts *facts, size_t index,
			const struct ask *ask)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (is_trouble(&facts->fact[i], ask) &&
		    same_cause(&facts->fact[i], &facts->fact[index]))
			return true;
	return false;
}

/* Names of memory kinds or events of one cause, each once. */
static void print_names(struct lines *lines, const struct facts *facts,
			size_t first, const struct ask *ask, bool events)
{
	const char *seen[64];
	size_t i, j, count = 0;

	for (i = first; i < facts->count; i++) {
		const struct scenario *scenario = facts->fact[i].scenario;
		const char *name;

		if (!is_trouble(&facts->fact[i], ask) ||
		    !same_cause(&facts->fact[first], &facts->fact[i]))
			continue;
		name = events ? scenario->event->id : scenario->memory->id;
		for (j = 0; j < count && strcmp(seen[j], name); j++)
			;
		if (j < count || count == ARRAY_SIZE(seen))
			continue;
		seen[count++] = name;
		lines_add(lines, "%s%s", count > 1 ? ", " : "", name);
	}
}

static void tell_cause(const struct facts *facts, size_t first,
		       const struct ask *ask)
{
	const struct fact *fact = &facts->fact[first];
	struct reason text;
	struct lines lines;

	lines_begin(&lines, "- ", "  ");
	lines_add(&lines, "The pin %s: ", finding_says(fact->finding));
	print_names(&lines, facts, first, ask, false);
	if (fact->finding != FINDING_REFUSED &&
	    fact->finding != FINDING_ALLOWED) {
		lines_add(&lines, "; after ");
		print_names(&lines, facts, first, ask, true);
	}
	lines_add(&lines, ". ");
	if (fact->known) {
		known_text(fact->known, &text);
		lines_add(&lines, "%s [%s].", text.text, fact->known->id);
	} else {
		lines_add(&lines, "Seen: %s.", fact->reason);
	}
	lines_end(&lines);
}

static bool is_pinned(const struct facts *facts, const struct ask *ask)
{
	size_t i;

	for (i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->fact[i];

		if (fact_is_of(fact, ask, NULL) && !fact_is_refusal(fact) &&
		    (fact->verdict == VERDICT_PASS ||
		     fact->verdict == VERDICT_DETACHED))
			return true;
	}
	return false;
}

static void tell_trouble(const struct facts *facts, const struct ask *ask)
{
	bool any = false;
	size_t i;

	for (i = 0; i < facts->count; i++) {
		if (!is_trouble(&facts->fact[i], ask) ||
		    told_before(facts, i, ask))
			continue;
		if (!any)
			printf("\nNot reliable:\n");
		any = true;
		tell_cause(facts, i, ask);
	}
	if (!any && is_pinned(facts, ask))
		printf("\n%s\n", ask->way->traits & WAY_PINS ?
		       "Reliable: the pin saw every write in all memory that can be pinned here." :
		       "The references saw every write. fork() was not tried: they are not kept then.");
	else if (!any && facts_measured(facts, ask))
		printf("\nNothing was pinned, so nothing can go stale.\n");
}

static void tell_refused(const struct facts *facts, const struct ask *ask)
{
	const struct memory_kind *last = NULL;
	bool any = false;
	size_t i;

	for (i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->fact[i];
		const struct memory_kind *kind = fact->scenario->memory;
		struct lines lines;

		if (!fact_is_of(fact, ask, NULL) || !fact_is_refusal(fact) ||
		    fact_fails(fact) || kind == last)
			continue;
		last = kind;
		if (!any)
			printf("\nRefused, as the kernel must:\n");
		any = true;
		lines_begin(&lines, "- ", "  ");
		lines_add(&lines, "%s: %s.", kind->id, fact->reason);
		lines_end(&lines);
	}
}

/* Memory of which nothing is known: say why, each reason once. */
static void tell_missing(const struct facts *facts, const struct ask *ask)
{
	const char *last = "";
	bool any = false;
	size_t i;

	for (i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->fact[i];
		struct lines lines;

		if (!fact_is_of(fact, ask, NULL) || !fact_is_measured(fact) ||
		    (fact->verdict != VERDICT_SKIP &&
		     fact->verdict != VERDICT_BROKEN) ||
		    !strcmp(last, fact->reason))
			continue;
		last = fact->reason;
		if (!any)
			printf("\nNot measured:\n");
		any = true;
		lines_begin(&lines, "- ", "  ");
		lines_add(&lines, "%s, %s: %s.", fact->scenario->memory->id,
			  fact->scenario->event->id, fact->reason);
		lines_end(&lines);
	}
}

void advise_tell(const struct facts *facts, const struct ask *ask)
{
	tell_trouble(facts, ask);
	tell_refused(facts, ask);
	tell_missing(facts, ask);
}

const char *advise_release(const struct ask *ask)
{
	bool writes = ask->access->foll & PINTEST_FOLL_WRITE;

	if (!(ask->way->traits & WAY_PINS))
		return writes ? "set_page_dirty_lock() if the device wrote, then put_page()" :
				"put_page()";
	if (ask->way->api == PINTEST_API_PIN_MEMFD)
		return "unpin_folios()";
	if (writes)
		return "unpin_user_pages_dirty_lock(pages, npages, true) if the device wrote, else with false";
	return "unpin_user_pages(), without making them dirty: the device cannot have written";
}

void advise_give_back(const struct ask *ask, const char *driver_release)
{
	struct lines lines;

	printf("\nTo do:\n");
	lines_begin(&lines, "- ", "  ");
	lines_add(&lines, "Give the pages back with %s.", advise_release(ask));
	if (driver_release)
		lines_add(&lines, " The driver uses %s().", driver_release);
	lines_end(&lines);
	lines_begin(&lines, "- ", "  ");
	lines_add(&lines, ask->way->traits & WAY_PINS ?
		  "fork() copies pinned anonymous pages for the child, so the pin stays with the process." :
		  "This call takes references, not pins: after fork() the next write of the process moves it away from them. Use pin_user_pages() and friends if a device reads or writes the pages.");
	lines_end(&lines);
	lines_begin(&lines, "- ", "  ");
	lines_add(&lines, "After munmap(), MADV_DONTNEED or truncation the pin keeps the old pages and the process gets new ones: use an MMU notifier if the device has to follow.");
	lines_end(&lines);
	lines_begin(&lines, "- ", "  ");
	lines_add(&lines, "Charge RLIMIT_MEMLOCK with account_locked_vm(): the kernel does not do it for %s.",
		  ask->way->traits & WAY_PINS ? "pins" : "references");
	lines_end(&lines);
}

/* Print what is known of a bug, and what was measured of an effect. */
static void tell_story(const struct fact *fact, bool bug)
{
	struct reason text;
	struct lines lines;

	lines_begin(&lines, "- ", "  ");
	lines_add(&lines, "%s: ", strchr(fact->id, '.') + 1);
	if (bug && fact->known) {
		known_text(fact->known, &text);
		lines_add(&lines, "%s.", text.text);
	} else {
		lines_add(&lines, "%s.", fact->reason);
	}
	lines_end(&lines);
}

static void tell_stories(const struct facts *facts, bool bugs,
			 const char *title)
{
	bool any = false;
	size_t i;

	for (i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->fact[i];
		bool bug = !strncmp(fact->id, "bugs.", 5);

		if (bug != bugs || (bug && !fact_fails(fact)) ||
		    fact->verdict == VERDICT_SKIP)
			continue;
		if (!any)
			printf("\n%s:\n", title);
		any = true;
		tell_story(fact, bug);
	}
}

void advise_stories(const struct facts *facts)
{
	tell_stories(facts, false, "Effects on the process, of 2 MiB pinned");
	tell_stories(facts, true, "Bugs of this kernel that pins can meet");
}
