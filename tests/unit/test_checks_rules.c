// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: each of them passes what is as promised, and fails what is not.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>

#include "model/words.h"
#include "test_checks.h"

/* A promise that is broken on the last page only. */
#define LAST	(CHECK_PAGES - 1)

static struct judgement judge(const char *rule_id,
			      const struct scenario *scenario,
			      const struct observations *seen)
{
	const struct rule *rule = ROW(rules, rule_id);

	assert_ptr_equal(rule->access, scenario->access);
	assert_true(rule->applies(scenario));
	return rule_judge(rule, scenario, seen);
}

/* Rules that were seen to say that a promise was broken, or was not judged. */
#define RULES_MAX	64
static bool said_no[RULES_MAX];

static void expect(const char *rule_id, const struct scenario *scenario,
		   const struct observations *seen, enum verdict verdict,
		   enum finding finding)
{
	struct judgement judgement = judge(rule_id, scenario, seen);

	if (judgement.verdict != verdict || judgement.finding != finding)
		fail_msg("%s is %s, finding 0x%x: %s", rule_id,
			 verdict_name(judgement.verdict), judgement.finding,
			 judgement.why.text);
	if (verdict != VERDICT_PASS)
		assert_int_not_equal(judgement.why.text[0], '\0');
	if (verdict == VERDICT_FAIL || verdict == VERDICT_BROKEN) {
		size_t count;

		said_no[ROW(rules, rule_id) - rules(&count)] = true;
	}
}

static const struct {
	const char *access;
	const char *fresh;
	const char *page;
	const char *store;
	const char *unpin;
} rules_of[] = {
	{ "ro-longterm", "ro-longterm", "ro-longterm-page", NULL,
	  "ro-longterm-unpin" },
	{ "rw-longterm", "rw-longterm", "rw-longterm-page",
	  "rw-longterm-store", "rw-longterm-unpin" },
	{ "rw-longterm-force", "rw-longterm-force", "rw-longterm-force-page",
	  "rw-longterm-force-store", "rw-longterm-force-unpin" },
	{ "rw", "rw", "rw-page", "rw-store", "rw-unpin" },
};

#define ACCESSES	(ARRAY_SIZE(rules_of))

static void fresh_rules(void **state)
{
	struct observations seen;
	struct scenario write, by_child;
	size_t i;

	(void)state;
	for (i = 0; i < ACCESSES; i++) {
		const char *rule = rules_of[i].fresh;

		write = made_scenario(rules_of[i].access, "fast", "anon",
				      "write");
		by_child = made_scenario(rules_of[i].access, "slow", "anon",
					 "write-by-child");
		seen = made_observations();
		expect(rule, &write, &seen, VERDICT_PASS, FINDING_NONE);
		expect(rule, &by_child, &seen, VERDICT_PASS, FINDING_NONE);

		seen.pages[LAST].words[READ_AFTER] = made_word(WORD_PIN_TIME);
		expect(rule, &write, &seen, VERDICT_FAIL, FINDING_STALE);

		seen = made_observations();
		seen.pages[LAST].words[READ_AFTER].uniform = false;
		expect(rule, &write, &seen, VERDICT_FAIL, FINDING_STALE);

		seen = made_observations();
		seen.pages[LAST].words[READ_PINNED] = made_word(WORD_ZERO);
		expect(rule, &write, &seen, VERDICT_FAIL, FINDING_NONE);

		seen = made_observations();
		seen.pages[LAST].words[READ_BETWEEN] = made_word(WORD_CHILD);
		expect(rule, &by_child, &seen, VERDICT_FAIL, FINDING_LEAKED);

		seen = made_observations();
		seen.pages[0].words[READ_AFTER].known = false;
		expect(rule, &write, &seen, VERDICT_FAIL, FINDING_STALE);
	}
}

/* The end of coherence is no failure where the event asks for it. */
static void detached(void **state)
{
	struct scenario munmap = made_scenario("rw-longterm", "fast", "anon",
					       "munmap");
	struct observations seen = made_observations();

	(void)state;
	expect("rw-longterm", &munmap, &seen, VERDICT_PASS, FINDING_NONE);
	seen.pages[LAST].words[READ_AFTER] = made_word(WORD_PIN_TIME);
	expect("rw-longterm", &munmap, &seen, VERDICT_DETACHED, FINDING_NONE);
	expect("rw-longterm-safe", &munmap, &seen, VERDICT_PASS,
	       FINDING_NONE);
}

