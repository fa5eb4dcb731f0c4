// SPDX-License-Identifier: GPL-2.0-only
/*
 * How arguments travel: sizes, tails, addresses, numbers and descriptors. One
 * row for each ioctl, and every test for each row.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "device.h"
#include "ktap.h"
#include "memory.h"

union args {
	uint32_t size;
	struct pintest_info_args info;
	struct pintest_pin_args pin;
	struct pintest_unpin_args unpin;
	struct pintest_records_args records;
	struct pintest_inspect_args inspect;
	struct pintest_bench_args bench;
};

/**
 * struct row - an ioctl
 * @name: as in names of tests
 * @cmd: number
 * @size: of its structure, which only has had this size so far
 * @on_pin: it is taken by a pin, not by the device
 * @answers: it has out_ fields
 * @fill: makes arguments that work
 */
struct row {
	const char *name;
	unsigned int cmd;
	size_t size;
	bool on_pin;
	bool answers;
	void (*fill)(union args *args);
};

/* What PIN pins and INSPECT looks at, and where records go. */
static char *subject(void)
{
	static char *pages;

	if (!pages)
		pages = map_pages(1);
	return pages;
}

static struct pintest_record record_buffer;

static void fill_info(union args *args)
{
	args->info.api = PINTEST_API_PIN;
}

static void fill_pin(union args *args)
{
	args->pin = pin_args(subject(), 1, PINTEST_API_PIN, 0);
}

static void fill_unpin(union args *args)
{
	args->unpin.flags = 0;
}

static void fill_records(union args *args)
{
	args->records.record_size = sizeof(record_buffer);
	args->records.records = (uintptr_t)&record_buffer;
	args->records.count = 1;
}

static void fill_inspect(union args *args)
{
	args->inspect.record_size = sizeof(record_buffer);
	args->inspect.addr = (uintptr_t)subject();
	args->inspect.length = page_size;
	args->inspect.records = (uintptr_t)&record_buffer;
	args->inspect.count = 1;
}

static void fill_bench(union args *args)
{
	args->bench.addr = (uintptr_t)subject();
	args->bench.length = page_size;
	args->bench.batch = 1;
}

static const struct row rows[] = {
	{ "info", PINTEST_IOC_INFO, sizeof(struct pintest_info_args), false,
	  true, fill_info },
	{ "pin", PINTEST_IOC_PIN, sizeof(struct pintest_pin_args), false,
	  true, fill_pin },
	{ "inspect", PINTEST_IOC_INSPECT, sizeof(struct pintest_inspect_args),
	  false, true, fill_inspect },
	{ "bench", PINTEST_IOC_BENCH, sizeof(struct pintest_bench_args), false,
	  true, fill_bench },
	{ "unpin", PINTEST_IOC_UNPIN, sizeof(struct pintest_unpin_args), true,
	  false, fill_unpin },
	{ "records", PINTEST_IOC_RECORDS, sizeof(struct pintest_records_args),
	  true, true, fill_records },
};

/* Arguments of @size bytes, zero behind the structure. */
static void *make(const struct row *row, size_t size, void *to)
{
	union args args;

	memset(&args, 0, sizeof(args));
	row->fill(&args);
	args.size = size;
	memset(to, 0, size);
	memcpy(to, &args, size < row->size ? size : row->size);
	return to;
}

static int fresh_pin(void)
{
	return pin(subject(), 1, PINTEST_API_PIN, 0);
}

static bool still_pinned(int fd)
{
	struct pintest_record record;

	return records(fd, 0, &record, 1) == 1;
}

/* Does it. What fails must leave a pin pinned and take no descriptor. */
static int call(const struct row *row, void *args)
{
	int fd = row->on_pin ? fresh_pin() : device();
	int free_fd = lowest_free_fd(), ret;

	if (row->cmd == PINTEST_IOC_INSPECT)
		need_mapped();
	ret = device_ioctl(fd, row->cmd, args);
	if (!ret && row->cmd == PINTEST_IOC_PIN)
		close(free_fd);
	REQUIRE_EQ(lowest_free_fd(), free_fd);
	if (row->on_pin) {
		REQUIRE_EQ(still_pinned(fd),
			   ret || row->cmd != PINTEST_IOC_UNPIN);
		close(fd);
	}
	return ret;
}

