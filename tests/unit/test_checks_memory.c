// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: rows that make sense, and what is judged of those that the
 * kernel must refuse to pin, or must not pin where they are.
 */
#include <errno.h>
#include <stdio.h>

#include "test_checks.h"

static void rows_are_complete(void **state)
{
	size_t i, other, count;
	const struct memory_kind *kind = memory_kinds(&count);

	(void)state;
	for (i = 0; i < count; i++) {
		assert_non_null(kind[i].map);
		assert_null(strchr(kind[i].what, '%'));
		/* A page cannot be what it is not. */
		assert_int_equal(kind[i].is & kind[i].is_not, 0);
		assert_true(kind[i].refused_from < CHECK_PAGES);
		for (other = 0; other < i; other++) {
			assert_string_not_equal(kind[other].id, kind[i].id);
			assert_string_not_equal(kind[other].what,
						kind[i].what);
		}
	}
}

/* What is shared is nobody's own, and what is read-only takes no write. */
static void states_of_anonymous_memory(void **state)
{
	static const char *const ids[] = {
		"anon", "anon-swapped", "anon-thp", "anon-thp-pte",
		"anon-thp-remnant", "anon-thp-mremapped", "anon-hugetlb-2m",
	};
	const uint64_t exclusive = PINTEST_PAGE_ANON_EXCLUSIVE |
				   PINTEST_PAGE_HEAD_ANON_EXCLUSIVE;
	char id[CHECK_ID_LENGTH];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		const struct memory_kind *row;

		snprintf(id, sizeof(id), "%s-shared", ids[i]);
		row = ROW(memory_kinds, id);
		assert_true(row->traits & MEMORY_SHARED_CHILD);
		assert_int_equal(row->is & exclusive, 0);
		snprintf(id, sizeof(id), "%s-previously-shared", ids[i]);
		row = ROW(memory_kinds, id);
		assert_false(row->traits & MEMORY_SHARED_CHILD);
		assert_int_equal(row->is & exclusive, 0);
		snprintf(id, sizeof(id), "%s-readonly", ids[i]);
		row = ROW(memory_kinds, id);
		assert_true(memory_refuses(row, PINTEST_FOLL_WRITE));
		assert_true(row->is_not & PINTEST_PAGE_MAPPED_WRITABLE);
	}
}

