// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the kernel refuses a pin that it has to refuse. A driver that pins like
 * this gets no pin, which must not read like a promise that was kept.
 */
#include <errno.h>
#include <string.h>

#include "base/reason.h"
#include "judge.h"

static struct judgement not_refused(const struct observations *seen,
				    const struct memory_kind *kind)
{
	struct judgement judgement = {
		.verdict = VERDICT_FAIL,
		.finding = FINDING_ALLOWED,
	};

	reason(&judgement.why, 0, "%d of %d pages are pinned instead of %u: %s",
	       (int)seen->pinned, CHECK_PAGES, kind->refused_from, kind->what);
	return judgement;
}

static struct judgement refused_otherwise(const struct observations *seen,
					  int error)
{
	struct judgement judgement = {
		.verdict = VERDICT_FAIL,
		.finding = FINDING_REFUSED,
	};

	reason(&judgement.why, 0, "refused with '%s' instead of '%s'",
	       strerror(-seen->error), strerror(error));
	return judgement;
}

/* Half of what as many calls would leave behind as were made. */
#define NOISE	(REPINS / 2)

static bool both_know(const struct pintest_record *was,
		      const struct pintest_record *is, uint64_t field)
{
	return record_taken(was) && record_taken(is) &&
	       was->fields & is->fields & field;
}

/* References that pins of a small page take are counted as its pins, too. */
static struct judgement judge_references(const struct observations *seen,
					 size_t page)
{
	const struct pintest_record *records = seen->pages[page].records;
	const struct pintest_record *was = &records[MOMENT_PINNED];
	const struct pintest_record *is = &records[MOMENT_UNPINNED];
	bool zero = was->flags & (PINTEST_PAGE_ZERO | PINTEST_PAGE_HUGE_ZERO);

	if (zero || was->addr != is->addr)
		return passed;
	if (both_know(was, is, PINTEST_FIELD_REFCOUNT) &&
	    is->refcount >= was->refcount + NOISE)
		return judged(VERDICT_FAIL, FINDING_UNBALANCED,
			      "page %zu: refcount went from %d to %d over "
			      TEXT_OF(REPINS) " refused pins",
			      page, (int)was->refcount, (int)is->refcount);
	if (both_know(was, is, PINTEST_FIELD_PINCOUNT) &&
	    is->pincount > was->pincount)
		return judged(VERDICT_FAIL, FINDING_UNBALANCED,
			      "page %zu: pincount went from %d to %d over "
			      TEXT_OF(REPINS) " refused pins",
			      page, (int)was->pincount, (int)is->pincount);
	return passed;
}

/* What the process had before, and still has: no more is locked or marked. */
static struct judgement judge_charges(const struct scenario *scenario,
				      const struct observations *seen)
{
	const struct charges *was = &seen->before, *is = &seen->left;
	size_t i;

	if (!is->known)
		return passed;
	if (is->locked != was->locked)
		return judged(VERDICT_FAIL, FINDING_UNBALANCED,
			      "refused pins changed locked memory from %lld to %lld KiB",
			      (long long)was->locked, (long long)is->locked);
	for (i = scenario->memory->refused_from; i < CHECK_PAGES; i++)
		if (was->entries[i] != is->entries[i])
			return judged(VERDICT_FAIL, FINDING_MARKED,
				      "page %zu: refused pins changed its pagemap entry from 0x%llx to 0x%llx",
				      i, (unsigned long long)was->entries[i],
				      (unsigned long long)is->entries[i]);
	return passed;
}

static struct judgement judge_left(const struct scenario *scenario,
				   const struct observations *seen)
{
	struct judgement judgement = judge_charges(scenario, seen);
	size_t i;

	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++)
		judgement = judge_references(seen, i);
	return judgement.verdict ? judgement : judge_pool(seen, &passed);
}

/* Running out of memory or files says nothing about the kernel. */
static bool ran_out(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE ||
	       error == -EINTR;
}

/* A driver pins all or nothing, and has errors of its own. */
static struct judgement judge_error(const struct scenario *scenario,
				    const struct observations *seen)
{
	const struct memory_kind *kind = scenario->memory;
	bool refused = seen->stage == STAGE_PIN && seen->error;
	int error = kind->refused_with ? : EFAULT;

	if (scenario->way->outside)
		return refused ? passed : not_refused(seen, kind);
	if (seen->pinned != kind->refused_from)
		return not_refused(seen, kind);
	if (refused && seen->error != -error)
		return refused_otherwise(seen, error);
	return passed;
}

struct judgement judge_refusal(const struct scenario *scenario,
			       const struct observations *seen)
{
	const struct memory_kind *kind = scenario->memory;
	bool refused = seen->stage == STAGE_PIN && seen->error && !seen->call;
	struct judgement judgement;

	if (seen->stage != STAGE_DONE && (!refused || ran_out(seen->error)))
		return judge_ending(scenario, seen);
	judgement = judge_error(scenario, seen);
	if (!judgement.verdict)
		judgement = judge_left(scenario, seen);
	if (judgement.verdict)
		return judgement;
	return judged(VERDICT_REFUSED, FINDING_NONE, "refused with '%s': %s",
		      strerror(refused ? -seen->error :
			       kind->refused_with ? : EFAULT), kind->what);
}
