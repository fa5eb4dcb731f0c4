/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records against the kernel's own files.
 */
#ifndef TESTS_COMPARE_H
#define TESTS_COMPARE_H

#include <linux/pintest.h>
#include "kinds.h"

/* No region is longer: a THP of 2048 pages of 16 KiB, and some beside it. */
#define MAX_PAGES 2176

/*
 * How to get records of all pages of a region. Called more than once, until
 * nothing has changed meanwhile.
 */
struct source {
	struct region region;
	/* A pin, or -1 for INSPECT. */
	int fd;
};

/*
 * Gets the records of a source, which must be of all its pages and agree with
 * the kernel.
 */
void records_must_agree(const struct source *source,
			struct pintest_record *to);

/* Records of a source as they are, which must be of all its pages. */
void get_records(const struct source *source, struct pintest_record *to);

/* Whether /proc/kpageflags has KSM right; some kernels from 6.11 on do not. */
bool kernel_knows_ksm(void);

/* The shape of a folio, and on which zone and node it is. */
void folios_must_agree(struct region region,
		       const struct pintest_record *record);

#endif /* TESTS_COMPARE_H */
