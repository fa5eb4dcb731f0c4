// SPDX-License-Identifier: GPL-2.0-only
/*
 * BENCH: what it takes it gives back, and what it cannot take it says. How long
 * that takes is not judged.
 */
#include <linux/capability.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

static struct pintest_bench_args bench_args(const void *addr, size_t pages,
					    uint32_t api)
{
	return (struct pintest_bench_args){
		.size = sizeof(struct pintest_bench_args),
		.api = api,
		.addr = (uintptr_t)addr,
		.length = (uint64_t)pages * page_size,
		.batch = 1,
	};
}

static int bench(struct pintest_bench_args *args)
{
	return device_ioctl(device(), PINTEST_IOC_BENCH, args);
}

static void must_take(struct pintest_bench_args args, uint64_t pages,
		      uint32_t error)
{
	long long pins = kernel_pins();

	REQUIRE_EQ(bench(&args), 0);
	REQUIRE_EQ(args.out_pages, pages);
	REQUIRE_EQ(args.out_errno, error);
	REQUIRE_EQ(kernel_pins(), pins);
	REQUIRE_EQ(kernel_locked_pages(0), 0);
}

static void must_fail(struct pintest_bench_args args, int error)
{
	long long pins = kernel_pins();

	REQUIRE_EQ(bench(&args), error);
	REQUIRE_EQ(kernel_pins(), pins);
	REQUIRE_EQ(kernel_locked_pages(0), 0);
}

static void must_take_all(struct pintest_bench_args args, uint64_t pages)
{
	const uint32_t batches[] = { 1, 2, 7, 512, 600, PINTEST_BENCH_BATCH };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(batches); i++) {
		args.batch = batches[i];
		must_take(args, pages, 0);
	}
}

/* More than a call can be asked for. */
#define PAGES	(PINTEST_BENCH_BATCH + 600)

static void takes_all_pages(const void *arg)
{
	need_api((uintptr_t)arg);
	must_take_all(bench_args(map_pages(PAGES), PAGES, (uintptr_t)arg),
		      PAGES);
}

TEST("abi.bench.takes_all_pages_of_a_memfd")
{
	struct pintest_bench_args args;
	char *memory;

	need_api(PINTEST_API_PIN_MEMFD);
	memory = map_or_fail(PAGES * page_size, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1);
	args = bench_args(memory, PAGES, PINTEST_API_PIN_MEMFD);
	args.foll = PINTEST_FOLL_LONGTERM;
	must_take_all(args, PAGES);
}

static void tells_why_it_stops(const void *arg)
{
	char *memory = map_island(5);
	uint32_t api = (uintptr_t)arg;

	need_api(api);
	must_take(bench_args(memory, 9, api), 5, EFAULT);
	must_fail(bench_args(memory + 5 * page_size, 1, api), -EFAULT);
}

/*
 * The process sees who has its pages: with no reference left, only itself. What
 * each call left would be a hundred; the kernel has one or two for a while, as a
 * page that GUP marks as accessed waits in a batch for the list of active ones.
 */
static void leaves_no_reference(const void *arg)
{
	char *memory = map_pages(8);
	struct pintest_record before, after;
	uint64_t next;
	int i;

	need_api((uintptr_t)arg);
	REQUIRE_EQ(inspect(0, (uintptr_t)memory, page_size, &before, 1, &next),
		   1);
	for (i = 0; i < 100; i++)
		must_take(bench_args(memory, 8, (uintptr_t)arg), 8, 0);
	REQUIRE_EQ(inspect(0, (uintptr_t)memory, page_size, &after, 1, &next),
		   1);
	REQUIRE(after.refcount < before.refcount + 100);
}

TEST_GROUP
{
	uintptr_t api;

	for (api = 0; api < NR_APIS; api++) {
		const char *name = device_api_names[api];
		const void *arg = (const void *)api;

		ktap_add(takes_all_pages, arg,
			 "abi.bench.takes_all_pages.%s", name);
		ktap_add(tells_why_it_stops, arg,
			 "abi.bench.tells_why_it_stops.%s", name);
		ktap_add(leaves_no_reference, arg,
			 "abi.bench.leaves_no_reference.%s", name);
	}
}

