// SPDX-License-Identifier: GPL-2.0-only
/*
 * One explanation, and the pin that it is compared with: in a child, since a pin
 * changes the memory, and may not return.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "attempt.h"
#include "base/child.h"
#include "stories/endless.h"

struct attempt *attempts_new(size_t count)
{
	void *attempts = mmap(NULL, count * sizeof(struct attempt),
			      PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return attempts == MAP_FAILED ? NULL : attempts;
}

static int map_kind(struct attempt *attempt, struct memory *memory)
{
	int ret = memory_map(attempt->kind, attempt->count, memory,
			     &attempt->why);

	if (!ret)
		ret = memory_verify(attempt->pt, memory, &attempt->why);
	if (ret)
		return ret;
	attempt->request.addr = (uintptr_t)memory->addr;
	attempt->request.length = memory->length;
	return 0;
}

static bool is_file_thp(const struct attempt *attempt)
{
	const struct pintest_record *record =
		&attempt->explanation.page.record;

	return page_is(&attempt->explanation.page, PINTEST_PAGE_THP) &&
	       record->flags_known & PINTEST_PAGE_ANON &&
	       !(record->flags & PINTEST_PAGE_ANON);
}

/* What may be split again and again is watched, and ends the process. */
static void try_pin(struct attempt *attempt)
{
	struct pintest_pin *pin;
	int ret;

	attempt->pinning = true;
	attempt->last = is_file_thp(attempt);
	ret = attempt->last ?
	      endless_pin(attempt->pt, &attempt->request, &pin,
			  &attempt->why) :
	      pintest_pin_new(attempt->pt, &attempt->request, &pin);
	if (ret > 0)
		return;
	attempt->tried = true;
	attempt->pages = ret ? 0 : pintest_pin_pages(pin);
	attempt->pin_error = ret ? -ret : pintest_pin_errno(pin);
	if (!ret)
		pintest_pin_free(pin);
}

static void run_one(struct attempt *attempt)
{
	struct memory memory;

	attempt->begun = true;
	if (attempt->kind)
		attempt->error = map_kind(attempt, &memory);
	if (!attempt->error)
		attempt->error = explain(attempt->pt, attempt->kernel,
					 &attempt->request,
					 &attempt->explanation,
					 &attempt->why);
	attempt->explained = !attempt->error;
	if (attempt->explained && attempt->try)
		try_pin(attempt);
	/* A thread that goes on pinning uses the mapping until the end. */
	if (attempt->pinning && !attempt->tried)
		return;
	if (attempt->kind)
		memory_unmap(&memory);
}

/* Attempts that are left to a child. */
struct rest {
	struct attempt *attempts;
	size_t count;
};

static void run_rest(void *arg)
{
	const struct rest *rest = arg;
	size_t i;

	for (i = 0; i < rest->count; i++) {
		run_one(&rest->attempts[i]);
		if (rest->attempts[i].last)
			break;
	}
}

int attempts_run(struct attempt *attempts, size_t count, int deadline_ms)
{
	struct rest rest = { attempts, count };
	struct child_end end;
	sigset_t mask;
	int ret, worst = 0;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	while (rest.count) {
		ret = child_run(run_rest, &rest, deadline_ms, &mask, &end);
		if (!ret && end.late)
			ret = -ETIMEDOUT;
		else if (!ret && end.signal)
			ret = -EINTR;
		if (ret)
			worst = ret;
		if (!rest.attempts->begun)
			break;
		while (rest.count && rest.attempts->begun) {
			rest.attempts++;
			rest.count--;
		}
	}
	return worst;
}

bool attempt_agrees(const struct attempt *attempt)
{
	const struct explanation *explanation = &attempt->explanation;
	bool endless = explanation->fate == FATE_HANGS ||
		       explanation->fate == FATE_WAITS;

	if (!attempt->tried || endless)
		return attempt->pinning && !attempt->tried && endless;
	return attempt->pages == explanation->pages &&
	       attempt->pin_error == explanation->decision.error;
}
