/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paragraphs of at most 80 columns.
 */
#ifndef PINTEST_LINES_H
#define PINTEST_LINES_H

#include <stddef.h>
#include <stdio.h>

/**
 * struct lines - a paragraph in the making
 *
 * @out: where it is written to
 * @text: what it has
 * @size: bytes of @text
 * @stream: writes to @text
 * @first: what the first line begins with
 * @rest: what other lines begin with
 */
struct lines {
	FILE *out;
	char *text;
	size_t size;
	FILE *stream;
	const char *first;
	const char *rest;
};

/** lines_begin() - begin a paragraph on standard output */
void lines_begin(struct lines *lines, const char *first, const char *rest);

/** lines_begin_on() - begin a paragraph on another stream */
void lines_begin_on(struct lines *lines, FILE *out, const char *first,
		    const char *rest);

/** lines_add() - add text to it */
void lines_add(struct lines *lines, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** lines_end() - print it, folded */
void lines_end(struct lines *lines);

#endif /* PINTEST_LINES_H */
