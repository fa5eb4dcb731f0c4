// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables on libsmartcols. It writes number cells into JSON as they are, which
 * is how lists, booleans and tables in tables get there: all releases do
 * that, while lists and unknown booleans of its own came late.
 */
#include <ctype.h>
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libsmartcols.h>

#include "cli.h"
#include "table.h"

#define NAME_WIDTH	14

/* Cells are written into @out one after the other: it is costly to open. */
struct table {
	struct libscols_table *lines;
	const struct column **shown;
	size_t count;
	bool json;
	FILE *out;
	char *text;
	size_t size;
};

static void no_memory(void)
{
	errx(CLI_FAILED, "no memory left for a table");
}

void cell_text(struct cell *cell, const char *text)
{
	if (text)
		fputs(text, cell->out);
}

void cell_number(struct cell *cell, int64_t value)
{
	fprintf(cell->out, "%" PRId64, value);
}

void cell_hex(struct cell *cell, uint64_t value)
{
	fprintf(cell->out, cell->json ? "%" PRIu64 : "0x%" PRIx64, value);
}

void cell_bool(struct cell *cell, bool value)
{
	if (cell->json)
		fputs(value ? "true" : "false", cell->out);
	else
		fputs(value ? "yes" : "no", cell->out);
}

static void write_names(struct cell *cell, enum pintest_names table,
			uint64_t mask, bool brief)
{
	const struct pintest_name *names;
	const char *comma = "";
	size_t i, count;

	names = pintest_names(table, &count);
	for (i = 0; i < count; i++) {
		if (!(mask & names[i].value))
			continue;
		fprintf(cell->out, cell->json ? "%s\"%s\"" : "%s%s", comma,
			brief ? names[i].brief : names[i].name);
		comma = ",";
	}
}

void cell_names(struct cell *cell, enum pintest_names table, uint64_t mask)
{
	if (cell->json)
		cell_list(cell, table, mask);
	else
		write_names(cell, table, mask, true);
}

void cell_list(struct cell *cell, enum pintest_names table, uint64_t mask)
{
	if (cell->json) {
		fputc('[', cell->out);
		write_names(cell, table, mask, false);
		fputc(']', cell->out);
	} else if (mask) {
		write_names(cell, table, mask, false);
	} else {
		fputs("none", cell->out);
	}
}

void cell_name(struct cell *cell, enum pintest_names table, uint64_t value)
{
	const struct pintest_name *names;
	size_t i, count;

	names = pintest_names(table, &count);
	for (i = 0; i < count; i++) {
		if (names[i].value == value) {
			fputs(cell->json ? names[i].name : names[i].brief,
			      cell->out);
			return;
		}
	}
	fprintf(cell->out, "%" PRIu64, value);
}

static const struct column *find_column(const struct column *columns,
					const char *name, size_t length)
{
	for (; columns->name; columns++)
		if (strlen(columns->name) == length &&
		    !strncasecmp(columns->name, name, length))
			return columns;
	return NULL;
}

static void show_column(struct table *table, const struct column *column)
{
	table->shown = reallocarray(table->shown, table->count + 1,
				    sizeof(table->shown[0]));
	if (!table->shown)
		no_memory();
	table->shown[table->count++] = column;
}

static void choose_columns(struct table *table, const struct column *columns,
			   const char *wanted)
{
	const struct column *column;
	size_t length;

	if (!wanted || *wanted == '+')
		for (column = columns; column->name; column++)
			if (table->json || column->show == COLUMN_ALWAYS)
				show_column(table, column);
	if (!wanted)
		return;
	for (wanted += *wanted == '+';; wanted += length + 1) {
		length = strcspn(wanted, ",");
		show_column(table, find_column(columns, wanted, length));
		if (!wanted[length])
			return;
	}
}

