// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables: the same columns as text and as JSON. What is expected has no
 * layout, which differs between releases of libsmartcols.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "array_size.h"
#include "console/records.h"
#include "console/table.h"

struct pet {
	const char *name;
	int legs;
	bool knows_legs;
	bool barks;
	uint64_t flags;
	const struct pet *friends;
};

static void write_name(struct cell *cell, const void *row)
{
	const struct pet *pet = row;

	cell_text(cell, pet->name);
}

static void write_legs(struct cell *cell, const void *row)
{
	const struct pet *pet = row;

	if (pet->knows_legs)
		cell_number(cell, pet->legs);
}

static void write_barks(struct cell *cell, const void *row)
{
	const struct pet *pet = row;

	cell_bool(cell, pet->barks);
}

static void write_brief(struct cell *cell, const void *row)
{
	const struct pet *pet = row;

	cell_names(cell, PINTEST_NAMES_PAGE, pet->flags);
}

static void write_full(struct cell *cell, const void *row)
{
	const struct pet *pet = row;

	cell_list(cell, PINTEST_NAMES_PAGE, pet->flags);
}

static void write_hex(struct cell *cell, const void *row)
{
	const struct pet *pet = row;

	cell_hex(cell, pet->flags);
}

static const struct column friend_columns[] = {
	{ "NAME", COLUMN_TEXT, COLUMN_ALWAYS, "name", write_name },
	{ 0 },
};

static void write_friends(struct cell *cell, const void *row)
{
	struct table *table = table_new("friends", friend_columns, NULL, true);
	const struct pet *pet = row;

	for (pet = pet->friends; pet && pet->name; pet++)
		table_add(table, pet);
	table_write(table, cell);
}

static const struct column columns[] = {
	{ "NAME", COLUMN_TEXT, COLUMN_ALWAYS, "name", write_name },
	{ "LEGS", COLUMN_NUMBER, COLUMN_ALWAYS, "legs", write_legs },
	{ "BARKS", COLUMN_RAW, COLUMN_ALWAYS, "barks", write_barks },
	{ "BRIEF", COLUMN_RAW, COLUMN_ALWAYS, "flags", write_brief },
	{ "FULL", COLUMN_RAW, COLUMN_MORE, "flags", write_full },
	{ "HEX", COLUMN_NUMBER, COLUMN_MORE, "flags", write_hex },
	{ "FRIENDS", COLUMN_RAW, COLUMN_MORE, "friends", write_friends },
	{ 0 },
};

static const struct pet friends[] = {
	{ .name = "two\n  lines" }, { .name = "a ] b" }, { 0 },
};

static const struct pet rex = {
	.name = "Rex \"the\" \\", .legs = 4, .knows_legs = true, .barks = true,
	.flags = PINTEST_PAGE_ANON | PINTEST_PAGE_ANON_EXCLUSIVE,
	.friends = friends,
};

static const struct pet nobody;

/* What @print writes to standard output; to be freed. */
static char *printed(void (*print)(void *arg), void *arg)
{
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	char *text = calloc(1, 65536);

	assert_true(file && saved >= 0 && text);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	print(arg);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	assert_true(fread(text, 1, 65535, file) < 65535);
	fclose(file);
	return text;
}

static void print_table(void *table)
{
	table_print(table);
}

/* Without blanks and newlines, except in strings. */
static void squeeze(char *text)
{
	bool in_string = false;
	char *to = text;

	for (; *text; text++) {
		if (*text == '"')
			in_string = !in_string;
		if (*text == '\\')
			*to++ = *text++;
		if (in_string || !isspace(*text))
			*to++ = *text;
	}
	*to = '\0';
}

static void expect_json(struct table *table, const char *expected)
{
	char *text = printed(print_table, table);

	squeeze(text);
	assert_string_equal(text, expected);
	free(text);
}

static void expect_text(struct table *table, const char *expected)
{
	char *text = printed(print_table, table);

	assert_string_equal(text, expected);
	free(text);
}

static struct table *pets(const char *wanted, bool json)
{
	struct table *table = table_new("pets", columns, wanted, json);

	assert_non_null(table);
	table_add(table, &rex);
	table_add(table, &nobody);
	return table;
}

