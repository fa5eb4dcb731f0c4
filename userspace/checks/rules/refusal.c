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

/* Running out of memory or files says nothing about the kernel. */
static bool ran_out(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE ||
	       error == -EINTR;
}

/* A driver pins all or nothing, and has errors of its own. */
static struct judgement judge_outside_refusal(const struct observations *seen,
					      const struct memory_kind *kind,
					      bool refused)
{
	if (!refused)
		return not_refused(seen, kind);
	return judged(VERDICT_REFUSED, FINDING_NONE, "refused with '%s': %s",
		      strerror(-seen->error), kind->what);
}

struct judgement judge_refusal(const struct scenario *scenario,
			       const struct observations *seen)
{
	const struct memory_kind *kind = scenario->memory;
	int error = kind->refused_with ? : EFAULT;
	bool refused = seen->stage == STAGE_PIN && seen->error && !seen->call;

	if (seen->stage != STAGE_DONE && (!refused || ran_out(seen->error)))
		return judge_ending(scenario, seen);
	if (scenario->way->outside)
		return judge_outside_refusal(seen, kind, refused);
	if (seen->pinned != kind->refused_from)
		return not_refused(seen, kind);
	if (refused && seen->error != -error)
		return refused_otherwise(seen, error);
	return judged(VERDICT_REFUSED, FINDING_NONE, "refused with '%s': %s",
		      strerror(error), kind->what);
}
