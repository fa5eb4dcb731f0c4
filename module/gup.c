// SPDX-License-Identifier: GPL-2.0-only
/*
 * One GUP call. This file refuses the flags that the kernel does not allow,
 * before it makes the call. The kernel itself would warn, which taints it, and
 * since 6.5 return 0 as if the call had succeeded.
 */
#include <linux/file.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "gup.h"
#include "pintest_private.h"

/* Flags of the header, and of this kernel: 0 where it has no such flag. */
static const struct {
	u32 foll;
	unsigned int kernel_foll;
} gup_foll_map[] = {
	{PINTEST_FOLL_WRITE, FOLL_WRITE},
	{PINTEST_FOLL_FORCE, FOLL_FORCE},
	{PINTEST_FOLL_LONGTERM, FOLL_LONGTERM},
	{PINTEST_FOLL_NOFAULT, PINTEST_KERNEL_FOLL_NOFAULT},
	{PINTEST_FOLL_NOWAIT, FOLL_NOWAIT},
	{PINTEST_FOLL_HWPOISON, PINTEST_KERNEL_FOLL_HWPOISON},
	{PINTEST_FOLL_ANON, PINTEST_KERNEL_FOLL_ANON},
	{PINTEST_FOLL_DUMP, PINTEST_KERNEL_FOLL_DUMP},
	{PINTEST_FOLL_SPLIT_PMD, PINTEST_KERNEL_FOLL_SPLIT_PMD},
	{PINTEST_FOLL_PCI_P2PDMA, PINTEST_KERNEL_FOLL_PCI_P2PDMA},
	{PINTEST_FOLL_INTERRUPTIBLE, PINTEST_KERNEL_FOLL_INTERRUPTIBLE},
	{PINTEST_FOLL_HONOR_NUMA_FAULT, PINTEST_KERNEL_FOLL_HONOR_NUMA_FAULT},
	{PINTEST_FOLL_TOUCH, PINTEST_KERNEL_FOLL_TOUCH},
	{PINTEST_FOLL_MIGRATION, PINTEST_KERNEL_FOLL_MIGRATION},
	{PINTEST_FOLL_NUMA, PINTEST_KERNEL_FOLL_NUMA},
	{PINTEST_FOLL_SPLIT, PINTEST_KERNEL_FOLL_SPLIT},
};

/* What the header defines. */
#define DEFINED_FOLL (PINTEST_FOLL_SPLIT * 2 - 1)
#define LAST_API PINTEST_API_PIN_MEMFD

/* Flags that the fast calls take; mirrors internal_get_user_pages_fast(). */
#define FAST_FOLL (PINTEST_FOLL_WRITE | PINTEST_FOLL_FORCE | \
		   PINTEST_FOLL_LONGTERM | PINTEST_FOLL_NOFAULT | \
		   PINTEST_FOLL_PCI_P2PDMA | PINTEST_FOLL_HONOR_NUMA_FAULT)

static u32 gup_available_foll(void)
{
	u32 foll = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gup_foll_map); i++)
		if (gup_foll_map[i].kernel_foll)
			foll |= gup_foll_map[i].foll;
	return foll;
}

static unsigned int gup_kernel_foll(u32 foll)
{
	unsigned int flags = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gup_foll_map); i++)
		if (foll & gup_foll_map[i].foll)
			flags |= gup_foll_map[i].kernel_foll;
	return flags;
}

/**
 * pintest_gup_foll - this kernel's FOLL flags in the header's terms
 * @flags: FOLL flags as this kernel numbers them
 * @foll: &enum pintest_foll bits
 *
 * Return: bits of @flags that have no flag in the header.
 */
unsigned int pintest_gup_foll(unsigned int flags, u32 *foll)
{
	size_t i;

	*foll = 0;
	for (i = 0; i < ARRAY_SIZE(gup_foll_map); i++) {
		if (!(flags & gup_foll_map[i].kernel_foll))
			continue;
		*foll |= gup_foll_map[i].foll;
		flags &= ~gup_foll_map[i].kernel_foll;
	}
	return flags;
}

/**
 * pintest_gup_apis - which calls this kernel has
 *
 * Return: bit n is set for &enum pintest_api n.
 */
u64 pintest_gup_apis(void)
{
	u64 apis = BIT_ULL(LAST_API + 1) - 1;

	if (!pintest_compat_has_pin_unlocked())
		apis &= ~BIT_ULL(PINTEST_API_PIN_UNLOCKED);
	if (!pintest_compat_has_pin_iter())
		apis &= ~BIT_ULL(PINTEST_API_PIN_ITER);
	if (!pintest_compat_has_pin_memfd())
		apis &= ~BIT_ULL(PINTEST_API_PIN_MEMFD);
	return apis;
}

/* Whether the header defines this &enum pintest_api. */
bool pintest_gup_is_api(u32 api)
{
	return api <= LAST_API;
}

static bool gup_has_api(u32 api)
{
	return pintest_gup_apis() & BIT_ULL(api);
}

