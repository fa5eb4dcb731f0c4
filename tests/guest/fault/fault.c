// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault: everything that the module does, again and again, with the 1st, the
 * 2nd, the 3rd ... allocation or user copy on the way failing, until one time
 * there was none left to fail.
 *
 * It does not matter much what a call says then. It matters that it gives back
 * all that it took: pins, memlock, descriptors, references to the module. What
 * leaks otherwise, kmemleak knows at the end.
 *
 * usage: fault [PATTERN...]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../../module/gup_test.h"
#include "device.h"
#include "kernel.h"
#include "memory.h"
#include "module_file.h"
#include "nth.h"
#include "process.h"
#include "watch.h"

/*
 * In two segments of a pin. More of them would only be more of the same points,
 * and each point is a run.
 */
#define PAGES 16

/* Where segments end: 512 pages of a size that every architecture divides. */
#define SEGMENT (512UL * page_size)

/* The file that the module offers if a parameter says so. */
#define GUP_TEST "/sys/kernel/debug/gup_test"

/* Beyond all that there is to fail in one call. */
#define MAX_NTH 20000

/**
 * struct state - what must be as it was after a call that failed
 */
struct state {
	long long pins;
	long long locked;
	long long users;
	int next_fd;
};

static struct state state_now(void)
{
	struct state state = {
		.pins = kernel_pins(),
		.locked = kernel_locked_pages(0),
		.users = kernel_read_number("/sys/module/pintest/refcnt"),
		.next_fd = dup(STDERR_FILENO),
	};

	close(state.next_fd);
	return state;
}

static void state_must_be(const struct state *before)
{
	struct state now = state_now();

	REQUIRE_EQ(now.pins, before->pins);
	REQUIRE_EQ(now.locked, before->locked);
	REQUIRE_EQ(now.users, before->users);
	REQUIRE_EQ(now.next_fd, before->next_fd);
}

/**
 * struct target - what a call works on
 * @memory: PAGES pages
 * @fd: a pin of them, or gup_test, if the call wants that, or -1
 * @other: a process that has the same memory, if the call wants one
 * @records: room for PAGES of them, twice as long as they are, and for a page
 * @api: for calls that differ by it
 * @foll: and by that
 */
struct target {
	char *memory;
	int fd;
	struct peer other;
	struct pintest_record *records;
	uint32_t api;
	uint32_t foll;
};

/**
 * struct call - something to repeat
 * @name: of the test
 * @run: does it, to the end: what it opens it closes. Returns what the kernel
 *	said: -errno or something else
 * @pinned: it works on a pin
 * @gup_test: it works on an open gup_test
 * @fresh: it works on memory that nobody has touched
 * @remote: it works on another process
 * @unloads: it needs the module, but with no user
 * @loads: it loads it
 */
struct call {
	const char *name;
	long (*run)(struct target *target);
	bool pinned;
	bool gup_test;
	bool fresh;
	bool remote;
	bool unloads;
	bool loads;
};

static unsigned int nth_now;

/* The system call of a run is the only thing in it that may fail. */
#define WITH_FAULT(call) ({ \
	long value_; \
	nth_arm(nth_now); \
	value_ = SYS(call); \
	faulted |= nth_disarm(); \
	value_; \
})

/* Whether a fault has been injected since the run began. */
static bool faulted;

static long open_device(struct target *target __attribute__((unused)))
{
	int fd = WITH_FAULT(open(PINTEST_DEVICE, O_RDWR | O_CLOEXEC));

	if (fd >= 0)
		close(fd);
	return fd;
}

static long close_device(struct target *target __attribute__((unused)))
{
	int fd = open(PINTEST_DEVICE, O_RDWR | O_CLOEXEC);

	REQUIRE(fd >= 0);
	return WITH_FAULT(close(fd));
}

static long info(struct target *target __attribute__((unused)))
{
	struct pintest_info_args args = { .size = sizeof(args) };

	return WITH_FAULT(ioctl(device(), PINTEST_IOC_INFO, &args));
}

static long take_pin(struct pintest_pin_args *args)
{
	long ret = WITH_FAULT(ioctl(device(), PINTEST_IOC_PIN, args));

	if (ret < 0)
		return ret;
	REQUIRE(args->out_pages >= 1 && args->out_pages <= PAGES);
	REQUIRE_EQ(!args->out_errno, args->out_pages == PAGES);
	close(args->out_fd);
	return ret;
}

