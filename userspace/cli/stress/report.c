// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports of pintest stress.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "console/cli.h"
#include "console/table.h"
#include "report.h"

static void write_scene(struct cell *cell, const void *row)
{
	cell_text(cell, ((const struct stress_total *)row)->scene->id);
}

static void write_what(struct cell *cell, const void *row)
{
	cell_text(cell, ((const struct stress_total *)row)->scene->what);
}

static void write_rounds(struct cell *cell, const void *row)
{
	cell_number(cell, ((const struct stress_total *)row)->rounds);
}

static void write_pins(struct cell *cell, const void *row)
{
	const struct stress_result *result =
		&((const struct stress_total *)row)->result;

	cell_number(cell, result->pins[0] + result->pins[1]);
}

static void write_refused(struct cell *cell, const void *row)
{
	cell_number(cell, ((const struct stress_total *)row)->result.refused);
}

static void write_found(struct cell *cell, const void *row, bool writes,
			enum stress_finding finding)
{
	const struct stress_total *total = row;

	cell_number(cell, total->result.found[writes][finding]);
}

static void write_stale_ro(struct cell *cell, const void *row)
{
	write_found(cell, row, false, STRESS_STALE);
}

static void write_stale_rw(struct cell *cell, const void *row)
{
	write_found(cell, row, true, STRESS_STALE);
}

static void write_lost(struct cell *cell, const void *row)
{
	write_found(cell, row, true, STRESS_LOST);
}

static void write_foreign(struct cell *cell, const void *row)
{
	const struct stress_result *result =
		&((const struct stress_total *)row)->result;

	cell_number(cell, result->found[0][STRESS_FOREIGN] +
			  result->found[1][STRESS_FOREIGN]);
}

static void write_first_failure(struct cell *cell, const void *row)
{
	const struct stress_total *total = row;

	if (total->first_failure)
		cell_number(cell, total->first_failure);
}

