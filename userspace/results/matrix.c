// SPDX-License-Identifier: GPL-2.0-only
/*
 * The matrix of a run: a row for each memory kind and access, a column for
 * each way, the worst verdict of the cell's rules and events in it, and last the
 * rules, so that the ids of a cell's checks can be told. Checks that stand alone
 * have a list of their own. If that is too long for a screen, it is a row for each
 * memory kind that something failed with, and a column for each access.
 */
#include <errno.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "results.h"

#define ROWS_MAX	24

struct matrix {
	struct libscols_table *table;
	size_t columns[WAYS_MAX];
	size_t rules;
};

static bool way_is_used(const struct run *run, const struct way *way)
{
	size_t i;

	for (i = 0; i < run->plan->scenario_count; i++)
		if (run->plan->scenarios[i].way == way)
			return true;
	return false;
}

static int add_columns(struct matrix *matrix, const struct run *run)
{
	size_t count, i, columns = 2;
	const struct way *way = ways(&count);

	if (!scols_table_new_column(matrix->table, "MEMORY", 0, 0) ||
	    !scols_table_new_column(matrix->table, "ACCESS", 0, 0))
		return -ENOMEM;
	for (i = 0; i < count && i < WAYS_MAX; i++) {
		if (!way_is_used(run, &way[i]))
			continue;
		matrix->columns[i] = columns++;
		if (!scols_table_new_column(matrix->table, way[i].id, 0, 0))
			return -ENOMEM;
	}
	matrix->rules = columns;
	return scols_table_new_column(matrix->table, "RULES", 0, 0) ? 0 :
								      -ENOMEM;
}

/* A rule that begins with the access is told by the rest: -page. */
static void write_rule(FILE *out, const struct rule *rule, const char *access)
{
	size_t length = strlen(access);
	bool begins = !strncmp(rule->id, access, length) &&
		      rule->id[length] == '-';

	fprintf(out, "%s%s", ftell(out) ? " " : "",
		rule->id + (begins ? length : 0));
}

/* @used has a bit for each row of the table of rules. */
static int fill_rules(const struct matrix *matrix, struct libscols_line *line,
		      const struct access *access, uint64_t used)
{
	size_t count, size, i;
	const struct rule *table = rules(&count);
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		if (used & 1ULL << i)
			write_rule(out, &table[i], access->id);
	if (fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	return scols_line_refer_data(line, matrix->rules, text);
}

/* Results of one row stand together: they begin at @first. */
static bool same_row(const struct result *a, const struct result *b)
{
	return a->scenario->memory == b->scenario->memory &&
	       a->scenario->access == b->scenario->access;
}

static int fill_row(struct matrix *matrix, const struct run *run,
		    size_t *first)
{
	const struct result *row = &run->results[*first];
	struct libscols_line *line = scols_table_new_line(matrix->table, NULL);
	enum verdict worst[WAYS_MAX];
	size_t count, way;
	const struct way *table = ways(&count);
	const struct rule *first_rule = rules(&(size_t) { 0 });
	uint64_t used = 0, judged = 0;

	if (!line)
		return -ENOMEM;
	scols_line_set_data(line, 0, row->scenario->memory->id);
	scols_line_set_data(line, 1, row->scenario->access->id);
	for (; *first < run->result_count &&
	       same_row(row, &run->results[*first]); ++*first) {
		const struct result *result = &run->results[*first];
		enum verdict verdict = result->judgement.verdict;

		way = result->scenario->way - table;
		worst[way] = used & 1ULL << way ?
			     verdict_worse(worst[way], verdict) : verdict;
		used |= 1ULL << way;
		judged |= 1ULL << (result->check->rule - first_rule);
	}
	for (way = 0; way < count; way++)
		if (used & 1ULL << way)
			scols_line_set_data(line, matrix->columns[way],
					    verdict_name(worst[way]));
	return fill_rules(matrix, line, row->scenario->access, judged);
}

static int fill_rows(struct matrix *matrix, const struct run *run)
{
	size_t next = 0;
	int ret = add_columns(matrix, run);

	while (!ret && next < run->result_count &&
	       !run->results[next].scenario->story)
		ret = fill_row(matrix, run, &next);
	return ret;
}

static int fill_stories(struct matrix *matrix, const struct run *run)
{
	size_t i;

	if (!scols_table_new_column(matrix->table, "CHECK", 0, 0) ||
	    !scols_table_new_column(matrix->table, "VERDICT", 0, 0))
		return -ENOMEM;
	for (i = 0; i < run->result_count; i++) {
		const struct result *result = &run->results[i];
		struct libscols_line *line;

		if (!result->scenario->story)
			continue;
		line = scols_table_new_line(matrix->table, NULL);
		if (!line)
			return -ENOMEM;
		scols_line_set_data(line, 0, result->check->id);
		scols_line_set_data(line, 1,
				    verdict_name(result->judgement.verdict));
	}
	return 0;
}

static int print_matrix(FILE *out, const struct run *run,
			int (*fill)(struct matrix *matrix,
				    const struct run *run))
{
	struct matrix matrix = { .table = scols_new_table() };
	int ret;

	if (!matrix.table)
		return -ENOMEM;
	scols_table_set_stream(matrix.table, out);
	ret = fill(&matrix, run);
	if (!ret)
		ret = scols_print_table(matrix.table);
	scols_unref_table(matrix.table);
	return ret;
}

static bool access_is_used(const struct run *run, const struct access *access)
{
	size_t i;

	for (i = 0; i < run->result_count; i++)
		if (run->results[i].scenario->access == access)
			return true;
	return false;
}

static int add_accesses(struct matrix *matrix, const struct run *run)
{
	size_t count, i, columns = 1;
	const struct access *access = accesses(&count);

	if (!scols_table_new_column(matrix->table, "MEMORY", 0, 0))
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		if (!access_is_used(run, &access[i]))
			continue;
		matrix->columns[i] = columns++;
		if (!scols_table_new_column(matrix->table, access[i].id, 0, 0))
			return -ENOMEM;
	}
	return 0;
}

