// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmarks: what they are asked for, what they get, how far they come.
 */
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include "gup.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"

#define PAGES 8

/* The benchmark must succeed and come @size bytes far. */
static void must_come(const struct bench *bench, struct bench_args args,
		      unsigned long long size)
{
	REQUIRE_EQ(bench_run(bench->cmd, &args), 0);
	REQUIRE_EQ(args.size, size);
}

static void must_fail(const struct bench *bench, struct bench_args args,
		      int error)
{
	REQUIRE_EQ(bench_run(bench->cmd, &args), error);
}

static void takes_all(const void *arg)
{
	struct bench_args args = bench_args(map_pages(PAGES), PAGES);
	const unsigned int per_call[] = { 1, 3, PAGES, PAGES + 1, UINT_MAX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(per_call); i++) {
		args.pages_per_call = per_call[i];
		must_come(arg, args, PAGES * page_size);
	}
}

static void counts_pins(const void *arg)
{
	struct bench_args args = bench_args(map_pages(PAGES), PAGES);
	const struct bench *bench = arg;
	long long before = kernel_vmstat("nr_foll_pin_acquired");
	bool pins = strstr(bench->name, "pin");

	must_come(bench, args, PAGES * page_size);
	REQUIRE_EQ(kernel_vmstat("nr_foll_pin_acquired") - before,
		   pins ? PAGES : 0);
}

static void of_nothing(const void *arg)
{
	struct bench_args args = bench_args(map_pages(1), 0);

	must_come(arg, args, 0);
	args.size = page_size;
	args.pages_per_call = 0;
	must_come(arg, args, 0);
}

/* As many calls as there are whole pages, as in-tree. */
static void of_part_of_a_page(const void *arg)
{
	struct bench_args args = bench_args(map_pages(2), 1);

	args.size = page_size / 2;
	must_come(arg, args, 0);
	args.size = page_size + page_size / 2;
	must_come(arg, args, page_size);
	args.pages_per_call = 2;
	must_come(arg, args, page_size + page_size / 2);
	args.addr += 8;
	args.size = page_size;
	must_come(arg, args, page_size);
}

static void of_unmapped_memory(const void *arg)
{
	struct bench_args args = bench_args(map_nothing(PAGES), PAGES);

	must_come(arg, args, 0);
}

static void stops_at_a_hole(const void *arg)
{
	char *memory = map_island(PAGES);
	struct bench_args args = bench_args(memory, 2 * PAGES);

	must_come(arg, args, PAGES * page_size);
	/* The call that gets less than it asks for counts as a whole. */
	args.pages_per_call = 2 * PAGES;
	must_come(arg, args, 2 * PAGES * page_size);
}

static void beyond_the_process(const void *arg)
{
	struct bench_args args = bench_args(NULL, 1);

	args.addr = ULONG_MAX - 4 * page_size + 1;
	must_come(arg, args, 0);
	args.addr = LONG_MAX - 4 * page_size + 1;
	must_come(arg, args, 0);
}

static void wrapping(const void *arg)
{
	struct bench_args args = bench_args(NULL, 2);

	args.addr = -(__u64)page_size;
	must_fail(arg, args, -EINVAL);
	args = bench_args(map_pages(1), 1);
	args.size = -(__u64)page_size;
	must_fail(arg, args, -EINVAL);
}

static void huge(const void *arg)
{
	struct bench_args args = bench_args(NULL, 0);

	args.size = 1ULL << 62;
	must_fail(arg, args, gup_is_wide() ? -ENOMEM : -EINVAL);
	args.size = (__u64)INT_MAX * page_size;
	must_fail(arg, args, gup_is_wide() ? -ENOMEM : -EINVAL);
}

/* Refused without a warning, which the suite looks for: nothing is taken. */
static void any_flag(const void *arg)
{
	char *memory = map_pages(1);
	unsigned int bit, other;
	struct bench_args args;

	for (bit = 0; bit < 32; bit++)
		for (other = bit; other < 32; other++) {
			args = bench_args(memory, 1);
			args.foll = 1U << bit | 1U << other;
			REQUIRE_EQ(bench_run(((struct bench *)arg)->cmd,
					     &args), 0);
			REQUIRE(!args.size || args.size == page_size);
		}
}

static void unknown_flag(const void *arg)
{
	struct bench_args args = bench_args(map_pages(1), 1);

	args.foll = 1U << 31;
	must_come(arg, args, 0);
}

static void argument_is_nowhere(const void *arg)
{
	const struct bench *bench = arg;
	int fd = gup_open();

	REQUIRE_EQ(gup_ioctl(fd, bench->cmd, NULL), -EFAULT);
	REQUIRE_EQ(gup_ioctl(fd, bench->cmd, map_nothing(1)), -EFAULT);
}

static void argument_is_read_only(const void *arg)
{
	struct bench_args *args = (void *)map_pages(1);
	const struct bench *bench = arg;

	*args = bench_args(map_pages(PAGES), PAGES);
	REQUIRE(!mprotect(args, page_size, PROT_READ));
	REQUIRE_EQ(bench_run(bench->cmd, args), -EFAULT);
}

TEST_GROUP
{
	static const struct {
		const char *name;
		void (*run)(const void *arg);
	} tests[] = {
		{ "takes_all", takes_all },
		{ "counts_its_pins", counts_pins },
		{ "of_nothing_takes_nothing", of_nothing },
		{ "of_part_of_a_page", of_part_of_a_page },
		{ "of_unmapped_memory_takes_nothing", of_unmapped_memory },
		{ "stops_at_a_hole", stops_at_a_hole },
		{ "beyond_the_process_takes_nothing", beyond_the_process },
		{ "of_a_wrapping_range_is_EINVAL", wrapping },
		{ "of_too_much_is_ENOMEM", huge },
		{ "takes_any_flag_without_a_warning", any_flag },
		{ "with_an_unknown_flag_takes_nothing", unknown_flag },
		{ "without_argument_is_EFAULT", argument_is_nowhere },
		{ "that_cannot_answer_is_EFAULT", argument_is_read_only },
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		for (j = 0; j < NR_BENCHES; j++)
			ktap_add(tests[i].run, &benches[j],
				 "gup_test.bench.%s.%s", tests[i].name,
				 benches[j].name);
}

TEST("gup_test.dump.pages_that_were_not_taken_are_zeroed")
{
	struct bench_args args = bench_args(map_pages(2), 2);

	args.which[0] = 2;
	args.which[1] = 3;
	args.which[7] = UINT_MAX;
	REQUIRE_EQ(bench_run(DUMP, &args), 0);
	REQUIRE_EQ(args.which[0], 2);
	REQUIRE_EQ(args.which[1], 0);
	REQUIRE_EQ(args.which[7], 0);
	args.flags = DUMP_PIN;
	args.foll = 1U << 31;
	REQUIRE_EQ(bench_run(DUMP, &args), 0);
	REQUIRE_EQ(args.which[0], 0);
}

TEST("gup_test.dump.pins_if_told")
{
	long long before = kernel_vmstat("nr_foll_pin_acquired");
	struct bench_args args = bench_args(map_pages(PAGES), PAGES);

	args.flags = DUMP_PIN;
	REQUIRE_EQ(bench_run(DUMP, &args), 0);
	REQUIRE_EQ(kernel_vmstat("nr_foll_pin_acquired") - before, PAGES);
}
