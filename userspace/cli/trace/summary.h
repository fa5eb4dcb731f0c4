/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a trace comes to: calls by who made them, and what is wrong with these.
 */
#ifndef PINTEST_CLI_TRACE_SUMMARY_H
#define PINTEST_CLI_TRACE_SUMMARY_H

#include "lint.h"
#include "symbols.h"

/**
 * struct trace_group - calls that are alike
 *
 * @caller: who made them, as symbols_caller() tells
 * @first: the first of them, for its call and flags
 * @calls: how many
 * @pages: that they took
 * @failed: how many gave an error
 * @held: pins that are out
 * @longest_ns: the longest time that one was seen to be held
 * @lint: what is wrong with them
 */
struct trace_group {
	const char *caller;
	struct pintest_event first;
	uint64_t calls;
	uint64_t pages;
	uint64_t failed;
	uint64_t held;
	uint64_t longest_ns;
	uint32_t lint;
};

/** struct trace_groups - all groups, in the order in which they came up */
struct trace_groups {
	struct symbols *symbols;
	struct trace_group *all;
	size_t count;
};

/** trace_groups_find() - the group of a call that takes; made if need be */
struct trace_group *trace_groups_find(struct trace_groups *groups,
				      const struct pintest_event *event);

/** trace_groups_add() - count a call; those that give back are in no group */
void trace_groups_add(struct trace_groups *groups,
		      const struct pintest_event *event);

/** trace_groups_hold() - note that a call has pins out, at @now_ns */
void trace_groups_hold(struct trace_groups *groups,
		       const struct pintest_event *event, uint64_t now_ns);

/** trace_groups_print() - print the table of groups, and free it */
void trace_groups_print(struct trace_groups *groups, bool json);

#endif /* PINTEST_CLI_TRACE_SUMMARY_H */
