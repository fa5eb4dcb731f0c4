/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this kernel does, where kernels differ: measured with pins of memory that
 * this process maps for it, and not concluded from a release.
 */
#ifndef PINTEST_EXPLAIN_KERNEL_H
#define PINTEST_EXPLAIN_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "pintest.h"

#define KERNEL_APIS	(PINTEST_API_PIN_MEMFD + 1)

/** enum answer - an answer, which may not be known */
enum answer {
	ANSWER_UNKNOWN,
	ANSWER_NO,
	ANSWER_YES,
};

/**
 * struct kernel_facts - what this kernel does
 *
 * @apis: bit n: it has &enum pintest_api n
 * @taken: &enum pintest_foll bits that each of them takes
 * @tells_mapped: the device can tell which pages are mapped
 * @unshares_anon: read-only pins copy an anonymous page that is not exclusive
 * @unshares_cow: read-only long-term pins copy any page of a COW mapping first
 * @refuses_tracked: refuses FOLL_WRITE|FOLL_LONGTERM of a shared mapping whose
 *	file system tracks writes
 * @stack_grows: a pin of the gap below a stack expands the stack
 * @fast_secretmem: GUP-fast pins secretmem
 * @tells_uffd_wp: pagemap tells which pages a userfaultfd write-protects
 * @forces_hugetlb: FOLL_FORCE|FOLL_WRITE may write to read-only hugetlb memory
 * @splits_hugetlb: ignores FOLL_SPLIT_PMD of hugetlb memory
 * @faults_hugetlb: FOLL_NOFAULT faults hugetlb pages in
 */
struct kernel_facts {
	uint64_t apis;
	uint64_t taken[KERNEL_APIS];
	bool tells_mapped;
	enum answer unshares_anon;
	enum answer unshares_cow;
	enum answer refuses_tracked;
	enum answer stack_grows;
	enum answer fast_secretmem;
	enum answer tells_uffd_wp;
	enum answer forces_hugetlb;
	enum answer splits_hugetlb;
	enum answer faults_hugetlb;
};

/** kernel_measure() - find out what this kernel does */
void kernel_measure(struct pintest *pt, struct kernel_facts *kernel);

#endif /* PINTEST_EXPLAIN_KERNEL_H */