/* Worst verdicts of one memory kind, whose results begin at @first. */
static size_t kind_worst(const struct run *run, size_t first,
			 enum verdict worst[ACCESS_ROWS], uint64_t *used)
{
	const struct memory_kind *kind = run->results[first].scenario->memory;
	size_t i;

	*used = 0;
	for (i = first; i < run->result_count &&
			run->results[i].scenario->memory == kind; i++) {
		const struct result *result = &run->results[i];
		size_t access = result->scenario->access - access_table;
		enum verdict verdict = result->judgement.verdict;

		worst[access] = *used & 1ULL << access ?
			verdict_worse(worst[access], verdict) : verdict;
		*used |= 1ULL << access;
	}
	return i;
}

static bool any_fails(const enum verdict *worst, uint64_t used)
{
	size_t i;

	for (i = 0; i < ACCESS_ROWS; i++)
		if (used & 1ULL << i && verdict_fails(worst[i]))
			return true;
	return false;
}

static int fill_kind(struct matrix *matrix, const struct memory_kind *kind,
		     const enum verdict *worst, uint64_t used)
{
	struct libscols_line *line = scols_table_new_line(matrix->table, NULL);
	size_t i;

	if (!line)
		return -ENOMEM;
	scols_line_set_data(line, 0, kind->id);
	for (i = 0; i < ACCESS_ROWS; i++)
		if (used & 1ULL << i)
			scols_line_set_data(line, matrix->columns[i],
					    verdict_name(worst[i]));
	return 0;
}

static int fill_kinds(struct matrix *matrix, const struct run *run)
{
	enum verdict worst[ACCESS_ROWS];
	size_t next = 0, first;
	uint64_t used;
	int ret = add_accesses(matrix, run);

	while (!ret && next < run->result_count &&
	       !run->results[next].scenario->story) {
		first = next;
		next = kind_worst(run, first, worst, &used);
		if (any_fails(worst, used))
			ret = fill_kind(matrix,
					run->results[first].scenario->memory,
					worst, used);
	}
	return ret;
}

/* How many memory kinds there are, and with how many something failed. */
static size_t count_kinds(const struct run *run, size_t *failing)
{
	enum verdict worst[ACCESS_ROWS];
	size_t next = 0, kinds = 0;
	uint64_t used;

	*failing = 0;
	while (next < run->result_count &&
	       !run->results[next].scenario->story) {
		next = kind_worst(run, next, worst, &used);
		*failing += any_fails(worst, used);
		kinds++;
	}
	return kinds;
}

static int print_failing(FILE *out, const struct run *run)
{
	size_t failing, kinds = count_kinds(run, &failing);
	int ret = 0;

	if (failing)
		ret = print_matrix(out, run, fill_kinds);
	if (kinds > failing)
		fprintf(out, "Nothing fails with %s%zu kind%s of memory.\n",
			failing ? "the other " : "any of ", kinds - failing,
			kinds - failing == 1 ? "" : "s");
	return ret;
}

static size_t count_rows(const struct run *run)
{
	size_t i, rows = 0;

	for (i = 0; i < run->result_count; i++)
		rows += !i || run->results[i].scenario->story ||
			!same_row(&run->results[i - 1], &run->results[i]);
	return rows;
}

/* Those that stand alone come last. */
int report_matrix(FILE *out, const struct run *run, bool all)
{
	size_t count = run->result_count;
	bool products = count && !run->results[0].scenario->story;
	bool alone = count && run->results[count - 1].scenario->story;
	int ret = 0;

	if (!all && count_rows(run) > ROWS_MAX)
		return print_failing(out, run);
	if (products)
		ret = print_matrix(out, run, fill_rows);
	if (products && alone)
		fputc('\n', out);
	if (!ret && alone)
		ret = print_matrix(out, run, fill_stories);
	return ret;
}