TEST("abi.bench.batch_is_1_to_4096")
{
	struct pintest_bench_args args = bench_args(map_pages(1), 1, 0);

	args.batch = 0;
	must_fail(args, -EINVAL);
	args.batch = PINTEST_BENCH_BATCH + 1;
	must_fail(args, -EINVAL);
	args.batch = UINT32_MAX;
	must_fail(args, -EINVAL);
}

TEST("abi.bench.refuses_calls_and_flags_as_PIN_does")
{
	struct pintest_bench_args args = bench_args(map_pages(1), 1,
						   NR_APIS + 1);

	must_fail(args, -EOPNOTSUPP);
	args.api = PINTEST_API_PIN;
	args.foll = 1U << NR_FOLL;
	must_fail(args, -EOPNOTSUPP);
	args.api = PINTEST_API_GET;
	args.foll = PINTEST_FOLL_LONGTERM;
	must_fail(args, -EBADRQC);
	args.api = PINTEST_API_PIN_FAST;
	args.foll = PINTEST_FOLL_NOWAIT;
	must_fail(args, -EBADRQC);
}

TEST("abi.bench.huge_range_is_ENOMEM_or_EFAULT")
{
	const uint64_t size = sizeof(long) == 8 ? 1ULL << 45 : 1ULL << 30;
	struct pintest_bench_args args = bench_args((void *)page_size, 0, 0);

	args.length = size;
	must_fail(args, sizeof(long) == 8 ? -ENOMEM : -EFAULT);
}

static void be_limited(int fd __attribute__((unused)), void *arg)
{
	struct rlimit limit = {
		.rlim_cur = 8 * page_size,
		.rlim_max = 8 * page_size,
	};

	REQUIRE(!setrlimit(RLIMIT_MEMLOCK, &limit));
	drop_capability(CAP_IPC_LOCK);
	must_take(bench_args(arg, 9, PINTEST_API_PIN), 8, ENOMEM);
	must_take(bench_args(arg, 8, PINTEST_API_PIN), 8, 0);
	must_take(bench_args(arg, 8, PINTEST_API_PIN), 8, 0);
}

TEST("abi.bench.stops_at_the_limit_of_locked_memory")
{
	in_child(be_limited, map_pages(9));
}

TEST("abi.bench.takes_pages_of_another_process")
{
	char *memory = map_pages(4);
	struct peer child = peer_idle();
	struct pintest_bench_args args =
		bench_args(memory, 4, PINTEST_API_PIN_REMOTE);

	args.pid = child.pid;
	REQUIRE(!munmap(memory, 4 * page_size));
	must_take(args, 4, 0);
	args.api = PINTEST_API_PIN_FAST;
	must_fail(args, -EINVAL);
	args.api = PINTEST_API_PIN_REMOTE;
	peer_join(&child);
	must_fail(args, -ESRCH);
}

/* Pins are not counted here: nobody but root has the counters summed up. */
static void be_nobody(int fd __attribute__((unused)), void *arg)
{
	struct pintest_bench_args args =
		bench_args(arg, 1, PINTEST_API_PIN_REMOTE);

	become_nobody();
	REQUIRE_EQ(bench(&args), 0);
	args.pid = getppid();
	REQUIRE_EQ(bench(&args), -EPERM);
}

TEST("abi.bench.others_memory_takes_CAP_SYS_PTRACE")
{
	char *memory = map_pages(1);

	device();
	in_child(be_nobody, memory);
}

static void bench_for_ever(int fd, void *arg)
{
	struct pintest_bench_args args =
		bench_args(arg, 4096, PINTEST_API_PIN_FAST);

	peer_send(fd, 0);
	while (!bench(&args))
		;
}

TEST("abi.bench.gives_all_back_when_killed")
{
	char *memory = map_pages(4096);
	long long pins = kernel_pins();
	struct peer child;
	int i, status;

	for (i = 0; i < 20; i++) {
		child = peer_start(bench_for_ever, memory);
		peer_receive(child.fd);
		REQUIRE(!kill(child.pid, SIGKILL));
		REQUIRE_EQ(waitpid(child.pid, &status, 0), child.pid);
		REQUIRE(WIFSIGNALED(status));
		close(child.fd);
	}
	REQUIRE_EQ(kernel_pins(), pins);
}