/**
 * pintest_gup_legal - the FOLL flags that a call takes on this kernel
 * @api: &enum pintest_api
 *
 * Return: &enum pintest_foll bits.
 */
u32 pintest_gup_legal(u32 api)
{
	u32 foll = gup_has_api(api) ? gup_available_foll() : 0;

	switch (api) {
	case PINTEST_API_PIN_FAST:
		return foll & FAST_FOLL;
	case PINTEST_API_PIN_UNLOCKED:
	case PINTEST_API_PIN_REMOTE_LOCKED:
		return PINTEST_LONGTERM_MAY_UNLOCK ?
		       foll : foll & ~PINTEST_FOLL_LONGTERM;
	case PINTEST_API_GET:
		return foll & ~PINTEST_FOLL_LONGTERM;
	case PINTEST_API_GET_FAST:
		return foll & FAST_FOLL & ~PINTEST_FOLL_LONGTERM;
	case PINTEST_API_PIN_ITER:
		return foll & PINTEST_FOLL_WRITE;
	case PINTEST_API_PIN_MEMFD:
		return foll & (PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM);
	default:
		return foll;
	}
}

/* Whether the call takes pins (FOLL_PIN), not references (FOLL_GET). */
bool pintest_gup_is_pin(u32 api)
{
	return api != PINTEST_API_GET && api != PINTEST_API_GET_FAST;
}

/* Whether the call can take pages of another process. */
bool pintest_gup_is_remote(u32 api)
{
	return api == PINTEST_API_PIN_REMOTE ||
	       api == PINTEST_API_PIN_REMOTE_LOCKED;
}

static bool gup_has_all(u32 foll, u32 wanted)
{
	return (foll & wanted) == wanted;
}

/**
 * pintest_gup_check - may this call be made with these flags?
 * @api: what a user says is an &enum pintest_api
 * @foll: what a user says are &enum pintest_foll bits
 *
 * The kernel warns about FOLL_LONGTERM with FOLL_PCI_P2PDMA. FOLL_NUMA with
 * FOLL_FORCE is refused, because on PROT_NONE memory the kernel would fault
 * again and again without end.
 *
 * Return: 0, -EOPNOTSUPP for what the header does not define, -EBADRQC for
 * what this kernel does not take.
 */
int pintest_gup_check(u32 api, u32 foll)
{
	if (!pintest_gup_is_api(api) || foll & ~DEFINED_FOLL)
		return -EOPNOTSUPP;
	if (!gup_has_api(api) || foll & ~pintest_gup_legal(api) ||
	    gup_has_all(foll,
			PINTEST_FOLL_LONGTERM | PINTEST_FOLL_PCI_P2PDMA) ||
	    gup_has_all(foll, PINTEST_FOLL_FORCE | PINTEST_FOLL_NUMA))
		return -EBADRQC;
	/* It knows no other pins. */
	if (api == PINTEST_API_PIN_MEMFD && !(foll & PINTEST_FOLL_LONGTERM))
		return -EBADRQC;
	return 0;
}

/**
 * pintest_gup_init - prepare a way to take references
 * @gup: the way
 * @mm: whose pages
 * @api: &enum pintest_api
 * @foll: &enum pintest_foll bits that pintest_gup_check() has accepted
 */
void pintest_gup_init(struct pintest_gup *gup, struct mm_struct *mm, u32 api,
		      u32 foll)
{
	gup->mm = mm;
	gup->api = api;
	gup->foll = foll;
	gup->kernel_foll = gup_kernel_foll(foll);
	gup->file = NULL;
}

/**
 * pintest_gup_begin - before the calls for a range
 * @gup: the way
 * @start: address of the first page
 * @nr: pages in all
 *
 * Return: 0, and pintest_gup_end() has to follow the last call; -errno if no
 * call for the range can succeed.
 */
int pintest_gup_begin(struct pintest_gup *gup, unsigned long start,
		      unsigned long nr)
{
	if (start + nr * PAGE_SIZE > gup->mm->task_size)
		return -EFAULT;
	if (gup->api == PINTEST_API_PIN_MEMFD)
		return pintest_memfd_begin(gup, start, nr);
	return 0;
}

void pintest_gup_end(struct pintest_gup *gup)
{
	if (gup->file)
		fput(gup->file);
	gup->file = NULL;
}

/**
 * pintest_gup_array - an array for the pages that calls return
 * @nr: pages
 *
 * The array is charged to the caller's memory cgroup. A user chooses its size,
 * so the allocation may fail; then no process is killed and nothing is logged.
 *
 * Return: an empty array, to be freed with kvfree(); or NULL.
 */
struct page **pintest_gup_array(u64 nr)
{
	if (nr > INT_MAX / sizeof(struct page *))
		return NULL;
	return kvcalloc(nr, sizeof(struct page *),
			GFP_KERNEL_ACCOUNT | __GFP_NOWARN |
			__GFP_RETRY_MAYFAIL);
}

