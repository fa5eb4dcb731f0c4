// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explanations of everything, compared with what the kernel does. Each pin is of
 * memory that was mapped for it.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "array_size.h"
#include "attempt.h"
#include "console/cli.h"
#include "matrix.h"
#include "print.h"

/* Guards against a hang, for each attempt: far beyond what emulation takes. */
#define DEADLINE_MS	60000
#define MOST		96

/* What was compared. */
struct going {
	const struct matrix *matrix;
	struct pintest *pt;
	const struct memory_kind *kind;
	struct attempt *attempts;
	size_t count;
	struct kernel_facts kernel;
	unsigned int agreed;
	unsigned int disagreed;
	unsigned int unpredicted;
	unsigned int broken;
	unsigned int skipped_kinds;
};

static const char *tried_text(const struct attempt *attempt,
			      char text[FATE_TEXT])
{
	if (!attempt->tried)
		strcpy(text, "it did not return");
	else
		snprintf(text, FATE_TEXT, "it pinned %" PRIu64
			 " pages, %s", attempt->pages,
			 attempt->pin_error ? strerror(attempt->pin_error) :
					      "no error");
	return text;
}

static void tell(const struct attempt *attempt, const char *verdict)
{
	char call[CALL_TEXT], said[FATE_TEXT], did[FATE_TEXT];
	const char *cause = attempt->explanation.decision.cause;

	printf("%s %s %s: said that it %s, %s%s%s\n", verdict,
	       attempt->kind->id, call_text(&attempt->request, call),
	       fate_text(&attempt->explanation, said),
	       tried_text(attempt, did), cause ? ": " : "", cause ? : "");
}

static void compare(struct going *going, const struct attempt *attempt)
{
	char call[CALL_TEXT];

	if (!attempt->explained) {
		printf("BROKEN %s %s: %s\n", attempt->kind->id,
		       call_text(&attempt->request, call),
		       attempt->error ? attempt->why.text : "it died");
		going->broken++;
	} else if (attempt->explanation.fate == FATE_UNKNOWN) {
		tell(attempt, "UNKNOWN");
		going->unpredicted++;
	} else if (attempt_agrees(attempt)) {
		going->agreed++;
	} else {
		tell(attempt, "DISAGREES");
		going->disagreed++;
	}
}

static void add(struct going *going, uint32_t api, uint32_t foll, bool try)
{
	if (going->count < MOST)
		going->attempts[going->count++] = (struct attempt) {
			.pt = going->pt,
			.kernel = &going->kernel,
			.kind = going->kind,
			.count = CHECK_PAGES,
			.request = { .api = api, .foll = foll },
			.try = try,
		};
}

/* Some memory can be mapped once in a process: what is left has its own one. */
static void run_added(struct going *going)
{
	size_t i;

	attempts_run(going->attempts, going->count,
		     going->count * DEADLINE_MS);
	for (i = 1; i < going->count; i++) {
		struct attempt *attempt = &going->attempts[i];

		if (!attempt->error)
			continue;
		attempt->error = 0;
		attempts_run(attempt, 1, DEADLINE_MS);
	}
}

static void compare_added(struct going *going)
{
	size_t i;

	run_added(going);
	for (i = 0; i < going->count; i++)
		compare(going, &going->attempts[i]);
	going->count = 0;
}

#define W	PINTEST_FOLL_WRITE
#define F	PINTEST_FOLL_FORCE
#define L	PINTEST_FOLL_LONGTERM

static const uint32_t accesses[] = { 0, W, F, W | F, L, W | L, F | L, W | F | L };
static const uint32_t plain[] = { 0, W, L, W | L };

/* All accesses; and the plain ones with each other flag. */
static void add_flags(struct going *going, uint32_t api)
{
	uint64_t taken = going->kernel.taken[api] & ~(W | F | L), bit;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(accesses); i++)
		add(going, api, accesses[i], true);
	for (bit = 1; bit <= taken; bit <<= 1)
		for (i = 0; taken & bit && i < ARRAY_SIZE(plain); i++)
			add(going, api, plain[i] | bit, true);
}

static void compare_calls(struct going *going)
{
	const struct matrix *matrix = going->matrix;
	uint32_t api;

	for (api = 0; api < KERNEL_APIS; api++) {
		if (matrix->api >= 0 && (uint32_t)matrix->api != api)
			continue;
		if (matrix->any_flags)
			add_flags(going, api);
		else
			add(going, api, matrix->foll, true);
		compare_added(going);
	}
}

/* Whether there can be such memory here. */
static bool can_be_had(struct going *going)
{
	const struct attempt *attempt = going->attempts;

	add(going, PINTEST_API_PIN, 0, false);
	attempts_run(going->attempts, 1, DEADLINE_MS);
	going->count = 0;
	if (attempt->explained)
		return true;
	if (attempt->error == -EOPNOTSUPP) {
		printf("SKIP %s: %s\n", going->kind->id, attempt->why.text);
		going->skipped_kinds++;
	} else {
		printf("BROKEN %s: %s\n", going->kind->id,
		       attempt->error ? attempt->why.text : "it died");
		going->broken++;
	}
	return false;
}

static int compare_kind(struct going *going, const struct memory_kind *kind)
{
	struct settings *settings = settings_new(NULL);
	struct reason why;

	if (!settings)
		errx(CLI_BROKEN, "no memory left");
	going->kind = kind;
	if (memory_prepare(kind, 0, settings, &why)) {
		printf("SKIP %s: %s\n", kind->id, why.text);
		going->skipped_kinds++;
	} else {
		kernel_measure(going->pt, &going->kernel);
		if (can_be_had(going))
			compare_calls(going);
	}
	fflush(stdout);
	return settings_restore(settings);
}

static bool is_wanted(const struct matrix *matrix,
		      const struct memory_kind *kind)
{
	return matrix->kind ? matrix->kind == kind :
			      !(kind->traits & MEMORY_LONG);
}

int matrix_run(const struct matrix *matrix, struct pintest *pt)
{
	struct going going = {
		.matrix = matrix,
		.pt = pt,
		.attempts = attempts_new(MOST),
	};
	const struct memory_kind *kinds;
	size_t i, count;
	int ret = 0;

	if (!going.attempts)
		errx(CLI_BROKEN, "no memory left");
	kinds = memory_kinds(&count);
	for (i = 0; i < count; i++)
		if (is_wanted(matrix, &kinds[i]))
			ret |= compare_kind(&going, &kinds[i]);
	printf("%u agree, %u disagree, %u cannot be predicted, %u broken, %u kinds of memory cannot be had here\n",
	       going.agreed, going.disagreed, going.unpredicted, going.broken,
	       going.skipped_kinds);
	if (ret)
		return CLI_BROKEN;
	if (going.disagreed)
		return CLI_FAILED;
	return going.broken || !going.agreed ? CLI_BROKEN : CLI_PASSED;
}