/* Memory that ends with @size bytes before an address with nothing. */
static char *map_to_the_end(size_t size)
{
	size_t pages = (size + page_size - 1) / page_size;

	return map_island(pages) + pages * page_size - size;
}

static void smaller_is_EINVAL(const void *arg)
{
	const struct row *row = arg;
	char buffer[sizeof(union args)];
	union args args;
	uint32_t size;

	memset(&args, 0, sizeof(args));
	row->fill(&args);
	for (size = 0; size < row->size; size++) {
		args.size = size;
		memcpy(buffer, &args, sizeof(args));
		REQUIRE_EQ(call(row, buffer), -EINVAL);
	}
}

static void longer_with_zeros_works(const void *arg)
{
	static const size_t extra[] = { 0, 1, 4, 8, 100, 4000 };
	const struct row *row = arg;
	char *end, *args;
	size_t i, j, size;

	for (i = 0; i < ARRAY_SIZE(extra); i++) {
		size = row->size + extra[i];
		args = make(row, size, map_to_the_end(size));
		REQUIRE_EQ(call(row, args), 0);
		end = args + row->size;
		for (j = 0; j < extra[i]; j++)
			REQUIRE_EQ(end[j], 0);
	}
}

static void longer_with_junk_is_E2BIG(const void *arg)
{
	static const size_t extra[] = { 1, 4, 8, 100, 4000 };
	const struct row *row = arg;
	size_t i, size;
	char *args;

	for (i = 0; i < ARRAY_SIZE(extra); i++) {
		size = row->size + extra[i];
		args = make(row, size, map_to_the_end(size));
		args[size - 1] = 1;
		REQUIRE_EQ(call(row, args), -E2BIG);
		args = make(row, size, args);
		args[row->size] = (char)0x80;
		REQUIRE_EQ(call(row, args), -E2BIG);
		args = make(row, size, args);
		args[(row->size + size) / 2] = 1;
		REQUIRE_EQ(call(row, args), -E2BIG);
	}
}

/* The tail is only read as far as it says, and not before size is. */
static void junk_behind_it_is_not_read(const void *arg)
{
	const struct row *row = arg;
	char buffer[sizeof(union args) + 8];

	memset(buffer, 0xff, sizeof(buffer));
	make(row, row->size, buffer);
	REQUIRE_EQ(call(row, buffer), 0);
}

static void bad_address_is_EFAULT(const void *arg)
{
	const struct row *row = arg;
	char *memory = map_pages(1);

	/* First, as it maps what the others need. */
	REQUIRE_EQ(call(row, NULL), -EFAULT);
	REQUIRE_EQ(call(row, map_nothing(1)), -EFAULT);
	REQUIRE_EQ(call(row, (void *)-page_size), -EFAULT);
	REQUIRE_EQ(call(row, (void *)-1UL), -EFAULT);
	make(row, row->size, memory);
	REQUIRE(!mprotect(memory, page_size, PROT_NONE));
	REQUIRE_EQ(call(row, memory), -EFAULT);
}

static void cut_off_by_the_end_of_memory_is_EFAULT(const void *arg)
{
	const struct row *row = arg;
	char full[sizeof(union args)];
	size_t have;
	char *args;

	make(row, row->size, full);
	for (have = 1; have < row->size; have++) {
		args = map_to_the_end(have);
		memcpy(args, full, have);
		REQUIRE_EQ(call(row, args), -EFAULT);
	}
}

/* However much of it is there, and zero. */
static void longer_than_a_page_is_E2BIG(const void *arg)
{
	const struct row *row = arg;
	const uint32_t sizes[] = { page_size + 1, 2 * page_size, UINT32_MAX };
	char *args = map_pages(3);
	size_t i;

	memset(args, 0, 3 * page_size);
	make(row, row->size, args);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		memcpy(args, &sizes[i], sizeof(sizes[i]));
		REQUIRE_EQ(call(row, args), -E2BIG);
	}
}

static void unwritable_argument(const void *arg)
{
	const struct row *row = arg;
	char *memory = map_pages(1);

	make(row, row->size, memory);
	REQUIRE(!mprotect(memory, page_size, PROT_READ));
	REQUIRE_EQ(call(row, memory), row->answers ? -EFAULT : 0);
}