static void text_shows_what_is_shown_always(void **state)
{
	(void)state;
	expect_text(pets(NULL, false),
		    "NAME        LEGS BARKS BRIEF\n"
		    "Rex \"the\" \\    4 yes   anon,excl\n"
		    "                 no   \x20\n");
}

static void json_shows_all_with_types(void **state)
{
	(void)state;
	expect_json(pets(NULL, true),
		    "{\"pets\":["
		    "{\"name\":\"Rex \\\"the\\\" \\\\\",\"legs\":4,"
		    "\"barks\":true,\"brief\":[\"anon\",\"anon-exclusive\"],"
		    "\"full\":[\"anon\",\"anon-exclusive\"],\"hex\":24,"
		    "\"friends\":[{\"name\":\"two\\n  lines\"},"
		    "{\"name\":\"a ] b\"}]},"
		    "{\"name\":null,\"legs\":null,\"barks\":false,\"brief\":[],"
		    "\"full\":[],\"hex\":0,\"friends\":[]}"
		    "]}");
}

static void wanted_columns_are_shown_in_their_order(void **state)
{
	(void)state;
	expect_json(pets("legs,Name", true),
		    "{\"pets\":[{\"legs\":4,\"name\":\"Rex \\\"the\\\" \\\\\"},"
		    "{\"legs\":null,\"name\":null}]}");
	expect_text(pets("HEX,FULL,LEGS", false),
		    " HEX FULL                LEGS\n"
		    "0x18 anon,anon-exclusive    4\n"
		    " 0x0 none               \x20\n");
}

static void plus_adds_columns(void **state)
{
	(void)state;
	expect_text(pets("+hex", false),
		    "NAME        LEGS BARKS BRIEF      HEX\n"
		    "Rex \"the\" \\    4 yes   anon,excl 0x18\n"
		    "                 no               0x0\n");
}

static void unknown_columns_are_told(void **state)
{
	static const char *const lists[] = {
		"name,legz", "name,", ",name", "+legz", "", "na",
	};
	static const size_t bad_at[] = { 5, 5, 0, 1, 0, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		assert_ptr_equal(columns_unknown(columns, lists[i]),
				 lists[i] + bad_at[i]);
		assert_null(table_new("pets", columns, lists[i], false));
	}
	assert_null(columns_unknown(columns, "name,LEGS"));
	assert_null(columns_unknown(columns, NULL));
}

static void columns_may_be_wanted_often(void **state)
{
	char wanted[5 * 100] = "name";
	struct table *table;
	int i;

	(void)state;
	for (i = 1; i < 99; i++)
		strcat(wanted, ",name");
	table = table_new("pets", columns, wanted, true);
	assert_non_null(table);
	table_add(table, &nobody);
	free(printed(print_table, table));
}

static void empty_table_is_an_empty_list(void **state)
{
	(void)state;
	expect_text(table_new("pets", columns, NULL, false), "");
	expect_json(table_new("pets", columns, NULL, true), "{\"pets\":[]}");
}

static void print_rex(void *arg)
{
	(void)arg;
	row_print(columns, &rex);
}

static void row_has_a_line_per_column(void **state)
{
	char *text = printed(print_rex, NULL);

	(void)state;
	assert_string_equal(text, "NAME           Rex \"the\" \\\n"
				  "LEGS           4\n"
				  "BARKS          yes\n"
				  "BRIEF          anon,excl\n");
	free(text);
}

static const struct pintest_record known = {
	.addr = 0x7000,
	.fields = PINTEST_FIELD_PFN | PINTEST_FIELD_MAPPED_PFN |
		  PINTEST_FIELD_FOLIO | PINTEST_FIELD_REFCOUNT |
		  PINTEST_FIELD_MAPCOUNT | PINTEST_FIELD_ENTIRE_MAPCOUNT |
		  PINTEST_FIELD_PINCOUNT | PINTEST_FIELD_ZONE |
		  PINTEST_FIELD_NODE | PINTEST_FIELD_MIGRATETYPE,
	.flags = PINTEST_PAGE_MAPPED | PINTEST_PAGE_ANON,
	.flags_known = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME |
		       PINTEST_PAGE_ANON,
	.pfn = 0x203,
	.mapped_pfn = 0x300,
	.folio_index = 3,
	.folio_order = 9,
	.refcount = -1,
	.mapcount = 2,
	.entire_mapcount = 1,
	.pincount = 5,
	.pincount_min = 5,
	.pincount_kind = PINTEST_PINCOUNT_EXACT,
	.zone = PINTEST_ZONE_NORMAL,
	.node = 1,
	.migratetype = PINTEST_MIGRATE_CMA,
};

