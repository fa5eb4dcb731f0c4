// SPDX-License-Identifier: GPL-2.0-only
/*
 * RLIMIT_MEMLOCK: every page of a pin counts, exactly, and to whom.
 */
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

static void limit_to(size_t pages)
{
	struct rlimit limit = {
		.rlim_cur = pages * page_size,
		.rlim_max = pages * page_size,
	};

	REQUIRE(!setrlimit(RLIMIT_MEMLOCK, &limit));
}

/* From here on the limit holds. */
static void obey(size_t pages)
{
	limit_to(pages);
	drop_capability(CAP_IPC_LOCK);
}

static void pages_must_be_locked(long long pages)
{
	REQUIRE_EQ(kernel_locked_pages(0), pages);
}

static void counts_exactly(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	char *memory = map_pages(20);
	int a, b;

	need_api(api);
	pages_must_be_locked(0);
	a = pin(memory, 20, api, 0);
	pages_must_be_locked(20);
	b = pin(memory + 5 * page_size, 3, api, 0);
	pages_must_be_locked(23);
	close(a);
	pages_must_be_locked(3);
	REQUIRE_EQ(unpin(b, 0), 0);
	pages_must_be_locked(0);
	close(b);
	pages_must_be_locked(0);
}

static void stops_at_the_limit(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	char *memory = map_pages(20);
	struct pintest_pin_args too_much = pin_args(memory, 9, api, 0);
	struct pintest_pin_args one = pin_args(memory, 1, api, 0);
	int fd;

	need_api(api);
	obey(8);
	fd = pin_must_run_out(too_much, 8, PINTEST_STOP_LIMIT);
	pages_must_be_locked(8);
	close(fd);
	fd = pin(memory, 8, api, 0);
	pages_must_be_locked(8);
	pin_must_run_out_at_once(one, PINTEST_STOP_LIMIT);
	REQUIRE_EQ(unpin(fd, 0), 0);
	fd = pin(memory + 8 * page_size, 8, api, 0);
	close(fd);
	pages_must_be_locked(0);
}

static void counts_what_is_pinned_in_part(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	char *memory = map_island(8);
	struct pintest_pin_args args = pin_args(memory, 8, api, 0);
	int fd;

	need_api(api);
	REQUIRE(!munmap(memory + 5 * page_size, page_size));
	obey(8);
	fd = pin_try(&args);
	REQUIRE(fd >= 0);
	pages_must_be_locked(5);
	close(fd);
	pages_must_be_locked(0);
	args = pin_args(memory + 5 * page_size, 3, api, 0);
	pin_must_fail(&args, -EFAULT);
}

TEST_GROUP
{
	static const struct {
		const char *name;
		void (*run)(const void *arg);
	} tests[] = {
		{ "every_page_counts", counts_exactly },
		{ "the_limit_is_ENOMEM", stops_at_the_limit },
		{ "only_what_is_pinned_counts",
		  counts_what_is_pinned_in_part },
	};
	uintptr_t api;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		for (api = 0; api < NR_APIS; api++)
			ktap_add(tests[i].run, (void *)api,
				 "abi.memlock.%s.%s", tests[i].name,
				 device_api_names[api]);
}

TEST("abi.memlock.mlocked_pages_count_too")
{
	char *memory = map_pages(8);
	struct pintest_pin_args args = pin_args(memory, 5, PINTEST_API_PIN,
						0);

	obey(8);
	REQUIRE(!mlock(memory, 4 * page_size));
	pages_must_be_locked(4);
	close(pin_must_run_out(args, 4, PINTEST_STOP_LIMIT));
	pin(memory, 4, PINTEST_API_PIN, 0);
	pages_must_be_locked(8);
	REQUIRE_EQ(SYS(mlock(memory + 4 * page_size, page_size)), -ENOMEM);
}

TEST("abi.memlock.CAP_IPC_LOCK_lifts_the_limit_but_counts")
{
	int fd;

	limit_to(4);
	fd = pin(map_pages(8), 8, PINTEST_API_PIN, 0);
	pages_must_be_locked(8);
	close(fd);
	pages_must_be_locked(0);
}

TEST("abi.memlock.the_same_page_counts_each_time")
{
	char *memory = map_pages(1);
	struct pintest_pin_args args = pin_args(memory, 1, PINTEST_API_PIN,
						0);
	int i;

	obey(3);
	for (i = 0; i < 3; i++)
		pin(memory, 1, PINTEST_API_PIN, 0);
	pin_must_run_out_at_once(args, PINTEST_STOP_LIMIT);
}

TEST("abi.memlock.untouched_memory_counts")
{
	struct pintest_pin_args args;

	obey(3);
	args = pin_args(map_untouched(4), 4, PINTEST_API_PIN, 0);
	pin_must_run_out(args, 3, PINTEST_STOP_LIMIT);
}

TEST("abi.memlock.the_caller_pays_for_a_remote_pin")
{
	char *memory = map_pages(4);
	struct peer child = peer_idle();
	struct pintest_pin_args args =
		pin_args(memory, 4, PINTEST_API_PIN_REMOTE, 0);
	int fd;

	args.pid = child.pid;
	fd = pin_try(&args);
	REQUIRE(fd >= 0);
	pages_must_be_locked(4);
	REQUIRE_EQ(kernel_locked_pages(child.pid), 0);
	peer_join(&child);
	pages_must_be_locked(4);
	close(fd);
	pages_must_be_locked(0);
}