static long pin_range(struct target *target)
{
	struct pintest_pin_args args = pin_args(target->memory, PAGES,
						target->api, target->foll);

	return take_pin(&args);
}

/* Of a file that has no pages yet. */
static long pin_memfd(struct target *target __attribute__((unused)))
{
	int memfd = memfd_create("fault", MFD_CLOEXEC);
	struct pintest_pin_args args;
	char *memory;
	long ret;

	REQUIRE(memfd >= 0);
	REQUIRE(!ftruncate(memfd, PAGES * page_size));
	memory = map_or_fail(PAGES * page_size, PROT_READ | PROT_WRITE,
			     MAP_SHARED, memfd);
	args = pin_args(memory, PAGES, PINTEST_API_PIN_MEMFD,
			PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE);
	ret = take_pin(&args);
	REQUIRE(!munmap(memory, PAGES * page_size));
	close(memfd);
	return ret;
}

static long pin_other(struct target *target)
{
	struct pintest_pin_args args = pin_args(target->memory, PAGES,
						PINTEST_API_PIN_REMOTE_LOCKED,
						PINTEST_FOLL_WRITE);

	args.pid = target->other.pid;
	return take_pin(&args);
}

static long bench_range(struct target *target)
{
	struct pintest_bench_args args = {
		.size = sizeof(args),
		.api = target->api,
		.addr = (uintptr_t)target->memory,
		.length = PAGES * page_size,
		.batch = 7,
	};
	long ret = WITH_FAULT(ioctl(device(), PINTEST_IOC_BENCH, &args));

	if (!ret)
		REQUIRE_EQ(!args.out_errno, args.out_pages == PAGES);
	return ret;
}

static long close_pin(struct target *target)
{
	int fd = target->fd;

	target->fd = -1;
	return WITH_FAULT(close(fd));
}

static long unpin_dirty(struct target *target)
{
	struct pintest_unpin_args args = {
		.size = sizeof(args),
		.flags = PINTEST_UNPIN_DIRTY,
	};

	return WITH_FAULT(ioctl(target->fd, PINTEST_IOC_UNPIN, &args));
}

static long records_of_size(struct target *target, uint32_t size)
{
	struct pintest_records_args args = {
		.size = sizeof(args),
		.record_size = size,
		.records = (uintptr_t)target->records,
		.count = PAGES,
	};

	return WITH_FAULT(ioctl(target->fd, PINTEST_IOC_RECORDS, &args));
}

static long records_as_they_are(struct target *target)
{
	return records_of_size(target, sizeof(struct pintest_record));
}

static long records_longer(struct target *target)
{
	return records_of_size(target, 2 * sizeof(struct pintest_record));
}

static long inspect_process(struct target *target, pid_t pid)
{
	struct pintest_inspect_args args = {
		.size = sizeof(args),
		.record_size = sizeof(struct pintest_record),
		.addr = (uintptr_t)target->memory,
		.length = PAGES * page_size,
		.records = (uintptr_t)target->records,
		.count = PAGES,
		.pid = pid,
	};

	return WITH_FAULT(ioctl(device(), PINTEST_IOC_INSPECT, &args));
}

static long inspect_self(struct target *target)
{
	return inspect_process(target, 0);
}

static long inspect_other(struct target *target)
{
	return inspect_process(target, target->other.pid);
}

static long read_pin(struct target *target)
{
	return WITH_FAULT(pread(target->fd, target->records, PAGES * 16,
				PAGES / 2 * page_size - 8));
}

static long write_pin(struct target *target)
{
	return WITH_FAULT(pwrite(target->fd, target->records, PAGES * 16,
				 PAGES / 2 * page_size - 8));
}

static long seek_pin(struct target *target)
{
	return WITH_FAULT(lseek(target->fd, 0, SEEK_END));
}

static long read_fdinfo(struct target *target)
{
	char path[64], text[512];
	int fd;
	long ret;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", target->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(fd >= 0);
	ret = WITH_FAULT(read(fd, text, sizeof(text)));
	close(fd);
	return ret;
}

/*
 * Points at the end of a load, in which the module's own are. Those before are
 * of the loader, which warns of one, and of gcov, and are passed over.
 */
#define LOAD_POINTS 60