static void safe_rules(void **state)
{
	static const char *const accesses[] = { "ro-longterm", "rw-longterm" };
	struct observations seen;
	struct page_seen *page = &seen.pages[LAST];
	struct scenario scenario;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		char rule[32];

		snprintf(rule, sizeof(rule), "%s-safe", accesses[i]);
		scenario = made_scenario(accesses[i], "slow", "anon", "munmap");
		seen = made_observations();
		expect(rule, &scenario, &seen, VERDICT_PASS, FINDING_NONE);

		page->words[READ_BETWEEN] = made_word(WORD_OTHERS);
		expect(rule, &scenario, &seen, VERDICT_FAIL, FINDING_LEAKED);

		seen = made_observations();
		page->words[READ_AFTER] = made_word(WORD_OTHERS);
		expect(rule, &scenario, &seen, VERDICT_FAIL, FINDING_LEAKED);

		seen = made_observations();
		page->records[MOMENT_AFTER].pincount = 0;
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_UNBALANCED);
		page->records[MOMENT_AFTER].refcount = 0;
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_UNBALANCED);
	}
	seen = made_observations();
	page->words[READ_BACK] = made_word(WORD_PIN_TIME);
	expect("rw-longterm-safe", &scenario, &seen, VERDICT_FAIL,
	       FINDING_LOST);
}

static void mapping_rules(void **state)
{
	static const struct {
		const char *access;
		const char *rule;
	} cases[] = {
		{ "ro-longterm", "ro-longterm-mapping" },
		{ "rw-longterm", "rw-longterm-mapping" },
		{ "ro", "ro-anon-mapping" },
		{ "rw", "rw-mapping" },
	};
	static const char *const events[] = { "pageout", "uffd-move",
					      "khugepaged" };
	struct observations seen;
	struct pintest_record *record =
		&seen.pages[LAST].records[MOMENT_BETWEEN];
	struct scenario scenario;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases) * ARRAY_SIZE(events); i++) {
		const char *rule = cases[i % 4].rule;

		scenario = made_scenario(cases[i % 4].access, "fast", "anon",
					 events[i / 4]);
		seen = made_observations();
		expect(rule, &scenario, &seen, VERDICT_PASS, FINDING_NONE);

		record->flags &= ~(uint64_t)PINTEST_PAGE_MAPPED_SAME;
		expect(rule, &scenario, &seen, VERDICT_FAIL, FINDING_MOVED);
		record->flags &= ~(uint64_t)PINTEST_PAGE_MAPPED;
		expect(rule, &scenario, &seen, VERDICT_FAIL, FINDING_MOVED);
		seen.pages[0].records[MOMENT_PINNED].flags = 0;
		expect(rule, &scenario, &seen, VERDICT_SKIP, FINDING_NONE);
	}
}

static void page_rules(void **state)
{
	struct observations seen;
	struct scenario scenario;
	size_t i;

	(void)state;
	for (i = 0; i < ACCESSES; i++) {
		const char *rule = rules_of[i].page;
		struct pintest_record *record =
			&seen.pages[LAST].records[MOMENT_AFTER];

		scenario = made_scenario(rules_of[i].access, "fast", "anon",
					 "write");
		seen = made_observations();
		expect(rule, &scenario, &seen, VERDICT_PASS, FINDING_NONE);

		record->flags &= ~(uint64_t)PINTEST_PAGE_MAPPED_SAME;
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_OTHER_PAGE);
		record->flags &= ~(uint64_t)PINTEST_PAGE_MAPPED;
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_OTHER_PAGE);
		record->flags_known = 0;
		expect(rule, &scenario, &seen, VERDICT_SKIP, FINDING_NONE);
	}
}

