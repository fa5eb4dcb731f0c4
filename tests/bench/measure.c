// SPDX-License-Identifier: GPL-2.0-only
/*
 * measure SIZE [MEMORY...]: what it costs to pin SIZE MiB of memory and to look
 * at them, with pintest and with the kernel's own means. MEMORY is base, thp or
 * hugetlb; or empty, which is about looking at what is not there; or one, which is
 * what a pin of one page costs. Each figure is a line "SIZE.MEMORY.WHAT VALUE", once
 * for each round.
 */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "measure.h"

#define PAGE 4096UL
#define HUGE (2UL << 20)

/* Who reads the figures takes the least of them. */
#define ROUNDS 3

static int device;
static struct pintest_record record[BATCH * 16];

uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ULL + time.tv_nsec;
}

void need(int condition, const char *what)
{
	if (!condition)
		err(1, "%s", what);
}

void figure(const struct range *range, const char *what, double value)
{
	printf("%zu.%s.%s %.3f\n", range->pages * PAGE >> 20, range->name, what,
	       value / range->pages);
}

static int pin(const struct range *range, uint32_t api, uint32_t foll)
{
	struct pintest_pin_args args = {
		.size = sizeof(args),
		.api = api,
		.foll = foll,
		.addr = (uintptr_t)range->addr,
		.length = range->pages * PAGE,
	};

	need(!ioctl(device, PINTEST_IOC_PIN, &args), "PIN");
	need(args.out_pages == range->pages, "PIN of all pages");
	return args.out_fd;
}

/*
 * Bytes that the kernel holds for us, as our control group has it. Whoever reads
 * cpu.stat has the group's counters of all processors summed up first.
 */
static double kernel_memory(void)
{
	FILE *file = fopen("/sys/fs/cgroup/bench/cpu.stat", "r");
	char line[256];
	double bytes = -1;

	need(file && fgets(line, sizeof(line), file), "cpu.stat");
	fclose(file);
	file = fopen("/sys/fs/cgroup/bench/memory.stat", "r");
	need(!!file, "memory.stat");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "kernel %lf", &bytes) == 1)
			break;
	fclose(file);
	need(bytes >= 0, "line kernel of memory.stat");
	return bytes;
}

static void measure_pin(const struct range *range, const char *name,
			uint32_t api, uint32_t foll)
{
	double memory = kernel_memory();
	uint64_t times[3];
	char what[64];
	int fd;

	times[0] = now();
	fd = pin(range, api, foll);
	times[1] = now();
	memory = kernel_memory() - memory;
	times[2] = now();
	close(fd);
	snprintf(what, sizeof(what), "%s.close", name);
	figure(range, what, now() - times[2]);
	snprintf(what, sizeof(what), "%s.pin", name);
	figure(range, what, times[1] - times[0]);
	snprintf(what, sizeof(what), "%s.memory", name);
	figure(range, what, memory);
}

static void measure_bench(const struct range *range, const char *name,
			  uint32_t api, uint32_t foll)
{
	struct pintest_bench_args args = {
		.size = sizeof(args),
		.api = api,
		.foll = foll,
		.addr = (uintptr_t)range->addr,
		.length = range->pages * PAGE,
		.batch = BATCH,
	};
	char what[64];

	need(!ioctl(device, PINTEST_IOC_BENCH, &args), "BENCH");
	need(args.out_pages == range->pages, "BENCH of all pages");
	snprintf(what, sizeof(what), "%s.take", name);
	figure(range, what, args.out_take_ns);
	snprintf(what, sizeof(what), "%s.put", name);
	figure(range, what, args.out_put_ns);
}

static void measure_records(const struct range *range)
{
	int fd = pin(range, PINTEST_API_PIN_FAST, 0);
	struct pintest_records_args args = {
		.size = sizeof(args),
		.record_size = sizeof(record[0]),
		.records = (uintptr_t)record,
		.count = sizeof(record) / sizeof(record[0]),
	};
	uint64_t start = now();

	while (args.first < range->pages) {
		need(!ioctl(fd, PINTEST_IOC_RECORDS, &args), "RECORDS");
		args.first += args.out_count;
	}
	figure(range, "records", now() - start);
	close(fd);
}

