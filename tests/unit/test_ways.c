// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways from outside: which can be loaded, what is planned of them, and that what
 * goes wrong in one is a verdict. FAKE_WAYS is the folder of the fake ones.
 */
#include "test_checks.h"

#include <stdlib.h>

#include "engine/engine.h"
#include "ways/outside.h"

#define HANG_MS	300

static const struct way *fake;

static int load(void **state)
{
	struct reason why;

	(void)state;
	fake = outside_load(FAKE_WAYS "/fake.so:some:argument", &why);
	return !fake;
}

static struct plan *plan_of(const char *glob, bool no_module)
{
	struct plan_choice choice = {
		.globs = &glob,
		.glob_count = 1,
		.way_mask = 1ULL << fake->api,
		.no_module = no_module,
	};

	return plan_new(&choice);
}

/* The judgement of one check through the fake way with something wrong. */
static struct judgement judge(const char *id, const char *wrong)
{
	struct engine engine = { .deadline_ms = HANG_MS };
	struct plan *plan = plan_of(id, true);
	struct judgement judgement;
	struct run run;

	setenv("FAKE_WAY", wrong, 1);
	if (strcmp(wrong, "hang"))
		engine.deadline_ms *= 100;
	assert_int_equal(plan->check_count, 1);
	assert_int_equal(engine_run(&engine, plan, &run), 0);
	judgement = run.results[0].judgement;
	run_free(&run);
	plan_free(plan);
	return judgement;
}

static void expect(const char *id, const char *wrong, enum verdict verdict,
		   const char *text)
{
	struct judgement judgement = judge(id, wrong);

	assert_string_equal(verdict_name(judgement.verdict),
			    verdict_name(verdict));
	if (!strstr(judgement.why.text, text))
		fail_msg("'%s' has no '%s'", judgement.why.text, text);
}

#define READS	"ro-longterm.fake.anon.write"
#define STORES	"rw-longterm-store.fake.anon.write"

static void what_goes_wrong_is_a_verdict(void **state)
{
	(void)state;
	expect(READS, "nothing", VERDICT_PASS, "");
	expect(STORES, "nothing", VERDICT_PASS, "");
	expect(READS, "stale", VERDICT_FAIL,
	       "page 0: after the process wrote, the pin still reads 'pin-time': is FOLL_LONGTERM missing");
	expect(STORES, "lose", VERDICT_FAIL, "does write() store all");
	expect(READS, "refuse", VERDICT_FAIL, "the fake way  refuses");
	expect(READS, "unfit", VERDICT_SKIP, "refused");
	expect(READS, "absent", VERDICT_SKIP, "fake cannot be used");
	expect(READS, "crash", VERDICT_FAIL, "read() of fake crashed");
	expect(READS, "hang", VERDICT_FAIL, "read() of fake did not return");
}

#define REFUSES	"rw-longterm-refusal.fake.anon-readonly.write"

static void what_breaks_the_contract_is_told(void **state)
{
	(void)state;
	expect(READS, "positive", VERDICT_FAIL,
	       "pin() of fake returned");
	expect(REFUSES, "positive", VERDICT_FAIL, "pin() of fake returned");
	expect(REFUSES, "refuse", VERDICT_REFUSED, "refused");
	expect(READS, "count", VERDICT_FAIL,
	       ": callbacks return 0 or a negative errno");
	expect(READS, "idle", VERDICT_FAIL,
	       "read() of fake returned 0, and has read nothing");
	expect(READS, "exit", VERDICT_FAIL,
	       "read() of fake has ended the process");
	expect(READS, "partial", VERDICT_FAIL, "are all pages pinned?");
	expect(READS, "keep", VERDICT_FAIL, "error() of fake crashed");
}

static void pins_are_counted(void **state)
{
	(void)state;
	expect("ro-longterm-unpin.fake.anon.repin", "nothing", VERDICT_FAIL,
	       "does the driver call get_user_pages()");
}

static void what_cannot_be_known_is_not_planned(void **state)
{
	struct plan *plan = plan_of("ro-longterm*.fake.anon.write", true);

	(void)state;
	assert_int_equal(plan->check_count, 1);
	assert_string_equal(plan->checks[0].id, READS);
	assert_int_equal(plan->unknown, 1);
	assert_int_equal(plan->unknown_facts, FACT_PAGE);
	plan_free(plan);
	plan = plan_of("ro-longterm*.fake.anon.write", false);
	assert_int_equal(plan->check_count, 2);
	assert_int_equal(plan->unknown, 0);
	plan_free(plan);
}

/* These take a pin that is a file, or harm a page that is not pinned. */
static void some_events_are_for_our_own_pins(void **state)
{
	struct plan *plan = plan_of("*.fake.*.@(exit|exec|kill|soft-offline)",
				    false);

	(void)state;
	assert_int_equal(plan->check_count, 0);
	plan_free(plan);
}

static void bad_ways_are_told(void **state)
{
	static const struct {
		const char *file;
		const char *text;
	} bad[] = {
		{ "./nowhere.so", "cannot load it" },
		{ "nowhere", "there is no way 'nowhere'" },
		{ FAKE_WAYS "/fake.so", "there is a way 'fake' already" },
		{ FAKE_WAYS "/fake_version.so", "is for version 77" },
		{ FAKE_WAYS "/fake_size.so", "has a .size of 8" },
		{ FAKE_WAYS "/fake_name.so", "'A Fake', and has to be of a-z" },
		{ FAKE_WAYS "/fake_load.so", "crashes: Aborted" },
		{ FAKE_WAYS "/fake_pin.so", ".pin is not set" },
		{ FAKE_WAYS "/fake_can.so", "PINTEST_WAY_READ_ONLY" },
	};
	struct reason why;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_null(outside_load(bad[i].file, &why));
		if (!strstr(why.text, bad[i].text))
			fail_msg("'%s' has no '%s'", why.text, bad[i].text);
	}
}

static void the_argument_is_passed_on(void **state)
{
	(void)state;
	assert_string_equal(fake->arg, "some:argument");
	assert_string_equal(fake->id, "fake");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_wrong_is_a_verdict),
		cmocka_unit_test(what_breaks_the_contract_is_told),
		cmocka_unit_test(pins_are_counted),
		cmocka_unit_test(what_cannot_be_known_is_not_planned),
		cmocka_unit_test(some_events_are_for_our_own_pins),
		cmocka_unit_test(bad_ways_are_told),
		cmocka_unit_test(the_argument_is_passed_on),
	};

	return cmocka_run_group_tests_name("ways", tests, load, NULL);
}