static void store_rules(void **state)
{
	struct observations seen;
	struct scenario by_child, after_fork, write;
	struct word *words = seen.pages[LAST].words;
	size_t i;

	(void)state;
	for (i = 1; i < ACCESSES; i++) {
		const char *rule = rules_of[i].store;
		const char *access = rules_of[i].access;

		write = made_scenario(access, "fast", "anon", "write");
		by_child = made_scenario(access, "fast", "anon",
					 "write-by-child");
		after_fork = made_scenario(access, "fast", "anon",
					   "write-after-fork");
		seen = made_observations();
		expect(rule, &write, &seen, VERDICT_PASS, FINDING_NONE);
		expect(rule, &by_child, &seen, VERDICT_PASS, FINDING_NONE);

		words[READ_STORED] = made_word(WORD_PROCESS);
		expect(rule, &write, &seen, VERDICT_FAIL, FINDING_LOST);

		seen = made_observations();
		words[READ_CHILD] = made_word(WORD_DEVICE);
		expect(rule, &by_child, &seen, VERDICT_FAIL, FINDING_LEAKED);
		expect(rule, &write, &seen, VERDICT_PASS, FINDING_NONE);

		/* This child has not written: it has what was there. */
		seen = made_observations();
		expect(rule, &after_fork, &seen, VERDICT_FAIL,
		       FINDING_LEAKED);
		seen.pages[0].words[READ_CHILD] = made_word(WORD_PIN_TIME);
		words[READ_CHILD] = made_word(WORD_PIN_TIME);
		expect(rule, &after_fork, &seen, VERDICT_PASS, FINDING_NONE);
	}
}

static void unpin_rules(void **state)
{
	struct observations seen;
	struct scenario scenario;
	struct pintest_record *records = seen.pages[LAST].records;
	size_t i;

	(void)state;
	for (i = 0; i < ACCESSES; i++) {
		const char *rule = rules_of[i].unpin;

		scenario = made_scenario(rules_of[i].access, "fast", "anon",
					 "repin");
		seen = made_observations();
		expect(rule, &scenario, &seen, VERDICT_PASS, FINDING_NONE);

		/* The kernel's caches take and drop a few. */
		records[MOMENT_AFTER].refcount -= 2;
		expect(rule, &scenario, &seen, VERDICT_PASS, FINDING_NONE);

		records[MOMENT_AFTER].refcount += REPINS;
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_UNBALANCED);
		records[MOMENT_AFTER].refcount -= 2 * REPINS;
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_UNBALANCED);

		seen = made_observations();
		records[MOMENT_AFTER].pincount++;
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_UNBALANCED);

		seen = made_observations();
		records[MOMENT_UNPINNED].pincount++;
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_UNBALANCED);

		seen = made_observations();
		records[MOMENT_PINNED].pincount = 0;
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_UNBALANCED);

		seen = made_observations();
		records[MOMENT_PINNED].fields = 0;
		expect(rule, &scenario, &seen, VERDICT_SKIP, FINDING_NONE);
	}
}

/* Both pages are in one folio, which counts the pins of both. */
static void unpin_of_a_large_folio(void **state)
{
	struct scenario scenario = made_scenario("rw", "fast", "anon-thp",
						 "repin");
	struct observations seen = made_observations();
	size_t page, i;

	(void)state;
	for (page = 0; page < CHECK_PAGES; page++)
		for (i = 0; i < MOMENT_COUNT; i++) {
			struct pintest_record *record =
				&seen.pages[page].records[i];
			bool held = i == MOMENT_PINNED || i == MOMENT_AFTER;

			record->pfn = 512 + page;
			record->folio_index = page;
			record->folio_order = 9;
			record->pincount_kind = PINTEST_PINCOUNT_EXACT;
			record->pincount = held ? CHECK_PAGES : 0;
			record->refcount = 1 + record->pincount;
		}
	expect("rw-unpin", &scenario, &seen, VERDICT_PASS, FINDING_NONE);
	seen.pages[0].records[MOMENT_UNPINNED].pincount = 1;
	expect("rw-unpin", &scenario, &seen, VERDICT_FAIL,
	       FINDING_UNBALANCED);
}

/* Everybody pins the zero page, and not every kernel counts that. */
static void unpin_of_the_zero_page(void **state)
{
	struct scenario pin = made_scenario("ro", "fast", "zeropage", "repin");
	struct scenario get = made_scenario("ro", "get", "zeropage", "repin");
	struct observations seen = made_observations();
	struct pintest_record *records = seen.pages[0].records;

	(void)state;
	records[MOMENT_PINNED].flags |= PINTEST_PAGE_ZERO;
	records[MOMENT_PINNED].fields &= ~(uint64_t)PINTEST_FIELD_PINCOUNT;
	records[MOMENT_AFTER].refcount += 2 * 1024;
	expect("snapshot-unpin", &pin, &seen, VERDICT_PASS, FINDING_NONE);
	records[MOMENT_AFTER].refcount += REPINS * 1024;
	expect("snapshot-unpin", &pin, &seen, VERDICT_FAIL,
	       FINDING_UNBALANCED);

	seen = made_observations();
	records[MOMENT_AFTER].refcount += REPINS;
	records[MOMENT_PINNED].flags |= PINTEST_PAGE_ZERO;
	expect("snapshot-unpin", &get, &seen, VERDICT_FAIL,
	       FINDING_UNBALANCED);
}

