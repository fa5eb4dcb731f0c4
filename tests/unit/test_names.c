// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names: every constant of the uapi header has one, and lists of them go
 * both ways.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "pintest.h"

#define TABLES	(PINTEST_NAMES_TRACED + 1)

/* Of arguments, and of what only the command tells, there are no names. */
static bool has_names(const char *of)
{
	return strcmp(of, "pintest_unpin") && strcmp(of, "pintest_charge") &&
	       strcmp(of, "pintest_stop") &&
	       strcmp(of, "pintest_trace_flag") &&
	       strcmp(of, "pintest_event_flag");
}

static const struct {
	const char *of;
	uint64_t value;
} constants[] = {
#define CONSTANT(of, constant)	{ #of, constant },
#include "constants.h"
};

static int table_of(const char *of)
{
	static const char *const enums[] = {
		[PINTEST_NAMES_API]		= "pintest_api",
		[PINTEST_NAMES_FOLL]		= "pintest_foll",
		[PINTEST_NAMES_PAGE]		= "pintest_page",
		[PINTEST_NAMES_FIELD]		= "pintest_field",
		[PINTEST_NAMES_PINCOUNT]	= "pintest_pincount",
		[PINTEST_NAMES_ZONE]		= "pintest_zone",
		[PINTEST_NAMES_MIGRATETYPE]	= "pintest_migratetype",
		[PINTEST_NAMES_TRACED]		= "pintest_traced",
	};
	int i;

	for (i = 0; i < TABLES; i++)
		if (!strcmp(enums[i], of))
			return i;
	assert_false(has_names(of));
	return -1;
}

static void every_constant_has_a_name(void **state)
{
	size_t seen[TABLES] = { 0 };
	size_t i, count;
	int table;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(constants); i++) {
		table = table_of(constants[i].of);
		if (table < 0)
			continue;
		assert_non_null(pintest_name(table, constants[i].value));
		seen[table]++;
	}
	for (table = 0; table < TABLES; table++) {
		pintest_names(table, &count);
		assert_int_equal(seen[table], count);
	}
}

static void names_are_slugs(void **state)
{
	const struct pintest_name *names;
	size_t i, count;
	int table;

	(void)state;
	for (table = 0; table < TABLES; table++) {
		names = pintest_names(table, &count);
		for (i = 0; i < count; i++) {
			assert_int_equal(strspn(names[i].name,
				table == PINTEST_NAMES_TRACED ?
				"abcdefghijklmnopqrstuvwxyz_" :
				"abcdefghijklmnopqrstuvwxyz0123456789-"),
				strlen(names[i].name));
			assert_true(strlen(names[i].brief) > 0);
			assert_true(strlen(names[i].what) > 0);
		}
	}
}

static void names_and_values_are_unique(void **state)
{
	const struct pintest_name *names;
	size_t i, j, count;
	int table;

	(void)state;
	for (table = 0; table < TABLES; table++) {
		names = pintest_names(table, &count);
		for (i = 0; i < count; i++) {
			for (j = 0; j < i; j++) {
				assert_string_not_equal(names[i].name,
							names[j].name);
				assert_string_not_equal(names[i].brief,
							names[j].brief);
				assert_true(names[i].value > names[j].value);
			}
		}
	}
}

static void names_and_values_go_both_ways(void **state)
{
	const struct pintest_name *names;
	size_t i, count;
	uint64_t value;
	int table;

	(void)state;
	for (table = 0; table < TABLES; table++) {
		names = pintest_names(table, &count);
		for (i = 0; i < count; i++) {
			assert_int_equal(pintest_value(table, names[i].name,
						       &value), 0);
			assert_int_equal(value, names[i].value);
			assert_string_equal(pintest_name(table, value),
					    names[i].name);
		}
	}
}

static void unknown_names_and_values_are_told(void **state)
{
	uint64_t value = 7;
	size_t count = 7;

	(void)state;
	assert_int_equal(pintest_value(PINTEST_NAMES_API, "fas", &value),
			 -ENOENT);
	assert_int_equal(pintest_value(PINTEST_NAMES_API, "faster", &value),
			 -ENOENT);
	assert_int_equal(value, 7);
	assert_null(pintest_name(PINTEST_NAMES_API, 63));
	assert_null(pintest_names(TABLES, &count));
	assert_int_equal(count, 0);
}

static void lists_are_read(void **state)
{
	uint64_t mask;

	(void)state;
	assert_int_equal(pintest_parse_mask(PINTEST_NAMES_FOLL,
					    "longterm,write", &mask, NULL), 0);
	assert_int_equal(mask, PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE);
	assert_int_equal(pintest_parse_mask(PINTEST_NAMES_FOLL, "none", &mask,
					    NULL), 0);
	assert_int_equal(mask, 0);
	mask = 1;
	assert_int_equal(pintest_parse_mask(PINTEST_NAMES_FOLL, "", &mask,
					    NULL), 0);
	assert_int_equal(mask, 0);
}