static void make_columns(struct table *table)
{
	struct libscols_column *made;
	size_t i;

	for (i = 0; i < table->count; i++) {
		made = scols_table_new_column(table->lines,
				table->shown[i]->name, 0.1,
				table->shown[i]->type == COLUMN_NUMBER ?
				SCOLS_FL_RIGHT : 0);
		if (!made)
			no_memory();
		scols_column_set_json_type(made,
				table->shown[i]->type == COLUMN_TEXT ?
				SCOLS_JSON_STRING : SCOLS_JSON_NUMBER);
	}
}

struct table *table_new(const char *name, const struct column *columns,
			const char *wanted, bool json)
{
	struct table *table;

	if (columns_unknown(columns, wanted))
		return NULL;
	table = calloc(1, sizeof(*table));
	if (!table)
		no_memory();
	table->json = json;
	choose_columns(table, columns, wanted);
	table->lines = scols_new_table();
	table->out = open_memstream(&table->text, &table->size);
	if (!table->lines || !table->out ||
	    scols_table_set_name(table->lines, name))
		no_memory();
	scols_table_enable_json(table->lines, json);
	make_columns(table);
	return table;
}

static char *write_cell(struct table *table, const struct column *column,
			const void *row)
{
	struct cell cell = { .out = table->out, .json = table->json };
	char *text;

	rewind(table->out);
	column->write(&cell, row);
	if (fflush(table->out))
		no_memory();
	text = strndup(table->text, table->size);
	if (!text)
		no_memory();
	return text;
}

void table_add(struct table *table, const void *row)
{
	struct libscols_line *line = scols_table_new_line(table->lines, NULL);
	size_t i;

	if (!line)
		no_memory();
	for (i = 0; i < table->count; i++)
		if (scols_line_refer_data(line, i,
					  write_cell(table, table->shown[i],
						     row)))
			no_memory();
}

void table_free(struct table *table)
{
	scols_unref_table(table->lines);
	fclose(table->out);
	free(table->text);
	free(table->shown);
	free(table);
}

void table_print_to(struct table *table, FILE *out)
{
	scols_table_set_stream(table->lines, out);
	if (scols_print_table(table->lines))
		no_memory();
	table_free(table);
}

void table_print(struct table *table)
{
	table_print_to(table, stdout);
}

/*
 * Of { "name": [ rows ] } the rows, on one line: strings have no newline in
 * JSON, so that each one, and the blanks after it, is layout.
 */
static void write_rows(const char *text, FILE *out)
{
	const char *end = strrchr(text, ']');

	for (text = strchr(text, '['); text && text <= end; text++) {
		if (*text == '\n')
			text += strspn(text, "\n ") - 1;
		else
			fputc(*text, out);
	}
}

void table_write(struct table *table, struct cell *cell)
{
	char *text;

	if (scols_table_is_empty(table->lines)) {
		fputs("[]", cell->out);
	} else {
		if (scols_print_table_to_string(table->lines, &text))
			no_memory();
		write_rows(text, cell->out);
		free(text);
	}
	table_free(table);
}

const char *columns_unknown(const struct column *columns, const char *wanted)
{
	size_t length;

	if (!wanted)
		return NULL;
	for (wanted += *wanted == '+';; wanted += length + 1) {
		length = strcspn(wanted, ",");
		if (!find_column(columns, wanted, length))
			return wanted;
		if (!wanted[length])
			return NULL;
	}
}

void row_print(const struct column *columns, const void *row)
{
	struct cell cell = { .out = stdout };

	for (; columns->name; columns++) {
		if (columns->show != COLUMN_ALWAYS)
			continue;
		printf("%-*s ", NAME_WIDTH, columns->name);
		columns->write(&cell, row);
		putchar('\n');
	}
}

void columns_help(const struct column *columns, FILE *out)
{
	for (; columns->name; columns++)
		fprintf(out, "  %-*s %s%s\n", NAME_WIDTH, columns->name,
			columns->help,
			columns->show == COLUMN_MORE ? " (if asked for)" : "");
}
