// SPDX-License-Identifier: GPL-2.0-only
/*
 * What 'pintest trace' makes of events: who called, and what may be wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/trace/lines.h"
#include "cli/trace/lint.h"
#include "cli/trace/suspects.h"
#include "cli/trace/symbols.h"

static void names_are_cut(void **state)
{
	char plain[] = "process_vm_rw_core.constprop.0";
	char module[] = "leaky_setup.isra.0.cold [leaky]";

	(void)state;
	symbol_trim(plain);
	assert_string_equal(plain, "process_vm_rw_core");
	symbol_trim(module);
	assert_string_equal(module, "leaky_setup [leaky]");
}

static void helpers_are_no_callers(void **state)
{
	(void)state;
	assert_true(symbol_is_helper("iov_iter_extract_pages"));
	assert_true(symbol_is_helper("get_vaddr_frames [videobuf2_common]"));
	assert_false(symbol_is_helper("ib_umem_get [ib_uverbs]"));
	assert_false(symbol_is_helper("leaky_setup [leaky]"));
}

static void modules_are_told_by_name(void **state)
{
	(void)state;
	assert_true(symbol_is_in("f [vfio_pci]", "vfio-pci"));
	assert_true(symbol_is_in("f [vfio_pci]", "vfio_pci"));
	assert_false(symbol_is_in("f [vfio_pci_core]", "vfio_pci"));
	assert_false(symbol_is_in("f", "f"));
}

static void flags_without_a_word_are_numbers(void **state)
{
	struct pintest_event event = {
		.foll = PINTEST_FOLL_WRITE,
		.other_foll = 0x40000,
	};
	char text[80];

	(void)state;
	trace_flags(&event, text, sizeof(text));
	assert_string_equal(text, "write,0x40000");
	event.foll = 0;
	trace_flags(&event, text, sizeof(text));
	assert_string_equal(text, "0x40000");
	event.other_foll = 0;
	trace_flags(&event, text, sizeof(text));
	assert_string_equal(text, "none");
}

static void names_of_threads_are_harmless(void **state)
{
	struct pintest_event event = { .comm = "a\033[2J\n\xff b" };
	char text[32] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(out);
	trace_comm(&event, out);
	fclose(out);
	assert_string_equal(text, "a?[2J?? b");
}

static void calls_have_findings(void **state)
{
	struct pintest_event event = {
		.call = PINTEST_CALL_PIN_USER_PAGES_FAST,
		.foll = PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM,
	};

	(void)state;
	assert_int_equal(lint_call(&event, "f [m]"), 0);
	event.foll |= PINTEST_FOLL_FORCE;
	assert_int_equal(lint_call(&event, "f [m]"), LINT_FORCE);
	event.flags = PINTEST_EVENT_NESTED;
	assert_int_equal(lint_call(&event, "f [m]"), 0);
	event.flags = 0;
	event.call = PINTEST_CALL_GET_USER_PAGES_FAST;
	assert_int_equal(lint_call(&event, "f [m]"), LINT_GET);
	assert_int_equal(lint_call(&event, "futex_wake"), 0);
	event.foll = 0;
	assert_int_equal(lint_call(&event, "f [m]"), 0);
}

static void held_pins_have_findings(void **state)
{
	struct pintest_event event = {
		.call = PINTEST_CALL_PIN_USER_PAGES_FAST,
	};

	(void)state;
	assert_int_equal(lint_held(&event, 4, 5, true), 0);
	assert_int_equal(lint_held(&event, 5, 5, false), LINT_NO_LONGTERM);
	event.foll = PINTEST_FOLL_LONGTERM;
	assert_int_equal(lint_held(&event, 5, 5, true), 0);
	event.flags = PINTEST_EVENT_GONE;
	assert_int_equal(lint_held(&event, 0, 5, false), 0);
	assert_int_equal(lint_held(&event, 0, 5, true), LINT_LEAK);
}

static void fewer_pages_than_asked_for_are_given_back(void **state)
{
	struct pintest_event event = {
		.call = PINTEST_CALL_PIN_USER_PAGES_FAST,
		.foll = PINTEST_FOLL_LONGTERM,
		.pages = 8,
		.result = 4,
	};

	(void)state;
	assert_int_equal(lint_held(&event, 4, 5, false), 0);
	assert_int_equal(lint_held(&event, 5, 5, false), LINT_SHORT);
	assert_int_equal(lint_held(&event, 0, 5, true), LINT_SHORT);
	event.result = 8;
	assert_int_equal(lint_held(&event, 5, 5, true), 0);
	event.call = PINTEST_CALL_MEMFD_PIN_FOLIOS;
	event.result = 1;
	assert_int_equal(lint_held(&event, 5, 5, true), 0);
}

static void writes_that_make_a_pin_stale_are_foreseen(void **state)
{
	struct pintest_event event = { .foll = PINTEST_FOLL_LONGTERM };
	struct pintest_record record = {
		.flags = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME,
	};

	(void)state;
	assert_int_equal(lint_write(&event, &record, "rw-p"), LINT_GOES_STALE);
	assert_int_equal(lint_write(&event, &record, "rw-s"), 0);
	assert_int_equal(lint_write(&event, &record, "r--p"), 0);
	event.foll |= PINTEST_FOLL_WRITE;
	assert_int_equal(lint_write(&event, &record, "rw-p"), 0);
	event.foll = PINTEST_FOLL_LONGTERM;
	record.flags |= PINTEST_PAGE_ANON | PINTEST_PAGE_ANON_EXCLUSIVE;
	assert_int_equal(lint_write(&event, &record, "rw-p"), 0);
	record.flags = PINTEST_PAGE_MAPPED;
	assert_int_equal(lint_write(&event, &record, "rw-p"), 0);
}

static void pages_have_findings(void **state)
{
	struct pintest_record record = {
		.flags_known = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME,
		.flags = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME,
		.fields = PINTEST_FIELD_PINCOUNT,
		.pincount = 1,
	};

	(void)state;
	assert_int_equal(lint_record(&record, false), 0);
	record.pincount = 0;
	assert_int_equal(lint_record(&record, false), LINT_PUT_FOR_UNPIN);
	record.fields = 0;
	record.flags = PINTEST_PAGE_MAPPED;
	assert_int_equal(lint_record(&record, false), LINT_STALE);
	assert_int_equal(lint_record(&record, true), 0);
	/* What is swapped out, or not known to be mapped, is not stale. */
	record.flags = 0;
	assert_int_equal(lint_record(&record, false), 0);
	record.flags = PINTEST_PAGE_MAPPED;
	record.flags_known = 0;
	assert_int_equal(lint_record(&record, false), 0);
}

static void suspects_are_known_by_their_link(void **state)
{
	(void)state;
	assert_non_null(suspect_of("anon_inode:[io_uring]"));
	assert_non_null(suspect_of("/dev/vfio/12"));
	assert_null(suspect_of("anon_inode:[eventfd]"));
	assert_null(suspect_of("/dev/null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_cut),
		cmocka_unit_test(helpers_are_no_callers),
		cmocka_unit_test(modules_are_told_by_name),
		cmocka_unit_test(flags_without_a_word_are_numbers),
		cmocka_unit_test(names_of_threads_are_harmless),
		cmocka_unit_test(calls_have_findings),
		cmocka_unit_test(held_pins_have_findings),
		cmocka_unit_test(fewer_pages_than_asked_for_are_given_back),
		cmocka_unit_test(pages_have_findings),
		cmocka_unit_test(writes_that_make_a_pin_stale_are_foreseen),
		cmocka_unit_test(suspects_are_known_by_their_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
