// SPDX-License-Identifier: GPL-2.0-only
/*
 * Columns of a comparison: which records are one run, what to call it, and
 * what it lacks.
 */
#include <err.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison.h"
#include "console/cli.h"
#include "reading.h"

void comparison_begin(struct comparison *cmp)
{
	*cmp = (struct comparison) { 0 };
	pool_add(&cmp->words, "");
}

void comparison_free(struct comparison *cmp)
{
	size_t i;

	for (i = 0; i < cmp->record_count; i++) {
		json_object_put(cmp->records[i]->run);
		free(cmp->records[i]);
	}
	for (i = 0; i < cmp->column_count; i++) {
		free(cmp->columns[i].label);
		free(cmp->columns[i].outcomes);
		pool_free(&cmp->columns[i].shards);
	}
	for (i = 0; i < cmp->known.count; i++)
		json_object_put(cmp->behaviours[i]);
	pool_free(&cmp->ids);
	pool_free(&cmp->words);
	pool_free(&cmp->outcomes);
	pool_free(&cmp->evidence);
	pool_free(&cmp->sights);
	pool_free(&cmp->known);
	pool_free(&cmp->disagreed);
	free(cmp->rows);
	free(cmp->outcome);
	free(cmp->behaviours);
	free(cmp->records);
	free(cmp->columns);
}

const char *word(const struct comparison *cmp, uint32_t number)
{
	return cmp->words.text[number];
}

uint32_t known_number(struct comparison *cmp, const char *id)
{
	uint32_t number = pool_find(&cmp->known, id);

	if (number != POOL_NONE)
		return number;
	number = pool_add(&cmp->known, id);
	cmp->behaviours = room_for(cmp->behaviours, &cmp->behaviour_room,
				   number + 1, sizeof(*cmp->behaviours));
	cmp->behaviours[number] = NULL;
	return number;
}

const char *run_text(const struct column *column, const char *member,
		     const char *otherwise)
{
	const char *text = member_text(column->first->run, member);

	return text ? text : otherwise;
}

const struct outcome *outcome_at(const struct comparison *cmp, size_t row,
				 size_t column)
{
	const struct column *c = &cmp->columns[column];

	if (row >= c->room || c->outcomes[row] == POOL_NONE)
		return NULL;
	return &cmp->outcome[c->outcomes[row]];
}

enum outcome_class class_at(const struct comparison *cmp, size_t row,
			    size_t column)
{
	const struct outcome *outcome = outcome_at(cmp, row, column);

	if (outcome)
		return outcome->class;
	return cmp->columns[column].complete ? OUTCOME_UNPLANNED :
					       OUTCOME_LOST;
}

bool outcome_differs(const struct outcome *a, const struct outcome *b)
{
	if (a->class == OUTCOME_SKIPPED && b->class == OUTCOME_SKIPPED)
		return false;
	return a->class != b->class || a->finding != b->finding ||
	       a->known != b->known ||
	       (a->verdict != b->verdict && a->class != OUTCOME_FAILED);
}

static bool same_member(struct json_object *a, struct json_object *b,
			const char *member)
{
	const char *one = member_text(a, member), *two = member_text(b, member);

	return one && two ? !strcmp(one, two) : one == two;
}

static bool same_kernel(struct json_object *a, struct json_object *b)
{
	return same_member(a, b, "kernel") && same_member(a, b, "build") &&
	       same_member(a, b, "machine") &&
	       same_member(a, b, "page_size");
}

/* What N is in "2/8". */
static size_t shards_of(const char *shard)
{
	const char *slash = shard ? strchr(shard, '/') : NULL;

	return slash ? strtoul(slash + 1, NULL, 10) : 0;
}

static bool same_run(const struct comparison *cmp, struct json_object *a,
		     struct json_object *b)
{
	size_t shards = shards_of(member_text(a, "shard"));

	return same_kernel(a, b) &&
	       (cmp->merge ||
		(shards && shards == shards_of(member_text(b, "shard"))));
}

struct column *column_of(struct comparison *cmp, const struct record *record)
{
	struct column *column;
	size_t i;

	for (i = 0; i < cmp->column_count; i++)
		if (!cmp->columns[i].closed &&
		    same_run(cmp, cmp->columns[i].first->run, record->run))
			return &cmp->columns[i];
	cmp->columns = room_for(cmp->columns, &cmp->column_room,
				cmp->column_count + 1, sizeof(*cmp->columns));
	column = &cmp->columns[cmp->column_count++];
	*column = (struct column) { .first = record, .complete = true };
	return column;
}

/* "6.12" of "6.12.117+deb12-amd64" */
static size_t brief_release(const char *release)
{
	size_t major = strspn(release, "0123456789");
	size_t minor = release[major] == '.' ?
		       strspn(release + major + 1, "0123456789") : 0;

	return minor ? major + 1 + minor : strlen(release);
}

static char *format_label(const struct column *column, int attempt)
{
	const char *release = run_text(column, "kernel", "unknown");
	const char *machine = run_text(column, "machine", "");
	const char *path = column->first->path;
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	int brief = brief_release(release), stem = strlen(base);
	char *label;
	int length;

	if (stem > 6 && !strcmp(base + stem - 6, ".jsonl"))
		stem -= 6;
	if (attempt == 0)
		length = asprintf(&label, "%.*s", brief, release);
	else if (attempt == 1)
		length = asprintf(&label, "%.*s %s", brief, release, machine);
	else if (attempt == 2)
		length = asprintf(&label, "%.*s", stem, base);
	else
		length = asprintf(&label, "%s", path);
	if (length < 0)
		errx(CLI_BROKEN, "no memory left for the records");
	return label;
}

static bool labels_are_unique(const struct comparison *cmp)
{
	size_t i, j;

	for (i = 0; i < cmp->column_count; i++)
		for (j = 0; j < i; j++)
			if (!strcmp(cmp->columns[i].label,
				    cmp->columns[j].label))
				return false;
	return true;
}

/* The shortest kind of name that tells all columns apart. */
static void label_columns(struct comparison *cmp)
{
	int attempt;
	size_t i;

	for (attempt = 0; attempt < 4; attempt++) {
		for (i = 0; i < cmp->column_count; i++) {
			free(cmp->columns[i].label);
			cmp->columns[i].label =
				format_label(&cmp->columns[i], attempt);
		}
		if (labels_are_unique(cmp))
			return;
	}
}

void comparison_end(struct comparison *cmp)
{
	size_t i, shards;

	label_columns(cmp);
	for (i = 0; i < cmp->column_count; i++) {
		struct column *column = &cmp->columns[i];

		shards = shards_of(run_text(column, "shard", NULL));
		column->missing_shards = shards > column->shards.count ?
					 shards - column->shards.count : 0;
		if (column->missing_shards)
			column->complete = false;
	}
}