/* A plain reference is not a pin, and need not be counted as one. */
static void unpin_of_a_reference(void **state)
{
	struct scenario scenario = made_scenario("rw", "get", "anon", "repin");
	struct observations seen = made_observations();
	size_t page, i;

	(void)state;
	for (page = 0; page < CHECK_PAGES; page++)
		for (i = 0; i < MOMENT_COUNT; i++)
			seen.pages[page].records[i].pincount = 0;
	expect("rw-unpin", &scenario, &seen, VERDICT_PASS, FINDING_NONE);
	seen.pages[0].records[MOMENT_AFTER].refcount += REPINS;
	expect("rw-unpin", &scenario, &seen, VERDICT_FAIL,
	       FINDING_UNBALANCED);
}

static void snapshot_rule(void **state)
{
	struct scenario write = made_scenario("ro", "fast", "zeropage",
					      "write");
	struct scenario by_child = made_scenario("ro", "get", "anon",
						 "write-by-child");
	struct observations seen = made_observations();
	struct word *words = seen.pages[LAST].words;
	struct judgement judgement;

	(void)state;
	judgement = judge("snapshot", &write, &seen);
	assert_int_equal(judgement.verdict, VERDICT_PASS);
	assert_non_null(strstr(judgement.why.text, "the write"));

	words[READ_AFTER] = made_word(WORD_PIN_TIME);
	judgement = judge("snapshot", &write, &seen);
	assert_int_equal(judgement.verdict, VERDICT_PASS);
	assert_non_null(strstr(judgement.why.text, "pin time"));

	words[READ_AFTER] = made_word(WORD_CHILD);
	expect("snapshot", &by_child, &seen, VERDICT_FAIL, FINDING_LEAKED);
	words[READ_AFTER] = made_word(0x1234);
	expect("snapshot", &write, &seen, VERDICT_FAIL, FINDING_LEAKED);

	seen = made_observations();
	words[READ_BETWEEN] = made_word(WORD_CHILD);
	expect("snapshot", &by_child, &seen, VERDICT_FAIL, FINDING_LEAKED);
}

static void control_rule(void **state)
{
	struct scenario scenario = made_scenario("ro", "get", "zeropage",
						 "write");
	struct observations seen = made_observations();
	size_t i;

	(void)state;
	for (i = 0; i < CHECK_PAGES; i++) {
		seen.pages[i].words[READ_AFTER] = made_word(WORD_PIN_TIME);
		seen.pages[i].records[MOMENT_PINNED].flags = PINTEST_PAGE_ZERO;
	}
	expect("control", &scenario, &seen, VERDICT_PASS, FINDING_NONE);

	seen.pages[LAST].words[READ_AFTER] = made_word(WORD_PROCESS);
	expect("control", &scenario, &seen, VERDICT_BROKEN, FINDING_NONE);

	seen.pages[LAST].records[MOMENT_PINNED].flags = PINTEST_PAGE_ANON;
	expect("control", &scenario, &seen, VERDICT_SKIP, FINDING_NONE);
}

static void a_process_that_misses_its_own_write(void **state)
{
	struct scenario scenario = made_scenario("rw", "fast", "anon",
						 "write");
	struct observations seen = made_observations();

	(void)state;
	seen.pages[0].words[READ_PROCESS] = made_word(WORD_PIN_TIME);
	expect("rw", &scenario, &seen, VERDICT_BROKEN, FINDING_NONE);
}

static bool fits(const char *event, const char *kind)
{
	return event_fits(event_find(event), memory_kind_find(kind));
}

static void events_need_their_memory(void **state)
{
	(void)state;
	assert_true(fits("write", "hole"));
	assert_true(fits("truncate", "memfd-private"));
	assert_false(fits("truncate", "anon"));
	assert_true(fits("pageout", "anon"));
	assert_false(fits("pageout", "memfd-hugetlb-2m"));
}