/* Counts what has to be passed over, by a load without a fault. */
static unsigned int points_before_ours(void)
{
	int file = module_open();
	unsigned int points;

	REQUIRE_EQ(module_unload(), 0);
	nth_arm(MAX_NTH);
	REQUIRE_EQ(module_load(file, ""), 0);
	points = MAX_NTH - nth_left();
	close(file);
	REQUIRE(points > LOAD_POINTS);
	return points - LOAD_POINTS;
}

/* A load that fails leaves nothing in the way of the next. */
static long load_module(const char *parameters)
{
	int fd = module_open();
	long ret = WITH_FAULT(syscall(SYS_finit_module, fd, parameters, 0));

	if (ret < 0) {
		REQUIRE(access(PINTEST_DEVICE, F_OK));
		REQUIRE(access(GUP_TEST, F_OK) || !*parameters);
		REQUIRE_EQ(module_load(fd, parameters), 0);
	}
	close(fd);
	return ret;
}

static long load_plain(struct target *target __attribute__((unused)))
{
	REQUIRE_EQ(module_unload(), 0);
	return load_module("");
}

static long load_gup_test(struct target *target __attribute__((unused)))
{
	REQUIRE_EQ(module_unload(), 0);
	if (!access(GUP_TEST, F_OK)) {
		load_module("");
		ktap_skip("this kernel has a gup_test of its own");
	}
	return load_module("gup_test=1");
}

static long unload_module(struct target *target __attribute__((unused)))
{
	int fd = module_open();
	long ret = WITH_FAULT(syscall(SYS_delete_module, "pintest",
				      O_NONBLOCK));

	if (!ret)
		REQUIRE_EQ(module_load(fd, ""), 0);
	close(fd);
	return ret;
}

/* Loads the module again so that it offers the file. */
static void need_gup_test(void)
{
	int file = module_open();
	bool own;

	REQUIRE_EQ(module_unload(), 0);
	own = !access(GUP_TEST, F_OK);
	REQUIRE_EQ(module_load(file, own ? "" : "gup_test=1"), 0);
	close(file);
	if (own)
		ktap_skip("this kernel has a gup_test of its own");
}

static long gup_test_opens(struct target *target __attribute__((unused)))
{
	int fd = WITH_FAULT(open(GUP_TEST, O_RDWR | O_CLOEXEC));

	if (fd >= 0)
		close(fd);
	return fd;
}

static long gup_test_bench(struct target *target)
{
	struct gup_test_args args = {
		.addr = (uintptr_t)target->memory,
		.size = PAGES * page_size,
		.nr_pages_per_call = 7,
	};

	return WITH_FAULT(ioctl(target->fd, _IOWR(GUP_TEST_IOC_TYPE,
						  GUP_TEST_PIN_FAST_BENCHMARK,
						  struct gup_test_args),
				&args));
}

static long gup_test_start(struct target *target)
{
	struct gup_test_longterm_args args = {
		.addr = (uintptr_t)target->memory,
		.size = PAGES * page_size,
	};
	long ret = WITH_FAULT(ioctl(target->fd,
				    _IOW(GUP_TEST_IOC_TYPE,
					 GUP_TEST_LONGTERM_START,
					 struct gup_test_longterm_args),
				    &args));

	if (!ret)
		ioctl(target->fd, _IO(GUP_TEST_IOC_TYPE,
				      GUP_TEST_LONGTERM_STOP));
	return ret;
}

static long gup_test_read(struct target *target)
{
	struct gup_test_longterm_args args = {
		.addr = (uintptr_t)target->memory,
		.size = page_size,
	};
	uint64_t to = (uintptr_t)target->records;
	long ret;

	REQUIRE(!ioctl(target->fd, _IOW(GUP_TEST_IOC_TYPE,
					GUP_TEST_LONGTERM_START,
					struct gup_test_longterm_args),
		       &args));
	ret = WITH_FAULT(ioctl(target->fd, _IOW(GUP_TEST_IOC_TYPE,
						GUP_TEST_LONGTERM_READ,
						uint64_t), &to));
	REQUIRE(!ioctl(target->fd, _IO(GUP_TEST_IOC_TYPE,
				       GUP_TEST_LONGTERM_STOP)));
	return ret;
}