static void expect_record(const struct pintest_record *record,
			  const char *wanted, bool json, const char *expected)
{
	struct table *table = table_new("records", record_columns, wanted,
					json);

	assert_non_null(table);
	table_add(table, record);
	if (json)
		expect_json(table, expected);
	else
		expect_text(table, expected);
}

static void record_shows_what_is_known(void **state)
{
	(void)state;
	expect_record(&known, NULL, true,
		      "{\"records\":[{\"addr\":28672,\"pfn\":515,"
		      "\"mapped\":\"other\",\"mapped_pfn\":768,\"order\":9,"
		      "\"index\":3,\"refs\":-1,\"maps\":2,"
		      "\"entire_maps\":1,\"pins\":5,\"pins_min\":5,"
		      "\"pins_kind\":\"exact\","
		      "\"zone\":\"normal\",\"node\":1,\"migratetype\":\"cma\","
		      "\"flags\":[\"mapped\",\"anon\"],\"flags_known\":"
		      "[\"mapped\",\"mapped-same\",\"anon\"]}]}");
}

static void record_leaves_the_unknown_blank(void **state)
{
	struct pintest_record record = known;

	(void)state;
	record.fields = 0;
	record.flags = 0;
	record.flags_known = 0;
	record.pincount_kind = PINTEST_PINCOUNT_NOT_COUNTED;
	expect_record(&record, NULL, true,
		      "{\"records\":[{\"addr\":28672,\"pfn\":null,"
		      "\"mapped\":null,\"mapped_pfn\":null,\"order\":null,"
		      "\"index\":null,\"refs\":null,"
		      "\"maps\":null,\"entire_maps\":null,\"pins\":null,"
		      "\"pins_min\":null,"
		      "\"pins_kind\":\"not-counted\",\"zone\":null,"
		      "\"node\":null,\"migratetype\":null,\"flags\":[],"
		      "\"flags_known\":[]}]}");
}

static void record_tells_what_is_mapped(void **state)
{
	struct pintest_record record = known;

	(void)state;
	expect_record(&record, "mapped", false, "MAPPED\nother\n");
	record.flags |= PINTEST_PAGE_MAPPED_SAME;
	expect_record(&record, "mapped", false, "MAPPED\nsame\n");
	record.flags = PINTEST_PAGE_ANON;
	expect_record(&record, "mapped", false, "MAPPED\nno\n");
}

static void record_marks_pins_that_are_not_exact(void **state)
{
	struct pintest_record record = known;

	(void)state;
	expect_record(&record, "pins", false, "PINS\n   5\n");
	record.pincount_kind = PINTEST_PINCOUNT_ESTIMATE;
	expect_record(&record, "pins", false, "PINS\n  ~5\n");
	record.pincount_kind = PINTEST_PINCOUNT_NOT_COUNTED;
	record.fields &= ~PINTEST_FIELD_PINCOUNT;
	expect_record(&record, "pins", false, "PINS\n   ?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_shows_what_is_shown_always),
		cmocka_unit_test(json_shows_all_with_types),
		cmocka_unit_test(wanted_columns_are_shown_in_their_order),
		cmocka_unit_test(plus_adds_columns),
		cmocka_unit_test(unknown_columns_are_told),
		cmocka_unit_test(columns_may_be_wanted_often),
		cmocka_unit_test(empty_table_is_an_empty_list),
		cmocka_unit_test(row_has_a_line_per_column),
		cmocka_unit_test(record_shows_what_is_known),
		cmocka_unit_test(record_leaves_the_unknown_blank),
		cmocka_unit_test(record_tells_what_is_mapped),
		cmocka_unit_test(record_marks_pins_that_are_not_exact),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