/**
 * pintest_gup_needs_lock - is the call made under the mmap lock?
 * @gup: which call
 *
 * Return: whether the caller of pintest_gup_call() must hold it for reading.
 */
bool pintest_gup_needs_lock(const struct pintest_gup *gup)
{
	switch (gup->api) {
	case PINTEST_API_PIN:
	case PINTEST_API_PIN_REMOTE:
	case PINTEST_API_PIN_REMOTE_LOCKED:
	case PINTEST_API_GET:
		return true;
	default:
		return false;
	}
}

/**
 * pintest_gup_take - make the call, with the lock that it needs
 * @gup: which, on whose memory
 * @start: address of the first page
 * @nr: pages, at most INT_MAX
 * @pages: as in pintest_gup_call()
 *
 * Return: as pintest_gup_call(), or -EINTR on a fatal signal.
 */
long pintest_gup_take(const struct pintest_gup *gup, unsigned long start,
		      unsigned long nr, struct page **pages)
{
	int locked = pintest_gup_needs_lock(gup);
	long ret;

	if (locked && mmap_read_lock_killable(gup->mm))
		return -EINTR;
	ret = pintest_gup_call(gup, start, nr, pages, &locked);
	if (locked)
		mmap_read_unlock(gup->mm);
	return ret;
}

/**
 * pintest_gup_put - give back what pintest_gup_take() took
 * @gup: how they were taken
 * @pages: the pages, with no holes
 * @nr: how many
 * @dirty: mark them dirty first
 */
void pintest_gup_put(const struct pintest_gup *gup, struct page **pages,
		     unsigned long nr, bool dirty)
{
	unsigned long i;

	if (gup->api == PINTEST_API_PIN_MEMFD) {
		pintest_memfd_put(pages, nr, dirty);
		return;
	}
	if (pintest_gup_is_pin(gup->api)) {
		unpin_user_pages_dirty_lock(pages, nr, dirty);
		return;
	}
	for (i = 0; i < nr; i++) {
		if (dirty)
			set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
	}
}

/**
 * pintest_gup_put_in_steps - give many pages back
 * @gup: how they were taken
 * @pages: the pages
 * @nr: how many
 * @step: so many by one call, at least 1
 */
void pintest_gup_put_in_steps(const struct pintest_gup *gup,
			      struct page **pages, unsigned long nr,
			      unsigned long step)
{
	while (nr) {
		step = min(step, nr);
		pintest_gup_put(gup, pages, step, false);
		cond_resched();
		pages += step;
		nr -= step;
	}
}

/* What may have holes. */
static void gup_put_each(const struct pintest_gup *gup, struct page **pages,
			 unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr; i++)
		if (pages[i])
			pintest_gup_put(gup, &pages[i], 1, false);
}

/**
 * pintest_gup_settle - keep the pages of a call that may be kept
 * @gup: which call
 * @pages: the pages that it returned; zeroed before the call
 * @nr: how many it returned
 * @stop: if not all are kept: why, &enum pintest_stop
 *
 * Keeps the pages before the first hole, and before the first page that has too
 * many references. There are holes before 5.19: a call could count a page table
 * entry without a page, and write nothing for it.
 *
 * Return: how many pages are kept. The others are given back.
 */
unsigned long pintest_gup_settle(const struct pintest_gup *gup,
				 struct page **pages, unsigned long nr,
				 u32 *stop)
{
	unsigned long good;

	for (good = 0; good < nr; good++) {
		if (pages[good] && pintest_count_is_safe(pages[good]))
			continue;
		*stop = pages[good] ? PINTEST_STOP_COUNT : PINTEST_STOP_CALL;
		/* memfd_pin_folios() leaves no hole, and pins a folio once. */
		if (gup->api == PINTEST_API_PIN_MEMFD)
			pintest_memfd_put(pages + good, nr - good, false);
		else
			gup_put_each(gup, pages + good, nr - good);
		break;
	}
	return good;
}

/**
 * pintest_gup_stop_error - the errno for a reason of pintest_gup_settle()
 * @stop: &enum pintest_stop
 *
 * Return: -errno.
 */
int pintest_gup_stop_error(u32 stop)
{
	return stop == PINTEST_STOP_COUNT ? -ENOMEM : -EFAULT;
}

/**
 * pintest_gup_put_range - give back pages that follow each other in a folio
 * @gup: how they were taken
 * @first: the first of them
 * @nr: how many
 * @dirty: mark them dirty first
 */
void pintest_gup_put_range(const struct pintest_gup *gup, struct page *first,
			   unsigned long nr, bool dirty)
{
	unsigned long i;

	if (gup->api == PINTEST_API_PIN_MEMFD) {
		pintest_compat_unpin_memfd(first, dirty);
		return;
	}
	if (pintest_gup_is_pin(gup->api)) {
		pintest_compat_unpin_range(first, nr, dirty);
		return;
	}
	for (i = 0; i < nr; i++) {
		if (dirty)
			set_page_dirty_lock(first + i);
		put_page(first + i);
	}
}
