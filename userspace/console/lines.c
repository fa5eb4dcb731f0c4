// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paragraphs: text that is folded at blanks.
 */
#include <err.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "lines.h"

#define WIDTH	80
#define BLANKS	"\n "

void lines_begin_on(struct lines *lines, FILE *out, const char *first,
		    const char *rest)
{
	*lines = (struct lines) { .out = out, .first = first, .rest = rest };
	lines->stream = open_memstream(&lines->text, &lines->size);
	if (!lines->stream)
		err(CLI_FAILED, "no memory left");
}

void lines_begin(struct lines *lines, const char *first, const char *rest)
{
	lines_begin_on(lines, stdout, first, rest);
}

void lines_add(struct lines *lines, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(lines->stream, format, args);
	va_end(args);
}

/* A word that is too long for a line has one of its own. */
static void print_folded(const struct lines *lines)
{
	const char *word = lines->text, *indent = lines->first;
	size_t column = 0, length;

	for (;; word += length) {
		word += strspn(word, BLANKS);
		length = strcspn(word, BLANKS);
		if (!length)
			break;
		if (column && column + 1 + length > WIDTH) {
			fputc('\n', lines->out);
			column = 0;
			indent = lines->rest;
		}
		if (column)
			column += fprintf(lines->out, " ");
		else
			column = fprintf(lines->out, "%s", indent);
		column += fprintf(lines->out, "%.*s", (int)length, word);
	}
	fputc('\n', lines->out);
}

void lines_end(struct lines *lines)
{
	if (fclose(lines->stream))
		err(CLI_FAILED, "no memory left");
	print_folded(lines);
	free(lines->text);
}
