// SPDX-License-Identifier: GPL-2.0-only
/*
 * Known behaviours: found by what was asked and seen, and only then.
 */
#include "test_checks.h"

static const struct known *find(const char *id, enum finding finding,
				uint64_t page)
{
	struct judgement judgement = {
		.verdict = VERDICT_FAIL,
		.finding = finding,
	};
	struct observations seen = made_observations();

	seen.pages[0].records[MOMENT_PINNED].flags = page;
	return known_find(id, &judgement, &seen);
}

static void expect(const char *known, const char *id, enum finding finding,
		   uint64_t page)
{
	const struct known *found = find(id, finding, page);

	assert_non_null(found);
	assert_string_equal(found->id, known);
}

static void stale_zero_page(void **state)
{
	(void)state;
	expect("cow-mapping-replaced", "ro-longterm.fast.zeropage.write",
	       FINDING_STALE, PINTEST_PAGE_ZERO);
	expect("cow-mapping-replaced", "ro-longterm-page.slow.memfd-private.write",
	       FINDING_OTHER_PAGE, 0);
}

static void stale_anonymous_page(void **state)
{
	(void)state;
	expect("anon-shared-replaced", "ro-longterm.fast.anon-shared.write",
	       FINDING_STALE, PINTEST_PAGE_ANON);
}

static void stale_hugetlb_page_after_fork(void **state)
{
	const uint64_t page = PINTEST_PAGE_ANON | PINTEST_PAGE_HUGETLB;

	(void)state;
	expect("hugetlb-fork-shares",
	       "rw-store.fast.memfd-hugetlb-2m.write-after-fork",
	       FINDING_LOST, page);
	expect("hugetlb-fork-shares",
	       "rw.fast.memfd-hugetlb-2m.write-after-fork", FINDING_STALE,
	       page);
	assert_null(find("rw.fast.memfd-hugetlb-2m.write", FINDING_STALE,
			 page));
	assert_null(find("rw.fast.anon.write-after-fork", FINDING_STALE,
			 PINTEST_PAGE_ANON));
}

static void inaccessible_memory(void **state)
{
	(void)state;
	expect("prot-none-pinned", "ro-longterm-refusal.fast.prot-none.write",
	       FINDING_ALLOWED, 0);
	expect("prot-none-pinned", "ro-refusal.get-fast.prot-none.write",
	       FINDING_ALLOWED, 0);
	assert_null(find("ro-refusal.slow.prot-none.write", FINDING_ALLOWED,
			 0));
	assert_null(find("rw-refusal.fast.prot-none.write", FINDING_ALLOWED,
			 0));
}

/* Each bug has an explanation of its own, which explains nothing else. */
static void bugs(void **state)
{
	(void)state;
	expect("uffd-wp-huge-zeropage", "bugs.uffd-wp-huge-zeropage",
	       FINDING_UNPROTECTED, PINTEST_PAGE_ANON);
	expect("uffd-wp-huge-zeropage",
	       "side-effects.huge-zeropage-ro-longterm", FINDING_MARKED,
	       PINTEST_PAGE_ANON);
	expect("uprobe-replaces-page", "bugs.uprobe-replaces-page",
	       FINDING_STALE, PINTEST_PAGE_ANON);
	expect("anon-readonly-replaced", "bugs.mprotect-replaces-page",
	       FINDING_STALE | FINDING_LOST, PINTEST_PAGE_ANON);
	expect("btrfs-unpin-dirty", "bugs.unpin-dirty-btrfs", FINDING_LOST, 0);
	expect("writable-file-pinned", "files.longterm-write-partly-ext4",
	       FINDING_ALLOWED, 0);
	expect("unshare-file-thp-hangs", "bugs.unshare-file-thp", FINDING_HANG,
	       0);
	assert_null(find("bugs.unshare-file-thp", FINDING_REFUSED, 0));
	assert_null(find("bugs.uffd-wp-huge-zeropage", FINDING_EVENT, 0));
	assert_null(find("uffd.read-pin-anon", FINDING_UNPROTECTED, 0));
	assert_null(find("files.longterm-write-ext4", FINDING_DISAGREE, 0));
	assert_null(find("files.unpin-dirty-ext4", FINDING_LOST, 0));
}

static void refused_flag(void **state)
{
	struct judgement judgement = {
		.verdict = VERDICT_SKIP,
		.finding = FINDING_NO_FLAG,
	};
	struct observations nothing = { .stage = STAGE_ASK };
	const struct known *known =
		known_find("rw-longterm.unlocked.anon.write", &judgement,
			   &nothing);

	(void)state;
	assert_non_null(known);
	assert_string_equal(known->id, "longterm-needs-lock");
}

