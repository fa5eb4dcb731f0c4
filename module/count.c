// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reference counts do not overflow. A pin of a small folio is 1024 references,
 * and the same page may be mapped at any number of addresses and pinned by any
 * number of calls. The kernel checks only when the count is already negative,
 * and then warns.
 *
 * The module cannot know beforehand which pages a call will give. So it bounds
 * what all callers together take before it looks at the pages: MAX_UNSEEN
 * references. After the look it keeps only pages whose count is at most
 * MAX_SEEN. Together the two limits leave a quarter of the count to others.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/mm.h>
#include "pintest_private.h"

#define MAX_SEEN	BIT(30)
#define MAX_UNSEEN	BIT(29)

/* Pages that calls under way may still return, not looked at yet. */
static atomic_long_t count_unseen = ATOMIC_LONG_INIT(0);

/**
 * pintest_count_begin - before taking references
 * @nr: pages that the call asks for
 *
 * Return: whether the call may be made. If so, pintest_count_end() has to
 * follow after a look at the pages.
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
 * @page: the page
 *
 * Return: whether the page has few enough references to leave room for others.
 */
bool pintest_count_is_safe(struct page *page)
{
	return (unsigned int)page_ref_count(compound_head(page)) <= MAX_SEEN;
}