static void refused_pins(void **state)
{
	const uint32_t write = PINTEST_FOLL_WRITE;
	const uint32_t longterm = PINTEST_FOLL_LONGTERM | write;
	const uint32_t force = PINTEST_FOLL_FORCE | longterm;
	static const struct {
		unsigned int refuses;
		bool read, write, longterm, force;
	} cases[] = {
		{ 0, false, false, false, false },
		{ REFUSES_READ, true, false, false, false },
		{ REFUSES_WRITE, false, true, true, false },
		{ REFUSES_LONGTERM_WRITE, false, false, true, true },
		{ REFUSES_LONGTERM, false, false, true, true },
		{ REFUSES_FORCE, false, false, false, true },
		{ REFUSES_ALL, true, true, true, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct memory_kind kind = { .refuses = cases[i].refuses };

		assert_int_equal(memory_refuses(&kind, 0), cases[i].read);
		assert_int_equal(memory_refuses(&kind, write),
				 cases[i].write);
		assert_int_equal(memory_refuses(&kind, longterm),
				 cases[i].longterm);
		assert_int_equal(memory_refuses(&kind, force),
				 cases[i].force);
	}
}

static void expect(const char *rule_id, const struct scenario *scenario,
		   const struct observations *seen, enum verdict verdict,
		   enum finding finding)
{
	const struct rule *rule = ROW(rules, rule_id);
	struct judgement judgement;

	assert_true(rule->applies(scenario));
	judgement = rule_judge(rule, scenario, seen);
	if (judgement.verdict != verdict || judgement.finding != finding)
		fail_msg("%s is %s, finding 0x%x: %s", rule_id,
			 verdict_name(judgement.verdict), judgement.finding,
			 judgement.why.text);
}

static void refusals(void **state)
{
	struct scenario all = made_scenario("rw", "fast", "stack-gap",
					    "write");
	struct scenario hole = made_scenario("rw", "fast", "hole", "write");
	struct observations seen = {
		.stage = STAGE_PIN,
		.error = -EFAULT,
	};

	(void)state;
	expect("rw-refusal", &all, &seen, VERDICT_REFUSED, FINDING_NONE);
	expect("rw-refusal", &hole, &seen, VERDICT_FAIL, FINDING_ALLOWED);
	seen.pinned = 1;
	expect("rw-refusal", &all, &seen, VERDICT_FAIL, FINDING_ALLOWED);
	expect("rw-refusal", &hole, &seen, VERDICT_REFUSED, FINDING_NONE);
	seen.error = -EIO;
	expect("rw-refusal", &hole, &seen, VERDICT_FAIL, FINDING_REFUSED);
	seen.error = -ENOMEM;
	expect("rw-refusal", &hole, &seen, VERDICT_BROKEN, FINDING_NONE);
	seen = (struct observations) {
		.stage = STAGE_DONE,
		.pinned = CHECK_PAGES,
	};
	expect("rw-refusal", &hole, &seen, VERDICT_FAIL, FINDING_ALLOWED);
	seen = (struct observations) { .stage = STAGE_PIN, .late = true };
	expect("rw-refusal", &all, &seen, VERDICT_FAIL, FINDING_HANG);
	seen = (struct observations) {
		.stage = STAGE_MAP,
		.error = -EOPNOTSUPP,
	};
	expect("rw-refusal", &all, &seen, VERDICT_SKIP, FINDING_NONE);
}

static void refusals_with_another_error(void **state)
{
	struct scenario dax = made_scenario("ro-longterm", "slow",
					    "ext4-dax-shared", "write");
	struct observations seen = {
		.stage = STAGE_PIN,
		.error = -EOPNOTSUPP,
	};

	(void)state;
	expect("ro-longterm-refusal", &dax, &seen, VERDICT_REFUSED,
	       FINDING_NONE);
	seen.error = -EFAULT;
	expect("ro-longterm-refusal", &dax, &seen, VERDICT_FAIL,
	       FINDING_REFUSED);
}

/* What has to be refused is judged by that alone, and nothing else is. */
static void only_refusals_are_refused(void **state)
{
	struct scenario refused = made_scenario("rw-longterm", "slow",
						"ext4-shared", "write");
	struct scenario pinned = made_scenario("ro-longterm", "slow",
					       "ext4-shared", "write");
	size_t i, count;
	const struct rule *rule = rules(&count);

	(void)state;
	for (i = 0; i < count; i++) {
		bool refusal = strstr(rule[i].id, "-refusal");

		if (!strcmp(rule[i].access->id, "rw-longterm"))
			assert_int_equal(rule[i].applies(&refused), refusal);
		if (!strcmp(rule[i].access->id, "ro-longterm") && refusal)
			assert_false(rule[i].applies(&pinned));
	}
	assert_true(ROW(rules, "ro-longterm")->applies(&pinned));
}

/* The page table entry of a mapping that cannot be read says nothing of it. */
static void fast_reads_of_unreadable_memory(void **state)
{
	static const struct {
		const char *kind;
		bool fast_refuses;
	} cases[] = {
		{ "write-only", false },
		{ "exec-only", false },
		{ "exec-only-key", true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct scenario slow = made_scenario("ro", "slow",
						     cases[i].kind, "write");
		struct scenario fast = made_scenario("ro", "fast",
						     cases[i].kind, "write");

		assert_true(scenario_is_refused(&slow));
		assert_int_equal(scenario_is_refused(&fast),
				 cases[i].fast_refuses);
	}
}

static void places(void **state)
{
	struct scenario scenario = made_scenario("ro-longterm", "fast",
						 "anon-movable", "write");
	struct observations seen = made_observations();
	struct pintest_record *record =
		&seen.pages[CHECK_PAGES - 1].records[MOMENT_PINNED];

	(void)state;
	expect("ro-longterm-place", &scenario, &seen, VERDICT_SKIP,
	       FINDING_NONE);
	seen.pages[0].records[MOMENT_PINNED].fields |= PINTEST_FIELD_ZONE;
	record->fields |= PINTEST_FIELD_ZONE | PINTEST_FIELD_MIGRATETYPE;
	record->zone = PINTEST_ZONE_NORMAL;
	record->migratetype = PINTEST_MIGRATE_MOVABLE;
	expect("ro-longterm-place", &scenario, &seen, VERDICT_PASS,
	       FINDING_NONE);
	record->zone = PINTEST_ZONE_MOVABLE;
	expect("ro-longterm-place", &scenario, &seen, VERDICT_FAIL,
	       FINDING_STAYS);
	record->zone = PINTEST_ZONE_NORMAL;
	record->migratetype = PINTEST_MIGRATE_CMA;
	expect("ro-longterm-place", &scenario, &seen, VERDICT_FAIL,
	       FINDING_STAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_complete),
		cmocka_unit_test(states_of_anonymous_memory),
		cmocka_unit_test(refused_pins),
		cmocka_unit_test(refusals),
		cmocka_unit_test(refusals_with_another_error),
		cmocka_unit_test(only_refusals_are_refused),
		cmocka_unit_test(fast_reads_of_unreadable_memory),
		cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
