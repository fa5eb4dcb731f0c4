// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON on one line. The reader takes what the writer writes, with blanks or
 * without; it needs no library, so that every build can resume a run.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json_line.h"

static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ')
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* What stands before a value. */
static void begin_member(struct json *json, const char *key)
{
	if (json->comma)
		fputc(',', json->out);
	json->comma = true;
	if (!key)
		return;
	write_string(json->out, key);
	fputc(':', json->out);
}

void json_open(struct json *json, const char *key, char bracket)
{
	begin_member(json, key);
	fputc(bracket, json->out);
	json->comma = false;
}

void json_close(struct json *json, char bracket)
{
	fputc(bracket, json->out);
	json->comma = true;
}

void json_text(struct json *json, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	begin_member(json, key);
	write_string(json->out, text);
}

void json_number(struct json *json, const char *key, int64_t value)
{
	begin_member(json, key);
	fprintf(json->out, "%" PRId64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_member(json, key);
	fputs(value ? "true" : "false", json->out);
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* Behind the string that begins here; at the end of a line that is cut. */
static const char *skip_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return at + (*at == '"');
}

/* Behind the value that begins here. */
static const char *skip_value(const char *at)
{
	int depth = 0;

	do {
		if (*at == '"') {
			at = skip_string(at);
			continue;
		}
		if (*at == '{' || *at == '[')
			depth++;
		else if (*at == '}' || *at == ']')
			depth--;
		else if (!depth && *at == ',')
			break;
		if (depth < 0 || !*at)
			break;
		at++;
	} while (depth || (*at && *at != ',' && *at != '}' && *at != ']'));
	return at;
}

/* Whether the string that begins here is @key. */
static bool is_key(const char *at, const char *key)
{
	size_t length = strlen(key);

	return !strncmp(at + 1, key, length) && at[length + 1] == '"';
}

/* The value of a member, or NULL. */
static const char *find(const char *line, const char *key)
{
	const char *at = skip_blanks(line);
	bool found;

	if (*at++ != '{')
		return NULL;
	for (at = skip_blanks(at); *at == '"'; at = skip_blanks(at)) {
		found = is_key(at, key);
		at = skip_blanks(skip_string(at));
		if (*at++ != ':')
			return NULL;
		at = skip_blanks(at);
		if (found)
			return at;
		at = skip_blanks(skip_value(at));
		at += *at == ',';
	}
	return NULL;
}

/* Only control characters are written as numbers. */
static char unescape(const char **at)
{
	char hex[5] = "";

	switch (*++*at) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'u':
		strncpy(hex, *at + 1, 4);
		*at += strlen(hex);
		return strtol(hex, NULL, 16);
	default:
		return **at;
	}
}

static bool read_string(const char *at, char *text, size_t size)
{
	size_t length = 0;

	if (!at || *at != '"')
		return false;
	for (at++; *at && *at != '"'; at++) {
		char c = *at == '\\' && at[1] ? unescape(&at) : *at;

		if (length + 1 < size)
			text[length++] = c;
	}
	text[length] = '\0';
	return true;
}

bool json_find_text(const char *line, const char *key, char *text, size_t size)
{
	return read_string(find(line, key), text, size);
}

bool json_find_number(const char *line, const char *key, int64_t *value)
{
	const char *at = find(line, key);
	char *end;

	if (!at)
		return false;
	*value = strtoll(at, &end, 10);
	return end != at;
}

bool json_find_item(const char *line, const char *key, size_t index,
		    char *text, size_t size)
{
	const char *at = find(line, key);

	if (!at || *at != '[')
		return false;
	for (at = skip_blanks(at + 1); *at && *at != ']'; at = skip_blanks(at)) {
		if (!index--)
			return read_string(at, text, size);
		at = skip_blanks(skip_value(at));
		at += *at == ',';
	}
	return false;
}
