/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts that read records share.
 */
#ifndef PINTEST_READING_H
#define PINTEST_READING_H

#include "comparison.h"

/** member_text() - a member as text, numbers too; NULL if it is not there */
const char *member_text(struct json_object *object, const char *member);

/** column_of() - the column that a record belongs to, a new one if need be */
struct column *column_of(struct comparison *cmp, const struct record *record);

/** known_number() - the number of a known behaviour in &comparison.known */
uint32_t known_number(struct comparison *cmp, const char *id);

/** record_add_check() - add what a line of kind check tells to a column */
void record_add_check(struct comparison *cmp, struct column *column,
		      struct json_object *line);

#endif /* PINTEST_READING_H */
