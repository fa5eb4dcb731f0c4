// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks for bugs of kernels in use: pins and userfaultfd.
 */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "array_size.h"
#include "base/reason.h"
#include "machine/pagemap.h"
#include "machine/settings.h"
#include "machine/uffd.h"
#include "model/words.h"
#include "stories/endless.h"
#include "stories/family.h"

#define RO_LONGTERM	PINTEST_FOLL_LONGTERM
#define SIZE_2M		(UINT64_C(2) << 20)

/* Older headers lack what newer kernels have. */
#ifndef UFFD_FEATURE_WP_HUGETLBFS_SHMEM
#define UFFD_FEATURE_WP_HUGETLBFS_SHMEM	(1 << 12)
#endif

/*
 * Write protection that has to outlive a pin of the first page.
 *
 * @foll: the flags of the pin
 * @page: what is written in the end
 */
struct guarded {
	uint32_t foll;
	int uffd;
	char *addr;
	size_t length;
	size_t size;
	char *page;
};

static void write_byte(void *arg)
{
	*(volatile char *)arg = 1;
}

static int guard(struct guarded *guarded, struct reason *why)
{
	int ret = uffd_register(guarded->uffd, guarded->addr, guarded->length,
				UFFDIO_REGISTER_MODE_WP, why);

	return ret ? ret : uffd_protect(guarded->uffd, guarded->addr,
					guarded->length, true, why);
}

/* Page tables tell how many are protected, events whether that has effect. */
static int pin_guarded(struct story_run *run, const struct guarded *guarded,
		       struct reason *why)
{
	struct pintest_pin *pin;
	ssize_t before = pages_count(guarded->addr, guarded->length,
				     PAGEMAP_UFFD_WP), after;
	int ret = story_pin(run, PINTEST_API_PIN, guarded->foll, guarded->addr,
			   page_size(), &pin, why);

	if (ret)
		return ret;
	after = pages_count(guarded->addr, guarded->length, PAGEMAP_UFFD_WP);
	if (before < 0 || after < 0)
		return reason(why, -EIO, "cannot count protected pages");
	ret = uffd_hears(guarded->uffd, guarded->size, write_byte,
			 guarded->page, why);
	if (ret < 0)
		return ret;
	if (!ret || after < before)
		return story_fails(run, FINDING_UNPROTECTED,
				  "a read-only pin of 1 page: of %zd protected pages %zd are left, and a write to page %td raises %d events",
				  before, after,
				  (guarded->page - guarded->addr) /
				  (ptrdiff_t)page_size(), ret);
	return story_passes(run, "%zd of %zd pages are still protected, and a write raises an event",
			   after, before);
}

static int prepare_huge_zeropage(const void *arg, struct settings *settings,
				 struct reason *why)
{
	(void)arg;
	return settings_need_thp(settings, true, why);
}

static int wp_huge_zeropage(struct story_run *run, struct reason *why)
{
	const size_t pages = memory_kind_pages(memory_kind_find("huge-zeropage"));
	struct guarded guarded = { RO_LONGTERM, .size = page_size() };
	struct memory memory;
	int ret = story_map(run, "huge-zeropage", pages, &memory, why);

	if (ret)
		return ret;
	guarded.uffd = uffd_open_wp(why);
	if (guarded.uffd < 0)
		return guarded.uffd;
	guarded.addr = memory.addr;
	guarded.length = memory.length;
	guarded.page = guarded.addr + memory.length / 2;
	ret = guard(&guarded, why);
	return ret ? ret : pin_guarded(run, &guarded, why);
}

/* One for the process, one for the copy that the pin makes, one to spare. */
static int prepare_hugetlb(const void *arg, struct settings *settings,
			   struct reason *why)
{
	(void)arg;
	return settings_need_hugepages(settings, SIZE_2M, 3, why);
}

static int wp_hugetlb_shared(struct story_run *run, struct reason *why)
{
	const uint32_t *foll = run->arg;
	struct guarded guarded = { *foll, .length = SIZE_2M, .size = SIZE_2M };
	int ret;

	guarded.uffd = uffd_open(UFFD_FEATURE_WP_HUGETLBFS_SHMEM,
				 "write protection of hugetlb pages", why);
	if (guarded.uffd < 0)
		return guarded.uffd;
	ret = story_map_hugetlb(&guarded.addr, why);
	if (ret)
		return ret;
	guarded.page = guarded.addr;
	ret = story_share(why);
	if (!ret)
		ret = guard(&guarded, why);
	return ret ? ret : pin_guarded(run, &guarded, why);
}

