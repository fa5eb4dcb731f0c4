// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that a trace has seen, a line each, as text and as JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "lines.h"

static bool gives_back(const struct pintest_event *event)
{
	return PINTEST_CALLS_UNPIN >> event->call & 1;
}

void trace_flags(const struct pintest_event *event, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	if (event->foll || !event->other_foll)
		used = pintest_format_mask(PINTEST_NAMES_FOLL, event->foll,
					   buf, size);
	if (event->other_foll && used < size)
		snprintf(buf + used, size - used, "%s0x%x", used ? "," : "",
			 event->other_foll);
}

static void write_time(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;

	fprintf(cell->out, "%.3f",
		(int64_t)(line->event->time_ns - line->start_ns) / 1e9);
}

void trace_comm(const struct pintest_event *event, FILE *out)
{
	size_t i;

	for (i = 0; i < sizeof(event->comm) && event->comm[i]; i++)
		fputc(' ' <= event->comm[i] && event->comm[i] <= '~' ?
		      event->comm[i] : '?', out);
}

static void write_process(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;

	trace_comm(line->event, cell->out);
	fprintf(cell->out, " %d", line->event->pid);
}

static void write_call(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;

	cell_text(cell, pintest_name(PINTEST_NAMES_TRACED,
				     line->event->call));
}

static void write_addr(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;

	if (line->event->addr)
		cell_hex(cell, line->event->addr);
}

static void write_pages(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;

	cell_number(cell, line->event->pages);
}

/* Of pages that are given back, those whose taker is known. */
static void write_got(struct cell *cell, const void *row)
{
	const struct pintest_event *event =
		((const struct trace_line *)row)->event;

	if (gives_back(event))
		cell_number(cell, event->pins);
	else if (event->result >= 0 || cell->json)
		cell_number(cell, event->result);
	else
		cell_text(cell, strerror(-event->result));
}

static void write_flags(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;
	char flags[160];

	if (gives_back(line->event))
		return;
	trace_flags(line->event, flags, sizeof(flags));
	cell_text(cell, flags);
}

static void write_took(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;
	uint64_t ns = line->event->duration_ns;

	if (cell->json)
		cell_number(cell, ns);
	else if (ns < 10000000)
		fprintf(cell->out, "%" PRIu64 "us", ns / 1000);
	else
		fprintf(cell->out, "%" PRIu64 "ms", ns / 1000000);
}

static void write_caller(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;

	cell_text(cell, symbols_caller(line->symbols, line->event));
}

static void write_pid(struct cell *cell, const void *row)
{
	cell_number(cell, ((const struct trace_line *)row)->event->pid);
}

static void write_owner(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;

	if (line->event->owner)
		cell_number(cell, line->event->owner);
}

static void write_id(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;

	if (line->event->id)
		cell_number(cell, line->event->id);
}

static void write_nested(struct cell *cell, const void *row)
{
	cell_bool(cell, ((const struct trace_line *)row)->event->flags &
			PINTEST_EVENT_NESTED);
}

static void write_stack(struct cell *cell, const void *row)
{
	const struct trace_line *line = row;
	uint32_t i;

	fputc('[', cell->out);
	for (i = 0; i < line->event->nr_callers; i++) {
		fputs(i ? ", " : "", cell->out);
		json_string(cell->out, symbols_name(line->symbols,
						    line->event->callers[i]));
	}
	fputc(']', cell->out);
}

static const struct column columns[] = {
	{ "TIME", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "seconds since the trace began", write_time },
	{ "PROCESS", COLUMN_TEXT, COLUMN_ALWAYS,
	  "thread that made the call", write_process },
	{ "CALL", COLUMN_TEXT, COLUMN_ALWAYS, "function", write_call },
	{ "ADDR", COLUMN_NUMBER, COLUMN_ALWAYS, "address", write_addr },
	{ "PAGES", COLUMN_NUMBER, COLUMN_ALWAYS, "pages asked for",
	  write_pages },
	{ "GOT", COLUMN_NUMBER, COLUMN_ALWAYS, "what it returned", write_got },
	{ "FLAGS", COLUMN_TEXT, COLUMN_ALWAYS, "FOLL flags", write_flags },
	{ "TOOK", COLUMN_NUMBER, COLUMN_ALWAYS, "how long it took",
	  write_took },
	{ "CALLER", COLUMN_TEXT, COLUMN_ALWAYS, "who called", write_caller },
	{ "PID", COLUMN_NUMBER, COLUMN_MORE, "thread", write_pid },
	{ "OWNER", COLUMN_NUMBER, COLUMN_MORE, "whose memory", write_owner },
	{ "ID", COLUMN_NUMBER, COLUMN_MORE, "of the pins", write_id },
	{ "NESTED", COLUMN_RAW, COLUMN_MORE, "made inside another call",
	  write_nested },
	{ "STACK", COLUMN_RAW, COLUMN_MORE, "callers", write_stack },
	{ 0 },
};

/* Of the columns that text has; the last is as long as it is. */
static const int widths[] = { 8, 20, 27, 14, 6, 6, 14, 7, 0 };

void json_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(out, "\\u%04x", *text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static char *cell_of(const struct column *column,
		     const struct trace_line *line, bool json)
{
	struct cell cell = { .json = json };
	size_t size;
	char *text;

	cell.out = open_memstream(&text, &size);
	if (!cell.out)
		abort();
	column->write(&cell, line);
	fclose(cell.out);
	return text;
}

static void print_cell(size_t i, const char *text)
{
	int width = columns[i].type == COLUMN_NUMBER ? widths[i] : -widths[i];

	printf("%s%*s", i ? " " : "", width, text);
}

void trace_lines_head(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(widths); i++)
		print_cell(i, columns[i].name);
	putchar('\n');
}

void trace_line_print(const struct trace_line *line, bool stack)
{
	uint32_t caller;
	char *text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(widths); i++) {
		text = cell_of(&columns[i], line, false);
		print_cell(i, text);
		free(text);
	}
	putchar('\n');
	for (caller = 0; stack && caller < line->event->nr_callers; caller++)
		printf("%*s%s\n", 30, "< ",
		       symbols_name(line->symbols,
				    line->event->callers[caller]));
}

static void print_key(const char *name)
{
	putchar('"');
	for (; *name; name++)
		putchar(*name | ('A' <= *name && *name <= 'Z' ? 0x20 : 0));
	printf("\": ");
}

void trace_line_json(const struct trace_line *line)
{
	const struct column *column;
	char *text;

	putchar('{');
	for (column = columns; column->name; column++) {
		text = cell_of(column, line, true);
		printf("%s", column == columns ? "" : ", ");
		print_key(column->name);
		if (!*text)
			printf("null");
		else if (column->type == COLUMN_TEXT)
			json_string(stdout, text);
		else
			fputs(text, stdout);
		free(text);
	}
	printf("}\n");
}
