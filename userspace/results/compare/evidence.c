// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evidence, cut down to what can be compared between runs.
 *
 * Page frames have no names of their own but P1, P2, ... in the order in which
 * the check met them. So what is the same page still shows, and evidence of
 * checks that saw the same is the same text, which is kept once.
 */
#include <err.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "array_size.h"
#include "console/cli.h"
#include "reading.h"

/* Two pages at five moments, pinned and mapped. */
#define FRAMES_MAX	32

/* The page frames that a check met. */
struct frames {
	int64_t number[FRAMES_MAX];
	size_t count;
};

static void append_text(struct json_object *list, const char *text)
{
	json_object_array_add(list, json_object_new_string(text ? text : ""));
}

static void append_member(struct json_object *list, struct json_object *from,
			  const char *member)
{
	struct json_object *value;

	if (json_object_object_get_ex(from, member, &value))
		json_object_array_add(list, json_object_get(value));
	else
		append_text(list, "");
}

static void append_frame(struct json_object *list, struct frames *frames,
			 struct json_object *from, const char *member)
{
	struct json_object *value;
	char name[16] = "";
	size_t i;

	if (json_object_object_get_ex(from, member, &value)) {
		int64_t number = json_object_get_int64(value);

		for (i = 0; i < frames->count; i++)
			if (frames->number[i] == number)
				break;
		if (i == frames->count && i < FRAMES_MAX)
			frames->number[frames->count++] = number;
		snprintf(name, sizeof(name), "P%zu", i + 1);
	}
	append_text(list, name);
}

/* The flags in one text, those that are not known with a question mark. */
static void append_flags(struct json_object *list, struct json_object *from)
{
	static const char *const members[] = { "flags", "unknown" };
	struct json_object *flags;
	char text[512] = "";
	size_t i, j, length = 0;

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		if (!json_object_object_get_ex(from, members[i], &flags) ||
		    !json_object_is_type(flags, json_type_array))
			continue;
		for (j = 0; j < json_object_array_length(flags); j++) {
			length += snprintf(text + length, sizeof(text) - length,
				"%s%s%s", length ? " " : "",
				json_object_get_string(json_object_array_get_idx(flags, j)),
				i ? "?" : "");
			if (length >= sizeof(text))
				length = sizeof(text) - 1;
		}
	}
	append_text(list, text);
}

/* What was read: page, who and when, what. */
static struct json_object *read_sight(struct json_object *seen,
				      struct frames *frames)
{
	struct json_object *list = json_object_new_array();

	(void)frames;
	append_member(list, seen, "page");
	append_member(list, seen, "reading");
	append_member(list, seen, "text");
	return list;
}

/* A page record, in the order of the columns of the page. */
static struct json_object *record_sight(struct json_object *seen,
					struct frames *frames)
{
	static const char *const members[] = {
		"order", "refcount", "mapcount", "pincount", "pincount_kind",
		"zone",
	};
	struct json_object *list = json_object_new_array();
	size_t i;

	append_member(list, seen, "page");
	append_member(list, seen, "moment");
	append_frame(list, frames, seen, "pfn");
	append_frame(list, frames, seen, "mapped_pfn");
	for (i = 0; i < ARRAY_SIZE(members); i++)
		append_member(list, seen, members[i]);
	append_flags(list, seen);
	return list;
}

/* Sights of one kind are added to a list, as numbers. */
static void add_sights(struct comparison *cmp, struct json_object *numbers,
		       struct json_object *evidence, const char *member,
		       struct frames *frames,
		       struct json_object *(*sight)(struct json_object *seen,
						    struct frames *frames))
{
	struct json_object *seen, *list;
	const char *text;
	size_t i;

	if (!json_object_object_get_ex(evidence, member, &seen) ||
	    !json_object_is_type(seen, json_type_array))
		return;
	for (i = 0; i < json_object_array_length(seen); i++) {
		list = sight(json_object_array_get_idx(seen, i), frames);
		text = json_object_to_json_string_ext(list,
						      JSON_C_TO_STRING_PLAIN);
		json_object_array_add(numbers, json_object_new_int64(
				pool_add(&cmp->sights, text)));
		json_object_put(list);
	}
}

uint32_t evidence_add(struct comparison *cmp, struct json_object *evidence)
{
	struct json_object *numbers = json_object_new_array();
	struct frames frames = { .count = 0 };
	uint32_t number = POOL_NONE;

	add_sights(cmp, numbers, evidence, "reads", &frames, read_sight);
	add_sights(cmp, numbers, evidence, "records", &frames, record_sight);
	if (json_object_array_length(numbers))
		number = pool_add(&cmp->evidence,
				  json_object_to_json_string_ext(numbers,
						JSON_C_TO_STRING_PLAIN));
	json_object_put(numbers);
	return number;
}
