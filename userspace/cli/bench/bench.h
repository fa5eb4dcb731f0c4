/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of pintest bench share.
 */
#ifndef PINTEST_CLI_BENCH_H
#define PINTEST_CLI_BENCH_H

#include <stdio.h>

#include "memory/memory.h"
#include "ways/ways.h"

/**
 * enum bench_figure - what is timed
 *
 * @BENCH_PIN: the kernel calls that take the pages, by BENCH
 * @BENCH_UNPIN: those that give them back
 * @BENCH_RECORDS: pintest_pin_records() of all pages
 * @BENCH_INSPECT: pintest_inspect() of them
 * @BENCH_READ: pintest_pin_read() of them
 * @BENCH_WRITE: pintest_pin_write() of them; the flags must have write
 * @BENCH_FIGURES: how many there are
 */
enum bench_figure {
	BENCH_PIN,
	BENCH_UNPIN,
	BENCH_RECORDS,
	BENCH_INSPECT,
	BENCH_READ,
	BENCH_WRITE,
	BENCH_FIGURES,
};

/** define BENCH_UNKNOWN - a figure that was not, or cannot be, measured */
#define BENCH_UNKNOWN	(-1.0)

/**
 * struct bench_case - one thing to measure, and what was measured
 *
 * @kind: memory kind
 * @api: &enum pintest_api
 * @foll: &enum pintest_foll bits
 * @size: bytes of memory for each thread
 * @batch: pages that a call is asked for
 * @threads: how many do this at a time, each with memory of its own
 * @ns: nanoseconds a page, the least of all rounds and the mean of all threads
 * @why: why something is unknown; empty if nothing is
 * @unrestored: settings of the machine could not be put back
 */
struct bench_case {
	const struct memory_kind *kind;
	uint32_t api;
	uint32_t foll;
	uint64_t size;
	uint32_t batch;
	unsigned int threads;
	double ns[BENCH_FIGURES];
	struct reason why;
	bool unrestored;
};

/** bench_figure_name() - name of a figure, as the heading of its chart */
const char *bench_figure_name(enum bench_figure figure);

/**
 * bench_measure() - measure a case
 * @pt: the device
 * @bench: the case; ns and why are set
 * @rounds: how often
 *
 * Return: 0, or a negative errno if nothing could be measured.
 */
int bench_measure(struct pintest *pt, struct bench_case *bench,
		  unsigned int rounds);

/**
 * bench_chart() - write an HTML page with a chart for each figure
 * @cases: what was measured
 * @count: how many
 * @out: where to; it needs no other file
 */
void bench_chart(const struct bench_case *cases, size_t count, FILE *out);

#endif /* PINTEST_CLI_BENCH_H */
