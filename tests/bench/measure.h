/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of measure share. Time is what the clock says: where the guest
 * counts instructions, a nanosecond is one.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <linux/pintest.h>
#include <stddef.h>
#include <stdint.h>

/* Pages that a GUP call, or a record, is asked for at a time. */
#define BATCH 512

/**
 * struct range - memory to measure on
 * @name: of the memory, in the names of the figures
 * @addr: first byte
 * @pages: base pages in it
 */
struct range {
	const char *name;
	char *addr;
	size_t pages;
};

uint64_t now(void);

/* Prints a figure, which is @value for each page of the range. */
void figure(const struct range *range, const char *what, double value);

/* Ends the program unless @condition, with errno. */
void need(int condition, const char *what);

/* The kernel's own gup_test: get and put, of which that is a module. */
void measure_peer(const struct range *range);

/* What a user has without us. */
void measure_reader(const struct range *range);

#endif /* BENCH_MEASURE_H */
