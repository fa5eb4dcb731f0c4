// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "kernel.h"
#include "ktap.h"
#include "nth.h"

#define DEBUGFS "/sys/kernel/debug/"
#define CACHES "/sys/kernel/slab/"

/* Counted down by the kernel with each fault, also with those of fail-nth. */
#define MANY 100000000

const char *const nth_kind_names[NR_NTH_KINDS] = {
	[NTH_SLAB] = "slab",
	[NTH_PAGE] = "page",
	[NTH_USERCOPY] = "usercopy",
};

static const char *const directories[NR_NTH_KINDS] = {
	[NTH_SLAB] = "failslab",
	[NTH_PAGE] = "fail_page_alloc",
	[NTH_USERCOPY] = "fail_usercopy",
};

static int nth_fd = -1;

static bool set(enum nth_kind kind, const char *name, const char *value)
{
	char path[80];

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", directories[kind], name);
	return kernel_try_write(path, value);
}

static bool set_up(enum nth_kind kind)
{
	char many[16];

	snprintf(many, sizeof(many), "%d", MANY);
	return set(kind, "probability", "0") && set(kind, "verbose", "0") &&
	       set(kind, "times", many);
}

/* Allocations that may sleep are nearly all there are. */
static bool reach_all(void)
{
	return set(NTH_SLAB, "ignore-gfp-wait", "N") &&
	       set(NTH_PAGE, "ignore-gfp-wait", "N") &&
	       set(NTH_PAGE, "ignore-gfp-highmem", "N") &&
	       set(NTH_PAGE, "min-order", "0");
}

static bool is_of_instrument(const char *cache)
{
	return !strncmp(cache, "kmemleak", 8) ||
	       !strncmp(cache, "debug_objects", 13);
}

/*
 * What instruments allocate for themselves comes and goes, and may fail: a
 * point of ours that is behind it would have another number each time.
 */
static bool leave_instruments_out(void)
{
	DIR *caches = opendir(CACHES);
	struct dirent *cache;
	char path[sizeof(CACHES) + sizeof(cache->d_name) + 16];

	if (!caches)
		return false;
	while ((cache = readdir(caches))) {
		snprintf(path, sizeof(path), CACHES "%s/failslab",
			 cache->d_name);
		if (!is_of_instrument(cache->d_name))
			kernel_try_write(path, "1");
	}
	closedir(caches);
	return set(NTH_SLAB, "cache-filter", "Y");
}

const char *nth_prepare(void)
{
	int kind;

	for (kind = 0; kind < NR_NTH_KINDS; kind++)
		if (!set_up(kind))
			return "this kernel cannot inject faults";
	if (!reach_all())
		return "this kernel does not let all allocations fail";
	if (!leave_instruments_out())
		return "this kernel does not let allocations be told apart";
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0)
		return "this kernel has no /proc/thread-self/fail-nth";
	close(nth_fd);
	nth_fd = -1;
	return NULL;
}

void nth_counts(unsigned long counts[NR_NTH_KINDS])
{
	char path[80];
	int kind;

	for (kind = 0; kind < NR_NTH_KINDS; kind++) {
		snprintf(path, sizeof(path), DEBUGFS "%s/times",
			 directories[kind]);
		counts[kind] = MANY - kernel_read_number(path);
	}
}

static void write_nth(const char *text)
{
	/* To disarm is a copy that can be the nth. It is not, twice. */
	if (pwrite(nth_fd, text, strlen(text), 0) < 0 &&
	    pwrite(nth_fd, text, strlen(text), 0) < 0)
		FAIL("cannot write fail-nth: %s", strerror(errno));
}

void nth_open(void)
{
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	REQUIRE(nth_fd >= 0);
	/* What these touch is ours from here on, not copied when written to. */
	nth_arm(MANY);
	nth_disarm();
}

void nth_arm(unsigned int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", nth);
	write_nth(text);
}

unsigned int nth_left(void)
{
	char text[16] = "1";
	ssize_t size = pread(nth_fd, text, sizeof(text) - 1, 0);

	/* Reading it is a copy, too: that one was the nth. */
	if (size < 0 && errno != EFAULT)
		FAIL("cannot read fail-nth: %s", strerror(errno));
	write_nth("0");
	return atoi(text);
}

bool nth_disarm(void)
{
	return nth_left() == 0;
}
