/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults on purpose: the kernel lets a thread ask that its nth allocation or
 * copy from or to user space fail.
 */
#ifndef TESTS_NTH_H
#define TESTS_NTH_H

#include <stdbool.h>

/* What can be made to fail. */
enum nth_kind {
	NTH_SLAB,
	NTH_PAGE,
	NTH_USERCOPY,
	NR_NTH_KINDS,
};

extern const char *const nth_kind_names[NR_NTH_KINDS];

/* NULL, or why this kernel cannot do it. */
const char *nth_prepare(void);

/* Faults of each kind that were injected since nth_prepare(). */
void nth_counts(unsigned long counts[NR_NTH_KINDS]);

/* Opens what the next three take, for the thread that calls them. */
void nth_open(void);

/* From here on the nth point at which this thread can fail does. */
void nth_arm(unsigned int nth);

/* No more faults. Returns whether there was one. */
bool nth_disarm(void);

/* The same, but returns how far off the next one still was, or 0. */
unsigned int nth_left(void);

#endif /* TESTS_NTH_H */
