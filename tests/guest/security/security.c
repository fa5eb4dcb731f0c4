// SPDX-License-Identifier: GPL-2.0-only
/*
 * security: what a holder of the descriptor must not get by it, as far as the
 * tests of the ABI do not say it already. docs/security.md refers to these.
 *
 * usage: security [PATTERN...]
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "memory.h"
#include "process.h"
#include "watch.h"

#define CGROUP		"/sys/fs/cgroup/pintest-security"
#define LIMIT		(16UL << 20)
#define TOO_MUCH	(4 * LIMIT)

#define LOCKED_PAGES	8

#define FORCED_WRITE	(PINTEST_FOLL_WRITE | PINTEST_FOLL_FORCE)

/* A file of one page that is open for reading only. */
static int read_only_file(void)
{
	int fd = memfd_create("security", MFD_CLOEXEC), ro;
	char path[64];

	REQUIRE(fd >= 0);
	REQUIRE(!ftruncate(fd, page_size));
	REQUIRE_EQ(pwrite(fd, "original", 8, 0), 8);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ro = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(ro >= 0);
	close(fd);
	return ro;
}

static void file_must_be_original(int fd)
{
	char bytes[8];

	REQUIRE_EQ(pread(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	REQUIRE(!memcmp(bytes, "original", sizeof(bytes)));
}

/* What is shared and may not be written stays so, by every call. */
TEST("security.force.shared_file_stays_read_only")
{
	int fd = read_only_file();
	char *memory = map_or_fail(page_size, PROT_READ, MAP_SHARED, fd);
	struct pintest_pin_args args;
	uint32_t api;

	for_each_api(api, FORCED_WRITE) {
		args = pin_args(memory, 1, api, FORCED_WRITE);
		pin_must_fail(&args, -EFAULT);
	}
	file_must_be_original(fd);
}

/* A private mapping gets a copy of its own, as a debugger's write does. */
TEST("security.force.private_mapping_does_not_write_to_the_file")
{
	int file = read_only_file(), fd;
	char *memory = map_or_fail(page_size, PROT_READ, MAP_PRIVATE, file);

	fd = pin(memory, 1, PINTEST_API_PIN, FORCED_WRITE);
	REQUIRE_EQ(pwrite(fd, "replaced", 8, 0), 8);
	REQUIRE(!memcmp(memory, "replaced", 8));
	file_must_be_original(file);
}

/* Nor does a pin for reading let anybody write to it later. */
TEST("security.read_only_pin_cannot_be_opened_for_writing")
{
	int fd = pin(map_pages(1), 1, PINTEST_API_PIN, 0);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	REQUIRE(open(path, O_RDWR) < 0);
	REQUIRE_EQ(SYS(pwrite(fd, "x", 1, 0)), -EBADF);
	REQUIRE_EQ(SYS(fcntl(fd, F_SETFL, O_RDWR)), 0);
	REQUIRE_EQ(SYS(pwrite(fd, "x", 1, 0)), -EBADF);
}

static void write_to_cgroup(const char *name, const char *value)
{
	char path[100];

	snprintf(path, sizeof(path), CGROUP "/%s", name);
	kernel_write(path, value);
}

static void pin_and_take_too_much(int fd, void *arg __attribute__((unused)))
{
	char *memory;

	write_to_cgroup("cgroup.procs", "0");
	memory = map_untouched(TOO_MUCH / page_size);
	pin(memory, LIMIT / 2 / page_size, PINTEST_API_PIN,
	    PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM);
	peer_send(fd, 0);
	memset(memory, 1, TOO_MUCH);
	FAIL("more memory was had than the limit allows");
}

/* Pins do not keep a process from being killed, nor its memory afterwards. */
TEST("security.oom.a_pinner_is_killed_and_its_memory_free")
{
	long long pins = kernel_pins();
	char limit[24];
	struct peer peer;
	int status;

	if (mkdir(CGROUP, 0700))
		ktap_skip("there is no cgroup v2 at /sys/fs/cgroup");
	kernel_try_write("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	snprintf(limit, sizeof(limit), "%lu", LIMIT);
	write_to_cgroup("memory.max", limit);
	kernel_try_write(CGROUP "/memory.swap.max", "0");
	device();
	peer = peer_start(pin_and_take_too_much, NULL);
	peer_receive(peer.fd);
	REQUIRE_EQ(waitpid(peer.pid, &status, 0), peer.pid);
	rmdir(CGROUP);
	REQUIRE(WIFSIGNALED(status));
	REQUIRE_EQ(WTERMSIG(status), SIGKILL);
	REQUIRE_EQ(kernel_pins(), pins);
}

/* A process that is gone is gone, whoever holds a pin of its memory. */
TEST("security.dead_process.only_the_pinned_pages_stay")
{
	const size_t pages = 2048;
	struct peer peer;
	long long before, with;
	char *memory;
	int fd;
	struct pintest_pin_args args;

	memory = map_pages(pages);
	peer = peer_idle();
	munmap(memory, pages * page_size);
	args = pin_args(memory, 1, PINTEST_API_PIN_REMOTE, 0);
	args.pid = peer.pid;
	fd = pin_try(&args);
	REQUIRE(fd >= 0);
	with = kernel_vmstat("nr_anon_pages");
	peer_join(&peer);
	before = kernel_vmstat("nr_anon_pages");
	REQUIRE(with - before > (long long)pages / 2);
	close(fd);
}

static void pin_up_to_the_limit(int fd __attribute__((unused)),
				void *arg __attribute__((unused)))
{
	char *memory = map_pages(LOCKED_PAGES);
	struct pintest_pin_args one = pin_args(memory, 1, PINTEST_API_PIN, 0);

	REQUIRE_EQ(kernel_locked_pages(0), 0);
	pin(memory, LOCKED_PAGES, PINTEST_API_PIN, 0);
	pin_must_fail(&one, -ENOMEM);
}

/* A child counts for itself, and is bound as its parent is, by what it inherits. */
TEST("security.limit.binds_each_child_as_it_binds_its_parent")
{
	const struct rlimit limit = {
		.rlim_cur = LOCKED_PAGES * page_size,
		.rlim_max = LOCKED_PAGES * page_size,
	};
	struct rlimit more = limit;

	REQUIRE(!setrlimit(RLIMIT_MEMLOCK, &limit));
	drop_capability(CAP_IPC_LOCK);
	drop_capability(CAP_SYS_RESOURCE);
	pin_up_to_the_limit(-1, NULL);
	in_child(pin_up_to_the_limit, NULL);
	more.rlim_cur = more.rlim_max = RLIM_INFINITY;
	REQUIRE(setrlimit(RLIMIT_MEMLOCK, &more));
}

int main(int argc, char **argv)
{
	return ktap_main(argc, argv, &watched_suite);
}
