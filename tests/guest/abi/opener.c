// SPDX-License-Identifier: GPL-2.0-only
/*
 * A descriptor carries the memory of who opened it, to whoever it is handed to;
 * and nobody else's.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "device.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

#define PAGES 3

/* Hands out a descriptor, and the address of memory that nobody else has. */
static void open_and_hand_out(int fd, void *arg __attribute__((unused)))
{
	int own = open(PINTEST_DEVICE, O_RDWR | O_CLOEXEC);

	REQUIRE(own >= 0);
	peer_send(fd, (uintptr_t)map_pages(PAGES));
	peer_send_fd(fd, own);
	peer_wait_close(fd);
}

/**
 * struct opener - who has handed out a descriptor
 * @peer: that process
 * @memory: address of its memory
 * @fd: the descriptor
 */
struct opener {
	struct peer peer;
	char *memory;
	int fd;
};

static struct opener opener_start(void)
{
	struct opener opener = { .peer = peer_start(open_and_hand_out, NULL) };

	/* While it may be opened: some ask it what this kernel has. */
	device();
	opener.memory = (char *)(uintptr_t)peer_receive(opener.peer.fd);
	opener.fd = peer_receive_fd(opener.peer.fd);
	return opener;
}

static struct pintest_pin_args opener_args(const struct opener *opener,
					   uint32_t api)
{
	struct pintest_pin_args args = pin_args(opener->memory, PAGES, api, 0);

	args.pid = PINTEST_PID_OPENER;
	return args;
}

static int opener_inspect(const struct opener *opener, pid_t pid)
{
	struct pintest_record record[PAGES];
	struct pintest_inspect_args args = {
		.size = sizeof(args),
		.record_size = sizeof(record[0]),
		.addr = (uintptr_t)opener->memory,
		.length = PAGES * page_size,
		.records = (uintptr_t)record,
		.count = PAGES,
		.pid = pid,
	};
	int ret = device_ioctl(opener->fd, PINTEST_IOC_INSPECT, &args);

	return ret ? ret : (int)args.out_count;
}

static int opener_bench(const struct opener *opener, pid_t pid)
{
	struct pintest_bench_args args = {
		.size = sizeof(args),
		.api = PINTEST_API_PIN_REMOTE,
		.addr = (uintptr_t)opener->memory,
		.length = PAGES * page_size,
		.pid = pid,
		.batch = 1,
	};
	int ret = device_ioctl(opener->fd, PINTEST_IOC_BENCH, &args);

	return ret ? ret : (int)args.out_pages;
}

static int opener_pin(const struct opener *opener, uint32_t api, pid_t pid)
{
	struct pintest_pin_args args = opener_args(opener, api);
	int ret;

	args.pid = pid;
	ret = device_ioctl(opener->fd, PINTEST_IOC_PIN, &args);
	return ret ? ret : args.out_fd;
}

/* With no capability. */
TEST("abi.opener.memory_is_open_to_whoever_has_the_descriptor")
{
	struct opener opener = opener_start();
	int fd;

	become_nobody();
	fd = opener_pin(&opener, PINTEST_API_PIN_REMOTE, PINTEST_PID_OPENER);
	REQUIRE(fd >= 0);
	pin_must_have_page(fd, 0, 0);
	pin_must_have_page(fd, 2, 2);
	close(fd);
	if (device_knows(PINTEST_PAGE_MAPPED))
		REQUIRE_EQ(opener_inspect(&opener, PINTEST_PID_OPENER), PAGES);
	REQUIRE_EQ(opener_bench(&opener, PINTEST_PID_OPENER), PAGES);
	peer_join(&opener.peer);
}

/* The same process, asked for by its number, with the same descriptor. */
TEST("abi.opener.pid_keeps_its_rule")
{
	struct opener opener = opener_start();
	pid_t pid = opener.peer.pid;

	become_nobody();
	REQUIRE_EQ(opener_pin(&opener, PINTEST_API_PIN_REMOTE, pid), -EPERM);
	if (device_knows(PINTEST_PAGE_MAPPED))
		REQUIRE_EQ(opener_inspect(&opener, pid), -EPERM);
	REQUIRE_EQ(opener_bench(&opener, pid), -EPERM);
	REQUIRE_EQ(opener_pin(&opener, PINTEST_API_PIN_REMOTE, -2), -ESRCH);
	peer_join(&opener.peer);
}

TEST("abi.opener.needs_a_remote_call")
{
	struct opener opener = opener_start();

	REQUIRE_EQ(opener_pin(&opener, PINTEST_API_PIN_FAST,
			      PINTEST_PID_OPENER), -EINVAL);
	peer_join(&opener.peer);
}

/* A descriptor of one's own carries one's own memory, which has nothing there. */
TEST("abi.opener.is_who_opened_and_no_other")
{
	struct opener opener = opener_start();

	close(opener.fd);
	opener.fd = device();
	REQUIRE_EQ(opener_pin(&opener, PINTEST_API_PIN_REMOTE,
			      PINTEST_PID_OPENER), -EFAULT);
	peer_join(&opener.peer);
}

TEST("abi.opener.memory_ends_with_the_process")
{
	struct opener opener = opener_start();

	peer_join(&opener.peer);
	REQUIRE_EQ(opener_pin(&opener, PINTEST_API_PIN_REMOTE,
			      PINTEST_PID_OPENER), -ESRCH);
	REQUIRE_EQ(opener_bench(&opener, PINTEST_PID_OPENER), -ESRCH);
	if (device_knows(PINTEST_PAGE_MAPPED))
		REQUIRE_EQ(opener_inspect(&opener, PINTEST_PID_OPENER), -ESRCH);
}

/* Opens the device and executes cat, which waits for the end of its input. */
static void hand_out_and_execute(int fd, void *arg __attribute__((unused)))
{
	int own = open(PINTEST_DEVICE, O_RDWR | O_CLOEXEC);

	REQUIRE(own >= 0);
	peer_send(fd, (uintptr_t)map_pages(PAGES));
	peer_send_fd(fd, own);
	peer_receive(fd);
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	execlp("cat", "cat", NULL);
	FAIL("cat cannot be executed: %s", strerror(errno));
}

TEST("abi.opener.memory_ends_with_execve")
{
	struct opener opener = { .peer = peer_start(hand_out_and_execute,
						    NULL) };

	opener.memory = (char *)(uintptr_t)peer_receive(opener.peer.fd);
	opener.fd = peer_receive_fd(opener.peer.fd);
	close(opener_pin(&opener, PINTEST_API_PIN_REMOTE, PINTEST_PID_OPENER));
	peer_send(opener.peer.fd, 0);
	/* It is cat that sends it back. */
	peer_send(opener.peer.fd, 1);
	REQUIRE_EQ(peer_receive(opener.peer.fd), 1);
	REQUIRE_EQ(opener_pin(&opener, PINTEST_API_PIN_REMOTE,
			      PINTEST_PID_OPENER), -ESRCH);
	peer_join(&opener.peer);
}
