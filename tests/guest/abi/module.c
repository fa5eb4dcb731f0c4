// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module stays while it is used, goes when it is not, and takes with it
 * all that it had.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

static long long remove_module(void)
{
	return SYS(syscall(SYS_delete_module, "pintest", O_NONBLOCK));
}

static void need_removable(void)
{
	if (access("/sys/module/pintest/refcnt", F_OK))
		ktap_skip("the module cannot be unloaded on this kernel");
}

TEST("abi.module.stays_while_the_device_is_open")
{
	need_removable();
	device();
	REQUIRE_EQ(remove_module(), -EAGAIN);
	REQUIRE_EQ(device_info(0).out_abi, PINTEST_ABI);
}

static void pin_and_send(int fd, void *arg __attribute__((unused)))
{
	peer_send_fd(fd, pin(map_pages(1), 1, PINTEST_API_PIN, 0));
}

/* Here the device is not open, a child opened it to make the pin. */
TEST("abi.module.stays_while_a_pin_is_open")
{
	struct peer child = peer_start(pin_and_send, NULL);
	int fd = peer_receive_fd(child.fd);

	peer_join(&child);
	need_removable();
	REQUIRE_EQ(remove_module(), -EAGAIN);
	pin_must_have_page(fd, 0, 0);
	/* Unpinned, but the file is still the module's. */
	REQUIRE_EQ(unpin(fd, 0), 0);
	REQUIRE_EQ(remove_module(), -EAGAIN);
	REQUIRE_EQ(unpin(fd, 0), -ENXIO);
}

TEST("abi.module.goes_and_comes_back")
{
	need_removable();
	REQUIRE_EQ(kernel_read_number("/sys/module/pintest/refcnt"), 0);
	REQUIRE_EQ(remove_module(), 0);
	REQUIRE_EQ(SYS(access(PINTEST_DEVICE, F_OK)), -ENOENT);
	REQUIRE(run_program("modprobe", "pintest", NULL));
	REQUIRE_EQ(device_info(0).out_abi, PINTEST_ABI);
}

/* Objects in each slab cache, and pages that are not free. */
struct usage {
	char name[64];
	long long objects;
};

#define MAX_CACHES 1000

static size_t read_slabs(struct usage *usage)
{
	FILE *file = fopen("/proc/slabinfo", "re");
	char line[512];
	size_t nr = 0;

	if (!file)
		ktap_skip("this kernel does not count what is in its slabs");
	while (nr < MAX_CACHES && fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %lld", usage[nr].name,
			   &usage[nr].objects) == 2)
			nr++;
	fclose(file);
	return nr;
}

static void pin_in_child(int fd __attribute__((unused)),
			 void *arg __attribute__((unused)))
{
	close(pin(map_pages(2), 2, PINTEST_API_PIN, 0));
}

/* Everything that may keep something, in a process of its own now and then. */
static void do_round(char *memory, int round)
{
	static struct pintest_record record[4];
	uint32_t api = some_api(round, 0);
	struct pintest_pin_args bad = pin_args(NULL, 1, api, 0);
	int fd = pin(memory, 4, api, 0);

	REQUIRE_EQ(records(fd, 0, record, 4), 4);
	REQUIRE_EQ(SYS(pread(fd, record, sizeof(record), 0)), sizeof(record));
	if (round % 2)
		REQUIRE_EQ(unpin(fd, 0), 0);
	close(fd);
	REQUIRE_EQ(pin_try(&bad), -EFAULT);
	if (device_knows(PINTEST_PAGE_MAPPED))
		REQUIRE_EQ(inspect_all(0, (uintptr_t)memory, 4 * page_size,
				       record, 4), 4);
}

static void do_rounds(void (*round)(char *memory, int round), int rounds)
{
	char *memory = map_pages(4);
	int i;

	for (i = 0; i < rounds; i++)
		round(memory, i);
	REQUIRE(!munmap(memory, 4 * page_size));
}

/* What is freed after a grace period may take some of them to be gone. */
static bool settles(long long (*growth)(void), long long limit)
{
	int i;

	for (i = 0; i < 200 && growth() >= limit; i++)
		syscall(SYS_membarrier, 1 /* MEMBARRIER_CMD_GLOBAL */, 0, 0);
	return growth() < limit;
}

static struct usage slabs_before[MAX_CACHES], slabs_now[MAX_CACHES];
static long long free_before;

/* The slab cache that is looked at; NULL is every one. */
static const char *only_cache;

static bool has_cache(const char *cache)
{
	size_t nr = read_slabs(slabs_before), i;

	for (i = 0; i < nr; i++)
		if (!strcmp(slabs_before[i].name, cache))
			return true;
	return false;
}

static bool is_looked_at(const char *cache)
{
	return !only_cache || !strcmp(cache, only_cache);
}

/*
 * A processor keeps slabs of a cache for itself, and all objects of these count
 * as in use. Shrinking the cache takes them away.
 */
static void slab_shrink(const char *cache)
{
	char path[120];

	snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", cache);
	kernel_try_write(path, "1");
}

/* The most that a cache has grown. */
static long long slab_growth(void)
{
	size_t nr = read_slabs(slabs_now), i;
	long long most = 0, growth;

	for (i = 0; i < nr; i++) {
		if (strcmp(slabs_now[i].name, slabs_before[i].name))
			ktap_skip("slab caches came or went");
		growth = slabs_now[i].objects - slabs_before[i].objects;
		if (!is_looked_at(slabs_now[i].name) || growth <= most)
			continue;
		most = growth;
		slab_shrink(slabs_now[i].name);
	}
	return most;
}

static long long page_growth(void)
{
	return free_before - kernel_vmstat("nr_free_pages");
}

static void note_growth(long long limit)
{
	size_t i;

	for (i = 0; slabs_now[i].name[0]; i++)
		if (slabs_now[i].objects - slabs_before[i].objects >= limit)
			ktap_note("%s grew from %lld to %lld",
				  slabs_now[i].name, slabs_before[i].objects,
				  slabs_now[i].objects);
}

/* An object or a page for every other round would be seen. */
static void must_keep_nothing(void (*round)(char *memory, int round),
			      int rounds)
{
	if (kernel_has_function("kasan_quarantine_put"))
		ktap_skip("KASAN keeps what has been freed for a while");
	do_rounds(round, 20);
	read_slabs(slabs_before);
	free_before = kernel_vmstat("nr_free_pages");
	do_rounds(round, rounds);
	if (!settles(slab_growth, rounds / 2)) {
		note_growth(rounds / 2);
		FAIL("slab caches grew with %d rounds", rounds);
	}
	/* Others keep more than a page of each process for some time. */
	if (!only_cache && !settles(page_growth, rounds / 2))
		FAIL("%lld pages are gone after %d rounds", page_growth(),
		     rounds);
}

TEST("abi.module.keeps_no_memory_of_a_call")
{
	must_keep_nothing(do_round, 1000);
}

static void do_child(char *memory __attribute__((unused)),
		     int round __attribute__((unused)))
{
	in_child(pin_in_child, NULL);
}

TEST("abi.module.keeps_no_memory_of_a_process")
{
	only_cache = "mm_struct";
	if (!has_cache(only_cache))
		ktap_skip("this kernel has no slab cache of mm_struct alone");
	device();
	must_keep_nothing(do_child, 250);
}
