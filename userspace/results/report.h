/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What outputs tell of: a run, how it was asked for, and where it ran.
 */
#ifndef PINTEST_REPORT_H
#define PINTEST_REPORT_H

#include "engine/engine.h"
#include "machine/facts.h"

/** enum evidence - which checks have their evidence in a record */
enum evidence {
	EVIDENCE_FAILURES,
	EVIDENCE_ALL,
	EVIDENCE_NONE,
};

#define REPORT_ID_LENGTH	33
#define REPORT_TIME_LENGTH	32

/**
 * struct report - a run that outputs tell of
 *
 * @run: its results so far
 * @facts: the machine
 * @abi: version of the interface of the module
 * @page_size: bytes in a page
 * @id: random number that names the run, in hexadecimal
 * @resumes: the same of the run that it goes on with; empty if it is a new one
 * @start: when it began, in UTC, as "2026-11-28T05:00:00Z"
 * @start_ms: the same on the clock of now_ms()
 * @host: name of the machine
 * @shard: "I/N", or NULL
 * @evidence: which checks have their evidence in the record
 * @verbose: with evidence in text and KTAP
 * @arguments: options that chose the checks, @argument_count of them
 * @globs: patterns among them, @glob_count of them
 * @ended: why it ended early, or NULL
 * @signal: the signal that ended it, or 0
 */
struct report {
	const struct run *run;
	struct facts facts;
	unsigned int abi;
	size_t page_size;
	char id[REPORT_ID_LENGTH];
	char resumes[REPORT_ID_LENGTH];
	char start[REPORT_TIME_LENGTH];
	uint64_t start_ms;
	const char *host;
	const char *shard;
	enum evidence evidence;
	bool verbose;
	const char *const *arguments;
	size_t argument_count;
	const char *const *globs;
	size_t glob_count;
	const char *ended;
	int signal;
};

/** report_begin() - say where and when a run begins, and give it an id */
void report_begin(struct report *report, struct pintest *pt);

/** report_complete() - whether every check of the plan has a result */
bool report_complete(const struct report *report);

/** report_count() - how many checks have a verdict */
size_t report_count(const struct report *report, enum verdict verdict);

#endif /* PINTEST_REPORT_H */