static const struct call calls[] = {
	{ .name = "open", .run = open_device },
	{ .name = "close", .run = close_device },
	{ .name = "info", .run = info },
	{
		.name = "pin-other",
		.run = pin_other,
		.fresh = true,
		.remote = true,
	},
	{ .name = "close-pin", .run = close_pin, .pinned = true },
	{ .name = "unpin", .run = unpin_dirty, .pinned = true },
	{
		.name = "records",
		.run = records_as_they_are,
		.pinned = true,
	},
	{
		.name = "records.longer",
		.run = records_longer,
		.pinned = true,
	},
	{ .name = "inspect", .run = inspect_self },
	{
		.name = "inspect-other",
		.run = inspect_other,
		.remote = true,
	},
	{ .name = "read", .run = read_pin, .pinned = true },
	{ .name = "write", .run = write_pin, .pinned = true },
	{ .name = "seek", .run = seek_pin, .pinned = true },
	{ .name = "fdinfo", .run = read_fdinfo, .pinned = true },
	{
		.name = "module-load",
		.run = load_plain,
		.unloads = true,
		.loads = true,
	},
	{
		.name = "module-load.gup_test",
		.run = load_gup_test,
		.unloads = true,
		.loads = true,
	},
	{ .name = "gup_test.open", .run = gup_test_opens, .gup_test = true },
	{ .name = "gup_test.bench", .run = gup_test_bench, .gup_test = true },
	{ .name = "gup_test.start", .run = gup_test_start, .gup_test = true },
	{ .name = "gup_test.read", .run = gup_test_read, .gup_test = true },
	{ .name = "module-unload", .run = unload_module, .unloads = true },
};

/* Pages on both sides of the end of a segment. */
static char *map_across(void)
{
	char *room = map_nothing(2 * SEGMENT / page_size);
	uintptr_t end = ((uintptr_t)room / SEGMENT + 1) * SEGMENT;
	char *memory = mmap((char *)end - PAGES / 2 * page_size,
			    PAGES * page_size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
			    -1, 0);

	REQUIRE(memory != MAP_FAILED);
	madvise(memory, PAGES * page_size, MADV_NOHUGEPAGE);
	return memory;
}

static void target_begin(struct target *target, const struct call *call)
{
	size_t room = PAGES * 2 * sizeof(*target->records) + page_size;

	target->memory = map_across();
	if (!call->fresh)
		memset(target->memory, 1, PAGES * page_size);
	target->records = malloc(room);
	REQUIRE(target->records);
	/* A page fault there would not be the module's. */
	memset(target->records, 0, room);
	if (call->remote)
		target->other = peer_idle();
	target->fd = -1;
	if (call->gup_test)
		target->fd = open(GUP_TEST, O_RDWR | O_CLOEXEC);
	if (call->pinned)
		target->fd = pin(target->memory, PAGES, PINTEST_API_PIN,
				 PINTEST_FOLL_WRITE);
}

static void target_end(struct target *target, const struct call *call)
{
	if (target->fd >= 0)
		close(target->fd);
	if (call->remote)
		peer_join(&target->other);
	free(target->records);
	munmap(target->memory, PAGES * page_size);
}

/* Returns whether there was a fault. */
static bool run_once(const struct call *call, struct target *target)
{
	struct state before = state_now();
	long ret;

	faulted = false;
	target_begin(target, call);
	ret = call->run(target);
	target_end(target, call);
	if (!faulted && ret < 0)
		FAIL("%s without a fault, the %uth: %s", call->name, nth_now,
		     strerror(-ret));
	state_must_be(&before);
	return faulted;
}

/*
 * A cache that asks for pages now and then makes points that only one run has,
 * and those behind them have another number in the next: each has two chances.
 */
static bool run_twice(const struct call *call, struct target *target)
{
	bool first = run_once(call, target);

	return run_once(call, target) || first;
}

/*
 * What is opened once for all is open before anything is compared. Returns at
 * how many points there was a fault.
 */
static unsigned int sweep(const struct call *call, struct target *target)
{
	unsigned int passed_over, points;

	nth_open();
	if (!call->unloads)
		device();
	passed_over = call->loads ? points_before_ours() : 0;
	for (nth_now = passed_over + 1; run_twice(call, target); nth_now++)
		if (nth_now == MAX_NTH)
			FAIL("%s has no end of faults", call->name);
	points = nth_now - passed_over - 1;
	ktap_note("%s: %u points behind %u", call->name, points, passed_over);
	return points;
}

