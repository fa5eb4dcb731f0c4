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
#include <unistd.h>

#include "array_size.h"
#include "base/peer.h"
#include "base/reason.h"
#include "machine/settings.h"
#include "model/words.h"
#include "stories/family.h"

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

/* Map all pages that are free in the pool, the last one at @last if any. */
static int take_all_free(char **last, struct reason *why)
{
	char *page;
	int i;

	*last = NULL;
	for (i = 0; i < TAKEN_MAX; i++) {
		page = mmap(NULL, SIZE_2M, PROT_READ | PROT_WRITE,
			    STORY_HUGETLB, -1, 0);
		if (page == MAP_FAILED)
			return 0;
		*page = 1;
		*last = page;
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
static int pin_kills_child(struct story_run *run, struct reason *why)
{
	const uint32_t *foll = run->arg;
	struct pintest_pin *pin;
	struct peer *child;
	struct reason refused;
	char *page, *last;
	int ret = story_map_hugetlb(&page, why), killed;

	if (ret)
		return ret;
	child = peer_start(touch_when_told, page);
	if (!child || peer_await(child))
		return reason(why, -ECHILD, "cannot fork");
	ret = take_all_free(&last, why);
	if (ret)
		return ret;
	ret = story_pin(run, PINTEST_API_PIN, *foll, page, page_size(),
		       &pin, &refused);
	killed = is_killed_by_touch(child, why);
	if (killed < 0)
		return killed;
	if (!killed && ret)
		return story_refuses(run, "%s, and the child can still touch the page",
				     refused.text);
	if (!killed)
		return story_passes(run, "the page is pinned, and the child can still touch it");
	return story_fails(run, FINDING_KILLED,
			  "after a pin of a page with no other left in the pool, the child that shares it is killed when it touches it");
}

/*
 * With an empty pool no copy can be made for who has nothing reserved: the pin
 * has to be refused. One that takes what is shared would be replaced.
 *
 * @last: a page that is given back to the pool for the control
 */
static int judge_empty_pool(struct story_run *run, int (*pin)(void *arg),
			    void *arg, char *last, struct reason *why)
{
	int ret = pin(arg);

	if (!ret)
		return story_fails(run, FINDING_OTHER_PAGE,
				  "the pin takes a page that is shared, as no other is left in the pool");
	if (ret != -EFAULT)
		return reason(why, ret, "the pin is refused: %s",
			      strerror(-ret));
	if (!last || munmap(last, SIZE_2M))
		return reason(why, -ENODATA, "no page was free for a control");
	ret = pin(arg);
	if (ret)
		return reason(why, ret,
			      "the pin is refused with a free page as well: %s",
			      strerror(-ret));
	return story_refuses(run, "%s, and with a free page in the pool it is pinned",
			     strerror(EFAULT));
}

/* Memory whose page belongs to somebody else as well. */
struct poor {
	struct story_run *run;
	char *page;
	struct peer *child;
};

static int pin_poor(void *arg)
{
	const struct poor *poor = arg;
	const uint32_t *foll = poor->run->arg;
	struct pintest_pin *pin;
	struct reason ignored;

	return story_pin(poor->run, PINTEST_API_PIN, *foll, poor->page,
			page_size(), &pin, &ignored);
}

/* Reserved is nothing: a private mapping would have its copy otherwise. */
static int map_poor_file(struct poor *poor, struct reason *why)
{
	int fd = memfd_create("pintest", MFD_CLOEXEC | MFD_HUGETLB |
			      21 << MAP_HUGE_SHIFT);
	void *file;

	if (fd < 0 || ftruncate(fd, SIZE_2M))
		return reason(why, -errno, "cannot create a memfd: %s",
			      strerror(errno));
	file = mmap(NULL, SIZE_2M, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	poor->page = mmap(NULL, SIZE_2M, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	if (file == MAP_FAILED || poor->page == MAP_FAILED)
		return reason(why, -errno, "cannot map a memfd: %s",
			      strerror(errno));
	words_fill(file, SIZE_2M, WORD_PIN_TIME);
	(void)*(volatile char *)poor->page;
	return 0;
}

static int poor_file(struct story_run *run, struct reason *why)
{
	struct poor poor = { .run = run };
	char *last;
	int ret = map_poor_file(&poor, why);

	if (!ret)
		ret = take_all_free(&last, why);
	return ret ? ret : judge_empty_pool(run, pin_poor, &poor, last, why);
}

/* The child pins once for each request of the parent. */
static int pin_when_told(struct peer *parent, void *arg)
{
	int ret;

	while (!peer_turn(parent) && !peer_await(parent)) {
		ret = pin_poor(arg);
		if (peer_send(parent, &ret, sizeof(ret)))
			break;
	}
	return EXIT_FAILURE;
}

static int pin_by_child(void *arg)
{
	const struct poor *poor = arg;
	int pinned, ret = peer_await(poor->child);

	if (!ret)
		ret = peer_turn(poor->child);
	if (!ret)
		ret = peer_receive(poor->child, &pinned, sizeof(pinned));
	return ret ? ret : pinned;
}

static int poor_child(struct story_run *run, struct reason *why)
{
	struct poor poor = { .run = run };
	char *last;
	int ret = story_map_hugetlb(&poor.page, why);

	if (ret)
		return ret;
	poor.child = peer_start(pin_when_told, &poor);
	if (!poor.child)
		return reason(why, -errno, "cannot fork: %s", strerror(errno));
	ret = take_all_free(&last, why);
	return ret ? ret : judge_empty_pool(run, pin_by_child, &poor, last,
					    why);
}

/*
 * Where the pool's page lies is the kernel's choice: that it may be migrated
 * makes it take ZONE_MOVABLE, or a CMA area, if there is one.
 */
static int is_movable(struct story_run *run, const char *page,
		      struct reason *why)
{
	uint64_t addr = (uintptr_t)page;
	struct pintest_record record;
	ssize_t n = pintest_inspect(run->pt, 0, &addr, addr + page_size(),
				    &record, 1);

	if (n == 1 && record_is_movable(&record))
		return 0;
	return reason(why, -EOPNOTSUPP,
		      "no hugetlb page is where memory is kept movable: boot with kernelcore= or cma=");
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

static int movable(struct story_run *run, struct reason *why)
{
	struct pintest_record record;
	struct pintest_pin *pin;
	struct reason refused;
	char *page;
	int ret = story_map_hugetlb(&page, why);

	if (!ret)
		ret = is_movable(run, page, why);
	if (!ret)
		ret = may_warn(why);
	if (ret)
		return ret;
	if (story_pin(run, PINTEST_API_PIN, RO_LONGTERM, page, page_size(),
		     &pin, &refused))
		return story_fails(run, FINDING_REFUSED, "%s", refused.text);
	if (pintest_pin_records(pin, 0, &record, 1) != 1)
		return reason(why, -EIO, "cannot get a record of the pin");
	if (record_is_movable(&record))
		return story_fails(run, FINDING_STAYS,
				  "the page is pinned for long where memory has to stay movable");
	return story_passes(run, "the page was moved to where it may be pinned for long");
}

/* One to be pinned, and one for a copy of it, or to move it to. */
static int prepare_two(const void *arg, struct settings *settings,
		       struct reason *why)
{
	(void)arg;
	return settings_need_hugepages(settings, SIZE_2M, 2, why);
}

#define L	PINTEST_FOLL_LONGTERM
#define W	PINTEST_FOLL_WRITE
#define FLAGS(foll)	(&(const uint32_t) { foll })

#define EMPTY_POOL(name, access, how, foll, of) {			\
	.id = "pool." #name "-" access,					\
	.what = "a " how " pin of a hugetlb page that " of " is refused with EFAULT if no page is left for a copy",	\
	.prepare = prepare_two,						\
	.run = poor_ ## name,						\
	.arg = FLAGS(foll),						\
}

static const struct story table[] = {
	{
		.id = "bugs.hugetlb-pin-kills-child",
		.what = "a read-only long-term pin of a hugetlb page does not kill the child that shares it, if the pool is empty",
		.prepare = prepare_one,
		.run = pin_kills_child,
		.arg = FLAGS(L),
	}, {
		.id = "bugs.hugetlb-write-pin-kills-child",
		.what = "a read-write short-term pin of a hugetlb page does not kill the child that shares it, if the pool is empty",
		.prepare = prepare_one,
		.run = pin_kills_child,
		.arg = FLAGS(W),
	}, {
		.id = "bugs.hugetlb-movable",
		.what = "a long-term pin moves a hugetlb page to where it may stay, and is not refused",
		.prepare = prepare_two,
		.run = movable,
	},
	EMPTY_POOL(file, "ro-longterm", "read-only long-term", L,
		   "belongs to a file, mapped privately,"),
	EMPTY_POOL(file, "rw-longterm", "read-write long-term", L | W,
		   "belongs to a file, mapped privately,"),
	EMPTY_POOL(child, "ro-longterm", "read-only long-term", L,
		   "a child shares, and pins,"),
	EMPTY_POOL(child, "rw-longterm", "read-write long-term", L | W,
		   "a child shares, and pins,"),
};

const struct story_family story_bugs_hugetlb = { table, ARRAY_SIZE(table) };
