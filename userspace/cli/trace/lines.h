/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that a trace has seen, a line each.
 */
#ifndef PINTEST_CLI_TRACE_LINES_H
#define PINTEST_CLI_TRACE_LINES_H

#include "console/table.h"
#include "symbols.h"

/**
 * struct trace_line - an event to be printed
 *
 * @event: the event
 * @symbols: names of its callers
 * @start_ns: when the trace began, by CLOCK_MONOTONIC
 */
struct trace_line {
	const struct pintest_event *event;
	struct symbols *symbols;
	uint64_t start_ns;
};

/** trace_flags() - words for FOLL flags, and the number of what has none */
void trace_flags(const struct pintest_event *event, char *buf, size_t size);

/**
 * trace_comm() - print the name of the thread that made a call
 *
 * A thread chooses its name, and may choose what a terminal obeys: what is not
 * printable ASCII is printed as "?".
 */
void trace_comm(const struct pintest_event *event, FILE *out);

/** trace_lines_head() - print the heading of lines */
void trace_lines_head(void);

/** trace_line_print() - print an event as text; @stack: with all callers */
void trace_line_print(const struct trace_line *line, bool stack);

/** trace_line_json() - print an event as a JSON object on a line */
void trace_line_json(const struct trace_line *line);

/** json_string() - print a string as JSON has it */
void json_string(FILE *out, const char *text);

#endif /* PINTEST_CLI_TRACE_LINES_H */