static uint64_t inspect(const char *start, uint64_t length)
{
	struct pintest_inspect_args args = {
		.size = sizeof(args),
		.record_size = sizeof(record[0]),
		.records = (uintptr_t)record,
		.count = sizeof(record) / sizeof(record[0]),
	};
	uint64_t begin = now(), addr = (uintptr_t)start, end = addr + length;

	while (addr < end) {
		args.addr = addr;
		args.length = end - addr;
		need(!ioctl(device, PINTEST_IOC_INSPECT, &args), "INSPECT");
		addr = args.out_next;
	}
	return now() - begin;
}

/* Two sizes, and a page in every GiB of the larger one. */
static void measure_empty(void)
{
	const uint64_t gib = 1ULL << 30, tib = 1ULL << 40;
	char *addr = mmap(NULL, tib, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t i;

	need(addr != MAP_FAILED, "mmap of 1 TiB");
	need(!madvise(addr, tib, MADV_NOHUGEPAGE), "madvise");
	inspect(addr, gib);
	printf("empty.1G %" PRIu64 "\n", inspect(addr, gib));
	printf("empty.1T %" PRIu64 "\n", inspect(addr, tib));
	for (i = 0; i < tib; i += gib)
		addr[i] = 1;
	printf("sparse.1T %" PRIu64 "\n", inspect(addr, tib));
	munmap(addr, tib);
}

static struct range map(const char *name, size_t size)
{
	struct range range = { .name = name, .pages = size / PAGE };
	int flags = MAP_PRIVATE | MAP_ANONYMOUS, advice = MADV_NOHUGEPAGE;
	uintptr_t addr;

	if (!strcmp(name, "hugetlb"))
		flags |= MAP_HUGETLB;
	if (!strcmp(name, "thp"))
		advice = MADV_HUGEPAGE;
	/* With room to begin at a huge page. */
	addr = (uintptr_t)mmap(NULL, size + HUGE, PROT_READ | PROT_WRITE,
			       flags | MAP_NORESERVE, -1, 0);
	need(addr != (uintptr_t)MAP_FAILED, "mmap");
	range.addr = (char *)((addr + HUGE - 1) & -HUGE);
	if (!(flags & MAP_HUGETLB))
		need(!madvise(range.addr, size, advice), "madvise");
	for (size_t i = 0; i < range.pages; i++)
		range.addr[i * PAGE] = 1;
	return range;
}

/* Often enough for tests/bench/profile to see where they spend it. */
#define ONES 100000

/* A pin of one page, and a descriptor that is nothing else, made and closed. */
static void measure_one(void)
{
	struct range range = map("one", PAGE);
	uint64_t start = now();
	int i;

	for (i = 0; i < ONES; i++)
		close(pin(&range, PINTEST_API_PIN_FAST, 0));
	printf("one.pin %" PRIu64 "\n", (now() - start) / ONES);
	start = now();
	for (i = 0; i < ONES; i++)
		close(eventfd(0, 0));
	printf("one.eventfd %" PRIu64 "\n", (now() - start) / ONES);
}

static void measure_all(const struct range *range)
{
	measure_peer(range);
	measure_bench(range, "fast", PINTEST_API_PIN_FAST, 0);
	measure_bench(range, "longterm", PINTEST_API_PIN,
		      PINTEST_FOLL_LONGTERM);
	measure_pin(range, "fast", PINTEST_API_PIN_FAST, 0);
	measure_pin(range, "longterm", PINTEST_API_PIN,
		    PINTEST_FOLL_LONGTERM);
	measure_records(range);
	figure(range, "inspect", inspect(range->addr, range->pages * PAGE));
	measure_reader(range);
}

static void measure(const char *name, size_t size)
{
	struct range range = map(name, size);
	int round;

	for (round = 0; round < ROUNDS; round++)
		measure_all(&range);
	need(!munmap(range.addr, range.pages * PAGE), "munmap");
}

int main(int argc, char **argv)
{
	device = open(PINTEST_DEVICE, O_RDWR | O_CLOEXEC);
	need(device >= 0, PINTEST_DEVICE);
	memset(record, 0, sizeof(record));
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], "empty"))
			measure_empty();
		else if (!strcmp(argv[i], "one"))
			measure_one();
		else
			measure(argv[i], strtoul(argv[1], NULL, 0) << 20);
	return 0;
}
