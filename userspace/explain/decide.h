/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether the kernel would pin a page: a pure function of what is known of the
 * call, the kernel, the mapping and the page.
 */
#ifndef PINTEST_EXPLAIN_DECIDE_H
#define PINTEST_EXPLAIN_DECIDE_H

#include "kernel.h"
#include "mapping.h"
#include "pages.h"

/**
 * enum fate - what becomes of a pin
 *
 * @FATE_UNKNOWN: this cannot be predicted from what is known
 * @FATE_PINNED: the page is pinned
 * @FATE_REFUSED: the call ends with an error
 * @FATE_WAITS: the call waits until the reader of a userfaultfd answers
 * @FATE_HANGS: the call never returns
 */
enum fate {
	FATE_UNKNOWN,
	FATE_PINNED,
	FATE_REFUSED,
	FATE_WAITS,
	FATE_HANGS,
};

/**
 * struct question - would this page be pinned?
 *
 * @kernel: what this kernel does
 * @api: &enum pintest_api
 * @foll: &enum pintest_foll bits
 * @addr: address of the page
 * @end: first byte after the range that is to be pinned
 * @map: the mapping at @addr
 * @page: the page there
 * @slow: GUP-fast has given up at a page before it
 */
struct question {
	const struct kernel_facts *kernel;
	uint32_t api;
	uint32_t foll;
	uint64_t addr;
	uint64_t end;
	const struct mapping_facts *map;
	const struct page_facts *page;
	bool slow;
};

#define DECISION_STEPS	24

/**
 * struct step - a test that the kernel makes
 *
 * @asks: what it tests
 * @answer: what it found
 */
struct step {
	const char *asks;
	const char *answer;
};

/**
 * struct decision - what becomes of the page, and why
 *
 * @fate: &enum fate
 * @error: positive errno of FATE_REFUSED
 * @by_fast: GUP-fast has found the page
 * @cause: why it is not pinned, a clause; or NULL
 * @remedy: what would change that, a clause; or NULL
 * @known: id of the known behaviour behind it, or NULL
 * @steps: the tests on the way there
 * @count: how many
 */
struct decision {
	enum fate fate;
	int error;
	bool by_fast;
	const char *cause;
	const char *remedy;
	const char *known;
	struct step steps[DECISION_STEPS];
	size_t count;
};

/** decide() - what becomes of a page */
struct decision decide(const struct question *q);

/** api_is_fast() - whether a call begins with GUP-fast */
bool api_is_fast(uint32_t api);

#endif /* PINTEST_EXPLAIN_DECIDE_H */
