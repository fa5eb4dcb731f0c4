/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of what `pintest report` prints.
 *
 * A report is sent to a public list. Nothing is in it that an allow-list does not
 * name: words of the command line, lines of the kernel's configuration, fields of
 * files in /proc. Page frames are p1, p2, ... in texts, and 1, 2, ... in records.
 */
#ifndef PINTEST_CLI_REPORT_H
#define PINTEST_CLI_REPORT_H

#include <stdio.h>

#include "engine/engine.h"

/** report_heading() - begin a section */
void report_heading(FILE *out, const char *title);

/** report_kernel() - kernel, distribution, taint, command line, configuration */
void report_kernel(FILE *out);

/** report_settings() - THP, KSM, huge pages, CMA, NUMA, swap */
void report_settings(FILE *out);

/**
 * frames_rename() - number page frames in the order in which they come
 * @seen: its records; addresses become offsets
 */
void frames_rename(struct observations *seen);

/** report_pages() - what was read of the pages of a result, and their records */
void report_pages(FILE *out, const struct result *result);

/** report_mapping() - the entry of smaps for an address; @pid 0 is this process */
void report_mapping(FILE *out, pid_t pid, uint64_t addr);

/** report_siblings() - verdicts of the same memory and event, pinned otherwise */
void report_siblings(FILE *out, const struct run *run);

/** struct counters - counters of /proc/vmstat that have to do with pins */
struct counters {
	uint64_t value[32];
};

/** counters_read() - read them */
void counters_read(struct counters *counters);

/** report_counters() - those that have changed since @before */
void report_counters(FILE *out, const struct counters *before);

/** struct kernel_log - the kernel's log, from now on */
struct kernel_log {
	int fd;
};

/** kernel_log_open() - begin to listen */
void kernel_log_open(struct kernel_log *log);

/** report_log() - lines of mm since then, without addresses; closes the log */
void report_log(FILE *out, struct kernel_log *log);

/**
 * report_addresses() - where to send it
 * @out: the report
 * @source: directory of a kernel source; NULL looks for that of this kernel
 */
void report_addresses(FILE *out, const char *source);

/** report_record() - the record of a run, without what names the machine */
void report_record(FILE *out, struct pintest *pt, const struct run *run);

/**
 * report_pack() - make a tarball beside a directory, and print its name
 * @directory: the directory; its name is not in the tarball
 * @names: files there, ended by NULL
 *
 * Ends the command if it cannot be written.
 */
void report_pack(const char *directory, const char *const *names);

/**
 * reproducer_write() - write a program that shows the same without pintest
 * @out: where to
 * @scenario: what was done
 * @id: id of the check
 *
 * Return: whether there is one.
 */
bool reproducer_write(FILE *out, const struct scenario *scenario,
		      const char *id);

/**
 * reproducer_copy() - copy a program as one file that a compiler takes as it is
 * @out: where to
 * @directory: where it is, with the headers that it includes
 * @name: its file
 *
 * Return: whether it is there.
 */
bool reproducer_copy(FILE *out, const char *directory, const char *name);

/* What may be told of lines that hold more; pure. */

/** redact_cmdline() - the words of a kernel command line that may be told */
void redact_cmdline(FILE *out, const char *line);

/** redact_option() - whether a word of it may be told */
bool redact_option(const char *word);

/** redact_reason() - take paths out of a reason, but for those of the kernel */
void redact_reason(struct reason *why);

/** redact_config() - whether a line of a kernel configuration may be told */
bool redact_config(const char *line);

/** redact_log() - a line of the kernel log, if it may be told */
void redact_log(FILE *out, const char *line);

/** redact_smaps() - whether a field of smaps may be told */
bool redact_smaps(const char *line);

#endif /* PINTEST_CLI_REPORT_H */
