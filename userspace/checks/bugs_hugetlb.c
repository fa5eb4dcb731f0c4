// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks for bugs of kernels in use: pins of hugetlb pages.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "array_size.h"
#include "peer.h"
#include "reason.h"
#include "settings.h"
#include "solo.h"
#include "words.h"

#define RO_LONGTERM	PINTEST_FOLL_LONGTERM
#define SIZE_2M		(UINT64_C(2) << 20)
/* More than a pool may have that we have not made. */
#define TAKEN_MAX	1024

static int prepare_one(const void *arg, struct settings *settings,
		       struct reason *why)
{
	(void)arg;
	return settings_need_hugepages(settings, SIZE_2M, 1, why);
}

/* A child that has the same page mapped, and touches it when told to. */
static int touch_when_told(struct peer *parent, void *page)
{
	if (peer_turn(parent) || peer_await(parent))
		return EXIT_FAILURE;
	(void)*(volatile char *)page;
	return peer_turn(parent) ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Map all pages that are free in the pool, until the process ends. */
static int take_all_free(struct reason *why)
{
	char *page;
	int i;

	for (i = 0; i < TAKEN_MAX; i++) {
		page = mmap(NULL, SIZE_2M, PROT_READ | PROT_WRITE,
			    SOLO_HUGETLB, -1, 0);
		if (page == MAP_FAILED)
			return 0;
		*page = 1;
	}
	return reason(why, -EOPNOTSUPP,
		      "the pool has more than %d free hugetlb pages",
		      TAKEN_MAX);
}

/* 1 if the child gets SIGBUS when it touches the page, 0 if not, or -errno. */
static int is_killed_by_touch(struct peer *child, struct reason *why)
{
	int ret = peer_turn(child);
	siginfo_t info;

	if (!ret)
		ret = peer_await(child);
	if (ret != -EPIPE)
		return ret ? reason(why, ret, "the child does not answer: %s",
				    strerror(-ret)) : 0;
	if (waitid(P_PID, child->pid, &info, WEXITED | WNOWAIT))
		return reason(why, -errno, "cannot wait for the child: %s",
			      strerror(errno));
	if (info.si_code != CLD_EXITED && info.si_status == SIGBUS)
		return 1;
	return reason(why, -ECHILD, "the child ends, and not by SIGBUS");
}

/*
 * The process that a page was reserved for takes it away from its children
 * when it needs a copy and the pool is empty.
 */
static int read_pin_kills_child(struct solo_run *run, struct reason *why)
{
	struct pintest_pin *pin;
	struct peer *child;
	struct reason refused;
	char *page;
	int ret = solo_map_hugetlb(&page, why), killed;

	if (ret)
		return ret;
	child = peer_start(touch_when_told, page);
	if (!child || peer_await(child))
		return reason(why, -ECHILD, "cannot fork");
	ret = take_all_free(why);
	if (ret)
		return ret;
	ret = solo_pin(run, PINTEST_API_PIN, RO_LONGTERM, page, page_size(),
		       &pin, &refused);
	killed = is_killed_by_touch(child, why);
	if (killed < 0)
		return killed;
	if (!killed)
		return solo_passes(run, "%s, and the child can still touch it",
				   ret ? refused.text : "the page is pinned");
	return solo_fails(run, FINDING_KILLED,
			  "a R/O long-term pin of a page with no other left in the pool: the child that shares it is killed when it touches it");
}

/*
 * Where the pool's page lies is the kernel's choice: that it may be migrated
 * makes it take ZONE_MOVABLE if there is one.
 */
static int is_movable(struct solo_run *run, const char *page,
		      struct reason *why)
{
	uint64_t addr = (uintptr_t)page;
	struct pintest_record record;
	ssize_t n = pintest_inspect(run->pt, 0, &addr, addr + page_size(),
				    &record, 1);

	if (n == 1 && record.fields & PINTEST_FIELD_ZONE &&
	    record.zone == PINTEST_ZONE_MOVABLE)
		return 0;
	return reason(why, -EOPNOTSUPP,
		      "no hugetlb page is in ZONE_MOVABLE: boot with kernelcore= or movablecore=");
}

/* Kernels with the bug warn, which must not bring the machine down. */
static int may_warn(struct reason *why)
{
	FILE *file = fopen("/proc/sys/kernel/panic_on_warn", "re");
	int panics = 1;

	if (file && fscanf(file, "%d", &panics) != 1)
		panics = 1;
	if (file)
		fclose(file);
	if (panics)
		return reason(why, -EOPNOTSUPP,
			      "the kernel may warn, and that would be a panic: set kernel.panic_on_warn to 0");
	return 0;
}

static int movable(struct solo_run *run, struct reason *why)
{
	struct pintest_record record;
	struct pintest_pin *pin;
	struct reason refused;
	char *page;
	int ret = solo_map_hugetlb(&page, why);

	if (!ret)
		ret = is_movable(run, page, why);
	if (!ret)
		ret = may_warn(why);
	if (ret)
		return ret;
	if (solo_pin(run, PINTEST_API_PIN, RO_LONGTERM, page, page_size(),
		     &pin, &refused))
		return solo_fails(run, FINDING_REFUSED, "%s", refused.text);
	if (pintest_pin_records(pin, 0, &record, 1) != 1)
		return reason(why, -EIO, "cannot get a record of the pin");
	if (record.zone == PINTEST_ZONE_MOVABLE)
		return solo_fails(run, FINDING_STAYS,
				  "the page is pinned for long and stays in ZONE_MOVABLE");
	return solo_passes(run, "the page was moved out of ZONE_MOVABLE");
}

/* One to be pinned, and one to move it to. */
static int prepare_two(const void *arg, struct settings *settings,
		       struct reason *why)
{
	(void)arg;
	return settings_need_hugepages(settings, SIZE_2M, 2, why);
}

static const struct solo table[] = {
	{
		.id = "bugs.hugetlb-pin-kills-child",
		.what = "a R/O long-term pin of a hugetlb page does not kill the child that shares it, if the pool is empty",
		.prepare = prepare_one,
		.run = read_pin_kills_child,
	}, {
		.id = "bugs.hugetlb-movable",
		.what = "a long-term pin moves a hugetlb page out of ZONE_MOVABLE, and is not refused",
		.prepare = prepare_two,
		.run = movable,
	},
};

const struct solo_family solo_bugs_hugetlb = { table, ARRAY_SIZE(table) };