static void bad_words_of_lists_are_told(void **state)
{
	static const char *const lists[] = {
		"write,wrote,force", "write,", ",write", "write,none",
		"write, force",
	};
	static const size_t bad_at[] = { 6, 6, 0, 6, 6 };
	const char *bad;
	uint64_t mask = 7;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		assert_int_equal(pintest_parse_mask(PINTEST_NAMES_FOLL,
						    lists[i], &mask, &bad),
				 -ENOENT);
		assert_int_equal(bad - lists[i], bad_at[i]);
		assert_int_equal(mask, 7);
	}
}

static void names_of_the_kernel_are_read(void **state)
{
	static const char *const calls[] = {
		"pin_user_pages", "pin_user_pages()",
	};
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		assert_int_equal(pintest_value(PINTEST_NAMES_API, calls[i],
					       &value), 0);
		assert_int_equal(value, PINTEST_API_PIN);
	}
	assert_int_equal(pintest_value(PINTEST_NAMES_API,
				       "pin_user_pages_remote(&locked)",
				       &value), 0);
	assert_int_equal(value, PINTEST_API_PIN_REMOTE_LOCKED);
	assert_int_equal(pintest_value(PINTEST_NAMES_API, "pin_user_page",
				       &value), -ENOENT);
	assert_int_equal(pintest_value(PINTEST_NAMES_API, "pin_user_pages(",
				       &value), -ENOENT);
	assert_int_equal(pintest_parse_mask(PINTEST_NAMES_FOLL,
					    "FOLL_WRITE|longterm,FOLL_FORCE",
					    &value, NULL), 0);
	assert_int_equal(value, PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM |
				PINTEST_FOLL_FORCE);
	assert_int_equal(pintest_parse_mask(PINTEST_NAMES_FOLL, "FOLL_WRIT",
					    &value, NULL), -ENOENT);
}

static void every_call_and_flag_has_the_name_of_the_kernel(void **state)
{
	static const enum pintest_names tables[] = {
		PINTEST_NAMES_API, PINTEST_NAMES_FOLL,
	};
	const struct pintest_name *names;
	size_t i, j, count;
	const char *name;
	uint64_t value;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		names = pintest_names(tables[i], &count);
		for (j = 0; j < count; j++) {
			name = pintest_kernel_name(tables[i], names[j].value);
			assert_string_not_equal(name, names[j].name);
			assert_int_equal(pintest_value(tables[i], name,
						       &value), 0);
			assert_int_equal(value, names[j].value);
		}
	}
	assert_string_equal(pintest_kernel_name(PINTEST_NAMES_ZONE,
						PINTEST_ZONE_DMA), "dma");
	assert_null(pintest_kernel_name(PINTEST_NAMES_API, 63));
}

static void flags_are_written_as_in_c(void **state)
{
	char buf[64];

	(void)state;
	pintest_format_foll(PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE, buf,
			    sizeof(buf));
	assert_string_equal(buf, "FOLL_WRITE|FOLL_LONGTERM");
	pintest_format_foll(0, buf, sizeof(buf));
	assert_string_equal(buf, "0");
}

static void lists_are_written(void **state)
{
	char buf[64];

	(void)state;
	pintest_format_mask(PINTEST_NAMES_FOLL,
			    PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE, buf,
			    sizeof(buf));
	assert_string_equal(buf, "write,longterm");
	pintest_format_mask(PINTEST_NAMES_FOLL, 0, buf, sizeof(buf));
	assert_string_equal(buf, "none");
	pintest_format_mask(PINTEST_NAMES_FOLL,
			    PINTEST_FOLL_WRITE | UINT64_C(3) << 40, buf,
			    sizeof(buf));
	assert_string_equal(buf, "write,0x30000000000");
}

static void lists_that_do_not_fit_are_cut(void **state)
{
	uint64_t mask = PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE;
	char buf[10] = "123456789";
	int length;

	(void)state;
	length = pintest_format_mask(PINTEST_NAMES_FOLL, mask, buf, 8);
	assert_int_equal(length, strlen("write,longterm"));
	assert_string_equal(buf, "write,l");
	assert_int_equal(buf[8], '9');
	assert_int_equal(pintest_format_mask(PINTEST_NAMES_FOLL, mask, NULL,
					     0), length);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_constant_has_a_name),
		cmocka_unit_test(names_are_slugs),
		cmocka_unit_test(names_and_values_are_unique),
		cmocka_unit_test(names_and_values_go_both_ways),
		cmocka_unit_test(unknown_names_and_values_are_told),
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(bad_words_of_lists_are_told),
		cmocka_unit_test(names_of_the_kernel_are_read),
		cmocka_unit_test(every_call_and_flag_has_the_name_of_the_kernel),
		cmocka_unit_test(flags_are_written_as_in_c),
		cmocka_unit_test(lists_are_written),
		cmocka_unit_test(lists_that_do_not_fit_are_cut),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
