// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which call with which flags on whose memory.
 */
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

/*
 * INFO says which flags a call takes. With those a plain written page can be
 * pinned, as nothing stands in the way. Others must not reach the kernel: it
 * would warn, and every test fails on a warning.
 */
static void flags_must_fit(uint32_t api, uint32_t foll)
{
	static char *page;
	struct pintest_pin_args args;
	int ret;

	if (!page)
		page = map_pages(1);
	args = pin_args(page, 1, api, foll);
	ret = pin_try(&args);
	if (!device_takes(api, foll)) {
		if (ret != -EBADRQC)
			FAIL("%s with illegal flags %#x gives %d",
			     device_api_names[api], foll, ret);
		return;
	}
	if (ret < 0)
		FAIL("%s with legal flags %#x gives %d",
		     device_api_names[api], foll, ret);
	REQUIRE_EQ(args.out_pages, 1);
	REQUIRE_EQ(args.out_errno, 0);
	pin_must_have_page(ret, 0, 0);
	close(ret);
}

static void each_flag_is_taken_as_info_says(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	unsigned int i, j;

	flags_must_fit(api, 0);
	for (i = 0; i < NR_FOLL; i++)
		for (j = i; j < NR_FOLL; j++)
			flags_must_fit(api, 1u << i | 1u << j);
	flags_must_fit(api, device_info(api).out_foll);
	flags_must_fit(api, device_info(api).out_foll &
			    ~PINTEST_FOLL_PCI_P2PDMA);
}

static void unknown_flag_is_EOPNOTSUPP(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	char *page = map_pages(1);
	unsigned int i;

	for (i = NR_FOLL; i < 32; i++) {
		struct pintest_pin_args args =
			pin_args(page, 1, api, 1u << i);

		pin_must_fail(&args, -EOPNOTSUPP);
		args.foll = 1u << i | PINTEST_FOLL_WRITE;
		pin_must_fail(&args, -EOPNOTSUPP);
	}
}

TEST_GROUP
{
	uintptr_t api;

	for (api = 0; api < NR_APIS; api++) {
		ktap_add(each_flag_is_taken_as_info_says, (void *)api,
			 "abi.pin.each_flag_is_taken_as_info_says.%s",
			 device_api_names[api]);
		ktap_add(unknown_flag_is_EOPNOTSUPP, (void *)api,
			 "abi.pin.unknown_flag_is_EOPNOTSUPP.%s",
			 device_api_names[api]);
	}
}

TEST("abi.pin.longterm_with_p2pdma_is_EBADRQC")
{
	char *page = map_pages(1);
	uint32_t api;

	for (api = 0; api < NR_APIS; api++) {
		struct pintest_pin_args args =
			pin_args(page, 1, api, PINTEST_FOLL_LONGTERM |
					       PINTEST_FOLL_PCI_P2PDMA);

		pin_must_fail(&args, -EBADRQC);
	}
}

TEST("abi.pin.unknown_api_is_EOPNOTSUPP")
{
	static const uint32_t unknown[] = {
		NR_APIS + 1, 31, 32, 63, 64, 0x80000000, UINT32_MAX,
	};
	char *page = map_pages(1);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		struct pintest_pin_args args = pin_args(page, 1, 0, 0);

		args.api = unknown[i];
		pin_must_fail(&args, -EOPNOTSUPP);
	}
}

/* 0 pages and no error is no pin. */
TEST("abi.pin.nofault_on_an_untouched_page_pins_nothing")
{
	char *page = map_untouched(1);
	uint32_t api;

	if (!(device_info(0).out_foll & PINTEST_FOLL_NOFAULT))
		ktap_skip("this kernel has no FOLL_NOFAULT");
	for_each_api(api, PINTEST_FOLL_NOFAULT) {
		struct pintest_pin_args args =
			pin_args(page, 1, api, PINTEST_FOLL_NOFAULT);

		pin_must_fail(&args, -EFAULT);
		REQUIRE(!(kernel_pagemap_of(page) & PAGEMAP_PRESENT));
	}
}