static void sweep_call(const void *arg)
{
	const struct call *call = arg;
	struct target target = {};

	if (call->gup_test)
		need_gup_test();
	REQUIRE(sweep(call, &target) || !call->loads);
}

static const uint32_t pin_folls[] = {
	0,
	PINTEST_FOLL_WRITE,
	PINTEST_FOLL_LONGTERM,
	PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE,
};

static void sweep_pin(const void *arg)
{
	uintptr_t number = (uintptr_t)arg;
	struct target target = {
		.api = number / 8,
		.foll = pin_folls[number / 2 % 4],
	};
	struct call call = {
		.name = "pin",
		.run = pin_range,
		.fresh = number % 2,
	};

	if (!device_takes(target.api, target.foll))
		ktap_skip("this kernel does not take these flags here");
	REQUIRE(sweep(&call, &target));
}

static void add_pin(uintptr_t number)
{
	static const char *const names[] = {
		"read", "write", "read-longterm", "write-longterm",
	};

	ktap_add(sweep_pin, (void *)number, "fault.pin.%s.%s.%s",
		 device_api_names[number / 8], names[number / 2 % 4],
		 number % 2 ? "fresh" : "populated");
}

static void sweep_bench(const void *arg)
{
	struct target target = { .api = (uintptr_t)arg };
	struct call call = {
		.name = "bench",
		.run = bench_range,
		.fresh = true,
	};

	need_api(target.api);
	REQUIRE(sweep(&call, &target));
}

TEST("fault.pin.pin-memfd")
{
	struct call call = {
		.name = "pin",
		.run = pin_memfd,
	};

	need_api(PINTEST_API_PIN_MEMFD);
	REQUIRE(sweep(&call, &(struct target){ 0 }));
}

/* A sweep must reach what is there to fail. */
TEST("fault.control.the_first_fault_is_in_open")
{
	nth_open();
	faulted = false;
	nth_now = 1;
	REQUIRE_EQ(open_device(NULL), -ENOMEM);
	REQUIRE(faulted);
}

/*
 * And end where there is nothing: getppid() allocates nothing, once the linker
 * has found it.
 */
TEST("fault.control.no_fault_where_nothing_can_fail")
{
	REQUIRE(getppid() > 0);
	nth_open();
	faulted = false;
	nth_now = 1;
	REQUIRE(WITH_FAULT(getppid()) > 0);
	REQUIRE(!faulted);
}

/* And what it looks at afterwards must show a pin that was left behind. */
TEST("fault.control.a_pin_left_behind_is_seen")
{
	struct state before, after;
	int fd;

	device();
	before = state_now();
	fd = pin(map_pages(1), 1, PINTEST_API_PIN, 0);
	after = state_now();
	REQUIRE_EQ(after.pins - before.pins, 1);
	REQUIRE_EQ(after.locked - before.locked, 1);
	REQUIRE_EQ(after.users - before.users, 1);
	REQUIRE(after.next_fd > before.next_fd);
	close(fd);
	state_must_be(&before);
}

TEST_GROUP
{
	uintptr_t number;
	size_t i;

	for (number = 0; number < 8 * NR_APIS; number++)
		add_pin(number);
	for (number = 0; number < NR_APIS; number++)
		ktap_add(sweep_bench, (void *)number, "fault.bench.%s",
			 device_api_names[number]);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		ktap_add(sweep_call, &calls[i], "fault.%s", calls[i].name);
}

/* One of each kind at least, or the sweep was none. */
static void all_kinds_came(const void *arg __attribute__((unused)))
{
	unsigned long counts[NR_NTH_KINDS];
	int kind;

	nth_counts(counts);
	for (kind = 0; kind < NR_NTH_KINDS; kind++) {
		ktap_note("faults injected: %s %lu", nth_kind_names[kind],
			  counts[kind]);
		REQUIRE(counts[kind]);
	}
}

TEST_GROUP
{
	ktap_add(all_kinds_came, NULL, "fault.control.all_kinds_came");
}

static const char *prepare(void)
{
	const char *why_not = watched_suite.prepare();

	return why_not ? why_not : nth_prepare();
}

int main(int argc, char **argv)
{
	const struct ktap_suite suite = {
		.prepare = prepare,
		.begin = watched_suite.begin,
		.end = watched_suite.end,
	};

	return ktap_main(argc, argv, &suite);
}
