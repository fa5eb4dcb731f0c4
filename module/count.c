// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reference counts do not overflow. A pin of a small folio is 1024 references, and
 * the same page may be mapped at any number of addresses and pinned by any number
 * of calls; the kernel's own check comes when the count is negative already, and
 * warns.
 *
 * No call can be told beforehand which pages it will give. So what calls take
 * before somebody looks at it is bounded, all callers together, to MAX_UNSEEN
 * references; and after a look only pages are kept that have at most MAX_SEEN.
 * Together they leave a quarter of the count to others.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/mm.h>
#include "pintest_private.h"

#define MAX_SEEN	BIT(30)
#define MAX_UNSEEN	BIT(29)

/* Pages that calls may give, and that nobody has looked at yet. */
static atomic_long_t count_unseen = ATOMIC_LONG_INIT(0);

/**
 * pintest_count_begin - before taking references
 * @nr: to how many pages at most
 *
 * Return: whether they may be taken. If so, pintest_count_end() has to follow
 * when they have been looked at.
 */
bool pintest_count_begin(unsigned long nr)
{
	if (atomic_long_add_return(nr, &count_unseen) <=
	    MAX_UNSEEN / GUP_PIN_COUNTING_BIAS)
		return true;
	pintest_count_end(nr);
	return false;
}

void pintest_count_end(unsigned long nr)
{
	atomic_long_sub(nr, &count_unseen);
}

/**
 * pintest_count_is_safe - may this reference be kept?
 * @page: to which page it is
 *
 * Return: whether the page has so few that others can have theirs.
 */
bool pintest_count_is_safe(struct page *page)
{
	return (unsigned int)page_ref_count(compound_head(page)) <= MAX_SEEN;
}
