/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Made-up scenarios and observations for tests of the check engine.
 */
#ifndef PINTEST_TEST_CHECKS_H
#define PINTEST_TEST_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "engine/engine.h"
#include "model/words.h"

/* The row of a table that has an id; the test fails if there is none. */
#define ROW(table, name) ({						\
	size_t row_count, row;						\
	__typeof__(table(&row_count)) rows = table(&row_count);		\
									\
	for (row = 0; row < row_count; row++)				\
		if (!strcmp(rows[row].id, name))			\
			break;						\
	assert_in_range(row, 0, row_count - 1);				\
	&rows[row];							\
})

static inline struct scenario made_scenario(const char *access,
					    const char *way,
					    const char *memory,
					    const char *event)
{
	return (struct scenario) {
		.access = ROW(accesses, access),
		.way = ROW(ways, way),
		.memory = ROW(memory_kinds, memory),
		.event = ROW(events, event),
	};
}

static inline struct word made_word(uint64_t value)
{
	return (struct word) { .value = value, .uniform = true, .known = true };
}

/* A small anonymous page, mapped where it was pinned. */
static inline struct pintest_record made_record(uint64_t addr, int pins)
{
	return (struct pintest_record) {
		.addr = addr,
		.fields = PINTEST_FIELD_PFN | PINTEST_FIELD_REFCOUNT |
			  PINTEST_FIELD_PINCOUNT | PINTEST_FIELD_FOLIO,
		.flags = PINTEST_PAGE_ANON | PINTEST_PAGE_MAPPED |
			 PINTEST_PAGE_MAPPED_SAME,
		.flags_known = ~0,
		.pfn = addr,
		.refcount = 1 + 1024 * pins,
		.pincount = pins,
		.pincount_kind = PINTEST_PINCOUNT_ESTIMATE,
	};
}

/* All went as promised of a reliable pin. */
static inline struct observations made_observations(void)
{
	struct observations seen = {
		.stage = STAGE_DONE,
		.filled = WORD_PIN_TIME,
		.pinned = CHECK_PAGES,
	};
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++) {
		struct word *words = seen.pages[i].words;
		struct pintest_record *records = seen.pages[i].records;

		words[READ_PINNED] = made_word(WORD_PIN_TIME);
		words[READ_BETWEEN] = made_word(WORD_PIN_TIME);
		words[READ_AFTER] = made_word(WORD_PROCESS);
		words[READ_PROCESS] = made_word(WORD_PROCESS);
		words[READ_STORED] = made_word(WORD_DEVICE);
		words[READ_BACK] = made_word(WORD_DEVICE);
		words[READ_CHILD] = made_word(WORD_CHILD);
		records[MOMENT_BEFORE] = made_record(i + 1, 0);
		records[MOMENT_PINNED] = made_record(i + 1, 1);
		records[MOMENT_BETWEEN] = made_record(i + 1, 1);
		records[MOMENT_AFTER] = made_record(i + 1, 1);
		records[MOMENT_UNPINNED] = made_record(i + 1, 0);
	}
	return seen;
}

#endif /* PINTEST_TEST_CHECKS_H */
