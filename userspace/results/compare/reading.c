// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading records: JSON Lines, as pintest-record(5) describes them.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "reading.h"

#define SCHEMA	1

/* What a line is read into. */
struct reader {
	struct comparison *cmp;
	struct record *record;
	struct column *column;
	size_t number;
	struct reason *why;
};

const char *member_text(struct json_object *object, const char *member)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, member, &value))
		return NULL;
	return json_object_get_string(value);
}

static size_t member_count(struct json_object *object, const char *member)
{
	struct json_object *value;
	int64_t count = 0;

	if (json_object_object_get_ex(object, member, &value))
		count = json_object_get_int64(value);
	return count > 0 ? count : 0;
}

/* A resumed record has a second line of this kind: the first describes it. */
static int read_run(struct reader *reader, struct json_object *line)
{
	const char *shard = member_text(line, "shard");
	struct record *record = reader->record;

	if (reader->column)
		return 0;
	if (member_count(line, "schema") != SCHEMA)
		return reason(reader->why, -EPROTO,
			      "its schema is %s, and this version reads schema %d: use the pintest that wrote it, or a newer one",
			      member_text(line, "schema") ? : "not told",
			      SCHEMA);
	record->run = json_object_get(line);
	record->plan = member_count(line, "plan");
	reader->column = column_of(reader->cmp, record);
	reader->column->records++;
	reader->column->plan += record->plan;
	if (shard)
		pool_add(&reader->column->shards, shard);
	return 0;
}

static int read_begin(struct reader *reader, struct json_object *line)
{
	snprintf(reader->record->scenario.text, REASON_LENGTH, "%s",
		 member_text(line, "scenario") ? : "");
	return 0;
}

static int read_known(struct reader *reader, struct json_object *line)
{
	const char *id = member_text(line, "id");
	uint32_t number;

	if (!id)
		return 0;
	number = known_number(reader->cmp, id);
	if (!reader->cmp->behaviours[number])
		reader->cmp->behaviours[number] = json_object_get(line);
	return 0;
}

static int read_check(struct reader *reader, struct json_object *line)
{
	reader->record->checks++;
	record_add_check(reader->cmp, reader->column, line);
	return 0;
}

static int read_end(struct reader *reader, struct json_object *line)
{
	struct json_object *complete;

	reader->record->complete =
		json_object_object_get_ex(line, "complete", &complete) &&
		json_object_get_boolean(complete);
	snprintf(reader->record->why.text, REASON_LENGTH, "%s",
		 member_text(line, "why") ? : "");
	return 0;
}

static const struct {
	const char *kind;
	int (*read)(struct reader *reader, struct json_object *line);
} kinds[] = {
	{ "run", read_run },
	{ "begin", read_begin },
	{ "known", read_known },
	{ "check", read_check },
	{ "end", read_end },
};

/* Kinds that are not known were added later, and may be passed over. */
static int read_object(struct reader *reader, struct json_object *line)
{
	const char *kind = member_text(line, "pintest");
	size_t i;

	if (!kind || (!reader->column && strcmp(kind, "run")))
		return reason(reader->why, -EBADMSG,
			      "not a record of a run: line %zu is not one of kind \"run\"",
			      reader->number);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].kind, kind))
			return kinds[i].read(reader, line);
	return 0;
}

static int read_line(struct reader *reader, const char *text)
{
	struct json_object *line = json_tokener_parse(text);
	int ret;

	reader->number++;
	if (!json_object_is_type(line, json_type_object))
		ret = reason(reader->why, -EBADMSG,
			     "not a record of a run: line %zu is not a JSON object",
			     reader->number);
	else
		ret = read_object(reader, line);
	json_object_put(line);
	return ret;
}

/* What has no newline at its end was not written completely. */
static int read_lines(struct reader *reader, FILE *file)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t length;
	int ret = 0;

	errno = 0;
	while (!ret && (length = getline(&text, &room, file)) > 0)
		if (text[length - 1] == '\n')
			ret = read_line(reader, text);
	if (!ret && ferror(file))
		ret = reason(reader->why, -errno, "%s", strerror(errno));
	if (!ret && !reader->column)
		ret = reason(reader->why, -EBADMSG,
			     "not a record of a run: it has no line");
	free(text);
	return ret;
}

static void record_keep(struct comparison *cmp, struct record *record)
{
	cmp->records = room_for(cmp->records, &cmp->record_room,
				cmp->record_count + 1, sizeof(record));
	cmp->records[cmp->record_count++] = record;
}

int comparison_read(struct comparison *cmp, const char *path,
		    struct reason *why)
{
	struct reader reader = { .cmp = cmp, .why = why };
	FILE *file = fopen(path, "r");
	int ret;

	if (!file)
		return reason(why, -errno, "%s", strerror(errno));
	reader.record = calloc(1, sizeof(*reader.record));
	if (!reader.record) {
		fclose(file);
		return reason(why, -ENOMEM, "no memory left");
	}
	reader.record->path = path;
	record_keep(cmp, reader.record);
	ret = read_lines(&reader, file);
	fclose(file);
	if (reader.column && !reader.record->complete)
		reader.column->complete = false;
	return ret;
}