static const struct column columns[] = {
	{ "SCENE", COLUMN_TEXT, COLUMN_ALWAYS, "its id", write_scene },
	{ "WHAT", COLUMN_TEXT, COLUMN_MORE, "what happens", write_what },
	{ "ROUNDS", COLUMN_NUMBER, COLUMN_ALWAYS, "rounds played",
	  write_rounds },
	{ "PINS", COLUMN_NUMBER, COLUMN_ALWAYS, "pinned pages looked at",
	  write_pins },
	{ "REFUSED", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pages that the kernel refused meanwhile", write_refused },
	{ "STALE-RO", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "read-only pins that do not read what the process stored",
	  write_stale_ro },
	{ "STALE-RW", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "the same of pins for writing", write_stale_rw },
	{ "LOST", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pins for writing whose writes the process does not load",
	  write_lost },
	{ "FOREIGN", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pins that read what nobody stored there", write_foreign },
	{ "FIRST-FAILURE", COLUMN_NUMBER, COLUMN_MORE,
	  "number of the first round with a failure", write_first_failure },
	{ 0 },
};

static enum cli_exit verdict_of(const struct stress_total *total)
{
	if (stress_failures(&total->result))
		return CLI_FAILED;
	if (total->error == -EOPNOTSUPP)
		return CLI_SKIPPED;
	if (total->error)
		return CLI_BROKEN;
	if (!total->rounds)
		return CLI_SKIPPED;
	return total->result.pins[0] + total->result.pins[1] ? CLI_PASSED :
							       CLI_BROKEN;
}

static const char *skip_text(const struct stress_total *total)
{
	return total->error ? total->why.text :
			      "no round was played: raise --seconds";
}

static const char *pin_text(const struct stress_example *example, char *buf,
			    size_t size)
{
	char flags[64];

	pintest_format_mask(PINTEST_NAMES_FOLL, example->foll, flags,
			    sizeof(flags));
	snprintf(buf, size, "pin by %s with flags %s",
		 pintest_name(PINTEST_NAMES_API, example->api), flags);
	return buf;
}

static void print_example(const char *prefix,
			  const struct stress_example *example)
{
	static const char *const formats[STRESS_FINDINGS] = {
		[STRESS_STALE] = "reads 0x%" PRIx64 ", the process stored 0x%" PRIx64,
		[STRESS_LOST] = "is not the process's page: that loads 0x%" PRIx64
				", 0x%" PRIx64 " was written through the pin",
		[STRESS_FOREIGN] = "reads 0x%" PRIx64
				   ", which nobody stored there; 0x%" PRIx64 " was",
	};
	char pin[128];

	printf("%sa %s, page %zu, ", prefix, pin_text(example, pin,
						      sizeof(pin)),
	       example->unit);
	printf(formats[example->finding], example->seen, example->expected);
	putchar('\n');
}

/* Why a scene did not pass, and how to play that round again. */
static void print_reasons(const struct stress_run *run,
			  const struct stress_total *total, const char *prefix)
{
	enum cli_exit verdict = verdict_of(total);

	if (verdict == CLI_FAILED)
		print_example(prefix, &total->result.example);
	if (verdict == CLI_BROKEN)
		printf("%s%s\n", prefix, total->error ? total->why.text :
		       "every pin was refused");
	if (total->first_failure)
		printf("%sround %" PRIu64 ", again: pintest stress --seconds 0 --seed %"
		       PRIu64 " --round %" PRIu64 "%s%s\n", prefix,
		       total->first_failure, run->seed, total->first_failure,
		       run->ways ? " --ways " : "",
		       run->ways ? run->ways : "");
}

static const char *word_of(enum cli_exit verdict)
{
	switch (verdict) {
	case CLI_FAILED:
		return "FAIL";
	case CLI_BROKEN:
		return "BROKEN";
	case CLI_SKIPPED:
		return "SKIP";
	default:
		return "PASS";
	}
}

static uint64_t all_pins(const struct stress_run *run)
{
	uint64_t pins = 0;
	size_t i;

	for (i = 0; i < run->count; i++)
		pins += run->totals[i].result.pins[0] +
			run->totals[i].result.pins[1];
	return pins;
}

static void print_text(const struct stress_run *run)
{
	uint64_t failures = 0, pins = all_pins(run);
	size_t i;

	putchar('\n');
	for (i = 0; i < run->count; i++) {
		const struct stress_total *total = &run->totals[i];
		enum cli_exit verdict = verdict_of(total);

		failures += stress_failures(&total->result);
		if (verdict == CLI_PASSED)
			continue;
		printf("%s %s%s%s\n", word_of(verdict), total->scene->id,
		       verdict == CLI_SKIPPED ? ": " : "",
		       verdict == CLI_SKIPPED ? skip_text(total) : "");
		print_reasons(run, total, "  ");
	}
	printf("seed %" PRIu64 ": %" PRIu64 " pins in %.0f s, %.0f a second; %"
	       PRIu64 " of them failed\n", run->seed, pins, run->seconds,
	       run->seconds > 0 ? pins / run->seconds : 0, failures);
}

void stress_report(const struct stress_run *run, bool json)
{
	struct table *table = table_new("scenes", columns, NULL, json);
	size_t i;

	for (i = 0; i < run->count; i++)
		table_add(table, &run->totals[i]);
	table_print(table);
	if (!json)
		print_text(run);
}

static void print_ktap(const struct stress_run *run, size_t i)
{
	const struct stress_total *total = &run->totals[i];
	enum cli_exit verdict = verdict_of(total);
	const char *directive = "";

	print_reasons(run, total, "# ");
	if (verdict == CLI_BROKEN)
		directive = " # ERROR it could not be played";
	printf("%s %zu stress.%s%s", verdict == CLI_FAILED ||
	       verdict == CLI_BROKEN ? "not ok" : "ok", i + 1,
	       total->scene->id, directive);
	if (verdict == CLI_SKIPPED)
		printf(" # SKIP %s", skip_text(total));
	putchar('\n');
}

void stress_report_ktap(const struct stress_run *run)
{
	size_t i;

	printf("KTAP version 1\n1..%zu\n", run->count);
	for (i = 0; i < run->count; i++)
		print_ktap(run, i);
	printf("# seed %" PRIu64 ": %" PRIu64 " pins, %.0f a second\n",
	       run->seed, all_pins(run),
	       run->seconds > 0 ? all_pins(run) / run->seconds : 0);
}

/* A failure says more than what could not be played. */
int stress_exit(const struct stress_run *run)
{
	bool failed = false, broken = run->unrestored, passed = false;
	size_t i;

	for (i = 0; i < run->count; i++) {
		enum cli_exit verdict = verdict_of(&run->totals[i]);

		failed |= verdict == CLI_FAILED;
		broken |= verdict == CLI_BROKEN;
		passed |= verdict == CLI_PASSED;
	}
	if (failed)
		return CLI_FAILED;
	if (broken)
		return CLI_BROKEN;
	return passed ? CLI_PASSED : CLI_SKIPPED;
}