static void pages_that_may_not_be_read(void **state)
{
	size_t size = page_size();
	uint64_t *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct word word;

	(void)state;
	assert_true(page != MAP_FAILED);
	words_fill(page, size, WORD_PROCESS);
	word = word_if_readable(page);
	assert_true(word_is(&word, WORD_PROCESS));
	mprotect(page, size, PROT_NONE);
	assert_false(word_if_readable(page).known);
	munmap(page, size);
	assert_false(word_if_readable(page).known);
}

/* A scenario that did not come to its end is judged by that, not by rules. */
static void endings(void **state)
{
	static const struct {
		struct observations seen;
		enum verdict verdict;
		enum finding finding;
	} cases[] = {
		{ { .stage = STAGE_ASK, .error = -EOPNOTSUPP,
		    .why = { "takes no longterm" } },
		  VERDICT_SKIP, FINDING_NO_FLAG },
		{ { .stage = STAGE_ASK, .error = -ENOSYS,
		    .why = { "no such call" } },
		  VERDICT_SKIP, FINDING_NONE },
		{ { .stage = STAGE_MAP, .error = -EOPNOTSUPP,
		    .why = { "no huge pages" } },
		  VERDICT_SKIP, FINDING_NONE },
		{ { .stage = STAGE_MAP, .error = -ENODATA,
		    .why = { "not what was promised" } },
		  VERDICT_BROKEN, FINDING_NONE },
		{ { .stage = STAGE_PIN, .error = -EFAULT,
		    .why = { "the pin is refused" } },
		  VERDICT_FAIL, FINDING_REFUSED },
		{ { .stage = STAGE_PIN, .error = -EOPNOTSUPP,
		    .why = { "the pin is refused" } },
		  VERDICT_FAIL, FINDING_REFUSED },
		{ { .stage = STAGE_PIN, .error = -ENOMEM },
		  VERDICT_BROKEN, FINDING_NONE },
		{ { .stage = STAGE_LOOK, .error = -EIO, .why = { "no" } },
		  VERDICT_BROKEN, FINDING_NONE },
		{ { .stage = STAGE_EVENT, .error = -EPIPE, .why = { "no" } },
		  VERDICT_BROKEN, FINDING_NONE },
		{ { .stage = STAGE_EVENT, .signal = SIGBUS },
		  VERDICT_BROKEN, FINDING_NONE },
		{ { .stage = STAGE_EVENT }, VERDICT_BROKEN, FINDING_NONE },
		{ { .stage = STAGE_MAP, .late = true },
		  VERDICT_BROKEN, FINDING_NONE },
		{ { .stage = STAGE_PIN, .late = true },
		  VERDICT_FAIL, FINDING_HANG },
		{ { .stage = STAGE_UNPIN, .late = true },
		  VERDICT_FAIL, FINDING_HANG },
	};
	struct scenario scenario = made_scenario("rw", "fast", "anon",
						 "write");
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		expect("rw", &scenario, &cases[i].seen, cases[i].verdict,
		       cases[i].finding);
}

/* Who waits for the machine may be late, who waits for the pinned pages not. */
static void late_events(void **state)
{
	struct observations seen = { .stage = STAGE_EVENT, .late = true };
	struct scenario compact, mprotect;

	(void)state;
	compact = made_scenario("ro-longterm", "fast", "anon", "compact");
	mprotect = made_scenario("ro-longterm", "fast", "anon", "mprotect-ro");
	expect("ro-longterm", &compact, &seen, VERDICT_BROKEN, FINDING_NONE);
	expect("ro-longterm", &mprotect, &seen, VERDICT_FAIL, FINDING_HANG);
	seen.stage = STAGE_UNPIN;
	expect("ro-longterm", &compact, &seen, VERDICT_FAIL, FINDING_HANG);
}

static void a_failure_is_worst(void **state)
{
	static const enum verdict order[] = {
		VERDICT_SKIP, VERDICT_DETACHED, VERDICT_PASS, VERDICT_REFUSED,
		VERDICT_LIMIT, VERDICT_XFAIL, VERDICT_BROKEN, VERDICT_FAIL,
		VERDICT_CRASHED,
	};
	size_t a, b;

	(void)state;
	for (a = 0; a < VERDICT_COUNT; a++)
		for (b = 0; b < VERDICT_COUNT; b++)
			assert_int_equal(verdict_worse(order[a], order[b]),
					 order[a > b ? a : b]);
}

