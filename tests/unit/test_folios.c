// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pinned folios and pages, counted from records.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/folios.h"

#define HEAD	0x1000
#define THP	9

static struct pintest_record page(unsigned int order, uint32_t index, int pins)
{
	return (struct pintest_record){
		.fields = PINTEST_FIELD_PFN | PINTEST_FIELD_PINCOUNT,
		.addr = (HEAD + index) * (uint64_t)getpagesize(),
		.pfn = HEAD + index,
		.folio_order = order,
		.folio_index = index,
		.pincount = pins,
		.pincount_min = order ? pins : 0,
		.pincount_kind = order ? PINTEST_PINCOUNT_EXACT :
					 PINTEST_PINCOUNT_ESTIMATE,
	};
}

static void add_thp(struct folios *folios, int pins, uint16_t without)
{
	uint32_t i;

	for (i = 0; i < 1U << THP; i++) {
		struct pintest_record record = page(THP, i, pins);

		record.fields &= ~without;
		folios_add(folios, &record);
	}
}

static void large_folio_is_one(void **state)
{
	struct folios folios = { 0 };

	(void)state;
	add_thp(&folios, 2, 0);
	assert_int_equal(folios_sum(&folios), 1);
	assert_int_equal(folios.pages, 2);
	assert_int_equal(folios.estimates, 0);
	folios_free(&folios);
}

static void pages_are_no_more_than_there_are(void **state)
{
	struct pintest_record record = page(THP, 7, 5000);
	struct folios folios = { 0 };

	(void)state;
	folios_add(&folios, &record);
	assert_int_equal(folios_sum(&folios), 1);
	assert_int_equal(folios.pages, 1);
	add_thp(&folios, 5000, 0);
	assert_int_equal(folios_sum(&folios), 1);
	assert_int_equal(folios.pages, 1 << THP);
	folios_free(&folios);
}

static void folio_mapped_twice_is_one(void **state)
{
	struct pintest_record other = page(0, 1 << THP, 1);
	struct folios folios = { 0 };

	(void)state;
	other.folio_index = 0;
	add_thp(&folios, 3, 0);
	folios_add(&folios, &other);
	add_thp(&folios, 3, 0);
	folios_add(&folios, &other);
	assert_int_equal(folios_sum(&folios), 2);
	assert_int_equal(folios.pages, 3 + 1);
	assert_int_equal(folios.estimates, 1);
	folios_free(&folios);
}

static void small_page_is_one_however_often_pinned(void **state)
{
	struct pintest_record record = page(0, 0, 5);
	struct folios folios = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 10; i++)
		folios_add(&folios, &record);
	assert_int_equal(folios_sum(&folios), 1);
	assert_int_equal(folios.pages, 1);
	folios_free(&folios);
}

static void without_frames_each_place_is_one(void **state)
{
	struct folios folios = { 0 };

	(void)state;
	add_thp(&folios, 2, PINTEST_FIELD_PFN);
	assert_int_equal(folios_sum(&folios), 1);
	assert_int_equal(folios.pages, 2);
	folios_free(&folios);
}

static void nothing_is_nothing(void **state)
{
	struct folios folios = { 0 };

	(void)state;
	assert_int_equal(folios_sum(&folios), 0);
	assert_int_equal(folios.pages, 0);
	folios_free(&folios);
}

static void what_looks_pinned(void **state)
{
	struct pintest_record record = page(0, 0, 0);

	(void)state;
	record.flags = PINTEST_PAGE_MAYBE_DMA_PINNED;
	assert_false(folio_looks_pinned(&record));
	record.pincount = 1;
	assert_true(folio_looks_pinned(&record));
	record.fields = 0;
	record.pincount = 0;
	record.pincount_kind = PINTEST_PINCOUNT_NOT_COUNTED;
	assert_false(folio_looks_pinned(&record));
	record.pincount_kind = PINTEST_PINCOUNT_UNKNOWN;
	assert_true(folio_looks_pinned(&record));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_folio_is_one),
		cmocka_unit_test(pages_are_no_more_than_there_are),
		cmocka_unit_test(folio_mapped_twice_is_one),
		cmocka_unit_test(small_page_is_one_however_often_pinned),
		cmocka_unit_test(without_frames_each_place_is_one),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(what_looks_pinned),
	};

	return cmocka_run_group_tests_name("folios", tests, NULL, NULL);
}
