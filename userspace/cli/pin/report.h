/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `pintest pin` saw, and how it is printed.
 */
#ifndef PINTEST_CLI_PIN_REPORT_H
#define PINTEST_CLI_PIN_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "console/table.h"
#include "judge.h"
#include "memory/memory.h"

/**
 * struct record_set - records taken at one moment
 *
 * @taken: whether they were taken
 * @records: the records; owned. NULL if they were counted only
 * @count: how many there are
 * @other: how many have another page mapped
 * @other_unknown: how many may have another page mapped: the device cannot tell
 * @unplaced: how many have no known page frame
 * @runs: how many physically contiguous runs they make
 * @run: pages in the last one of these
 * @largest: pages in the largest one
 * @next: frame that would continue the last one
 */
struct record_set {
	bool taken;
	struct pintest_record *records;
	size_t count;
	uint64_t other;
	uint64_t other_unknown;
	uint64_t unplaced;
	uint64_t runs;
	uint64_t run;
	uint64_t largest;
	uint64_t next;
};

/** record_set_count() - count @records in */
void record_set_count(struct record_set *set,
		      const struct pintest_record *records, size_t count);

/**
 * struct pin_report - what was asked for, and what was seen
 *
 * @request: what was to be pinned
 * @addr: first byte that was asked for
 * @bytes: how many were; @request has the pages that they are in
 * @bytes_before: other bytes of the first of these pages
 * @bytes_behind: other bytes of the last one
 * @pid: whose memory
 * @memory: id of the memory kind, NULL for another process's memory
 * @event: id of the event, or NULL
 * @wanted: pages that were to be pinned
 * @pages: pages that were
 * @error: why there are fewer, a positive errno
 * @before: pages that were mapped before the pin
 * @pinned: pinned pages
 * @after: the same after the event
 * @process_reads: what the process reads in the first page in the end
 * @pin_reads: what the pin reads there
 * @verdict: what the rules of `pintest check` say of it after an event
 */
struct pin_report {
	struct pintest_request request;
	uint64_t addr;
	uint64_t bytes;
	uint64_t bytes_before;
	uint64_t bytes_behind;
	pid_t pid;
	const char *memory;
	const char *event;
	uint64_t wanted;
	uint64_t pages;
	int error;
	struct record_set before;
	struct record_set pinned;
	struct record_set after;
	struct word process_reads;
	struct word pin_reads;
	struct pin_verdict verdict;
};

/** pin_report_copied() - how many pages the pin made private copies of */
uint64_t pin_report_copied(const struct pin_report *report);

/**
 * pin_report_print() - print a report
 * @report: the report
 * @wanted: columns of the records, as for table_new()
 * @json: print it as JSON
 */
void pin_report_print(const struct pin_report *report, const char *wanted,
		      bool json);

/** pin_report_clear() - free what is in @report */
void pin_report_clear(struct pin_report *report);

#endif /* PINTEST_CLI_PIN_REPORT_H */