/* What is no failure costs nobody anything. */
static void losers(void **state)
{
	static const struct {
		enum verdict verdict;
		enum finding finding;
		enum loser loser;
	} cases[] = {
		{ VERDICT_FAIL, FINDING_STALE, LOSER_DRIVER },
		{ VERDICT_FAIL, FINDING_NONE, LOSER_DRIVER },
		{ VERDICT_XFAIL, FINDING_MARKED, LOSER_TRACKER },
		{ VERDICT_FAIL, FINDING_UNPROTECTED, LOSER_TRACKER },
		{ VERDICT_LIMIT, FINDING_KILLED, LOSER_SYSTEM },
		{ VERDICT_FAIL, FINDING_HANG, LOSER_SYSTEM },
		{ VERDICT_PASS, FINDING_NONE, LOSER_NONE },
		{ VERDICT_REFUSED, FINDING_NONE, LOSER_NONE },
		{ VERDICT_SKIP, FINDING_NO_FLAG, LOSER_NONE },
		{ VERDICT_BROKEN, FINDING_NONE, LOSER_NONE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct judgement judgement = {
			.verdict = cases[i].verdict,
			.finding = cases[i].finding,
		};

		assert_int_equal(judgement_loser(&judgement), cases[i].loser);
	}
}

/* A refusal that is not meant, and one that is meant and does not come. */
static void refusal_rules(void **state)
{
	static const char *const accesses[] = {
		"ro-longterm", "ro-longterm-force", "rw-longterm",
		"rw-longterm-force", "ro", "rw",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(accesses); i++) {
		struct observations seen = made_observations();
		struct scenario scenario = made_scenario(accesses[i], "fast",
							 "hole", "write");
		char rule[32];

		snprintf(rule, sizeof(rule), "%s-refusal", accesses[i]);
		expect(rule, &scenario, &seen, VERDICT_FAIL,
		       FINDING_ALLOWED);
		seen.stage = STAGE_PIN;
		seen.error = -EFAULT;
		seen.pinned = scenario.memory->refused_from;
		expect(rule, &scenario, &seen, VERDICT_REFUSED, FINDING_NONE);
		seen.error = -EPERM;
		expect(rule, &scenario, &seen, VERDICT_FAIL, FINDING_REFUSED);
	}
}

/* Refused as it has to be. */
static struct observations refused_observations(void)
{
	struct observations seen = made_observations();

	seen.stage = STAGE_PIN;
	seen.error = -EFAULT;
	seen.pinned = 1;
	seen.before.known = true;
	seen.left.known = true;
	return seen;
}

static void refused_pins_leave_nothing(void **state)
{
	struct scenario scenario = made_scenario("rw", "fast", "hole",
						 "write");
	struct observations seen = refused_observations();
	struct pintest_record *records = seen.pages[LAST].records;

	(void)state;
	expect("rw-refusal", &scenario, &seen, VERDICT_REFUSED, FINDING_NONE);

	records[MOMENT_UNPINNED].refcount =
		records[MOMENT_PINNED].refcount + REPINS;
	expect("rw-refusal", &scenario, &seen, VERDICT_FAIL,
	       FINDING_UNBALANCED);

	seen = refused_observations();
	records[MOMENT_UNPINNED] = records[MOMENT_PINNED];
	records[MOMENT_UNPINNED].pincount++;
	expect("rw-refusal", &scenario, &seen, VERDICT_FAIL,
	       FINDING_UNBALANCED);

	seen = refused_observations();
	seen.left.locked = 4;
	expect("rw-refusal", &scenario, &seen, VERDICT_FAIL,
	       FINDING_UNBALANCED);

	seen = refused_observations();
	seen.left.entries[LAST] = 1;
	expect("rw-refusal", &scenario, &seen, VERDICT_FAIL, FINDING_MARKED);
}

/* Whatever the rule is about. */
static void pools_are_as_before(void **state)
{
	struct scenario scenario = made_scenario("rw-longterm", "fast",
						 "anon-hugetlb-2m", "write");
	struct observations seen = made_observations();
	struct pool_counts *pool = seen.pool;

	(void)state;
	pool[POOL_BEFORE] = (struct pool_counts) { true, 4, 4, 0, 0 };
	pool[POOL_PINNED] = (struct pool_counts) { true, 4, 3, 1, 0 };
	pool[POOL_AFTER] = pool[POOL_BEFORE];
	expect("rw-longterm", &scenario, &seen, VERDICT_PASS, FINDING_NONE);

	pool[POOL_AFTER].reserved = 1;
	expect("rw-longterm", &scenario, &seen, VERDICT_FAIL, FINDING_UNBALANCED);

	pool[POOL_AFTER] = pool[POOL_BEFORE];
	pool[POOL_PINNED].reserved = -1UL;
	expect("rw-longterm", &scenario, &seen, VERDICT_FAIL, FINDING_UNBALANCED);

	/* It was so before. */
	pool[POOL_BEFORE].reserved = -1UL;
	pool[POOL_AFTER] = pool[POOL_BEFORE];
	expect("rw-longterm", &scenario, &seen, VERDICT_PASS, FINDING_NONE);
}

static void forced_read_rules(void **state)
{
	struct scenario scenario = made_scenario("ro-longterm-force", "slow",
						 "prot-none", "write");
	struct observations seen = made_observations();

	(void)state;
	expect("ro-longterm-force", &scenario, &seen, VERDICT_PASS,
	       FINDING_NONE);
	expect("ro-longterm-force-page", &scenario, &seen, VERDICT_PASS,
	       FINDING_NONE);
	seen.pages[LAST].words[READ_AFTER] = made_word(WORD_PIN_TIME);
	expect("ro-longterm-force", &scenario, &seen, VERDICT_FAIL,
	       FINDING_STALE);
	seen.pages[LAST].records[MOMENT_AFTER].flags &=
		~(uint64_t)PINTEST_PAGE_MAPPED_SAME;
	expect("ro-longterm-force-page", &scenario, &seen, VERDICT_FAIL,
	       FINDING_OTHER_PAGE);
}

/* Children find nothing, or zeros, where their parent asked for it. */
static void what_children_are_given(void **state)
{
	struct scenario withheld = made_scenario("rw-longterm", "fast",
						 "anon-dontfork",
						 "write-after-fork");
	struct scenario wiped = made_scenario("rw-longterm", "fast",
					      "anon-wipeonfork",
					      "write-after-fork");
	struct observations seen = made_observations();
	size_t i;

	(void)state;
	for (i = 0; i < CHECK_PAGES; i++)
		seen.pages[i].words[READ_CHILD] = made_word(WORD_ZERO);
	expect("rw-longterm-store", &wiped, &seen, VERDICT_PASS,
	       FINDING_NONE);
	expect("rw-longterm-store", &withheld, &seen, VERDICT_FAIL,
	       FINDING_LEAKED);
	for (i = 0; i < CHECK_PAGES; i++)
		seen.pages[i].words[READ_CHILD].known = false;
	expect("rw-longterm-store", &withheld, &seen, VERDICT_PASS,
	       FINDING_NONE);
	expect("rw-longterm-store", &wiped, &seen, VERDICT_FAIL,
	       FINDING_LEAKED);
}

static void place_rules(void **state)
{
	static const char *const accesses[] = { "ro-longterm", "rw-longterm" };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(accesses); i++) {
		struct observations seen = made_observations();
		struct scenario scenario = made_scenario(accesses[i], "fast",
							 "anon-movable",
							 "write");
		struct pintest_record *record =
			&seen.pages[LAST].records[MOMENT_PINNED];
		char rule[32];

		snprintf(rule, sizeof(rule), "%s-place", accesses[i]);
		expect(rule, &scenario, &seen, VERDICT_SKIP, FINDING_NONE);
		seen.pages[0].records[MOMENT_PINNED].fields |=
			PINTEST_FIELD_ZONE;
		record->fields |= PINTEST_FIELD_ZONE;
		record->zone = PINTEST_ZONE_MOVABLE;
		expect(rule, &scenario, &seen, VERDICT_FAIL, FINDING_STAYS);
	}
}