/* What no row is about stays an unexplained failure. */
static void other_failures(void **state)
{
	(void)state;
	assert_null(find("rw.fast.anon.write", FINDING_STALE,
			 PINTEST_PAGE_ANON));
	assert_null(find("ro-longterm.fast.anon.write", FINDING_LEAKED,
			 PINTEST_PAGE_ANON));
	assert_null(find("ro-longterm.fast.anon.write", FINDING_REFUSED,
			 PINTEST_PAGE_ANON));
	assert_null(find("ro-longterm-unpin.fast.zeropage.repin",
			 FINDING_UNBALANCED, PINTEST_PAGE_ZERO));
	assert_null(find("ro-longterm.fast.zeropage.write", FINDING_NONE,
			 PINTEST_PAGE_ZERO));
}

static void a_page_that_was_not_seen(void **state)
{
	struct judgement judgement = {
		.verdict = VERDICT_FAIL,
		.finding = FINDING_STALE,
	};
	struct observations nothing = { .stage = STAGE_DONE };

	(void)state;
	assert_null(known_find("ro-longterm.fast.zeropage.write", &judgement,
			       &nothing));
}

/* Only what is so by design is no failure, and only what it explains. */
static void limits(void **state)
{
	const struct known *limit = find("bugs.hugetlb-pin-kills-child",
					 FINDING_KILLED, 0);
	const struct known *bug = find("bugs.unshare-file-thp", FINDING_HANG, 0);

	(void)state;
	assert_int_equal(known_verdict(limit, false), VERDICT_LIMIT);
	assert_int_equal(known_verdict(limit, true), VERDICT_LIMIT);
	assert_int_equal(known_verdict(bug, false), VERDICT_FAIL);
	assert_int_equal(known_verdict(bug, true), VERDICT_XFAIL);
	assert_int_equal(known_verdict(NULL, true), VERDICT_FAIL);
	assert_null(find("bugs.hugetlb-pin-kills-child", FINDING_HANG, 0));
	assert_null(find("cow.vmsplice-anon-hugetlb", FINDING_STALE, 0));
}

static void expect_case(const char *name, const char *id)
{
	const struct known *known = known_find_case(name);

	if (!id) {
		assert_null(known);
		return;
	}
	assert_non_null(known);
	assert_string_equal(known->id, id);
}

static void cases_of_selftests(void **state)
{
	(void)state;
	expect_case("R/O longterm GUP pin ... with shared zeropage",
		    "cow-mapping-replaced");
	expect_case("R/O longterm GUP-fast pin ... with memfd hugetlb (2048 kB)",
		    "cow-mapping-replaced");
	expect_case("R/O GUP-fast pin on R/O-mapped shared page ... with base page",
		    "anon-shared-replaced");
	expect_case("R/O GUP pin on R/O-mapped exclusive page ... with base page",
		    "anon-readonly-replaced");
	expect_case("vmsplice() + unmap in child ... with THP (2048 kB)",
		    "thp-reference-overlooked");
	expect_case("vmsplice() + unmap in child ... with swapped-out THP (2048 kB)",
		    "swapin-reference-overlooked");
	expect_case("R/W longterm GUP pin in MAP_SHARED file mapping ... with local tmpfile",
		    "writable-file-pinned");
	expect_case("io_uring fixed buffer with MAP_PRIVATE file mapping ... with tmpfile",
		    "io-uring-refuses-files");
	expect_case("R/W longterm GUP pin in MAP_SHARED file mapping ... with memfd",
		    NULL);
	expect_case("Basic COW after fork() ... with base page", NULL);
}

static void rows_are_complete(void **state)
{
	size_t i, other, count;
	const struct known *known = known_behaviours(&count);
	struct reason text;

	(void)state;
	for (i = 0; i < count; i++) {
		assert_non_null(known[i].id);
		/* It explains checks, cases of selftests, or both. */
		assert_true(known[i].checks || known[i].cases);
		assert_int_equal(!known[i].checks,
				 known[i].findings == FINDING_NONE);
		known_text(&known[i], &text);
		assert_non_null(strstr(text.text, known[i].what));
		if (known[i].fixed_in)
			assert_non_null(strstr(text.text, known[i].fixed_in));
		else
			assert_true(!strncmp(known[i].change, "not fixed; introduced by ",
					     25) ||
				    !strncmp(known[i].change, "by design",
					     9));
		assert_int_equal(known[i].limit,
				 !strncmp(known[i].change, "by design", 9));
		/* Nothing of it is cut off. */
		assert_non_null(strstr(text.text, known[i].change));
		for (other = 0; other < i; other++)
			assert_string_not_equal(known[other].id, known[i].id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stale_zero_page),
		cmocka_unit_test(stale_anonymous_page),
		cmocka_unit_test(stale_hugetlb_page_after_fork),
		cmocka_unit_test(inaccessible_memory),
		cmocka_unit_test(bugs),
		cmocka_unit_test(refused_flag),
		cmocka_unit_test(other_failures),
		cmocka_unit_test(limits),
		cmocka_unit_test(cases_of_selftests),
		cmocka_unit_test(a_page_that_was_not_seen),
		cmocka_unit_test(rows_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
