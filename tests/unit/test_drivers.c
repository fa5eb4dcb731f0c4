// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drivers: every row can be asked for, and the right one is found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "array_size.h"
#include "drivers/drivers.h"
#include "pintest.h"

static void flags_are_known(const char *list)
{
	uint64_t foll;

	if (list)
		assert_int_equal(pintest_parse_mask(PINTEST_NAMES_FOLL, list,
						    &foll, NULL), 0);
}

static void every_use_has_a_driver_and_can_be_asked_for(void **state)
{
	const struct driver_use *use;
	size_t i, count;
	uint64_t api;

	(void)state;
	use = driver_uses(&count);
	for (i = 0; i < count; i++) {
		assert_non_null(driver_find(use[i].driver));
		assert_int_equal(pintest_value(PINTEST_NAMES_API, use[i].way,
					       &api), 0);
		assert_true(use[i].write || use[i].read);
		flags_are_known(use[i].write);
		flags_are_known(use[i].read);
	}
}

static void every_driver_is_used_and_there_once(void **state)
{
	static const char *const eras[] = { "5.10", "6.1", "6.12", "7.2" };
	const struct driver *driver;
	size_t i, j, count, used;

	(void)state;
	driver = drivers(&count);
	for (i = 0; i < count; i++) {
		assert_ptr_equal(driver_find(driver[i].id), &driver[i]);
		for (j = 0, used = 0; j < ARRAY_SIZE(eras); j++)
			used += !!driver_use_at(&driver[i], eras[j], NULL);
		assert_true(used > 0);
	}
}

static void the_newest_release_that_is_not_newer_is_meant(void **state)
{
	(void)state;
	assert_string_equal(driver_era("5.10.0-30-amd64"), "5.10");
	assert_string_equal(driver_era("6.8.0-45-generic"), "6.1");
	assert_string_equal(driver_era("6.12"), "6.12");
	assert_string_equal(driver_era("10.0"), "7.2");
	assert_null(driver_era("4.19"));
	assert_null(driver_era("new"));
}

static void uses_differ_by_release(void **state)
{
	const struct driver *umem = driver_find("rdma-umem");
	const struct driver_use *old = driver_use_at(umem, "6.1", NULL);
	const struct driver_use *use = driver_use_at(umem, "6.12", NULL);

	(void)state;
	assert_int_equal(driver_use_api(use), PINTEST_API_PIN_FAST);
	assert_int_equal(driver_use_foll(use, false),
			 PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM);
	assert_int_equal(driver_use_foll(use, true), PINTEST_FOLL_LONGTERM);
	assert_int_equal(driver_use_foll(old, true),
			 PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM |
			 PINTEST_FOLL_FORCE);
	assert_null(driver_use_at(umem, "6.12", use));
}

static void what_makes_no_difference_is_asked_alike(void **state)
{
	const struct driver_use *use =
		driver_use_at(driver_find("xdp-umem"), "7.2", NULL);

	(void)state;
	assert_int_equal(driver_use_foll(use, true),
			 driver_use_foll(use, false));
	use = driver_use_at(driver_find("vmwgfx-mksstat"), "7.2", NULL);
	assert_int_equal(driver_use_foll(use, false), PINTEST_FOLL_LONGTERM);
	assert_null(driver_use_at(driver_find("qib"), "7.2", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_use_has_a_driver_and_can_be_asked_for),
		cmocka_unit_test(every_driver_is_used_and_there_once),
		cmocka_unit_test(the_newest_release_that_is_not_newer_is_meant),
		cmocka_unit_test(uses_differ_by_release),
		cmocka_unit_test(what_makes_no_difference_is_asked_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
