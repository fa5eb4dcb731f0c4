/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON on one line, as records have it: written member by member, and read.
 */
#ifndef PINTEST_JSON_LINE_H
#define PINTEST_JSON_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct json - a line in the making
 *
 * @out: where it is written to
 * @comma: something stands before the next member
 */
struct json {
	FILE *out;
	bool comma;
};

/** json_open() - begin an object '{' or a list '['; @key is NULL in a list */
void json_open(struct json *json, const char *key, char bracket);

/** json_close() - end it, with '}' or ']' */
void json_close(struct json *json, char bracket);

/** json_text() - a string; nothing at all if @text is NULL or empty */
void json_text(struct json *json, const char *key, const char *text);

/** json_number() - a whole number */
void json_number(struct json *json, const char *key, int64_t value);

/** json_bool() - true or false */
void json_bool(struct json *json, const char *key, bool value);

/**
 * json_find_text() - read a string that is a member of an object
 * @line: the object
 * @key: name of the member
 * @text: takes it, cut if it is too long
 * @size: bytes there
 *
 * Return: whether there is one.
 */
bool json_find_text(const char *line, const char *key, char *text,
		    size_t size);

/** json_find_number() - read a whole number in the same way */
bool json_find_number(const char *line, const char *key, int64_t *value);

/** json_find_item() - read string number @index of a list in the same way */
bool json_find_item(const char *line, const char *key, size_t index,
		    char *text, size_t size);

#endif /* PINTEST_JSON_LINE_H */
