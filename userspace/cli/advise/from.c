// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts of a record, as pintest-record(5) describes it, instead of checks that
 * are run.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise.h"

/* The results of a record, by the ids of checks. */
struct recorded {
	struct json_object *checks;
	char *kernel;
};

static const char *text_of(struct json_object *line, const char *member)
{
	struct json_object *value;

	if (!json_object_object_get_ex(line, member, &value))
		return NULL;
	return json_object_get_string(value);
}

static void take_line(struct recorded *recorded, struct json_object *line)
{
	const char *kind = text_of(line, "pintest");
	const char *id = text_of(line, "id");
	const char *kernel = text_of(line, "kernel");

	if (!kind)
		return;
	if (!strcmp(kind, "check") && id)
		json_object_object_add(recorded->checks, id,
				       json_object_get(line));
	if (!strcmp(kind, "run") && kernel && !recorded->kernel)
		recorded->kernel = strdup(kernel);
}

struct recorded *recorded_read(const char *path, struct reason *why)
{
	struct recorded *recorded = calloc(1, sizeof(*recorded));
	FILE *file = fopen(path, "re");
	struct json_object *object;
	char *line = NULL;
	size_t room = 0;

	if (!recorded || !file) {
		reason(why, 0, "cannot read %s: %s", path, strerror(errno));
		free(recorded);
		return NULL;
	}
	recorded->checks = json_object_new_object();
	while (getline(&line, &room, file) > 0) {
		object = json_tokener_parse(line);
		take_line(recorded, object);
		json_object_put(object);
	}
	free(line);
	fclose(file);
	if (recorded->kernel)
		return recorded;
	reason(why, 0, "%s is no record of a run: 'pintest check --output jsonl:FILE' writes one",
	       path);
	json_object_put(recorded->checks);
	free(recorded);
	return NULL;
}

const char *recorded_kernel(const struct recorded *recorded)
{
	return recorded->kernel;
}

static const struct known *known_of(const char *id)
{
	size_t i, count;
	const struct known *known = known_behaviours(&count);

	for (i = 0; id && i < count; i++)
		if (!strcmp(known[i].id, id))
			return &known[i];
	return NULL;
}

/* A check that is not in the record stays unmeasured. */
void recorded_fill(const struct recorded *recorded, struct fact *fact)
{
	struct json_object *line;
	const char *verdict, *finding, *reason;

	if (!json_object_object_get_ex(recorded->checks, fact->id, &line))
		return;
	verdict = text_of(line, "verdict");
	finding = text_of(line, "finding");
	reason = text_of(line, "reason");
	if (!verdict || verdict_of(verdict) == VERDICT_COUNT)
		return;
	fact->verdict = verdict_of(verdict);
	fact->finding = finding ? finding_of(finding) : FINDING_NONE;
	fact->known = known_of(text_of(line, "known"));
	fact->reason = reason ? : "";
}

void recorded_free(struct recorded *recorded)
{
	if (!recorded)
		return;
	json_object_put(recorded->checks);
	free(recorded->kernel);
	free(recorded);
}
