// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: the protection of the mapping changes and is as before again, which
 * may leave pages mapped read-only.
 */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "machine/pagemap.h"
#include "machine/uffd.h"
#include "model/words.h"

static int protect_for_a_while(struct event_run *run, int protection,
			       struct reason *why)
{
	struct extent extent = extent_of(run->memory);

	if (mprotect(extent.addr, extent.length, protection) ||
	    mprotect(extent.addr, extent.length, PROT_READ | PROT_WRITE))
		return reason(why, -errno, "mprotect() is refused: %s",
			      strerror(errno));
	return 0;
}

static int event_mprotect_ro(struct event_run *run, struct reason *why)
{
	return protect_for_a_while(run, PROT_READ, why);
}

static int event_mprotect_none(struct event_run *run, struct reason *why)
{
	return protect_for_a_while(run, PROT_NONE, why);
}

static int event_mlock(struct event_run *run, struct reason *why)
{
	struct extent extent = extent_of(run->memory);

	if (mlock(extent.addr, extent.length) ||
	    munlock(extent.addr, extent.length))
		return reason(why, -errno, "mlock() is refused: %s",
			      strerror(errno));
	return 0;
}

static bool is_soft_dirty(const struct memory *memory)
{
	return pages_count(memory->addr, page_size(), PAGEMAP_SOFT_DIRTY) > 0;
}

/* Pages that are not pinned lose the bit, and are mapped read-only for it. */
static int event_soft_dirty(struct event_run *run, struct reason *why)
{
	int ret = bystander_map(run, why);

	if (ret)
		return ret;
	if (!is_soft_dirty(&run->bystander))
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no soft-dirty bits");
	ret = soft_dirty_clear(why);
	if (ret)
		return ret;
	if (is_soft_dirty(&run->bystander))
		return reason(why, -EAGAIN,
			      "a page that is not pinned keeps its soft-dirty bit");
	return 0;
}

static int event_uffd_wp(struct event_run *run, struct reason *why)
{
	struct extent extent = extent_of(run->memory);
	int uffd = uffd_open_wp(why);
	int ret;

	if (uffd < 0)
		return uffd;
	ret = uffd_register(uffd, extent.addr, extent.length,
			    UFFDIO_REGISTER_MODE_WP, why);
	if (!ret)
		ret = uffd_protect(uffd, extent.addr, extent.length, true,
				   why);
	if (!ret)
		ret = uffd_protect(uffd, extent.addr, extent.length, false,
				   why);
	close(uffd);
	return ret;
}

static const struct event rows[] = {
	{
		.id = "mprotect-ro",
		.what = "the mapping is made read-only and writable again, then the process writes",
		.traits = COHERENT,
		.run = event_mprotect_ro,
	}, {
		.id = "mprotect-none",
		.what = "the mapping is made inaccessible and writable again, then the process writes",
		.traits = COHERENT,
		.run = event_mprotect_none,
	}, {
		.id = "mlock",
		.what = "the memory is locked and unlocked by mlock(), then the process writes",
		.traits = COHERENT,
		.run = event_mlock,
	}, {
		.id = "soft-dirty",
		.what = "soft-dirty bits are cleared, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_ANON,
		.lacks = MEMORY_HUGETLB,
		.run = event_soft_dirty,
	}, {
		.id = "uffd-wp",
		.what = "userfaultfd write-protects the memory and removes the protection, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_PRIVATE,
		.run = event_uffd_wp,
	},
};

const struct event_family event_family_protect = { rows, ARRAY_SIZE(rows) };
