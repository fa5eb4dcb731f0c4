/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables: one description of columns makes text, JSON, the argument of
 * --columns and its help.
 */
#ifndef PINTEST_TABLE_H
#define PINTEST_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "pintest.h"

/**
 * enum column_type - how JSON writes the cells of a column
 *
 * @COLUMN_TEXT: as a string, quoted
 * @COLUMN_NUMBER: as it is; in text it is aligned to the right
 * @COLUMN_RAW: as it is: true, false, a list or an object
 */
enum column_type {
	COLUMN_TEXT,
	COLUMN_NUMBER,
	COLUMN_RAW,
};

/**
 * enum column_show - where a column is seen unless --columns says otherwise
 *
 * @COLUMN_ALWAYS: in text and in JSON
 * @COLUMN_MORE: in JSON only
 */
enum column_show {
	COLUMN_ALWAYS,
	COLUMN_MORE,
};

/**
 * struct cell - where a column writes the cell of a row
 *
 * @out: the cell; nothing written means unknown: blank, and null in JSON
 * @json: written for JSON
 */
struct cell {
	FILE *out;
	bool json;
};

/**
 * struct column - a column of a table
 *
 * @name: heading, upper case; in lower case the key in JSON. NULL after the
 *	last column
 * @type: how JSON writes it
 * @show: whether it is shown without being asked for
 * @help: what it tells, in half a sentence
 * @write: writes the cell of @row
 */
struct column {
	const char *name;
	enum column_type type;
	enum column_show show;
	const char *help;
	void (*write)(struct cell *cell, const void *row);
};

/** cell_text() - write a string; NULL is unknown */
void cell_text(struct cell *cell, const char *text);

/** cell_number() - write a number */
void cell_number(struct cell *cell, int64_t value);

/** cell_hex() - write a number: hex in text, decimal in JSON */
void cell_hex(struct cell *cell, uint64_t value);

/** cell_bool() - write "yes" or "no", true or false in JSON; COLUMN_RAW */
void cell_bool(struct cell *cell, bool value);

/**
 * cell_names() - write names of bits: "anon,lru", a list in JSON; COLUMN_RAW
 * @cell: the cell
 * @table: names of the bits; text has the brief ones
 * @mask: the bits
 */
void cell_names(struct cell *cell, enum pintest_names table, uint64_t mask);

/**
 * cell_list() - write names of bits in full, "none" if there is no bit;
 *	COLUMN_RAW
 */
void cell_list(struct cell *cell, enum pintest_names table, uint64_t mask);

/** cell_name() - write the name of a number; text has the brief one */
void cell_name(struct cell *cell, enum pintest_names table, uint64_t value);

/** struct table - rows to be printed */
struct table;

/**
 * table_new() - begin a table
 * @name: key of the list of rows in JSON
 * @columns: all columns, ended by an empty one
 * @wanted: columns to show: names separated by commas in any case, a leading
 *	"+" adds them to those shown anyway; NULL for those
 * @json: print it as JSON
 *
 * Return: the table, or NULL if @wanted has a name that is not a column's:
 * see columns_unknown().
 */
struct table *table_new(const char *name, const struct column *columns,
			const char *wanted, bool json);

/** table_add() - add a row; @row is read now and not kept */
void table_add(struct table *table, const void *row);

/** table_free() - free a table that is not printed */
void table_free(struct table *table);

/** table_print() - print the table on standard output and free it */
void table_print(struct table *table);

/** table_print_to() - the same on @out */
void table_print_to(struct table *table, FILE *out);

/**
 * table_write() - write the table of a COLUMN_RAW cell and free it
 * @table: a table made for JSON
 * @cell: a cell written for JSON
 *
 * The cell becomes the list of rows; the name of the table is not used.
 */
void table_write(struct table *table, struct cell *cell);

/** row_print() - print one row on standard output, a line for each column */
void row_print(const struct column *columns, const void *row);

/**
 * columns_unknown() - first word of a list of columns that is not one
 * @columns: all columns, ended by an empty one
 * @wanted: the list, as for table_new(), or NULL
 *
 * Return: where it stands in @wanted, or NULL if all are known.
 */
const char *columns_unknown(const struct column *columns, const char *wanted);

/** columns_help() - print the columns for --help */
void columns_help(const struct column *columns, FILE *out);

#endif /* PINTEST_TABLE_H */