TEST("abi.pin.pid_with_a_call_that_has_none_is_EINVAL")
{
	char *page = map_pages(1);
	uint32_t api;

	for_each_api(api, 0) {
		struct pintest_pin_args args = pin_args(page, 1, api, 0);

		if (device_is_remote(api))
			continue;
		args.pid = getpid();
		pin_must_fail(&args, -EINVAL);
		args.pid = 1;
		pin_must_fail(&args, -EINVAL);
		args.pid = -1;
		pin_must_fail(&args, -EINVAL);
	}
}

static void pid_must_fail(int32_t pid, int error)
{
	char *page = map_pages(1);
	struct pintest_record record;
	uint64_t next;
	uint32_t api;

	for (api = 0; api < NR_APIS; api++) {
		struct pintest_pin_args args = pin_args(page, 1, api, 0);

		if (!device_is_remote(api))
			continue;
		args.pid = pid;
		pin_must_fail(&args, error);
	}
	if (device_knows(PINTEST_PAGE_MAPPED))
		REQUIRE_EQ(inspect(pid, (uintptr_t)page, page_size, &record, 1,
				   &next), error);
}

TEST("abi.pid.that_nobody_has_is_ESRCH")
{
	struct peer gone = peer_idle();

	peer_join(&gone);
	pid_must_fail(gone.pid, -ESRCH);
	pid_must_fail(-2, -ESRCH);
	pid_must_fail(INT32_MAX, -ESRCH);
	pid_must_fail(INT32_MIN, -ESRCH);
}

TEST("abi.pid.of_a_kernel_thread_is_ESRCH")
{
	/* kthreadd */
	pid_must_fail(2, -ESRCH);
}

TEST("abi.pid.of_a_zombie_is_ESRCH")
{
	pid_t pid = fork();
	siginfo_t info;

	REQUIRE(pid >= 0);
	if (!pid)
		_exit(KTAP_PASS);
	REQUIRE(!waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	pid_must_fail(pid, -ESRCH);
}

/* Pins @pid's page at @addr by both calls: it must begin with @byte. */
static void remote_must_see(pid_t pid, const char *addr, char byte)
{
	uint32_t api;

	for (api = 0; api < NR_APIS; api++) {
		struct pintest_pin_args args = pin_args(addr, 1, api, 0);
		char seen;
		int fd;

		if (!device_is_remote(api))
			continue;
		args.pid = pid;
		fd = pin_try(&args);
		REQUIRE(fd >= 0);
		REQUIRE_EQ(SYS(pread(fd, &seen, 1, 0)), 1);
		REQUIRE_EQ(seen, byte);
		close(fd);
	}
}

TEST("abi.pid.of_the_caller_is_the_caller")
{
	char *page = map_pages(1);

	*page = 'a';
	remote_must_see(0, page, 'a');
	remote_must_see(getpid(), page, 'a');
}

static void write_and_wait(int fd, void *page)
{
	*(char *)page = 'b';
	peer_send(fd, 0);
	peer_wait_close(fd);
}

TEST("abi.pid.of_a_child_is_the_child")
{
	char *page = map_pages(1);
	struct peer child;

	*page = 'a';
	child = peer_start(write_and_wait, page);
	peer_receive(child.fd);
	remote_must_see(child.pid, page, 'b');
	remote_must_see(0, page, 'a');
	peer_join(&child);
}

/* The child of a test in a new pid namespace is pid 1 there. */
static void see_pid_1(int fd __attribute__((unused)), void *page)
{
	REQUIRE_EQ(getpid(), 1);
	*(char *)page = 'b';
	remote_must_see(1, page, 'b');
	pid_must_fail(2, -ESRCH);
}

TEST("abi.pid.is_as_the_callers_namespace_numbers_it")
{
	char *page = map_pages(1);

	if (unshare(CLONE_NEWPID))
		ktap_skip("no pid namespaces here");
	in_child(see_pid_1, page);
}
