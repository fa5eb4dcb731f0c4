/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Explanations: what a call would pin of a range, and why not all of it.
 */
#ifndef PINTEST_EXPLAIN_H
#define PINTEST_EXPLAIN_H

#include <stdio.h>

#include "base/reason.h"
#include "decide.h"

#define EXPLAIN_GROUPS	6

/**
 * struct page_group - pages in a row that are alike
 *
 * @first: number of the first one
 * @last: number of the last one
 * @text: what they are
 */
struct page_group {
	uint64_t first;
	uint64_t last;
	char text[PAGE_WORDS];
};

/**
 * struct explanation - what a call would pin, and why not all of it
 *
 * @request: the call, and of what
 * @fate: what becomes of the call: FATE_PINNED if any page is pinned
 * @wanted: pages that it is asked for
 * @pages: pages that it would pin
 * @decision: of the first page that it would not pin; or of the first page
 * @map: the mapping of that page
 * @page: that page
 * @groups: the pages up to that one
 * @group_count: how many groups there are; those beyond EXPLAIN_GROUPS are left
 *	out
 */
struct explanation {
	struct pintest_request request;
	enum fate fate;
	uint64_t wanted;
	uint64_t pages;
	struct decision decision;
	struct mapping_facts map;
	struct page_facts page;
	struct page_group groups[EXPLAIN_GROUPS];
	size_t group_count;
};

/**
 * explain() - what a call would pin
 * @pt: the device
 * @kernel: what this kernel does
 * @request: the call, and of what; whole pages
 * @explanation: takes it
 * @why: what cannot be looked at
 *
 * Return: 0, or -errno.
 */
int explain(struct pintest *pt, const struct kernel_facts *kernel,
	    const struct pintest_request *request,
	    struct explanation *explanation, struct reason *why);

/**
 * explain_refusal() - find out why a pin was refused
 * @pt: the device
 * @request: the call, and of what, which still is as it was
 * @error: the positive errno that it gave
 * @explanation: takes the explanation
 *
 * Return: whether there is a cause that fits the error.
 */
bool explain_refusal(struct pintest *pt,
		     const struct pintest_request *request, int error,
		     struct explanation *explanation);

#endif /* PINTEST_EXPLAIN_H */
