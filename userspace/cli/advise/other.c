// SPDX-License-Identifier: GPL-2.0-only
/*
 * What other calls would do on this kernel, and this call on other kernels.
 */
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "advise.h"
#include "console/lines.h"

#define RELEASE(major, minor)	((major) << 16 | (minor))

const struct access *const *advise_instead(const struct access *access)
{
	static const struct access *const instead[ACCESS_ROWS][3] = {
		[RO_LONGTERM] = { &access_table[RW_LONGTERM] },
		[RO_LONGTERM_FORCE] = { &access_table[RO_LONGTERM],
					&access_table[RW_LONGTERM] },
		[RW_LONGTERM] = { &access_table[RO_LONGTERM] },
		[RW_LONGTERM_FORCE] = { &access_table[RW_LONGTERM],
					&access_table[RO_LONGTERM] },
		[RO] = { &access_table[RO_LONGTERM], &access_table[RW] },
		[RW] = { &access_table[RW_LONGTERM] },
	};

	return instead[access - access_table];
}

/* Whether something is wrong, or refused, with memory that is pinned so. */
static bool has_trouble(const struct facts *facts, const struct ask *ask,
			const struct memory_kind *kind)
{
	size_t i;

	for (i = 0; i < facts->count; i++)
		if (fact_is_of(&facts->fact[i], ask, kind) &&
		    (fact_fails(&facts->fact[i]) ||
		     fact_is_refusal(&facts->fact[i])))
			return true;
	return false;
}

static bool is_good(const struct facts *facts, const struct ask *ask,
		    const struct memory_kind *kind)
{
	bool passed = false;
	size_t i;

	for (i = 0; i < facts->count; i++)
		if (fact_is_of(&facts->fact[i], ask, kind))
			passed |= facts->fact[i].verdict == VERDICT_PASS;
	return passed && !has_trouble(facts, ask, kind);
}

void advise_better(const struct facts *facts, const struct ask *ask,
		   const struct ask *other)
{
	const struct memory_kind *last = NULL;
	struct lines lines;
	char name[256];
	size_t i, count = 0;

	lines_begin(&lines, "- ", "  ");
	lines_add(&lines, "%s is reliable for",
		  ask_name(other, name, sizeof(name)));
	for (i = 0; i < facts->count; i++) {
		const struct memory_kind *kind = facts->fact[i].scenario->memory;

		if (kind == last || !fact_is_of(&facts->fact[i], ask, NULL))
			continue;
		last = kind;
		if (has_trouble(facts, ask, kind) && is_good(facts, other, kind))
			lines_add(&lines, "%s %s", count++ ? "," : "",
				  kind->id);
	}
	lines_add(&lines, "%s.", count ? "" : " none of these kinds either");
	if (other->access->foll & ~ask->access->foll & PINTEST_FOLL_WRITE)
		lines_add(&lines, " It marks all pages as written.");
	lines_end(&lines);
}

/* Other kernels */

static unsigned int release_of(const char *text, int *length)
{
	unsigned int major, minor;

	if (sscanf(text, "%u.%u%n", &major, &minor, length) != 2)
		return 0;
	return RELEASE(major, minor);
}

int releases_parse(const char *text, struct releases *releases)
{
	int length = 0;

	releases->from = release_of(text, &length);
	releases->to = releases->from;
	if (!releases->from)
		return -EINVAL;
	text += length;
	if (!*text)
		return 0;
	if (strncmp(text, "..", 2))
		return -EINVAL;
	releases->to = UINT_MAX;
	if (!text[2])
		return 0;
	releases->to = release_of(text + 2, &length);
	return releases->to >= releases->from && !text[2 + length] ? 0 : -EINVAL;
}

/* Whether some of the releases have it. */
static bool is_in(const struct known *known, const struct releases *releases)
{
	int length;

	if (known->since && release_of(known->since, &length) > releases->to)
		return false;
	return !known->fixed_in ||
	       release_of(known->fixed_in, &length) > releases->from;
}

/* Whether a kind has pages such as a behaviour is about, once they are pinned. */
static bool page_may_fit(const struct known *known, const struct fact *fact)
{
	const struct memory_kind *kind = fact->scenario->memory;
	bool anon = kind->traits & MEMORY_ANON ||
		    (kind->traits & MEMORY_PRIVATE &&
		     fact->scenario->access->foll & PINTEST_FOLL_WRITE);

	if (known->is & PINTEST_PAGE_ANON && !anon)
		return false;
	if (known->is_not & PINTEST_PAGE_ANON && anon)
		return false;
	if (known->is & PINTEST_PAGE_HUGETLB &&
	    !(kind->traits & MEMORY_HUGETLB))
		return false;
	return !(known->is & kind->is_not) && !(known->is_not & kind->is);
}

/*
 * The page that was pinned is not known, but what pages the kind has. Shared
 * memory is not replaced by copies, and what is refused does not go stale.
 */
static bool may_concern(const struct known *known, const struct fact *fact)
{
	const struct memory_kind *kind = fact->scenario->memory;
	const unsigned int replaced = FINDING_STALE | FINDING_OTHER_PAGE;

	if (!known->checks || fnmatch(known->checks, fact->id, FNM_EXTMATCH))
		return false;
	if (known->findings & replaced &&
	    (!(kind->traits & MEMORY_PRIVATE) ||
	     memory_refuses(kind, fact->scenario->access->foll)))
		return false;
	return page_may_fit(known, fact);
}

static bool is_measured(const struct facts *facts, const struct known *known)
{
	size_t i;

	for (i = 0; i < facts->count; i++)
		if (facts->fact[i].known == known)
			return true;
	return false;
}

static size_t add_kinds(struct lines *lines, const struct facts *facts,
			const struct ask *ask, const struct known *known)
{
	const struct memory_kind *last = NULL;
	size_t i, count = 0;

	for (i = 0; i < facts->count; i++) {
		const struct fact *fact = &facts->fact[i];

		if (!fact_is_of(fact, ask, NULL) ||
		    fact->scenario->memory == last ||
		    !may_concern(known, fact))
			continue;
		last = fact->scenario->memory;
		lines_add(lines, "%s%s", count++ ? ", " : "", last->id);
	}
	return count;
}

static bool concerns(const struct facts *facts, const struct ask *ask,
		     const struct known *known)
{
	size_t i;

	for (i = 0; i < facts->count; i++)
		if (fact_is_of(&facts->fact[i], ask, NULL) &&
		    may_concern(known, &facts->fact[i]))
			return true;
	return false;
}

static void tell_known(const struct facts *facts, const struct ask *ask,
		       const struct known *known)
{
	struct reason text;
	struct lines lines;

	lines_begin(&lines, "- ", "  ");
	lines_add(&lines, "May concern ");
	add_kinds(&lines, facts, ask, known);
	known_text(known, &text);
	lines_add(&lines, ": %s [%s].%s", text.text, known->id,
		  is_measured(facts, known) ? " Measured here." : "");
	lines_end(&lines);
}

void advise_kernels(const struct facts *facts, const struct ask *ask,
		    const struct releases *releases)
{
	size_t i, count;
	const struct known *known = known_behaviours(&count);
	bool any = false;
	char name[256];

	printf("\n%s on those kernels, as far as known and not measured:\n",
	       ask_name(ask, name, sizeof(name)));
	for (i = 0; i < count; i++) {
		if (!is_in(&known[i], releases) ||
		    !concerns(facts, ask, &known[i]))
			continue;
		any = true;
		tell_known(facts, ask, &known[i]);
	}
	if (!any)
		printf("- Nothing is known against it.\n");
}