/* Every descriptor that is not the right one, also for unknown numbers. */
static void elsewhere_is_ENOTTY(const void *arg)
{
	const struct row *row = arg;
	int fds[5], i;
	int ends[2];
	union args args;

	fds[0] = row->on_pin ? device() : fresh_pin();
	fds[1] = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds[2] = memfd_create("abi", MFD_CLOEXEC);
	REQUIRE(!pipe(ends));
	fds[3] = ends[0];
	fds[4] = socket(AF_UNIX, SOCK_STREAM, 0);
	for (i = 0; i < (int)ARRAY_SIZE(fds); i++) {
		make(row, row->size, &args);
		REQUIRE_EQ(device_ioctl(fds[i], row->cmd, &args), -ENOTTY);
		REQUIRE_EQ(device_ioctl(fds[i], row->cmd, NULL), -ENOTTY);
	}
}

/* The numbers carry no size and no direction. */
static void other_encodings_are_ENOTTY(const void *arg)
{
	const struct row *row = arg;
	unsigned int nr = _IOC_NR(row->cmd), i;
	unsigned int others[] = {
		_IOC(_IOC_READ, PINTEST_IOC_TYPE, nr, row->size),
		_IOC(_IOC_WRITE, PINTEST_IOC_TYPE, nr, row->size),
		_IOC(_IOC_READ | _IOC_WRITE, PINTEST_IOC_TYPE, nr, row->size),
		_IOC(_IOC_NONE, PINTEST_IOC_TYPE, nr, row->size),
		_IO(PINTEST_IOC_TYPE ^ 1, nr),
	};
	int fd = row->on_pin ? fresh_pin() : device();
	union args args;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		make(row, row->size, &args);
		REQUIRE_EQ(device_ioctl(fd, others[i], &args), -ENOTTY);
	}
}

static const struct {
	const char *name;
	void (*run)(const void *arg);
} structure_tests[] = {
	{ "smaller_than_the_first_version_is_EINVAL", smaller_is_EINVAL },
	{ "longer_with_zeros_works", longer_with_zeros_works },
	{ "longer_with_junk_is_E2BIG", longer_with_junk_is_E2BIG },
	{ "junk_behind_the_structure_is_not_read",
	  junk_behind_it_is_not_read },
	{ "bad_address_is_EFAULT", bad_address_is_EFAULT },
	{ "cut_off_by_the_end_of_memory_is_EFAULT",
	  cut_off_by_the_end_of_memory_is_EFAULT },
	{ "longer_than_a_page_is_E2BIG", longer_than_a_page_is_E2BIG },
	{ "argument_is_written_only_if_it_has_out_fields",
	  unwritable_argument },
	{ "other_descriptors_are_ENOTTY", elsewhere_is_ENOTTY },
	{ "other_encodings_of_the_number_are_ENOTTY",
	  other_encodings_are_ENOTTY },
};

TEST_GROUP
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (j = 0; j < ARRAY_SIZE(structure_tests); j++)
			ktap_add(structure_tests[j].run, &rows[i],
				 "abi.%s.%s", rows[i].name,
				 structure_tests[j].name);
}

static bool is_known(unsigned int cmd, bool on_pin)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].cmd == cmd && rows[i].on_pin == on_pin)
			return true;
	return false;
}

static void unknown_numbers_are_ENOTTY(int fd, bool on_pin)
{
	char args[256];
	unsigned int nr;

	memset(args, 0, sizeof(args));
	for (nr = 0; nr < 256; nr++)
		if (!is_known(_IO(PINTEST_IOC_TYPE, nr), on_pin) &&
		    _IO(PINTEST_IOC_TYPE, nr) != PINTEST_IOC_TRACE)
			REQUIRE_EQ(device_ioctl(fd, _IO(PINTEST_IOC_TYPE, nr),
						args), -ENOTTY);
}

TEST("abi.device.unknown_numbers_are_ENOTTY")
{
	unknown_numbers_are_ENOTTY(device(), false);
}

TEST("abi.handle.unknown_numbers_are_ENOTTY")
{
	int fd = fresh_pin();

	unknown_numbers_are_ENOTTY(fd, true);
	REQUIRE(still_pinned(fd));
}