/* What is not there is not charged, however much of it was asked for. */
static void charges_as_it_goes(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	char *memory = map_island(2);
	struct pintest_pin_args args = pin_args(memory, 2049, api, 0);
	int fd;

	need_api(api);
	obey(3);
	fd = pin_try(&args);
	REQUIRE(fd >= 0);
	REQUIRE_EQ(args.out_pages, 2);
	REQUIRE_EQ(args.out_errno, EFAULT);
	REQUIRE_EQ(args.out_stop, PINTEST_STOP_CALL);
	pages_must_be_locked(2);
	close(fd);
	obey(2);
	close(pin_must_run_out(args, 2, PINTEST_STOP_LIMIT));
	pages_must_be_locked(0);
}

TEST_GROUP
{
	uintptr_t api;

	for (api = 0; api < NR_APIS; api++)
		ktap_add(charges_as_it_goes, (void *)api,
			 "abi.memlock.charged_as_it_goes.%s",
			 device_api_names[api]);
}

/* Up to the last page of the limit, through several calls. */
TEST("abi.memlock.stops_at_the_very_limit")
{
	char *memory = map_pages(1500);
	struct pintest_pin_args args = pin_args(memory + page_size, 1400,
						PINTEST_API_PIN_FAST, 0);

	obey(1317);
	close(pin_must_run_out(args, 1317, PINTEST_STOP_LIMIT));
	obey(0);
	pin_must_run_out_at_once(args, PINTEST_STOP_LIMIT);
}

static bool has_charge(uint32_t charge)
{
	return device_info(0).out_charges & 1U << charge;
}

static struct pintest_pin_args charge_args(const char *memory, size_t pages,
					   uint32_t charge)
{
	struct pintest_pin_args args = pin_args(memory, pages, PINTEST_API_PIN,
						0);

	args.charge = charge;
	return args;
}

TEST("abi.memlock.charge.unknown_is_EOPNOTSUPP")
{
	struct pintest_pin_args args = charge_args(map_pages(1), 1,
						   PINTEST_CHARGE_USER + 1);

	pin_must_fail(&args, -EOPNOTSUPP);
	args.charge = PINTEST_CHARGE_USER;
	if (!has_charge(PINTEST_CHARGE_USER))
		pin_must_fail(&args, -EBADRQC);
}

/* Apart from what is locked, which does not count then. */
TEST("abi.memlock.charge.pinned_vm")
{
	char *memory = map_pages(20);
	struct pintest_pin_args args =
		charge_args(memory, 9, PINTEST_CHARGE_PINNED_VM);
	int fd;

	obey(8);
	REQUIRE(!mlock(memory, 4 * page_size));
	fd = pin_must_run_out(args, 8, PINTEST_STOP_LIMIT);
	REQUIRE_EQ(kernel_status_pages(0, "VmPin:"), 8);
	REQUIRE_EQ(kernel_status_pages(0, "VmLck:"), 4);
	pin_must_run_out_at_once(args, PINTEST_STOP_LIMIT);
	close(fd);
	REQUIRE_EQ(kernel_status_pages(0, "VmPin:"), 0);
}

static void pin_as_the_same_user(int fd, void *arg)
{
	struct pintest_pin_args args =
		charge_args(arg, 9, PINTEST_CHARGE_USER);

	limit_to(8);
	pin_must_run_out_at_once(args, PINTEST_STOP_LIMIT);
	args.charge = PINTEST_CHARGE_PINNED_VM;
	close(pin_must_run_out(args, 8, PINTEST_STOP_LIMIT));
	peer_send(fd, 0);
}

/* All processes of a user share one limit, others do not see it. */
TEST("abi.memlock.charge.user")
{
	char *memory = map_pages(20);
	struct pintest_pin_args args =
		charge_args(memory, 9, PINTEST_CHARGE_USER);
	struct peer child;
	int fd;

	if (!has_charge(PINTEST_CHARGE_USER))
		ktap_skip("modules cannot hold a user on this kernel");
	device();
	limit_to(8);
	become_nobody();
	fd = pin_must_run_out(args, 8, PINTEST_STOP_LIMIT);
	pages_must_be_locked(0);
	child = peer_start(pin_as_the_same_user, memory);
	peer_receive(child.fd);
	peer_join(&child);
	close(fd);
	close(pin_must_run_out(args, 8, PINTEST_STOP_LIMIT));
}

/* fork() gives the child its own account, which is empty. */
static void close_in_child(int fd, void *arg)
{
	pages_must_be_locked(0);
	peer_receive(fd);
	close(*(int *)arg);
	pages_must_be_locked(0);
}

TEST("abi.memlock.the_pinner_pays_whoever_holds_the_pin")
{
	char *memory = map_pages(4);
	int fd = pin(memory, 4, PINTEST_API_PIN, 0);
	struct peer child = peer_start(close_in_child, &fd);

	close(fd);
	pages_must_be_locked(4);
	peer_send(child.fd, 0);
	peer_join(&child);
	pages_must_be_locked(0);
}

static void unpin_in_child(int fd, void *arg)
{
	peer_receive(fd);
	REQUIRE_EQ(unpin(*(int *)arg, 0), 0);
	pages_must_be_locked(0);
}

TEST("abi.memlock.unpin_by_another_pays_the_pinner_back")
{
	char *memory = map_pages(4);
	int fd = pin(memory, 4, PINTEST_API_PIN, 0);
	struct peer child = peer_start(unpin_in_child, &fd);

	peer_send(child.fd, 0);
	peer_join(&child);
	pages_must_be_locked(0);
}
