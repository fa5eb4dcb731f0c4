// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pin that may not return. Nothing is judged by the clock: it only says when to
 * look what the kernel is doing.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/counts.h"
#include "base/deadline.h"
#include "base/text.h"
#include "console/cli.h"
#include "watch.h"

#define PATIENCE_S	5
/* Far more than any call needs that ends. */
#define MANY		1000

static int64_t splits(void)
{
	return count_of("/proc/vmstat", "thp_split_pmd");
}

static int64_t failed_moves(void)
{
	return count_of("/proc/vmstat", "pgmigrate_fail");
}

static bool waits_for_uffd(const struct watch *watch)
{
	char path[64], name[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/wchan",
		 (int)watch->caller);
	return !text_read(path, name, sizeof(name)) &&
	       strstr(name, "userfault");
}

/* The known behaviour that fits what the kernel is doing. */
static const char *what_goes_on(const struct watch *watch)
{
	if (waits_for_uffd(watch))
		return "it waits until the reader of a userfaultfd answers a page fault";
	if (splits() - watch->splits > MANY)
		return "it splits a huge page again and again, as kernels since 6.2 do for read-only long-term pins of private mappings of file THPs (unshare-file-thp-hangs)";
	if (failed_moves() - watch->moves > MANY)
		return "it fails to move pages again and again, as kernels since 5.13 do for long-term pins of movable pages that are on no LRU list";
	return "no known behaviour fits: the memory may be of a device or file system that does not answer";
}

static void give_up(const struct watch *watch)
{
	warnx("the pin has not returned after %u seconds: giving up",
	      watch->timeout_s);
	fflush(NULL);
	_exit(CLI_FAILED);
}

static bool returned_within(const struct watch *watch, unsigned int seconds)
{
	sigset_t all;

	sigfillset(&all);
	return deadline_await(watch->done, seconds * 1000, &all) > 0;
}

static void *watch_main(void *arg)
{
	const struct watch *watch = arg;
	unsigned int limit = watch->timeout_s;
	unsigned int first = limit && limit < PATIENCE_S ? limit : PATIENCE_S;

	if (returned_within(watch, first))
		return NULL;
	warnx("the kernel has not returned from the pin for %u seconds: %s",
	      first, what_goes_on(watch));
	warnx("Ctrl-C ends it; --timeout gives up by itself");
	if (!limit)
		return NULL;
	if (limit == first || !returned_within(watch, limit - first))
		give_up(watch);
	return NULL;
}

void watch_begin(struct watch *watch, unsigned int timeout_s)
{
	*watch = (struct watch) {
		.caller = syscall(SYS_gettid),
		.timeout_s = timeout_s,
		.done = eventfd(0, EFD_CLOEXEC),
		.splits = splits(),
		.moves = failed_moves(),
	};
	watch->started = watch->done >= 0 &&
			 !pthread_create(&watch->thread, NULL, watch_main,
					 watch);
}

void watch_end(struct watch *watch)
{
	uint64_t one = 1;

	if (watch->started && write(watch->done, &one, sizeof(one)) > 0)
		pthread_join(watch->thread, NULL);
	if (watch->done >= 0)
		close(watch->done);
}