/*
 * UFFDIO_MOVE of a page of a folio that is pinned. It may not return, and so is
 * left to a thread, which ends with the process.
 */
struct move {
	int uffd;
	struct uffdio_move args;
	int error;
};

#define MOVE_LOOKS	100
/* Far more than a split that succeeds in the end takes. */
#define MANY_SPLITS	5000

static int map_target(int uffd, void **target, struct reason *why)
{
	*target = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (*target == MAP_FAILED)
		return reason(why, -errno, "cannot map a page: %s",
			      strerror(errno));
	return uffd_register(uffd, *target, page_size(),
			     UFFDIO_REGISTER_MODE_MISSING, why);
}

static void make_move(void *arg)
{
	struct move *move = arg;

	move->error = ioctl(move->uffd, UFFDIO_MOVE, &move->args) ? errno : 0;
}

static int judge_move(struct story_run *run, struct move *move,
		      struct reason *why)
{
	/* Splits of THPs that came to nothing, as the kernel counts them. */
	static struct endless endless = {
		.call = make_move,
		.counter = "thp_split_page_failed",
		.many = MANY_SPLITS,
		.looks = MOVE_LOOKS,
	};
	int ret;

	endless.arg = move;
	ret = endless_watch(&endless, why);
	if (ret < 0)
		return ret;
	if (ret)
		return story_passes(run, "the move returns: %s",
				   strerror(move->error));
	if (!endless.tries)
		return reason(why, -ETIMEDOUT,
			      "UFFDIO_MOVE does not return, and does not try to split the folio either");
	story_number(run, "failed-splits", endless.tries);
	return story_fails(run, FINDING_HANG,
			  "UFFDIO_MOVE of another page of a pinned folio does not return: %ld tries to split the folio have failed",
			  endless.tries);
}

static int move_pinned(struct story_run *run, struct reason *why)
{
	/* Static, as the thread may outlive this function. */
	static struct move move;
	const size_t pages = memory_kind_pages(memory_kind_find("anon-thp-pte"));
	struct pintest_pin *pin;
	struct memory memory;
	void *target;
	int ret;

	move.uffd = uffd_open(UFFD_FEATURE_MOVE, "UFFDIO_MOVE", why);
	if (move.uffd < 0)
		return move.uffd;
	ret = map_target(move.uffd, &target, why);
	if (!ret)
		ret = story_map(run, "anon-thp-pte", pages, &memory, why);
	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN, RO_LONGTERM, memory.addr,
			       page_size(), &pin, why);
	if (ret)
		return ret;
	move.args = (struct uffdio_move) {
		.dst = (uintptr_t)target,
		.src = (uintptr_t)memory.addr + page_size(),
		.len = page_size(),
	};
	return judge_move(run, &move, why);
}

static const struct story table[] = {
	{
		.id = "bugs.uffd-wp-huge-zeropage",
		.what = "a read-only long-term pin of one page of a huge zero page leaves all of it write-protected by its userfaultfd",
		.prepare = prepare_huge_zeropage,
		.run = wp_huge_zeropage,
	}, {
		.id = "bugs.uffd-wp-hugetlb-shared",
		.what = "a read-only long-term pin of a hugetlb page that a child shares leaves it write-protected by its userfaultfd",
		.prepare = prepare_hugetlb,
		.run = wp_hugetlb_shared,
		.arg = &(const uint32_t) { RO_LONGTERM },
	}, {
		.id = "bugs.uffd-wp-hugetlb-shared-short",
		.what = "a read-only short-term pin of a hugetlb page that a child shares leaves it write-protected by its userfaultfd",
		.prepare = prepare_hugetlb,
		.run = wp_hugetlb_shared,
		.arg = &(const uint32_t) { 0 },
	}, {
		.id = "bugs.uffd-move-pinned-folio",
		.what = "UFFDIO_MOVE of a page whose large folio is pinned and mapped by page table entries returns",
		.prepare = story_prepare_thp,
		.run = move_pinned,
	},
};

const struct story_family story_bugs_uffd = { table, ARRAY_SIZE(table) };