static void anon_rule(void **state)
{
	struct scenario scenario = made_scenario("ro", "fast", "anon",
						 "write");
	struct observations seen = made_observations();

	(void)state;
	expect("ro-anon", &scenario, &seen, VERDICT_PASS, FINDING_NONE);
	seen.pages[LAST].words[READ_AFTER] = made_word(WORD_PIN_TIME);
	expect("ro-anon", &scenario, &seen, VERDICT_FAIL, FINDING_STALE);
}

/* The control of what unmaps: it has to unmap what is not pinned. */
static void mapping_control(void **state)
{
	static const char *const events[] = { "pageout", "uffd-move" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct scenario scenario = made_scenario("ro", "get", "anon",
							 events[i]);
		struct observations seen = made_observations();

		expect("control-mapping", &scenario, &seen, VERDICT_BROKEN,
		       FINDING_NONE);
		seen.pages[LAST].records[MOMENT_BETWEEN].flags &=
			~(uint64_t)PINTEST_PAGE_MAPPED_SAME;
		expect("control-mapping", &scenario, &seen, VERDICT_PASS,
		       FINDING_NONE);
	}
}

/* What the pin may read before the process's store depends on the event. */
static void words_in_between(void **state)
{
	static const struct {
		const char *rule;
		const char *memory;
		const char *event;
		uint64_t word;
		enum finding finding;
	} cases[] = {
		{ "rw-longterm", "anon", "vm-writev", WORD_PROCESS,
		  FINDING_NONE },
		{ "rw-longterm", "anon", "vm-writev", WORD_PIN_TIME,
		  FINDING_STALE },
		{ "rw-longterm", "anon", "mprotect-ro", WORD_PROCESS,
		  FINDING_LEAKED },
		{ "rw-longterm-safe", "memfd-private", "truncate", WORD_ZERO,
		  FINDING_NONE },
		{ "rw-longterm-safe", "memfd-private", "truncate", WORD_FILE,
		  FINDING_LEAKED },
		{ "rw-longterm-safe", "memfd-private", "dontneed", WORD_ZERO,
		  FINDING_LEAKED },
		{ "rw-longterm-safe", "memfd-shared", "clone", WORD_FILE,
		  FINDING_NONE },
		{ "rw-longterm-safe", "memfd-shared", "clone", WORD_ZERO,
		  FINDING_LEAKED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct scenario scenario =
			made_scenario("rw-longterm", "fast", cases[i].memory,
				      cases[i].event);
		struct observations seen = made_observations();
		enum finding finding = cases[i].finding;
		enum verdict verdict = VERDICT_PASS;
		size_t page;

		if (finding)
			verdict = VERDICT_FAIL;
		for (page = 0; page < CHECK_PAGES; page++)
			seen.pages[page].words[READ_BETWEEN] =
				made_word(cases[i].word);
		expect(cases[i].rule, &scenario, &seen, verdict, finding);
	}
}

/* Has to be the last one: a rule that never says no judges nothing. */
static void every_rule_has_said_no(void **state)
{
	size_t i, count;
	const struct rule *rule = rules(&count);

	(void)state;
	assert_in_range(count, 1, RULES_MAX);
	for (i = 0; i < count; i++)
		if (!said_no[i])
			fail_msg("no test sees %s fail", rule[i].id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_rules),
		cmocka_unit_test(detached),
		cmocka_unit_test(safe_rules),
		cmocka_unit_test(mapping_rules),
		cmocka_unit_test(page_rules),
		cmocka_unit_test(store_rules),
		cmocka_unit_test(unpin_rules),
		cmocka_unit_test(unpin_of_a_large_folio),
		cmocka_unit_test(unpin_of_the_zero_page),
		cmocka_unit_test(unpin_of_a_reference),
		cmocka_unit_test(snapshot_rule),
		cmocka_unit_test(control_rule),
		cmocka_unit_test(a_process_that_misses_its_own_write),
		cmocka_unit_test(endings),
		cmocka_unit_test(late_events),
		cmocka_unit_test(a_failure_is_worst),
		cmocka_unit_test(losers),
		cmocka_unit_test(refusal_rules),
		cmocka_unit_test(refused_pins_leave_nothing),
		cmocka_unit_test(pools_are_as_before),
		cmocka_unit_test(forced_read_rules),
		cmocka_unit_test(what_children_are_given),
		cmocka_unit_test(events_need_their_memory),
		cmocka_unit_test(pages_that_may_not_be_read),
		cmocka_unit_test(place_rules),
		cmocka_unit_test(anon_rule),
		cmocka_unit_test(mapping_control),
		cmocka_unit_test(words_in_between),
		cmocka_unit_test(every_rule_has_said_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
