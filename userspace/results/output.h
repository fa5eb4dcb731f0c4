/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Outputs of a run: any number of formats, each to a file of its own or one of
 * them to standard output.
 */
#ifndef PINTEST_OUTPUT_H
#define PINTEST_OUTPUT_H

#include <stdio.h>

#include "report.h"

struct json;

/**
 * struct format - how a run is written
 *
 * @name: its name
 * @is_record: lines reach the disk before the next scenario runs, and the file
 *	can be continued
 * @begin: writes what is known before the first check; or NULL
 * @scenario: writes that a scenario begins; or NULL
 * @result: writes a result; or NULL
 * @end: writes what is known in the end; or NULL
 */
struct format {
	const char *name;
	bool is_record;
	void (*begin)(FILE *out, const struct report *report);
	void (*scenario)(FILE *out, const struct scenario *scenario);
	void (*result)(FILE *out, const struct report *report,
		       const struct result *result);
	void (*end)(FILE *out, const struct report *report);
};

extern const struct format format_text;
extern const struct format format_ktap;
extern const struct format format_json;
extern const struct format format_record;
extern const struct format format_junit;
extern const struct format format_kcidb;
extern const struct format format_markdown;

#define OUTPUTS_MAX	16

/** struct outputs - where a run is written to; @count of them */
struct outputs {
	struct output {
		const struct format *format;
		const char *path;
		FILE *out;
		off_t whole;
	} output[OUTPUTS_MAX];
	size_t count;
};

/**
 * outputs_add() - write in one more format
 * @outputs: takes it
 * @text: "FORMAT" for standard output, or "FORMAT:FILE"
 * @why: what is wrong with it
 *
 * Return: 0; or -EINVAL.
 */
int outputs_add(struct outputs *outputs, const char *text, struct reason *why);

/**
 * outputs_open() - open the files
 * @outputs: the outputs; text for people is added to them if none of them goes
 *	to standard output
 * @resume: an existing record that is continued, or NULL
 * @length: how many bytes of it are complete lines
 * @why: which file cannot be written
 *
 * Return: 0 or -errno.
 */
int outputs_open(struct outputs *outputs, const char *resume, off_t length,
		 struct reason *why);

/*
 * outputs_begin(), outputs_scenario(), outputs_result(), outputs_end() - write
 *
 * Return: 0; or -errno if one of them cannot be written, which @why tells.
 */
int outputs_begin(struct outputs *outputs, const struct report *report,
		  struct reason *why);
int outputs_scenario(struct outputs *outputs, const struct scenario *scenario,
		     struct reason *why);
int outputs_result(struct outputs *outputs, const struct report *report,
		   const struct result *result, struct reason *why);
int outputs_end(struct outputs *outputs, const struct report *report,
		struct reason *why);

/** outputs_record() - the file that the record is written to, or NULL */
const char *outputs_record(const struct outputs *outputs);

/** record_evidence() - write what was seen as a member of a record's line */
void record_evidence(struct json *json, const struct observations *seen);

#endif /* PINTEST_OUTPUT_H */
